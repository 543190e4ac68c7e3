import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { open } from 'lmdb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import { startOwnRedis } from '../../server/store/ownRedis.ts'
import { invariants } from '../../shared/domain/invariants.ts'
import { FORMAT } from '../../shared/domain/state.ts'
import { hallOf } from '../integration/hall.ts'
import { redisProgram } from '../store/testStores.ts'
import { PASSWORD } from './servedHall.ts'
import { Place } from './storedHall.ts'

/**
 * Another version's data in this version's hands. Within one format each version reads the other's data: what is missing has its usual value,
 * what is unknown is left alone. A newer format is not written over.
 */
type Kind = 'embedded' | 'redis'
const program = await redisProgram()
const kinds: readonly Kind[] = program === null ? ['embedded'] : ['embedded', 'redis']

let place: Place
let dataDir: string
let server: RunningServer | null = null
beforeEach(() => {
  place = new Place()
  dataDir = place.newFolder()
})
afterEach(async () => {
  await server?.stop()
  server = null
  place.close()
})

async function start(store: Kind): Promise<void> {
  mkdirSync(dataDir, { recursive: true })
  const branchFile = join(place.dir, 'hall.json')
  writeFileSync(branchFile, JSON.stringify(hallOf(2)))
  const environment = { PORT: '0', DATA_DIR: dataDir, STORE: store, BRANCH_FILE: branchFile, ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'silent' }
  server = await startServer({ config: readConfig(environment, []) })
}
async function stop(): Promise<void> {
  await server?.stop()
  server = null
}

