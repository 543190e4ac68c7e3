import { fromKeyPart, keyPart } from './liveKeys.ts'
import type { ScriptedRedis } from './redisConnection.ts'
import type { RecordStore } from './store.ts'

/** All keys of records share a hash tag, so that one script may change a record and announce it. */
const PREFIX = 'panggil:{records}:'
export const CHANGES_KEY = `${PREFIX}changes`
const VERSION_KEY = `${PREFIX}version`
const kindKey = (kind: string): string => `${PREFIX}kind:${keyPart(kind)}`

interface Stored<T> {
  readonly version: number
  readonly value: T
}

/** Records as a hash per kind. Changes go through a capped stream, which every server reads on its blocking connection. */
export class RedisRecords implements RecordStore {
  readonly #redis: ScriptedRedis
  readonly #ask: <T>(ask: () => Promise<T>) => Promise<T>
  readonly #listeners: ((kind: string | null, id: string | null) => void)[] = []

  constructor(redis: ScriptedRedis, ask: <T>(ask: () => Promise<T>) => Promise<T>) {
    this.#redis = redis
    this.#ask = ask
  }

  async get<T>(kind: string, id: string): Promise<{ value: T; version: number } | null> {
    const json = await this.#ask(() => this.#redis.hget(kindKey(kind), id))
    return json === null ? null : (JSON.parse(json) as Stored<T>)
  }

  async put(kind: string, id: string, value: unknown, ifVersion?: number): Promise<boolean> {
    return this.#change(kind, id, JSON.stringify(value), ifVersion === undefined ? '' : String(ifVersion))
  }

  async delete(kind: string, id: string): Promise<boolean> {
    return this.#change(kind, id, '', '')
  }

  async list<T>(kind: string): Promise<{ id: string; value: T; version: number }[]> {
    const records = await this.#ask(() => this.#redis.hgetall(kindKey(kind)))
    return Object.entries(records)
      .map(([id, json]) => ({ id, ...(JSON.parse(json) as Stored<T>) }))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async ids(kind: string): Promise<string[]> {
    return (await this.#ask(() => this.#redis.hkeys(kindKey(kind)))).sort()
  }

  /** Looks through the names of all keys, a few at a time: for a backup, not for the way of a command. */
  async kinds(): Promise<string[]> {
    const prefix = kindKey('')
    const kinds = new Set<string>()
    let cursor = '0'
    do {
      const [next, keys] = await this.#ask(() => this.#redis.scan(cursor, 'MATCH', `${prefix.replace(/[{}]/g, '\\$&')}*`, 'COUNT', 1000))
      for (const key of keys) kinds.add(fromKeyPart(key.slice(prefix.length)))
      cursor = next
    } while (cursor !== '0')
    return [...kinds].sort()
  }

  onChange(listener: (kind: string | null, id: string | null) => void): void {
    this.#listeners.push(listener)
  }

  announce(kind: string | null, id: string | null): void {
    for (const listener of this.#listeners) listener(kind, id)
  }

  async #change(kind: string, id: string, json: string, ifVersion: string): Promise<boolean> {
    return (await this.#ask(() => this.#redis.panggilRecord([3, kindKey(kind), CHANGES_KEY, VERSION_KEY, kind, id, json, ifVersion]))) === 1
  }
}
