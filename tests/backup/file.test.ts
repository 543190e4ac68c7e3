import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type BackupLine, HEAD_BYTES, nameOfBackup, readBackup, writeBackup } from '../../server/backup/backupFile.ts'
import { checkBackup } from '../../server/backup/checkBackup.ts'
import { BEING_RESTORED, markStore, openStore } from '../../server/store/openStore.ts'
import { pendingIn } from '../../shared/domain/announcing.ts'
import { invariants } from '../../shared/domain/invariants.ts'
import { Branch, plain } from '../store/branch.ts'
import { redisProgram } from '../store/testStores.ts'
import { liveThrough, Place } from './storedHall.ts'

let place: Place
beforeEach(() => {
  place = new Place()
})
afterEach(() => place.close())

const kinds = (await redisProgram()) === null ? (['embedded'] as const) : (['embedded', 'redis'] as const)
const pairs = kinds.flatMap((from) => kinds.map((to) => [from, to] as const))

async function made(kind: 'embedded' | 'redis' = 'embedded', media?: Buffer) {
  const dataDir = place.newFolder()
  const branch = await place.with(dataDir, liveThrough, kind)
  if (media) {
    mkdirSync(join(dataDir, 'media', 'hall'), { recursive: true })
    writeFileSync(join(dataDir, 'media', 'hall', 'film.mp4'), media)
    utimesSync(join(dataDir, 'media', 'hall', 'film.mp4'), 1_700_000_000, 1_700_000_000)
  }
  const report = await place.backup(dataDir)
  return { dataDir, branch, report, path: report.path }
}

/** Everything below a folder with its content: what must not have changed. */
function everything(folder: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name)
    if (entry.isFile() && !/lock(\.mdb)?$/.test(path)) found[path] = createHash('sha256').update(readFileSync(path)).digest('hex')
  }
  return found
}

describe('a backup', () => {
  test.each(pairs)(
    'LOSS1 DAY3 ANN3 SYNC4 of %s restored into %s: state, log, answers, records and files as they were; a new epoch; nothing pending',
    async (from, to) => {
      const film = Buffer.from(Array.from({ length: 500_000 }, (_, at) => (at * 31) % 256))
      const { dataDir, branch, path } = await made(from, film)
      const before = await place.with(dataDir, async (store) => ({
        loaded: await store.load('hall'),
        log: await store.readEvents('hall', 0, 10_000),
        user: await store.records.get('users', 'petugas'),
      }))
      expect(pendingIn(branch.state, 'z1').length + pendingIn(branch.state, 'z2').length).toBeGreaterThan(1)
      expect(branch.state.zones['z1']?.speaking).not.toBeNull()

      const target = place.newFolder()
      await place.restore(path, target, { store: to })
      expect(statSync(join(target, 'media', 'hall', 'film.mp4')).mtimeMs).toBe(1_700_000_000_000)
      expect(readFileSync(join(target, 'media', 'hall', 'film.mp4')).equals(film)).toBe(true)
      await place.with(
        target,
        async (store) => {
          expect(store.kind).toBe(to)
          const loaded = await store.load('hall')
          expect(loaded?.epoch).not.toBe(before.loaded?.epoch)
          const log = await store.readEvents('hall', 0, 10_000)
          expect(log.slice(0, before.log.length)).toEqual(before.log)
          // Behind it only what a restore does: the loudspeakers know nothing of before.
          expect(log.slice(before.log.length).map(({ event }) => event.type)).toEqual([
            'announcementEnded',
            'speakerLost',
            ...Array.from({ length: log.length - before.log.length - 2 }, () => 'announcementEnded'),
          ])
          const state = loaded?.state as typeof branch.state
          for (const zone of ['z1', 'z2']) {
            expect(pendingIn(state, zone)).toEqual([])
            expect(state.zones[zone]?.speaking ?? null).toBeNull()
          }
          expect(invariants(state)).toEqual([])
          expect(plain({ ...state, zones: {}, counters: {}, revision: 0, atMs: 0 })).toEqual(
            plain({ ...branch.state, zones: {}, counters: {}, revision: 0, atMs: 0 }),
          )
          expect(state.counters['1']?.ticket).toBe(branch.state.counters['1']?.ticket)
          expect((await store.records.get('users', 'petugas'))?.value).toEqual(before.user?.value)
          expect(await store.records.kinds()).toEqual(['devices', 'users'])

          // CALL2: a command of today and one of yesterday, asked again.
          const again = await Branch.of(store, 'hall')
          for (const day of [state.day, state.previousDay as string]) {
            let asked = 0
            for await (const page of store.answers('hall', day))
              for (const { commandId } of page)
                if (!commandId.startsWith('restore-')) {
                  asked += 1
                  expect((await again.commit([{ type: 'openDay' }], [commandId])).status).toBe('answered')
                }
            expect(asked).toBeGreaterThan(2)
          }
        },
        to,
      )
    },
  )

  test('written for its owner alone, under its name only when it is whole, and where a name is taken by nothing of ours it is left', async () => {
    const { path, report } = await made()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(report.bytes).toBe(statSync(path).size)
    const folder = join(place.dir, 'backups')
    await expect(
      writeBackup(
        join(folder, nameOfBackup(0)),
        (async function* (): AsyncGenerator<BackupLine> {
          yield { type: 'manifest', format: 1, product: '0', madeAtMs: 0 }
          throw new Error('the server is gone')
        })(),
      ),
    ).rejects.toThrow('the server is gone')
    expect(readdirSync(folder)).toEqual([path.slice(folder.length + 1)])
  })

  test('a second disk gets a copy; where it is missing or not mounted that is told, and the first is there', async ({ skip }) => {
    const { dataDir } = await made()
    const second = place.newFolder()
    const missing = await place.backup(dataDir, { also: second, nowMs: Date.now() + 1000 })
    expect(missing.copy).toBeNull()
    expect(missing.complaints.join()).toContain(second)
    expect(existsSync(second)).toBe(false)
    await checkBackup(missing.path)
    mkdirSync(second)
    const unmounted = await place.backup(dataDir, { also: second, nowMs: Date.now() + 1500 })
    expect(unmounted.complaints.join()).toContain('same disk')
    expect(readdirSync(second)).toEqual([])
    const disk = place.newDisk()
    if (disk === null) return skip('there is no second disk here')
    const copied = await place.backup(dataDir, { also: disk, nowMs: Date.now() + 2000 })
    expect(copied.complaints).toEqual([])
    expect(readFileSync(copied.copy as string).equals(readFileSync(copied.path))).toBe(true)
  })

  test('old ones go by the setting alone, on both disks; the newest and what is not ours never', async ({ skip }) => {
    const { dataDir } = await made()
    const folder = place.newFolder()
    mkdirSync(folder)
    const also = place.newDisk()
    if (also === null) return skip('there is no second disk here')
    const days = (count: number) => Date.UTC(2026, 5, 30, 2) - count * 86_400_000
    for (const each of [folder, also]) {
      for (let day = 1; day < 100; day++) writeFileSync(join(each, nameOfBackup(days(day))), '')
      writeFileSync(join(each, 'panggil-laporan.backup'), '')
      writeFileSync(join(each, 'catatan.txt'), '')
    }
    await place.backup(dataDir, { folder, also, nowMs: days(0) })
    expect(readdirSync(folder).length).toBe(102)
    const report = await place.backup(dataDir, { folder, also, nowMs: days(0) + 3600_000, keep: { days: 3, months: 3 } })
    // Of June the same as of its newest day.
    const kept = [days(0) + 3600_000, days(1), days(2), Date.UTC(2026, 4, 31, 2), Date.UTC(2026, 3, 30, 2)].map(nameOfBackup).sort()
    for (const each of [folder, also]) expect(readdirSync(each)).toEqual(['catatan.txt', 'panggil-laporan.backup', ...kept].sort())
    expect(report.removed).toBe(2 * 96)
  })
})

