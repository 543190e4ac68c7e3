import type { BranchEvent } from '../../shared/domain/events.ts'
import type { BranchState } from '../../shared/domain/state.ts'

/**
 * Where branches live. Two stores keep these promises, and `tests/store/contract.ts` holds both to them:
 *
 * - **Atomic.** A batch is committed whole or not at all, also when the process or the machine dies in the middle.
 * - **Durable.** When `commit` resolves as committed, the batch survives SIGKILL of server and store, and loss of power (LOSS1).
 * - **Once.** A command id that has an answer is never decided again: `commit` gives the stored answer (CALL2).
 * - **In order.** A batch is written only on top of the revision it was decided on; event N is revision N, without gaps.
 * - **Honest.** When nobody can know whether a batch was written (connection lost, time-out) it rejects with `StoreAway`; asking again
 *   with the same command ids is safe.
 */
export interface BranchStore {
  readonly kind: 'redis' | 'embedded'
  /** For a person: where the data is. Without passwords. */
  readonly description: string
  /** What makes this store weaker than LOSS1 needs, a sentence each; empty where nothing does. */
  readonly warnings: readonly string[]
  /** The store's clock, in ms: monotonic between two reads of the store, corrected with each commit. Never a server's own clock. */
  nowMs(): number
  /** Set while the clock made a step of more than ten minutes that nobody has confirmed. */
  readonly clockStepMs: number | null
  /** A person says that the clock is right as it is. */
  confirmClockStep(): void
  readonly isAvailable: boolean

  /** Ids of all branches here, sorted. */
  branches(): Promise<string[]>
  /**
   * The branch as one consistent moment, rebuilt from its live keys; null where there is none: `commit` with epoch '' makes it (of several
   * at once, one), and `load` then tells its epoch. Claims the epoch: a new one when the store cannot be known to have
   * continued (Redis' `run_id` changed, the embedded store was opened, `atLeastRevision` is ahead).
   */
  load(branchId: string, atLeastRevision?: number): Promise<{ epoch: string; state: BranchState } | null>
  commit(batch: Batch): Promise<CommitResult>
  /** Events with revision > `after`, in order, at most `limit`. */
  readEvents(branchId: string, after: number, limit: number): Promise<StoredEvent[]>
  /**
   * Lets go of events up to this revision, which are archived: `readEvents` then begins with those behind it. The branch, its revision, its
   * answers and whatever tails it stay as they are. Some may be gone and others not where it rejects with `StoreAway`; asking again is safe.
   */
  trim(branchId: string, through: number): Promise<void>
  /** The answers that are kept of this business day, a few at a time, in no order: what a backup takes along. */
  answers(branchId: string, day: string): AsyncIterable<readonly KeptAnswer[]>
  /**
   * Calls `onEvents` with events of this branch after `after` in order, whoever wrote them, until `stop`; with this server's own perhaps
   * before its `commit` resolves. Never skips one: where the stream has lost events it ends, and `onReturn` is called.
   */
  tail(branchId: string, after: number, onEvents: (events: StoredEvent[]) => void): { stop(): void }
  /** Called when the store is there again after having been away: epochs must be claimed anew by `load`. */
  onReturn(listener: () => void): void

  /** This server lives: the others may believe so for `ttlMs`, counted from when the store hears of it. Throws `StoreAway`. */
  beat(serverId: string, ttlMs: number): Promise<void>
  /** Whether that server's last beat still counts. Throws `StoreAway`. */
  isAlive(serverId: string): Promise<boolean>

  readonly records: RecordStore
  close(): Promise<void>
}

export interface StoredEvent {
  readonly revision: number
  readonly event: BranchEvent
}

export interface Batch {
  readonly branchId: string
  /** As `load` told; '' to make a branch that does not exist: at revision 0, or in a restore at the first one whose events are still there. */
  readonly epoch: string
  /** The revision that the first answer was decided on. */
  readonly revision: number
  /** State before and after the whole batch: the store writes what differs to its live keys. */
  readonly before: BranchState
  readonly after: BranchState
  /** Not empty; 64 are plenty. Each command id once. */
  readonly answers: readonly DecidedAnswer[]
}

export interface DecidedAnswer {
  readonly commandId: string
  /** Digest of actor and body, without spaces: the same id with another fingerprint is `id-reused`. */
  readonly fingerprint: string
  /** JSON of the answer, given again to whoever repeats the command. Kept until the next business day ends. */
  readonly answer: string
  readonly events: readonly BranchEvent[]
}

export interface StoredAnswer {
  readonly fingerprint: string
  readonly answer: string
}

export interface KeptAnswer extends StoredAnswer {
  readonly commandId: string
}

export type CommitResult =
  | { readonly status: 'committed' }
  /** Some commands had their answer already, by index in the batch; nothing was written. */
  | { readonly status: 'answered'; readonly answers: ReadonlyMap<number, StoredAnswer> }
  /** Another server was faster, or the epoch is over; nothing was written. */
  | { readonly status: 'conflict'; readonly epoch: string; readonly revision: number }
  /** A newer server wrote in a format that this one does not know; nothing was written. */
  | { readonly status: 'newer-format'; readonly format: number }

/** The store can't be reached, or it is not known whether it did what was asked. */
export class StoreAway extends Error {
  override readonly name = 'StoreAway'
}

/**
 * Small records outside the events: users, sessions, devices, pairings. Whole JSON values under kind and id; last write wins unless
 * `ifVersion` is given. A change made on one server is heard on all within a second.
 */
export interface RecordStore {
  get<T>(kind: string, id: string): Promise<{ value: T; version: number } | null>
  /** False where `ifVersion` is given and the record has another version (0: must not exist yet). */
  put(kind: string, id: string, value: unknown, ifVersion?: number): Promise<boolean>
  /** False where there was none. */
  delete(kind: string, id: string): Promise<boolean>
  list<T>(kind: string): Promise<{ id: string; value: T; version: number }[]>
  /** Of this kind's records, sorted. */
  ids(kind: string): Promise<string[]>
  /** Of all records that are there, sorted. */
  kinds(): Promise<string[]>
  /** Hears of every change, own ones too; at least once after a change, also after a lost connection (then `kind` and `id` are null: anything may have changed). */
  onChange(listener: (kind: string | null, id: string | null) => void): void
}

/** What the stores need of a logger: pino's, for instance. */
export interface StoreLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}
