import type { z } from 'zod'
import { indexOf, type Service, type Text } from '../../shared/domain/configuration.ts'
import { closedBecause, quotaUsed } from '../../shared/domain/decide.ts'
import { dayEndMs, issuing } from '../../shared/domain/hours.ts'
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

export function describeService(state: BranchState, code: string, service: Service, nowMs: number): z.input<typeof PublicService> {
  const { name, averageMinutes, targetMinutes, requirements, fee, note, hours, quotaPerDay } = service
  const closed = closedNow(state, code, nowMs)
  return {
    code,
    name,
    averageMinutes,
    targetMinutes,
    ...(requirements ? { requirements: [...requirements] } : {}),
    ...(fee === undefined ? {} : { fee }),
    ...(note === undefined ? {} : { note }),
    ...(hours === undefined ? {} : { hours: hours as z.input<typeof PublicService>['hours'] }),
    open: closed === null,
    closedReason: closed?.reason ?? null,
    closedText: closed?.text ?? null,
    opensAtMs: closed?.opensAtMs ?? null,
    waiting: queue(state, code).size,
    quotaPerDay: quotaPerDay ?? null,
    quotaLeft: quotaPerDay == null ? null : Math.max(0, quotaPerDay - (state.issued[code] ?? 0)),
  }
}

interface Closed {
  readonly reason: string
  readonly text: Text | null
  readonly opensAtMs: number | null
}

/** Why a visitor can't have a number now, and until when. What is switched off is so also while the whole hall is paused. */
function closedNow(state: BranchState, code: string, nowMs: number): Closed | null {
  if (indexOf(state.configuration).services.get(code)?.enabled === false) return { reason: 'switched-off', text: null, opensAtMs: null }
  const refused = closedBecause(state, code, nowMs) ?? quotaUsed(state, code)
  if (refused === null) return null
  const { reason = refused.code, text = null, opensAtMs = null } = refused.details as Partial<Closed>
  const isOverForToday = reason === 'day-closed' || reason === 'quota-used'
  return { reason, text, opensAtMs: isOverForToday ? opensNextDayMs(state, code) : opensAtMs }
}

/** When its hours let a service issue numbers again after this business day; null: not within the days that are looked ahead. */
function opensNextDayMs({ configuration, day }: BranchState, code: string): number | null {
  const hours = indexOf(configuration).services.get(code)?.hours ?? configuration.hours
  const endMs = dayEndMs(day, configuration.timeZone)
  const next = issuing(hours, configuration.timeZone, endMs)
  return next.open ? endMs : next.opensAtMs
}
