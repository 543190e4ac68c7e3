import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROTOCOL } from '../../shared/protocol/wire.ts'
import { smallHall } from '../domain/hall.ts'
import { type TestRedis, until, withRedis } from '../store/testStores.ts'
import { PASSWORD } from './house.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
let redis: TestRedis
let dir: string
beforeAll(async () => {
  redis = await withRedis()
  dir = mkdtempSync(join(tmpdir(), 'panggil-process-'))
})
afterAll(async () => {
  await redis.stop()
  rmSync(dir, { recursive: true, force: true })
})

interface Run {
  readonly child: ChildProcess
  out: string
  errors: string
  readonly ended: Promise<number | null>
}

function start(environment: Record<string, string>): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      PORT: '0',
      DATA_DIR: join(dir, 'data'),
      REDIS_URL: redis.socket,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run: Run = { child, out: '', errors: '', ended: new Promise((resolve) => child.once('exit', resolve)) }
  child.stdout?.on('data', (data) => {
    run.out += data
  })
  child.stderr?.on('data', (data) => {
    run.errors += data
  })
  return run
}

const branchFile = (name: string, content: unknown): string => {
  const path = join(dir, name)
  writeFileSync(path, JSON.stringify(content))
  return path
}

describe('the process', () => {
  test('LOSS1: SIGTERM: no command more, those taken are finished, screens are told, and it ends with 0 within five seconds', async () => {
    const run = start({ BRANCH_FILE: branchFile('hall.json', smallHall()), ADMIN_PASSWORD: PASSWORD })
    await until('it is running', () => /Admin +http/.test(run.out) || run.child.exitCode !== null)
    const url = /Admin +(http:\/\/localhost:\d+)/.exec(run.out)?.[1] as string
    for (const page of ['/display', '/kiosk', '/counter', '/supervisor', '/admin']) expect(run.out).toContain(`${url}${page}`)
    expect(run.out).toContain('Redis at')

    const signedIn = await fetch(`${url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: PASSWORD }),
    })
    const { token } = (await signedIn.json()) as { token: string }
    const socket = io(`${url}/board`, {
      transports: ['websocket'],
      reconnection: false,
      auth: { protocol: PROTOCOL, branch: 'hall', token },
    })
    let wasTold = false
    socket.on('restarting', () => {
      wasTold = true
    })
    await new Promise((resolve) => socket.once('snapshot', resolve))

    const issued: string[] = []
    const other = new Set<string>()
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let at = 0; ; at++) {
        try {
          const reply = await fetch(`${url}/api/v1/branches/hall/tickets`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}`, 'Idempotency-Key': `${client}-${at}` },
            body: JSON.stringify({ services: ['DUKCAPIL.KK'] }),
          })
          const body = (await reply.json()) as { ticket?: { number: string }; code?: string }
          if (body.ticket) issued.push(body.ticket.number)
          else other.add(`${reply.status} ${body.code}`)
          if (body.code === 'restarting') return
        } catch {
          return
        }
      }
    })
    await until('tickets are being issued', () => issued.length > 40)
    const startedMs = performance.now()
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
    expect(performance.now() - startedMs).toBeLessThan(5000)
    await Promise.all(clients)
    await until('the screen is told', () => wasTold, 1000)
    socket.close()
    for (const each of other) expect(each).toBe('503 restarting')

    const store = await redis.open()
    const loaded = await store.load('hall')
    const there = new Set([...(loaded?.state.tickets.values() ?? [])].map((ticket) => ticket.number))
    expect(issued.filter((number) => !there.has(number))).toEqual([])

    // PRIV1: a line per command, and no secret in any of them.
    const lines = run.errors.split('\n').filter((line) => line.includes('"issueTicket"'))
    expect(lines.length).toBeGreaterThanOrEqual(issued.length)
    expect(JSON.parse(lines[0] as string)).toEqual(
      expect.objectContaining({
        branch: 'hall',
        type: 'issueTicket',
        number: expect.any(String),
        outcome: 'ok',
        ms: expect.any(Number),
        command: expect.any(String),
      }),
    )
    for (const secret of [token, PASSWORD]) expect(run.errors + run.out).not.toContain(secret)
    for (const ticket of loaded?.state.tickets.values() ?? []) expect(run.errors).not.toContain(ticket.id)
  })

  test('a branch file that is not as it should be: every mistake with its path, and it ends with 1', async () => {
    const configuration = smallHall({ id: 'other' }) as unknown as { agencies: { prefix: unknown }[]; timeZone: unknown }
    ;(configuration.agencies[0] as { prefix: unknown }).prefix = 7
    configuration.timeZone = 7
    const run = start({ BRANCH_FILE: branchFile('wrong.json', configuration), ADMIN_PASSWORD: PASSWORD })
    expect(await run.ended).toBe(1)
    expect(run.errors).toContain('agencies.0.prefix')
    expect(run.errors).toContain('timeZone')
  })

  test('settings that are wrong: all of them by name, none by value, and it ends with 1', async () => {
    const run = start({ PORT: 'eighty', ADMIN_PASSWORD: 'geheim' })
    expect(await run.ended).toBe(1)
    expect(run.errors).toContain('PORT')
    expect(run.errors).toContain('ADMIN_PASSWORD')
    expect(run.errors).not.toContain('geheim')
  })
})
