import type { Server, Socket } from 'socket.io'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Applied, BranchRuntime, RuntimeListener } from '../../server/branch/runtime.ts'
import { boardView, counterView, liveView } from '../../server/branch/views.ts'
import { Hall } from '../../server/sockets/hall.ts'
import { Room } from '../../shared/client/room.ts'
import { type BranchState, RECENT_CALLS } from '../../shared/domain/state.ts'
import {
  type BoardEvent,
  type BoardView,
  type CounterEvent,
  type CounterView,
  foldBoard,
  foldCounter,
  foldLive,
  type LiveEvent,
  type LiveView,
  type Position,
} from '../../shared/protocol/wire.ts'
import { anyCommand, chance, newBranch, perform, START_MS } from './randomHall.ts'

/**
 * Screens against the server's real hall, over a wire that is flushed by hand: messages wait in each line's inbox, arrive in part, are lost
 * when a line breaks; servers restart and stores come back under a new epoch. After every flush a screen's view must be the server's view
 * of exactly its revision; when all is flushed, of the last revision (SYNC1, SYNC2).
 */

type Message = readonly [name: string, body: { epoch: string; revision: number }]

interface Line {
  readonly inbox: Message[]
  readonly places: Set<string>
}

/** What of Socket.IO a hall uses. */
class Wire {
  readonly lines = new Set<Line>()
  readonly io = {
    of: () => ({ to: (place: string) => ({ emit: (...message: Message) => this.#broadcast(place, message) }) }),
  } as unknown as Server

  #broadcast(place: string, [name, body]: Message): void {
    // As it travels: JSON, so that nothing is shared by reference.
    const message: Message = [name, JSON.parse(JSON.stringify(body)) as Message[1]]
    for (const line of this.lines) if (line.places.has(place)) line.inbox.push(message)
  }

  socket(line: Line, since: Position | undefined): Socket {
    return {
      handshake: { auth: { since } },
      join: (place: string) => line.places.add(place),
      emit: (...[name, body]: Message) => line.inbox.push([name, JSON.parse(JSON.stringify(body)) as Message[1]]),
    } as unknown as Socket
  }
}

class FakeRuntime {
  readonly id = 'small'
  epoch = 'e1'
  state: BranchState = newBranch()
  now = START_MS
  readonly #listeners: RuntimeListener[] = []
  /** Views of the past, to compare a screen that is behind with what was true then. */
  readonly past = new Map<string, BranchState>()

  constructor() {
    this.#remember()
  }
  nowMs(): number {
    return this.now
  }
  listen(listener: RuntimeListener): void {
    this.#listeners.push(listener)
  }
  /** The server that listened is no more. */
  forget(): void {
    this.#listeners.length = 0
  }
  apply(applied: readonly Applied[]): void {
    for (const { state } of applied) {
      this.state = state
      this.#remember()
    }
    if (applied.length > 0) for (const listener of this.#listeners) listener.onApplied(applied)
  }
  /** The store came back as something else: state may lie behind what screens saw. */
  replace(state: BranchState, epoch: string): void {
    this.state = state
    this.epoch = epoch
    this.#remember()
    for (const listener of this.#listeners) listener.onReplaced()
  }
  at({ epoch, revision }: Position): BranchState {
    const state = this.past.get(`${epoch}/${revision}`)
    if (!state) throw new Error(`no such position ${epoch}/${revision}`)
    return state
  }
  #remember(): void {
    this.past.set(`${this.epoch}/${this.state.revision}`, this.state)
  }
}

interface Screen {
  readonly name: string
  readonly room: Room<unknown, unknown>
  readonly seat: { audience: string; place: string; zones: readonly string[] | null; counter: string | null; ticket: null; principal: null }
  readonly truth: (state: BranchState) => unknown
  line: Line | null
  socket: Socket | null
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
/** Waits are told as of an event's time; a room that sent nothing since is as of an earlier one. */
const withoutAge = (view: unknown): unknown => {
  const live = view as LiveView
  return live.queues ? { ...live, atMs: 0, queues: live.queues.map((queue) => ({ ...queue, longestWaitMs: 0 })) } : view
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }))
afterEach(() => void vi.useRealTimers())

const counts = { applied: 0, reconnects: 0, resyncs: 0, lost: 0, replays: 0, snapshots: 0, replaced: 0, restarts: 0, compared: 0 }

function play(seed: number): void {
  const random = chance(seed)
  const wire = new Wire()
  const runtime = new FakeRuntime()
  let hall = new Hall(wire.io, runtime as unknown as BranchRuntime)
  let epochs = 1

  const screens: Screen[] = [null, ['a'], ['b']].map((zones) => {
    const place = `board:small:${zones ?? '*'}`
    return screen(
      place,
      { audience: 'board', zones, counter: null },
      (view, event) => foldBoard(view as BoardView, event as BoardEvent, RECENT_CALLS),
      (state) => boardView(state, zones),
    )
  })
  for (const counter of ['1', '3'])
    screens.push(
      screen(
        `counter:small:${counter}`,
        { audience: 'counter', zones: null, counter },
        (view, event) => foldCounter(view as CounterView, event as CounterEvent),
        (state) => counterView(state, counter),
      ),
    )
  screens.push(
    screen(
      'supervisor:small',
      { audience: 'supervisor', zones: null, counter: null },
      (view, event) => foldLive(view as LiveView, event as LiveEvent),
      (state) => liveView(state),
    ),
  )

  function screen(
    place: string,
    seat: { audience: string; zones: readonly string[] | null; counter: string | null },
    fold: (view: unknown, event: unknown) => unknown,
    truth: Screen['truth'],
  ): Screen {
    const made: Screen = {
      name: place,
      seat: { ...seat, place, ticket: null, principal: null },
      truth,
      line: null,
      socket: null,
      room: new Room<unknown, unknown>({
        fold,
        nowMs: performance.now(),
        send: (own) => {
          counts.resyncs += 1
          const before = made.line?.inbox.length ?? 0
          if (made.socket) hall.synchronise(made.socket, made.seat as never, own)
          if (made.line?.inbox.slice(before).every(([name]) => name !== 'snapshot')) counts.replays += 1
        },
      }),
    }
    return made
  }

  const connect = (each: Screen) => {
    const line: Line = { inbox: [], places: new Set() }
    wire.lines.add(line)
    each.line = line
    each.socket = wire.socket(line, each.room.since)
    each.room.onConnect(performance.now())
    hall.enter(each.socket, each.seat as never)
    counts.reconnects += 1
  }
  const disconnect = (each: Screen) => {
    if (!each.line) return
    wire.lines.delete(each.line)
    hall.left(each.seat as never)
    each.line = null
    each.socket = null
    each.room.onDisconnect(performance.now())
  }
  const deliver = (each: Screen, some: number) => {
    for (const [name, body] of each.line?.inbox.splice(0, some) ?? []) {
      const nowMs = performance.now()
      if (name === 'snapshot') {
        counts.snapshots += 1
        each.room.onSnapshot(body as never, nowMs)
      } else if (name === 'event') each.room.onEvent(body as never, nowMs)
      else if (name === 'tick') each.room.onTick(body as never, nowMs)
    }
    const { position, view } = each.room
    if (position === null) return
    counts.compared += 1
    expect(withoutAge(view), `seed ${seed}: ${each.name} at ${position.epoch}/${position.revision}`).toEqual(
      withoutAge(plain(each.truth(runtime.at(position)))),
    )
  }

  for (let step = 0; step < 100; step++) {
    const dice = random.below(20)
    if (dice < 10) {
      runtime.now += random.below(30_000)
      const applied: Applied[] = []
      let state = runtime.state
      for (let n = random.below(3); n >= 0; n--) {
        const more = perform(state, anyCommand(state, random), runtime.now)
        applied.push(...more)
        state = more.at(-1)?.state ?? state
      }
      counts.applied += applied.length
      runtime.apply(applied)
    } else if (dice < 13) vi.advanceTimersByTime(random.below(150))
    else if (dice < 14) hall.tick()
    else if (dice < 16) {
      const each = random.one(screens)
      if (each.line) disconnect(each)
      else connect(each)
    } else if (dice < 17 && random.below(5) === 0) {
      // The server restarts: nothing of its rooms is left; the state is.
      for (const each of screens) disconnect(each)
      hall.close()
      runtime.forget()
      hall = new Hall(wire.io, runtime as unknown as BranchRuntime)
      counts.restarts += 1
    } else if (dice < 18 && random.below(5) === 0) {
      // The store comes back, sometimes as it was a while ago.
      const earlier = random.one([...runtime.past.values()])
      epochs += 1
      runtime.replace(random.below(2) ? earlier : runtime.state, `e${epochs}`)
      counts.replaced += 1
    } else {
      const each = random.one(screens)
      // A message may be lost without the line breaking: the gap must be seen and healed.
      if (each.line && random.below(3) === 0) counts.lost += each.line.inbox.splice(random.below(each.line.inbox.length), 1).length
      if (each.line) deliver(each, random.below(each.line.inbox.length + 1))
    }
  }

  // Everything arrives: every screen is at the server's last view, whatever it went through.
  for (const each of screens) if (!each.line) connect(each)
  vi.advanceTimersByTime(200)
  for (let round = 0; round < 4; round++) {
    hall.tick()
    for (const each of screens) deliver(each, Number.POSITIVE_INFINITY)
  }
  for (const each of screens) {
    expect(each.room.contact, `seed ${seed}: ${each.name}`).toBe('live')
    expect(withoutAge(each.room.view), `seed ${seed}: ${each.name} at the end`).toEqual(withoutAge(plain(each.truth(runtime.state))))
  }
  hall.close()
}

test('SYNC1 SYNC2 screens equal the server at their revision through lost lines, restarts and new epochs', () => {
  for (let seed = 1; seed <= 200; seed++) play(seed)
})

test('the fuzz did something', () => {
  for (const [what, count] of Object.entries(counts)) expect(count, what).toBeGreaterThan(20)
})
