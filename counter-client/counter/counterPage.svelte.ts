import { type Answer, api, type Problem } from '../../shared/client/api.ts'
import { Branch, branchOfPage } from '../../shared/client/branch.svelte.ts'
import { type Command, CommandLine, IN_BROWSER } from '../../shared/client/commands.ts'
import { LiveRoom } from '../../shared/client/room.svelte.ts'
import { counter as counterRoom } from '../../shared/client/rooms.ts'
import type { PassedBy } from '../../shared/domain/passed.ts'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import type { CounterEvent, CounterTicket, CounterView, TicketReply, TicketView } from '../../shared/protocol/wire.ts'
import type { Session } from '../session/session.svelte.ts'

/** After a call the next press counts only when a person can have seen what the first one did (CALL3). */
const SETTLE_MS = 700
const CHOSEN = 'panggil.counter'

export type Told =
  | { readonly kind: 'good'; readonly number: string | null; readonly called: boolean }
  | { readonly kind: 'broken'; readonly problem: Problem }

/** `GET .../tickets/ID/passed`. */
export interface Passed {
  readonly ticket: Pick<TicketReply, 'number' | 'state' | 'class'> & { readonly readyAtMs: number; readonly dueAtMs: number }
  readonly calls: readonly PassedBy[]
}

/** One officer at one counter: what is there, and his commands, one at a time. */
export class CounterPage {
  room = $state.raw<LiveRoom<CounterView, CounterEvent> | null>(null)
  branch: Branch
  branchId = $state<string | null>(null)
  counterId = $state<string | null>(null)
  /** The command that is on its way. */
  sending = $state<string | null>(null)
  told = $state.raw<Told | null>(null)
  /** From whom this officer took the counter, until his next step. */
  tookFrom = $state<string | null>(null)
  /** This officer had the counter in his hand, and did not give it back. */
  #hadIt = $state(false)
  refusal = $state<ErrorCode | null>(null)
  /** Nobody said which of several branches this page is about. */
  mustChooseBranch = $state(false)
  readonly #session: Session
  #line: CommandLine | null = null
  /** On a clock that nobody sets. */
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

  /** The counter went away from under this officer: to another one, or closed by the supervisor. */
  get lostTo(): 'officer' | 'supervisor' | null {
    const view = this.view
    if (!this.#hadIt || view === null || this.isMine) return null
    return view.state === 'closed' ? 'supervisor' : 'officer'
  }

  /** To be called with each view: remembers whose the counter was. */
  watch(): void {
    if (this.isMine) this.#hadIt = true
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
    this.#line?.close()
    this.#line = null
    this.sending = null
    this.told = null
    this.tookFrom = null
    this.#hadIt = false
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
    const line = new CommandLine({
      ...IN_BROWSER,
      send: (message, timeoutMs) => room.send(message, timeoutMs),
      isConnected: () => room.connected,
      storage: sessionStorage,
      key: `panggil.command.${branch}.${counterId}`,
    })
    this.#line = line
    void this.#finish('resume', line, line.resume())
  }

  callNext(): void {
    if (performance.now() < this.#settledAtMs) return
    void this.command({ type: 'callNext', current: this.ticket?.id ?? null })
  }

  /** A command on the ticket that the officer sees. */
  onTicket(type: string, more: Readonly<Record<string, unknown>> = {}): void {
    if (this.ticket === null && type !== 'callTicket') return
    void this.command({ type, current: this.ticket?.id ?? null, ...more })
  }

  /** By the number as people say it: `b-21`, or `21`, which may be one of each series that this counter serves. */
  async find(asked: string): Promise<Answer<readonly TicketView[]>> {
    const found: TicketView[] = []
    for (const number of this.#numbersFor(asked)) {
      const answer = await api<TicketView>(`${this.#path}/tickets?number=${encodeURIComponent(number)}`)
      if (answer.ok) found.push(answer.value)
      else if (answer.error.code !== 'unknown-ticket') {
        if (answer.error.code === 'not-signed-in') this.#session.ended()
        return answer
      }
    }
    if (found.length > 0) return { ok: true, value: found, etag: null }
    return { ok: false, error: { code: 'unknown-ticket', message: 'No number', retry: false } }
  }

  passed(ticketId: string): Promise<Answer<Passed>> {
    return api<Passed>(`${this.#path}/tickets/${encodeURIComponent(ticketId)}/passed`)
  }

  get #path(): string {
    return `/branches/${encodeURIComponent(this.branchId ?? '')}`
  }

  /** A number as it is written; digits alone: of each series that this counter serves. */
  #numbersFor(asked: string): readonly string[] {
    const written = asked.trim().toUpperCase()
    const [, prefix, digits] = /^([A-Z]*)[\s-]*(\d{1,4})$/.exec(written) ?? []
    if (digits === undefined) return written === '' ? [] : [written]
    const padded = digits.padStart(3, '0')
    return (prefix ? [prefix] : this.prefixes).map((each) => `${each}-${padded}`)
  }

  get prefixes(): readonly string[] {
    return [...new Set((this.view?.counter.services ?? []).flatMap((code) => this.branch.services.get(code)?.agency.prefix ?? []))]
  }

  /** Whether it was done; false also while another one is on its way. */
  async command(command: Command): Promise<boolean> {
    const line = this.#line
    if (line === null || line.isBusy) return false
    const wasPaused = this.view?.state === 'paused'
    const from = command['takeOver'] === true ? (this.view?.officer ?? null) : null
    if (command.type === 'closeCounter') this.#hadIt = false
    this.told = null
    this.tookFrom = null
    this.sending = command.type
    const isDone = await this.#finish(command.type, line, line.issue(command))
    if (!isDone) return false
    this.tookFrom = from
    // The key that ends a break is the one that calls.
    if (wasPaused) this.#settledAtMs = performance.now() + SETTLE_MS
    return true
  }

  async #finish(type: string, line: CommandLine, answering: ReturnType<CommandLine['issue']>): Promise<boolean> {
    const answer = await answering
    // The officer may be at another counter by now.
    if (line !== this.#line) return false
    this.sending = null
    if (answer === null) return false
    if (answer.ok) {
      const called = type === 'callNext' || type === 'callTicket' || type === 'recall'
      if (called) this.#settledAtMs = performance.now() + SETTLE_MS
      this.told = { kind: 'good', number: called ? (answer.ticket?.number ?? null) : null, called }
    } else {
      if (answer.error.code === 'not-signed-in') this.#session.ended()
      this.told = { kind: 'broken', problem: answer.error }
    }
    return answer.ok
  }

  async #start(): Promise<void> {
    const own = this.#session.user?.branch ?? null
    const answer = own === null ? await branchOfPage() : null
    if (answer && !answer.ok) {
      this.#timer = setTimeout(() => void this.#start(), 2_000)
      return
    }
    this.branchId = own ?? answer?.value ?? null
    this.mustChooseBranch = this.branchId === null
    await this.branch.read()
    const asked = new URLSearchParams(location.search).get('counter') ?? sessionStorage.getItem(CHOSEN)
    if (asked !== null && this.counterId === null && this.branchId !== null) this.choose(asked)
  }
}
