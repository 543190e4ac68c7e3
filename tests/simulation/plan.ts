import type { BranchConfiguration, Hours, Weekday } from '../../shared/domain/configuration.ts'
import { Random } from './random.ts'

/**
 * A day before it happens: who comes when and wants what, which officers are late, what goes wrong. Pure and seeded, so that a run that
 * broke a rule can be played again; only the races between servers are not in it.
 */
export interface Traffic {
  /** Share of the day's visitors that arrive in the half hour from `HH:MM`. */
  readonly arrivalShares: Readonly<Record<string, number>>
  readonly weekdayFactors: Readonly<Partial<Record<Weekday, number>>>
  /** Per agency; `others` is shared by those not named. */
  readonly agencyShares: Readonly<Record<string, number>>
  readonly priorityShare: number
  readonly noShowShare: number
  /** Coefficient of variation of the service time. */
  readonly serviceTimeVariation: number
}

export interface PlannedVisitor {
  readonly index: number
  readonly arrivesAtMs: number
  readonly services?: readonly string[]
  readonly journey?: string
  readonly class?: string
  readonly language: 'id' | 'en'
  readonly kiosk: number
  /** Presses twice: two requests under one key at the same moment. */
  readonly tapsTwice: boolean
  /** The answer gets lost: the kiosk asks another server under the same key. */
  readonly losesAnswer: boolean
  readonly isAway: boolean
  /** Away when called, back some time later. */
  readonly comesBackAfterMs: number | null
  /** Real service time as a share of the service's average, per stop. */
  readonly pace: readonly number[]
  /** Must fetch something first: on hold for so long. */
  readonly fetchesForMs: number | null
  readonly isTransferred: 'service' | 'counter' | null
  readonly lacksDocuments: boolean
}

export interface PlannedOfficer {
  readonly counter: string
  readonly username: string
  readonly lateMs: number
  /** Where he sits: index of his server. */
  readonly server: number
}

export interface Plan {
  readonly seed: number
  readonly day: string
  readonly openIntervals: readonly (readonly [fromMs: number, untilMs: number])[]
  readonly visitors: readonly PlannedVisitor[]
  readonly officers: readonly PlannedOfficer[]
  /** A service that stands still for a while (the agency's system is away), and a pause of the whole hall. */
  readonly outage: { readonly service: string; readonly fromMs: number; readonly untilMs: number } | null
  readonly ceremony: { readonly fromMs: number; readonly untilMs: number } | null
}

export interface Wish {
  readonly seed: number
  readonly day: string
  /** An ordinary day's visitors; the weekday's factor is applied to it. */
  readonly visitors: number
  readonly servers: number
}

const MINUTE = 60_000

