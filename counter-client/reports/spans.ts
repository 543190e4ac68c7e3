import type { Language } from '../../shared/domain/configuration.ts'

/** Days are `YYYY-MM-DD`. They are reckoned with in UTC, because a business day has no hours of its own. */
export interface Span {
  readonly from: string
  readonly to: string
}

export const SPANS = ['today', 'yesterday', 'thisWeek', 'thisMonth', 'lastMonth', 'thisYear', 'lastYear'] as const
export type SpanName = (typeof SPANS)[number]

const DAY_MS = 86_400_000
export const msOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
const plusDays = (day: string, days: number): string => dayOf(msOf(day) + days * DAY_MS)

/** A day that the calendar has: not `2025-02-30`. */
export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(msOf(text)) && dayOf(msOf(text)) === text

export const isMonth = (text: string): boolean => /^\d{4}-\d{2}$/.test(text) && isDay(`${text}-01`)

/** `2025-11` and how many months later, or earlier. */
export function plusMonths(month: string, months: number): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + months
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`
}

export const monthSpan = (month: string): Span => ({ from: `${month}-01`, to: plusDays(`${plusMonths(month, 1)}-01`, -1) })

/** What has begun ends today: the days to come have no figures, and a comparison with them would lie. Weeks begin on Monday. */
export function spanOf(name: SpanName, today: string): Span {
  const year = today.slice(0, 4)
  const month = today.slice(0, 7)
  const weekday = (new Date(msOf(today)).getUTCDay() + 6) % 7
  switch (name) {
    case 'today':
      return { from: today, to: today }
    case 'yesterday':
      return { from: plusDays(today, -1), to: plusDays(today, -1) }
    case 'thisWeek':
      return { from: plusDays(today, -weekday), to: today }
    case 'thisMonth':
      return { from: `${month}-01`, to: today }
    case 'lastMonth':
      return monthSpan(plusMonths(month, -1))
    case 'thisYear':
      return { from: `${year}-01-01`, to: today }
    case 'lastYear':
      return { from: `${Number(year) - 1}-01-01`, to: `${Number(year) - 1}-12-31` }
  }
}

export const daysIn = ({ from, to }: Span): number => Math.round((msOf(to) - msOf(from)) / DAY_MS) + 1

const LOCALE: Readonly<Record<Language, string>> = { id: 'id-ID', en: 'en-GB' }
const inWords = (language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(LOCALE[language], { ...options, timeZone: 'UTC' })

/** `November 2025`. */
export const monthText = (language: Language, month: string): string =>
  inWords(language, { month: 'long', year: 'numeric' }).format(msOf(`${month}-01`))

/** `Nov`, or `Nov 25` where years must be told apart. */
export const shortMonth = (language: Language, month: string, withYear = false): string =>
  inWords(language, { month: 'short', ...(withYear ? { year: '2-digit' } : {}) }).format(msOf(`${month}-01`))

/** `Kam, 20 Nov 2025`. */
export const dayText = (language: Language, day: string): string =>
  inWords(language, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(msOf(day))

/** `20 Nov`. */
export const shortDay = (language: Language, day: string): string => inWords(language, { day: 'numeric', month: 'short' }).format(msOf(day))

/** `Kamis, 20 November 2025`, `1–23 November 2025`, `November 2025`, `2025`: as a person would say it. */
export function spanText(language: Language, { from, to }: Span): string {
  if (from === to) return inWords(language, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(msOf(from))
  const whole = monthSpan(from.slice(0, 7))
  if (whole.from === from && whole.to === to) return monthText(language, from.slice(0, 7))
  const year = from.slice(0, 4)
  if (from === `${year}-01-01` && to === `${year}-12-31`) return year
  return inWords(language, { day: 'numeric', month: 'long', year: 'numeric' }).formatRange(msOf(from), msOf(to))
}
