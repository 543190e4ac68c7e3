import { isDeepStrictEqual } from 'node:util'
import { evolve } from '../../shared/domain/evolve.ts'
import { type BranchState, emptyBranch } from '../../shared/domain/state.ts'
import { difference } from '../backup/checkBackup.ts'
import type { Branches } from '../branch/branches.ts'
import type { Applied, BranchRuntime } from '../branch/runtime.ts'
import { openLedger } from '../reports/ledger.ts'
import { type DaySummary, summaryOf } from '../reports/summary.ts'
import { resting } from '../resting.ts'
import { type BranchStore, StoreAway, type StoredEvent } from '../store/store.ts'
import { ArchiveFault, archiveOf, type DayArchive, recordedDay } from './dayArchive.ts'
import { EventsLetGo, type History, type RecordedDay, type Today } from './history.ts'
import { ARCHIVES, archivedDays, idOf, idsOf, SUMMARIES } from './kept.ts'
import { letGo } from './lettingGo.ts'

const CHUNK = 500
/** Nobody waits for it, and officers press meanwhile. */
const REST = { keptMs: 8, share: 1 }
/** How long events may wait to be counted: the reports of today are that much behind. */
const LATER_MS = 200
/** After something went wrong, the history is begun again from what is archived. */
const AGAIN_MS = 10_000
/** Making room is tried again after this: nothing depends on it today. */
const ROOM_AGAIN_MS = 600_000

export interface HistorianOptions {
  readonly store: BranchStore
  readonly branches: Branches
  readonly log: { info(details: object, message: string): void; error(details: object, message: string): void }
  /** One day was archived and verified, or could not be; also told where an archive was found to be bad later. */
  onSealed?(branchId: string, isGood: boolean): void
}

/**
 * Counts what happens and archives each day when it turns, in the background: events are worked off in short slices after the calls that
 * made them. After a start it goes on from the last archived day, or from the first event. Several servers do the same; whoever is first
 * writes, and the others find it there.
 */
export class Historian implements History {
  readonly #options: HistorianOptions
  readonly #chroniclers = new Map<string, Chronicler>()
  /** Summaries by branch and day, once read: a closed day never changes. */
  readonly #known = new Map<string, Map<string, DaySummary>>()

  constructor(options: HistorianOptions) {
    this.#options = options
    options.branches.onOpened((runtime) => this.#chroniclers.set(runtime.id, new Chronicler(runtime, options)))
  }

  async days(branchId: string): Promise<readonly string[]> {
    return archivedDays(this.#options.store, branchId)
  }

  async day(branchId: string, day: string): Promise<RecordedDay | null> {
    const { store } = this.#options
    const archived = await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, day))
    if (archived) return recordedDay(archived.value)
    const chronicler = this.#chroniclers.get(branchId)
    const now = chronicler?.today
    if (!chronicler || !now || now.ledger.day !== day) return null
    return { day, opening: chronicler.opening, events: await readAll(store, branchId, now.firstRevision - 1, now.state.revision) }
  }

