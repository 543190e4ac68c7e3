import { api } from '../../shared/client/api.ts'
import { Branch, branchOfPage } from '../../shared/client/branch.svelte.ts'
import { LiveRoom } from '../../shared/client/room.svelte.ts'
import { board as boardRoom } from '../../shared/client/rooms.ts'
import type { Call } from '../../shared/domain/state.ts'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import type { BoardEvent, BoardView } from '../../shared/protocol/wire.ts'
import { forgetDevice, type PairedDevice, pairedDevice } from '../pairing/pairing.svelte.ts'

/** How long at least a call keeps the colour of calls. */
export const CALL_MS = 10_000
/** After this long without contact old calls are not shown any more. */
export const TOO_OLD_MS = 600_000

export interface WaitingLine {
  readonly prefix: string
  readonly name: string
  readonly waiting: number
}

/** A public screen: pairs or uses whoever is signed in, then shows one branch or one zone of it. */
export class Board {
  step = $state<'starting' | 'pairing' | 'running'>('starting')
  room = $state.raw<LiveRoom<BoardView, BoardEvent> | null>(null)
  branch: Branch
  /** A zone that was asked for in the address but that the branch does not have. */
  unknownZone = $state<string | null>(null)
  #branchId = $state<string | null>(null)
  #device = $state.raw<PairedDevice | null>(null)
  #zone = $state(new URLSearchParams(location.search).get('zone'))
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.branch = new Branch(() => this.#branchId)
    this.#device = pairedDevice('display')
    void this.#start()
  }

  paired(device: PairedDevice): void {
    this.#device = device
    void this.#start()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.room?.close()
  }

  /** The one zone that it shows, for its title. */
  get zone(): string | null {
    return this.zones?.length === 1 ? (this.zones[0] as string) : null
  }

  /** Zones that this screen shows; null: all. */
  get zones(): readonly string[] | null {
    return this.#zone !== null ? [this.#zone] : (this.#device?.zones ?? null)
  }

  /** Each number once, where it was called last. */
  readonly calls: readonly Call[] = $derived.by(() => {
    const seen = new Set<string>()
    return (this.room?.view?.calls ?? []).filter(({ ticket: { number } }) => !seen.has(number) && seen.add(number))
  })

  /** Waiting per agency of what this screen's counters serve; those with a queue first where not all have room. */
  readonly waiting: readonly WaitingLine[] = $derived.by(() => {
    const view = this.room?.view
    if (!view) return []
    const described = this.branch.description
    const zones = this.zones
    const served =
      described && zones !== null
        ? new Set(described.counters.filter((counter) => zones.includes(counter.zone)).flatMap((counter) => counter.services))
        : null
    const lines = new Map<string, WaitingLine>()
    for (const [code, waiting] of Object.entries(view.waiting)) {
      if (served && !served.has(code)) continue
      const agency = this.branch.services.get(code)?.agency
      const key = agency?.id ?? (code.split('.')[0] as string)
      const line = lines.get(key)
      lines.set(key, { prefix: agency?.prefix ?? '', name: agency?.short ?? key, waiting: (line?.waiting ?? 0) + waiting })
    }
    return [...lines.values()].sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
  })

  async #start(): Promise<void> {
    this.step = 'starting'
    if (this.#device === null) {
      const session = await api('/sessions/current')
      if (!session.ok) {
        if (session.error.code === 'offline' || session.error.retry) return this.#startLater()
        this.step = 'pairing'
        return
      }
    }
    const branch = await this.#branchToShow()
    if (branch === null) return this.#startLater()
    this.#branchId = branch
    void this.branch.read()
    this.step = 'running'
    this.room = new LiveRoom({
      ...boardRoom,
      handshake: () => ({
        branch,
        ...(this.#device ? { token: this.#device.token } : {}),
        ...(this.#zone !== null && this.unknownZone === null ? { zone: this.#zone } : {}),
      }),
      onRefused: (code) => this.#refused(code),
    })
  }

  async #branchToShow(): Promise<string | null> {
    if (this.#device) return this.#device.branch
    const answer = await branchOfPage()
    return answer.ok ? answer.value : null
  }

  #startLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#start(), 2_000)
  }

  #refused(code: ErrorCode): void {
    if (code === 'invalid-value' && this.#zone !== null && this.unknownZone === null) {
      this.unknownZone = this.#zone
      this.#zone = null
      this.room?.reopen()
      return
    }
    if (code !== 'not-signed-in' && code !== 'unknown-device') return
    // The token is dead: a screen that nobody knows shows nothing of the hall.
    this.room?.close()
    this.room = null
    forgetDevice('display')
    this.#device = null
    this.step = 'pairing'
  }
}

/** `1–4, 6`: counters that stand beside each other are named as a range. */
export function ranges(ids: readonly string[]): string {
  const parts: string[] = []
  for (let at = 0; at < ids.length; ) {
    let end = at
    while (end + 1 < ids.length && Number(ids[end + 1]) === Number(ids[end]) + 1) end += 1
    parts.push(end - at >= 2 ? `${ids[at]}–${ids[end]}` : ids.slice(at, end + 1).join(', '))
    at = end + 1
  }
  return parts.join(', ')
}
