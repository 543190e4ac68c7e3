import { isDeepStrictEqual } from 'node:util'
import { pendingIn } from '../../shared/domain/announcing.ts'
import type { BranchConfiguration, Counter } from '../../shared/domain/configuration.ts'
import { indexOf } from '../../shared/domain/configuration.ts'
import { UNDO_MS } from '../../shared/domain/decide.ts'
import { estimate } from '../../shared/domain/estimate.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { callOf } from '../../shared/domain/evolve.ts'
import { nextServingMs } from '../../shared/domain/hours.ts'
import { ticketsAhead, upcomingFor, waitingFor } from '../../shared/domain/order.ts'
import {
  type Announcement,
  arrivals,
  type BranchState,
  counterState,
  currentService,
  type Notice,
  queue,
  type Ticket,
  type ZoneState,
  zoneState,
} from '../../shared/domain/state.ts'
import { breakOf } from '../../shared/protocol/breaks.ts'
import {
  type BoardChanges,
  type BoardCounter,
  type BoardEvent,
  type BoardView,
  type BoardZone,
  type CounterEvent,
  type CounterTicket,
  type CounterView,
  type LiveCounter,
  type LiveEvent,
  type LiveQueue,
  type LiveView,
  type LiveZone,
  longestWaitMs,
  MISSED_CALLS,
  type MissedCall,
  newestFirst,
  type TicketReply,
  type TicketView,
  type ZoneSound,
} from '../../shared/protocol/wire.ts'

/**
 * A projection for each audience: what it may know of a branch, and nothing else (PRIV1). Pure functions of the state.
 * The law, tested: folding what is sent to a room gives the room's view.
 */

const branchOf = (configuration: BranchConfiguration): BoardView['branch'] => ({
  id: configuration.id,
  name: configuration.name,
  timeZone: configuration.timeZone,
})

const shows = (zones: readonly string[] | null, zone: string): boolean => zones === null || zones.includes(zone)

// --- board

/** `zones`: those that the screen shows; null: all of the branch. */
export function boardView(state: BranchState, zones: readonly string[] | null): BoardView {
  const { configuration } = state
  const waiting: Record<string, number> = {}
  for (const code of indexOf(configuration).services.keys()) waiting[code] = queue(state, code).size
  return {
    branch: branchOf(configuration),
    configuredRevision: state.configuredRevision,
    day: state.day,
    calls: newestFirst(Object.values(state.calls).filter((call) => shows(zones, call.zone))),
    missed: missedCalls(state, zones),
    zones: configuration.zones.filter((zone) => shows(zones, zone.id)).map((zone) => boardZone(state, zone.id)),
    waiting,
    counters: configuration.counters.filter((counter) => shows(zones, counter.zone)).map((counter) => boardCounter(state, counter)),
    services: state.services,
    dayOverride: state.dayOverride,
    pause: state.pause,
    notice: boardNotice(state, zones),
  }
}

/** Only where the screen shows one of the zones that the text is for. */
function boardNotice({ notice }: BranchState, zones: readonly string[] | null): Notice | null {
  return notice === null || notice.zones === null || notice.zones.some((zone) => shows(zones, zone)) ? notice : null
}

const boardCounter = (state: BranchState, counter: Counter): BoardCounter => ({
  id: counter.id,
  label: counter.label,
  zone: counter.zone,
  state: counterState(state, counter.id).state,
  // An officer's own words are for supervisors (PRIV1).
  reason: breakOf(counterState(state, counter.id).reason)?.id ?? null,
  untilMs: counterState(state, counter.id).untilMs,
})

/** What a visitor or officer needs to know of a zone's loudspeaker. */
export function zoneSound(zone: ZoneState): ZoneSound {
  if (zone.quiet !== null) return 'quiet'
  if (zone.speaker !== null) return 'ok'
  return zone.blocked === null ? 'none' : 'blocked'
}

const boardZone = (state: BranchState, id: string): BoardZone => {
  const zone = zoneState(state, id)
  return { id, sound: zoneSound(zone), speaking: zone.speaking?.id ?? null }
}

/** So many of the latest missed numbers are looked at for those of a screen's zones. */
const MISSED_SEARCHED = 64

/** Newest first. Where few of the latest were called in these zones, older ones are not searched for. */
function missedCalls(state: BranchState, zones: readonly string[] | null): MissedCall[] {
  const { counters } = indexOf(state.configuration)
  const missed: MissedCall[] = []
  let searched = 0
  for (const id of state.missed.latest()) {
    if (missed.length === MISSED_CALLS || searched++ === MISSED_SEARCHED) break
    const ticket = state.tickets.get(id)
    const counter = ticket?.counter == null ? undefined : counters.get(ticket.counter)
    if (ticket && counter && shows(zones, counter.zone))
      missed.push({ number: ticket.number, counter: { id: counter.id, label: counter.label }, atMs: ticket.endedAtMs ?? 0 })
  }
  return missed
}

