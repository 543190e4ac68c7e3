const FIRST_MS = 5_000
const MOST_MS = 3_600_000

/** After so long without one delivery an admin must look at it. */
export const FAILING_AFTER_MS = 86_400_000

/**
 * How long to wait after this many failures in a row: 5 s, 10 s, 20 s, ... up to an hour, each between three quarters of it and the whole
 * (`random` from 0 to 1), so that receivers which come back are not met by all senders in the same moment.
 */
export function backOffMs(failures: number, random: number): number {
  const wholeMs = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20))
  return Math.round(wholeMs * (0.75 + 0.25 * random))
}
