import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { DataDirInUse, isRunning, lockDataDir } from '../store/dataDirLock.ts'
import { BEING_RESTORED, markStore, openStore, rememberedKind, StoreKindChanged } from '../store/openStore.ts'
import { redisAt, socketOf } from '../store/ownRedis.ts'
import { openRedisStore } from '../store/redisStore.ts'
import type { BranchStore } from '../store/store.ts'
import { emptyRedis, whatIsIn } from '../store/wholeRedis.ts'
import { afterRestore, type Issued, issuedFault } from './afterRestore.ts'
import { readBackup, syncFolder, writeBackup } from './backupFile.ts'
import { type CheckedBackup, checkBackup } from './checkBackup.ts'
import { fillStore } from './fillStore.ts'
import { HOUSE_FOLDERS, houseFiles } from './houseFiles.ts'
import { isServed } from './livingServer.ts'
import { closed, dumpOfStore } from './makeBackup.ts'

export interface RestoreOptions {
  readonly path: string
  readonly dataDir: string
  readonly redisUrl?: string | undefined
  readonly store?: 'embedded' | 'redis' | undefined
  /** What is there already makes room; it is kept. */
  readonly force: boolean
  /** By branch. */
  readonly issued: (branchId: string) => Issued
  readonly nowMs: number
}

export interface RestoreReport {
  readonly backup: CheckedBackup
  /** For a person: where the data is now. */
  readonly restoredTo: string
  /** What was there before; null: nothing was. */
  readonly replaced: string | null
}

/** Why nothing was done, for a person. */
export class RestoreRefused extends Error {
  override readonly name = 'RestoreRefused'
  readonly code = 'restore-refused'
}

/** What a data folder holds of a hall. */
const PARTS = ['store.json', 'redis', 'embedded', ...HOUSE_FOLDERS] as const

/** A server that was killed a moment ago counts as living in Redis for some seconds. */
const SERVER_GONE_MS = 9_000

/**
 * Puts a backup in the place of what a data folder holds. Everything is checked first, and made ready beside the old data; then they change
 * places. Whatever the restore says, a server that is started next begins new epochs: the store is another one.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { path, dataDir, nowMs, issued } = options
  const backup = await checkBackup(path)
  for (const { state } of backup.branches) {
    const fault = issuedFault(state, issued(state.configuration.id), nowMs)
    if (fault) throw new RestoreRefused(`--issued: ${fault}`)
  }
  const lock = locked(dataDir)
  try {
    if (await isServed(dataDir)) throw new RestoreRefused(inUse(dataDir))
    const isExternal = isForExternalRedis(options)
    const restored = isExternal ? await restoreToRedis(options, backup) : await restoreToFolder(options, backup)
    return { backup, ...restored }
  } finally {
    lock.release()
  }
}

function locked(dataDir: string): { release(): void } {
  try {
    return lockDataDir(dataDir)
  } catch (error) {
    if (error instanceof DataDirInUse) throw new RestoreRefused(inUse(dataDir))
    throw error
  }
}

const inUse = (dataDir: string): string =>
  `A server uses ${dataDir}. Stop it first (sudo systemctl stop panggil, or Ctrl-C where it was started by hand), then restore, then start it again.`

/** Throws where the folder's data is in a Redis of the house's own, and nobody said which. */
function isForExternalRedis({ dataDir, redisUrl, store, force }: RestoreOptions): boolean {
  if (redisUrl) return true
  if (store === undefined && kindOf(dataDir, force) === 'external-redis')
    throw new RestoreRefused(
      `The data of ${dataDir} is in the Redis that REDIS_URL named, and REDIS_URL is not set. Set it, or set STORE=redis or STORE=embedded to restore into a store of its own.`,
    )
  return false
}

/** Null also where a restore was broken off, which only `force` may take up again. */
function kindOf(dataDir: string, force: boolean) {
  try {
    return rememberedKind(dataDir)
  } catch (error) {
    if (force && error instanceof StoreKindChanged) return null
    throw error
  }
}

type Restored = Pick<RestoreReport, 'restoredTo' | 'replaced'>

async function restoreToFolder(options: RestoreOptions, backup: CheckedBackup): Promise<Restored> {
  const { dataDir, force } = options
  const there = PARTS.filter((part) => existsSync(join(dataDir, part)))
  if (there.length > 0 && !force) throw new RestoreRefused(hasData(dataDir))
  const kind = kindOf(dataDir, force)
  const store = options.store ?? (kind === 'embedded' ? 'embedded' : kind === 'own-redis' ? 'redis' : undefined)

  const ready = join(dataDir, `restoring-${stampOf(options.nowMs)}`)
  await rm(ready, { recursive: true, force: true })
  try {
    await mkdir(ready, { recursive: true, mode: 0o700 })
    const opened = await openStore({ dataDir: ready, store })
    try {
      await fill(opened.store, backup, options)
    } finally {
      await opened.close()
    }
    await writeFiles(ready, backup)
    await stopOwnRedis(dataDir)
    const replaced = await makeRoom(options, there)
    markStore(dataDir, BEING_RESTORED)
    // The kind last: until then no server starts on what is half there.
    const parts = PARTS.filter((part) => existsSync(join(ready, part))).reverse()
    for (const part of parts) await rename(join(ready, part), join(dataDir, part))
    await syncFolder(dataDir)
    return { restoredTo: `${dataDir} (${opened.store.kind === 'redis' ? 'our own Redis' : 'the embedded store'})`, replaced }
  } finally {
    await rm(ready, { recursive: true, force: true })
  }
}

