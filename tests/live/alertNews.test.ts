import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AlertMoment, AlertTeller, alertNews } from '../../server/live/alertNews.ts'
import type { BranchStore } from '../../server/store/store.ts'
import type { Alert } from '../../shared/protocol/live.ts'
import { type TestRedis, withRedis } from '../store/testStores.ts'

let redis: TestRedis
let stores: BranchStore[]
beforeEach(async () => {
  redis = await withRedis()
  stores = [await redis.open(), await redis.open()]
})
afterEach(async () => {
  for (const store of stores) await store.close()
  await redis.stop()
})

const alert = (severity: Alert['severity'] = 'mild', more: Partial<Alert> = {}): Alert => ({
  id: 'longWait BANK.CS',
  kind: 'longWait',
  severity,
  sinceMs: 1,
  about: 'BANK.CS',
  name: 'CS',
  count: 31,
  ...more,
})
const moment = (...alerts: Alert[]): AlertMoment => ({ branch: 'hall', revision: 7, atMs: 10, alerts })
const types = async (): Promise<string[]> =>
  (await alertNews(stores[0] as BranchStore, 'hall')).news.map(({ number, type, alert: { id } }) => `${number} ${type} ${id}`)

test('it begins, grows worse and ends, each told once; going up and down about a limit is not told', async () => {
  const teller = new AlertTeller(stores[0] as BranchStore)
  for (const now of [
    moment(alert()),
    moment(alert('mild', { count: 32 })),
    moment(alert('severe')),
    // Whatever else is told meanwhile.
    moment(alert('mild'), alert('mild', { id: 'longPause', kind: 'longPause' })),
    moment(alert('severe')),
    moment(),
    moment(),
  ])
    await teller.tell(now)
  expect((await types()).filter((type) => type.endsWith('BANK.CS'))).toEqual([
    '1 alertBegan longWait BANK.CS',
    '2 alertWorsened longWait BANK.CS',
    '5 alertEnded longWait BANK.CS',
  ])
  const { news: all } = await alertNews(stores[0] as BranchStore, 'hall')
  const news = all.filter(({ alert: { kind } }) => kind === 'longWait')
  expect(new Set(news.map(({ alertId }) => alertId)).size).toBe(1)
  expect(await teller.tell(moment(alert()))).toMatchObject([{ number: 6, type: 'alertBegan' }])
  expect((await alertNews(stores[0] as BranchStore, 'hall')).news.at(-1)?.alertId).not.toBe(news[0]?.alertId)
})

test('of two servers that see different things one tells, until it is gone', async () => {
  const [one, other] = stores.map((store) => new AlertTeller(store)) as [AlertTeller, AlertTeller]
  expect(await one.tell(moment(alert()))).toHaveLength(1)
  expect(await other.tell(moment())).toEqual([])
  expect(await one.tell(moment(alert()))).toEqual([])
  expect(await types()).toEqual(['1 alertBegan longWait BANK.CS'])
  await one.close()
  await expect.poll(async () => (await other.tell(moment())).map(({ type }) => type), { timeout: 5_000 }).toEqual(['alertEnded'])
  expect(await types()).toEqual(['1 alertBegan longWait BANK.CS', '2 alertEnded longWait BANK.CS'])
})

test('the latest two hundred are kept', async () => {
  const teller = new AlertTeller(stores[0] as BranchStore)
  for (let at = 0; at < 101; at++) {
    await teller.tell(moment(alert()))
    await teller.tell(moment())
  }
  const { news, last } = await alertNews(stores[0] as BranchStore, 'hall')
  expect([news.length, news[0]?.number, last]).toEqual([200, 3, 202])
})
