import type { Language } from '../../shared/domain/configuration.ts'
import type { Key } from '../../shared/i18n/text.ts'
import type { EarlierTotals } from '../../shared/protocol/reports.ts'
import { isMonth } from './spans.ts'

/** A line as it is being written: nothing of it is checked yet. */
export interface Line {
  readonly id: number
  month: string
  /** Empty: the whole hall. */
  agency: string
  visits: string
  source: string
}
export type Part = 'month' | 'agency' | 'visits' | 'source'
type Wrong = Extract<Key, `reports.totals.wrong.${string}`>
export type Mistakes = ReadonlyMap<number, readonly { readonly part: Part; readonly text: Wrong }[]>

const SOURCE_LENGTH = 200

/** `24.500`, `24,500`, `24 500` and `24500` are one number; null: none. */
export function countOf(text: string): number | null {
  const plain = text.trim()
  if (/^\d{1,9}$/.test(plain)) return Number(plain)
  return /^\d{1,3}([.,\u00a0\u202f ])\d{3}(\1\d{3})*$/.test(plain) ? Number(plain.replace(/\D/g, '')) : null
}

/** Names of the months as a spreadsheet may have them, long and short. */
const names = (language: Language, style: 'long' | 'short'): readonly string[] =>
  Array.from({ length: 12 }, (_, at) =>
    new Intl.DateTimeFormat(language === 'id' ? 'id-ID' : 'en-GB', { month: style, timeZone: 'UTC' })
      .format(Date.UTC(2000, at, 1))
      .toLowerCase(),
  )
const NAMES = [names('id', 'long'), names('id', 'short'), names('en', 'long'), names('en', 'short')]

/** `2024-03`, `03/2024`, `Maret 2024`, `Mar-24` as `2024-03`; what can't be read stays as it is, so that its mistake can be shown. */
export function monthOf(written: string): string {
  const text = written.trim()
  const first = /^(\d{4})[-/.](\d{1,2})(?:[-/.]\d{1,2})?$/.exec(text)
  if (first) return `${first[1]}-${first[2]?.padStart(2, '0')}`
  const last = /^(?:\d{1,2}[-/.])?(\d{1,2})[-/.](\d{4})$/.exec(text)
  if (last) return `${last[2]}-${last[1]?.padStart(2, '0')}`
  const named = /^(\p{L}+)\.?[\s-]+(\d{4}|\d{2})$/u.exec(text.toLowerCase())
  const at = named ? NAMES.map((list) => list.indexOf(named[1] as string)).find((found) => found >= 0) : undefined
  if (named && at !== undefined) return `${(named[2] as string).padStart(4, '20')}-${String(at + 1).padStart(2, '0')}`
  return text
}

type AgencyName = { readonly id: string; readonly short: string; readonly names: readonly string[] }

/** An agency's id by whatever it is called; what is unknown stays as it is. */
function agencyOf(written: string, agencies: readonly AgencyName[], hall: readonly string[]): string {
  const text = written.trim().toLowerCase()
  if (text === '' || hall.includes(text)) return ''
  const found = agencies.find((each) => [each.id, each.short, ...each.names].some((name) => name.toLowerCase() === text))
  return found?.id ?? written.trim()
}

/**
 * What was copied from a spreadsheet: month, agency, visits, source, one line each. A line above them that names the columns is left out.
 * `hall`: words that mean the whole hall. `firstId`: lines are told apart by number.
 */
export function pasted(text: string, agencies: readonly AgencyName[], hall: readonly string[], firstId: number): Line[] {
  const lines = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('\t').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')))
  const isHead = lines.length > 1 && lines[0]?.every((cell) => countOf(cell) === null) === true && !isMonth(monthOf(lines[0][0] ?? ''))
  return (isHead ? lines.slice(1) : lines).map(([month = '', agency = '', visits = '', source = ''], at) => ({
    id: firstId + at,
    month: monthOf(month),
    agency: agencyOf(agency, agencies, hall),
    visits,
    source,
  }))
}

/** What is known where totals are entered. */
export interface Known {
  readonly agencies: readonly AgencyName[]
  readonly thisMonth: string
  /** Months of which the system has counted visits itself. */
  readonly counted: ReadonlySet<string>
}

/** What the server would refuse, said beside the line before it is asked. */
export function mistakesOf(lines: readonly Line[], { agencies, thisMonth, counted }: Known): Mistakes {
  const found = new Map<number, { part: Part; text: Wrong }[]>()
  const seen = new Set<string>()
  const add = (line: Line, part: Part, text: Wrong): void => {
    found.set(line.id, [...(found.get(line.id) ?? []), { part, text }])
  }
  for (const line of lines) {
    const key = `${line.month} ${line.agency}`
    if (!isMonth(line.month)) add(line, 'month', 'reports.totals.wrong.month')
    else if (line.month > thisMonth) add(line, 'month', 'reports.totals.wrong.future')
    else if (counted.has(line.month)) add(line, 'month', 'reports.totals.wrong.counted')
    else if (seen.has(key)) add(line, 'month', 'reports.totals.wrong.twice')
    seen.add(key)
    if (line.agency !== '' && !agencies.some(({ id }) => id === line.agency)) add(line, 'agency', 'reports.totals.wrong.agency')
    if (countOf(line.visits) === null) add(line, 'visits', 'reports.totals.wrong.visits')
    if (line.source.trim() === '' || line.source.length > SOURCE_LENGTH) add(line, 'source', 'reports.totals.wrong.source')
  }
  return found
}

/** What the server refused after all: somebody else changed the branch meanwhile. `mistakes`: of its answer. */
export function refusedOf(lines: readonly Line[], mistakes: unknown): Mistakes {
  const found = new Map<number, { part: Part; text: Wrong }[]>()
  for (const mistake of Array.isArray(mistakes) ? (mistakes as readonly unknown[]) : []) {
    const path = (mistake as { readonly path?: unknown } | null)?.path
    const [, at, part] = /^totals\.(\d+)\.(month|agency|visits|source)$/.exec(typeof path === 'string' ? path : '') ?? []
    const line = lines[Number(at)]
    if (line) found.set(line.id, [{ part: part as Part, text: 'reports.totals.wrong.refused' }])
  }
  return found
}

/** Lines without mistakes as the server takes them. */
export const totalsOf = (lines: readonly Line[]): EarlierTotals => ({
  totals: lines.map(({ month, agency, visits, source }) => ({
    month,
    agency: agency === '' ? null : agency,
    visits: countOf(visits) ?? 0,
    source: source.trim(),
  })),
})

export const linesOf = ({ totals }: EarlierTotals): Line[] =>
  totals.map(({ month, agency, visits, source }, id) => ({ id, month, agency: agency ?? '', visits: String(visits), source }))
