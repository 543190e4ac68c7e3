import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockDataDir } from './dataDirLock.ts'
import { openEmbeddedStore } from './embeddedStore.ts'
import { findRedis, type OwnRedis, type RedisProgram, startOwnRedis } from './ownRedis.ts'
import { openRedisStore } from './redisStore.ts'
import type { BranchStore, StoreLog } from './store.ts'

export interface StoreChoice {
  /** Set: this Redis, and nothing else. */
  readonly redisUrl?: string | undefined
  readonly dataDir: string
  /** What the house asks for where there is no `redisUrl`: our own Redis, or the embedded store. */
  readonly store?: 'embedded' | 'redis' | undefined
  readonly log?: StoreLog | undefined
  /** For tests: how a Redis is found. */
  readonly find?: ((log?: StoreLog) => Promise<RedisProgram | null>) | undefined
}

export interface OpenedStore {
  readonly store: BranchStore
  /** For a person: which store, and why this one. */
  readonly chosen: string
  /** Closes the store, stops our own Redis and gives the folder back. */
  close(): Promise<void>
}

/** The data is in a store of another kind than was asked for, or than can be had. The message says the way out. */
export class StoreKindChanged extends Error {
  override readonly name = 'StoreKindChanged'
  readonly code = 'store-kind-changed'
}

export type Kind = 'own-redis' | 'embedded' | 'external-redis'

/**
 * Opens the store that was asked for, else the best there is: our own Redis, else the embedded store. A folder keeps the kind of store it
 * was begun with: another one would show an empty hall, and the queues would be somewhere else.
 */
export async function openStore(choice: StoreChoice): Promise<OpenedStore> {
  const { dataDir, log } = choice
  const optionsWithLog = log ? { log } : {}
  if (choice.redisUrl) {
    const remembered = rememberedKind(dataDir)
    if (remembered && remembered !== 'external-redis')
      throw new StoreKindChanged(
        `${dataDir} holds ${NAMES[remembered]}, but REDIS_URL names another Redis. Leave REDIS_URL away to go on with what is there, or give another DATA_DIR.`,
      )
    remember(dataDir, 'external-redis')
    const store = await openRedisStore(choice.redisUrl, optionsWithLog)
    return { store, chosen: `Redis at ${store.description} (REDIS_URL)`, close: () => store.close() }
  }
  const lock = lockDataDir(dataDir)
  try {
    const remembered = rememberedKind(dataDir)
    if (remembered === 'external-redis')
      throw new StoreKindChanged(
        `${dataDir} belongs to a hall whose data is in the Redis that REDIS_URL named, and REDIS_URL is not set. Set it again, or give another DATA_DIR to begin anew.`,
      )
    const asked: Kind | undefined = choice.store && (choice.store === 'embedded' ? 'embedded' : 'own-redis')
    if (remembered && asked && remembered !== asked)
      throw new StoreKindChanged(
        `${dataDir} holds ${NAMES[remembered]}, but STORE=${choice.store} asks for ${NAMES[asked]}. Leave STORE away to go on with what is there, or give another DATA_DIR to begin anew.`,
      )
    const wanted = remembered ?? asked
    if (wanted !== 'embedded') {
      const program = await (choice.find ?? findRedis)(log)
      if (program) {
        // Remembered before the first write, so that a start that breaks off leaves no data of an unknown kind.
        remember(dataDir, 'own-redis')
        const redis = await startOwnRedis(program, join(dataDir, 'redis'), log)
        const kept = keptRunning(redis, () => startOwnRedis(program, join(dataDir, 'redis'), log), log)
        const store = await openRedisStore(redis.socket, optionsWithLog)
        return {
          store,
          chosen: `our own Redis in ${dataDir} (${redis.wasStarted ? 'started' : 'it was still running'}, ${program.path})`,
          async close() {
            await store.close()
            await kept.stop()
            lock.release()
          },
        }
      }
      if (wanted === 'own-redis')
        throw new StoreKindChanged(
          `${remembered ? `${dataDir} holds ${NAMES['own-redis']}` : 'STORE=redis asks for our own Redis'}, but no redis-server or valkey-server is to be found. Install one (Debian: apt-get install redis-server), set REDIS_URL, or give another DATA_DIR${remembered ? ' to begin anew with an empty store' : ''}.`,
        )
    }
    remember(dataDir, 'embedded')
    const store = await openEmbeddedStore(join(dataDir, 'embedded'), optionsWithLog)
    const why = remembered ? 'as before' : asked ? 'STORE=embedded' : 'no Redis was found; one server only'
    return {
      store,
      chosen: `the embedded store in ${dataDir} (${why})`,
      async close() {
        await store.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

const RESTART_MS = 500
const RESTART_MAX_MS = 10_000

/** Our own Redis, started again whenever it ends by itself (out of memory, a full disk): a hall must not wait for somebody who knows how. */
function keptRunning(first: OwnRedis, start: () => Promise<OwnRedis>, log?: StoreLog): { stop(): Promise<void> } {
  let redis = first
  let isStopping = false
  let waitMs = RESTART_MS
  let timer: NodeJS.Timeout | undefined
  const watch = (): void => {
    const startedMs = performance.now()
    void redis.ended().then(() => {
      // One that lived for a while is started at once; one that ends over and over, less and less often.
      if (performance.now() - startedMs > RESTART_MAX_MS) waitMs = RESTART_MS
      again('our own Redis ended; it is started again')
    })
  }
  const again = (why: string): void => {
    if (isStopping) return
    log?.warn({ waitMs }, why)
    timer = setTimeout(() => {
      waitMs = Math.min(2 * waitMs, RESTART_MAX_MS)
      start().then(
        (next) => {
          redis = next
          if (isStopping) void next.stop()
          else watch()
        },
        (error: Error) => again(`our own Redis does not start: ${error.message}`),
      )
    }, waitMs)
  }
  watch()
  return {
    async stop() {
      isStopping = true
      clearTimeout(timer)
      await redis.stop()
    },
  }
}

const NAMES: Readonly<Record<Kind, string>> = {
  'own-redis': 'the data of our own Redis',
  embedded: 'the data of the embedded store',
  'external-redis': 'the memory of a hall in a Redis of its own',
}

/** Stands in the place of the kind while a backup is put back: no server must begin in the middle of it. */
export const BEING_RESTORED = 'being-restored'

/** Which kind of store a folder holds; null: none yet. Throws `StoreKindChanged` where that can't be said. */
export function rememberedKind(dataDir: string): Kind | null {
  const path = join(dataDir, 'store.json')
  if (!existsSync(path)) return null
  const { kind } = JSON.parse(readFileSync(path, 'utf8')) as { kind?: unknown }
  if (kind === BEING_RESTORED)
    throw new StoreKindChanged(`A restore into ${dataDir} was broken off. Run it again, with --force: npm run restore -- FILE --force`)
  if (kind !== 'own-redis' && kind !== 'embedded' && kind !== 'external-redis')
    throw new StoreKindChanged(`${path} names a store that this version does not know: ${JSON.stringify(kind)}. Start the newer version.`)
  return kind
}

function remember(dataDir: string, kind: Kind): void {
  if (rememberedKind(dataDir) !== kind) markStore(dataDir, kind)
}

/** For a restore: what this folder holds from now on, whatever it said before. */
export function markStore(dataDir: string, kind: Kind | typeof BEING_RESTORED): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'store.json')
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify({ kind })}\n`)
  renameSync(draft, path)
}
