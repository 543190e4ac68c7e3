import type { Language } from '../../shared/domain/configuration.ts'
import type { ReportGroup, ReportRow } from '../../shared/protocol/reports.ts'
import { dayText, isDay, isMonth, monthText } from './spans.ts'

/** What a person calls a group: dates in his language, everything else as the server says. */
export function nameOf(language: Language, by: ReportGroup, { key, label }: Pick<ReportRow, 'key' | 'label'>): string {
  if (by === 'day' && isDay(key)) return dayText(language, key)
  if (by === 'month' && isMonth(key)) return monthText(language, key)
  return label[language]
}
