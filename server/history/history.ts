import type { BranchState } from '../../shared/domain/state.ts'
import type { DayLedger } from '../reports/ledger.ts'
import type { DaySummary } from '../reports/summary.ts'
import type { StoredEvent } from '../store/store.ts'

/**
 * What happened in a branch, from its first event to this moment. A day that is over is archived when it turns: its events with the state it
 * began with, as one compressed value that was read back and counted again; and its summary, without numbers or ids of tickets.
 */
export interface History {
  /** Closed days whose single tickets are kept, oldest first, `YYYY-MM-DD`. Throws `StoreAway`. */
  days(branchId: string): Promise<readonly string[]>
  /** A closed day's or today's story; null: there was no such day, or its tickets are not kept. Throws `StoreAway`. */
  day(branchId: string, day: string): Promise<RecordedDay | null>
  /**
   * Events with a later revision than `after`, in order and without gaps, a part at a time, up to those that were there when it was asked:
   * out of the archive and the store's log. Throws `StoreAway`; `EventsLetGo` where single tickets of so long ago are not kept.
   */
  eventsAfter(branchId: string, after: number): AsyncIterable<readonly StoredEvent[]>
  /** Summaries of closed days from `from` to `to`, both included, oldest first. Throws `StoreAway`. */
  summaries(branchId: string, from: string, to: string): Promise<readonly DaySummary[]>
  /** Today up to now, a moment behind the calls; null while it is being read. */
  today(branchId: string): Today | null
  close(): void
}

export interface Today {
  readonly ledger: DayLedger
  /** The branch as far as the ledger has counted. */
  readonly state: BranchState
  readonly firstRevision: number
}

/** The branch does not keep its single tickets for so long (`keepTicketsDays`). */
export class EventsLetGo extends Error {
  override readonly name = 'EventsLetGo'
}

/** One business day: the state it began with, and its events up to the `dayTurned` that ended it, that one included. */
export interface RecordedDay {
  readonly day: string
  readonly opening: BranchState
  readonly events: readonly StoredEvent[]
}
