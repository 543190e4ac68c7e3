import type { Namespace, Server, Socket } from 'socket.io'
import { indexOf } from '../../shared/domain/configuration.ts'
import type { BranchState } from '../../shared/domain/state.ts'
import type { Position } from '../../shared/protocol/wire.ts'
import type { Principal } from '../auth/principal.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import { boardView, counterChange, counterView, liveChange, liveView, ticketView } from '../branch/views.ts'
import { happeningsOf } from '../live/happenings.ts'
import { BoardRoom, type Emit, type Room, ViewRoom } from './rooms.ts'

export const AUDIENCES = ['board', 'counter', 'supervisor', 'ticket'] as const
export type Audience = (typeof AUDIENCES)[number]

/** A phone is told at most this often. */
const TICKET_MS = 1000

/** Where a socket sits: what it may hear and do, decided by the server when it connected. */
export interface Seat {
  readonly audience: Audience
  readonly runtime: BranchRuntime
  readonly principal: Principal | null
  readonly token: string | null
  /** Name of the Socket.IO room that hears what this socket hears. */
  readonly place: string
  readonly zones: readonly string[] | null
  readonly counter: string | null
  readonly ticket: string | null
}

export function positionOf(since: unknown): Position | undefined {
  if (typeof since !== 'object' || since === null) return undefined
  const { epoch, revision } = since as Partial<Position>
  return typeof epoch === 'string' && Number.isSafeInteger(revision) ? { epoch, revision: revision as number } : undefined
}

interface RoomEntry {
  readonly room: Room
  readonly namespace: Namespace
  /** Whose officer listens; null: no counter's. */
  readonly counter: string | null
  size: number
}

/** Everybody who listens to one branch on this server. */
export class Hall {
  readonly #io: Server
  readonly #runtime: BranchRuntime
  readonly #rooms = new Map<string, RoomEntry>()
  /** Phones: by place, what they were sent last. */
  readonly #tickets = new Map<string, { readonly id: string; size: number; sent: string; lookedMs: number }>()
  #ticketsDirty = false
  #ticketTimer: NodeJS.Timeout | undefined

