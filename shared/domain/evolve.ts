import { announced, announcementOf, arrived, zonesOfNewDay } from './announcing.ts'
import type { BranchEvent, TicketCalled } from './events.ts'
import { dueAtMs } from './order.ts'
import { SortedMap } from './sortedMap.ts'
import {
  arrivalKey,
  arrivals,
  type Before,
  type BranchState,
  type Call,
  CLOSED_COUNTER,
  type CounterState,
  counterState,
  currentService,
  type DayAccount,
  type LastStep,
  missedKey,
  queue,
  queueKey,
  queueOf,
  RECENT_CALLS,
  type ServiceAccount,
  type ServiceState,
  type Ticket,
} from './state.ts'

/** The state after the event. Pure; the old state stays as it was and shares all that did not change. O(log n) per event. */
export function evolve(state: BranchState, event: BranchEvent): BranchState {
  const revision = state.revision + 1
  return { ...changed(state, event, revision), revision, atMs: event.atMs }
}

export const evolveAll = (state: BranchState, events: Iterable<BranchEvent>): BranchState => {
  let next = state
  for (const event of events) next = evolve(next, event)
  return next
}

function changed(state: BranchState, event: BranchEvent, revision: number): BranchState {
  switch (event.type) {
    case 'branchConfigured':
      return retargeted({ ...state, configuration: event.configuration, configuredRevision: revision, day: event.day }, state)
    case 'dayTurned':
      return dayTurned(state, event.day, event.atMs)
    case 'dayOverridden':
      return { ...state, dayOverride: event.override }
    case 'branchPaused':
      return { ...state, pause: { reason: event.reason, sinceMs: event.atMs } }
    case 'branchResumed':
      return { ...state, pause: null }
    case 'servicePaused':
      return { ...state, services: { ...state.services, [event.service]: pausedService(state.services[event.service], event.reason) } }
    case 'serviceOpened':
      return { ...state, services: { ...state.services, [event.service]: { override: 'open', reason: null } } }
    case 'serviceClosed':
      return { ...state, services: { ...state.services, [event.service]: { override: 'closed', reason: event.reason } } }
    case 'serviceReset': {
      const before = state.services[event.service]?.before
      return { ...state, services: before ? { ...state.services, [event.service]: before } : without(state.services, event.service) }
    }
    case 'ticketIssued': {
      const ticket: Ticket = {
        id: event.ticket.id,
        number: event.ticket.number,
        day: event.day,
        class: event.class,
        language: event.language,
        journey: event.journey,
        services: event.services,
        stop: 0,
        state: 'waiting',
        issuedAtMs: event.isWritten ? event.readyAtMs : event.atMs,
        readyAtMs: event.readyAtMs,
        dueAtMs: event.dueAtMs,
        entry: event.entry,
        counter: null,
        sentTo: null,
        waitsForNextDay: false,
        calledAtMs: null,
        startedAtMs: null,
        endedAtMs: null,
        calls: 0,
        outcomes: event.services.map(() => null),
        note: null,
        why: null,
        handed: event.isWritten ? 'paper' : null,
        refusal: null,
        changedRevision: revision,
      }
      const [prefix, count] = seriesAndCount(event.ticket.number)
      const issued: Record<string, number> = { ...state.issued }
      for (const service of event.services) issued[service] = (issued[service] ?? 0) + 1
      const counted = event.isWritten
        ? { written: [...state.written, event.ticket.number] }
        : { series: { ...state.series, [prefix]: count } }
      return put({ ...state, entry: event.entry, ...counted, issued }, null, ticket)
    }
    // The counter's last step can still be taken back: the ticket stays where it is.
    case 'ticketHanded': {
      const before = ticketOf(state, event.ticketId)
      return put(state, before, { ...before, handed: event.how })
    }
    case 'printerReported':
      return {
        ...state,
        printers:
          event.state === null
            ? without(state.printers, event.device)
            : { ...state.printers, [event.device]: { state: event.state, sinceMs: event.atMs } },
      }
    case 'ticketCalled':
    case 'ticketRecalled':
      return called(state, event, revision)
    case 'serviceStarted':
      return arrived(atCounter(state, event.counter, event, revision, { state: 'serving', startedAtMs: event.atMs }), event.counter)
    case 'ticketCompleted': {
      const ticket = ticketOf(state, event.ticketId)
      const outcomes = ticket.outcomes.map((outcome, stop) => (stop === ticket.stop ? event.outcome : outcome))
      const next = event.next
      const after: Ticket = next
        ? waitingAgain(
            { ...ticket, outcomes, stop: next.stop, entry: next.entry, readyAtMs: next.readyAtMs, dueAtMs: next.dueAtMs },
            revision,
          )
        : { ...ticket, outcomes, state: 'completed', endedAtMs: event.atMs, changedRevision: revision }
      return leave(next ? { ...state, entry: next.entry } : state, event.counter, event, ticket, after, revision)
    }
    case 'ticketMissed': {
      const ticket = ticketOf(state, event.ticketId)
      return leave(
        state,
        event.counter,
        event,
        ticket,
        { ...ticket, state: 'noShow', endedAtMs: event.atMs, changedRevision: revision },
        revision,
      )
    }
    case 'ticketHeld': {
      const ticket = ticketOf(state, event.ticketId)
      return leave(
        state,
        event.counter,
        event,
        ticket,
        { ...ticket, state: 'onHold', note: event.reason, changedRevision: revision },
        revision,
      )
    }
    case 'ticketResumed': {
      const before = ticketOf(state, event.ticketId)
      const after: Ticket = {
        ...before,
        state: 'serving',
        counter: event.counter,
        sentTo: null,
        // Held before it was started: its service starts now.
        startedAtMs: before.startedAtMs ?? event.atMs,
        endedAtMs: null,
        changedRevision: revision,
      }
      const counter = counterState(state, event.counter)
      return withCounter(put(state, before, after), event.counter, {
        ...counter,
        ticket: after.id,
        announcement: null,
        lastStep: step(event.type, event.atMs, revision, [beforeOf(before, after)], counter.ticket, []),
      })
    }
    case 'ticketTransferred': {
      const before = ticketOf(state, event.ticketId)
      const service = 'service' in event.to ? event.to.service : currentService(before)
      const after = waitingAgain(
        {
          ...before,
          services: before.services.map((code, stop) => (stop === before.stop ? service : code)),
          dueAtMs: event.dueAtMs,
          note: event.note,
          sentTo: 'counter' in event.to ? event.to.counter : null,
        },
        revision,
      )
      return event.from === null ? put(state, before, after) : leave(state, event.from, event, before, after, revision)
    }
    case 'ticketReturned': {
      const before = ticketOf(state, event.ticketId)
      const after = waitingAgain({ ...before, sentTo: null }, revision)
      return event.counter === null ? put(state, before, after) : leave(state, event.counter, event, before, after, revision)
    }
    case 'ticketReclassified': {
      const before = ticketOf(state, event.ticketId)
      return put(state, before, { ...before, class: event.class, dueAtMs: event.dueAtMs, changedRevision: revision })
    }
    case 'ticketCancelled': {
      const before = ticketOf(state, event.ticketId)
      const after: Ticket = {
        ...before,
        state: 'cancelled',
        waitsForNextDay: false,
        note: event.reason,
        refusal: event.isRefusal ? event.reason : null,
        endedAtMs: event.atMs,
        changedRevision: revision,
      }
      return put(state, before, after)
    }
    case 'ticketCarriedOver': {
      const before = ticketOf(state, event.ticketId)
      return put(state, before, { ...waitingAgain(before, revision), number: event.number, sentTo: null, waitsForNextDay: true })
    }
    case 'counterOpened':
      return withCounter(state, event.counter, {
        ...counterState(state, event.counter),
        state: 'open',
        officer: event.officer,
        reason: null,
        untilMs: null,
        sinceMs: event.atMs,
        ...(event.takenOverFrom === null ? {} : { lastStep: null }),
      })
    case 'counterPaused':
      return withCounter(state, event.counter, {
        ...counterState(state, event.counter),
        state: 'paused',
        reason: event.reason,
        // A pause that an older server wrote has no expected end.
        untilMs: event.untilMs ?? null,
        sinceMs: event.atMs,
      })
    case 'counterClosed': {
      let next = state
      for (const id of event.released) {
        const before = ticketOf(next, id)
        next = put(next, before, { ...before, sentTo: null, changedRevision: revision })
      }
      return withCounter(next, event.counter, { ...CLOSED_COUNTER, sinceMs: event.atMs })
    }
    case 'stepUndone': {
      let next = state
      for (const ticket of event.tickets) next = put(next, ticketOf(next, ticket.id), { ...ticket, changedRevision: revision })
      const calls = Object.fromEntries(Object.entries(next.calls).filter(([, call]) => !event.withdrawn.includes(call.announcementId)))
      const counter = counterState(next, event.counter)
      // A step that left the ticket at the counter leaves its announcement there, too: the officer still learns whether it was heard.
      const stays = event.ticket === counter.ticket && counter.announcement !== null && !event.withdrawn.includes(counter.announcement.id)
      const announcement = stays ? counter.announcement : null
      return withCounter({ ...next, calls }, event.counter, { ...counter, ticket: event.ticket, announcement, lastStep: null })
    }
    default:
      return announced(state, event)
  }
}