  async *eventsAfter(branchId: string, after: number): AsyncGenerator<readonly StoredEvent[]> {
    const { store } = this.#options
    for (let last = after; ; ) {
      const events = await store.readEvents(branchId, last, CHUNK)
      if (events.length === 0) return
      if (events[0]?.revision === last + 1) {
        checkUnbroken(branchId, events, last)
        yield events
        // What is committed meanwhile is the next request's.
        if (events.length < CHUNK) return
        last = (events.at(-1) as StoredEvent).revision
        continue
      }
      // The log has let go of them.
      const summaries = await this.summaries(branchId, '', '9999')
      const summary = summaries.find(({ firstRevision, lastRevision }) => firstRevision <= last + 1 && last < lastRevision)
      const archived = summary && (await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, summary.day)))
      if (!archived) throw new EventsLetGo(`event ${last + 1} of ${branchId} is not kept`)
      const day = await recordedDay(archived.value)
      yield day.events.filter(({ revision }) => revision > last)
      last = archived.value.lastRevision
    }
  }

  async summaries(branchId: string, from: string, to: string): Promise<readonly DaySummary[]> {
    const { records } = this.#options.store
    const known = this.#known.get(branchId) ?? new Map<string, DaySummary>()
    this.#known.set(branchId, known)
    const missing = (await idsOf(this.#options.store, SUMMARIES, branchId)).filter((day) => !known.has(day))
    // All of them once, a part at a time: the next question finds them here.
    for (let at = 0; at < missing.length; at += 50)
      for (const found of await Promise.all(
        missing.slice(at, at + 50).map((day) => records.get<DaySummary>(SUMMARIES, idOf(branchId, day))),
      ))
        if (found) known.set(found.value.day, found.value)
    return [...known.values()].filter(({ day }) => from <= day && day <= to).sort((a, b) => (a.day < b.day ? -1 : 1))
  }

  today(branchId: string): Today | null {
    return this.#chroniclers.get(branchId)?.today ?? null
  }

  close(): void {
    for (const chronicler of this.#chroniclers.values()) chronicler.close()
  }
}

/** One branch's. */
class Chronicler {
  opening!: BranchState
  readonly #runtime: BranchRuntime
  readonly #options: HistorianOptions
  #now: Today | null = null
  /** Applied here and not yet counted. */
  #waiting: Applied[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Whatever works for an older one stops. */
  #run = 0
  #isWorking = false
  #isReady = false
  /** When room may be made next, as `performance.now()` counts. */
  #roomFromMs = 0

  constructor(runtime: BranchRuntime, options: HistorianOptions) {
    this.#runtime = runtime
    this.#options = options
    runtime.listen({
      onApplied: (applied) => {
        this.#waiting.push(...applied)
        this.#later(LATER_MS)
      },
      onReplaced: () => this.#begin(),
    })
    this.#begin()
  }

  /** Null until the past is counted. */
  get today(): Today | null {
    return this.#isReady ? this.#now : null
  }

  close(): void {
    this.#run += 1
    clearTimeout(this.#timer)
  }

  #begin(): void {
    this.#run += 1
    this.#now = null
    this.#isReady = false
    this.#waiting = []
    this.#later(0)
  }

  #later(ms: number): void {
    if (this.#isWorking || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#work()
    }, ms)
    this.#timer.unref()
  }

  async #work(): Promise<void> {
    const run = this.#run
    this.#isWorking = true
    let againMs: number | null = null
    try {
      if (!this.#isReady) await this.#catchUp(run)
      await this.#count(run)
      if (run === this.#run) await this.#makeRoom()
    } catch (error) {
      if (run === this.#run) {
        this.#now = null
        this.#isReady = false
        againMs = AGAIN_MS
        if (!(error instanceof StoreAway)) {
          this.#options.log.error({ err: error, branch: this.#runtime.id }, 'the history could not be counted; it is begun again')
          this.#options.onSealed?.(this.#runtime.id, false)
        }
      }
    } finally {
      this.#isWorking = false
      if (againMs !== null) this.#later(againMs)
      else if (run !== this.#run || this.#waiting.length > 0) this.#later(run === this.#run ? LATER_MS : 0)
    }
  }

  /** After each day, and after a start. What was counted stays whatever happens here. */
  async #makeRoom(): Promise<void> {
    if (performance.now() < this.#roomFromMs) return
    const { store, log, onSealed } = this.#options
    try {
      await letGo(store, this.#runtime.id, this.#runtime.state)
      this.#roomFromMs = Number.POSITIVE_INFINITY
    } catch (error) {
      this.#roomFromMs = performance.now() + ROOM_AGAIN_MS
      if (error instanceof StoreAway) return
      log.error({ err: error, branch: this.#runtime.id }, 'an archived day is not what the log says; the log keeps it')
      onSealed?.(this.#runtime.id, false)
    }
  }

  /** From the last archived day, or from the first event, to what the runtime has. */
  async #catchUp(run: number): Promise<void> {
    const { store } = this.#options
    const branchId = this.#runtime.id
    const rested = resting(REST)
    const closed = await this.#lastClosedDay()
    let state: BranchState
    if (closed) {
      state = closed.opening
      for (const { event } of closed.events) {
        state = evolve(state, event)
        await rested()
      }
      this.#open(state)
    } else {
      const [first] = await store.readEvents(branchId, 0, 1)
      if (first?.revision !== 1 || first.event.type !== 'branchConfigured')
        throw new Error(`the log begins at event ${first?.revision}, and no archived day can be read from which to go on`)
      state = { ...emptyBranch(first.event.configuration), day: first.event.day }
      this.#open(state)
    }
    while (run === this.#run) {
      const events = await store.readEvents(branchId, state.revision, CHUNK)
      if (events.length === 0) break
      for (const { revision, event } of events) {
        if (revision !== state.revision + 1) throw new Error(`event ${state.revision + 1} is missing in the stream`)
        const before = state
        state = evolve(before, event)
        await this.#take({ before, event, state })
        await rested()
      }
    }
    this.#isReady = run === this.#run
  }

  /** What was applied here since. */
  async #count(run: number): Promise<void> {
    const rested = resting(REST)
    while (run === this.#run && this.#now !== null) {
      const applied = this.#waiting.shift()
      if (!applied) return
      const { revision } = this.#now.state
      if (applied.state.revision <= revision) continue
      if (applied.state.revision !== revision + 1) throw new Error(`event ${revision + 1} was not handed out`)
      await this.#take(applied)
      await rested()
    }
  }

  #open(opening: BranchState): void {
    this.opening = opening
    this.#now = { ledger: openLedger(opening), state: opening, firstRevision: opening.revision + 1 }
  }

  async #take(applied: Applied): Promise<void> {
    const now = this.#now as Today
    now.ledger.apply(applied)
    this.#now = { ...now, state: applied.state }
    if (applied.event.type !== 'dayTurned') return
    await this.#seal(now, applied)
    this.#open(applied.state)
    this.#roomFromMs = 0
  }

  /** The day is over: archived, read back, counted again; then its summary. */
  async #seal({ ledger, firstRevision }: Today, { before, state }: Applied): Promise<void> {
    const { store, log, onSealed } = this.#options
    const branchId = this.#runtime.id
    const id = idOf(branchId, ledger.day)
    const summary = summaryOf(ledger, before, { first: firstRevision, last: state.revision })
    const there = await this.#faultOfArchive(id, state, summary)
    let isOurs = false
    if (there !== null) {
      if (there !== NOT_THERE) {
        log.error({ branch: branchId, day: ledger.day, why: there }, 'an archived day is not right; it is written anew')
        // It counts as verified as long as its summary is there.
        await store.records.delete(SUMMARIES, id)
        await store.records.delete(ARCHIVES, id)
      }
      const events = await readAll(store, branchId, firstRevision - 1, state.revision)
      const archive = await archiveOf(
        ledger.day,
        this.opening,
        events.map(({ event }) => event),
      )
      isOurs = await store.records.put(ARCHIVES, id, archive, 0)
      const fault = await this.#faultOfArchive(id, state, summary)
      if (fault !== null) {
        // Never let a bad one stand: the next try writes it anew.
        await store.records.delete(ARCHIVES, id)
        throw new ArchiveFault(`the archive of ${ledger.day} is not right: ${fault}`)
      }
      if (isOurs) log.info({ branch: branchId, day: ledger.day, events: events.length, bytes: archive.gzip.length }, 'day archived')
    }
    await store.records.put(SUMMARIES, id, summary, 0)
    if (isOurs) onSealed?.(branchId, true)
  }

  /** What is wrong with the archive that is there; null: nothing. */
  async #faultOfArchive(id: string, end: BranchState, summary: DaySummary): Promise<string | null> {
    const kept = await this.#options.store.records.get<DayArchive>(ARCHIVES, id)
    if (!kept) return NOT_THERE
    try {
      return await faultOf(kept.value, end, summary)
    } catch (error) {
      if (error instanceof ArchiveFault) return error.message
      throw error
    }
  }

  /** The newest that can be read and that the log goes on from; null: none, then everything is counted from the first event. */
  async #lastClosedDay(): Promise<RecordedDay | null> {
    const { store, log, onSealed } = this.#options
    const branchId = this.#runtime.id
    for (const day of (await archivedDays(store, branchId)).reverse()) {
      try {
        const archive = (await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, day)))?.value
        if (!archive) continue
        const recorded = await recordedDay(archive)
        const [logged] = await store.readEvents(branchId, archive.lastRevision - 1, 1)
        const isThere = logged?.revision === archive.lastRevision
        // Where the log begins right behind it there is nothing to compare.
        if (isThere ? isDeepStrictEqual(logged, recorded.events.at(-1)) : logged?.revision === archive.lastRevision + 1) return recorded
        throw new ArchiveFault(`the archive of ${day} is of another history`)
      } catch (error) {
        if (!(error instanceof ArchiveFault)) throw error
        log.error({ err: error, branch: branchId }, 'an archived day can no longer be used; the history goes on from the one before')
        onSealed?.(branchId, false)
      }
    }
    return null
  }
}

