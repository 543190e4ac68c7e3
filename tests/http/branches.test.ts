import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await House.open()
  await house.start()
})
afterAll(() => house.close())

const issue = (key: string, body: object = { services: ['DUKCAPIL.KK'] }, ask: object = {}) =>
  house.ask('POST', 'branches/hall/tickets', { body, headers: { 'Idempotency-Key': key }, ...ask })

const eventsAfter = async (revision: number, ask: object = {}) => {
  const reply = await house.ask('GET', `branches/hall/events?after=${revision}`, ask)
  expect(reply.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
  return reply.text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { revision: number; atMs: number; event: { type: string; atMs: number } })
}

describe('tickets', () => {
  test('TICKET2: the same key gives the same ticket: at once, later, on another server, after a restart', async () => {
    const server = house.servers[1]
    const replies = await Promise.all([
      issue('k-1'),
      issue('k-1'),
      issue('k-1', undefined, { server }),
      issue('k-1', undefined, { server }),
    ])
    replies.push(await issue('k-1'))
    await house.restart()
    replies.push(await issue('k-1'))
    expect(replies.map((reply) => reply.status)).toEqual([201, 201, 201, 201, 201, 201])
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body.ticket))).size).toBe(1)
    expect((await eventsAfter(0)).filter(({ event }) => event.type === 'ticketIssued')).toHaveLength(1)
    const other = await issue('k-1', { services: ['BANK.CS'] })
    expect([other.status, other.body.code]).toEqual([409, 'id-reused'])
  })

  test('PRIV1: a ticket’s id can’t be guessed; whoever has it sees the ticket and nothing of others', async () => {
    const { ticket, url, ahead, estimate } = (await issue('k-2')).body as unknown as {
      ticket: { id: string; number: string }
      url: string
      ahead: number
      estimate: object
    }
    expect(Buffer.from(ticket.id, 'base64url')).toHaveLength(16)
    expect(url).toBe(`${house.server.publicUrl}/ticket/${ticket.id}`)
    expect([ahead, estimate === null || typeof estimate === 'object']).toEqual([1, true])
    const seen = await house.ask('GET', `branches/hall/tickets/${ticket.id}`, { token: null })
    expect(seen.status).toBe(200)
    expect(Object.keys(seen.body).sort()).toEqual(['ahead', 'estimate', 'nextDay', 'paused', 'refusal', 'stop', 'ticket'])
    const allowed = ['class', 'id', 'issuedAtMs', 'number', 'service', 'services', 'state']
    expect(Object.keys(seen.body.ticket as object).sort()).toEqual(allowed)
    expect((await house.ask('GET', `branches/hall/tickets/${ticket.number}`, { token: null })).body.code).toBe('unknown-ticket')
    expect((await house.ask('GET', `branches/hall/tickets?number=${ticket.number.toLowerCase()}`)).body.ticket).toMatchObject({
      id: ticket.id,
    })
    expect((await house.ask('GET', `branches/hall/tickets?number=${ticket.number}`, { token: null })).status).toBe(401)
  })

  test('TICKET3, TICKET4: a quota used up and a paused service are told to everybody, with the reason', async () => {
    for (let count = 0; count < 5; count++) expect((await issue(`q-${count}`, { services: ['DUKCAPIL.KTP'] })).status).toBe(201)
    const refused = await issue('q-5', { services: ['DUKCAPIL.KTP'] })
    expect([refused.status, refused.body.code, refused.body.details]).toEqual([409, 'quota-used', { service: 'DUKCAPIL.KTP', quota: 5 }])
    await house.ask('POST', 'branches/hall/commands', {
      body: { commandId: 'p1', type: 'pauseService', service: 'BANK.CS', reason: 'Sistem bank mati' },
    })
    const paused = await issue('q-6', { services: ['BANK.CS'] })
    expect([paused.status, paused.body.code]).toEqual([409, 'service-closed'])
    expect(paused.body.details).toMatchObject({ service: 'BANK.CS', reason: 'paused', opensAtMs: null })

    const described = (await house.ask('GET', 'branches/hall', { token: null })).body as unknown as {
      agencies: { services: Record<string, unknown>[] }[]
    }
    const services = described.agencies.flatMap((agency) => agency.services)
    expect(services.find((service) => service.code === 'DUKCAPIL.KTP')).toMatchObject({
      open: false,
      closedReason: 'quota-used',
      quotaPerDay: 5,
      quotaLeft: 0,
      waiting: 5,
    })
    expect(services.find((service) => service.code === 'BANK.CS')).toMatchObject({
      open: false,
      closedReason: 'paused',
      closedText: 'Sistem bank mati',
    })
    expect(services.find((service) => service.code === 'DUKCAPIL.KK')).toMatchObject({
      open: true,
      closedReason: null,
      quotaLeft: null,
      waiting: 2,
    })
  })

  test('visitors take tickets with their own phones only where the branch lets them, and so many a minute', async () => {
    expect((await issue('v-0', undefined, { token: null })).body.code).toBe('not-signed-in')
    const open = await House.open({ configuration: { visitorTickets: true }, environment: { VISITOR_TICKETS_PER_MINUTE: '3' } })
    try {
      const take = (key: string) =>
        open.ask('POST', 'branches/hall/tickets', { token: null, body: { services: ['DUKCAPIL.KK'] }, headers: { 'Idempotency-Key': key } })
      const replies = [await take('v-1'), await take('v-2'), await take('v-3'), await take('v-4')]
      expect(replies.map((reply) => reply.status)).toEqual([201, 201, 201, 429])
      const dead = await open.ask('POST', 'branches/hall/tickets', {
        token: 'dead',
        body: { services: ['DUKCAPIL.KK'] },
        headers: { 'Idempotency-Key': 'v-5' },
      })
      expect(dead.status).toBe(401)
    } finally {
      await open.close()
    }
  })
})