/** Whether the number is one of the fallback sheet's. */
export const isWrittenNumber = (number: string): boolean => number.includes('-T')

/** `B-021` -> `B`, 21. */
export function seriesAndCount(number: string): [prefix: string, count: number] {
  const dash = number.indexOf('-')
  return [number.slice(0, dash), Number.parseInt(number.slice(dash + 1), 10)]
}

function ticketOf(state: BranchState, id: string): Ticket {
  const ticket = state.tickets.get(id)
  if (!ticket) throw new Error(`event about a ticket that is not in the branch: ${id}`)
  return ticket
}

function without<V>(record: Readonly<Record<string, V>>, key: string): Readonly<Record<string, V>> {
  const { [key]: _gone, ...rest } = record
  return rest
}

const withCounter = (state: BranchState, id: string, counter: CounterState): BranchState => ({
  ...state,
  counters: { ...state.counters, [id]: counter },
})

/** Stores the ticket and keeps the derived queues in step. */
function put(unindexed: BranchState, before: Ticket | null, after: Ticket): BranchState {
  const tickets = unindexed.tickets.set(after.id, after)
  const wasHeld = before !== null && before.state === 'onHold'
  const wasMissed = before !== null && before.state === 'noShow'
  let state = unindexed
  if (wasHeld || after.state === 'onHold') state = { ...state, held: heldAfter(state, wasHeld ? before : null, after) }
  if (wasMissed) state = { ...state, missed: state.missed.delete(missedKey(before)) }
  if (after.state === 'noShow') state = { ...state, missed: state.missed.set(missedKey(after), after.id) }
  const wasWaiting = before !== null && before.state === 'waiting'
  const isWaiting = after.state === 'waiting'
  if (!wasWaiting && !isWaiting) return { ...state, tickets }
  const queues = { ...state.queues }
  const byArrival = { ...state.arrivals }
  if (wasWaiting) {
    const name = queueOf(before)
    const left = queue(state, name).delete(queueKey(before))
    if (left.size > 0) {
      queues[name] = left
      byArrival[name] = arrivals(state, name).delete(arrivalKey(before))
    } else {
      delete queues[name]
      delete byArrival[name]
    }
  }
  if (isWaiting) {
    const name = queueOf(after)
    queues[name] = (queues[name] ?? SortedMap.empty<string, string>()).set(queueKey(after), after.id)
    byArrival[name] = (byArrival[name] ?? SortedMap.empty<string, string>()).set(arrivalKey(after), after.id)
  }
  return { ...state, tickets, queues, arrivals: byArrival }
}

