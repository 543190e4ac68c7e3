import { hash, randomUUID } from 'node:crypto'
import type { Command, Decision } from '../../shared/domain/commands.ts'
import { decide } from '../../shared/domain/decide.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolve } from '../../shared/domain/evolve.ts'
import { dayEndMs } from '../../shared/domain/hours.ts'
import type { BranchState, Ticket } from '../../shared/domain/state.ts'
import { ERRORS, type ErrorCode, type ErrorReply } from '../../shared/protocol/errors.ts'
import type { Acknowledgement } from '../../shared/protocol/wire.ts'
import type { BranchStore, DecidedAnswer, StoredEvent } from '../store/store.ts'
import { StoreAway } from '../store/store.ts'
import { ticketReply } from './views.ts'

/** One command on its way to a branch. */
export interface Request {
  readonly commandId: string
  /** Account or device name; also the `by` of the events. */
  readonly actor: string
  readonly command: Command
}

/** For the log and the metrics: one per command. No personal data. */
export interface CommandReport {
  readonly branchId: string
  readonly commandId: string
  readonly type: string
  readonly counter?: string
  readonly number?: string
  /** `ok` or the error's code. */
  readonly outcome: string
  readonly milliseconds: number
  /** How often the commit met another server's. */
  readonly conflicts: number
  /** The answer was there already. */
  readonly repeated: boolean
}

/** One event as it was applied. `state` after it; `before` it. */
export interface Applied {
  readonly before: BranchState
  readonly event: BranchEvent
  readonly state: BranchState
}

/** Who hears of what a branch does: figures, and the log of what went wrong inside. */
export interface Watch {
  report(line: CommandReport): void
  readonly log: { error(details: object, message: string): void }
}

export interface RuntimeListener {
  /** These are on their way to the store: time to work out what they will mean. They may never be applied. */
  onCommitting?(applied: readonly Applied[]): void
  /** Events in order, right after they were committed here or read from the store. */
  onApplied(applied: readonly Applied[]): void
  /** The state was read anew, under a new epoch or after a gap: whatever was shown before is void. */
  onReplaced(): void
}

interface Pending {
  readonly request: Request
  readonly fingerprint: string
  readonly startedMs: number
  conflicts: number
  readonly settle: (answer: Acknowledgement, repeated: boolean) => void
  readonly promise: Promise<Acknowledgement>
}

/** How many commands share one round trip to the store. */
const BATCH = 64
/** A branch that meets another server's commits this often in a row lets go for a moment. */
const BACKOFF_AFTER = 8

/**
 * One branch in this process: its state in memory, one loop that decides and commits, and the tail of what other servers commit.
 *
 * Promises: an answer is given only after its commit; a command id is answered once and always the same (CALL2); events are handed to
 * the listener in order, each once per process; a refused commit leaves the state as it was.
 */
export class BranchRuntime {
  readonly id: string
  readonly #store: BranchStore
  readonly #watch: Watch
  #state: BranchState
  #epoch: string
  readonly #listeners: RuntimeListener[] = []
  readonly #queue: Pending[] = []
  /** In flight here, by command id: a repeat while the first is under way gets the same answer. */
  readonly #inFlight = new Map<string, Pending>()
  #working = false
  #closing = false
  #reload = false
  #tail: { stop(): void } | null = null
  /** Events of the tail that came while a commit was under way: its answer may be among them. */
  #early: StoredEvent[] = []
  #outbox: Applied[] = []
  #reports: CommandReport[] = []
  #turnId: string | null = null
  readonly #idle: (() => void)[] = []

  constructor(store: BranchStore, id: string, loaded: { epoch: string; state: BranchState }, watch: Watch) {
    this.id = id
    this.#store = store
    this.#watch = watch
    this.#state = loaded.state
    this.#epoch = loaded.epoch
    this.#follow()
  }

  get state(): BranchState {
    return this.#state
  }

  get epoch(): string {
    return this.#epoch
  }

