import type { Interval } from './editable.ts'

/** What a person types as a time, as the configuration has it: `8`, `8.30`, `0830` and `08:30` are times; anything else stays as it is. */
export function timeOf(typed: string): string {
  const plain = typed.trim().replace(/[.,\s]/g, ':')
  const found = /^(\d{1,2})(?::?(\d{2}))?$/.exec(plain)
  if (!found) return typed.trim()
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? '0')]
  if (minute > 59 || hour > 24 || (hour === 24 && minute > 0)) return typed.trim()
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

const minutesOf = (time: string): number => {
  const [hour, minute] = time.split(':').map(Number)
  return (hour ?? 0) * 60 + (minute ?? 0)
}
const written = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
const isTime = (time: string): boolean => /^([01]\d|2[0-4]):[0-5]\d$/.test(time)

/** What is added to a day: its morning, else an hour's break after what is there and two hours more. */
export function nextInterval(intervals: readonly Interval[]): Interval {
  const end = intervals.at(-1)?.[1]
  if (end === undefined) return ['08:00', '12:00']
  if (!isTime(end)) return ['13:00', '15:00']
  const from = Math.min(minutesOf(end) + 60, 23 * 60)
  return [written(from), written(Math.min(from + 120, 24 * 60))]
}

/** The times between the intervals of a day. */
export const breaksOf = (intervals: readonly Interval[]): Interval[] =>
  intervals.slice(1).flatMap((each, index): Interval[] => {
    const before = intervals[index]
    return before && isTime(before[1]) && isTime(each[0]) && before[1] < each[0] ? [[before[1], each[0]]] : []
  })
