import { caption } from '../speech/sentence.ts'
import { decideAnnouncing, speechOf } from './announcing.ts'
import type {
  Accepted,
  Command,
  CounterCommand,
  Decision,
  IssueTicket,
  Rejection,
  RejectionCode,
  SystemCommand,
  TransferPlace,
  TransferTarget,
} from './commands.ts'
import { type Counter, indexOf, type Text } from './configuration.ts'
import type { BranchEvent, TicketCompleted } from './events.ts'
import { businessDay, issuing } from './hours.ts'
import { dueAtMs, frontOfQueueMs, nextFor, REGULAR, targetMinutes, waitingFor } from './order.ts'
import { type BranchState, type CounterState, carriedOverNumber, counterState, currentService, type Outcome, type Ticket } from './state.ts'
import { WRITTEN_NUMBERS, writtenNumber } from './writtenNumbers.ts'

/** What a decision needs to know of the world: the store's clock, and whose command it is (`by` of the events). */
export interface Context {
  readonly nowMs: number
  readonly by: string
}

/** How long an officer can take back his last step. */
export const UNDO_MS = 30_000

/**
 * The one place of every rule: what a command does to a branch, as events, or why it is refused.
 * Pure: no clock (the context has it), no random source (ids come with the command), no I/O. Unknown ids are refusals, never throws.
 */
export function decide(state: BranchState, command: Command, context: Context): Decision {
  // The core's clock never runs back, whatever the store's clock did.
  // Whole milliseconds, because a queue's keys are digits: a fraction would sort last.
  const at: Context = { by: context.by, nowMs: Math.max(Math.floor(context.nowMs), state.atMs) }
  switch (command.type) {
    case 'issueTicket':
      return issueTicket(state, command, at)
    case 'openDay':
      return state.dayOverride === 'open' ? nothing() : accept([{ type: 'dayOverridden', override: 'open', ...stamp(at) }])
    case 'resetDay':
      return state.dayOverride === null ? nothing() : accept([{ type: 'dayOverridden', override: null, ...stamp(at) }])
    case 'closeDay':
      return closeDay(state, command, at)
    case 'pauseBranch':
      return accept([{ type: 'branchPaused', reason: command.reason, ...stamp(at) }])
    case 'resumeBranch':
      return state.pause === null ? nothing() : accept([{ type: 'branchResumed', ...stamp(at) }])
    case 'pauseService':
      return (
        knownService(state, command.service) ??
        accept([{ type: 'servicePaused', service: command.service, reason: command.reason, ...stamp(at) }])
      )
    case 'openService':
      return knownService(state, command.service) ?? accept([{ type: 'serviceOpened', service: command.service, ...stamp(at) }])
    case 'resetService':
      return (
        knownService(state, command.service) ??
        (state.services[command.service] ? accept([{ type: 'serviceReset', service: command.service, ...stamp(at) }]) : nothing())
      )
    case 'closeService':
      return knownService(state, command.service) ?? closeService(state, command, at)
    case 'pauseAgency':
    case 'resumeAgency':
      return turnAgency(state, command, at)
    case 'enterTicket':
      return enterTicket(state, command, at)
    case 'handTicket': {
      const ticket = state.tickets.get(command.ticket)
      if (!ticket) return reject('unknown-ticket')
      // Paper that came at last says more than a screen that was read.
      if (ticket.handed === 'paper' || ticket.handed === command.how) return accept([], { ticketId: ticket.id })
      return accept([{ type: 'ticketHanded', ticketId: ticket.id, how: command.how, device: command.device, ...stamp(at) }], {
        ticketId: ticket.id,
      })
    }
    case 'reportPrinter':
      return (state.printers[command.device]?.state ?? null) === command.state
        ? nothing()
        : accept([{ type: 'printerReported', device: command.device, state: command.state, ...stamp(at) }])
    case 'cancelTicket': {
      const ticket = state.tickets.get(command.ticket)
      if (!ticket) return reject('unknown-ticket')
      if (isAtCounter(ticket)) return reject('ticket-at-counter', { number: ticket.number, counter: ticket.counter })
      if (ticket.state !== 'waiting' && ticket.state !== 'onHold')
        return reject('ticket-ended', { number: ticket.number, state: ticket.state })
      return accept([{ type: 'ticketCancelled', ticketId: ticket.id, reason: command.reason, ...stamp(at) }], { ticketId: ticket.id })
    }
    case 'reclassifyTicket':
      return reclassifyTicket(state, command.ticket, command.class, command.reason, at)
    case 'moveTicket': {
      const ticket = state.tickets.get(command.ticket)
      if (!ticket) return reject('unknown-ticket')
      if (isAtCounter(ticket)) return reject('ticket-at-counter', { number: ticket.number, counter: ticket.counter })
      if (hasEnded(ticket)) return reject('ticket-ended', { number: ticket.number, state: ticket.state })
      return transferred(state, ticket, null, command.to, command.place, command.reason, at)
    }
    case 'freeCounter':
      return freeCounter(state, command.counter, command.reason, at)
    case 'configureBranch':
      return configureBranch(state, command, at)
    case 'turnDay':
      return turnDay(state, at)
    case 'announce':
    case 'announcePrepared':
    case 'clearNotice':
    case 'keepQuiet':
    case 'speakAgain':
    case 'checkSound':
    case 'confirmSound':
    case 'chooseSpeaker':
    case 'loseSpeaker':
    case 'blockSound':
    case 'startAnnouncement':
    case 'endAnnouncement':
    case 'showAnnouncement':
    case 'expireAnnouncements':
      return decideAnnouncing(state, command, at)
    default:
      return counterCommand(state, command, at)
  }
}

