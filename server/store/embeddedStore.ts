import { randomBytes } from 'node:crypto'
import { type Database, open, type RootDatabase } from 'lmdb'
import { type BranchState, FORMAT } from '../../shared/domain/state.ts'
import { StoreClock } from './clock.ts'
import { lockDataDir } from './dataDirLock.ts'
import { documentOf, liveChanges, stateFrom } from './liveKeys.ts'
import {
  type Batch,
  type BranchStore,
  type CommitResult,
  type KeptAnswer,
  type RecordStore,
  StoreAway,
  type StoredAnswer,
  type StoredEvent,
  type StoreLog,
} from './store.ts'

/** What the store itself knows of a branch. */
interface Meta {
  readonly format: number
  readonly revision: number
  /** Of the last event. */
  readonly atMs: number
  /** The business day whose answers are being stored, and the one before: older ones are gone. */
  readonly day: string
  readonly previousDay: string
}

interface Tail {
  readonly branchId: string
  readonly onEvents: (events: StoredEvent[]) => void
  last: number
  isReading: boolean
  isStopped: boolean
}

/** Opens the store in this folder; throws `DataDirInUse` while another process has it. */
export async function openEmbeddedStore(dir: string, _options: { readonly log?: StoreLog } = {}): Promise<BranchStore> {
  const lock = lockDataDir(dir)
  try {
    return new EmbeddedStore(dir, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

/**
 * Branches in LMDB, for one process: a crash-safe map of keys to JSON in one file, copied on write, so that there is nothing to repair
 * after a power cut. Commits that come while one is being synced share the next sync.
 */
class EmbeddedStore implements BranchStore {
  readonly kind = 'embedded'
  readonly description: string
  readonly warnings: readonly string[] = []
  readonly records: EmbeddedRecords

  readonly #root: RootDatabase<string, string[]>
  readonly #metas: Database<string, string>
  /** `[branch, document name]` to all its fields as one JSON object. */
  readonly #documents: Database<string, string[]>
  readonly #events: Database<string, [string, number]>
  /** `[branch, day, command id]` to fingerprint, a space, and the answer. */
  readonly #answers: Database<string, string[]>
  readonly #lock: { release(): void }
  readonly #clock = new StoreClock()
  readonly #tails = new Set<Tail>()
  /** Nobody knows what happened before this store was opened (a backup may have been put back): every branch begins a new epoch. */
  readonly #epochs = new Map<string, string>()
  /** Until when each server counts as alive, on this process' clock. */
  readonly #beats = new Map<string, number>()
  #isClosed = false

  constructor(dir: string, lock: { release(): void }) {
    this.description = dir
    this.#lock = lock
    this.#root = open<string, string[]>({
      path: dir,
      encoding: 'string',
      // Left on, a commit would be told before it is on the disk (lmdb-js syncs later, beside the next commits). Off, LMDB itself syncs within
      // the commit: what is told is there (LOSS1).
      overlappingSync: false,
      noMemInit: false,
      maxDbs: 8,
    })
    this.#metas = this.#root.openDB<string, string>({ name: 'branches', encoding: 'string' })
    this.#documents = this.#root.openDB<string, string[]>({ name: 'documents', encoding: 'string' })
    this.#events = this.#root.openDB<string, [string, number]>({ name: 'events', encoding: 'string' })
    this.#answers = this.#root.openDB<string, string[]>({ name: 'answers', encoding: 'string' })
    this.records = new EmbeddedRecords(this.#root.openDB<string, [string, string]>({ name: 'records', encoding: 'string' }), (write) =>
      this.#write(write),
    )
  }

  get isAvailable(): boolean {
    return !this.#isClosed
  }

  /** The machine's wall clock: for a store on this machine there is no better one. */
  nowMs(): number {
    this.#clock.read(Date.now(), performance.now())
    return this.#clock.nowMs()
  }

  get clockStepMs(): number | null {
    this.#clock.read(Date.now(), performance.now())
    return this.#clock.stepMs
  }

  confirmClockStep(): void {
    this.#clock.confirmStep()
  }

  async branches(): Promise<string[]> {
    this.#checkOpen()
    return [...this.#metas.getKeys()].sort()
  }

  async load(branchId: string, atLeastRevision = 0): Promise<{ epoch: string; state: BranchState } | null> {
    this.#checkOpen()
    const meta = this.#meta(branchId)
    if (meta === null) return null
    if (meta.revision < atLeastRevision) this.#epochs.delete(branchId)
    const epoch = this.#epochOf(branchId)
    // Read in one turn of the event loop, which is one moment: all commits of this process are made in turns of their own.
    const documents = this.#documents.getRange({ start: [branchId], end: [branchId, AFTER_ALL] })
    return {
      epoch,
      state: stateFrom(
        documents.map(({ key, value }) => [key[1] as string, value] as const),
        meta,
      ),
    }
  }

  async commit(batch: Batch): Promise<CommitResult> {
    let eventCount = 0
    for (const { events } of batch.answers) eventCount += events.length
    if (batch.before.revision !== batch.revision || batch.after.revision !== batch.revision + eventCount)
      throw new Error(`a batch of ${eventCount} events on revision ${batch.revision} can't end at ${batch.after.revision}`)
    const result = await this.#write(() => this.#committed(batch))
    if (result.status === 'committed') for (const tail of this.#tails) if (tail.branchId === batch.branchId) this.#follow(tail)
    return result
  }

  /** Runs within a write transaction: what it reads includes every commit before it, and it is written whole or not at all. */
  #committed({ branchId, epoch, revision, before, after, answers }: Batch): CommitResult {
    const meta = this.#meta(branchId)
    const found = new Map<number, StoredAnswer>()
    if (meta !== null)
      answers.forEach(({ commandId }, index) => {
        const stored = this.#answers.get([branchId, meta.day, commandId]) ?? this.#answers.get([branchId, meta.previousDay, commandId])
        if (stored !== undefined) found.set(index, parseAnswer(stored))
      })
    if (found.size > 0) return { status: 'answered', answers: found }
    if (meta !== null && meta.format > FORMAT) return { status: 'newer-format', format: meta.format }
    const storedEpoch = meta === null ? '' : this.#epochOf(branchId)
    const storedRevision = meta?.revision ?? 0
    const isMade = meta === null && epoch === ''
    if (!isMade && (storedEpoch !== epoch || storedRevision !== revision))
      return { status: 'conflict', epoch: storedEpoch, revision: storedRevision }

    const day = after.day
    for (const { commandId, fingerprint, answer } of answers) this.#answers.put([branchId, day, commandId], `${fingerprint} ${answer}`)
    let next = revision
    for (const { events } of answers) for (const event of events) this.#events.put([branchId, ++next], JSON.stringify(event))
    for (const { name, is } of liveChanges(isMade ? null : before, after).documents) {
      const json = is === 'dropped' ? null : documentOf(after, name)
      if (json === null) this.#documents.remove([branchId, name])
      else this.#documents.put([branchId, name], json)
    }
    let previousDay = meta?.previousDay ?? ''
    if (meta !== null && meta.day !== day) {
      // As in Redis: answers are kept for this business day and the one before.
      if (previousDay !== '' && previousDay !== day)
        for (const key of this.#answers.getKeys({ start: [branchId, previousDay], end: [branchId, previousDay, AFTER_ALL] }))
          this.#answers.remove(key)
      previousDay = meta.day
    }
    this.#metas.put(branchId, JSON.stringify({ format: FORMAT, revision: next, atMs: after.atMs, day, previousDay } satisfies Meta))
    return { status: 'committed' }
  }

  async readEvents(branchId: string, after: number, limit: number): Promise<StoredEvent[]> {
    this.#checkOpen()
    return this.#eventsAfter(branchId, after, limit)
  }

  #eventsAfter(branchId: string, after: number, limit: number): StoredEvent[] {
    const range = this.#events.getRange({ start: [branchId, after + 1], end: [branchId, Number.MAX_SAFE_INTEGER], limit })
    return [...range].map(({ key, value }) => ({ revision: key[1], event: JSON.parse(value) as StoredEvent['event'] }))
  }

  async trim(branchId: string, through: number): Promise<void> {
    for (let isDone = false; !isDone; )
      isDone = await this.#write(() => {
        const some = [...this.#events.getKeys({ start: [branchId, 0], end: [branchId, through + 1], limit: TRIMMED_AT_ONCE })]
        for (const key of some) this.#events.remove(key)
        return some.length < TRIMMED_AT_ONCE
      })
  }

  async *answers(branchId: string, day: string): AsyncIterable<readonly KeptAnswer[]> {
    for (let start = [branchId, day]; ; ) {
      this.#checkOpen()
      const page = [...this.#answers.getRange({ start, end: [branchId, day, AFTER_ALL], limit: ANSWERS_PAGE })]
      // The next page begins with the last one of this.
      const isLast = page.length < ANSWERS_PAGE
      const taken = isLast ? page : page.slice(0, -1)
      if (taken.length > 0) yield taken.map(({ key, value }) => ({ commandId: key[2] as string, ...parseAnswer(value) }))
      if (isLast) return
      start = page[page.length - 1]?.key as string[]
    }
  }

  tail(branchId: string, after: number, onEvents: (events: StoredEvent[]) => void): { stop(): void } {
    const tail: Tail = { branchId, onEvents, last: after, isReading: false, isStopped: false }
    this.#tails.add(tail)
    this.#follow(tail)
    return {
      stop: () => {
        tail.isStopped = true
        this.#tails.delete(tail)
      },
    }
  }

  /** A turn later, so that nobody is called from within his own call; one reading tells of all commits until then. */
  #follow(tail: Tail): void {
    if (tail.isReading) return
    tail.isReading = true
    setImmediate(() => {
      tail.isReading = false
      while (!tail.isStopped && !this.#isClosed) {
        const events = this.#eventsAfter(tail.branchId, tail.last, 1000)
        const last = events[events.length - 1]
        if (!last) return
        tail.last = last.revision
        tail.onEvents(events)
      }
    })
  }

  /** It is never away, so it never returns. */
  onReturn(_listener: () => void): void {}

  /** There is one server, this one: whatever other was here before is gone. */
  async beat(serverId: string, ttlMs: number): Promise<void> {
    this.#checkOpen()
    this.#beats.set(serverId, performance.now() + ttlMs)
  }

  async isAlive(serverId: string): Promise<boolean> {
    this.#checkOpen()
    return performance.now() < (this.#beats.get(serverId) ?? 0)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#root.close()
    this.#lock.release()
  }

  #epochOf(branchId: string): string {
    const known = this.#epochs.get(branchId)
    if (known !== undefined) return known
    const epoch = randomBytes(9).toString('base64url')
    this.#epochs.set(branchId, epoch)
    return epoch
  }

  #meta(branchId: string): Meta | null {
    const json = this.#metas.get(branchId)
    return json === undefined ? null : (JSON.parse(json) as Meta)
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new StoreAway('the store is closed')
  }

  /** Resolves when what was written is on the disk. */
  async #write<T>(write: () => T): Promise<T> {
    this.#checkOpen()
    try {
      return await this.#root.childTransaction(write)
    } catch (error) {
      // A full disk, for instance: whether it was written will be seen when it is asked again.
      throw new StoreAway((error as Error).message, { cause: error })
    }
  }
}

