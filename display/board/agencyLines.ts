import type { Description } from '../../shared/client/branch.svelte.ts'
import type { BoardCounter, BoardView } from '../../shared/protocol/wire.ts'

/** What a visitor who waits wants to know of his agency: how many wait, at which counters, and what is in the way. */
export interface AgencyLine {
  readonly id: string
  readonly prefix: string
  readonly name: string
  readonly waiting: number
  readonly open: readonly string[]
  readonly paused: readonly BoardCounter[]
  readonly closed: readonly string[]
  /** Why nobody is called: every service of it is paused by hand. */
  readonly stopped: string | null
  /** Why it gives no more numbers today: every service of it was closed by hand. Those who wait are served on. */
  readonly ended: string | null
}

/** A counter of the view with the agencies that it serves. */
export interface CounterLine extends BoardCounter {
  readonly agencies: readonly string[]
}

const agencyOf = (code: string): string => code.slice(0, code.indexOf('.'))

/** Counters that this screen shows: those of the view, or of some agencies alone. */
export function counterLines(view: BoardView, description: Description | null, agencies: readonly string[] | null): CounterLine[] {
  const names = new Map((description?.agencies ?? []).map((agency) => [agency.id, agency.short]))
  const served = new Map((description?.counters ?? []).map((counter) => [counter.id, counter.services.map(agencyOf)]))
  return view.counters.flatMap((counter) => {
    const ids = [...new Set(served.get(counter.id) ?? [])].filter((id) => agencies === null || agencies.includes(id))
    if (agencies !== null && ids.length === 0) return []
    return [{ ...counter, agencies: ids.map((id) => names.get(id) ?? id) }]
  })
}

/** By prefix; only agencies that have a counter here, or somebody who waits though no zone is named. */
export function agencyLines(
  view: BoardView,
  description: Description | null,
  wanted: { readonly zones: readonly string[] | null; readonly agencies: readonly string[] | null },
): AgencyLine[] {
  if (!description) return []
  const states = new Map(view.counters.map((counter) => [counter.id, counter]))
  const lines = description.agencies.flatMap((agency): AgencyLine[] => {
    if (wanted.agencies !== null && !wanted.agencies.includes(agency.id)) return []
    const counters = description.counters.flatMap((counter) => {
      const state = states.get(counter.id)
      return state && counter.services.some((code) => agencyOf(code) === agency.id) ? [state] : []
    })
    const waiting = agency.services.reduce((sum, { code }) => sum + (view.waiting[code] ?? 0), 0)
    if (counters.length === 0 && (wanted.zones !== null || waiting === 0)) return []
    const stops = agency.services.map(({ code }) => view.services[code])
    return [
      {
        id: agency.id,
        prefix: agency.prefix,
        name: agency.short,
        waiting,
        open: counters.filter(({ state }) => state === 'open').map(({ id }) => id),
        paused: counters.filter(({ state }) => state === 'paused'),
        closed: counters.filter(({ state }) => state === 'closed').map(({ id }) => id),
        stopped: stops.length > 0 && stops.every((each) => each?.override === 'paused') ? (stops[0]?.reason ?? '') : null,
        ended: stops.length > 0 && stops.every((each) => each?.override === 'closed') ? (stops[0]?.reason ?? '') : null,
      },
    ]
  })
  return lines.sort((a, b) => (a.prefix < b.prefix ? -1 : 1))
}

/** Those that have room: the longest queues, then whoever has an open counter, but in their usual order. */
export function fitting(lines: readonly AgencyLine[], room: number): readonly AgencyLine[] {
  if (lines.length <= room) return lines
  const weight = (line: AgencyLine): number => line.waiting * 2 + (line.open.length > 0 ? 1 : 0)
  const kept = new Set([...lines].sort((a, b) => weight(b) - weight(a)).slice(0, room))
  return lines.filter((line) => kept.has(line))
}

/** `1–4, 6`: counters that stand beside each other are named as a range. */
export function ranges(ids: readonly string[]): string {
  const parts: string[] = []
  for (let at = 0; at < ids.length; ) {
    let end = at
    while (end + 1 < ids.length && Number(ids[end + 1]) === Number(ids[end]) + 1) end += 1
    parts.push(end - at >= 2 ? `${ids[at]}–${ids[end]}` : ids.slice(at, end + 1).join(', '))
    at = end + 1
  }
  return parts.join(', ')
}
