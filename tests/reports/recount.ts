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
  isCarriedIn: boolean
  stops: CountedStop[]
}

export interface CountedDay {
  readonly day: string
  readonly visits: readonly CountedVisit[]
  /** Whole minutes that each counter was open, by counter. */
  readonly openMinutes: Readonly<Record<string, number>>
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
  let openMs = new Map<string, number>()

  const shut = (counter: string, atMs: number) => {
    const since = openSince.get(counter)
    if (since === undefined) return
    openMs.set(counter, (openMs.get(counter) ?? 0) + atMs - since)
    openSince.delete(counter)
  }
  const finish = () =>
    days.push({
      day,
      visits: [...visits.values()],
      openMinutes: Object.fromEntries([...openMs].map(([counter, ms]) => [counter, ms / 60_000])),
    })

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
        break
      case 'dayTurned': {
        for (const counter of [...openSince.keys()]) shut(counter, e.atMs)
        finish()
        day = e.day
        // Whoever was carried over waits on, under the number with the day in it.
        const waiting = [...visits.values()].filter((visit) => ['carriedOver', 'open'].includes(last(visit).end))
        visits = new Map()
        for (const { id, class: ticketClass, stops } of waiting) {
          const { service, ready } = stops[stops.length - 1] as CountedStop
          const visit = { id, class: ticketClass, isCarriedIn: true, stops: [newStop(service, ready)] }
          visits.set(id, visit)
          const revisionBefore = copies.get(id)?.at(-1)?.revision ?? 0
          copies.set(id, [{ revision: revisionBefore, visit: JSON.stringify(visit), ticket: JSON.stringify(tickets.get(id)) }])
        }
        officers = new Map()
        openSince = new Map()
        openMs = new Map()
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
        visits.set(e.ticket.id, { id: e.ticket.id, class: e.class, isCarriedIn: false, stops: [newStop(e.services[0], e.readyAtMs)] })
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
