import { uptime } from 'node:os'

/** A larger step is no correction but a fault, or somebody who set the clock: a person has to look. */
export const CLOCK_STEP_MS = 10 * 60_000

/**
 * A clock that is read elsewhere now and then (Redis' `TIME`, the machine's wall clock) and runs on by itself in between, from this
 * process' monotonic clock.
 */
export class StoreClock {
  #offsetMs: number | null = null
  #stepMs = 0
  #suspendedMs = suspendedMs()

  /**
   * Takes a reading. `askedAt` and `answeredAt` (`performance.now()`) say between which moments it was taken: as long as the clock
   * agrees with that, it is left as it is, so that it doesn't tremble with every round trip.
   */
  read(storeMs: number, askedAt: number, answeredAt: number = askedAt): void {
    const earliest = storeMs - answeredAt
    const latest = storeMs + 1 - askedAt
    if (this.#offsetMs === null) {
      this.#offsetMs = earliest
      return
    }
    const offset = Math.min(Math.max(this.#offsetMs, earliest), latest)
    const change = offset - this.#offsetMs
    if (change === 0) return
    this.#offsetMs = offset
    if (Math.abs(change) > CLOCK_STEP_MS) {
      // A laptop that slept: its monotonic clock stood still, which is no step of the store's clock.
      const suspended = suspendedMs()
      this.#stepMs += change - (suspended - this.#suspendedMs)
      this.#suspendedMs = suspended
    } else if (this.#stepMs !== 0) this.#stepMs += change
    if (Math.abs(this.#stepMs) <= CLOCK_STEP_MS) this.#stepMs = 0
  }

  nowMs(): number {
    return Math.floor(performance.now() + (this.#offsetMs ?? performance.timeOrigin))
  }

  /** Sum of unconfirmed steps; null where there is none, also when the clock was set back to where it was. */
  get stepMs(): number | null {
    return this.#stepMs === 0 ? null : this.#stepMs
  }

  confirmStep(): void {
    this.#stepMs = 0
  }
}

/** How long this machine was suspended since some moment: `uptime` counts that (boot time), `performance.now()` doesn't (monotonic). */
const suspendedMs = (): number => uptime() * 1000 - performance.now()