/** So many events are let go of in one transaction: commits come in between. */
const TRIMMED_AT_ONCE = 500

/** So many answers are read in one turn of the event loop. */
const ANSWERS_PAGE = 500

/** Sorts behind every name and id. */
const AFTER_ALL = '\uffff'

function parseAnswer(text: string): StoredAnswer {
  const space = text.indexOf(' ')
  return { fingerprint: text.slice(0, space), answer: text.slice(space + 1) }
}

class EmbeddedRecords implements RecordStore {
  /** `[kind, id]` to version and value; `['', 'version']` to the last version given. */
  readonly #records: Database<string, [string, string]>
  readonly #write: <T>(write: () => T) => Promise<T>
  readonly #listeners: ((kind: string | null, id: string | null) => void)[] = []

  constructor(records: Database<string, [string, string]>, write: <T>(write: () => T) => Promise<T>) {
    this.#records = records
    this.#write = write
  }

  async get<T>(kind: string, id: string): Promise<{ value: T; version: number } | null> {
    const json = this.#records.get([kind, id])
    return json === undefined ? null : (JSON.parse(json) as { value: T; version: number })
  }

  put(kind: string, id: string, value: unknown, ifVersion?: number): Promise<boolean> {
    const json = JSON.stringify(value)
    return this.#change(kind, id, ifVersion, (version) => {
      this.#records.put([kind, id], `{"version":${version},"value":${json}}`)
      return true
    })
  }

  delete(kind: string, id: string): Promise<boolean> {
    return this.#change(kind, id, undefined, () => {
      if (this.#records.get([kind, id]) === undefined) return false
      this.#records.remove([kind, id])
      return true
    })
  }

  async list<T>(kind: string): Promise<{ id: string; value: T; version: number }[]> {
    const range = this.#records.getRange({ start: [kind, ''], end: [kind, AFTER_ALL] })
    return [...range].map(({ key, value }) => ({ id: key[1], ...(JSON.parse(value) as { value: T; version: number }) }))
  }

  async ids(kind: string): Promise<string[]> {
    return [...this.#records.getKeys({ start: [kind, ''], end: [kind, AFTER_ALL] })].map(([, id]) => id)
  }

  async kinds(): Promise<string[]> {
    const kinds = new Set<string>()
    for (const [kind] of this.#records.getKeys()) if (kind !== '') kinds.add(kind)
    return [...kinds].sort()
  }

  onChange(listener: (kind: string | null, id: string | null) => void): void {
    this.#listeners.push(listener)
  }

  async #change(kind: string, id: string, ifVersion: number | undefined, write: (version: number) => boolean): Promise<boolean> {
    const isDone = await this.#write(() => {
      if (ifVersion !== undefined) {
        const stored = this.#records.get([kind, id])
        if ((stored === undefined ? 0 : (JSON.parse(stored) as { version: number }).version) !== ifVersion) return false
      }
      const version = Number(this.#records.get(['', 'version']) ?? 0) + 1
      if (!write(version)) return false
      this.#records.put(['', 'version'], String(version))
      return true
    })
    if (isDone) for (const listener of this.#listeners) listener(kind, id)
    return isDone
  }
}
