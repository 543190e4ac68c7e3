import type { Language } from '../../shared/domain/configuration.ts'
import { number } from '../../shared/i18n/format.ts'
import type { Key } from '../../shared/i18n/text.ts'
import type { Report, ReportFigures } from '../../shared/protocol/reports.ts'
import { hours, inColumn, NONE, notServed, percent, shareOf, within } from './figures.ts'

type ColumnName = 'reports.visits' | 'reports.served' | 'reports.notServed' | Extract<Key, `reports.column.${string}`>

/** One figure of a group: what it is called, what it is sorted by, how it is written. */
export interface Column {
  readonly id: string
  readonly name: ColumnName
  readonly unit: 'reports.minutes' | 'reports.hours.ofScheduled' | null
  readonly of: (figures: ReportFigures) => number | null
  readonly written: (language: Language, value: number | null, figures: ReportFigures) => string
}

const asNumber = (language: Language, value: number | null): string => (value === null ? NONE : number(language, value))
const count = (id: string, name: ColumnName, of: Column['of']): Column => ({ id, name, unit: null, of, written: asNumber })
const minutes = (id: string, name: ColumnName, of: Column['of']): Column => ({
  id,
  name,
  unit: 'reports.minutes',
  of,
  written: inColumn,
})
const share = (id: string, name: ColumnName, of: Column['of']): Column => ({ id, name, unit: null, of, written: percent })

export const COLUMNS: readonly Column[] = [
  count('visits', 'reports.visits', (each) => each.visits),
  share('first', 'reports.column.first', (each) => shareOf(each.doneAtFirstVisit, each.visits)),
  count('served', 'reports.served', (each) => each.served),
  count('notServed', 'reports.notServed', notServed),
  count('noShow', 'reports.column.noShow', (each) => each.notServed.noShow),
  minutes('waitMedian', 'reports.column.waitMedian', (each) => each.wait.medianMinutes),
  minutes('waitP90', 'reports.column.waitP90', (each) => each.wait.p90Minutes),
  share('waitWithin', 'reports.column.waitWithin', (each) => within(each.wait)),
  minutes('serviceMedian', 'reports.column.serviceMedian', (each) => each.service.medianMinutes),
  share('serviceWithin', 'reports.column.serviceWithin', (each) => within(each.service)),
  {
    id: 'hours',
    name: 'reports.column.hours',
    unit: 'reports.hours.ofScheduled',
    of: (each) => each.counterHours?.open ?? null,
    written: (language, value, { counterHours }) =>
      counterHours === null || value === null ? NONE : `${hours(language, value)} / ${hours(language, counterHours.scheduled)}`,
  },
]

/** Hours of counters belong to counters and times: an agency or an officer has none. */
export const columnsOf = (report: Report): readonly Column[] =>
  COLUMNS.filter(({ id }) => id !== 'hours' || report.rows.some((row) => row.counterHours !== null))
