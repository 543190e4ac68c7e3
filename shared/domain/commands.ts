import type { BranchConfiguration, Language, Text } from './configuration.ts'
import type { BranchEvent } from './events.ts'
import type { Handed, NotHeard, Outcome, PrinterState } from './state.ts'

/** Which ticket the officer believes is at his counter (CALL3). */
interface AtCounter {
  readonly counter: string
  /** User name of whoever commands; must be the officer who opened the counter (AUTH2). */
  readonly officer: string
}
interface OnCurrent extends AtCounter {
  readonly current: string | null
}

export type TransferTarget = { readonly service: string } | { readonly counter: string }
export type TransferPlace = 'keep' | 'front' | 'end'

export type CounterCommand =
  | (AtCounter & { readonly type: 'openCounter'; readonly takeOver?: boolean | undefined })
  | (AtCounter & { readonly type: 'pauseCounter'; readonly reason: string; readonly minutes?: number | undefined })
  | (AtCounter & { readonly type: 'closeCounter' })
  | (OnCurrent & { readonly type: 'callNext' })
  | (OnCurrent & { readonly type: 'callTicket'; readonly ticket: string; readonly reason: string })
  | (OnCurrent & { readonly type: 'recall' })
  | (OnCurrent & { readonly type: 'startService' })
  | (OnCurrent & { readonly type: 'complete'; readonly outcome?: Outcome | undefined })
  | (OnCurrent & { readonly type: 'markNoShow' })
  | (OnCurrent & { readonly type: 'hold'; readonly reason?: string | undefined })
  | (AtCounter & { readonly type: 'resume'; readonly ticket: string })
  | (OnCurrent & {
      readonly type: 'transfer'
      readonly to: TransferTarget
      readonly place: TransferPlace
      readonly note?: string | undefined
    })
  | (AtCounter & { readonly type: 'returnToQueue'; readonly ticket: string })
  /** Grants or takes back priority: of the ticket at the counter, or of one that this counter may call. */
  | (AtCounter & { readonly type: 'reclassify'; readonly ticket: string; readonly class: string; readonly reason: string })
  | (AtCounter & { readonly type: 'undo' })

/** What becomes of those who still wait where a day ends early: served on, refused with the reason, or first on the next day (DAY2). */
export type Remaining = 'serve' | 'refuse' | 'carryOver'

/** Commands for the whole branch: the supervisor's; some are the help desk's, too (`server/auth/permissions.ts`). */
export type SupervisorCommand =
  /** Tickets outside the hours too, until the day turns. */
  | { readonly type: 'openDay' }
  /**
   * No new tickets today; those still waiting are served on, refused with the reason, or carried over to the next day (DAY2). `tickets`: only
   * these of them, and the others are served on: what a person was shown is what happens, whoever was called or came in the meantime.
   */
  | {
      readonly type: 'closeDay'
      readonly remaining: Remaining
      readonly reason?: string | undefined
      readonly tickets?: readonly string[] | undefined
    }
  /** The hours decide again. */
  | { readonly type: 'resetDay' }
  | { readonly type: 'pauseBranch'; readonly reason: string }
  | { readonly type: 'resumeBranch' }
  | { readonly type: 'pauseService'; readonly service: string; readonly reason: string }
  | { readonly type: 'openService'; readonly service: string }
  /** A pause ends, and the service is again as it was before; else the hours decide again. */
  | { readonly type: 'resetService'; readonly service: string }
  /** As `closeDay`, for one service: no new tickets of it today. */
  | {
      readonly type: 'closeService'
      readonly service: string
      readonly remaining: Remaining
      readonly reason?: string | undefined
      readonly tickets?: readonly string[] | undefined
    }
  /** All services of the agency that are not paused already. */
  | { readonly type: 'pauseAgency'; readonly agency: string; readonly reason: string }
  /** All paused services of the agency go on, each as it was before its pause. */
  | { readonly type: 'resumeAgency'; readonly agency: string }
  /**
   * A number of the day's fallback sheet, written on paper while the machines stood still, takes its place by the time on it. Its series
   * (`B-T07`) is another than the printed ones', so they never collide. Not asked: hours and quotas; the visitor has the number already.
   */
  | {
      readonly type: 'enterTicket'
      /** Made by the server, as in `IssueTicket`. */
      readonly ticketId: string
      readonly number: string
      readonly writtenAtMs: number
      readonly service: string
      readonly class?: string | undefined
      readonly language?: Language | undefined
    }
  /** A text of one's own: on the screens, with a chime. `zones`: all where absent. */
  | {
      readonly type: 'announce'
      readonly text: { readonly id: string; readonly en: string }
      readonly zones?: readonly string[] | undefined
    }
  /** A prepared text (`shared/speech/notices.ts`): on the screens and on the loudspeaker. */
  | { readonly type: 'announcePrepared'; readonly notice: string; readonly zones?: readonly string[] | undefined }
  /** Takes the text down. */
  | { readonly type: 'clearNotice' }
  /** Calls are only shown in these zones (all where absent), until `speakAgain`. */
  | { readonly type: 'keepQuiet'; readonly zones?: readonly string[] | undefined; readonly reason: string }
  | { readonly type: 'speakAgain'; readonly zones?: readonly string[] | undefined }
  /** The loudspeaker says a code; who stands in the zone types it in. `code` is made by the server: digits. */
  | { readonly type: 'checkSound'; readonly zone: string; readonly code: string }
  | { readonly type: 'confirmSound'; readonly zone: string; readonly code: string }
  | { readonly type: 'cancelTicket'; readonly ticket: string; readonly reason: string }
  | { readonly type: 'reclassifyTicket'; readonly ticket: string; readonly class: string; readonly reason: string }
  | {
      readonly type: 'moveTicket'
      readonly ticket: string
      readonly to: TransferTarget
      readonly place: TransferPlace
      readonly reason: string
    }
  /** Takes the ticket from a counter whose officer left and closes the counter; the ticket waits again where it stood before. */
  | { readonly type: 'freeCounter'; readonly counter: string; readonly reason: string }

