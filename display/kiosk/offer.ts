import type { DescribedAgency, DescribedService, Description } from '../../shared/client/branch.svelte.ts'
import type { Journey } from '../../shared/domain/configuration.ts'
import type { BoardView } from '../../shared/protocol/wire.ts'

/** How the hall is as a whole. `full`: open, and every quota is used. */
export type HallState =
  | { readonly kind: 'open' }
  | { readonly kind: 'paused'; readonly reason: string }
  | { readonly kind: 'dayEnded' | 'closed' | 'break' | 'full'; readonly opensAtMs: number | null }

/** What this kiosk shows: what is switched off in this hall does not exist for visitors; what is closed, full or paused does. */
export interface Offer {
  readonly agencies: readonly DescribedAgency[]
  readonly journeys: readonly Journey[]
  readonly services: ReadonlyMap<string, { readonly agency: DescribedAgency; readonly service: DescribedService }>
}

const isThere = (service: DescribedService): boolean => service.closedReason !== 'switched-off'

export function offerOf(description: Description): Offer {
  const agencies = description.agencies
    .map((agency) => ({ ...agency, services: agency.services.filter(isThere) }))
    .filter((agency) => agency.services.length > 0)
  const services = new Map(agencies.flatMap((agency) => agency.services.map((service) => [service.code, { agency, service }] as const)))
  const journeys = description.journeys
    // A stop that may be left out is left out where it is switched off.
    .map((journey) => ({ ...journey, steps: journey.steps.filter((step) => !step.optional || services.has(step.service)) }))
    .filter((journey) => journey.steps.length > 0 && journey.steps.every((step) => services.has(step.service)))
  return { agencies, journeys, services }
}

/** The first stop without which the journey can't be taken now; null: it can. */
export const closedStop = (offer: Offer, journey: Journey): DescribedService | null =>
  journey.steps
    .filter((step) => !step.optional)
    .map((step) => offer.services.get(step.service)?.service)
    .find((service): service is DescribedService => service !== undefined && !service.open) ?? null

export const isOpen = (agency: DescribedAgency): boolean => agency.services.some((service) => service.open)

/** Fewer left than this: a visitor who still thinks about it should know. */
export const isLow = ({ quotaLeft, quotaPerDay }: DescribedService): boolean =>
  quotaLeft != null && quotaPerDay != null && quotaLeft > 0 && quotaLeft <= Math.max(3, Math.ceil(quotaPerDay / 5))

const OVER = new Set(['day-closed', 'closed-for-today', 'last-ticket'])

export function hallStateOf(offer: Offer, view: Pick<BoardView, 'pause' | 'dayOverride'> | null): HallState {
  if (view?.pause) return { kind: 'paused', reason: view.pause.reason }
  const services = offer.agencies.flatMap((agency) => agency.services)
  if (services.some((service) => service.open)) return { kind: 'open' }
  const opens = services
    .map((service) => service.opensAtMs ?? Number.POSITIVE_INFINITY)
    .reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const opensAtMs = Number.isFinite(opens) ? opens : null
  const all = (...reasons: string[]) => services.length > 0 && services.every(({ closedReason }) => reasons.includes(closedReason ?? ''))
  if (all('quota-used')) return { kind: 'full', opensAtMs }
  if (all('break')) return { kind: 'break', opensAtMs }
  if (view?.dayOverride === 'closed' || (services.length > 0 && services.every(({ closedReason }) => OVER.has(closedReason ?? ''))))
    return { kind: 'dayEnded', opensAtMs }
  return { kind: 'closed', opensAtMs }
}
