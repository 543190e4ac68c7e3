import type { Hours, Text } from '../../shared/domain/configuration.ts'
import { businessDay, nextDay, servingHours } from '../../shared/domain/hours.ts'
import type { ThemeChoice } from '../../shared/protocol/screen.ts'
import type { BoardView } from '../../shared/protocol/wire.ts'

/** What a hall is doing, for somebody who comes in. */
export type Phase =
  | { readonly kind: 'paused'; readonly reason: string; readonly sinceMs: number }
  /** Nobody works. `opensAtMs`: null where nobody knows. `isBreak`: it opens again today. */
  | { readonly kind: 'closed'; readonly opensAtMs: number | null; readonly isBreak: boolean; readonly why: Text | null }
  /** Nobody has been called today. */
  | { readonly kind: 'before'; readonly untilMs: number | null }
  | { readonly kind: 'open' }

const LOOK_AHEAD_DAYS = 30

export function phaseOf(
  view: Pick<BoardView, 'pause' | 'dayOverride' | 'counters' | 'calls' | 'branch'>,
  hours: Hours | undefined,
  nowMs: number,
): Phase {
  if (view.pause) return { kind: 'paused', ...view.pause }
  const { timeZone } = view.branch
  const served = hours === undefined ? null : serving(hours, timeZone, nowMs)
  const isWorked = view.counters.some((counter) => counter.state === 'open')
  const isOpen = view.dayOverride === 'open' || (view.dayOverride !== 'closed' && (served === null || served.untilMs !== null))
  // Hours say when it should be so; officers at their counters say that it is not over yet.
  if (!isOpen && !isWorked && served) {
    const today = businessDay(nowMs, timeZone)
    const opensAtMs = view.dayOverride === 'closed' ? (served.nextDayMs ?? null) : served.nextMs
    return {
      kind: 'closed',
      opensAtMs,
      isBreak: opensAtMs !== null && view.dayOverride !== 'closed' && served.isBreak && businessDay(opensAtMs, timeZone) === today,
      why: served.why,
    }
  }
  if (view.calls.length === 0) return { kind: 'before', untilMs: served?.untilMs ?? null }
  return { kind: 'open' }
}

interface Serving {
  /** End of the interval that it is in; infinite where it never closes; null: it is closed. */
  readonly untilMs: number | null
  readonly nextMs: number | null
  readonly nextDayMs: number | null
  readonly isBreak: boolean
  readonly why: Text | null
}

function serving(hours: Hours, timeZone: string, nowMs: number): Serving {
  const today = businessDay(nowMs, timeZone)
  const { intervals, reason } = servingHours(hours, today, timeZone)
  const now = intervals.find(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs)
  const later = intervals.find(({ fromMs }) => fromMs > nowMs)?.fromMs ?? null
  let nextDayMs: number | null = null
  for (let day = nextDay(today), ahead = 0; nextDayMs === null && ahead < LOOK_AHEAD_DAYS; day = nextDay(day), ahead += 1)
    nextDayMs = servingHours(hours, day, timeZone).intervals[0]?.fromMs ?? null
  return {
    untilMs: now ? (hours === 'always' ? Number.POSITIVE_INFINITY : now.untilMs) : null,
    nextMs: later ?? nextDayMs,
    nextDayMs,
    isBreak: intervals.some(({ untilMs }) => untilMs <= nowMs),
    why: reason,
  }
}

/** Light by day: a dark screen in a bright hall is a mirror. */
export function themeAt(choice: ThemeChoice, hour: number): 'dark' | 'light' {
  if (choice !== 'auto') return choice
  return hour >= 6 && hour < 18 ? 'light' : 'dark'
}
