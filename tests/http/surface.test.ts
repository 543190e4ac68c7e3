import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigFault, readConfig } from '../../server/config.ts'
import { clientAddress, isLoopback } from '../../server/http/clientAddress.ts'
import { securityHeaders } from '../../server/http/headers.ts'
import { Origins } from '../../server/http/origins.ts'
import { pagesRouter } from '../../server/http/pages.ts'
import { RequestBudget } from '../../server/http/requestBudget.ts'
import { ROUTES } from '../../server/http/routes.ts'
import * as Schema from '../../server/http/schemas.ts'
import { ERRORS } from '../../shared/protocol/errors.ts'
import { House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await House.open({ environment: { METRICS_TOKEN: 'a-token-for-prometheus' } })
})
afterAll(() => house.close())

describe('headers', () => {
  test('nothing but our own files runs, styles, is called or frames; no HSTS on plain http', async () => {
    for (const path of ['/', '/healthz', '/api/v1/branches', '/nowhere', '/api/v1/nowhere']) {
      const { headers } = await house.ask('GET', path)
      const host = new URL(house.server.url).host
      expect(headers.get('content-security-policy')).toBe(
        `default-src 'none';script-src 'self';style-src 'self';connect-src 'self' ws://${host} wss://${host};img-src 'self' data:;font-src 'self';` +
          "media-src 'self' blob:;manifest-src 'self';object-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none';" +
          "require-trusted-types-for 'script';trusted-types svelte-trusted-html",
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('strict-transport-security')).toBeNull()
      expect(headers.get('x-powered-by')).toBeNull()
    }
    expect((await house.ask('GET', '/api/v1/branches')).headers.get('cache-control')).toBe('no-store')
  })

  test('a host name can’t write into the policy', async () => {
    const app = express().use(securityHeaders(false), (_request, response) => void response.end())
    const { url, close } = await listening(app)
    const policy = await new Promise<string>((resolve) => {
      import('node:http').then(({ get }) =>
        get(url, { headers: { Host: "evil.example; script-src 'unsafe-inline'" } }, (response) => {
          response.resume()
          resolve(String(response.headers['content-security-policy']))
        }),
      )
    })
    await close()
    expect(policy).not.toContain('evil')
  })
})

describe('pages', () => {
  let dir: string
  let site: { url: string; close(): Promise<void> }
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'panggil-pages-'))
    for (const folder of ['display', 'counter-client', 'assets/display']) mkdirSync(join(dir, folder), { recursive: true })
    for (const file of [
      'display/index.html',
      'display/kiosk.html',
      'display/public.html',
      'display/ticket.html',
      'counter-client/index.html',
    ])
      writeFileSync(join(dir, file), `<!doctype html><title>${file}</title>`)
    writeFileSync(join(dir, 'assets/display/board-1.js'), 'board()')
    writeFileSync(join(dir, 'secret.txt'), 'secret')
    site = await listening(express().use(pagesRouter(dir, { dev: false })))
  })
  afterAll(async () => {
    await site.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const get = (path: string, headers: Record<string, string> = {}) => fetch(site.url + path, { headers })

  test.each([
    ['/', 'display/public.html'],
    ['/display?zone=z1', 'display/index.html'],
    ['/kiosk', 'display/kiosk.html'],
    ['/ticket/abc', 'display/ticket.html'],
    ['/counter', 'counter-client/index.html'],
  ])('%s is %s', async (path, file) => {
    const page = await get(path)
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache'])
    expect(await page.text()).toContain(file)
    expect((await get(path, { 'If-None-Match': page.headers.get('etag') as string })).status).toBe(304)
  })

  test('files whose names tell their content are kept for good', async () => {
    const asset = await get('/assets/display/board-1.js')
    expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public,max-age=31536000,immutable'])
  })

  test.each([
    '/desk',
    '/survey/1',
    '/ticket',
    '/nowhere',
    '/secret.txt',
    '/display/index.html',
    '/assets/../secret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/',
  ])('%s is not there, and says so in both languages', async (path) => {
    const page = await get(path)
    const text = await page.text()
    expect(page.status).toBe(404)
    expect(text).toContain('Halaman ini tidak ada')
    expect(text).toContain('There is no such page')
  })
})

