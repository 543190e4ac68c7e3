import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Schema from '../../server/http/schemas.ts'
import { House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await House.open()
})
afterAll(() => house.close())

test('ORDER4 why was I passed? Staff read the calls since then with their stored reasons; nobody else does', async () => {
  const issue = async (key: string, body: object): Promise<{ id: string; number: string }> => {
    const made = await house.ask('POST', 'branches/hall/tickets', { body, headers: { 'Idempotency-Key': key } })
    expect(made.status).toBe(201)
    return made.body.ticket as { id: string; number: string }
  }
  const officer = await house.employ('penanya', 'officer')
  const command = (commandId: string, body: object) =>
    house.ask('POST', 'branches/hall/counters/1/commands', { token: officer, body: { commandId, ...body } })
  const regular = await issue('passed-1', { services: ['DUKCAPIL.KK'] })
  const priority = await issue('passed-2', { services: ['DUKCAPIL.KK'], class: 'priority' })
  expect((await command('passed-open', { type: 'openCounter' })).status).toBe(200)
  expect((await command('passed-call', { type: 'callNext', current: null })).body.ticket).toMatchObject({ number: priority.number })

  const asked = await house.ask('GET', `branches/hall/tickets/${regular.id}/passed`, { token: officer })
  expect(asked.status).toBe(200)
  expect(Schema.Passed.safeParse(asked.body).error?.issues ?? []).toEqual([])
  expect(asked.body).toMatchObject({
    ticket: { number: regular.number, state: 'waiting' },
    calls: [{ number: priority.number, counter: '1', why: { rule: 'earliestDue', class: 'priority', outOfOrder: false } }],
  })
  expect(asked.text, 'whoever asks learns numbers, not the ids that open a ticket').not.toContain(priority.id)
  expect((await house.ask('GET', 'branches/hall/tickets/none/passed', { token: officer })).body.code).toBe('unknown-ticket')
  expect((await house.ask('GET', `branches/hall/tickets/${regular.id}/passed`, { token: null })).status).toBe(401)
})
