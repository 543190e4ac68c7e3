import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore, rememberedKind } from '../store/openStore.ts'
import type { BranchStore } from '../store/store.ts'
import { VERSION } from '../version.ts'
import { BACKUP_FORMAT, type BackupLine, copyBackup, nameOfBackup, timeOfBackup, writeBackup } from './backupFile.ts'
import { type CheckedBackup, checkBackup } from './checkBackup.ts'
import { dump, type HeldBranch } from './dump.ts'
import { houseFiles } from './houseFiles.ts'
import { dumpOfLivingServer } from './livingServer.ts'
import { type Keep, superfluous } from './thinning.ts'

export interface BackupOptions {
  readonly dataDir: string
  readonly redisUrl?: string | undefined
  readonly store?: 'embedded' | 'redis' | undefined
  /** Where the backup goes first. */
  readonly folder: string
  /** A second disk, best. */
  readonly also?: string | undefined
  /** Null: old backups stay. */
  readonly keep: Keep | null
  readonly nowMs: number
}

export interface BackupReport {
  readonly path: string
  readonly bytes: number
  readonly backup: CheckedBackup
  /** The copy on the second disk; null where none was asked for or it did not come about. */
  readonly copy: string | null
  readonly wasServed: boolean
  readonly removed: number
  /** What went wrong although the first file is good: for whoever must look after it. */
  readonly complaints: readonly string[]
}

/**
 * One backup: of the server that runs, or of the store itself where none does. It is read back and checked whole before it counts. Rejects
 * where there is no good backup afterwards.
 */
export async function makeBackup(options: BackupOptions): Promise<BackupReport> {
  const { folder, also, keep, nowMs } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, nameOfBackup(nowMs))
  const source = await openSource(options)
  let bytes: number
  try {
    bytes = await writeBackup(path, closed(source.lines, houseFiles(options.dataDir), nowMs))
  } finally {
    await source.close()
  }
  let backup: CheckedBackup
  try {
    backup = await checkBackup(path)
    if (backup.branches.length === 0) throw new Error('there is no branch in the store')
  } catch (error) {
    // Kept for whoever has to find out why; no restore takes it, and no thinning counts it.
    await rename(path, `${path}.unusable`)
    throw error
  }
  const complaints: string[] = []
  const attempt = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      complaints.push(`${what}: ${(error as Error).message}`)
      return false
    }
  }
  let copy: string | null = null
  if (also !== undefined) {
    const copied = join(also, nameOfBackup(nowMs))
    // Not made where it is missing: it would be an empty folder on the first disk, in the place where the second was to be mounted.
    const isCopied = await attempt(`There is NO second copy in ${also}`, async () => {
      const disk = await stat(also)
      if (!disk.isDirectory()) throw new Error('it is no folder')
      // Where the second disk is not mounted, its folder is there all the same.
      if (disk.dev === (await stat(folder)).dev) throw new Error(`it is on the same disk as ${folder}; is the second disk mounted?`)
      await copyBackup(path, copied)
    })
    if (isCopied) copy = copied
  }
  let removed = 0
  if (keep !== null)
    for (const each of copy === null || also === undefined ? [folder] : [folder, also])
      await attempt(`Old backups in ${each} were not thinned`, async () => {
        removed += await thin(each, keep)
      })
  return { path, bytes, backup, copy, wasServed: source.wasServed, removed, complaints }
}

interface Source {
  readonly lines: AsyncIterable<BackupLine>
  readonly wasServed: boolean
  close(): Promise<void>
}

async function openSource({ dataDir, redisUrl, store }: BackupOptions): Promise<Source> {
  const living = await dumpOfLivingServer(dataDir)
  if (living) return { lines: living, wasServed: true, close: async () => {} }
  // Opening a store makes one where there is none: the backup of a mistyped folder would be good, and empty.
  if (!redisUrl && rememberedKind(dataDir) === null) throw new Error(`there is no hall in ${dataDir}; is DATA_DIR right?`)
  // Nobody is disturbed, and nobody else may begin meanwhile.
  const opened = await openStore({ dataDir, redisUrl, store })
  return { lines: dumpOfStore(opened.store), wasServed: false, close: () => opened.close() }
}

/** What a store holds that no server uses. */
export async function* dumpOfStore(store: BranchStore): AsyncGenerator<BackupLine> {
  const held: HeldBranch[] = []
  for (const id of await store.branches()) {
    const loaded = await store.load(id)
    if (loaded) held.push({ id, ...loaded })
  }
  yield* dump(store, held, async () => {})
}

/** Between its manifest and its end. */
export async function* closed(
  lines: AsyncIterable<BackupLine>,
  files: AsyncIterable<BackupLine>,
  nowMs: number,
): AsyncGenerator<BackupLine> {
  const count = { branches: 0, records: 0, files: 0 }
  yield { type: 'manifest', format: BACKUP_FORMAT, product: VERSION, madeAtMs: nowMs }
  for (const part of [lines, files])
    for await (const line of part) {
      if (line.type === 'branch') count.branches += 1
      else if (line.type === 'records') count.records += line.records.length
      else if (line.type === 'file') count.files += 1
      yield line
    }
  yield { type: 'end', ...count }
}

async function thin(folder: string, keep: Keep): Promise<number> {
  const named = new Map<number, string>()
  for (const name of await readdir(folder)) {
    const timeMs = timeOfBackup(name)
    if (timeMs !== null) named.set(timeMs, name)
  }
  const gone = superfluous([...named.keys()], keep)
  for (const timeMs of gone) await rm(join(folder, named.get(timeMs) as string))
  return gone.length
}
