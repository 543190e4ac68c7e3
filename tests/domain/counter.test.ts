import { afterAll, describe, expect, it } from 'vitest'
import { upcomingFor } from '../../shared/domain/order.ts'
import { passedBy } from '../../shared/domain/passed.ts'
import { Hall, MINUTE, REFUSALS_ELSEWHERE, SECOND, smallHall } from './hall.ts'

const counterOf = (hall: Hall, id: string) => {
  const counter = hall.state.configuration.counters.find((each) => each.id === id)
  if (!counter) throw new Error(`no counter ${id}`)
  return counter
}

describe('giving a visitor up', () => {
  it('markNoShow: at once where the branch sets no limit', () => {
    const hall = new Hall().open('1')
    hall.issue('DUKCAPIL.KK')
    hall.next('1')
    expect(hall.do({ type: 'markNoShow', counter: '1' }).events).toMatchObject([{ type: 'ticketMissed' }])
  })

  it('markNoShow: only after the branch’s number of recalls and seconds, and the refusal says how many are left', () => {
    const hall = new Hall(smallHall({ noShow: { recalls: 2, seconds: 30 } })).open('1')
    hall.issue('DUKCAPIL.KK')
    hall.next('1')
    const left = () => hall.refused({ type: 'markNoShow', counter: '1' })
    expect(left()).toMatchObject({ code: 'too-early', details: { number: 'B-001', leftSeconds: 30, leftRecalls: 2 } })
    hall.after(10 * SECOND).do({ type: 'recall', counter: '1' })
    expect(left().details).toMatchObject({ leftSeconds: 20, leftRecalls: 1 })
    hall.after(25 * SECOND)
    expect(left().details).toMatchObject({ leftSeconds: 0, leftRecalls: 1 })
    hall.do({ type: 'recall', counter: '1' })
    expect(hall.do({ type: 'markNoShow', counter: '1' }).events).toMatchObject([{ type: 'ticketMissed' }])
  })

  it('markNoShow: recalls alone are not enough before the seconds have passed', () => {
    const hall = new Hall(smallHall({ noShow: { recalls: 1, seconds: 60 } })).open('1')
    hall.issue('DUKCAPIL.KK')
    hall.next('1')
    hall.do({ type: 'recall', counter: '1' })
    hall.after(59 * SECOND + 1)
    expect(hall.refused({ type: 'markNoShow', counter: '1' }).details).toMatchObject({ leftSeconds: 1, leftRecalls: 0 })
    hall.after(999)
    hall.do({ type: 'markNoShow', counter: '1' })
  })

  it('CALL4 callNext is no way round it that anybody needs: it says what it does, and is not held up', () => {
    const hall = new Hall(smallHall({ noShow: { recalls: 2, seconds: 30 } })).open('1')
    hall.issue('DUKCAPIL.KK')
    hall.issue('DUKCAPIL.KK')
    hall.next('1')
    expect(hall.next('1')).toBe('B-002')
  })

  it('the missed are in the order in which they were given up, until they come back or are taken back', () => {
    const hall = new Hall().open('1', '2')
    for (let n = 0; n < 3; n++) hall.issue('DUKCAPIL.KTP')
    const missed = () => [...hall.state.missed.values()].map((id) => hall.ticket(id).number)
    hall.next('1')
    hall.next('2')
    hall.after(SECOND).do({ type: 'markNoShow', counter: '2' })
    hall.after(SECOND).do({ type: 'markNoShow', counter: '1' })
    expect(missed()).toEqual(['B-002', 'B-001'])
    hall.do({ type: 'undo', counter: '1' })
    expect(missed()).toEqual(['B-002'])
    const id = [...hall.state.missed.values()][0] as string
    hall.do({ type: 'callTicket', counter: '2', ticket: id, reason: 'kembali' })
    expect(missed()).toEqual([])
  })
})

