import { type Language, type Text, textIn } from '../domain/configuration.ts'
import { localDay, time, weekday } from './format.ts'
import { type PublicKey, publicText } from './public.ts'

export interface Closed {
  readonly reason: string
  readonly opensAtMs: number | null
  /** The branch's own words. */
  readonly text: Text | null
}

const WHY: Readonly<Record<string, PublicKey>> = {
  'branch-paused': 'closed.branchPaused',
  paused: 'closed.paused',
  'day-closed': 'closed.dayClosed',
  'switched-off': 'closed.switchedOff',
  'quota-used': 'closed.quota.some',
  'closed-today': 'closed.today',
  break: 'closed.break',
  'last-ticket': 'closed.lastTicket',
}

/** Why a service is closed and when it opens (TICKET4): `Istirahat. Buka lagi pukul 13.00 WITA.` */
export function closedText(language: Language, { reason, opensAtMs, text: because }: Closed, timeZone: string, nowMs: number): string {
  const why = publicText(language, (WHY[reason] ?? 'closed.hours') as 'closed.hours')
  const said = because ? publicText(language, 'closed.because', { why, text: textIn(because, language) }) : why
  if (opensAtMs === null) return said
  const at = time(language, timeZone, opensAtMs)
  const until =
    localDay(timeZone, opensAtMs) === localDay(timeZone, nowMs)
      ? publicText(language, 'closed.until', { time: at })
      : publicText(language, 'closed.untilDay', { day: weekday(language, timeZone, opensAtMs), time: at })
  return `${said}. ${until}.`
}
