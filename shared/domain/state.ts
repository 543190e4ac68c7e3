import type { BranchConfiguration, Language } from './configuration.ts'
import { SortedMap } from './sortedMap.ts'

/** The format of state and events. A server refuses to write over a newer one (rolling upgrade). */
export const FORMAT = 1

export type TicketState = 'waiting' | 'called' | 'serving' | 'completed' | 'onHold' | 'noShow' | 'cancelled'

export type Outcome = 'done' | 'incompleteDocuments' | 'continuesElsewhere' | 'collectLater'

/** How the visitor got the number. */
export type Handed = 'paper' | 'screen'

/** `away`: it doesn't answer. `paperLow`: it prints, and the roll ends soon. */
export type PrinterState = 'ready' | 'paperLow' | 'paperOut' | 'coverOpen' | 'away' | 'failed'

/** Why this ticket was called and no other (ORDER4). `dueAtMs` is what it was chosen by. */
export interface CallReason {
  /** `earliestDue`: the smallest due time of what the counter may call; `direct`: out of order, with the officer's reason. */
  readonly rule: 'earliestDue' | 'direct'
  readonly dueAtMs: number
  readonly readyAtMs: number
  readonly targetMinutes: number
  readonly class: string
  /** How many tickets this counter could have called at that moment, this one included. */
  readonly candidates: number
  readonly outOfOrder: boolean
  readonly reason: string | null
}

/**
 * One visitor's number for one visit, from door to door. Its stops are `services` in order; `stop` is the one it waits for or is at.
 * Times are milliseconds since 1970 on the store's clock.
 */
export interface Ticket {
  /** Unguessable; whoever has it may see the ticket. */
  readonly id: string
  /** `B-021`: unique and gap-free in its series on its day (TICKET1). */
  readonly number: string
  readonly day: string
  readonly class: string
  readonly language: Language
  readonly journey: string | null
  readonly services: readonly string[]
  readonly stop: number
  readonly state: TicketState
  readonly issuedAtMs: number
  /** When it became ready for its present stop: arrival, or the end of the previous stop. */
  readonly readyAtMs: number
  /** `readyAtMs` + target; the smallest is called next (ORDER1). */
  readonly dueAtMs: number
  /** Order of entry into the branch: breaks ties, older first. */
  readonly entry: number
  /** The counter it is at (called, serving) or was held at. */
  readonly counter: string | null
  /** Waiting for this counter alone, not for its service's queue. */
  readonly sentTo: string | null
  /** Carried over to the next business day: until then it stands in no queue that a counter calls from (DAY2). */
  readonly waitsForNextDay: boolean
  readonly calledAtMs: number | null
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
  /** How often it was announced at its present stop. */
  readonly calls: number
  readonly outcomes: readonly (Outcome | null)[]
  /** Why it was held, cancelled or moved; a note to the next stop. Free text of staff; never shown in public. */
  readonly note: string | null
  readonly why: CallReason | null
  /** Null: no printer and no visitor said so. */
  readonly handed: Handed | null
  /** Why it was not served before the day ended, in words for its visitor; null: it was not refused. */
  readonly refusal: string | null
  /** Revision of the last event that touched it: an undo is refused when somebody else came between. */
  readonly changedRevision: number
}

/** The service a ticket waits for or is at now. */
export const currentService = (ticket: Ticket): string => ticket.services[ticket.stop] as string

/** What stands on the slip of a ticket of this day; one that was carried over before keeps the day that it is from. */
export const carriedOverNumber = (number: string, day: string): string =>
  number.includes('/') ? number : `${number}/${Number(day.slice(8))}`

/** A ticket and only those of its fields that a step changed, as they were before it. */
export interface Before {
  readonly id: string
  readonly fields: Partial<Ticket>
}

/** An officer's last step, with what it changed as it was before, so that it can be taken back for 30 s. */
export interface LastStep {
  readonly type: string
  readonly revision: number
  readonly atMs: number
  readonly tickets: readonly Before[]
  /** The ticket that was at the counter before the step. */
  readonly ticket: string | null
  /** Announcements that the step made: withdrawn with it. */
  readonly announcements: readonly string[]
}

export interface CounterState {
  readonly state: 'closed' | 'open' | 'paused'
  /** User name of the officer who opened it: a name of the house's account, not of a visitor. */
  readonly officer: string | null
  readonly ticket: string | null
  /** Why it is paused. */
  readonly reason: string | null
  /** When the pause is expected to end. */
  readonly untilMs: number | null
  readonly sinceMs: number
  /** The latest announcement of the ticket at the counter: a newer call or recall takes its place (ANN2). */
  readonly announcement: Announcement | null
  readonly lastStep: LastStep | null
}

export const CLOSED_COUNTER: CounterState = {
  state: 'closed',
  officer: null,
  ticket: null,
  reason: null,
  untilMs: null,
  sinceMs: 0,
  announcement: null,
  lastStep: null,
}

