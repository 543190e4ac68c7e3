import type { Language } from '../domain/configuration.ts'
import { en } from './en.ts'
import { id } from './id.ts'
import type { liveId } from './live.id.ts'
import type { reportsId } from './reports.id.ts'
import type { settingsId } from './settings.id.ts'
import type { staffId } from './staff.id.ts'
import type { storyId } from './story.id.ts'
import { filled, LANGUAGES, type ParametersOf } from './templates.ts'

export type { Language }

/** Those of all pages, and those that come with some of them. */
type Texts = typeof id & typeof settingsId & typeof staffId & typeof reportsId & typeof storyId & typeof liveId
export type Key = keyof Texts
export type Parameters<K extends Key> = ParametersOf<Texts[K]>

const dictionaries: Record<Language, Readonly<Record<string, string>>> = { id, en }

/** Texts that only some pages need are added by them, so that the others stay small. */
export function addTexts(more: Readonly<Record<Language, Readonly<Record<string, string>>>>): void {
  for (const language of LANGUAGES) dictionaries[language] = { ...dictionaries[language], ...more[language] }
}

export const text = <K extends Key>(language: Language, key: K, ...[values]: Parameters<K>): string =>
  filled(dictionaries[language][key] ?? key, values as Readonly<Record<string, string | number>> | undefined)
