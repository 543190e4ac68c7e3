interface Arranged {
  readonly atMs: number
  readonly order: number
  readonly work: () => Promise<void> | void
}

/**
 * Virtual time. What falls into one virtual second runs at the same time, so that races between actors are real races at the servers;
 * a second begins when everything of the one before is over. At `speed` n, n virtual seconds last one real one; `max` never waits.
 */
export class Scheduler {
  readonly #speed: number
  readonly #startedMs: number
  readonly #startedRealMs = performance.now()
  #nowMs: number
  /** A binary heap by time, then by order of arrangement. */
  readonly #heap: Arranged[] = []
  #order = 0
  #stopped = false

  constructor(startMs: number, speed: number = Number.POSITIVE_INFINITY) {
    this.#nowMs = startMs
    this.#startedMs = startMs
    this.#speed = speed
  }

  get nowMs(): number {
    if (this.#speed === Number.POSITIVE_INFINITY) return this.#nowMs
    // Between two virtual seconds real time goes on: a hall's clock does not stand still.
    return Math.max(this.#nowMs, this.#startedMs + (performance.now() - this.#startedRealMs) * this.#speed)
  }

  at(atMs: number, work: () => Promise<void> | void): void {
    this.#push({ atMs: Math.max(atMs, this.#nowMs), order: this.#order++, work })
  }

  after(ms: number, work: () => Promise<void> | void): void {
    this.at(this.#nowMs + ms, work)
  }

  stop(): void {
    this.#stopped = true
  }

  /** Everybody has gone home: what was arranged does not happen any more. */
  clear(): void {
    this.#heap.length = 0
  }

  /** Until nothing is arranged any more, or until this time. */
  async run(untilMs: number = Number.POSITIVE_INFINITY): Promise<void> {
    while (!this.#stopped) {
      const first = this.#heap[0]
      if (!first || first.atMs > untilMs) break
      const second = Math.max(this.#nowMs, first.atMs)
      await this.#waitFor(second)
      this.#nowMs = second
      const together: (() => Promise<void> | void)[] = []
      while (this.#heap[0] && this.#heap[0].atMs < second + 1000 && this.#heap[0].atMs <= untilMs) together.push(this.#pop().work)
      await Promise.all(together.map((work) => work()))
    }
    if (untilMs !== Number.POSITIVE_INFINITY) {
      await this.#waitFor(untilMs)
      this.#nowMs = Math.max(this.#nowMs, untilMs)
    }
  }

  async #waitFor(atMs: number): Promise<void> {
    if (this.#speed === Number.POSITIVE_INFINITY) return
    const realMs = (atMs - this.#startedMs) / this.#speed - (performance.now() - this.#startedRealMs)
    if (realMs > 0) await new Promise((resolve) => setTimeout(resolve, realMs))
  }

  #push(each: Arranged): void {
    const heap = this.#heap
    let at = heap.push(each) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(each, heap[parent] as Arranged)) break
      heap[at] = heap[parent] as Arranged
      at = parent
    }
    heap[at] = each
  }

  #pop(): Arranged {
    const heap = this.#heap
    const first = heap[0] as Arranged
    const last = heap.pop() as Arranged
    if (heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Arranged, heap[child] as Arranged)) child += 1
      if (!before(heap[child] as Arranged, last)) break
      heap[at] = heap[child] as Arranged
      at = child
    }
    heap[at] = last
    return first
  }
}

const before = (a: { atMs: number; order: number }, b: { atMs: number; order: number }): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