// --- tickets

function issueTicket(state: BranchState, command: IssueTicket, at: Context): Decision {
  const { services: known, classes, journeys } = indexOf(state.configuration)
  const ticketClass = command.class ?? REGULAR
  if (ticketClass !== REGULAR && !classes.has(ticketClass)) return reject('unknown-class', { class: ticketClass })

  let steps: readonly { readonly service: string; readonly optional?: boolean }[]
  if (command.journey !== undefined) {
    const journey = journeys.get(command.journey)
    if (!journey) return reject('unknown-journey', { journey: command.journey })
    steps = journey.steps
  } else steps = (command.services ?? []).map((service) => ({ service }))
  if (steps.length === 0) return reject('nothing-chosen')

  const services: string[] = []
  for (const { service, optional } of steps) {
    const entry = known.get(service)
    if (!entry) return reject('unknown-service', { service })
    if (command.journey === undefined && services.includes(service)) return reject('duplicate-service', { service })
    const closed = closedBecause(state, service, at.nowMs) ?? quotaUsed(state, service, services.filter((code) => code === service).length)
    if (closed === null) services.push(service)
    else if (!optional) return { ok: false, rejection: closed }
  }
  const first = services[0]
  if (first === undefined) return reject('nothing-chosen')

  const { prefix } = (known.get(first) as { agency: { prefix: string } }).agency
  const count = (state.series[prefix] ?? 0) + 1
  const event: BranchEvent = {
    type: 'ticketIssued',
    ticket: { id: command.ticketId, number: `${prefix}-${String(count).padStart(3, '0')}` },
    day: state.day,
    class: ticketClass,
    language: command.language ?? 'id',
    journey: command.journey ?? null,
    services,
    entry: state.entry + 1,
    readyAtMs: at.nowMs,
    dueAtMs: dueAtMs(state, ticketClass, first, at.nowMs),
    ...stamp(at),
  }
  return accept([event], { ticketId: command.ticketId })
}

type EnterTicket = Extract<Command, { type: 'enterTicket' }>

