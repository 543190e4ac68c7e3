import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, type Browser, expect, type Page, test } from 'playwright/test'
import { branchWith, NOON_ZONE } from './dayHall.ts'
import { type OpenOptions, PASSWORD, TestHall } from './hall.ts'

const SIZES = {
  phone: { width: 390, height: 844 },
  tablet: { width: 768, height: 1024 },
  laptop: { width: 1366, height: 768 },
} as const
const LANGUAGES = ['id', 'en'] as const

/** It is noon there: no test meets a midnight. */
const folder = mkdtempSync(join(tmpdir(), 'panggil-noon-'))
writeFileSync(join(folder, 'branch.json'), JSON.stringify(branchWith({})))
const hall = new TestHall({ adminPassword: PASSWORD, environment: { BRANCH_FILE: join(folder, 'branch.json') } })
let admin: APIRequestContext
let petugas: APIRequestContext
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
  admin = await hall.as('admin')
  petugas = await hall.as('petugas')
})
test.afterAll(async () => {
  await hall.end()
  rmSync(folder, { recursive: true, force: true })
})

const at = (path: string): string => `${hall.url}/api/v1/branches/${path}`
let serial = 0

async function tell(who: APIRequestContext, path: string, command: object): Promise<{ ticket?: { id: string; number: string } | null }> {
  const answer = await who.post(at(path), { data: { commandId: `public-${serial++}`, ...command } })
  expect(answer.status(), await answer.text()).toBe(200)
  return (await answer.json()) as { ticket?: { id: string; number: string } | null }
}
const branch = (command: object) => tell(admin, 'uji/commands', command)
const counter = (id: string, command: object) => tell(petugas, `uji/counters/${id}/commands`, command)

/** Other hours, or another name: whatever the hall is in a picture. */
async function configure(change: (configuration: Record<string, unknown>) => Record<string, unknown>, id = 'uji'): Promise<void> {
  const now = (await (await admin.get(at('uji/configuration'))).json()) as Record<string, unknown>
  const answer = await admin.put(at(`${id}/configuration`), { data: { ...change(now), id } })
  expect([200, 201], await answer.text()).toContain(answer.status())
}
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const dayThere = (plus: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: NOON_ZONE }).format(Date.now() + plus * 86_400_000)

/** One picture per size and language, each without anything that axe would say or that hangs over the edge. */
async function look(
  browser: Browser,
  name: string,
  path: string,
  ready: (page: Page) => Promise<void>,
  options: OpenOptions = {},
  sizes: readonly (keyof typeof SIZES)[] = ['phone', 'tablet', 'laptop'],
): Promise<void> {
  for (const language of LANGUAGES)
    for (const size of sizes) {
      const { page, context, complaints } = await hall.open(browser, path, { ...options, size: SIZES[size], language })
      await ready(page)
      await page.screenshot({ path: `test-results/look/${name}-${size}-${language}.png`, fullPage: true })
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
      expect(complaints).toEqual([])
      await context.close()
    }
}

