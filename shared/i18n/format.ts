import type { Language } from '../domain/configuration.ts'

const LOCALE: Readonly<Record<Language, string>> = { id: 'id-ID', en: 'en-GB' }
/** The three zones of Indonesia by the names that people there use. */
const ZONE_LABEL: Readonly<Record<string, string>> = {
  'Asia/Jakarta': 'WIB',
  'Asia/Pontianak': 'WIB',
  'Asia/Makassar': 'WITA',
  'Asia/Jayapura': 'WIT',
}

const formats = new Map<string, Intl.DateTimeFormat>()
function format(language: Language, timeZone: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${timeZone} ${name}`
  let made = formats.get(key)
  if (!made) {
    made = new Intl.DateTimeFormat(LOCALE[language], { ...options, timeZone })
    formats.set(key, made)
  }
  return made
}

/** The clock of the hall: `08.30` in Indonesian, `08:30` in English. */
export function time(language: Language, timeZone: string, atMs: number, withSeconds = false): string {
  const parts = format('en', timeZone, withSeconds ? 'seconds' : 'minutes', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(withSeconds ? { second: '2-digit' } : {}),
  }).formatToParts(atMs)
  return parts
    .filter((part) => part.type !== 'literal')
    .map((part) => part.value)
    .join(language === 'id' ? '.' : ':')
}

/** `WITA`; empty for a zone that has no short name here. */
export const zoneLabel = (timeZone: string): string => ZONE_LABEL[timeZone] ?? ''

/** `Kamis, 20 November 2025`; `Thursday, 20 November 2025`. */
export const date = (language: Language, timeZone: string, atMs: number): string => {
  const made = format(language, timeZone, 'date', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(atMs)
  return language === 'en' ? made.replace(/^(\w+) /, '$1, ') : made
}

/** `Senin`; `Monday`. */
export const weekday = (language: Language, timeZone: string, atMs: number): string =>
  format(language, timeZone, 'weekday', { weekday: 'long' }).format(atMs)

/** `2025-11-20` in the hall's zone: what a business day is called. */
export const localDay = (timeZone: string, atMs: number): string => {
  const parts = format('en', timeZone, 'day', { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(atMs)
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

const numbers: Readonly<Record<Language, Intl.NumberFormat>> = {
  id: new Intl.NumberFormat(LOCALE.id),
  en: new Intl.NumberFormat(LOCALE.en),
}
/** `1.250`; `1,250`. */
export const number = (language: Language, value: number): string => numbers[language].format(value)

/** `12:00` of a configuration as a person reads it. */
export const wallClock = (language: Language, hhmm: string): string => (language === 'id' ? hhmm.replace(':', '.') : hhmm)

export const minutes = (ms: number): number => Math.max(0, Math.floor(ms / 60_000))