  constructor(io: Server, runtime: BranchRuntime) {
    this.#io = io
    this.#runtime = runtime
    runtime.listen({
      onCommitting: (applied) => {
        for (const { room } of this.#rooms.values()) if (room instanceof BoardRoom) room.prepare(applied)
      },
      onApplied: (applied) => {
        // The hall first, the staff's own screens after it.
        for (const { room } of this.#rooms.values()) if (room instanceof BoardRoom) room.apply(applied)
        for (const { room } of this.#rooms.values()) if (!(room instanceof BoardRoom)) room.apply(applied)
        for (const { before, event } of applied) {
          if (event.type === 'dayTurned') this.#sayGoodbye(before)
          if (event.type === 'branchConfigured') this.#closeMissingCounters()
        }
        this.#ticketsDirty = true
        this.#sendTicketsSoon()
      },
      onReplaced: () => this.#restart(),
    })
    happeningsOf(runtime).listen({
      isHeard: () => this.#rooms.has(this.#supervisors),
      onHappened: (happenings) => this.#io.of('/supervisor').to(this.#supervisors).emit('happened', happenings),
    })
  }

  enter(socket: Socket, seat: Seat): void {
    const { since } = socket.handshake.auth as { since?: unknown }
    if (seat.ticket === null) {
      const entry = this.#rooms.get(seat.place) ?? this.#open(seat)
      entry.size += 1
    } else {
      const entry = this.#tickets.get(seat.place) ?? { id: seat.ticket, size: 0, sent: '', lookedMs: 0 }
      entry.size += 1
      this.#tickets.set(seat.place, entry)
    }
    // Into the room first, then the snapshot: an event between the two is dropped by its revision, none is missed.
    void socket.join(seat.place)
    if (seat.ticket !== null) void socket.join(this.#phones)
    this.synchronise(socket, seat, positionOf(since))
  }

  left(seat: Seat): void {
    const rooms: Map<string, { size: number; readonly room?: Room }> = seat.ticket === null ? this.#rooms : this.#tickets
    const entry = rooms.get(seat.place)
    if (!entry) return
    entry.size -= 1
    if (entry.size > 0) return
    entry.room?.close()
    rooms.delete(seat.place)
  }

  /** Brings a screen to the truth: by the events that it missed where they are still known, else by a snapshot. */
  synchronise(socket: Socket, seat: Seat, since: Position | undefined): void {
    const { state, epoch } = this.#runtime
    if (seat.ticket !== null) {
      const view = ticketView(state, seat.ticket)
      if (view) socket.emit('snapshot', { epoch, revision: state.revision, view })
      // It comes back and is told that there is no such ticket any more.
      else socket.disconnect(true)
      return
    }
    const entry = this.#rooms.get(seat.place)
    if (!entry) return
    const missed = entry.room.sequence.missed(since)
    if (missed) {
      for (const message of missed) socket.emit('event', message)
      socket.emit('tick', { epoch, revision: entry.room.sequence.revision, atMs: this.#runtime.nowMs() })
    } else socket.emit('snapshot', { epoch, ...entry.room.snapshot(state) })
  }

  tick(): void {
    const atMs = this.#runtime.nowMs()
    for (const { room } of this.#rooms.values()) room.sequence.tick(atMs)
    const stepMs = this.#runtime.clockStepMs
    if (stepMs !== null) this.#io.of('/supervisor').to(this.#supervisors).emit('clock', { stepMs })
    // Each phone's view is whole: there is nothing to miss, so the tick only says that the line is alive.
    if (this.#tickets.size > 0) this.#io.of('/ticket').to(this.#phones).emit('tick', { epoch: this.#runtime.epoch, revision: 0, atMs })
  }

  close(): void {
    clearTimeout(this.#ticketTimer)
    for (const { room } of this.#rooms.values()) room.close()
  }

  get #supervisors(): string {
    return `supervisor:${this.#runtime.id}`
  }

  get #phones(): string {
    return `phones:${this.#runtime.id}`
  }

  #open(seat: Seat): RoomEntry {
    const namespace = this.#io.of(`/${seat.audience}`)
    const emit: Emit = (name, message) => namespace.to(seat.place).emit(name, message)
    const { state, epoch } = this.#runtime
    const position = { epoch, revision: state.revision }
    const entry = { room: roomFor(seat, emit, position, this.#runtime), namespace, counter: seat.counter, size: 0 }
    this.#rooms.set(seat.place, entry)
    return entry
  }

  #restart(): void {
    const { state, epoch } = this.#runtime
    for (const [place, { room, namespace }] of this.#rooms) {
      room.restart({ epoch, revision: state.revision }, state)
      namespace.to(place).emit('snapshot', { epoch, ...room.snapshot(state) })
    }
    for (const [place, entry] of this.#tickets) {
      entry.sent = ''
      if (!state.tickets.has(entry.id)) this.#io.of('/ticket').in(place).disconnectSockets(true)
    }
    this.#ticketsDirty = true
    this.#sendTicketsSoon()
  }

  /** Whoever sits at a counter that is no more comes back and is told so. */
  #closeMissingCounters(): void {
    const { counters } = indexOf(this.#runtime.state.configuration)
    for (const [place, { namespace, counter }] of this.#rooms)
      if (counter !== null && !counters.has(counter)) namespace.in(place).disconnectSockets(true)
  }

  /** The day turned, and tickets that ended with it are no more: their visitors see how they ended (DAY2). `last`: the state just before. */
  #sayGoodbye(last: BranchState): void {
    const { state, epoch } = this.#runtime
    for (const [place, { id }] of this.#tickets) {
      const view = state.tickets.has(id) ? null : ticketView(last, id)
      if (view) this.#io.of('/ticket').to(place).emit('snapshot', { epoch, revision: last.revision, view })
    }
  }

  #sendTicketsSoon(): void {
    if (this.#ticketTimer || this.#tickets.size === 0) return
    this.#ticketTimer = setTimeout(() => {
      this.#ticketTimer = undefined
      this.#sendTickets()
    }, 20)
  }

  /** Each phone that has something new, at most once a second each. O(log n) per phone that listens, whoever else waits. */
  #sendTickets(): void {
    if (!this.#ticketsDirty) return
    this.#ticketsDirty = false
    const { state, epoch } = this.#runtime
    const nowMs = performance.now()
    let later = false
    for (const [place, entry] of this.#tickets) {
      if (nowMs - entry.lookedMs < TICKET_MS) {
        later = true
        continue
      }
      entry.lookedMs = nowMs
      const view = ticketView(state, entry.id)
      const sent = JSON.stringify(view)
      if (!view || sent === entry.sent) continue
      entry.sent = sent
      this.#io.of('/ticket').to(place).emit('snapshot', { epoch, revision: state.revision, view })
    }
    if (later) {
      this.#ticketsDirty = true
      this.#ticketTimer = setTimeout(() => {
        this.#ticketTimer = undefined
        this.#sendTickets()
      }, TICKET_MS / 4)
    }
  }
}

function roomFor(seat: Seat, emit: Emit, position: Position, runtime: BranchRuntime): Room {
  const { state } = runtime
  if (seat.audience === 'board') return new BoardRoom(emit, position, seat.zones, (now) => boardView(now, seat.zones))
  if (seat.counter !== null) {
    const counter = seat.counter
    return new ViewRoom(
      emit,
      position,
      state,
      (now) => counterView(now, counter),
      (before, after) => (before && after ? counterChange(before, after) : null),
    )
  }
  // The view's own time makes every change of waits visible to the fold; see `liveChange`.
  return new ViewRoom(emit, position, state, (now) => liveView(now), liveChange)
}
