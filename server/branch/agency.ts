import { type Agency, type Counter, indexOf } from '../../shared/domain/configuration.ts'
import { arrivals, type BranchState, counterState, currentService, queue, type Ticket } from '../../shared/domain/state.ts'
import type { AgencyCounter, AgencyFigures, AgencyLive, AgencyService } from '../../shared/protocol/agency.ts'
import { breakOf } from '../../shared/protocol/breaks.ts'
import type { DayService } from '../../shared/protocol/day.ts'
import { longestWaitMs } from '../../shared/protocol/wire.ts'
import { daySheet } from './day.ts'

/** One agency as its coordinator sees it: nothing of the others is in it. Null where the branch has no such agency (any more). */
export function agencyLive(state: BranchState, agencyId: string, nowMs: number): AgencyLive | null {
  const { configuration } = state
  const agency = configuration.agencies.find(({ id }) => id === agencyId)
  if (!agency) return null
  const codes = new Set(agency.services.map(({ id }) => `${agency.id}.${id}`))
  const sheet = daySheet(state, nowMs)
  const stops = stopsAt(state, codes)
  return {
    atMs: nowMs,
    revision: state.revision,
    configuredRevision: state.configuredRevision,
    day: state.day,
    branch: { id: configuration.id, name: configuration.name, timeZone: configuration.timeZone },
    pause: state.pause,
    dayOverride: state.dayOverride,
    hours: sheet.hours,
    agency: agencyOf(agency),
    services: sheet.services.filter(({ service }) => codes.has(service)).map((day) => agencyService(state, day, stops, nowMs)),
    counters: configuration.counters
      .filter(({ services }) => services.some((code) => codes.has(code)))
      .map((counter) => agencyCounter(state, counter, codes)),
    today: figures(
      [...codes].reduce((sum, code) => sum + issuedAt(state, code), 0),
      [...stops.values()].flat(),
    ),
  }
}

const agencyOf = ({ id, name, short, prefix, enabled }: Agency): AgencyLive['agency'] => ({
  id,
  name,
  short,
  prefix,
  enabled: enabled !== false,
})

const issuedAt = (state: BranchState, code: string): number => state.issued[code] ?? 0

function agencyService(state: BranchState, day: DayService, stops: ReadonlyMap<string, Stop[]>, nowMs: number): AgencyService {
  const { service: code } = day
  const entry = indexOf(state.configuration).services.get(code)
  const first = arrivals(state, code).first()
  return {
    ...day,
    name: entry?.service.name ?? code,
    enabled: entry?.enabled ?? false,
    waiting: queue(state, code).size,
    longestWaitMs: longestWaitMs(first ? (state.tickets.get(first[1])?.readyAtMs ?? null) : null, nowMs),
    override: state.services[code] ?? null,
    today: figures(issuedAt(state, code), stops.get(code) ?? []),
  }
}

function agencyCounter(state: BranchState, { id, label }: Counter, codes: ReadonlySet<string>): AgencyCounter {
  const now = counterState(state, id)
  const ticket = now.ticket === null ? undefined : state.tickets.get(now.ticket)
  const isOwn = ticket !== undefined && codes.has(currentService(ticket))
  return {
    id,
    label,
    state: now.state,
    officer: now.officer,
    reason: breakOf(now.reason)?.id ?? null,
    untilMs: now.untilMs,
    sinceMs: now.sinceMs,
    ticket: isOwn
      ? {
          number: ticket.number,
          service: currentService(ticket),
          state: ticket.state,
          sinceMs: ticket.startedAtMs ?? ticket.calledAtMs ?? now.sinceMs,
        }
      : null,
    isBusyElsewhere: ticket !== undefined && !isOwn,
  }
}

// --- today

interface Stop {
  readonly became: 'served' | 'missed' | 'ended' | null
  readonly waitMs: number | null
  readonly serviceMs: number | null
}

/** Today's stops at these services, by service: one look at each ticket of the day. */
function stopsAt(state: BranchState, codes: ReadonlySet<string>): Map<string, Stop[]> {
  const found = new Map([...codes].map((code) => [code, [] as Stop[]]))
  for (const ticket of state.tickets.values())
    ticket.services.forEach((code, at) => {
      if (at <= ticket.stop) found.get(code)?.push(at < ticket.stop ? PASSED : presentStop(ticket))
    })
  return found
}

/** Whoever stands at a later stop was served at this one. */
const PASSED: Stop = { became: 'served', waitMs: null, serviceMs: null }
const BECAME: Readonly<Partial<Record<Ticket['state'], Stop['became']>>> = { completed: 'served', noShow: 'missed', cancelled: 'ended' }

function presentStop({ state, readyAtMs, calledAtMs, startedAtMs, endedAtMs }: Ticket): Stop {
  const isServed = state === 'completed' && startedAtMs !== null && endedAtMs !== null
  const isCalled = calledAtMs !== null && (state === 'called' || state === 'serving' || state === 'completed' || state === 'noShow')
  return {
    became: BECAME[state] ?? null,
    waitMs: isCalled ? Math.max(0, calledAtMs - readyAtMs) : null,
    serviceMs: isServed ? Math.max(0, endedAtMs - startedAtMs) : null,
  }
}

function figures(issued: number, stops: readonly Stop[]): AgencyFigures {
  const count = (became: Stop['became']): number => stops.filter((stop) => stop.became === became).length
  return {
    issued,
    served: count('served'),
    missed: count('missed'),
    ended: count('ended'),
    medianWaitMs: median(stops.flatMap(({ waitMs }) => waitMs ?? [])),
    medianServiceMs: median(stops.flatMap(({ serviceMs }) => serviceMs ?? [])),
  }
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]] as [number, number]
  return Math.round((low + high) / 2)
}
