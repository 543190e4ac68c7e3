import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockDataDir } from './dataDirLock.ts'
import { openEmbeddedStore } from './embeddedStore.ts'
import { findRedis, type RedisProgram, startOwnRedis } from './ownRedis.ts'
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

type Kind = 'own-redis' | 'embedded'

/**
 * Opens the store that was asked for, else the best there is: our own Redis, else the embedded store. A folder keeps the kind of store it
 * was begun with: another one would show an empty hall, and the queues would be somewhere else.
 */
export async function openStore(choice: StoreChoice): Promise<OpenedStore> {
  const { dataDir, log } = choice
  const optionsWithLog = log ? { log } : {}
  if (choice.redisUrl) {
    const store = await openRedisStore(choice.redisUrl, optionsWithLog)
    return { store, chosen: `Redis at ${store.description} (REDIS_URL)`, close: () => store.close() }
  }
  const lock = lockDataDir(dataDir)
  try {
    const remembered = rememberedKind(dataDir)
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
        const store = await openRedisStore(redis.socket, optionsWithLog)
        return {
          store,
          chosen: `our own Redis in ${dataDir} (${redis.wasStarted ? 'started' : 'it was still running'}, ${program.path})`,
          async close() {
            await store.close()
            await redis.stop()
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

const NAMES: Readonly<Record<Kind, string>> = { 'own-redis': 'the data of our own Redis', embedded: 'the data of the embedded store' }

function rememberedKind(dataDir: string): Kind | null {
  const path = join(dataDir, 'store.json')
  if (!existsSync(path)) return null
  const { kind } = JSON.parse(readFileSync(path, 'utf8')) as { kind?: unknown }
  if (kind !== 'own-redis' && kind !== 'embedded')
    throw new StoreKindChanged(`${path} names a store that this version does not know: ${JSON.stringify(kind)}. Start the newer version.`)
  return kind
}

function remember(dataDir: string, kind: Kind): void {
  if (rememberedKind(dataDir) === kind) return
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'store.json')
  writeFileSync(`${path}.new`, `${JSON.stringify({ kind })}\n`)
  renameSync(`${path}.new`, path)
}
