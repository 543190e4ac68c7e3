import { describe, expect, test } from 'vitest'
import { type AlertSources, alertsOf } from '../../server/live/alerts.ts'
import type { Alert } from '../../shared/protocol/live.ts'
import { Hall, HOUR, MINUTE, SECOND, smallHall } from '../domain/hall.ts'

type Device = AlertSources['devices'][number]

const found = (hall: Hall, more: Partial<AlertSources> = {}): Alert[] =>
  alertsOf({
    state: hall.state,
    nowMs: hall.nowMs,
    clockStepMs: null,
    devices: [],
    backup: null,
    outOfOrder: new Map(),
    lasting: new Set(),
    ...more,
  })
/** Without the zones' loudspeakers, of which this hall has none. */
const ids = (hall: Hall, more: Partial<AlertSources> = {}): string[] =>
  found(hall, more)
    .filter(({ kind }) => kind !== 'zoneSilent')
    .map(({ id, severity }) => `${severity} ${id}`)
const lost = (kind: Device['kind'], sinceMs: number | null, isConnected = false): Device => ({
  deviceId: `the-${kind}`,
  kind,
  name: `Depan ${kind}`,
  contact: { isConnected, sinceMs, sound: null },
})

describe('people wait', () => {
  test('nothing is wrong where nobody waits, and while a wait is within its target', () => {
    const hall = new Hall()
    expect(ids(hall)).toEqual([])
    hall.open('3').issue('BANK.TELLER')
    expect(ids(hall.after(15 * MINUTE))).toEqual([])
  })

  test('a wait over the target of its service is mild, over twice the target severe; since when, and of whom', () => {
    const hall = new Hall().open('3')
    const { issuedAtMs } = hall.issue('BANK.TELLER')
    hall.after(16 * MINUTE)
    expect(found(hall).find(({ kind }) => kind === 'longWait')).toEqual({
      id: 'longWait BANK.TELLER',
      kind: 'longWait',
      severity: 'mild',
      sinceMs: issuedAtMs + 15 * MINUTE,
      about: 'BANK.TELLER',
      name: 'TELLER',
      count: 16,
    })
    expect(ids(hall.after(15 * MINUTE))).toEqual(['severe longWait BANK.TELLER'])
    hall.next('3')
    expect(ids(hall)).toEqual([])
  })

  test('what has begun ends only when it is clearly better: a wait about its target does not come and go', () => {
    const hall = new Hall().open('3')
    hall.issue('BANK.TELLER')
    hall.after(13 * MINUTE)
    const lasting = new Set(['longWait BANK.TELLER'])
    expect([ids(hall), ids(hall, { lasting })]).toEqual([[], ['mild longWait BANK.TELLER']])
    const better = new Hall().open('3')
    better.issue('BANK.TELLER')
    expect(ids(better.after(12 * MINUTE), { lasting })).toEqual([])
  })

  test('the branch says from which share of the target on', () => {
    const hall = new Hall(smallHall({ alerts: { waitPercent: 200 } })).open('3')
    hall.issue('BANK.TELLER')
    expect(ids(hall.after(29 * MINUTE))).toEqual([])
    expect(ids(hall.after(2 * MINUTE))).toEqual(['mild longWait BANK.TELLER'])
  })

  test('nobody serves those who wait: an open counter of another service does not help them, one on a break neither', () => {
    const hall = new Hall().open('1', '3')
    hall.issue('BANK.CS')
    hall.after(6 * MINUTE)
    expect(ids(hall)).toEqual([])
    hall.do({ type: 'pauseCounter', counter: '3', reason: 'Istirahat' })
    // A break of a moment leaves nobody alone, however long he has waited at an open counter.
    expect(ids(hall.after(5 * MINUTE))).toEqual([])
    hall.after(1)
    expect(ids(hall)).toEqual(['severe nobodyServes BANK.CS'])
    expect(found(hall).find(({ kind }) => kind === 'nobodyServes')).toMatchObject({ count: 1, sinceMs: hall.nowMs - 1 })
    hall.do({ type: 'openCounter', counter: '3' })
    expect(ids(hall)).toEqual([])
  })

  test('nobody is missed before the hall opens and in its break; after its closing whoever waits still is left alone', () => {
    const hours = {
      weekly: {
        Thu: [
          ['08:30', '12:00'],
          ['13:00', '15:00'],
        ],
      },
      firstTicketMinutesBeforeOpen: 60,
    } as const
    const hall = new Hall(smallHall({ hours, alerts: { waitPercent: 10_000 } }))
    hall.issue('BANK.CS')
    expect(ids(hall.after(35 * MINUTE))).toEqual([])
    expect(ids(hall.after(MINUTE))).toEqual(['severe nobodyServes BANK.CS'])
    expect(ids(hall.after(4 * HOUR))).toEqual([])
    expect(ids(hall.after(4 * HOUR))).toEqual(['severe nobodyServes BANK.CS'])
    expect(ids(new Hall(smallHall({ hours })), { backup: { kind: 'backupOverdue', sinceMs: 0 } })).toEqual(['severe backupOverdue'])
  })

  test('nobody is blamed while the whole branch stands still; that it stands long is what is told', () => {
    const hall = new Hall()
    hall.issue('BANK.CS')
    hall.do({ type: 'pauseBranch', reason: 'Upacara' })
    expect(ids(hall.after(29 * MINUTE))).toEqual([])
    expect(ids(hall.after(2 * MINUTE))).toEqual(['mild longPause'])
  })

  test('whoever was carried over has not waited through the night', () => {
    const hours = { weekly: { Thu: [['08:00', '15:00']], Fri: [['08:00', '15:00']] } } as const
    const hall = new Hall(smallHall({ hours })).open('1')
    hall.issue('DUKCAPIL.KK')
    hall.do({ type: 'closeService', service: 'DUKCAPIL.KK', remaining: 'carryOver', reason: 'Blangko habis' })
    hall.after(24 * HOUR).do({ type: 'turnDay' })
    expect(ids(hall.open('1'))).toEqual([])
    expect(ids(hall.after(31 * MINUTE))).toEqual(['mild longWait DUKCAPIL.KK'])
  })
})

