import type { Language, Text } from '../domain/configuration.ts'

export interface Break {
  readonly id: string
  /** How long it usually takes; null where nobody knows. */
  readonly minutes: number | null
  readonly text: Exclude<Text, string>
}

/**
 * Prepared reasons of a counter's break, which travel as their ids and are shown in each screen's own language. Only these are shown to the
 * public: what an officer writes himself may be nobody's business but the supervisor's (PRIV1).
 */
export const BREAKS: readonly Break[] = [
  { id: 'meal', minutes: 60, text: { id: 'Istirahat makan', en: 'Meal break' } },
  { id: 'prayer', minutes: 15, text: { id: 'Ibadah', en: 'Prayer' } },
  { id: 'meeting', minutes: 30, text: { id: 'Rapat', en: 'Meeting' } },
  { id: 'system', minutes: null, text: { id: 'Gangguan sistem', en: 'System problem' } },
]

/** By its id, or by its words in either language, as officers type them and as older events have them. */
export function breakOf(reason: string | null): Break | null {
  const asked = reason?.trim().toLowerCase()
  return BREAKS.find(({ id, text }) => [id, text.id.toLowerCase(), text.en.toLowerCase()].includes(asked ?? '')) ?? null
}

/** For whoever may read an officer's own words, too. */
export const breakText = (reason: string | null, language: Language): string | null => breakOf(reason)?.text[language] ?? reason
