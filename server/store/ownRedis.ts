import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { createConnection } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { isRunning } from './dataDirLock.ts'
import type { StoreLog } from './store.ts'

const run = promisify(execFile)

/** A Redis server's program, and what it needs to find its libraries. */
export interface RedisProgram {
  readonly path: string
  readonly libraries: string | null
}

export interface OwnRedis {
  readonly socket: string
  readonly pid: number
  /** False where it was running already: a server that was killed left it, with all that is in its memory. */
  readonly wasStarted: boolean
  /** SIGTERM, and waits until it has written everything and is gone. */
  stop(): Promise<void>
  /** Resolves when the process is gone, whoever ended it. */
  ended(): Promise<void>
}

/** A Redis server's program on this machine, fetched where there is none; null where none is to be had. */
export async function findRedis(log?: StoreLog): Promise<RedisProgram | null> {
  return (await onThePath()) ?? (await fetched(cacheFolder(), log))
}

async function onThePath(): Promise<RedisProgram | null> {
  for (const name of ['redis-server', 'valkey-server'])
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name)
      if (isExecutable(path) && (await works({ path, libraries: null }))) return { path, libraries: null }
    }
  return null
}

const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'panggil')

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const environment = ({ libraries }: RedisProgram): NodeJS.ProcessEnv =>
  libraries === null ? process.env : { ...process.env, LD_LIBRARY_PATH: libraries }

async function works(program: RedisProgram): Promise<boolean> {
  try {
    await run(program.path, ['--version'], { env: environment(program), timeout: 10_000 })
    return true
  } catch {
    return false
  }
}

/** What Debian's redis-server links beside what every Debian has. Those that this release names otherwise are left out. */
const DEBIAN_PACKAGES = ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1']

/** Debian's own build, unpacked into the cache folder; that needs no root. Null on other systems, and without package lists or network. */
export async function fetched(cache: string, log?: StoreLog): Promise<RedisProgram | null> {
  const folder = join(cache, 'redis-debian')
  const known = programIn(folder)
  if (known && (await works(known))) return known
  let draft: string | null = null
  try {
    await run('dpkg', ['--version'])
    mkdirSync(cache, { recursive: true })
    draft = mkdtempSync(join(cache, 'redis-debian.'))
    const download = (name: string) => run('apt-get', ['download', name], { cwd: draft as string, timeout: 120_000 })
    log?.info({ cache }, "fetching Debian's Redis")
    try {
      await download('redis-tools')
    } catch (error) {
      // Fresh containers have no package lists, and only root can get them.
      if (process.getuid?.() !== 0) throw error
      await run('apt-get', ['update'], { timeout: 120_000 })
      await download('redis-tools')
    }
    for (const name of DEBIAN_PACKAGES.slice(1)) await download(name).catch(() => {})
    for (const file of readdirSync(draft).filter((name) => name.endsWith('.deb'))) {
      await run('dpkg', ['-x', join(draft, file), draft])
      rmSync(join(draft, file))
    }
    const made = programIn(draft)
    if (!made || !(await works(made))) return null
    rmSync(folder, { recursive: true, force: true })
    renameSync(draft, folder)
    return programIn(folder)
  } catch (error) {
    log?.info({ reason: (error as Error).message.split('\n')[0] }, 'no Redis to be fetched')
    // Another process may have been faster with the same.
    const other = programIn(folder)
    return other && (await works(other)) ? other : null
  } finally {
    if (draft !== null) rmSync(draft, { recursive: true, force: true })
  }
}

function programIn(folder: string): RedisProgram | null {
  // One program with several names; the package with the tools has it as redis-check-rdb, and it goes by the name it is called with.
  const named = join(folder, 'usr/bin/redis-server')
  const path = existsSync(named) ? named : join(folder, 'usr/bin/redis-check-rdb')
  if (!isExecutable(path)) return null
  const libraries = ['usr/lib', 'lib'].flatMap((lib) => {
    const at = join(folder, lib)
    if (!existsSync(at)) return []
    return readdirSync(at)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(at, name))
  })
  return { path, libraries: libraries.join(':') }
}

/** Longer paths of sockets are cut off by the kernel (108 bytes). */
const SOCKET_PATH_MAX = 100