/**
 * What a board is sent for one event, or null where it changes nothing there. A call goes out at once; other changes may be joined.
 * The work does not grow with the people waiting.
 */
export function boardEvent(
  before: BranchState,
  event: BranchEvent,
  after: BranchState,
  zones: readonly string[] | null,
): BoardEvent | null {
  switch (event.type) {
    case 'branchConfigured':
    case 'dayTurned':
      return { type: 'boardReplaced', view: boardView(after, zones) }
    case 'ticketCalled':
    case 'ticketRecalled': {
      const changes = usualChanges(before, after, zones)
      if (!shows(zones, event.zone)) return changed(changes)
      const { kind: _kind, ...call } = callOf(event)
      return { type: event.type, ...call, changes }
    }
    case 'counterOpened':
    case 'counterPaused':
    case 'counterClosed': {
      const counter = indexOf(after.configuration).counters.get(event.counter)
      const counters = counter && shows(zones, counter.zone) ? { counters: [boardCounter(after, counter)] } : {}
      return changed({ ...counters, ...usualChanges(before, after, zones) })
    }
    case 'dayOverridden':
      return changed({ dayOverride: after.dayOverride })
    case 'branchPaused':
    case 'branchResumed':
      return changed({ pause: after.pause })
    case 'textAnnounced':
    case 'noticeCleared': {
      const notice = boardNotice(after, zones)
      return notice === boardNotice(before, zones) ? null : changed({ notice })
    }
    case 'stepUndone': {
      const withdrawn = Object.values(before.calls)
        .filter((call) => event.withdrawn.includes(call.announcementId) && shows(zones, call.zone))
        .map((call) => call.announcementId)
      return changed({ ...usualChanges(before, after, zones), ...(withdrawn.length > 0 ? { withdrawn } : {}) })
    }
    default:
      return changed(usualChanges(before, after, zones))
  }
}

const changed = (changes: BoardChanges): BoardEvent | null => (Object.keys(changes).length > 0 ? { type: 'boardChanged', changes } : null)

/** What events of many types may change. */
const usualChanges = (before: BranchState, after: BranchState, zones: readonly string[] | null): BoardChanges => ({
  ...waitingChanges(before, after),
  ...missedChanges(before, after, zones),
  ...zoneChanges(before, after, zones),
  ...(before.services === after.services ? {} : { services: after.services }),
})

function missedChanges(before: BranchState, after: BranchState, zones: readonly string[] | null): { missed: MissedCall[] } | null {
  if (before.missed === after.missed) return null
  const missed = missedCalls(after, zones)
  return isDeepStrictEqual(missed, missedCalls(before, zones)) ? null : { missed }
}

function zoneChanges(before: BranchState, after: BranchState, zones: readonly string[] | null): { zones: BoardZone[] } | null {
  if (before.zones === after.zones) return null
  const differing = after.configuration.zones
    .filter(({ id }) => shows(zones, id) && before.zones[id] !== after.zones[id])
    .map(({ id }) => boardZone(after, id))
    .filter((zone) => !isDeepStrictEqual(zone, boardZone(before, zone.id)))
  return differing.length > 0 ? { zones: differing } : null
}

/** New lengths of the services' queues that differ, found by reference: O(services that have a queue). */
function waitingChanges(before: BranchState, after: BranchState): { waiting: Record<string, number> } | null {
  if (before.queues === after.queues) return null
  const waiting: Record<string, number> = {}
  let differs = false
  for (const code of indexOf(after.configuration).services.keys()) {
    const now = after.queues[code]
    const was = before.queues[code]
    if (now === was || (now?.size ?? 0) === (was?.size ?? 0)) continue
    waiting[code] = now?.size ?? 0
    differs = true
  }
  return differs ? { waiting } : null
}

/** Two pending events of a board joined into one that does the same; null where they must stay apart (a call between them). */
export function joinBoardEvents(first: BoardEvent, second: BoardEvent): BoardEvent | null {
  if (second.type === 'boardReplaced') return second
  if (first.type !== 'boardChanged') return null
  const a = first.changes
  const b = second.changes
  const changes: BoardChanges = {
    ...a,
    ...b,
    ...(a.waiting || b.waiting ? { waiting: { ...a.waiting, ...b.waiting } } : {}),
    ...(a.counters || b.counters ? { counters: newer(a.counters ?? [], b.counters ?? []) } : {}),
    ...(a.zones || b.zones ? { zones: newer(a.zones ?? [], b.zones ?? []) } : {}),
    ...(a.withdrawn || b.withdrawn ? { withdrawn: [...(a.withdrawn ?? []), ...(b.withdrawn ?? [])] } : {}),
  }
  return { ...second, changes }
}

