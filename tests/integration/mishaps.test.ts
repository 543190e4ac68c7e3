import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Heartbeat } from '../../server/announcer/heartbeat.ts'
import { Branches } from '../../server/branch/branches.ts'
import type { BranchRuntime } from '../../server/branch/runtime.ts'
import { readConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import { openEmbeddedStore } from '../../server/store/embeddedStore.ts'
import type { BranchStore, StoredEvent } from '../../server/store/store.ts'
import type { Command } from '../../shared/domain/commands.ts'
import { PROTOCOL, type TicketView } from '../../shared/protocol/wire.ts'
import { DAY, HOUR, smallHall } from '../domain/hall.ts'
import { until } from './hall.ts'

/** What a store does when the world around it goes wrong: its clock jumps, its stream has a hole. */
class Mishaps {
  aheadMs = 0
  stepMs: number | null = null
  holeAfter = Number.POSITIVE_INFINITY
  readonly logged: { details: Record<string, unknown>; message: string }[] = []
  readonly log = { error: (details: object, message: string) => void this.logged.push({ details: { ...details }, message }) }

  on(store: BranchStore): BranchStore {
    const mishaps = this
    return new Proxy(store, {
      get(target, name) {
        if (name === 'nowMs') return () => target.nowMs() + mishaps.aheadMs
        if (name === 'clockStepMs') return mishaps.stepMs
        if (name === 'confirmClockStep')
          return () => {
            mishaps.stepMs = null
          }
        if (name === 'readEvents')
          return async (...asked: Parameters<BranchStore['readEvents']>): Promise<StoredEvent[]> =>
            (await target.readEvents(...asked)).filter(({ revision }) => revision > mishaps.holeAfter)
        // Hears nothing by itself: whoever wants to know must read.
        if (name === 'tail' && mishaps.holeAfter < Number.POSITIVE_INFINITY) return () => ({ stop: () => {} })
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
}

let dir: string
let store: BranchStore
let mishaps: Mishaps
const undo: (() => unknown)[] = []

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'panggil-mishaps-'))
  store = await openEmbeddedStore(join(dir, 'store'))
  mishaps = new Mishaps()
})
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
  await store.close()
  rmSync(dir, { recursive: true, force: true })
})

let asked = 0
const execute = (runtime: BranchRuntime, command: Command, commandId = `command-${++asked}`) =>
  runtime.execute({ commandId, actor: 'petugas', command })
const issue = (runtime: BranchRuntime) =>
  execute(runtime, { type: 'issueTicket', ticketId: `ticket-${++asked}`, services: ['DUKCAPIL.KK'] })

async function branch(of: BranchStore = mishaps.on(store)): Promise<BranchRuntime> {
  const branches = await Branches.open(of, { report: () => {}, log: mishaps.log })
  undo.push(() => branches.close())
  if (!branches.get('hall')) await branches.create(smallHall(), 'system')
  return branches.get('hall') as BranchRuntime
}

describe('the clock', () => {
  test('DAY1 a clock that jumped and was put right turns no day, whatever was decided meanwhile; it is told', async () => {
    const runtime = await branch()
    await issue(runtime)
    const { day } = runtime.state
    mishaps.aheadMs = 26 * HOUR
    mishaps.stepMs = 26 * HOUR
    await issue(runtime)
    await until(() => mishaps.logged.length === 1)
    expect(mishaps.logged[0]).toMatchObject({ details: { stepMs: 26 * HOUR }, message: expect.stringContaining('clock') })
    mishaps.aheadMs = 0
    mishaps.stepMs = null
    runtime.turnDayIfOver()
    expect((await issue(runtime)).ok).toBe(true)
    expect(runtime.state.day).toBe(day)
    expect(runtime.state.tickets.size).toBe(3)
  })

  test('DAY1 a supervisor sees that the clock jumped, and one press lets the day turn; nobody is signed out by it', async () => {
    const server = await serve()
    const token = await signIn(server)
    const told: number[] = []
    const supervisor = connect(server, '/supervisor', { token })
    supervisor.on('clock', ({ stepMs }: { stepMs: number }) => told.push(stepMs))
    await until(() => supervisor.connected)
    mishaps.aheadMs = 25 * HOUR
    mishaps.stepMs = 25 * HOUR
    await until(() => told.length > 0)
    expect(told[0]).toBe(25 * HOUR)
    const ask = (path: string) =>
      fetch(`${server.url}/api/v1/branches/hall/${path}`, { method: 'POST', headers: { Authorization: `Bearer ${token}` } })
    const runtime = server.branches.get('hall') as BranchRuntime
    const { day } = runtime.state
    expect((await ask('clock-step/confirmation')).status).toBe(204)
    await until(() => runtime.state.day > day)
  })
})

describe('CALL2', () => {
  test('a number of the fallback sheet that is entered once more under the same id gets the same answer', async () => {
    const runtime = await branch()
    const enter = (ticketId: string) =>
      execute(
        runtime,
        { type: 'enterTicket', ticketId, number: 'B-T01', writtenAtMs: runtime.nowMs(), service: 'DUKCAPIL.KK' } as Command,
        'entered',
      )
    const command = await enter('made-by-one-server')
    expect(command).toMatchObject({ ok: true, ticket: { id: 'made-by-one-server' } })
    // A repeat has the same body; only what the server makes differs.
    const stored = runtime.state.tickets.get('made-by-one-server')
    const again = await execute(
      runtime,
      { type: 'enterTicket', ticketId: 'made-by-another', number: 'B-T01', writtenAtMs: stored?.readyAtMs ?? 0, service: 'DUKCAPIL.KK' },
      'entered',
    )
    expect(again).toEqual(command)
    expect(runtime.state.tickets.size).toBe(1)
  })
})

