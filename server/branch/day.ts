import { type Hours, indexOf, type ServiceEntry, type Text } from '../../shared/domain/configuration.ts'
import { closedBecause, quotaUsed } from '../../shared/domain/decide.ts'
import { issuing, servingHours } from '../../shared/domain/hours.ts'
import { foresee, type Outlook, waitingToday } from '../../shared/domain/remaining.ts'
import { type BranchState, currentService, queue, type Ticket } from '../../shared/domain/state.ts'
import type { DayHours, DayService, DaySheet, DayWaiting } from '../../shared/protocol/day.ts'

/** The day as its supervisor sees it. Pure; the work doesn't grow with who waits (`foresee`). */
export function daySheet(state: BranchState, nowMs: number): DaySheet {
  const { hours } = state.configuration
  const outlooks = new Map(foresee(state, nowMs).outlooks.map((outlook) => [outlook.service, outlook]))
  return {
    day: state.day,
    atMs: nowMs,
    revision: state.revision,
    hours: hoursOf(state, hours),
    services: [...indexOf(state.configuration).services.values()].map((entry) =>
      dayService(state, entry, outlooks.get(entry.code) as Outlook, nowMs),
    ),
    lastDay: state.lastDay ?? null,
  }
}

const hoursOf = ({ day, configuration }: BranchState, hours: Hours): DayHours => servingHours(hours, day, configuration.timeZone)

function dayService(state: BranchState, entry: ServiceEntry, { service, ...outlook }: Outlook, nowMs: number): DayService {
  const { hours, timeZone } = state.configuration
  const refused = closedBecause(state, service, nowMs) ?? quotaUsed(state, service)
  const { reason, text, opensAtMs } = refused?.details ?? {}
  const now = issuing(entry.hours ?? hours, timeZone, nowMs)
  const quota = entry.service.quotaPerDay ?? null
  return {
    service,
    hours: entry.hours ? hoursOf(state, entry.hours) : null,
    closed: refused && {
      reason: typeof reason === 'string' ? reason : refused.code,
      text: (text ?? null) as Text | null,
      opensAtMs: typeof opensAtMs === 'number' ? opensAtMs : null,
    },
    issuesUntilMs: refused === null && now.open && Number.isFinite(now.untilMs) ? now.untilMs : null,
    quotaPerDay: quota,
    quotaLeft: quota === null ? null : Math.max(0, quota - (state.issued[service] ?? 0)),
    outlook,
    carriedOver: queue(state, `+${service}`).size,
  }
}

/** Whom the end of these services' day concerns: all services where none is named. Looks at everybody: for when a person asks. */
export function dayWaiting(state: BranchState, nowMs: number, services: readonly string[] | null): DayWaiting {
  const wanted = new Set(services ?? indexOf(state.configuration).services.keys())
  const { served } = foresee(state, nowMs)
  const held = Object.values(state.held)
    .flatMap((each) => [...each.values()])
    .flatMap((id) => state.tickets.get(id) ?? [])
    .filter((ticket) => wanted.has(currentService(ticket)))
  const told = (ticket: Ticket, isHeld: boolean) => {
    const { id, number } = ticket
    return { id, number, service: currentService(ticket), isHeld, canBeServed: isHeld || served.has(id) }
  }
  const carriedOver = [...wanted]
    .flatMap((service) => [...queue(state, `+${service}`).values()])
    .flatMap((id) => state.tickets.get(id) ?? [])
    .map((ticket) => ({ id: ticket.id, number: ticket.number, service: currentService(ticket) }))
  return {
    atMs: nowMs,
    carriedOver,
    tickets: [...waitingToday(state, wanted).map((ticket) => told(ticket, false)), ...held.map((ticket) => told(ticket, true))],
  }
}
