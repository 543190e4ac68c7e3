import { describe, expect, it } from 'vitest'
import { CLOCK_STEP_MS, StoreClock } from '../../server/store/clock.ts'

const MINUTE = 60_000

/** A reading that says the clock is `aheadMs` before this process' own. */
const read = (clock: StoreClock, aheadMs: number) => {
  const now = performance.now()
  clock.read(Math.floor(now) + aheadMs, now, now)
}

describe("the store's clock", () => {
  it('runs on between readings, and follows each', () => {
    const clock = new StoreClock()
    read(clock, 1_000_000)
    const error = () => Math.abs(clock.nowMs() - performance.now() - 1_000_000)
    expect(error()).toBeLessThan(5)
    read(clock, 1_000_500)
    expect(Math.abs(error() - 500)).toBeLessThan(5)
    expect(clock.stepMs).toBeNull()
  })

  it('does not tremble with the round trips', () => {
    const clock = new StoreClock()
    clock.read(5000, 100, 101)
    const offset = clock.nowMs() - performance.now()
    // Read somewhere between 200 and 240: whatever fits is no reason to change.
    clock.read(5130, 200, 240)
    clock.read(5110, 200, 240)
    expect(Math.abs(clock.nowMs() - performance.now() - offset)).toBeLessThan(1)
  })

  it('DAY1 a step of more than ten minutes stands until it is confirmed or taken back', () => {
    const clock = new StoreClock()
    read(clock, 0)
    read(clock, CLOCK_STEP_MS - MINUTE)
    expect(clock.stepMs).toBeNull()
    read(clock, 24 * 60 * MINUTE)
    const step = 24 * 60 * MINUTE - CLOCK_STEP_MS + MINUTE
    expect(Math.abs((clock.stepMs ?? 0) - step)).toBeLessThan(1000)
    // Small corrections don't end it.
    read(clock, 24 * 60 * MINUTE + 500)
    expect(clock.stepMs).not.toBeNull()
    read(clock, CLOCK_STEP_MS - MINUTE)
    expect(clock.stepMs).toBeNull()
    read(clock, -120 * MINUTE)
    expect(clock.stepMs).toBeLessThan(-100 * MINUTE)
    clock.confirmStep()
    expect(clock.stepMs).toBeNull()
    read(clock, -119 * MINUTE)
    expect(clock.stepMs).toBeNull()
  })
})
