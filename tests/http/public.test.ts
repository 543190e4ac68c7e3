import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { securityHeaders } from '../../server/http/headers.ts'
import { pagesRouter } from '../../server/http/pages.ts'
import type { PublicHall, PublicQueues } from '../../shared/protocol/publicHall.ts'
import { House, type Reply } from './house.ts'

let house: House
beforeAll(async () => {
  house = await House.open()
})
afterAll(() => house.close())

const hall = (headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  house.ask('GET', 'branches/hall/public', { token: null, headers })
const queues = async (): Promise<PublicQueues> =>
  (await house.ask('GET', 'branches/hall/public/queues', { token: null })).body as unknown as PublicQueues

let serial = 0
async function tell(path: string, command: object): Promise<Reply> {
  const reply = await house.ask('POST', `branches/hall/${path}`, { body: { commandId: `public-${serial++}`, ...command } })
  expect([reply.status, reply.text]).toEqual([200, reply.text])
  return reply
}
const issue = (body: object): Promise<Reply> =>
  house.ask('POST', 'branches/hall/tickets', { body, headers: { 'Idempotency-Key': `public-${serial++}` } })
/** As soon as it is worked out anew. */
async function until(holds: (now: PublicQueues) => boolean): Promise<PublicQueues> {
  for (const untilMs = performance.now() + 10_000; ; ) {
    const now = await queues()
    if (holds(now)) return now
    if (performance.now() > untilMs) throw new Error(`it never came: ${JSON.stringify(now)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** As it comes over the wire, and no client unpacks it. */
const raw = (path: string, headers: Readonly<Record<string, string>>) =>
  new Promise<{ headers: Readonly<Record<string, unknown>>; body: Buffer }>((resolve, reject) => {
    get(`${house.server.url}${path}`, { headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts) }))
    }).on('error', reject)
  })

describe('what anybody may read', () => {
  test('is cacheable, for other sites too, and costs no bytes where it is still right', async () => {
    const first = await hall()
    expect(first.status).toBe(200)
    expect(first.headers.get('cache-control')).toBe('public, max-age=5')
    expect(first.headers.get('access-control-allow-origin')).toBe('*')
    expect(first.headers.get('access-control-allow-credentials')).toBeNull()
    expect(first.headers.get('set-cookie')).toBeNull()
    expect(first.headers.get('vary')).toContain('Accept-Encoding')
    const tag = first.headers.get('etag') ?? ''
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/)
    for (const known of [tag, `"other", ${tag}`, '*', tag.slice(2)]) {
      const again = await hall({ 'If-None-Match': known })
      expect([known, again.status, again.text, again.headers.get('etag')]).toEqual([known, 304, '', tag])
      expect(again.headers.get('access-control-allow-origin')).toBe('*')
    }
    expect((await hall({ 'If-None-Match': '"other"' })).status).toBe(200)
  })

  test('comes compressed where it is taken so', async () => {
    const path = '/api/v1/branches/hall/public'
    const plain = await raw(path, {})
    const small = await raw(path, { 'Accept-Encoding': 'br, gzip;q=0.8' })
    const refused = await raw(path, { 'Accept-Encoding': 'gzip;q=0' })
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(refused.headers['content-encoding']).toBeUndefined()
    expect(small.headers['content-encoding']).toBe('gzip')
    expect(small.body.length).toBeLessThan(plain.body.length)
    expect(gunzipSync(small.body).equals(plain.body)).toBe(true)
  })

  test('is worked out once a second at most, and then says what happened', async () => {
    const before = await queues()
    await issue({ services: ['DUKCAPIL.KK'] })
    const started = performance.now()
    const now = await until(({ waiting }) => waiting === before.waiting + 1)
    expect(now.services['DUKCAPIL.KK']?.waiting).toBe(1)
    expect(performance.now() - started).toBeLessThan(3_000)
    // However often something happens and somebody asks, there is no new answer until the second is over.
    const tags = new Set<string | null>()
    const beganMs = performance.now()
    for (let n = 0; n < 12; n++) {
      await issue({ services: ['BANK.CS'] })
      tags.add((await hall()).headers.get('etag'))
    }
    expect(tags.size).toBeLessThanOrEqual(Math.floor((performance.now() - beganMs) / 1_000) + 2)
  })

  test('has the last number called, also of those who moved on, and none that was taken back', async () => {
    await tell('counters/1/commands', { type: 'openCounter' })
    const called = (await tell('counters/1/commands', { type: 'callNext', current: null })).body as {
      ticket?: { id: string; number: string }
    }
    const number = called.ticket?.number ?? ''
    const last = (now: PublicQueues): string | undefined => now.services['DUKCAPIL.KK']?.last?.number
    await until((now) => last(now) === number)
    await tell('counters/1/commands', { type: 'undo' })
    await until((now) => last(now) === undefined)
    await tell('counters/1/commands', { type: 'callNext', current: null })
    await tell('counters/1/commands', { type: 'transfer', current: called.ticket?.id, to: { service: 'BANK.CS' }, place: 'end' })
    await until((now) => last(now) === number && now.services['DUKCAPIL.KK']?.waiting === 0)
  })

  test('TICKET4 says why a service and the hall are closed, and PRIV1 nothing of tickets and people', async () => {
    await tell('commands', { type: 'pauseService', service: 'DUKCAPIL.KK', reason: 'Server pusat terganggu' })
    const paused = await until((now) => now.services['DUKCAPIL.KK']?.open === false)
    expect(paused.services['DUKCAPIL.KK']).toMatchObject({ reason: 'paused', text: 'Server pusat terganggu', opensAtMs: null })
    expect(paused.hall).toMatchObject({ open: true, reason: null })
    await tell('commands', { type: 'pauseBranch', reason: 'Upacara' })
    expect((await until((now) => !now.hall.open)).hall).toMatchObject({ reason: 'branch-paused', text: 'Upacara', issuesUntilMs: null })
    await tell('commands', { type: 'resumeBranch' })
    await until((now) => now.hall.open)
    const { text } = await hall()
    const { state } = house.server.branches.get('hall') as NonNullable<ReturnType<typeof house.server.branches.get>>
    for (const id of state.tickets.keys()) expect(text).not.toContain(id)
    expect(text).not.toContain('admin')
    const body = JSON.parse(text) as PublicHall
    expect(Object.keys(body).sort()).toEqual(['agencies', 'branch', 'configuredRevision', 'day', 'queues', 'visitorTickets', 'week'])
    expect(body.week).toHaveLength(7)
    expect(body.week[0]).toEqual({ day: body.day, intervals: [['00:00', '24:00']], reason: null })
  })

  test('a service that is switched off is not offered', async () => {
    const { body: now } = await house.ask('GET', 'branches/hall/configuration')
    const agencies = (now as { agencies: { id: string; services: object[] }[] }).agencies
    const off = agencies.map((agency) => (agency.id === 'BANK' ? { ...agency, enabled: false } : agency))
    expect((await house.ask('PUT', 'branches/hall/configuration', { body: { ...now, agencies: off } })).status).toBe(200)
    const left = await until(({ services }) => services['BANK.CS'] === undefined)
    expect(Object.keys(left.services).sort()).toEqual(['DUKCAPIL.KK', 'DUKCAPIL.KTP'])
    const read = JSON.parse((await hall()).text) as PublicHall
    expect(read.agencies.map(({ id }) => id)).toEqual(['DUKCAPIL'])
    expect((await house.ask('PUT', 'branches/hall/configuration', { body: now })).status).toBe(200)
  })

  test('a branch that is not there is no branch', async () => {
    expect((await house.ask('GET', 'branches/nowhere/public', { token: null })).body.code).toBe('unknown-branch')
  })
})

test('the board for other sites, and no other page, may be framed by them', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'panggil-embed-'))
  mkdirSync(join(dir, 'display'))
  for (const file of ['embed', 'public', 'kiosk', 'index']) writeFileSync(join(dir, 'display', `${file}.html`), '<!doctype html>')
  const site = createServer(
    express()
      .use(securityHeaders(false))
      .use(pagesRouter(dir, { dev: false })),
  )
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const headersOf = async (path: string): Promise<Headers> =>
    (await fetch(`http://127.0.0.1:${(site.address() as AddressInfo).port}${path}`)).headers
  const own = await headersOf('/embed?branch=hall')
  expect(own.get('content-security-policy')).toContain('frame-ancestors *;')
  expect(own.get('x-frame-options')).toBeNull()
  for (const path of ['/', '/kiosk', '/display', '/nowhere']) {
    const headers = await headersOf(path)
    expect([path, headers.get('content-security-policy')]).toEqual([path, expect.stringContaining("frame-ancestors 'none';")])
    expect([path, headers.get('x-frame-options')]).toEqual([path, 'DENY'])
  }
  // All else is as strict as everywhere.
  const strict = (await headersOf('/')).get('content-security-policy') ?? ''
  expect(own.get('content-security-policy')).toBe(strict.replace("frame-ancestors 'none'", 'frame-ancestors *'))
  site.closeAllConnections()
  await new Promise((resolve) => site.close(resolve))
  rmSync(dir, { recursive: true, force: true })
})
