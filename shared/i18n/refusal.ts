import type { Language, Text } from '../domain/configuration.ts'
import type { ErrorCode } from '../protocol/errors.ts'
import { type Closed, closedText } from './closed.ts'
import { type Key, text } from './text.ts'

/** Every code has its message in both languages, or this does not compile. */
type Message = `error.${ErrorCode | 'offline' | 'no-answer'}`
const _everyCode: Message extends Key ? true : never = true
void _everyCode

export interface Refusal {
  readonly code: ErrorCode | 'offline' | 'no-answer'
  readonly details?: Readonly<Record<string, unknown>>
}

const asText = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null

const asBranchText = (value: unknown): Text | null => {
  if (typeof value !== 'object' || value === null) return asText(value)
  const { id, en } = value as { id?: unknown; en?: unknown }
  return typeof id === 'string' && typeof en === 'string' ? { id, en } : null
}

/** Messages that name what they are about. */
type WithWords = 'error.configuration-in-use' | 'error.too-early' | 'error.wrong-number' | 'error.number-taken'

/** What a person reads when a rule said no: what happened, and the way out. */
export function refusalText(language: Language, { code, details = {} }: Refusal, timeZone: string, nowMs: number): string {
  if (code === 'service-closed') return closedText(language, closedOf(details), timeZone, nowMs)
  if (code === 'quota-used') {
    const quota = details['quota']
    return typeof quota === 'number' ? `${text(language, 'closed.quota', { n: quota })}.` : text(language, 'error.quota-used')
  }
  if (code === 'ticket-at-counter') {
    const number = asText(details['number'])
    const counter = asText(details['counter'])
    if (number && counter) return text(language, 'error.at.counter', { number, counter })
  }
  if (code === 'too-early') {
    const seconds = details['leftSeconds']
    const recalls = details['leftRecalls']
    return text(language, 'error.too-early', {
      recalls: typeof recalls === 'number' ? recalls : 0,
      seconds: typeof seconds === 'number' ? seconds : 0,
    })
  }
  if (code === 'wrong-number') return text(language, 'error.wrong-number', { prefix: asText(details['prefix']) ?? '' })
  if (code === 'number-taken') return text(language, 'error.number-taken', { number: asText(details['number']) ?? '' })
  if (code === 'configuration-in-use') return text(language, 'error.configuration-in-use', { path: asText(details['path']) ?? '' })
  return text(language, `error.${code}` as Exclude<Message, WithWords>)
}

export { type Closed, closedText }

export const closedOf = (details: Readonly<Record<string, unknown>>): Closed => ({
  reason: asText(details['reason']) ?? 'closed',
  opensAtMs: typeof details['opensAtMs'] === 'number' ? details['opensAtMs'] : null,
  text: asBranchText(details['text']),
})
