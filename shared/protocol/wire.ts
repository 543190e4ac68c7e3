import type { Estimate } from '../domain/estimate.ts'
import type { Announcement, Call, CounterState, Message, Notice, PrinterState, ServiceState, Ticket } from '../domain/state.ts'
import type { ErrorReply } from './errors.ts'

/**
 * What goes over the wire, and the pure functions with which a screen keeps its view. No library here: old browsers load this.
 *
 * The law of every room: folding its events, one after the other, gives the room's view at each event's revision.
 */
export const PROTOCOL = 1

export interface Position {
  readonly epoch: string
  readonly revision: number
}

export interface Snapshot<V> extends Position {
  readonly view: V
}

/** `after`: the revision of the event or snapshot sent to this room before. */
export interface RoomEvent<E> extends Position {
  readonly after: number
  readonly event: E
}

export interface Tick extends Position {
  readonly atMs: number
}

/** What to do with an event that arrived: the whole of the client's side of the protocol. */
export function reception(own: Position | null, event: Position & { readonly after: number }): 'apply' | 'drop' | 'resync' {
  if (own === null || own.epoch !== event.epoch) return 'resync'
  if (event.revision <= own.revision) return 'drop'
  return event.after <= own.revision ? 'apply' : 'resync'
}

export interface Handshake {
  readonly protocol: number
  readonly token?: string
  readonly branch: string
  readonly zone?: string
  readonly counter?: string
  readonly ticket?: string
  readonly since?: Position
}

// --- replies

export interface TicketReply {
  readonly id: string
  readonly number: string
  readonly services: readonly string[]
  readonly service: string
  readonly class: string
  readonly state: Ticket['state']
  readonly issuedAtMs: number
  readonly counter?: string
}

export interface CommandReply {
  readonly revision: number
  readonly ticket?: TicketReply | null
  readonly announcementId?: string
}

export type Acknowledgement = ({ readonly ok: true } & CommandReply) | { readonly ok: false; readonly error: ErrorReply }

export interface IssuedReply {
  readonly ticket: TicketReply
  readonly ahead: number
  readonly estimate: Estimate | null
  readonly url: string
}

// --- board: public screens

export interface BoardCounter {
  readonly id: string
  readonly label: string
  readonly zone: string
  readonly state: CounterState['state']
  /** Of a pause: why, where it is one of the prepared reasons (`breaks.ts`), and when it is expected to end. */
  readonly reason: string | null
  readonly untilMs: number | null
}

/** `none`: no screen of the zone can speak; `blocked`: one waits for a touch; `quiet`: calls are only shown, on purpose. */
export type ZoneSound = 'ok' | 'none' | 'blocked' | 'quiet'

export interface BoardZone {
  readonly id: string
  readonly sound: ZoneSound
  /** The announcement that sounds now. */
  readonly speaking: string | null
}

/** A visitor who did not come. */
export interface MissedCall {
  readonly number: string
  readonly counter: { readonly id: string; readonly label: string }
  readonly atMs: number
}

/** How many missed numbers a board knows of; a screen shows those of the last 15 minutes. */
export const MISSED_CALLS = 8

export interface BoardView {
  readonly branch: { readonly id: string; readonly name: { readonly id: string; readonly en: string }; readonly timeZone: string }
  /** Changes when the branch's description must be read again (`GET /branches/B`). */
  readonly configuredRevision: number
  readonly day: string
  /** Newest first. */
  readonly calls: readonly Call[]
  /** Newest first, at most MISSED_CALLS, of any age. */
  readonly missed: readonly MissedCall[]
  /** The zones that this screen shows. */
  readonly zones: readonly BoardZone[]
  /** People waiting per service code; every service of the branch. */
  readonly waiting: Readonly<Record<string, number>>
  readonly counters: readonly BoardCounter[]
  /** Services that are opened or paused by hand. */
  readonly services: Readonly<Record<string, ServiceState>>
  readonly dayOverride: 'open' | 'closed' | null
  readonly pause: { readonly reason: string; readonly sinceMs: number } | null
  readonly notice: Notice | null
}

/** New values of what changed; absent: unchanged. */
export interface BoardChanges {
  readonly missed?: readonly MissedCall[]
  readonly zones?: readonly BoardZone[]
  readonly waiting?: Readonly<Record<string, number>>
  readonly counters?: readonly BoardCounter[]
  readonly services?: BoardView['services']
  readonly dayOverride?: BoardView['dayOverride']
  readonly pause?: BoardView['pause']
  readonly notice?: BoardView['notice']
  /** Announcements taken back. */
  readonly withdrawn?: readonly string[]
}

