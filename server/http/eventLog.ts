import { Readable } from 'node:stream'
import type { BranchStore, StoredEvent } from '../store/store.ts'

/** How many events are read, and kept in memory, at once. */
const CHUNK = 500

/**
 * A branch's events after a revision, one JSON line each, read as fast as they are taken. The first chunk is read before anything is sent, so
 * that a store that is away is an answer and not a log cut short. Breaks off with an error where one is missing: a log with a hole is none.
 */
export async function eventLines(store: BranchStore, branchId: string, after: number): Promise<Readable> {
  const first = await store.readEvents(branchId, after, CHUNK)
  return Readable.from(lines(store, branchId, after, first), { objectMode: false })
}

async function* lines(store: BranchStore, branchId: string, after: number, first: readonly StoredEvent[]): AsyncGenerator<string> {
  let last = after
  for (let events = first; events.length > 0; events = await store.readEvents(branchId, last, CHUNK)) {
    let text = ''
    for (const { revision, event } of events) {
      if (revision !== last + 1) throw new Error(`event ${last + 1} of ${branchId} is missing: the log goes on with ${revision}`)
      last = revision
      text += `${JSON.stringify({ revision, atMs: event.atMs, event })}\n`
    }
    yield text
    // What is committed meanwhile is the next request's.
    if (events.length < CHUNK) return
  }
}
