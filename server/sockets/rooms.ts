import type { BranchEvent } from '../../shared/domain/events.ts'
import type { BranchState } from '../../shared/domain/state.ts'
import type { BoardEvent, Position, RoomEvent } from '../../shared/protocol/wire.ts'
import type { Applied } from '../branch/runtime.ts'
import { boardEvent, joinBoardEvents } from '../branch/views.ts'

/** What a room sends, to all who are in it. */
export type Emit = (name: 'snapshot' | 'event' | 'tick', message: object) => void

/** Changes that are no calls are joined and sent at most this often: a screen can't show more, and a busy hall costs no more. */
export const JOIN_MS = 100
/** How many sent events a room remembers for screens that were away for a moment. */
const REMEMBERED = 256

/** The order of what was sent to one audience: every event says which one it follows. */
class Sequence {
  readonly #emit: Emit
  readonly #sent: RoomEvent<unknown>[] = []
  epoch: string
  /** Of the last event sent, or of the state when the room began. */
  revision: number

  constructor(emit: Emit, position: Position) {
    this.#emit = emit
    this.epoch = position.epoch
    this.revision = position.revision
  }

  send(revision: number, event: unknown): void {
    const message: RoomEvent<unknown> = { epoch: this.epoch, after: this.revision, revision, event }
    this.revision = revision
    this.#sent.push(message)
    if (this.#sent.length > REMEMBERED) this.#sent.shift()
    this.#emit('event', message)
  }

  /** The events that bring a screen from its position to the room's; null where only a snapshot can. */
  missed(since: Position | undefined): readonly RoomEvent<unknown>[] | null {
    if (!since || since.epoch !== this.epoch) return null
    const from = this.#sent.findIndex((message) => message.revision > since.revision)
    if (from < 0) return since.revision >= this.revision ? [] : null
    return (this.#sent[from] as RoomEvent<unknown>).after <= since.revision ? this.#sent.slice(from) : null
  }

  restart(position: Position): void {
    this.epoch = position.epoch
    this.revision = position.revision
    this.#sent.length = 0
  }

  tick(atMs: number): void {
    this.#emit('tick', { epoch: this.epoch, revision: this.revision, atMs })
  }
}

export interface Room {
  readonly sequence: Sequence
  /** For whoever comes in: a view from which the events that are sent next go on. */
  snapshot(state: BranchState): { readonly revision: number; readonly view: unknown }
  apply(applied: readonly Applied[]): void
  /** Sends what waits to be sent. */
  flush(): void
  /** Everything shown is void: the position begins anew. Whoever is in the room is sent a snapshot by the caller. */
  restart(position: Position, state: BranchState): void
  close(): void
}

/** Public screens: every call at once, in order, each its own event; other changes joined. */
export class BoardRoom implements Room {
  readonly sequence: Sequence
  readonly #zones: readonly string[] | null
  readonly #view: (state: BranchState) => unknown
  readonly #pace = new Pace(() => this.flush())
  /** What events will mean here, worked out while they were being committed. */
  readonly #prepared = new WeakMap<BranchEvent, BoardEvent | null>()
  #pending: { revision: number; event: BoardEvent } | null = null

  constructor(emit: Emit, position: Position, zones: readonly string[] | null, view: (state: BranchState) => unknown) {
    this.sequence = new Sequence(emit, position)
    this.#zones = zones
    this.#view = view
  }

  snapshot(state: BranchState): { revision: number; view: unknown } {
    return { revision: state.revision, view: this.#view(state) }
  }

  prepare(applied: readonly Applied[]): void {
    for (const { before, event, state } of applied) this.#prepared.set(event, boardEvent(before, event, state, this.#zones))
  }

  apply(applied: readonly Applied[]): void {
    for (const { before, event, state } of applied) {
      // A room that began after this event was committed has it in its snapshots.
      if (state.revision <= this.sequence.revision) continue
      const prepared = this.#prepared.get(event)
      const next = prepared === undefined ? boardEvent(before, event, state, this.#zones) : prepared
      if (!next) continue
      const joined = this.#pending ? joinBoardEvents(this.#pending.event, next) : next
      if (!joined) this.flush()
      this.#pending = { revision: state.revision, event: joined ?? next }
      if (next.type !== 'boardChanged') this.flush()
    }
    if (this.#pending) this.#pace.want()
  }

  flush(): void {
    if (!this.#pending) return
    const { revision, event } = this.#pending
    this.#pending = null
    this.#pace.done()
    this.sequence.send(revision, event)
  }

  restart(position: Position): void {
    this.#pending = null
    this.sequence.restart(position)
  }

  close(): void {
    this.#pace.close()
  }
}

/** Staff screens: what differs between the view sent last and the view now, at most every JOIN_MS. */
export class ViewRoom<V> implements Room {
  readonly sequence: Sequence
  readonly #view: (state: BranchState) => V
  readonly #change: (before: V, after: V) => unknown
  readonly #pace = new Pace(() => this.flush())
  #last: V
  #state: BranchState

  constructor(
    emit: Emit,
    position: Position,
    state: BranchState,
    view: (state: BranchState) => V,
    change: (before: V, after: V) => unknown,
  ) {
    this.sequence = new Sequence(emit, position)
    this.#view = view
    this.#change = change
    this.#state = state
    this.#last = view(state)
  }

  /** What was sent last: a newer view would not fit the next change, which says nothing of what came and went between the two. */
  snapshot(): { revision: number; view: V } {
    return { revision: this.sequence.revision, view: this.#last }
  }

  apply(applied: readonly Applied[]): void {
    const last = applied[applied.length - 1]
    if (!last || last.state.revision <= this.#state.revision) return
    this.#state = last.state
    this.#pace.want()
  }

  flush(): void {
    const view = this.#view(this.#state)
    const change = this.#change(this.#last, view)
    this.#last = view
    this.#pace.done()
    if (change) this.sequence.send(this.#state.revision, change)
  }

  restart(position: Position, state: BranchState): void {
    this.#state = state
    this.#last = this.#view(state)
    this.sequence.restart(position)
  }

  close(): void {
    this.#pace.close()
  }
}

/** At once when it was quiet, then no more often than every JOIN_MS. */
class Pace {
  readonly #run: () => void
  #lastMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor(run: () => void) {
    this.#run = run
  }

  want(): void {
    if (this.#timer) return
    const waitMs = this.#lastMs + JOIN_MS - performance.now()
    if (waitMs <= 0) this.#run()
    else
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        this.#run()
      }, waitMs)
  }

  done(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#lastMs = performance.now()
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