/** The moment of a wall-clock time on a date in a time zone, in ms. */
export function momentOf(day: string, time: string, timeZone: string): number {
  const asUtc = Date.parse(`${day}T00:00:00Z`) + minutesOf(time) * MINUTE
  const offset = (atMs: number): number => {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)])) as Partial<
      Record<string, number>
    >
    const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = parts
    return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(atMs / 1000) * 1000
  }
  const first = asUtc - offset(asUtc)
  return asUtc - offset(first)
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
const weekdayOf = (day: string): Weekday =>
  (['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const)[new Date(`${day}T00:00:00Z`).getUTCDay()] as Weekday

/** Counted here a second time, apart from the product's own reading of its hours. */
function intervalsOn(hours: Hours, day: string): readonly (readonly [string, string])[] {
  if (hours === 'always') return [['08:00', '15:00']]
  const exception = hours.exceptions?.find(
    (each) => each.date === day || (each.from !== undefined && each.to !== undefined && each.from <= day && day <= each.to),
  )
  if (exception) return exception.hours ?? exception.weekly?.[weekdayOf(day)] ?? []
  return hours.weekly[weekdayOf(day)] ?? []
}

export function planOf(configuration: BranchConfiguration, traffic: Traffic, { seed, day, visitors, servers }: Wish): Plan {
  const { timeZone } = configuration
  const at = (time: string): number => momentOf(day, time, timeZone)
  const openIntervals = intervalsOn(configuration.hours, day).map(([from, until]) => [at(from), at(until)] as const)
  const random = new Random(seed, `${day}/visitors`)
  const count = openIntervals.length === 0 ? 0 : Math.round(visitors * (traffic.weekdayFactors[weekdayOf(day)] ?? 1))

  const staffed = new Set(configuration.counters.flatMap((counter) => counter.services))
  const agencies = configuration.agencies.filter((agency) => agency.services.some((service) => staffed.has(`${agency.id}.${service.id}`)))
  const others = agencies.filter((agency) => traffic.agencyShares[agency.id] === undefined)
  const shares = agencies.map(
    (agency) => [agency, traffic.agencyShares[agency.id] ?? (traffic.agencyShares.others ?? 0) / Math.max(1, others.length)] as const,
  )
  const journeys = configuration.journeys.filter((journey) => journey.steps.every((step) => staffed.has(step.service)))
  const halfHours = Object.entries(traffic.arrivalShares)
  const first = openIntervals[0]?.[0] ?? at('08:00')
  const hasPriority = configuration.classes.some((each) => each.id === 'priority')
  const serviceOf = (agency: (typeof agencies)[number]): string => {
    const codes = agency.services.map((service) => `${agency.id}.${service.id}`).filter((code) => staffed.has(code))
    // The first services of an agency are those most people come for.
    return random.weighted(codes.map((code, index) => [code, 1 / (index + 1)] as const))
  }

  const planned = Array.from({ length: count }, (_, index): PlannedVisitor => {
    const half = random.weighted(halfHours)
    let arrivesAtMs = at(half) + random.next() * 30 * MINUTE
    // Some wait before the doors open, for the kiosk to give numbers.
    if (arrivesAtMs < first + 30 * MINUTE && random.chance(0.3)) arrivesAtMs = first - random.between(1, 60) * MINUTE
    const kind = random.next()
    const agency = random.weighted(shares)
    const service = serviceOf(agency)
    const second = serviceOf(random.weighted(shares))
    const wants =
      kind < 0.08 && journeys.length > 0
        ? { journey: random.one(journeys).id }
        : kind < 0.13 && second !== service
          ? { services: [service, second] }
          : { services: [service] }
    const isAway = random.chance(traffic.noShowShare)
    return {
      index,
      arrivesAtMs: Math.round(arrivesAtMs),
      ...wants,
      ...(hasPriority && random.chance(traffic.priorityShare) ? { class: 'priority' } : {}),
      language: random.chance(0.03) ? 'en' : 'id',
      kiosk: Math.floor(random.next() * 3),
      tapsTwice: random.chance(0.05),
      losesAnswer: random.chance(0.03),
      isAway,
      comesBackAfterMs: isAway && random.chance(0.3) ? random.between(3, 20) * MINUTE : null,
      pace: Array.from({ length: 8 }, () => random.lognormal(traffic.serviceTimeVariation)),
      fetchesForMs: random.chance(0.05) ? random.between(2, 12) * MINUTE : null,
      isTransferred: random.chance(0.04) ? (random.chance(0.5) ? 'service' : 'counter') : null,
      lacksDocuments: random.chance(0.04),
    }
  })

  const staff = new Random(seed, `${day}/officers`)
  const officers = configuration.counters.map((counter, index) => ({
    counter: counter.id,
    username: `petugas-${counter.id.toLowerCase()}`,
    lateMs: staff.chance(0.2) ? staff.between(5, 25) * MINUTE : staff.between(0, 2) * MINUTE,
    server: index % servers,
  }))
  const trouble = new Random(seed, `${day}/trouble`)
  const quiet = openIntervals[0]
  const span = quiet ? quiet[1] - quiet[0] : 0
  const services = [...staffed]
  return {
    seed,
    day,
    openIntervals,
    visitors: planned.sort((a, b) => a.arrivesAtMs - b.arrivesAtMs),
    officers,
    outage: quiet
      ? { service: trouble.one(services), fromMs: quiet[0] + span * 0.5, untilMs: quiet[0] + span * 0.5 + trouble.between(5, 25) * MINUTE }
      : null,
    ceremony: quiet && trouble.chance(0.5) ? { fromMs: quiet[0] + span * 0.3, untilMs: quiet[0] + span * 0.3 + 3 * MINUTE } : null,
  }
}
