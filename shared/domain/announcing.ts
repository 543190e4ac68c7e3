import { NOTICES } from '../speech/notices.ts'
import { DEFAULT_SPEECH, type SpeechSettings } from '../speech/sentence.ts'
import type { AnnouncerCommand, Decision, Rejection, RejectionCode, SupervisorCommand } from './commands.ts'
import type { BranchConfiguration, Language } from './configuration.ts'
import type { BranchEvent, TicketCalled } from './events.ts'
import {
  type Announcement,
  type BranchState,
  counterState,
  type Message,
  type NotHeard,
  SILENT_ZONE,
  type ZoneState,
  zoneState,
} from './state.ts'

/**
 * What sounds where and when (ANN1 to ANN5). A call's announcement lives in its counter, because a newer call of that counter takes its
 * place; messages wait in their zone. Pure, like everything here: what a server's screens do comes in as commands.
 */
export type AnnouncingCommand =
  | AnnouncerCommand
  | Extract<
      SupervisorCommand,
      { type: 'announce' | 'announcePrepared' | 'clearNotice' | 'keepQuiet' | 'speakAgain' | 'checkSound' | 'confirmSound' }
    >

/** How soon after it was made an announcement should sound. What is due first is spoken first (ANN2). */
const DUE_MS: Readonly<Record<Announcement['kind'] | Message['kind'], number>> = { call: 20_000, recall: 10_000, notice: 0, soundCheck: 0 }
/** Whatever waited this long is shown only: its visitor has seen the number by now, or asked (ANN3). */
export const WAIT_LIMIT_MS = 45_000
/** After a pause shorter than this, the ears are still there: a short chime will do. */
const SOON_MS = 1_500
/** With so many others waiting, one language has to do; with so many, the short sentence. */
const ONE_LANGUAGE_FROM = 1
const SHORT_FROM = 3

/** Something that waits for its zone's loudspeaker. */
export interface Pending {
  readonly id: string
  readonly kind: Announcement['kind'] | Message['kind']
  /** Null for a message. */
  readonly counter: string | null
  readonly atMs: number
  readonly dueAtMs: number
}

/** What waits in a zone, in the order in which it is spoken. Looks at the zone's counters only. */
export function pendingIn(state: BranchState, zone: string): Pending[] {
  const pending: Pending[] = zoneState(state, zone).messages.map(({ id, kind, atMs }) => waiting(id, kind, null, atMs))
  for (const counter of state.configuration.counters) {
    const announcement = counter.zone === zone ? counterState(state, counter.id).announcement : null
    if (announcement?.state === 'waiting') pending.push(waiting(announcement.id, announcement.kind, counter.id, announcement.atMs))
  }
  return pending.sort((a, b) => a.dueAtMs - b.dueAtMs || a.atMs - b.atMs || compare(a.counter ?? a.id, b.counter ?? b.id))
}

const waiting = (id: string, kind: Pending['kind'], counter: string | null, atMs: number): Pending => ({
  id,
  kind,
  counter,
  atMs,
  dueAtMs: atMs + DUE_MS[kind],
})
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** When the first of all that wait has waited too long; null where nothing waits. */
export function nextExpiryMs(state: BranchState): number | null {
  const all = zonesOf(state).flatMap((zone) => pendingIn(state, zone))
  return all.length === 0 ? null : Math.min(...all.map(({ atMs }) => atMs)) + WAIT_LIMIT_MS
}

/** What this zone's speaker would say now; null where nothing may sound. */
export function nextToSpeak(state: BranchState, zone: string, nowMs: number): Pending | null {
  const { speaker, speaking, quiet } = zoneState(state, zone)
  if (speaker === null || speaking !== null) return null
  // One screen may speak for several zones, with one loudspeaker.
  const isSounding = Object.values(state.zones).some((other) => other.speaking !== null && other.speaker?.connection === speaker.connection)
  if (isSounding) return null
  // Nobody is called while everything stands still; what the supervisor has to say then is said. Where it is quiet, only a sound check
  // sounds: somebody stands there and listens for it.
  const maySound = ({ kind, counter }: Pending): boolean =>
    quiet === null ? state.pause === null || counter === null : kind === 'soundCheck'
  return pendingIn(state, zone).find((each) => !isOverdue(each, nowMs) && maySound(each)) ?? null
}

