import type { PublicAgency, PublicHall } from '../../shared/protocol/publicHall.ts'
import { search } from '../kiosk/search.ts'

/** The agencies and those of their services that the words may mean, best first, as the kiosk finds them; all of them without words. */
export function found(hall: PublicHall, query: string): readonly PublicAgency[] {
  if (query.trim() === '') return hall.agencies
  const agencies = hall.agencies.map((agency) => ({
    ...agency,
    services: agency.services.map(({ code, name, averageMinutes, targetMinutes, requirements }) => ({
      code,
      name,
      averageMinutes,
      targetMinutes,
      requirements,
      open: true,
      waiting: 0,
    })),
  }))
  const byAgency = new Map<string, Set<string>>()
  for (const each of search({ agencies, journeys: [], services: new Map() }, query)) {
    if (each.kind === 'journey') continue
    const codes = byAgency.get(each.agency.id) ?? new Set()
    if (each.kind === 'service') codes.add(each.service.code)
    byAgency.set(each.agency.id, codes)
  }
  return [...byAgency].flatMap(([id, codes]) => {
    const agency = hall.agencies.find((each) => each.id === id)
    if (!agency) return []
    // The agency's own name alone: whoever looks for it wants to see all that it does.
    return codes.size > 0 ? { ...agency, services: agency.services.filter(({ code }) => codes.has(code)) } : agency
  })
}
