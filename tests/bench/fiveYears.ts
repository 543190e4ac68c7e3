import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { idOf, SUMMARIES } from '../../server/history/kept.ts'
import { type DayLedger, openLedger } from '../../server/reports/ledger.ts'
import { type DaySummary, summaryOf } from '../../server/reports/summary.ts'
import { openRedisStore } from '../../server/store/redisStore.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { evolve } from '../../shared/domain/evolve.ts'
import { nextDay, weekdayOf } from '../../shared/domain/hours.ts'
import { type BranchState, emptyBranch } from '../../shared/domain/state.ts'
import type { Report } from '../../shared/protocol/reports.ts'
import { kupangTraffic } from '../simulation/traffic.ts'
import { workingDays } from '../simulation/year.ts'
import { withRedis } from '../store/testStores.ts'
import { type Figure, figure, reached } from './figures.ts'
import { Administration, productServer } from './product.ts'
import { freePort } from './serverProcess.ts'

const VISITORS = 250
const YEARS = 5
const WORKING_DAYS = 250
const PLAYED = 10
const AT_MOST_S = 1
const FILE = fileURLToPath(new URL('../../server/branches/mpp-kupang.json', import.meta.url))

/**
 * The report of five years of 250 visits a day, by month, right after the server's start and again; beside it reading and parsing the same
 * summaries and nothing else. Ten days are played, and stand for all days of those years.
 */
export async function fiveYears(rounds: number): Promise<Figure[]> {
  const configuration = JSON.parse(readFileSync(FILE, 'utf8')) as BranchConfiguration
  const dir = mkdtempSync(join(tmpdir(), 'panggil-bench-years-'))
  const redis = await withRedis()
  const place = { port: await freePort(), redisSocket: redis.socket, dir, branchFile: FILE }
  const server = productServer(place)
  const first = { ours: [] as number[][], floor: [] as number[][] }
  const again: number[][] = []
  let visits = 0
  try {
    const days = await summaries(configuration)
    const store = await openRedisStore(redis.socket)
    let day = '2020-01-01'
    for (let kept = 0; kept < YEARS * WORKING_DAYS; day = nextDay(day)) {
      if (['Sat', 'Sun'].includes(weekdayOf(day))) continue
      await store.records.put(SUMMARIES, idOf(configuration.id, day), { ...(days[kept % PLAYED] as DaySummary), day })
      kept += 1
    }
    const path = `/branches/${configuration.id}/reports?from=2020-01-01&to=${day}&by=month`
    for (let round = 0; round < rounds; round++) {
      const readS = await seconds(async () => {
        for (const id of await store.records.ids(SUMMARIES)) await store.records.get<DaySummary>(SUMMARIES, id)
      })
      first.floor.push([readS])
      await server.up()
      const administration = new Administration(place.port)
      await administration.signIn()
      first.ours.push([await seconds(async () => (visits = (await administration.get<Report>(path)).total.visits))])
      again.push([await seconds(() => administration.get<Report>(path))])
      await server.down()
    }
    await store.close()
  } finally {
    await server.down().catch(() => {})
    await redis.stop()
    rmSync(dir, { recursive: true, force: true })
  }
  const of = `${YEARS * WORKING_DAYS} days, ${visits} visits, by month, over HTTP; ${rounds} rounds`
  const { reach, holds } = reached('report-5-years', 's', first.ours, AT_MOST_S, of)
  return [
    {
      ...figure('report-5-years', 's', first, { atMost: AT_MOST_S }, `right after the start: ${of}; floor: reading the same summaries`),
      reach,
      holds,
    },
    reached('report-5-years-again', 's', again, AT_MOST_S, of),
  ]
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return (performance.now() - startedAt) / 1000
}

/** Of so many days, as a server would have made them. */
async function summaries(configuration: BranchConfiguration): Promise<DaySummary[]> {
  const made: DaySummary[] = []
  let state: BranchState | null = null
  let ledger: DayLedger | null = null
  const wish = { configuration, traffic: kupangTraffic, from: '2025-10-01', workingDays: PLAYED + 1, visitorsPerDay: VISITORS, seed: 3 }
  for await (const { day, events } of workingDays(wish))
    for (const event of events) {
      state ??= { ...emptyBranch(configuration), day }
      ledger ??= openLedger(state)
      const before: BranchState = state
      state = evolve(before, event)
      ledger.apply({ before, event, state })
      if (event.type !== 'dayTurned') continue
      made.push(summaryOf(ledger, before, { first: 1, last: 1 }))
      ledger = openLedger(state)
    }
  return made.filter(({ visits }) => visits.length > 0).slice(0, PLAYED)
}
