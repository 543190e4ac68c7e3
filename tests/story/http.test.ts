import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import type { BranchStore } from '../../server/store/store.ts'
import type { Before } from '../../shared/story/before.ts'
import type { Story } from '../../shared/story/story.ts'
import { each, type PlayedDays, played } from '../history/keptHall.ts'
import { keepDays } from '../simulation/year.ts'
import { until, withEmbedded } from '../store/testStores.ts'

const PASSWORD = 'kata-sandi-untuk-uji'
const stored = withEmbedded()
const dir = mkdtempSync(join(tmpdir(), 'panggil-story-'))
let store: BranchStore
let server: RunningServer
let token = ''
let lived: PlayedDays
/** The last one is today's, as far as the server knows. */
let closed: string[] = []

const api = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${server.url}/api/v1/branches/mpp-kupang${path}`, { headers: { Authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
const storyOf = async (day: string, number: string): Promise<Story> =>
  (await api(`/days/${day}/tickets/${encodeURIComponent(number)}`)).body as unknown as Story

beforeAll(async () => {
  store = await stored.open()
  lived = await played(3, 25)
  await keepDays(store, each(lived.days))
  server = await startServer({ store, config: readConfig({ PORT: '0', DATA_DIR: dir, ADMIN_PASSWORD: PASSWORD, LOG_LEVEL: 'silent' }) })
  const signedIn = await fetch(`${server.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  })
  token = ((await signedIn.json()) as { token: string }).token
  await until(
    'the days are archived',
    async () => {
      closed = ((await api('/days')).body as { days: string[] }).days
      return lived.days.every(({ day }) => closed.includes(day))
    },
    60_000,
  )
}, 120_000)
afterAll(async () => {
  await server?.stop()
  await stored.stop()
  rmSync(dir, { recursive: true, force: true })
})

describe('a closed day', () => {
  test('tells the story of each of its numbers, from its archive', async () => {
    for (const { day, events } of lived.days) {
      const issued = events.flatMap((event) => (event.type === 'ticketIssued' ? [event] : []))
      expect(issued.length).toBeGreaterThan(5)
      for (const { ticket, atMs, by } of issued) {
        const story = await storyOf(day, ticket.number)
        expect([story.day, story.number, story.ticketId]).toEqual([day, ticket.number, ticket.id])
        expect(story.lines[0]).toMatchObject({ kind: 'issued', atMs, by })
        // Nobody is still waiting when a day is over.
        expect(['completed', 'cancelled', 'noShow']).toContain(story.state)
        const called = events.find((event) => event.type === 'ticketCalled' && event.ticket.id === ticket.id)
        expect(story.lines.some(({ kind }) => kind === 'called')).toBe(called !== undefined)
      }
    }
  })

  test('answers why another number was before', async () => {
    for (const { day, events } of lived.days) {
      const [first, second] = events.flatMap((event) => (event.type === 'ticketCalled' ? [event] : []))
      if (!first || !second) throw new Error('nobody was called')
      const path = `/days/${day}/tickets/${second.ticket.number}/before/${first.ticket.number}`
      const { status, body } = await api(path)
      expect([path, status]).toEqual([path, 200])
      const told = body as unknown as Before
      expect(told.atMs).toBe(first.atMs)
      expect(told.counter).toEqual(first.counter)
      expect(told.other.dueAtMs).toBe(first.why.dueAtMs)
    }
  })

  test('takes numbers as people type them, and says clearly what is not there', async () => {
    const { day, events } = lived.days[0] as PlayedDays['days'][number]
    const issued = events.find((event) => event.type === 'ticketIssued')
    const number = issued?.type === 'ticketIssued' ? issued.ticket.number : ''
    const typed = number.toLowerCase().replace('-0', '').replace('-', '')
    expect((await storyOf(day, typed)).number).toBe(number)
    expect(await api(`/days/${day}/tickets/Z-998`)).toMatchObject({
      status: 404,
      body: { code: 'unknown-ticket', details: { number: 'Z-998' } },
    })
    expect(await api(`/days/${day}/tickets/${number}/before/Z-998`)).toMatchObject({
      status: 404,
      body: { code: 'unknown-ticket', details: { number: 'Z-998' } },
    })
    expect(await api(`/days/${day}/tickets/${number}/before/${number}`)).toMatchObject({ status: 422, body: { code: 'invalid-value' } })
    expect(await api(`/days/2019-01-02/tickets/${number}`)).toMatchObject({ status: 404, body: { code: 'unknown-day' } })
    expect(await api(`/days/kemarin/tickets/${number}`)).toMatchObject({ status: 400, body: { code: 'malformed' } })
  })
})
