import { afterAll, describe, expect, it } from 'vitest'
import { seriesAndCount } from '../../shared/domain/evolve.ts'
import { Hall, HOUR, MINUTE, REFUSALS_ELSEWHERE, SECOND, smallHall } from './hall.ts'

const states = (hall: Hall) => Object.fromEntries([...hall.state.tickets.values()].map(({ number, state }) => [number, state]))
const take = (hall: Hall, service: string) => hall.refused({ type: 'issueTicket', ticketId: 'x', services: [service] })

describe('one service ends its day before the others', () => {
  const hall = () => {
    const opened = new Hall().open('1')
    for (let n = 0; n < 2; n++) opened.issue('DUKCAPIL.KK')
    opened.issue('DUKCAPIL.KTP')
    return opened
  }
  const close = (remaining: 'serve' | 'refuse' | 'carryOver') =>
    ({ type: 'closeService', service: 'DUKCAPIL.KK', remaining, reason: 'Blangko habis' }) as const

  it('TICKET4 DAY2 no new tickets of it, and the reason; those who wait are served on', () => {
    const closed = hall()
    closed.do(close('serve'))
    expect(take(closed, 'DUKCAPIL.KK')).toEqual({
      code: 'service-closed',
      details: { service: 'DUKCAPIL.KK', reason: 'day-closed', opensAtMs: null, text: 'Blangko habis' },
    })
    expect(closed.next('1')).toBe('B-003')
    expect(closed.next('1')).toBe('B-001')
    expect(closed.issue('DUKCAPIL.KTP').number).toBe('B-004')
    closed.do({ type: 'openService', service: 'DUKCAPIL.KK' })
    expect(closed.issue('DUKCAPIL.KK').number).toBe('B-005')
  })

  it('DAY2 those who wait are refused with the reason, and nobody of another service', () => {
    const closed = hall()
    closed.do(close('refuse'))
    expect(states(closed)).toEqual({ 'B-001': 'cancelled', 'B-002': 'cancelled', 'B-003': 'waiting' })
    expect(closed.numbered('B-001').note).toBe('Blangko habis')
  })

  it('DAY2 those who wait are first on the next day, with a slip that names its day', () => {
    const closed = hall()
    closed.do(close('carryOver'))
    expect(closed.next('1')).toBe('B-003')
    expect(closed.next('1')).toBeNull()
    closed.after(24 * HOUR).do({ type: 'turnDay' })
    closed.open('1')
    closed.issue('DUKCAPIL.KK')
    expect([closed.next('1'), closed.next('1'), closed.next('1')]).toEqual(['B-001/20', 'B-002/20', 'B-001'])
  })
})

describe('what a person was shown is what happens', () => {
  it('DAY2 only the tickets named are refused; whoever was called meanwhile stays at his counter, whoever came is served on', () => {
    const hall = new Hall().open('1')
    const ids = [1, 2, 3].map(() => hall.issue('DUKCAPIL.KK').id)
    hall.next('1')
    hall.issue('DUKCAPIL.KK')
    hall.do({
      type: 'closeService',
      service: 'DUKCAPIL.KK',
      remaining: 'refuse',
      reason: 'Waktu habis',
      tickets: [ids[0] as string, ids[2] as string],
    })
    expect(states(hall)).toEqual({ 'B-001': 'called', 'B-002': 'waiting', 'B-003': 'cancelled', 'B-004': 'waiting' })
    expect(hall.numbered('B-003').refusal).toBe('Waktu habis')
    hall.do({ type: 'closeDay', remaining: 'carryOver', tickets: [ids[1] as string, 'none'] })
    expect(hall.numbered('B-002/20').waitsForNextDay).toBe(true)
    expect(hall.numbered('B-004').waitsForNextDay).toBe(false)
  })

  it('PRIV1 a note of staff is not a refusal: its visitor does not read it', () => {
    const hall = new Hall()
    const { id } = hall.issue('DUKCAPIL.KK')
    hall.do({ type: 'cancelTicket', ticket: id, reason: 'marah-marah' })
    expect(hall.ticket(id)).toMatchObject({ note: 'marah-marah', refusal: null })
  })

  it('DAY3 when the day turned, what became of its tickets is told, by the service of their last stop', () => {
    const hall = new Hall().open('1', '3')
    for (let n = 0; n < 5; n++) hall.issue('DUKCAPIL.KK')
    const teller = hall.issue('BANK.TELLER').id
    hall.next('1')
    hall.do({ type: 'startService', counter: '1' })
    hall.next('1')
    hall.do({ type: 'closeService', service: 'DUKCAPIL.KK', remaining: 'carryOver', tickets: [hall.numbered('B-005').id] })
    hall.do({ type: 'cancelTicket', ticket: teller, reason: 'pulang' })
    hall.after(24 * HOUR).do({ type: 'turnDay' })
    const none = { completed: 0, missed: 0, refused: 0, carriedOver: 0, cancelled: 0 }
    expect(hall.state.lastDay).toEqual({
      day: '2025-11-20',
      endedAtMs: hall.nowMs,
      services: {
        'DUKCAPIL.KK': { ...none, completed: 1, missed: 1, refused: 2, carriedOver: 1 },
        'BANK.TELLER': { ...none, cancelled: 1 },
      },
    })
  })
})

