import { expect, test } from 'vitest'
import { alertsOf } from '../../server/live/alerts.ts'
import type { Command } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { decide } from '../../shared/domain/decide.ts'
import { evolve } from '../../shared/domain/evolve.ts'
import { type BranchState, emptyBranch } from '../../shared/domain/state.ts'
import { MINUTE, MORNING, smallHall } from './hall.ts'

let nowMs = MORNING
let state: BranchState
const begin = (changes: Partial<BranchConfiguration> = {}) => {
  nowMs = MORNING
  const configuration = smallHall({ hours: 'always', ...changes })
  state = emptyBranch(configuration)
  take({ type: 'configureBranch', configuration })
}
const take = (command: Command) => {
  const decision = decide(state, command, { nowMs, by: 'test' })
  if (!decision.ok) throw new Error(decision.rejection.code)
  for (const event of decision.events) state = evolve(state, event)
}
const issue = (ticketId: string, service: string) => take({ type: 'issueTicket', ticketId, services: [service] } as Command)
type Sources = Parameters<typeof alertsOf>[0]
const told = (more: Partial<Sources> = {}) =>
  alertsOf({ state, nowMs, clockStepMs: null, devices: [], backup: null, outOfOrder: new Map(), lasting: new Set(), ...more })
const ids = (more: Partial<Sources> = {}) => told(more).map(({ id, severity }) => `${id} ${severity}`)

test('nothing is wrong in an empty hall, nor where people wait within the target at an open counter', () => {
  begin()
  expect(ids()).toEqual([])
  take({ type: 'openCounter', counter: '1', officer: 'petugas' })
  issue('t1', 'DUKCAPIL.KK')
  nowMs += 20 * MINUTE
  expect(ids()).toEqual(['zoneSilent z1 severe'])
})

test('a wait over the target is mild, over twice the target severe, and ends only when it is clearly shorter', () => {
  begin()
  take({ type: 'openCounter', counter: '1', officer: 'petugas' })
  take({ type: 'keepQuiet', zones: ['z1'], reason: 'ibadah' } as Command)
  issue('t1', 'DUKCAPIL.KK')
  nowMs += 30 * MINUTE
  expect(ids()).toEqual([])
  nowMs += 1
  expect(ids()).toEqual(['longWait DUKCAPIL.KK mild'])
  nowMs += 30 * MINUTE
  expect(told()[0]).toMatchObject({ severity: 'severe', count: 60, about: 'DUKCAPIL.KK', sinceMs: MORNING + 30 * MINUTE })
  nowMs = MORNING + 25 * MINUTE
  expect(ids()).toEqual([])
  expect(ids({ lasting: new Set(['longWait DUKCAPIL.KK']) })).toEqual(['longWait DUKCAPIL.KK mild'])
  nowMs = MORNING + 24 * MINUTE
  expect(ids({ lasting: new Set(['longWait DUKCAPIL.KK']) })).toEqual([])
})

test('nobody at a counter while people wait; not while the whole branch stands still, which is said by itself when it lasts', () => {
  begin()
  issue('t1', 'BANK.TELLER')
  issue('t2', 'BANK.TELLER')
  nowMs += 5 * MINUTE
  expect(ids()).toEqual([])
  nowMs += 1
  expect(told()).toMatchObject([{ id: 'nobodyServes BANK.TELLER', severity: 'severe', count: 2 }])
  take({ type: 'pauseBranch', reason: 'upacara' })
  expect(ids()).toEqual([])
  nowMs += 30 * MINUTE
  expect(ids()).toEqual(['longPause mild'])
})

test('a quota that is nearly used says how many are left', () => {
  begin()
  for (let at = 0; at < 4; at++) issue(`t${at}`, 'DUKCAPIL.KTP')
  expect(told().filter(({ kind }) => kind === 'quotaUsed')).toEqual([])
  issue('t5', 'DUKCAPIL.KTP')
  expect(told().filter(({ kind }) => kind === 'quotaUsed')).toMatchObject([{ about: 'DUKCAPIL.KTP', count: 0, severity: 'mild' }])
})

test('devices out of contact for longer than the threshold; at night nobody is told', () => {
  begin()
  const lost = { isConnected: false, sinceMs: nowMs, sound: null }
  const devices = [
    { deviceId: 'd1', kind: 'display', name: 'Layar', contact: lost },
    { deviceId: 'd2', kind: 'kiosk', name: 'Anjungan', contact: lost },
    { deviceId: 'd3', kind: 'display', name: 'Belum pernah', contact: { ...lost, sinceMs: null } },
    { deviceId: 'd4', kind: 'display', name: 'Ada', contact: { isConnected: true, sinceMs: nowMs, sound: 'ready' } },
  ] as const
  nowMs += 2 * MINUTE - 1
  expect(ids({ devices })).toEqual([])
  nowMs += 1
  expect(ids({ devices })).toEqual(['kioskLost d2 severe', 'screenLost d1 mild'])
  begin({ hours: { weekly: {} } })
  nowMs += 10 * MINUTE
  expect(ids({ devices: devices.map((each) => ({ ...each, contact: { ...each.contact, sinceMs: MORNING } })) })).toEqual([])
})

test('printers, calls out of order and the clock; thresholds are the branch’s', () => {
  begin({ alerts: { outOfOrderCalls: 2, waitPercent: 50 } })
  take({ type: 'reportPrinter', device: 'd2', state: 'paperOut' } as Command)
  const outOfOrder = new Map([
    ['petugas', 2],
    ['petugas2', 1],
  ])
  expect(ids({ outOfOrder, clockStepMs: -20 * MINUTE })).toEqual([
    'clockStep severe',
    'printerTrouble d2 severe',
    'outOfOrder petugas mild',
  ])
  issue('t1', 'DUKCAPIL.KK')
  nowMs += 15 * MINUTE + 1
  expect(ids().filter((id) => id.startsWith('longWait'))).toEqual(['longWait DUKCAPIL.KK mild'])
})
