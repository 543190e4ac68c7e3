import { z } from 'zod'
import type * as Public from '../../shared/protocol/publicHall.ts'

/** What is open to everybody, and cacheable: as `shared/protocol/publicHall.ts` has it, or this does not compile. */

const milliseconds = z.number().int().describe('Milliseconds since 1970 on the store’s clock')
const name = z.object({ id: z.string(), en: z.string() })
const text = z.union([z.string(), name])
const interval = z.tuple([z.string(), z.string()])
const hoursOfDay = z.object({
  intervals: z.array(interval).describe('Local wall-clock times `HH:MM`, breaks between them; empty: closed'),
  reason: text.nullable().describe('Why the day differs from the usual week'),
})
const state = z.object({
  open: z.boolean().describe('Whether numbers are to be had now'),
  reason: z.string().nullable().describe('Why not: the reason of `service-closed`, or `quota-used`'),
  text: text.nullable().describe('In the hall’s own words'),
  opensAtMs: milliseconds.nullable().describe('When it opens; null: it is open, or nobody knows'),
})

export const PublicQueues: z.ZodType<Public.PublicQueues> = z.object({
  configuredRevision: z.number().int().describe('Another one than in `PublicHall`: read that again'),
  day: z.string(),
  hall: state.extend({ issuesUntilMs: milliseconds.nullable().describe('Until when the hours let it give out numbers') }),
  waiting: z.number().int(),
  services: z
    .record(
      z.string(),
      state.extend({
        waiting: z.number().int(),
        quotaLeft: z.number().int().nullable(),
        last: z.object({ number: z.string(), counter: z.string(), atMs: milliseconds }).nullable().describe('The last number called today'),
      }),
    )
    .describe('By code: AGENCY.SERVICE'),
})

export const PublicHall: z.ZodType<Public.PublicHall> = z.object({
  branch: z.object({
    id: z.string(),
    name,
    motto: text.exactOptional(),
    address: z.string().exactOptional(),
    timeZone: z.string(),
    languages: z.array(z.enum(['id', 'en'])),
    look: z.object({ accent: z.string().exactOptional() }).exactOptional(),
  }),
  configuredRevision: z.number().int(),
  day: z.string(),
  week: z.array(hoursOfDay.extend({ day: z.string() })).describe('Seven days, today first'),
  visitorTickets: z.boolean(),
  agencies: z.array(
    z.object({
      id: z.string(),
      name: text,
      short: z.string(),
      prefix: z.string(),
      services: z.array(
        z.object({
          code: z.string(),
          name: text,
          averageMinutes: z.number(),
          targetMinutes: z.number(),
          requirements: z.array(text),
          fee: text.nullable(),
          note: text.nullable(),
          quotaPerDay: z.number().int().nullable(),
          today: hoursOfDay.nullable().describe('null: the branch’s'),
        }),
      ),
    }),
  ),
  queues: PublicQueues,
})
