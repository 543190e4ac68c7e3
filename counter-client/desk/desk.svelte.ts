import { api, newId, type Problem } from '../../shared/client/api.ts'
import { Branch, branchOfPage } from '../../shared/client/branch.svelte.ts'
import { type Command, CommandLine } from '../../shared/client/commands.ts'
import { LiveRoom } from '../../shared/client/room.svelte.ts'
import { counter as counterRoom } from '../../shared/client/rooms.ts'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import type { CounterEvent, CounterTicket, CounterView } from '../../shared/protocol/wire.ts'
import type { Session } from '../session/session.svelte.ts'

/** After a call the next press counts only when a person can have seen what the first one did (CALL3). */
const SETTLE_MS = 700
const CHOSEN = 'panggil.counter'

export type Told =
  | { readonly kind: 'good'; readonly number: string | null; readonly called: boolean }
  | { readonly kind: 'broken'; readonly problem: Problem }

/** One officer at one counter: what is there, and his commands, one at a time. */
export class Desk {
  room = $state.raw<LiveRoom<CounterView, CounterEvent> | null>(null)
  branch: Branch
  branchId = $state<string | null>(null)
  counterId = $state<string | null>(null)
  /** The command that is on its way. */
  sending = $state<string | null>(null)
  told = $state.raw<Told | null>(null)
  /** Who has the counter that this officer wants to open. */
  takeOverFrom = $state<string | null>(null)
  refusal = $state<ErrorCode | null>(null)
  readonly #session: Session
  #line: CommandLine | null = null
  #settledAtMs = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(session: Session) {
    this.#session = session
    this.branch = new Branch(() => this.branchId)
    void this.#start()
  }

  get view(): CounterView | null {
    return this.room?.view ?? null
  }

  get ticket(): CounterTicket | null {
    return this.view?.ticket ?? null
  }

  /** This officer opened it and nobody took it over. */
  get isMine(): boolean {
    const view = this.view
    return view !== null && view.state !== 'closed' && view.officer === this.#session.user?.username
  }

  get isReachable(): boolean {
    return this.room?.connected === true && this.room.contact === 'live'
  }

  get nowMs(): number {
    return this.room?.nowMs ?? Date.now()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.room?.close()
  }

  choose(counterId: string | null): void {
    this.room?.close()
    this.room = null
    this.told = null
    this.takeOverFrom = null
    this.refusal = null
    this.counterId = counterId
    if (counterId === null) {
      sessionStorage.removeItem(CHOSEN)
      return
    }
    sessionStorage.setItem(CHOSEN, counterId)
    const branch = this.branchId as string
    const room = new LiveRoom<CounterView, CounterEvent>({
      ...counterRoom,
      handshake: () => ({ branch, counter: counterId }),
      onRefused: (code) => {
        if (code === 'not-signed-in') this.#session.ended()
        else if (code === 'unknown-counter' || code === 'not-allowed' || code === 'unknown-branch') {
          this.choose(null)
          this.refusal = code
        }
      },
    })
    this.room = room
    this.#line = new CommandLine({
      send: (message, timeoutMs) => room.send(message, timeoutMs),
      isConnected: () => room.connected,
      storage: sessionStorage,
      key: `panggil.command.${branch}.${counterId}`,
      newId,
      nowMs: () => Date.now(),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    })
    void this.#finish('resume', this.#line.resume())
  }

  callNext(): void {
    if (Date.now() < this.#settledAtMs) return
    void this.command({ type: 'callNext', current: this.ticket?.id ?? null })
  }

  /** A command on the ticket that the officer sees. */
  onTicket(type: string, more: Readonly<Record<string, unknown>> = {}): void {
    if (this.ticket === null && type !== 'callTicket') return
    void this.command({ type, current: this.ticket?.id ?? null, ...more })
  }

  /** The server finds a ticket by its id; people know its number. */
  async callNumber(number: string, reason: string): Promise<boolean> {
    const wanted = number.trim().toUpperCase()
    const found = await api<{ readonly id: string } | { readonly ticket: { readonly id: string } }>(
      `/branches/${encodeURIComponent(this.branchId ?? '')}/tickets?number=${encodeURIComponent(wanted)}`,
    )
    if (!found.ok) {
      this.told = { kind: 'broken', problem: found.error }
      return false
    }
    const id = 'ticket' in found.value ? found.value.ticket.id : found.value.id
    await this.command({ type: 'callTicket', ticket: id, reason, current: this.ticket?.id ?? null })
    return this.told?.kind !== 'broken'
  }

  async command(command: Command): Promise<void> {
    const line = this.#line
    if (line === null || line.isBusy) return
    this.told = null
    this.sending = command.type
    await this.#finish(command.type, line.issue(command))
  }

  async #finish(type: string, answering: ReturnType<CommandLine['issue']>): Promise<void> {
    const answer = await answering
    this.sending = null
    if (answer === null) return
    if (answer.ok) {
      const called = type === 'callNext' || type === 'callTicket' || type === 'recall'
      if (called) this.#settledAtMs = Date.now() + SETTLE_MS
      this.takeOverFrom = null
      this.told = { kind: 'good', number: called ? (answer.ticket?.number ?? null) : null, called }
    } else {
      const { code, details } = answer.error
      if (code === 'not-signed-in') this.#session.ended()
      if (code === 'counter-open-elsewhere') this.takeOverFrom = String(details?.['officer'] ?? '?')
      else this.told = { kind: 'broken', problem: answer.error }
    }
  }

  async #start(): Promise<void> {
    const own = this.#session.user?.branch ?? null
    const answer = own === null ? await branchOfPage() : null
    if (answer && !answer.ok) {
      this.#timer = setTimeout(() => void this.#start(), 2_000)
      return
    }
    this.branchId = own ?? answer?.value ?? null
    await this.branch.read()
    const asked = new URLSearchParams(location.search).get('counter') ?? sessionStorage.getItem(CHOSEN)
    if (asked !== null && this.counterId === null && this.branchId !== null) this.choose(asked)
  }
}
