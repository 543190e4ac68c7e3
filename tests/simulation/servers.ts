import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { readConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import { openEmbeddedStore } from '../../server/store/embeddedStore.ts'
import { findRedis, startOwnRedis } from '../../server/store/ownRedis.ts'
import { openRedisStore } from '../../server/store/redisStore.ts'
import type { BranchStore } from '../../server/store/store.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { invariants } from '../../shared/domain/invariants.ts'
import { type BranchState, emptyBranch } from '../../shared/domain/state.ts'
import { type Accounts, accountsFor } from './accounts.ts'
import type { LoggedEvent } from './checker.ts'
import { withClock } from './clock.ts'
import { http } from './door.ts'
import { Watchers } from './screens.ts'

export interface ServersWish {
  readonly configuration: BranchConfiguration
  readonly kind: 'redis' | 'embedded'
  readonly count: number
  /** The hall's time: the clock of the store, so of everything. */
  nowMs(): number
  readonly officers: readonly string[]
}

export interface OpenServers {
  readonly urls: readonly string[]
  readonly tokens: Accounts['tokens']
  readEvents(after: number): Promise<readonly LoggedEvent[]>
  /** Until every server is on a later day than this one. */
  dayTurned(day: string): Promise<void>
  inspect(when: 'evening' | 'newDay'): Promise<string[]>
  /** For the summary. */
  figures(): Promise<{ conflicts: number; screenEvents: number; resyncs: number }>
  close(): Promise<void>
}

const ADMIN_PASSWORD = 'only for this simulation'

/** Real servers in this process, over one private store with a clock of ours, and screens that watch them. */
export async function openServers(wish: ServersWish): Promise<OpenServers> {
  const { configuration, kind, count, nowMs, officers } = wish
  const dir = mkdtempSync(join(tmpdir(), 'panggil-simulation-'))
  const undo: (() => Promise<unknown> | unknown)[] = [() => rmSync(dir, { recursive: true, force: true })]
  const close = async () => {
    for (const each of undo.reverse()) await each()
  }
  try {
    const openAnother = await storesOf(kind, dir, undo)
    const branchFile = join(dir, 'branch.json')
    writeFileSync(branchFile, JSON.stringify(configuration))
    // Many virtual minutes in a real second: the limit of requests a second is not what is played here.
    const config = readConfig(
      {
        PORT: '0',
        DATA_DIR: dir,
        BRANCH_FILE: branchFile,
        ADMIN_PASSWORD,
        LOG_LEVEL: 'silent',
        REQUESTS_PER_SECOND: '100000',
        REQUESTS_BURST: '100000',
      },
      [],
    )
    const servers: RunningServer[] = []
    for (let each = 0; each < count; each++) {
      const server = await startServer({ config, store: withClock(await openAnother(), nowMs) })
      undo.push(() => server.stop())
      servers.push(server)
    }
    const urls = servers.map((server) => server.url)
    const [url] = urls as [string]
    const branch = configuration.id
    await until('every server has the branch', () => servers.every((server) => server.branches.get(branch) !== undefined))
    const signedIn = await http(url, 'POST', '/sessions', null, { username: 'admin', password: ADMIN_PASSWORD })
    if (!signedIn.ok) throw new Error(`the administrator can't sign in: ${signedIn.code}`)
    const { tokens } = await accountsFor(url, String(signedIn.body.token), branch, officers)
    const watchers = new Watchers(
      urls,
      branch,
      configuration.zones.map((zone) => zone.id),
      tokens,
    )
    undo.push(() => watchers.close())
    await watchers.ready()

    // Read by a connection of its own, which has never written.
    const reader = kind === 'redis' ? await openAnother() : (servers[0] as RunningServer).store
    const readEvents = async (after: number): Promise<LoggedEvent[]> => {
      const all: LoggedEvent[] = []
      for (;;) {
        const more = await reader.readEvents(branch, after + all.length, 1000)
        if (more.length === 0) return all
        all.push(...more)
      }
    }
    const stateOf = (server: RunningServer) => server.branches.get(branch)?.state as BranchState
    return {
      urls,
      tokens,
      readEvents,
      dayTurned: (day) => until(`the day turns at every server`, () => servers.every((server) => stateOf(server).day > day), 30_000),
      async inspect(when) {
        const log = await readEvents(0)
        const folded = evolveAll(
          emptyBranch(configuration),
          log.map(({ event }) => event),
        )
        const faults = invariants(folded)
        const loaded = await reader.load(branch)
        if (!loaded) faults.push('SYNC4 the store has no such branch')
        else for (const name of differing(loaded.state, folded)) faults.push(`SYNC4 ${name} in the store is not what the events say`)
        for (const server of servers) {
          await until('the server has read all events', () => stateOf(server).revision >= folded.revision)
          for (const name of differing(stateOf(server), folded)) faults.push(`SYNC1 ${name} at ${server.url} is not what the events say`)
        }
        // Staff's sessions last a shift; at midnight only the boards are still signed in.
        return [...faults, ...(await watchers.faults(when === 'evening'))]
      },
      async figures() {
        const metrics = await Promise.all(urls.map(async (each) => (await fetch(`${each}/metrics`)).text()))
        const conflicts = metrics
          .flatMap((text) => [...text.matchAll(/^panggil_conflicts_total\S* (\d+)/gm)].map((match) => Number(match[1])))
          .reduce((sum, each) => sum + each, 0)
        return { conflicts, screenEvents: watchers.events, resyncs: watchers.resyncs }
      },
      close,
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

/** Opens a private store; gives what opens another connection to it. */
async function storesOf(
  kind: 'redis' | 'embedded',
  dir: string,
  undo: (() => Promise<unknown> | unknown)[],
): Promise<() => Promise<BranchStore>> {
  if (kind === 'embedded') {
    const store = await openEmbeddedStore(join(dir, 'embedded'))
    undo.push(() => store.close())
    return () => Promise.resolve(store)
  }
  const program = await findRedis()
  if (program === null) throw new Error('no redis-server is to be found: use --store embedded')
  const redis = await startOwnRedis(program, join(dir, 'redis'))
  // It outlives its starter by design; a simulation that is broken off must not leave it behind.
  const lastResort = () => {
    try {
      process.kill(redis.pid, 'SIGKILL')
    } catch {}
  }
  process.once('exit', lastResort)
  undo.push(async () => {
    await redis.stop()
    process.removeListener('exit', lastResort)
  })
  return async () => {
    const store = await openRedisStore(redis.socket)
    undo.push(() => store.close())
    return store
  }
}

/** Names of the parts in which two states differ, as JSON would tell them. */
function differing(one: BranchState, other: BranchState): string[] {
  const plain = (state: BranchState): Record<string, unknown> => {
    const lines = (all: Readonly<Record<string, { entries(): Iterable<unknown> }>>) =>
      Object.fromEntries(Object.entries(all).map(([name, entries]) => [name, [...entries.entries()]]))
    const { tickets, queues, arrivals, held, ...rest } = state
    return JSON.parse(
      JSON.stringify({ ...rest, tickets: [...tickets.values()], queues: lines(queues), arrivals: lines(arrivals), held: lines(held) }),
    ) as Record<string, unknown>
  }
  const [a, b] = [plain(one), plain(other)]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !isDeepStrictEqual(a[name], b[name]))
}

async function until(what: string, isTrue: () => boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
