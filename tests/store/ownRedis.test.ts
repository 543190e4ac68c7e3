import { type ChildProcess, fork, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isRunning, lockDataDir } from '../../server/store/dataDirLock.ts'
import { openStore } from '../../server/store/openStore.ts'
import { redisAt, socketOf, startOwnRedis } from '../../server/store/ownRedis.ts'
import { Branch, plain } from './branch.ts'
import { redisProgram, until } from './testStores.ts'

const program = await redisProgram()
if (program === null) console.warn('SKIPPED: no Redis is to be had here, so nothing is known of starting our own')
const withoutRedis = { find: async () => null }

let dir: string
const toKill: number[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'panggil-test-own-'))
})
afterEach(async () => {
  // Whatever a test that failed left running.
  for (const folder of [dir, join(dir, 'redis')]) toKill.push(...[await redisAt(socketOf(folder))].filter((pid) => pid !== null))
  for (const pid of toKill.splice(0))
    try {
      process.kill(pid, 'SIGKILL')
    } catch {}
  rmSync(dir, { recursive: true, force: true })
})

const childAt = (args: string[]): ChildProcess => {
  const child = fork(fileURLToPath(new URL('./openedElsewhere.ts', import.meta.url)), args, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  toKill.push(child.pid as number)
  return child
}
const told = (child: ChildProcess): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as never))
    child.once('exit', (code, signal) => reject(new Error(`ended: ${code ?? signal}`)))
  })
const gone = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('exit', () => resolve()))