describe('agencies', () => {
  it('what was opened or closed by hand before a pause is so again after it', () => {
    const hall = new Hall(smallHall({ hours: { weekly: { Fri: [['08:00', '12:00']] } } }))
    hall.do({ type: 'openService', service: 'DUKCAPIL.KK' })
    hall.do({ type: 'closeService', service: 'DUKCAPIL.KTP', remaining: 'serve', reason: 'Blangko habis' })
    hall.do({ type: 'pauseAgency', agency: 'DUKCAPIL', reason: 'Listrik padam' })
    hall.do({ type: 'pauseService', service: 'DUKCAPIL.KK', reason: 'Masih padam' })
    expect(take(hall, 'DUKCAPIL.KTP').details).toMatchObject({ reason: 'paused', text: 'Listrik padam' })
    hall.do({ type: 'resumeAgency', agency: 'DUKCAPIL' })
    hall.issue('DUKCAPIL.KK')
    expect(take(hall, 'DUKCAPIL.KTP').details).toMatchObject({ reason: 'day-closed', text: 'Blangko habis' })
    hall.do({ type: 'resetService', service: 'DUKCAPIL.KK' })
    expect(take(hall, 'DUKCAPIL.KK').details).toMatchObject({ reason: 'closed-today' })
  })

  it('TICKET4 an agency is paused and goes on as a whole; what was paused on its own stays so, and numbers stay valid', () => {
    const hall = new Hall().open('1')
    hall.issue('DUKCAPIL.KK')
    hall.do({ type: 'pauseService', service: 'DUKCAPIL.KTP', reason: 'Alat rusak' })
    expect(hall.do({ type: 'pauseAgency', agency: 'DUKCAPIL', reason: 'Sistem instansi gangguan' }).events).toHaveLength(1)
    expect(take(hall, 'DUKCAPIL.KK').details).toMatchObject({ reason: 'paused', text: 'Sistem instansi gangguan' })
    expect(take(hall, 'DUKCAPIL.KTP').details).toMatchObject({ text: 'Alat rusak' })
    expect(hall.next('1')).toBeNull()
    expect(hall.issue('BANK.CS').number).toBe('C-001')
    expect(hall.do({ type: 'pauseAgency', agency: 'DUKCAPIL', reason: 'lagi' }).events).toHaveLength(0)
    hall.do({ type: 'resumeAgency', agency: 'DUKCAPIL' })
    expect(hall.next('1')).toBe('B-001')
    expect(hall.refused({ type: 'pauseAgency', agency: 'NONE', reason: 'x' }).code).toBe('unknown-agency')
  })

  it('TICKET4 switched off: no tickets, numbers given stay valid, an optional stop there is left out', () => {
    const hall = new Hall().open('3')
    hall.issue('BANK.CS')
    const off = smallHall()
    const [dukcapil, bank] = off.agencies as [(typeof off.agencies)[0], (typeof off.agencies)[0]]
    const switched = (services: object) => ({ ...off, agencies: [dukcapil, { ...bank, ...services }] })
    hall.do({
      type: 'configureBranch',
      configuration: switched({ services: bank.services.map((each) => ({ ...each, enabled: each.id !== 'CS' })) }),
    })
    expect(take(hall, 'BANK.CS').details).toMatchObject({ reason: 'switched-off', opensAtMs: null })
    expect(hall.journey('lahir').services).toEqual(['DUKCAPIL.KK', 'BANK.TELLER'])
    expect(hall.next('3')).toBe('C-001')
    hall.do({ type: 'configureBranch', configuration: switched({ enabled: false }) })
    expect(take(hall, 'BANK.TELLER').details).toMatchObject({ reason: 'switched-off' })
  })
})

