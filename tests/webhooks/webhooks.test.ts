import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunningServer } from '../../server/server.ts'
import { mayGoTo, wrongAddress } from '../../server/webhooks/address.ts'
import { backOffMs, FAILING_AFTER_MS } from '../../server/webhooks/backOff.ts'
import { deliver } from '../../server/webhooks/deliver.ts'
import { newSecret, PROGRESS, type ProgressRecord } from '../../server/webhooks/kept.ts'
import { outgoing, ticketRef } from '../../server/webhooks/outgoing.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { ALERT_EVENT_TYPES } from '../../shared/protocol/live.ts'
import { type Delivery, WEBHOOK_TYPES, type Webhook } from '../../shared/protocol/webhooks.ts'
import { House, PASSWORD } from '../http/house.ts'
import { until } from '../store/testStores.ts'
import { answers, Receiver } from './receiver.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TICKETS = ['ticketIssued', 'ticketCalled', 'ticketCompleted'] as const

let house: House
let receiver: Receiver
const children: ChildProcess[] = []
const logged: string[] = []
beforeEach(async () => {
  logged.length = 0
  house = await House.open({ log: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }) })
  receiver = await Receiver.open()
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await receiver.close()
  await house.close()
})

async function add(types: readonly string[] = TICKETS, url = receiver.url): Promise<string> {
  const made = await house.ask('POST', 'branches/hall/webhooks', { body: { name: 'Kota', url, types } })
  expect(made.status, made.text).toBe(201)
  receiver.secret = String(made.body.secret)
  return String(made.body.webhookId)
}

let issued = 0
async function issue(count = 1, server: RunningServer = house.server): Promise<string[]> {
  const ids: string[] = []
  for (let made = 0; made < count; made += 1) {
    const reply = await house.ask('POST', 'branches/hall/tickets', {
      body: { services: ['DUKCAPIL.KK'] },
      headers: { 'Idempotency-Key': `issue-${issued++}` },
      server,
    })
    expect(reply.status, reply.text).toBe(201)
    ids.push((reply.body.ticket as { readonly id: string }).id)
  }
  return ids
}

const listed = async (id: string): Promise<Webhook> =>
  ((await house.ask('GET', 'branches/hall/webhooks')).body as unknown as Webhook[]).find(({ webhookId }) => webhookId === id) as Webhook
const press = (id: string, what: string) => house.ask('POST', `branches/hall/webhooks/${id}/${what}`)
const deliveries = async (id: string): Promise<Delivery[]> =>
  (await house.ask('GET', `branches/hall/webhooks/${id}/deliveries`)).body as unknown as Delivery[]
const reached = async (id: string): Promise<number> =>
  (await house.server.store.records.get<ProgressRecord>(PROGRESS, id))?.value.revision ?? 0

