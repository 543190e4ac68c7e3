import type { Applied } from '../../server/branch/runtime.ts'
import type { Command, CounterCommand } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { decide } from '../../shared/domain/decide.ts'
import { evolve, evolveAll } from '../../shared/domain/evolve.ts'
import { type BranchState, counterState, emptyBranch, zoneState } from '../../shared/domain/state.ts'
import { NOTICES } from '../../shared/speech/notices.ts'

/** A small branch with two zones, so that random commands often meet. */
export const SMALL_BRANCH: BranchConfiguration = {
  id: 'small',
  name: { id: 'Kecil', en: 'Small' },
  timeZone: 'Asia/Makassar',
  languages: ['id', 'en'],
  hours: 'always',
  zones: [
    { id: 'a', name: 'A' },
    { id: 'b', name: 'B' },
  ],
  classes: [{ id: 'priority', name: 'Prioritas', targetMinutes: 10 }],
  agencies: [
    {
      id: 'X',
      name: 'X',
      short: 'X',
      prefix: 'X',
      services: [
        { id: 'ONE', name: 'Satu', averageMinutes: 5, targetMinutes: 30 },
        { id: 'TWO', name: 'Dua', averageMinutes: 10, targetMinutes: 20, quotaPerDay: 40 },
      ],
    },
    { id: 'Y', name: 'Y', short: 'Y', prefix: 'Y', services: [{ id: 'ONE', name: 'Tiga', averageMinutes: 5, targetMinutes: 30 }] },
  ],
  counters: [
    { id: '1', label: 'Loket 1', zone: 'a', services: ['X.ONE', 'X.TWO'] },
    { id: '2', label: 'Loket 2', zone: 'a', services: ['X.TWO'] },
    { id: '3', label: 'Loket 3', zone: 'b', services: ['Y.ONE', 'X.ONE'] },
  ],
  journeys: [{ id: 'J', name: 'Paket', steps: [{ service: 'X.ONE' }, { service: 'Y.ONE' }] }],
}

export const START_MS = Date.UTC(2025, 10, 20, 0, 0, 0)

export const newBranch = (configuration: BranchConfiguration = SMALL_BRANCH): BranchState => {
  const empty = emptyBranch(configuration)
  const decision = decide(empty, { type: 'configureBranch', configuration }, { nowMs: START_MS, by: 'admin' })
  if (!decision.ok) throw new Error(decision.rejection.code)
  return evolveAll(empty, decision.events)
}

/** A repeatable source of chance (mulberry32): the seed is all that a failure needs. */
export function chance(seed: number): { next(): number; below(n: number): number; one<T>(of: readonly T[]): T } {
  let a = seed >>> 0
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = a
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (n: number) => Math.floor(next() * n)
  return { next, below, one: (of) => of[below(of.length)] as (typeof of)[number] }
}