function enterTicket(state: BranchState, command: EnterTicket, at: Context): Decision {
  const { services, classes } = indexOf(state.configuration)
  const entry = services.get(command.service)
  if (!entry) return reject('unknown-service', { service: command.service })
  const ticketClass = command.class ?? REGULAR
  if (ticketClass !== REGULAR && !classes.has(ticketClass)) return reject('unknown-class', { class: ticketClass })
  const { number, writtenAtMs: readyAtMs } = command
  const { prefix } = entry.agency
  const count = Number(number.slice(prefix.length + 2))
  if (number !== writtenNumber(prefix, count) || count < 1 || count > WRITTEN_NUMBERS) return reject('wrong-number', { number, prefix })
  if (state.written.includes(number)) return reject('number-taken', { number })
  // Today's sheet holds today's times: a time to come is a slip of the hand, one of another day has another sheet.
  if (readyAtMs > at.nowMs || businessDay(readyAtMs, state.configuration.timeZone) !== state.day)
    return reject('wrong-time', { number, writtenAtMs: readyAtMs })
  const event: BranchEvent = {
    type: 'ticketIssued',
    ticket: { id: command.ticketId, number },
    day: state.day,
    class: ticketClass,
    language: command.language ?? 'id',
    journey: null,
    services: [command.service],
    entry: state.entry + 1,
    readyAtMs,
    dueAtMs: dueAtMs(state, ticketClass, command.service, readyAtMs),
    isWritten: true,
    ...stamp(at),
  }
  return accept([event], { ticketId: command.ticketId })
}

/** Why a service issues no tickets now, and when it does again (TICKET4); null where it does. */
export function closedBecause(state: BranchState, service: string, nowMs: number): Rejection | null {
  const closed = (reason: string, opensAtMs: number | null, text: Text | null = null): Rejection => ({
    code: 'service-closed',
    details: { service, reason, opensAtMs, ...(text === null ? {} : { text }) },
  })
  if (state.pause) return closed('branch-paused', null, state.pause.reason)
  const override = state.services[service]
  const entry = indexOf(state.configuration).services.get(service)
  if (entry?.enabled === false) return closed('switched-off', null)
  if (override?.override === 'paused') return closed('paused', null, override.reason)
  if (override?.override === 'closed') return closed('day-closed', null, override.reason)
  const ownHours = entry?.hours
  const now = issuing(ownHours ?? state.configuration.hours, state.configuration.timeZone, nowMs)
  if (state.dayOverride === 'closed') return closed('day-closed', null)
  // An extended day is one of the hall: who comes only on his own days does not come for it. `openService` opens those.
  const extended = override?.override === 'open' || (state.dayOverride === 'open' && ownHours === undefined)
  return now.open || extended ? null : closed(now.reason, now.opensAtMs, now.note)
}

/** TICKET3: exact, because it is decided on the revision that it is committed on. `more`: stops of the same ticket counted already. */
export function quotaUsed(state: BranchState, service: string, more = 0): Rejection | null {
  const quota = indexOf(state.configuration).services.get(service)?.service.quotaPerDay ?? null
  if (quota === null || (state.issued[service] ?? 0) + more < quota) return null
  return { code: 'quota-used', details: { service, quota } }
}

function reclassifyTicket(state: BranchState, id: string, ticketClass: string, reason: string, at: Context): Decision {
  const ticket = state.tickets.get(id)
  if (!ticket) return reject('unknown-ticket')
  if (ticketClass !== REGULAR && !indexOf(state.configuration).classes.has(ticketClass))
    return reject('unknown-class', { class: ticketClass })
  if (hasEnded(ticket)) return reject('ticket-ended', { number: ticket.number, state: ticket.state })
  const due = dueAtMs(state, ticketClass, currentService(ticket), ticket.readyAtMs)
  return accept([{ type: 'ticketReclassified', ticketId: id, class: ticketClass, dueAtMs: due, reason, ...stamp(at) }], { ticketId: id })
}

/** An officer grants priority only to whom he has or may call. */
function reclassifyAtCounter(
  state: BranchState,
  counter: Counter,
  command: Extract<CounterCommand, { type: 'reclassify' }>,
  at: Context,
): Decision {
  const ticket = state.tickets.get(command.ticket)
  if (!ticket) return reject('unknown-ticket')
  if (isAtCounter(ticket) && ticket.counter !== counter.id)
    return reject('ticket-at-counter', { number: ticket.number, counter: ticket.counter })
  const isHis = ticket.counter === counter.id || ticket.sentTo === counter.id || counter.services.includes(currentService(ticket))
  if (!isHis) return reject('not-served-here', { counter: counter.id, service: currentService(ticket) })
  return reclassifyTicket(state, command.ticket, command.class, command.reason, at)
}

