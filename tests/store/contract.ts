import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { BranchStore, StoredEvent } from '../../server/store/store.ts'
import { decide } from '../../shared/domain/decide.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { invariants } from '../../shared/domain/invariants.ts'
import { commandOf, day, HALLS } from '../domain/arbitraries.ts'
import { HOUR } from '../domain/hall.ts'
import { Branch, id, plain } from './branch.ts'
import { until } from './testStores.ts'

export interface Stores {
  /** The store under test; the tests use branches of their own in it. */
  store(): BranchStore
  /** A second server's store on the same data; null where there can only be one server. */
  other(): Promise<BranchStore> | null
}

/** What every `BranchStore` promises; see `server/store/store.ts`. To be called within a `describe`. */
export function storeContract({ store, other }: Stores): void {
  it('has nothing to warn of, and tells the time', () => {
    expect(store().warnings).toEqual([])
    expect(store().isAvailable).toBe(true)
    expect(store().clockStepMs).toBeNull()
    expect(Math.abs(store().nowMs() - Date.now())).toBeLessThan(1000)
    let last = 0
    for (let reading = 0; reading < 1000; reading++) {
      const now = store().nowMs()
      expect(now).toBeGreaterThanOrEqual(last)
      last = now
    }
  })

  it('makes a branch once, and lists it', async () => {
    const branchId = `branch ${id()}:{odd}`
    expect(await store().load(branchId)).toBeNull()
    const servers = [store(), (await other()) ?? store()].map((each) => new Branch(each, branchId))
    const results = await Promise.all(servers.map((each) => each.commit([{ type: 'configureBranch', configuration: each.configuration }])))
    expect(results.map(({ status }) => status).sort()).toEqual(['committed', 'conflict'])
    const [made, again] = [await Branch.of(store(), branchId), new Branch(store(), branchId)]
    expect(made.state.revision).toBe(1)
    expect(made.epoch).not.toBe('')
    expect(results).toContainEqual({ status: 'conflict', epoch: made.epoch, revision: 1 })
    expect((await again.commit([{ type: 'configureBranch', configuration: again.configuration }])).status).toBe('conflict')
    const branches = await store().branches()
    expect(branches).toContain(branchId)
    expect(branches).toEqual([...branches].sort())
  })

  it('SYNC4 what is loaded is what was committed, whatever the day brought', async () => {
    let revisions = 0
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...HALLS), day, async (configuration, steps) => {
        const branch = await Branch.made(store(), undefined, configuration)
        let serial = 0
        for (let from = 0; from < steps.length; from += 7) {
          branch.nowMs += steps[from]?.type === 'turnDay' ? 24 * HOUR : 60_000
          // Each command of a batch is decided on what those before it left.
          let state = branch.state
          const commands = steps.slice(from, from + 7).map((dice) => {
            const command = commandOf(state, dice, serial++)
            const decision = decide(state, command, { nowMs: branch.nowMs, by: 'test' })
            if (decision.ok) state = evolveAll(state, decision.events)
            return command
          })
          expect(await branch.commit(commands)).toEqual({ status: 'committed' })
        }
        const loaded = await store().load(branch.id)
        expect(plain(loaded?.state as never)).toEqual(plain(branch.state))
        const events = await store().readEvents(branch.id, 0, 100_000)
        expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: branch.state.revision }, (_, at) => at + 1))
        revisions += branch.state.revision
      }),
      { numRuns: 15 },
    )
    expect(revisions).toBeGreaterThan(100)
  })

  it('ANN5 a server lives, for all the others, as long as its last beat counts; one that never was does not', async () => {
    const server = `server ${id()}`
    expect(await store().isAlive(server)).toBe(false)
    await store().beat(server, 60_000)
    for (const each of [store(), (await other()) ?? store()]) expect(await each.isAlive(server)).toBe(true)
    // The newest beat counts, also where it is the shorter one.
    await store().beat(server, 40)
    await until('the beat counts no more', async () => !(await store().isAlive(server)))
  })

  it('CALL2 a command that has an answer is not decided again: the stored one is given, by its place in the batch', async () => {
    const branch = await Branch.made(store())
    const once = branch.batch([branch.issue(), { type: 'closeCounter', counter: '1', officer: 'nobody' }], ['once', 'refused'])
    expect(await branch.send(once)).toEqual({ status: 'committed' })
    const again = branch.batch([branch.issue(), branch.issue(), branch.issue('BANK.CS')], ['new', 'once', 'refused'])
    expect(await branch.send(again)).toEqual({
      status: 'answered',
      answers: new Map([
        [1, { fingerprint: 'fingerprint-of-issueTicket', answer: once.answers[0]?.answer }],
        [2, { fingerprint: 'fingerprint-of-closeCounter', answer: once.answers[1]?.answer }],
      ]),
    })
    // Also to a server that is behind, or lives in another epoch: the answer is looked up before anything is compared.
    const stale = { ...once, epoch: 'over' }
    expect((await store().commit(stale)).status).toBe('answered')
    expect(plain((await store().load(branch.id))?.state as never)).toEqual(plain(branch.state))
    expect(await store().readEvents(branch.id, branch.state.revision, 10)).toEqual([])
  })

  it('CALL2 the same command at once, many times over, is done once', async () => {
    const branch = await Branch.made(store())
    const servers = [branch, await Branch.of((await other()) ?? store(), branch.id)]
    const command = branch.issue()
    const attempts = Array.from({ length: 20 }, (_, at) =>
      (servers[at % 2] as Branch).store.commit((servers[at % 2] as Branch).batch([command], ['same'])),
    )
    const results = await Promise.all(attempts)
    expect(results.filter(({ status }) => status === 'committed')).toHaveLength(1)
    expect(results.filter(({ status }) => status === 'answered')).toHaveLength(19)
    await branch.load()
    expect(branch.state.tickets.size).toBe(1)
  })

  it('keeps answers until the next business day ends, and no longer', async () => {
    const branch = await Branch.made(store())
    const isKnown = async (commandId: string) =>
      (await store().commit({ ...branch.batch([branch.issue()], [commandId]), epoch: 'none' })).status === 'answered'
    const turn = async () => {
      branch.nowMs += 24 * HOUR
      expect(await branch.commit([{ type: 'turnDay' }])).toEqual({ status: 'committed' })
    }
    await branch.commit([branch.issue()], ['monday'])
    await turn()
    await branch.commit([branch.issue()], ['tuesday'])
    expect([await isKnown('monday'), await isKnown('tuesday')]).toEqual([true, true])
    await turn()
    expect([await isKnown('monday'), await isKnown('tuesday')]).toEqual([false, true])
    await turn()
    expect([await isKnown('monday'), await isKnown('tuesday')]).toEqual([false, false])
  })

  it('writes nothing on another revision or epoch, and says which it has', async () => {
    const branch = await Branch.made(store())
    const { epoch } = branch
    const late = branch.batch([branch.issue()])
    await branch.commit([branch.issue()])
    expect(await store().commit(late)).toEqual({ status: 'conflict', epoch, revision: 2 })
    const foreign = { ...branch.batch([branch.issue()]), epoch: 'another' }
    expect(await store().commit(foreign)).toEqual({ status: 'conflict', epoch, revision: 2 })
    // Not even the answers: the same ids may be decided anew.
    expect(await branch.commit([branch.issue()], [foreign.answers[0]?.commandId as string])).toEqual({ status: 'committed' })
    expect(await store().commit({ ...foreign, branchId: `none-${id()}` })).toEqual({ status: 'conflict', epoch: '', revision: 0 })
    expect(plain((await store().load(branch.id))?.state as never)).toEqual(plain(branch.state))
  })

  it('writes an answer without events, and leaves the revision', async () => {
    const branch = await Branch.made(store())
    const batch = branch.batch([{ type: 'closeCounter', counter: '9', officer: 'x' }], ['nothing'])
    expect(await branch.send(batch)).toEqual({ status: 'committed' })
    expect((await store().load(branch.id))?.state.revision).toBe(1)
    expect((await branch.send(batch)).status).toBe('answered')
  })

  it('LOSS1 a batch of thousands of events is written whole: 5,000 tickets, and the turn of the day over 4,000 waiting (DAY1)', async () => {
    const branch = await Branch.made(store(), undefined, { atDayEnd: 'carryOver' })
    expect(await branch.send(branch.batchOf(branch.issued(5000)))).toEqual({ status: 'committed' })
    let loaded = await store().load(branch.id)
    expect(plain(loaded?.state as never)).toEqual(plain(branch.state))
    branch.nowMs += 24 * HOUR
    const turn = branch.batch([{ type: 'turnDay' }])
    expect(turn.answers[0]?.events.length).toBeGreaterThan(4000)
    expect(await branch.send(turn)).toEqual({ status: 'committed' })
    loaded = await store().load(branch.id)
    expect(plain(loaded?.state as never)).toEqual(plain(branch.state))
    const last = await store().readEvents(branch.id, branch.state.revision - 3, 10)
    expect(last.map(({ revision }) => revision)).toEqual([branch.state.revision - 2, branch.state.revision - 1, branch.state.revision])
  })

  it('TICKET1 two servers at once on one branch: nothing lost, no gap, no number twice', async () => {
    const branch = await Branch.made(store())
    const servers = [branch, await Branch.of((await other()) ?? store(), branch.id)]
    const EACH = 60
    let conflicts = 0
    await Promise.all(
      servers.map(async (server, which) => {
        for (let done = 0; done < EACH; done += 3) {
          const commands = Array.from({ length: 3 }, () => server.issue(which === 0 ? 'DUKCAPIL.KK' : 'BANK.TELLER'))
          const ids = commands.map(id)
          for (;;) {
            const result = await server.commit(commands, ids)
            if (result.status === 'committed') break
            expect(result.status).toBe('conflict')
            conflicts += 1
            await server.catchUp()
          }
        }
      }),
    )
    // Else this was no race.
    expect(conflicts).toBeGreaterThan(0)
    await branch.load()
    expect(branch.state.revision).toBe(1 + 2 * EACH)
    expect(branch.state.series).toEqual({ B: EACH, C: EACH })
    const events = await store().readEvents(branch.id, 0, 1000)
    expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: 1 + 2 * EACH }, (_, at) => at + 1))
    const numbers = events.flatMap(({ event }) => (event.type === 'ticketIssued' ? [event.ticket.number] : []))
    expect(new Set(numbers).size).toBe(2 * EACH)
    expect(
      plain(
        evolveAll(
          new Branch(store(), branch.id).state,
          events.map(({ event }) => event),
        ),
      ),
    ).toEqual(plain(branch.state))
  })

  it('tells tails of every event in order, from where they asked', async () => {
    const branch = await Branch.made(store())
    await branch.send(branch.batchOf(branch.issued(2500)))
    const heard: StoredEvent[][] = [[], [], []]
    const tails = [0, 2000, branch.state.revision].map((after, at) =>
      store().tail(branch.id, after, (events) => heard[at]?.push(...events)),
    )
    const writer = await Branch.of((await other()) ?? store(), branch.id)
    for (let done = 0; done < 20; done++) await writer.insist([writer.issue()])
    const last = writer.state.revision
    await until('all tails have heard all', () => heard.every((events) => events.at(-1)?.revision === last))
    heard.forEach((events, at) => {
      const from = [0, 2000, branch.state.revision][at] as number
      expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: last - from }, (_, step) => from + 1 + step))
    })
    expect(heard[0]).toEqual(await store().readEvents(branch.id, 0, 10_000))
    tails[0]?.stop()
    await writer.insist([writer.issue()])
    await until('the others still hear', () => heard[1]?.at(-1)?.revision === last + 1)
    expect(heard[0]?.at(-1)?.revision).toBe(last)
    for (const tail of tails) tail.stop()
  })

  it('a new tail hears at once, though nobody else writes', async () => {
    const branch = await Branch.made(store())
    const writer = await Branch.of((await other()) ?? store(), branch.id)
    for (let round = 0; round < 5; round++) {
      let revision = 0
      const before = performance.now()
      const tail = store().tail(branch.id, writer.state.revision, (events) => {
        revision = events.at(-1)?.revision ?? 0
      })
      await writer.commit([writer.issue()])
      await until('the tail heard', () => revision === writer.state.revision)
      expect(performance.now() - before).toBeLessThan(1000)
      tail.stop()
    }
  })

  it('claims a new epoch where the store lies behind what was seen, and only then', async () => {
    const branch = await Branch.made(store())
    const { epoch } = branch
    await branch.load(branch.state.revision)
    expect(branch.epoch).toBe(epoch)
    await branch.load(branch.state.revision + 5)
    expect(branch.epoch).not.toBe(epoch)
    const late = new Branch(store(), branch.id)
    Object.assign(late, { state: branch.state, epoch })
    expect(await late.commit([late.issue()])).toEqual({ status: 'conflict', epoch: branch.epoch, revision: 1 })
    expect(await branch.commit([branch.issue()])).toEqual({ status: 'committed' })
  })

  it('refuses a batch whose states do not fit its events, and writes nothing', async () => {
    const branch = await Branch.made(store())
    const batch = branch.batch([branch.issue()])
    await expect(store().commit({ ...batch, after: batch.before })).rejects.toThrow()
    expect(await branch.send(batch)).toEqual({ status: 'committed' })
  })

  it('lets go of events that are archived, and of nothing else', async () => {
    const branch = await Branch.made(store())
    await branch.send(branch.batchOf(branch.issued(2400)))
    const heard: StoredEvent[] = []
    const elsewhere = (await other()) ?? store()
    const tail = elsewhere.tail(branch.id, branch.state.revision, (events) => heard.push(...events))
    await store().trim(branch.id, 2300)
    await store().trim(branch.id, 17)
    await store().trim(`none-${id()}`, 5)
    for (const each of [store(), elsewhere]) {
      expect((await each.readEvents(branch.id, 0, 10_000)).map(({ revision }) => revision)).toEqual(
        Array.from({ length: 101 }, (_, at) => 2301 + at),
      )
      expect((await each.readEvents(branch.id, 2300, 1))[0]?.revision).toBe(2301)
    }
    expect(plain((await store().load(branch.id, branch.state.revision))?.state as never)).toEqual(plain(branch.state))
    // All of them: what is committed next is the next revision all the same.
    await store().trim(branch.id, branch.state.revision)
    expect(await store().readEvents(branch.id, 0, 10)).toEqual([])
    expect(await branch.commit([branch.issue()])).toEqual({ status: 'committed' })
    await until('the tail goes on', () => heard.length === 1)
    expect(heard[0]?.revision).toBe(branch.state.revision)
    expect(await store().readEvents(branch.id, 0, 10)).toEqual(heard)
    tail.stop()
  })

  it('makes a branch at a later revision, once, as a restore does it whose first events are gone', async () => {
    const branch = await Branch.made(store())
    await branch.send(branch.batchOf(branch.issued(30)))
    await branch.commit([{ type: 'openCounter', counter: '1', officer: 'o' }])
    const opening = branch.state
    const again = new Branch(store(), `again-${id()}`)
    again.state = opening
    const made = again.batch([{ type: 'callNext', counter: '1', officer: 'o', current: null }], ['call'])
    expect(await again.send(made)).toEqual({ status: 'committed' })
    expect((await store().commit({ ...made, answers: made.answers.map((each) => ({ ...each, commandId: id() })) })).status).toBe('conflict')
    const loaded = await store().load(again.id)
    expect(plain(loaded?.state as never)).toEqual(plain(again.state))
    expect(loaded?.state.tickets.size).toBe(30)
    expect((await store().readEvents(again.id, 0, 10)).map(({ revision }) => revision)).toEqual(
      [opening.revision + 1, opening.revision + 2].slice(0, made.answers[0]?.events.length),
    )
    expect((await store().commit(made)).status).toBe('answered')
  })

  it('keeps records, by version where asked', async () => {
    const { records } = store()
    const kind = `user-${id()}`
    expect(await records.get(kind, 'ani')).toBeNull()
    expect(await records.put(kind, 'ani', { name: 'Ani' }, 0)).toBe(true)
    expect(await records.put(kind, 'ani', { name: 'Budi' }, 0)).toBe(false)
    const first = await records.get<{ name: string }>(kind, 'ani')
    expect(first?.value).toEqual({ name: 'Ani' })
    expect(await records.put(kind, 'ani', { name: 'Ani W.' })).toBe(true)
    expect(await records.put(kind, 'ani', { name: 'late' }, first?.version)).toBe(false)
    await records.put(kind, 'budi:x', ['any', 1, null])
    expect((await records.list(kind)).map(({ id: each, value }) => [each, value])).toEqual([
      ['ani', { name: 'Ani W.' }],
      ['budi:x', ['any', 1, null]],
    ])
    expect(await records.delete(kind, 'ani')).toBe(true)
    expect(await records.delete(kind, 'ani')).toBe(false)
    // Made again, it is another record: whoever knew the old one must not overwrite it.
    expect(await records.put(kind, 'ani', { name: 'other' }, 0)).toBe(true)
    expect(await records.put(kind, 'ani', { name: 'late' }, first?.version)).toBe(false)
    expect(await records.list(`${kind}-none`)).toEqual([])
    expect(await records.ids(kind)).toEqual(['ani', 'budi:x'])
    expect(await records.ids(`${kind}-none`)).toEqual([])
    expect(await records.kinds()).toContain(kind)
  })

  it('AUTH1 tells every server of a changed record within a second', async () => {
    const kind = `session-${id()}`
    const elsewhere = (await other()) ?? store()
    const heard = new Set<string>()
    store().records.onChange((changed, record) => heard.add(`here ${changed} ${record}`))
    elsewhere.records.onChange((changed, record) => heard.add(`there ${changed} ${record}`))
    await store().records.put(kind, 's1', { user: 'ani' })
    await until('both heard', () => heard.has(`here ${kind} s1`) && heard.has(`there ${kind} s1`), 1000)
    heard.clear()
    await store().records.delete(kind, 's1')
    await until('both heard of the end', () => heard.has(`here ${kind} s1`) && heard.has(`there ${kind} s1`), 1000)
  })

  it('SYNC4 a large branch is loaded as one moment, though others write meanwhile', async () => {
    const branch = await Branch.made(store())
    for (let done = 0; done < 3; done++) await branch.send(branch.batchOf(branch.issued(4000)))
    await branch.commit([{ type: 'openCounter', counter: '1', officer: 'o' }])
    const reader = (await other()) ?? store()
    let isOver = false
    let calls = 0
    const writing = (async () => {
      while (!isOver) {
        await branch.insist([
          branch.issue(),
          { type: 'callNext', counter: '1', officer: 'o', current: branch.state.counters['1']?.ticket ?? null },
        ])
        calls += 1
      }
    })()
    for (let reading = 0; reading < 3; reading++) {
      const before = calls
      const loaded = await reader.load(branch.id)
      expect(invariants(loaded?.state as never)).toEqual([])
      await until('others write', () => calls > before)
    }
    isOver = true
    await writing
    expect(plain((await reader.load(branch.id))?.state as never)).toEqual(plain(branch.state))
  }, 60_000)

  it('commits and loads a branch of 100,000 tickets', async () => {
    const branch = await Branch.made(store())
    for (let done = 0; done < 20; done++) expect((await branch.send(branch.batchOf(branch.issued(5000)))).status).toBe('committed')
    const loaded = await store().load(branch.id)
    expect(loaded?.state.tickets.size).toBe(100_000)
    expect(loaded?.state.queues['DUKCAPIL.KK']?.size).toBe(100_000)
    await branch.commit([{ type: 'openCounter', counter: '1', officer: 'o' }])
    const result = await branch.commit([{ type: 'callNext', counter: '1', officer: 'o', current: null }])
    expect(result.status).toBe('committed')
    expect(branch.state.counters['1']?.ticket).toBe('many-1')
  }, 90_000)
}