/** A command that often makes sense in this state, and sometimes none. */
export function anyCommand(state: BranchState, random: ReturnType<typeof chance>): Command {
  const counter = random.one(['1', '2', '3'])
  const officer = random.below(12) === 0 ? 'other' : `officer-${counter}`
  const current = random.below(15) === 0 ? null : counterState(state, counter).ticket
  const tickets = [...state.tickets.keys()]
  const ticket = tickets.length > 0 ? random.one(tickets) : 'nobody'
  const at = { counter, officer }
  const place = random.one(['keep', 'front', 'end'] as const)
  const to = random.below(2) ? { service: random.one(['X.ONE', 'X.TWO', 'Y.ONE']) } : { counter: random.one(['1', '2', '3']) }
  const kind = random.below(52)
  if (kind < 10)
    return {
      type: 'issueTicket',
      ticketId: `t${random.below(1e9)}`,
      ...(random.below(4) ? { services: [random.one(['X.ONE', 'X.TWO', 'Y.ONE'])] } : { journey: 'J' }),
      class: random.below(5) ? 'regular' : 'priority',
      language: 'id',
    }
  if (kind < 14) return { type: 'openCounter', ...at, takeOver: random.below(2) === 0 }
  if (kind < 22) return { type: 'callNext', ...at, current }
  const counterCommands: CounterCommand[] = [
    { type: 'recall', ...at, current },
    { type: 'startService', ...at, current },
    { type: 'complete', ...at, current },
    { type: 'markNoShow', ...at, current },
    { type: 'hold', ...at, current },
    { type: 'resume', ...at, ticket },
    { type: 'transfer', ...at, current, to, place },
    { type: 'returnToQueue', ...at, ticket },
    { type: 'undo', ...at },
    { type: 'undo', ...at },
    { type: 'callTicket', ...at, current, ticket, reason: 'asked' },
    { type: 'pauseCounter', ...at, reason: 'lunch' },
    { type: 'closeCounter', ...at },
  ]
  if (kind < 35) return random.one(counterCommands)
  if (kind >= 40) return announcerCommand(state, random, counter)
  return random.one<Command>([
    { type: 'pauseBranch', reason: 'alarm' },
    { type: 'resumeBranch' },
    { type: 'resumeBranch' },
    { type: 'pauseService', service: 'X.TWO', reason: 'system down' },
    { type: 'openService', service: 'X.TWO' },
    { type: 'resetService', service: 'X.TWO' },
    { type: 'announce', text: { id: 'Perhatian', en: 'Attention' }, zones: random.one([undefined, ['a'], ['b']]) },
    { type: 'clearNotice' },
    { type: 'keepQuiet', zones: random.one([undefined, ['a']]), reason: 'prayer' },
    { type: 'speakAgain' },
    { type: 'speakAgain' },
    { type: 'cancelTicket', ticket, reason: 'left' },
    { type: 'reclassifyTicket', ticket, class: 'priority', reason: 'elderly' },
    { type: 'moveTicket', ticket, to, place, reason: 'wrong service' },
    { type: 'freeCounter', counter, reason: 'ill' },
    { type: 'closeService', service: random.one(['X.ONE', 'X.TWO']), remaining: random.one(['serve', 'refuse', 'carryOver'] as const) },
    { type: 'pauseAgency', agency: 'X', reason: 'network down' },
    { type: 'resumeAgency', agency: 'X' },
    {
      type: 'enterTicket',
      ticketId: `w${random.below(1e9)}`,
      number: `X-T0${1 + random.below(9)}`,
      writtenAtMs: state.atMs,
      service: 'X.ONE',
    },
    { type: 'handTicket', ticket, how: 'paper', device: 'kiosk' },
    { type: 'reportPrinter', device: 'kiosk', state: random.one(['ready', 'paperOut', null] as const) },
    { type: 'openDay' },
    { type: 'resetDay' },
    { type: 'configureBranch', configuration: { ...state.configuration, motto: `M${random.below(3)}` } },
    { type: 'turnDay' },
  ])
}

/** Two screens that speak: one for zone a, one for both. */
function announcerCommand(state: BranchState, random: ReturnType<typeof chance>, counter: string): Command {
  const zone = random.one(['a', 'b'])
  const { speaker, speaking, soundCheck } = zoneState(state, zone)
  const connection = speaker?.connection ?? (zone === 'a' ? random.one(['c1', 'c2']) : 'c2')
  const announcementId = speaking?.id ?? counterState(state, counter).announcement?.id ?? 'none'
  if (speaker === null && random.below(2)) return { type: 'chooseSpeaker', zone, connection, device: `device-${connection}`, server: 's' }
  const usual: Command = speaking
    ? { type: 'endAnnouncement', zone, announcementId, connection, why: random.one([null, null, 'failed' as const]) }
    : { type: 'startAnnouncement', zone, connection }
  return random.one<Command>([
    usual,
    usual,
    usual,
    usual,
    { type: 'loseSpeaker', zone, connection, why: random.one(['closed', 'blocked'] as const) },
    { type: 'blockSound', zone, device: random.one([null, 'device-c1']) },
    { type: 'showAnnouncement', announcementId, zone, device: 'device-c1' },
    { type: 'expireAnnouncements' },
    { type: 'checkSound', zone, code: '123' },
    { type: 'confirmSound', zone, code: soundCheck?.code ?? '0' },
    { type: 'announcePrepared', notice: NOTICES[0]?.id as string, zones: [zone] },
  ])
}

/** Decides and applies; what was applied, event by event; empty where it was refused. */
export function perform(state: BranchState, command: Command, nowMs: number): Applied[] {
  const decision = decide(state, command, { nowMs, by: 'somebody' })
  if (!decision.ok) return []
  const applied: Applied[] = []
  let before = state
  for (const event of decision.events) {
    const after = evolve(before, event)
    applied.push({ before, event, state: after })
    before = after
  }
  return applied
}
