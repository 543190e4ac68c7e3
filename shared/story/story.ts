import type { Language } from '../domain/configuration.ts'
import type { BranchEvent } from '../domain/events.ts'
import { evolve } from '../domain/evolve.ts'
import { targetMinutes, ticketsAhead } from '../domain/order.ts'
import {
  type BranchState,
  type CallReason,
  currentService,
  type Handed,
  type NotHeard,
  type Outcome,
  queue,
  queueOf,
  type Ticket,
  type TicketState,
} from '../domain/state.ts'
import { plainNumber } from './ticketNumber.ts'

/** A business day as it was recorded: the state that it began with, and its events. */
export interface StoryDay {
  readonly day: string
  readonly opening: BranchState
  readonly events: readonly { readonly revision: number; readonly event: BranchEvent }[]
}

/** Where a waiting ticket stands: how many are called before it, and how many wait there. */
export interface Place {
  readonly ahead: number
  readonly waiting: number
  readonly dueAtMs: number
}

interface Counter {
  readonly id: string
  readonly label: string
}

/** What became of a call on screens and loudspeakers. */
export interface Announced {
  /** When the first screen said that it shows it; null: none did. */
  readonly shownAtMs: number | null
  readonly spokenAtMs: number | null
  /** Null: it was not spoken to its end, nor given up, before the story ends. */
  readonly heard: boolean | null
  readonly notHeard: NotHeard | null
}

/** One thing that happened to a ticket. `by`: as in the log: an account, `kiosk:ID`, `visitor` or `system`. */
export type StoryLine = { readonly atMs: number; readonly by: string; readonly revision: number } & (
  | {
      readonly kind: 'issued'
      readonly service: string
      readonly class: string
      readonly targetMinutes: number
      readonly place: Place
      /** On the fallback sheet: it was written then, and entered at `atMs`. */
      readonly writtenAtMs: number | null
    }
  /** It waited from an earlier day when this one began. */
  | { readonly kind: 'carriedIn'; readonly service: string; readonly issuedAtMs: number; readonly place: Place }
  | { readonly kind: 'handed'; readonly how: Handed; readonly device: string }
  | {
      readonly kind: 'called'
      readonly counter: Counter
      readonly service: string
      readonly why: CallReason
      /** It had been sent to this counter alone. */
      readonly wasSent: boolean
      /** Since it became ready; of a ticket that did not wait (held, missed): null. */
      readonly waitedMs: number | null
      readonly announced: Announced
      /** Taken back: it counts as never made. */
      readonly isUndone: boolean
    }
  | { readonly kind: 'recalled'; readonly counter: Counter; readonly announced: Announced }
  | { readonly kind: 'started'; readonly counter: Counter }
  | {
      readonly kind: 'completed'
      readonly counter: Counter
      readonly outcome: Outcome
      /** Since its service began; null: it was ended without having begun. */
      readonly servedMs: number | null
      readonly next: { readonly service: string; readonly place: Place } | null
    }
  | { readonly kind: 'missed'; readonly counter: Counter; readonly sinceCallMs: number | null }
  | { readonly kind: 'held'; readonly counter: Counter; readonly reason: string | null }
  | { readonly kind: 'resumed'; readonly counter: Counter; readonly heldMs: number | null }
  | {
      readonly kind: 'moved'
      /** Null: the supervisor or the help desk moved it. */
      readonly from: Counter | null
      readonly service: string
      readonly toCounter: Counter | null
      readonly note: string | null
      readonly place: Place
    }
  | { readonly kind: 'returned'; readonly from: Counter | null; readonly place: Place }
  /** The counter that it waited for alone closed. */
  | { readonly kind: 'released'; readonly counter: Counter; readonly place: Place }
  | {
      readonly kind: 'reclassified'
      readonly before: string
      readonly class: string
      readonly reason: string
      readonly dueAtMs: number
    }
  /** The configuration changed the target, and its due time with it. */
  | { readonly kind: 'retargeted'; readonly dueAtMs: number }
  | { readonly kind: 'cancelled'; readonly reason: string; readonly isRefusal: boolean }
  | { readonly kind: 'carriedOver'; readonly number: string }
  | { readonly kind: 'undone'; readonly counter: Counter; readonly step: string; readonly state: TicketState }
)