const isOverdue = ({ atMs }: Pending, nowMs: number): boolean => nowMs - atMs >= WAIT_LIMIT_MS

/** Zones of the configuration, and those that are gone from it and still have a speaker or something that waits. */
const zonesOf = (state: BranchState): string[] => [
  ...new Set([...state.configuration.zones.map(({ id }) => id), ...Object.keys(state.zones)]),
]

/** How this branch reads its numbers: for the caption and for the voice alike. */
export const speechOf = ({ voice }: BranchConfiguration): SpeechSettings => ({
  ...DEFAULT_SPEECH,
  ...voice,
  reading: { ...DEFAULT_SPEECH.reading, ...voice?.reading },
})

// --- deciding

interface At {
  readonly nowMs: number
  readonly by: string
}

export function decideAnnouncing(state: BranchState, command: AnnouncingCommand, at: At): Decision {
  switch (command.type) {
    case 'chooseSpeaker': {
      const unknown = unknownZone(state, [command.zone])
      if (unknown) return unknown
      const { speaker } = zoneState(state, command.zone)
      if (speaker?.connection === command.connection) return nothing()
      if (speaker !== null) return reject('speaker-there', { zone: command.zone, device: speaker.device })
      const { zone, connection, device, server } = command
      return accept([{ type: 'speakerChosen', zone, connection, device, server, ...stamp(at) }])
    }
    case 'loseSpeaker': {
      const { zone, connection, why } = command
      const { speaker, speaking } = zoneState(state, zone)
      if (speaker?.connection !== connection) return nothing()
      // Another is better placed: that has time until the sentence is over.
      if (why === 'replaced' && speaking !== null) return nothing()
      const events: BranchEvent[] = []
      // ANN3: started and not finished is not repeated; the counter sees that nobody knows whether it was heard.
      if (speaking) events.push(ended(zone, speaking, why === 'blocked' ? 'blocked' : 'speaker-lost', at))
      events.push({ type: 'speakerLost', zone, connection, why, ...stamp(at) })
      return accept(events)
    }
    case 'blockSound': {
      const { zone, device } = command
      const unknown = unknownZone(state, [zone])
      if (unknown) return unknown
      const now = zoneState(state, zone)
      if (now.speaker !== null || now.blocked === device) return nothing()
      return accept([{ type: 'soundBlocked', zone, device, ...stamp(at) }])
    }
    case 'startAnnouncement':
      return startAnnouncement(state, command.zone, command.connection, at)
    case 'endAnnouncement':
      return endAnnouncement(state, command, at)
    case 'showAnnouncement': {
      const { announcementId, zone, device } = command
      const counter = counterOf(state, announcementId)
      if (counter === null || counterState(state, counter).announcement?.shownAtMs !== null) return nothing()
      return accept([{ type: 'announcementShown', announcementId, zone, counter, device, ...stamp(at) }])
    }
    case 'expireAnnouncements':
      return accept(zonesOf(state).flatMap((zone) => expired(state, zone, at)))
    case 'announce':
      return announce(state, command.text, null, command.zones, at)
    case 'announcePrepared': {
      const notice = NOTICES.find(({ id }) => id === command.notice)
      if (!notice) return reject('unknown-notice', { notice: command.notice })
      return announce(state, notice.text, notice.id, command.zones, at)
    }
    case 'clearNotice':
      return state.notice === null ? nothing() : accept([{ type: 'noticeCleared', ...stamp(at) }])
    case 'keepQuiet':
      return changeQuiet(state, command.zones, command.reason, at)
    case 'speakAgain':
      return changeQuiet(state, command.zones, null, at)
    case 'checkSound': {
      const { zone, code } = command
      const unknown = unknownZone(state, [zone])
      if (unknown) return unknown
      if (zoneState(state, zone).speaker === null) return reject('no-speaker', { zone })
      return accept([{ type: 'soundCheckStarted', zone, announcementId: messageId(state, zone, 's'), code, ...stamp(at) }])
    }
    case 'confirmSound': {
      const { zone, code } = command
      const unknown = unknownZone(state, [zone])
      if (unknown) return unknown
      const { soundCheck } = zoneState(state, zone)
      if (soundCheck === null) return reject('no-sound-check', { zone })
      if (soundCheck.code !== code) return reject('wrong-code', { zone })
      return soundCheck.heard ? nothing() : accept([{ type: 'soundChecked', zone, heard: true, ...stamp(at) }])
    }
  }
}

