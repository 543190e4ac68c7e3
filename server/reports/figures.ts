import type { ReportFigures, ReportGroup, Spread } from '../../shared/protocol/reports.ts'
import { agencyOf, STOP_ENDS } from './ledger.ts'
import { type DaySummary, OUTCOMES, STOP_FIELDS, VISIT_FIELDS } from './summary.ts'

/** What is counted: stops of this agency, service, counter or officer alone; everything where absent. */
export interface Filter {
  readonly agency?: string | undefined
  readonly service?: string | undefined
  readonly counter?: string | undefined
  readonly officer?: string | undefined
}

/** Key of stops that no counter called, and of visits without a journey. */
export const NONE = '-'

const [SERVICE, COUNTER, OFFICER, HOUR, WAIT, TIME, TARGET, STANDARD, END, OUTCOME] = STOP_FIELDS.map((_, at) => at) as number[] as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
]
const [CLASS, JOURNEY, CARRIED_IN, STOPS] = VISIT_FIELDS.map((_, at) => at) as [number, number, number, number]
const SERVED = STOP_ENDS.indexOf('served')
const MOVED = STOP_ENDS.indexOf('moved')
const NO_SHOW = STOP_ENDS.indexOf('noShow')
const DONE = OUTCOMES.indexOf('done')

/** Groups whose counters' hours mean something. */
const WITH_HOURS: ReadonlySet<ReportGroup> = new Set(['day', 'weekday', 'hour', 'month', 'year', 'counter'])

/** Sums of one group, and the times of all its stops: medians are exact. */
class Tally {
  visits = 0
  doneAtFirstVisit = 0
  stops = 0
  readonly ends = STOP_ENDS.map(() => 0)
  readonly outcomes = OUTCOMES.map(() => 0)
  readonly waits: number[] = []
  waitsWithin = 0
  readonly times: number[] = []
  timesWithin = 0
  openMinutes = 0
  scheduledMinutes = 0

  figures(hasHours: boolean): ReportFigures {
    const [open, served, noShow, refused, cancelled, carriedOver, moved] = this.ends as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    return {
      visits: this.visits,
      doneAtFirstVisit: this.doneAtFirstVisit,
      stops: this.stops,
      served,
      notServed: { noShow, refused, cancelled, carriedOver, moved, open },
      outcomes: Object.fromEntries(OUTCOMES.map((outcome, at) => [outcome, this.outcomes[at]])) as ReportFigures['outcomes'],
      wait: spread(this.waits, this.waitsWithin),
      service: spread(this.times, this.timesWithin),
      counterHours: hasHours ? { open: round(this.openMinutes / 60), scheduled: round(this.scheduledMinutes / 60) } : null,
    }
  }
}

/** The figures of a span, in groups, summed day by day. */
export class Figures {
  readonly total = new Tally()
  readonly groups = new Map<string, Tally>()
  days = 0
  readonly #by: ReportGroup
  readonly #filter: Filter
  readonly #hasHours: boolean

  constructor(by: ReportGroup, filter: Filter) {
    this.#by = by
    this.#filter = filter
    // A counter's hours are nobody's alone: not an agency's, not a service's.
    this.#hasHours = filter.agency === undefined && filter.service === undefined && filter.officer === undefined
  }

