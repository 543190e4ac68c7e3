import type { Text } from '../domain/configuration.ts'
import type { NotHeard, PrinterState } from '../domain/state.ts'
import type { StoryLine } from '../story/story.ts'
import type { Quarters } from './quarters.ts'

/** What a supervisor is told beside the live view: what is wrong, and how the day goes beside a usual one. No library here. */

export const ALERT_KINDS = [
  'clockStep',
  'backupFailed',
  'backupOverdue',
  'backupCopyMissing',
  'longWait',
  'nobodyServes',
  'quotaUsed',
  'zoneSilent',
  'screenLost',
  'kioskLost',
  'printerTrouble',
  'outOfOrder',
  'longPause',
] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** What webhooks are told of an alert. `alertWorsened`: it began mild and is severe now. */
export const ALERT_EVENT_TYPES = ['alertBegan', 'alertWorsened', 'alertEnded'] as const
export type AlertEventType = (typeof ALERT_EVENT_TYPES)[number]

export interface Alert {
  /** The same as long as it lasts. */
  readonly id: string
  readonly kind: AlertKind
  /** `severe`: somebody must act now. */
  readonly severity: 'severe' | 'mild'
  readonly sinceMs: number
  /** Service code, counter, zone, device, or user name that it is about; null: the whole branch. */
  readonly about: string | null
  /** Its name for a person; null where `about` is null. */
  readonly name: Text | null
  /** Minutes waited, people waiting, numbers left, calls out of order, hours since the last backup: whatever its kind counts. */
  readonly count: number
}

/** A supervisor saw an alert and does what there is to do: until then nobody is reminded of it. */
export interface Silence {
  /** The alert's id. */
  readonly alert: string
  readonly reason: string
  readonly by: string
  readonly atMs: number
  readonly untilMs: number
}
export const SILENCE_MINUTES_MAX = 720

/** `GET /branches/B/alerts`: what is wrong now, the worst first. */
export interface Alerts {
  readonly atMs: number
  readonly alerts: readonly Alert[]
  readonly silences: readonly Silence[]
}

/** `GET /branches/B/live/curves`: today by quarters of an hour, beside the mean of the last days of the same weekday. */
export interface Curves {
  readonly day: string
  /** Local midnight. */
  readonly startMs: number
  readonly atMs: number
  /** Of the whole day; nothing yet after the quarter that `atMs` lies in. */
  readonly today: Quarters
  /** Null: no such day is known yet. */
  readonly usual: { readonly days: readonly string[]; readonly quarters: Quarters } | null
}

/** What happened that is no line of a ticket's story. Counters are named as on their signs, services, zones and devices by their ids. */
export type HallLine =
  | { readonly kind: 'counterOpened'; readonly counter: string; readonly officer: string; readonly takenOverFrom: string | null }
  | { readonly kind: 'counterPaused'; readonly counter: string; readonly reason: string; readonly untilMs: number | null }
  /** `reason`: why a supervisor freed it; null: its officer closed it. */
  | { readonly kind: 'counterClosed'; readonly counter: string; readonly reason: string | null }
  /** What became of the voice that called a number. `notHeard`: why not; null: it was heard. */
  | { readonly kind: 'heard'; readonly counter: string; readonly notHeard: NotHeard | null }
  | { readonly kind: 'servicePaused' | 'serviceClosed'; readonly service: string; readonly reason: string | null }
  | { readonly kind: 'serviceOpened' | 'serviceReset'; readonly service: string }
  | { readonly kind: 'branchPaused'; readonly reason: string }
  | { readonly kind: 'branchResumed' | 'noticeCleared' | 'configured' }
  | { readonly kind: 'dayOverridden'; readonly override: 'open' | 'closed' | null }
  | { readonly kind: 'dayTurned'; readonly day: string }
  | { readonly kind: 'textAnnounced'; readonly text: { readonly id: string; readonly en: string } }
  | { readonly kind: 'quietChanged'; readonly zones: readonly string[]; readonly reason: string | null }
  | { readonly kind: 'speakerChosen' | 'speakerLost' | 'soundBlocked'; readonly zone: string }
  | { readonly kind: 'soundChecked'; readonly zone: string; readonly heard: boolean }
  | { readonly kind: 'printerReported'; readonly device: string; readonly state: PrinterState | null }
  | { readonly kind: AlertEventType; readonly alert: Alert }

/** One thing that happened in the hall, for people who look on. */
export interface Happening {
  /** Ascends by one as long as the server runs. */
  readonly number: number
  readonly atMs: number
  /** As in the log: an account, `kiosk:ID`, `visitor` or `system`. */
  readonly by: string
  /** Whom it concerns; empty: the whole hall. */
  readonly agencies: readonly string[]
  /** Of the ticket; null where it is about none. */
  readonly ticket: string | null
  readonly line: StoryLine | HallLine
}

/** `GET /branches/B/live/happenings`: the latest of today, oldest first. The same lines come as `happened` on the supervisors' socket. */
export interface Happenings {
  readonly day: string
  readonly happenings: readonly Happening[]
}

/** A supervisor looks at so many at once; so many more are kept, for the one agency that he is looking at. */
export const HAPPENINGS_SHOWN = 50
export const HAPPENINGS_KEPT = 300
