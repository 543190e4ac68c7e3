import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AgencyLive } from '../../shared/protocol/agency.ts'
import { House, PASSWORD, type Reply } from './house.ts'

let house: House
let dukcapil = ''
let bank = ''
let officer = ''
beforeAll(async () => {
  house = await House.open()
  dukcapil = await house.coordinator('koordinator', 'DUKCAPIL')
  bank = await house.coordinator('koordinator-bank', 'BANK')
  officer = await house.employ('petugas', 'officer')
})
afterAll(() => house.close())

let commands = 0
const at = (counter: string, type: string, more: object = {}) =>
  house.ask('POST', `branches/hall/counters/${counter}/commands`, {
    token: officer,
    body: { commandId: `at-${++commands}`, type, ...more },
  })
const command = (token: string, type: string, more: object = {}) =>
  house.ask('POST', 'branches/hall/commands', { token, body: { commandId: `branch-${++commands}`, type, ...more } })
const issue = async (...services: string[]): Promise<{ id: string; number: string }> => {
  const headers = { 'Idempotency-Key': `issue-${++commands}` }
  const reply = await house.ask('POST', 'branches/hall/tickets', { body: { services }, headers })
  expect(reply.status).toBe(201)
  return reply.body.ticket as { id: string; number: string }
}
const part = (agency = 'DUKCAPIL', token = dukcapil): Promise<Reply> => house.ask('GET', `branches/hall/agencies/${agency}`, { token })
const put = (body: unknown, headers: Record<string, string> = {}, token = dukcapil): Promise<Reply> =>
  house.ask('PUT', 'branches/hall/agencies/DUKCAPIL', { token, body, headers })
const configuration = async () => (await house.ask('GET', 'branches/hall/configuration')).body as never as Branch
const live = async (token = dukcapil): Promise<AgencyLive> =>
  (await house.ask('GET', 'branches/hall/agencies/DUKCAPIL/live', { token })).body as never as AgencyLive

type Part = { id: string; prefix: string; services: Record<string, unknown>[] } & Record<string, unknown>
type Branch = { agencies: Part[]; counters: unknown[] } & Record<string, unknown>

describe('AUTH1: a coordinator has one agency of one branch', () => {
  const user = { username: 'baru', password: PASSWORD, name: 'Baru', branch: 'hall' }

  test.each([
    ['a coordinator without one', { role: 'coordinator' }, 'agency'],
    ['a coordinator of one that is not there', { role: 'coordinator', agency: 'SAMSAT' }, 'agency'],
    ['a coordinator of all branches', { role: 'coordinator', agency: 'BANK', branch: undefined }, 'branch'],
    ['an officer with one', { role: 'officer', agency: 'BANK' }, 'agency'],
    ['an admin with one', { role: 'admin', agency: 'BANK' }, 'agency'],
  ])('%s is refused, with the field', async (_, more, path) => {
    const reply = await house.ask('POST', 'users', { body: { ...user, ...more } })
    expect([reply.status, reply.body.code]).toEqual([422, 'invalid-value'])
    expect(reply.body.mistakes).toMatchObject([{ path }])
  })

  test('who he is says so; another role takes the agency with it, and every such change ends his sessions', async () => {
    const token = await house.coordinator('pindah', 'BANK')
    expect((await house.ask('GET', 'sessions/current', { token })).body.user).toEqual({
      username: 'pindah',
      name: 'pindah',
      role: 'coordinator',
      branch: 'hall',
      counters: null,
      agency: 'BANK',
    })
    const change = (body: object) => house.ask('PATCH', 'users/pindah', { body })
    expect((await change({ agency: 'DUKCAPIL' })).body).toMatchObject({ role: 'coordinator', agency: 'DUKCAPIL' })
    expect((await house.ask('GET', 'sessions/current', { token })).body.code).toBe('not-signed-in')
    const officer = await change({ role: 'officer' })
    expect([officer.body.role, officer.body.agency]).toEqual(['officer', undefined])
    expect((await change({ role: 'coordinator' })).body.mistakes).toMatchObject([{ path: 'agency' }])
    expect((await change({ role: 'coordinator', agency: 'BANK' })).body).toMatchObject({ agency: 'BANK' })
  })
})

