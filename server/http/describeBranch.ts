import type { z } from 'zod'
import type { Service, Text } from '../../shared/domain/configuration.ts'
import { closedBecause, quotaUsed } from '../../shared/domain/decide.ts'
import { type BranchState, queue } from '../../shared/domain/state.ts'
import type { BranchDescription, PublicService } from './schemas.ts'

/** What everybody may know of a branch: field by field, so that nothing new becomes public by itself (PRIV1). */
export function describeBranch(state: BranchState, nowMs: number): z.input<typeof BranchDescription> {
  const { configuration } = state
  const { id, name, motto, address, runningText, look, timeZone, languages, hours, zones, classes, counters, journeys } = configuration
  return {
    id,
    name,
    ...(motto === undefined ? {} : { motto }),
    ...(address === undefined ? {} : { address }),
    ...(runningText === undefined ? {} : { runningText: [...runningText] }),
    ...(look === undefined ? {} : { look }),
    timeZone,
    languages: [...languages],
    hours: hours as z.input<typeof BranchDescription>['hours'],
    day: state.day,
    configuredRevision: state.configuredRevision,
    voices: { id: configuration.voice?.packs?.id ?? 'id-default', en: configuration.voice?.packs?.en ?? 'en-default' },
    visitorTickets: configuration.visitorTickets ?? false,
    zones: zones.map((zone) => ({ id: zone.id, name: zone.name })),
    classes: classes.map((each) => ({ id: each.id, name: each.name, targetMinutes: each.targetMinutes })),
    agencies: configuration.agencies.map((agency) => ({
      id: agency.id,
      name: agency.name,
      short: agency.short,
      prefix: agency.prefix,
      services: agency.services.map((service) => describeService(state, `${agency.id}.${service.id}`, service, nowMs)),
    })),
    counters: counters.map((counter) => ({ id: counter.id, label: counter.label, zone: counter.zone, services: [...counter.services] })),
    journeys: journeys.map((journey) => ({ id: journey.id, name: journey.name, steps: journey.steps.map((step) => ({ ...step })) })),
  }
}

function describeService(state: BranchState, code: string, service: Service, nowMs: number): z.input<typeof PublicService> {
  const { name, averageMinutes, targetMinutes, requirements, fee, note, hours, quotaPerDay } = service
  const refused = closedBecause(state, code, nowMs) ?? quotaUsed(state, code)
  const { reason, text, opensAtMs } = refused?.details ?? {}
  const closedReason = typeof reason === 'string' ? reason : (refused?.code ?? null)
  return {
    code,
    name,
    averageMinutes,
    targetMinutes,
    ...(requirements ? { requirements: [...requirements] } : {}),
    ...(fee === undefined ? {} : { fee }),
    ...(note === undefined ? {} : { note }),
    ...(hours === undefined ? {} : { hours: hours as z.input<typeof PublicService>['hours'] }),
    open: refused === null,
    closedReason,
    closedText: typeof text === 'string' || (typeof text === 'object' && text !== null) ? (text as Text) : null,
    opensAtMs: typeof opensAtMs === 'number' ? opensAtMs : null,
    waiting: queue(state, code).size,
    quotaPerDay: quotaPerDay ?? null,
    quotaLeft: quotaPerDay == null ? null : Math.max(0, quotaPerDay - (state.issued[code] ?? 0)),
  }
}