test('the hall as it is: open, how many wait, the last number called; live, and found by words', async ({ browser }) => {
  for (let n = 0; n < 3; n++) await hall.issue(admin, { services: ['DUKCAPIL.KK'] })
  const { page, context } = await hall.open(browser, '/', { size: SIZES.phone })
  const dukcapil = page.locator('[data-agency=DUKCAPIL]')
  await expect(dukcapil.locator('[data-test=agency-waiting]')).toHaveText('3 menunggu')
  await expect(page.locator('[data-test=state]')).toHaveAttribute('data-open', 'true')

  await counter('3', { type: 'openCounter' })
  const called = await counter('3', { type: 'callNext', current: null })
  await expect(dukcapil.locator('[data-test=agency-last]')).toHaveText('B-001')
  await expect(dukcapil.locator('[data-test=agency-waiting]')).toHaveText('2 menunggu')

  await page.locator('[data-test=search]').fill('kartu keluarga')
  await expect(page.locator('[data-test=found]')).toHaveText('1 layanan cocok')
  await expect(page.locator('[data-test=service]')).toHaveCount(1)
  const service = page.locator('[data-code="DUKCAPIL.KK"]')
  await expect(service.locator('[data-test=service-last]')).toContainText('B-001')
  await expect(service.locator('[data-test=service-last]')).toContainText('Loket 3')
  await expect(service).toContainText('KK lama')
  // Found by one of its services, an agency still says how many wait for all of them.
  await page.locator('[data-test=search]').fill('ktp')
  await expect(page.locator('[data-test=service]')).toHaveAttribute('data-code', 'DUKCAPIL.REKAM')
  await expect(dukcapil.locator('[data-test=agency-waiting]')).toHaveText('2 menunggu')
  await page.locator('[data-test=search]').fill('xyzxyz')
  await expect(page.locator('[data-test=found]')).toContainText('Tidak ada layanan yang cocok')
  await page.locator('[data-test=search]').fill('')

  // A call that is taken back was none.
  await counter('3', { type: 'undo' })
  await expect(dukcapil.locator('[data-test=agency-last]')).toHaveCount(0)
  await counter('3', { type: 'callNext', current: null })
  await expect(dukcapil.locator('[data-test=agency-last]')).toHaveText('B-001')

  // A visitor who moves on was called here all the same.
  await counter('3', { type: 'transfer', current: called.ticket?.id, to: { service: 'BANKNTT.TELLER' }, place: 'end' })
  await expect(page.locator('[data-agency=BANKNTT] [data-test=agency-waiting]')).toHaveText('1 menunggu')
  await expect(dukcapil.locator('[data-test=agency-last]')).toHaveText('B-001')

  await branch({ type: 'pauseService', service: 'DUKCAPIL.KK', reason: 'Server pusat terganggu' })
  await dukcapil.locator('summary').click()
  await expect(service.locator('[data-test=service-closed]')).toHaveText('Dihentikan sementara: Server pusat terganggu')
  await page.locator('header button').click()
  await expect(service.locator('[data-test=service-closed]')).toHaveText('Stopped for now: Server pusat terganggu')
  await context.close()
})

test('pictures: open with a full and a paused service; found by words', async ({ browser }) => {
  await hall.issue(admin, { services: ['DINSOS.BANSOS'] })
  await look(browser, 'public', '/', async (page) => {
    await expect(page.locator('[data-agency=BANKNTT]')).toBeVisible()
    await page.locator('[data-agency=DUKCAPIL] summary').click()
    await page.locator('[data-agency=DINSOS] summary').click()
    await page.locator('.week summary').click()
  })
  await look(
    browser,
    'public-found',
    '/',
    async (page) => {
      await page.locator('[data-test=search]').fill('ktp')
      await expect(page.locator('[data-test=service]')).toHaveCount(1)
    },
    {},
    ['phone'],
  )
  await branch({ type: 'resetService', service: 'DUKCAPIL.KK' })
})

test('the first load is at most 60 kB on the wire, letters included', async ({ browser }) => {
  const context = await browser.newContext({ viewport: SIZES.phone })
  const page = await context.newPage()
  const wire = await context.newCDPSession(page)
  await wire.send('Network.enable')
  const loaded: { url: string; bytes: number }[] = []
  const urls = new Map<string, string>()
  wire.on('Network.responseReceived', ({ requestId, response }) => void urls.set(requestId, response.url))
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    loaded.push({ url: urls.get(requestId) ?? '', bytes: encodedDataLength })
  })
  await page.goto(hall.url)
  await expect(page.locator('[data-test=agency]').first()).toBeVisible()
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await expect.poll(() => loaded.some(({ url }) => url.endsWith('/public'))).toBe(true)
  expect(loaded.filter(({ url }) => url.endsWith('.woff2'))).toEqual([])
  // A build of these tests has no compressed twins, so its scripts count as they are; compressed, tests/screens/publicPage.test.ts counts them.
  const answers = loaded.filter(({ url }) => url.includes('/api/'))
  expect(answers.map(({ url }) => new URL(url).pathname).sort()).toEqual(['/api/v1/branches', '/api/v1/branches/uji/public'])
  expect(answers.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(5_000)
  await context.close()
})

