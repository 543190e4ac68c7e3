import { hash } from 'node:crypto'
import type { BranchEvent, EventType, TicketCalled } from '../../shared/domain/events.ts'
import type { WebhookType } from '../../shared/protocol/webhooks.ts'
import type { AlertNews } from '../live/alertNews.ts'
import type { StoredEvent } from '../store/store.ts'

/** What a receiver gets: the log's event without people (PRIV1). */
export interface Outgoing {
  readonly type: WebhookType | 'test'
  readonly branch: string
  readonly revision: number
  readonly atMs: number
  readonly event: Readonly<Record<string, unknown>>
}

type EventOf<T extends EventType> = Extract<BranchEvent, { readonly type: T }>

/**
 * The same ticket is the same reference in all its events and to all receivers. A ticket's id opens its visitor's page, so it never leaves;
 * ids are random, so nobody finds one from its reference.
 */
export const ticketRef = (ticketId: string): string => hash('sha256', `ticket ${ticketId}`, 'base64url').slice(0, 22)

const refOrNull = (ticketId: string | null): string | null => (ticketId === null ? null : ticketRef(ticketId))

/** Without the officer's words: he may have written a name into them. */
const called = ({ ticket, why: { reason: _reason, ...why }, ended, ...event }: TicketCalled) => ({
  ticketRef: ticketRef(ticket.id),
  number: ticket.number,
  counter: event.counter,
  zone: event.zone,
  service: event.service,
  language: event.language,
  caption: event.caption,
  announcementId: event.announcementId,
  from: event.from,
  endedRef: refOrNull(ended),
  why,
})

/**
 * What leaves of each event: every field is named here, so that one that is added to the log stays inside until somebody has thought about it.
 * Left out are accounts, ids of tickets, free text of staff about a ticket, and what concerns only our own servers.
 */
const LEAVES: { readonly [T in EventType]: (event: EventOf<T>) => Readonly<Record<string, unknown>> } = {
  // The document itself can be read at `/branches/{branch}/configuration`.
  branchConfigured: ({ day }) => ({ day }),
  dayTurned: ({ day }) => ({ day }),
  dayOverridden: ({ override }) => ({ override }),
  branchPaused: ({ reason }) => ({ reason }),
  branchResumed: () => ({}),
  servicePaused: ({ service, reason }) => ({ service, reason }),
  serviceOpened: ({ service }) => ({ service }),
  serviceClosed: ({ service, reason }) => ({ service, reason }),
  serviceReset: ({ service }) => ({ service }),
  textAnnounced: ({ text, prepared, zones }) => ({ text, prepared, zones }),
  noticeCleared: () => ({}),
  quietChanged: ({ zones, reason }) => ({ zones, reason }),
  soundCheckStarted: ({ zone, announcementId }) => ({ zone, announcementId }),
  soundChecked: ({ zone, heard }) => ({ zone, heard }),
  speakerChosen: ({ zone, device }) => ({ zone, device }),
  speakerLost: ({ zone, why }) => ({ zone, why }),
  soundBlocked: ({ zone, device }) => ({ zone, device }),
  announcementStarted: ({ announcementId, kind, zone, counter, languages }) => ({ announcementId, kind, zone, counter, languages }),
  announcementEnded: ({ announcementId, zone, counter, why }) => ({ announcementId, zone, counter, why }),
  announcementShown: ({ announcementId, zone, counter, device }) => ({ announcementId, zone, counter, device }),
  ticketIssued: ({ ticket, day, class: ticketClass, language, journey, services, readyAtMs, dueAtMs, isWritten }) => ({
    ticketRef: ticketRef(ticket.id),
    number: ticket.number,
    day,
    class: ticketClass,
    language,
    journey,
    services,
    readyAtMs,
    dueAtMs,
    isWritten: isWritten === true,
  }),
  ticketHanded: ({ ticketId, how, device }) => ({ ticketRef: ticketRef(ticketId), how, device }),
  printerReported: ({ device, state }) => ({ device, state }),
  ticketCalled: called,
  ticketRecalled: called,
  serviceStarted: ({ ticketId, counter }) => ({ ticketRef: ticketRef(ticketId), counter }),
  ticketCompleted: ({ ticketId, counter, outcome, next }) => ({
    ticketRef: ticketRef(ticketId),
    counter,
    outcome,
    next: next && { stop: next.stop, readyAtMs: next.readyAtMs, dueAtMs: next.dueAtMs },
  }),
  ticketMissed: ({ ticketId, counter }) => ({ ticketRef: ticketRef(ticketId), counter }),
  ticketHeld: ({ ticketId, counter }) => ({ ticketRef: ticketRef(ticketId), counter }),
  ticketResumed: ({ ticketId, counter }) => ({ ticketRef: ticketRef(ticketId), counter }),
  ticketTransferred: ({ ticketId, from, to, dueAtMs }) => ({ ticketRef: ticketRef(ticketId), from, to, dueAtMs }),
  ticketReturned: ({ ticketId, counter }) => ({ ticketRef: ticketRef(ticketId), counter }),
  ticketReclassified: ({ ticketId, class: ticketClass, dueAtMs }) => ({ ticketRef: ticketRef(ticketId), class: ticketClass, dueAtMs }),
  ticketCancelled: ({ ticketId, isRefusal }) => ({ ticketRef: ticketRef(ticketId), isRefusal: isRefusal === true }),
  ticketCarriedOver: ({ ticketId, number }) => ({ ticketRef: ticketRef(ticketId), number }),
  counterOpened: ({ counter, takenOverFrom }) => ({ counter, isTakenOver: takenOverFrom !== null }),
  counterPaused: ({ counter, reason, untilMs }) => ({ counter, reason, untilMs }),
  counterClosed: ({ counter, released, reason }) => ({ counter, releasedRefs: released.map(ticketRef), isFreed: reason !== undefined }),
  stepUndone: ({ counter, undone, tickets, ticket, withdrawn }) => ({
    counter,
    undone,
    tickets: tickets.map(({ id, number, state }) => ({ ticketRef: ticketRef(id), number, state })),
    ticketRef: refOrNull(ticket),
    withdrawn,
  }),
}

/** Not who: people have accounts, and everything else says what it is. */
const byWhom = (by: string): string => (by === 'system' || by === 'visitor' || by.startsWith('kiosk:') ? by : 'staff')

export function outgoing(branch: string, { revision, event }: StoredEvent): Outgoing | null {
  const leaves = LEAVES[event.type] as ((event: BranchEvent) => Readonly<Record<string, unknown>>) | undefined
  // Of a type that a newer server wrote.
  if (!leaves) return null
  const { type, atMs, by } = event
  return { type, branch, revision, atMs, event: { type, atMs, by: byWhom(by), ...leaves(event) } }
}

/** What began or ended of what is wrong; of an alert about an officer without his name (PRIV1). */
export function outgoingAlert(branch: string, { type, atMs, revision, alertId, alert }: AlertNews): Outgoing {
  const { kind, severity, sinceMs, about, name, count } = alert
  const of = kind === 'outOfOrder' ? { about: null, name: null } : { about, name }
  return { type, branch, revision, atMs, event: { type, atMs, by: 'system', alertId, kind, severity, sinceMs, ...of, count } }
}
