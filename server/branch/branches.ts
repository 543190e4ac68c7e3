import { randomUUID } from 'node:crypto'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { decide } from '../../shared/domain/decide.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { emptyBranch } from '../../shared/domain/state.ts'
import type { Acknowledgement } from '../../shared/protocol/wire.ts'
import type { BranchStore } from '../store/store.ts'
import { BranchRuntime, refusal, type Watch } from './runtime.ts'

/** How often branches made by other servers are looked for, and the day's end is checked. */
const WATCH_MS = 1000

/** All branches of the store, each with its runtime in this process. */
export class Branches {
  readonly #store: BranchStore
  readonly #watch: Watch
  readonly #runtimes = new Map<string, BranchRuntime>()
  readonly #onOpened: ((runtime: BranchRuntime) => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #clockStepMs: number | null = null
  #rounds = 0

  private constructor(store: BranchStore, watch: Watch) {
    this.#store = store
    this.#watch = watch
  }

  static async open(store: BranchStore, watch: Watch): Promise<Branches> {
    const branches = new Branches(store, watch)
    await branches.#openMissing()
    store.onReturn(() => {
      for (const runtime of branches.#runtimes.values()) runtime.reload()
    })
    branches.#timer = setInterval(() => branches.#look(), WATCH_MS)
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
    clearInterval(this.#timer)
    await Promise.all([...this.#runtimes.values()].map((runtime) => runtime.close()))
  }

  /** A day that is held, or a clock that is wrong, is told where people look. */
  #tellOfClock(): void {
    const { clockStepMs } = this.#store
    if (clockStepMs === this.#clockStepMs) return
    this.#clockStepMs = clockStepMs
    if (clockStepMs !== null)
      this.#watch.log.error(
        { stepMs: Math.round(clockStepMs) },
        'the clock made a step: no business day turns until a supervisor confirms that it is right, or it is set back',
      )
  }

  #look(): void {
    this.#tellOfClock()
    for (const runtime of this.#runtimes.values()) runtime.turnDayIfOver()
    // A branch that another server made is served here within a few seconds.
    if (this.#rounds++ % 3 === 0 && this.#store.isAvailable) this.#openMissing().catch(() => {})
  }

  async #openMissing(): Promise<void> {
    for (const id of await this.#store.branches()) {
      if (this.#runtimes.has(id)) continue
      const loaded = await this.#store.load(id)
      if (!loaded || this.#runtimes.has(id)) continue
      const runtime = new BranchRuntime(this.#store, id, loaded, this.#watch)
      this.#runtimes.set(id, runtime)
      for (const listener of this.#onOpened) listener(runtime)
    }
  }
}
