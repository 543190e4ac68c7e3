import { REPORT_GROUPS, type ReportGroup } from '../../shared/protocol/reports.ts'
import { isDay, type Span, spanOf } from './spans.ts'

export const FILTERS = ['agency', 'service', 'counter', 'officer'] as const
export type Filter = (typeof FILTERS)[number]

/** Key of the group of stops that no counter and no officer called, and of visits without a bundle. */
export const NOBODY = '-'

/** What the page shows. It lives in the address, so that a link shows another person the same figures and the browser's way back works. */
export interface Choice extends Span {
  readonly by: ReportGroup
  /** Ids; null: all. */
  readonly only: Readonly<Record<Filter, string | null>>
}

const isGroup = (text: string | null): text is ReportGroup => (REPORT_GROUPS as readonly (string | null)[]).includes(text)

/** Whatever the address says that is no choice counts as not said. */
export function choiceOf(search: URLSearchParams, today: string): Choice {
  const from = search.get('from') ?? ''
  const to = search.get('to') ?? ''
  const by = search.get('by')
  const span = isDay(from) && isDay(to) && from <= to ? { from, to } : spanOf('thisMonth', today)
  const only = (filter: Filter): string | null => search.get(filter) || null
  return {
    ...span,
    by: isGroup(by) ? by : 'agency',
    only: { agency: only('agency'), service: only('service'), counter: only('counter'), officer: only('officer') },
  }
}

/** As the server is asked: `from=2025-11-01&to=2025-11-30&by=agency`. */
export function queryOf({ from, to, by, only }: Choice): string {
  const query = new URLSearchParams({ from, to, by })
  for (const filter of FILTERS) if (only[filter] !== null) query.set(filter, only[filter])
  return query.toString()
}

/** Another choice in an address that says more than that: the branch, the language. */
export function searchWith(search: URLSearchParams, choice: Choice): string {
  const made = new URLSearchParams(search)
  for (const name of ['from', 'to', 'by', ...FILTERS, 'sort']) made.delete(name)
  for (const [name, value] of new URLSearchParams(queryOf(choice))) made.set(name, value)
  return `?${made}`
}

export const isFiltered = ({ only }: Choice): boolean => FILTERS.some((filter) => only[filter] !== null)