  nowMs(): number {
    return Math.max(this.#store.nowMs(), this.#state.atMs)
  }

  /** By how much the store's clock jumped, as long as nobody confirmed it: until then no day turns. */
  get clockStepMs(): number | null {
    return this.#store.clockStepMs
  }

  listen(listener: RuntimeListener): void {
    this.#listeners.push(listener)
  }

  /** Decides, commits and answers. Never rejects: what goes wrong is an answer with a code. */
  execute(request: Request): Promise<Acknowledgement> {
    const fingerprint = fingerprintOf(request)
    const same = this.#inFlight.get(request.commandId)
    if (same) return same.fingerprint === fingerprint ? same.promise : Promise.resolve(refusal('id-reused'))
    if (this.#closing) return Promise.resolve(refusal('restarting'))
    let settle!: Pending['settle']
    const startedMs = performance.now()
    const promise = new Promise<Acknowledgement>((resolve) => {
      settle = (answer, repeated) => {
        this.#inFlight.delete(request.commandId)
        resolve(answer)
        this.#reportLater(reportOf(this.id, pending, answer, repeated))
      }
    })
    const pending: Pending = { request, fingerprint, startedMs, conflicts: 0, settle, promise }
    this.#inFlight.set(request.commandId, pending)
    this.#queue.push(pending)
    this.#wake()
    return promise
  }

  /**
   * Today's ticket with this id. One that is not known here may have been issued by another server a moment ago: then the store is asked for
   * what it has, once. Throws `StoreAway`.
   */
  async ticket(id: string): Promise<Ticket | undefined> {
    const known = this.#state.tickets.get(id)
    if (known || this.#closing) return known
    const events = await this.#store.readEvents(this.id, this.#state.revision, BATCH)
    if (this.#working) {
      // Some may be of the commit that is under way, and are handed out by it.
      this.#early.push(...events)
      await new Promise<void>((resolve) => this.#idle.push(resolve))
    } else this.#apply(events)
    return this.#state.tickets.get(id)
  }

  /** Turns the business day if it is over (DAY1): once, because whoever comes second is refused (`day-not-over`). */
  turnDayIfOver(): void {
    if (this.#closing || !this.#isDayOver() || (this.#turnId !== null && this.#inFlight.has(this.#turnId))) return
    this.#turnId = `turn-${this.#state.day}-${randomUUID()}`
    void this.execute({ commandId: this.#turnId, actor: 'system', command: { type: 'turnDay' } })
  }

  /** The store was away: read everything anew before anything else, and learn whether it is the same store. */
  reload(): void {
    this.#reload = true
    this.#wake()
  }

  /** Takes no more commands and resolves when those taken are answered. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#working || this.#queue.length > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
    this.#tail?.stop()
    this.#tail = null
  }

  #isDayOver(): boolean {
    // A clock that jumped must not end a hall's day: the turn waits until somebody looked.
    // The store's own clock, not the later one of the two: commands that were decided on a wrong time must not end the day when it is right again.
    return this.#store.clockStepMs === null && this.#store.nowMs() >= dayEndMs(this.#state.day, this.#state.configuration.timeZone)
  }

  #wake(): void {
    if (this.#working) return
    this.#working = true
    // A microtask later, so that commands which arrive in one go share a round trip.
    queueMicrotask(() => void this.#work())
  }

  async #work(): Promise<void> {
    try {
      while (this.#queue.length > 0 || this.#reload) {
        if (this.#reload) {
          this.#reload = false
          await this.#readAnew()
          continue
        }
        await this.#commitSome()
      }
    } catch (error) {
      // Nobody knows whether the last batch was written: its senders ask again under the same ids and get the truth.
      const code: ErrorCode = error instanceof StoreAway ? 'store-away' : 'internal'
      if (code === 'internal') this.#watch.log.error({ err: error, branch: this.id }, 'a batch could not be committed')
      for (const pending of this.#queue.splice(0)) pending.settle(refusal(code), false)
      this.#reload = true
    } finally {
      this.#working = false
      this.#applyEarly()
      for (const resolve of this.#idle.splice(0)) resolve()
      if (this.#queue.length > 0) this.#wake()
    }
  }

  async #commitSome(): Promise<void> {
    this.turnDayIfOver()
    // The turn of the day goes before whatever came with it.
    const turn = this.#queue.findIndex((pending) => pending.request.command.type === 'turnDay')
    if (turn > 0) this.#queue.unshift(...this.#queue.splice(turn, 1))

    const batch = this.#queue.slice(0, BATCH)
    const nowMs = this.nowMs()
    const before = this.#state
    const applied: Applied[] = []
    const answers: DecidedAnswer[] = []
    const replies: Acknowledgement[] = []
    let state = before
    for (const pending of batch) {
      const { request, fingerprint } = pending
      let decision: Decision
      const events: BranchEvent[] = []
      try {
        decision = decide(state, request.command, { nowMs, by: request.actor })
        if (decision.ok)
          for (const event of decision.events) {
            const next = evolve(state, event)
            applied.push({ before: state, event, state: next })
            events.push(event)
            state = next
          }
      } catch (error) {
        // A fault of ours, met by this command alone: the others go on without it.
        this.#watch.log.error({ err: error, branch: this.id, type: request.command.type }, 'a command could not be decided')
        this.#queue.splice(this.#queue.indexOf(pending), 1)
        pending.settle(refusal('internal'), false)
        return
      }
      let reply: Acknowledgement
      if (decision.ok) {
        const { ticketId, announcementId } = decision.accepted
        const ticket = ticketId == null ? null : state.tickets.get(ticketId)
        reply = {
          ok: true,
          revision: state.revision,
          ...(ticketId === undefined ? {} : { ticket: ticket ? ticketReply(ticket) : null }),
          ...(announcementId === undefined ? {} : { announcementId }),
        }
      } else reply = refusal(decision.rejection.code, undefined, decision.rejection.details)
      replies.push(reply)
      answers.push({ commandId: request.commandId, fingerprint, answer: JSON.stringify(reply), events })
    }

    const committing = this.#store.commit({
      branchId: this.id,
      epoch: this.#epoch,
      revision: before.revision,
      before,
      after: state,
      answers,
    })
    // While the store writes, the thread is free.
    if (applied.length > 0) for (const listener of this.#listeners) listener.onCommitting?.(applied)
    const result = await committing
    switch (result.status) {
      case 'committed': {
        this.#queue.splice(0, batch.length)
        this.#state = state
        this.#handOut(applied)
        // Officers first all the same: what is handed out leaves a turn of the event loop after the answers.
        for (const [index, pending] of batch.entries()) pending.settle(replies[index] as Acknowledgement, false)
        this.#applyEarly()
        return
      }
      case 'answered': {
        // Another server gave it, perhaps at a revision that is still on its way here: whoever looks after the answer sees what it speaks of.
        const answered = [...result.answers.values()].map(({ answer }) => JSON.parse(answer) as Acknowledgement)
        const revision = Math.max(0, ...answered.map((each) => (each.ok ? each.revision : 0)))
        if (revision > this.#state.revision) await this.#catchUp(revision)
        for (const [index, stored] of result.answers) {
          const pending = batch[index] as Pending
          pending.settle(
            stored.fingerprint === pending.fingerprint ? (JSON.parse(stored.answer) as Acknowledgement) : refusal('id-reused'),
            true,
          )
        }
        this.#queue.splice(0, batch.length, ...batch.filter((_, index) => !result.answers.has(index)))
        return
      }
      case 'conflict': {
        for (const pending of batch) pending.conflicts += 1
        if (result.epoch !== this.#epoch || result.revision < this.#state.revision) return this.#readAnew()
        if (!(await this.#catchUp(result.revision))) return this.#readAnew()
        const conflicts = batch[0]?.conflicts ?? 0
        if (conflicts >= BACKOFF_AFTER) await pause(Math.random() * Math.min(20, conflicts))
        return
      }
      case 'newer-format': {
        for (const pending of this.#queue.splice(0)) pending.settle(refusal('newer-format'), false)
        return
      }
    }
  }

  /** Applies what others committed, up to this revision at least; false where the store does not have it. */
  async #catchUp(revision: number): Promise<boolean> {
    this.#applyEarly()
    while (this.#state.revision < revision) {
      const from = this.#state.revision
      this.#apply(await this.#store.readEvents(this.id, from, 1000))
      // There are none, or the stream has lost those that come next.
      if (this.#state.revision === from) return false
    }
    return true
  }

  async #readAnew(): Promise<void> {
    const loaded = await this.#store.load(this.id, this.#state.revision)
    if (!loaded) throw new StoreAway(`branch ${this.id} is not in the store`)
    this.#early = []
    // The same store: only catch up, so that screens get events and not everything anew.
    if (loaded.epoch === this.#epoch && loaded.state.revision >= this.#state.revision && (await this.#catchUp(loaded.state.revision)))
      return
    this.#epoch = loaded.epoch
    this.#state = loaded.state
    this.#outbox = []
    this.#follow()
    for (const listener of this.#listeners) listener.onReplaced()
  }

  /** The log and the figures can wait until the answers are out. */
  #reportLater(line: CommandReport): void {
    if (this.#reports.length === 0)
      setImmediate(() => {
        for (const each of this.#reports.splice(0)) this.#watch.report(each)
      })
    this.#reports.push(line)
  }

  /**
   * Hands events to the listener when all microtasks are done: the answers, which are settled in such, leave before the broadcast takes the
   * thread, and the next batch is on its way to the store while the screens are served.
   */
  #handOut(applied: readonly Applied[]): void {
    if (applied.length === 0) return
    if (this.#outbox.length === 0)
      process.nextTick(() => {
        const told = this.#outbox.splice(0)
        for (const listener of this.#listeners) listener.onApplied(told)
      })
    this.#outbox.push(...applied)
  }

  #follow(): void {
    this.#tail?.stop()
    this.#tail = this.#store.tail(this.id, this.#state.revision, (events) => {
      if (this.#working) this.#early.push(...events)
      else this.#apply(events)
    })
  }

  #applyEarly(): void {
    if (this.#early.length > 0) this.#apply(this.#early.splice(0))
  }

  #apply(events: readonly StoredEvent[]): void {
    const applied: Applied[] = []
    for (const { revision, event } of events) {
      if (revision <= this.#state.revision) continue
      if (revision > this.#state.revision + 1) {
        this.reload()
        break
      }
      const before = this.#state
      this.#state = evolve(before, event)
      applied.push({ before, event, state: this.#state })
    }
    this.#handOut(applied)
  }
}

/** Longer ones are digested. */
const FINGERPRINT_MAX = 200

/**
 * Same actor, same body: what a server made (a ticket's id, a spoken code) is not part of what was asked for. Two ways of writing the same
 * body are the same, because the schemas give its fields in their own order. Without a space: the store puts it before the answer.
 */
function fingerprintOf({ actor, command }: Request): string {
  const body = 'ticketId' in command ? { ...command, ticketId: '' } : command.type === 'checkSound' ? { ...command, code: '' } : command
  const text = `${actor}:${JSON.stringify(body)}`
  return text.length <= FINGERPRINT_MAX && !text.includes(' ') ? text : hash('sha256', text, 'base64url').slice(0, 22)
}

export function refusal(code: ErrorCode, message?: string, details?: ErrorReply['details']): Extract<Acknowledgement, { ok: false }> {
  return { ok: false, error: { code, message: message ?? code, retry: ERRORS[code].retry, ...(details ? { details } : {}) } }
}

function reportOf(branchId: string, pending: Pending, answer: Acknowledgement, repeated: boolean): CommandReport {
  const { command, commandId } = pending.request
  const number = answer.ok ? answer.ticket?.number : undefined
  return {
    branchId,
    commandId,
    type: command.type,
    ...('counter' in command ? { counter: command.counter } : {}),
    ...(number === undefined ? {} : { number }),
    outcome: answer.ok ? 'ok' : answer.error.code,
    milliseconds: Math.round((performance.now() - pending.startedMs) * 100) / 100,
    conflicts: pending.conflicts,
    repeated,
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
