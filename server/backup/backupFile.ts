import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { BranchEvent } from '../../shared/domain/events.ts'
import type { KeptAnswer } from '../store/store.ts'

/**
 * One backup is one file: a head of plain text (what it is, how long, and the SHA-256 of what follows), then gzip of JSON lines.
 * `tail -c +129 FILE | zcat` shows it to whoever has nothing but a shell.
 *
 * The lines, in this order: `manifest`; for each branch `branch`, where its log begins later than with its first event the `opening`, its
 * `events`, its `documents`, its `answers`, `branchEnd`; `records` by kind, among them the archived days; files of the house, each `file` and
 * its `bytes`; `end`. A new kind of line, or another meaning of an old one, is a new `BACKUP_FORMAT`. Format 1 had no `opening`.
 */
export const BACKUP_FORMAT = 2

export interface Manifest {
  readonly type: 'manifest'
  readonly format: number
  /** Version of the product that made it. */
  readonly product: string
  readonly madeAtMs: number
}

export interface BranchHead {
  readonly type: 'branch'
  readonly id: string
  /** Of state and events. */
  readonly format: number
  readonly epoch: string
  readonly revision: number
  /** Time of the last event. */
  readonly atMs: number
  readonly day: string
  readonly timeZone: string
  /** When the backup was made, as the branch's own clock says it: for people. */
  readonly madeAt: string
}

export type BackupLine =
  | Manifest
  | BranchHead
  /** Documents of the branch as it was before the first event that follows; its log had let go of those before. */
  | {
      readonly type: 'opening'
      readonly revision: number
      readonly atMs: number
      readonly documents: readonly (readonly [name: string, json: string])[]
    }
  /** The next events of the branch, without gaps. */
  | { readonly type: 'events'; readonly events: readonly BranchEvent[] }
  /** Of the branch's state at its revision: names and contents as JSON. */
  | { readonly type: 'documents'; readonly documents: readonly (readonly [name: string, json: string])[] }
  | { readonly type: 'answers'; readonly day: string; readonly answers: readonly KeptAnswer[] }
  | { readonly type: 'branchEnd'; readonly id: string }
  | { readonly type: 'records'; readonly kind: string; readonly records: readonly { readonly id: string; readonly value: unknown }[] }
  /** Under DATA_DIR, with slashes. */
  | { readonly type: 'file'; readonly path: string; readonly size: number; readonly mtimeMs: number }
  | { readonly type: 'bytes'; readonly base64: string }
  | { readonly type: 'end'; readonly branches: number; readonly records: number; readonly files: number }

/** What is wrong with a backup, for a person. Nothing was changed. */
export class BackupFault extends Error {
  override readonly name = 'BackupFault'
  readonly code = 'backup-fault'
}

const MAGIC = 'PANGGIL-BACKUP'
export const HEAD_BYTES = 128

function head(bytes: number, sha256: string): Buffer {
  const text = `${MAGIC} ${BACKUP_FORMAT}\nbytes ${String(bytes).padStart(15, '0')}\nsha256 ${sha256}\n`
  return Buffer.from(`${text.padEnd(HEAD_BYTES - 1)}\n`, 'latin1')
}

/**
 * Writes a backup under its name, or nothing: it grows under a temporary name, readable by its owner alone, and gets its own when it is
 * whole and on the disk. Returns its size in bytes.
 */
export async function writeBackup(path: string, lines: AsyncIterable<BackupLine>): Promise<number> {
  return appearing(path, async (file) => {
    await file.write(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const hash = createHash('sha256')
    let at = HEAD_BYTES
    await pipeline(
      async function* () {
        for await (const line of lines) yield `${JSON.stringify(line)}\n`
      },
      createGzip({ level: 6 }),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          hash.update(chunk)
          await writeWhole(file, chunk, at)
          at += chunk.length
        }
      },
    )
    await writeWhole(file, head(at - HEAD_BYTES, hash.digest('hex')), 0)
    return at
  })
}