test('SYNC3 out of contact it says so with the age, passes nothing off as live, and comes back by itself', async ({ browser }) => {
  test.setTimeout(120_000)
  const pages = await Promise.all(LANGUAGES.map((language) => hall.open(browser, '/', { size: SIZES.phone, language })))
  for (const { page } of pages) await expect(page.locator('[data-test=agency]').first()).toBeVisible()
  await hall.kill()
  for (const [at, { page }] of pages.entries()) {
    await expect(page.locator('[data-test=lost]')).toBeVisible({ timeout: 25_000 })
    await expect(page.locator('[data-test=lost]')).toContainText(/1\d (detik|seconds)/)
    await page.screenshot({ path: `test-results/look/public-lost-phone-${LANGUAGES[at]}.png`, fullPage: true })
  }
  // Ten minutes later no figure is shown at all.
  const [{ page }] = pages as [(typeof pages)[number]]
  await page.evaluate(() => {
    const now = Date.now
    Date.now = () => now() + 11 * 60_000
  })
  await expect(page.locator('[data-test=lost]')).toContainText('tidak ditampilkan')
  await expect(page.locator('[data-test=agency-waiting]')).toHaveCount(0)
  await expect(page.locator('[data-test=waiting]')).toHaveCount(0)
  await page.screenshot({ path: 'test-results/look/public-dropped-phone-id.png', fullPage: true })
  await hall.start()
  for (const { page } of pages) await expect(page.locator('[data-test=lost]')).toHaveCount(0, { timeout: 15_000 })
  await expect(page.locator('[data-test=agency-waiting]').first()).toBeVisible()
  for (const { context } of pages) await context.close()
})

test('loading and away: said in words, and the page gets there by itself', async ({ browser }) => {
  for (const language of LANGUAGES) {
    const context = await browser.newContext({ baseURL: hall.url, viewport: SIZES.phone })
    await context.addInitScript((language) => localStorage.setItem('panggil.language', language), language)
    const page = await context.newPage()
    let release = (): void => undefined
    const waits = new Promise<void>((resolve) => (release = resolve))
    await page.route('**/public', async (route) => {
      await waits
      await route.abort()
    })
    await page.goto('/?branch=uji')
    await expect(page.locator('[data-test=loading]')).toBeVisible()
    await page.screenshot({ path: `test-results/look/public-loading-phone-${language}.png` })
    release()
    await expect(page.locator('[data-test=away]')).toBeVisible()
    await page.screenshot({ path: `test-results/look/public-away-phone-${language}.png` })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id }) => id)).toEqual([])
    await page.unroute('**/public')
    await expect(page.locator('[data-test=agency]').first()).toBeVisible({ timeout: 15_000 })
    await context.close()
  }
})

test('closed with its reason and when it opens; paused; before a holiday', async ({ browser }) => {
  const week = Object.fromEntries(
    DAYS.map((day) => [
      day,
      [
        ['00:00', '12:00'],
        ['12:01', '23:59'],
      ],
    ]),
  )
  await configure((now) => ({
    ...now,
    hours: {
      weekly: week,
      exceptions: [
        { date: dayThere(0), hours: [], reason: { id: 'Hari Kebangkitan Nasional', en: 'National Awakening Day' } },
        { date: dayThere(3), hours: [['08:00', '11:00']], reason: { id: 'Rapat kerja', en: 'Staff meeting' } },
      ],
    },
  }))
  await look(browser, 'public-closed', '/', async (page) => {
    await expect(page.locator('[data-test=state]')).toHaveAttribute('data-open', 'false')
    await expect(page.locator('[data-test=why-closed]')).toContainText(/Hari Kebangkitan Nasional|National Awakening Day/)
    await expect(page.locator('[data-test=hours]')).toContainText(/Tutup|Closed/)
    await page.locator('.week summary').click()
    await expect(page.locator('.week')).toContainText(/Rapat kerja|Staff meeting/)
  })
  await configure((now) => ({ ...now, hours: 'always' }))
  await branch({ type: 'pauseBranch', reason: 'Upacara bendera' })
  await look(
    browser,
    'public-paused',
    '/',
    async (page) => {
      await expect(page.locator('[data-test=why-closed]')).toContainText('Upacara bendera')
    },
    {},
    ['phone'],
  )
  await branch({ type: 'resumeBranch' })
})

