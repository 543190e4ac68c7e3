import { io, type Socket } from 'socket.io-client'
import { ERRORS, type ErrorCode } from '../protocol/errors.ts'
import type { Happening } from '../protocol/live.ts'
import {
  type Acknowledgement,
  type AnnouncementReport,
  type Handshake,
  PROTOCOL,
  type RoomEvent,
  type Snapshot,
  type SoundReport,
  type Speak,
  type Tick,
} from '../protocol/wire.ts'
import { type Contact, Room, SILENCE_MS } from './room.ts'

const LOOK_MS = 250
/** How long an engine that is open but silent is given before it is opened anew. */
const REOPEN_MS = 4_000
const RELOADED = 'panggil.reloaded-for-protocol'

export interface LiveRoomOptions<V, E> {
  readonly namespace: string
  readonly fold: (view: V, event: E) => V | undefined
  /** Asked again at each connection, so that a new token is used at once. */
  readonly handshake: () => Omit<Handshake, 'protocol' | 'since'>
  readonly onRefused?: (code: ErrorCode) => void
  readonly loudspeaker?: Loudspeaker
  /** What the supervisors' socket tells beside the view. */
  readonly onHappened?: (happenings: readonly Happening[]) => void
}

/** What a screen that can sound hears of its connection. */
export interface Loudspeaker {
  onConnect(): void
  onDisconnect(): void
  onTick(): void
  onSpeak(order: Speak): void
}

/** A clock that nobody sets: the machine's own jumps by hours when a network sets it right after a power cut. */
const steadyMs = (): number => performance.now()
const isKnown = (code: unknown): code is ErrorCode => typeof code === 'string' && code in ERRORS
const jittered = (least: number, most: number): number => least + Math.random() * (most - least)

/** A `Room` on a real socket, as state that a page can show. Opens at once; `close` when the page leaves. */
export class LiveRoom<V, E> {
  view = $state.raw<V | null>(null)
  contact = $state<Contact>('waiting')
  /** By the machine's own clock, as `offsetMs` is. */
  lostSinceMs = $state<number | null>(null)
  connected = $state(false)
  /** Why the server does not let this screen in; null while it does. */
  refusal = $state<ErrorCode | null>(null)
  /** The server's time, for ages and countdowns; the browser's clock may be wrong by hours. */
  nowMs = $state(Date.now())

  /** By how much the server's clock jumped, as long as nobody confirmed that it is right; told to supervisors. */
  clockStepMs = $state<number | null>(null)

  readonly #room: Room<V, E>
  readonly #socket: Socket
  readonly #timer: ReturnType<typeof setInterval>
  #retry: ReturnType<typeof setTimeout> | undefined
  /** From the steady clock to the server's, as ticks tell it; before the first one the machine's own clock must do. */
  #serverAheadMs = Date.now() - steadyMs()
  #hasTicked = false
  /** Said each second, as long as it holds. */
  #clock: { readonly stepMs: number; readonly heardMs: number } | null = null
  #reopenedAtMs = steadyMs()
  #closed = false
  readonly #onRefused: ((code: ErrorCode) => void) | undefined