  add(summary: DaySummary): void {
    const { visits, stops } = summary
    const keyOfDay = dayKey(this.#by, summary.day)
    let hasAny = false
    let at = 0
    for (let v = 0; v < visits.length; v += VISIT_FIELDS.length) {
      const isCarriedIn = visits[v + CARRIED_IN] === 1
      const count = visits[v + STOPS] as number
      const end = at + count * STOP_FIELDS.length
      const keys = new Set<string>()
      let isDone = true
      let first = true
      for (; at < end; at += STOP_FIELDS.length) {
        if (stops[at + END] !== MOVED && (stops[at + END] !== SERVED || stops[at + OUTCOME] !== DONE)) isDone = false
        if (!this.#isWanted(summary, at)) continue
        hasAny = true
        const key = keyOfDay ?? this.#keyOf(summary, v, at)
        // By hour a visit is where it began; its later stops are where they are.
        if (this.#by !== 'hour' || first) keys.add(key)
        first = false
        this.#addStop(this.total, summary, at)
        this.#addStop(this.#group(key), summary, at)
      }
      if (keys.size === 0 || isCarriedIn) continue
      for (const tally of [this.total, ...[...keys].map((key) => this.#group(key))]) {
        tally.visits += 1
        if (isDone) tally.doneAtFirstVisit += 1
      }
    }
    const hasHours = this.#addHours(summary, keyOfDay)
    if (hasAny || hasHours) this.days += 1
  }

  figures(): ReportFigures {
    return this.total.figures(this.#hasHours)
  }

  rows(): { readonly key: string; readonly figures: ReportFigures }[] {
    const hasHours = this.#hasHours && WITH_HOURS.has(this.#by)
    return [...this.groups]
      .sort(([a], [b]) => order(this.#by, a, b))
      .map(([key, tally]) => ({ key, figures: tally.figures(hasHours && key !== NONE) }))
  }

  #group(key: string): Tally {
    let tally = this.groups.get(key)
    if (!tally) {
      tally = new Tally()
      this.groups.set(key, tally)
    }
    return tally
  }

  #isWanted({ services, counters, officers, stops }: DaySummary, at: number): boolean {
    const { agency, service, counter, officer } = this.#filter
    const code = services[stops[at + SERVICE] as number] as string
    if (service !== undefined && code !== service) return false
    if (agency !== undefined && agencyOf(code) !== agency) return false
    if (counter !== undefined && counters[stops[at + COUNTER] as number] !== counter) return false
    return officer === undefined || officers[stops[at + OFFICER] as number] === officer
  }

  #keyOf({ services, counters, officers, classes, journeys, visits, stops }: DaySummary, v: number, at: number): string {
    const service = services[stops[at + SERVICE] as number] as string
    switch (this.#by) {
      case 'agency':
        return agencyOf(service)
      case 'service':
        return service
      case 'counter':
        return counters[stops[at + COUNTER] as number] ?? NONE
      case 'officer':
        return officers[stops[at + OFFICER] as number] ?? NONE
      case 'hour':
        return String(stops[at + HOUR]).padStart(2, '0')
      case 'class':
        return classes[visits[v + CLASS] as number] ?? NONE
      default:
        return journeys[visits[v + JOURNEY] as number] ?? NONE
    }
  }

  #addStop(tally: Tally, { stops }: DaySummary, at: number): void {
    tally.stops += 1
    const end = stops[at + END] as number
    tally.ends[end] = (tally.ends[end] as number) + 1
    const outcome = stops[at + OUTCOME] as number
    if (outcome >= 0) tally.outcomes[outcome] = (tally.outcomes[outcome] as number) + 1
    const wait = stops[at + WAIT] as number
    const target = stops[at + TARGET] as number
    if (wait >= 0) {
      tally.waits.push(wait)
      if (target >= 0 && wait <= target * 60) tally.waitsWithin += 1
    }
    const time = stops[at + TIME] as number
    const standard = stops[at + STANDARD] as number
    if (time >= 0) {
      tally.times.push(time)
      if (standard >= 0 && time <= standard * 60) tally.timesWithin += 1
    }
  }

  /** Whether any counter was open. */
  #addHours(summary: DaySummary, keyOfDay: string | null): boolean {
    if (!this.#hasHours) return false
    let wasOpen = false
    for (const [at, { open, scheduled }] of summary.hours.entries()) {
      const counter = summary.counters[at] as string
      if (this.#filter.counter !== undefined && counter !== this.#filter.counter) continue
      for (let hour = 0; hour < 24; hour++) {
        const [minutes, planned] = [open[hour] as number, scheduled[hour] as number]
        if (minutes === 0 && planned === 0) continue
        wasOpen ||= minutes > 0
        const key = keyOfDay ?? (this.#by === 'counter' ? counter : this.#by === 'hour' ? String(hour).padStart(2, '0') : null)
        for (const tally of key === null ? [this.total] : [this.total, this.#group(key)]) {
          tally.openMinutes += minutes
          tally.scheduledMinutes += planned
        }
      }
    }
    return wasOpen
  }
}

/** A row per agency of one day, by visits: what became of a visit at an agency is what became of its last stop there. */
export function dailyRows(summary: DaySummary): {
  readonly agency: string
  readonly visits: number
  readonly served: number
  readonly noShows: number
  readonly waits: readonly number[]
  readonly times: readonly number[]
}[] {
  const agencies = new Map<string, { agency: string; visits: number; served: number; noShows: number; waits: number[]; times: number[] }>()
  const { visits, stops, services } = summary
  let at = 0
  for (let v = 0; v < visits.length; v += VISIT_FIELDS.length) {
    const end = at + (visits[v + STOPS] as number) * STOP_FIELDS.length
    const last = new Map<string, number>()
    for (; at < end; at += STOP_FIELDS.length) {
      const agency = agencyOf(services[stops[at + SERVICE] as number] as string)
      let row = agencies.get(agency)
      if (!row) {
        row = { agency, visits: 0, served: 0, noShows: 0, waits: [], times: [] }
        agencies.set(agency, row)
      }
      if (!last.has(agency) && visits[v + CARRIED_IN] === 0) row.visits += 1
      last.set(agency, stops[at + END] as number)
      if ((stops[at + WAIT] as number) >= 0) row.waits.push(stops[at + WAIT] as number)
      if ((stops[at + TIME] as number) >= 0) row.times.push(stops[at + TIME] as number)
    }
    for (const [agency, ended] of last) {
      const row = agencies.get(agency)
      if (row && ended === SERVED) row.served += 1
      if (row && ended === NO_SHOW) row.noShows += 1
    }
  }
  return [...agencies.values()].sort((a, b) => (a.agency < b.agency ? -1 : 1))
}

/** Visits of a day: of this branch, each once. */
export function visitsOf({ visits }: DaySummary): number {
  let count = 0
  for (let v = 0; v < visits.length; v += VISIT_FIELDS.length) if (visits[v + CARRIED_IN] === 0) count += 1
  return count
}

/**
 * The value below which this share of the seconds lies, in minutes with one decimal; null of none. Between two ranks in proportion, as
 * MEDIAN and PERCENTILE of spreadsheets do it, so that anybody can check it with one.
 */
export function quantileMinutes(seconds: readonly number[], share: number): number | null {
  if (seconds.length === 0) return null
  const sorted = Float64Array.from(seconds).sort()
  const rank = (sorted.length - 1) * share
  const below = sorted[Math.floor(rank)] as number
  const above = sorted[Math.ceil(rank)] as number
  return round((below + (above - below) * (rank - Math.floor(rank))) / 60)
}

const spread = (seconds: readonly number[], within: number): Spread => ({
  count: seconds.length,
  medianMinutes: quantileMinutes(seconds, 0.5),
  p90Minutes: quantileMinutes(seconds, 0.9),
  within,
})

/** To one decimal. */
const round = (value: number): number => Math.round(value * 10) / 10

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

/** Null: the key is not the day's. */
function dayKey(by: ReportGroup, day: string): string | null {
  switch (by) {
    case 'day':
      return day
    case 'month':
      return day.slice(0, 7)
    case 'year':
      return day.slice(0, 4)
    case 'weekday':
      return WEEKDAYS[(new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7] as string
    default:
      return null
  }
}

function order(by: ReportGroup, a: string, b: string): number {
  if (by === 'weekday') return WEEKDAYS.indexOf(a as never) - WEEKDAYS.indexOf(b as never)
  if (a === NONE || b === NONE) return a === b ? 0 : a === NONE ? 1 : -1
  return a.localeCompare(b, 'en', { numeric: true })
}
