import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type BackupLine, readBackup, writeBackup } from '../../server/backup/backupFile.ts'
import { serveBackups } from '../../server/backup/livingServer.ts'
import { ARCHIVES, idsOf } from '../../server/history/kept.ts'
import { DAYS_IN_LOG } from '../../server/history/lettingGo.ts'
import type { BranchStore } from '../../server/store/store.ts'
import { allOf, brokenIn, each, Keeping, keptIn, type PlayedDays, played } from '../history/keptHall.ts'
import { keepDays } from '../simulation/year.ts'
import { plain } from '../store/branch.ts'
import { redisProgram, until } from '../store/testStores.ts'
import { Place } from './storedHall.ts'

const branchId = 'mpp-kupang'
const DAYS = 10
const WAYS: ['embedded' | 'redis', 'embedded' | 'redis'][] =
  (await redisProgram()) === null
    ? [['embedded', 'embedded']]
    : [
        ['embedded', 'redis'],
        ['redis', 'embedded'],
      ]

let lived: PlayedDays
let place: Place
beforeAll(async () => {
  lived = await played(DAYS, 15)
}, 30_000)
beforeEach(() => {
  place = new Place()
})
afterEach(() => place.close())

const valuesOf = async (store: BranchStore) =>
  JSON.parse(JSON.stringify(await keptIn(store, branchId), (name, value) => (name === 'version' ? 0 : value))) as unknown

/** A hall whose log has let go of its first days. */
async function livedIn(dataDir: string, store: 'embedded' | 'redis'): Promise<void> {
  await place.with(
    dataDir,
    async (opened) => {
      await keepDays(opened, each(lived.days))
      const keeping = await Keeping.open(opened)
      await until('the log let go', hasLetGo(keeping, opened), 60_000)
      await keeping.close()
      expect(await idsOf(opened, ARCHIVES, branchId)).toHaveLength(DAYS)
    },
    store,
  )
}

/** Of all that it lets go of. */
const hasLetGo = (keeping: Keeping, store: BranchStore) => async () => {
  const summaries = await keeping.history.summaries(branchId, '', '9999')
  const [first] = await store.readEvents(branchId, 0, 1)
  return summaries.length === DAYS && first?.revision === summaries.at(-DAYS_IN_LOG)?.firstRevision
}

const whole = async (store: BranchStore) => {
  const keeping = await Keeping.open(store)
  // The last day that was lived turns when the branch is looked at: a second later, as in a hall that slept through it.
  await until('it has counted to this day', () => (keeping.history.today(branchId)?.ledger.day ?? '') > '2025-12-31', 20_000)
  const events = await allOf(keeping.history.eventsAfter(branchId, 0))
  const summaries = await keeping.history.summaries(branchId, '', '9999')
  const begins = (await store.readEvents(branchId, 0, 1))[0]?.revision
  await keeping.close()
  return { events, summaries, begins, sealed: keeping.sealed, faults: keeping.faults }
}

describe('a hall whose log has let go of its first days', () => {
  test.each(WAYS)(
    'is saved in %s and put back into %s: the same history, to the first event',
    async (from, to) => {
      const dataDir = place.newFolder()
      await livedIn(dataDir, from)
      const { path, backup } = await place.backup(dataDir)
      expect(backup.records).toMatchObject({ daySummaries: DAYS, dayArchives: DAYS, configurationVersions: 1 })
      const was = await place.with(dataDir, async (store) => ({ ...(await whole(store)), kept: await valuesOf(store) }), from)
      const target = place.newFolder()
      await place.restore(path, target, { store: to })
      await place.with(
        target,
        async (store) => {
          expect(await valuesOf(store)).toEqual(was.kept)
          const is = await whole(store)
          expect(is.events).toEqual(was.events)
          expect(is.summaries).toEqual(was.summaries)
          expect(is.begins).toBe(was.begins)
          expect([is.sealed, is.faults]).toEqual([[], []])
          expect(await brokenIn(store, branchId)).toEqual([])
        },
        to,
      )
    },
    90_000,
  )

  test('of a living server, in whose backup no day is over that was not over when it was read', async () => {
    const dataDir = place.newFolder()
    await place.with(
      dataDir,
      async (store) => {
        await keepDays(store, each(lived.days))
        const held = await store.load(branchId)
        if (!held) throw new Error('no branch')
        // As it was before today began; meanwhile that day is archived.
        const branches = { all: () => [{ id: branchId, ...held }] as never }
        const keeping = await Keeping.open(store)
        await until(
          'all are archived',
          async () => (await keeping.history.days(branchId)).length === DAYS && (await store.readEvents(branchId, 0, 1))[0]?.revision !== 1,
          60_000,
        )
        const backups = await serveBackups(dataDir, { store, branches, log: { info() {}, warn() {} } })
        const { path, backup } = await place.backup(dataDir)
        backups.close()
        expect(backup.records).toMatchObject({ daySummaries: DAYS - 1, dayArchives: DAYS - 1 })
        const all = await allOf(keeping.history.eventsAfter(branchId, 0))
        await keeping.close()
        const target = place.newFolder()
        await place.restore(path, target, { store: 'embedded' })
        await place.with(target, async (restored) => {
          const is = await whole(restored)
          expect(is.faults).toEqual([])
          expect(await brokenIn(restored, branchId)).toEqual([])
          expect(is.events.slice(0, held.state.revision)).toEqual(all.slice(0, held.state.revision))
        })
      },
      'embedded',
    )
  }, 90_000)

  test('an older backup, without archives, is put back and archived then; what a newer one begins with is checked', async () => {
    const dataDir = place.newFolder()
    await place.with(dataDir, (store) => keepDays(store, each(lived.days)), 'embedded')
    const { path } = await place.backup(dataDir)
    const changed = async (from: string, to: string, change: (line: BackupLine) => BackupLine) => {
      await writeBackup(
        `${place.dir}/${to}`,
        (async function* () {
          for await (const line of readBackup(from)) yield change(line)
        })(),
      )
      return `${place.dir}/${to}`
    }
    const old = await changed(path, 'old.backup', (line) => (line.type === 'manifest' ? { ...line, format: 1 } : line))
    const target = place.newFolder()
    await place.restore(old, target, { store: 'embedded' })
    await place.with(target, async (store) => {
      const keeping = await Keeping.open(store)
      await until('all are archived', async () => (await keeping.history.days(branchId)).length === DAYS, 60_000)
      const all = await allOf(keeping.history.eventsAfter(branchId, 0))
      const committed = lived.days.flatMap(({ events }) => events)
      expect(all.slice(0, committed.length).map(({ event }) => event)).toEqual(committed)
      await until('the log let go', async () => (await store.readEvents(branchId, 0, 1))[0]?.revision !== 1)
      await keeping.close()
      expect(plain((await store.load(branchId))?.state as never)).toMatchObject({ revision: all.length })
    })
    const newer = await place.backup(target, { nowMs: Date.now() + 2000 })
    const isOther = await changed(newer.path, 'other.backup', (line) =>
      line.type === 'opening' ? { ...line, revision: line.revision + 1 } : line,
    )
    await expect(place.restore(isOther, place.newFolder())).rejects.toThrow(/can't be used/)
  }, 90_000)

  test('fewer than a week of days are all in the log', async () => {
    const dataDir = place.newFolder()
    await place.with(dataDir, async (store) => {
      await keepDays(store, each(lived.days.slice(0, DAYS_IN_LOG)))
      const is = await whole(store)
      expect(is.begins).toBe(1)
      expect(is.sealed).toHaveLength(DAYS_IN_LOG)
    })
  }, 60_000)
})