/** Whatever waited too long goes first. Then the zone's next begins, if this connection speaks for the zone and sounds nowhere. */
function startAnnouncement(state: BranchState, zone: string, connection: string, at: At): Decision {
  const events = expired(state, zone, at)
  const next = zoneState(state, zone).speaker?.connection === connection ? nextToSpeak(state, zone, at.nowMs) : null
  if (next === null) return accept(events)
  const others = pendingIn(state, zone).filter((each) => !isOverdue(each, at.nowMs)).length - 1
  events.push({
    type: 'announcementStarted',
    announcementId: next.id,
    kind: next.kind,
    zone,
    counter: next.counter,
    connection,
    languages: languagesOf(state, next, others),
    form: next.counter !== null && others >= SHORT_FROM ? 'short' : 'full',
    chime: at.nowMs - zoneState(state, zone).lastEndedAtMs < SOON_MS ? 'short' : 'full',
    ...stamp(at),
  })
  return accept(events)
}

/** The branch's languages; while others wait, a call has one: Indonesian, or English for a ticket that was taken in English. */
function languagesOf(state: BranchState, { kind, counter }: Pending, others: number): readonly Language[] {
  const { languages } = state.configuration
  if (counter === null) return languages
  const ticket = state.tickets.get(counterState(state, counter).announcement?.ticketId ?? '')
  const isEnglish = ticket?.language === 'en'
  const all = isEnglish && !languages.includes('en') ? [...languages, 'en' as const] : languages
  if (kind === 'recall' || others < ONE_LANGUAGE_FROM) return all
  return isEnglish ? ['en'] : all.includes('id') ? ['id'] : all.slice(0, 1)
}

function endAnnouncement(state: BranchState, command: Extract<AnnouncerCommand, { type: 'endAnnouncement' }>, at: At): Decision {
  const { zone, announcementId, connection, why } = command
  const { speaker, speaking } = zoneState(state, zone)
  if (speaking?.id === announcementId) return speaker?.connection === connection ? accept([ended(zone, speaking, why, at)]) : nothing()
  // A screen of some other program spoke what it saw, in a zone that has no speaker of ours.
  const spoken = speaker === null && why === null ? pendingIn(state, zone).find(({ id }) => id === announcementId) : undefined
  return spoken ? accept([ended(zone, spoken, null, at)]) : nothing()
}

const expired = (state: BranchState, zone: string, at: At): BranchEvent[] =>
  pendingIn(state, zone)
    .filter((each) => isOverdue(each, at.nowMs))
    .map((each) => ended(zone, each, 'expired', at))

function announce(
  state: BranchState,
  text: { readonly id: string; readonly en: string },
  prepared: string | null,
  zones: readonly string[] | undefined,
  at: At,
): Decision {
  const unknown = unknownZone(state, zones ?? [])
  if (unknown) return unknown
  const spoken: Record<string, string> = {}
  for (const zone of zones ?? state.configuration.zones.map(({ id }) => id))
    if (zoneState(state, zone).quiet === null) spoken[zone] = messageId(state, zone, 'n')
  return accept([{ type: 'textAnnounced', text, prepared, zones: zones ?? null, spoken, ...stamp(at) }])
}

