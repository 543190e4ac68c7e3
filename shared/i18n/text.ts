import type { Language } from '../domain/configuration.ts'
import { en } from './en.ts'
import { id } from './id.ts'

export type { Language }
export type Key = keyof typeof id
export const LANGUAGES: readonly Language[] = ['id', 'en']

type Names<S extends string> = S extends `${string}{${infer Inner}}${infer Rest}`
  ? (Inner extends `${infer Name}|${string}` ? Name : Inner) | Names<Rest>
  : never
/** The parameters that the Indonesian text names: a call without one of them does not compile. */
export type Parameters<K extends Key> = [Names<(typeof id)[K]>] extends [never]
  ? []
  : [{ readonly [N in Names<(typeof id)[K]>]: string | number }]

const dictionaries: Readonly<Record<Language, Readonly<Record<Key, string>>>> = { id, en }

/** `{n|one|many}`, whose branches may hold `{n}` themselves, then `{name}`. */
const CHOICE = /\{(\w+)\|((?:[^{}|]|\{\w+\})*)\|((?:[^{}|]|\{\w+\})*)\}/g
const NAME = /\{(\w+)\}/g

export function text<K extends Key>(language: Language, key: K, ...[values]: Parameters<K>): string {
  const template = dictionaries[language][key]
  if (values === undefined || !template.includes('{')) return template
  const value = (name: string): string | number => (values as Record<string, string | number>)[name] ?? ''
  return template
    .replace(CHOICE, (_, name: string, one: string, many: string) => (Number(value(name)) === 1 ? one : many))
    .replace(NAME, (_, name: string) => String(value(name)))
}