describe('commands', () => {
  test('CALL2: the same command gives the same answer over HTTP, on the other server too', async () => {
    const at = (body: object, server = house.server) => house.ask('POST', 'branches/hall/counters/1/commands', { body, server })
    expect((await at({ commandId: 'c-1', type: 'openCounter' })).status).toBe(200)
    const called = await at({ commandId: 'c-2', type: 'callNext', current: null })
    expect(called.body).toMatchObject({
      revision: expect.any(Number),
      ticket: { state: 'called', counter: '1' },
      announcementId: expect.stringMatching(/^z1-\d+$/),
    })
    expect(called.body.ok).toBeUndefined()
    expect((await at({ commandId: 'c-2', type: 'callNext', current: null }, house.servers[1])).text).toBe(called.text)
    const stale = await at({ commandId: 'c-3', type: 'callNext', current: null })
    expect([stale.status, stale.body.code]).toEqual([409, 'stale-view'])
    const reused = await at({ commandId: 'c-2', type: 'closeCounter' })
    expect([reused.status, reused.body.code]).toEqual([409, 'id-reused'])
  })
})

describe('the log', () => {
  test('DAY3: every event, in order and without gaps, from where one asks', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, at) => issue(`log-${at}`)))
    const all = await eventsAfter(0)
    expect(all.map(({ revision }) => revision)).toEqual(all.map((_, at) => at + 1))
    expect(all[0]?.event.type).toBe('branchConfigured')
    for (const { atMs, event } of all) expect(event.atMs).toBe(atMs)
    expect(await eventsAfter(all.length - 3, { server: house.servers[1] })).toEqual(all.slice(-3))
    expect(await eventsAfter(all.length)).toEqual([])
    expect(await eventsAfter(999_999)).toEqual([])
  })

  test('a log longer than is read at once comes whole', async () => {
    await Promise.all(Array.from({ length: 600 }, (_, at) => issue(`long-${at}`)))
    const all = await eventsAfter(0)
    expect(all.length).toBeGreaterThan(600)
    expect(all.map(({ revision }) => revision)).toEqual(all.map((_, at) => at + 1))
  })
})

