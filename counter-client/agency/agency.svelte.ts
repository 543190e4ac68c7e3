import { type Answer, api, type Problem } from '../../shared/client/api.ts'
import { Branch } from '../../shared/client/branch.svelte.ts'
import { type Command, CommandLine, IN_BROWSER } from '../../shared/client/commands.ts'
import type { AgencyLive } from '../../shared/protocol/agency.ts'
import type { Acknowledgement, CommandReply } from '../../shared/protocol/wire.ts'
import type { Session } from '../session/session.svelte.ts'

/** How often it is asked whether something happened, while the page is seen (SYNC1). */
const READ_MS = 1_000
/** As on every screen: from here on old figures are called old (SYNC3). */
const LOST_MS = 3_000
/** What changes with time alone, as the hours do, is read at least so often. */
const WHOLE_MS = 10_000

/** One agency, live, and what its coordinator may do about it. */
export class AgencyDesk {
  readonly session: Session
  readonly branchId: string
  readonly agencyId: string
  readonly branch: Branch
  view = $state.raw<AgencyLive | null>(null)
  /** The agency is in the configuration no more. */
  isGone = $state(false)
  /** Why the last command came to nothing. */
  problem = $state.raw<Problem | null>(null)
  /** Why the figures can't be read. */
  readProblem = $state.raw<Problem | null>(null)
  isSending = $state(false)
  isDone = $state(false)
  /** The server's clock as far as it is known here. */
  nowMs = $state(Date.now())
  /** When what is shown was read last, on the server's clock; null: it is live. */
  lostSinceMs = $state<number | null>(null)
  readonly #line: CommandLine
  #heardMs = performance.now()
  #wholeMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | null = null
  #timer: ReturnType<typeof setInterval>
  #clock: ReturnType<typeof setInterval>

  constructor(session: Session) {
    this.session = session
    this.branchId = session.user?.branch ?? ''
    this.agencyId = session.user?.agency ?? ''
    this.branch = new Branch(() => this.branchId)
    this.#line = new CommandLine({
      ...IN_BROWSER,
      send: (message, timeoutMs) => this.#send(message, timeoutMs),
      isConnected: () => this.isReachable,
      storage: sessionStorage,
      key: `panggil.command.${this.branchId}.${this.agencyId}`,
    })
    void this.branch.read()
    void this.read().then(() => this.#line.resume())
    this.#timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.read()
    }, READ_MS)
    this.#clock = setInterval(() => this.#look(), 1_000)
    document.addEventListener('visibilitychange', this.#seen)
  }

  /** Under `/api/v1`. */
  get path(): string {
    return `/branches/${encodeURIComponent(this.branchId)}/agencies/${encodeURIComponent(this.agencyId)}`
  }

  get timeZone(): string {
    return this.view?.branch.timeZone ?? this.branch.timeZone
  }

  get isReachable(): boolean {
    return this.view !== null && this.lostSinceMs === null
  }

  close(): void {
    clearInterval(this.#timer)
    clearInterval(this.#clock)
    document.removeEventListener('visibilitychange', this.#seen)
    this.#line.close()
  }

  /** Whoever is no longer signed in is asked to sign in again. */
  noted<T>(answer: Answer<T>): Answer<T> {
    if (!answer.ok && answer.error.code === 'not-signed-in') this.session.ended()
    if (!answer.ok && answer.error.code === 'unknown-agency') this.isGone = true
    return answer
  }

  async read(): Promise<void> {
    this.#reading ??= this.#readOnce().finally(() => (this.#reading = null))
    await this.#reading
  }

  /** False where it was refused, or another one is on its way. */
  async command(command: Command): Promise<boolean> {
    if (this.#line.isBusy) return false
    this.isSending = true
    this.isDone = false
    const answer = await this.#line.issue(command)
    this.isSending = false
    if (answer === null) return false
    this.problem = answer.ok ? null : answer.error
    this.isDone = answer.ok
    if (!answer.ok && answer.error.code === 'not-signed-in') this.session.ended()
    // What was on its way may be from before the command.
    await this.#reading
    await this.read()
    return answer.ok
  }

  async #readOnce(): Promise<void> {
    const isFresh = this.view !== null && performance.now() - this.#wholeMs < WHOLE_MS
    const after = isFresh ? `?after=${this.view?.revision ?? 0}` : ''
    // Null: nothing happened.
    const answer = this.noted(await api<AgencyLive | null>(`${this.path}/live${after}`))
    this.readProblem = answer.ok ? null : answer.error
    if (answer.ok) {
      this.isGone = false
      this.#heardMs = performance.now()
    }
    if (answer.ok && answer.value !== null) {
      this.view = answer.value
      this.#wholeMs = this.#heardMs
      this.branch.follow(answer.value.configuredRevision)
    }
    this.#look()
  }

  async #send(message: object, timeoutMs: number): Promise<Acknowledgement> {
    const path = `/branches/${encodeURIComponent(this.branchId)}/commands`
    const answer = await api<CommandReply>(path, { method: 'POST', body: message, timeoutMs })
    if (answer.ok) return { ok: true, ...answer.value }
    // Nobody answered: it is sent again under its id.
    if (answer.error.code === 'offline' || answer.error.code === 'no-answer') throw new Error(answer.error.message)
    const { code, message: said, retry, details } = answer.error
    return { ok: false, error: { code, message: said, retry, ...(details ? { details } : {}) } }
  }

  #seen = (): void => {
    if (document.visibilityState === 'visible') void this.read()
  }

  #look(): void {
    if (this.view === null) return
    const nowMs = performance.now()
    this.nowMs = this.view.atMs + nowMs - this.#wholeMs
    const ageMs = nowMs - this.#heardMs
    this.lostSinceMs = ageMs > LOST_MS ? this.nowMs - ageMs : null
  }
}
