import { z } from 'zod'
import * as Wire from '../../shared/protocol/reports.ts'
import { isDay } from '../reports/reports.ts'

/** Shapes of the reports: what is asked, and what is answered (`shared/protocol/reports.ts`). */

export const Day = z.string().refine(isDay, 'must be a real date, YYYY-MM-DD').describe('A business day, `YYYY-MM-DD`')
const language = z.enum(['id', 'en']).default('id').describe('Of the heads of CSV and XLSX')
const name = z.string().min(1).max(65)
const minutes = z.number().nullable()
const count = z.number().int().nonnegative()
const words = z.object({ id: z.string(), en: z.string() })

export const ReportQuery = z.object({
  from: Day,
  to: Day,
  by: z.enum(Wire.REPORT_GROUPS).default('day'),
  agency: name.optional(),
  service: name.optional(),
  counter: name.optional(),
  officer: name.optional(),
  format: z.enum(['json', 'csv', 'xlsx']).default('json'),
  language,
})

export const DailyQuery = z.object({ from: Day, to: Day, format: z.enum(['json', 'csv']).default('json') })

const Spread: z.ZodType<Wire.Spread> = z.object({
  count,
  medianMinutes: minutes,
  p90Minutes: minutes,
  within: count.describe('How many of `count` kept to the target, or to the standard'),
})

const figures = {
  visits: count,
  doneAtFirstVisit: count,
  stops: count,
  served: count,
  notServed: z.object({ noShow: count, refused: count, cancelled: count, carriedOver: count, moved: count, open: count }),
  outcomes: z.object({ done: count, incompleteDocuments: count, continuesElsewhere: count, collectLater: count }),
  wait: Spread.describe('From ready to the first call'),
  service: Spread.describe('From the start of the service to its end, less time on hold'),
  counterHours: z.object({ open: z.number(), scheduled: z.number() }).nullable(),
}
const Before = z.object({ visits: count, isTotalOnly: z.boolean() }).nullable()

export const Report: z.ZodType<Wire.Report> = z.object({
  branch: z.object({ id: z.string(), name: words, timeZone: z.string() }),
  from: z.string(),
  to: z.string(),
  by: z.enum(Wire.REPORT_GROUPS),
  days: count,
  asOfMs: z.number().nullable().describe('Up to when today is counted; null where today is not in the span'),
  total: z.object(figures),
  rows: z.array(z.object({ key: z.string(), label: words, isTotalOnly: z.boolean(), ...figures })),
  yearBefore: Before,
  spanBefore: Before,
  places: z.array(z.object({ branch: z.string(), name: words, isOutside: z.boolean(), visits: count })),
})

export const Growth: z.ZodType<Wire.Growth> = z.object({
  months: z.array(z.object({ month: z.string(), visits: count, isTotalOnly: z.boolean(), isComplete: z.boolean() })),
})

export const EarlierTotals = z.strictObject({
  totals: z
    .array(
      z.strictObject({
        month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month, YYYY-MM'),
        agency: name.nullable().describe('Null: the whole hall'),
        visits: count.max(10_000_000),
        source: z.string().trim().min(1).max(200).describe('Where the figure is from, in words'),
      }),
    )
    .max(5000),
})

export const DailyRow: z.ZodType<Wire.DailyRow> = z.object({
  date: z.string(),
  agency: z.string(),
  visits: count,
  served: count,
  noShows: count,
  medianWaitMinutes: minutes,
  p90WaitMinutes: minutes,
  medianServiceMinutes: minutes,
})

export const DayPath = z.object({ branch: z.string().min(1).max(64), day: Day })
