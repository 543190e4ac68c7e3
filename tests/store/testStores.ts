import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedStore } from '../../server/store/embeddedStore.ts'
import { findRedis, type OwnRedis, type RedisProgram, startOwnRedis } from '../../server/store/ownRedis.ts'
import { openRedisStore } from '../../server/store/redisStore.ts'
import type { BranchStore } from '../../server/store/store.ts'

let found: Promise<RedisProgram | null> | undefined
/** The Redis that the tests run: the one that the product would take. Null where none is to be had; then those tests are skipped, and say so. */
export const redisProgram = (): Promise<RedisProgram | null> => (found ??= findRedis())

export interface TestRedis {
  /** Path of its socket: what `openRedisStore` takes. */
  readonly socket: string
  readonly dir: string
  /** Another server's store on this Redis; closed with it. */
  open(): Promise<BranchStore>
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>
  /** SIGSTOP: it hangs, its connections stay. */
  hang(): void
  /** SIGCONT. */
  goOn(): void
  /** Starts it on the same data again; for a program of its own. */
  restart(): Promise<void>
  /** Closes the stores, ends it, and removes its data. */
  stop(): Promise<void>
}

/** A Redis of one's own, on a socket in a temporary folder, as the product starts it. */
export async function withRedis(): Promise<TestRedis> {
  const program = await redisProgram()
  if (program === null) throw new Error('no Redis is to be had here')
  const dir = mkdtempSync(join(tmpdir(), 'panggil-test-redis-'))
  let redis: OwnRedis = await startOwnRedis(program, dir)
  const stores: BranchStore[] = []
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(redis.pid, name)
    } catch {}
  }
  // It outlives its starter by design; a test that dies must not leave it behind.
  const lastResort = () => signal('SIGKILL')
  process.once('exit', lastResort)
  return {
    socket: redis.socket,
    dir,
    async open() {
      const store = await openRedisStore(redis.socket)
      stores.push(store)
      return store
    },
    async kill() {
      signal('SIGKILL')
      await redis.ended()
    },
    hang: () => signal('SIGSTOP'),
    goOn: () => signal('SIGCONT'),
    async restart() {
      redis = await startOwnRedis(program, dir)
    },
    async stop() {
      for (const store of stores) await store.close()
      signal('SIGKILL')
      await redis.ended()
      process.removeListener('exit', lastResort)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

export interface TestEmbedded {
  readonly dir: string
  open(): Promise<BranchStore>
  stop(): Promise<void>
}

/** An embedded store in a temporary folder; one open store at a time. */
export function withEmbedded(): TestEmbedded {
  const dir = mkdtempSync(join(tmpdir(), 'panggil-test-embedded-'))
  const stores: BranchStore[] = []
  return {
    dir,
    async open() {
      const store = await openEmbeddedStore(dir)
      stores.push(store)
      return store
    },
    async stop() {
      for (const store of stores) await store.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Waits for a condition, looking again each few ms; fails after `timeoutMs`, saying what was awaited. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
}
