import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeBackup } from '../../server/backup/makeBackup.ts'
import { type RestoreOptions, type RestoreReport, restoreBackup } from '../../server/backup/restoreBackup.ts'
import { openStore } from '../../server/store/openStore.ts'
import type { BranchStore } from '../../server/store/store.ts'
import type { Command } from '../../shared/domain/commands.ts'
import { Branch } from '../store/branch.ts'

export const DAY_MS = 86_400_000

/** A place with data folders in it, gone with the test. */
export class Place {
  readonly dir = mkdtempSync(join(tmpdir(), 'panggil-place-'))
  #folders = 0

  readonly #disks: string[] = []

  /** A folder on another file system, where this machine has one in its memory. */
  newDisk(): string | null {
    if (!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(this.dir).dev) return null
    const disk = mkdtempSync('/dev/shm/panggil-disk-')
    this.#disks.push(disk)
    return disk
  }

  newFolder = (): string => join(this.dir, `folder-${++this.#folders}`)

  async with<T>(dataDir: string, work: (store: BranchStore) => Promise<T>, store?: 'embedded' | 'redis'): Promise<T> {
    const opened = await openStore({ dataDir, store })
    try {
      return await work(opened.store)
    } finally {
      await opened.close()
    }
  }

  backup = (dataDir: string, more: Partial<Parameters<typeof makeBackup>[0]> = {}) =>
    makeBackup({ dataDir, folder: join(this.dir, 'backups'), keep: null, nowMs: Date.now(), ...more })

  restore = (path: string, dataDir: string, more: Partial<RestoreOptions> = {}): Promise<RestoreReport> =>
    restoreBackup({ path, dataDir, force: false, issued: () => 'none', nowMs: Date.now(), ...more })

  close(): void {
    for (const each of [this.dir, ...this.#disks]) rmSync(each, { recursive: true, force: true })
  }
}

/** No test of ours meets midnight. `Etc/GMT+3` is three hours behind. */
function whereItIsNoon(): string {
  const behind = new Date().getUTCHours() - 12
  return `Etc/GMT${behind < 0 ? '' : '+'}${behind}`
}

/** A hall's day as it is made by commands, with a call that waits for its loudspeaker and one that sounds. */
export async function liveThrough(store: BranchStore): Promise<Branch> {
  const branch = await Branch.made(store, 'hall', { hours: 'always', timeZone: whereItIsNoon() })
  branch.nowMs = Date.now() - 2 * DAY_MS
  const commands = async (...all: Command[]) => {
    for (const command of all) {
      branch.nowMs += 1000
      const { revision } = branch.state
      await branch.insist([command])
      if (branch.state.revision === revision) throw new Error(`nothing came of ${command.type}`)
    }
  }
  const turn = async () => {
    branch.nowMs += DAY_MS
    await commands({ type: 'turnDay' })
  }
  await commands({ type: 'turnDay' })
  await commands(branch.issue(), branch.issue())
  await turn()
  await commands(branch.issue(), branch.issue(), branch.issue())
  await turn()
  branch.nowMs = Date.now() - 60_000
  const [counter] = branch.configuration.counters
  const zone = counter?.zone as string
  await commands(branch.issue(), branch.issue(), branch.issue(), branch.issue())
  await commands({ type: 'chooseSpeaker', zone, connection: 'server:1', device: 'layar', server: 'server' })
  await commands({ type: 'openCounter', counter: counter?.id as string, officer: 'petugas' })
  await commands({ type: 'callNext', counter: counter?.id as string, officer: 'petugas', current: null })
  await commands({ type: 'startAnnouncement', zone, connection: 'server:1' })
  await commands({ type: 'announce', text: { id: 'Perhatian', en: 'Attention' } })
  await store.records.put('users', 'petugas', { username: 'petugas', passwordHash: 'x' })
  await store.records.put('devices', 'd1', { deviceId: 'd1', tokenHash: 'y' })
  await store.records.put('pairings', 'p', { code: 'ABCD-EFGH' })
  return branch
}
