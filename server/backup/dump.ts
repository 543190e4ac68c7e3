import { setTimeout as pause } from 'node:timers/promises'
import type { BranchState } from '../../shared/domain/state.ts'
import { counterDocument, documentOf, SINGLE_DOCUMENTS, ticketDocument } from '../store/liveKeys.ts'
import type { BranchStore } from '../store/store.ts'
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

/** Codes that live for minutes, a link that is printed anew, and what is found anew in the log. */
const NOT_KEPT: ReadonlySet<string> = new Set(['pairings', 'setup', 'configurationLog'])

/** Everything of the store as lines of a backup: each branch at one revision. Reads little at a time and rests in between. */
export async function* dump(store: BranchStore, branches: readonly HeldBranch[], rested: () => Promise<void>): AsyncGenerator<BackupLine> {
  const nowMs = store.nowMs()
  for (const { id, epoch, state } of branches) {
    const { timeZone } = state.configuration
    const madeAt = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(nowMs)
    const { revision, atMs, day } = state
    yield { type: 'branch', id, format: state.format, epoch, revision, atMs, day, timeZone, madeAt }
    for (let last = 0; last < revision; ) {
      const stored = (await store.readEvents(id, last, Math.min(EVENTS, revision - last))).filter((each) => each.revision <= revision)
      for (const each of stored)
        if (each.revision !== ++last)
          throw new Error(`event ${last} of ${id} is missing in the store: its log goes on with ${each.revision}`)
      if (stored.length === 0) throw new Error(`the log of ${id} ends at ${last}, but the branch is at ${revision}`)
      yield { type: 'events', events: stored.map(({ event }) => event) }
      await rested()
    }
    for (const documents of documentsOf(state)) {
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
    const records = (await store.records.list(kind)).map(({ id, value }) => ({ id, value }))
    for (let at = 0; at < records.length; at += RECORDS) {
      yield { type: 'records', kind, records: records.slice(at, at + RECORDS) }
      await rested()
    }
  }
}

function* documentsOf(state: BranchState): Generator<(readonly [string, string])[]> {
  const names = function* (): Generator<string> {
    yield* SINGLE_DOCUMENTS
    for (const id in state.counters) yield counterDocument(id)
    for (const id of state.tickets.keys()) yield ticketDocument(id)
  }
  let some: (readonly [string, string])[] = []
  for (const name of names()) {
    const json = documentOf(state, name)
    if (json !== null) some.push([name, json])
    if (some.length < DOCUMENTS) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

/** A pause as long as the work before it: officers call meanwhile. */
export function resting(): () => Promise<void> {
  let sinceMs = performance.now()
  return async () => {
    await pause(Math.max(1, performance.now() - sinceMs))
    sinceMs = performance.now()
  }
}
