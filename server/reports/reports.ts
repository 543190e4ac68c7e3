import { indexOf } from '../../shared/domain/configuration.ts'
import type { BranchState } from '../../shared/domain/state.ts'
import type { DailyRow, EarlierTotals, Growth, Report, ReportGroup, ReportRow } from '../../shared/protocol/reports.ts'
import type { Branches } from '../branch/branches.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import type { History } from '../history/history.ts'
import { resting } from '../resting.ts'
import type { BranchStore } from '../store/store.ts'
import { dailyRows, Figures, type Filter, NONE, quantileMinutes, visitsOf } from './figures.ts'
import { type DaySummary, summaryOf } from './summary.ts'

export interface ReportsSources {
  readonly store: BranchStore
  readonly branches: Branches
  readonly history: History
  /** Names of accounts by user name. */
  officerNames(): Promise<ReadonlyMap<string, string>>
}

export interface Span {
  /** `YYYY-MM-DD`, both included. */
  readonly from: string
  readonly to: string
}

const TOTALS = 'reportTotals'
/** Somebody waits for the answer, and officers press meanwhile. */
const REST = { keptMs: 15, share: 0 }

/** A span's figures in groups, with what growth is reckoned against. Throws `StoreAway`. */
export async function report(
  sources: ReportsSources,
  runtime: BranchRuntime,
  { from, to }: Span,
  by: ReportGroup,
  filter: Filter,
): Promise<Report> {
  const { state } = runtime
  const { configuration } = state
  const { summaries, asOfMs } = await summariesOf(sources, runtime, { from, to })
  const figures = new Figures(by, filter)
  const rested = resting(REST)
  for (const summary of summaries) {
    figures.add(summary)
    await rested()
  }
  const names = by === 'officer' ? await sources.officerNames() : new Map<string, string>()
  return {
    branch: { id: configuration.id, name: configuration.name, timeZone: configuration.timeZone },
    from,
    to,
    by,
    days: figures.days,
    asOfMs,
    total: figures.figures(),
    rows: [
      ...figures
        .rows()
        .map(({ key, figures: of }): ReportRow => ({ key, label: labelOf(state, by, key, names), isTotalOnly: false, ...of })),
      ...(by === 'month' || by === 'year'
        ? await enteredRows(sources.store, runtime.id, { from, to }, filter, by, new Set(figures.groups.keys()))
        : []),
    ].sort((a, b) => (by !== 'month' && by !== 'year' ? 0 : a.key < b.key ? -1 : 1)),
    yearBefore: await visitsIn(sources, runtime, { from: yearBefore(from), to: yearBefore(to) }, filter),
    spanBefore: await visitsIn(sources, runtime, spanBefore({ from, to }), filter),
    places: await places(sources, { from, to }),
  }
}

/** Visits by month, of all years known: counted, or entered as totals where nothing was counted. Throws `StoreAway`. */
export async function growth(sources: ReportsSources, runtime: BranchRuntime): Promise<Growth> {
  const { summaries } = await summariesOf(sources, runtime, { from: '0000', to: '9999' })
  const counted = new Map<string, number>()
  for (const summary of summaries) {
    const month = summary.day.slice(0, 7)
    counted.set(month, (counted.get(month) ?? 0) + visitsOf(summary))
  }
  const entered = (await monthsEntered(sources.store, runtime.id)) ?? new Map<string, number>()
  const thisMonth = runtime.state.day.slice(0, 7)
  const months = [...new Set([...counted.keys(), ...entered.keys()])].sort()
  return {
    months: months.map((month) => ({
      month,
      visits: counted.get(month) ?? entered.get(month) ?? 0,
      isTotalOnly: !counted.has(month),
      isComplete: month < thisMonth,
    })),
  }
}

/** A row per date and agency. Throws `StoreAway`. */
export async function daily(sources: ReportsSources, runtime: BranchRuntime, span: Span): Promise<DailyRow[]> {
  const { summaries } = await summariesOf(sources, runtime, span)
  const rested = resting(REST)
  const rows: DailyRow[] = []
  for (const summary of summaries) {
    for (const { agency, visits, served, noShows, waits, times } of dailyRows(summary))
      rows.push({
        date: summary.day,
        agency,
        visits,
        served,
        noShows,
        medianWaitMinutes: quantileMinutes(waits, 0.5),
        p90WaitMinutes: quantileMinutes(waits, 0.9),
        medianServiceMinutes: quantileMinutes(times, 0.5),
      })
    await rested()
  }
  return rows
}

