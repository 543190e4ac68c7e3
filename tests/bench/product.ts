import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { clockMs, pause } from './address.ts'
import { ServerProcess } from './serverProcess.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const MAIN = join(ROOT, 'dist/server/main.js')
export const ADMIN_PASSWORD = 'bench-admin-password'
const OFFICER_PASSWORD = 'bench-officer-password'

/** Builds what is shipped where its sources are not those of the last build, as `npm start` does. */
export function buildIfStale(): void {
  const prepare = pathToFileURL(join(ROOT, 'scripts/prepare.mjs')).href
  const build = `import(${JSON.stringify(prepare)}).then(({ buildIfChanged }) => buildIfChanged())`
  execFileSync(process.execPath, ['-e', build], { cwd: ROOT, stdio: ['ignore', 2, 2] })
  if (!existsSync(MAIN)) throw new Error('the build made no dist/server/main.js')
}

export interface ProductPlace {
  readonly port: number
  readonly redisSocket: string
  readonly dir: string
  readonly branchFile: string
}

/** The environment of a hall's server: nothing is switched off that a hall would have on, its log goes into a file. */
export const productEnv = ({ port, redisSocket, dir, branchFile }: ProductPlace): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: String(port),
  REDIS_URL: redisSocket,
  DATA_DIR: join(dir, 'data'),
  BRANCH_FILE: branchFile,
  ADMIN_PASSWORD,
  LOG_LEVEL: 'info',
})

/** The production build as a process of its own. */
export const productServer = (place: ProductPlace): ServerProcess =>
  new ServerProcess({
    name: 'the product',
    port: place.port,
    nodeFlags: [],
    args: [MAIN],
    env: productEnv(place),
    logFile: join(place.dir, 'product.log'),
    ready: untilReady,
  })

async function untilReady(port: number): Promise<void> {
  const untilMs = clockMs() + 30_000
  for (;;) {
    const reply = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null)
    await reply?.arrayBuffer()
    if (reply?.ok) return
    if (clockMs() > untilMs) throw new Error(`the product is not ready: ${reply?.status ?? 'no answer'}`)
    await pause(10)
  }
}

/** What an administrator does before the doors open, over HTTP. */
export class Administration {
  readonly #base: string
  #token = ''

  constructor(port: number) {
    this.#base = `http://127.0.0.1:${port}/api/v1`
  }

  async signIn(): Promise<void> {
    this.#token = await this.#session('admin', ADMIN_PASSWORD)
  }

  /** Tokens of as many officers of this branch, each with an account of his own. */
  async officers(branch: string, count: number): Promise<string[]> {
    return Promise.all(
      Array.from({ length: count }, async (_, at) => {
        const username = `officer-${branch}-${at + 1}`
        await this.#post('/users', { username, password: OFFICER_PASSWORD, name: `Officer ${at + 1}`, role: 'officer', branch })
        return this.#session(username, OFFICER_PASSWORD)
      }),
    )
  }

  /** Token of a supervisor of this branch. */
  async supervisor(branch: string): Promise<string> {
    const username = `supervisor-${branch}`
    await this.#post('/users', { username, password: OFFICER_PASSWORD, name: 'Supervisor', role: 'supervisor', branch })
    return this.#session(username, OFFICER_PASSWORD)
  }

  async get<T>(path: string): Promise<T> {
    // A server that has just started may still be counting: the answer is what is waited for.
    for (;;) {
      const response = await fetch(`${this.#base}${path}`, { headers: { Authorization: `Bearer ${this.#token}` } })
      if (response.ok) return (await response.json()) as T
      await response.arrayBuffer()
      if (response.status !== 503) throw new Error(`${path}: ${response.status}`)
      await pause(10)
    }
  }

  /** Tokens of as many devices. */
  async devices(branch: string, kind: 'display' | 'kiosk', count: number): Promise<string[]> {
    const tokens: string[] = []
    for (let at = 0; at < count; at++) {
      const { token } = await this.#post<{ token: string }>(`/branches/${branch}/devices`, { kind, name: `${kind} ${at + 1}` })
      tokens.push(token)
    }
    return tokens
  }

  async #session(username: string, password: string): Promise<string> {
    return (await this.#post<{ token: string }>('/sessions', { username, password })).token
  }

  async #post<T>(path: string, body: object): Promise<T> {
    const reply = await fetch(this.#base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}) },
      body: JSON.stringify(body),
    })
    const text = await reply.text()
    if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${text}`)
    return JSON.parse(text) as T
  }
}
