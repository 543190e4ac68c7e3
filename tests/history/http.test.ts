import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import type { BranchStore } from '../../server/store/store.ts'
import { keepDays } from '../simulation/year.ts'
import { until, withEmbedded } from '../store/testStores.ts'
import { each, type PlayedDays, played } from './keptHall.ts'

const PASSWORD = 'kata-sandi-untuk-uji'
const DAYS = 9
const stored = withEmbedded()
const dir = mkdtempSync(join(tmpdir(), 'panggil-history-'))
let store: BranchStore
let server: RunningServer
let token = ''
let lived: PlayedDays

const api = (path: string, options: RequestInit = {}): Promise<Response> =>
  fetch(`${server.url}/api/v1${path}`, { ...options, headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' } })
const linesOf = async (path: string): Promise<{ revision: number; event: unknown }[]> =>
  (await (await api(path)).text()).split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))

beforeAll(async () => {
  store = await stored.open()
  lived = await played(DAYS, 12)
  const short = await played(DAYS, 4, { id: 'cabang', keepTicketsDays: 30 })
  for (const { days } of [lived, short]) await keepDays(store, each(days))
  server = await startServer({ store, config: readConfig({ PORT: '0', DATA_DIR: dir, ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'silent' }) })
  const signedIn = await fetch(`${server.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  })
  token = ((await signedIn.json()) as { token: string }).token
  for (const branch of ['mpp-kupang', 'cabang'])
    await until('the log let go', async () => ((await store.readEvents(branch, 0, 1))[0]?.revision ?? 1) > 1, 60_000)
  await until(
    'single tickets are gone',
    async () => ((await (await api('/branches/cabang/days')).json()) as { days: string[] }).days.length === 7,
  )
}, 120_000)
afterAll(async () => {
  await server?.stop()
  await stored.stop()
  rmSync(dir, { recursive: true, force: true })
})

test('the log from its first event, and from any other, though most of it is archived', async () => {
  const committed = lived.days.flatMap(({ events }) => events)
  const all = await linesOf('/branches/mpp-kupang/events?after=0')
  expect(all.map(({ revision }) => revision)).toEqual(all.map((_, at) => at + 1))
  expect(all.slice(0, committed.length).map(({ event }) => event)).toEqual(committed)
  expect(await linesOf('/branches/mpp-kupang/events?after=100')).toEqual(all.slice(100))
  const { days } = (await (await api('/branches/mpp-kupang/days')).json()) as { days: string[] }
  expect(days).toHaveLength(DAYS)
  const byDay = (await Promise.all(days.map((day) => linesOf(`/branches/mpp-kupang/days/${day}/events`)))).flat()
  expect(byDay).toEqual(all.slice(0, byDay.length))
  expect(byDay.length).toBeGreaterThanOrEqual(committed.length)
})

test('what is no longer kept is said to be so, with a code', async () => {
  const gone = await api('/branches/cabang/events?after=0')
  expect(gone.status).toBe(410)
  expect(await gone.json()).toMatchObject({ code: 'events-let-go', retry: false })
  const { days } = (await (await api('/branches/cabang/days')).json()) as { days: string[] }
  expect(days).not.toContain(lived.days[0]?.day)
  expect((await api(`/branches/cabang/days/2025-10-01/events`)).status).toBe(404)
  const first = (await linesOf(`/branches/cabang/days/${days[0]}/events`))[0]?.revision as number
  expect((await linesOf(`/branches/cabang/events?after=${first - 1}`))[0]?.revision).toBe(first)
})

test('fewer than fourteen days are refused where the branch is configured, in the field', async () => {
  for (const [keepTicketsDays, isRight] of [
    [13, false],
    [14.5, false],
    [14, true],
  ] as const) {
    const checked = await api('/branches/cabang/configuration/check', {
      method: 'POST',
      body: JSON.stringify({ ...lived.configuration, id: 'cabang', keepTicketsDays }),
    })
    const text = await checked.text()
    expect(text.includes('keepTicketsDays'), text).toBe(!isRight)
  }
})

test('archived days are among the figures', async () => {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  expect(metrics).toContain(`panggil_days_archived_total{branch="mpp-kupang",outcome="good"} ${DAYS}`)
})