export async function earlierTotals(
  store: BranchStore,
  branchId: string,
): Promise<{ readonly value: EarlierTotals; readonly version: number }> {
  const found = await store.records.get<EarlierTotals>(TOTALS, branchId)
  return { value: found?.value ?? { totals: [] }, version: found?.version ?? 0 }
}

/** Replaces what was entered before. */
export const enterTotals = (store: BranchStore, branchId: string, totals: EarlierTotals): Promise<boolean> =>
  store.records.put(TOTALS, branchId, totals)

/** Months of which this system has counted at least one visit. */
export async function countedMonths(sources: ReportsSources, runtime: BranchRuntime): Promise<ReadonlySet<string>> {
  const { months } = await growth(sources, runtime)
  return new Set(months.filter(({ isTotalOnly, visits }) => !isTotalOnly && visits > 0).map(({ month }) => month))
}

/** Closed days of a span, and today up to now where it is in it. */
async function summariesOf(
  { history }: ReportsSources,
  runtime: BranchRuntime,
  { from, to }: Span,
): Promise<{ readonly summaries: readonly DaySummary[]; readonly asOfMs: number | null }> {
  const closed = await history.summaries(runtime.id, from, to)
  const today = history.today(runtime.id)
  if (!today || today.ledger.day < from || today.ledger.day > to) return { summaries: closed, asOfMs: null }
  const atMs = runtime.nowMs()
  const revisions = { first: today.firstRevision, last: today.state.revision }
  const now = summaryOf(today.ledger, { ...today.state, atMs }, revisions)
  return { summaries: [...closed.filter(({ day }) => day !== now.day), now], asOfMs: atMs }
}

/** Visits of a span that is known as a whole; null where some of it lies before anything is known. */
async function visitsIn(sources: ReportsSources, runtime: BranchRuntime, span: Span, filter: Filter): Promise<Report['yearBefore']> {
  const entered = await monthsEntered(sources.store, runtime.id, filter)
  const { summaries: all } = await summariesOf(sources, runtime, { from: '0000', to: span.to })
  const firstCounted = all.find(({ visits }) => visits.length > 0)?.day
  const firstKnown = [firstCounted, ...[...(entered?.keys() ?? [])].map((month) => `${month}-01`)]
    .filter((day) => day !== undefined)
    .sort()[0]
  if (firstKnown === undefined || firstKnown > span.from) return null
  const figures = new Figures('year', filter)
  const summaries = all.filter(({ day }) => day >= span.from)
  const rested = resting(REST)
  for (const summary of summaries) {
    figures.add(summary)
    await rested()
  }
  const counted = figures.figures().visits
  const months = new Set(summaries.map(({ day }) => day.slice(0, 7)))
  let more = 0
  for (const [month, visits] of entered ?? [])
    if (!months.has(month) && span.from <= `${month}-01` && lastDayOf(month) <= span.to) more += visits
  // Nothing was counted then: only whole months that were all entered tell what it was.
  if (counted === 0 && !monthsIn(span).every((month) => entered?.has(month))) return null
  return { visits: counted + more, isTotalOnly: counted === 0 }
}

async function places(sources: ReportsSources, span: Span): Promise<Report['places']> {
  const all: Report['places'][number][] = []
  for (const id of sources.branches.ids()) {
    const runtime = sources.branches.get(id)
    if (!runtime) continue
    const { summaries } = await summariesOf(sources, runtime, span)
    const { name, isOutside } = runtime.state.configuration
    all.push({ branch: id, name, isOutside: isOutside ?? false, visits: summaries.reduce((sum, each) => sum + visitsOf(each), 0) })
  }
  return all
}

/** Totals by month: of the whole hall where it was entered, else of its agencies together; of an agency its own. Null: nothing is so fine. */
async function monthsEntered(store: BranchStore, branchId: string, filter: Filter = {}): Promise<ReadonlyMap<string, number> | null> {
  const { agency, service, counter, officer } = filter
  if (service !== undefined || counter !== undefined || officer !== undefined) return null
  const { totals } = (await earlierTotals(store, branchId)).value
  const months = new Map<string, number>()
  for (const { month } of totals) {
    const of = totals.filter((each) => each.month === month && (agency === undefined || each.agency === agency))
    const hall = of.find((each) => each.agency === null)
    if (of.length > 0) months.set(month, hall?.visits ?? of.reduce((sum, { visits }) => sum + visits, 0))
  }
  return months
}

