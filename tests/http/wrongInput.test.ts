import { Agent, request } from 'node:http'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../store/testStores.ts'
import { type Ask, House, PASSWORD, type Reply } from './house.ts'

let house: House
let officer: string
beforeAll(async () => {
  house = await House.open()
  officer = await house.employ('maria', 'officer')
})
afterAll(() => house.close())

const tickets = 'branches/hall/tickets'
const counter = 'branches/hall/counters/1/commands'
const branch = 'branches/hall/commands'
const key = { 'Idempotency-Key': 'one-key' }
const newUser = { username: 'baru', password: PASSWORD, name: 'Baru', role: 'officer', branch: 'hall' }

const WRONG: readonly (readonly [string, string, string, Ask, number, string])[] = [
  ['no JSON', 'POST', tickets, { raw: '{"services":', headers: key }, 400, 'malformed'],
  ['no body', 'POST', tickets, { headers: key }, 400, 'malformed'],
  ['an array', 'POST', tickets, { body: [], headers: key }, 400, 'malformed'],
  ['a wrong type', 'POST', tickets, { body: { services: 'DUKCAPIL.KK' }, headers: key }, 400, 'malformed'],
  ['a field too many', 'POST', tickets, { body: { services: ['DUKCAPIL.KK'], phone: '08123' }, headers: key }, 400, 'malformed'],
  ['a prototype', 'POST', tickets, { raw: '{"services":["DUKCAPIL.KK"],"__proto__":{"role":"admin"}}', headers: key }, 400, 'malformed'],
  ['no key', 'POST', tickets, { body: { services: ['DUKCAPIL.KK'] } }, 400, 'malformed'],
  [
    'a key too long',
    'POST',
    tickets,
    { body: { services: ['DUKCAPIL.KK'] }, headers: { 'Idempotency-Key': 'x'.repeat(129) } },
    400,
    'malformed',
  ],
  [
    'text instead of JSON',
    'POST',
    tickets,
    { raw: '{}', headers: { ...key, 'Content-Type': 'text/plain' } },
    415,
    'unsupported-media-type',
  ],
  [
    'a form',
    'POST',
    tickets,
    { raw: 'services=1', headers: { ...key, 'Content-Type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported-media-type',
  ],
  [
    'another charset',
    'POST',
    tickets,
    { raw: '{}', headers: { ...key, 'Content-Type': 'application/json; charset=latin1' } },
    415,
    'unsupported-media-type',
  ],
  ['a compressed body', 'POST', tickets, { raw: 'xx', headers: { ...key, 'Content-Encoding': 'gzip' } }, 415, 'unsupported-media-type'],
  ['a body too large', 'POST', tickets, { raw: `"${'x'.repeat(66_000)}"`, headers: key }, 413, 'too-large'],
  [
    'services and a journey',
    'POST',
    tickets,
    { body: { services: ['DUKCAPIL.KK'], journey: 'lahir' }, headers: key },
    422,
    'invalid-value',
  ],
  ['neither', 'POST', tickets, { body: {}, headers: key }, 422, 'invalid-value'],
  [
    'a language that is not there',
    'POST',
    tickets,
    { body: { services: ['DUKCAPIL.KK'], language: 'de' }, headers: key },
    422,
    'invalid-value',
  ],
  ['an unknown service', 'POST', tickets, { body: { services: ['DUKCAPIL.XX'] }, headers: key }, 422, 'unknown-service'],
  [
    'an unknown class',
    'POST',
    tickets,
    { body: { services: ['DUKCAPIL.KK'], class: 'vip' }, headers: { 'Idempotency-Key': 'k2' } },
    422,
    'unknown-class',
  ],
  ['an unknown journey', 'POST', tickets, { body: { journey: 'mati' }, headers: { 'Idempotency-Key': 'k3' } }, 422, 'unknown-journey'],
  [
    'one service twice',
    'POST',
    tickets,
    { body: { services: ['DUKCAPIL.KK', 'DUKCAPIL.KK'] }, headers: { 'Idempotency-Key': 'k4' } },
    422,
    'duplicate-service',
  ],
  ['an unknown ticket', 'GET', `${tickets}/AAAAAAAAAAAAAAAAAAAAAA`, {}, 404, 'unknown-ticket'],
  ['an unknown number', 'GET', `${tickets}?number=B-999`, {}, 404, 'unknown-ticket'],
  ['no number', 'GET', tickets, {}, 400, 'malformed'],
  ['a revision that is none', 'GET', 'branches/hall/events?after=-1', {}, 400, 'malformed'],
  ['a zone that is not there', 'GET', 'branches/hall/board?zone=z9', {}, 422, 'invalid-value'],
  ['an address that is no UTF-8', 'GET', 'branches/%ff', {}, 400, 'malformed'],
  ['no command id', 'POST', counter, { body: { type: 'openCounter' } }, 400, 'malformed'],
  ['an unknown command', 'POST', counter, { body: { commandId: 'x1', type: 'dance' } }, 422, 'unknown-command'],
  ['another’s command', 'POST', counter, { body: { commandId: 'x2', type: 'pauseBranch', reason: 'x' } }, 422, 'unknown-command'],
  ['no current', 'POST', counter, { body: { commandId: 'x3', type: 'callNext' } }, 400, 'malformed'],
  ['an officer given by himself', 'POST', counter, { body: { commandId: 'x4', type: 'openCounter', officer: 'boss' } }, 400, 'malformed'],
  ['a command too large', 'POST', counter, { raw: 'x'.repeat(70_000) }, 413, 'too-large'],
  [
    'an unknown counter',
    'POST',
    'branches/hall/counters/99/commands',
    { body: { commandId: 'x5', type: 'openCounter' } },
    404,
    'unknown-counter',
  ],
  ['a pause without reason', 'POST', branch, { body: { commandId: 'x6', type: 'pauseBranch' } }, 400, 'malformed'],
  ['an empty reason', 'POST', branch, { body: { commandId: 'x7', type: 'pauseBranch', reason: '' } }, 422, 'invalid-value'],
  [
    'an unknown service paused',
    'POST',
    branch,
    { body: { commandId: 'x8', type: 'pauseService', service: 'X.Y', reason: 'x' } },
    422,
    'unknown-service',
  ],
  ['an unknown branch', 'GET', 'branches/nowhere', {}, 404, 'unknown-branch'],
  [
    'commands to an unknown branch',
    'POST',
    'branches/nowhere/commands',
    { body: { commandId: 'x9', type: 'openDay' } },
    404,
    'unknown-branch',
  ],
  ['an unknown address', 'GET', 'nowhere', {}, 404, 'unknown-route'],
  ['an unknown method', 'PATCH', tickets, { body: {} }, 404, 'unknown-route'],
  ['a role that is not there', 'POST', 'users', { body: { ...newUser, role: 'boss' } }, 422, 'invalid-value'],
  ['an officer of no branch', 'POST', 'users', { body: { ...newUser, branch: null } }, 422, 'invalid-value'],
  ['an officer of an unknown branch', 'POST', 'users', { body: { ...newUser, branch: 'nowhere' } }, 422, 'invalid-value'],
  ['a name with spaces', 'POST', 'users', { body: { ...newUser, username: 'a b' } }, 422, 'invalid-value'],
  ['a reserved name', 'POST', 'users', { body: { ...newUser, username: 'system' } }, 422, 'invalid-value'],
  ['a user without password', 'POST', 'users', { body: { ...newUser, password: undefined } }, 400, 'malformed'],
  ['a device of no kind', 'POST', 'branches/hall/devices', { body: { kind: 'toaster', name: 'x' } }, 422, 'invalid-value'],
  ['a device in no zone', 'POST', 'branches/hall/devices', { body: { kind: 'display', name: 'x', zones: ['z9'] } }, 422, 'invalid-value'],
  [
    'a code that nobody shows',
    'POST',
    'branches/hall/devices',
    { body: { kind: 'display', name: 'x', pairingCode: 'AAAA-AAAA' } },
    404,
    'unknown-pairing',
  ],
  ['a claim for nothing', 'POST', 'pairings/claim', { body: { secret: 'x' } }, 404, 'unknown-pairing'],
  ['a dead token', 'GET', 'sessions/current', { token: `u_${'A'.repeat(43)}` }, 401, 'not-signed-in'],
  ['no token at all', 'GET', 'sessions/current', { token: null, headers: { Authorization: 'Basic eDp5' } }, 401, 'not-signed-in'],
  ['a configuration that is none', 'PUT', 'branches/hall/configuration', { body: {} }, 422, 'invalid-configuration'],
]

describe('wrong input: its status, its code, and nothing has changed', () => {
  test.each(WRONG)('%s: %s %s', async (_, method, path, ask, status, code) => {
    const before = house.revision()
    const reply = await house.ask(method, path, ask)
    expect({ status: reply.status, code: reply.body.code }).toEqual({ status, code })
    expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(reply.body).toMatchObject({ type: 'about:blank', status, title: expect.any(String), retry: false })
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect(house.revision()).toBe(before)
  })

  test('10 MB are refused as too large, named or not, and harm nobody', async () => {
    const before = house.revision()
    const huge = new Uint8Array(10 * 1024 * 1024).fill(32)
    for (const [path, method] of [
      [tickets, 'POST'],
      ['branches/hall/configuration', 'PUT'],
    ] as const) {
      const named = await house.ask(method, path, { raw: huge, headers: key })
      expect([named.status, named.body.code]).toEqual([413, 'too-large'])
      const chunked = await streamed(`${house.server.url}/api/v1/${path}`, method, huge, house.admin)
      expect(chunked).toBe(413)
    }
    expect((await house.ask('GET', '/healthz')).status).toBe(200)
    expect(house.revision()).toBe(before)
  })

  test('the configuration may have 2 MiB, and all its mistakes are told at once, each with its path', async () => {
    const configuration = (await house.ask('GET', 'branches/hall/configuration')).body as unknown as {
      agencies: { prefix: unknown }[]
      counters: { zone: string }[]
    }
    const wrong = structuredClone(configuration)
    ;(wrong.agencies[0] as { prefix: unknown }).prefix = 7
    ;(wrong.counters[1] as { zone: string }).zone = 'nowhere'
    const reply = await house.ask('PUT', 'branches/hall/configuration', { body: wrong })
    expect([reply.status, reply.body.code]).toEqual([422, 'invalid-configuration'])
    const paths = (reply.body.mistakes as { path: string; message: string }[]).map((mistake) => mistake.path)
    expect(paths).toContain('agencies.0.prefix')
    const large = { ...configuration, assumptions: Array.from({ length: 400 }, () => 'a'.repeat(300)) }
    expect((await house.ask('PUT', 'branches/hall/configuration', { body: large })).status).not.toBe(413)
    const elsewhere = await house.ask('PUT', 'branches/other/configuration', { body: configuration })
    expect(elsewhere.body.mistakes).toEqual([{ path: 'id', message: expect.stringContaining('other') }])
  })

  test('a signed-in token has its requests a second, then 429 with when to come back; others are not harmed', async () => {
    const busy = await House.open({ environment: { REQUESTS_PER_SECOND: '5', REQUESTS_BURST: '20' } })
    try {
      const token = await busy.employ('maria', 'officer')
      const replies = await Promise.all(Array.from({ length: 40 }, () => busy.ask('GET', 'sessions/current', { token })))
      const refused = replies.filter((reply) => reply.body.code === 'rate-limited')
      expect(refused.length).toBeGreaterThan(10)
      expect((refused[0] as Reply).status).toBe(429)
      expect((refused[0] as Reply).headers.get('retry-after')).toBe('1')
      expect((await busy.ask('GET', 'sessions/current')).status).toBe(200)
      await until('its requests are back', async () => (await busy.ask('GET', 'sessions/current', { token })).status === 200, 3000)
    } finally {
      await busy.close()
    }
  })
})

describe('origins', () => {
  const change = (origin: string) =>
    house.ask('POST', counter, { token: officer, body: { commandId: `o-${origin}`, type: 'dance' }, headers: { Origin: origin } })

  test('a change asked for by another site’s page is refused, with the cookie and with a token', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      'http://localhost',
      `http://localhost:${house.server.port + 1}`,
      `https://localhost:${house.server.port}`,
    ]) {
      const reply = await change(origin)
      expect([origin, reply.status, reply.body.code]).toEqual([origin, 403, 'wrong-origin'])
    }
    const withCookie = await house.ask('DELETE', 'sessions/current', {
      token: null,
      cookie: `panggil_session=${officer}`,
      headers: { Origin: 'https://evil.example' },
    })
    expect(withCookie.body.code).toBe('wrong-origin')
    expect((await house.ask('GET', 'sessions/current', { token: officer })).status).toBe(200)
  })

  test('our own pages may', async () => {
    const { port } = house.server
    for (const origin of [`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`])
      expect((await change(origin)).body.code).toBe('unknown-command')
  })

  test('nothing is shared with other sites’ pages', async () => {
    const preflight = await house.ask('OPTIONS', tickets, {
      headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' },
    })
    expect(preflight.status).toBe(404)
    for (const reply of [preflight, await house.ask('GET', 'branches', { headers: { Origin: 'https://evil.example' } })])
      expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('faults', () => {
  test('PRIV1: a handler that throws harms its caller alone, tells nothing of our insides, and is logged with its stack', async () => {
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
    const broken = await House.open({ log })
    try {
      const { accounts } = broken.server
      accounts.users = () => Promise.reject(new Error('secret insides'))
      const reply = await broken.ask('GET', 'users')
      expect([reply.status, reply.body.code]).toEqual([500, 'internal'])
      expect(reply.text).not.toContain('secret')
      expect(lines.join('')).toContain('secret insides')
      expect(lines.join('')).toContain('wrongInput.test.ts')
      expect((await broken.ask('GET', 'branches')).status).toBe(200)
      expect(lines.join('')).not.toContain(broken.admin)
      expect(lines.join('')).not.toContain(PASSWORD)
    } finally {
      await broken.close()
    }
  })

  test('while the store is away every change is refused as such, to be tried again; the server lives', async () => {
    const token = officer
    await house.redis.kill()
    const refused = async () => house.ask('POST', counter, { token, body: { commandId: 'away', type: 'openCounter' } })
    const reply = await refused()
    expect([reply.status, reply.body.code, reply.body.retry]).toEqual([503, 'store-away', true])
    await until('readyz tells', async () => (await house.ask('GET', '/readyz')).status === 503)
    expect((await house.ask('GET', '/healthz')).status).toBe(200)
    await house.redis.restart()
    await until('commands are taken again', async () => (await refused()).status === 200)
    expect((await house.ask('GET', '/readyz')).status).toBe(200)
  })
})

/** Sends a body whose size is not told. */
function streamed(url: string, method: string, bytes: Uint8Array, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false })
    const headers = {
      'Content-Type': 'application/json',
      'Transfer-Encoding': 'chunked',
      Authorization: `Bearer ${token}`,
      'Idempotency-Key': 'huge',
    }
    const outgoing = request(url, { method, headers, agent }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    outgoing.on('error', reject)
    for (let at = 0; at < bytes.length; at += 65_536) outgoing.write(bytes.subarray(at, at + 65_536))
    outgoing.end()
  })
}
