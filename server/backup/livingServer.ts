import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Branches } from '../branch/branches.ts'
import { resting } from '../resting.ts'
import { makeSocketFolder, socketOf } from '../store/ownRedis.ts'
import type { BranchStore, StoreLog } from '../store/store.ts'
import { type BackupLine, linesOf } from './backupFile.ts'
import { dump } from './dump.ts'

/**
 * How the backup tool talks to the server that uses a data folder: over a unix socket in that folder. Whoever may open it could read the
 * data itself, so it asks for no password, and a nightly job needs none.
 */
export const backupSocket = (dataDir: string): string => socketOf(join(dataDir, 'control'), 'server.sock')

/** A pause as long as the work before it, after every part: a backup may take its time. */
const REST = { keptMs: 0, share: 1 }

/** Said last, when everything was sent. */
const WHOLE = 'whole'

interface Serving {
  readonly store: BranchStore
  readonly branches: Pick<Branches, 'all'>
  readonly log: StoreLog
}

/** Whoever connects gets a dump of the store. Does nothing where another server of the same folder does it already. */
export async function serveBackups(dataDir: string, { store, branches, log }: Serving): Promise<{ close(): void }> {
  const nothing = { close() {} }
  // Nobody made a folder, so nobody keeps anything in it.
  if (!existsSync(dataDir)) return nothing
  const path = backupSocket(dataDir)
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    socket.on('error', () => {})
    const held = branches.all().map(({ id, epoch, state }) => ({ id, epoch, state }))
    const lines = async function* (): AsyncGenerator<string> {
      try {
        for await (const line of dump(store, held, resting(REST))) yield `${JSON.stringify(line)}\n`
        yield `"${WHOLE}"\n`
      } catch (error) {
        log.warn({ err: error }, 'a backup broke off')
        yield `${JSON.stringify({ failed: (error as Error).message })}\n`
      }
    }
    pipeline(Readable.from(lines()), socket).catch(() => {})
  })
  try {
    makeSocketFolder(path)
    if (await isListened(path)) return nothing
    rmSync(path, { force: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
    chmodSync(path, 0o600)
  } catch (error) {
    // A hall without backups is told so, and served all the same.
    log.warn({ err: error, path }, 'backups can’t be asked for while this server runs')
    server.close()
    return nothing
  }
  return {
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

const connected = (path: string): Promise<Socket | null> =>
  new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(null))
  })

async function isListened(path: string): Promise<boolean> {
  const socket = await connected(path)
  socket?.destroy()
  return socket !== null
}

/** Whether a server that serves backups uses this folder. */
export const isServed = (dataDir: string): Promise<boolean> => isListened(backupSocket(dataDir))

/** The dump of the server that uses this folder; null where none does. Throws where it breaks off. */
export async function dumpOfLivingServer(dataDir: string): Promise<AsyncGenerator<BackupLine> | null> {
  const socket = await connected(backupSocket(dataDir))
  return socket && received(socket)
}

async function* received(socket: Socket): AsyncGenerator<BackupLine> {
  try {
    for await (const line of linesOf(socket) as AsyncGenerator<BackupLine | typeof WHOLE | { failed: string }>) {
      if (line === WHOLE) return
      if ('failed' in line) throw new Error(line.failed)
      yield line
    }
    throw new Error('the server ended in the middle of the backup')
  } finally {
    socket.destroy()
  }
}
