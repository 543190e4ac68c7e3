import { type Language, textIn } from '../../shared/domain/configuration.ts'
import { closedText } from '../../shared/i18n/closed.ts'
import { wallClock, zoneLabel } from '../../shared/i18n/format.ts'
import { publicText } from '../../shared/i18n/public.ts'
import type { PublicDay, PublicHall, PublicState } from '../../shared/protocol/publicHall.ts'

/** `08.00–12.00, 13.00–15.00 WITA`; with the reason where the day is another one than usual. */
export function hoursText(at: Language, { intervals, reason }: Omit<PublicDay, 'day'>, timeZone: string): string {
  const [first] = intervals
  const because = reason === null ? '' : ` (${textIn(reason, at)})`
  if (first === undefined) return `${publicText(at, 'hall.closedDay')}${because}`
  if (first[0] === '00:00' && first[1] === '24:00') return `${publicText(at, 'hall.always')}${because}`
  const spans = intervals.map(([from, until]) => `${wallClock(at, from)}–${wallClock(at, until)}`).join(', ')
  return `${spans} ${zoneLabel(timeZone)}`.trimEnd() + because
}

/** An instant of the hall's day, whatever this phone's clock says. */
export const noonOf = (day: string): number => Date.parse(`${day}T12:00:00Z`)

/** Why nothing is to be had, and until when. */
export const stateText = (at: Language, { reason, text, opensAtMs }: PublicState, hall: PublicHall, quota: number | null = null): string =>
  reason === 'quota-used' && quota !== null
    ? withOpening(at, publicText(at, 'closed.quota', { n: quota }), opensAtMs, hall)
    : closedText(at, { reason: reason ?? 'closed', opensAtMs, text }, hall.branch.timeZone, noonOf(hall.day))

/** What was said, and when it opens, as `closedText` ends. */
function withOpening(at: Language, said: string, opensAtMs: number | null, hall: PublicHall): string {
  const whole = closedText(at, { reason: 'quota-used', opensAtMs, text: null }, hall.branch.timeZone, noonOf(hall.day))
  return whole.replace(publicText(at, 'closed.quota.some'), said)
}

/** Reasons with which people are still served, and only new numbers are not given out. */
const NO_NUMBERS = new Set(['last-ticket', 'quota-used', 'day-closed', 'paused', 'branch-paused'])

export const headline = ({ open, reason }: PublicState): 'hall.open' | 'hall.noNumbers' | 'hall.closed' =>
  open ? 'hall.open' : NO_NUMBERS.has(reason ?? '') ? 'hall.noNumbers' : 'hall.closed'