describe('what is sent', () => {
  test('each event of the chosen types, in order, once, signed as Standard Webhooks says; nothing that happened before', async () => {
    await issue(2)
    const before = house.revision()
    await add(['ticketIssued'])
    await issue(30)
    await until('all are there', () => receiver.received.length >= 30)
    expect(receiver.received.every(({ isGenuine }) => isGenuine)).toBe(true)
    expect(receiver.revisions).toEqual(Array.from({ length: 30 }, (_, at) => before + 1 + at))
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(30)
    expect(receiver.received[0]?.body).toMatchObject({
      type: 'ticketIssued',
      branch: 'hall',
      event: { number: 'B-003', services: ['DUKCAPIL.KK'] },
    })
    expect(receiver.received[0]?.headers['content-type']).toBe('application/json')
    // Changed on its way, or signed by somebody else.
    const { text, headers } = receiver.received[0] as (typeof receiver.received)[number]
    expect(receiver.verifies(text.replace('B-003', 'B-004'), headers, receiver.secret)).toBe(false)
    expect(receiver.verifies(text, headers, newSecret())).toBe(false)
  })

  test('PRIV1: no id that opens a visitor’s page, no account, no words of staff about a ticket', async () => {
    const officer = await house.employ('petugas', 'officer')
    await add(WEBHOOK_TYPES)
    const [ticketId] = (await issue(2)) as [string, string]
    const command = (body: object) =>
      house.ask('POST', 'branches/hall/counters/1/commands', { token: officer, body: { commandId: `c${issued++}`, ...body } })
    expect((await command({ type: 'openCounter' })).status).toBe(200)
    expect((await command({ type: 'callTicket', ticket: ticketId, current: null, reason: 'Bapak Rahasia' })).status).toBe(200)
    expect((await command({ type: 'hold', current: ticketId, reason: 'Ibu Rahasia' })).status).toBe(200)
    await until('the hold is there', () => receiver.received.some(({ body }) => body.type === 'ticketHeld'))
    const all = receiver.received.map(({ text }) => text).join('\n')
    expect(all).not.toContain(ticketId)
    expect(all).not.toContain('petugas')
    expect(all).not.toContain('Rahasia')
    const ofTicket = receiver.received.filter(({ body }) => body.event.ticketRef === ticketRef(ticketId)).map(({ body }) => body.type)
    expect(ofTicket).toEqual(['ticketIssued', 'ticketCalled', 'ticketHeld'])
    expect(receiver.received.find(({ body }) => body.type === 'counterOpened')?.body.event.by).toBe('staff')
  })

  test('every type of the core can be chosen, and leaves', () => {
    const source = readFileSync(join(ROOT, 'shared/domain/events.ts'), 'utf8')
    const types = [...new Set([...source.matchAll(/readonly type: '(\w+)'/g)].map((found) => found[1] as string))]
    expect([...WEBHOOK_TYPES].sort()).toEqual([...types, ...ALERT_EVENT_TYPES].sort())
    expect(outgoing('hall', { revision: 1, event: { type: 'fromTheFuture', atMs: 0, by: 'system' } as unknown as BranchEvent })).toBeNull()
  })

  test('a test message arrives at once, also where the webhook is off, and says what came of it', async () => {
    const id = await add()
    await house.ask('PATCH', `branches/hall/webhooks/${id}`, { body: { enabled: false } })
    expect((await press(id, 'test')).body).toMatchObject({ outcome: 'delivered', status: 204 })
    expect(receiver.received[0]).toMatchObject({ isGenuine: true, body: { type: 'test', branch: 'hall' } })
    receiver.answer = answers(503)
    expect((await press(id, 'test')).body).toMatchObject({ outcome: 'status', status: 503 })
  })
})

