import type { Silence } from '../../shared/protocol/live.ts'
import type { BranchStore } from '../store/store.ts'

/** By branch: which alerts supervisors have seen and want to be left alone with for a while. */
const SILENCES = 'alertSilences'
type Kept = Readonly<Record<string, Silence>>

/** Seen by all supervisors, of all servers; each is over by itself. Everything here throws `StoreAway`. */
export class Silences {
  readonly #store: BranchStore
  readonly #read = new Map<string, Kept>()
  /** What was read before a change must not be remembered after it. */
  #changes = 0

  constructor(store: BranchStore) {
    this.#store = store
    store.records.onChange((kind, id) => {
      this.#changes += 1
      if (kind === null) this.#read.clear()
      else if (kind === SILENCES) this.#read.delete(id as string)
    })
  }

  /** Those that hold now. */
  async of(branch: string): Promise<readonly Silence[]> {
    const known = this.#read.get(branch)
    if (known) return holding(known, this.#store.nowMs())
    const changes = this.#changes
    const kept = (await this.#store.records.get<Kept>(SILENCES, branch))?.value ?? {}
    if (changes === this.#changes) this.#read.set(branch, kept)
    return holding(kept, this.#store.nowMs())
  }

  /** Instead of one that this alert had. */
  async keep(branch: string, silence: Silence): Promise<void> {
    await this.#change(branch, (silences) => [...silences.filter(({ alert }) => alert !== silence.alert), silence])
  }

  async end(branch: string, alert: string): Promise<void> {
    await this.#change(branch, (silences) => silences.filter((each) => each.alert !== alert))
  }

  /** Two supervisors at once: each change is made on what the other one left. */
  async #change(branch: string, change: (silences: readonly Silence[]) => readonly Silence[]): Promise<void> {
    for (;;) {
      const found = await this.#store.records.get<Kept>(SILENCES, branch)
      const wanted = change(holding(found?.value ?? {}, this.#store.nowMs()))
      const kept = Object.fromEntries(wanted.map((silence) => [silence.alert, silence]))
      if (!(await this.#store.records.put(SILENCES, branch, kept, found?.version ?? 0))) continue
      this.#read.delete(branch)
      return
    }
  }
}

const holding = (kept: Kept, nowMs: number): readonly Silence[] => Object.values(kept).filter(({ untilMs }) => nowMs < untilMs)