const newer = <T extends { readonly id: string }>(first: readonly T[], second: readonly T[]): T[] => [
  ...first.filter((one) => !second.some((other) => other.id === one.id)),
  ...second,
]

// --- live

/** `atMs`: the moment as of which waits are told; the state's own for a room. */
export function liveView(state: BranchState, atMs: number = state.atMs): LiveView {
  const { configuration } = state
  return {
    branch: branchOf(configuration),
    configuredRevision: state.configuredRevision,
    day: state.day,
    atMs,
    queues: [...indexOf(configuration).services.keys()].map((service) => liveQueue(state, service, atMs)),
    counters: configuration.counters.map((counter) => liveCounter(state, counter)),
    zones: configuration.zones.map((zone) => liveZone(state, zone.id)),
    printers: Object.entries(state.printers).map(([device, printer]) => ({ device, ...printer })),
    dayOverride: state.dayOverride,
    pause: state.pause,
    notice: state.notice,
  }
}

function liveQueue(state: BranchState, service: string, atMs: number): LiveQueue {
  const first = arrivals(state, service).first()
  const waitingSinceMs = first ? (state.tickets.get(first[1])?.readyAtMs ?? null) : null
  return {
    service,
    waiting: queue(state, service).size,
    waitingSinceMs,
    longestWaitMs: longestWaitMs(waitingSinceMs, atMs),
    issued: state.issued[service] ?? 0,
    override: state.services[service] ?? null,
  }
}

function liveZone(state: BranchState, id: string): LiveZone {
  const zone = zoneState(state, id)
  return {
    id,
    sound: zoneSound(zone),
    device: zone.speaker?.device ?? zone.blocked,
    speaking: zone.speaking?.id ?? null,
    waiting: pendingIn(state, id).length,
    quiet: zone.quiet,
    soundCheck: zone.soundCheck && { atMs: zone.soundCheck.atMs, heard: zone.soundCheck.heard },
  }
}

function liveCounter(state: BranchState, counter: Counter): LiveCounter {
  const now = counterState(state, counter.id)
  const ticket = now.ticket === null ? undefined : state.tickets.get(now.ticket)
  return {
    id: counter.id,
    label: counter.label,
    zone: counter.zone,
    state: now.state,
    ...(now.officer === null ? {} : { officer: now.officer }),
    ...(ticket ? { ticket: ticketReply(ticket) } : {}),
    waiting: waitingFor(state, counter),
    reason: now.reason,
    untilMs: now.untilMs,
    sinceMs: now.sinceMs,
    announcement: now.announcement?.state ?? null,
  }
}

/** What brings a supervisor's screen from one view to a later one of the same branch; null where nothing differs. */
export function liveChange(before: LiveView, after: LiveView): LiveEvent | null {
  if (before.configuredRevision !== after.configuredRevision || before.day !== after.day) return { type: 'liveReplaced', view: after }
  const queues = after.queues.filter((queue, index) => {
    const was = before.queues[index] as LiveQueue
    return (
      was.waiting !== queue.waiting ||
      was.waitingSinceMs !== queue.waitingSinceMs ||
      was.issued !== queue.issued ||
      was.override !== queue.override
    )
  })
  const counters = after.counters.filter((counter, index) => !isDeepStrictEqual(counter, before.counters[index]))
  const zones = after.zones.filter((zone, index) => !isDeepStrictEqual(zone, before.zones[index]))
  const rest = differing(before, after, ['printers', 'dayOverride', 'pause', 'notice'])
  if (queues.length === 0 && counters.length === 0 && zones.length === 0 && Object.keys(rest).length === 0) return null
  return {
    type: 'liveChanged',
    atMs: after.atMs,
    ...(queues.length > 0 ? { queues } : {}),
    ...(counters.length > 0 ? { counters } : {}),
    ...(zones.length > 0 ? { zones } : {}),
    ...rest,
  }
}

// --- counter

/** How many of those who are next an officer sees. */
const UPCOMING = 5

