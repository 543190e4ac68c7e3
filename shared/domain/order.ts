import { type Counter, indexOf } from './configuration.ts'
import { type BranchState, queue, queueKey, queueOf, type Ticket } from './state.ts'

const MINUTE = 60_000

export const REGULAR = 'regular'

/** Minutes that a visitor of this class should wait for this service at most: the class's target if it has one, else the service's. */
export function targetMinutes(state: BranchState, ticketClass: string, service: string): number {
  const { classes, services } = indexOf(state.configuration)
  return classes.get(ticketClass)?.targetMinutes ?? services.get(service)?.service.targetMinutes ?? 0
}

/** When it ought to be called at the latest: earliest deadline first (ORDER1). */
export const dueAtMs = (state: BranchState, ticketClass: string, service: string, readyAtMs: number): number =>
  readyAtMs + Math.round(targetMinutes(state, ticketClass, service) * MINUTE)

/** A due time before everybody who stands in this queue. */
export function frontOfQueueMs(state: BranchState, queueName: string, nowMs: number): number {
  const first = queue(state, queueName).first()
  const ticket = first && state.tickets.get(first[1])
  return ticket ? Math.max(0, ticket.dueAtMs - 1) : nowMs
}

/** The queues that a counter calls from in order: those sent to it, and its services that are not paused. */
export function* callableQueues(state: BranchState, counter: Counter): Iterable<string> {
  yield `@${counter.id}`
  for (const service of counter.services) if (state.services[service]?.override !== 'paused') yield service
}

/** How many tickets a counter may call; O(its services). */
export function waitingFor(state: BranchState, counter: Counter): number {
  let waiting = 0
  for (const name of callableQueues(state, counter)) waiting += queue(state, name).size
  return waiting
}

/** The ticket with the smallest due time among what the counter may call, ties to the earlier entry (ORDER1); O(its services · log n). */
export function nextFor(state: BranchState, counter: Counter): Ticket | null {
  let bestKey: string | null = null
  let bestId: string | null = null
  for (const name of callableQueues(state, counter)) {
    const first = queue(state, name).first()
    if (first && (bestKey === null || first[0] < bestKey)) {
      bestKey = first[0]
      bestId = first[1]
    }
  }
  return bestId === null ? null : (state.tickets.get(bestId) ?? null)
}

/** The first few that a counter would call, in that order; O(its services · how many). */
export function upcomingFor(state: BranchState, counter: Counter, most: number): Ticket[] {
  const first: (readonly [key: string, id: string])[] = []
  for (const name of callableQueues(state, counter)) {
    let taken = 0
    for (const entry of queue(state, name).entries()) {
      if (taken === most) break
      taken += 1
      first.push(entry)
    }
  }
  first.sort(([a], [b]) => (a < b ? -1 : 1))
  return first.slice(0, most).flatMap(([, id]) => state.tickets.get(id) ?? [])
}

/** How many people are called before this ticket in its own queue; 0 where it does not wait. O(log n). */
export const ticketsAhead = (state: BranchState, ticket: Ticket): number =>
  ticket.state === 'waiting' ? queue(state, queueOf(ticket)).rank(queueKey(ticket)) : 0
