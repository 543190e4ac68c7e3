import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import * as Schema from '../../server/http/schemas.ts'
import type { DeskTicket, DeskWaiting } from '../../shared/protocol/desk.ts'
import { House, type Reply } from './house.ts'

let house: House
let desk = ''
let officer = ''
let far = ''
beforeAll(async () => {
  house = await House.open({ configuration: { timeZone: zoneAtNoon() } })
  const configuration = (await house.ask('GET', 'branches/hall/configuration')).body
  await house.ask('PUT', 'branches/far/configuration', { body: { ...configuration, id: 'far' } })
  desk = await house.employ('meja', 'desk')
  officer = await house.employ('petugas', 'officer')
  far = await house.employ('meja-jauh', 'desk', 'far')
})
afterAll(() => house.close())

/** Where it is about noon now: times of a few minutes ago are of today. */
function zoneAtNoon(): string {
  const hours = 12 - new Date().getUTCHours()
  return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`
}

let asked = 0
const issue = async (body: object): Promise<{ id: string; number: string }> => {
  const made = await house.ask('POST', 'branches/hall/tickets', { token: desk, body, headers: { 'Idempotency-Key': `desk-${++asked}` } })
  expect(made.status, made.text).toBe(201)
  return made.body.ticket as { id: string; number: string }
}
const command = (body: object, token = desk): Promise<Reply> =>
  house.ask('POST', 'branches/hall/commands', { token, body: { commandId: `desk-command-${++asked}`, ...body } })
const atCounter = (body: object): Promise<Reply> =>
  house.ask('POST', 'branches/hall/counters/1/commands', { token: officer, body: { commandId: `desk-counter-${++asked}`, ...body } })
const found = async (q: string): Promise<string[]> => {
  const reply = await house.ask('GET', `branches/hall/desk/tickets?q=${encodeURIComponent(q)}`, { token: desk })
  expect(reply.status, reply.text).toBe(200)
  return (reply.body.tickets as { number: string }[]).map(({ number }) => number)
}
const look = async (id: string): Promise<DeskTicket> =>
  (await house.ask('GET', `branches/hall/desk/tickets/${id}`, { token: desk })).body as unknown as DeskTicket
const fits = (schema: z.ZodType, body: unknown): void => expect(schema.safeParse(body).error?.issues ?? []).toEqual([])
const written = (number: string, minutesAgo: number, more: object = {}) => ({
  type: 'enterTicket',
  number,
  writtenAtMs: Date.now() - minutesAgo * 60_000,
  service: 'DUKCAPIL.KK',
  ...more,
})

describe('AUTH1 who may what at the help desk', () => {
  const PATHS = ['waiting', 'tickets?q=1', 'tickets/none', 'sheet', 'printers']

  test('an officer, a kiosk, a stranger and the desk of another branch see nothing of its pages', async () => {
    const kiosk = await house.device('kiosk')
    for (const path of PATHS) {
      for (const token of [officer, far, kiosk.token])
        expect([path, (await house.ask('GET', `branches/hall/desk/${path}`, { token })).body.code]).toEqual([path, 'not-allowed'])
      expect((await house.ask('GET', `branches/hall/desk/${path}`, { token: null })).body.code).toBe('not-signed-in')
    }
  })

  test('an officer may not do the desk’s deeds, the desk neither a supervisor’s nor an officer’s, and each in its branch alone', async () => {
    const { id } = await issue({ services: ['BANK.CS'] })
    const deeds = [
      written('B-T90', 1),
      { type: 'cancelTicket', ticket: id, reason: 'x' },
      { type: 'reclassifyTicket', ticket: id, class: 'priority', reason: 'x' },
      { type: 'moveTicket', ticket: id, to: { service: 'BANK.TELLER' }, reason: 'x' },
    ]
    for (const deed of deeds) for (const token of [officer, far]) expect((await command(deed, token)).body.code).toBe('not-allowed')
    for (const deed of [
      { type: 'closeDay' },
      { type: 'pauseBranch', reason: 'x' },
      { type: 'pauseService', service: 'BANK.CS', reason: 'x' },
      { type: 'freeCounter', counter: '1', reason: 'x' },
      { type: 'announce', text: { id: 'x', en: 'x' } },
    ])
      expect([deed.type, (await command(deed)).body.code]).toEqual([deed.type, 'not-allowed'])
    for (const path of ['live', 'day', 'devices'])
      expect([path, (await house.ask('GET', `branches/hall/${path}`, { token: desk })).body.code]).toEqual([path, 'not-allowed'])
    const opened = await house.ask('POST', 'branches/hall/counters/1/commands', {
      token: desk,
      body: { commandId: 'desk-opens', type: 'openCounter' },
    })
    expect(opened.body.code).toBe('not-allowed')
    expect((await look(id)).ticket).toMatchObject({ state: 'waiting', service: 'BANK.CS', class: 'regular' })
  })
})

describe('one ticket', () => {
  test('is found as people say its number, by its beginning, and by what a scanner reads', async () => {
    const one = await issue({ services: ['DUKCAPIL.KK'] })
    expect((await command(written('B-T07', 5))).status).toBe(200)
    const count = String(Number(one.number.slice(2)))
    for (const said of [one.number, one.number.toLowerCase(), `b${count}`, `b ${count}`, `http://10.0.0.2:3000/ticket/${one.id}`, one.id])
      expect([said, await found(said)]).toEqual([said, [one.number]])
    expect(await found(count)).toContain(one.number)
    expect(await found('b-0')).toContain(one.number)
    for (const said of ['t7', 'bt7', 'B-T07', 'b t07']) expect([said, await found(said)]).toEqual([said, ['B-T07']])
    expect(await found('7')).toEqual(['B-T07'])
    for (const said of ['Z-001', '999', 'halo dunia', 'http://10.0.0.2/ticket/none']) expect(await found(said)).toEqual([])
    const nothing = await house.ask('GET', 'branches/hall/desk/tickets?q=', { token: desk })
    expect([nothing.status, nothing.body.code]).toEqual([400, 'malformed'])
  })

  test('is told whole: where it is, since when, until when it was promised, its words and its address', async () => {
    const { id, number } = await issue({ journey: 'lahir', class: 'priority', language: 'en' })
    const whole = await look(id)
    fits(Schema.DeskTicket, whole)
    expect(whole).toMatchObject({
      ticket: { number, class: 'priority', services: ['DUKCAPIL.KK', 'BANK.CS', 'BANK.TELLER'] },
      stop: 0,
      journey: 'lahir',
      language: 'en',
      handed: null,
      note: null,
      url: expect.stringMatching(new RegExp(`^http://.*/ticket/${id}$`)),
    })
    expect(whole.promisedAtMs - whole.readyAtMs).toBe(10 * 60_000)
    expect(whole.said.id).toMatch(/^Nomor antrean B nol/)
    expect(whole.said.en).toMatch(/^Queue number B zero/)
    expect((await house.ask('GET', 'branches/hall/desk/tickets/none', { token: desk })).body.code).toBe('unknown-ticket')
  })

  test('of the wrong service keeps its arrival and its place; a missed one waits again; each with its reason', async () => {
    const { id } = await issue({ services: ['DUKCAPIL.KTP'] })
    const before = await look(id)
    expect(
      (await command({ type: 'moveTicket', ticket: id, to: { service: 'DUKCAPIL.KK' }, place: 'keep', reason: 'Salah pilih' })).status,
    ).toBe(200)
    expect(await look(id)).toMatchObject({ ticket: { service: 'DUKCAPIL.KK' }, readyAtMs: before.readyAtMs, note: 'Salah pilih' })
    expect((await command({ type: 'moveTicket', ticket: id, to: { service: 'NONE.NONE' }, reason: 'x' })).body.code).toBe('unknown-service')
    expect((await command({ type: 'reclassifyTicket', ticket: id, class: 'none', reason: 'x' })).body.code).toBe('unknown-class')
    expect((await command({ type: 'reclassifyTicket', ticket: id, class: 'priority', reason: '' })).body.code).toBe('invalid-value')

    await atCounter({ type: 'openCounter' })
    await atCounter({ type: 'callTicket', ticket: id, current: null, reason: 'uji' })
    for (const deed of [
      { type: 'moveTicket', ticket: id, to: { service: 'BANK.CS' }, reason: 'x' },
      { type: 'cancelTicket', ticket: id, reason: 'x' },
    ])
      expect((await command(deed)).body).toMatchObject({ code: 'ticket-at-counter', details: { counter: '1' } })
    await atCounter({ type: 'markNoShow', current: id })
    expect((await look(id)).ticket).toMatchObject({ state: 'noShow', counter: '1' })
    expect((await command({ type: 'cancelTicket', ticket: id, reason: 'x' })).body.code).toBe('ticket-ended')
    expect((await command({ type: 'moveTicket', ticket: id, to: { service: 'DUKCAPIL.KK' }, reason: 'Kembali' })).status).toBe(200)
    expect(await look(id)).toMatchObject({ ticket: { state: 'waiting' }, readyAtMs: before.readyAtMs })
    await command({ type: 'cancelTicket', ticket: id, reason: 'Pulang' })
    expect(await look(id)).toMatchObject({ ticket: { state: 'cancelled' }, note: 'Pulang', refusal: null })
    expect((await command({ type: 'moveTicket', ticket: id, to: { service: 'BANK.CS' }, reason: 'x' })).body.code).toBe('ticket-ended')
    expect((await command({ type: 'cancelTicket', ticket: 'none', reason: 'x' })).body.code).toBe('unknown-ticket')
  })
})