describe('a broken file changes nothing', () => {
  const refused = async (path: string, content: Buffer, target: string, why: RegExp) => {
    const before = everything(target)
    writeFileSync(path, content)
    await expect(place.restore(path, target, { force: true })).rejects.toThrow(why)
    expect(everything(target)).toEqual(before)
  }

  test('cut anywhere, a byte flipped anywhere, empty, or not ours', async () => {
    const { path, dataDir } = await made()
    const good = readFileSync(path)
    const broken = join(place.dir, 'broken.backup')
    for (const length of [0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 20, good.length >> 1, good.length - 1])
      await refused(broken, good.subarray(0, length), dataDir, /damaged|no backup/)
    await refused(broken, Buffer.concat([good, Buffer.from([0])]), dataDir, /damaged/)
    for (let at = 0; at < good.length; at += at < HEAD_BYTES ? 1 : 97) {
      const flipped = Buffer.from(good)
      flipped[at] = (flipped[at] as number) ^ 1
      await refused(broken, flipped, dataDir, /damaged|no backup|newer version/)
    }
    await refused(broken, gzipSync('{"type":"manifest"}'), dataDir, /no backup/)
    await refused(broken, Buffer.from('PANGGIL-BACKUP 3\n'), dataDir, /newer version/)
    await expect(place.restore(join(place.dir, 'nowhere'), dataDir, { force: true })).rejects.toThrow(/can't be read/)
    // And what it was made from still restores.
    await place.restore(path, dataDir, { force: true })
  })

  /** A file with a good checksum whose content somebody changed. */
  async function changed(path: string, change: (line: BackupLine) => BackupLine | null): Promise<string> {
    const to = join(place.dir, `changed-${Math.random()}.backup`)
    await writeBackup(
      to,
      (async function* () {
        for await (const line of readBackup(path)) {
          const next = change(line)
          if (next) yield next
        }
      })(),
    )
    return to
  }

  test('a newer format, an event or a part missing, a state that its events do not give, broken rules, a path that leads elsewhere', async () => {
    const { path, dataDir } = await made('embedded', Buffer.from('film'))
    const cases: [(line: BackupLine) => BackupLine | null, RegExp][] = [
      [(line) => (line.type === 'manifest' ? { ...line, format: 3 } : line), /format 3/],
      [(line) => (line.type === 'branch' ? { ...line, format: 99 } : line), /format 99.*install/],
      [(line) => (line.type === 'events' ? { ...line, events: line.events.slice(0, -1) } : line), /revision \d+ instead/],
      [
        (line) =>
          line.type === 'documents'
            ? { ...line, documents: line.documents.map(([name, json]) => [name, json.replace('"state":"waiting"', '"state":"onHold"')]) }
            : line,
        /don't give its state.*ticket/,
      ],
      [(line) => (line.type === 'records' && line.kind === 'users' ? null : line), /missing/],
      [(line) => (line.type === 'end' ? null : line), /missing/],
      [(line) => (line.type === 'bytes' ? null : line), /cut short/],
      [(line) => (line.type === 'file' ? { ...line, path: 'media/../../elsewhere' } : line), /where none belongs/],
      [(line) => (line.type === 'file' ? { ...line, path: '/etc/passwd' } : line), /where none belongs/],
      [(line) => (line.type === 'end' ? ({ type: 'surprise' } as never) : line), /does not know/],
    ]
    for (const [change, why] of cases) {
      const before = everything(dataDir)
      await expect(place.restore(await changed(path, change), dataDir, { force: true })).rejects.toThrow(why)
      expect(everything(dataDir)).toEqual(before)
    }
  })

  test('a restore that was broken off in the middle: no server starts on what is half there, and the same restore finishes it', async () => {
    const { path, dataDir } = await made()
    markStore(dataDir, BEING_RESTORED)
    await expect(openStore({ dataDir })).rejects.toThrow(/broken off.*--force/)
    await expect(place.backup(dataDir, { nowMs: Date.now() + 5000 })).rejects.toThrow(/broken off/)
    await expect(place.restore(path, dataDir)).rejects.toThrow(/broken off|--force/)
    await place.restore(path, dataDir, { force: true })
    await place.with(dataDir, async (store) => expect(await store.branches()).toEqual(['hall']))
  })

  test('a folder without a hall is no backup of an empty one', async () => {
    const dataDir = place.newFolder()
    await expect(place.backup(dataDir)).rejects.toThrow(/no hall/)
    expect(existsSync(dataDir)).toBe(false)
  })

  test('links are not followed into a backup', async () => {
    const { dataDir } = await made('embedded', Buffer.from('film'))
    writeFileSync(join(place.dir, 'secret'), 'rahasia')
    symlinkSync(join(place.dir, 'secret'), join(dataDir, 'media', 'hall', 'tautan.png'))
    const { backup } = await place.backup(dataDir, { nowMs: Date.now() + 5000 })
    expect(backup.files).toBe(1)
  })
})

/** A file system of so many kB; null where we may not make one. */
function smallDisk(kilobytes: number): { path: string; close(): void } | null {
  const path = place.newFolder()
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return null
  }
  return { path, close: () => void execFileSync('umount', ['-l', path]) }
}

