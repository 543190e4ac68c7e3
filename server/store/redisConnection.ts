import { Redis, type RedisOptions } from 'ioredis'
import { COMMIT_LUA } from './commit.lua.ts'
import { keyPart } from './liveKeys.ts'
import { CLAIM_LUA, LOAD_LUA, PAGE_LUA, RECORD_LUA } from './load.lua.ts'
import type { StoredEvent } from './store.ts'

/** The hash tag keeps all keys of a branch in one slot of a cluster. */
export const branchPrefix = (branchId: string): string => `panggil:{${keyPart(branchId)}}:`
export const eventsKey = (branchId: string): string => `${branchPrefix(branchId)}events`
export const metaKey = (branchId: string): string => `${branchPrefix(branchId)}meta`
export const serverKey = (serverId: string): string => `panggil:server:${keyPart(serverId)}`
export const documentsKey = (branchId: string): string => `${branchPrefix(branchId)}documents`

/** Commands made of our scripts; arguments go in as one array, because spreading tens of thousands of them would end the stack. */
interface Scripts {
  panggilCommit(values: (string | number)[]): Promise<(string | number)[]>
  panggilLoad(
    values: (string | number)[],
  ): Promise<[epoch: string, revision: string, atMs: string, count: number, ...rest: string[]] | null>
  panggilPage(values: (string | number)[]): Promise<string[] | null>
  panggilClaim(values: (string | number)[]): Promise<[epoch: string, isNew: number] | null>
  panggilRecord(values: (string | number)[]): Promise<number>
}
export type ScriptedRedis = Redis & Scripts

export function connect(location: string, options: RedisOptions): ScriptedRedis {
  const redis = new Redis(location, options as object)
  redis.defineCommand('panggilCommit', { lua: COMMIT_LUA })
  redis.defineCommand('panggilLoad', { lua: LOAD_LUA })
  redis.defineCommand('panggilPage', { lua: PAGE_LUA })
  redis.defineCommand('panggilClaim', { lua: CLAIM_LUA })
  redis.defineCommand('panggilRecord', { lua: RECORD_LUA })
  return redis as ScriptedRedis
}

export const storedEvent = ([id, fields]: [string, string[]]): StoredEvent => ({
  revision: Number.parseInt(id, 10),
  event: JSON.parse(fields[1] as string) as StoredEvent['event'],
})
