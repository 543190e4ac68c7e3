import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { BranchEvent } from '../../shared/domain/events.ts'
import type { BranchState } from '../../shared/domain/state.ts'
import { resting } from '../resting.ts'
import { documentsOf, stateFrom } from '../store/liveKeys.ts'
import type { BranchStore, StoredEvent } from '../store/store.ts'
import type { RecordedDay } from './history.ts'
import { ARCHIVES, archivedDays, idOf } from './kept.ts'

const pack = promisify(gzip)
const unpack = promisify(gunzip)

/** Officers press meanwhile: a large day is written and read a few milliseconds at a time. */
const REST = { keptMs: 6, share: 0 }

/**
 * A closed day as it is kept: one value, whole or not at all, that says itself whether it is still what was written. `gzip` is Base64 of
 * gzip of lines of JSON: the first is where the day began (`Opening`), each of the others an event.
 */
export interface DayArchive {
  readonly format: 1
  readonly day: string
  readonly firstRevision: number
  readonly lastRevision: number
  /** Of the lines, before they were compressed. */
  readonly sha256: string
  readonly gzip: string
}

/** The state that the day began with. */
interface Opening {
  readonly revision: number
  readonly atMs: number
  /** Its documents: names and JSON. */
  readonly documents: readonly (readonly [name: string, json: string])[]
}

/** What is wrong with an archive. */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault'
}

export async function archiveOf(day: string, opening: BranchState, events: readonly BranchEvent[]): Promise<DayArchive> {
  const rested = resting(REST)
  const { revision, atMs } = opening
  const lines = [`${JSON.stringify({ revision, atMs, documents: [...documentsOf(opening)] } satisfies Opening)}\n`]
  const hash = createHash('sha256').update(lines[0] as string)
  for (const event of events) {
    const line = `${JSON.stringify(event)}\n`
    lines.push(line)
    hash.update(line)
    await rested()
  }
  return {
    format: 1,
    day,
    firstRevision: revision + 1,
    lastRevision: revision + events.length,
    sha256: hash.digest('hex'),
    gzip: (await pack(lines.join(''), { level: 9 })).toString('base64'),
  }
}

/** The archived day that this event is of; null: none that is kept. */
export async function archiveWith(store: BranchStore, branchId: string, revision: number): Promise<DayArchive | null> {
  // The newest first: who asks asks for one that the log let go of lately.
  for (const day of (await archivedDays(store, branchId)).reverse()) {
    const archive = (await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, day)))?.value
    if (archive && archive.firstRevision <= revision) return revision <= archive.lastRevision ? archive : null
  }
  return null
}

/** The day as it was. Throws `ArchiveFault` where the value is not what was written. */
export async function recordedDay(archive: DayArchive): Promise<RecordedDay> {
  const { day } = archive
  if (archive.format !== 1) throw new ArchiveFault(`the archive of ${day} has a format that this version does not know: ${archive.format}`)
  let text: Buffer
  try {
    text = await unpack(Buffer.from(archive.gzip, 'base64'))
  } catch (error) {
    throw new ArchiveFault(`the archive of ${day} can't be unpacked: ${(error as Error).message}`)
  }
  if (createHash('sha256').update(text).digest('hex') !== archive.sha256)
    throw new ArchiveFault(`the archive of ${day} is not what was written`)
  const rested = resting(REST)
  const [first = '', ...lines] = text.toString('utf8').trimEnd().split('\n')
  const { revision, atMs, documents } = JSON.parse(first) as Opening
  const events: StoredEvent[] = []
  for (const line of lines) {
    events.push({ revision: revision + 1 + events.length, event: JSON.parse(line) as BranchEvent })
    await rested()
  }
  const last = revision + events.length
  if (revision + 1 !== archive.firstRevision || last !== archive.lastRevision)
    throw new ArchiveFault(
      `the archive of ${day} holds events ${revision + 1} to ${last}, not ${archive.firstRevision} to ${archive.lastRevision}`,
    )
  return { day, opening: stateFrom(documents, { revision, atMs }), events }
}