describe.skipIf(program === null)('our own Redis', () => {
  const start = async (at = dir) => {
    const redis = await startOwnRedis(program as never, at)
    toKill.push(redis.pid)
    return redis
  }

  it('is started once, found again, and gone after stop', async () => {
    const first = await start()
    expect(first.wasStarted).toBe(true)
    // Leader of a process group of its own: Ctrl-C at the server's terminal doesn't reach it.
    if (existsSync('/proc/self/stat'))
      expect(
        readFileSync(`/proc/${first.pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')[2],
      ).toBe(String(first.pid))
    const again = await start()
    expect(again).toMatchObject({ wasStarted: false, pid: first.pid, socket: first.socket })
    await again.stop()
    expect(isRunning(first.pid)).toBe(false)
    const anew = await start()
    expect(anew.wasStarted).toBe(true)
    await anew.stop()
  })

  it('listens where only its owner comes in, also where the path of the folder is too long for a socket', async () => {
    const long = join(dir, 'x'.repeat(60), 'y'.repeat(60))
    expect(socketOf(dir)).toBe(join(dir, 'redis.sock'))
    expect(socketOf(long).length).toBeLessThan(100)
    expect(socketOf(long)).not.toBe(socketOf(`${long}z`))
    const redis = await start(long)
    expect(statSync(dirname(redis.socket)).mode & 0o777).toBe(0o700)
    expect(statSync(redis.socket).mode & 0o077).toBe(0)
    await redis.stop()
    rmSync(dirname(socketOf(long)), { recursive: true, force: true })
  })

  it('says what Redis said, when it cannot start', async () => {
    mkdirSync(join(dir, 'appendonlydir'))
    writeFileSync(join(dir, 'appendonlydir', 'appendonly.aof.manifest'), 'this is no manifest\n')
    await expect(start()).rejects.toThrow(/ended at its start[\s\S]*manifest/)
  })

  it('LOSS1 SIGKILL of the server leaves it running, and the next server goes on with it', async () => {
    const child = childAt([dir, 'write'])
    const { redisPid, revision, epoch } = await told(child)
    toKill.push(redisPid as number)
    child.kill('SIGKILL')
    await gone(child)
    expect(isRunning(redisPid as number)).toBe(true)
    const opened = await openStore({ dataDir: dir })
    expect(opened.chosen).toContain('still running')
    const branch = await Branch.of(opened.store, 'elsewhere')
    // The same Redis went on: so does the epoch, and no screen needs anything anew.
    expect(branch.epoch).toBe(epoch)
    expect(branch.state.revision).toBe(revision)
    await opened.close()
    expect(isRunning(redisPid as number)).toBe(false)
    expect(existsSync(join(dir, 'lock'))).toBe(false)
  })

  it('SYNC2 LOSS1 it is started again when it ends by itself, with all that was acknowledged, and nobody has to do anything', async () => {
    const opened = await openStore({ dataDir: dir })
    const branch = await Branch.made(opened.store)
    await branch.commit([branch.issue()])
    const returns: number[] = []
    opened.store.onReturn(() => returns.push(1))
    for (let time = 1; time <= 2; time++) {
      const { pid } = await start(join(dir, 'redis'))
      process.kill(pid, 'SIGKILL')
      await until('it is gone', () => !isRunning(pid))
      await until('the store is back', () => returns.length === time)
      const again = await Branch.of(opened.store, branch.id)
      expect(plain(again.state)).toEqual(plain(branch.state))
    }
    await opened.close()
    expect(existsSync(join(dir, 'lock'))).toBe(false)
  })

  it('waits while a large file is loaded', async () => {
    let opened = await openStore({ dataDir: dir })
    const branch = await Branch.made(opened.store)
    for (let batch = 0; batch < 2; batch++) await branch.send(branch.batchOf(branch.issued(5000)))
    const { pid } = await start(join(dir, 'redis'))
    process.kill(pid, 'SIGKILL')
    await until('it is gone', () => !isRunning(pid))
    await opened.store.close()
    // The lock is ours still: give it back without stopping what is gone.
    await opened.close()
    opened = await openStore({ dataDir: dir })
    const again = await Branch.of(opened.store, branch.id)
    expect([again.state.revision, again.state.tickets.size]).toEqual([10_001, 10_000])
    await opened.close()
  })

  it('LOSS1 a last entry that was cut off, as by a power cut, is dropped whole: no half batch', async () => {
    let opened = await openStore({ dataDir: dir })
    const branch = await Branch.made(opened.store)
    await branch.commit([branch.issue(), branch.issue()])
    const kept = branch.state
    const { epoch } = branch
    await branch.commit([branch.issue(), branch.issue()])
    await opened.close()
    const folder = join(dir, 'redis', 'appendonlydir')
    const file = join(folder, readdirSync(folder).find((name) => name.endsWith('.incr.aof')) as string)
    writeFileSync(file, readFileSync(file).subarray(0, -100))
    opened = await openStore({ dataDir: dir })
    const again = await Branch.of(opened.store, branch.id)
    expect(plain(again.state)).toEqual(plain(kept))
    expect(again.epoch).not.toBe(epoch)
    expect(await opened.store.readEvents(branch.id, 3, 10)).toEqual([])
    // What had been seen is decided anew.
    expect((await again.commit([again.issue()])).status).toBe('committed')
    await opened.close()
  })
})

describe('opening the store', () => {
  it.skipIf(program === null)('takes our own Redis where there is one, and remembers', async () => {
    const opened = await openStore({ dataDir: dir })
    expect(opened.store.kind).toBe('redis')
    expect(opened.store.warnings).toEqual([])
    expect(opened.chosen).toContain('our own Redis')
    const socket = opened.store.description
    // REDIS_URL set or forgotten by mistake would show an empty hall just so.
    const elsewhere = join(dir, 'elsewhere')
    const byUrl = await openStore({ dataDir: elsewhere, redisUrl: socket })
    expect(byUrl.chosen).toContain('REDIS_URL')
    await byUrl.close()
    await expect(openStore({ dataDir: elsewhere })).rejects.toMatchObject({ code: 'store-kind-changed' })
    await expect(openStore({ dataDir: dir, redisUrl: socket })).rejects.toMatchObject({ code: 'store-kind-changed' })
    await opened.close()
    expect(JSON.parse(readFileSync(join(dir, 'store.json'), 'utf8'))).toEqual({ kind: 'own-redis' })
    // Redis was uninstalled: an empty embedded store would look as if all tickets were gone.
    await expect(openStore({ dataDir: dir, ...withoutRedis })).rejects.toMatchObject({
      code: 'store-kind-changed',
      message: expect.stringContaining('Install one'),
    })
    await expect(openStore({ dataDir: dir, store: 'embedded' })).rejects.toMatchObject({ code: 'store-kind-changed' })
    // Neither refusal keeps the folder.
    await (await openStore({ dataDir: dir, store: 'redis' })).close()
  })

  it('takes the embedded store where there is no Redis, and keeps to it', async () => {
    const opened = await openStore({ dataDir: dir, ...withoutRedis })
    expect(opened.store.kind).toBe('embedded')
    expect(opened.chosen).toMatch(/embedded.*no Redis was found/)
    const branch = await Branch.made(opened.store)
    await opened.close()
    const again = await openStore({ dataDir: dir })
    expect(again.store.kind).toBe('embedded')
    expect(await again.store.branches()).toEqual([branch.id])
    await again.close()
    await expect(openStore({ dataDir: dir, store: 'redis' })).rejects.toMatchObject({ code: 'store-kind-changed' })
    writeFileSync(join(dir, 'store.json'), '{"kind":"of-the-future"}')
    await expect(openStore({ dataDir: dir })).rejects.toMatchObject({ code: 'store-kind-changed' })
  })

  it('takes the embedded store where it is asked for; asked for Redis, it never takes another', async () => {
    const opened = await openStore({ dataDir: join(dir, 'a'), store: 'embedded' })
    expect(opened.chosen).toContain('STORE=embedded')
    await opened.close()
    await expect(openStore({ dataDir: join(dir, 'b'), store: 'redis', ...withoutRedis })).rejects.toThrow(
      /no redis-server or valkey-server/,
    )
  })

  it('a folder in use is refused while its owner lives, and taken over when it was killed', async () => {
    const child = childAt([dir, 'hold'])
    await told(child)
    await expect(openStore({ dataDir: dir, store: 'embedded' })).rejects.toMatchObject({
      code: 'data-dir-in-use',
      message: expect.stringContaining(String(child.pid)),
    })
    child.kill('SIGKILL')
    await gone(child)
    const opened = await openStore({ dataDir: dir, store: 'embedded' })
    await expect(openStore({ dataDir: dir, store: 'embedded' })).rejects.toMatchObject({ code: 'data-dir-in-use' })
    await opened.close()
    await (await openStore({ dataDir: dir, store: 'embedded' })).close()
  })

  it('another process that got the number of a killed owner does not keep the folder', () => {
    const other = spawn('sleep', ['60'])
    toKill.push(other.pid as number)
    writeFileSync(join(dir, 'lock'), `${other.pid} 1\n`)
    const lock = lockDataDir(dir)
    expect(() => lockDataDir(dir)).toThrow(/in use/)
    lock.release()
    writeFileSync(join(dir, 'lock'), 'nonsense')
    lockDataDir(dir).release()
    expect(readdirSync(dir)).toEqual([])
  })
})
