/** Chance that can be had again: the same seed and name give the same numbers on every machine. */
export class Random {
  #state: number

  constructor(seed: number, name = '') {
    let hash = seed | 0
    for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
    this.#state = hash
  }

  /** In [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low)
  }

  /** One of these, each as likely as its weight. */
  weighted<T>(all: readonly (readonly [T, number])[]): T {
    let left = this.next() * all.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [each, weight] of all) {
      left -= weight
      if (left < 0) return each
    }
    return (all[all.length - 1] as readonly [T, number])[0]
  }

  one<T>(all: readonly T[]): T {
    return all[Math.floor(this.next() * all.length)] as T
  }

  /** Lognormal with mean 1 and this coefficient of variation: service times spread so, not exponentially. */
  lognormal(variation: number): number {
    const variance = Math.log(1 + variation * variation)
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return Math.exp(Math.sqrt(variance) * normal - variance / 2)
  }
}
