import { indexOf } from '../domain/configuration.ts'
import type { TicketCalled } from '../domain/events.ts'
import { REGULAR, targetMinutes } from '../domain/order.ts'
import { type BranchState, currentService, type Ticket, type TicketState } from '../domain/state.ts'
import { type Step, type StoryDay, stepsOf, ticketsNumbered } from './story.ts'

/** One of the two numbers, as it was at the moment that the answer is about. */
export interface Side {
  readonly number: string
  readonly class: string
  readonly service: string
  readonly issuedAtMs: number
  readonly readyAtMs: number
  readonly dueAtMs: number
  readonly targetMinutes: number
  readonly state: TicketState
  /** Its call that the answer is about, or the one before that moment; null: it had none. */
  readonly calledAtMs: number | null
  readonly counter: string | null
}

/** Why another number was called before the one that asks. */
export type Answer =
  /** The other one was not called on that day. */
  | { readonly kind: 'neverCalled' }
  /** It was called later: the one that asks had been called. */
  | { readonly kind: 'calledAfter' }
  /** It was called before the one that asks was there. */
  | { readonly kind: 'beforeArrival' }
  /** The one that asks had been called first and did not come. */
  | { readonly kind: 'hadMissed'; readonly missedAtMs: number }
  /** The one that asks was on hold. */
  | { readonly kind: 'wasHeld'; readonly heldAtMs: number }
  /** The one that asks had ended: cancelled or completed. */
  | { readonly kind: 'hadEnded'; readonly endedAtMs: number }
  /** The one that asks had just been at that counter: who is next is chosen before it ends there (CALL3). */
  | { readonly kind: 'justServed' }
  /** The one that asks was at a counter then, by a call that was taken back later. */
  | { readonly kind: 'takenBack' }
  /** The one that asks had been carried over: its visitor was not expected. */
  | { readonly kind: 'waitedForNextDay' }
  /** Out of order, with the officer's reason. */
  | { readonly kind: 'direct'; readonly reason: string | null }
  /** The other one had been sent to that counter. */
  | { readonly kind: 'wasSent' }
  /** That counter could not call the one that asks: it serves other services, or that one waited for one counter alone. */
  | { readonly kind: 'otherCounter'; readonly waitsFor: string | null }
  /** The service of the one that asks was paused. */
  | { readonly kind: 'paused'; readonly reason: string | null }
  /** The other one was moved forward by hand. */
  | { readonly kind: 'movedForward' }
  /** The one that asks was moved back by hand. */
  | { readonly kind: 'movedBack' }
  /** Another class, with a shorter target. */
  | { readonly kind: 'class' }
  /** It was there earlier. */
  | { readonly kind: 'arrival' }
  /** Its service has a shorter target. */
  | { readonly kind: 'target' }

export interface Before {
  readonly day: string
  readonly asked: Side
  readonly other: Side
  readonly answer: Answer
  /** When the other one was called: what the answer is about; null where it was not. */
  readonly atMs: number | null
  readonly counter: { readonly id: string; readonly label: string } | null
  /** Who called it. */
  readonly by: string | null
}

interface Called {
  readonly revision: number
  readonly atMs: number
  readonly by: string
  readonly call: TicketCalled
  /** The branch just before it. */
  readonly before: BranchState
}

/**
 * Why was the other number before this one? Nothing but the day's own events is asked, so that those who moved on are found as well. Null
 * where the day does not have both numbers.
 */
export function whyBefore(day: StoryDay, number: string, other: string): Before | null {
  const [asked] = ticketsNumbered(day, number)
  const [against] = ticketsNumbered(day, other)
  if (asked === undefined || against === undefined) return null
  const comparing = new Comparing(day, asked, against)
  for (const step of stepsOf(day)) comparing.tell(step)
  return comparing.before()
}

/** Listens to a day and keeps the calls of two tickets. */
export class Comparing {
  readonly #day: StoryDay
  readonly #asked: string
  readonly #other: string
  readonly #calls = new Map<string, Called[]>()
  /** When the one that asks was given up, held or ended last, in order. */
  readonly #left: { readonly revision: number; readonly atMs: number; readonly state: TicketState }[] = []
  #state: BranchState

  constructor(day: StoryDay, asked: string, other: string) {
    this.#day = day
    this.#asked = asked
    this.#other = other
    this.#state = day.opening
  }