export interface IssueTicket {
  readonly type: 'issueTicket'
  /** Made by the server: at least 128 random bits. Not part of what makes two commands the same. */
  readonly ticketId: string
  readonly services?: readonly string[] | undefined
  readonly journey?: string | undefined
  readonly class?: string | undefined
  readonly language?: Language | undefined
}

/** What a server does for the loudspeakers of its screens. Each does nothing where it is no longer true. */
export type AnnouncerCommand =
  /** Refused (`speaker-there`) while another speaks for the zone. */
  | { readonly type: 'chooseSpeaker'; readonly zone: string; readonly connection: string; readonly device: string; readonly server: string }
  | { readonly type: 'loseSpeaker'; readonly zone: string; readonly connection: string; readonly why: SpeakerLost }
  /** A screen's browser wants a touch before it makes a sound; null: no screen does any more. */
  | { readonly type: 'blockSound'; readonly zone: string; readonly device: string | null }
  /** The zone's next announcement begins, if there is one and nothing sounds at this connection. */
  | { readonly type: 'startAnnouncement'; readonly zone: string; readonly connection: string }
  | {
      readonly type: 'endAnnouncement'
      readonly zone: string
      readonly announcementId: string
      readonly connection: string
      /** Null: it was heard. */
      readonly why: NotHeard | null
    }
  /** A screen paints the call. */
  | { readonly type: 'showAnnouncement'; readonly announcementId: string; readonly zone: string; readonly device: string }
  /** Whatever waited over its limit is only shown (ANN3). */
  | { readonly type: 'expireAnnouncements' }

/** `closed`: its connection ended; `silent`: it gave no sign of life for 5 s; `server-gone`: its server gave none. */
export type SpeakerLost = 'closed' | 'silent' | 'blocked' | 'server-gone' | 'replaced'

export type SystemCommand =
  | { readonly type: 'configureBranch'; readonly configuration: BranchConfiguration; readonly ifRevision?: number | undefined }
  /** The day turns when the store's clock passed midnight in the branch's time zone; refused (`day-not-over`) before. */
  | { readonly type: 'turnDay' }

/** What a server does for the printers of its kiosks and of the help desk. */
export type PrinterCommand =
  /** The visitor has the number: on paper, or read from the screen where no paper came. Does nothing where he has it already. */
  | { readonly type: 'handTicket'; readonly ticket: string; readonly how: Handed; readonly device: string }
  /** `state` null: the device has no printer any more. Does nothing where nothing changed. */
  | { readonly type: 'reportPrinter'; readonly device: string; readonly state: PrinterState | null }

export type Command = CounterCommand | SupervisorCommand | IssueTicket | AnnouncerCommand | PrinterCommand | SystemCommand
export type CommandType = Command['type']

/** Why a rule said no: a stable code, and what a person's message needs to know. Messages are made by the screens. */
export interface Rejection {
  readonly code: RejectionCode
  /** For messages: ids, numbers, times in ms, reasons, texts of the branch; no personal data. */
  readonly details?: Readonly<Record<string, string | number | boolean | null | Text>>
}

/** Every code with which the core refuses; `shared/protocol/errors.ts` gives each its status. */
export const REJECTION_CODES = [
  'unknown-service',
  'unknown-agency',
  'unknown-counter',
  'unknown-ticket',
  'unknown-class',
  'unknown-journey',
  'duplicate-service',
  'nothing-chosen',
  'service-closed',
  'quota-used',
  'branch-paused',
  'counter-closed',
  'counter-paused',
  'counter-open-elsewhere',
  'counter-busy',
  'not-at-counter',
  'stale-view',
  'nothing-to-recall',
  'no-current-ticket',
  'already-started',
  'not-served-here',
  'ticket-at-counter',
  'ticket-not-held',
  'ticket-ended',
  'nothing-to-undo',
  'undo-too-late',
  'undo-overtaken',
  'configuration-changed',
  'configuration-in-use',
  'day-not-over',
  'wrong-number',
  'number-taken',
  'wrong-time',
  'too-early',
  'unknown-zone',
  'unknown-notice',
  'speaker-there',
  'no-speaker',
  'no-sound-check',
  'wrong-code',
] as const
export type RejectionCode = (typeof REJECTION_CODES)[number]

/** What a command's sender gets beside the revision. */
export interface Accepted {
  /** Id of the ticket that was issued, called or acted on; null where `callNext` found nobody. */
  readonly ticketId?: string | null
  readonly announcementId?: string
}

export type Decision =
  | { readonly ok: true; readonly events: readonly BranchEvent[]; readonly accepted: Accepted }
  | { readonly ok: false; readonly rejection: Rejection }
