import { WebSocket } from 'ws'
import type { Position } from '../../shared/protocol/wire.ts'
import { type Address, clockMs } from './address.ts'

/**
 * One light screen: a bare WebSocket that speaks the wire of Engine.IO and Socket.IO by hand, because a thousand full clients in one
 * process would be what is measured. The same code for both sides. It keeps the order of what it hears (every event names the one before),
 * but no view.
 */
export interface ScreenOptions {
  readonly address: Address
  /** The handshake's `auth`, without `since`; empty on the floor. */
  readonly auth: Readonly<Record<string, unknown>>
  /** Milliseconds before the next attempt after a lost connection; null: it stays away. */
  readonly backOff: ((attempt: number) => number) | null
  readonly hall: Hall
}

/** What all screens of this process hear: decoded once, because they hear the same bytes. */
export class Hall {
  readonly arrivals = new Map<string, Arrival>()
  /** Events that did not follow what the screen had. */
  gaps = 0
  #lastBytes: Buffer = Buffer.alloc(0)
  #last: Message = { name: '', position: null, after: null, arrival: null, announcements: [] }

  decode(bytes: Buffer): Message {
    if (bytes.equals(this.#lastBytes)) return this.#last
    const text = bytes.toString()
    const from = text.indexOf('[')
    const [name, body] = JSON.parse(text.slice(from)) as [
      string,
      Partial<Position> & { after?: number; event?: Heard; view?: { calls?: Heard[] } },
    ]
    const { epoch, revision, after, event, view } = body ?? {}
    let arrival: Arrival | null = null
    if (event?.announcementId !== undefined) {
      const id = event.announcementId
      arrival = this.arrivals.get(id) ?? { announcementId: id, bytes: bytes.length, screens: 0, firstMs: 0, lastMs: 0 }
      this.arrivals.set(id, arrival)
    }
    this.#lastBytes = bytes
    this.#last = {
      name,
      position: epoch === undefined || revision === undefined ? null : { epoch, revision },
      after: after ?? null,
      arrival,
      announcements: (view?.calls ?? []).flatMap((call) => call.announcementId ?? []),
    }
    return this.#last
  }
}

export interface Arrival {
  readonly announcementId: string
  /** Length of the event on the wire, Socket.IO's own characters included. */
  readonly bytes: number
  /** How many screens have had it, the times of the first and the last of them. */
  screens: number
  firstMs: number
  lastMs: number
}

interface Heard {
  readonly announcementId?: string
}

interface Message {
  readonly name: string
  readonly position: Position | null
  readonly after: number | null
  readonly arrival: Arrival | null
  /** In a snapshot: the calls that it shows. */
  readonly announcements: readonly string[]
}

const DIGIT_0 = 0x30
const OPEN = DIGIT_0
const PING = DIGIT_0 + 2
const MESSAGE = DIGIT_0 + 4
const CONNECT = DIGIT_0
const EVENT = DIGIT_0 + 2
const CONNECT_ERROR = DIGIT_0 + 4

export class Screen {
  readonly #options: ScreenOptions
  #socket: WebSocket | null = null
  #attempt = 0
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  /** The server let it in, on this connection. */
  hasJoined = false
  own: Position | null = null
  /** The newest call that it knows, from an event or a snapshot. */
  readonly known = new Set<string>()
  /** When, on this connection, the server last said where it is and this screen was there; null before. */
  rightAtMs: number | null = null
  joinedAtMs: number | null = null
  refusal: string | null = null
  readonly #waiting: (() => void)[] = []

  constructor(options: ScreenOptions) {
    this.#options = options
  }

  connect(): void {
    const { address, hall, auth } = this.#options
    this.#attempt += 1
    const socket = new WebSocket(`ws://127.0.0.1:${address.port}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    })
    this.#socket = socket
    const prefix = address.namespace === '' ? '' : `${address.namespace},`
    socket.on('message', (bytes: Buffer) => {
      const type = bytes[0]
      if (type === PING) return socket.send('3')
      if (type === OPEN) return socket.send(`40${prefix}${JSON.stringify(this.own === null ? auth : { ...auth, since: this.own })}`)
      if (type !== MESSAGE) return
      const kind = bytes[1]
      if (kind === EVENT) this.#hear(hall.decode(bytes), socket, prefix)
      else if (kind === CONNECT) {
        this.hasJoined = true
        this.joinedAtMs = clockMs()
        this.#attempt = 0
        // The floor has nothing to tell to who comes back: it is as right as it gets.
        if (address.side === 'floor') {
          this.own = null
          this.#isRight()
        }
      } else if (kind === CONNECT_ERROR) {
        this.refusal = bytes.toString()
        socket.close()
      }
    })
    // What is wrong is told by `close`, which always follows.
    socket.on('error', () => {})
    socket.on('close', () => this.#lost())
  }

  #hear(message: Message, socket: WebSocket, prefix: string): void {
    const { name, position, after, arrival } = message
    if (position === null) return
    if (name === 'tick') {
      if (this.own?.epoch === position.epoch && this.own.revision >= position.revision) this.#isRight()
      else if (this.#options.address.side === 'ours')
        socket.send(`42${prefix}${JSON.stringify(['resync', this.own ?? { epoch: '', revision: 0 }])}`)
      return
    }
    if (name === 'snapshot') {
      this.own = position
      this.known.clear()
      for (const id of message.announcements) this.known.add(id)
      this.#isRight()
      return
    }
    if (name !== 'event') return
    const own = this.own
    if (own !== null && (own.epoch !== position.epoch || after !== own.revision)) {
      if (own.epoch === position.epoch && position.revision <= own.revision) return
      if (own.epoch !== position.epoch || (after as number) > own.revision) this.#options.hall.gaps += 1
    }
    this.own = position
    if (arrival !== null) {
      const atMs = clockMs()
      if (arrival.screens++ === 0) arrival.firstMs = atMs
      arrival.lastMs = atMs
      if (this.#options.backOff !== null) this.known.add(arrival.announcementId)
    }
  }

  #isRight(): void {
    this.rightAtMs = clockMs()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #lost(): void {
    this.hasJoined = false
    this.rightAtMs = null
    const { backOff } = this.#options
    if (this.#isClosed || backOff === null) return
    this.#timer = setTimeout(() => this.connect(), backOff(this.#attempt))
  }

  /** Resolves when the server has said that this screen is where it is; rejects with the refusal, or after this time. */
  async right(timeoutMs: number): Promise<void> {
    if (this.rightAtMs !== null) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`a screen is not right after ${timeoutMs} ms: ${this.refusal ?? 'no answer'}`)),
        timeoutMs,
      )
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    const socket = this.#socket
    if (socket === null || socket.readyState === WebSocket.CLOSED) return
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve())
      socket.terminate()
    })
  }
}