/** One stretch of waiting of a visit, for one service. */
export interface StoryStop {
  readonly service: string
  /** Its arrival, the end of the stop before, or when it was moved to this service. */
  readonly readyAtMs: number
  /** Its first call that was not taken back; null: none. */
  readonly calledAtMs: number | null
  readonly targetMinutes: number
}

export interface Story {
  readonly day: string
  /** The one that it had first on this day. */
  readonly number: string
  /** The one it had at last, where it was carried over. */
  readonly lastNumber: string
  readonly ticketId: string
  readonly class: string
  readonly language: Language
  readonly journey: string | null
  readonly issuedAtMs: number
  readonly lines: readonly StoryLine[]
  readonly stops: readonly StoryStop[]
  /** As the day left it, or as it is now. */
  readonly state: TicketState
  readonly service: string
  readonly counter: Counter | null
  readonly place: Place | null
  readonly waitsForNextDay: boolean
}

/** The ids of the tickets that had this number on this day. A number without its day also finds one that was carried over into it. */
export function ticketsNumbered({ opening, events }: StoryDay, number: string): string[] {
  const exact = new Set<string>()
  const carried = new Set<string>()
  const look = (id: string, theirs: string): void => {
    if (theirs === number) exact.add(id)
    else if (plainNumber(theirs) === number) carried.add(id)
  }
  for (const { id, number: theirs } of opening.tickets.values()) look(id, theirs)
  for (const { event } of events) {
    if (event.type === 'ticketIssued') look(event.ticket.id, event.ticket.number)
    if (event.type === 'ticketCarriedOver') look(event.ticketId, event.number)
  }
  return [...(exact.size > 0 ? exact : carried)]
}

/** The number that a ticket had first on this day. */
export function numberOf({ opening, events }: StoryDay, id: string): string {
  const waiting = opening.tickets.get(id)
  if (waiting) return waiting.number
  for (const { event } of events) if (event.type === 'ticketIssued' && event.ticket.id === id) return event.ticket.number
  return ''
}

/** One step of the day: what the teller is told, event by event. */
export interface Step {
  readonly before: BranchState
  readonly after: BranchState
  readonly event: BranchEvent
  readonly revision: number
}

/** The day again, event by event, up to its turn. Stops between two events, so that whoever has other work can do it. */
export function* stepsOf({ opening, events }: StoryDay): Generator<Step> {
  let before = opening
  for (const { revision, event } of events) {
    if (event.type === 'dayTurned') return
    const after = evolve(before, event)
    yield { before, after, event, revision }
    before = after
  }
}

/** What happened to one ticket on one day; null where the day had no such number. Pure; O(events of the day). */
export function storyOf(day: StoryDay, number: string): Story | null {
  const [id] = ticketsNumbered(day, number)
  if (id === undefined) return null
  const teller = new Teller(day, id)
  for (const step of stepsOf(day)) teller.tell(step)
  return teller.story()
}

type Draft = { -readonly [F in keyof Announced]: Announced[F] }

/** Listens to a day and keeps what concerns one ticket. */
export class Teller {
  readonly #day: StoryDay
  readonly #id: string
  readonly #lines: StoryLine[] = []
  /** By announcement. */
  readonly #announced = new Map<string, Draft>()
  /** The announcement of each call and recall, by its revision. */
  readonly #announcements = new Map<number, string>()
  #stops: Begun[] = []
  #state: BranchState

