import { indexOf } from './configuration.ts'
import { type BranchState, type CallReason, currentService, type Ticket } from './state.ts'

/** A call that came before a ticket, with its stored reason (ORDER4). */
export interface PassedBy {
  readonly number: string
  readonly counter: string
  readonly atMs: number
  readonly why: CallReason
}

/** How many are told: who asks wants to know of the last ones. */
const MOST = 20

/**
 * Why was I passed? The calls since a ticket became ready, by counters that could have called it, newest first. Looks at all tickets of the
 * day, so only where a person asks.
 */
export function passedBy(state: BranchState, ticket: Ticket): PassedBy[] {
  const service = currentService(ticket)
  const counters = new Set<string>()
  for (const counter of indexOf(state.configuration).counters.values())
    if (ticket.sentTo === null ? counter.services.includes(service) : ticket.sentTo === counter.id) counters.add(counter.id)
  const calls: PassedBy[] = []
  for (const { id, number, counter, calledAtMs, why } of state.tickets.values())
    if (
      id !== ticket.id &&
      counter !== null &&
      why !== null &&
      calledAtMs !== null &&
      calledAtMs >= ticket.readyAtMs &&
      counters.has(counter)
    )
      calls.push({ number, counter, atMs: calledAtMs, why })
  return calls.sort((a, b) => b.atMs - a.atMs).slice(0, MOST)
}
