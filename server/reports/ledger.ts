import type { BranchEvent } from '../../shared/domain/events.ts'
import { instantOf } from '../../shared/domain/hours.ts'
import { type BranchState, counterState, currentService, type Outcome, type Ticket } from '../../shared/domain/state.ts'
import { QUARTER_MS, QUARTERS, type Quarters } from '../../shared/protocol/quarters.ts'

/**
 * The account of one business day, kept while it happens: one entry per visit and per stop. The same code counts today, a day that is being
 * archived, and a day that is counted again from its events.
 */
export interface Visit {
  readonly ticketId: string
  readonly number: string
  readonly class: string
  readonly journey: string | null
  /** It was issued on an earlier day and carried over to this one: it was counted as a visit then. */
  readonly isCarriedIn: boolean
  readonly issuedAtMs: number
  /** Those it came to, in order; the last is the present one. */
  readonly stops: readonly Stop[]
}

/** How a stop ended; `moved`: transferred to another service before it was served; `open`: it hasn't ended. */
export const STOP_ENDS = ['open', 'served', 'noShow', 'refused', 'cancelled', 'carriedOver', 'moved'] as const
export type StopEnd = (typeof STOP_ENDS)[number]

export interface Stop {
  /** Service code. */
  readonly service: string
  /** Since when the visitor stood in this service's queue. */
  readonly readyAtMs: number
  /** Its first call; null: none. What a visitor waits for. */
  readonly calledAtMs: number | null
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
  /** On hold between start and end: no time of service. */
  readonly heldMs: number
  readonly heldSinceMs: number | null
  /** The last counter that called or served it, and who sat there. */
  readonly counter: string | null
  readonly officer: string | null
  readonly isOutOfOrder: boolean
  readonly end: StopEnd
  readonly outcome: Outcome | null
}

export interface Applied {
  readonly before: BranchState
  readonly event: BranchEvent
  readonly state: BranchState
}

const HOUR_MS = 3_600_000

/** Versions of a visit that are kept, so that an undone step leaves no trace: a step can be taken back for 30 s. */
const VERSIONS = 12

interface Entry {
  visit: Visit
  /** By the ticket's `changedRevision`, newest last. */
  readonly versions: { readonly revision: number; readonly visit: Visit }[]
}

interface Opened {
  sinceMs: number | null
  readonly intervals: [fromMs: number, untilMs: number][]
}

export const openLedger = (opening: BranchState): DayLedger => new DayLedger(opening)

export class DayLedger {
  readonly day: string
  readonly #timeZone: string
  readonly #entries = new Map<string, Entry>()
  readonly #counters = new Map<string, Opened>()
  /** Null: to be counted again. It is asked for every second, and changes seldom. */
  #outOfOrder: ReadonlyMap<string, number> | null = null

  /** `opening`: the branch as the day begins. */
  constructor(opening: BranchState) {
    this.day = opening.day
    this.#timeZone = opening.configuration.timeZone
    for (const ticket of opening.tickets.values()) this.#add(ticket, true)
  }

