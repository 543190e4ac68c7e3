import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import type { DailyRow, Report } from '../../shared/protocol/reports.ts'
import { kupangTraffic } from '../simulation/traffic.ts'
import { keepDays, workingDays } from '../simulation/year.ts'
import { until, withEmbedded } from '../store/testStores.ts'
import { type CountedDay, type LogLine, quantile, recount, serviceOf, waitOf } from './recount.ts'

const PASSWORD = 'kata-sandi-untuk-uji'
const FROM = '2025-10-01'
const DAYS = 12
const configuration = JSON.parse(
  readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8'),
) as BranchConfiguration

const stored = withEmbedded()
const dir = mkdtempSync(join(tmpdir(), 'panggil-reports-'))
let server: RunningServer
let token = ''
let counted: CountedDay[] = []
let span = ''

const api = async (path: string): Promise<Response> =>
  fetch(`${server.url}/api/v1/branches/${configuration.id}${path}`, { headers: { Authorization: `Bearer ${token}` } })
const report = async (query: string): Promise<Report> => (await (await api(`/reports?${query}`)).json()) as Report

beforeAll(async () => {
  const store = await stored.open()
  await keepDays(store, workingDays({ configuration, traffic: kupangTraffic, from: FROM, workingDays: DAYS, visitorsPerDay: 140, seed: 7 }))
  server = await startServer({
    store,
    config: readConfig({ PORT: '0', DATA_DIR: dir, ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'silent' }),
  })
  const signedIn = await fetch(`${server.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  })
  token = ((await signedIn.json()) as { token: string }).token
  const text = await (await api('/events?after=0')).text()
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine)
  counted = recount(lines).filter(({ visits }) => visits.length > 0)
  span = `from=${FROM}&to=${counted.at(-1)?.day}`
  await until(
    'every closed day is archived',
    async () => ((await (await api('/days')).json()) as { days: string[] }).days.length >= DAYS,
    60_000,
  )
  // Until then nobody is told figures that are too small.
  await until('today is counted', async () => (await api(`/reports?${span}`)).status === 200, 60_000)
}, 180_000)
afterAll(async () => {
  await server?.stop()
  await stored.stop()
  rmSync(dir, { recursive: true, force: true })
})

const agencyOf = (service: string) => service.split('.')[0] as string
const numbers = (values: readonly (number | null)[]) => values.filter((value): value is number => value !== null)

describe('every figure of the reports equals a recount from the raw events', () => {
  test('a row per date and agency', async () => {
    const rows = (await (await api(`/reports/daily?${span}`)).json()) as DailyRow[]
    const again = counted.flatMap(({ day, visits }) =>
      [...new Set(visits.flatMap(({ stops }) => stops.map(({ service }) => agencyOf(service))))].sort().map((agency): DailyRow => {
        const there = visits
          .map((visit) => ({
            ...visit,
            stops: visit.stops.map((stop, at) => ({ stop, at })).filter(({ stop }) => agencyOf(stop.service) === agency),
          }))
          .filter(({ stops }) => stops.length > 0)
        const stops = there.flatMap((visit) => visit.stops.map(({ stop, at }) => ({ stop, isOld: visit.isCarriedIn && at === 0 })))
        const waits = numbers(stops.map(({ stop, isOld }) => (isOld ? null : waitOf(stop))))
        return {
          date: day,
          agency,
          visits: there.filter(({ isCarriedIn }) => !isCarriedIn).length,
          served: there.filter((visit) => visit.stops.at(-1)?.stop.end === 'served').length,
          noShows: there.filter((visit) => visit.stops.at(-1)?.stop.end === 'noShow').length,
          medianWaitMinutes: quantile(waits, 0.5),
          p90WaitMinutes: quantile(waits, 0.9),
          medianServiceMinutes: quantile(numbers(stops.map(({ stop }) => serviceOf(stop))), 0.5),
        }
      }),
    )
    expect(rows).toEqual(again)
    expect(rows.length).toBeGreaterThan(100)
    expect(rows.reduce((sum, { served }) => sum + served, 0)).toBeGreaterThan(500)
  })

  test('totals: visits, stops by how they ended, waits, service times, counter hours', async () => {
    const { total, days } = await report(span)
    const visits = counted.flatMap((day) => day.visits)
    const stops = visits.flatMap((visit) => visit.stops.map((stop, at) => ({ stop, isOld: visit.isCarriedIn && at === 0 })))
    const ended = (end: string) => stops.filter(({ stop }) => stop.end === end).length
    const waits = numbers(stops.map(({ stop, isOld }) => (isOld ? null : waitOf(stop))))
    const times = numbers(stops.map(({ stop }) => serviceOf(stop)))
    expect(days).toBe(DAYS)
    expect(total.visits).toBe(visits.filter(({ isCarriedIn }) => !isCarriedIn).length)
    expect(total.stops).toBe(stops.length)
    expect(total.served).toBe(ended('served'))
    const { moved, refused, cancelled, carriedOver, noShow, open } = total.notServed
    expect({ moved, refused, cancelled, carriedOver, noShow, open }).toEqual({
      moved: ended('moved'),
      refused: ended('refused'),
      cancelled: ended('cancelled'),
      carriedOver: ended('carriedOver'),
      noShow: ended('noShow'),
      open: 0,
    })
    const done = visits.filter(
      (visit) => !visit.isCarriedIn && visit.stops.every(({ end, outcome }) => end === 'moved' || (end === 'served' && outcome === 'done')),
    )
    expect(total.doneAtFirstVisit).toBe(done.length)
    expect(total.wait).toMatchObject({ count: waits.length, medianMinutes: quantile(waits, 0.5), p90Minutes: quantile(waits, 0.9) })
    expect(total.service).toMatchObject({ count: times.length, medianMinutes: quantile(times, 0.5), p90Minutes: quantile(times, 0.9) })
    const minutes = counted.flatMap(({ openMinutes }) => Object.values(openMinutes)).reduce((sum, each) => sum + each, 0)
    // Hours are kept as whole minutes of each hour.
    expect(Math.abs((total.counterHours?.open ?? 0) - minutes / 60)).toBeLessThan((DAYS * 27 * 10) / 60 / 2)
    expect(total.counterHours?.open).toBeGreaterThan(100)
  })

  test.each(['day', 'weekday', 'month', 'year', 'agency', 'service', 'counter', 'officer', 'hour', 'class', 'journey'] as const)(
    'groups by %s add up to the total, and each is a recount',
    async (by) => {
      const { rows, total } = await report(`${span}&by=${by}`)
      const keyOf = (day: CountedDay, visit: CountedDay['visits'][number], stop: CountedDay['visits'][number]['stops'][number]): string => {
        const isOld = visit.isCarriedIn && visit.stops[0] === stop
        const hereMs = isOld ? (stop.called ?? stop.ended ?? stop.ready) : stop.ready
        const hour = new Date(hereMs + 8 * 3_600_000).getUTCHours()
        switch (by) {
          case 'day':
            return day.day
          case 'weekday':
            return ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(`${day.day}T00:00:00Z`).getUTCDay()] as string
          case 'month':
            return day.day.slice(0, 7)
          case 'year':
            return day.day.slice(0, 4)
          case 'agency':
            return agencyOf(stop.service)
          case 'service':
            return stop.service
          case 'counter':
            return stop.counter ?? '-'
          case 'officer':
            return stop.officer ?? '-'
          case 'hour':
            return String(hour).padStart(2, '0')
          case 'class':
            return visit.class
          default:
            return ''
        }
      }
      expect(rows.reduce((sum, { stops }) => sum + stops, 0)).toBe(total.stops)
      expect(rows.reduce((sum, { served }) => sum + served, 0)).toBe(total.served)
      if (['day', 'weekday', 'month', 'year', 'hour', 'class', 'journey'].includes(by))
        expect(rows.reduce((sum, { visits }) => sum + visits, 0)).toBe(total.visits)
      if (by === 'journey') return
      const waits = new Map<string, number[]>()
      for (const day of counted)
        for (const visit of day.visits)
          for (const [at, stop] of visit.stops.entries()) {
            const wait = visit.isCarriedIn && at === 0 ? null : waitOf(stop)
            const key = keyOf(day, visit, stop)
            waits.set(key, [...(waits.get(key) ?? []), ...(wait === null ? [] : [wait])])
          }
      const told = new Map(rows.filter(({ stops }) => stops > 0).map(({ key, wait }) => [key, wait.medianMinutes]))
      expect(told).toEqual(new Map([...waits].map(([key, of]) => [key, quantile(of, 0.5)])))
    },
  )

  test('a filter counts what it names and nothing else', async () => {
    const all = await report(`${span}&by=agency`)
    const one = await report(`${span}&by=service&agency=DUKCAPIL`)
    expect(one.total.stops).toBe(all.rows.find(({ key }) => key === 'DUKCAPIL')?.stops)
    expect(one.rows.every(({ key }) => key.startsWith('DUKCAPIL.'))).toBe(true)
  })
})
