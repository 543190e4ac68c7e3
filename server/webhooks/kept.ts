import { randomBytes } from 'node:crypto'
import type { Delivery, WebhookType } from '../../shared/protocol/webhooks.ts'

/** What an admin wants of a webhook; only he changes it. */
export const WEBHOOKS = 'webhooks'
/** How far its sender has come; only the sender changes it. */
export const PROGRESS = 'webhookProgress'
/** What the last attempts came to: a moment behind the progress. */
export const LOGS = 'webhookLogs'

export const LOGGED = 100
/** How long both secrets sign after a new one was made: the receiver's people have a day to enter it. */
export const OLD_SECRET_MS = 86_400_000

export interface WebhookRecord {
  readonly branch: string
  readonly name: string
  readonly url: string
  readonly types: readonly WebhookType[]
  readonly enabled: boolean
  /** Signs each delivery, so it is kept as it is. */
  readonly secret: string
  readonly before: { readonly secret: string; readonly untilMs: number } | null
  /** What happened up to here is not sent: the webhook is younger, was switched off, or an admin left it out. */
  readonly fromRevision: number
  /** The same of news of alerts, by their number; webhooks of an older server have none. */
  readonly fromAlert?: number
  /** Changes when an admin wants the next attempt at once. */
  readonly pressed: number
  readonly createdAtMs: number
}

export interface ProgressRecord {
  /** Everything up to here is delivered, or was not asked for. */
  readonly revision: number
  /** News of alerts up to this number are delivered, or were not asked for; absent: none was looked at. */
  readonly alert?: number
  /** In a row. */
  readonly failures: number
  readonly failingSinceMs: number | null
  readonly nextAttemptAtMs: number | null
  readonly deliveredAtMs: number | null
  readonly problem: Pick<Delivery, 'outcome' | 'status'> | null
}

export const freshProgress = (revision: number, alert: number): ProgressRecord => ({
  revision,
  alert,
  failures: 0,
  failingSinceMs: null,
  nextAttemptAtMs: null,
  deliveredAtMs: null,
  problem: null,
})

/** 256 bits, written as Standard Webhooks writes them. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`
export const newWebhookId = (): string => `wh_${randomBytes(9).toString('base64url')}`

export const secretsOf = ({ secret, before }: WebhookRecord, nowMs: number): readonly string[] =>
  before && nowMs < before.untilMs ? [secret, before.secret] : [secret]
