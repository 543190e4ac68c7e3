import type { Hours, HoursException, Interval, Text, Weekday } from './configuration.ts'

/**
 * Days and opening hours in a branch's own time zone. A day is written `YYYY-MM-DD`, a wall-clock time `HH:MM`, an instant in milliseconds
 * since 1970. Time zones come from the platform's own tables (Intl); what is asked on every command is remembered per zone.
 */

const DAY = 86_400_000
const MINUTE = 60_000
const WEEKDAYS: readonly Weekday[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

interface ZoneMemory {
  readonly format: Intl.DateTimeFormat
  /** The local day asked for last, as instants: nearly every question is about it. */
  day: string
  fromMs: number
  untilMs: number
}

const zones = new Map<string, ZoneMemory>()

function zone(timeZone: string): ZoneMemory {
  const known = zones.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const memory = { format, day: '', fromMs: 0, untilMs: 0 }
  zones.set(timeZone, memory)
  return memory
}

/** The wall clock at an instant, as if it were UTC: local minus this is the zone's offset. */
function wallClockMs(format: Intl.DateTimeFormat, atMs: number): number {
  const part: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(atMs)) if (type !== 'literal') part[type] = Number(value)
  return Date.UTC(part.year as number, (part.month as number) - 1, part.day, part.hour, part.minute, part.second)
}

/**
 * The first instant at which the wall clock shows this time or a later one. A time that a change of the clocks skips is the instant of the
 * change; one that comes twice is its first.
 */
function instantOfWallClock(format: Intl.DateTimeFormat, wallMs: number): number {
  // The offset a day before and a day after: one of them holds at the wanted time, or the change lies between.
  const early = wallMs - (wallClockMs(format, wallMs - DAY) - (wallMs - DAY))
  const late = wallMs - (wallClockMs(format, wallMs + DAY) - (wallMs + DAY))
  if (early === late) return early
  const [first, second] = early < late ? [early, late] : [late, early]
  if (wallClockMs(format, first) === wallMs) return first
  if (wallClockMs(format, second) === wallMs) return second
  // Skipped: look for the change itself, between the two, where the wall clock jumps past the wanted time.
  let before = first
  let after = second
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000
    if (middle === before) break
    if (wallClockMs(format, middle) >= wallMs) after = middle
    else before = middle
  }
  return after
}

const utcOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const dayOf = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 10)

export const nextDay = (day: string): string => dayOf(utcOf(day) + DAY)

export const weekdayOf = (day: string): Weekday => WEEKDAYS[new Date(utcOf(day)).getUTCDay()] as Weekday

/** The local day at an instant. */
export function businessDay(atMs: number, timeZone: string): string {
  const memory = zone(timeZone)
  if (atMs < memory.fromMs || atMs >= memory.untilMs) {
    const day = dayOf(wallClockMs(memory.format, atMs))
    memory.day = day
    memory.fromMs = instantOfWallClock(memory.format, utcOf(day))
    memory.untilMs = instantOfWallClock(memory.format, utcOf(nextDay(day)))
  }
  return memory.day
}

const ends = new Map<string, { readonly day: string; readonly endMs: number }>()

/** The instant at which the next local day begins (DAY1). */
export function dayEndMs(day: string, timeZone: string): number {
  const last = ends.get(timeZone)
  if (last?.day === day) return last.endMs
  const endMs = instantOfWallClock(zone(timeZone).format, utcOf(nextDay(day)))
  ends.set(timeZone, { day, endMs })
  return endMs
}

/** The instant of a wall-clock time on a local day; `24:00` is the day's end. */
export function instantOf(day: string, time: string, timeZone: string): number {
  const [hour, minute] = time.split(':').map(Number) as [number, number]
  return instantOfWallClock(zone(timeZone).format, utcOf(day) + (hour * 60 + minute) * MINUTE)
}

export interface ServingHours {
  /** In order; empty: closed on that day. `always` is the whole day. */
  readonly intervals: readonly { readonly fromMs: number; readonly untilMs: number }[]
  /** Why the day differs from the usual week. */
  readonly reason: Text | null
}

const covers = (exception: HoursException, day: string): boolean =>
  exception.date !== undefined
    ? exception.date === day
    : exception.from !== undefined && exception.from <= day && day <= (exception.to ?? exception.from)

const common = (some: readonly Interval[], others: readonly Interval[]): Interval[] =>
  some.flatMap(([from, until]) =>
    others.flatMap(([otherFrom, otherUntil]): Interval[] => {
      const both: Interval = [from > otherFrom ? from : otherFrom, until < otherUntil ? until : otherUntil]
      return both[0] < both[1] ? [both] : []
    }),
  )

/**
 * A service's own hours in a hall that has exceptions, too: on a date that the service says nothing of, the hall's exception leaves of its
 * week what lies within the hall's. Holidays are entered once.
 */
export function within(own: Hours, hall: Hours): Hours {
  if (own === 'always' || hall === 'always' || !hall.exceptions?.length) return own
  const inherited = hall.exceptions.map(({ hours, weekly, ...rest }): HoursException => {
    const left = WEEKDAYS.map((day) => [day, common(own.weekly[day] ?? [], hours ?? weekly?.[day] ?? [])] as const)
    return { ...rest, weekly: Object.fromEntries(left) }
  })
  return { ...own, exceptions: [...(own.exceptions ?? []), ...inherited] }
}

