import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { archiveOf, type DayArchive, recordedDay } from '../../server/history/dayArchive.ts'
import { EventsLetGo } from '../../server/history/history.ts'
import { ARCHIVES, idOf, idsOf, SUMMARIES } from '../../server/history/kept.ts'
import { DAYS_IN_LOG, letGo } from '../../server/history/lettingGo.ts'
import { versionsBefore } from '../../server/http/configurationLog.ts'
import { openLedger } from '../../server/reports/ledger.ts'
import { summaryOf } from '../../server/reports/summary.ts'
import { type BranchStore, type RecordStore, StoreAway } from '../../server/store/store.ts'
import { evolve } from '../../shared/domain/evolve.ts'
import { emptyBranch } from '../../shared/domain/state.ts'
import { keepDays } from '../simulation/year.ts'
import { plain } from '../store/branch.ts'
import { redisProgram, type TestEmbedded, type TestRedis, until, withEmbedded, withRedis } from '../store/testStores.ts'
import { allOf, brokenIn, each, Keeping, keptIn, kupang, type PlayedDays, played } from './keptHall.ts'

const DAYS = 12
const hasRedis = (await redisProgram()) !== null
const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
})

async function serve(store: BranchStore): Promise<Keeping> {
  const keeping = await Keeping.open(store)
  undo.push(() => keeping.close())
  return keeping
}

let lived: PlayedDays
let few: PlayedDays
beforeAll(async () => {
  lived = await played(DAYS, 25)
  few = await played(9, 5)
}, 60_000)
const branchId = 'mpp-kupang'

/** Through its store's own doors; the days before today are closed, as nobody's server was there to turn the last one. */
const fill = (store: BranchStore, { days }: PlayedDays) => keepDays(store, each(days))
const isDone = (keeping: Keeping, days: number) => async () =>
  keeping.history.today(branchId) !== null && (await keeping.history.days(branchId)).length === days
const logBegins = async (store: BranchStore) => (await store.readEvents(branchId, 0, 1))[0]?.revision ?? 0