const NOT_THERE = 'it is not there'

/** What is wrong with an archive, null where it gives again the state at its end and the same summary. */
async function faultOf(archive: DayArchive, end: BranchState, summary: DaySummary): Promise<string | null> {
  const { opening, events } = await recordedDay(archive)
  const ledger = openLedger(opening)
  const rested = resting(REST)
  let state = opening
  let before = opening
  for (const { event } of events) {
    before = state
    state = evolve(before, event)
    ledger.apply({ before, event, state })
    await rested()
  }
  if (state.revision !== end.revision) return `it ends at ${state.revision} and not at ${end.revision}`
  // The state at the end may come out of the store's live keys, which have an order of their own.
  const differs = difference(end, state)
  if (differs !== null) return `its events do not give the state at its end: ${differs}`
  const again = summaryOf(ledger, before, { first: archive.firstRevision, last: archive.lastRevision })
  return isDeepStrictEqual(plain(again), plain(summary)) ? null : 'its figures, counted again, are others'
}

function checkUnbroken(branchId: string, events: readonly StoredEvent[], after: number): void {
  const broken = events.findIndex(({ revision }, at) => revision !== after + 1 + at)
  if (broken >= 0)
    throw new Error(`event ${after + 1 + broken} of ${branchId} is missing: the log goes on with ${events[broken]?.revision}`)
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

async function readAll(store: BranchStore, branchId: string, after: number, through: number): Promise<StoredEvent[]> {
  const all: StoredEvent[] = []
  for (let last = after; last < through; ) {
    const events = await store.readEvents(branchId, last, Math.min(CHUNK, through - last))
    if (events[0]?.revision !== last + 1) throw new Error(`event ${last + 1} is missing in the stream`)
    all.push(...events)
    last = (events.at(-1) as StoredEvent).revision
  }
  return all
}
