import type { Server as HttpServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import { indexOf } from '../../shared/domain/configuration.ts'
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.ts'
import { parseSoundReport } from '../../shared/protocol/schemas.ts'
import { type Acknowledgement, type Handshake, PROTOCOL } from '../../shared/protocol/wire.ts'
import { Announcer, type AnnouncerContext } from '../announcer/announcer.ts'
import { Heartbeat } from '../announcer/heartbeat.ts'
import { may, mayOpenCounter } from '../auth/permissions.ts'
import type { Presence } from '../auth/presence.ts'
import type { Authenticator, Principal } from '../auth/principal.ts'
import type { Branches } from '../branch/branches.ts'
import { commandAtCounter, commandBranch } from '../branch/door.ts'
import { type BranchRuntime, refusal } from '../branch/runtime.ts'
import { clientAddress } from '../http/clientAddress.ts'
import type { RequestBudget } from '../http/requestBudget.ts'
import type { BranchStore } from '../store/store.ts'
import { AUDIENCES, type Audience, Hall, positionOf, type Seat } from './hall.ts'

export interface SocketsContext {
  readonly branches: Branches
  readonly store: BranchStore
  readonly accounts: Authenticator
  readonly presence: Presence
  isAllowedOrigin(origin: string | undefined): boolean
  /** The session token in a Cookie header, or null. */
  tokenFromCookie(header: string | undefined): string | null
  /** False when this session has used up its requests for now. */
  take(sessionId: string): boolean
  /** By address. */
  readonly handshakes: RequestBudget
  /** Hears what became of each announcement. */
  announced: AnnouncerContext['report']
  readonly log: AnnouncerContext['log'] & { error(details: object, message: string): void }
}

export interface Sockets {
  /** Closes every socket of a session or device (its token is dead). */
  closeSession(sessionId: string): void
  /** The screens here speak no more; others may. */
  releaseSpeakers(): Promise<void>
  /** Tells every screen that the server is about to restart. */
  announceRestart(): void
  close(): Promise<void>
  /** Open sockets per namespace. */
  count(): Record<string, number>
}

/** Biggest message a client may send, in bytes. */
const MAX_MESSAGE = 16_384
/** Once a second, whether or not the store is there. */
const LOOK_MS = 1000
/** Phones that follow one ticket: a family's, not a flood. */
const SCREENS_PER_TICKET = 20
/** A display answers each tick, and tells a few things of each call. */
const REPORTS_PER_SECOND = 50

/** A refused handshake: `connect_error` with the code as its message and in `data.code`. */
class Refused extends Error {
  readonly data: { code: ErrorCode; retry: boolean }
  constructor(code: ErrorCode) {
    super(code)
    this.data = { code, retry: ERRORS[code].retry }
  }
}

/**
 * The four namespaces. Rooms are chosen by the server from the session, never by the client; every handshake and every command is
 * checked; a handler that throws harms its caller alone.
 */
export function attachSockets(http: HttpServer, context: SocketsContext): Sockets {
  const io = new Server(http, {
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: MAX_MESSAGE,
    connectTimeout: 5000,
    pingInterval: 10_000,
    pingTimeout: 5000,
    serveClient: false,
    // CORS does not hold back WebSockets: the origin is checked here, for every transport.
    allowRequest: (request, done) => done(null, context.isAllowedOrigin(request.headers.origin)),
  })
  const halls = new Map<string, Hall>()
  const announcers = new Map<string, Announcer>()
  const heartbeat = new Heartbeat(context.store, () => {
    for (const hall of halls.values()) hall.tick()
    for (const announcer of announcers.values()) announcer.onTick()
  })
  context.branches.onOpened((runtime) => {
    // Shown before it is spoken (ANN2): the screens hear of each event first.
    halls.set(runtime.id, new Hall(io, runtime))
    announcers.set(runtime.id, new Announcer(runtime, { heartbeat, report: context.announced, log: context.log }))
  })

  for (const audience of AUDIENCES) {
    const namespace = io.of(`/${audience}`)
    namespace.use((socket, next) => {
      seatFor(audience, socket, context).then(
        (seat) => {
          socket.data = seat
          next()
        },
        (error: unknown) => {
          if (error instanceof Refused) return next(error)
          if (!(error instanceof Error && error.name === 'StoreAway')) context.log.error({ err: error, audience }, 'handshake failed')
          next(new Refused(error instanceof Error && error.name === 'StoreAway' ? 'store-away' : 'internal'))
        },
      )
    })
    namespace.on('connection', (socket) => {
      const seat = socket.data as Seat
      const hall = halls.get(seat.runtime.id) as Hall
      if (seat.principal) void socket.join(`session:${seat.principal.sessionId}`)
      hall.enter(socket, seat)
      // Anything a client sends may be nonsense: whatever goes wrong in here stays in here.
      const safely = (work: () => Promise<void> | void) => {
        Promise.resolve()
          .then(work)
          .catch((error: unknown) => context.log.error({ err: error, audience }, 'socket handler failed'))
      }
      let resyncs = 0
      const refill = setInterval(() => {
        resyncs = 0
      }, 1000)
      refill.unref()
      socket.on('resync', (since: unknown) => {
        // A screen that keeps asking gets one answer in a while, not a snapshot for each.
        if (resyncs++ < 5) safely(() => hall.synchronise(socket, seat, positionOf(since)))
      })
      if (seat.principal?.kind === 'device') {
        const { deviceId } = seat.principal
        context.presence.entered(deviceId, socket.id, context.store.nowMs())
        socket.on('disconnect', () => context.presence.left(deviceId, socket.id, context.store.nowMs()))
      }
      if (seat.principal?.kind === 'device' && seat.principal.device === 'display') {
        const announcer = announcers.get(seat.runtime.id) as Announcer
        let reports = 0
        const take = (work: () => void) => {
          if (reports++ < REPORTS_PER_SECOND) safely(work)
        }
        const refillReports = setInterval(() => {
          reports = 0
        }, 1000)
        refillReports.unref()
        const { deviceId } = seat.principal
        announcer.enter(socket, deviceId, seat.zones)
        socket.on('sound', (input: unknown) =>
          take(() => {
            const report = parseSoundReport(input)
            if (report.ok) context.presence.sounded(deviceId, socket.id, report.value.state)
            announcer.onSound(socket.id, input)
          }),
        )
        socket.on('announcement', (input: unknown) => take(() => announcer.onReport(socket.id, input)))
        socket.on('disconnect', () => {
          clearInterval(refillReports)
          announcer.left(socket.id)
        })
      }
      if (audience === 'counter' || audience === 'supervisor')
        socket.on('command', (input: unknown, acknowledge: unknown) =>
          safely(async () => {
            const answer = await command(context, seat, input)
            if (typeof acknowledge === 'function') acknowledge(answer)
            if (!answer.ok && answer.error.code === 'not-signed-in') socket.disconnect(true)
          }),
        )
      socket.on('disconnect', () => {
        clearInterval(refill)
        hall.left(seat)
      })
    })
  }
  // Namespaces that are not ours are refused by Socket.IO itself; the default one has nothing to say.
  io.of('/').use((_socket, next) => next(new Refused('unknown-namespace')))

  const timer = setInterval(() => {
    for (const announcer of announcers.values()) announcer.look()
  }, LOOK_MS)

  const closeSession = (sessionId: string) => {
    for (const audience of AUDIENCES) io.of(`/${audience}`).in(`session:${sessionId}`).disconnectSockets(true)
  }
  context.accounts.onRevoked(closeSession)

  return {
    closeSession,
    async releaseSpeakers() {
      await Promise.all([...announcers.values()].map((announcer) => announcer.release()))
    },
    announceRestart() {
      for (const audience of AUDIENCES) io.of(`/${audience}`).emit('restarting')
    },
    async close() {
      clearInterval(timer)
      heartbeat.stop()
      for (const announcer of announcers.values()) announcer.close()
      for (const hall of halls.values()) hall.close()
      await io.close()
    },
    count: () => Object.fromEntries(AUDIENCES.map((audience) => [audience, io.of(`/${audience}`).sockets.size])),
  }
}

/** Anybody may send anything: only texts and numbers are names. */
const nameIn = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

async function seatFor(audience: Audience, socket: Socket, context: SocketsContext): Promise<Seat> {
  const auth = socket.handshake.auth as Partial<Record<keyof Handshake, unknown>>
  const { protocol } = auth
  if (typeof protocol !== 'number' || protocol < PROTOCOL) throw new Refused('client-too-old')
  if (protocol > PROTOCOL) throw new Refused('server-too-old')
  // Each may cost the store a look-up.
  if (!context.handshakes.take(clientAddress(socket.handshake.address))) throw new Refused('rate-limited')

  const token = typeof auth.token === 'string' ? auth.token : context.tokenFromCookie(socket.handshake.headers.cookie)
  const principal = token === null || audience === 'ticket' ? null : await context.accounts.authenticate(token)
  if (principal === null && audience !== 'ticket') throw new Refused('not-signed-in')

  const runtime = typeof auth.branch === 'string' ? context.branches.get(auth.branch) : undefined
  if (!runtime) throw new Refused('unknown-branch')
  const seat = { audience, runtime, principal, token, zones: null, counter: null, ticket: null }

  switch (audience) {
    case 'board': {
      if (!may(principal as Principal, runtime.id, 'showBoard')) throw new Refused('not-allowed')
      const zones = zonesFor(principal as Principal, runtime, auth.zone)
      return { ...seat, zones, place: `board:${runtime.id}:${zones === null ? '*' : zones.join(',')}` }
    }
    case 'counter': {
      const counter = nameIn(auth.counter)
      if (!indexOf(runtime.state.configuration).counters.has(counter)) throw new Refused('unknown-counter')
      if (!mayOpenCounter(principal as Principal, runtime.id, counter)) throw new Refused('not-allowed')
      return { ...seat, counter, place: `counter:${runtime.id}:${counter}` }
    }
    case 'supervisor':
      if (!may(principal as Principal, runtime.id, 'supervise')) throw new Refused('not-allowed')
      return { ...seat, place: `supervisor:${runtime.id}` }
    case 'ticket': {
      const ticket = nameIn(auth.ticket)
      if (!runtime.state.tickets.has(ticket)) throw new Refused('unknown-ticket')
      const place = `ticket:${runtime.id}:${ticket}`
      if ((socket.nsp.adapter.rooms.get(place)?.size ?? 0) >= SCREENS_PER_TICKET) throw new Refused('rate-limited')
      return { ...seat, ticket, place }
    }
  }
}

/** The zones that a screen may show and wants to: sorted, so that screens of the same zones share a room. Null: all. */
function zonesFor(principal: Principal, runtime: BranchRuntime, wanted: unknown): readonly string[] | null {
  const allowed = principal.kind === 'device' ? principal.zones : null
  if (wanted === undefined || wanted === null || wanted === '') return allowed === null ? null : [...allowed].sort()
  const zone = nameIn(wanted)
  if (!runtime.state.configuration.zones.some((each) => each.id === zone)) throw new Refused('invalid-value')
  if (allowed !== null && !allowed.includes(zone)) throw new Refused('not-allowed')
  return [zone]
}

async function command(context: SocketsContext, seat: Seat, input: unknown): Promise<Acknowledgement> {
  try {
    const principal = seat.token === null ? null : await context.accounts.authenticate(seat.token)
    if (!principal) return refusal('not-signed-in')
    if (!context.take(principal.sessionId)) return refusal('rate-limited')
    return seat.counter === null
      ? await commandBranch(seat.runtime, principal, input)
      : await commandAtCounter(seat.runtime, principal, seat.counter, input)
  } catch (error) {
    if (error instanceof Error && error.name === 'StoreAway') return refusal('store-away')
    context.log.error({ err: error }, 'command failed')
    return refusal('internal')
  }
}