/** When a day is served, exceptions applied: the first one that covers the date holds, and with no hours in it the day is closed. */
export function servingHours(hours: Hours, day: string, timeZone: string): ServingHours {
  const at = (intervals: readonly Interval[]): ServingHours['intervals'] =>
    intervals.map(([from, until]) => ({ fromMs: instantOf(day, from, timeZone), untilMs: instantOf(day, until, timeZone) }))
  if (hours === 'always') return { intervals: at([['00:00', '24:00']]), reason: null }
  const exception = hours.exceptions?.find((each) => covers(each, day))
  if (!exception) return { intervals: at(hours.weekly[weekdayOf(day)] ?? []), reason: null }
  return { intervals: at(exception.hours ?? exception.weekly?.[weekdayOf(day)] ?? []), reason: exception.reason ?? null }
}

export type Issuing =
  /** `untilMs`: infinite for a branch that never closes; else no further ahead than the hours of tomorrow. */
  | { readonly open: true; readonly untilMs: number }
  | {
      readonly open: false
      /** `last-ticket`: still serving, but whoever comes now could not be served any more. */
      readonly reason: 'not-yet-open' | 'last-ticket' | 'break' | 'closed-for-today' | 'closed-today'
      /** When tickets are issued again; null: not within LOOK_AHEAD_DAYS. */
      readonly opensAtMs: number | null
      /** Why this day differs from others. */
      readonly note: Text | null
    }

const LOOK_AHEAD_DAYS = 60

/** When tickets are issued on a day: each interval from some minutes before it begins until some minutes before it ends. */
function issuingIntervals(hours: Exclude<Hours, 'always'>, day: string, timeZone: string): { fromMs: number; untilMs: number }[] {
  const earlier = (hours.firstTicketMinutesBeforeOpen ?? 0) * MINUTE
  const sooner = (hours.lastTicketMinutesBeforeClose ?? 0) * MINUTE
  return servingHours(hours, day, timeZone)
    .intervals.map(({ fromMs, untilMs }) => ({ fromMs: fromMs - earlier, untilMs: untilMs - sooner }))
    .filter(({ fromMs, untilMs }) => fromMs < untilMs)
}

/** The last answer per hours: the same until its instant. */
const issuingNow = new WeakMap<object, { timeZone: string; fromMs: number; untilMs: number; answer: Issuing }>()

/** Whether tickets are issued at an instant, and if not, why and when again (TICKET4). */
export function issuing(hours: Hours, timeZone: string, atMs: number): Issuing {
  if (hours === 'always') return { open: true, untilMs: Number.POSITIVE_INFINITY }
  const known = issuingNow.get(hours)
  if (known && known.timeZone === timeZone && known.fromMs <= atMs && atMs < known.untilMs) return known.answer
  const answer = issuingAt(hours, timeZone, atMs)
  // Good until it changes by itself, and until the reason changes: serving begins or ends, the local day ends.
  const changesMs = Math.min(
    answer.open ? answer.untilMs : (answer.opensAtMs ?? Number.POSITIVE_INFINITY),
    dayEndMs(businessDay(atMs, timeZone), timeZone),
  )
  const turns = servingHours(hours, businessDay(atMs, timeZone), timeZone).intervals.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs])
  issuingNow.set(hours, { timeZone, fromMs: atMs, untilMs: Math.min(changesMs, ...turns.filter((turnMs) => turnMs > atMs)), answer })
  return answer
}

function issuingAt(hours: Exclude<Hours, 'always'>, timeZone: string, atMs: number): Issuing {
  const today = businessDay(atMs, timeZone)
  const intervals = issuingIntervals(hours, today, timeZone)
  // Tickets may be issued before midnight for an interval that begins just after it.
  const tomorrow = issuingIntervals(hours, nextDay(today), timeZone)
  const now = [...intervals, ...tomorrow].filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)
  if (now.length > 0) {
    let untilMs = Math.max(...now.map((each) => each.untilMs))
    // Intervals that touch or overlap are one, across midnight too.
    for (const each of [...intervals, ...tomorrow]) if (each.fromMs <= untilMs && each.untilMs > untilMs) untilMs = each.untilMs
    return { open: true, untilMs }
  }
  let opensAtMs: number | null = null
  for (let day = today, ahead = 0; opensAtMs === null && ahead <= LOOK_AHEAD_DAYS; day = nextDay(day), ahead += 1) {
    const next = issuingIntervals(hours, day, timeZone).find(({ fromMs }) => fromMs > atMs)
    if (next) opensAtMs = next.fromMs
  }
  const isPast = intervals.some(({ untilMs }) => untilMs <= atMs)
  const isAhead = intervals.some(({ fromMs }) => fromMs > atMs)
  const serving = servingHours(hours, today, timeZone)
  const isServing = serving.intervals.some(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)
  const reason = isServing
    ? 'last-ticket'
    : intervals.length === 0
      ? 'closed-today'
      : !isAhead
        ? 'closed-for-today'
        : isPast
          ? 'break'
          : 'not-yet-open'
  return { open: false, reason, opensAtMs, note: serving.reason }
}

/** When serving begins on the first day after this one that has hours; null: not within LOOK_AHEAD_DAYS. */
export function nextServingMs(hours: Hours, day: string, timeZone: string): number | null {
  let next = nextDay(day)
  for (let ahead = 0; ahead < LOOK_AHEAD_DAYS; ahead += 1, next = nextDay(next)) {
    const first = servingHours(hours, next, timeZone).intervals[0]
    if (first) return first.fromMs
  }
  return null
}
