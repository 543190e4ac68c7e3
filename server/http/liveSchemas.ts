import { z } from 'zod'
import {
  ALERT_EVENT_TYPES,
  ALERT_KINDS,
  type Alert,
  type Alerts,
  type Happenings,
  SILENCE_MINUTES_MAX,
} from '../../shared/protocol/live.ts'
import { text } from '../../shared/protocol/schemas.ts'
import { StoryLine } from './storySchemas.ts'

/** What supervisors are told beside the live view (`shared/protocol/live.ts`). */

const milliseconds = z.number().int().describe('Milliseconds since 1970 on the store’s clock')

const AlertShape: z.ZodType<Alert> = z.object({
  id: z.string().describe('The same as long as it lasts'),
  kind: z.enum(ALERT_KINDS),
  severity: z.enum(['severe', 'mild']),
  sinceMs: z.number(),
  about: z.string().nullable().describe('Service, counter, zone, device or user name; null: the whole branch'),
  name: z.union([z.string(), z.object({ id: z.string(), en: z.string() })]).nullable(),
  count: z.number(),
})
export const AlertsReply: z.ZodType<Alerts> = z.object({
  atMs: z.number(),
  alerts: z.array(AlertShape),
  silences: z
    .array(z.object({ alert: z.string(), reason: z.string(), by: z.string(), atMs: milliseconds, untilMs: milliseconds }))
    .describe('Alerts, by their ids, that nobody is to be reminded of for a while'),
})
const alertId = z
  .string()
  .max(300)
  .regex(new RegExp(`^(${ALERT_KINDS.join('|')})( .+)?$`), 'must be the id of an alert')
export const NewSilence = z.strictObject({
  alert: alertId,
  minutes: z.number().int().min(1).max(SILENCE_MINUTES_MAX),
  reason: text(120).describe('For the other supervisors'),
})
export const EndedSilence = z.strictObject({ alert: alertId })

const counter = z.string().describe('As on its sign')
const reason = z.string().nullable()
const hallLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('counterOpened'), counter, officer: z.string(), takenOverFrom: z.string().nullable() }),
  z.object({ kind: z.literal('counterPaused'), counter, reason: z.string(), untilMs: milliseconds.nullable() }),
  z.object({ kind: z.literal('counterClosed'), counter, reason }),
  z.object({
    kind: z.literal('heard'),
    counter,
    notHeard: z.enum(['expired', 'quiet', 'blocked', 'failed', 'speaker-lost', 'no-answer']).nullable().describe('null: it was heard'),
  }),
  z.object({ kind: z.enum(['servicePaused', 'serviceClosed']), service: z.string(), reason }),
  z.object({ kind: z.enum(['serviceOpened', 'serviceReset']), service: z.string() }),
  z.object({ kind: z.literal('branchPaused'), reason: z.string() }),
  z.object({ kind: z.enum(['branchResumed', 'noticeCleared', 'configured']) }),
  z.object({ kind: z.literal('dayOverridden'), override: z.enum(['open', 'closed']).nullable() }),
  z.object({ kind: z.literal('dayTurned'), day: z.string() }),
  z.object({ kind: z.literal('textAnnounced'), text: z.object({ id: z.string(), en: z.string() }) }),
  z.object({ kind: z.literal('quietChanged'), zones: z.array(z.string()), reason }),
  z.object({ kind: z.enum(['speakerChosen', 'speakerLost', 'soundBlocked']), zone: z.string() }),
  z.object({ kind: z.literal('soundChecked'), zone: z.string(), heard: z.boolean() }),
  z.object({
    kind: z.literal('printerReported'),
    device: z.string(),
    state: z.enum(['ready', 'paperLow', 'paperOut', 'coverOpen', 'away', 'failed']).nullable(),
  }),
  z.object({ kind: z.enum(ALERT_EVENT_TYPES), alert: AlertShape }),
])
export const HappeningsReply: z.ZodType<Happenings> = z.object({
  day: z.string(),
  happenings: z
    .array(
      z.object({
        number: z.number().int().describe('Ascends by one as long as the server runs'),
        atMs: milliseconds,
        by: z.string(),
        agencies: z.array(z.string()).describe('Whom it concerns; empty: the whole hall'),
        ticket: z.string().nullable(),
        line: z.union([StoryLine, hallLine]),
      }),
    )
    .describe('Oldest first'),
})
