/** How many backups stay: the newest of each of so many days, and of each of so many months before them. */
export interface Keep {
  readonly days: number
  readonly months: number
}

/** `14,12`; null where it is nothing of that kind. */
export function readKeep(text: string): Keep | null {
  const [, days, months] = /^(\d{1,4}),(\d{1,4})$/.exec(text) ?? []
  return days === undefined || months === undefined || Number(days) < 1 ? null : { days: Number(days), months: Number(months) }
}

/**
 * Which of these may go. Days and months count only where there is a backup, so a hall that stood still for a month loses none by that. The
 * newest of all always stays.
 */
export function superfluous(timesMs: readonly number[], keep: Keep): number[] {
  const newestFirst = [...new Set(timesMs)].sort((a, b) => b - a)
  const stay = new Set(newestFirst.slice(0, 1))
  const keepNewestOf = (digits: number, count: number) => {
    const seen = new Set<string>()
    for (const timeMs of newestFirst) {
      const period = new Date(timeMs).toISOString().slice(0, digits)
      if (seen.has(period)) continue
      if (seen.size >= count) return
      seen.add(period)
      stay.add(timeMs)
    }
  }
  keepNewestOf('2026-11-23'.length, keep.days)
  keepNewestOf('2026-11'.length, keep.months)
  return newestFirst.filter((timeMs) => !stay.has(timeMs))
}