describe('configuration', () => {
  const path = 'branches/hall/configuration'

  test('If-Match keeps one admin from overwriting another’s change; without it the last one wins', async () => {
    const read = await house.ask('GET', path)
    const etag = read.headers.get('etag') as string
    expect(etag).toMatch(/^"\d+"$/)
    const changed = (motto: string) => ({ ...(read.body as object), motto })
    const first = await house.ask('PUT', path, { body: changed('A'), headers: { 'If-Match': etag } })
    expect(first.status).toBe(200)
    expect(first.headers.get('etag')).toBe(`"${first.body.revision}"`)
    const second = await house.ask('PUT', path, { body: changed('B'), headers: { 'If-Match': etag } })
    expect([second.status, second.body.code]).toEqual([412, 'configuration-changed'])
    expect((await house.ask('GET', path)).body.motto).toBe('A')
    expect((await house.ask('PUT', path, { body: changed('C') })).status).toBe(200)
    expect((await house.ask('PUT', path, { body: changed('D'), headers: { 'If-Match': '*' } })).status).toBe(200)
    expect((await house.ask('GET', path)).body.motto).toBe('D')
  })

  test('of changes made at the same moment on the same tag one wins', async () => {
    const read = await house.ask('GET', path)
    const headers = { 'If-Match': read.headers.get('etag') as string }
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        house.ask('PUT', path, { body: { ...(read.body as object), motto: `M${at}` }, headers, server: house.servers[at % 2] as never }),
      ),
    )
    expect(replies.map((reply) => reply.status).sort()).toEqual([200, 412, 412, 412, 412, 412])
  })

  test('a service that somebody waits for can’t be taken away', async () => {
    await issue('in-use', { services: ['BANK.TELLER'] })
    const { agencies, counters, journeys, ...rest } = (await house.ask('GET', path)).body as unknown as {
      agencies: { id: string }[]
      counters: { services: string[] }[]
      journeys: unknown[]
    }
    const without = {
      ...rest,
      agencies: agencies.filter((agency) => agency.id !== 'BANK'),
      counters: counters.filter((counter) => counter.services.every((code) => code.startsWith('DUKCAPIL'))),
      journeys: [],
    }
    expect(journeys.length).toBeGreaterThan(0)
    const reply = await house.ask('PUT', path, { body: without })
    expect([reply.status, reply.body.code]).toEqual([409, 'configuration-in-use'])
  })

  test('a branch that isn’t there is made; If-Match on it finds nothing', async () => {
    const { body } = await house.ask('GET', path)
    const stand = { ...(body as object), id: 'stand' }
    expect((await house.ask('PUT', 'branches/stand/configuration', { body: stand, headers: { 'If-Match': '"1"' } })).status).toBe(412)
    const made = await house.ask('PUT', 'branches/stand/configuration', { body: stand })
    expect([made.status, made.headers.get('etag')]).toEqual([200, '"1"'])
    expect(JSON.parse((await house.ask('GET', 'branches', { token: null })).text)).toEqual([
      { id: 'hall', name: { id: 'Aula', en: 'Hall' } },
      { id: 'stand', name: { id: 'Aula', en: 'Hall' } },
    ])
  })
})

describe('views', () => {
  test('board and live say as of which revision they are', async () => {
    const board = await house.ask('GET', 'branches/hall/board')
    const live = await house.ask('GET', 'branches/hall/live')
    expect(board.body.revision).toBe(house.revision())
    expect(live.body.revision).toBe(house.revision())
    expect((live.body.queues as { service: string }[]).map((queue) => queue.service)).toEqual([
      'DUKCAPIL.KK',
      'DUKCAPIL.KTP',
      'BANK.TELLER',
      'BANK.CS',
    ])
  })

  test('PRIV1: a public view has the fields that are meant for it and no others', async () => {
    const { token } = await house.device('display')
    const board = await house.ask('GET', 'branches/hall/board', { token })
    expect(Object.keys(board.body).sort()).toEqual(
      [
        'branch',
        'calls',
        'configuredRevision',
        'counters',
        'day',
        'dayOverride',
        'missed',
        'notice',
        'pause',
        'revision',
        'services',
        'waiting',
        'zones',
      ].sort(),
    )
    expect(board.text).not.toContain('"admin"')
    const described = await house.ask('GET', 'branches/hall', { token: null })
    expect(Object.keys(described.body)).not.toContain('assumptions')
  })
})
