import { readFileSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express from 'express'
import type { Browser, BrowserContext, Page } from 'playwright/test'
import { Server } from 'socket.io'
import { securityHeaders } from '../../server/http/headers.ts'
import { mediaOf, mediaRouter } from '../../server/http/media.ts'
import { pagesRouter } from '../../server/http/pages.ts'
import type { Description } from '../../shared/client/branch.svelte.ts'
import { type Call, RECENT_CALLS } from '../../shared/domain/state.ts'
import { type ScreenSettings, USUAL_SCREEN } from '../../shared/protocol/screen.ts'
import { type BoardChanges, type BoardEvent, type BoardView, foldBoard } from '../../shared/protocol/wire.ts'

/** Any hall at any moment for the real page: what takes a day in a hall takes a line here. The page, its headers and its files are the real ones. */
export class BoardStage {
  description: Description
  settings: ScreenSettings
  view: BoardView
  zones: readonly string[] | null = null
  /** What the hall's clock says. */
  nowMs: number
  url = ''
  /** Serves the page as a newer server would. */
  isNewer = false
  readonly dataDir: string
  readonly #http: HttpServer
  readonly #io: Server
  #revision = 1
  #sent = 1
  #ticking = true
  #timer: NodeJS.Timeout | undefined
  #startedAtMs = performance.now()
  #sequence = 0
  #calledMs = 0

  constructor(options: {
    description: Description
    view: BoardView
    nowMs: number
    dataDir: string
    clientDir?: string | undefined
    settings?: Partial<ScreenSettings>
  }) {
    this.description = options.description
    this.view = options.view
    this.nowMs = options.nowMs
    this.dataDir = options.dataDir
    this.settings = { ...USUAL_SCREEN, ...options.settings }
    const app = express()
    app.use(securityHeaders(false))
    app.get('/api/v1/sessions/current', (_request, response) => {
      response.json({
        device: { deviceId: 'd1', kind: 'display', name: 'Layar', branch: this.view.branch.id, zones: this.zones, ...this.settings },
      })
    })
    app.get('/api/v1/branches/:branch', (_request, response) => void response.json(this.description))
    app.get('/api/v1/branches/:branch/media', async (_request, response) => {
      response.json(await mediaOf(this.dataDir, this.view.branch.id))
    })
    app.use('/media', mediaRouter(this.dataDir, { get: () => ({}) as never }))
    const clientDir = options.clientDir ?? process.env.E2E_CLIENT ?? fileURLToPath(new URL('../../dist/client', import.meta.url))
    app.get('/display', (_request, response, next) => {
      if (!this.isNewer) return next()
      // Another name of the same script: what a page sees when the server was replaced by a newer one.
      const html = readFileSync(join(clientDir, 'display/index.html'), 'utf8')
      response.type('html').end(html.replace(/(<script[^>]* src="\/assets\/)/, '$1../assets/'))
    })
    app.use(pagesRouter(clientDir, { dev: true }))
    this.#http = createServer(app)
    this.#io = new Server(this.#http, { transports: ['websocket'], serveClient: false })
    this.#io.of('/board').on('connection', (socket) => {
      if (!this.#ticking) return
      socket.emit('snapshot', { epoch: 'stage', revision: this.#revision, view: this.view })
      socket.emit('tick', { epoch: 'stage', revision: this.#revision, atMs: this.clockMs })
      socket.on('resync', () => socket.emit('snapshot', { epoch: 'stage', revision: this.#revision, view: this.view }))
    })
  }

  /** `nowMs` and what has passed since it was set. */
  get clockMs(): number {
    return this.nowMs + Math.floor(performance.now() - this.#startedAtMs)
  }

  setClock(nowMs: number): void {
    this.nowMs = nowMs
    this.#startedAtMs = performance.now()
    this.tick()
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
    this.#timer = setInterval(() => this.#ticking && this.tick(), 1000)
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#io.close()
  }

  tick(): void {
    this.#io.of('/board').emit('tick', { epoch: 'stage', revision: this.#revision, atMs: this.clockMs })
  }

  /** As after a change of the screen's settings: its socket is closed, its token lives on. */
  closeSockets(): void {
    this.#io.of('/board').disconnectSockets(true)
  }

  /** The line goes dead without a word. */
  mute(): void {
    this.#ticking = false
  }

  unmute(): void {
    this.#ticking = true
  }

  send(event: BoardEvent): void {
    this.view = foldBoard(this.view, event, RECENT_CALLS)
    this.#revision += 1
    this.#io.of('/board').emit('event', { epoch: 'stage', after: this.#sent, revision: this.#revision, event })
    this.#sent = this.#revision
  }

  /** Everything at once: a view of another kind. */
  replace(change: Partial<BoardView>): void {
    this.send({ type: 'boardReplaced', view: { ...this.view, ...change } })
  }

  makeCall(number: string, counter: string, more: { readonly ageMs?: number; readonly kind?: Call['kind'] } = {}): Call {
    const found = this.description.counters.find(({ id }) => id === counter)
    const prefix = number.slice(0, number.indexOf('-'))
    const agency = this.description.agencies.find((each) => each.prefix === prefix)
    this.#sequence += 1
    // Two calls of one moment have an order all the same.
    const atMs = more.ageMs === undefined ? Math.max(this.clockMs, this.#calledMs + 1) : this.clockMs - more.ageMs
    if (more.ageMs === undefined) this.#calledMs = atMs
    const zone = found?.zone ?? 'a'
    return {
      announcementId: `${zone}-${this.#sequence}`,
      kind: more.kind ?? 'call',
      ticket: { number },
      counter: { id: counter, label: `Loket ${counter}` },
      zone,
      service: agency?.services[0]?.code ?? 'X.Y',
      atMs,
      sequence: this.#sequence,
      language: 'id',
      caption: {
        id: `Nomor antrean ${number.replace('-', ' ')}, silakan menuju loket ${counter}`,
        en: `Queue number ${number.replace('-', ' ').split('').join(' ').replace(/ +/g, ' ')}, please proceed to counter ${counter}`,
      },
    }
  }

  call(number: string, counter: string, kind: Call['kind'] = 'call', changes: BoardChanges = {}): Call {
    const call = this.makeCall(number, counter, { kind })
    const { kind: _kind, ...rest } = call
    this.send({ type: kind === 'call' ? 'ticketCalled' : 'ticketRecalled', ...rest, changes })
    return call
  }

  /** A paired screen at this hall. */
  async open(
    browser: Browser,
    options: {
      readonly size?: { width: number; height: number }
      readonly query?: string
      readonly reducedMotion?: 'reduce' | undefined
    } = {},
  ): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
    const context = await browser.newContext({
      baseURL: this.url,
      viewport: options.size ?? { width: 1920, height: 1080 },
      ...(options.reducedMotion ? { reducedMotion: options.reducedMotion } : {}),
    })
    const complaints: string[] = []
    await context.addInitScript((branch) => {
      localStorage.setItem('panggil.device.display', JSON.stringify({ deviceId: 'd1', token: 'stage', branch, zones: null, name: 'Layar' }))
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`securitypolicyviolation ${event.violatedDirective} ${event.blockedURI}`),
      )
    }, this.view.branch.id)
    const page = await context.newPage()
    page.on('console', (message) => {
      if (message.text().startsWith('securitypolicyviolation')) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`/display${options.query ?? ''}`)
    return { page, context, complaints }
  }
}