/**
 * Why an announcement was not heard: it waited over its limit (`expired`), nobody could speak when it was made (`quiet`), its sound was
 * blocked or failed, its speaker went away in the middle (`speaker-lost`) or never said that it had ended (`no-answer`).
 */
export type NotHeard = 'expired' | 'quiet' | 'blocked' | 'failed' | 'speaker-lost' | 'no-answer'

/** What became of a call's announcement. `dropped`: there was no need any more before its turn came (the visitor had arrived). */
export interface Announcement {
  /** As in `Call`. */
  readonly id: string
  readonly kind: 'call' | 'recall'
  readonly ticketId: string
  readonly atMs: number
  readonly state: 'waiting' | 'speaking' | 'heard' | 'notHeard' | 'dropped'
  readonly why: NotHeard | null
  /** When the first screen said that it shows it. */
  readonly shownAtMs: number | null
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
}

/** A text for the loudspeaker, or a sound check, that waits for its turn in one zone. */
export interface Message {
  readonly id: string
  readonly kind: 'notice' | 'soundCheck'
  readonly atMs: number
  /** Which prepared text (`shared/speech/notices.ts`); null: its words have no clips, so only the chime sounds. */
  readonly prepared: string | null
  /** What a person must hear and type in, digits; null for a notice. */
  readonly code: string | null
}

/** The one screen that speaks in a zone (ANN1): one connection, not one device, because a page that was reloaded is another speaker. */
export interface Speaker {
  readonly connection: string
  readonly device: string
  /** The server that it is connected to. */
  readonly server: string
  readonly sinceMs: number
}

/** A zone's loudspeaker. */
export interface ZoneState {
  readonly speaker: Speaker | null
  /** A screen that wants to speak and whose browser doesn't let it. */
  readonly blocked: string | null
  /** What sounds now; `counter` is null for a message. */
  readonly speaking: {
    readonly id: string
    readonly kind: Announcement['kind'] | Message['kind']
    readonly counter: string | null
    readonly startedAtMs: number
  } | null
  readonly lastEndedAtMs: number
  /** Messages that wait, oldest first. */
  readonly messages: readonly Message[]
  /** Why calls are only shown; null: they are spoken. */
  readonly quiet: string | null
  /** Today's last sound check; `heard`: null while nobody has typed its code. */
  readonly soundCheck: { readonly id: string; readonly code: string; readonly atMs: number; readonly heard: boolean | null } | null
}

export const SILENT_ZONE: ZoneState = {
  speaker: null,
  blocked: null,
  speaking: null,
  lastEndedAtMs: 0,
  messages: [],
  quiet: null,
  soundCheck: null,
}

/** What a screen shows and speaks of a call: no ticket id, no personal data (PRIV1). */
export interface Call {
  readonly announcementId: string
  readonly kind: 'call' | 'recall'
  readonly ticket: { readonly number: string }
  readonly counter: { readonly id: string; readonly label: string }
  readonly zone: string
  readonly service: string
  readonly atMs: number
  /** Counts the calls of its zone for ever; `announcementId` is `ZONE-SEQUENCE`. */
  readonly sequence: number
  readonly language: Language
  /** The sentence that is spoken, in words. */
  readonly caption: { readonly id: string; readonly en: string }
}

/** How many calls of a zone are remembered, in slots `sequence mod RECENT_CALLS`. */
export const RECENT_CALLS = 8

export interface ServiceState {
  /** `open`: outside its hours too, until the day turns; `paused`: no new tickets, none called in order; `closed`: no new tickets today. */
  readonly override: 'open' | 'paused' | 'closed'
  readonly reason: string | null
  /** Of a pause: what was decided by hand before it, and holds again when it ends. */
  readonly before?: { readonly override: 'open' | 'closed'; readonly reason: string | null }
}

/** What became of a service's tickets on one day, by the service of their last stop. */
export interface ServiceAccount {
  readonly completed: number
  readonly missed: number
  readonly refused: number
  readonly carriedOver: number
  /** Cancelled by staff. */
  readonly cancelled: number
}

/** A short account of a day, made when it turned. */
export interface DayAccount {
  readonly day: string
  readonly endedAtMs: number
  /** Only services that had tickets. */
  readonly services: Readonly<Record<string, ServiceAccount>>
}

/** A text announced by the supervisor: on the screens of these zones (null: of all) until it is taken down or the day turns. */
export interface Notice {
  readonly text: { readonly id: string; readonly en: string }
  readonly zones: readonly string[] | null
  readonly atMs: number
}

