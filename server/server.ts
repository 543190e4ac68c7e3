import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkConfiguration } from '../shared/protocol/schemas.ts'
import { Accounts } from './auth/accounts.ts'
import { Presence } from './auth/presence.ts'
import { SingleSignOn } from './auth/sso.ts'
import { serveBackups } from './backup/livingServer.ts'
import { Branches } from './branch/branches.ts'
import type { CommandReport } from './branch/runtime.ts'
import type { Config } from './config.ts'
import { Historian } from './history/historian.ts'
import { makeApp } from './http/app.ts'
import { tokenFromCookie } from './http/cookie.ts'
import { Origins } from './http/origins.ts'
import { RequestBudget } from './http/requestBudget.ts'
import { SSO_CALLBACK } from './http/routes/sso.ts'
import { AlertWatch } from './live/watch.ts'
import { type Log, logAnnouncement, logCommand, openLog } from './log.ts'
import { Metrics } from './metrics.ts'
import { Printers } from './printing/printers.ts'
import { attachSockets } from './sockets/sockets.ts'
import { openStore } from './store/openStore.ts'
import type { BranchStore } from './store/store.ts'
import { VERSION } from './version.ts'
import { Webhooks } from './webhooks/webhooks.ts'

export interface ServerOptions {
  readonly config: Config
  /** Instead of the one that the configuration names; whoever opened it closes it. */
  readonly store?: BranchStore | undefined
  readonly log?: Log | undefined
}

export interface RunningServer {
  /** Where this machine reaches it. */
  readonly url: string
  readonly port: number
  readonly publicUrl: string
  /** Origins that people can type, the one to tell others first. */
  readonly addresses: readonly string[]
  readonly store: BranchStore
  /** For a person: which store, and why this one. */
  readonly storeChosen: string
  readonly branches: Branches
  readonly accounts: Accounts
  /** Of the one-time link with which the first user is made; null where there are users. */
  readonly setupToken: string | null
  /** What a person should know at once, a sentence each. */
  readonly warnings: readonly string[]
  /** Takes no more commands, finishes those taken, tells screens, closes. Whoever calls twice waits for the same end. */
  stop(): Promise<void>
}

/** What keeps the server from starting, for a person to put right. */
export class StartFault extends Error {
  override readonly name = 'StartFault'
}

/** How long connections that are still at work are waited for at the end. */
const DRAIN_MS = 1500

/** How long a slip that is being printed may take: it is waited for, so that its number counts as given. */
const SLIP_MS = 3_000

/** A film for the lobby screens, on a slow line; heads of requests have ten seconds. */
const UPLOAD_MS = 300_000
/** How long a webhook's delivery that is under way is waited for. */
const DELIVERY_MS = 1_000

/** How long the loudspeakers may take to be given up. */
const RELEASE_MS = 500