describe('numbers of the fallback sheet', () => {
  const enter = (hall: Hall, number: string, minutesAgo: number, service = 'DUKCAPIL.KK') =>
    ({
      type: 'enterTicket',
      ticketId: `written ${number} ${hall.state.day}`,
      number,
      writtenAtMs: hall.nowMs - minutesAgo * MINUTE,
      service,
    }) as const

  it('TICKET1 ORDER2 they take their place by the time on them, and never collide with printed ones', () => {
    const hall = new Hall().after(2 * HOUR).open('1')
    hall.issue('DUKCAPIL.KK')
    hall.after(30 * MINUTE).issue('DUKCAPIL.KK')
    hall.do(enter(hall, 'B-T02', 10))
    hall.do(enter(hall, 'B-T01', 20))
    expect(hall.issue('DUKCAPIL.KK').number).toBe('B-003')
    expect([1, 2, 3, 4, 5].map(() => hall.next('1'))).toEqual(['B-001', 'B-T01', 'B-T02', 'B-002', 'B-003'])
    expect(hall.state.series.B).toBe(3)
    expect(seriesAndCount('B-003')).toEqual(['B', 3])
    expect(hall.numbered('B-T01')).toMatchObject({ handed: 'paper', issuedAtMs: hall.nowMs - 20 * MINUTE })
  })

  it('a number twice, another agency’s, one beyond the sheet, a time to come and one of yesterday are refused', () => {
    const hall = new Hall().after(HOUR)
    hall.do(enter(hall, 'B-T01', 5))
    expect(hall.refused(enter(hall, 'B-T01', 4))).toEqual({ code: 'number-taken', details: { number: 'B-T01' } })
    expect(hall.refused(enter(hall, 'C-T01', 5))).toEqual({ code: 'wrong-number', details: { number: 'C-T01', prefix: 'B' } })
    for (const number of ['B-T00', 'B-T1', 'B-001', 'B-T100']) expect(hall.refused(enter(hall, number, 5)).code).toBe('wrong-number')
    expect(hall.refused(enter(hall, 'B-T02', -1)).code).toBe('wrong-time')
    expect(hall.refused(enter(hall, 'B-T02', 10 * 60)).code).toBe('wrong-time')
    expect(hall.refused(enter(hall, 'B-T02', 5, 'DUKCAPIL.NONE')).code).toBe('unknown-service')
    expect(hall.refused({ ...enter(hall, 'B-T02', 5), class: 'none' }).code).toBe('unknown-class')
  })

  it('hours and quotas don’t refuse a number that a visitor has already; it counts all the same', () => {
    const hall = new Hall(smallHall({ hours: { weekly: { Thu: [['08:00', '08:30']] } } })).after(20 * MINUTE)
    for (let n = 0; n < 5; n++) hall.issue('DUKCAPIL.KTP')
    hall.after(HOUR).do(enter(hall, 'B-T01', 65, 'DUKCAPIL.KTP'))
    expect(hall.state.issued['DUKCAPIL.KTP']).toBe(6)
  })

  it('the next day has a sheet of its own; one that is carried over keeps its day', () => {
    const hall = new Hall().after(HOUR)
    hall.do(enter(hall, 'B-T01', 5))
    hall.do({ type: 'closeDay', remaining: 'carryOver' })
    hall.after(24 * HOUR).do({ type: 'turnDay' })
    hall.do(enter(hall, 'B-T01', 5))
    hall.open('1')
    expect([hall.next('1'), hall.next('1')]).toEqual(['B-T01/20', 'B-T01'])
  })
})

describe('paper', () => {
  it('a ticket is handed over once: paper that came at last says more than a screen that was read', () => {
    const hall = new Hall()
    const { id } = hall.issue('DUKCAPIL.KK')
    const hand = (how: 'paper' | 'screen') => hall.do({ type: 'handTicket', ticket: id, how, device: 'kiosk1' }).events.length
    expect([hand('screen'), hand('screen'), hand('paper'), hand('screen'), hand('paper')]).toEqual([1, 0, 1, 0, 0])
    expect(hall.ticket(id).handed).toBe('paper')
    expect(hall.refused({ type: 'handTicket', ticket: 'none', how: 'paper', device: 'kiosk1' }).code).toBe('unknown-ticket')
  })

  it('CALL6 handing it over overtakes no undo', () => {
    const hall = new Hall().open('1')
    const { id } = hall.issue('DUKCAPIL.KK')
    hall.next('1')
    hall.after(SECOND).do({ type: 'handTicket', ticket: id, how: 'paper', device: 'kiosk1' })
    hall.do({ type: 'undo', counter: '1' })
    expect(hall.ticket(id)).toMatchObject({ state: 'waiting', handed: 'paper' })
  })

  it('a printer’s state is told when it changes, and forgotten with its device', () => {
    const hall = new Hall()
    const report = (state: 'ready' | 'paperOut' | null) => hall.do({ type: 'reportPrinter', device: 'kiosk1', state }).events.length
    expect([report(null), report('ready'), report('ready'), report('paperOut')]).toEqual([0, 1, 0, 1])
    expect(hall.state.printers).toEqual({ kiosk1: { state: 'paperOut', sinceMs: hall.nowMs } })
    hall.after(24 * HOUR).do({ type: 'turnDay' })
    expect(hall.state.printers.kiosk1?.state).toBe('paperOut')
    report(null)
    expect(hall.state.printers).toEqual({})
  })
})

afterAll(() => {
  expect(REFUSALS_ELSEWHERE.day.filter((code) => !Hall.seen.has(code))).toEqual([])
})