/** A store in which somebody meddles with records and with what is let go of. */
function meddled(
  store: BranchStore,
  { put, write }: { put?: (kind: string, value: unknown) => Promise<unknown>; write?: () => Promise<boolean> },
): BranchStore {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    // True: it dies with the write done.
    const diesAfter = (await write?.()) ?? false
    const result = await work()
    if (diesAfter) throw new StoreAway('killed')
    return result
  }
  const records = new Proxy(store.records, {
    get(target, name) {
      if (name === 'put')
        return async (kind: string, id: string, value: unknown, ifVersion?: number) => {
          const written = (await put?.(kind, value)) ?? value
          return guarded(() => target.put(kind, id, written, ifVersion))
        }
      if (name === 'delete') return (kind: string, id: string) => guarded(() => target.delete(kind, id))
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as RecordStore
  return new Proxy(store, {
    get(target, name) {
      if (name === 'records') return records
      if (name === 'trim') return (branch: string, through: number) => guarded(() => target.trim(branch, through))
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

describe.each(hasRedis ? (['embedded', 'redis'] as const) : (['embedded'] as const))('in the store %s', (kind) => {
  let place: TestEmbedded | TestRedis
  let store: BranchStore
  beforeAll(async () => {
    place = kind === 'redis' ? await withRedis() : withEmbedded()
    store = await place.open()
    await fill(store, lived)
  })
  afterAll(() => place.stop())

  test('days that nobody archived are, the log lets go of all but the last, and nothing is lost', async () => {
    const before = (await store.readEvents(branchId, 0, 1_000_000)).length
    const keeping = await serve(store)
    await until('all are archived', isDone(keeping, DAYS), 60_000)
    expect(keeping.sealed).toEqual(await keeping.history.days(branchId))
    expect(keeping.faults).toEqual([])
    const summaries = await keeping.history.summaries(branchId, '', '9999')
    const kept = summaries.at(-DAYS_IN_LOG)?.firstRevision ?? 0
    await until('the log let go', async () => (await logBegins(store)) === kept)
    const all = await allOf(keeping.history.eventsAfter(branchId, 0))
    expect(all.map(({ revision }) => revision)).toEqual(all.map((_, at) => at + 1))
    const committed = lived.days.flatMap(({ events }) => events)
    expect(committed).toHaveLength(before)
    expect(all.slice(0, before).map(({ event }) => event)).toEqual(committed)
    // The turn into today, which this server made.
    expect(all.slice(before).map(({ event }) => event.type)).toContain('dayTurned')
    for (const after of [1, kept - 2, kept - 1, kept, before, all.length, all.length + 5])
      expect(await allOf(keeping.history.eventsAfter(branchId, after))).toEqual(all.slice(after))

    let state = (await keeping.history.day(branchId, summaries[0]?.day ?? ''))?.opening
    for (const summary of summaries) {
      const day = await keeping.history.day(branchId, summary.day)
      if (!day || !state) throw new Error(`there is nothing of ${summary.day}`)
      expect(plain(day.opening)).toEqual(plain(state))
      expect(day.events).toEqual(all.slice(summary.firstRevision - 1, summary.lastRevision))
      const ledger = openLedger(day.opening)
      let atEnd = state
      for (const { event } of day.events) {
        atEnd = state
        state = evolve(atEnd, event)
        ledger.apply({ before: atEnd, event, state })
      }
      expect(summaryOf(ledger, atEnd, { first: summary.firstRevision, last: summary.lastRevision })).toEqual(summary)
    }
    expect(plain(state as never)).toEqual(plain(keeping.history.today(branchId)?.state as never))
    expect(await keeping.history.day(branchId, '2025-10-04')).toBeNull()
  }, 90_000)

  test('a server that starts again finds what is there, writes nothing, and counts on', async () => {
    const before = await keptIn(store, branchId)
    const keeping = await serve(store)
    const runtime = keeping.branches.get(branchId)
    await until('it has counted', () => keeping.history.today(branchId)?.state.revision === runtime?.state.revision)
    await runtime?.execute({ commandId: crypto.randomUUID(), actor: 'penyelia', command: { type: 'pauseBranch', reason: 'Listrik padam' } })
    await until('it counts on', () => keeping.history.today(branchId)?.state.pause !== null)
    expect(await keptIn(store, branchId)).toEqual(before)
    expect([keeping.sealed, keeping.faults]).toEqual([[], []])
  })

  test('an archive with a flipped byte or another event is found; the log keeps its events, and the newest is written anew', async () => {
    const days = await idsOf(store, ARCHIVES, branchId)
    const flip = async (day: string, change: (archive: DayArchive) => DayArchive | Promise<DayArchive>) => {
      const archive = (await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, day)))?.value as DayArchive
      await store.records.put(ARCHIVES, idOf(branchId, day), await change(archive))
      return () => store.records.put(ARCHIVES, idOf(branchId, day), archive)
    }
    const flipped = (archive: DayArchive) => {
      const bytes = Buffer.from(archive.gzip, 'base64')
      bytes[100] = (bytes[100] as number) ^ 1
      return { ...archive, gzip: bytes.toString('base64') }
    }
    const otherEvent = async (archive: DayArchive) => {
      const { day, opening, events } = await recordedDay(archive)
      return archiveOf(
        day,
        opening,
        events.map(({ event }, at) => (at === 3 ? { ...event, atMs: event.atMs + 1 } : event)),
      )
    }
    const state = (await store.load(branchId))?.state as never
    const oldest = days.at(-DAYS_IN_LOG) as string
    const begins = await logBegins(store)
    // One more day is behind it: it is old enough to be let go of.
    const later = idOf(branchId, '2026-01-01')
    for (const of of [ARCHIVES, SUMMARIES])
      await store.records.put(of, later, (await store.records.get(of, idOf(branchId, days.at(-1) as string)))?.value)
    for (const change of [flipped, otherEvent]) {
      const back = await flip(oldest, change)
      await expect(letGo(store, branchId, state)).rejects.toThrow(/archive/)
      expect(await logBegins(store)).toBe(begins)
      await back()
    }
    for (const of of [ARCHIVES, SUMMARIES]) await store.records.delete(of, later)
    const newest = days.at(-1) as string
    const before = (await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, newest)))?.value
    await flip(newest, flipped)
    const keeping = await serve(store)
    await expect(keeping.history.day(branchId, newest)).rejects.toThrow(/archive/)
    await until('it has counted', () => keeping.history.today(branchId) !== null)
    expect(keeping.faults.join()).toMatch(/can no longer be used.*written anew/)
    expect(keeping.sealed).toEqual([newest])
    expect((await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, newest)))?.value).toEqual(before)
  })

  test('killed before or after any of its writes, the next one goes on: each day is archived once, whole, and the log is the same', async () => {
    const other = kind === 'redis' ? await withRedis() : withEmbedded()
    undo.push(() => other.stop())
    const own = await other.open()
    await fill(own, few)
    const committed = few.days.flatMap(({ events }) => events)
    let writes = 0
    let kills = 0
    for (let isOver = false; !isOver; ) {
      let hasDied = false
      // Each time one write further; once it did not happen any more, once it did.
      const diesAt = 1 + (kills % 2)
      let count = 0
      const dying = meddled(own, {
        write: async () => {
          if (hasDied) throw new StoreAway('killed')
          count += 1
          writes += 1
          if (count < diesAt) return false
          hasDied = true
          if (kills % 4 < 2) throw new StoreAway('killed')
          return true
        },
      })
      const keeping = await Keeping.open(dying)
      await until(
        'it was killed, or is done',
        async () => hasDied || ((await isDone(keeping, few.days.length)()) && (await logBegins(own)) > 1),
        30_000,
      )
      isOver = !hasDied
      await keeping.close()
      expect(await brokenIn(own, branchId)).toEqual([])
      kills += hasDied ? 1 : 0
    }
    expect(kills).toBeGreaterThan(few.days.length)
    expect(writes).toBeGreaterThan(2 * few.days.length)
    const keeping = await serve(own)
    const all = await allOf(keeping.history.eventsAfter(branchId, 0))
    expect(all.slice(0, committed.length).map(({ event }) => event)).toEqual(committed)
    expect(await keeping.history.days(branchId)).toHaveLength(few.days.length)
  }, 60_000)

  test('what was not written as it was meant is found when it is read back, and written again', async () => {
    const other = kind === 'redis' ? await withRedis() : withEmbedded()
    undo.push(() => other.stop())
    const own = await other.open()
    await fill(own, { ...few, days: few.days.slice(0, 2) })
    let puts = 0
    const keeping = await serve(
      meddled(own, {
        put: async (recordKind, value) => {
          if (recordKind !== ARCHIVES || ++puts > 1) return value
          const { day, opening, events } = await recordedDay(value as DayArchive)
          // Lost on the way: the checksum of what is there is right.
          return archiveOf(
            day,
            opening,
            events.flatMap(({ event }, at) => (at === 5 ? [] : [event])),
          )
        },
      }),
    )
    await until('it was found', () => keeping.faults.length > 0, 10_000)
    expect(await idsOf(own, SUMMARIES, branchId)).toEqual([])
    await until('it was written again', isDone(keeping, 2), 20_000)
    expect(await brokenIn(own, branchId)).toEqual([])
    expect(keeping.faults).toHaveLength(1)
  }, 40_000)

  test('a day that turns under a server which read the branch out of its live keys is archived at the first try', async () => {
    const other = kind === 'redis' ? await withRedis() : withEmbedded()
    undo.push(() => other.stop())
    const own = await other.open()
    await fill(own, { ...few, days: few.days.slice(0, 1) })
    const keeping = await serve(own)
    await until('it is archived', isDone(keeping, 1))
    expect([keeping.sealed, keeping.faults]).toEqual([[few.days[0]?.day], []])
  }, 30_000)

  test('single tickets go after as many days as the branch says; summaries and what it was configured to be stay', async () => {
    const other = kind === 'redis' ? await withRedis() : withEmbedded()
    undo.push(() => other.stop())
    const own = await other.open()
    const kept = await played(10, 4, { keepTicketsDays: 14 })
    await fill(own, kept)
    const keeping = await serve(own)
    await until(
      'they are gone',
      async () => keeping.history.today(branchId) !== null && (await idsOf(own, ARCHIVES, branchId)).length === DAYS_IN_LOG,
      30_000,
    )
    const summaries = await keeping.history.summaries(branchId, '', '9999')
    expect(summaries).toHaveLength(10)
    const days = await keeping.history.days(branchId)
    expect(days).toEqual(summaries.slice(-DAYS_IN_LOG).map(({ day }) => day))
    expect(await keeping.history.day(branchId, summaries[0]?.day ?? '')).toBeNull()
    await expect(allOf(keeping.history.eventsAfter(branchId, 0))).rejects.toThrow(EventsLetGo)
    const from = (summaries.at(-DAYS_IN_LOG)?.firstRevision ?? 0) - 1
    expect(await logBegins(own)).toBe(from + 1)
    expect((await allOf(keeping.history.eventsAfter(branchId, from)))[0]?.revision).toBe(from + 1)
    const runtime = keeping.branches.get(branchId)
    if (!runtime) throw new Error('no branch')
    const { versions } = await versionsBefore(own, runtime, Number.MAX_SAFE_INTEGER, 10)
    expect(versions.map(({ revision }) => revision)).toEqual([1])
    await keeping.close()
    // A server that starts on such a store counts on, too.
    const next = await serve(own)
    await until('it has counted', () => next.history.today(branchId) !== null)
    expect([next.sealed, next.faults]).toEqual([[], []])
  }, 60_000)
})