describe('priority granted at the counter', () => {
  it('reclassify: of whoever this counter has or may call; the due time follows, and can be taken back', () => {
    const hall = new Hall().open('1')
    const first = hall.issue('DUKCAPIL.KK')
    const second = hall.after(MINUTE).issue('DUKCAPIL.KK')
    hall.do({ type: 'reclassify', counter: '1', ticket: second.id, class: 'priority', reason: 'lansia' })
    expect(hall.ticket(second.id)).toMatchObject({ class: 'priority', dueAtMs: second.readyAtMs + 10 * MINUTE })
    expect(upcomingFor(hall.state, counterOf(hall, '1'), 5).map(({ id }) => id)).toEqual([second.id, first.id])
    hall.do({ type: 'reclassify', counter: '1', ticket: second.id, class: 'regular', reason: 'salah tekan' })
    expect(hall.ticket(second.id).dueAtMs).toBe(second.dueAtMs)
    hall.next('1')
    hall.do({ type: 'reclassify', counter: '1', ticket: first.id, class: 'priority', reason: 'hamil' })
    expect(hall.ticket(first.id)).toMatchObject({ class: 'priority', state: 'called' })
  })

  it('reclassify: not of what other counters serve, nor to a class that is none, nor by whom the counter is not', () => {
    const hall = new Hall().open('1')
    const bank = hall.issue('BANK.CS')
    const kk = hall.issue('DUKCAPIL.KK')
    const grant = { type: 'reclassify', counter: '1', class: 'priority', reason: 'lansia' } as const
    expect(hall.refused({ ...grant, ticket: bank.id }).code).toBe('not-served-here')
    const elsewhere = hall.open('2').issue('DUKCAPIL.KTP')
    hall.next('2')
    expect(hall.refused({ ...grant, ticket: elsewhere.id }).code).toBe('ticket-at-counter')
    expect(hall.refused({ ...grant, ticket: 'none' }).code).toBe('unknown-ticket')
    expect(hall.refused({ ...grant, ticket: kk.id, class: 'vip' }).code).toBe('unknown-class')
    expect(hall.refused({ ...grant, ticket: kk.id, officer: 'other' }).code).toBe('not-at-counter')
  })
})

describe('a break', () => {
  it('pauseCounter: says until when, and coming back forgets it', () => {
    const hall = new Hall().open('1')
    hall.do({ type: 'pauseCounter', counter: '1', reason: 'Istirahat makan', minutes: 45 })
    expect(hall.counter('1')).toMatchObject({ state: 'paused', reason: 'Istirahat makan', untilMs: hall.nowMs + 45 * MINUTE })
    hall.do({ type: 'openCounter', counter: '1' })
    expect(hall.counter('1')).toMatchObject({ state: 'open', reason: null, untilMs: null })
    hall.do({ type: 'pauseCounter', counter: '1', reason: 'Rapat' })
    expect(hall.counter('1').untilMs).toBeNull()
  })
})

describe('who is next', () => {
  it('ORDER1: the first few in the order of calling, of all that the counter may call, and no more', () => {
    const hall = new Hall().open('2')
    const late = hall.issue('DUKCAPIL.KTP')
    const soon = hall.issue('BANK.TELLER')
    const first = hall.issue('DUKCAPIL.KTP', { class: 'priority' })
    hall.issue('DUKCAPIL.KK')
    const numbers = (most: number) => upcomingFor(hall.state, counterOf(hall, '2'), most).map(({ number }) => number)
    expect(numbers(5)).toEqual([first.number, soon.number, late.number])
    expect(numbers(2)).toEqual([first.number, soon.number])
    const called = [hall.next('2'), hall.next('2'), hall.next('2')]
    expect(called).toEqual([first.number, soon.number, late.number])
  })
})

describe('why was I passed?', () => {
  it('ORDER4: the calls since then, by counters that could have called it, newest first, each with its stored reason', () => {
    const hall = new Hall().open('1', '2', '3')
    const before = hall.issue('DUKCAPIL.KTP')
    hall.next('1')
    hall.after(MINUTE)
    const waiting = hall.issue('DUKCAPIL.KTP')
    const old = hall.issue('DUKCAPIL.KK', { class: 'priority' })
    const favoured = hall.issue('DUKCAPIL.KK')
    const bank = hall.issue('BANK.CS')
    hall.after(MINUTE).next('1')
    hall.after(MINUTE).do({ type: 'callTicket', counter: '1', ticket: favoured.id, reason: 'berkas tertinggal' })
    hall.after(MINUTE).next('3')
    const passed = passedBy(hall.state, hall.ticket(waiting.id))
    expect(passed).toMatchObject([
      { number: favoured.number, counter: '1', why: { rule: 'direct', outOfOrder: true, reason: 'berkas tertinggal' } },
      { number: old.number, counter: '1', why: { rule: 'earliestDue', class: 'priority', dueAtMs: old.dueAtMs } },
    ])
    expect(passed.map(({ number }) => number)).not.toContain(before.number)
    expect(passed.map(({ number }) => number)).not.toContain(bank.number)
  })

  it('is answered with the last twenty', () => {
    const hall = new Hall().open('3')
    const last = hall.issue('BANK.CS')
    for (let n = 0; n < 25; n++) hall.issue('BANK.TELLER')
    for (let n = 0; n < 25; n++) hall.after(SECOND).next('3')
    const passed = passedBy(hall.state, hall.ticket(last.id))
    expect(passed).toHaveLength(20)
    expect(passed[0]?.number).toBe('C-026')
  })
})

afterAll(() => {
  expect(REFUSALS_ELSEWHERE.counter.filter((code) => !Hall.seen.has(code))).toEqual([])
})