function heldAfter(state: BranchState, before: Ticket | null, after: Ticket): BranchState['held'] {
  const held = { ...state.held }
  if (before?.counter != null) {
    const left = held[before.counter]?.delete(before.entry)
    if (left && left.size > 0) held[before.counter] = left
    else delete held[before.counter]
  }
  if (after.state === 'onHold' && after.counter !== null)
    held[after.counter] = (held[after.counter] ?? SortedMap.empty<number, string>()).set(after.entry, after.id)
  return held
}

/**
 * Where the configuration changed a target, all who have that class and service move by the same time: else who comes later, under the
 * shorter target, would be called before them (ORDER2).
 */
function retargeted(state: BranchState, before: BranchState): BranchState {
  let next = state
  for (const ticket of before.tickets.values()) {
    if (ticket.state === 'completed' || ticket.state === 'cancelled') continue
    const service = currentService(ticket)
    const moved = dueAtMs(state, ticket.class, service, 0) - dueAtMs(before, ticket.class, service, 0)
    if (moved !== 0) next = put(next, ticket, { ...ticket, dueAtMs: Math.max(0, ticket.dueAtMs + moved) })
  }
  return next
}

/** The derived indexes of a state whose tickets were read from a store. */
export function indexed(state: BranchState, tickets: Iterable<Ticket>): BranchState {
  let next: BranchState = { ...state, tickets: SortedMap.empty(), queues: {}, arrivals: {}, held: {}, missed: SortedMap.empty() }
  for (const ticket of tickets) next = put(next, null, ticket)
  return next
}

