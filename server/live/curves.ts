import { weekdayOf } from '../../shared/domain/hours.ts'
import type { Curves } from '../../shared/protocol/live.ts'
import { QUARTERS, type Quarters } from '../../shared/protocol/quarters.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import type { History } from '../history/history.ts'
import type { DaySummary } from '../reports/summary.ts'

/** So many days of one weekday make a usual one. */
const USUAL_DAYS = 8
/** Older ones tell of another hall. */
const LOOK_BACK_DAYS = 120

/** Today by quarters of an hour beside a usual day; `agency` null: the whole branch. Null while today is being counted. Throws `StoreAway`. */
export async function curves(history: History, runtime: BranchRuntime, agency: string | null): Promise<Curves | null> {
  const today = history.today(runtime.id)
  if (!today) return null
  const { ledger } = today
  const atMs = runtime.nowMs()
  const from = new Date(Date.parse(`${ledger.day}T00:00:00Z`) - LOOK_BACK_DAYS * 86_400_000).toISOString().slice(0, 10)
  const closed = (await history.summaries(runtime.id, from, ledger.day)).filter(
    ({ day, visits }) => day < ledger.day && visits.length > 0 && weekdayOf(day) === weekdayOf(ledger.day),
  )
  const usual = closed.slice(-USUAL_DAYS)
  return {
    day: ledger.day,
    startMs: ledger.startMs,
    atMs,
    today: ledger.quarters(agency, atMs),
    usual: usual.length === 0 ? null : { days: usual.map(({ day }) => day), quarters: mean(usual, agency) },
  }
}

function mean(days: readonly DaySummary[], agency: string | null): Quarters {
  const of = (name: keyof Quarters): number[] => {
    const sums = new Array<number>(QUARTERS).fill(0)
    for (const { quarters } of days)
      for (const [id, each] of Object.entries(quarters))
        if (agency === null || id === agency) for (let at = 0; at < QUARTERS; at++) sums[at] = (sums[at] as number) + (each[name][at] ?? 0)
    return sums.map((sum) => Math.round((sum / days.length) * 10) / 10)
  }
  return { arrivals: of('arrivals'), calls: of('calls'), waiting: of('waiting'), waitSeconds: of('waitSeconds') }
}