/** Whether calls are only shown in these zones. What waits there is told so at once; what sounds is finished. */
function changeQuiet(state: BranchState, wanted: readonly string[] | undefined, reason: string | null, at: At): Decision {
  const unknown = unknownZone(state, wanted ?? [])
  if (unknown) return unknown
  const zones = (wanted ?? state.configuration.zones.map(({ id }) => id)).filter((zone) => zoneState(state, zone).quiet !== reason)
  if (zones.length === 0) return nothing()
  const silenced = reason === null ? [] : zones.flatMap((zone) => pendingIn(state, zone).map((each) => ended(zone, each, 'quiet', at)))
  return accept([{ type: 'quietChanged', zones, reason, ...stamp(at) }, ...silenced])
}

/** The counter whose latest announcement this is. */
function counterOf(state: BranchState, announcementId: string): string | null {
  for (const id in state.counters) if (state.counters[id]?.announcement?.id === announcementId) return id
  return null
}

/** A message is the first event of its command, so its revision makes its id: no other message has it, ever. */
const messageId = (state: BranchState, zone: string, kind: 'n' | 's'): string => `${zone}-${kind}${state.revision + 1}`

const ended = (
  zone: string,
  what: { readonly id: string; readonly counter: string | null },
  why: NotHeard | null,
  at: At,
): BranchEvent => ({
  type: 'announcementEnded',
  announcementId: what.id,
  zone,
  counter: what.counter,
  why,
  ...stamp(at),
})

const stamp = (at: At): { readonly atMs: number; readonly by: string } => ({ atMs: at.nowMs, by: at.by })
const accept = (events: readonly BranchEvent[]): Decision => ({ ok: true, events, accepted: {} })
const nothing = (): Decision => accept([])
const reject = (code: RejectionCode, details: NonNullable<Rejection['details']>): Decision => ({ ok: false, rejection: { code, details } })

function unknownZone(state: BranchState, zones: readonly string[]): Decision | null {
  const unknown = zones.find((zone) => !state.configuration.zones.some(({ id }) => id === zone))
  return unknown === undefined ? null : reject('unknown-zone', { zone: unknown })
}

// --- evolving

/** The state after an event about loudspeakers. An event of a newer server counts as a revision and changes nothing that this one knows of. */
export function announced(state: BranchState, event: BranchEvent): BranchState {
  switch (event.type) {
    case 'textAnnounced': {
      let next: BranchState = { ...state, notice: { text: event.text, zones: event.zones ?? null, atMs: event.atMs } }
      // A text that an older server announced was not spoken.
      for (const [zone, id] of Object.entries(event.spoken ?? {})) {
        const message: Message = { id, kind: 'notice', atMs: event.atMs, prepared: event.prepared, code: null }
        next = withZone(next, zone, { messages: [...zoneState(next, zone).messages, message] })
      }
      return next
    }
    case 'noticeCleared':
      return { ...state, notice: null }
    case 'quietChanged':
      return event.zones.reduce((next, zone) => withZone(next, zone, { quiet: event.reason }), state)
    case 'soundCheckStarted': {
      const { zone, announcementId: id, code, atMs } = event
      // Only the newest code can be typed in: an older one that still waits need not be said.
      const others = zoneState(state, zone).messages.filter(({ kind }) => kind !== 'soundCheck')
      const message: Message = { id, kind: 'soundCheck', atMs, prepared: null, code }
      return withZone(state, zone, { messages: [...others, message], soundCheck: { id, code, atMs, heard: null } })
    }
    case 'soundChecked': {
      const { soundCheck } = zoneState(state, event.zone)
      return soundCheck === null ? state : withZone(state, event.zone, { soundCheck: { ...soundCheck, heard: event.heard } })
    }
    case 'speakerChosen': {
      const { zone, connection, device, server, atMs } = event
      return withZone(state, zone, { speaker: { connection, device, server, sinceMs: atMs }, blocked: null })
    }
    case 'speakerLost': {
      const { speaker } = zoneState(state, event.zone)
      return withZone(state, event.zone, { speaker: null, ...(event.why === 'blocked' ? { blocked: speaker?.device ?? null } : {}) })
    }
    case 'soundBlocked':
      return withZone(state, event.zone, { blocked: event.device })
    case 'announcementStarted': {
      const { announcementId: id, kind, zone, counter, atMs } = event
      const next = withoutMessage(state, zone, id, { speaking: { id, kind, counter, startedAtMs: atMs } })
      return withAnnouncement(next, counter, id, { state: 'speaking', startedAtMs: atMs })
    }
    case 'announcementEnded': {
      const { announcementId: id, zone, counter, why, atMs } = event
      const sounded = zoneState(state, zone).speaking?.id === id
      const next = withoutMessage(state, zone, id, sounded ? { speaking: null, lastEndedAtMs: atMs } : {})
      return withAnnouncement(next, counter, id, { state: why === null ? 'heard' : 'notHeard', why, endedAtMs: atMs })
    }
    case 'announcementShown':
      return withAnnouncement(state, event.counter, event.announcementId, { shownAtMs: event.atMs })
    default:
      return state
  }
}

