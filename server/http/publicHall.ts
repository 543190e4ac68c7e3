import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import {
  type BranchConfiguration,
  type Hours,
  type Interval,
  indexOf,
  type ServiceEntry,
  type Text,
} from '../../shared/domain/configuration.ts'
import { dayEndMs, issuing, nextDay, servingHours } from '../../shared/domain/hours.ts'
import { type BranchState, type Call, currentService } from '../../shared/domain/state.ts'
import { time } from '../../shared/i18n/format.ts'
import type { PublicDay, PublicHall, PublicQueue, PublicQueues, PublicState } from '../../shared/protocol/publicHall.ts'
import type { Applied, BranchRuntime, RuntimeListener } from '../branch/runtime.ts'
import { describeService } from './describeBranch.ts'

/** A document as it is sent: worked out once, whoever asks. */
export interface Made {
  readonly body: Buffer
  readonly gzipped: Buffer
  /** The same content has the same one, on every server. */
  readonly tag: string
}

/** Nothing is worked out anew within this time, however many ask. */
const FRESH_MS = 1_000
const DAYS_TOLD = 7
/** Of each service: an undo takes the last ones back, and then an earlier one is the last again. */
const CALLS_KEPT = 8

type PublicCall = Pick<Call, 'announcementId' | 'ticket' | 'counter' | 'service' | 'atMs'>

/** What everybody may know of one branch, made at most once a second. */
export class PublicBranch implements RuntimeListener {
  readonly #runtime: BranchRuntime
  readonly #made: Partial<Record<'hall' | 'queues', Made & { readonly atMs: number }>> = {}
  /** By service, newest last: the state forgets a call when its ticket moves on to the next stop. */
  #calls = new Map<string, PublicCall[]>()
  #day = ''

  constructor(runtime: BranchRuntime) {
    this.#runtime = runtime
    this.onReplaced()
    runtime.listen(this)
  }

  hall(): Made {
    return this.#fresh('hall', publicHall)
  }

  queues(): Made {
    return this.#fresh('queues', publicQueues)
  }

  onApplied(applied: readonly Applied[]): void {
    for (const { event, state } of applied) {
      if (state.day !== this.#day) this.#begin(state.day)
      if (event.type === 'ticketCalled') this.#add(event)
      if (event.type === 'stepUndone')
        for (const [service, calls] of this.#calls)
          this.#calls.set(
            service,
            calls.filter(({ announcementId }) => !event.withdrawn.includes(announcementId)),
          )
    }
  }

  /** From what the state still knows: those who were called and did not move on, and the latest calls of each zone. */
  onReplaced(): void {
    const { state } = this.#runtime
    this.#begin(state.day)
    const calls = new Map<string, PublicCall>()
    for (const ticket of state.tickets.values()) {
      const { number, calledAtMs, counter } = ticket
      const label = counter === null ? undefined : indexOf(state.configuration).counters.get(counter)?.label
      if (calledAtMs === null || counter === null || label === undefined) continue
      calls.set(`${number} ${calledAtMs}`, {
        announcementId: '',
        ticket: { number },
        counter: { id: counter, label },
        service: currentService(ticket),
        atMs: calledAtMs,
      })
    }
    for (const call of Object.values(state.calls)) if (call.kind === 'call') calls.set(`${call.ticket.number} ${call.atMs}`, call)
    for (const call of [...calls.values()].sort((a, b) => a.atMs - b.atMs)) this.#add(call)
  }

  #begin(day: string): void {
    this.#day = day
    this.#calls = new Map()
  }