  tell({ before, after, event, revision }: Step): void {
    this.#state = after
    if (event.type === 'ticketCalled' && (event.ticket.id === this.#asked || event.ticket.id === this.#other)) {
      const { atMs, by } = event
      this.#calls.set(event.ticket.id, [...(this.#calls.get(event.ticket.id) ?? []), { revision, atMs, by, call: event, before }])
    }
    // A call that was taken back counts as never made.
    if (event.type === 'stepUndone')
      for (const [id, calls] of this.#calls)
        this.#calls.set(
          id,
          calls.filter(({ call }) => !event.withdrawn.includes(call.announcementId)),
        )
    const was = before.tickets.get(this.#asked)?.state
    const now = after.tickets.get(this.#asked)?.state
    if (now !== undefined && now !== was) this.#left.push({ revision, atMs: event.atMs, state: now })
  }

  before(): Before {
    const theirs = this.#calls.get(this.#other) ?? []
    const ours = this.#calls.get(this.#asked) ?? []
    // The last call that passed a visitor who sat there and waited is what he asks about.
    const passing = [...theirs]
      .reverse()
      .find(({ before, call }) => before.tickets.get(this.#asked)?.state === 'waiting' && call.ended !== this.#asked)
    if (passing) return this.#about(passing, this.#whyPassed(passing))
    const [first] = theirs
    const after = theirs.find(({ before }) => before.tickets.has(this.#asked))
    if (!first) return this.#about(null, { kind: 'neverCalled' })
    if (!after) return this.#about(theirs[theirs.length - 1] as Called, { kind: 'beforeArrival' })
    return this.#about(after, this.#whyNotWaiting(after, ours))
  }

  #about(called: Called | null, answer: Answer): Before {
    const state = called?.before ?? this.#state
    const until = called?.revision ?? Number.POSITIVE_INFINITY
    return {
      day: this.#day.day,
      asked: this.#side(state, this.#asked, until),
      other: this.#side(state, this.#other, until),
      answer,
      atMs: called?.atMs ?? null,
      counter: called?.call.counter ?? null,
      by: called?.by ?? null,
    }
  }

  #side(state: BranchState, id: string, until: number): Side {
    // Where it came later, as it was when it came.
    const ticket = state.tickets.get(id) ?? (this.#state.tickets.get(id) as Ticket)
    const last = (this.#calls.get(id) ?? []).filter(({ revision }) => revision <= until).pop()
    const first = this.#calls.get(id)?.[0]
    const call = last ?? first
    return {
      number: ticket.number,
      class: ticket.class,
      service: currentService(ticket),
      issuedAtMs: ticket.issuedAtMs,
      readyAtMs: ticket.readyAtMs,
      dueAtMs: ticket.dueAtMs,
      targetMinutes: targetMinutes(state, ticket.class, currentService(ticket)),
      state: ticket.state,
      calledAtMs: call?.atMs ?? null,
      counter: call?.call.counter.label ?? null,
    }
  }

  /** Where the one that asks was not waiting when the other was called. */
  #whyNotWaiting({ before, revision }: Called, ours: readonly Called[]): Answer {
    const state = before.tickets.get(this.#asked)?.state
    const left = this.#left.filter((each) => each.revision < revision).pop()
    const atMs = left?.atMs ?? before.atMs
    if (state === 'waiting') return { kind: 'justServed' }
    const wasHandled = state !== 'onHold' && state !== 'cancelled'
    if (wasHandled && !ours.some((each) => each.revision < revision)) return { kind: 'takenBack' }
    if (state === 'noShow') return { kind: 'hadMissed', missedAtMs: atMs }
    if (state === 'onHold') return { kind: 'wasHeld', heldAtMs: atMs }
    if (state === 'cancelled') return { kind: 'hadEnded', endedAtMs: atMs }
    return { kind: 'calledAfter' }
  }

  /** Both were there, and the other one was called. */
  #whyPassed({ before, call }: Called): Answer {
    const asked = before.tickets.get(this.#asked) as Ticket
    const other = before.tickets.get(this.#other) as Ticket
    const { counter, why } = call
    if (why.outOfOrder) return { kind: 'direct', reason: why.reason }
    if (asked.waitsForNextDay) return { kind: 'waitedForNextDay' }
    if (asked.sentTo !== null && asked.sentTo !== counter.id) return { kind: 'otherCounter', waitsFor: asked.sentTo }
    const serves = indexOf(before.configuration).counters.get(counter.id)?.services ?? []
    const service = currentService(asked)
    if (asked.sentTo === null && !serves.includes(service))
      return other.sentTo === counter.id ? { kind: 'wasSent' } : { kind: 'otherCounter', waitsFor: null }
    const paused = before.services[service]
    if (asked.sentTo === null && paused?.override === 'paused') return { kind: 'paused', reason: paused.reason }
    return whyFirst(before, asked, other)
  }
}

/** Both could have been called by that counter, and the other one was due first (ORDER1): what made it so. */
function whyFirst(state: BranchState, asked: Ticket, other: Ticket): Answer {
  const [ours, theirs] = [usualDueMs(state, asked), usualDueMs(state, other)]
  const isUsual = theirs < ours || (theirs === ours && other.entry < asked.entry)
  if (!isUsual) return other.dueAtMs < theirs ? { kind: 'movedForward' } : { kind: 'movedBack' }
  const [target, otherTarget] = [targetOf(state, asked), targetOf(state, other)]
  // With the same target whoever is there earlier is due earlier; with a longer one he is there a good deal earlier.
  if (otherTarget >= target) return { kind: 'arrival' }
  if (other.readyAtMs < asked.readyAtMs) return { kind: 'arrival' }
  return other.class !== asked.class && other.class !== REGULAR ? { kind: 'class' } : { kind: 'target' }
}

const MINUTE = 60_000
const targetOf = (state: BranchState, ticket: Ticket): number => targetMinutes(state, ticket.class, currentService(ticket))
/** Its due time where nobody moved it by hand. */
const usualDueMs = (state: BranchState, ticket: Ticket): number => ticket.readyAtMs + Math.round(targetOf(state, ticket) * MINUTE)
