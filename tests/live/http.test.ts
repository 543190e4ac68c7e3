import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Alert, Alerts, Curves } from '../../shared/protocol/live.ts'
import { QUARTER_MS } from '../../shared/protocol/quarters.ts'
import { smallHall } from '../domain/hall.ts'
import { House } from '../http/house.ts'
import { until } from '../store/testStores.ts'

let house: House
let penyelia = ''
let petugas = ''
let presses = 0
const post = async (path: string, token: string, body: object): Promise<void> => {
  const answer = await house.ask('POST', `branches/hall/${path}`, { token, body: { commandId: `live-${++presses}`, ...body } })
  expect(answer.status, answer.text).toBe(200)
}
const issue = async (service: string): Promise<void> => {
  const headers = { 'Idempotency-Key': `live-${++presses}` }
  const answer = await house.ask('POST', 'branches/hall/tickets', { body: { services: [service] }, headers })
  expect(answer.status, answer.text).toBe(201)
}
const read = async <T>(path: string): Promise<T> =>
  (await house.ask('GET', `branches/hall/${path}`, { token: penyelia })).body as unknown as T
const found = async (kind: Alert['kind']): Promise<Alert | undefined> =>
  (await read<Alerts>('alerts')).alerts.find((alert) => alert.kind === kind)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

beforeAll(async () => {
  house = await House.open({ configuration: { ...smallHall(), alerts: { quotaLeftPercent: 80 } } })
  penyelia = await house.employ('penyelia', 'supervisor')
  petugas = await house.employ('petugas', 'officer')
})
afterAll(() => house?.close())

test('a supervisor reads what is wrong, how the day goes and who sits where; nobody else does', async () => {
  for (const path of ['alerts', 'live/curves', 'live/happenings', 'officers']) {
    expect((await house.ask('GET', `branches/hall/${path}`, { token: null })).status).toBe(401)
    expect((await house.ask('GET', `branches/hall/${path}`, { token: petugas })).status).toBe(403)
    expect((await house.ask('GET', `branches/hall/${path}`, { token: penyelia })).status).toBe(200)
  }
  expect(await read('officers')).toMatchObject({ petugas: 'petugas', penyelia: 'penyelia' })
})

test('an alert begins and ends by itself within seconds, and keeps its id and since when', async () => {
  expect(await found('zoneSilent')).toBeUndefined()
  await post('counters/1/commands', petugas, { type: 'openCounter' })
  await until('the zone without a screen is told', async () => (await found('zoneSilent')) !== undefined)
  const began = await found('zoneSilent')
  expect(began).toMatchObject({ id: 'zoneSilent z1', about: 'z1', name: 'Zona 1', severity: 'severe' })
  await post('commands', penyelia, { type: 'announce', text: { id: 'Uji', en: 'Test' } })
  await until('it was looked at again', async () => (await read<Alerts>('alerts')).atMs > (began?.sinceMs ?? 0) + 2_500)
  expect((await found('zoneSilent'))?.sinceMs).toBe(began?.sinceMs)
  await post('commands', penyelia, { type: 'keepQuiet', zones: ['z1'], reason: 'Ibadah' })
  await until('its end is told', async () => (await found('zoneSilent')) === undefined)
})

test('an alert that a supervisor silenced is told with who, why and until when, to all; another one may end it', async () => {
  await until('the zone is told again', async () => {
    if (await found('zoneSilent')) return true
    await post('commands', penyelia, { type: 'speakAgain', zones: ['z1'] }).catch(() => {})
    return false
  })
  const silences = async () => (await read<Alerts>('alerts')).silences
  const ask = (path: string, body: object, token = penyelia) => house.ask('POST', `branches/hall/alerts/${path}`, { token, body })
  const silence = { alert: 'zoneSilent z1', minutes: 30, reason: 'Teknisi sedang datang' }
  expect((await ask('silences', silence, petugas)).status).toBe(403)
  for (const wrong of [{ alert: 'apa saja' }, { minutes: 0 }, { minutes: 721 }, { reason: '  ' }])
    expect((await ask('silences', { ...silence, ...wrong })).body.code).toBe('invalid-value')
  expect(await silences()).toEqual([])
  expect((await ask('silences', silence)).status).toBe(200)
  const [kept, ...others] = await silences()
  expect(others).toEqual([])
  expect(kept).toMatchObject({ alert: 'zoneSilent z1', by: 'penyelia', reason: 'Teknisi sedang datang' })
  expect((kept?.untilMs ?? 0) - (kept?.atMs ?? 0)).toBe(30 * 60_000)
  expect(await found('zoneSilent')).toBeDefined()
  const second = await house.employ('penyelia2', 'supervisor')
  expect((await ask('silences/end', { alert: 'zoneSilent z1' }, second)).body.silences).toEqual([])
  expect(await silences()).toEqual([])
})

test('a quota that is nearly used is told by its service', async () => {
  await issue('DUKCAPIL.KTP')
  await until('the quota is told', async () => (await found('quotaUsed')) !== undefined)
  expect(await found('quotaUsed')).toMatchObject({ about: 'DUKCAPIL.KTP', severity: 'mild', count: 4, name: 'KTP' })
})

test('the curves count what happened today, of the hall and of one agency; there is no usual day before any day was closed', async () => {
  await until('today is counted', async () => (await read<Curves | null>('live/curves')) !== null)
  const arrivals = async (query = ''): Promise<number> => sum((await read<Curves>(`live/curves${query}`)).today.arrivals)
  const before = await arrivals()
  await issue('BANK.CS')
  await issue('DUKCAPIL.KK')
  await until('both arrivals are counted', async () => (await arrivals()) === before + 2)
  expect(await arrivals('?agency=BANK')).toBe(1)
  const curves = await read<Curves>('live/curves?agency=BANK')
  expect(curves.usual).toBeNull()
  expect(curves.today.waiting[Math.floor((curves.atMs - curves.startMs) / QUARTER_MS)]).toBe(1)
})