describe('health', () => {
  test('whoever keeps the server running learns whether it can serve; strangers learn no more than that', async () => {
    expect((await house.ask('GET', '/healthz', { token: null })).body).toEqual({ status: 'ok' })
    const inside = await house.ask('GET', '/readyz', { token: null })
    expect(inside.body).toMatchObject({
      status: 'ready',
      store: { kind: 'redis', isAvailable: true, warnings: [], clockStepMs: null },
      branches: ['hall'],
    })
    const outside = await house.ask('GET', '/readyz', { token: null, headers: { 'X-Forwarded-For': '203.0.113.9' } })
    expect(outside.body).toEqual({ status: 'ready' })
  })

  test('metrics: from this machine or with the token; numbers, no people', async () => {
    await house.ask('POST', 'branches/hall/tickets', { body: { services: ['DUKCAPIL.KK'] }, headers: { 'Idempotency-Key': 'm' } })
    const { status, text } = await house.ask('GET', '/metrics', { token: null })
    expect(status).toBe(200)
    expect(text).toContain('panggil_commands_total{branch="hall",type="issueTicket",outcome="ok"} 1')
    expect(text).toContain('panggil_queue_length{branch="hall",service="DUKCAPIL.KK"} 1')
    expect(text).toContain('panggil_sockets{namespace="board"} 0')
    for (const name of [
      'panggil_command_seconds_bucket',
      'panggil_conflicts_total',
      'panggil_event_loop_lag_seconds',
      'panggil_calls_total',
      'panggil_store_available 1',
    ])
      expect(text).toContain(name)
    expect(text).not.toContain('admin')
    const proxied = { 'X-Forwarded-For': '203.0.113.9' }
    expect((await house.ask('GET', '/metrics', { token: null, headers: proxied })).status).toBe(403)
    expect((await house.ask('GET', '/metrics', { token: 'a-token-for-prometheus', headers: proxied })).status).toBe(200)
  })
})

interface Document {
  readonly openapi: string
  readonly paths: Record<
    string,
    Record<string, { operationId: string; responses: Record<string, unknown>; parameters?: { name: string; in: string }[] }>
  >
  readonly components: { schemas: Record<string, object> }
}

describe('OpenAPI', () => {
  let document: Document
  beforeAll(async () => {
    document = (await house.ask('GET', 'openapi.json', { token: null })).body as unknown as Document
  })

  test('it is 3.1, and every route is in it, once', () => {
    expect(document.openapi).toBe('3.1.1')
    const told = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    )
    expect(told.sort()).toEqual(ROUTES.map((route) => `${route.method} ${route.path} ${route.name}`).sort())
    const names = ROUTES.map((route) => route.name)
    expect(new Set(names).size).toBe(names.length)
  })

  test('every reference leads somewhere, every schema is one that JSON Schema knows, every part of a path is named', () => {
    const references: string[] = []
    const walk = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return
      for (const [key, each] of Object.entries(value)) {
        if (key === '$ref') references.push(String(each))
        expect(key).not.toBe('$id')
        walk(each)
      }
    }
    walk(document)
    expect(references.length).toBeGreaterThan(20)
    for (const reference of references) expect(document.components.schemas).toHaveProperty(reference.replace('#/components/schemas/', ''))
    for (const name of ['CounterCommand', 'BranchCommand', 'Configuration', 'Problem', 'Ticket'])
      expect(Object.keys(document.components.schemas[name] ?? {}).length).toBeGreaterThan(0)
    for (const [path, methods] of Object.entries(document.paths))
      for (const { parameters = [], responses } of Object.values(methods)) {
        const named = parameters.filter((each) => each.in === 'path').map((each) => each.name)
        expect(named.sort()).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort())
        expect(Object.keys(responses).some((status) => status.startsWith('2') || status === '303')).toBe(true)
      }
  })

  test('replies are as they are told', async () => {
    const { token } = await house.device('display', ['z1'])
    const calls: [string, z.ZodType][] = [
      ['branches', z.array(Schema.BranchName)],
      ['branches/hall', Schema.BranchDescription],
      ['branches/hall/board', Schema.BoardView],
      ['branches/hall/live', Schema.LiveView],
      ['branches/hall/devices', z.array(Schema.Device)],
      ['branches/hall/media', Schema.Media],
      ['branches/hall/configuration', Schema.Configuration],
      ['users', z.array(Schema.User)],
      ['sessions/current', Schema.CurrentSession],
      ['nowhere', Schema.Problem],
    ]
    for (const [path, schema] of calls) {
      const told = schema.safeParse(JSON.parse((await house.ask('GET', path)).text))
      expect(told.error?.issues ?? []).toEqual([])
    }
    expect(Schema.CurrentSession.parse((await house.ask('GET', 'sessions/current', { token })).body)).toMatchObject({
      device: { kind: 'display', zones: ['z1'] },
    })
  })

  test('codes that a route names have a status', () => {
    for (const route of ROUTES) for (const code of route.refusals ?? []) expect(ERRORS[code].status).toBeGreaterThanOrEqual(400)
  })
})

