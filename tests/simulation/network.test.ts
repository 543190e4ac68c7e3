import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findRedis } from '../../server/store/ownRedis.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { networkDoors } from './door.ts'
import { momentOf, planOf } from './plan.ts'
import { play } from './play.ts'
import { Scheduler } from './scheduler.ts'
import { openServers } from './servers.ts'
import { kupangTraffic } from './traffic.ts'

const day = '2025-11-20'
const spare = 'petugas-cadangan'
const configuration = JSON.parse(
  readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8'),
) as BranchConfiguration

async function playDay(kind: 'redis' | 'embedded', servers: number, visitors: number) {
  const plan = planOf(configuration, kupangTraffic, { seed: 1, day, visitors, servers })
  const scheduler = new Scheduler(momentOf(day, '06:00', configuration.timeZone))
  const officers = [...plan.officers.map((officer) => officer.username), spare]
  const running = await openServers({ configuration, kind, count: servers, nowMs: () => scheduler.nowMs, officers })
  try {
    const heard: string[] = []
    const { faults, summary } = await play({
      configuration,
      plan,
      scheduler,
      spare,
      doors: networkDoors(running.urls, configuration.id, running.tokens, (fault) => heard.push(fault)),
      readEvents: running.readEvents,
      async turnDay(midnightMs) {
        await scheduler.run(midnightMs)
        await running.dayTurned(day)
      },
      inspect: running.inspect,
    })
    return { faults: [...faults, ...heard], summary, ...(await running.figures()) }
  } finally {
    await running.close()
  }
}

describe('a day at MPP Kota Kupang over real sockets', () => {
  it('CALL2, DAY1, SYNC1, SYNC4: two servers over one Redis break no rule', async (context) => {
    if ((await findRedis()) === null) context.skip('no Redis is to be had here')
    const { faults, summary, screenEvents } = await playDay('redis', 2, 60)
    expect(faults).toEqual([])
    expect(summary.served).toBeGreaterThan(40)
    expect(screenEvents).toBeGreaterThan(300)
  }, 120_000)

  it('CALL2, DAY1, SYNC1, SYNC4: one server over the embedded store breaks no rule', async () => {
    const { faults, summary } = await playDay('embedded', 1, 40)
    expect(faults).toEqual([])
    expect(summary.served).toBeGreaterThan(25)
  }, 120_000)
})