export interface BranchState {
  readonly format: number
  /** Number of events so far; the last event's id in the stream is `REVISION-0`. */
  readonly revision: number
  /** Time of the last event: the core's clock never runs back (`max(now, atMs)`). */
  readonly atMs: number
  readonly configuration: BranchConfiguration
  /** Revision of the last change of configuration: its ETag. */
  readonly configuredRevision: number
  /** Business day, `YYYY-MM-DD` in the branch's time zone. */
  readonly day: string
  readonly previousDay: string | null
  readonly lastDay: DayAccount | null
  /** `open`: tickets outside the hours too; `closed`: no tickets any more today; null: the hours decide. */
  readonly dayOverride: 'open' | 'closed' | null
  /** Everything stands still (ceremony, alarm). */
  readonly pause: { readonly reason: string; readonly sinceMs: number } | null
  readonly notice: Notice | null
  /** Last `entry` given. */
  readonly entry: number
  /** Last number given per agency prefix, today. */
  readonly series: Readonly<Record<string, number>>
  /** Stops issued per service, today: what a quota counts. */
  readonly issued: Readonly<Record<string, number>>
  /** Numbers of the fallback sheet that were entered today. */
  readonly written: readonly string[]
  /** Printers by the device that has one, once they said something. */
  readonly printers: Readonly<Record<string, { readonly state: PrinterState; readonly sinceMs: number }>>
  /** Only services that differ from plain "as the hours say". */
  readonly services: Readonly<Record<string, ServiceState>>
  readonly counters: Readonly<Record<string, CounterState>>
  /** Only zones of which there is something to say. */
  readonly zones: Readonly<Record<string, ZoneState>>
  /** Last `Call.sequence` per zone. */
  readonly sequences: Readonly<Record<string, number>>
  /** Recent calls by `ZONE/SLOT`. */
  readonly calls: Readonly<Record<string, Call>>
  /** Every ticket of the business day, and those carried over, by id. */
  readonly tickets: SortedMap<string, Ticket>

  // Below: derived from `tickets`, kept in step by `evolve`; not stored.

  /** Waiting tickets per service code, per `@COUNTER` for those sent to one counter, per `+SERVICE` for those carried over: `queueKey(ticket)` to ticket id. */
  readonly queues: Readonly<Record<string, SortedMap<string, string>>>
  /** The same tickets by when they became ready: who has waited longest. */
  readonly arrivals: Readonly<Record<string, SortedMap<string, string>>>
  /** Tickets on hold, by the counter that holds them: entry to ticket id. */
  readonly held: Readonly<Record<string, SortedMap<number, string>>>
  /** Tickets whose visitors did not come, by when they were given up: `missedKey(ticket)` to ticket id. */
  readonly missed: SortedMap<string, string>
}

/**
 * Key of the queue that a waiting ticket stands in: its service's code, `@COUNTER` where it was sent to one counter, `+SERVICE` where it
 * was carried over to the next day: its visitor went home, and a call would make him miss it.
 */
export const queueOf = (ticket: Ticket): string => {
  if (ticket.waitsForNextDay) return `+${currentService(ticket)}`
  return ticket.sentTo === null ? currentService(ticket) : `@${ticket.sentTo}`
}

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0')

/** Sorts as (dueAtMs, entry) does: earliest deadline first, ties to the earlier entry (ORDER1). */
export const queueKey = (ticket: Ticket): string => `${padded(ticket.dueAtMs, 15)}:${padded(ticket.entry, 9)}`

/** Sorts as (readyAtMs, entry) does. */
export const arrivalKey = (ticket: Ticket): string => `${padded(ticket.readyAtMs, 15)}:${padded(ticket.entry, 9)}`

/** Sorts as (endedAtMs, entry) does. */
export const missedKey = (ticket: Ticket): string => `${padded(ticket.endedAtMs ?? 0, 15)}:${padded(ticket.entry, 9)}`

const NO_QUEUE = SortedMap.empty<string, string>()
export const queue = (state: BranchState, name: string): SortedMap<string, string> => state.queues[name] ?? NO_QUEUE
export const arrivals = (state: BranchState, name: string): SortedMap<string, string> => state.arrivals[name] ?? NO_QUEUE
export const zoneState = (state: BranchState, id: string): ZoneState => state.zones[id] ?? SILENT_ZONE
export const counterState = (state: BranchState, id: string): CounterState => state.counters[id] ?? CLOSED_COUNTER

/** A branch before its first event. Its first event is always `branchConfigured`. */
export function emptyBranch(configuration: BranchConfiguration): BranchState {
  return {
    format: FORMAT,
    revision: 0,
    atMs: 0,
    configuration,
    configuredRevision: 0,
    day: '',
    previousDay: null,
    lastDay: null,
    dayOverride: null,
    pause: null,
    notice: null,
    entry: 0,
    series: {},
    issued: {},
    written: [],
    printers: {},
    services: {},
    counters: {},
    zones: {},
    sequences: {},
    calls: {},
    tickets: SortedMap.empty(),
    queues: {},
    arrivals: {},
    held: {},
    missed: SortedMap.empty(),
  }
}
