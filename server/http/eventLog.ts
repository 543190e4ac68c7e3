import { Readable } from 'node:stream'
import type { History } from '../history/history.ts'
import type { StoredEvent } from '../store/store.ts'

/**
 * A branch's events after a revision, one JSON line each, read as fast as they are taken. The first part is read before anything is sent, so
 * that a store that is away is an answer and not a log cut short. Breaks off with an error where one is missing: a log with a hole is none.
 * Throws `EventsLetGo` where the first ones are not kept.
 */
export async function eventLines(history: History, branchId: string, after: number): Promise<Readable> {
  const parts = history.eventsAfter(branchId, after)[Symbol.asyncIterator]()
  const first = await parts.next()
  return Readable.from(lines(parts, first), { objectMode: false })
}

async function* lines(parts: AsyncIterator<readonly StoredEvent[]>, first: IteratorResult<readonly StoredEvent[]>): AsyncGenerator<string> {
  for (let part = first; !part.done; part = await parts.next())
    // A day out of the archive is long: a piece at a time.
    for (let at = 0; at < part.value.length; at += CHUNK)
      yield part.value
        .slice(at, at + CHUNK)
        .map(lineOf)
        .join('')
}

const CHUNK = 500

const lineOf = ({ revision, event }: StoredEvent): string => `${JSON.stringify({ revision, atMs: event.atMs, event })}\n`