  #add({ announcementId, ticket: { number }, counter: { id, label }, service, atMs }: PublicCall): void {
    const call = { announcementId, ticket: { number }, counter: { id, label }, service, atMs }
    this.#calls.set(service, [...(this.#calls.get(service) ?? []), call].slice(-CALLS_KEPT))
  }

  #fresh(name: 'hall' | 'queues', make: (state: BranchState, last: LastCalls, nowMs: number) => unknown): Made {
    const kept = this.#made[name]
    const nowMs = performance.now()
    if (kept && nowMs - kept.atMs < FRESH_MS) return kept
    const last: LastCalls = (service) => this.#calls.get(service)?.at(-1) ?? null
    const body = Buffer.from(JSON.stringify(make(this.#runtime.state, last, this.#runtime.nowMs())))
    // Compressed only when there is something new.
    const made = kept?.body.equals(body)
      ? { ...kept, atMs: nowMs }
      : { body, gzipped: gzipSync(body), tag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`, atMs: nowMs }
    this.#made[name] = made
    return made
  }
}

type LastCalls = (service: string) => Pick<PublicCall, 'ticket' | 'counter' | 'atMs'> | null

const branches = new WeakMap<BranchRuntime, PublicBranch>()

/** Made when somebody asks first, and kept as long as the branch is served here. */
export function publicBranch(runtime: BranchRuntime): PublicBranch {
  const known = branches.get(runtime) ?? new PublicBranch(runtime)
  branches.set(runtime, known)
  return known
}

/** Field by field, so that nothing new becomes public by itself (PRIV1). What is switched off is left out, as at the kiosks. */
export function publicHall(state: BranchState, last: LastCalls, nowMs: number): PublicHall {
  const { configuration } = state
  const { id, name, motto, address, look, timeZone, languages, hours } = configuration
  return {
    branch: {
      id,
      name,
      ...(motto === undefined ? {} : { motto }),
      ...(address === undefined ? {} : { address }),
      timeZone,
      languages,
      ...(look?.accent === undefined ? {} : { look: { accent: look.accent } }),
    },
    configuredRevision: state.configuredRevision,
    day: state.day,
    week: weekOf(hours, state.day, timeZone),
    visitorTickets: configuration.visitorTickets ?? false,
    agencies: offeredAgencies(configuration).map(({ agency, services }) => ({
      id: agency.id,
      name: agency.name,
      short: agency.short,
      prefix: agency.prefix,
      services: services.map(({ code, service, hours: own }) => ({
        code,
        name: service.name,
        averageMinutes: service.averageMinutes,
        targetMinutes: service.targetMinutes,
        requirements: service.requirements ?? [],
        fee: service.fee ?? null,
        note: service.note ?? null,
        quotaPerDay: service.quotaPerDay ?? null,
        today: own === undefined ? null : hoursOn(own, state.day, timeZone),
      })),
    })),
    queues: publicQueues(state, last, nowMs),
  }
}

/** What changes all day, as small as it can be said. */
export function publicQueues(state: BranchState, last: LastCalls, nowMs: number): PublicQueues {
  const services: Record<string, PublicQueue> = {}
  for (const { services: offered } of offeredAgencies(state.configuration))
    for (const { code, service } of offered) {
      const { waiting, open, closedReason, closedText, opensAtMs, quotaLeft } = describeService(state, code, service, nowMs)
      const call = last(code)
      services[code] = {
        open,
        reason: closedReason,
        text: closedText,
        opensAtMs,
        waiting,
        quotaLeft,
        last: call && { number: call.ticket.number, counter: call.counter.label, atMs: call.atMs },
      }
    }
  const all = Object.values(services)
  return {
    configuredRevision: state.configuredRevision,
    day: state.day,
    hall: { ...hallState(state, all, nowMs), issuesUntilMs: issuesUntilMs(state, all, nowMs) },
    waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
    services,
  }
}

/** Open where any service is; else the reason that is everybody's, else that of the hours. */
function hallState(state: BranchState, services: readonly PublicQueue[], nowMs: number): PublicState {
  if (services.some(({ open }) => open)) return { open: true, reason: null, text: null, opensAtMs: null }
  const opens = services.flatMap(({ opensAtMs }) => opensAtMs ?? [])
  const opensAtMs = opens.length > 0 ? Math.min(...opens) : null
  if (state.pause) return { open: false, reason: 'branch-paused', text: state.pause.reason, opensAtMs: null }
  if (state.dayOverride === 'closed') return { open: false, reason: 'day-closed', text: null, opensAtMs }
  const hours = issuing(state.configuration.hours, state.configuration.timeZone, nowMs)
  if (!hours.open) return { open: false, reason: hours.reason, text: hours.note, opensAtMs: opensAtMs ?? hours.opensAtMs }
  const reasons = new Set(services.map(({ reason }) => reason))
  return { open: false, reason: (reasons.size === 1 ? [...reasons][0] : null) ?? 'closed', text: null, opensAtMs }
}

function issuesUntilMs({ configuration, dayOverride }: BranchState, services: readonly PublicQueue[], nowMs: number): number | null {
  if (dayOverride !== null || !services.some(({ open }) => open)) return null
  const now = issuing(configuration.hours, configuration.timeZone, nowMs)
  return now.open && Number.isFinite(now.untilMs) ? now.untilMs : null
}

interface Offered {
  readonly agency: ServiceEntry['agency']
  readonly services: readonly ServiceEntry[]
}

const offered = new WeakMap<BranchConfiguration, readonly Offered[]>()

function offeredAgencies(configuration: BranchConfiguration): readonly Offered[] {
  const known = offered.get(configuration)
  if (known) return known
  const entries = [...indexOf(configuration).services.values()].filter(({ enabled }) => enabled)
  const agencies = configuration.agencies
    .map((agency) => ({ agency, services: entries.filter((entry) => entry.agency === agency) }))
    .filter(({ services }) => services.length > 0)
  offered.set(configuration, agencies)
  return agencies
}

function weekOf(hours: Hours, today: string, timeZone: string): PublicDay[] {
  const days: PublicDay[] = []
  for (let day = today; days.length < DAYS_TOLD; day = nextDay(day)) days.push({ day, ...hoursOn(hours, day, timeZone) })
  return days
}

/** Wall clock, for people to read; which exception holds is said here alone. */
function hoursOn(hours: Hours, day: string, timeZone: string): { intervals: readonly Interval[]; reason: Text | null } {
  const { intervals, reason } = servingHours(hours, day, timeZone)
  const endMs = dayEndMs(day, timeZone)
  const wall = (atMs: number): string => (atMs === endMs ? '24:00' : time('en', timeZone, atMs))
  return { intervals: intervals.map(({ fromMs, untilMs }) => [wall(fromMs), wall(untilMs)]), reason }
}
