import type { DescribedAgency } from '../../shared/client/branch.svelte.ts'
import { instantOf } from '../../shared/domain/hours.ts'
import { matching, servicesOf } from './choices.ts'

/** One line of the fallback sheet as it was typed: `B-T07 09.42 KTP`, `b7 942 2 p`; what is missing is empty. */
export interface TypedLine {
  readonly number: string
  readonly time: string
  readonly service: string
  readonly isPriority: boolean
}

export function readLine(typed: string): TypedLine {
  const [number = '', ...rest] = typed.trim().split(/\s+/)
  const time = rest[0] !== undefined && readTime(rest[0]) !== null ? (rest.shift() as string) : ''
  const isPriority = /^(p|prioritas|priority)$/i.test(rest.at(-1) ?? '')
  return { number, time, service: (isPriority ? rest.slice(0, -1) : rest).join(' '), isPriority }
}

/** `b7`, `BT07`, `7` after a number of series B: `B-T07`. Null: no such number, or of no agency here. */
export function readNumber(typed: string, prefixes: readonly string[], before: string | null): { prefix: string; number: string } | null {
  const [, letters, digits] = /^([A-Z]{0,3})(\d{1,2})$/.exec(typed.toUpperCase().replace(/[\s.-]/g, '')) ?? []
  if (letters === undefined || digits === undefined) return null
  const prefix = [letters.replace(/T$/, ''), letters].find((each) => prefixes.includes(each)) ?? (/^T?$/.test(letters) ? before : null)
  return prefix === null ? null : { prefix, number: `${prefix}-T${digits.padStart(2, '0')}` }
}

/** `9.42`, `09:42`, `0942` as `09:42`; null where it is no time. */
export function readTime(typed: string): string | null {
  const [, hour, minute] = /^(\d{1,2})[.:]?(\d{2})$/.exec(typed.trim()) ?? []
  if (hour === undefined || minute === undefined || Number(hour) > 23 || Number(minute) > 59) return null
  return `${hour.padStart(2, '0')}:${minute}`
}

/** The one service of the agency that was meant: by its place (`2`, `B2`), or by words; null: none or more than one. */
export function readService(typed: string, agency: DescribedAgency): string | null {
  const services = servicesOf(agency)
  if (services.length === 1 && typed === '') return services[0]?.id ?? null
  if (typed === '') return null
  const byPlace = services.find(({ shortcut }) => shortcut === typed.toUpperCase() || shortcut === `${agency.prefix}${typed}`)
  if (byPlace) return byPlace.id
  const found = matching(services, typed)
  return found.length === 1 ? (found[0]?.id ?? null) : null
}

export const writtenAtMs = (day: string, time: string, timeZone: string): number => instantOf(day, time, timeZone)
