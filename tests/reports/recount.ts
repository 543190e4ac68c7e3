/**
 * Counts the figures of the reports again from nothing but the log: lines of JSON as `GET /branches/B/events` gives them. It shares no code
 * with the product, so that a mistake would have to be made twice.
 */
export interface LogLine {
  readonly revision: number
  readonly atMs: number
  // biome-ignore lint/suspicious/noExplicitAny: it knows of the events only what it reads
  readonly event: any
}

interface CountedStop {
  service: string
  ready: number
  called: number | null
  started: number | null
  ended: number | null
  held: number
  heldSince: number | null
  end: string
  outcome: string | null
  counter: string | null
  officer: string | null
}

export interface CountedVisit {
  id: string
  class: string
  journey: string | null
  isCarriedIn: boolean
  stops: CountedStop[]
}

export interface CountedDay {
  readonly day: string
  readonly visits: readonly CountedVisit[]
  /** The branch as it was configured when the day ended. */
  // biome-ignore lint/suspicious/noExplicitAny: read as the document that it is
  readonly configuration: any
  /** From when until when each counter was open, by counter. */
  readonly open: ReadonlyMap<string, readonly (readonly [from: number, until: number])[]>
}

const newStop = (service: string, ready: number): CountedStop => ({
  service,
  ready,
  called: null,
  started: null,
  ended: null,
  held: 0,
  heldSince: null,
  end: 'open',
  outcome: null,
  counter: null,
  officer: null,
})

