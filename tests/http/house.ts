import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../server/config.ts'
import type { Log } from '../../server/log.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import type { BranchStore } from '../../server/store/store.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { smallHall } from '../domain/hall.ts'
import { type TestRedis, withRedis } from '../store/testStores.ts'

export const PASSWORD = 'kata-sandi-untuk-uji'

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Parsed where it is JSON. */
  readonly body: Record<string, unknown> & { readonly code?: string }
}

export interface Ask {
  readonly token?: string | null | undefined
  readonly cookie?: string
  readonly body?: unknown
  /** Sent as it is. */
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly server?: RunningServer
}

/** Servers on a private Redis, and who is employed there. */
export class House {
  readonly redis: TestRedis
  readonly dir: string
  readonly servers: RunningServer[] = []
  readonly #environment: Readonly<Record<string, string>>
  readonly #log: Log | undefined
  readonly #stores: BranchStore[] = []
  admin = ''

  private constructor(redis: TestRedis, dir: string, environment: Readonly<Record<string, string>>, log: Log | undefined) {
    this.redis = redis
    this.dir = dir
    this.#environment = environment
    this.#log = log
  }

  static async open(
    options: { configuration?: Partial<BranchConfiguration>; environment?: Readonly<Record<string, string>>; log?: Log } = {},
  ): Promise<House> {
    const dir = mkdtempSync(join(tmpdir(), 'panggil-http-'))
    const branchFile = join(dir, 'branch.json')
    writeFileSync(branchFile, JSON.stringify(smallHall(options.configuration)))
    const environment = {
      PORT: '0',
      DATA_DIR: join(dir, 'data'),
      BRANCH_FILE: branchFile,
      ADMIN_PASSWORD: PASSWORD,
      LOG_LEVEL: 'silent',
      ...options.environment,
    }
    const house = new House(await withRedis(), dir, environment, options.log)
    await house.start()
    if (environment.ADMIN_PASSWORD) house.admin = await house.signIn('admin')
    return house
  }

  /** The server asked where none is named. */
  get server(): RunningServer {
    return this.servers[0] as RunningServer
  }

  async start(): Promise<RunningServer> {
    const store = await this.redis.open()
    this.#stores.push(store)
    const server = await startServer({ config: readConfig(this.#environment, []), store, log: this.#log })
    this.servers.push(server)
    return server
  }

  /** The first server ends in good order, and another one begins in its place. */
  async restart(): Promise<void> {
    await this.servers.shift()?.stop()
    await this.#stores.shift()?.close()
    await this.start()
    this.servers.unshift(this.servers.pop() as RunningServer)
  }

  async ask(method: string, path: string, ask: Ask = {}): Promise<Reply> {
    const { token = this.admin, cookie, body, raw, headers, server = this.server } = ask
    const response = await fetch(`${server.url}${path.startsWith('/') ? '' : '/api/v1/'}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined && raw === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...(cookie === undefined ? {} : { Cookie: cookie }),
        ...headers,
      },
      ...(raw !== undefined ? { body: raw as BodyInit } : body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
  }

  async signIn(username: string, password = PASSWORD): Promise<string> {
    const reply = await this.ask('POST', 'sessions', { token: null, body: { username, password } })
    if (reply.status !== 201) throw new Error(`sign-in of ${username}: ${reply.status} ${reply.text}`)
    return String(reply.body.token)
  }

  async employ(
    username: string,
    role: 'officer' | 'desk' | 'supervisor' | 'admin',
    branch: string | null = 'hall',
    counters?: readonly string[],
  ): Promise<string> {
    const reply = await this.ask('POST', 'users', { body: { username, password: PASSWORD, name: username, role, branch, counters } })
    if (reply.status !== 201) throw new Error(`user ${username}: ${reply.status} ${reply.text}`)
    return this.signIn(username)
  }

  async coordinator(username: string, agency: string, branch = 'hall'): Promise<string> {
    const body = { username, password: PASSWORD, name: username, role: 'coordinator', branch, agency }
    const reply = await this.ask('POST', 'users', { body })
    if (reply.status !== 201) throw new Error(`coordinator ${username}: ${reply.status} ${reply.text}`)
    return this.signIn(username)
  }

  async device(kind: 'display' | 'kiosk', zones?: readonly string[], branch = 'hall'): Promise<{ deviceId: string; token: string }> {
    const reply = await this.ask('POST', `branches/${branch}/devices`, { body: { kind, name: kind, ...(zones ? { zones } : {}) } })
    if (reply.status !== 201) throw new Error(`device: ${reply.status} ${reply.text}`)
    return reply.body as unknown as { deviceId: string; token: string }
  }

  revision(branch = 'hall'): number {
    return this.server.branches.get(branch)?.state.revision ?? -1
  }

  async close(): Promise<void> {
    for (const server of this.servers) await server.stop()
    await this.redis.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}
