import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inverseOf } from '../../counter-client/supervisor/actions/inverse.ts'
import { liveView } from '../../server/branch/views.ts'
import type { Command as Sent } from '../../shared/client/commands.ts'
import type { SupervisorCommand } from '../../shared/domain/commands.ts'
import { decide } from '../../shared/domain/decide.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { type BranchState, emptyBranch } from '../../shared/domain/state.ts'
import { MORNING, SECOND, smallHall } from '../domain/hall.ts'

const service = fc.constantFrom('DUKCAPIL.KK', 'DUKCAPIL.KTP', 'BANK.CS')
const agency = fc.constantFrom('DUKCAPIL', 'BANK')
const reason = fc.constantFrom('sistem', 'rapat')
const zones = fc.constantFrom(undefined, ['z1'], ['z2'])
const of = <T extends SupervisorCommand['type']>(type: T, fields: object = {}) => fc.record({ type: fc.constant(type), ...fields })
const commands = fc.oneof(
  of('pauseBranch', { reason }),
  of('resumeBranch'),
  of('openDay'),
  of('closeDay', { remaining: fc.constant('serve') }),
  of('resetDay'),
  of('pauseService', { service, reason }),
  of('openService', { service }),
  of('closeService', { service, remaining: fc.constant('serve') }),
  of('resetService', { service }),
  of('pauseAgency', { agency, reason }),
  of('resumeAgency', { agency }),
  of('clearNotice'),
  of('announce', { text: fc.constant({ id: 'Selamat pagi', en: 'Good morning' }), zones }),
  of('keepQuiet', { zones, reason }),
  of('speakAgain', { zones }),
) as unknown as fc.Arbitrary<SupervisorCommand>

function after(state: BranchState, command: SupervisorCommand): BranchState {
  const decision = decide(state, command, { nowMs: state.atMs + SECOND, by: 'penyelia' })
  if (!decision.ok) throw new Error(`${command.type}: ${decision.rejection.code}`)
  return evolveAll(state, decision.events)
}

function begun(): BranchState {
  const configuration = smallHall()
  const decision = decide(emptyBranch(configuration), { type: 'configureBranch', configuration }, { nowMs: MORNING, by: 'admin' })
  return evolveAll(emptyBranch(configuration), decision.ok ? decision.events : [])
}

/** All that a supervisor decides by hand, without the moments. */
const decided = ({ pause, dayOverride, services, notice, zones: heard }: BranchState) => ({
  pause: pause?.reason ?? null,
  dayOverride,
  services,
  notice: notice && { text: notice.text, zones: notice.zones },
  quiet: ['z1', 'z2'].map((id) => heard[id]?.quiet ?? null),
})

const inverse = (command: SupervisorCommand, before: BranchState): SupervisorCommand | null =>
  inverseOf(command as unknown as Sent, liveView(before)) as unknown as SupervisorCommand | null

test('what a supervisor did and took back leaves the hall as it was, whatever was decided before', () => {
  const offered = new Set<string>()
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 8 }), commands, (earlier, command) => {
      const before = earlier.reduce(after, begun())
      const back = inverse(command, before)
      if (back === null) return
      offered.add(command.type)
      // A text that another one replaced stays down.
      const expected = command.type === 'announce' ? { ...decided(before), notice: null } : decided(before)
      expect(decided(after(after(before, command), back))).toEqual(expected)
    }),
    { numRuns: 3_000 },
  )
  expect(offered.size).toBe(15)
})

test('nothing is offered where it would not be as before', () => {
  const paused = after(begun(), { type: 'pauseService', service: 'DUKCAPIL.KK', reason: 'sistem' })
  for (const command of [
    { type: 'pauseService', service: 'DUKCAPIL.KK', reason: 'rapat' },
    { type: 'openService', service: 'DUKCAPIL.KK' },
    { type: 'pauseAgency', agency: 'DUKCAPIL', reason: 'rapat' },
    { type: 'resumeAgency', agency: 'DUKCAPIL' },
    { type: 'closeService', service: 'BANK.CS', remaining: 'refuse', reason: 'petugas sakit' },
    { type: 'closeDay', remaining: 'carryOver' },
    { type: 'freeCounter', counter: '1', reason: 'pulang' },
  ] as const)
    expect(inverse(command, paused), command.type).toBeNull()
})
