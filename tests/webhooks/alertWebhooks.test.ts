import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ALERT_EVENT_TYPES, ALERT_KINDS, type Alerts } from '../../shared/protocol/live.ts'
import type { Webhook } from '../../shared/protocol/webhooks.ts'
import { House } from '../http/house.ts'
import { until } from '../store/testStores.ts'
import { answers, Receiver } from './receiver.ts'

const TYPES = ALERT_EVENT_TYPES
let house: House
let receiver: Receiver
let petugas = ''
let presses = 0

beforeEach(async () => {
  house = await House.open({ configuration: { alerts: { outOfOrderCalls: 1 } } })
  receiver = await Receiver.open()
  petugas = await house.employ('petugas', 'officer')
})
afterEach(async () => {
  await receiver.close()
  await house.close()
})

async function add(types: readonly string[]): Promise<string> {
  const made = await house.ask('POST', 'branches/hall/webhooks', { body: { name: 'Kota', url: receiver.url, types } })
  expect(made.status, made.text).toBe(201)
  receiver.secret = String(made.body.secret)
  return String(made.body.webhookId)
}
async function post(path: string, body: object, token = house.admin): Promise<void> {
  const answer = await house.ask('POST', `branches/hall/${path}`, { token, body: { commandId: `a${++presses}`, ...body } })
  expect(answer.status, answer.text).toBe(200)
}
const atCounter = (body: object) => post('counters/1/commands', body, petugas)
async function issue(): Promise<string> {
  const headers = { 'Idempotency-Key': `alert-${++presses}` }
  const made = await house.ask('POST', 'branches/hall/tickets', { body: { services: ['DUKCAPIL.KK'] }, headers })
  return (made.body.ticket as { readonly id: string }).id
}
const told = (kind = 'zoneSilent') =>
  receiver.received.filter(({ body }) => body.event.kind === kind).map(({ body }) => `${body.type} ${body.event.kind}`)
const beSilent = () => atCounter({ type: 'openCounter' })
const beQuiet = () => post('commands', { type: 'keepQuiet', zones: ['z1'], reason: 'Ibadah' })
const standing = async (kind: string): Promise<boolean> => {
  const { alerts } = (await house.ask('GET', 'branches/hall/alerts')).body as unknown as Alerts
  return alerts.some((alert) => alert.kind === kind)
}

test('an alert is told once for the house when it begins and when it ends, signed, however many servers see it', async () => {
  await house.start()
  await add(TYPES)
  await beSilent()
  await until('its beginning is there', () => told().length > 0)
  const began = receiver.received[0]
  expect(began).toMatchObject({
    isGenuine: true,
    body: {
      type: 'alertBegan',
      branch: 'hall',
      event: { type: 'alertBegan', by: 'system', kind: 'zoneSilent', severity: 'severe', about: 'z1', name: 'Zona 1', count: 0 },
    },
  })
  // Both servers have seen it by now.
  for (const server of house.servers)
    await until('every server sees it', async () => {
      const { alerts } = (await house.ask('GET', 'branches/hall/alerts', { server })).body as unknown as Alerts
      return alerts.some(({ kind }) => kind === 'zoneSilent')
    })
  await beQuiet()
  await until('its end is there', () => told().length > 1)
  expect(told()).toEqual(['alertBegan zoneSilent', 'alertEnded zoneSilent'])
  expect(receiver.received.at(-1)?.body.event.alertId).toBe(began?.body.event.alertId)
})

test('a restart of the server tells nothing again, and forgets nothing', async () => {
  await add(TYPES)
  await beSilent()
  await until('its beginning is there', () => told().length > 0)
  await house.restart()
  await until('it stands from the first look on', () => standing('zoneSilent'))
  // Longer than anything takes to be found and told.
  const sinceMs = performance.now()
  await until('it was looked at for a while', () => performance.now() - sinceMs > 6_500)
  expect(told()).toEqual(['alertBegan zoneSilent'])
  await beQuiet()
  await until('its end is there', () => told().length > 1)
  expect(told()).toEqual(['alertBegan zoneSilent', 'alertEnded zoneSilent'])
})

