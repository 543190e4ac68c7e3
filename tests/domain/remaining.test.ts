import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { foresee, type Outlook, waitingToday } from '../../shared/domain/remaining.ts'
import { counterState, currentService } from '../../shared/domain/state.ts'
import { Hall, HOUR, MINUTE, smallHall } from './hall.ts'

/** Thursday 08:00 to 12:00 and 13:00 to 15:00; the hall's clock stands at 08:00. */
const usual = { weekly: { Thu: [['08:00', '12:00'] as const, ['13:00', '15:00'] as const], Fri: [['08:00', '11:30'] as const] } }
const outlook = (hall: Hall, service: string): Outlook => {
  const found = foresee(hall.state, hall.nowMs).outlooks.find((each) => each.service === service)
  if (!found) throw new Error(`no outlook for ${service}`)
  return found
}
const issue = (hall: Hall, service: string, count: number) => {
  for (let n = 0; n < count; n++) hall.issue(service)
}

describe('who can still be served today', () => {
  it('DAY2 one counter, ten minutes each: from the fifth on nobody, 45 minutes before the end', () => {
    const hall = new Hall(smallHall({ hours: usual }))
    issue(hall, 'BANK.CS', 7)
    hall.after(6 * HOUR + 15 * MINUTE).open('3')
    expect(outlook(hall, 'BANK.CS')).toMatchObject({
      waiting: 7,
      served: 4,
      from: 'C-005',
      breakMs: null,
      endsMs: hall.nowMs + 45 * MINUTE,
    })
  })

  it('a counter that is busy is free when its visitor has taken the average', () => {
    const hall = new Hall(smallHall({ hours: usual }))
    issue(hall, 'BANK.CS', 5)
    hall.after(6 * HOUR + 20 * MINUTE).open('3')
    hall.next('3')
    hall.do({ type: 'startService', counter: '3' })
    expect(outlook(hall, 'BANK.CS')).toMatchObject({ waiting: 4, served: 3, from: 'C-005' })
    hall.after(9 * MINUTE)
    expect(outlook(hall, 'BANK.CS')).toMatchObject({ served: 3 })
  })

  it('counters share what they serve in the order of the core: what they must serve of others first counts', () => {
    const hall = new Hall(smallHall({ hours: usual }))
    issue(hall, 'DUKCAPIL.KTP', 3)
    hall.after(20 * MINUTE)
    issue(hall, 'BANK.TELLER', 3)
    hall.after(6 * HOUR).open('2')
    // 40 minutes for counter 2, which serves both: three of the older queue, one of the other.
    expect([outlook(hall, 'DUKCAPIL.KTP').served, outlook(hall, 'BANK.TELLER').served]).toEqual([3, 1])
    hall.open('3')
    expect([outlook(hall, 'DUKCAPIL.KTP').served, outlook(hall, 'BANK.TELLER').served]).toEqual([3, 3])
  })

  it('no open counter, a break without an end, a paused service: nobody; a break with an end: from then on', () => {
    const hall = new Hall(smallHall({ hours: usual }))
    issue(hall, 'BANK.CS', 3)
    hall.after(6 * HOUR)
    expect(outlook(hall, 'BANK.CS')).toMatchObject({ served: 0, from: 'C-001' })
    hall.open('3')
    hall.do({ type: 'pauseCounter', counter: '3', reason: 'Istirahat' })
    expect(outlook(hall, 'BANK.CS').served).toBe(0)
    hall.do({ type: 'pauseCounter', counter: '3', reason: 'Istirahat', minutes: 45 })
    expect(outlook(hall, 'BANK.CS').served).toBe(1)
    hall.do({ type: 'openCounter', counter: '3' })
    expect(outlook(hall, 'BANK.CS').served).toBe(3)
    hall.do({ type: 'pauseService', service: 'BANK.CS', reason: 'Gangguan' })
    expect(outlook(hall, 'BANK.CS').served).toBe(0)
    hall.do({ type: 'resetService', service: 'BANK.CS' })
    hall.do({ type: 'pauseBranch', reason: 'Upacara' })
    expect(outlook(hall, 'BANK.CS').served).toBe(3)
  })

  it('before a break: how many begin before it; the others go on after it', () => {
    const hall = new Hall(smallHall({ hours: usual }))
    issue(hall, 'BANK.CS', 6)
    hall.after(3 * HOUR + 35 * MINUTE).open('3')
    const breakMs = hall.nowMs + 25 * MINUTE
    expect(outlook(hall, 'BANK.CS')).toMatchObject({ served: 6, servedBeforeBreak: 3, breakMs, from: null })
    // On a Friday there is no afternoon.
    hall.after(23 * HOUR + 35 * MINUTE).do({ type: 'turnDay' })
    hall.open('3')
    issue(hall, 'BANK.CS', 6)
    expect(outlook(hall, 'BANK.CS')).toMatchObject({ breakMs: null, served: 2, endsMs: hall.nowMs + 20 * MINUTE })
    hall.after(25 * MINUTE)
    expect(outlook(hall, 'BANK.CS')).toMatchObject({ served: 0, from: 'C-001', endsMs: hall.nowMs - 5 * MINUTE })
  })

  it('opened outside its hours it is served until midnight; closed today it is not', () => {
    const hall = new Hall(smallHall({ hours: { weekly: { Fri: [['08:00', '12:00']] } } })).open('3')
    hall.do({ type: 'openService', service: 'BANK.CS' })
    issue(hall, 'BANK.CS', 3)
    expect(outlook(hall, 'BANK.CS')).toMatchObject({ served: 3, endsMs: hall.nowMs + 16 * HOUR })
    hall.do({ type: 'resetService', service: 'BANK.CS' })
    expect(outlook(hall, 'BANK.CS')).toMatchObject({ served: 0, endsMs: null, from: 'C-001' })
  })

  it('those sent to one counter count, and wait for it alone', () => {
    const hall = new Hall(smallHall({ hours: usual }))
    issue(hall, 'BANK.TELLER', 2)
    hall.after(6 * HOUR + 45 * MINUTE).open('2', '3')
    for (const number of ['C-001', 'C-002'])
      hall.do({ type: 'moveTicket', ticket: hall.numbered(number).id, to: { counter: '3' }, place: 'keep', reason: 'berkas' })
    expect(outlook(hall, 'BANK.TELLER')).toMatchObject({ waiting: 2, served: 1, from: 'C-002' })
    expect(waitingToday(hall.state, ['BANK.TELLER']).map(({ number }) => number)).toEqual(['C-001', 'C-002'])
  })

  it('foresees what the core does, when everybody takes the average and nobody else comes', () => {
    const services = ['DUKCAPIL.KK', 'DUKCAPIL.KTP', 'BANK.TELLER', 'BANK.CS']
    const averages = [7, 11, 4, 13]
    const hallOf = (own: boolean) => {
      const plain = smallHall({ hours: usual })
      const agencies = plain.agencies.map((agency) => ({
        ...agency,
        services: agency.services.map((service) => ({
          ...service,
          averageMinutes: averages[services.indexOf(`${agency.id}.${service.id}`)] as number,
          quotaPerDay: null,
          // One service ends before the others.
          ...(own && service.id === 'TELLER' ? { hours: { weekly: { Thu: [['08:00', '14:00'] as const] } } } : {}),
        })),
      }))
      return smallHall({ hours: usual, agencies })
    }
    const arrivals = fc.array(fc.record({ service: fc.nat(3), isPriority: fc.boolean(), afterMs: fc.nat(3 * MINUTE) }), { maxLength: 60 })
    fc.assert(
      fc.property(
        fc.boolean(),
        arrivals,
        fc.integer({ min: 4 * 60, max: 7 * 60 }),
        fc.subarray(['1', '2', '3']),
        (own, came, minute, counters) => {
          const hall = new Hall(hallOf(own))
          const startMs = hall.nowMs
          for (const { service, isPriority, afterMs } of came) {
            hall.after(afterMs)
            hall.issue(services[service] as string, isPriority ? { class: 'priority' } : {})
          }
          hall.nowMs = Math.max(hall.nowMs, startMs + minute * MINUTE)
          // Not during the break: officers come back when it ends.
          if (hall.nowMs < startMs + 5 * HOUR) hall.nowMs = startMs + 5 * HOUR
          hall.open(...counters)
          const { served, outlooks } = foresee(hall.state, hall.nowMs)

          const done = new Set<string>()
          const endsMs = (code: string) => outlooks.find(({ service }) => service === code)?.endsMs ?? 0
          const freeMs = new Map(counters.map((id) => [id, hall.nowMs]))
          // A service whose next can't be done in time any more stops being called.
          const stopped = new Set<string>()
          while (freeMs.size > 0) {
            const [counter, atMs] = [...freeMs].reduce((first, each) => (each[1] < first[1] ? each : first))
            hall.nowMs = atMs
            for (const [index, code] of services.entries())
              if (!stopped.has(code) && atMs + (averages[index] as number) * MINUTE > endsMs(code)) {
                stopped.add(code)
                hall.do({ type: 'pauseService', service: code, reason: 'selesai' })
              }
            const number = hall.next(counter)
            const id = counterState(hall.state, counter).ticket
            if (number === null || id === null) {
              freeMs.delete(counter)
              continue
            }
            hall.do({ type: 'startService', counter })
            done.add(id)
            freeMs.set(counter, atMs + (averages[services.indexOf(currentService(hall.ticket(id)))] as number) * MINUTE)
          }
          expect([...served].sort()).toEqual([...done].sort())
          for (const { waiting, served: count, from } of outlooks) {
            expect(count <= waiting).toBe(true)
            expect(from === null).toBe(count === waiting)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('looks at no more people with 300 waiting than with 100', () => {
    const looks = (waiting: number): number => {
      const hall = new Hall(smallHall({ hours: usual }))
      for (let n = 0; n < waiting; n++) hall.issue('DUKCAPIL.KK')
      hall.after(6 * HOUR).open('1')
      const look = vi.spyOn(hall.state.tickets, 'get')
      foresee(hall.state, hall.nowMs)
      return look.mock.calls.length
    }
    expect(looks(300)).toBe(looks(100))
    expect(looks(100)).toBeGreaterThan(6)
  })
})