const stampOf = (nowMs: number): string => new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')

const hasData = (where: string): string =>
  `${where} has data already. Nothing was changed. To put the backup in its place, add --force; what is there now is kept beside it under a name with the date.`

/** Moves what is there aside, as it is. */
async function makeRoom({ dataDir, nowMs }: RestoreOptions, parts: readonly string[]): Promise<string | null> {
  if (parts.length === 0) return null
  const aside = join(dataDir, `replaced-${stampOf(nowMs)}`)
  await mkdir(aside, { mode: 0o700 })
  if (parts.includes('store.json')) await rename(join(dataDir, 'store.json'), join(aside, 'store.json'))
  markStore(dataDir, BEING_RESTORED)
  for (const part of parts) if (part !== 'store.json') await rename(join(dataDir, part), join(aside, part))
  await syncFolder(aside)
  await syncFolder(dataDir)
  return aside
}

/** It outlives a server that was killed. What it took is on the disk. */
async function stopOwnRedis(dataDir: string): Promise<void> {
  const folder = join(dataDir, 'redis')
  const pid = existsSync(folder) ? await redisAt(socketOf(folder)) : null
  if (pid === null) return
  process.kill(pid, 'SIGTERM')
  while (isRunning(pid)) await pause(10)
}

/** Into a Redis of the house's own: there is no folder to move aside, so what is there is saved to a file of its own first. */
async function restoreToRedis(options: RestoreOptions, backup: CheckedBackup): Promise<Restored> {
  const { dataDir, force, nowMs } = options
  const redisUrl = options.redisUrl as string
  const there = PARTS.filter((part) => existsSync(join(dataDir, part)))
  const { hasData: isUsed } = await withoutServers(redisUrl)
  if ((isUsed || there.some((part) => part !== 'store.json')) && !force) throw new RestoreRefused(hasData(isUsed ? 'That Redis' : dataDir))
  const store = await openRedisStore(redisUrl)
  try {
    const aside = join(dataDir, `replaced-${stampOf(nowMs)}`)
    if (isUsed) {
      await mkdir(aside, { recursive: true, mode: 0o700 })
      await writeBackup(join(aside, 'redis.backup'), closed(dumpOfStore(store), houseFiles(dataDir), nowMs))
    }
    markStore(dataDir, BEING_RESTORED)
    for (const part of there)
      if (part !== 'store.json') {
        await mkdir(aside, { recursive: true, mode: 0o700 })
        await rename(join(dataDir, part), join(aside, part))
      }
    await emptyRedis(redisUrl)
    await fill(store, backup, options)
    await writeFiles(dataDir, backup)
    markStore(dataDir, 'external-redis')
    await syncFolder(dataDir)
    return { restoredTo: `Redis at ${store.description}`, replaced: existsSync(aside) ? aside : null }
  } finally {
    await store.close()
  }
}

async function withoutServers(redisUrl: string): Promise<{ hasData: boolean }> {
  for (const endMs = performance.now() + SERVER_GONE_MS; ; ) {
    const found = await whatIsIn(redisUrl)
    if (!found.hasServer) return found
    if (performance.now() > endMs)
      throw new RestoreRefused(
        'A server uses this Redis. Stop all of them first (sudo systemctl stop panggil on each machine), then restore.',
      )
    await pause(250)
  }
}

const fill = (store: BranchStore, backup: CheckedBackup, { issued }: RestoreOptions): Promise<void> =>
  fillStore(store, backup, (state, nowMs) => afterRestore(state, issued(state.configuration.id), nowMs))

/** Media and voices, with the times that their addresses are made of. */
async function writeFiles(folder: string, backup: CheckedBackup): Promise<void> {
  if (backup.files === 0) return
  let path = ''
  let file = null as FileHandle | null
  let mtimeMs = 0
  const finish = async (): Promise<void> => {
    if (file === null) return
    await file.sync()
    await file.close()
    file = null
    await utimes(path, mtimeMs / 1000, mtimeMs / 1000)
  }
  try {
    for await (const line of readBackup(backup.path)) {
      if (line.type === 'file') {
        await finish()
        path = join(folder, ...line.path.split('/'))
        mtimeMs = line.mtimeMs
        await mkdir(dirname(path), { recursive: true })
        file = await open(path, 'w')
      } else if (line.type === 'bytes') await file?.appendFile(Buffer.from(line.base64, 'base64'))
    }
    await finish()
  } finally {
    await file?.close()
  }
}
