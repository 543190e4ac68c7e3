import { indexOf } from './configuration.ts'
import { ticketsAhead } from './order.ts'
import { type BranchState, counterState, currentService, type Ticket } from './state.ts'

export interface Estimate {
  readonly lowMinutes: number
  readonly highMinutes: number
}

/**
 * How long a waiting ticket probably waits, as a range: the people ahead in its queue, times the service's average minutes, shared by the
 * counters open for it. The range is -30 % and +60 % around it, because service times spread widely (lognormal, coefficient of variation
 * about 0.6) and counters serve other queues too; rounded outwards to whole minutes. Null where nobody can say: it does not wait today, or
 * no counter is open for its service. O(log n + counters).
 */
export function estimate(state: BranchState, ticket: Ticket): Estimate | null {
  if (ticket.state !== 'waiting' || ticket.waitsForNextDay) return null
  const service = currentService(ticket)
  const averageMinutes = indexOf(state.configuration).services.get(service)?.service.averageMinutes
  if (averageMinutes === undefined) return null
  const open = state.configuration.counters.filter(
    (counter) =>
      counterState(state, counter.id).state === 'open' &&
      (ticket.sentTo === null ? counter.services.includes(service) : counter.id === ticket.sentTo),
  ).length
  return estimatedWait(ticketsAhead(state, ticket), averageMinutes, open)
}

/** The same for whoever comes behind `ahead` people now, with `open` counters for the service. */
export function estimatedWait(ahead: number, averageMinutes: number, open: number): Estimate | null {
  if (open === 0) return null
  const minutes = (ahead * averageMinutes) / open
  return { lowMinutes: Math.floor(minutes * 0.7), highMinutes: Math.ceil((minutes + averageMinutes / open) * 1.6) }
}