describe('what goes wrong', () => {
  test('500: the same event again under the same id until it is taken, and only then the next', async () => {
    const id = await add(['ticketIssued'])
    receiver.answer = answers(500)
    await issue(3)
    await until('it was refused', () => receiver.received.length === 1)
    await until('that is told', async () => (await listed(id)).state === 'retrying')
    expect(await listed(id)).toMatchObject({ behind: 3, problem: { outcome: 'status', status: 500 } })
    receiver.answer = answers(200)
    await press(id, 'retry')
    await until('all are there', () => receiver.received.length === 4)
    const [first, again] = receiver.received
    expect(again?.id).toBe(first?.id)
    expect(receiver.revisions.slice(1)).toEqual([...receiver.revisions.slice(1)].sort((a, b) => a - b))
    await until('all is well', async () => (await listed(id)).state === 'working' && (await listed(id)).behind === 0)
    await until('the log is written', async () => (await deliveries(id)).length === 4)
    expect((await deliveries(id)).map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ['delivered', 1],
      ['delivered', 1],
      ['delivered', 2],
      ['status', 1],
    ])
  })

  test('hangs, closes, redirects, is dead, is nowhere, talks without end: each has its word, and none is followed', async () => {
    const secrets = [newSecret()]
    const attempt = (url = receiver.url) => deliver({ url, id: 'x', body: '{}', secrets }, Date.now(), 300)
    receiver.answer = () => {}
    expect(await attempt()).toMatchObject({ outcome: 'timeout', status: null })
    receiver.answer = (request) => request.socket.destroy()
    expect(await attempt()).toMatchObject({ outcome: 'closed', status: null })
    receiver.answer = answers(307, { Location: `${receiver.url}/elsewhere` })
    const before = receiver.received.length
    expect(await attempt()).toMatchObject({ outcome: 'redirect', status: 307 })
    expect(receiver.received.length).toBe(before + 1)
    let written = 0
    let isCut = false
    receiver.answer = (_request, response) => {
      response.writeHead(200)
      response.on('close', () => {
        isCut = true
      })
      const more = (): void => {
        if (isCut) return
        written += 1024
        response.write('x'.repeat(1024), () => setImmediate(more))
      }
      more()
    }
    expect(await attempt()).toMatchObject({ outcome: 'delivered', status: 200 })
    await until('it is cut off', () => isCut)
    expect(written).toBeLessThan(4 * 1024 * 1024)
    const dead = await Receiver.open()
    const { url } = dead
    await dead.close()
    expect(await attempt(url)).toMatchObject({ outcome: 'no-connection' })
    expect(await attempt('http://tidak-ada.invalid/')).toMatchObject({ outcome: 'unknown-host' })
    expect(await attempt('http://169.254.169.254/latest')).toMatchObject({ outcome: 'forbidden-address' })
    // It speaks no TLS.
    expect((await attempt(receiver.url.replace('http:', 'https:'))).outcome).not.toBe('delivered')
  })

  test('waits: 5 s, 10 s, 20 s, ... an hour at most, never all at the same moment; after a day it is failing', async () => {
    expect([1, 2, 3, 4].map((failures) => backOffMs(failures, 1))).toEqual([5_000, 10_000, 20_000, 40_000])
    expect(backOffMs(11, 1)).toBe(3_600_000)
    expect(backOffMs(1000, 1)).toBe(3_600_000)
    expect(backOffMs(3, 0)).toBe(15_000)
    const id = await add(['ticketIssued'])
    receiver.answer = answers(500)
    await issue()
    await until('it was refused', async () => (await listed(id)).state === 'retrying')
    const { records } = house.server.store
    const progress = (await records.get<ProgressRecord>(PROGRESS, id))?.value as ProgressRecord
    await records.put(PROGRESS, id, { ...progress, failingSinceMs: (progress.failingSinceMs as number) - FAILING_AFTER_MS })
    expect((await listed(id)).state).toBe('failing')
  })

  test('skipping to now leaves out what waits, and nothing later', async () => {
    const id = await add(['ticketIssued'])
    receiver.answer = answers(500)
    await issue(3)
    await until('it was refused', async () => (await listed(id)).state === 'retrying')
    receiver.answer = answers(200)
    await press(id, 'skip')
    expect((await listed(id)).behind).toBe(0)
    const from = house.revision()
    await issue(2)
    await until('the next are there', () => receiver.received.length === 3)
    expect(receiver.revisions.slice(1)).toEqual([from + 1, from + 2])
  })

  test('what happens while it is off is not sent', async () => {
    const id = await add(['ticketIssued'])
    await house.ask('PATCH', `branches/hall/webhooks/${id}`, { body: { enabled: false } })
    await issue(2)
    await house.ask('PATCH', `branches/hall/webhooks/${id}`, { body: { enabled: true } })
    const from = house.revision()
    await issue()
    await until('it is there', () => receiver.received.length > 0)
    expect(receiver.revisions).toEqual([from + 1])
  })
})

describe('servers come and go', () => {
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        PORT: '0',
        DATA_DIR: join(house.dir, 'child'),
        REDIS_URL: house.redis.socket,
        BRANCH_FILE: join(house.dir, 'branch.json'),
        ADMIN_PASSWORD: PASSWORD,
        LOG_LEVEL: 'silent',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    children.push(child)
    let out = ''
    child.stdout?.on('data', (data) => {
      out += data
    })
    await until('it runs', () => /Admin +http/.test(out))
    return child
  }

  test('a restart: nothing is lost, nothing is sent twice', async () => {
    const id = await add(['ticketIssued'])
    const from = house.revision()
    await issue(5)
    await until('some are there', () => receiver.received.length >= 1)
    await house.restart()
    await issue(5)
    await until('all are there', () => receiver.received.length >= 10)
    expect(receiver.revisions).toEqual(Array.from({ length: 10 }, (_, at) => from + 1 + at))
    await until('it is written down', async () => (await reached(id)) === house.revision())
  })

  test('two servers: one delivers; when it is killed in the middle of a delivery the other goes on, and only that one comes twice', async () => {
    const id = await add(['ticketIssued'])
    const from = house.revision()
    const second = await start()
    await issue(10)
    await until('they came once', () => receiver.received.length >= 10)
    // The child is the only one left, then one that could take over.
    await house.restart()
    await issue(5)
    await until('it goes on', () => receiver.received.length >= 15)
    expect(receiver.revisions).toEqual(Array.from({ length: 15 }, (_, at) => from + 1 + at))

    await until('it is written down', async () => (await reached(id)) === house.revision())
    receiver.answer = () => {}
    await issue(5)
    await until('one is under way', () => receiver.received.length === 16)
    second.kill('SIGKILL')
    receiver.answer = answers(200)
    await until('the other has taken over', () => receiver.received.length >= 21, 30_000)
    const revisions = Array.from({ length: 20 }, (_, at) => from + 1 + at)
    expect(receiver.revisions).toEqual([...revisions.slice(0, 16), ...revisions.slice(15)])
    expect(receiver.received[16]?.id).toBe(receiver.received[15]?.id)
  })
})