const withZone = (state: BranchState, zone: string, change: Partial<ZoneState>): BranchState => ({
  ...state,
  zones: { ...state.zones, [zone]: { ...SILENT_ZONE, ...state.zones[zone], ...change } },
})

function withoutMessage(state: BranchState, zone: string, id: string, change: Partial<ZoneState>): BranchState {
  const { messages } = zoneState(state, zone)
  const left = messages.filter((message) => message.id !== id)
  if (left.length === messages.length && Object.keys(change).length === 0) return state
  return withZone(state, zone, { ...change, ...(left.length === messages.length ? {} : { messages: left }) })
}

/** The counter may have called somebody else, closed or gone meanwhile: then there is nobody to tell. */
function withAnnouncement(state: BranchState, counter: string | null, id: string, change: Partial<Announcement>): BranchState {
  const now = counter === null ? undefined : state.counters[counter]
  if (counter === null || now?.announcement?.id !== id) return state
  return { ...state, counters: { ...state.counters, [counter]: { ...now, announcement: { ...now.announcement, ...change } } } }
}

/** The visitor stands at the counter: there is no need to call him any more. What sounds already is finished. */
export function arrived(state: BranchState, counter: string): BranchState {
  const announcement = counterState(state, counter).announcement
  return announcement?.state === 'waiting' ? withAnnouncement(state, counter, announcement.id, { state: 'dropped' }) : state
}

/** A new day begins with the loudspeakers as they are, and nothing left of yesterday's texts. */
export function zonesOfNewDay(state: BranchState): Readonly<Record<string, ZoneState>> {
  const kept = Object.entries(state.zones).map(([id, zone]) => [id, { ...zone, messages: [], quiet: null, soundCheck: null }] as const)
  return Object.fromEntries(kept)
}

/** A call's announcement, when it is made. */
export function announcementOf(
  state: BranchState,
  event: { readonly type: 'ticketCalled' | 'ticketRecalled'; readonly atMs: number } & TicketCalled,
): Announcement {
  const isQuiet = zoneState(state, event.zone).quiet !== null
  return {
    id: event.announcementId,
    kind: event.type === 'ticketCalled' ? 'call' : 'recall',
    ticketId: event.ticket.id,
    atMs: event.atMs,
    state: isQuiet ? 'notHeard' : 'waiting',
    why: isQuiet ? 'quiet' : null,
    shownAtMs: null,
    startedAtMs: null,
    endedAtMs: null,
  }
}