describe('AUTH1: another agency is none of his business', () => {
  test.each([
    ['GET', 'agencies/BANK/live'],
    ['GET', 'agencies/BANK'],
    ['PUT', 'agencies/BANK'],
    ['POST', 'agencies/BANK/check'],
    ['GET', 'agencies/SAMSAT/live'],
    ['GET', 'agencies/SAMSAT'],
  ])('%s %s', async (method, path) => {
    const before = house.revision()
    const body = method === 'GET' ? {} : { body: (await part('BANK', bank)).body }
    const reply = await house.ask(method, `branches/hall/${path}`, { token: dukcapil, ...body })
    expect([reply.status, reply.body.code]).toEqual([403, 'not-allowed'])
    expect(house.revision()).toBe(before)
  })

  test.each([
    ['pauseAgency', { agency: 'BANK', reason: 'x' }],
    ['resumeAgency', { agency: 'BANK' }],
    ['pauseService', { service: 'BANK.TELLER', reason: 'x' }],
    ['openService', { service: 'BANK.TELLER' }],
    ['closeService', { service: 'BANK.TELLER' }],
    ['resetService', { service: 'BANK.TELLER' }],
    ['pauseService', { service: 'DUKCAPIL2.KK', reason: 'x' }],
    // Those who wait may have stops elsewhere, so what becomes of them is the supervisor's to say.
    ['closeService', { service: 'DUKCAPIL.KK', remaining: 'refuse', reason: 'x' }],
    ['closeService', { service: 'DUKCAPIL.KK', remaining: 'carryOver' }],
  ])('%s of it is refused', async (type, more) => {
    const before = house.revision()
    const reply = await command(dukcapil, type, more)
    expect([reply.status, reply.body.code]).toEqual([403, 'not-allowed'])
    expect(house.revision()).toBe(before)
  })

  test('what he sees holds nothing of it: no name, no number, no officer’s ticket', async () => {
    const own = await issue('DUKCAPIL.KTP')
    const waiting = await issue('DUKCAPIL.KK', 'BANK.CS')
    const theirs = await issue('BANK.TELLER')
    await at('2', 'openCounter')
    // The counter of both: first whoever is due first, the bank's visitor.
    const first = (await at('2', 'callNext', { current: null })).body.ticket as { id: string; number: string }
    expect(first.number).toBe(theirs.number)
    const seen = await live()
    const text = JSON.stringify(seen)
    expect(text).not.toMatch(/BANK|TELLER|"CS"/)
    expect(text).not.toContain(theirs.number)
    expect(text).not.toContain(theirs.id)
    expect(seen.services.map(({ service, waiting }) => [service, waiting])).toEqual([
      ['DUKCAPIL.KK', 1],
      ['DUKCAPIL.KTP', 1],
    ])
    expect(
      seen.counters.map(({ id }) => id),
      'only counters that serve it',
    ).toEqual(['1', '2'])
    expect(seen.counters[1]).toMatchObject({ officer: 'petugas', ticket: null, isBusyElsewhere: true })

    await at('2', 'callNext', { current: first.id })
    const now = await live()
    expect(now.counters[1]).toMatchObject({ ticket: { number: own.number, service: 'DUKCAPIL.KTP' }, isBusyElsewhere: false })
    await at('2', 'startService', { current: own.id })
    await at('2', 'complete', { current: own.id })
    const { today, services } = await live()
    expect(today).toMatchObject({ issued: 2, served: 1, missed: 0, ended: 0 })
    expect(services.map((service) => service.today.served)).toEqual([0, 1])
    expect(today.medianWaitMs).toBeGreaterThanOrEqual(0)
    expect(today.medianServiceMs).toBeGreaterThanOrEqual(0)

    // A later stop elsewhere: served here, and no more is known of it.
    await at('1', 'openCounter')
    await at('1', 'callNext', { current: null })
    await at('1', 'complete', { current: waiting.id })
    expect((await live()).today).toMatchObject({ issued: 2, served: 2 })
    expect(JSON.stringify(await live())).not.toMatch(/BANK/)

    const { revision } = await live()
    const since = (token: string) => house.ask('GET', `branches/hall/agencies/DUKCAPIL/live?after=${revision}`, { token })
    expect((await since(dukcapil)).status, 'nothing happened').toBe(204)
    expect((await since(bank)).status).toBe(403)
    await issue('DUKCAPIL.KK')
    expect((await since(dukcapil)).body.revision).toBe(revision + 1)
  })
})

