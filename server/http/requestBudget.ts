/** A bucket of requests for each key: filled at a steady rate up to a burst. In memory, exact, and cheap enough for every command. */
export class RequestBudget {
  readonly #perMs: number
  readonly #burst: number
  readonly #nowMs: () => number
  readonly #left = new Map<string, { left: number; atMs: number }>()
  #tidiedMs: number

  constructor(perSecond: number, burst: number, nowMs: () => number = () => performance.now()) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#nowMs = nowMs
    this.#tidiedMs = nowMs()
  }

  /** False when this key has used up its requests for now. */
  take(key: string): boolean {
    const nowMs = this.#nowMs()
    if (nowMs - this.#tidiedMs > 60_000) this.#tidy(nowMs)
    const bucket = this.#left.get(key)
    if (!bucket) {
      this.#left.set(key, { left: this.#burst - 1, atMs: nowMs })
      return true
    }
    const left = Math.min(this.#burst, bucket.left + (nowMs - bucket.atMs) * this.#perMs)
    bucket.atMs = nowMs
    bucket.left = left >= 1 ? left - 1 : left
    return left >= 1
  }

  /** A full bucket is like none. */
  #tidy(nowMs: number): void {
    this.#tidiedMs = nowMs
    for (const [key, { left, atMs }] of this.#left) if (left + (nowMs - atMs) * this.#perMs >= this.#burst) this.#left.delete(key)
  }
}
