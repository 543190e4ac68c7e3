import { expect, test } from 'vitest'
import { Silences } from '../../server/live/silences.ts'
import type { BranchStore } from '../../server/store/store.ts'
import { withRedis } from '../store/testStores.ts'

test('a silence is over by itself; two supervisors at once lose none of each other’s; all servers see them', async () => {
  const redis = await withRedis()
  const [one, other] = [await redis.open(), await redis.open()]
  try {
    let nowMs = one.nowMs()
    const at = (store: BranchStore): BranchStore => Object.create(store, { nowMs: { value: () => nowMs } }) as BranchStore
    const [here, there] = [new Silences(at(one)), new Silences(at(other))]
    const keep = (alert: string, minutes: number) => ({
      alert,
      reason: 'tahu',
      by: 'penyelia',
      atMs: nowMs,
      untilMs: nowMs + minutes * 60_000,
    })
    await Promise.all([here.keep('hall', keep('longPause', 10)), there.keep('hall', keep('zoneSilent z1', 20))])
    const alerts = async (silences: Silences) => (await silences.of('hall')).map(({ alert }) => alert).sort()
    await expect.poll(() => alerts(here)).toEqual(['longPause', 'zoneSilent z1'])
    await expect.poll(() => alerts(there)).toEqual(['longPause', 'zoneSilent z1'])
    nowMs += 10 * 60_000
    expect(await alerts(here)).toEqual(['zoneSilent z1'])
    await there.end('hall', 'zoneSilent z1')
    await expect.poll(() => alerts(here)).toEqual([])
  } finally {
    await one.close()
    await other.close()
    await redis.stop()
  }
})
