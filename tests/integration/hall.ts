import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../server/config.ts'
import { startServer } from '../../server/server.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import type { IssuedReply } from '../../shared/protocol/wire.ts'
import { type TestRedis, withRedis } from '../store/testStores.ts'

const PASSWORD = 'a-password-for-tests-only'

/** One agency with one quota-free service and one with a quota, and so many counters that all serve both. */
export const hallOf = (counters: number, quotaPerDay = 50): BranchConfiguration => ({
  id: 'hall',
  name: { id: 'Balai', en: 'Hall' },
  timeZone: 'Asia/Makassar',
  languages: ['id', 'en'],
  hours: 'always',
  zones: [{ id: 'a', name: 'A' }],
  classes: [{ id: 'priority', name: 'Prioritas', targetMinutes: 10 }],
  agencies: [
    {
      id: 'B',
      name: 'Satu',
      short: 'Satu',
      prefix: 'B',
      services: [
        { id: 'KK', name: 'Kartu', averageMinutes: 5, targetMinutes: 30 },
        { id: 'FEW', name: 'Terbatas', averageMinutes: 5, targetMinutes: 30, quotaPerDay },
      ],
    },
  ],
  counters: Array.from({ length: counters }, (_, index) => ({
    id: String(index + 1),
    label: `Loket ${index + 1}`,
    zone: 'a',
    services: ['B.KK', 'B.FEW'],
  })),
  journeys: [],
})

export interface TestHall {
  readonly redis: TestRedis
  /** One address per server. */
  readonly urls: readonly string[]
  readonly admin: string
  api<T>(
    method: string,
    path: string,
    body?: object,
    options?: { token?: string; headers?: Record<string, string>; server?: number },
  ): Promise<{ status: number; body: T }>
  officer(name: string): Promise<string>
  display(server?: number): Promise<string>
  issue(key?: string, services?: string[], server?: number): Promise<{ status: number; body: IssuedReply & { code?: string } }>
  events(server?: number): Promise<{ revision: number; atMs: number; event: BranchEvent }[]>
  /** SIGKILL of a server that is a process of its own, and its start on the same port. */
  killServer(index: number): Promise<void>
  startServer(index: number): Promise<void>
  /** SIGTERM, and waits until it has ended by itself. */
  stopServer(index: number): Promise<void>
  close(): Promise<void>
}

/** Servers over one private Redis: in this process, or as processes of their own that can be killed. */
export async function openHall(configuration: BranchConfiguration, servers: number, place: 'here' | 'processes'): Promise<TestHall> {
  const redis = await withRedis()
  const dir = mkdtempSync(join(tmpdir(), 'panggil-hall-'))
  const branchFile = join(dir, 'branch.json')
  writeFileSync(branchFile, JSON.stringify(configuration))
  const environment = (port: number) => ({
    PORT: String(port),
    DATA_DIR: join(dir, `server-${port}`),
    REDIS_URL: redis.socket,
    BRANCH_FILE: branchFile,
    ADMIN_PASSWORD: PASSWORD,
    LOG_LEVEL: 'error',
    REQUESTS_PER_SECOND: '100000',
    REQUESTS_BURST: '100000',
  })
  const urls: string[] = []
  const processes: (ChildProcess | null)[] = []
  const undo: (() => Promise<unknown>)[] = []

  const start = async (index: number) => {
    const port = Number(new URL(urls[index] as string).port)
    const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    processes[index] = child
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`server ${index} ended with ${child.exitCode}`)
      return (await fetch(`${urls[index]}/healthz`)).ok
    })
  }
  const end = async (index: number, signal: 'SIGKILL' | 'SIGTERM') => {
    const child = processes[index]
    if (!child) return
    processes[index] = null
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  const kill = (index: number) => end(index, 'SIGKILL')

  for (let index = 0; index < servers; index++) {
    if (place === 'here') {
      const server = await startServer({ config: { ...readConfig(environment(0), []), port: 0 } })
      urls.push(server.url)
      undo.push(() => server.stop())
    } else {
      urls.push(`http://127.0.0.1:${await freePort()}`)
      undo.push(() => kill(index))
      await start(index)
    }
  }

  const api: TestHall['api'] = async (method, path, body, options = {}) => {
    const response = await fetch(`${urls[options.server ?? 0]}/api/v1${path}`, {
      method,
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
        ...options.headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as never }
  }
  const signIn = async (username: string) => {
    const { status, body } = await api<{ token: string }>('POST', '/sessions', { username, password: PASSWORD })
    if (status !== 201) throw new Error(`sign-in of ${username}: ${status}`)
    return body.token
  }
  const admin = await signIn('admin')
  const { id } = configuration

  return {
    redis,
    urls,
    admin,
    api,
    async officer(name) {
      const { status } = await api(
        'POST',
        '/users',
        { username: name, password: PASSWORD, name, role: 'officer', branch: id },
        { token: admin },
      )
      if (status !== 201) throw new Error(`user ${name}: ${status}`)
      return signIn(name)
    },
    async display(server = 0) {
      const device = { kind: 'display', name: 'Layar' }
      const { body } = await api<{ token: string }>('POST', `/branches/${id}/devices`, device, { token: admin, server })
      return body.token
    },
    issue: (key = randomUUID(), services = ['B.KK'], server = 0) =>
      api('POST', `/branches/${id}/tickets`, { services }, { token: admin, headers: { 'idempotency-key': key }, server }),
    async events(server = 0) {
      const { body } = await api<string>('GET', `/branches/${id}/events?after=0`, undefined, { token: admin, server })
      return body
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { revision: number; atMs: number; event: BranchEvent })
    },
    killServer: kill,
    startServer: start,
    stopServer: (index) => end(index, 'SIGTERM'),
    async close() {
      for (const each of undo.reverse()) await each()
      await redis.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Asks until the answer is yes; a refused connection is a no. */
export async function until(isTrue: () => Promise<boolean> | boolean, patienceMs = 20_000): Promise<void> {
  const endMs = performance.now() + patienceMs
  for (;;) {
    try {
      if (await isTrue()) return
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
    if (performance.now() > endMs) throw new Error(`not true within ${patienceMs} ms: ${isTrue}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
