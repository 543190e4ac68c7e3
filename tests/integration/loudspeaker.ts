import type { Socket } from 'socket.io-client'
import { Room } from '../../shared/client/room.ts'
import { RECENT_CALLS } from '../../shared/domain/state.ts'
import { type BoardEvent, type BoardView, foldBoard, type Handshake, type SoundReport, type Speak } from '../../shared/protocol/wire.ts'
import { connect } from './officer.ts'

/**
 * A lobby screen with a loudspeaker, as the announcer sees one: answers each tick, and tells how what it was given to say went. It only
 * pretends to sound, and writes down when.
 */
export class Loudspeaker {
  readonly socket: Socket
  readonly room: Room<BoardView, BoardEvent>
  /** What it was told to say, with when, and when it ended. */
  readonly said: (Speak & { readonly atMs: number; endedMs: number | null })[] = []
  sound: SoundReport['state'] = 'ready'
  /** How long a sentence lasts. Null: it says that it speaks, and never that it has spoken. */
  lengthMs: number | null = 60
  /** Whether it answers ticks; whether it answers an order to speak. */
  answersTicks = true
  answersOrders = true
  lastTickMs = 0

  constructor(url: string, auth: Partial<Handshake> & { branch: string }) {
    this.socket = connect(url, 'board', auth)
    this.room = new Room<BoardView, BoardEvent>({
      fold: (view, event) => foldBoard(view, event, RECENT_CALLS),
      send: (own) => void this.socket.emit('resync', own),
      nowMs: performance.now(),
    })
    this.socket.on('connect', () => {
      this.room.onConnect(performance.now())
      this.tell()
    })
    this.socket.on('disconnect', () => this.room.onDisconnect(performance.now()))
    this.socket.on('snapshot', (snapshot) => this.room.onSnapshot(snapshot, performance.now()))
    this.socket.on('event', (message) => {
      this.room.onEvent(message, performance.now())
      const { event } = message
      if (event.type === 'ticketCalled' || event.type === 'ticketRecalled') this.report(event.announcementId, 'shown')
    })
    this.socket.on('tick', (tick) => {
      this.lastTickMs = performance.now()
      this.room.onTick(tick, performance.now())
      if (this.answersTicks) this.tell()
    })
    this.socket.on('speak', (order: Speak) => this.#speak(order))
  }

  get view(): BoardView {
    if (this.room.view === null) throw new Error('it has no view yet')
    return this.room.view
  }

  /** What it says of itself, now. */
  tell(sound: SoundReport['state'] = this.sound): void {
    this.sound = sound
    this.socket.emit('sound', { state: sound })
  }

  report(announcementId: string, status: string, more: object = {}): void {
    this.socket.emit('announcement', { announcementId, status, ...more })
  }

  close(): void {
    this.socket.disconnect()
  }

  #speak(order: Speak): void {
    const said = { ...order, atMs: performance.now(), endedMs: null as number | null }
    this.said.push(said)
    if (!this.answersOrders) return
    this.report(order.announcementId, 'speaking', { durationMs: this.lengthMs ?? 10_000, latencyMs: 5 })
    if (this.lengthMs === null) return
    setTimeout(() => {
      said.endedMs = performance.now()
      this.report(order.announcementId, 'spoken')
    }, this.lengthMs)
  }
}