describe('configuration of the server', () => {
  test('all faults are told at once, by name and never by value', () => {
    const environment = {
      PORT: '99999',
      PUBLIC_URL: 'ftp://hall',
      STORE: 'mysql',
      LOG_LEVEL: 'loud',
      ADMIN_PASSWORD: 'hunter2',
      REDIS_URL: 'http://secret@host',
      BRANCH_FILE: '/no/such/file',
    }
    let fault: ConfigFault | undefined
    try {
      readConfig(environment, [])
    } catch (error) {
      fault = error as ConfigFault
    }
    expect(fault).toBeInstanceOf(ConfigFault)
    const names = fault?.faults.map((each) => each.split(' ')[0])
    expect(names?.sort()).toEqual(Object.keys(environment).sort())
    for (const value of ['hunter2', 'secret', 'mysql', '99999', 'loud']) expect(fault?.message).not.toContain(value)
  })

  test('what is not set is as the contract says; an empty variable is not set', () => {
    expect(readConfig({ PORT: '', DATA_DIR: '' }, [])).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: null,
      logLevel: 'info',
      requestsPerSecond: 500,
      requestsBurst: 1000,
      store: undefined,
      redisUrl: undefined,
    })
    expect(readConfig({ PUBLIC_URL: 'https://antrean.example/' }, ['--dev'])).toMatchObject({
      publicUrl: 'https://antrean.example',
      dev: true,
    })
  })
})

describe('small parts', () => {
  test('a budget fills up steadily, up to its burst', () => {
    let nowMs = 0
    const budget = new RequestBudget(10, 3, () => nowMs)
    const take = (count: number) => Array.from({ length: count }, () => budget.take('a'))
    expect(take(5)).toEqual([true, true, true, false, false])
    expect(budget.take('b')).toBe(true)
    nowMs = 100
    expect(take(2)).toEqual([true, false])
    nowMs = 3_600_000
    expect(take(4)).toEqual([true, true, true, false])
  })

  test('limits count subscribers, not addresses', () => {
    expect(clientAddress('::ffff:10.0.0.7')).toBe('10.0.0.7')
    expect(clientAddress('2001:db8:1:2:aaaa::1')).toBe(clientAddress('2001:db8:1:2:bbbb::9'))
    expect(clientAddress('2001:db8:1:2::1')).not.toBe(clientAddress('2001:db8:1:3::1'))
    expect(clientAddress('::1')).toBe('0:0:0:0::/64')
    expect([
      isLoopback('127.0.0.1'),
      isLoopback('::1'),
      isLoopback('::ffff:127.0.0.1'),
      isLoopback('10.0.0.7'),
      isLoopback(undefined),
    ]).toEqual([true, true, true, false, false])
  })

  test('origins: the public one and this machine’s own; other machines only where the host is open to them', () => {
    const closed = new Origins(3000, '127.0.0.1', 'https://antrean.example')
    expect([closed.isAllowed(undefined), closed.isAllowed('https://antrean.example'), closed.isAllowed('http://localhost:3000')]).toEqual([
      true,
      true,
      true,
    ])
    expect([
      closed.isAllowed('https://antrean.example.evil.example'),
      closed.isAllowed('http://localhost:3001'),
      closed.isAllowed('null'),
    ]).toEqual([false, false, false])
    expect(closed.publicUrl).toBe('https://antrean.example')
    const open = new Origins(80, '192.0.2.7', null)
    expect([open.isAllowed('http://192.0.2.7'), open.publicUrl]).toEqual([true, 'http://192.0.2.7'])
  })
})

async function listening(app: express.Express): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
