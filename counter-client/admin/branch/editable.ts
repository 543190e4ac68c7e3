import type { BranchConfiguration, Hours, Text } from '../../../shared/domain/configuration.ts'

/** As a form holds it: to be written to, and a field that may be absent may be emptied. */
export type Editable<T> = T extends readonly unknown[]
  ? { -readonly [K in keyof T]: Editable<T[K]> }
  : T extends object
    ? { -readonly [K in keyof T]: Record<never, never> extends Pick<T, K> ? Editable<T[K]> | undefined : Editable<T[K]> }
    : T

export type Document = Editable<BranchConfiguration>
export type Agency = Document['agencies'][number]
export type Service = Agency['services'][number]
export type Counter = Document['counters'][number]
export type Journey = Document['journeys'][number]
export type EditableHours = Editable<Hours>
export type Week = Extract<EditableHours, object>['weekly']
export type Exception = NonNullable<Extract<EditableHours, object>['exceptions']>[number]
export type Interval = [string, string]
export type EditableText = Editable<Text>

export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

/** One place up or down; at either end it stays. */
export function move<T>(list: T[], index: number, by: -1 | 1): void {
  const to = index + by
  if (to < 0 || to >= list.length) return
  const [entry] = list.splice(index, 1)
  if (entry !== undefined) list.splice(to, 0, entry)
}

export const codeOf = (agency: { readonly id: string }, service: { readonly id: string }): string => `${agency.id}.${service.id}`

/** A service goes from the counters and journeys that name it, too. */
export function dropService(document: Document, code: string): void {
  for (const counter of document.counters) counter.services = counter.services.filter((each) => each !== code)
  for (const journey of document.journeys) journey.steps = journey.steps.filter((step) => step.service !== code)
}

/** Words to look for anywhere in others, whatever their case and accents. */
export function fits(search: string, ...texts: readonly string[]): boolean {
  const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const all = plain(texts.join(' '))
  return plain(search)
    .split(/\s+/)
    .every((word) => all.includes(word))
}

/** An id made of a name: `Kartu Keluarga` becomes `KARTU-KELUARGA`. Not one that is there already. */
export function idFrom(name: string, taken: readonly string[], isUpper: boolean): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 24)
    .replace(/-+$/, '')
  const wanted = isUpper ? plain.toUpperCase() : plain.toLowerCase()
  if (!wanted || !taken.includes(wanted)) return wanted
  for (let count = 2; ; count++) if (!taken.includes(`${wanted}-${count}`)) return `${wanted}-${count}`
}
