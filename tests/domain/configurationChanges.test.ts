import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changesBetween, isSame, merge, withoutChange } from '../../shared/domain/configurationChanges.ts'
import { smallHall } from './hall.ts'

type Hall = ReturnType<typeof smallHall>
const copy = (hall: Hall = smallHall()) =>
  JSON.parse(JSON.stringify(hall)) as {
    motto?: string
    agencies: { id: string; short: string; services: { id: string; averageMinutes: number; name: unknown; fee?: unknown }[] }[]
    counters: { id: string; label: string; services: string[] }[]
    hours: unknown
    classes: { id: string; name: string; targetMinutes: number }[]
  }
const changed = (edit: (hall: ReturnType<typeof copy>) => void) => {
  const hall = copy()
  edit(hall)
  return hall
}
const told = (before: unknown, after: unknown) => changesBetween(before, after).map(({ path, kind }) => `${kind} ${path.join('/')}`)

describe('differences', () => {
  test('are told by ids, not by places', () => {
    const after = changed((hall) => {
      const [first] = hall.agencies
      if (first?.services[0]) first.services[0].averageMinutes = 99
      hall.agencies.reverse()
      hall.counters[0]?.services.push('BANK.CS')
      hall.motto = 'Baru'
      hall.classes.push({ id: 'vip', name: 'VIP', targetMinutes: 5 })
    })
    expect(told(copy(), after).sort()).toEqual([
      'added classes/vip',
      'added motto',
      'changed agencies/DUKCAPIL/services/KK/averageMinutes',
      'changed counters/1/services',
      'moved agencies',
    ])
    expect(told(after, after)).toEqual([])
  })

  test('a text in two languages is one thing; hours from always to a week, too', () => {
    const before = { name: { id: 'A', en: 'A' }, hours: 'always' }
    const after = { name: { id: 'A', en: 'B' }, hours: { weekly: { Mon: [['08:00', '12:00']] } } }
    expect(told(before, after)).toEqual(['changed name', 'changed hours'])
    const other = { ...after, hours: { weekly: { Mon: [['08:00', '11:00']] }, exceptions: [{ date: '2026-08-17' }] } }
    expect(told(after, other)).toEqual(['changed hours/weekly/Mon', 'added hours/exceptions/2026-08-17'])
  })

  test('two with the same id are one value: nothing is lost, nothing throws', () => {
    const twice = { zones: [{ id: 'a' }, { id: 'a', name: 'B' }] }
    expect(told({ zones: [{ id: 'a' }] }, twice)).toEqual(['changed zones'])
    expect(told({ zones: 'what' }, { zones: [null] })).toEqual(['changed zones'])
  })
})

describe('two at once', () => {
  test('what they don’t both touch is kept of both', () => {
    const mine = changed((hall) => {
      if (hall.agencies[0]?.services[0]) hall.agencies[0].services[0].averageMinutes = 11
      hall.counters[0]?.services.push('BANK.CS')
      hall.agencies.push({ id: 'BARU', short: 'Baru', services: [] })
    })
    const theirs = changed((hall) => {
      if (hall.agencies[0]) hall.agencies[0].short = 'Capil'
      hall.counters[0]?.services.push('BANK.TELLER')
      hall.agencies.unshift({ id: 'AWAL', short: 'Awal', services: [] })
    })
    const { merged, clashes } = merge(copy(), mine, theirs)
    expect(clashes).toEqual([])
    const result = merged as ReturnType<typeof copy>
    expect(result.agencies.map((agency) => agency.id)).toEqual(['AWAL', 'DUKCAPIL', 'BANK', 'BARU'])
    expect(result.agencies[1]).toMatchObject({ short: 'Capil', services: [{ averageMinutes: 11 }, {}] })
    expect(result.counters[0]?.services).toEqual(expect.arrayContaining(['BANK.CS', 'BANK.TELLER']))
  })

  test('the same field: theirs, named as a clash; mine where it is asked for', () => {
    const mine = changed((hall) => {
      hall.motto = 'Saya'
    })
    const theirs = changed((hall) => {
      hall.motto = 'Mereka'
    })
    expect(merge(copy(), mine, theirs)).toMatchObject({
      merged: { motto: 'Mereka' },
      clashes: [{ path: ['motto'], mine: 'Saya', theirs: 'Mereka' }],
    })
    expect(merge(copy(), mine, theirs, () => true)).toMatchObject({ merged: { motto: 'Saya' } })
  })

  test('what one removed and the other changed is a clash and stays', () => {
    const mine = changed((hall) => void hall.agencies.pop())
    const theirs = changed((hall) => {
      if (hall.agencies[1]) hall.agencies[1].short = 'B'
    })
    const { merged, clashes } = merge(copy(), mine, theirs)
    expect(clashes.map(({ path }) => path.join('/'))).toEqual(['agencies/BANK'])
    expect((merged as ReturnType<typeof copy>).agencies).toHaveLength(2)
  })
})

describe('taking back', () => {
  test('each difference alone, and all of them one after the other', () => {
    const base = copy()
    const after = changed((hall) => {
      if (hall.agencies[0]?.services[0]) {
        hall.agencies[0].services[0].averageMinutes = 99
        hall.agencies[0].services[0].fee = 'Gratis'
      }
      hall.agencies[0]?.services.splice(1, 1)
      hall.agencies.reverse()
      hall.counters.splice(0, 1)
      hall.motto = 'Baru'
    })
    let left: unknown = after
    const changes = changesBetween(base, after)
    expect(changes).toHaveLength(6)
    for (const [index, change] of changes.entries()) {
      left = withoutChange(left, base, change)
      expect(changesBetween(base, left)).toHaveLength(changes.length - index - 1)
    }
    expect(left).toEqual(base)
  })

  test('of any two versions', () => {
    const service = fc.record({ id: fc.constantFrom('A', 'B', 'C', 'D'), averageMinutes: fc.integer({ min: 1, max: 3 }) })
    const version = fc.record({
      motto: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      noShow: fc.option(fc.record({ recalls: fc.integer({ min: 0, max: 2 }), seconds: fc.constant(0) }), { nil: undefined }),
      agencies: fc.uniqueArray(
        fc.record({
          id: fc.constantFrom('P', 'Q', 'R'),
          services: fc.uniqueArray(service, { selector: ({ id }) => id }),
        }),
        { selector: ({ id }) => id },
      ),
    })
    fc.assert(
      fc.property(version, version, (base, after) => {
        let left: unknown = after
        for (const change of changesBetween(base, after)) left = withoutChange(left, base, change)
        expect(isSame(left, base)).toBe(true)
        // Whoever changed nothing takes what the other made.
        expect(isSame(merge(base, base, after).merged, after)).toBe(true)
        expect(isSame(merge(base, after, base).merged, after)).toBe(true)
      }),
    )
  })
})
