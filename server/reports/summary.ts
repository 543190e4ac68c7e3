import { indexOf } from '../../shared/domain/configuration.ts'
import { servingHours } from '../../shared/domain/hours.ts'
import type { BranchState, Outcome } from '../../shared/domain/state.ts'
import type { Quarters } from '../../shared/protocol/quarters.ts'
import { agencyOf, type DayLedger, STOP_ENDS, serviceSecondsOf, waitSecondsOf } from './ledger.ts'

export const OUTCOMES = ['done', 'incompleteDocuments', 'continuesElsewhere', 'collectLater'] as const satisfies readonly Outcome[]

/**
 * What stays of a day for ever: every stop as figures, without number, id or exact time. So any median over any years is exact, and no
 * visitor can be found in it. Columns, because years of them are held in memory: a row's numbers stand one after the other, and -1 is none.
 */
export interface DaySummary {
  readonly format: 1
  readonly day: string
  /** Of its events; `lastRevision` is that of the turn that ended it, or today's last. */
  readonly firstRevision: number
  readonly lastRevision: number
  /** A street stand or another place outside the hall, as it was configured at the day's end. */
  readonly isOutside: boolean
  readonly services: readonly string[]
  readonly counters: readonly string[]
  /** User names. */
  readonly officers: readonly string[]
  readonly classes: readonly string[]
  readonly journeys: readonly string[]
  /** `VISIT_FIELDS` numbers each. */
  readonly visits: readonly number[]
  /** `STOP_FIELDS` numbers each, in the order of their visits. */
  readonly stops: readonly number[]
  /** Per counter of `counters`: minutes open, then minutes as the hours of what it serves have it, each per hour of the day. */
  readonly hours: readonly { readonly open: readonly number[]; readonly scheduled: readonly number[] }[]
  /** By quarters of an hour, of each agency that had visitors. */
  readonly quarters: Readonly<Record<string, Quarters>>
}

export const VISIT_FIELDS = ['class', 'journey', 'isCarriedIn', 'stops'] as const
export const STOP_FIELDS = ['service', 'counter', 'officer', 'hour', 'wait', 'time', 'target', 'standard', 'end', 'outcome'] as const

/** `state`: the branch at the day's end, before it turned; for today, now. */
export function summaryOf(ledger: DayLedger, state: BranchState, revisions: { readonly first: number; readonly last: number }): DaySummary {
  const { configuration } = state
  const index = indexOf(configuration)
  const services = new Names()
  const counters = new Names()
  const officers = new Names()
  const classes = new Names()
  const journeys = new Names()
  const visits: number[] = []
  const stops: number[] = []
  const agencies = new Set<string>()
  for (const visit of ledger.visits()) {
    visits.push(classes.at(visit.class), journeys.at(visit.journey), visit.isCarriedIn ? 1 : 0, visit.stops.length)
    const ticketClass = index.classes.get(visit.class)
    for (const [at, stop] of visit.stops.entries()) {
      const service = index.services.get(stop.service)?.service
      agencies.add(agencyOf(stop.service))
      // Whoever was carried over went home in between: no wait that anybody stood in the hall for, and here when he is called.
      const isOld = visit.isCarriedIn && at === 0
      const wait = isOld ? null : waitSecondsOf(stop)
      const hereMs = isOld ? (stop.calledAtMs ?? stop.endedAtMs ?? stop.readyAtMs) : stop.readyAtMs
      stops.push(
        services.at(stop.service),
        counters.at(stop.counter),
        officers.at(stop.officer),
        ledger.hourOf(hereMs),
        wait ?? -1,
        serviceSecondsOf(stop) ?? -1,
        ticketClass?.targetMinutes ?? service?.targetMinutes ?? -1,
        service?.standardMinutes ?? service?.averageMinutes ?? -1,
        STOP_ENDS.indexOf(stop.end),
        stop.outcome === null ? -1 : OUTCOMES.indexOf(stop.outcome),
      )
    }
  }
  const open = ledger.openMs(state.atMs)
  for (const { id } of configuration.counters) counters.at(id)
  for (const id of open.keys()) counters.at(id)
  const hours = counters.all.map((id) => ({
    open: (open.get(id) ?? new Array<number>(24).fill(0)).map((ms) => Math.round(ms / 60_000)),
    scheduled: ledger.sharedMinutes(scheduled(state, index.counters.get(id)?.services ?? [])),
  }))
  return {
    format: 1,
    day: ledger.day,
    firstRevision: revisions.first,
    lastRevision: revisions.last,
    isOutside: configuration.isOutside ?? false,
    services: services.all,
    counters: counters.all,
    officers: officers.all,
    classes: classes.all,
    journeys: journeys.all,
    visits,
    stops,
    hours,
    quarters: Object.fromEntries([...agencies].sort().map((agency) => [agency, ledger.quarters(agency, state.atMs)])),
  }
}

/** When at least one of the services is served, as the hours say. */
function scheduled(state: BranchState, codes: readonly string[]): { fromMs: number; untilMs: number }[] {
  const { configuration, day } = state
  const { services } = indexOf(configuration)
  const all = codes.flatMap((code) => {
    const service = services.get(code)
    if (!service?.enabled) return []
    return servingHours(service.hours ?? configuration.hours, day, configuration.timeZone).intervals
  })
  const joined: { fromMs: number; untilMs: number }[] = []
  for (const { fromMs, untilMs } of [...all].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1)
    if (last && fromMs <= last.untilMs) last.untilMs = Math.max(last.untilMs, untilMs)
    else joined.push({ fromMs, untilMs })
  }
  return joined
}

/** Names as small numbers, in the order in which they first came. */
class Names {
  readonly all: string[] = []
  readonly #known = new Map<string, number>()

  at(name: string | null): number {
    if (name === null) return -1
    let at = this.#known.get(name)
    if (at === undefined) {
      at = this.all.push(name) - 1
      this.#known.set(name, at)
    }
    return at
  }
}