test('a phone takes a number where the branch allows it: asked twice, never two', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/', { size: SIZES.phone })
  await page.locator('[data-agency=DUKCAPIL] summary').click()
  await expect(page.locator('[data-test=service]').first()).toBeVisible()
  await expect(page.locator('[data-test=take]')).toHaveCount(0)
  await configure((now) => ({ ...now, visitorTickets: true }))
  await page.locator('[data-code="DUKCAPIL.REKAM"] [data-test=take]').click()
  await expect(page.locator('[data-test=take-yes]')).toBeFocused()
  await page.screenshot({ path: 'test-results/look/public-take-phone-id.png' })
  // The answer is lost on the way: the next try gets the same number.
  let lost = 0
  await page.route('**/tickets', async (route) => {
    if (lost++ > 0) return route.continue()
    await route.fetch()
    await route.abort()
  })
  const issued = async (): Promise<number> => {
    const { queues } = (await (await admin.get(at('uji/public'))).json()) as { queues: { services: Record<string, { waiting: number }> } }
    return queues.services['DUKCAPIL.REKAM']?.waiting ?? -1
  }
  await page.locator('[data-test=take-yes]').click()
  await expect(page.locator('[data-test=take-trouble]')).toBeVisible()
  await expect.poll(issued).toBe(1)
  await page.locator('[data-test=take-yes]').click()
  await expect(page).toHaveURL(/\/ticket\//)
  await expect(page.locator('[data-test=number]')).toBeVisible()
  await expect.poll(issued).toBe(1)
  await configure((now) => ({ ...now, visitorTickets: false }))
  await context.close()
})

test('several halls: one is chosen, or named in the address; one that is not there is told', async ({ browser }) => {
  await configure((now) => ({ ...now, name: { id: 'Aula Kedua', en: 'Second Hall' } }), 'kedua')
  await expect.poll(async () => (await (await admin.get(`${hall.url}/api/v1/branches`)).json()) as unknown[]).toHaveLength(2)
  await look(browser, 'public-choose', '/', (page) => expect(page.locator('[data-branch=kedua]')).toBeVisible(), {}, ['phone'])
  await look(browser, 'public-unknown', '/?branch=tiada', (page) => expect(page.locator('[data-test=unknown]')).toBeVisible(), {}, [
    'phone',
  ])
  const { page, context } = await hall.open(browser, '/', { size: SIZES.phone })
  await page.locator('[data-branch=kedua]').click()
  await expect(page.locator('h1')).toHaveText('Aula Kedua')
  await context.close()
})

/** A page of somebody else's site, with one of ours in it. */
async function otherSite(inside: string): Promise<{ url: string; server: Server }> {
  const server = createServer((_request, response) =>
    response
      .setHeader('Content-Type', 'text/html; charset=utf-8')
      .end(
        `<!doctype html><html lang="id"><title>Kota</title><h1>Situs kota</h1><iframe src="${inside}" title="Antrean" width="360" height="420"></iframe>`,
      ),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Another host name is another site.
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, server }
}

test('the board stands in the page of another site, and no other page of ours does', async ({ browser }) => {
  for (const [name, query] of [
    ['agency', '?branch=uji&agency=DUKCAPIL'],
    ['all', '?branch=uji&lang=en'],
  ] as const) {
    const { url, server } = await otherSite(`${hall.url}/embed${query}`)
    const context = await browser.newContext({ viewport: { width: 420, height: 560 } })
    const page = await context.newPage()
    await page.goto(url)
    const board = page.frameLocator('iframe')
    await expect(board.locator('[data-test=line]').first()).toBeVisible()
    if (name === 'agency') {
      await expect(board.locator('[data-key="DUKCAPIL.KK"] [data-test=last]')).toHaveText('B-001')
      await expect(board.locator('[data-key="DUKCAPIL.KK"] [data-test=waiting]')).toHaveText('2')
    } else await expect(board.locator('thead')).toContainText('Waiting')
    await page.screenshot({ path: `test-results/look/embed-${name}.png` })
    const { violations } = await new AxeBuilder({ page }).include('iframe').analyze()
    expect(violations.map(({ id }) => id)).toEqual([])
    await context.close()
    server.close()
  }
  const { url, server } = await otherSite(`${hall.url}/`)
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  await expect(page.frameLocator('iframe').locator('.page')).toHaveCount(0)
  await expect.poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:'))).toBe(true)
  await context.close()
  server.close()
})

test('another site’s script reads the public figures without a cookie', async ({ browser }) => {
  const { url, server } = await otherSite('about:blank')
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(url)
  const read = await page.evaluate(async (address) => {
    const response = await fetch(address)
    return { tag: response.headers.get('ETag'), body: (await response.json()) as { branch: { id: string }; queues: { waiting: number } } }
  }, at('uji/public'))
  expect(read.body.branch.id).toBe('uji')
  expect(read.body.queues.waiting).toBeGreaterThanOrEqual(0)
  expect(read.tag).toMatch(/^W\//)
  await context.close()
  server.close()
})