describe.runIf(hasRedis)('several servers', () => {
  test('each day is archived by one of them, both agree, and both hear what is called after the log let go', async () => {
    const redis = await withRedis()
    undo.push(() => redis.stop())
    const stores = [await redis.open(), await redis.open()] as const
    await fill(stores[0], lived)
    const [one, two] = (await Promise.all(stores.map(serve))) as [Keeping, Keeping]
    for (const keeping of [one, two]) await until('all are archived', isDone(keeping, DAYS), 90_000)
    await until('the log let go', async () => (await logBegins(stores[0])) > 1)
    expect([...one.sealed, ...two.sealed].sort()).toEqual(await one.history.days(branchId))
    expect([...one.faults, ...two.faults]).toEqual([])
    expect(await brokenIn(stores[1], branchId)).toEqual([])
    expect(await two.history.summaries(branchId, '', '9999')).toEqual(await one.history.summaries(branchId, '', '9999'))
    const epoch = one.branches.get(branchId)?.epoch
    const { ok } =
      (await two.branches
        .get(branchId)
        ?.execute({ commandId: crypto.randomUUID(), actor: 'penyelia', command: { type: 'pauseBranch', reason: 'Upacara' } })) ?? {}
    expect(ok).toBe(true)
    await until('the other counted it', () => one.history.today(branchId)?.state.pause?.reason === 'Upacara')
    one.branches.get(branchId)?.reload()
    const again = await one.branches
      .get(branchId)
      ?.execute({ commandId: crypto.randomUUID(), actor: 'penyelia', command: { type: 'resumeBranch' } })
    expect(again?.ok).toBe(true)
    // The same epoch: screens got events, and nothing anew.
    expect(one.branches.get(branchId)?.epoch).toBe(epoch)
    await until('counted here, too', () => two.history.today(branchId)?.state.pause === null)
  }, 120_000)
})

