import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { backupTrouble } from '../../server/live/backups.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2025, 10, 20, 0, 0, 0)
let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'panggil-backups-'))
  for (const each of ['data/backups', 'second']) mkdirSync(join(dir, each), { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true }))

const look = (backupDir: string | null = null) => backupTrouble({ dataDir: join(dir, 'data'), backupDir }, NOW)
const made = (hoursAgo: number, folder = 'data/backups', ending = ''): void => {
  const at = new Date(NOW - hoursAgo * HOUR).toISOString().replace(/[-:]|\.\d+/g, '')
  writeFileSync(join(dir, folder, `panggil-${at}.backup${ending}`), '')
}
const born = (hoursAgo: number): void => {
  const path = join(dir, 'data/store.json')
  writeFileSync(path, '{}')
  const at = (NOW - hoursAgo * HOUR) / 1000
  utimesSync(path, at, at)
}

test('a hall without a backup is late a night after it was set up; one that keeps nothing here never is', async () => {
  expect(await look()).toBeNull()
  born(25)
  expect(await look()).toBeNull()
  born(26)
  expect(await look()).toEqual({ kind: 'backupOverdue', sinceMs: NOW - 26 * HOUR })
})

test('the newest good one counts, wherever it is; files of others don’t', async () => {
  born(1000)
  made(40)
  made(3)
  writeFileSync(join(dir, 'data/backups/panggil-baru.backup'), '')
  expect(await look()).toBeNull()
  made(2, 'data/backups', '.unusable')
  expect(await look()).toEqual({ kind: 'backupFailed', sinceMs: NOW - 3 * HOUR })
  made(1)
  expect(await look()).toBeNull()
})

test('a second disk that is asked for must have a copy, too', async () => {
  born(1000)
  made(3)
  made(27, 'second')
  expect(await look(join(dir, 'second'))).toEqual({ kind: 'backupCopyMissing', sinceMs: NOW - 27 * HOUR })
  expect(await look(join(dir, 'not mounted'))).toMatchObject({ kind: 'backupCopyMissing' })
  made(3, 'second')
  expect(await look(join(dir, 'second'))).toBeNull()
})
