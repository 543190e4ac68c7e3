import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DaySheet, DayWaiting } from '../../shared/protocol/day.ts'
import { hallOf, openHall, type TestHall, until } from './hall.ts'

let hall: TestHall
const kiosks: string[] = []
beforeAll(async () => {
  hall = await openHall(hallOf(2), 2, 'processes')
  await until(async () => (await fetch(`${hall.urls[1]}/api/v1/branches/hall`)).ok)
  for (const name of ['Pintu', 'Tengah', 'Belakang']) {
    const { body } = await hall.api<{ token: string }>('POST', '/branches/hall/devices', { kind: 'kiosk', name }, { token: hall.admin })
    kiosks.push(body.token)
  }
})
afterAll(() => hall.close())

const takeAt = (kiosk: number, service: string) =>
  hall.api<{ code?: string; ticket?: { number: string } }>(
    'POST',
    '/branches/hall/tickets',
    { services: [service] },
    { token: kiosks[kiosk] as string, headers: { 'idempotency-key': randomUUID() }, server: kiosk % 2 },
  )
const sheet = async (server: number) =>
  (await hall.api<DaySheet>('GET', '/branches/hall/day', undefined, { token: hall.admin, server })).body
const order = (command: object, server = 0) =>
  hall.api<{ code?: string }>('POST', '/branches/hall/commands', { commandId: randomUUID(), ...command }, { token: hall.admin, server })

describe('the day, two servers over one Redis', () => {
  test('TICKET3 three kiosks at the last number in the same second: exactly one ticket, ten times over', async () => {
    for (let round = 1; round <= 10; round++) {
      const configured = await hall.api('PUT', '/branches/hall/configuration', hallOf(2, round), { token: hall.admin, server: round % 2 })
      expect(configured.status).toBe(200)
      // Both servers know of the new quota.
      for (const server of [0, 1])
        await until(async () => (await sheet(server)).services.find(({ service }) => service === 'B.FEW')?.quotaLeft === 1)
      const answers = await Promise.all([0, 1, 2].map((kiosk) => takeAt(kiosk, 'B.FEW')))
      expect(answers.map(({ status, body }) => body.code ?? status).sort()).toEqual([201, 'quota-used', 'quota-used'])
      for (const server of [0, 1])
        await until(async () => {
          const few = (await sheet(server)).services.find(({ service }) => service === 'B.FEW')
          return few?.quotaLeft === 0 && few.closed?.reason === 'quota-used'
        })
    }
    const numbers = (await hall.events()).flatMap(({ event }) => (event.type === 'ticketIssued' ? [event.ticket.number] : []))
    expect(numbers).toEqual(Array.from({ length: 10 }, (_, index) => `B-${String(index + 1).padStart(3, '0')}`))
  }, 60_000)

  test('DAY2 a service ends at one server while officers call at the other: each is called or told why not, nobody both and nobody neither', async () => {
    for (let n = 0; n < 30; n++) expect((await takeAt(n % 3, 'B.KK')).status).toBe(201)
    const officer = await hall.officer('petugas')
    const at = (command: object) =>
      hall.api<{ ticket?: { id: string } | null }>(
        'POST',
        '/branches/hall/counters/1/commands',
        { commandId: randomUUID(), ...command },
        { token: officer, server: 1 },
      )
    expect((await at({ type: 'openCounter' })).status).toBe(200)
    const { body } = await hall.api<DayWaiting>('GET', '/branches/hall/day/waiting?service=B.KK', undefined, { token: hall.admin })
    expect(body.tickets).toHaveLength(30)

    const called: string[] = []
    let current: string | null = null
    let isClosed = false
    const calls = async () => {
      for (let n = 0; n < 30 && !isClosed; n++) {
        const answer = await at({ type: 'callNext', current })
        current = answer.body.ticket?.id ?? null
        if (current !== null) called.push(current)
      }
    }
    const working = calls()
    await until(() => called.length > 3)
    const tickets = body.tickets.map(({ id }) => id)
    expect((await order({ type: 'closeService', service: 'B.KK', remaining: 'refuse', reason: 'Waktu habis', tickets })).status).toBe(200)
    isClosed = true
    await working
    const events = (await hall.events()).map(({ event }) => event)
    const refused = events.flatMap((event) => (event.type === 'ticketCancelled' ? [event.ticketId] : []))
    const ofKk = new Set(tickets)
    expect(called.filter((id) => refused.includes(id))).toEqual([])
    expect([...called.filter((id) => ofKk.has(id)), ...refused].sort()).toEqual([...tickets].sort())
    expect(refused.length).toBeGreaterThan(0)
    expect(await takeAt(0, 'B.KK')).toMatchObject({ status: 409, body: { code: 'service-closed' } })
  }, 60_000)

  test('CALL2 the same end of the day, sent twice at two servers, is one', async () => {
    const commandId = randomUUID()
    const twice = await Promise.all([0, 1].map((server) => order({ type: 'closeDay', remaining: 'carryOver', commandId }, server)))
    expect(twice[0]).toEqual(twice[1])
    expect((await hall.events()).filter(({ event }) => event.type === 'dayOverridden')).toHaveLength(1)
  })

  test('only supervisors read the day; a service that is not there is said so', async () => {
    const officer = await hall.officer('petugas2')
    expect((await hall.api('GET', '/branches/hall/day', undefined, { token: officer })).status).toBe(403)
    expect((await hall.api('GET', '/branches/hall/day/waiting?service=X.Y', undefined, { token: hall.admin })).body).toMatchObject({
      code: 'unknown-service',
    })
    expect((await order({ type: 'closeService', service: 'B.KK', tickets: 'all' })).status).toBe(400)
  })
})
