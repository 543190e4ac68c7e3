import { type Counter, indexOf, type ServiceEntry } from './configuration.ts'
import { dayEndMs, type ServingHours, servingHours } from './hours.ts'
import { callableQueues } from './order.ts'
import { type BranchState, counterState, currentService, queue, type Ticket } from './state.ts'

const MINUTE = 60_000

/** What becomes of those who wait for a service, as far as can be foreseen. */
export interface Outlook {
  /** Service code. */
  readonly service: string
  /** When it ends today; null: it is not served today. */
  readonly endsMs: number | null
  /** The break that begins before that; null: none. */
  readonly breakMs: number | null
  /** Those sent to one counter included; without those who wait for the next day. */
  readonly waiting: number
  /** How many of them can be served before `endsMs`, and how many of these begin before `breakMs`. */
  readonly served: number
  readonly servedBeforeBreak: number
  /** The first in order who can't be served any more; from there on nobody can. Null: all can. */
  readonly from: string | null
}

export interface Foresight {
  /** In the order of the configuration. */
  readonly outlooks: readonly Outlook[]
  /** Ids of the tickets that can be served. */
  readonly served: ReadonlySet<string>
}

/**
 * Who of those waiting now can still be served today (DAY2). It plays the rest of the day as the core would call: the counter that is free
 * first takes whom it would call next (ORDER1), and is busy for the service's average minutes.
 *
 * It assumes that counters open now stay open until the services end, except during breaks; that one on a break comes back at the time it
 * named, or not at all where it named none; that whoever is at a counter takes the average, too; that a service paused now stays paused,
 * while a pause of the whole branch ends now; that nobody else comes, is transferred or stays away. Who begins before a break is served
 * to the end; who could only be done after the service's last end counts as not served.
 *
 * The work grows with what the counters can do until the end, and with services and counters, but not with who waits.
 */
export function foresee(state: BranchState, nowMs: number): Foresight {
  const plans = new Map<string, Plan>()
  for (const entry of indexOf(state.configuration).services.values()) plans.set(entry.code, planOf(state, entry, nowMs))
  const lines = new Map<string, Line>()
  const desks = state.configuration.counters.flatMap((counter) => deskOf(state, counter, lines, plans, nowMs))
  const served = play(desks, plans)

  for (const counter of state.configuration.counters)
    for (const id of queue(state, `@${counter.id}`).values()) {
      const ticket = state.tickets.get(id)
      const plan = ticket && plans.get(currentService(ticket))
      if (!ticket || !plan) continue
      plan.waiting += 1
      if (!served.has(id)) plan.sentInVain ??= ticket
    }
  const outlooks = [...plans].map(([service, plan]): Outlook => {
    const line = lines.get(service) ?? new Line(state, service)
    const { endsMs, breakMs, waiting, servedBeforeBreak } = plan
    const from = (line.ticket ?? plan.sentInVain)?.number ?? null
    return { service, endsMs, breakMs, waiting, served: plan.served, servedBeforeBreak, from }
  })
  return { outlooks, served }
}

/** Everybody who waits today for one of the services, in the order of their queues, those sent to one counter last. For when a person asks. */
export function waitingToday(state: BranchState, services: Iterable<string>): Ticket[] {
  const wanted = new Set(services)
  const names = [...wanted, ...state.configuration.counters.map(({ id }) => `@${id}`)]
  return names
    .flatMap((name) => [...queue(state, name).values()])
    .flatMap((id) => state.tickets.get(id) ?? [])
    .filter((ticket) => wanted.has(currentService(ticket)))
}

/** What is left of one service's day. */
interface Plan {
  readonly intervals: ServingHours['intervals']
  readonly endsMs: number | null
  readonly breakMs: number | null
  readonly averageMs: number
  waiting: number
  served: number
  servedBeforeBreak: number
  /** The first who was sent to a counter that won't get to him. */
  sentInVain: Ticket | null
}

function planOf(state: BranchState, { code, service, hours: own }: ServiceEntry, nowMs: number): Plan {
  const { timeZone, hours } = state.configuration
  const isExtended = state.services[code]?.override === 'open' || (state.dayOverride === 'open' && own === undefined)
  const midnightMs = dayEndMs(state.day, timeZone)
  const intervals = isExtended ? [{ fromMs: nowMs, untilMs: midnightMs }] : servingHours(own ?? hours, state.day, timeZone).intervals
  const left = intervals.filter(({ untilMs }) => untilMs > nowMs)
  return {
    intervals: left,
    endsMs: intervals[intervals.length - 1]?.untilMs ?? null,
    breakMs: left.length > 1 && left[0] ? left[0].untilMs : null,
    averageMs: service.averageMinutes * MINUTE,
    waiting: queue(state, code).size,
    served: 0,
    servedBeforeBreak: 0,
    sentInVain: null,
  }
}