const waitingAgain = (ticket: Ticket, revision: number): Ticket => ({
  ...ticket,
  state: 'waiting',
  counter: null,
  waitsForNextDay: false,
  calledAtMs: null,
  startedAtMs: null,
  endedAtMs: null,
  calls: 0,
  changedRevision: revision,
})

/** What undoing needs: a step is written with every call, so it holds no more than it changed. */
function beforeOf(before: Ticket, after: Ticket): Before {
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(before) as (keyof Ticket)[]) if (before[name] !== after[name]) fields[name] = before[name]
  return { id: before.id, fields }
}

const step = (
  type: string,
  atMs: number,
  revision: number,
  tickets: readonly Before[],
  ticket: string | null,
  announcements: readonly string[],
): LastStep => ({ type, revision, atMs, tickets, ticket, announcements })

/** A change of the ticket at the counter that leaves it there. */
function atCounter(
  state: BranchState,
  counterId: string,
  event: BranchEvent & { ticketId: string },
  revision: number,
  change: Partial<Ticket>,
): BranchState {
  const before = ticketOf(state, event.ticketId)
  const after: Ticket = { ...before, ...change, changedRevision: revision }
  const counter = counterState(state, counterId)
  return withCounter(put(state, before, after), counterId, {
    ...counter,
    lastStep: step(event.type, event.atMs, revision, [beforeOf(before, after)], counter.ticket, []),
  })
}

/** The ticket leaves the counter, or was on hold and leaves the hold. */
function leave(state: BranchState, counterId: string, event: BranchEvent, before: Ticket, after: Ticket, revision: number): BranchState {
  const counter = counterState(state, counterId)
  return withCounter(put(state, before, after), counterId, {
    ...counter,
    ticket: counter.ticket === before.id ? null : counter.ticket,
    announcement: counter.ticket === before.id ? null : counter.announcement,
    lastStep: step(event.type, event.atMs, revision, [beforeOf(before, after)], counter.ticket, []),
  })
}

