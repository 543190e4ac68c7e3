import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readSheet } from 'read-excel-file/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { type DailyRow, type Growth, REPORT_GROUPS, type Report } from '../../shared/protocol/reports.ts'
import { kupangTraffic } from '../simulation/traffic.ts'
import { keepDays, workingDays } from '../simulation/year.ts'
import { until, withEmbedded } from '../store/testStores.ts'
import { type CountedDay, figuresOf, isOld, type LogLine, quantile, recount, serviceOf, type Wanted, waitOf } from './recount.ts'

const PASSWORD = 'kata-sandi-untuk-uji'
/** A year of working days, over a turn of the year. */
const FROM = '2024-07-01'
const DAYS = 250
const OFFSET_MS = 8 * 3_600_000
const configuration = JSON.parse(
  readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8'),
) as BranchConfiguration
/** A street stand of the same house. */
const stand: BranchConfiguration = { ...configuration, id: 'lapak', isOutside: true }
const STAND_FROM = '2025-03-03'
const STAND_DAYS = 3

const stored = withEmbedded()
const dir = mkdtempSync(join(tmpdir(), 'panggil-reports-'))
let server: RunningServer
let token = ''
let counted: CountedDay[] = []
let standCounted: CountedDay[] = []
let to = ''

const api = async (path: string, branch = configuration.id, init: RequestInit = {}): Promise<Response> =>
  fetch(`${server.url}/api/v1/branches/${branch}${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
  })
const report = async (query: string): Promise<Report> => {
  const answer = await api(`/reports?${query}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Report
}
const recounted = async (branch: string): Promise<CountedDay[]> => {
  const text = await (await api('/events?after=0', branch)).text()
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine)
  return recount(lines).filter(({ visits }) => visits.length > 0)
}