describe('faults inside', () => {
  test('a command that throws harms nobody else, tells its sender nothing of our insides, and is in the log with its stack', async () => {
    const runtime = await branch()
    const [before, broken, after] = await Promise.all([
      issue(runtime),
      execute(runtime, { type: 'issueTicket', ticketId: 'secret-id', services: { length: 1 } } as never),
      issue(runtime),
    ])
    expect(before.ok && after.ok).toBe(true)
    expect(broken).toEqual({ ok: false, error: { code: 'internal', message: 'internal', retry: true } })
    expect(mishaps.logged).toHaveLength(1)
    const { err } = mishaps.logged[0]?.details ?? {}
    expect(err instanceof Error ? err.stack : null).toContain('decide')
  })

  test('SYNC2 a stream that lost an entry is no end: the branch is read anew, and goes on', async () => {
    const other = await branch(store)
    await issue(other)
    mishaps.holeAfter = 3
    const behind = await branch()
    for (let more = 0; more < 3; more++) await issue(other)
    expect((await issue(behind)).ok).toBe(true)
    expect(behind.state.tickets.size).toBe(5)
  })

  test('ANN1 a server is gone when it was missed twice, longer apart than its beats: a clock set forward is not enough', async () => {
    let isThere = true
    let looks = 0
    const heartbeat = new Heartbeat({ beat: async () => {}, isAlive: async () => (looks++, isThere) } as unknown as BranchStore, () => {})
    undo.push(() => heartbeat.stop())
    isThere = false
    expect(await heartbeat.isAlive('other')).toBe(true)
    isThere = true
    expect(await heartbeat.isAlive('other')).toBe(true)
    isThere = false
    const sinceMs = performance.now()
    await until(async () => !(await heartbeat.isAlive('other')))
    expect(performance.now() - sinceMs).toBeGreaterThan(1_000)
    expect(looks).toBeGreaterThan(3)
  })
})

describe('who sits there when something goes', () => {
  test('DAY2 SYNC1 a phone is told how its ticket ended when the day turns', async () => {
    const server = await serve()
    const runtime = server.branches.get('hall') as BranchRuntime
    const answer = await issue(runtime)
    const ticket = answer.ok ? (answer.ticket?.id as string) : ''
    const seen: TicketView[] = []
    const phone = connect(server, '/ticket', { ticket })
    phone.on('snapshot', ({ view }: { view: TicketView }) => seen.push(view))
    await until(() => seen.at(-1)?.ticket.state === 'waiting')
    mishaps.aheadMs = DAY
    await until(() => seen.at(-1)?.ticket.state === 'cancelled')
    expect(runtime.state.tickets.has(ticket)).toBe(false)
  })

  test('SYNC1 an officer’s screen whose counter is taken out of the branch is told so', async () => {
    const server = await serve()
    const token = await signIn(server)
    const refused: string[] = []
    const officer = connect(server, '/counter', { token, counter: '3' })
    officer.on('connect_error', (error) => refused.push(error.message))
    await until(() => officer.connected)
    const configuration = smallHall()
    const runtime = server.branches.get('hall') as BranchRuntime
    const changed = { ...configuration, counters: configuration.counters.slice(0, 2) }
    expect((await execute(runtime, { type: 'configureBranch', configuration: changed })).ok).toBe(true)
    await until(() => !officer.connected)
    officer.connect()
    await until(() => refused.length > 0)
    expect(refused[0]).toBe('unknown-counter')
  })

  test('one ticket opens no flood of connections', async () => {
    const server = await serve()
    const answer = await issue(server.branches.get('hall') as BranchRuntime)
    const ticket = answer.ok ? answer.ticket?.id : ''
    const phones = Array.from({ length: 21 }, () => connect(server, '/ticket', { ticket }))
    const refused: string[] = []
    for (const phone of phones) phone.on('connect_error', (error) => refused.push(error.message))
    await until(() => phones.filter(({ connected }) => connected).length + refused.length === 21)
    expect(refused).toEqual(['rate-limited'])
  })
})

const PASSWORD = 'kata-sandi-untuk-uji'

async function serve(): Promise<RunningServer> {
  const environment = { PORT: '0', DATA_DIR: join(dir, 'data'), ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'silent' }
  await branch(store)
  const server = await startServer({ config: readConfig(environment, []), store: mishaps.on(store) })
  undo.push(() => server.stop())
  return server
}

async function signIn(server: RunningServer): Promise<string> {
  const reply = await fetch(`${server.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  })
  return ((await reply.json()) as { token: string }).token
}

function connect(server: RunningServer, namespace: string, auth: object): Socket {
  const socket = io(`${server.url}${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { protocol: PROTOCOL, branch: 'hall', ...auth },
  })
  undo.push(() => socket.disconnect())
  return socket
}
