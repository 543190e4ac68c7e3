import { time } from '../../shared/i18n/format.ts'
import { language, t } from '../../shared/i18n/language.svelte.ts'
import { closedText } from '../../shared/i18n/refusal.ts'
import type { AgencyService } from '../../shared/protocol/agency.ts'

/** Whether a service gives numbers, until when, or why not and until when. */
export function stateText({ closed, override, issuesUntilMs }: AgencyService, timeZone: string, nowMs: number): string {
  // Told once, at the head of the page.
  if (closed?.reason === 'branch-paused') return t('live.pauseAll')
  if (closed) return closedText(language.now, closed, timeZone, nowMs)
  if (override?.override === 'open') return t('day.state.opened')
  return issuesUntilMs === null ? t('day.state.open') : t('day.state.until', { time: time(language.now, timeZone, issuesUntilMs) })
}

/** What a coordinator can do about a service now. */
export type Deed = 'pause' | 'resume' | 'open' | 'reset' | 'reopen' | 'close'

const NOT_NOW = new Set(['not-yet-open', 'closed-for-today', 'closed-today'])
const OUTSIDE = new Set([...NOT_NOW, 'break', 'last-ticket'])

/** What makes sense: nobody pauses or closes what gives no numbers and has nobody waiting. */
export function deedsOf({ closed, override, waiting, enabled }: AgencyService): readonly Deed[] {
  if (override?.override === 'paused') return ['resume']
  if (override?.override === 'closed') return ['reopen']
  if (!enabled) return waiting > 0 ? ['pause'] : []
  if (override?.override === 'open') return ['reset', 'pause', 'close']
  const isIdle = closed !== null && NOT_NOW.has(closed.reason) && waiting === 0
  return [...(closed && OUTSIDE.has(closed.reason) ? (['open'] as const) : []), ...(isIdle ? [] : (['pause', 'close'] as const))]
}