const isAtCounter = (ticket: Ticket): boolean => ticket.state === 'called' || ticket.state === 'serving'
/** Its visit is over for good. A missed ticket is not: its visitor may come back. */
const hasEnded = (ticket: Ticket): boolean => ticket.state === 'completed' || ticket.state === 'cancelled'

// --- counters

function counterCommand(state: BranchState, command: CounterCommand, at: Context): Decision {
  const counter = indexOf(state.configuration).counters.get(command.counter)
  if (!counter) return reject('unknown-counter', { counter: command.counter })
  const now = counterState(state, counter.id)

  if (command.type === 'openCounter') {
    const elsewhere = now.state !== 'closed' && now.officer !== command.officer
    if (elsewhere && !command.takeOver) return reject('counter-open-elsewhere', { counter: counter.id, officer: now.officer })
    if (now.state === 'open' && !elsewhere) return nothing()
    return accept([
      { type: 'counterOpened', counter: counter.id, officer: command.officer, takenOverFrom: elsewhere ? now.officer : null, ...stamp(at) },
    ])
  }
  if (now.state === 'closed') return reject('counter-closed', { counter: counter.id })
  if (now.officer !== command.officer) return reject('not-at-counter', { counter: counter.id })

  switch (command.type) {
    case 'pauseCounter': {
      const untilMs = command.minutes === undefined ? null : at.nowMs + command.minutes * 60_000
      return accept([{ type: 'counterPaused', counter: counter.id, reason: command.reason, untilMs, ...stamp(at) }])
    }
    case 'reclassify':
      return reclassifyAtCounter(state, counter, command, at)
    case 'closeCounter':
      if (now.ticket !== null) return reject('counter-busy', { counter: counter.id, number: state.tickets.get(now.ticket)?.number ?? null })
      return accept([counterClosed(state, counter, at)])
    case 'undo':
      return undo(state, counter, now, at)
    case 'resume':
      return resume(state, counter, now, command.ticket, at)
    case 'returnToQueue':
      return returnToQueue(state, counter, command.ticket, at)
    default:
  }

  // CALL3: the officer acts on the ticket that he sees; a double click sees one that is gone.
  if (command.current !== now.ticket)
    return reject('stale-view', {
      counter: counter.id,
      number: now.ticket === null ? null : (state.tickets.get(now.ticket)?.number ?? null),
    })

  if (command.type === 'callNext' || command.type === 'callTicket') {
    if (state.pause) return reject('branch-paused', { reason: state.pause.reason })
    if (now.state === 'paused') return reject('counter-paused', { counter: counter.id })
    if (command.type === 'callNext') return callNext(state, counter, now, at)
    return callTicket(state, counter, now, command.ticket, command.reason, at)
  }

  const ticket = now.ticket === null ? undefined : state.tickets.get(now.ticket)
  if (!ticket) return reject(command.type === 'recall' ? 'nothing-to-recall' : 'no-current-ticket', { counter: counter.id })
  const about = { ticketId: ticket.id, counter: counter.id, ...stamp(at) }
  const accepted = { ticketId: ticket.id }
  switch (command.type) {
    case 'recall': {
      // The loudspeaker is silent, too, while everything stands still.
      if (state.pause) return reject('branch-paused', { reason: state.pause.reason })
      const why = ticket.why as NonNullable<Ticket['why']>
      return calling(state, counter, ticket, why, 'ticketRecalled', [], at)
    }
    case 'startService':
      if (ticket.state !== 'called') return reject('already-started', { number: ticket.number })
      return accept([{ type: 'serviceStarted', ...about }], accepted)
    case 'complete':
      return accept([completed(state, ticket, counter.id, command.outcome ?? 'done', at)], accepted)
    case 'markNoShow': {
      if (ticket.state !== 'called') return reject('already-started', { number: ticket.number })
      const { recalls, seconds } = state.configuration.noShow ?? { recalls: 0, seconds: 0 }
      const leftSeconds = Math.ceil(((ticket.calledAtMs ?? 0) + seconds * 1000 - at.nowMs) / 1000)
      const leftRecalls = recalls + 1 - ticket.calls
      if (leftSeconds > 0 || leftRecalls > 0)
        return reject('too-early', { number: ticket.number, leftSeconds: Math.max(0, leftSeconds), leftRecalls: Math.max(0, leftRecalls) })
      return accept([{ type: 'ticketMissed', ...about }], accepted)
    }
    case 'hold':
      return accept([{ type: 'ticketHeld', reason: command.reason ?? null, ...about }], accepted)
    case 'transfer':
      return transferred(state, ticket, counter.id, command.to, command.place, command.note ?? null, at)
  }
}