/** The first moment from `fromMs` on at which a visitor of this service can begin and be done today; null: never. */
function startOf(plan: Plan, fromMs: number): number | null {
  const next = plan.intervals.find(({ untilMs }) => untilMs > fromMs)
  if (!next) return null
  const startMs = Math.max(fromMs, next.fromMs)
  return startMs + plan.averageMs <= (plan.endsMs ?? 0) ? startMs : null
}

/** People in the order in which they are called, one after the other. */
class Line {
  key = ''
  ticket: Ticket | null = null
  /** Those sent to one counter wait for different services: one who can't be served says nothing of the next. */
  readonly isMixed: boolean
  readonly #state: BranchState
  readonly #entries: IterableIterator<readonly [key: string, id: string]>

  constructor(state: BranchState, name: string) {
    this.#state = state
    this.isMixed = name.startsWith('@')
    this.#entries = queue(state, name).entries()
    this.advance()
  }

  advance(): void {
    const next = this.#entries.next()
    this.key = next.done ? '' : next.value[0]
    this.ticket = next.done ? null : (this.#state.tickets.get(next.value[1]) ?? null)
  }
}

interface Desk {
  readonly lines: readonly Line[]
  freeMs: number
}

function deskOf(state: BranchState, counter: Counter, lines: Map<string, Line>, plans: ReadonlyMap<string, Plan>, nowMs: number): Desk[] {
  const { state: is, ticket: id, untilMs } = counterState(state, counter.id)
  if (is === 'closed' || (is === 'paused' && untilMs === null)) return []
  const own = [...callableQueues(state, counter)].map((name) => {
    const line = lines.get(name) ?? new Line(state, name)
    lines.set(name, line)
    return line
  })
  const ticket = id === null ? undefined : state.tickets.get(id)
  const begunMs = ticket?.startedAtMs ?? ticket?.calledAtMs ?? nowMs
  const busyUntilMs = ticket ? begunMs + (plans.get(currentService(ticket))?.averageMs ?? 0) : nowMs
  return [{ lines: own, freeMs: Math.max(nowMs, busyUntilMs, is === 'paused' ? (untilMs ?? nowMs) : nowMs) }]
}

/** Plays the rest of the day; the ids of those who are served. */
function play(desks: readonly Desk[], plans: ReadonlyMap<string, Plan>): Set<string> {
  const served = new Set<string>()
  let working = [...desks]
  while (working.length > 0) {
    const desk = working.reduce((first, each) => (each.freeMs < first.freeMs ? each : first))
    const next = nextAt(desk, plans)
    if (next === null) {
      // Whom it can't take now it can't take later: others only make the lines shorter.
      working = working.filter((each) => each !== desk)
    } else if (next.startMs > desk.freeMs) {
      desk.freeMs = next.startMs
    } else {
      const { line, plan, startMs } = next
      served.add((line.ticket as Ticket).id)
      line.advance()
      plan.served += 1
      if (plan.breakMs !== null && startMs < plan.breakMs) plan.servedBeforeBreak += 1
      desk.freeMs = startMs + plan.averageMs
    }
  }
  return served
}

interface Next {
  readonly line: Line
  readonly plan: Plan
  readonly startMs: number
}

/** Whom a counter takes when it is free: of those that can begin now the first in order; else whoever can begin earliest. */
function nextAt(desk: Desk, plans: ReadonlyMap<string, Plan>): Next | null {
  let best: Next | null = null
  for (const line of desk.lines) {
    const found = headOf(line, plans, desk.freeMs)
    if (found === null) continue
    const isEarlier = best === null || found.startMs < best.startMs
    if (isEarlier || (found.startMs === best?.startMs && line.key < best.line.key)) best = found
  }
  return best
}

function headOf(line: Line, plans: ReadonlyMap<string, Plan>, fromMs: number): Next | null {
  for (; line.ticket !== null; line.advance()) {
    const plan = plans.get(currentService(line.ticket))
    const startMs = plan ? startOf(plan, fromMs) : null
    if (plan && startMs !== null) return { line, plan, startMs }
    if (!line.isMixed) return null
  }
  return null
}
