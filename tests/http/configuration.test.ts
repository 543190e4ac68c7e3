import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkConfiguration } from '../../shared/protocol/schemas.ts'
import { House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await House.open()
  await house.start()
})
afterAll(() => house.close())

const path = 'branches/hall/configuration'

interface Document {
  id: string
  motto?: string
  agencies: { id: string; prefix: string; services: { id: string; averageMinutes: number }[] }[]
  counters: { id: string; services: string[] }[]
}
interface Versions {
  versions: { revision: number; atMs: number; by: string; previous: number | null; changes: { path: string[]; kind: string }[] }[]
  hasMore: boolean
}

const read = async (): Promise<Document> => (await house.ask('GET', path)).body as unknown as Document
const history = async (query = '', ask: object = {}): Promise<Versions> => {
  const reply = await house.ask('GET', `${path}/history${query}`, ask)
  expect(reply.status, reply.text).toBe(200)
  return reply.body as unknown as Versions
}
const save = async (edit: (document: Document) => void, token = house.admin) => {
  const document = await read()
  edit(document)
  const reply = await house.ask('PUT', path, { body: document, token })
  expect(reply.status, reply.text).toBe(200)
  return Number(reply.body.revision)
}

describe('a check', () => {
  const check = (body: unknown, ask: object = {}) => house.ask('POST', `${path}/check`, { body, ...ask })

  test('gives all mistakes with their paths, and changes nothing', async () => {
    const before = house.revision()
    const document = await read()
    if (document.agencies[0]) document.agencies[0].prefix = 'salah'
    if (document.counters[0]) document.counters[0].services.push('TIDAK.ADA')
    const reply = await check(document)
    expect([reply.status, reply.body.inUse]).toEqual([200, null])
    expect((reply.body.mistakes as { path: string }[]).map((mistake) => mistake.path)).toEqual([
      'agencies.0.prefix',
      'counters.0.services.2',
    ])
    expect((await check({ ...(await read()), motto: 'BESTI' })).body).toEqual({ mistakes: [], inUse: null })
    expect((await check('nothing of the kind')).body.mistakes).toHaveLength(1)
    expect(house.revision()).toBe(before)
  })

  test('of a branch that isn’t there yet, and of another one’s document', async () => {
    const document = await read()
    expect((await house.ask('POST', 'branches/baru/configuration/check', { body: { ...document, id: 'baru' } })).body).toEqual({
      mistakes: [],
      inUse: null,
    })
    expect((await house.ask('POST', 'branches/baru/configuration/check', { body: document })).body.mistakes).toEqual([
      { path: 'id', message: 'must be baru, as in the address' },
    ])
  })

  test('says what is in use and can’t go', async () => {
    const issued = await house.ask('POST', 'branches/hall/tickets', {
      body: { services: ['BANK.CS'] },
      headers: { 'Idempotency-Key': 'check-1' },
    })
    expect(issued.status).toBe(201)
    const document = await read()
    const without = {
      ...document,
      agencies: document.agencies.map((agency) => ({ ...agency, services: agency.services.filter((service) => service.id !== 'CS') })),
      counters: document.counters.map((counter) => ({ ...counter, services: counter.services.filter((code) => code !== 'BANK.CS') })),
      journeys: [],
    }
    expect((await check(without)).body).toEqual({ mistakes: [], inUse: 'services.BANK.CS' })
    expect((await house.ask('PUT', path, { body: without })).body).toMatchObject({
      code: 'configuration-in-use',
      details: { path: 'services.BANK.CS' },
    })
  })

  test('is no way in for those who don’t administer', async () => {
    const supervisor = await house.employ('pengawas', 'supervisor')
    expect((await check({}, { token: supervisor })).status).toBe(403)
    expect((await check({}, { token: null })).status).toBe(401)
    expect((await house.ask('POST', `${path}/check`, { raw: '{"half' })).body.code).toBe('malformed')
  })
})

