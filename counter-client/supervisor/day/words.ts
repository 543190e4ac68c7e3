import { time } from '../../../shared/i18n/format.ts'
import { language, t } from '../../../shared/i18n/language.svelte.ts'
import { closedText } from '../../../shared/i18n/refusal.ts'
import type { ServiceRow } from './day.svelte.ts'

const minute = (timeZone: string, ms: number): string => time(language.now, timeZone, ms)

/** Whether a service gives numbers, until when, or why not and until when. */
export function stateText({ day, queue }: ServiceRow, timeZone: string, nowMs: number): string {
  if (day.closed) {
    const { reason, text, opensAtMs } = day.closed
    // Told once, at the head of the page.
    if (reason === 'branch-paused') return t('live.pauseAll')
    return closedText(language.now, { reason, text, opensAtMs }, timeZone, nowMs)
  }
  if (queue.override?.override === 'open') return t('day.state.opened')
  return day.issuesUntilMs === null ? t('day.state.open') : t('day.state.until', { time: minute(timeZone, day.issuesUntilMs) })
}

/** Who of those waiting can still be served today; empty where nobody waits. */
export function foreseen(row: ServiceRow, timeZone: string, nowMs: number): string {
  const { waiting: n, served, from, endsMs, breakMs, servedBeforeBreak } = row.day.outlook
  const { carriedOver } = row.day
  const tomorrow = carriedOver > 0 ? t('day.left.nextDay', { n: carriedOver }) : ''
  if (n === 0) return tomorrow
  if (row.queue.override?.override === 'closed') return [t('day.left.serve', { n }), tomorrow].filter(Boolean).join(', ')
  if (from === null && row.isBreakNear && breakMs !== null && servedBeforeBreak < n)
    return `${t('day.state.waiting', { n })}: ${t('day.left.break', { n: servedBeforeBreak, time: minute(timeZone, breakMs) })}`
  if (!row.isEndNear) return t('day.state.waiting', { n })
  if (endsMs === null) return t('day.left.closed', { n })
  const at = minute(timeZone, endsMs)
  if (endsMs <= nowMs) return t('day.left.over', { n, time: at })
  if (from === null) return t('day.left.all', { n, time: at })
  return served === 0 ? t('day.left.none', { n, time: at }) : t('day.left.some', { served, n, time: at, number: from })
}

const LISTED = 12

/** `B-031, B-032 and 4 more`. */
export function listed(numbers: readonly string[], more: (numbers: string, n: number) => string): string {
  if (numbers.length <= LISTED) return numbers.join(', ')
  return more(numbers.slice(0, LISTED - 2).join(', '), numbers.length - (LISTED - 2))
}