export type BoardEvent =
  | (Omit<Call, 'kind'> & { readonly type: 'ticketCalled' | 'ticketRecalled'; readonly changes: BoardChanges })
  | { readonly type: 'boardChanged'; readonly changes: BoardChanges }
  | { readonly type: 'boardReplaced'; readonly view: BoardView }

export function foldBoard(view: BoardView, event: BoardEvent, recentCalls: number): BoardView {
  switch (event.type) {
    case 'boardReplaced':
      return event.view
    case 'boardChanged':
      return changedBoard(view, event.changes)
    case 'ticketCalled':
    case 'ticketRecalled': {
      const { type, changes, ...call } = event
      const next = changedBoard(view, changes)
      const kept = next.calls.filter((each) => each.zone !== call.zone || each.sequence > call.sequence - recentCalls)
      return { ...next, calls: newestFirst([{ ...call, kind: type === 'ticketCalled' ? 'call' : 'recall' }, ...kept]) }
    }
  }
}

/** Newest first; calls of one moment in the order of their zones. */
export const newestFirst = (calls: readonly Call[]): Call[] =>
  [...calls].sort((a, b) => b.atMs - a.atMs || (a.zone === b.zone ? b.sequence - a.sequence : a.zone < b.zone ? -1 : 1))

function changedBoard(view: BoardView, changes: BoardChanges): BoardView {
  const { waiting, counters, zones, withdrawn, ...rest } = changes
  return {
    ...view,
    ...rest,
    ...(waiting ? { waiting: { ...view.waiting, ...waiting } } : {}),
    ...(counters ? { counters: replaced(view.counters, counters, (counter) => counter.id) } : {}),
    ...(zones ? { zones: replaced(view.zones, zones, (zone) => zone.id) } : {}),
    ...(withdrawn ? { calls: view.calls.filter((call) => !withdrawn.includes(call.announcementId)) } : {}),
  }
}

function replaced<T>(all: readonly T[], changed: readonly T[], key: (each: T) => string): readonly T[] {
  const byKey = new Map(changed.map((each) => [key(each), each]))
  return all.map((each) => byKey.get(key(each)) ?? each)
}

// --- live: the supervisor

export interface LiveQueue {
  /** Service code. */
  readonly service: string
  readonly waiting: number
  /** Since when the longest waiting is ready; null where nobody waits. */
  readonly waitingSinceMs: number | null
  /** The longest wait, as of the view's `atMs`. */
  readonly longestWaitMs: number
  /** Stops issued today. */
  readonly issued: number
  readonly override: ServiceState | null
}

export interface LiveCounter {
  readonly id: string
  readonly label: string
  readonly zone: string
  readonly state: CounterState['state']
  readonly officer?: string
  readonly ticket?: TicketReply
  /** What this counter may call, those sent to it included. */
  readonly waiting: number
  readonly reason: string | null
  readonly untilMs: number | null
  readonly sinceMs: number
  readonly announcement: Announcement['state'] | null
}

export interface LiveZone {
  readonly id: string
  readonly sound: ZoneSound
  /** Device that speaks, or that is blocked. */
  readonly device: string | null
  readonly speaking: string | null
  /** Announcements that wait for the loudspeaker. */
  readonly waiting: number
  readonly quiet: string | null
  /** Today's last sound check; `heard` is null while nobody has typed its code. */
  readonly soundCheck: { readonly atMs: number; readonly heard: boolean | null } | null
}

/** A printer that said something. Its name and place are the device's (`GET devices`). */
export interface LivePrinter {
  readonly device: string
  readonly state: PrinterState
  readonly sinceMs: number
}

export interface LiveView {
  readonly branch: BoardView['branch']
  readonly configuredRevision: number
  readonly day: string
  readonly atMs: number
  readonly queues: readonly LiveQueue[]
  readonly counters: readonly LiveCounter[]
  readonly zones: readonly LiveZone[]
  readonly printers: readonly LivePrinter[]
  readonly dayOverride: BoardView['dayOverride']
  readonly pause: BoardView['pause']
  readonly notice: BoardView['notice']
}

export type LiveEvent =
  | {
      readonly type: 'liveChanged'
      readonly atMs: number
      readonly queues?: readonly LiveQueue[]
      readonly counters?: readonly LiveCounter[]
      readonly zones?: readonly LiveZone[]
      /** All of them, where one changed. */
      readonly printers?: readonly LivePrinter[]
      readonly dayOverride?: LiveView['dayOverride']
      readonly pause?: LiveView['pause']
      readonly notice?: LiveView['notice']
    }
  | { readonly type: 'liveReplaced'; readonly view: LiveView }

