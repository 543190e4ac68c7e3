import { speechOf } from '../../shared/domain/announcing.ts'
import { targetMinutes } from '../../shared/domain/order.ts'
import { arrivals, type BranchState, currentService, queue, type Ticket } from '../../shared/domain/state.ts'
import { type DeskTicket, type DeskWaiting, LONGEST, type LongWaiting } from '../../shared/protocol/desk.ts'
import { numberInWords } from '../../shared/speech/sentence.ts'
import { ticketView } from './views.ts'

/** What the help desk asks of a branch. Pure functions of the state. */

const MINUTE = 60_000

const promisedAtMs = (state: BranchState, ticket: Ticket): number =>
  ticket.readyAtMs + Math.round(targetMinutes(state, ticket.class, currentService(ticket)) * MINUTE)

/** `publicUrl`: what the address of its page begins with. Null where there is no such ticket (any more). */
export function deskTicket(state: BranchState, id: string, publicUrl: string): DeskTicket | null {
  const ticket = state.tickets.get(id)
  const view = ticketView(state, id)
  if (!ticket || !view) return null
  const { language, journey, readyAtMs, calledAtMs, startedAtMs, endedAtMs, calls, sentTo, outcomes, note, handed } = ticket
  return {
    ...view,
    url: `${publicUrl}/ticket/${id}`,
    said: numberInWords(ticket.number, speechOf(state.configuration)),
    language,
    journey,
    readyAtMs,
    promisedAtMs: promisedAtMs(state, ticket),
    calledAtMs,
    startedAtMs,
    endedAtMs,
    calls,
    sentTo,
    outcomes,
    note,
    // Tickets of an older server don't say.
    handed: handed ?? null,
  }
}

/** Who waits longest in the whole hall. Whoever was carried over to the next day does not wait. O(queues · LONGEST). */
export function longestWaiting(state: BranchState, nowMs: number): DeskWaiting {
  const first: (readonly [key: string, id: string])[] = []
  let waiting = 0
  for (const name of Object.keys(state.arrivals)) {
    if (name.startsWith('+')) continue
    waiting += queue(state, name).size
    let taken = 0
    for (const entry of arrivals(state, name).entries()) {
      if (taken === LONGEST) break
      taken += 1
      first.push(entry)
    }
  }
  first.sort(([a], [b]) => (a < b ? -1 : 1))
  const tickets = first.slice(0, LONGEST).flatMap(([, id]): LongWaiting[] => {
    const ticket = state.tickets.get(id)
    if (!ticket) return []
    const { number, readyAtMs, sentTo } = ticket
    return [
      { id, number, service: currentService(ticket), class: ticket.class, readyAtMs, promisedAtMs: promisedAtMs(state, ticket), sentTo },
    ]
  })
  return { atMs: nowMs, waiting, tickets }
}

/** How many are told: whoever has more types one more digit. */
const MOST_FOUND = 12

/**
 * Tickets by what a person types or a scanner reads: the address in a QR code, or a number as people say it: `B-021`, `b21`, `21` of
 * whatever series, `t7` of the fallback sheet. Exact ones first, then those that begin so. Looks at every ticket of the day: for when a
 * person asks.
 */
export function findTickets(state: BranchState, asked: string): Ticket[] {
  const id = /\/ticket\/([\w-]+)/i.exec(asked)?.[1] ?? asked.trim()
  const scanned = state.tickets.get(id)
  if (scanned) return [scanned]
  const wanted = compact(asked)
  const [, letters, digits] = /^([A-Z]*)(\d*)$/.exec(wanted.split('/')[0] as string) ?? []
  if (letters === undefined || digits === undefined || wanted === '') return []
  const exact: Ticket[] = []
  const beginning: Ticket[] = []
  for (const ticket of state.tickets.values()) {
    const [number = '', carriedFrom] = compact(ticket.number).split('/')
    const [, series = '', count = ''] = /^([A-Z]*)(\d*)$/.exec(number) ?? []
    const isSeries = letters === '' || letters === series || (letters === 'T' && series.length > 1 && series.endsWith('T'))
    const isDay = !wanted.includes('/') || wanted.split('/')[1] === carriedFrom
    if (isSeries && isDay && digits !== '' && Number(count) === Number(digits)) exact.push(ticket)
    else if (letters !== '' && compact(ticket.number).startsWith(wanted)) beginning.push(ticket)
  }
  const byNumber = (a: Ticket, b: Ticket): number => (a.number < b.number ? -1 : 1)
  return [...exact.sort(byNumber), ...beginning.sort(byNumber)].slice(0, MOST_FOUND)
}

/** `b-021` is `B021`, `B T 07` is `BT07`. */
const compact = (number: string): string => number.toUpperCase().replace(/[\s.-]/g, '')
