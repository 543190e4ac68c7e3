import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { redisAt, socketOf } from '../../server/store/ownRedis.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { hallOf, until } from '../integration/hall.ts'
import { type TestRedis, withRedis } from '../store/testStores.ts'

export const PASSWORD = 'kata-sandi-untuk-uji'
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Where a hall keeps its data: in its folder, or in a Redis of the house's own. */
export type Kind = 'redis' | 'embedded' | 'external'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly errors: string
}

/** One hall as a house runs it: a server process on a data folder of its own, on a port that stays. And the tools at the keyboard. */
export class ServedHall {
  readonly dir = mkdtempSync(join(tmpdir(), 'panggil-backup-'))
  readonly url: string
  readonly #port: number
  #kind: Kind
  #redis: TestRedis | null = null
  #server: ChildProcess | null = null
  #homes = 0
  dataDir = ''

  private constructor(port: number, kind: Kind) {
    this.#port = port
    this.#kind = kind
    this.url = `http://127.0.0.1:${port}`
    writeFileSync(join(this.dir, 'branch.json'), JSON.stringify(hallOf(4)))
  }

  static async open(kind: Kind): Promise<ServedHall> {
    const hall = new ServedHall(await freePort(), kind)
    await hall.moveTo(kind)
    return hall
  }

  /** A new machine: an empty data folder, and an empty store. */
  async moveTo(kind: Kind): Promise<void> {
    await this.#redis?.stop()
    this.#redis = kind === 'external' ? await withRedis() : null
    this.#kind = kind
    this.dataDir = join(this.dir, `data-${++this.#homes}`)
  }

  get #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(this.#port),
      DATA_DIR: this.dataDir,
      BRANCH_FILE: join(this.dir, 'branch.json'),
      ADMIN_PASSWORD: PASSWORD,
      LOG_LEVEL: 'error',
      REQUESTS_PER_SECOND: '100000',
      REQUESTS_BURST: '100000',
      ...(this.#redis ? { REDIS_URL: this.#redis.socket } : { STORE: this.#kind }),
    }
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
      cwd: ROOT,
      env: this.#environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    this.#server = child
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
      return (await fetch(`${this.url}/readyz`)).ok
    })
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#server
    this.#server = null
    if (!child || child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }

  /** The machine is gone: server and store at once. */
  async kill(): Promise<void> {
    const own = await redisAt(socketOf(join(this.dataDir, 'redis')))
    await this.stop('SIGKILL')
    if (own !== null) process.kill(own, 'SIGKILL')
    await this.#redis?.kill()
  }

  backup = (...args: string[]): Promise<Ended> => this.#tool('backup', args)
  restore = (...args: string[]): Promise<Ended> => this.#tool('restore', args)

  #tool(name: string, args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, ['--import', 'tsx', `server/backup/${name}.ts`, ...args], {
      cwd: ROOT,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let errors = ''
    child.stdout.on('data', (data) => (out += data))
    child.stderr.on('data', (data) => (errors += data))
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, errors })))
  }

  async api<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: object,
    token?: string,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: T }> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as T }
  }

  async signIn(username: string): Promise<string> {
    const { status, body } = await this.api<{ token: string }>('POST', '/sessions', { username, password: PASSWORD })
    if (status !== 201) throw new Error(`sign-in of ${username}: ${status}`)
    return body.token
  }

  async officer(name: string, admin: string): Promise<string> {
    await this.api('POST', '/users', { username: name, password: PASSWORD, name, role: 'officer', branch: 'hall' }, admin)
    return this.signIn(name)
  }

  issue = (key: string, token: string) =>
    this.api<{ ticket: { number: string } }>('POST', '/branches/hall/tickets', { services: ['B.KK'] }, token, { 'idempotency-key': key })

  async events(token: string): Promise<{ revision: number; atMs: number; event: BranchEvent }[]> {
    const { body } = await this.api<string>('GET', '/branches/hall/events?after=0', undefined, token)
    return body
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { revision: number; atMs: number; event: BranchEvent })
  }

  async close(): Promise<void> {
    await this.stop('SIGTERM')
    const own = await redisAt(socketOf(join(this.dataDir, 'redis')))
    if (own !== null) process.kill(own, 'SIGKILL')
    await this.#redis?.stop()
    rmSync(this.dir, { recursive: true, force: true })
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