  get startMs(): number {
    return instantOf(this.day, '00:00', this.#timeZone)
  }

  /** Whole hours since local midnight, 0 to 23; on a day with an hour more the last one is two. */
  hourOf(atMs: number): number {
    return Math.min(23, Math.max(0, Math.floor((atMs - this.startMs) / HOUR_MS)))
  }

  visits(): Visit[] {
    return [...this.#entries.values()].map(({ visit }) => visit)
  }

  /** How many each officer called out of order, by user name. */
  get outOfOrder(): ReadonlyMap<string, number> {
    if (this.#outOfOrder) return this.#outOfOrder
    const calls = new Map<string, number>()
    for (const { visit } of this.#entries.values())
      for (const { isOutOfOrder, officer } of visit.stops)
        if (isOutOfOrder && officer !== null) calls.set(officer, (calls.get(officer) ?? 0) + 1)
    this.#outOfOrder = calls
    return calls
  }

  /** One event, in order; `before` and `state`: the branch before and after it. */
  apply({ before, event, state }: Applied): void {
    this.#countCounters(before, event)
    for (const id of ticketsOf(event)) {
      const ticket = state.tickets.get(id)
      if (!ticket) continue
      const entry = this.#entries.get(id) ?? this.#add(ticket, false)
      entry.visit = event.type === 'stepUndone' ? undone(entry, event, id) : changed(entry.visit, event, before, state)
      if (event.type === 'stepUndone' || entry.visit.stops.some(({ isOutOfOrder }) => isOutOfOrder)) this.#outOfOrder = null
      entry.versions.push({ revision: ticket.changedRevision, visit: entry.visit })
      if (entry.versions.length > VERSIONS) entry.versions.shift()
    }
  }

  /** Milliseconds that each counter was open (not on a break), per hour of the day. `atMs`: now, for those still open. */
  openMs(atMs: number): ReadonlyMap<string, readonly number[]> {
    const hours = new Map<string, readonly number[]>()
    for (const [counter, { sinceMs, intervals }] of this.#counters) {
      const of = new Array<number>(24).fill(0)
      for (const [fromMs, untilMs] of sinceMs === null ? intervals : [...intervals, [sinceMs, atMs] as const])
        this.#share(of, fromMs, untilMs)
      hours.set(counter, of)
    }
    return hours
  }

  /** An interval's milliseconds, added to the hours that it lies in. */
  #share(hours: number[], fromMs: number, untilMs: number): void {
    for (let at = Math.max(fromMs, this.startMs); at < untilMs; ) {
      const hour = this.hourOf(at)
      const end = hour === 23 ? untilMs : Math.min(untilMs, this.startMs + (hour + 1) * HOUR_MS)
      hours[hour] = (hours[hour] as number) + end - at
      at = end
    }
  }

  /** The same for what the hours of a service had it be. */
  sharedMinutes(intervals: readonly { readonly fromMs: number; readonly untilMs: number }[]): number[] {
    const hours = new Array<number>(24).fill(0)
    for (const { fromMs, untilMs } of intervals) this.#share(hours, fromMs, untilMs)
    return hours.map((ms) => Math.round(ms / 60_000))
  }

  /** By quarters of an hour, up to `atMs`; `agency` null: of the whole branch. */
  quarters(agency: string | null, atMs: number): Quarters {
    const zeros = () => new Array<number>(QUARTERS).fill(0)
    const [arrivals, calls, leaving, waitSeconds] = [zeros(), zeros(), zeros(), zeros()]
    const quarterOf = (ms: number) => Math.min(QUARTERS - 1, Math.max(0, Math.floor((ms - this.startMs) / QUARTER_MS)))
    const add = (to: number[], ms: number, value = 1) => {
      const quarter = quarterOf(ms)
      to[quarter] = (to[quarter] as number) + value
    }
    for (const { isCarriedIn, stops } of this.#visits(agency))
      for (const [at, stop] of stops.entries()) {
        const isOld = isCarriedIn && at === 0
        add(arrivals, isOld ? this.startMs : stop.readyAtMs)
        if (stop.calledAtMs !== null) {
          add(calls, stop.calledAtMs)
          if (!isOld) add(waitSeconds, stop.calledAtMs, waitSecondsOf(stop) as number)
        }
        const leftMs = stop.calledAtMs ?? stop.endedAtMs
        if (leftMs !== null) add(leaving, leftMs)
      }
    const waiting = zeros()
    const last = quarterOf(atMs)
    let now = 0
    for (let quarter = 0; quarter <= last; quarter++) {
      now += (arrivals[quarter] as number) - (leaving[quarter] as number)
      waiting[quarter] = now
    }
    return { arrivals, calls, waiting, waitSeconds }
  }

  *#visits(agency: string | null): Generator<Visit> {
    for (const { visit } of this.#entries.values())
      yield agency === null ? visit : { ...visit, stops: visit.stops.filter(({ service }) => agencyOf(service) === agency) }
  }

  #add(ticket: Ticket, isCarriedIn: boolean): Entry {
    const visit: Visit = {
      ticketId: ticket.id,
      number: ticket.number,
      class: ticket.class,
      journey: ticket.journey,
      isCarriedIn,
      issuedAtMs: ticket.issuedAtMs,
      stops: [stopFrom(currentService(ticket), ticket.readyAtMs)],
    }
    const entry = { visit, versions: [{ revision: ticket.changedRevision, visit }] }
    this.#entries.set(ticket.id, entry)
    return entry
  }

  #countCounters(before: BranchState, event: BranchEvent): void {
    switch (event.type) {
      case 'counterOpened': {
        const counter = this.#counter(event.counter)
        counter.sinceMs ??= event.atMs
        return
      }
      case 'counterPaused':
      case 'counterClosed':
        this.#close(event.counter, event.atMs)
        return
      case 'dayTurned':
        for (const id in before.counters) this.#close(id, event.atMs)
    }
  }

  #counter(id: string): Opened {
    const known = this.#counters.get(id)
    if (known) return known
    const counter: Opened = { sinceMs: null, intervals: [] }
    this.#counters.set(id, counter)
    return counter
  }

  #close(id: string, atMs: number): void {
    const counter = this.#counters.get(id)
    if (counter?.sinceMs == null) return
    counter.intervals.push([counter.sinceMs, atMs])
    counter.sinceMs = null
  }
}

export const agencyOf = (service: string): string => service.slice(0, service.indexOf('.'))

/** From ready to the first call, in whole seconds; null: never called. */
export const waitSecondsOf = ({ readyAtMs, calledAtMs }: Stop): number | null =>
  calledAtMs === null ? null : Math.max(0, Math.floor((calledAtMs - readyAtMs) / 1000))

/** From the start of the service to its end less what it was on hold, in whole seconds; null: not served, or nobody pressed start. */
export const serviceSecondsOf = ({ startedAtMs, endedAtMs, heldMs, end }: Stop): number | null =>
  end !== 'served' || startedAtMs === null || endedAtMs === null ? null : Math.max(0, Math.floor((endedAtMs - startedAtMs - heldMs) / 1000))