/** Null where the branch has no such counter. */
export function counterView(state: BranchState, counterId: string): CounterView | null {
  const counter = indexOf(state.configuration).counters.get(counterId)
  if (!counter) return null
  const now = counterState(state, counterId)
  const ticket = now.ticket === null ? undefined : state.tickets.get(now.ticket)
  const held = [...(state.held[counterId]?.values() ?? [])].flatMap((id) => state.tickets.get(id) ?? [])
  return {
    branch: branchOf(state.configuration),
    configuredRevision: state.configuredRevision,
    counter: { id: counter.id, label: counter.label, zone: counter.zone, services: counter.services },
    state: now.state,
    officer: now.officer,
    reason: now.reason,
    untilMs: now.untilMs,
    sinceMs: now.sinceMs,
    ticket: ticket ? counterTicket(ticket) : null,
    announcement: now.announcement && announcementReply(now.announcement),
    sound: zoneSound(zoneState(state, counter.zone)),
    waiting: waitingFor(state, counter),
    queues: counter.services.map((service) => ({ service, waiting: queue(state, service).size })),
    upcoming: upcomingFor(state, counter, UPCOMING).map((next) => ({
      number: next.number,
      service: currentService(next),
      class: next.class,
      readyAtMs: next.readyAtMs,
    })),
    noShow: state.configuration.noShow ?? null,
    held: held.map(ticketReply),
    undo: now.lastStep ? { type: now.lastStep.type, untilMs: now.lastStep.atMs + UNDO_MS } : null,
    pause: state.pause,
  }
}

const announcementReply = ({ ticketId: _ticketId, ...rest }: Announcement): NonNullable<CounterView['announcement']> => rest

export function counterChange(before: CounterView, after: CounterView): CounterEvent | null {
  const changes = differing(before, after, Object.keys(after) as (keyof CounterView)[])
  return Object.keys(changes).length > 0 ? { type: 'counterChanged', changes } : null
}

// --- ticket

/** What a reply tells of a ticket: no notes, no reasons. */
export function ticketReply(ticket: Ticket): TicketReply {
  return {
    id: ticket.id,
    number: ticket.number,
    services: ticket.services,
    service: currentService(ticket),
    class: ticket.class,
    state: ticket.state,
    issuedAtMs: ticket.issuedAtMs,
    ...(ticket.counter === null ? {} : { counter: ticket.counter }),
  }
}

const counterTicket = (ticket: Ticket): CounterTicket => ({
  ...ticketReply(ticket),
  readyAtMs: ticket.readyAtMs,
  calledAtMs: ticket.calledAtMs,
  startedAtMs: ticket.startedAtMs,
  calls: ticket.calls,
  stop: ticket.stop,
  journey: ticket.journey,
  language: ticket.language,
  note: ticket.note,
  why: ticket.why,
})

/** What its holder may see: nothing of others but how many are ahead. Null where there is no such ticket (any more). */
export function ticketView(state: BranchState, id: string): TicketView | null {
  const ticket = state.tickets.get(id)
  if (!ticket) return null
  const isAtCounter = ticket.state === 'called' || ticket.state === 'serving'
  const counter = isAtCounter && ticket.counter !== null ? indexOf(state.configuration).counters.get(ticket.counter) : undefined
  return {
    ticket: ticketReply(ticket),
    ahead: ticketsAhead(state, ticket),
    estimate: estimate(state, ticket),
    ...(counter ? { counter: { id: counter.id, label: counter.label } } : {}),
    stop: ticket.stop,
    // Tickets of an older server have neither.
    refusal: ticket.refusal ?? null,
    paused: ticket.state === 'waiting' ? pausedBecause(state, ticket) : null,
    nextDay: ticket.waitsForNextDay ? { atMs: nextServiceMs(state, ticket) } : null,
  }
}

/** What was written for those who wait while nobody is called. */
function pausedBecause(state: BranchState, ticket: Ticket): string | null {
  if (state.pause) return state.pause.reason
  const override = state.services[currentService(ticket)]
  return override?.override === 'paused' ? override.reason : null
}

/** When the service is open again on a day after this one, for whoever was carried over. */
function nextServiceMs({ configuration, day }: BranchState, ticket: Ticket): number | null {
  const hours = indexOf(configuration).services.get(currentService(ticket))?.hours ?? configuration.hours
  return nextServingMs(hours, day, configuration.timeZone)
}

/** The named fields of `after` that differ from `before`. */
function differing<T extends object>(before: T, after: T, keys: readonly (keyof T)[]): Partial<T> {
  const changes: Partial<T> = {}
  for (const key of keys) if (before[key] !== after[key] && !isDeepStrictEqual(before[key], after[key])) changes[key] = after[key]
  return changes
}