/** The days of a log, in order; the last one is not over. */
export function recount(lines: readonly LogLine[]): CountedDay[] {
  const days: CountedDay[] = []
  let day = ''
  let visits = new Map<string, CountedVisit>()
  /** Services of each ticket, and which of them it is at. */
  const tickets = new Map<string, { services: string[]; stop: number }>()
  /** Copies of visit and ticket after each event that touched them, by the event's revision: an undone step gives one back. */
  const copies = new Map<string, { revision: number; visit: string; ticket: string }[]>()
  let officers = new Map<string, string>()
  let openSince = new Map<string, number>()
  let open = new Map<string, [from: number, until: number][]>()
  // biome-ignore lint/suspicious/noExplicitAny: see above
  let configuration: any = null

  const shut = (counter: string, atMs: number) => {
    const since = openSince.get(counter)
    if (since === undefined) return
    open.set(counter, [...(open.get(counter) ?? []), [since, atMs]])
    openSince.delete(counter)
  }
  const finish = () => days.push({ day, visits: [...visits.values()], configuration, open })

  for (const { revision, event: e } of lines) {
    const touched: string[] = []
    const visitOf = (id: string): CountedVisit => {
      touched.push(id)
      return visits.get(id) as CountedVisit
    }
    const last = (visit: CountedVisit) => visit.stops[visit.stops.length - 1] as CountedStop
    const unhold = (stop: CountedStop, atMs: number) => {
      if (stop.heldSince !== null && stop.started !== null) stop.held += atMs - stop.heldSince
      stop.heldSince = null
    }
    const sits = (stop: CountedStop, counter: string) => {
      stop.counter = counter
      stop.officer = officers.get(counter) ?? stop.officer
    }
    switch (e.type) {
      case 'branchConfigured':
        if (day === '') day = e.day
        configuration = e.configuration
        break
      case 'dayTurned': {
        for (const counter of [...openSince.keys()]) shut(counter, e.atMs)
        finish()
        day = e.day
        // Whoever was carried over waits on, under the number with the day in it.
        const waiting = [...visits.values()].filter((visit) => ['carriedOver', 'open'].includes(last(visit).end))
        visits = new Map()
        for (const { id, class: ticketClass, journey, stops } of waiting) {
          const { service, ready } = stops[stops.length - 1] as CountedStop
          const visit = { id, class: ticketClass, journey, isCarriedIn: true, stops: [newStop(service, ready)] }
          visits.set(id, visit)
          const revisionBefore = copies.get(id)?.at(-1)?.revision ?? 0
          copies.set(id, [{ revision: revisionBefore, visit: JSON.stringify(visit), ticket: JSON.stringify(tickets.get(id)) }])
        }
        officers = new Map()
        openSince = new Map()
        open = new Map()
        break
      }
      case 'counterOpened':
        officers.set(e.counter, e.officer)
        if (!openSince.has(e.counter)) openSince.set(e.counter, e.atMs)
        break
      case 'counterPaused':
        shut(e.counter, e.atMs)
        break
      case 'counterClosed':
        shut(e.counter, e.atMs)
        officers.delete(e.counter)
        touched.push(...e.released)
        break
      case 'ticketIssued':
        tickets.set(e.ticket.id, { services: [...e.services], stop: 0 })
        visits.set(e.ticket.id, {
          id: e.ticket.id,
          class: e.class,
          journey: e.journey,
          isCarriedIn: false,
          stops: [newStop(e.services[0], e.readyAtMs)],
        })
        touched.push(e.ticket.id)
        break
      case 'ticketCalled': {
        const stop = last(visitOf(e.ticket.id))
        sits(stop, e.counter.id)
        stop.called ??= e.atMs
        stop.end = 'open'
        stop.ended = null
        break
      }
      case 'ticketRecalled':
        visitOf(e.ticket.id)
        break
      case 'serviceStarted':
      case 'ticketResumed': {
        const stop = last(visitOf(e.ticketId))
        sits(stop, e.counter)
        // On hold before it was started: no service yet.
        unhold(stop, e.atMs)
        stop.started ??= e.atMs
        break
      }
      case 'ticketCompleted': {
        const visit = visitOf(e.ticketId)
        const stop = last(visit)
        sits(stop, e.counter)
        unhold(stop, e.atMs)
        // The night ended it, not an officer: nobody knows how long it took.
        if (e.by === 'system') stop.started = null
        stop.end = 'served'
        stop.ended = e.atMs
        stop.outcome = e.outcome
        if (e.next) {
          const ticket = tickets.get(e.ticketId) as { services: string[]; stop: number }
          ticket.stop = e.next.stop
          visit.stops.push(newStop(ticket.services[ticket.stop] as string, e.next.readyAtMs))
        }
        break
      }
      case 'ticketMissed': {
        const stop = last(visitOf(e.ticketId))
        sits(stop, e.counter)
        stop.end = 'noShow'
        stop.ended = e.atMs
        break
      }
      case 'ticketHeld':
        last(visitOf(e.ticketId)).heldSince = e.atMs
        break
      case 'ticketReturned': {
        const stop = last(visitOf(e.ticketId))
        Object.assign(stop, { end: 'open', ended: null, started: null, held: 0, heldSince: null })
        break
      }
      case 'ticketTransferred': {
        const visit = visitOf(e.ticketId)
        const stop = last(visit)
        if (e.to.service !== undefined && e.to.service !== stop.service) {
          unhold(stop, e.atMs)
          stop.end = 'moved'
          stop.ended = e.atMs
          const ticket = tickets.get(e.ticketId) as { services: string[]; stop: number }
          ticket.services[ticket.stop] = e.to.service
          visit.stops.push(newStop(e.to.service, e.atMs))
        } else Object.assign(stop, { end: 'open', ended: null, started: null, held: 0, heldSince: null })
        break
      }
      case 'ticketReclassified':
        visitOf(e.ticketId).class = e.class
        break
      case 'ticketCancelled': {
        const stop = last(visitOf(e.ticketId))
        stop.end = e.isRefusal ? 'refused' : 'cancelled'
        stop.ended = e.atMs
        break
      }
      case 'ticketCarriedOver': {
        const stop = last(visitOf(e.ticketId))
        stop.end = 'carriedOver'
        stop.ended = e.atMs
        break
      }
      case 'stepUndone':
        for (const { id, changedRevision } of e.tickets) {
          const copy = (copies.get(id) ?? []).filter((each) => each.revision === changedRevision).at(-1)
          touched.push(id)
          if (!copy) continue
          visits.set(id, JSON.parse(copy.visit))
          tickets.set(id, JSON.parse(copy.ticket))
        }
        break
    }
    for (const id of touched) {
      const visit = visits.get(id)
      if (!visit) continue
      const all = copies.get(id) ?? []
      all.push({ revision, visit: JSON.stringify(visit), ticket: JSON.stringify(tickets.get(id)) })
      copies.set(id, all.slice(-40))
    }
  }
  finish()
  return days
}