/** Months of a span that were entered, or their years, as rows that have visits alone; none of which anything was counted. */
async function enteredRows(
  store: BranchStore,
  branchId: string,
  { from, to }: Span,
  filter: Filter,
  by: 'month' | 'year',
  counted: ReadonlySet<string>,
): Promise<ReportRow[]> {
  const nothing = new Figures(by, {}).figures()
  const entered = new Map<string, number>()
  for (const [month, visits] of (await monthsEntered(store, branchId, filter)) ?? []) {
    const key = by === 'month' ? month : month.slice(0, 4)
    if (!counted.has(key) && from <= `${month}-01` && lastDayOf(month) <= to) entered.set(key, (entered.get(key) ?? 0) + visits)
  }
  return [...entered].map(([key, visits]) => ({ ...nothing, key, label: same(key), isTotalOnly: true, visits, counterHours: null }))
}

const same = (text: string) => ({ id: text, en: text })
const both = (text: string | { readonly id: string; readonly en: string }) => (typeof text === 'string' ? same(text) : text)

const WEEKDAYS: Readonly<Record<string, { readonly id: string; readonly en: string }>> = {
  Mon: { id: 'Senin', en: 'Monday' },
  Tue: { id: 'Selasa', en: 'Tuesday' },
  Wed: { id: 'Rabu', en: 'Wednesday' },
  Thu: { id: 'Kamis', en: 'Thursday' },
  Fri: { id: 'Jumat', en: 'Friday' },
  Sat: { id: 'Sabtu', en: 'Saturday' },
  Sun: { id: 'Minggu', en: 'Sunday' },
}

/** What a person calls a group; its key where the branch no longer knows it. */
function labelOf(state: BranchState, by: ReportGroup, key: string, officers: ReadonlyMap<string, string>): ReportRow['label'] {
  const { configuration } = state
  const index = indexOf(configuration)
  switch (by) {
    case 'weekday':
      return WEEKDAYS[key] ?? same(key)
    case 'hour':
      return { id: `${key}.00–${key}.59`, en: `${key}:00–${key}:59` }
    case 'agency':
      return both(configuration.agencies.find(({ id }) => id === key)?.short ?? key)
    case 'service':
      return both(index.services.get(key)?.service.name ?? key)
    case 'counter':
      return key === NONE ? { id: 'Belum dipanggil', en: 'Not called' } : both(index.counters.get(key)?.label ?? key)
    case 'officer':
      return key === NONE ? { id: 'Belum dipanggil', en: 'Not called' } : both(officers.get(key) ?? key)
    case 'class':
      return key === 'regular' ? { id: 'Umum', en: 'Regular' } : both(index.classes.get(key)?.name ?? key)
    case 'journey':
      return key === NONE ? { id: 'Tanpa paket', en: 'No bundle' } : both(index.journeys.get(key)?.name ?? key)
    default:
      return same(key)
  }
}

const DAY_MS = 86_400_000
const utcOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Whether it is a day of the calendar. */
export const isDay = (text: string): boolean => {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? utcOf(text) : Number.NaN
  return Number.isFinite(ms) && dayOf(ms) === text
}

/** The months of a span that begins and ends with one; of another span none that anybody could have entered. */
function monthsIn({ from, to }: Span): string[] {
  if (!from.endsWith('-01') || to !== lastDayOf(to.slice(0, 7))) return ['']
  const months: string[] = []
  for (let day = from; day <= to; day = dayOf(utcOf(lastDayOf(day.slice(0, 7))) + DAY_MS)) months.push(day.slice(0, 7))
  return months
}

const lastDayOf = (month: string): string => {
  const [year, number] = month.split('-').map(Number) as [number, number]
  return dayOf(Date.UTC(year, number, 0))
}

/** The same day a year before; of 29 February, 28 February. */
function yearBefore(day: string): string {
  const same = `${String(Number(day.slice(0, 4)) - 1).padStart(4, '0')}${day.slice(4)}`
  return isDay(same) ? same : `${same.slice(0, 8)}28`
}

/** As many days right before; of whole months as many months. */
function spanBefore({ from, to }: Span): Span {
  const until = dayOf(utcOf(from) - DAY_MS)
  if (from.endsWith('-01') && to === lastDayOf(to.slice(0, 7))) {
    const months = (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7)) + 1
    const [year, month] = from.split('-').map(Number) as [number, number]
    return { from: dayOf(Date.UTC(year, month - 1 - months, 1)), to: until }
  }
  return { from: dayOf(utcOf(from) - (utcOf(to) - utcOf(from) + DAY_MS)), to: until }
}