  constructor(day: StoryDay, id: string) {
    this.#day = day
    this.#id = id
    this.#state = day.opening
    const ticket = day.opening.tickets.get(id)
    if (!ticket) return
    const { readyAtMs, issuedAtMs } = ticket
    this.#stops.push(begun(day.opening, ticket, readyAtMs, day.opening.revision))
    this.#lines.push({
      atMs: Math.max(readyAtMs, day.opening.atMs),
      by: 'system',
      revision: day.opening.revision,
      kind: 'carriedIn',
      service: currentService(ticket),
      issuedAtMs,
      place: placeOf(day.opening, ticket),
    })
  }

  tell(step: Step): void {
    this.#state = step.after
    const { event, before, after, revision } = step
    const was = before.tickets.get(this.#id)
    const now = after.tickets.get(this.#id)
    if (!now) return
    this.#announce(event)
    const line = this.#line(step, was, now)
    if (line) this.#lines.push({ atMs: event.atMs, by: event.by, revision, ...line } as StoryLine)
    this.#keepStop(step, was, now)
  }

  story(): Story {
    const state = this.#state
    const ticket = state.tickets.get(this.#id) as Ticket
    return {
      day: this.#day.day,
      number: numberOf(this.#day, this.#id),
      lastNumber: ticket.number,
      ticketId: ticket.id,
      class: ticket.class,
      language: ticket.language,
      journey: ticket.journey,
      issuedAtMs: ticket.issuedAtMs,
      lines: this.#lines.map((line) => this.#withAnnounced(line)),
      stops: this.#stops.map((stop, at) => this.#stopOf(stop, this.#stops[at + 1])),
      state: ticket.state,
      service: currentService(ticket),
      counter: ticket.counter === null ? null : labelled(state, ticket.counter),
      place: ticket.state === 'waiting' ? placeOf(state, ticket) : null,
      waitsForNextDay: ticket.waitsForNextDay,
    }
  }

  #withAnnounced(line: StoryLine): StoryLine {
    if (line.kind !== 'called' && line.kind !== 'recalled') return line
    const announced = this.#announced.get(this.#announcements.get(line.revision) ?? '')
    return announced ? { ...line, announced } : line
  }

  #keepStop({ event, after, revision }: Step, was: Ticket | undefined, now: Ticket): void {
    const service = currentService(now)
    const last = this.#stops[this.#stops.length - 1]
    if (last?.stop === now.stop && last.service === service) {
      this.#stops[this.#stops.length - 1] = begun(after, now, last.readyAtMs, last.revision)
      return
    }
    // What began with a step that was taken back never began.
    if (event.type === 'stepUndone') this.#stops.pop()
    else this.#stops.push(begun(after, now, was?.stop === now.stop ? event.atMs : now.readyAtMs, revision))
  }

  #stopOf({ service, readyAtMs, targetMinutes, revision }: Begun, next: Begun | undefined): StoryStop {
    const until = next?.revision ?? Number.POSITIVE_INFINITY
    const call = this.#lines.find((line) => line.kind === 'called' && !line.isUndone && line.revision > revision && line.revision < until)
    return { service, readyAtMs, calledAtMs: call?.atMs ?? null, targetMinutes }
  }

  #announce(event: BranchEvent): void {
    if (event.type !== 'announcementShown' && event.type !== 'announcementStarted' && event.type !== 'announcementEnded') return
    const announced = this.#announced.get(event.announcementId)
    if (!announced) return
    if (event.type === 'announcementShown') announced.shownAtMs ??= event.atMs
    if (event.type === 'announcementStarted') announced.spokenAtMs ??= event.atMs
    if (event.type === 'announcementEnded') {
      announced.heard = event.why === null
      announced.notHeard = event.why
    }
  }

  #newAnnouncement(id: string, revision: number): Announced {
    const announced: Draft = { shownAtMs: null, spokenAtMs: null, heard: null, notHeard: null }
    this.#announced.set(id, announced)
    this.#announcements.set(revision, id)
    return announced
  }

  #line({ event, before, after, revision }: Step, was: Ticket | undefined, now: Ticket): object | null {
    const at = (id: string): Counter => labelled(after, id)
    const place = (): Place => placeOf(after, now)
    switch (event.type) {
      case 'ticketIssued':
        return was
          ? null
          : {
              kind: 'issued',
              service: currentService(now),
              class: now.class,
              targetMinutes: targetMinutes(after, now.class, currentService(now)),
              place: place(),
              writtenAtMs: event.isWritten ? event.readyAtMs : null,
            }
      case 'ticketHanded':
        return event.ticketId === now.id ? { kind: 'handed', how: event.how, device: event.device } : null
      case 'ticketCalled':
        if (event.ticket.id !== now.id || !was) return null
        return {
          kind: 'called',
          counter: event.counter,
          service: event.service,
          why: event.why,
          wasSent: was.sentTo === event.counter.id,
          waitedMs: was.state === 'waiting' ? event.atMs - was.readyAtMs : null,
          announced: this.#newAnnouncement(event.announcementId, revision),
          isUndone: false,
        }
      case 'ticketRecalled':
        if (event.ticket.id !== now.id) return null
        return { kind: 'recalled', counter: event.counter, announced: this.#newAnnouncement(event.announcementId, revision) }
      case 'stepUndone':
        if (!event.tickets.some(({ id }) => id === now.id)) return null
        this.#undo(event.withdrawn)
        return { kind: 'undone', counter: at(event.counter), step: event.undone, state: now.state }
      case 'counterClosed':
        return event.released.includes(now.id) ? { kind: 'released', counter: at(event.counter), place: place() } : null
      case 'branchConfigured':
        return was && was.dueAtMs !== now.dueAtMs ? { kind: 'retargeted', dueAtMs: now.dueAtMs } : null
      default:
        return was && 'ticketId' in event && event.ticketId === now.id ? this.#moved(event, before, was, after, now) : null
    }
  }

  #moved(event: BranchEvent, before: BranchState, was: Ticket, after: BranchState, now: Ticket): object | null {
    const at = (id: string): Counter => labelled(after, id)
    switch (event.type) {
      case 'serviceStarted':
        return { kind: 'started', counter: at(event.counter) }
      case 'ticketCompleted':
        return {
          kind: 'completed',
          counter: at(event.counter),
          outcome: event.outcome,
          servedMs: was.startedAtMs === null ? null : event.atMs - was.startedAtMs,
          next: event.next ? { service: currentService(now), place: placeOf(after, now) } : null,
        }
      case 'ticketMissed':
        return { kind: 'missed', counter: at(event.counter), sinceCallMs: was.calledAtMs === null ? null : event.atMs - was.calledAtMs }
      case 'ticketHeld':
        return { kind: 'held', counter: at(event.counter), reason: event.reason }
      case 'ticketResumed': {
        const held = [...this.#lines].reverse().find(({ kind }) => kind === 'held')
        return { kind: 'resumed', counter: at(event.counter), heldMs: held ? event.atMs - held.atMs : null }
      }
      case 'ticketTransferred':
        return {
          kind: 'moved',
          from: event.from === null ? null : labelled(before, event.from),
          service: currentService(now),
          toCounter: 'counter' in event.to ? at(event.to.counter) : null,
          note: event.note,
          place: placeOf(after, now),
        }
      case 'ticketReturned':
        return { kind: 'returned', from: event.counter === null ? null : at(event.counter), place: placeOf(after, now) }
      case 'ticketReclassified':
        return { kind: 'reclassified', before: was.class, class: event.class, reason: event.reason, dueAtMs: event.dueAtMs }
      case 'ticketCancelled':
        return { kind: 'cancelled', reason: event.reason, isRefusal: event.isRefusal === true }
      case 'ticketCarriedOver':
        return { kind: 'carriedOver', number: event.number }
      default:
        return null
    }
  }

  /** The calls whose announcements were withdrawn stay in the story, marked: they were seen and heard. */
  #undo(withdrawn: readonly string[]): void {
    for (const [at, line] of this.#lines.entries())
      if (line.kind === 'called' && withdrawn.includes(this.#announcements.get(line.revision) ?? ''))
        this.#lines[at] = { ...line, isUndone: true }
  }
}

interface Begun extends Omit<StoryStop, 'calledAtMs'> {
  /** Index in the visit's services. */
  readonly stop: number
  readonly revision: number
}

const begun = (state: BranchState, ticket: Ticket, readyAtMs: number, revision: number): Begun => ({
  service: currentService(ticket),
  readyAtMs,
  targetMinutes: targetMinutes(state, ticket.class, currentService(ticket)),
  stop: ticket.stop,
  revision,
})

const placeOf = (state: BranchState, ticket: Ticket): Place => ({
  ahead: ticketsAhead(state, ticket),
  waiting: queue(state, queueOf(ticket)).size,
  dueAtMs: ticket.dueAtMs,
})

const labelled = ({ configuration }: BranchState, id: string): Counter => ({
  id,
  label: configuration.counters.find((counter) => counter.id === id)?.label ?? id,
})
