import { z } from 'zod'
import type { AgencyLive as Live } from '../../shared/protocol/agency.ts'
import { Configuration } from '../../shared/protocol/schemas.ts'
import { BranchPath, DaySheet, Id } from './schemas.ts'

/** What the routes of one agency take and give: of its coordinator. */

const milliseconds = z.number().int().describe('Milliseconds since 1970 on the store’s clock')
const duration = z.number().int().nullable().describe('Milliseconds; null: nobody was')
const text = z.union([z.string(), z.object({ id: z.string(), en: z.string() })])

export const AgencyPath = BranchPath.extend({ agency: Id })
/** Its part of the branch’s configuration, as it stands there. */
export const AgencyPart: z.ZodType = Configuration.shape.agencies.element
export const AgencyCheck = z.object({
  mistakes: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .describe('All of them, with paths in the agency: `services.0.averageMinutes`; none: it can be saved'),
})

const figures = z.object({
  issued: z.number().int(),
  served: z.number().int(),
  missed: z.number().int().describe('Called, and nobody came'),
  ended: z.number().int().describe('Cancelled by staff, or refused at the end of the day'),
  medianWaitMs: duration,
  medianServiceMs: duration,
})
const day = DaySheet.shape
export const AgencyLive: z.ZodType<Live> = z.object({
  atMs: milliseconds,
  revision: z.number().int(),
  configuredRevision: z.number().int().describe('Another one, and the agency’s part must be read again'),
  day: z.string(),
  branch: z.object({ id: z.string(), name: z.object({ id: z.string(), en: z.string() }), timeZone: z.string() }),
  pause: z.object({ reason: z.string(), sinceMs: milliseconds }).nullable().describe('Of the whole branch'),
  dayOverride: z.enum(['open', 'closed']).nullable(),
  hours: day.hours.describe('Of the branch'),
  agency: z.object({ id: z.string(), name: text, short: z.string(), prefix: z.string(), enabled: z.boolean() }),
  services: z.array(
    day.services.element.extend({
      name: text,
      enabled: z.boolean().describe('Switched on in the configuration, with its agency'),
      waiting: z.number().int(),
      longestWaitMs: z.number().int(),
      override: z
        .object({
          override: z.enum(['open', 'paused', 'closed']),
          reason: z.string().nullable(),
          before: z.object({ override: z.enum(['open', 'closed']), reason: z.string().nullable() }).exactOptional(),
        })
        .nullable(),
      today: figures,
    }),
  ),
  counters: z
    .array(
      z.object({
        id: z.string(),
        label: z.string(),
        state: z.enum(['closed', 'open', 'paused']),
        officer: z.string().nullable(),
        reason: z.string().nullable().describe('Of a pause: one of the prepared reasons'),
        untilMs: milliseconds.nullable(),
        sinceMs: milliseconds,
        ticket: z
          .object({
            number: z.string(),
            service: z.string(),
            state: z.enum(['waiting', 'called', 'serving', 'completed', 'onHold', 'noShow', 'cancelled']),
            sinceMs: milliseconds,
          })
          .nullable()
          .describe('Only one of this agency’s'),
        isBusyElsewhere: z.boolean().describe('Another agency’s visitor is there now'),
      }),
    )
    .describe('Those that serve the agency'),
  today: figures.describe('Of all its services together'),
})