/** A stop is over. The next stop begins by itself, ready now; missing documents end a journey, whose later steps need them. */
function completed(state: BranchState, ticket: Ticket, counter: string, outcome: Outcome, at: Context): TicketCompleted {
  const stop = ticket.stop + 1
  const service = ticket.services[stop]
  const goesOn = service !== undefined && !(ticket.journey !== null && outcome === 'incompleteDocuments')
  const next = goesOn
    ? { stop, entry: state.entry + 1, readyAtMs: at.nowMs, dueAtMs: dueAtMs(state, ticket.class, service, at.nowMs) }
    : null
  return { type: 'ticketCompleted', ticketId: ticket.id, counter, outcome, next, ...stamp(at) }
}

/** CALL4: the next call ends the ticket at the counter; one that was never started counts as not served. */
function ending(state: BranchState, counter: Counter, now: CounterState, at: Context): BranchEvent[] {
  const ticket = now.ticket === null ? undefined : state.tickets.get(now.ticket)
  if (!ticket) return []
  if (ticket.state === 'called') return [{ type: 'ticketMissed', ticketId: ticket.id, counter: counter.id, ...stamp(at) }]
  return [completed(state, ticket, counter.id, 'done', at)]
}

function callNext(state: BranchState, counter: Counter, now: CounterState, at: Context): Decision {
  const ended = ending(state, counter, now, at)
  // Chosen before the ticket at the counter ends: were its own next stop, at this very counter, called by the same press, a double click
  // would see the same ticket there, end it as not served, and call yet another (CALL3).
  const ticket = nextFor(state, counter)
  // CALL5: nobody waits; the ticket at the counter is ended all the same.
  if (!ticket) return accept(ended, { ticketId: null })
  const why = {
    rule: 'earliestDue' as const,
    dueAtMs: ticket.dueAtMs,
    readyAtMs: ticket.readyAtMs,
    targetMinutes: targetMinutes(state, ticket.class, currentService(ticket)),
    class: ticket.class,
    candidates: waitingFor(state, counter),
    outOfOrder: false,
    reason: null,
  }
  return calling(state, counter, ticket, why, 'ticketCalled', ended, at)
}

function callTicket(state: BranchState, counter: Counter, now: CounterState, id: string, reason: string, at: Context): Decision {
  const ticket = state.tickets.get(id)
  if (!ticket) return reject('unknown-ticket')
  if (isAtCounter(ticket)) return reject('ticket-at-counter', { number: ticket.number, counter: ticket.counter })
  if (hasEnded(ticket)) return reject('ticket-ended', { number: ticket.number, state: ticket.state })
  const service = currentService(ticket)
  if (!counter.services.includes(service) && ticket.sentTo !== counter.id)
    return reject('not-served-here', { counter: counter.id, service })
  const why = {
    rule: 'direct' as const,
    dueAtMs: ticket.dueAtMs,
    readyAtMs: ticket.readyAtMs,
    targetMinutes: targetMinutes(state, ticket.class, service),
    class: ticket.class,
    candidates: waitingFor(state, counter),
    outOfOrder: nextFor(state, counter)?.id !== id,
    reason,
  }
  return calling(state, counter, ticket, why, 'ticketCalled', ending(state, counter, now, at), at)
}