const stopFrom = (service: string, readyAtMs: number): Stop => ({
  service,
  readyAtMs,
  calledAtMs: null,
  startedAtMs: null,
  endedAtMs: null,
  heldMs: 0,
  heldSinceMs: null,
  counter: null,
  officer: null,
  isOutOfOrder: false,
  end: 'open',
  outcome: null,
})

/** Tickets of which an event says something that is counted. */
function ticketsOf(event: BranchEvent): readonly string[] {
  switch (event.type) {
    case 'ticketIssued':
    case 'ticketCalled':
      return [event.ticket.id]
    case 'serviceStarted':
    case 'ticketCompleted':
    case 'ticketMissed':
    case 'ticketHeld':
    case 'ticketResumed':
    case 'ticketTransferred':
    case 'ticketReturned':
    case 'ticketReclassified':
    case 'ticketCancelled':
    case 'ticketCarriedOver':
      return [event.ticketId]
    case 'ticketRecalled':
      // Nothing new to count, but a step that is taken back must find the version before it.
      return [event.ticket.id]
    case 'counterClosed':
      return event.released
    case 'stepUndone':
      return event.tickets.map(({ id }) => id)
    default:
      return []
  }
}

/** The visit as it was when its ticket was as the event gives it back. */
function undone(entry: Entry, event: Extract<BranchEvent, { type: 'stepUndone' }>, id: string): Visit {
  const revision = event.tickets.find((ticket) => ticket.id === id)?.changedRevision
  return entry.versions.findLast((version) => version.revision === revision)?.visit ?? entry.visit
}

function changed(visit: Visit, event: BranchEvent, before: BranchState, state: BranchState): Visit {
  const stop = visit.stops.at(-1) as Stop
  const now = (changes: Partial<Stop>): Visit => ({ ...visit, stops: [...visit.stops.slice(0, -1), { ...stop, ...changes }] })
  const at = (counter: string, from: BranchState): Partial<Stop> => ({
    counter,
    officer: counterState(from, counter).officer ?? stop.officer,
  })
  switch (event.type) {
    case 'ticketCalled':
      return now({
        ...at(event.counter.id, state),
        calledAtMs: stop.calledAtMs ?? event.atMs,
        isOutOfOrder: stop.isOutOfOrder || event.why.outOfOrder,
        // Missed and called again, or carried over and called today all the same: it hasn't ended.
        end: 'open',
        endedAtMs: null,
      })
    case 'serviceStarted':
      return now({ ...at(event.counter, before), startedAtMs: stop.startedAtMs ?? event.atMs, ...unheld(stop, event.atMs) })
    case 'ticketCompleted': {
      const ended = now({
        ...at(event.counter, before),
        ...unheld(stop, event.atMs),
        // Nobody pressed: the day turned over him, and how long it took is not known.
        ...(event.by === 'system' && { startedAtMs: null }),
        end: 'served',
        endedAtMs: event.atMs,
        outcome: event.outcome,
      })
      if (event.next === null) return ended
      const ticket = state.tickets.get(visit.ticketId) as Ticket
      return { ...ended, stops: [...ended.stops, stopFrom(currentService(ticket), event.next.readyAtMs)] }
    }
    case 'ticketMissed':
      return now({ ...at(event.counter, before), end: 'noShow', endedAtMs: event.atMs })
    case 'ticketHeld':
      return now({ heldSinceMs: event.atMs })
    case 'ticketResumed':
      return now({ ...at(event.counter, state), startedAtMs: stop.startedAtMs ?? event.atMs, ...unheld(stop, event.atMs) })
    case 'ticketReturned':
      return now({ end: 'open', endedAtMs: null, startedAtMs: null, heldMs: 0, heldSinceMs: null })
    case 'ticketTransferred': {
      const waits = { startedAtMs: null, heldMs: 0, heldSinceMs: null }
      if (!('service' in event.to) || event.to.service === stop.service) return now({ ...waits, end: 'open', endedAtMs: null })
      const moved = now({ ...unheld(stop, event.atMs), end: 'moved', endedAtMs: event.atMs })
      return { ...moved, stops: [...moved.stops, stopFrom(event.to.service, event.atMs)] }
    }
    case 'ticketReclassified':
      return { ...visit, class: event.class }
    case 'ticketCancelled':
      return now({ end: event.isRefusal ? 'refused' : 'cancelled', endedAtMs: event.atMs })
    case 'ticketCarriedOver':
      return { ...now({ end: 'carriedOver', endedAtMs: event.atMs }), number: event.number }
    default:
      return visit
  }
}

const unheld = ({ heldMs, heldSinceMs, startedAtMs }: Stop, atMs: number): Partial<Stop> => ({
  heldMs: heldSinceMs === null || startedAtMs === null ? heldMs : heldMs + atMs - heldSinceMs,
  heldSinceMs: null,
})