test('a server that is killed (SIGKILL) while it archives leaves nothing half; the next ones finish', async () => {
  const embedded = withEmbedded()
  undo.push(() => embedded.stop())
  const first = await embedded.open()
  await fill(first, lived)
  await first.close()
  const told: string[] = []
  let kills = 0
  for (let isOver = false; !isOver; ) {
    const keeper = fork(fileURLToPath(new URL('./keeper.ts', import.meta.url)), [embedded.dir], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const gone = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
    const before = told.length
    keeper.on('message', (message: string) => {
      if (message === 'done') isOver = true
      else told.push(message)
    })
    // A moment of chance behind the days of this round.
    await until('it is well under way', () => isOver || told.length > before + kills, 60_000)
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
    keeper.kill('SIGKILL')
    await gone
    kills += 1
    const store = await embedded.open()
    expect(await brokenIn(store, branchId)).toEqual([])
    await store.close()
  }
  expect(kills).toBeGreaterThan(2)
  // By one of them each; one that was killed between its last write and its word told of it no more.
  expect(new Set(told).size).toBe(told.length)
  const keeping = await serve(await embedded.open())
  await until('it has counted', isDone(keeping, DAYS))
  const committed = lived.days.flatMap(({ events }) => events)
  const all = await allOf(keeping.history.eventsAfter(branchId, 0))
  expect(all.slice(0, committed.length).map(({ event }) => event)).toEqual(committed)
}, 120_000)

test('a day of 250 visits, archived', async () => {
  const { days } = await played(1, 250)
  const events = days[0]?.events ?? []
  const day = days[0]?.day ?? ''
  const archive = await archiveOf(day, { ...emptyBranch(kupang), day }, events)
  const bytes = JSON.stringify(archive).length
  console.info(`a day of 250 visits: ${events.length} events, ${JSON.stringify(events).length} bytes of JSON, ${bytes} bytes in the store`)
  expect(bytes).toBeLessThan(150_000)
}, 30_000)
