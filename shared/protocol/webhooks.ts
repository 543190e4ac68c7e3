import type { EventType } from '../domain/events.ts'
import { ALERT_EVENT_TYPES, type AlertEventType } from './live.ts'

/** What a webhook may be told: what happened in the branch, and what is wrong there. */
export type WebhookType = EventType | AlertEventType

/** Kinds of events as an administrator chooses them; every type stands in one group (a test holds this to the core). */
export const WEBHOOK_GROUPS = {
  tickets: [
    'ticketIssued',
    'ticketHanded',
    'serviceStarted',
    'ticketCompleted',
    'ticketMissed',
    'ticketHeld',
    'ticketResumed',
    'ticketTransferred',
    'ticketReturned',
    'ticketReclassified',
    'ticketCancelled',
    'ticketCarriedOver',
    'stepUndone',
  ],
  calls: ['ticketCalled', 'ticketRecalled', 'announcementStarted', 'announcementEnded', 'announcementShown'],
  counters: ['counterOpened', 'counterPaused', 'counterClosed'],
  day: [
    'dayTurned',
    'dayOverridden',
    'branchPaused',
    'branchResumed',
    'servicePaused',
    'serviceOpened',
    'serviceClosed',
    'serviceReset',
    'textAnnounced',
    'noticeCleared',
  ],
  devices: ['speakerChosen', 'speakerLost', 'soundBlocked', 'soundCheckStarted', 'soundChecked', 'quietChanged', 'printerReported'],
  alerts: ALERT_EVENT_TYPES,
  configuration: ['branchConfigured'],
} as const satisfies Readonly<Record<string, readonly WebhookType[]>>

export type WebhookGroup = keyof typeof WEBHOOK_GROUPS
export const WEBHOOK_GROUP_NAMES = Object.keys(WEBHOOK_GROUPS) as readonly WebhookGroup[]
export const WEBHOOK_TYPES: readonly WebhookType[] = Object.values(WEBHOOK_GROUPS).flat()

/** What became of one attempt. Only `delivered` ends it; after the others the same event is tried again. */
export const DELIVERY_OUTCOMES = [
  'delivered',
  /** It answered, but with a status that is no 2xx. */
  'status',
  'redirect',
  'timeout',
  'no-connection',
  'unknown-host',
  'closed',
  'certificate',
  'forbidden-address',
  /** Not an attempt: older events are no longer kept, and were left out. */
  'left-out',
] as const
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number]

export interface Delivery {
  readonly atMs: number
  readonly type: string
  readonly revision: number
  /** 1: the first. */
  readonly attempt: number
  readonly outcome: DeliveryOutcome
  /** HTTP status; null: there was no answer. */
  readonly status: number | null
  readonly tookMs: number
}

/** `retrying`: the last attempt failed; `failing`: all attempts of more than a day did. */
export type WebhookState = 'off' | 'working' | 'retrying' | 'failing'

export interface Webhook {
  readonly webhookId: string
  readonly name: string
  readonly url: string
  readonly types: readonly WebhookType[]
  readonly enabled: boolean
  readonly state: WebhookState
  /** Events of the branch that were not looked at yet; not all of them may be of the chosen types. */
  readonly behind: number
  readonly failingSinceMs: number | null
  readonly nextAttemptAtMs: number | null
  readonly deliveredAtMs: number | null
  /** The last attempt that failed, while it stands for what is wrong. */
  readonly problem: { readonly outcome: DeliveryOutcome; readonly status: number | null } | null
}

/** Why an address can't be taken. */
export type WrongAddress = 'no-address' | 'no-https' | 'credentials' | 'forbidden-address'