async function api<T = Record<string, never>>(
  method: string,
  path: string,
  token: string,
  body?: object,
): Promise<{ status: number; body: T }> {
  const response = await fetch(`${server?.url}/api/v1${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      'idempotency-key': `key-${Math.random()}`,
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, body: (await response.json()) as T }
}
const signIn = async (username: string): Promise<string> =>
  (await api<{ token: string }>('POST', '/sessions', '', { username, password: PASSWORD })).body.token
const issue = (token: string) => api<{ ticket: { number: string } }>('POST', '/branches/hall/tickets', token, { services: ['B.KK'] })
const atCounter = (token: string, command: object) =>
  api<{ ticket: { id: string; number: string } | null; code?: string }>('POST', '/branches/hall/counters/1/commands', token, {
    commandId: `command-${Math.random()}`,
    ...command,
  })

/** A morning, and what came of it. */
async function morning(kind: Kind): Promise<{ screen: string; officer: string; called: string }> {
  await start(kind)
  const admin = await signIn('admin')
  await api('POST', '/users', admin, { username: 'petugas', password: PASSWORD, name: 'Petugas', role: 'officer', branch: 'hall' })
  const screen = (await api<{ token: string }>('POST', '/branches/hall/devices', admin, { kind: 'display', name: 'Layar' })).body.token
  const officer = await signIn('petugas')
  for (let count = 0; count < 4; count++) await issue(admin)
  await atCounter(officer, { type: 'openCounter' })
  const { body } = await atCounter(officer, { type: 'callNext', current: null })
  await stop()
  return { screen, officer, called: body.ticket?.id as string }
}

type Change = (name: string, fields: Record<string, unknown>) => Record<string, unknown>

/** Changes every document and record on the disk with other means than the product's. */
async function onDisk(kind: Kind, change: { document?: Change; record?: Change; format?: number; event?: object }): Promise<void> {
  const { document = (_, fields) => fields, record = (_, fields) => fields } = change
  if (kind === 'embedded') {
    const root = open({ path: join(dataDir, 'embedded'), encoding: 'string', maxDbs: 8 })
    const db = (name: string) => root.openDB<string, string[]>({ name, encoding: 'string' })
    await root.transaction(() => {
      const documents = db('documents')
      for (const { key, value } of [...documents.getRange()])
        documents.put(key, JSON.stringify(document(key[1] as string, JSON.parse(value) as Record<string, unknown>)))
      const records = db('records')
      for (const { key, value } of [...records.getRange()].filter((each) => each.key[0] !== '')) {
        const stored = JSON.parse(value) as { version: number; value: Record<string, unknown> }
        records.put(key, JSON.stringify({ ...stored, value: record(key[0] as string, stored.value) }))
      }
      const metas = root.openDB<string, string>({ name: 'branches', encoding: 'string' })
      const meta = JSON.parse(metas.get('hall') as string) as { format: number; revision: number; atMs: number }
      if (change.format !== undefined) meta.format = change.format
      if (change.event) {
        meta.revision += 1
        const events = root.openDB<string, [string, number]>({ name: 'events', encoding: 'string' })
        events.put(['hall', meta.revision], JSON.stringify({ ...change.event, atMs: meta.atMs, by: 'system' }))
      }
      metas.put('hall', JSON.stringify(meta))
    })
    await root.close()
    return
  }
  const own = await startOwnRedis(program as NonNullable<typeof program>, join(dataDir, 'redis'))
  const redis = new Redis(own.socket)
  const branch = 'panggil:{hall}:'
  for (const key of await redis.keys(`${branch}*`)) {
    const name = key.slice(branch.length)
    if (!/^(branch|ticket:.*|counter:[^:]*)$/.test(name)) continue
    const fields = Object.entries(await redis.hgetall(key)).map(([field, json]) => [field, JSON.parse(json) as unknown])
    const next = document(name, Object.fromEntries(fields) as Record<string, unknown>)
    await redis.del(key)
    await redis.hset(key, Object.fromEntries(Object.entries(next).map(([field, value]) => [field, JSON.stringify(value)])))
  }
  for (const kindKey of await redis.keys('panggil:{records}:kind:*'))
    for (const [id, json] of Object.entries(await redis.hgetall(kindKey))) {
      const stored = JSON.parse(json) as { version: number; value: Record<string, unknown> }
      const value = record(kindKey.split(':').pop() as string, stored.value)
      await redis.hset(kindKey, id, JSON.stringify({ version: stored.version, value }))
    }
  const meta = `${branch}meta`
  if (change.format !== undefined) await redis.hset(meta, 'format', change.format)
  if (change.event) {
    const revision = await redis.hincrby(meta, 'revision', 1)
    const event = { ...change.event, atMs: Number(await redis.hget(meta, 'atMs')), by: 'system' }
    await redis.xadd(`${branch}events`, `${revision}-0`, 'event', JSON.stringify(event))
  }
  redis.disconnect()
  await own.stop()
}

const without = (fields: Record<string, unknown>, ...names: string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

/** What version 0.1.0 of November did not write yet. */
const OLDER = {
  document: (name: string, fields: Record<string, unknown>) => {
    if (name.startsWith('ticket:')) return without(fields, 'handed', 'refusal')
    if (name.startsWith('counter:')) return without(fields, 'untilMs')
    return name === 'branch' ? without(fields, 'written', 'printers', 'lastDay') : fields
  },
  record: (kind: string, fields: Record<string, unknown>) => {
    if (kind === 'users') return without(fields, 'isDisabled')
    return kind === 'devices' ? without(fields, 'printer', 'layout', 'theme', 'language', 'agencies') : fields
  },
}

describe.each(kinds)('data of another version, %s', (kind) => {
  test('LOSS1 AUTH1 an older version’s: everybody is signed in, the day goes on, and a backup of it restores', async () => {
    const { screen, officer, called } = await morning(kind)
    await onDisk(kind, OLDER)
    const { path } = await place.backup(dataDir)

    await start(kind)
    expect((await api('GET', '/branches/hall/board', screen)).status).toBe(200)
    const admin = await signIn('admin')
    expect((await atCounter(officer, { type: 'complete', current: called })).status).toBe(200)
    expect((await atCounter(officer, { type: 'callNext', current: null })).body.ticket?.number).toBe('B-002')
    expect((await issue(admin)).body.ticket.number).toBe('B-005')
    expect((await api('GET', '/branches/hall/live', admin)).status).toBe(200)
    expect(invariants((server as RunningServer).branches.get('hall')?.state as never)).toEqual([])
    await place.backup(dataDir, { nowMs: Date.now() + 2000 })
    await stop()

    // Back: the backup from before the upgrade.
    await place.restore(path, dataDir, { force: true })
    await start(kind)
    expect((await atCounter(officer, { type: 'complete', current: called })).status).toBe(200)
    expect((await issue(await signIn('admin'))).body.ticket.number).toBe('B-005')
  })

  test('LOSS1 back from a newer version of the same format: what this one does not know is left alone, in the store and in a backup', async () => {
    const { officer, called } = await morning(kind)
    await onDisk(kind, {
      document: (name, fields) => (name === 'branch' || name === `ticket:${called}` ? { ...fields, fromTomorrow: { kept: true } } : fields),
      record: (_, fields) => ({ ...fields, fromTomorrow: 1 }),
      event: { type: 'somethingNew', what: 'nobody here knows' },
    })
    await start(kind)
    expect((await atCounter(officer, { type: 'complete', current: called })).status).toBe(200)
    const { path } = await place.backup(dataDir)
    await stop()
    const names: string[] = []
    await onDisk(kind, {
      document: (name, fields) => {
        if ('fromTomorrow' in fields) names.push(name)
        return fields
      },
      record: (name, fields) => {
        if ('fromTomorrow' in fields) names.push(name)
        return fields
      },
    })
    expect(names).toEqual(expect.arrayContaining(['branch', `ticket:${called}`, 'users', 'devices']))
    await place.restore(path, dataDir, { force: true })
    await start(kind)
    expect((await issue(await signIn('admin'))).body.ticket.number).toBe('B-005')
  })

  test('LOSS1 back from a newer format: it is shown, nothing is written over it, and its backup is not taken', async () => {
    const { officer, called, screen } = await morning(kind)
    await onDisk(kind, {
      format: FORMAT + 1,
      document: (name, fields) => (name === 'branch' ? { ...fields, format: FORMAT + 1 } : fields),
    })
    await start(kind)
    const revision = server?.branches.get('hall')?.state.revision
    expect((await api('GET', '/branches/hall/board', screen)).status).toBe(200)
    expect((await atCounter(officer, { type: 'complete', current: called })).body.code).toBe('newer-format')
    expect((await server?.store.readEvents('hall', 0, 10_000))?.length).toBe(revision)
    await expect(place.backup(dataDir)).rejects.toThrow(`format ${FORMAT + 1}`)
  })
})