/** As spreadsheets do it: MEDIAN and PERCENTILE.INC. In minutes with one decimal. */
export function quantile(seconds: readonly number[], share: number): number | null {
  if (seconds.length === 0) return null
  const sorted = [...seconds].sort((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] as number
  const high = sorted[Math.min(sorted.length - 1, Math.floor(place) + 1)] as number
  return Math.round(((low + (high - low) * (place % 1)) / 60) * 10) / 10
}

export const waitOf = (stop: CountedStop): number | null =>
  stop.called === null ? null : Math.max(0, Math.floor((stop.called - stop.ready) / 1000))
export const serviceOf = (stop: CountedStop): number | null =>
  stop.end !== 'served' || stop.started === null || stop.ended === null
    ? null
    : Math.max(0, Math.floor((stop.ended - stop.started - stop.held) / 1000))

/** Of the first stop of a visit that was carried over, the wait began yesterday: nobody stood in the hall for it. */
export const isOld = (visit: CountedVisit, stop: CountedStop): boolean => visit.isCarriedIn && visit.stops[0] === stop

const agencyOf = (service: string): string => service.split('.')[0] as string
const HOUR = 3_600_000

/** What the figures are asked for: a group, and what they are cut down to. */
export interface Wanted {
  readonly by: string
  readonly agency?: string
  readonly service?: string
  readonly counter?: string
  readonly officer?: string
}

/** All figures of some days as the reports name them, in groups; `offsetMs`: of the branch's zone, which has no summer time. */
export function figuresOf(days: readonly CountedDay[], wanted: Wanted, offsetMs: number) {
  const midnight = (day: CountedDay) => Date.parse(`${day.day}T00:00:00Z`) - offsetMs
  const hourAt = (day: CountedDay, ms: number) => String(Math.floor((ms - midnight(day)) / HOUR)).padStart(2, '0')
  const keyOf = (day: CountedDay, visit: CountedVisit, stop: CountedStop): string => {
    switch (wanted.by) {
      case 'agency':
        return agencyOf(stop.service)
      case 'service':
        return stop.service
      case 'counter':
        return stop.counter ?? '-'
      case 'officer':
        return stop.officer ?? '-'
      case 'class':
        return visit.class
      case 'journey':
        return visit.journey ?? '-'
      case 'hour':
        return hourAt(day, isOld(visit, stop) ? (stop.called ?? stop.ended ?? stop.ready) : stop.ready)
      default:
        return keyOfDay(day) as string
    }
  }
  const keyOfDay = ({ day }: CountedDay): string | null => {
    switch (wanted.by) {
      case 'day':
        return day
      case 'month':
        return day.slice(0, 7)
      case 'year':
        return day.slice(0, 4)
      case 'weekday':
        return ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(`${day}T00:00:00Z`).getUTCDay()] as string
      default:
        return null
    }
  }
  const isWanted = ({ service, counter, officer }: CountedStop) =>
    (wanted.agency === undefined || wanted.agency === agencyOf(service)) &&
    (wanted.service === undefined || wanted.service === service) &&
    (wanted.counter === undefined || wanted.counter === counter) &&
    (wanted.officer === undefined || wanted.officer === officer)

  const stops = days.flatMap((day) =>
    day.visits.flatMap((visit) => {
      const all = visit.stops.filter(isWanted)
      return all.map((stop) => {
        const target = targetOf(day.configuration, visit.class, stop.service)
        const standard = standardOf(day.configuration, stop.service)
        const wait = isOld(visit, stop) ? null : waitOf(stop)
        return { day, visit, stop, key: keyOf(day, visit, stop), isFirst: stop === all[0], wait, target, time: serviceOf(stop), standard }
      })
    }),
  )
  const hasHours = wanted.agency === undefined && wanted.service === undefined && wanted.officer === undefined
  const hours = hasHours ? days.flatMap((day) => counterMinutes(day, midnight(day), wanted.counter)) : []
  const keyOfHour = ({ day, counter, hour }: (typeof hours)[number]): string | null =>
    keyOfDay(day) ?? (wanted.by === 'counter' ? counter : wanted.by === 'hour' ? String(hour).padStart(2, '0') : null)

  const figures = (of: typeof stops, open: typeof hours | null) => {
    const ended = (end: string) => of.filter(({ stop }) => stop.end === end).length
    const outcome = (name: string) => of.filter(({ stop }) => stop.end === 'served' && stop.outcome === name).length
    // A visit is there where its stops are; by hour, where the first of them was.
    const visits = new Set(
      of.filter(({ visit, isFirst }) => !visit.isCarriedIn && (wanted.by !== 'hour' || isFirst)).map(({ visit }) => visit),
    )
    const done = [...visits].filter((visit) =>
      visit.stops.every(({ end, outcome }) => end === 'moved' || (end === 'served' && outcome === 'done')),
    )
    const spread = (times: readonly { readonly seconds: number | null; readonly minutes: number | null }[]) => {
      const known = times.flatMap(({ seconds, minutes }) => (seconds === null ? [] : [{ seconds, minutes }]))
      const seconds = known.map((each) => each.seconds)
      return {
        count: known.length,
        medianMinutes: quantile(seconds, 0.5),
        p90Minutes: quantile(seconds, 0.9),
        within: known.filter(({ seconds, minutes }) => minutes !== null && seconds <= minutes * 60).length,
      }
    }
    const inHours = (minutes: readonly number[]) => Math.round((minutes.reduce((sum, each) => sum + each, 0) / 60) * 10) / 10
    return {
      visits: visits.size,
      doneAtFirstVisit: done.length,
      stops: of.length,
      served: ended('served'),
      notServed: {
        noShow: ended('noShow'),
        refused: ended('refused'),
        cancelled: ended('cancelled'),
        carriedOver: ended('carriedOver'),
        moved: ended('moved'),
        open: ended('open'),
      },
      outcomes: {
        done: outcome('done'),
        incompleteDocuments: outcome('incompleteDocuments'),
        continuesElsewhere: outcome('continuesElsewhere'),
        collectLater: outcome('collectLater'),
      },
      wait: spread(of.map(({ wait, target }) => ({ seconds: wait, minutes: target }))),
      service: spread(of.map(({ time, standard }) => ({ seconds: time, minutes: standard }))),
      counterHours: open && { open: inHours(open.map((each) => each.open)), scheduled: inHours(open.map((each) => each.scheduled)) },
    }
  }
  const haveHours = hasHours && ['day', 'weekday', 'hour', 'month', 'year', 'counter'].includes(wanted.by)
  const keys = new Set([...stops.map(({ key }) => key), ...(haveHours ? hours.map((each) => keyOfHour(each) as string) : [])])
  const byKey = grouped(stops, ({ key }) => key)
  const hoursByKey = grouped(hours, (each) => keyOfHour(each) ?? '')
  const ofDays = new Set([...stops.map(({ day }) => day), ...hours.filter(({ open }) => open > 0).map(({ day }) => day)])
  return {
    days: ofDays.size,
    total: figures(stops, hasHours ? hours : null),
    rows: new Map(
      [...keys].map((key) => [key, figures(byKey.get(key) ?? [], haveHours && key !== '-' ? (hoursByKey.get(key) ?? []) : null)]),
    ),
  }
}

