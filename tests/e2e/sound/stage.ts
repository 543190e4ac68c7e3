import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { Server } from 'socket.io'
import { pagesRouter } from '../../../server/http/pages.ts'
import { voicesRouter } from '../../../server/http/voices.ts'
import type { AnnouncementReport, BoardView, SoundReport, Speak } from '../../../shared/protocol/wire.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const BRANCH = 'panggung'

/** A server that says whatever a test wants, so that a listener can be shown what it must not let pass. The page is the real one. */
export class SoundStage {
  url = ''
  readonly reports: (AnnouncementReport & { readonly atMs: number })[] = []
  readonly states: SoundReport['state'][] = []
  isTicking = true
  readonly #http: HttpServer
  readonly #io: Server
  #timer: NodeJS.Timeout | undefined

  constructor(options: { readonly dataDir?: string } = {}) {
    const app = express()
    app.get('/api/v1/branches/:branch', (_request, response) => {
      response.json({ ...EMPTY, id: BRANCH, name: VIEW.branch.name, voices: { id: 'id-default', en: 'en-default' } })
    })
    app.use('/api', (_request, response) => void response.status(404).json({ code: 'unknown-route', retry: false }))
    app.use('/voices', voicesRouter(options.dataDir ?? at('./none'), at('../../../voices')))
    app.use(pagesRouter(at('../../../dist/client'), { dev: true }))
    this.#http = createServer(app)
    this.#io = new Server(this.#http, { transports: ['websocket'], serveClient: false })
    this.#io.of('/board').on('connection', (socket) => {
      socket.on('announcement', (report: AnnouncementReport) => this.reports.push({ ...report, atMs: Date.now() }))
      socket.on('sound', ({ state }: SoundReport) => this.states.push(state))
      socket.emit('snapshot', { epoch: 'stage', revision: 1, view: VIEW })
    })
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
    const tick = () => this.#io.of('/board').emit('tick', { epoch: 'stage', revision: 1, atMs: Date.now() })
    this.#timer = setInterval(() => this.isTicking && tick(), 1000)
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#io.close()
  }

  get device(): { readonly deviceId: string; readonly token: string; readonly branch: string; readonly name: string } {
    return { deviceId: 'd1', token: 'stage', branch: BRANCH, name: 'Layar' }
  }

  speak(order: Speak): void {
    this.#io.of('/board').emit('speak', order)
  }

  statusOf(announcementId: string): readonly string[] {
    return this.reports.filter((each) => each.announcementId === announcementId).map(({ status }) => status)
  }
}

const EMPTY = {
  timeZone: 'Asia/Makassar',
  languages: ['id', 'en'],
  hours: 'always',
  day: '2026-01-05',
  configuredRevision: 1,
  zones: [{ id: 'A', name: { id: 'Zona A', en: 'Zone A' } }],
  classes: [],
  agencies: [],
  counters: [],
  journeys: [],
}

const VIEW: BoardView = {
  branch: { id: BRANCH, name: { id: 'Panggung', en: 'Stage' }, timeZone: 'Asia/Makassar' },
  configuredRevision: 1,
  day: '2026-01-05',
  calls: [],
  missed: [],
  zones: [{ id: 'A', sound: 'ok', speaking: null }],
  waiting: {},
  counters: [],
  services: {},
  dayOverride: null,
  pause: null,
  notice: null,
}