function calling(
  state: BranchState,
  counter: Counter,
  ticket: Ticket,
  why: NonNullable<Ticket['why']>,
  type: 'ticketCalled' | 'ticketRecalled',
  ended: readonly BranchEvent[],
  at: Context,
): Decision {
  const sequence = (state.sequences[counter.zone] ?? 0) + 1
  const announcementId = `${counter.zone}-${sequence}`
  const event: BranchEvent = {
    type,
    announcementId,
    ticket: { id: ticket.id, number: ticket.number },
    counter: { id: counter.id, label: counter.label },
    zone: counter.zone,
    service: currentService(ticket),
    sequence,
    language: ticket.language,
    caption: caption({ number: ticket.number, counterId: counter.id }, speechOf(state.configuration)),
    why,
    from: ticket.state,
    ended: ended.length > 0 ? counterState(state, counter.id).ticket : null,
    ...stamp(at),
  }
  return accept([...ended, event], { ticketId: ticket.id, announcementId })
}

function resume(state: BranchState, counter: Counter, now: CounterState, id: string, at: Context): Decision {
  const ticket = state.tickets.get(id)
  if (!ticket) return reject('unknown-ticket')
  if (ticket.state !== 'onHold') return reject('ticket-not-held', { number: ticket.number, state: ticket.state })
  if (now.ticket !== null) return reject('counter-busy', { counter: counter.id, number: state.tickets.get(now.ticket)?.number ?? null })
  if (ticket.counter !== counter.id && !counter.services.includes(currentService(ticket)))
    return reject('not-served-here', { counter: counter.id, service: currentService(ticket) })
  return accept([{ type: 'ticketResumed', ticketId: id, counter: counter.id, ...stamp(at) }], { ticketId: id })
}

function returnToQueue(state: BranchState, counter: Counter, id: string, at: Context): Decision {
  const ticket = state.tickets.get(id)
  if (!ticket) return reject('unknown-ticket')
  if (isAtCounter(ticket) && ticket.counter !== counter.id)
    return reject('ticket-at-counter', { number: ticket.number, counter: ticket.counter })
  if (hasEnded(ticket)) return reject('ticket-ended', { number: ticket.number, state: ticket.state })
  if (ticket.state === 'waiting') return reject('ticket-not-held', { number: ticket.number, state: ticket.state })
  if (ticket.counter !== counter.id && !counter.services.includes(currentService(ticket)))
    return reject('not-served-here', { counter: counter.id, service: currentService(ticket) })
  return accept([{ type: 'ticketReturned', ticketId: id, counter: counter.id, ...stamp(at) }], { ticketId: id })
}

function transferred(
  state: BranchState,
  ticket: Ticket,
  from: string | null,
  to: TransferTarget,
  place: TransferPlace,
  note: string | null,
  at: Context,
): Decision {
  let service = currentService(ticket)
  if ('service' in to) {
    const unknown = knownService(state, to.service)
    if (unknown) return unknown
    service = to.service
  } else {
    if (!indexOf(state.configuration).counters.has(to.counter)) return reject('unknown-counter', { counter: to.counter })
    // Sent to a closed counter it would wait for nobody.
    if (counterState(state, to.counter).state === 'closed') return reject('counter-closed', { counter: to.counter })
  }
  const name = 'service' in to ? service : `@${to.counter}`
  const due = { keep: ticket.dueAtMs, front: frontOfQueueMs(state, name, at.nowMs), end: dueAtMs(state, ticket.class, service, at.nowMs) }[
    place
  ]
  const event: BranchEvent = {
    type: 'ticketTransferred',
    ticketId: ticket.id,
    from,
    to: 'service' in to ? { service } : { counter: to.counter },
    dueAtMs: due,
    note,
    ...stamp(at),
  }
  return accept([event], { ticketId: ticket.id })
}

