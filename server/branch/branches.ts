import { randomUUID } from 'node:crypto'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { decide } from '../../shared/domain/decide.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { emptyBranch } from '../../shared/domain/state.ts'
import type { Acknowledgement } from '../../shared/protocol/wire.ts'
import type { BranchStore } from '../store/store.ts'
import { BranchRuntime, type CommandReport, refusal } from './runtime.ts'

/** How often branches made by other servers are looked for, and the day's end is checked. */
const WATCH_MS = 1000

/** All branches of the store, each with its runtime in this process. */
export class Branches {
  readonly #store: BranchStore
  readonly #report: (line: CommandReport) => void
  readonly #runtimes = new Map<string, BranchRuntime>()
  readonly #onOpened: ((runtime: BranchRuntime) => void)[] = []
  #watch: NodeJS.Timeout | undefined
  #rounds = 0

  private constructor(store: BranchStore, report: (line: CommandReport) => void) {
    this.#store = store
    this.#report = report
  }

  static async open(store: BranchStore, options: { report(line: CommandReport): void }): Promise<Branches> {
    const branches = new Branches(store, options.report)
    await branches.#openMissing()
    store.onReturn(() => {
      for (const runtime of branches.#runtimes.values()) runtime.reload()
    })
    branches.#watch = setInterval(() => branches.#look(), WATCH_MS)
    return branches
  }

  get(id: string): BranchRuntime | undefined {
    return this.#runtimes.get(id)
  }

  ids(): string[] {
    return [...this.#runtimes.keys()].sort()
  }

  all(): BranchRuntime[] {
    return [...this.#runtimes.values()]
  }

  /** Hears of each branch that is served from now on, those already served included. */
  onOpened(listener: (runtime: BranchRuntime) => void): void {
    this.#onOpened.push(listener)
    for (const runtime of this.#runtimes.values()) listener(runtime)
  }

  /** A new branch; refused (`configuration-changed`) where somebody made it at the same time. Throws `StoreAway`. */
  async create(configuration: BranchConfiguration, actor: string): Promise<Acknowledgement> {
    if (this.#runtimes.has(configuration.id)) return refusal('configuration-changed')
    const before = emptyBranch(configuration)
    const decision = decide(before, { type: 'configureBranch', configuration }, { nowMs: this.#store.nowMs(), by: actor })
    if (!decision.ok) return refusal(decision.rejection.code, undefined, decision.rejection.details)
    const after = evolveAll(before, decision.events)
    const reply: Acknowledgement = { ok: true, revision: after.revision }
    const result = await this.#store.commit({
      branchId: configuration.id,
      epoch: '',
      revision: 0,
      before,
      after,
      answers: [{ commandId: `create-${randomUUID()}`, fingerprint: '', answer: JSON.stringify(reply), events: decision.events }],
    })
    await this.#openMissing()
    return result.status === 'committed' ? reply : refusal('configuration-changed')
  }

  async close(): Promise<void> {
    clearInterval(this.#watch)
    await Promise.all([...this.#runtimes.values()].map((runtime) => runtime.close()))
  }

  #look(): void {
    for (const runtime of this.#runtimes.values()) runtime.turnDayIfOver()
    // A branch that another server made is served here within a few seconds.
    if (this.#rounds++ % 3 === 0 && this.#store.isAvailable) this.#openMissing().catch(() => {})
  }

  async #openMissing(): Promise<void> {
    for (const id of await this.#store.branches()) {
      if (this.#runtimes.has(id)) continue
      const loaded = await this.#store.load(id)
      if (!loaded || this.#runtimes.has(id)) continue
      const runtime = new BranchRuntime(this.#store, id, loaded, this.#report)
      this.#runtimes.set(id, runtime)
      for (const listener of this.#onOpened) listener(runtime)
    }
  }
}
