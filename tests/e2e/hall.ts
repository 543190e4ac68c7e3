import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type APIRequestContext, type Browser, type BrowserContext, expect, type Page, request } from 'playwright/test'

export const PASSWORD = 'rahasia-sekali-2025'
const root = fileURLToPath(new URL('../..', import.meta.url))
const serverFile = process.env['E2E_SERVER'] ?? 'server/main.ts'

export type Person = 'admin' | 'petugas' | 'petugas2' | 'penyelia' | 'koordinator'

/** The real server as its own process, on a private port with a data folder of its own, which outlives restarts. */
export class TestHall {
  readonly branch = 'uji'
  url = ''
  output = ''
  readonly dataDir = mkdtempSync(join(tmpdir(), 'panggil-e2e-'))
  readonly #adminPassword: string | undefined
  readonly #environment: Readonly<Record<string, string>>
  #port = 0
  #process: ChildProcess | null = null

  /** `environment`: what is set otherwise than here below. */
  constructor(
    options: { readonly adminPassword?: string | undefined; readonly environment?: Readonly<Record<string, string>> } = {
      adminPassword: PASSWORD,
    },
  ) {
    this.#adminPassword = options.adminPassword
    this.#environment = options.environment ?? {}
  }

  async start(): Promise<void> {
    if (this.#port === 0) this.#port = await freePort()
    this.url = `http://127.0.0.1:${this.#port}`
    const child = spawn(process.execPath, ['--import', 'tsx', serverFile], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PORT: String(this.#port),
        HOST: '127.0.0.1',
        PUBLIC_URL: this.url,
        DATA_DIR: this.dataDir,
        STORE: 'embedded',
        BRANCH_FILE: fileURLToPath(new URL('./branch.json', import.meta.url)),
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
        ...(this.#adminPassword === undefined ? {} : { ADMIN_PASSWORD: this.#adminPassword }),
        ...this.#environment,
      },
    })
    this.#process = child
    child.stdout?.on('data', (data: Buffer) => (this.output += data.toString()))
    child.stderr?.on('data', (data: Buffer) => (this.output += data.toString()))
    await expect
      .poll(
        async () => {
          if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${this.output}`)
          return fetch(`${this.url}/readyz`).then(
            (response) => response.status,
            () => 0,
          )
        },
        { timeout: 20_000, intervals: [100] },
      )
      .toBe(200)
  }

  /** A power cut: no goodbye. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = null
    if (child === null || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  async end(): Promise<void> {
    await this.kill()
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  /** Officers petugas and petugas2, supervisor penyelia. */
  async addPeople(): Promise<void> {
    const admin = await this.as('admin')
    for (const [username, name, role] of [
      ['petugas', 'Petugas Satu', 'officer'],
      ['petugas2', 'Petugas Dua', 'officer'],
      ['penyelia', 'Penyelia', 'supervisor'],
    ])
      expect(
        (
          await admin.post(`${this.url}/api/v1/users`, { data: { username, name, role, password: PASSWORD, branch: this.branch } })
        ).status(),
      ).toBe(201)
    await admin.dispose()
  }

  async as(person: Person): Promise<APIRequestContext> {
    const context = await request.newContext({ extraHTTPHeaders: { Origin: this.url } })
    await this.signIn(context, person)
    return context
  }

  async signIn(context: APIRequestContext, person: Person): Promise<void> {
    const answer = await context.post(`${this.url}/api/v1/sessions`, {
      data: { username: person, password: PASSWORD },
      headers: { Origin: this.url },
    })
    expect(answer.status(), await answer.text()).toBe(201)
  }

  async issue(admin: APIRequestContext, body: object): Promise<{ ticket: { id: string; number: string } }> {
    const answer = await admin.post(`${this.url}/api/v1/branches/${this.branch}/tickets`, {
      data: body,
      headers: { 'Idempotency-Key': `e2e-${Math.random().toString(36).slice(2)}-${Date.now()}` },
    })
    expect(answer.status(), await answer.text()).toBe(201)
    return (await answer.json()) as { ticket: { id: string; number: string } }
  }

  /** A browser of its own at one page: what it complained of stands in `complaints`. */
  async open(browser: Browser, path: string, options: OpenOptions = {}): Promise<OpenPage> {
    const context = await browser.newContext({ baseURL: this.url, viewport: options.size ?? { width: 1366, height: 768 } })
    const complaints: string[] = []
    await context.addInitScript((language) => {
      if (language) localStorage.setItem('panggil.language', language)
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`securitypolicyviolation ${event.violatedDirective} ${event.blockedURI}`),
      )
    }, options.language ?? null)
    if (options.as) await this.signIn(context.request, options.as)
    const page = await context.newPage()
    page.on('console', (message) => {
      if (message.text().startsWith('securitypolicyviolation')) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(path)
    return { context, page, complaints }
  }
}

export interface OpenOptions {
  readonly as?: Person
  readonly size?: { readonly width: number; readonly height: number }
  readonly language?: 'id' | 'en'
}

export interface OpenPage {
  readonly context: BrowserContext
  readonly page: Page
  readonly complaints: string[]
}

export async function openCounter(page: Page, counter: string): Promise<void> {
  await page.locator(`[data-test=counter][data-counter="${counter}"]`).click()
  await page.locator('[data-test=open]').click()
  await expect(page.locator('[data-test=call-next]')).toBeVisible()
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
