import { RateLimiterMemory } from 'rate-limiter-flexible'

/** How often in a minute an account or an address may be wrong. */
export const FAILURES_PER_MINUTE = 10
/** More than this waiting for one account or address is no hall signing in, but a flood. */
const WAITING_MAX = 200

/**
 * Counts failed sign-ins. Attempts on one account, and from one address, are made one after the other: made at once, a thousand guesses
 * would all be under way before the first had failed.
 */
export class FailedAttempts {
  readonly #failures = new RateLimiterMemory({ points: FAILURES_PER_MINUTE, duration: 60, keyPrefix: '' })
  readonly #last = new Map<string, { promise: Promise<unknown>; waiting: number }>()

  /** Milliseconds until the next attempt is looked at; 0: now. */
  async blockedForMs(...keys: readonly string[]): Promise<number> {
    const found = await Promise.all(keys.map((key) => this.#failures.get(key)))
    return Math.max(0, ...found.map((each) => (each && each.consumedPoints >= FAILURES_PER_MINUTE ? each.msBeforeNext : 0)))
  }

  async failed(...keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.#failures.penalty(key)))
  }

  async succeeded(key: string): Promise<void> {
    await this.#failures.delete(key)
  }

  /** Null where too many wait already. */
  async inTurn<T>(key: string, work: () => Promise<T>): Promise<T | null> {
    const turn = this.#last.get(key) ?? { promise: Promise.resolve(), waiting: 0 }
    if (turn.waiting >= WAITING_MAX) return null
    turn.waiting += 1
    this.#last.set(key, turn)
    const mine = turn.promise.then(work, work)
    turn.promise = mine.catch(() => {})
    try {
      return await mine
    } finally {
      turn.waiting -= 1
      if (turn.waiting === 0) this.#last.delete(key)
    }
  }
}
