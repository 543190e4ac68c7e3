import { randomUUID } from 'node:crypto'
import type { Batch, BranchStore, CommitResult, DecidedAnswer } from '../../server/store/store.ts'
import type { Command } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { decide } from '../../shared/domain/decide.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { SortedMap } from '../../shared/domain/sortedMap.ts'
import { type BranchState, emptyBranch } from '../../shared/domain/state.ts'
import { MORNING, smallHall } from '../domain/hall.ts'

/** The state as plain data: what two states must have in common to be the same. */
export const plain = (state: BranchState): unknown =>
  JSON.parse(JSON.stringify(state, (_, value) => (value instanceof SortedMap ? [...value.entries()] : value)))

export const id = (): string => randomUUID()

/** What decides and commits, without the product's runtime: each command is one answer. */
export class Branch {
  readonly store: BranchStore
  readonly id: string
  readonly configuration: BranchConfiguration
  epoch = ''
  state: BranchState
  nowMs = MORNING
  #issued = 0

  constructor(store: BranchStore, branchId: string, changes: Partial<BranchConfiguration> = {}) {
    this.store = store
    this.id = branchId
    this.configuration = smallHall({ ...changes, id: branchId })
    this.state = emptyBranch(this.configuration)
  }

  /** A new branch in this store. */
  static async made(store: BranchStore, branchId = `branch-${id()}`, changes: Partial<BranchConfiguration> = {}): Promise<Branch> {
    const branch = new Branch(store, branchId, changes)
    const result = await branch.commit([{ type: 'configureBranch', configuration: branch.configuration }])
    if (result.status !== 'committed') throw new Error(`not made: ${result.status}`)
    await branch.load()
    return branch
  }

  /** The same branch as another server sees it. */
  static async of(store: BranchStore, branchId: string): Promise<Branch> {
    const branch = new Branch(store, branchId)
    await branch.load()
    return branch
  }

  async load(atLeastRevision?: number): Promise<void> {
    const loaded = await this.store.load(this.id, atLeastRevision)
    if (!loaded) throw new Error(`no branch ${this.id}`)
    this.epoch = loaded.epoch
    this.state = loaded.state
  }

  /** Applies what others wrote. */
  async catchUp(): Promise<void> {
    for (;;) {
      const events = await this.store.readEvents(this.id, this.state.revision, 1000)
      if (events.length === 0) return
      this.state = evolveAll(
        this.state,
        events.map(({ event }) => event),
      )
    }
  }

  batch(commands: readonly Command[], commandIds: readonly string[] = commands.map(id)): Batch {
    const before = this.state
    let after = before
    const answers: DecidedAnswer[] = commands.map((command, index) => {
      const decision = decide(after, command, { nowMs: this.nowMs, by: 'test' })
      const events = decision.ok ? decision.events : []
      after = evolveAll(after, events)
      const answer = JSON.stringify(
        decision.ok ? { ok: true, revision: after.revision, ...decision.accepted } : { ok: false, error: decision.rejection },
      )
      return { commandId: commandIds[index] as string, fingerprint: `fingerprint-of-${command.type}`, answer, events }
    })
    return { branchId: this.id, epoch: this.epoch, revision: before.revision, before, after, answers }
  }

  /** Hand-made events as one answer. */
  batchOf(events: readonly BranchEvent[], commandId = id()): Batch {
    const after = evolveAll(this.state, events)
    return {
      branchId: this.id,
      epoch: this.epoch,
      revision: this.state.revision,
      before: this.state,
      after,
      answers: [{ commandId, fingerprint: 'fingerprint', answer: `{"revision":${after.revision}}`, events }],
    }
  }

  async commit(commands: readonly Command[], commandIds?: readonly string[]): Promise<CommitResult> {
    return this.send(this.batch(commands, commandIds))
  }

  async send(batch: Batch): Promise<CommitResult> {
    const result = await this.store.commit(batch)
    if (result.status === 'committed') this.state = batch.after
    return result
  }

  issue(service = 'DUKCAPIL.KK'): Command {
    return { type: 'issueTicket', ticketId: `t${++this.#issued}-${id()}`, services: [service] }
  }

  issued(count: number): BranchEvent[] {
    return Array.from({ length: count }, (_, index) => {
      const entry = this.state.entry + index + 1
      return {
        type: 'ticketIssued',
        atMs: this.nowMs,
        by: 'kiosk:1',
        ticket: { id: `many-${entry}`, number: `B-${String(entry).padStart(3, '0')}` },
        day: this.state.day,
        class: 'regular',
        language: 'id',
        journey: null,
        services: ['DUKCAPIL.KK'],
        entry,
        readyAtMs: this.nowMs + index,
        dueAtMs: this.nowMs + index + 1_800_000,
      }
    })
  }

  /** Commands until it is written, as a server does it: on a conflict it catches up and decides again. */
  async insist(commands: readonly Command[], commandIds: readonly string[] = commands.map(id)): Promise<CommitResult> {
    for (;;) {
      const result = await this.commit(commands, commandIds)
      if (result.status !== 'conflict') return result
      if (result.epoch === this.epoch) await this.catchUp()
      else await this.load()
    }
  }
}