function undo(state: BranchState, counter: Counter, now: CounterState, at: Context): Decision {
  const last = now.lastStep
  if (!last) return reject('nothing-to-undo', { counter: counter.id })
  if (at.nowMs - last.atMs > UNDO_MS) return reject('undo-too-late', { seconds: UNDO_MS / 1000 })
  const { services } = indexOf(state.configuration)
  const tickets: Ticket[] = []
  for (const { id, fields } of last.tickets) {
    const ticket = state.tickets.get(id)
    if (!ticket) return reject('undo-overtaken')
    const before: Ticket = { ...ticket, ...fields }
    const overtaken = ticket.changedRevision > last.revision || !before.services.slice(before.stop).every((code) => services.has(code))
    if (overtaken) return reject('undo-overtaken', { number: ticket.number })
    // The counter that it was sent to closed meanwhile: there it would wait for nobody.
    const lost = before.sentTo !== null && counterState(state, before.sentTo).state === 'closed'
    tickets.push(lost ? { ...before, sentTo: null } : before)
  }
  return accept(
    [
      {
        type: 'stepUndone',
        counter: counter.id,
        undone: last.type,
        tickets,
        ticket: last.ticket,
        withdrawn: last.announcements,
        ...stamp(at),
      },
    ],
    { ticketId: last.ticket },
  )
}

const counterClosed = (state: BranchState, counter: { readonly id: string }, at: Context, reason?: string): BranchEvent => ({
  type: 'counterClosed',
  counter: counter.id,
  released: [...(state.queues[`@${counter.id}`]?.values() ?? [])],
  ...(reason === undefined ? {} : { reason }),
  ...stamp(at),
})

function freeCounter(state: BranchState, id: string, reason: string, at: Context): Decision {
  if (!indexOf(state.configuration).counters.has(id)) return reject('unknown-counter', { counter: id })
  const now = counterState(state, id)
  if (now.state === 'closed') return reject('counter-closed', { counter: id })
  const events: BranchEvent[] = []
  if (now.ticket !== null) events.push({ type: 'ticketReturned', ticketId: now.ticket, counter: id, ...stamp(at) })
  events.push(counterClosed(state, { id }, at, reason))
  return accept(events, { ticketId: now.ticket })
}

// --- the day and the branch

function closeDay(state: BranchState, command: Extract<Command, { type: 'closeDay' }>, at: Context): Decision {
  const events: BranchEvent[] = []
  if (state.dayOverride !== 'closed') events.push({ type: 'dayOverridden', override: 'closed', ...stamp(at) })
  return accept([...events, ...remainingTickets(state, () => true, command, at)])
}

function closeService(state: BranchState, command: Extract<Command, { type: 'closeService' }>, at: Context): Decision {
  const { service, reason = null } = command
  const events: BranchEvent[] = []
  if (state.services[service]?.override !== 'closed') events.push({ type: 'serviceClosed', service, reason, ...stamp(at) })
  return accept([...events, ...remainingTickets(state, (ticket) => currentService(ticket) === service, command, at)])
}

/** What becomes of those who wait or are on hold where a day ends early (DAY2). */
function remainingTickets(
  state: BranchState,
  concerns: (ticket: Ticket) => boolean,
  command: Extract<Command, { type: 'closeDay' | 'closeService' }>,
  at: Context,
): BranchEvent[] {
  const { remaining, reason = 'day-closed' } = command
  if (remaining === 'serve') return []
  const only = command.tickets && new Set(command.tickets)
  const left = (each: Ticket): boolean => (each.state === 'waiting' && !each.waitsForNextDay) || each.state === 'onHold'
  return inOrderOfEntry(state, (each) => left(each) && concerns(each) && (!only || only.has(each.id))).map((ticket) =>
    remaining === 'refuse' ? refused(ticket, reason, at) : carriedOver(ticket, at),
  )
}

/** Every service of the agency, each with an event of its own, so that one of them can be opened before the others. */
function turnAgency(state: BranchState, command: Extract<Command, { type: 'pauseAgency' | 'resumeAgency' }>, at: Context): Decision {
  const agency = state.configuration.agencies.find(({ id }) => id === command.agency)
  if (!agency) return reject('unknown-agency', { agency: command.agency })
  const events: BranchEvent[] = []
  for (const { id } of agency.services) {
    const service = `${agency.id}.${id}`
    const isPaused = state.services[service]?.override === 'paused'
    if (command.type === 'resumeAgency' && isPaused) events.push({ type: 'serviceReset', service, ...stamp(at) })
    if (command.type === 'pauseAgency' && !isPaused) events.push({ type: 'servicePaused', service, reason: command.reason, ...stamp(at) })
  }
  return accept(events)
}

