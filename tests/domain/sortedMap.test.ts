import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SortedMap } from '../../shared/domain/sortedMap.ts'

type Change = { readonly key: number; readonly value: number | null }
const change: fc.Arbitrary<Change> = fc.record({ key: fc.integer({ min: 0, max: 40 }), value: fc.option(fc.nat(9), { freq: 2 }) })

/** The same promise, kept as plainly as can be. */
function changed(plain: readonly (readonly [number, number])[], { key, value }: Change): (readonly [number, number])[] {
  const rest = plain.filter(([each]) => each !== key)
  return value === null ? rest : [...rest, [key, value] as const].sort((a, b) => a[0] - b[0])
}

describe('SortedMap', () => {
  it('does what a plain sorted array does', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
        let map = SortedMap.empty<number, number>()
        let plain: (readonly [number, number])[] = []
        for (const each of changes) {
          map = each.value === null ? map.delete(each.key) : map.set(each.key, each.value)
          plain = changed(plain, each)
          expect(map.size).toBe(plain.length)
          expect(map.first()).toEqual(plain[0])
        }
        expect([...map.entries()]).toEqual(plain)
        expect([...map.keys()]).toEqual(plain.map(([key]) => key))
        expect([...map.values()]).toEqual(plain.map(([, value]) => value))
        expect([...SortedMap.from(plain).entries()]).toEqual(plain)
        for (let key = -1; key <= 41; key++) {
          const found = plain.find(([each]) => each === key)
          expect(map.get(key)).toBe(found?.[1])
          expect(map.has(key)).toBe(found !== undefined)
          expect(map.rank(key)).toBe(plain.filter(([each]) => each < key).length)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('leaves every older version as it was', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const versions: { map: SortedMap<number, number>; plain: readonly (readonly [number, number])[] }[] = [
          { map: SortedMap.empty<number, number>(), plain: [] },
        ]
        for (const each of changes) {
          const last = versions[versions.length - 1] as (typeof versions)[number]
          versions.push({
            map: each.value === null ? last.map.delete(each.key) : last.map.set(each.key, each.value),
            plain: changed(last.plain, each),
          })
        }
        for (const { map, plain } of versions) expect([...map.entries()]).toEqual(plain)
      }),
      { numRuns: 200 },
    )
  })

  it('tells what differs between two versions', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.array(change, { maxLength: 20 }), (first, then) => {
        const apply = (map: SortedMap<number, number>, changes: readonly Change[]) =>
          changes.reduce((each, { key, value }) => (value === null ? each.delete(key) : each.set(key, value)), map)
        const before = apply(SortedMap.empty<number, number>(), first)
        const after = apply(before, then)
        const expected: unknown[] = []
        for (let key = 0; key <= 40; key++) if (before.get(key) !== after.get(key)) expected.push([key, before.get(key), after.get(key)])
        expect([...SortedMap.diff(before, after)]).toEqual(expected)
        expect([...SortedMap.diff(before, before)]).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('gives itself back where the key to delete is absent', () => {
    const map = SortedMap.from<string, number>([
      ['a', 1],
      ['c', 3],
    ])
    expect(map.delete('b')).toBe(map)
  })

  it('stays balanced: the longest way to a key is at most 1.45 log2(n) nodes, whatever the order of changes', () => {
    // A key that knows when it is looked at: the tree itself is private, but a search has to ask every node on its way.
    let seen = new Set<number>()
    const spied = (value: number): number =>
      ({
        valueOf: () => {
          seen.add(value)
          return value
        },
      }) as unknown as number
    const longest = (map: SortedMap<number, number>, keys: readonly number[]): number => {
      let most = 0
      for (const key of keys) {
        seen = new Set()
        expect(map.get(key)).toBe(key)
        most = Math.max(most, seen.size)
      }
      return most
    }
    const bound = (n: number): number => 1.45 * Math.log2(n + 2)
    const orders: Record<string, number[]> = {
      ascending: Array.from({ length: 2000 }, (_, index) => index),
      descending: Array.from({ length: 2000 }, (_, index) => 2000 - index),
      zigzag: Array.from({ length: 2000 }, (_, index) => (index % 2 ? index : 4000 - index)),
      scattered: Array.from({ length: 2000 }, (_, index) => (index * 7919) % 20011),
    }
    for (const keys of Object.values(orders)) {
      let map = SortedMap.from(keys.map((key) => [spied(key), key] as const))
      expect(longest(map, keys)).toBeLessThanOrEqual(bound(keys.length))
      // As a queue is used: the head goes, the tail grows.
      const left = [...keys].sort((a, b) => a - b)
      for (let each = 0; each < 1500; each++) {
        map = map.delete(left.shift() as number)
        const key = 50_000 + each
        if (each % 3 === 0) {
          map = map.set(spied(key), key)
          left.push(key)
        }
      }
      expect(map.size).toBe(left.length)
      expect(longest(map, left)).toBeLessThanOrEqual(bound(left.length))
    }
  })
})