describe('after a power cut', () => {
  test('TICKET1 a written number is entered once, stands on the sheet, and waits longest by the time on it', async () => {
    const first = await command(written('C-T01', 9, { service: 'BANK.CS', class: 'priority' }))
    expect(first.body.ticket).toMatchObject({ number: 'C-T01', class: 'priority' })
    const refusals = [
      [written('C-T01', 3, { service: 'BANK.CS' }), 'number-taken'],
      [written('C-T02', 3), 'wrong-number'],
      [written('C-T02', -5, { service: 'BANK.CS' }), 'wrong-time'],
      [written('C-T02', 3, { service: 'BANK.NONE' }), 'unknown-service'],
      [written('C-T02', 3, { service: 'BANK.CS', class: 'none' }), 'unknown-class'],
      [written('C-002', 3, { service: 'BANK.CS' }), 'invalid-value'],
    ] as const
    for (const [deed, code] of refusals) {
      const before = house.revision()
      expect((await command(deed)).body.code).toBe(code)
      expect(house.revision()).toBe(before)
    }
    const sheet = await house.ask('GET', 'branches/hall/desk/sheet', { token: desk })
    fits(Schema.DeskSheet, sheet.body)
    expect(sheet.body.written).toContain('C-T01')
    expect(sheet.body.written).not.toContain('C-T02')
  })

  test('who waits longest: over the whole hall, by arrival; nobody who was called or went', async () => {
    const reply = await house.ask('GET', 'branches/hall/desk/waiting', { token: desk })
    fits(Schema.DeskWaiting, reply.body)
    const { tickets, waiting } = reply.body as unknown as DeskWaiting
    expect(tickets[0]).toMatchObject({ number: 'C-T01', service: 'BANK.CS', class: 'priority', sentTo: null })
    const arrivals = tickets.map(({ readyAtMs }) => readyAtMs)
    expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b))
    expect(waiting).toBe(tickets.length)
    const states = await Promise.all(tickets.map(async ({ id }) => (await look(id)).ticket.state))
    expect(new Set(states)).toEqual(new Set(['waiting']))
  })

  test('printers that the server speaks to are there to choose from; those of browsers are not', async () => {
    const { deviceId } = await house.device('kiosk')
    const printer = { kind: 'network', host: '127.0.0.1', port: 9, columns: 32 }
    expect((await house.ask('PATCH', `branches/hall/devices/${deviceId}`, { body: { printer } })).status).toBe(200)
    const other = await house.device('kiosk')
    await house.ask('PATCH', `branches/hall/devices/${other.deviceId}`, { body: { printer: { kind: 'browser', columns: 32 } } })
    const reply = await house.ask('GET', 'branches/hall/desk/printers', { token: desk })
    expect((reply.body as unknown as { device: string }[]).map(({ device }) => device)).toEqual([deviceId])
    fits(Schema.DeskPrinter.array(), reply.body)
  })
})