  constructor({ namespace, fold, handshake, onRefused, loudspeaker, onHappened }: LiveRoomOptions<V, E>) {
    this.#onRefused = onRefused
    this.#room = new Room<V, E>({ fold, send: (own) => this.#socket.emit('resync', own), nowMs: steadyMs() })
    this.#socket = io(namespace, {
      transports: ['websocket'],
      forceNew: true,
      timeout: 4_000,
      reconnectionDelay: 500,
      reconnectionDelayMax: 3_000,
      randomizationFactor: 0.5,
      auth: (give) => {
        const since = this.#room.since
        give({ protocol: PROTOCOL, ...handshake(), ...(since ? { since } : {}) })
      },
    })
    this.#socket.on('connect', () => {
      this.refusal = null
      this.#room.onConnect(steadyMs())
      this.#show()
      loudspeaker?.onConnect()
    })
    this.#socket.on('disconnect', (reason) => {
      loudspeaker?.onDisconnect()
      this.#room.onDisconnect(steadyMs())
      this.#show()
      if (reason !== 'io server disconnect') return
      // The client reopens by itself after everything but the server's own goodbye, after which this screen may show something else.
      this.#room.forget()
      this.#again(jittered(500, 3_000))
    })
    this.#socket.on('connect_error', (error: Error & { data?: { code?: unknown } }) => {
      const code = error.data?.code ?? error.message
      if (isKnown(code)) this.#refused(code)
      else if (!this.#socket.active) this.#again(jittered(500, 3_000))
    })
    this.#socket.on('snapshot', (snapshot: Snapshot<V>) => {
      this.#room.onSnapshot(snapshot, steadyMs())
      this.#show()
    })
    this.#socket.on('event', (event: RoomEvent<E>) => {
      this.#room.onEvent(event, steadyMs())
      this.#show()
    })
    this.#socket.on('tick', (tick: Tick) => {
      const nowMs = steadyMs()
      const aheadMs = tick.atMs - nowMs
      // Small differences are the network's; following them would make seconds stutter.
      if (!this.#hasTicked || Math.abs(aheadMs - this.#serverAheadMs) > 400) this.#serverAheadMs = aheadMs
      this.#hasTicked = true
      this.#room.onTick(tick, nowMs)
      loudspeaker?.onTick()
      this.#show()
    })
    this.#socket.on('clock', ({ stepMs }: { stepMs: number }) => {
      this.#clock = { stepMs, heardMs: steadyMs() }
    })
    if (onHappened) this.#socket.on('happened', (happenings: readonly Happening[]) => onHappened(happenings))
    if (loudspeaker) this.#socket.on('speak', (order: Speak) => loudspeaker.onSpeak(order))
    this.#timer = setInterval(this.#look, LOOK_MS)
    document.addEventListener('visibilitychange', this.#look)
    window.addEventListener('online', this.#look)
  }

  /** Of what is shown; null: nothing yet. */
  get epoch(): string | null {
    return this.#room.position?.epoch ?? null
  }

  /** From the machine's own clock, as it is set now, to the server's. */
  get offsetMs(): number {
    return steadyMs() + this.#serverAheadMs - Date.now()
  }

  /** Sends a command and waits for its acknowledgement; rejects after `timeoutMs` or when the connection breaks. */
  send(message: object, timeoutMs: number): Promise<Acknowledgement> {
    return this.#socket.timeout(timeoutMs).emitWithAck('command', message) as Promise<Acknowledgement>
  }

  /** Tells the server of this screen's loudspeaker. What was not said in time is never said later: the server has drawn its conclusions. */
  report(name: 'sound', report: SoundReport): void
  report(name: 'announcement', report: AnnouncementReport): void
  report(name: string, report: object): void {
    if (this.#socket.connected) this.#socket.emit(name, report)
  }

  /** Connects anew with a fresh handshake: after signing in, or with another zone, whose events are others. */
  reopen(): void {
    this.#room.forget()
    this.#reopen()
  }

  #reopen(): void {
    this.#reopenedAtMs = steadyMs()
    this.#socket.disconnect()
    this.#socket.connect()
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    clearTimeout(this.#retry)
    document.removeEventListener('visibilitychange', this.#look)
    window.removeEventListener('online', this.#look)
    this.#socket.disconnect()
  }

  #look = (): void => {
    const nowMs = steadyMs()
    this.#room.checkContact(nowMs)
    const isOpen = this.#socket.connected || this.#socket.io._readyState === 'open'
    // Open but silent: a half-dead connection, or a machine that slept. Engine.IO would notice only after its ping time-out.
    if (this.#room.contact === 'lost' && isOpen && this.refusal === null && nowMs - this.#reopenedAtMs > REOPEN_MS) this.#reopen()
    this.#show()
  }

  #refused(code: ErrorCode): void {
    this.refusal = code
    if (code === 'client-too-old' && sessionStorage.getItem(RELOADED) === null) {
      sessionStorage.setItem(RELOADED, '1')
      location.reload()
      return
    }
    this.#onRefused?.(code)
    if (this.#closed) return
    // A socket that was refused stays closed until told otherwise.
    this.#again(ERRORS[code].retry ? jittered(500, 3_000) : jittered(10_000, 20_000))
  }

  #again(delayMs: number): void {
    clearTimeout(this.#retry)
    if (this.#closed) return
    this.#retry = setTimeout(() => this.#socket.connect(), delayMs)
  }

  #show(): void {
    const { view, contact, lostSinceMs, connected } = this.#room
    const nowMs = steadyMs()
    this.view = view
    this.contact = contact
    const sinceMs = lostSinceMs === null ? null : Math.round(Date.now() - (nowMs - lostSinceMs))
    // The two clocks never tick together to the millisecond.
    if (sinceMs === null || this.lostSinceMs === null || Math.abs(sinceMs - this.lostSinceMs) > LOOK_MS) this.lostSinceMs = sinceMs
    this.connected = connected
    this.clockStepMs = this.#clock && nowMs - this.#clock.heardMs < SILENCE_MS ? this.#clock.stepMs : null
    this.nowMs = Math.floor((nowMs + this.#serverAheadMs) / LOOK_MS) * LOOK_MS
    if (contact === 'live') sessionStorage.removeItem(RELOADED)
  }
}
