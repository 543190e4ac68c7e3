import { api, type Problem } from '../../shared/client/api.ts'

export type DeviceKind = 'display' | 'kiosk'

/** What a paired device keeps for good: its token opens this one branch. */
export interface PairedDevice {
  readonly deviceId: string
  readonly token: string
  readonly branch: string
  readonly zones?: readonly string[] | null
  readonly name: string
}

interface Offer {
  readonly code: string
  readonly secret: string
  readonly expiresInMs: number
}

const POLL_MS = 2_000
const AGAIN_MS = 3_000

const storedAt = (kind: DeviceKind): string => `panggil.device.${kind}`

export function pairedDevice(kind: DeviceKind): PairedDevice | null {
  try {
    const stored = JSON.parse(localStorage.getItem(storedAt(kind)) ?? 'null') as PairedDevice | null
    return stored && typeof stored.token === 'string' ? stored : null
  } catch {
    return null
  }
}

export const keepDevice = (kind: DeviceKind, device: PairedDevice): void => localStorage.setItem(storedAt(kind), JSON.stringify(device))
export const forgetDevice = (kind: DeviceKind): void => localStorage.removeItem(storedAt(kind))

/** Shows a code until an admin has typed it in somewhere; then the device is known for good. */
export class Pairing {
  offer = $state.raw<Offer | null>(null)
  problem = $state.raw<Problem | null>(null)
  /** How long the code is still good, in whole minutes: a new box's own clock and zone are nobody's. */
  minutesLeft = $state(0)
  readonly #kind: DeviceKind
  readonly #done: (device: PairedDevice) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #minutes: ReturnType<typeof setInterval>
  #untilMs = 0
  #closed = false

  constructor(kind: DeviceKind, done: (device: PairedDevice) => void) {
    this.#kind = kind
    this.#done = done
    this.#minutes = setInterval(() => this.#count(), 1_000)
    void this.#ask()
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#minutes)
    clearTimeout(this.#timer)
  }

  async #ask(): Promise<void> {
    const answer = await api<Offer>('/pairings', { method: 'POST', body: { kind: this.#kind } })
    if (this.#closed) return
    this.offer = answer.ok ? answer.value : null
    this.problem = answer.ok ? null : answer.error
    if (answer.ok) {
      this.#untilMs = performance.now() + answer.value.expiresInMs
      this.#count()
    }
    if (answer.ok) this.#later(POLL_MS, () => this.#claim(answer.value))
    else this.#later(AGAIN_MS, () => this.#ask())
  }

  async #claim(offer: Offer): Promise<void> {
    const answer = await api<PairedDevice>('/pairings/claim', { method: 'POST', body: { secret: offer.secret } })
    if (this.#closed) return
    if (answer.ok) {
      keepDevice(this.#kind, answer.value)
      this.#done(answer.value)
    } else if (answer.error.code === 'pairing-pending') this.#later(POLL_MS, () => this.#claim(offer))
    else if (answer.error.retry) this.#later(AGAIN_MS, () => this.#claim(offer))
    else void this.#ask()
  }

  #count(): void {
    this.minutesLeft = Math.max(1, Math.ceil((this.#untilMs - performance.now()) / 60_000))
  }

  #later(ms: number, work: () => Promise<void>): void {
    this.#timer = setTimeout(() => void work(), ms)
  }
}
