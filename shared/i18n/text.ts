import type { Language } from '../domain/configuration.ts'
import { en } from './en.ts'
import { id } from './id.ts'
import type { settingsId } from './settings.id.ts'
import type { staffId } from './staff.id.ts'

export type { Language }

/** Those of all pages, and those that come with some of them. */
type Texts = typeof id & typeof settingsId & typeof staffId
export type Key = keyof Texts
export const LANGUAGES: readonly Language[] = ['id', 'en']

type Names<S extends string> = S extends `${string}{${infer Inner}}${infer Rest}`
  ? (Inner extends `${infer Name}|${string}` ? Name : Inner) | Names<Rest>
  : never
/** The parameters that the Indonesian text names: a call without one of them does not compile. */
export type Parameters<K extends Key> = [Names<Texts[K]>] extends [never] ? [] : [{ readonly [N in Names<Texts[K]>]: string | number }]

const dictionaries: Record<Language, Readonly<Record<string, string>>> = { id, en }

/** Texts that only some pages need are added by them, so that the others stay small. */
export function addTexts(more: Readonly<Record<Language, Readonly<Record<string, string>>>>): void {
  for (const language of LANGUAGES) dictionaries[language] = { ...dictionaries[language], ...more[language] }
}

/** `{n|one|many}`, whose branches may hold `{n}` themselves, then `{name}`. */
const CHOICE = /\{(\w+)\|((?:[^{}|]|\{\w+\})*)\|((?:[^{}|]|\{\w+\})*)\}/g
const NAME = /\{(\w+)\}/g

export function text<K extends Key>(language: Language, key: K, ...[values]: Parameters<K>): string {
  const template = dictionaries[language][key] ?? key
  if (values === undefined || !template.includes('{')) return template
  const value = (name: string): string | number => (values as Record<string, string | number>)[name] ?? ''
  return template
    .replace(CHOICE, (_, name: string, one: string, many: string) => (Number(value(name)) === 1 ? one : many))
    .replace(NAME, (_, name: string) => String(value(name)))
}
