import { readFileSync } from 'node:fs'
import type { Description } from '../../shared/client/branch.svelte.ts'
import type { BoardCounter, BoardView } from '../../shared/protocol/wire.ts'

const file = JSON.parse(readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8'))

/** Thursday, 20 November 2025, 09.42 in Kupang. */
export const MORNING_MS = Date.UTC(2025, 10, 20, 1, 42)

/** The shipped hall of 21 agencies and 27 counters, as its screens know it. */
export function bigHall(change: Partial<Description> = {}): { description: Description; view: BoardView } {
  const description: Description = {
    ...file,
    agencies: file.agencies.map((agency: { id: string; services: { id: string }[] }) => ({
      ...agency,
      services: agency.services.map((service) => ({
        ...service,
        code: `${agency.id}.${service.id}`,
        open: true,
        waiting: 0,
      })),
    })),
    ...change,
  }
  const waiting: Record<string, number> = {}
  for (const [at, agency] of description.agencies.entries())
    for (const [index, service] of agency.services.entries()) waiting[service.code] = index === 0 ? (at * 7 + 3) % 16 : 0
  const counters = description.counters.map(({ id, label, zone }, at): BoardCounter => {
    if (id === '5') return { id, label, zone, state: 'paused', reason: 'Makan siang', untilMs: MORNING_MS + 18 * 60_000 }
    return { id, label, zone, state: at % 9 === 8 ? 'closed' : 'open', reason: null, untilMs: null }
  })
  return {
    description,
    view: {
      branch: { id: description.id, name: description.name, timeZone: description.timeZone },
      configuredRevision: 1,
      day: '2025-11-20',
      calls: [],
      missed: [],
      zones: description.zones.map(({ id }) => ({ id, sound: 'ok', speaking: null })),
      waiting,
      counters,
      services: {},
      dayOverride: null,
      pause: null,
      notice: null,
    },
  }
}

/** As one zone's screen gets it. */
export function inZone(view: BoardView, zone: string): BoardView {
  return {
    ...view,
    zones: view.zones.filter(({ id }) => id === zone),
    counters: view.counters.filter((counter) => counter.zone === zone),
  }
}
