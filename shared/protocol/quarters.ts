/** Figures by quarter of an hour since local midnight. */
export interface Quarters {
  /** Stops that became ready. */
  readonly arrivals: readonly number[]
  /** First calls. */
  readonly calls: readonly number[]
  /** Waiting at the quarter's end. */
  readonly waiting: readonly number[]
  /** Sum of the waits of those called, in whole seconds. */
  readonly waitSeconds: readonly number[]
}

export const QUARTER_MS = 15 * 60_000
export const QUARTERS = 96
