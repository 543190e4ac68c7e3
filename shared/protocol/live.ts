import type { Text } from '../domain/configuration.ts'
import type { Quarters } from './quarters.ts'

/** What a supervisor is told beside the live view: what is wrong, and how the day goes beside a usual one. No library here. */

export const ALERT_KINDS = [
  'clockStep',
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
  /** Minutes waited, people waiting, numbers left, calls out of order: whatever its kind counts. */
  readonly count: number
}

/** `GET /branches/B/alerts`: what is wrong now, the worst first. */
export interface Alerts {
  readonly atMs: number
  readonly alerts: readonly Alert[]
}

/** `GET /branches/B/live/curves`: today by quarters of an hour, beside the mean of the last days of the same weekday. */
export interface Curves {
  readonly day: string
  /** Local midnight. */
  readonly startMs: number
  readonly atMs: number
  /** Up to the quarter that `atMs` lies in. */
  readonly today: Quarters
  /** Null: no such day is known yet. */
  readonly usual: { readonly days: readonly string[]; readonly quarters: Quarters } | null
}
