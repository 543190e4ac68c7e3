import { describe, expect, test } from 'vitest'
import { Memory } from '../../display/sound/memory.ts'
import { TickWatch } from '../../display/sound/tickWatch.ts'

function shelf(): Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>()
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) }
}

describe('ANN3 what was told once', () => {
  test('is known again, also after the page was loaded anew, and each kind by itself', () => {
    const storage = shelf()
    const told = new Memory(storage, 'told')
    expect([told.add('A-1'), told.add('A-1'), told.add('A-2')]).toEqual([true, false, true])
    expect(new Memory(storage, 'told').add('A-1')).toBe(false)
    expect(new Memory(storage, 'shown').add('A-1')).toBe(true)
  })

  test('is forgotten only after hundreds of others', () => {
    const told = new Memory(shelf(), 'told')
    told.add('A-0')
    for (let at = 1; at < 200; at++) told.add(`A-${at}`)
    expect(told.add('A-0')).toBe(false)
    for (let at = 200; at < 500; at++) told.add(`A-${at}`)
    expect(told.add('A-0')).toBe(true)
    expect(told.add('A-499')).toBe(false)
  })

  test('works where storage is forbidden, full, or holds nonsense', () => {
    const full = {
      getItem: () => '{"not": "a list"}',
      setItem: () => {
        throw new Error('QuotaExceededError')
      },
    }
    const told = new Memory(full, 'told')
    expect([told.add('A-1'), told.add('A-1')]).toEqual([true, false])
    expect(new Memory(null, 'told').add('A-1')).toBe(true)
  })
})

describe('ANN5 contact', () => {
  test('lasts three seconds from a connection or tick', () => {
    const watch = new TickWatch()
    expect(watch.isInContact(0)).toBe(false)
    watch.onConnect(1000)
    expect([watch.isInContact(3999), watch.isInContact(4000)]).toEqual([true, false])
    watch.onTick(2000)
    expect([watch.isInContact(4999), watch.isInContact(5000)]).toEqual([true, false])
  })

  test('that was lost does not come back with what was held up, but with the next tick at its proper distance', () => {
    const watch = new TickWatch()
    watch.onConnect(0)
    watch.onTick(1000)
    // The page hung for six seconds: six ticks at once, and an order to speak between them.
    for (const nowMs of [7000, 7001, 7002, 7003, 7004, 7005]) {
      watch.onTick(nowMs)
      expect(watch.isInContact(nowMs)).toBe(false)
    }
    watch.onTick(7300)
    expect(watch.isInContact(7300)).toBe(false)
    watch.onTick(8300)
    expect([watch.isInContact(8300), watch.untilMs]).toEqual([true, 11_300])
  })

  test('that was held up for less is not lost', () => {
    const watch = new TickWatch()
    watch.onConnect(0)
    for (const nowMs of [2900, 2901, 2902]) watch.onTick(nowMs)
    expect(watch.untilMs).toBe(5902)
  })
})
