import { type Position, type RoomEvent, reception, type Snapshot, type Tick } from '../protocol/wire.ts'

/** A screen that knows nothing new for this long says so (SYNC3). */
export const SILENCE_MS = 3_000

/** `waiting`: never had a view yet; `live`: what is shown is what the server has; `lost`: it may have changed since `lostSinceMs`. */
export type Contact = 'waiting' | 'live' | 'lost'

export interface RoomOptions<V, E> {
  /** Undefined where the event is of a kind that this screen does not know. */
  readonly fold: (view: V, event: E) => V | undefined
  /** Sends `resync`. */
  readonly send: (own: Position) => void
  readonly nowMs: number
}

/** Nobody's position: the server answers with a snapshot. */
const NOWHERE: Position = { epoch: '', revision: 0 }

/**
 * The client's half of the protocol: keeps one view equal to the server's. No socket, no timer, no clock in here, so that a test can drive
 * it over a transport that it flushes by hand. Times are milliseconds on a clock of the caller's that nobody sets.
 */
export class Room<V, E> {
  view: V | null = null
  position: Position | null = null
  contact: Contact = 'waiting'
  /** Until when the view was known to be true; null while it is. */
  lostSinceMs: number | null = null
  connected = false

  readonly #fold: RoomOptions<V, E>['fold']
  readonly #send: RoomOptions<V, E>['send']
  /** When the view was last known to equal the server's. */
  #trueAtMs: number
  /** The revision that is known to exist and is not here yet; asked for once. */
  #missing: Position | null = null

  constructor({ fold, send, nowMs }: RoomOptions<V, E>) {
    this.#fold = fold
    this.#send = send
    this.#trueAtMs = nowMs
  }

  /** What a new connection says it has: `since` of the handshake. */
  get since(): Position | undefined {
    return this.position ?? undefined
  }

  /** The next connection is answered with a snapshot: what this room has is no position in the one that it will be in. */
  forget(): void {
    this.position = null
    this.#missing = null
  }

  onConnect(nowMs: number): void {
    this.connected = true
    // Whatever was asked on the old connection will not be answered on this one.
    this.#missing = null
    this.checkContact(nowMs)
  }

  onDisconnect(nowMs: number): void {
    this.connected = false
    this.#missing = null
    this.checkContact(nowMs)
  }

  onSnapshot(snapshot: Snapshot<V>, nowMs: number): void {
    const own = this.position
    // A second server may lag behind the first; going back in time would show an old number as live.
    if (own !== null && own.epoch === snapshot.epoch && snapshot.revision < own.revision) return
    this.view = snapshot.view
    this.#moveTo(snapshot)
    this.#seenTrue(nowMs)
  }

  onEvent(message: RoomEvent<E>, nowMs: number): void {
    switch (reception(this.position, message)) {
      case 'drop':
        return
      case 'resync':
        this.#ask(message)
        return
      case 'apply': {
        const view = this.#folded(message.event)
        if (view === undefined) {
          // Asked for from where we are, the same unknown event would come again: ask for everything.
          this.position = null
          this.#ask(message)
          return
        }
        this.view = view
        this.#moveTo(message)
        // Events that close a gap do not prove that it is closed; the next tick does.
        if (this.contact === 'live' && this.#missing === null) this.#seenTrue(nowMs)
      }
    }
  }

  onTick(tick: Tick, nowMs: number): void {
    const own = this.position
    if (own !== null && own.epoch === tick.epoch && own.revision >= tick.revision) this.#seenTrue(nowMs)
    else {
      // Whatever was asked a second ago and is not here was lost: ask again.
      this.#missing = null
      this.#ask(tick)
    }
  }

  /** To be called a few times a second, and when the page wakes up. */
  checkContact(nowMs: number): void {
    if (this.contact === 'lost' || nowMs - this.#trueAtMs < SILENCE_MS) return
    this.contact = 'lost'
    this.lostSinceMs = this.#trueAtMs
  }

  #folded(event: E): V | undefined {
    try {
      return this.#fold(this.view as V, event)
    } catch {
      return undefined
    }
  }

  #moveTo({ epoch, revision }: Position): void {
    this.position = { epoch, revision }
    if (this.#missing !== null && (this.#missing.epoch !== epoch || this.#missing.revision <= revision)) this.#missing = null
  }

  #ask(newer: Position): void {
    if (this.#missing !== null) {
      if (this.#missing.epoch === newer.epoch && this.#missing.revision < newer.revision)
        this.#missing = { epoch: newer.epoch, revision: newer.revision }
      return
    }
    this.#missing = { epoch: newer.epoch, revision: newer.revision }
    if (this.connected) this.#send(this.position ?? NOWHERE)
  }

  #seenTrue(nowMs: number): void {
    this.#trueAtMs = nowMs
    this.contact = 'live'
    this.lostSinceMs = null
  }
}