beforeAll(async () => {
  const store = await stored.open()
  const wish = { traffic: kupangTraffic, seed: 7 }
  await keepDays(store, workingDays({ ...wish, configuration, from: FROM, workingDays: DAYS, visitorsPerDay: 50 }))
  await keepDays(store, workingDays({ ...wish, configuration: stand, from: STAND_FROM, workingDays: STAND_DAYS, visitorsPerDay: 30 }))
  server = await startServer({
    store,
    config: readConfig({ PORT: '0', DATA_DIR: dir, ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'silent' }),
  })
  const signedIn = await fetch(`${server.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  })
  token = ((await signedIn.json()) as { token: string }).token
  for (const [branch, days] of [
    [configuration.id, DAYS],
    [stand.id, STAND_DAYS],
  ] as const)
    await until(
      'every closed day is archived',
      async () => ((await (await api('/days', branch)).json()) as { days: string[] }).days.length >= days,
      240_000,
    )
  counted = await recounted(configuration.id)
  standCounted = await recounted(stand.id)
  to = counted.at(-1)?.day as string
  // Until then nobody is told figures that are too small.
  for (const branch of [configuration.id, stand.id])
    await until('today is counted', async () => (await api(`/reports?from=${FROM}&to=${to}`, branch)).status === 200, 60_000)
}, 400_000)
afterAll(async () => {
  await server?.stop()
  await stored.stop()
  rmSync(dir, { recursive: true, force: true })
})

const agencyOf = (service: string) => service.split('.')[0] as string
const numbers = (values: readonly (number | null)[]) => values.filter((value): value is number => value !== null)
const within = (days: readonly CountedDay[], from: string, until: string) => days.filter(({ day }) => from <= day && day <= until)
const newVisits = (days: readonly CountedDay[]): number =>
  days.reduce((sum, { visits }) => sum + visits.filter(({ isCarriedIn }) => !isCarriedIn).length, 0)

describe('every figure of the reports equals a recount from the raw events of a year', () => {
  test('the year has of everything', () => {
    const { total } = figuresOf(counted, { by: 'day' }, OFFSET_MS)
    expect(counted).toHaveLength(DAYS)
    expect(total.visits).toBeGreaterThan(DAYS * 40)
    const { open, ...ends } = total.notServed
    expect(open).toBe(0)
    for (const [name, count] of Object.entries({ ...ends, ...total.outcomes })) expect(count, name).toBeGreaterThan(0)
    for (const { count, within } of [total.wait, total.service]) {
      expect(within).toBeGreaterThan(0)
      expect(within).toBeLessThan(count)
    }
    expect(total.stops).toBeGreaterThan(total.visits)
    expect(total.doneAtFirstVisit).toBeLessThan(total.visits)
  })

  const SPANS = { 'the year': () => [FROM, to], 'a month': () => ['2025-03-01', '2025-03-31'], 'a day': () => ['2025-03-04', '2025-03-04'] }
  const FILTERS: readonly Omit<Wanted, 'by'>[] = [
    {},
    { agency: 'DUKCAPIL' },
    { service: 'DUKCAPIL.KK' },
    { counter: '3' },
    { agency: 'DUKCAPIL', counter: '3' },
  ]
  test.each(Object.keys(SPANS) as (keyof typeof SPANS)[])(
    '%s, by every group and filter: visits, stops and how they ended, outcomes, waits, service times, counter hours',
    async (name) => {
      const [from, until] = SPANS[name]() as [string, string]
      const days = within(counted, from, until)
      const officer = days[0]?.visits.flatMap(({ stops }) => stops).find((stop) => stop.officer !== null)?.officer as string
      for (const by of REPORT_GROUPS)
        for (const filter of [...FILTERS, { officer }]) {
          const query = new URLSearchParams({ from, to: until, by, ...filter })
          const told = await report(query.toString())
          const again = figuresOf(days, { by, ...filter }, OFFSET_MS)
          expect(told.total, `${query} total`).toEqual(again.total)
          const rows = told.rows.map(({ key, label, isTotalOnly, ...figures }) => [key, figures] as const)
          expect(new Map(rows), `${query} rows`).toEqual(again.rows)
          expect(rows).toHaveLength(again.rows.size)
          expect(told.days, `${query} days`).toBe(again.days)
        }
    },
    240_000,
  )

  test('a row per date and agency, as JSON and as CSV', async () => {
    const span = `from=${FROM}&to=${to}`
    const rows = (await (await api(`/reports/daily?${span}`)).json()) as DailyRow[]
    const again = counted.flatMap((day) =>
      [...new Set(day.visits.flatMap(({ stops }) => stops.map(({ service }) => agencyOf(service))))].sort().map((agency): DailyRow => {
        const there = day.visits
          .map((visit) => ({ visit, stops: visit.stops.filter(({ service }) => agencyOf(service) === agency) }))
          .filter(({ stops }) => stops.length > 0)
        const waits = there.flatMap(({ visit, stops }) => numbers(stops.map((stop) => (isOld(visit, stop) ? null : waitOf(stop)))))
        return {
          date: day.day,
          agency,
          visits: there.filter(({ visit }) => !visit.isCarriedIn).length,
          served: there.filter(({ stops }) => stops.at(-1)?.end === 'served').length,
          noShows: there.filter(({ stops }) => stops.at(-1)?.end === 'noShow').length,
          medianWaitMinutes: quantile(waits, 0.5),
          p90WaitMinutes: quantile(waits, 0.9),
          medianServiceMinutes: quantile(numbers(there.flatMap(({ stops }) => stops.map(serviceOf))), 0.5),
        }
      }),
    )
    expect(rows).toEqual(again)
    expect(rows.length).toBeGreaterThan(DAYS * 5)
    const [head, ...lines] = cellsOf(await (await api(`/reports/daily?${span}&format=csv`)).text())
    expect(lines).toEqual(rows.map((row) => (head as string[]).map((name) => String(row[name as keyof DailyRow] ?? ''))))
    expect(head).toEqual(Object.keys(rows[0] as DailyRow))
  })

  test('CSV and workbook say what the JSON says', async () => {
    const query = 'from=2025-03-01&to=2025-03-31&by=agency&language=en'
    const { rows, total } = await report(query)
    const share = (part: number, of: number) => (of === 0 ? null : Math.round((part / of) * 1000) / 10)
    const cells = (of: Report['total']): (number | null)[] => [
      of.visits,
      of.doneAtFirstVisit,
      of.stops,
      of.served,
      of.notServed.noShow,
      of.notServed.refused,
      of.notServed.cancelled,
      of.notServed.carriedOver,
      of.notServed.moved,
      of.notServed.open,
      of.wait.medianMinutes,
      of.wait.p90Minutes,
      share(of.wait.within, of.wait.count),
      of.service.medianMinutes,
      of.service.p90Minutes,
      share(of.service.within, of.service.count),
      of.counterHours?.open ?? null,
      of.counterHours?.scheduled ?? null,
    ]
    const expected = [...rows.map((row) => [row.key, row.label.en, ...cells(row)]), ['', 'All', ...cells(total)]]
    const csv = cellsOf((await (await api(`/reports?${query}&format=csv`)).text()).replace(/^\uFEFF/, ''))
    expect(csv.slice(1)).toEqual(expected.map((row) => row.map((cell) => String(cell ?? ''))))
    const sheet = await readSheet(Buffer.from(await (await api(`/reports?${query}&format=xlsx`)).arrayBuffer()))
    expect(sheet.slice(1)).toEqual(expected.map((row) => row.map((cell) => (cell === '' ? null : cell))))
    expect(sheet[0]).toEqual(csv[0])
    expect(new Set(csv[0]).size).toBe(20)
    // Days are days in a spreadsheet, not words.
    const byDay = await readSheet(Buffer.from(await (await api('/reports?from=2025-03-03&to=2025-03-07&by=day&format=xlsx')).arrayBuffer()))
    expect(byDay.slice(1, -1).map(([day]) => (day as unknown as Date).toISOString().slice(0, 10))).toEqual(
      within(counted, '2025-03-03', '2025-03-07').map(({ day }) => day),
    )
  })

  test('growth: month by month, against the span and the year before, with what was entered of earlier months', async () => {
    const totals = [
      { month: '2024-05', agency: null, visits: 2_400, source: 'Laporan bulanan' },
      { month: '2024-06', agency: null, visits: 2_500, source: 'Laporan bulanan' },
      { month: '2024-06', agency: 'DUKCAPIL', visits: 900, source: 'Laporan bulanan' },
    ]
    expect((await api('/reports/totals', undefined, { method: 'PUT', body: JSON.stringify({ totals }) })).status).toBe(200)
    const months = new Map([
      ['2024-05', 2_400],
      ['2024-06', 2_500],
    ])
    for (const day of counted) months.set(day.day.slice(0, 7), (months.get(day.day.slice(0, 7)) ?? 0) + newVisits([day]))
    const told = ((await (await api('/reports/growth')).json()) as Growth).months
    const today = await report(`from=${FROM}&to=2026-12-31&by=month`)
    const thisMonth = new Date(Date.now() + OFFSET_MS).toISOString().slice(0, 7)
    expect(told.filter(({ month }) => month < thisMonth)).toEqual(
      [...months].map(([month, visits]) => ({ month, visits, isTotalOnly: month < '2024-07', isComplete: true })),
    )
    expect(today.total.visits).toBe(newVisits(counted))

    const growthOf = async (query: string) => {
      const { yearBefore, spanBefore } = await report(query)
      return { yearBefore, spanBefore }
    }
    const of = (from: string, until: string) => ({ visits: newVisits(within(counted, from, until)), isTotalOnly: false })
    // A whole month against whole months: counted, or entered.
    expect(await growthOf('from=2025-05-01&to=2025-05-31')).toEqual({
      yearBefore: { visits: 2_400, isTotalOnly: true },
      spanBefore: of('2025-04-01', '2025-04-30'),
    })
    expect(await growthOf('from=2025-05-01&to=2025-05-31&agency=BAPENDA')).toMatchObject({ yearBefore: null })
    expect(await growthOf('from=2024-07-01&to=2024-08-31')).toEqual({ yearBefore: null, spanBefore: { visits: 4_900, isTotalOnly: true } })
    expect(await growthOf('from=2024-07-01&to=2024-07-31&agency=DUKCAPIL')).toMatchObject({
      spanBefore: { visits: 900, isTotalOnly: true },
    })
    // Days against as many days; nobody knows the days of a month that was entered.
    expect(await growthOf('from=2025-05-12&to=2025-05-16')).toEqual({ yearBefore: null, spanBefore: of('2025-05-07', '2025-05-11') })
    expect(await growthOf('from=2025-07-07&to=2025-07-11')).toMatchObject({ yearBefore: of('2024-07-07', '2024-07-11') })
    // A month that was entered is a row of its own; so is a year of which nothing was counted.
    const { rows } = await report('from=2024-05-01&to=2024-07-31&by=month')
    expect(rows.map(({ key, visits, isTotalOnly }) => [key, visits, isTotalOnly])).toEqual([
      ['2024-05', 2_400, true],
      ['2024-06', 2_500, true],
      ['2024-07', months.get('2024-07'), false],
    ])
    const years = (await report('from=2024-05-01&to=2024-06-30&by=year')).rows
    expect(years.map(({ key, visits, isTotalOnly }) => [key, visits, isTotalOnly])).toEqual([['2024', 4_900, true]])
    const counting = (await report('from=2024-05-01&to=2024-07-31&by=year')).rows
    expect(counting.map(({ key, visits, isTotalOnly }) => [key, visits, isTotalOnly])).toEqual([['2024', months.get('2024-07'), false]])
  })

  test('in the hall and outside: the visits of each place of the house', async () => {
    const { places } = await report('from=2025-03-01&to=2025-03-31')
    const march = (days: readonly CountedDay[]) => newVisits(within(days, '2025-03-01', '2025-03-31'))
    expect(
      places.map(({ branch, isOutside, visits }) => ({ branch, isOutside, visits })).sort((a, b) => (a.branch < b.branch ? -1 : 1)),
    ).toEqual([
      { branch: 'lapak', isOutside: true, visits: march(standCounted) },
      { branch: 'mpp-kupang', isOutside: false, visits: march(counted) },
    ])
    expect(march(standCounted)).toBeGreaterThan(50)
  })
})

/** Lines and cells of comma-separated values (RFC 4180). */
function cellsOf(text: string): string[][] {
  return text
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) =>
      [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ''),
    )
}