/** Where the socket of the Redis with its data in this folder is, or another socket of ours that belongs there. */
export function socketOf(dir: string, name = 'redis.sock'): string {
  const beside = join(resolve(dir), name)
  if (Buffer.byteLength(beside) < SOCKET_PATH_MAX) return beside
  const user = process.getuid?.() ?? 0
  return join(tmpdir(), `panggil-${user}-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 16)}`, name)
}

/** Makes the folder that a socket is in, for us alone. */
export function makeSocketFolder(socket: string): void {
  const folder = dirname(socket)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // In a folder for everybody's temporary files somebody else may have made ours.
  const owner = lstatSync(folder)
  if (!owner.isDirectory() || (process.getuid && owner.uid !== process.getuid())) throw new Error(`${folder} belongs to somebody else`)
}

/**
 * The Redis whose data is in this folder: the one that is running, else a new one. It is a process of its own that outlives this one,
 * so that a killed server finds its queues in memory when it is back.
 */
export async function startOwnRedis(program: RedisProgram, dir: string, log?: StoreLog): Promise<OwnRedis> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const socket = socketOf(dir)
  makeSocketFolder(socket)

  const living = await redisAt(socket)
  if (living !== null) {
    await untilReady(socket, () => isRunning(living))
    return ownRedis(socket, living, false)
  }
  const logFile = join(dir, 'redis.log')
  const settings = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: resolve(dir),
    // LOSS1: on the disk before the answer. No snapshots beside it: they would only cost.
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    // A ticket is never thrown away for want of memory.
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    logfile: logFile,
  }
  const child = spawn(
    program.path,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    {
      argv0: 'redis-server',
      detached: true,
      stdio: 'ignore',
      env: environment(program),
      cwd: dir,
    },
  )
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`Redis ended at its start (${code ?? signal}):\n${lastLines(logFile)}`)))
  })
  failed.catch(() => {})
  child.unref()
  await Promise.race([untilReady(socket, () => child.exitCode === null && child.signalCode === null), failed])
  log?.info({ socket, pid: child.pid }, 'started our own Redis')
  return ownRedis(socket, child.pid as number, true)
}

const ownRedis = (socket: string, pid: number, wasStarted: boolean): OwnRedis => ({
  socket,
  pid,
  wasStarted,
  async stop() {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {}
    await untilGone(pid)
  },
  ended: () => untilGone(pid),
})

/** Not our child where it was found running, so its end can't be heard of. */
async function untilGone(pid: number): Promise<void> {
  while (isRunning(pid)) await pause(5)
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

function lastLines(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
  } catch {
    return '(no log)'
  }
}

/** Waits until it takes commands: a large file takes it seconds to load, and until then it says so. */
async function untilReady(socket: string, isAlive: () => boolean): Promise<void> {
  for (;;) {
    const reply = await ask(socket, 'PING')
    if (reply?.startsWith('+PONG')) return
    if (!isAlive()) throw new Error(`Redis at ${socket} ended before it was ready`)
    await pause(5)
  }
}

/** Process id of the Redis that listens here; null where none does. Throws where one does and doesn't answer. */
export async function redisAt(socket: string): Promise<number | null> {
  const reply = await ask(socket, 'INFO server')
  if (reply === null) return null
  const pid = /process_id:(\d+)/.exec(reply)?.[1]
  // It answers INFO while it loads, too. Whatever else this is, it is not ours to use, nor to stop.
  if (!pid) throw new Error(`what listens at ${socket} is no Redis of ours: ${reply.slice(0, 80)}`)
  return Number(pid)
}

/** One command over a connection of its own; null where nobody listens. */
function ask(socket: string, command: string): Promise<string | null> {
  return new Promise((settle, reject) => {
    let reply = ''
    const connection = createConnection(socket)
    connection.setTimeout(5000, () => {
      connection.destroy()
      reject(new Error(`Redis at ${socket} hangs: it took the connection and does not answer`))
    })
    connection.on('error', () => settle(null))
    connection.on('connect', () => connection.write(`${command}\r\nQUIT\r\n`))
    connection.on('data', (data) => {
      reply += data.toString()
    })
    connection.on('close', () => settle(reply === '' ? null : reply))
  })
}
