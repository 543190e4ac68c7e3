import type { SpeakerLost } from './commands.ts'
import type { BranchConfiguration, Language } from './configuration.ts'
import type { Announcement, Call, CallReason, Handed, Message, NotHeard, Outcome, PrinterState, Ticket } from './state.ts'

/**
 * What happened, in the past tense: the branch's only truth. Every event is one revision.
 *
 * Every event has `atMs` (the store's clock) and `by` (the account's name, `kiosk:ID`, `visitor` or `system`): who, when and what.
 * No event carries a visitor's personal data (PRIV1).
 */
interface Happened {
  readonly atMs: number
  readonly by: string
}

export interface Place {
  readonly readyAtMs: number
  readonly dueAtMs: number
}

/** A ticket leaves its counter and its present stop is over; with `next` it waits for its next stop, else its visit is over. */
export interface TicketCompleted extends Happened {
  readonly type: 'ticketCompleted'
  readonly ticketId: string
  readonly counter: string
  readonly outcome: Outcome
  readonly next: (Place & { readonly stop: number; readonly entry: number }) | null
}

export type BranchEvent =
  | (Happened & { readonly type: 'branchConfigured'; readonly configuration: BranchConfiguration; readonly day: string })
  /** The business day turns (DAY1). Tickets not carried over leave the live state; the series begin anew. */
  | (Happened & { readonly type: 'dayTurned'; readonly day: string })
  /** The supervisor extends (`open`) or ends (`closed`) the day for new tickets, or gives it back to the hours (null). */
  | (Happened & { readonly type: 'dayOverridden'; readonly override: 'open' | 'closed' | null })
  | (Happened & { readonly type: 'branchPaused'; readonly reason: string })
  | (Happened & { readonly type: 'branchResumed' })
  | (Happened & { readonly type: 'servicePaused'; readonly service: string; readonly reason: string })
  | (Happened & { readonly type: 'serviceOpened'; readonly service: string })
  /** No new tickets today; those who wait are served on, unless events of their own say otherwise. */
  | (Happened & { readonly type: 'serviceClosed'; readonly service: string; readonly reason: string | null })
  /** Back to what the hours say. */
  | (Happened & { readonly type: 'serviceReset'; readonly service: string })
  /** `spoken`: the id that the text has in each zone whose loudspeaker says it. */
  | (Happened & {
      readonly type: 'textAnnounced'
      readonly text: { readonly id: string; readonly en: string }
      readonly prepared: string | null
      readonly zones: readonly string[] | null
      readonly spoken: Readonly<Record<string, string>>
    })
  | (Happened & { readonly type: 'noticeCleared' })
  /** `reason`: why calls are only shown there; null: they are spoken again. */
  | (Happened & { readonly type: 'quietChanged'; readonly zones: readonly string[]; readonly reason: string | null })
  | (Happened & { readonly type: 'soundCheckStarted'; readonly zone: string; readonly announcementId: string; readonly code: string })
  /** `heard`: the code that was typed in is the one that was spoken. */
  | (Happened & { readonly type: 'soundChecked'; readonly zone: string; readonly heard: boolean })
  | (Happened & {
      readonly type: 'speakerChosen'
      readonly zone: string
      readonly connection: string
      readonly device: string
      readonly server: string
    })
  | (Happened & { readonly type: 'speakerLost'; readonly zone: string; readonly connection: string; readonly why: SpeakerLost })
  | (Happened & { readonly type: 'soundBlocked'; readonly zone: string; readonly device: string | null })
  /** Committed before the first sound (ANN3): whatever happens then, it is not started again. `counter`: null for a message. */
  | (Happened & {
      readonly type: 'announcementStarted'
      readonly announcementId: string
      readonly kind: Announcement['kind'] | Message['kind']
      readonly zone: string
      readonly counter: string | null
      readonly connection: string
      /** In this order. */
      readonly languages: readonly Language[]
      readonly form: 'full' | 'short'
      readonly chime: 'full' | 'short'
    })
  /** `why`: null where it was heard. */
  | (Happened & {
      readonly type: 'announcementEnded'
      readonly announcementId: string
      readonly zone: string
      readonly counter: string | null
      readonly why: NotHeard | null
    })
  | (Happened & {
      readonly type: 'announcementShown'
      readonly announcementId: string
      readonly zone: string
      readonly counter: string
      readonly device: string
    })
  | (Happened &
      Place & {
        readonly type: 'ticketIssued'
        readonly ticket: { readonly id: string; readonly number: string }
        readonly day: string
        readonly class: string
        readonly language: Language
        readonly journey: string | null
        readonly services: readonly string[]
        readonly entry: number
        /** A number of the fallback sheet: it was given at `readyAtMs`, and entered now. */
        readonly isWritten?: true
      })
  /** The visitor has it. `device`: who printed or showed it. */
  | (Happened & { readonly type: 'ticketHanded'; readonly ticketId: string; readonly how: Handed; readonly device: string })
  | (Happened & { readonly type: 'printerReported'; readonly device: string; readonly state: PrinterState | null })
  | (Happened & TicketCalled & { readonly type: 'ticketCalled' })
  | (Happened & TicketCalled & { readonly type: 'ticketRecalled' })
  | (Happened & { readonly type: 'serviceStarted'; readonly ticketId: string; readonly counter: string })
  | TicketCompleted
  | (Happened & { readonly type: 'ticketMissed'; readonly ticketId: string; readonly counter: string })
  | (Happened & { readonly type: 'ticketHeld'; readonly ticketId: string; readonly counter: string; readonly reason: string | null })
  | (Happened & { readonly type: 'ticketResumed'; readonly ticketId: string; readonly counter: string })
  /** To another service's queue or to one counter. `from`: the counter that had it, null when the supervisor moved it. */
  | (Happened & {
      readonly type: 'ticketTransferred'
      readonly ticketId: string
      readonly from: string | null
      readonly to: { readonly service: string } | { readonly counter: string }
      readonly dueAtMs: number
      readonly note: string | null
    })
  /** Back to its service's queue, with its arrival and due time as they were. */
  | (Happened & { readonly type: 'ticketReturned'; readonly ticketId: string; readonly counter: string | null })
  | (Happened & {
      readonly type: 'ticketReclassified'
      readonly ticketId: string
      readonly class: string
      readonly dueAtMs: number
      readonly reason: string
    })
  /** `isRefusal`: the day ended before its turn, and the reason is for its visitor to read; else it is a note of staff. */
  | (Happened & { readonly type: 'ticketCancelled'; readonly ticketId: string; readonly reason: string; readonly isRefusal?: true })
  /** It waits on the next day, before everybody who comes then; its number is marked with the day it is from. */
  | (Happened & { readonly type: 'ticketCarriedOver'; readonly ticketId: string; readonly number: string })
  | (Happened & {
      readonly type: 'counterOpened'
      readonly counter: string
      readonly officer: string
      readonly takenOverFrom: string | null
    })
  | (Happened & { readonly type: 'counterPaused'; readonly counter: string; readonly reason: string; readonly untilMs: number | null })
  /** Tickets sent to this counter alone go back to their services' queues: `released`. `reason`: why the supervisor freed it. */
  | (Happened & {
      readonly type: 'counterClosed'
      readonly counter: string
      readonly released: readonly string[]
      readonly reason?: string
    })
  /** The counter's last step is taken back: these tickets are again as they were. */
  | (Happened & {
      readonly type: 'stepUndone'
      readonly counter: string
      readonly undone: string
      readonly tickets: readonly Ticket[]
      readonly ticket: string | null
      readonly withdrawn: readonly string[]
    })

export interface TicketCalled extends Omit<Call, 'ticket' | 'kind'> {
  readonly ticket: { readonly id: string; readonly number: string }
  readonly why: CallReason
  /** The previous state, so that a reader of the log needs no state to understand it. */
  readonly from: Ticket['state']
  /** The ticket that the same command ended at this counter: one step, taken back as one. */
  readonly ended: string | null
}

export type EventType = BranchEvent['type']
