import { Readable } from 'node:stream'
import type { DailyRow, EarlierTotals } from '../../../shared/protocol/reports.ts'
import { type Refused, refuse, wrongValue } from '../../auth/outcome.ts'
import type { BranchRuntime } from '../../branch/runtime.ts'
import { countedMonths, daily, earlierTotals, enterTotals, growth, type ReportsSources, report, type Span } from '../../reports/reports.ts'
import { csv, reportCsv, reportXlsx } from '../../reports/sheet.ts'
import * as Report from '../reportSchemas.ts'
import { type Reply, type Route, reply, route, type Services } from '../route.ts'
import * as Schema from '../schemas.ts'

const CSV = 'text/csv; charset=utf-8'
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const sources = ({ store, branches, history, accounts }: Services): ReportsSources => ({
  store,
  branches,
  history,
  officerNames: async () => new Map((await accounts.users()).map(({ username, name }) => [username, name])),
})

const file = (content: string | Buffer, type: string, name: string): Reply => ({
  status: 200,
  stream: Readable.from([Buffer.from(content)]),
  headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` },
})

/** Until the days since the last archived one are counted, figures would be too small without saying so. */
const stillCounting = (runtime: BranchRuntime, services: Services): Refused | null =>
  services.history.today(runtime.id) === null ? refuse('still-counting') : null

const wrongSpan = ({ from, to }: Span): Refused | null => (from > to ? wrongValue('to', 'must not be before `from`') : null)

const DAILY_COLUMNS = [
  'date',
  'agency',
  'visits',
  'served',
  'noShows',
  'medianWaitMinutes',
  'p90WaitMinutes',
  'medianServiceMinutes',
] as const satisfies readonly (keyof DailyRow)[]

export const reportRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/reports',
    name: 'report',
    who: 'supervise',
    summary: 'The figures of a span, in groups: visits, stops, waits and service times, counter hours; as JSON, CSV or a workbook',
    params: Schema.BranchPath,
    query: Report.ReportQuery,
    replies: { 200: { description: 'Today, where it is in the span, up to now', schema: Report.Report } },
    refusals: ['invalid-value', 'still-counting'],
    async handler({ query: { from, to, by, format, language, ...filter }, runtime, services }) {
      const wrong = wrongSpan({ from, to }) ?? stillCounting(runtime, services)
      if (wrong) return wrong
      const made = await report(sources(services), runtime, { from, to }, by, filter)
      const name = `${runtime.id}-${from}-${to}-${by}`
      if (format === 'csv') return file(reportCsv(made, language), CSV, `${name}.csv`)
      if (format === 'xlsx') return file(await reportXlsx(made, language), XLSX, `${name}.xlsx`)
      return reply(200, made)
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/reports/daily',
    name: 'dailyReport',
    who: 'supervise',
    summary: 'A row per date and agency. What became of a visit at an agency is what became of its last stop there',
    params: Schema.BranchPath,
    query: Report.DailyQuery,
    replies: { 200: { description: 'Dates and agencies that had visitors', schema: Report.DailyRow.array() } },
    refusals: ['invalid-value', 'still-counting'],
    async handler({ query: { from, to, format }, runtime, services }) {
      const wrong = wrongSpan({ from, to }) ?? stillCounting(runtime, services)
      if (wrong) return wrong
      const rows = await daily(sources(services), runtime, { from, to })
      if (format === 'json') return reply(200, rows)
      const lines = rows.map((row) => DAILY_COLUMNS.map((column) => row[column]))
      return file(csv(DAILY_COLUMNS, lines, false), CSV, `${runtime.id}-${from}-${to}.csv`)
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/reports/growth',
    name: 'growthReport',
    who: 'supervise',
    summary: 'Visits by month, of all years known',
    params: Schema.BranchPath,
    replies: { 200: { description: 'Months that were counted, or entered as totals', schema: Report.Growth } },
    refusals: ['still-counting'],
    handler: async ({ runtime, services }) => stillCounting(runtime, services) ?? reply(200, await growth(sources(services), runtime)),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/reports/totals',
    name: 'earlierTotals',
    who: 'supervise',
    summary: 'Visits of months before this system counted, as somebody entered them',
    params: Schema.BranchPath,
    replies: { 200: { description: 'As they were entered last', schema: Report.EarlierTotals } },
    handler: async ({ runtime, services }) => reply(200, (await earlierTotals(services.store, runtime.id)).value),
  }),
  route({
    method: 'put',
    path: '/branches/{branch}/reports/totals',
    name: 'enterEarlierTotals',
    who: 'administer',
    summary: 'Enters visits of earlier months, each with its source; replaces what was entered before',
    params: Schema.BranchPath,
    body: Report.EarlierTotals,
    limit: 1024 * 1024,
    replies: { 200: { description: 'Kept', schema: Report.EarlierTotals } },
    refusals: ['invalid-value', 'still-counting'],
    async handler({ body, runtime, services }) {
      const mistakes = await mistakesIn(body, runtime, services)
      if (mistakes.length > 0) return refuse('invalid-value', 'Some lines are wrong', { mistakes })
      await enterTotals(services.store, runtime.id, body)
      return reply(200, body)
    },
  }),
]

async function mistakesIn({ totals }: EarlierTotals, runtime: BranchRuntime, services: Services) {
  const counted = await countedMonths(sources(services), runtime)
  const { configuration, day } = runtime.state
  // One that has left the hall since keeps its figures.
  const known = (await earlierTotals(services.store, runtime.id)).value.totals.map(({ agency }) => agency)
  const agencies = new Set([...configuration.agencies.map(({ id }) => id), ...known])
  const seen = new Set<string>()
  const mistakes: { path: string; message: string }[] = []
  for (const [at, { month, agency }] of totals.entries()) {
    const key = `${month} ${agency ?? ''}`
    if (month > day.slice(0, 7)) mistakes.push({ path: `totals.${at}.month`, message: 'lies in the future' })
    else if (counted.has(month)) mistakes.push({ path: `totals.${at}.month`, message: 'was counted by this system itself' })
    else if (seen.has(key)) mistakes.push({ path: `totals.${at}.month`, message: 'stands here twice' })
    if (agency !== null && !agencies.has(agency)) mistakes.push({ path: `totals.${at}.agency`, message: 'is no agency of this branch' })
    seen.add(key)
  }
  return mistakes
}
