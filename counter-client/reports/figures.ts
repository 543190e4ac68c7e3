import type { Language } from '../../shared/domain/configuration.ts'
import { number } from '../../shared/i18n/format.ts'
import { type Key, text } from '../../shared/i18n/text.ts'
import type { ReportFigures, Spread } from '../../shared/protocol/reports.ts'

/** Nothing known, or nothing to reckon with. */
export const NONE = '–'

const LOCALE: Readonly<Record<Language, string>> = { id: 'id-ID', en: 'en-GB' }
const tenths: Readonly<Record<Language, Intl.NumberFormat>> = {
  id: new Intl.NumberFormat(LOCALE.id, { maximumFractionDigits: 1 }),
  en: new Intl.NumberFormat(LOCALE.en, { maximumFractionDigits: 1 }),
}
const columns: Readonly<Record<Language, Intl.NumberFormat>> = {
  id: new Intl.NumberFormat(LOCALE.id, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
  en: new Intl.NumberFormat(LOCALE.en, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
}

/** `12,5`; `12`. */
export const tenth = (language: Language, value: number | null): string => (value === null ? NONE : tenths[language].format(value))

/** `12,0`: so that figures stand under each other. */
export const inColumn = (language: Language, value: number | null): string => (value === null ? NONE : columns[language].format(value))

/** Hours: tenths as long as somebody could notice them. */
export const hours = (language: Language, value: number): string =>
  value < 100 ? columns[language].format(value) : number(language, Math.round(value))

/** Null where there is nothing of which it could be a share. */
export const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

/** `87%`. All is said of all alone, and none of none: 2,999 of 3,000 are `>99%`. */
export function percent(language: Language, share: number | null): string {
  if (share === null) return NONE
  const rounded = Math.round(share * 100)
  if (rounded === 0 && share > 0) return '<1%'
  if (rounded === 100 && share < 1) return '>99%'
  return `${number(language, rounded)}%`
}

export const within = (spread: Spread): number | null => shareOf(spread.within, spread.count)

/** Why a stop ended without service. Who still waits or is being served today is not among them. */
export const REASONS = ['noShow', 'refused', 'cancelled', 'carriedOver', 'moved'] as const

export const notServed = (figures: ReportFigures): number => REASONS.reduce((sum, reason) => sum + figures.notServed[reason], 0)

type Before = { readonly visits: number; readonly isTotalOnly: boolean } | null
const GROWTH = { more: 'reports.growth.more', fewer: 'reports.growth.fewer' } as const satisfies Record<string, Key>

/** Growth in words; never a share of nothing. `than`: what it is compared with. Null: nothing is known of that. */
export function growthText(language: Language, visits: number, before: Before, than: string): string | null {
  if (before === null) return null
  const known = `${number(language, before.visits)}${before.isTotalOnly ? `, ${text(language, 'reports.entered')}` : ''}`
  if (before.visits === 0) return text(language, 'reports.growth.none', { than })
  if (visits === before.visits) return text(language, 'reports.growth.same', { than, known })
  const ratio = visits / before.visits
  if (ratio >= 2) return text(language, 'reports.growth.times', { n: tenth(language, ratio), than, known })
  return text(language, GROWTH[visits > before.visits ? 'more' : 'fewer'], {
    percent: percent(language, Math.abs(ratio - 1)),
    than,
    known,
  })
}
