import { api } from '../../shared/client/api.ts'
import type { PrinterState } from '../../shared/domain/state.ts'
import type { SoundReport } from '../../shared/protocol/wire.ts'

const LOOK_MS = 10_000

/** A screen or kiosk, as far as a supervisor needs to know it. */
export interface HallDevice {
  readonly deviceId: string
  readonly kind: 'display' | 'kiosk'
  readonly name: string
  readonly isPaired: boolean
  readonly contact: { readonly isConnected: boolean; readonly sinceMs: number | null; readonly sound: SoundReport['state'] | null }
  readonly speaksIn: readonly string[]
  readonly printer: { readonly kind: string } | null
  readonly printerState: PrinterState | null
}

/** The hall's screens, kiosks and printers, looked at every few seconds. */
export class HallDevices {
  list = $state.raw<readonly HallDevice[] | null>(null)
  hasFailed = $state(false)
  readonly #branch: () => string | null
  readonly #timer: ReturnType<typeof setInterval>
  #read = ''

  constructor(branch: () => string | null) {
    this.#branch = branch
    this.#timer = setInterval(() => void this.look(), LOOK_MS)
    void this.look()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async look(): Promise<void> {
    const branch = this.#branch()
    if (branch === null) return
    const answer = await api<readonly HallDevice[]>(`/branches/${encodeURIComponent(branch)}/devices`)
    this.hasFailed = !answer.ok
    if (!answer.ok) return
    // The same again moves nothing on the page.
    const read = JSON.stringify(answer.value)
    if (read === this.#read) return
    this.#read = read
    this.list = answer.value
  }
}