/** DAY1, DAY2: whatever is still open at midnight ends with its reason, or waits on; then the day turns and the series begin anew. */
function turnDay(state: BranchState, at: Context): Decision {
  const day = businessDay(at.nowMs, state.configuration.timeZone)
  if (day <= state.day) return reject('day-not-over', { day: state.day })
  const events: BranchEvent[] = []
  for (const ticket of inOrderOfEntry(state, (each) => !hasEnded(each) && each.state !== 'noShow')) {
    if (ticket.state === 'called')
      events.push({ type: 'ticketMissed', ticketId: ticket.id, counter: ticket.counter as string, ...stamp(at) })
    else if (ticket.state === 'serving')
      events.push({
        type: 'ticketCompleted',
        ticketId: ticket.id,
        counter: ticket.counter as string,
        outcome: 'done',
        next: null,
        ...stamp(at),
      })
    else if (ticket.waitsForNextDay) continue
    else if (state.configuration.atDayEnd === 'carryOver') events.push(carriedOver(ticket, at))
    else events.push(refused(ticket, 'day-ended', at))
  }
  events.push({ type: 'dayTurned', day, ...stamp(at) })
  return accept(events)
}

const refused = (ticket: Ticket, reason: string, at: Context): BranchEvent => ({
  type: 'ticketCancelled',
  ticketId: ticket.id,
  reason,
  isRefusal: true,
  ...stamp(at),
})

/** `B-007` of the 20th waits on as `B-007/20`, so that it is never taken for the next day's `B-007`. */
const carriedOver = (ticket: Ticket, at: Context): BranchEvent => ({
  type: 'ticketCarriedOver',
  ticketId: ticket.id,
  number: carriedOverNumber(ticket.number, ticket.day),
  ...stamp(at),
})

const inOrderOfEntry = (state: BranchState, wanted: (ticket: Ticket) => boolean): Ticket[] =>
  [...state.tickets.values()].filter(wanted).sort((a, b) => a.entry - b.entry)

function configureBranch(state: BranchState, command: Extract<SystemCommand, { type: 'configureBranch' }>, at: Context): Decision {
  if (command.ifRevision !== undefined && command.ifRevision !== state.configuredRevision)
    return reject('configuration-changed', { revision: state.configuredRevision })
  const { configuration } = command
  const isNew = state.revision === 0
  if (!isNew) {
    const missing = inUseButMissing(state, command.configuration)
    if (missing) return reject('configuration-in-use', { path: missing })
  }
  const day = isNew ? businessDay(at.nowMs, configuration.timeZone) : state.day
  return accept([{ type: 'branchConfigured', configuration, day, ...stamp(at) }])
}

/** What visitors or officers are using now can't be taken away: the first such thing, as a path in the configuration. */
function inUseButMissing(state: BranchState, configuration: BranchState['configuration']): string | null {
  const { services, counters, classes } = indexOf(configuration)
  if (configuration.id !== state.configuration.id) return 'id'
  if (configuration.timeZone !== state.configuration.timeZone && state.tickets.size > 0) return 'timeZone'
  for (const [id, counter] of Object.entries(state.counters)) if (counter.state !== 'closed' && !counters.has(id)) return `counters.${id}`
  for (const ticket of state.tickets.values()) {
    if (hasEnded(ticket)) continue
    for (const service of ticket.services.slice(ticket.stop)) if (!services.has(service)) return `services.${service}`
    if (ticket.class !== REGULAR && !classes.has(ticket.class)) return `classes.${ticket.class}`
  }
  return null
}

// --- small words

const stamp = (at: Context): { readonly atMs: number; readonly by: string } => ({ atMs: at.nowMs, by: at.by })
const accept = (events: readonly BranchEvent[], accepted: Accepted = {}): Decision => ({ ok: true, events, accepted })
const nothing = (): Decision => accept([])
const reject = (code: RejectionCode, details?: Rejection['details']): Decision => ({
  ok: false,
  rejection: details ? { code, details } : { code },
})

function knownService(state: BranchState, service: string): Decision | null {
  return indexOf(state.configuration).services.has(service) ? null : reject('unknown-service', { service })
}
