import type { Language } from '../domain/configuration.ts'

export const LANGUAGES: readonly Language[] = ['id', 'en']

type Names<S extends string> = S extends `${string}{${infer Inner}}${infer Rest}`
  ? (Inner extends `${infer Name}|${string}` ? Name : Inner) | Names<Rest>
  : never
/** The parameters that a template names: a call without one of them does not compile. */
export type ParametersOf<S extends string> = [Names<S>] extends [never] ? [] : [{ readonly [N in Names<S>]: string | number }]

/** `{n|one|many}`, whose branches may hold `{n}` themselves, then `{name}`. */
const CHOICE = /\{(\w+)\|((?:[^{}|]|\{\w+\})*)\|((?:[^{}|]|\{\w+\})*)\}/g
const NAME = /\{(\w+)\}/g

export function filled(template: string, values: Readonly<Record<string, string | number>> | undefined): string {
  if (values === undefined || !template.includes('{')) return template
  const value = (name: string): string | number => values[name] ?? ''
  return template
    .replace(CHOICE, (_, name: string, one: string, many: string) => (Number(value(name)) === 1 ? one : many))
    .replace(NAME, (_, name: string) => String(value(name)))
}