/** Another copy, read back from what was written and checked against its own checksum on the way. */
export async function copyBackup(from: string, to: string): Promise<void> {
  const { bytes, sha256 } = await readHead(from)
  await appearing(to, async (file) => {
    const hash = createHash('sha256')
    let at = 0
    for await (const chunk of createReadStream(from) as AsyncIterable<Buffer>) {
      hash.update(at < HEAD_BYTES ? chunk.subarray(HEAD_BYTES - at) : chunk)
      await writeWhole(file, chunk, at)
      at += chunk.length
    }
    if (at !== HEAD_BYTES + bytes || hash.digest('hex') !== sha256)
      throw new BackupFault(`${from} is not as it was written: look at its disk`)
  })
}

async function writeWhole(file: FileHandle, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length; ) {
    const { bytesWritten } = await file.write(data, done, data.length - done, position + done)
    done += bytesWritten
  }
}

async function appearing<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const draft = join(dirname(path), `.${path.slice(dirname(path).length + 1)}.${process.pid}.part`)
  try {
    const file = await open(draft, 'w', 0o600)
    let result: T
    try {
      result = await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncFolder(dirname(path))
    return result
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw error
  }
}

/** A name is on the disk when its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function readHead(path: string): Promise<{ bytes: number; sha256: string }> {
  const file = await open(path, 'r').catch((error: Error) => {
    throw new BackupFault(`${path} can't be read: ${error.message}`)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const text = buffer.toString('latin1', 0, bytesRead)
    const format = /^PANGGIL-BACKUP (\d+)\n/.exec(text)?.[1]
    if (format === undefined) throw new BackupFault(`${path} is no backup of Panggil`)
    if (Number(format) > BACKUP_FORMAT)
      throw new BackupFault(`${path} was made by a newer version (format ${format}, this one knows ${BACKUP_FORMAT}): install that one`)
    const [, bytes, sha256] = /^PANGGIL-BACKUP [12]\nbytes (\d{15})\nsha256 ([0-9a-f]{64})\n *\n$/.exec(text) ?? []
    if (bytes === undefined || sha256 === undefined) throw new BackupFault(`${path} is damaged: its head can't be read`)
    return { bytes: Number(bytes), sha256 }
  } finally {
    await file.close()
  }
}

/** Whether the file is whole and as it was written, byte by byte. Throws `BackupFault`. */
export async function checkBytes(path: string): Promise<void> {
  const { bytes, sha256 } = await readHead(path)
  const hash = createHash('sha256')
  let count = 0
  for await (const chunk of createReadStream(path, { start: HEAD_BYTES }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    count += chunk.length
  }
  if (count !== bytes) throw new BackupFault(`${path} is damaged: it has ${count} bytes of ${bytes}`)
  if (hash.digest('hex') !== sha256) throw new BackupFault(`${path} is damaged: its checksum is another one`)
}

/** The lines of a file that `checkBytes` found whole. */
export function readBackup(path: string): AsyncGenerator<BackupLine> {
  return linesOf(createReadStream(path, { start: HEAD_BYTES }).pipe(createGunzip()))
}

export async function* linesOf(stream: Readable): AsyncGenerator<BackupLine> {
  const reader = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  let fault: Error | null = null
  stream.once('error', (error: Error) => {
    fault = error
    reader.close()
  })
  for await (const line of reader) yield JSON.parse(line) as BackupLine
  if (fault) throw fault
}

export const nameOfBackup = (atMs: number): string => `panggil-${new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, '')}.backup`

/** When a backup of this name was made, in ms; null: the name is none of ours, so the file is nobody's business. */
export function timeOfBackup(name: string): number | null {
  const parts = /^panggil-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.backup$/.exec(name)?.slice(1).map(Number)
  if (!parts) return null
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number]
  return Date.UTC(year, month - 1, day, hour, minute, second)
}