describe('secrets and addresses', () => {
  test('the secret is told once, and stands in no other answer and no log; a new one signs beside the old one', async () => {
    const id = await add()
    const first = receiver.secret
    await issue()
    await until('it came', () => receiver.received.length === 1)
    const rotated = await press(id, 'secret')
    const next = String(rotated.body.secret)
    expect(next).not.toBe(first)
    const changed = await house.ask('PATCH', `branches/hall/webhooks/${id}`, { body: { name: 'Kota 2' } })
    const answersSeen = [
      changed,
      await house.ask('GET', 'branches/hall/webhooks'),
      await house.ask('GET', `branches/hall/webhooks/${id}/deliveries`),
      await press(id, 'retry'),
      await press(id, 'test'),
      await house.ask('GET', '/metrics'),
    ]
    const test = receiver.received.at(-1) as (typeof receiver.received)[number]
    for (const secret of [first, next]) {
      expect(receiver.verifies(test.text, test.headers, secret)).toBe(true)
      const bare = secret.replace('whsec_', '')
      expect(answersSeen.map(({ text }) => text).join()).not.toContain(bare)
      expect(logged.join('')).not.toContain(bare)
    }
    expect(logged.join('')).not.toContain(receiver.url)
  })

  test.each([
    ['ftp://example.org/', 'no-address'],
    ['bukan alamat', 'no-address'],
    ['https://user:pass@example.org/', 'credentials'],
    ['http://93.184.216.34/', 'no-https'],
    ['http://169.254.169.254/', 'forbidden-address'],
    ['https://169.254.169.254/', 'forbidden-address'],
    ['https://[fe80::1]/', 'forbidden-address'],
    ['https://[::ffff:169.254.169.254]/', 'forbidden-address'],
    ['https://[fd00:ec2::254]/', 'forbidden-address'],
    ['http://2852039166/', 'forbidden-address'],
    ['http://0.0.0.0/', 'forbidden-address'],
  ])('%s is refused: %s', async (url, reason) => {
    const refused = await house.ask('POST', 'branches/hall/webhooks', { body: { name: 'x', url, types: ['ticketIssued'] } })
    expect([refused.status, refused.body.code, (refused.body.details as { reason?: string } | undefined)?.reason]).toEqual([
      422,
      'invalid-value',
      reason,
    ])
    expect((await house.ask('GET', 'branches/hall/webhooks')).body).toEqual([])
  })

  test('https anywhere, http in the house: addresses of the local network and of this machine', () => {
    for (const url of [
      'https://example.org/x',
      'http://192.168.1.5:8080/x',
      'http://10.1.2.3/',
      'http://[::1]:9/',
      'http://antrean.local/',
    ])
      expect(wrongAddress(url), url).toBeNull()
    // What a name leads to is decided by the address that it has at that moment.
    expect([mayGoTo('http:', '93.184.216.34'), mayGoTo('https:', '93.184.216.34')]).toEqual([false, true])
    expect(['169.254.1.1', 'fe80::1', '::ffff:a9fe:1'].map((address) => mayGoTo('https:', address))).toEqual([false, false, false])
  })

  test('twenty of a branch, each of its own branch', async () => {
    for (let made = 0; made < 20; made += 1) await add()
    const refused = await house.ask('POST', 'branches/hall/webhooks', { body: { name: 'x', url: receiver.url, types: ['ticketIssued'] } })
    expect(refused.body.code).toBe('too-many-webhooks')
    expect((await house.ask('DELETE', 'branches/hall/webhooks/wh_none')).body.code).toBe('unknown-webhook')
    const [{ webhookId }] = (await house.ask('GET', 'branches/hall/webhooks')).body as unknown as [Webhook]
    expect((await house.ask('DELETE', `branches/hall/webhooks/${webhookId}`)).status).toBe(204)
    expect(((await house.ask('GET', 'branches/hall/webhooks')).body as unknown as Webhook[]).length).toBe(19)
  })
})