describe('a full disk', () => {
  test('of the backup: it fails, says so, and leaves older ones as they are; as second disk it costs the second copy only', async ({
    skip,
  }) => {
    const disk = smallDisk(700)
    if (!disk) return skip('only root can make a small disk')
    try {
      const { dataDir } = await made('embedded', Buffer.from(Array.from({ length: 400_000 }, () => Math.random() * 256)))
      const first = await place.backup(dataDir, { folder: disk.path, nowMs: 1_790_000_000_000 })
      await expect(place.backup(dataDir, { folder: disk.path, keep: { days: 1, months: 1 }, nowMs: 1_790_100_000_000 })).rejects.toThrow(
        /ENOSPC/,
      )
      expect(readdirSync(disk.path)).toEqual([first.path.slice(disk.path.length + 1)])
      await checkBackup(first.path)
      const second = await place.backup(dataDir, { also: disk.path, nowMs: 1_790_200_000_000 })
      expect(second.copy).toBeNull()
      expect(second.complaints.join()).toContain('ENOSPC')
      await checkBackup(second.path)
      expect(readdirSync(disk.path).length).toBe(1)
    } finally {
      disk.close()
    }
  })

  test('of the data: a restore that does not fit leaves the hall as it was', async ({ skip }) => {
    const disk = smallDisk(1500)
    if (!disk) return skip('only root can make a small disk')
    try {
      const { path } = await made('embedded', Buffer.alloc(3_000_000))
      const dataDir = join(disk.path, 'data')
      await place.with(dataDir, liveThrough, 'embedded')
      const before = everything(dataDir)
      await expect(place.restore(path, dataDir, { force: true })).rejects.toThrow(/ENOSPC/)
      expect(everything(dataDir)).toEqual(before)
      await place.with(dataDir, async (store) => expect((await store.load('hall'))?.state.revision).toBeGreaterThan(10), 'embedded')
    } finally {
      disk.close()
    }
  })
})
