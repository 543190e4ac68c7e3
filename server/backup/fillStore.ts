import { randomUUID } from 'node:crypto'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolve, evolveAll } from '../../shared/domain/evolve.ts'
import { type BranchState, emptyBranch } from '../../shared/domain/state.ts'
import type { BranchStore, DecidedAnswer, KeptAnswer } from '../store/store.ts'
import { BackupFault, readBackup } from './backupFile.ts'
import { type CheckedBackup, type CheckedBranch, difference } from './checkBackup.ts'

/** How many events or answers are committed at once. */
const BATCH = 1000

/**
 * Puts what a backup holds into a store that has nothing yet, by the way of every commit: events in order, the answers in the days that they
 * were given on. `after`: what happens to each branch right behind it.
 */
export async function fillStore(
  store: BranchStore,
  backup: CheckedBackup,
  after: (state: BranchState, nowMs: number) => BranchEvent[],
): Promise<void> {
  let writer: BranchWriter | null = null
  for await (const line of readBackup(backup.path)) {
    if (line.type === 'branch') writer = new BranchWriter(store, backup.branches.find(({ head }) => head.id === line.id) as CheckedBranch)
    else if (line.type === 'events') for (const event of line.events) await (writer as BranchWriter).add(event)
    else if (line.type === 'branchEnd') await (writer as BranchWriter).end(after)
    else if (line.type === 'records') for (const { id, value } of line.records) await store.records.put(line.kind, id, value)
  }
}

class BranchWriter {
  readonly #store: BranchStore
  readonly #branch: CheckedBranch
  readonly #id: string
  #epoch = ''
  #before: BranchState | null = null
  #state: BranchState | null = null
  #events: BranchEvent[] = []

  constructor(store: BranchStore, branch: CheckedBranch) {
    this.#store = store
    this.#branch = branch
    this.#id = branch.head.id
  }

  async add(event: BranchEvent): Promise<void> {
    // The first one of all is the branch's configuration: the check saw to that.
    this.#state ??= this.#branch.opening ?? emptyBranch((event as Extract<BranchEvent, { type: 'branchConfigured' }>).configuration)
    this.#before ??= this.#state
    this.#state = evolve(this.#state, event)
    this.#events.push(event)
    const isLastOfDay = this.#state.revision === this.#branch.lastOfDayBefore
    if (this.#events.length >= BATCH || isLastOfDay) await this.#commit([])
    if (isLastOfDay) await this.#answer()
  }

  async end(after: (state: BranchState, nowMs: number) => BranchEvent[]): Promise<void> {
    if (this.#events.length > 0) await this.#commit([])
    await this.#answer()
    const restored = this.#state as BranchState
    await this.#compare(restored)
    const events = after(restored, this.#store.nowMs())
    if (events.length === 0) return
    this.#events = events
    this.#state = evolveAll(restored, events)
    await this.#commit([])
    await this.#compare(this.#state)
  }

  /** The answers that were given on the business day that the branch is at. */
  async #answer(): Promise<void> {
    const answers = this.#branch.answers.get((this.#state as BranchState).day) ?? []
    for (let at = 0; at < answers.length; at += BATCH) await this.#commit(answers.slice(at, at + BATCH))
  }

  async #commit(kept: readonly KeptAnswer[]): Promise<void> {
    const before = this.#before as BranchState
    const after = this.#state as BranchState
    const own: DecidedAnswer[] =
      this.#events.length > 0
        ? [{ commandId: `restore-${randomUUID()}`, fingerprint: '', answer: '{"ok":true}', events: this.#events }]
        : []
    const answers = [...own, ...kept.map((each) => ({ ...each, events: [] }))]
    const { revision } = before
    const result = await this.#store.commit({ branchId: this.#id, epoch: this.#epoch, revision, before, after, answers })
    if (result.status !== 'committed') throw new Error(`${this.#id} could not be written at revision ${revision}: ${result.status}`)
    if (this.#epoch === '') this.#epoch = (await this.#store.load(this.#id))?.epoch ?? ''
    this.#before = after
    this.#events = []
  }

  /** Reads it back: what the store has is what was to be written. */
  async #compare(wanted: BranchState): Promise<void> {
    const written = (await this.#store.load(this.#id))?.state
    const differs = written ? difference(wanted, written) : 'it is not there'
    if (differs !== null) throw new BackupFault(`${this.#id} was not written as it is in the backup: ${differs}`)
  }
}