describe('the history', () => {
  test('newest first: who, when and what; a page at a time', async () => {
    const boss = await house.employ('kepala', 'admin')
    const first = await save((document) => {
      document.motto = 'Satu'
    })
    const second = await save((document) => {
      if (document.agencies[0]?.services[0]) document.agencies[0].services[0].averageMinutes = 17
      document.counters[0]?.services.push('BANK.CS')
    }, boss)
    const { versions } = await history()
    expect(versions.slice(0, 2)).toMatchObject([
      {
        revision: second,
        by: 'kepala',
        previous: first,
        changes: [
          { path: ['agencies', 'DUKCAPIL', 'services', 'KK', 'averageMinutes'], kind: 'changed', before: 10, after: 17 },
          { path: ['counters', '1', 'services'], kind: 'changed' },
        ],
      },
      { revision: first, by: 'admin', changes: [{ path: ['motto'], kind: 'added', after: 'Satu' }] },
    ])
    expect(Math.abs(Date.now() - (versions[0]?.atMs ?? 0))).toBeLessThan(60_000)
    expect(versions.at(-1)).toMatchObject({ revision: 1, previous: null, changes: [] })
    const newest = await history('?limit=1')
    expect([newest.versions.length, newest.hasMore]).toEqual([1, true])
    const older = await history(`?limit=100&before=${second}`)
    expect([older.versions[0]?.revision, older.hasMore]).toEqual([first, false])
    expect(await history('', { server: house.servers[1] })).toEqual(await history())
  })

  test('a version as a whole document that can be saved again; what is none is not there', async () => {
    const { versions } = await history()
    for (const version of versions) {
      const reply = await house.ask('GET', `${path}/history/${version.revision}`)
      expect(reply.body).toMatchObject({ revision: version.revision, by: version.by, previous: version.previous })
      expect(checkConfiguration(reply.body.configuration).ok).toBe(true)
    }
    const issued = await house.ask('POST', 'branches/hall/tickets', {
      body: { services: ['BANK.CS'] },
      headers: { 'Idempotency-Key': 'history-1' },
    })
    expect(issued.status).toBe(201)
    expect((await house.ask('GET', `${path}/history/${house.revision()}`)).body.code).toBe('unknown-version')
    expect((await house.ask('GET', `${path}/history/999999`)).status).toBe(404)
    expect((await house.ask('GET', `${path}/history/x`)).body.code).toBe('malformed')
    for (const query of ['?limit=0', '?limit=101', '?before=-1'])
      expect((await house.ask('GET', `${path}/history${query}`)).body.code).toBe('malformed')
  })

  test('is the same among many other events, after a restart, and where what was remembered is lost or wrong', async () => {
    const issue = (key: string) =>
      house.ask('POST', 'branches/hall/tickets', { body: { services: ['DUKCAPIL.KK'] }, headers: { 'Idempotency-Key': key } })
    for (let round = 0; round < 12; round++) await Promise.all(Array.from({ length: 100 }, (_, at) => issue(`many-${round}-${at}`)))
    const last = await save((document) => {
      document.motto = 'Sesudah seribu'
    })
    const before = await history()
    expect(before.versions[0]?.revision).toBe(last)
    await house.restart()
    expect(await history()).toEqual(before)
    const store = await house.redis.open()
    const { records } = store
    await records.put('configurationLog', 'hall', { until: 1_000_000, revisions: [3, 4] })
    await house.restart()
    expect(await history()).toEqual(before)
    await records.put('configurationLog', 'hall', { until: house.revision(), revisions: [1] })
    await house.restart()
    expect(await history()).toEqual(before)
    await store.close()
  })

  test('tells nothing to those who don’t administer, and of no other branch', async () => {
    const supervisor = await house.employ('pengawas2', 'supervisor')
    expect((await house.ask('GET', `${path}/history`, { token: supervisor })).status).toBe(403)
    expect((await house.ask('GET', `${path}/history/1`, { token: supervisor })).status).toBe(403)
    expect((await house.ask('GET', 'branches/none/configuration/history')).body.code).toBe('unknown-branch')
  })
})

describe('templates', () => {
  test('MPP Kota Kupang is shipped, whole and right; a new branch begins with it', async () => {
    expect(JSON.parse((await house.ask('GET', 'templates')).text)).toEqual([
      { id: 'mpp-kupang', name: { id: 'Mal Pelayanan Publik Kota Kupang', en: 'Public Service Mall of Kupang City' } },
    ])
    const { body } = await house.ask('GET', 'templates/mpp-kupang')
    const made = await house.ask('PUT', 'branches/belu/configuration', {
      body: { ...body, id: 'belu' },
      headers: { 'If-None-Match': '*' },
    })
    expect(made.status, made.text).toBe(200)
    const again = await house.ask('PUT', 'branches/belu/configuration', {
      body: { ...body, id: 'belu' },
      headers: { 'If-None-Match': '*' },
    })
    expect([again.status, again.body.code]).toEqual([412, 'configuration-changed'])
  })

  test('nothing else can be read there', async () => {
    for (const name of ['none', '..%2f..%2fpackage', 'mpp-kupang.json'])
      expect((await house.ask('GET', `templates/${name}`)).status).toBeGreaterThanOrEqual(400)
    expect((await house.ask('GET', 'templates/none')).body.code).toBe('unknown-template')
    expect((await house.ask('GET', 'templates', { token: null })).status).toBe(401)
  })
})
