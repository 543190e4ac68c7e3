import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { documentJson, documentOf, liveChanges, liveMember, liveQueue, stateFrom } from '../../server/store/liveKeys.ts'
import { decide } from '../../shared/domain/decide.ts'
import { evolve, evolveAll } from '../../shared/domain/evolve.ts'
import { SortedMap } from '../../shared/domain/sortedMap.ts'
import { type BranchState, emptyBranch } from '../../shared/domain/state.ts'
import { commandOf, day, HALLS } from '../domain/arbitraries.ts'
import { HOUR, MORNING, smallHall } from '../domain/hall.ts'
import { plain } from './branch.ts'

/** The keys as a store keeps them. */
class Keys {
  readonly documents = new Map<string, Map<string, string>>()
  readonly queues = new Map<string, Map<string, number>>()
  position = { revision: 0, atMs: 0 }

  fold(before: BranchState | null, after: BranchState): void {
    this.position = { revision: after.revision, atMs: after.atMs }
    const { documents, members } = liveChanges(before, after)
    for (const { name, is, set, unset } of documents) {
      // Records that were empty until now have no document yet; all others are new exactly once.
      if (name.includes(':')) expect(this.documents.has(name), `${name} is ${is}`).toBe(is !== 'new')
      if (is === 'dropped') {
        this.documents.delete(name)
        continue
      }
      const fields = this.documents.get(name) ?? new Map<string, string>()
      this.documents.set(name, fields)
      for (let at = 0; at < set.length; at += 2) fields.set(set[at] as string, set[at + 1] as string)
      for (const field of unset) expect(fields.delete(field), `${name} had ${field}`).toBe(true)
    }
    for (const { queue, member, score } of members) {
      const queued = this.queues.get(queue) ?? new Map<string, number>()
      this.queues.set(queue, queued)
      if (score === null) expect(queued.delete(member), `${member} stood in ${queue}`).toBe(true)
      else queued.set(member, score)
      if (queued.size === 0) this.queues.delete(queue)
    }
  }

  state(): BranchState {
    return stateFrom(
      [...this.documents].map(([name, fields]) => [name, documentJson([...fields].flat())] as const),
      this.position,
    )
  }
}

/** The queues as the state tells of them: names to members in the order in which they are called. */
function queuesOf(state: BranchState): Record<string, string[]> {
  const queues: Record<string, string[]> = {}
  for (const [, queued] of Object.entries(state.queues))
    for (const ticketId of queued.values()) {
      const ticket = state.tickets.get(ticketId)
      if (!ticket) continue
      const members = queues[liveQueue(ticket)] ?? []
      members.push(liveMember(ticket))
      queues[liveQueue(ticket)] = members
    }
  return queues
}

describe('live keys', () => {
  it('SYNC4 folding what changed at each step gives the state, and the queues in order (ORDER1)', () => {
    let served = 0
    fc.assert(
      fc.property(fc.constantFrom(...HALLS), day, fc.integer({ min: 1, max: 5 }), (configuration, steps, perBatch) => {
        const keys = new Keys()
        let state: BranchState | null = null
        let next = emptyBranch(configuration)
        let nowMs = MORNING
        const first = decide(next, { type: 'configureBranch', configuration }, { nowMs, by: 'admin' })
        if (!first.ok) throw new Error(first.rejection.code)
        next = evolveAll(next, first.events)
        steps.forEach((dice, serial) => {
          if (dice.type === 'turnDay') nowMs += 24 * HOUR
          nowMs += 1000
          const decision = decide(next, commandOf(next, dice, serial), { nowMs, by: 'test' })
          if (decision.ok) next = evolveAll(next, decision.events)
          if (serial % perBatch !== 0) return
          keys.fold(state, next)
          state = next
        })
        keys.fold(state, next)
        served += next.revision
        const rebuilt = keys.state()
        expect(plain(rebuilt)).toEqual(plain(next))
        for (const [name, fields] of keys.documents)
          if (fields.size > 0)
            expect(JSON.parse(documentOf(next, name) ?? 'null'), name).toEqual(JSON.parse(documentJson([...fields].flat())))
        const sorted = Object.fromEntries(
          [...keys.queues].map(([name, members]) => [
            name,
            [...members].sort(([a, scoreA], [b, scoreB]) => scoreA - scoreB || (a < b ? -1 : 1)).map(([member]) => member),
          ]),
        )
        expect(sorted).toEqual(queuesOf(next))
      }),
      { numRuns: 150 },
    )
    expect(served).toBeGreaterThan(1000)
  })

  it('writes only the fields that changed', () => {
    const configuration = smallHall()
    const before = evolveAll(emptyBranch(configuration), [
      { type: 'branchConfigured', atMs: MORNING, by: 'admin', configuration, day: '2025-11-20' },
      { type: 'counterOpened', atMs: MORNING, by: 'officer1', counter: '1', officer: 'officer1', takenOverFrom: null },
      {
        ...{
          type: 'ticketIssued',
          atMs: MORNING,
          by: 'kiosk:1',
          ticket: { id: 't1', number: 'B-001' },
          day: '2025-11-20',
          class: 'regular',
        },
        ...{ language: 'id', journey: null, services: ['DUKCAPIL.KK'], entry: 1, readyAtMs: MORNING, dueAtMs: MORNING + HOUR },
      } as never,
    ])
    const after = evolve(before, {
      type: 'ticketReclassified',
      atMs: MORNING + 1,
      by: 'boss',
      ticketId: 't1',
      class: 'priority',
      dueAtMs: MORNING,
      reason: 'lansia',
    })
    expect(liveChanges(before, after)).toEqual({
      documents: [
        { name: 'ticket:t1', is: 'changed', set: ['class', '"priority"', 'dueAtMs', String(MORNING), 'changedRevision', '4'], unset: [] },
      ],
      members: [{ queue: 'queue:DUKCAPIL.KK', member: '000000001:t1', score: MORNING }],
    })
    expect(liveChanges(after, after)).toEqual({ documents: [], members: [] })
  })

  it('keeps ids apart that look like keys', () => {
    const configuration = smallHall()
    const state: BranchState = {
      ...emptyBranch(configuration),
      counters: {
        '3:sent': {
          state: 'open',
          officer: 'a b',
          ticket: null,
          reason: null,
          untilMs: null,
          sinceMs: 1,
          announcement: null,
          lastStep: null,
        },
      },
    }
    const keys = new Keys()
    keys.fold(null, state)
    expect([...keys.documents.keys()]).toContain('counter:3%3Asent')
    expect(plain(keys.state())).toEqual(plain(state))
  })

  it('finds one change among 100,000 tickets without looking at them', () => {
    let map = SortedMap.empty<string, number>()
    for (let key = 0; key < 100_000; key++) map = map.set(String(key), key)
    const versions = [map]
    for (let change = 0; change < 1000; change++) {
      map = map.set(String((change * 7919) % 100_000), -change - 1)
      versions.push(map)
    }
    const before = performance.now()
    let found = 0
    for (let at = 1; at < versions.length; at++)
      found += [...SortedMap.diff(versions[at - 1] as typeof map, versions[at] as typeof map)].length
    expect(found).toBe(1000)
    // Looking at each would take a thousand times some ten milliseconds.
    expect(performance.now() - before).toBeLessThan(1000)
  })
})