test('TICKET4: he pauses, opens and closes his services, and an event names him', async () => {
  expect((await command(dukcapil, 'pauseAgency', { agency: 'DUKCAPIL', reason: 'Sistem instansi gangguan' })).status).toBe(200)
  const paused = await live()
  expect(paused.services.map(({ override, closed }) => [override?.override, closed?.reason, closed?.text])).toEqual([
    ['paused', 'paused', 'Sistem instansi gangguan'],
    ['paused', 'paused', 'Sistem instansi gangguan'],
  ])
  expect((await command(dukcapil, 'resumeAgency', { agency: 'DUKCAPIL' })).status).toBe(200)
  expect((await command(dukcapil, 'closeService', { service: 'DUKCAPIL.KK' })).status).toBe(200)
  expect((await live()).services.map(({ override }) => override?.override)).toEqual(['closed', undefined])
  expect((await command(dukcapil, 'resetService', { service: 'DUKCAPIL.KK' })).status).toBe(200)
  const log = await house.ask('GET', 'branches/hall/events')
  expect(log.text).toMatch(/"type":"servicePaused"[^\n]*"by":"koordinator"/)
})

describe('CONF: his part of the configuration', () => {
  test('CONF3: what he changes is live at once, in the history with his name, and all else is as it was', async () => {
    const before = await configuration()
    const { body, headers } = await part()
    const [kk, ktp] = (body as Part).services as [Record<string, unknown>, Record<string, unknown>]
    const changed = {
      ...body,
      services: [
        { ...kk, name: { id: 'Kartu Keluarga', en: 'Family card' }, averageMinutes: 12, requirements: ['KK lama'], fee: 'Gratis' },
        { ...ktp, quotaPerDay: 9, enabled: false },
      ],
    }
    const saved = await put(changed, { 'If-Match': headers.get('etag') as string })
    expect(saved.status).toBe(200)
    const after = await configuration()
    expect(after.agencies[0]).toEqual(changed)
    expect({ ...after, agencies: after.agencies.slice(1) }).toEqual({ ...before, agencies: before.agencies.slice(1) })
    const history = (await house.ask('GET', 'branches/hall/configuration/history?limit=1')).body as never as {
      versions: { by: string; changes: { path: string[] }[] }[]
    }
    expect(history.versions[0]?.by).toBe('koordinator')
    expect(history.versions[0]?.changes.map(({ path }) => path.join('.')).sort()).toEqual(
      ['KK.averageMinutes', 'KK.fee', 'KK.name', 'KK.requirements', 'KTP.enabled', 'KTP.quotaPerDay'].map(
        (path) => `agencies.DUKCAPIL.services.${path}`,
      ),
    )
    expect((await part()).headers.get('etag')).toBe(saved.headers.get('etag'))

    const revision = house.revision()
    expect((await put(changed)).status, 'nothing new').toBe(200)
    expect(house.revision(), 'and no version of it').toBe(revision)
  })

  test('CONF1: every mistake with its path in the agency, and nothing changes', async () => {
    const revision = house.revision()
    const { body } = await part()
    const [kk, ktp] = (body as Part).services as [Record<string, unknown>, Record<string, unknown>]
    const wrong = {
      ...body,
      short: '',
      services: [
        { ...kk, averageMinutes: -1, extra: 1 },
        { ...ktp, name: { id: 'KTP' } },
      ],
    }
    const refused = await put(wrong)
    expect([refused.status, refused.body.code]).toEqual([422, 'invalid-configuration'])
    const paths = (refused.body.mistakes as { path: string }[]).map(({ path }) => path)
    expect(paths.sort()).toEqual(['services.0.averageMinutes', 'services.0.extra', 'services.1.name.en', 'short'])
    const check = await house.ask('POST', 'branches/hall/agencies/DUKCAPIL/check', { token: dukcapil, body: wrong })
    expect((check.body.mistakes as { path: string }[]).map(({ path }) => path).sort()).toEqual(paths)
    expect(house.revision()).toBe(revision)
  })

  test.each<[string, (agency: Part) => unknown, string[]]>([
    ['the code', (agency) => ({ ...agency, id: 'BANK' }), ['id']],
    ['the prefix', (agency) => ({ ...agency, prefix: 'C' }), ['prefix']],
    ['a service more', (agency) => ({ ...agency, services: [...agency.services, { ...agency.services[0], id: 'NEW' }] }), ['services']],
    ['a service less', (agency) => ({ ...agency, services: agency.services.slice(1) }), ['services']],
    [
      'a service’s code',
      (agency) => ({ ...agency, services: [{ ...agency.services[0], id: 'X' }, agency.services[1]] }),
      ['services.0.id'],
    ],
    ['their order', (agency) => ({ ...agency, services: [...agency.services].reverse() }), ['services.0.id', 'services.1.id']],
    ['counters', (agency) => ({ ...agency, counters: [] }), ['counters']],
    ['no object', () => 7, ['']],
    ['nothing', () => null, ['']],
  ])('what is the administrator’s stays: %s', async (_, change, paths) => {
    const revision = house.revision()
    const refused = await put(change((await part()).body as never))
    expect([refused.status, refused.body.code]).toEqual([422, 'invalid-configuration'])
    expect((refused.body.mistakes as { path: string }[]).map(({ path }) => path)).toEqual(paths)
    expect(refused.text).not.toMatch(/BANK|agencies/)
    expect(house.revision()).toBe(revision)
  })

  test('CONF2: a change on an older version of his part is refused; one of another part is not his concern', async () => {
    const { body, headers } = await part()
    const etag = headers.get('etag') as string
    const whole = await configuration()
    const theirs = {
      ...whole,
      motto: 'Melayani',
      agencies: whole.agencies.map((each) => (each.id === 'BANK' ? { ...each, short: 'Bank NTT' } : each)),
    }
    expect((await house.ask('PUT', 'branches/hall/configuration', { body: theirs })).status).toBe(200)
    expect((await put({ ...body, short: 'Capil' }, { 'If-Match': etag })).status).toBe(200)
    const now = await configuration()
    expect([now.motto, now.agencies.map(({ short }) => short)]).toEqual(['Melayani', ['Capil', 'Bank NTT']])
    const late = await put({ ...body, short: 'Dukcapil' }, { 'If-Match': etag })
    expect([late.status, late.body.code]).toEqual([412, 'configuration-changed'])
  })

  test('CONF2: two coordinators and an admin save at the same moment: nobody’s change is lost', async () => {
    const mine = (await part()).body
    const banks = (await part('BANK', bank)).body
    const replies = await Promise.all([
      put({ ...mine, short: 'Satu' }),
      house.ask('PUT', 'branches/hall/agencies/BANK', { token: bank, body: { ...banks, short: 'Dua' } }),
      put({ ...mine, short: 'Satu', name: 'Kependudukan' }),
    ])
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
    expect((await configuration()).agencies.map(({ short }) => short)).toEqual(['Satu', 'Dua'])
  })
})

