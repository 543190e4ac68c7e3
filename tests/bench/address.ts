/** Where a side of the comparison listens, and as whom one speaks to it. */
export interface Address {
  readonly side: 'ours' | 'floor'
  readonly port: number
  /** `''` on the floor, which has no namespaces. */
  readonly namespace: '' | '/board' | '/counter'
}

/** Milliseconds on the machine's monotonic clock: the same for all processes of this machine (CLOCK_MONOTONIC), unlike `performance.now()`. */
export const clockMs = (): number => Number(process.hrtime.bigint()) / 1e6

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
