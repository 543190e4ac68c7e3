/** One job at a time at each printer, in the order in which they came; whoever waits too long goes away without having begun. */
export class Turns {
  /** By address: resolves when the last one that waits is done. */
  readonly #last = new Map<string, Promise<void>>()

  isFree(address: string): boolean {
    return !this.#last.has(address)
  }

  /** Null: its turn did not come in time. */
  async take<T>(address: string, work: () => Promise<T>, waitMs: number): Promise<T | null> {
    const before = this.#last.get(address) ?? Promise.resolve()
    let isLate = false
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        isLate = true
        resolve(null)
      }, waitMs)
    })
    const mine = before.then(async (): Promise<T | null> => {
      clearTimeout(timer)
      return isLate ? null : work()
    })
    const done = mine.then(
      () => {},
      () => {},
    )
    this.#last.set(address, done)
    void done.then(() => {
      if (this.#last.get(address) === done) this.#last.delete(address)
    })
    return Promise.race([mine, late])
  }
}