/** One server, with everything in it. Several can run in one process. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config } = options
  const log = options.log ?? openLog(config.logLevel).log
  const undo: (() => Promise<void> | void)[] = []
  try {
    return await started(config, options.store, log, undo)
  } catch (error) {
    for (const each of undo.reverse()) await Promise.resolve(each()).catch(() => {})
    throw error
  }
}

async function started(
  config: Config,
  given: BranchStore | undefined,
  log: Log,
  undo: (() => Promise<void> | void)[],
): Promise<RunningServer> {
  const opened = given
    ? { store: given, chosen: given.description, close: async () => {} }
    : await openStore({ redisUrl: config.redisUrl, dataDir: config.dataDir, store: config.store, log })
  const { store } = opened
  undo.push(() => opened.close())

  const metrics = new Metrics()
  undo.push(() => metrics.close())
  const report = (line: CommandReport): void => {
    metrics.command(line)
    logCommand(log, line)
  }
  const branches = await Branches.open(store, { report, log })
  undo.push(() => branches.close())
  await loadFirstBranch(config, branches, log)

  const accounts = new Accounts(store, log)
  undo.push(() => accounts.close())
  const first = await accounts.prepareFirstUser(config.adminPassword)

  const sso =
    config.sso && config.publicUrl ? new SingleSignOn(config.sso, `${config.publicUrl}${SSO_CALLBACK}`, { accounts, store, log }) : null
  if (sso) undo.push(() => sso.close())
  const presence = new Presence()
  let isStopping = false
  let origins = new Origins(config.port, config.host, config.publicUrl)
  const printers = new Printers({ store, branches, devices: accounts.devices, publicUrl: () => origins.publicUrl, log })
  undo.push(() => printers.close())
  const history = new Historian({ store, branches, log, onSealed: (branch, isGood) => metrics.dayArchived(branch, isGood) })
  undo.push(() => history.close())
  const webhooks = new Webhooks({
    store,
    branches,
    history,
    log,
    onAttempt: (branch, { outcome }) => metrics.webhook(branch, outcome === 'delivered'),
  })
  undo.push(() => webhooks.close())
  const alerts = new AlertWatch({ store, backups: config, branches, history, presence, devices: accounts.devices, log })
  undo.push(() => alerts.close())
  const budget = new RequestBudget(config.requestsPerSecond, config.requestsBurst)
  const perMinute = (count: number) => new RequestBudget(count / 60, count)
  const app = makeApp({
    services: {
      config,
      store,
      branches,
      accounts,
      presence,
      sso,
      printers,
      history,
      alerts,
      webhooks,
      visitors: perMinute(config.visitorTicketsPerMinute),
      pairings: perMinute(10),
      // A hall's officers come at one time, and from one address.
      signOns: perMinute(120),
      // Screens ask every two seconds, and a hall's screens share an address.
      claims: perMinute(1200),
      publicUrl: () => origins.publicUrl,
      addresses: () => origins.addresses,
      isSecure: config.publicUrl?.startsWith('https:') ?? false,
    },
    origins: { isAllowed: (origin: string | undefined) => origins.isAllowed(origin) } as Origins,
    budget,
    isStopping: () => isStopping,
    log,
    onAnswered: (route, status) => metrics.request(route, status),
    metrics,
    metricsToken: config.metricsToken,
    version: VERSION,
  })
  const http = createServer({ requestTimeout: UPLOAD_MS, headersTimeout: 10_000, keepAliveTimeout: 30_000, maxHeaderSize: 16_384 }, app)
  const sockets = attachSockets(http, {
    branches,
    store,
    accounts,
    presence,
    isAllowedOrigin: (origin) => origins.isAllowed(origin),
    tokenFromCookie,
    take: (sessionId) => budget.take(`session ${sessionId}`),
    // A hall's screens share an address, and come back all at once.
    handshakes: new RequestBudget(1000, 10_000),
    announced: (line) => {
      metrics.announcement(line)
      logAnnouncement(log, line)
    },
    log,
  })
  undo.push(() => sockets.close())
  metrics.watch(store, branches, () => sockets.count())
  const backups = await serveBackups(config.dataDir, { store, branches, log })
  undo.push(() => backups.close())

  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(config.port, config.host, resolve)
  })
  const { port } = http.address() as AddressInfo
  origins = new Origins(port, config.host, config.publicUrl)

  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    isStopping = true
    backups.close()
    // A store that is away must not keep us: the next start finds speakers of a server that is gone.
    await Promise.race([sockets.releaseSpeakers(), new Promise((resolve) => setTimeout(resolve, RELEASE_MS))])
    await Promise.race([printers.close(), new Promise((resolve) => setTimeout(resolve, SLIP_MS))])
    // A receiver that hangs must not keep us: what was under way is sent again by whoever goes on.
    await Promise.race([webhooks.close(), new Promise((resolve) => setTimeout(resolve, DELIVERY_MS))])
    await Promise.race([alerts.close(), new Promise((resolve) => setTimeout(resolve, RELEASE_MS))])
    history.close()
    await branches.close()
    sockets.announceRestart()
    accounts.close()
    sso?.close()
    // Answers and the news are on their way: they leave before the connections do.
    await new Promise((resolve) => setTimeout(resolve, 20))
    const hurry = setTimeout(() => http.closeAllConnections(), DRAIN_MS)
    http.closeIdleConnections()
    await sockets.close()
    if (http.listening) await new Promise((resolve) => http.close(resolve))
    clearTimeout(hurry)
    metrics.close()
    await opened.close()
  }
  return {
    url: `http://${urlHost(config.host)}:${port}`,
    port,
    publicUrl: origins.publicUrl,
    addresses: origins.addresses,
    store,
    storeChosen: opened.chosen,
    branches,
    accounts,
    setupToken: first.setupToken,
    warnings: [...store.warnings, ...(first.warning ? [first.warning] : [])],
    stop: () => (stopped ??= stop()),
  }
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** The branch file is read at the first start; later the store has what people made of it. A file that was named makes a branch that isn't there. */
async function loadFirstBranch(config: Config, branches: Branches, log: Log): Promise<void> {
  const isFirst = branches.ids().length === 0
  if (!isFirst && !config.isBranchFileGiven) return
  let document: unknown
  try {
    document = JSON.parse(readFileSync(config.branchFile, 'utf8'))
  } catch (error) {
    throw new StartFault(`The branch file ${config.branchFile} can't be read: ${(error as Error).message}`)
  }
  const checked = checkConfiguration(document)
  if (!checked.ok)
    throw new StartFault(
      `The branch file ${config.branchFile} is not as it should be:\n${checked.mistakes.map(({ path, message }) => `  ${path || '(the whole)'}: ${message}`).join('\n')}`,
    )
  if (branches.get(checked.value.id)) return
  const made = await branches.create(checked.value, 'system')
  // Another server that starts at the same moment may have made it.
  if (!made.ok && !branches.get(checked.value.id))
    throw new StartFault(`The branch ${checked.value.id} could not be made: ${made.error.code}`)
  log.info({ branch: checked.value.id }, 'branch made from its file')
}