test('a quota is nearly used, and used; not before a number was given', () => {
  expect(ids(new Hall(smallHall({ alerts: { quotaLeftPercent: 100 } })))).toEqual([])
  const hall = new Hall(smallHall({ alerts: { quotaLeftPercent: 40 } })).open('1', '2')
  expect(ids(hall)).toEqual([])
  hall.issue('DUKCAPIL.KTP')
  hall.issue('DUKCAPIL.KTP')
  expect(ids(hall)).toEqual([])
  hall.issue('DUKCAPIL.KTP')
  expect(found(hall).find(({ kind }) => kind === 'quotaUsed')).toMatchObject({ about: 'DUKCAPIL.KTP', count: 2, severity: 'mild' })
  hall.issue('DUKCAPIL.KTP')
  hall.issue('DUKCAPIL.KTP')
  expect(found(hall).find(({ kind }) => kind === 'quotaUsed')).toMatchObject({ count: 0 })
})

describe('what stands in the hall', () => {
  test('a kiosk out of contact is severe, a screen mild; both after two minutes', () => {
    const hall = new Hall().open('1')
    const devices = [lost('display', hall.nowMs), lost('kiosk', hall.nowMs)]
    expect(ids(hall.after(119 * SECOND), { devices })).toEqual([])
    expect(ids(hall.after(SECOND), { devices })).toEqual(['severe kioskLost the-kiosk', 'mild screenLost the-display'])
    expect(found(hall, { devices })[0]).toMatchObject({ name: expect.anything(), count: expect.any(Number) })
  })

  test('one that was never heard of, or that is there, is not lost; at night nobody misses any', () => {
    const hall = new Hall(smallHall({ hours: { weekly: { Thu: [['08:00', '15:00']] } } }))
    const away = [lost('kiosk', hall.nowMs - HOUR)]
    expect(ids(hall, { devices: [lost('kiosk', null), lost('display', hall.nowMs - HOUR, true)] })).toEqual([])
    expect(ids(hall, { devices: away })).toEqual(['severe kioskLost the-kiosk'])
    expect(ids(hall.after(12 * HOUR), { devices: away })).toEqual([])
  })

  test('a zone is silent where a counter calls and no screen speaks; not where nobody calls, nor where silence is wanted', () => {
    const silent = (hall: Hall) => found(hall).flatMap(({ kind, about }) => (kind === 'zoneSilent' ? [about] : []))
    const hall = new Hall()
    expect(silent(hall)).toEqual([])
    expect(silent(hall.open('1'))).toEqual(['z1'])
    hall.do({ type: 'chooseSpeaker', zone: 'z1', connection: 'c', device: 'd', server: 's' })
    expect(silent(hall)).toEqual([])
    hall.do({ type: 'loseSpeaker', zone: 'z1', connection: 'c', why: 'closed' })
    expect(silent(hall)).toEqual(['z1'])
  })

  test('a printer with little paper is mild, one with none severe, one that is ready none', () => {
    const hall = new Hall()
    const printer = (state: 'paperLow' | 'paperOut' | 'ready') => hall.do({ type: 'reportPrinter', device: 'the-kiosk', state })
    const devices = [lost('kiosk', hall.nowMs, true)]
    printer('paperLow')
    expect(ids(hall, { devices })).toEqual(['mild printerTrouble the-kiosk'])
    expect(found(hall, { devices })[0]).toMatchObject({ name: 'Depan kiosk' })
    printer('paperOut')
    expect(ids(hall, { devices })).toEqual(['severe printerTrouble the-kiosk'])
    printer('ready')
    expect(ids(hall, { devices })).toEqual([])
  })
})

test('calls out of order are told from the fifth on', () => {
  const hall = new Hall()
  expect(ids(hall, { outOfOrder: new Map([['petugas', 4]]) })).toEqual([])
  expect(ids(hall, { outOfOrder: new Map([['petugas', 5]]) })).toEqual(['mild outOfOrder petugas'])
})

test('the worst stands first', () => {
  const hall = new Hall(smallHall({ alerts: { outOfOrderCalls: 1 } })).open('1')
  hall.issue('BANK.CS')
  hall.issue('DUKCAPIL.KK')
  hall.after(50 * MINUTE)
  expect(ids(hall, { clockStepMs: 3 * MINUTE, outOfOrder: new Map([['petugas', 2]]) })).toEqual([
    'severe clockStep',
    'severe nobodyServes BANK.CS',
    'mild longWait DUKCAPIL.KK',
    'mild longWait BANK.CS',
    'mild outOfOrder petugas',
  ])
})