test('his agency is removed: he is told, an admin can still rename him, switch him off or give him another', async () => {
  const whole = await configuration()
  const samsat = { id: 'SAMSAT', name: 'Samsat', short: 'Samsat', prefix: 'S', services: [] }
  const saved = (agencies: readonly object[]) => house.ask('PUT', 'branches/hall/configuration', { body: { ...whole, agencies } })
  expect((await saved([...whole.agencies, samsat])).status).toBe(200)
  const token = await house.coordinator('tertinggal', 'SAMSAT')
  expect((await house.ask('GET', 'branches/hall/agencies/SAMSAT/live', { token })).status).toBe(200)
  expect((await saved(whole.agencies)).status).toBe(200)
  for (const path of ['agencies/SAMSAT/live', 'agencies/SAMSAT'])
    expect((await house.ask('GET', `branches/hall/${path}`, { token })).body.code).toBe('unknown-agency')
  expect((await command(token, 'pauseAgency', { agency: 'SAMSAT', reason: 'x' })).body.code).toBe('unknown-agency')
  const change = (body: object) => house.ask('PATCH', 'users/tertinggal', { body })
  expect((await change({ name: 'Tertinggal' })).status).toBe(200)
  expect((await change({ isDisabled: true })).body).toMatchObject({ isDisabled: true, agency: 'SAMSAT' })
  expect((await change({ counters: null })).body.mistakes).toMatchObject([{ path: 'agency' }])
  expect((await change({ isDisabled: false, agency: 'DUKCAPIL' })).body).toMatchObject({ isDisabled: false, agency: 'DUKCAPIL' })
})