function called(
  state: BranchState,
  event: Extract<BranchEvent, { type: 'ticketCalled' | 'ticketRecalled' }>,
  revision: number,
): BranchState {
  const before = ticketOf(state, event.ticket.id)
  const counter = counterState(state, event.counter.id)
  const isRecall = event.type === 'ticketRecalled'
  const after: Ticket = {
    ...before,
    state: isRecall ? before.state : 'called',
    counter: event.counter.id,
    sentTo: null,
    waitsForNextDay: false,
    calledAtMs: isRecall ? before.calledAtMs : event.atMs,
    startedAtMs: isRecall ? before.startedAtMs : null,
    endedAtMs: null,
    calls: isRecall ? before.calls + 1 : 1,
    why: event.why,
    changedRevision: revision,
  }
  const last = counter.lastStep
  const lastStep = isRecall
    ? // A recall is no step of its own: taking back the call takes back its recalls.
      last && last.type === 'ticketCalled'
      ? {
          ...last,
          // Whoever came between the call and its recall is not passed over: the step stays overtaken.
          revision: last.tickets.some(({ id }) => (state.tickets.get(id)?.changedRevision ?? 0) > last.revision) ? last.revision : revision,
          tickets: last.tickets.map((each) => (each.id === before.id ? beforeOf({ ...before, ...each.fields }, after) : each)),
          announcements: [...last.announcements, event.announcementId],
        }
      : null
    : // A call that ended the ticket before it in the same command is one step: both are taken back together.
      last && event.ended !== null && last.tickets.some((ticket) => ticket.id === event.ended)
      ? { ...last, type: event.type, revision, tickets: [...last.tickets, beforeOf(before, after)], announcements: [event.announcementId] }
      : step(event.type, event.atMs, revision, [beforeOf(before, after)], counter.ticket, [event.announcementId])
  return withCounter(
    {
      ...put(state, before, after),
      sequences: { ...state.sequences, [event.zone]: event.sequence },
      calls: { ...state.calls, [callSlot(event.zone, event.sequence)]: callOf(event) },
    },
    event.counter.id,
    { ...counter, ticket: after.id, announcement: announcementOf(state, event), lastStep },
  )
}

export const callSlot = (zone: string, sequence: number): string => `${zone}/${sequence % RECENT_CALLS}`

/** What of a call the public may see. */
export const callOf = (event: { readonly type: 'ticketCalled' | 'ticketRecalled' } & TicketCalled): Call => ({
  announcementId: event.announcementId,
  kind: event.type === 'ticketCalled' ? 'call' : 'recall',
  ticket: { number: event.ticket.number },
  counter: event.counter,
  zone: event.zone,
  service: event.service,
  atMs: event.atMs,
  sequence: event.sequence,
  language: event.language,
  caption: event.caption,
})

const NO_TICKETS: ServiceAccount = { completed: 0, missed: 0, refused: 0, carriedOver: 0, cancelled: 0 }

/** What became of the day's tickets; nobody is called any more, so that each has its end or waits on. */
function accountOf(state: BranchState, atMs: number): DayAccount {
  const services: Record<string, ServiceAccount> = {}
  for (const ticket of state.tickets.values()) {
    const end = endOf(ticket)
    const service = currentService(ticket)
    const account = services[service] ?? NO_TICKETS
    services[service] = { ...account, [end]: account[end] + 1 }
  }
  return { day: state.day, endedAtMs: atMs, services }
}

function endOf(ticket: Ticket): keyof ServiceAccount {
  if (ticket.state === 'completed') return 'completed'
  if (ticket.state === 'noShow') return 'missed'
  if (ticket.state !== 'cancelled') return 'carriedOver'
  return ticket.refusal == null ? 'cancelled' : 'refused'
}

/** Opened or closed by hand before, it is so again when the pause ends. */
function pausedService(was: ServiceState | undefined, reason: string): ServiceState {
  const before = was === undefined || was.override === 'paused' ? was?.before : { override: was.override, reason: was.reason }
  return { override: 'paused', reason, ...(before ? { before } : {}) }
}

function dayTurned(state: BranchState, day: string, atMs: number): BranchState {
  const kept = [...state.tickets.values()].filter((ticket) => ticket.state === 'waiting')
  let next: BranchState = {
    ...state,
    day,
    previousDay: state.day,
    lastDay: accountOf(state, atMs),
    dayOverride: null,
    pause: null,
    notice: null,
    series: {},
    issued: {},
    written: [],
    services: {},
    counters: {},
    calls: {},
    tickets: SortedMap.empty(),
    queues: {},
    arrivals: {},
    held: {},
    missed: SortedMap.empty(),
    zones: zonesOfNewDay(state),
  }
  for (const ticket of kept) next = put(next, null, { ...ticket, waitsForNextDay: false })
  return next
}