test('a receiver that fails is told again, in order with what happens in the branch; skipping leaves it out', async () => {
  const id = await add([...TYPES, 'counterOpened', 'ticketIssued'])
  receiver.answer = answers(500)
  await beSilent()
  await until('the opening was refused', () => receiver.received.length > 0)
  await until('the alert stands', () => standing('zoneSilent'))
  await issue()
  receiver.answer = answers(204)
  await house.ask('POST', `branches/hall/webhooks/${id}/retry`)
  await until('all are there', () => receiver.received.some(({ body }) => body.type === 'ticketIssued'))
  const good = receiver.received.slice(receiver.received.findLastIndex(({ body }) => body.type === 'counterOpened'))
  expect(good.map(({ body }) => body.type)).toEqual(['counterOpened', 'alertBegan', 'ticketIssued'])

  receiver.answer = answers(500)
  const before = receiver.received.length
  await beQuiet()
  await until('its end was refused', () => receiver.received.length > before)
  expect(receiver.received.at(-1)?.body.type).toBe('alertEnded')
  const listed = async () => ((await house.ask('GET', 'branches/hall/webhooks')).body as unknown as Webhook[])[0] as Webhook
  await until('that is told', async () => (await listed()).state === 'retrying')
  expect((await listed()).behind).toBe(1)
  receiver.answer = answers(204)
  await house.ask('POST', `branches/hall/webhooks/${id}/skip`)
  await until('nothing waits', async () => (await listed()).state === 'working' && (await listed()).behind === 0)
  await issue()
  await until('the next is there', () => receiver.received.at(-1)?.body.type === 'ticketIssued')
  expect(told().filter((type) => type === 'alertEnded zoneSilent')).toHaveLength(1)
})

test('PRIV1: an alert about an officer goes out without him; whoever wants alerts only later hears nothing of earlier ones', async () => {
  await add(TYPES)
  const later = await Receiver.open()
  const made = await house.ask('POST', 'branches/hall/webhooks', { body: { name: 'Lain', url: later.url, types: ['ticketIssued'] } })
  await issue()
  const ticket = await issue()
  await atCounter({ type: 'openCounter' })
  await atCounter({ type: 'callTicket', ticket, current: null, reason: 'Bapak Rahasia' })
  await until('it is there', () => told('outOfOrder').length === 1)
  expect(receiver.received.find(({ body }) => body.event.kind === 'outOfOrder')?.body.event).toMatchObject({
    about: null,
    name: null,
    count: 1,
  })
  expect(receiver.received.map(({ text }) => text).join()).not.toMatch(/petugas|Rahasia/)

  try {
    await until('the numbers are there', () => later.received.length === 2)
    await house.ask('PATCH', `branches/hall/webhooks/${made.body.webhookId}`, { body: { types: ['ticketIssued', ...TYPES] } })
    await issue()
    await until('the next number is there', () => later.received.at(-1)?.body.event.number === 'B-003')
    expect(later.received.map(({ body }) => body.type)).toEqual(['ticketIssued', 'ticketIssued', 'ticketIssued'])
  } finally {
    await later.close()
  }
})

test('a backup that failed is told, and that a good one was made after it', async () => {
  await add(TYPES)
  const folder = join(house.dir, 'data', 'backups')
  mkdirSync(folder, { recursive: true })
  // A house on a Redis of its own has no store in its folder.
  writeFileSync(join(house.dir, 'data', 'store.json'), '{}')
  const name = `panggil-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}.backup`
  writeFileSync(join(folder, `${name}.unusable`), '')
  await until('it is there', () => told('backupFailed').length === 1)
  expect(await standing('backupFailed')).toBe(true)
  writeFileSync(join(folder, `panggil-${new Date(Date.now() + 1_000).toISOString().replace(/[-:]|\.\d+/g, '')}.backup`), '')
  await until('its end is there', () => told('backupFailed').length === 2)
}, 60_000)

test('the paper for programmers names every kind of alert and every type', () => {
  const paper = readFileSync(new URL('../../docs/api/webhooks.md', import.meta.url), 'utf8')
  const named = new Set([...paper.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap((found) => (found[1] as string).match(/\w+/g) ?? []))
  expect([...named].sort()).toEqual(['kind', ...ALERT_EVENT_TYPES, ...ALERT_KINDS].sort())
})
