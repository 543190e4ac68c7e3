import type { BranchState } from '../../shared/domain/state.ts'
import { archiveWith, type DayArchive, recordedDay } from '../history/dayArchive.ts'
import { ARCHIVES, idOf, SUMMARIES } from '../history/kept.ts'
import type { DaySummary } from '../reports/summary.ts'
import { documentsOf } from '../store/liveKeys.ts'
import type { BranchStore, StoredEvent } from '../store/store.ts'
import type { BackupLine } from './backupFile.ts'

/** A branch as it is held in memory: a value that nobody changes any more, so it is one moment however long it is read. */
export interface HeldBranch {
  readonly id: string
  readonly epoch: string
  readonly state: BranchState
}

const EVENTS = 250
const DOCUMENTS = 250
const RECORDS = 200
/** A day is as large as many other records. */
const DAYS_AT_ONCE = 10
const DAYS: ReadonlySet<string> = new Set([ARCHIVES, SUMMARIES])

/** Codes that live for minutes, a link that is printed anew, and what is found anew in the log. */
const NOT_KEPT: ReadonlySet<string> = new Set(['pairings', 'setup', 'configurationLog', 'ssoFlows'])

/** Everything of the store as lines of a backup: each branch at one revision. Reads little at a time and rests in between. */
export async function* dump(store: BranchStore, branches: readonly HeldBranch[], rested: () => Promise<void>): AsyncGenerator<BackupLine> {
  const nowMs = store.nowMs()
  for (const { id, epoch, state } of branches) {
    const { timeZone } = state.configuration
    const madeAt = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(nowMs)
    const { revision, atMs, day } = state
    yield { type: 'branch', id, format: state.format, epoch, revision, atMs, day, timeZone, madeAt }
    const opening = await openingOf(store, id, state)
    if (opening !== null)
      for (const documents of documentsInParts(opening)) {
        yield { type: 'opening', revision: opening.revision, atMs: opening.atMs, documents }
        await rested()
      }
    for (let last = opening?.revision ?? 0; last < revision; ) {
      const stored = (await eventsAfter(store, id, last, revision)).filter((each) => each.revision <= revision)
      for (const each of stored)
        if (each.revision !== ++last)
          throw new Error(`event ${last} of ${id} is missing in the store: its log goes on with ${each.revision}`)
      if (stored.length === 0) throw new Error(`the log of ${id} ends at ${last}, but the branch is at ${revision}`)
      yield { type: 'events', events: stored.map(({ event }) => event) }
      await rested()
    }
    for (const documents of documentsInParts(state)) {
      yield { type: 'documents', documents }
      await rested()
    }
    for (const of of new Set([state.previousDay, state.day])) {
      if (of === null) continue
      for await (const answers of store.answers(id, of)) {
        // Given while this was being read, and speak of what the backup doesn't have.
        const kept = answers.filter(({ answer }) => ((JSON.parse(answer) as { revision?: number }).revision ?? 0) <= revision)
        if (kept.length > 0) yield { type: 'answers', day: of, answers: kept }
        await rested()
      }
    }
    yield { type: 'branchEnd', id }
  }
  for (const kind of await store.records.kinds()) {
    if (NOT_KEPT.has(kind)) continue
    let some: { id: string; value: unknown }[] = []
    let size = 0
    for (const recordId of await store.records.ids(kind)) {
      const record = await store.records.get(kind, recordId)
      if (!record || isOfLater(kind, recordId, record.value, branches)) continue
      some.push({ id: recordId, value: record.value })
      size += DAYS.has(kind) ? RECORDS / DAYS_AT_ONCE : 1
      if (size < RECORDS) continue
      yield { type: 'records', kind, records: some }
      some = []
      size = 0
      await rested()
    }
    if (some.length > 0) yield { type: 'records', kind, records: some }
  }
}

/** Null where the log begins with the first event; else what was there before the first that it has: the oldest day in it is archived. */
async function openingOf(store: BranchStore, branchId: string, state: BranchState): Promise<BranchState | null> {
  const [first] = await store.readEvents(branchId, 0, 1)
  if (!first || first.revision === 1 || state.revision < first.revision) return null
  const archive = await archiveWith(store, branchId, first.revision)
  if (archive?.firstRevision === first.revision) return (await recordedDay(archive)).opening
  throw new Error(`the log of ${branchId} begins at event ${first.revision}, and no archived day begins there`)
}

/** The log may let go of its oldest day while it is read: then that is in the archive. */
async function eventsAfter(store: BranchStore, branchId: string, last: number, revision: number): Promise<readonly StoredEvent[]> {
  const stored = await store.readEvents(branchId, last, Math.min(EVENTS, revision - last))
  if (stored[0]?.revision === last + 1) return stored
  const archive = await archiveWith(store, branchId, last + 1)
  return archive ? (await recordedDay(archive)).events.filter((each) => each.revision > last) : stored
}

/** A day that was over only after the branch was read: it is not over in this backup. */
function isOfLater(kind: string, id: string, value: unknown, branches: readonly HeldBranch[]): boolean {
  if (!DAYS.has(kind)) return false
  const branch = branches.find((each) => id.startsWith(idOf(each.id, '')))
  return !branch || (value as DayArchive | DaySummary).lastRevision > branch.state.revision
}

function* documentsInParts(state: BranchState): Generator<(readonly [string, string])[]> {
  let some: (readonly [string, string])[] = []
  for (const document of documentsOf(state)) {
    some.push(document)
    if (some.length < DOCUMENTS) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}