function grouped<T>(all: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const key = keyOf(each)
    const group = groups.get(key)
    if (group) group.push(each)
    else groups.set(key, [each])
  }
  return groups
}

// biome-ignore lint/suspicious/noExplicitAny: read as the document that it is
type Document = any

const serviceIn = (configuration: Document, code: string): Document => {
  const agency = configuration.agencies.find(({ id }: Document) => id === agencyOf(code))
  const service = agency?.services.find(({ id }: Document) => `${agency.id}.${id}` === code)
  return service && { ...service, isOn: agency.enabled !== false && service.enabled !== false }
}
const targetOf = (configuration: Document, ticketClass: string, service: string): number | null =>
  configuration.classes.find(({ id }: Document) => id === ticketClass)?.targetMinutes ??
  serviceIn(configuration, service)?.targetMinutes ??
  null
const standardOf = (configuration: Document, code: string): number | null => {
  const service = serviceIn(configuration, code)
  return service?.standardMinutes ?? service?.averageMinutes ?? null
}

/** Whole minutes of each hour that each counter was open, and that what it serves was to be served. */
function counterMinutes(day: CountedDay, midnight: number, wanted: string | undefined) {
  const { configuration, open } = day
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(`${day.day}T00:00:00Z`).getUTCDay()] as string
  const scheduled = (counter: string): Set<number> => {
    // Minute by minute: what two services share counts once.
    const minutes = new Set<number>()
    for (const code of configuration.counters.find(({ id }: Document) => id === counter)?.services ?? []) {
      const service = serviceIn(configuration, code)
      if (!service?.isOn) continue
      const hours = service.hours ?? configuration.hours
      for (const [from, until] of hours.weekly[weekday] ?? [])
        for (let minute = minuteOf(from); minute < minuteOf(until); minute++) minutes.add(minute)
    }
    return minutes
  }
  const counters = new Set<string>([...configuration.counters.map(({ id }: Document) => id), ...open.keys()])
  return [...counters]
    .filter((counter) => wanted === undefined || counter === wanted)
    .flatMap((counter) => {
      const planned = scheduled(counter)
      return Array.from({ length: 24 }, (_, hour) => {
        const [begin, end] = [midnight + hour * HOUR, midnight + (hour + 1) * HOUR]
        const ms = (open.get(counter) ?? []).reduce(
          (sum, [from, until]) => sum + Math.max(0, Math.min(until, end) - Math.max(from, begin)),
          0,
        )
        const minutes = [...planned].filter((minute) => Math.floor(minute / 60) === hour).length
        return { day, counter, hour, open: Math.round(ms / 60_000), scheduled: minutes }
      }).filter(({ open, scheduled }) => open > 0 || scheduled > 0)
    })
}

const minuteOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