export function foldLive(view: LiveView, event: LiveEvent): LiveView {
  if (event.type === 'liveReplaced') return event.view
  const { type: _type, queues, counters, zones, ...rest } = event
  const nextQueues = queues ? replaced(view.queues, queues, (queue) => queue.service) : view.queues
  return {
    ...view,
    ...rest,
    queues: nextQueues.map((queue) => ({ ...queue, longestWaitMs: longestWaitMs(queue.waitingSinceMs, event.atMs) })),
    ...(counters ? { counters: replaced(view.counters, counters, (counter) => counter.id) } : {}),
    ...(zones ? { zones: replaced(view.zones, zones, (zone) => zone.id) } : {}),
  }
}

export const longestWaitMs = (sinceMs: number | null, atMs: number): number => (sinceMs === null ? 0 : Math.max(0, atMs - sinceMs))

// --- counter: one officer's screen

export interface CounterTicket extends TicketReply {
  readonly readyAtMs: number
  readonly calledAtMs: number | null
  readonly startedAtMs: number | null
  /** How often it was announced here. */
  readonly calls: number
  readonly stop: number
  readonly journey: string | null
  readonly language: 'id' | 'en'
  readonly note: string | null
  readonly why: Ticket['why']
}

export interface CounterView {
  readonly branch: BoardView['branch']
  readonly configuredRevision: number
  readonly counter: { readonly id: string; readonly label: string; readonly zone: string; readonly services: readonly string[] }
  readonly state: CounterState['state']
  readonly officer: string | null
  readonly reason: string | null
  readonly untilMs: number | null
  readonly sinceMs: number
  /** Named `current` in commands (CALL3). */
  readonly ticket: CounterTicket | null
  readonly announcement: Omit<Announcement, 'ticketId'> | null
  /** Of the counter's zone. */
  readonly sound: ZoneSound
  readonly waiting: number
  readonly queues: readonly { readonly service: string; readonly waiting: number }[]
  /** Who is called next, and the few after that. */
  readonly upcoming: readonly { readonly number: string; readonly service: string; readonly class: string; readonly readyAtMs: number }[]
  /** When a called ticket may be given up; null: at once. */
  readonly noShow: { readonly recalls: number; readonly seconds: number } | null
  /** Tickets that this counter holds. */
  readonly held: readonly TicketReply[]
  /** The officer's last step, which `undo` takes back until then. */
  readonly undo: { readonly type: string; readonly untilMs: number } | null
  readonly pause: BoardView['pause']
}

export type CounterEvent = { readonly type: 'counterChanged'; readonly changes: Partial<CounterView> }

export const foldCounter = (view: CounterView, event: CounterEvent): CounterView => ({ ...view, ...event.changes })

// --- the loudspeaker

/**
 * Server to the one screen that speaks for a zone: say this, now. The screen answers with `announcement` reports of the same id; what it
 * was told once it never says again (ANN3).
 */
export interface Speak {
  readonly announcementId: string
  readonly zone: string
  readonly kind: Announcement['kind'] | Message['kind']
  readonly chime: 'full' | 'short'
  /** One after the other: the text as it is shown, and the keys of the voice pack's clips (`shared/speech`). */
  readonly sentences: readonly { readonly language: 'id' | 'en'; readonly text: string; readonly tokens: readonly string[] }[]
}

/** Screen to server, of a call that it paints or of what it was told to speak. `speaking` says how long it will take. */
export interface AnnouncementReport {
  readonly announcementId: string
  readonly status: 'shown' | 'speaking' | 'spoken' | 'blocked' | 'failed'
  /** `speaking`: from now to the end of the sound. */
  readonly durationMs?: number
  /** `speaking`: from the arrival of the order to the first sample at the output, where the browser tells. */
  readonly latencyMs?: number
}

/**
 * Screen to server, in answer to every tick and whenever it changes: whether it can sound. A screen that never sends this is a silent one.
 * `off`: its loudspeaker is switched off on purpose.
 */
export interface SoundReport {
  readonly state: 'ready' | 'loading' | 'blocked' | 'off' | 'failed'
}

// --- ticket: a visitor's phone; whole views

export interface TicketView {
  readonly ticket: TicketReply
  readonly ahead: number
  readonly estimate: Estimate | null
  readonly counter?: { readonly id: string; readonly label: string }
  readonly stop: number
  /** Why it is not served any more, where the day ended before its turn: words of the supervisor, or `day-closed`. */
  readonly refusal: string | null
  /** It waits while its service or the whole branch stands still: the text for visitors. */
  readonly paused: string | null
  /** It is carried over: when its service opens on a later day; null where nobody knows. */
  readonly nextDay: { readonly atMs: number | null } | null
}
