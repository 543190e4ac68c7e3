import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type Browser, expect, type Page, test } from 'playwright/test'
import type { ScreenSettings } from '../../shared/protocol/screen.ts'
import { bigHall, inZone, MORNING_MS } from './bigHall.ts'
import { makeFilm, makePicture } from './boardMedia.ts'
import { BoardStage } from './boardStage.ts'

/** A screen of the shipped hall at any of its moments: pictures of each stand in test-results/look/board-*.png. */

const FULL_HD = { width: 1920, height: 1080 }
const HD = { width: 1280, height: 720 }
const texts = [
  {
    id: 'Bayar PBB sekali jalan: Bapenda lalu Bank NTT, cukup satu nomor',
    en: 'Pay land tax in one go: Bapenda, then Bank NTT, with one number',
  },
  { id: 'Istirahat pukul 12.00–13.00 WITA', en: 'Break from 12:00 to 13:00 WITA' },
  {
    id: 'Nomor terakhir diambil 30 menit sebelum tutup. Siapkan dokumen asli dan salinannya.',
    en: 'Last numbers 30 minutes before closing. Have originals and copies ready.',
  },
]
const missed = [
  { number: 'B-039', counter: { id: '3', label: 'Loket 3' }, atMs: MORNING_MS - 3 * 60_000 },
  { number: 'C-014', counter: { id: '7', label: 'Loket 7' }, atMs: MORNING_MS - 6 * 60_000 },
  { number: 'A-007/19', counter: { id: '2', label: 'Loket 2' }, atMs: MORNING_MS - 8 * 60_000 },
]
const IN_ZONE_A = ['A-011 1', 'C-015 7', 'B-044 5', 'B-045 3', 'A-012 1', 'B-046 6']
const ANYWHERE = ['W-003 26', 'N-012 24', 'F-018 11', 'C-015 7', 'B-046 6', 'A-012 1', 'K-031 15', 'E-031 9']

const dataDir = mkdtempSync(join(tmpdir(), 'panggil-board-'))
const noMedia = join(dataDir, 'none')
test.beforeAll(async ({ browser }) => {
  await makePicture(browser, join(dataDir, 'media', 'mpp-kupang', '1 poster.png'))
  await makePicture(browser, join(dataDir, 'media', 'mpp-kupang', 'logo.png'), 'MPP')
})
test.afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

interface Scene {
  readonly name: string
  readonly zone?: string
  readonly settings?: Partial<ScreenSettings>
  readonly withMedia?: boolean
  readonly nowMs?: number
  readonly look?: { readonly accent: string; readonly logo: string }
  readonly reducedMotion?: 'reduce'
  readonly make: (stage: BoardStage) => void
  /** Number that is large; null: none is. */
  readonly newest: string | null
}

function called(stage: BoardStage, list: readonly string[]): void {
  const calls = list.map((each, at) => {
    const [number, counter] = each.split(' ') as [string, string]
    return stage.makeCall(number, counter, { ageMs: 60_000 * (list.length - at) })
  })
  stage.replace({ calls: calls.reverse() })
}
const callAll = (stage: BoardStage, list: readonly string[]): void => {
  for (const each of list) stage.call(...(each.split(' ') as [string, string]))
}
const closed = (stage: BoardStage): void =>
  stage.replace({ counters: stage.view.counters.map((counter) => ({ ...counter, state: 'closed' as const, untilMs: null, reason: null })) })

const scenes: readonly Scene[] = [
  {
    name: 'zone-missed',
    zone: 'a',
    newest: 'B-047',
    make(stage) {
      stage.replace({ missed })
      called(stage, IN_ZONE_A)
      callAll(stage, ['A-013 2', 'B-047 4'])
    },
  },
  {
    name: 'zone-notice',
    zone: 'a',
    newest: 'B-047',
    make(stage) {
      const text = {
        id: 'Sistem pusat sedang gangguan. Nomor Anda tetap berlaku.',
        en: 'A national system is down. Your number stays valid.',
      }
      stage.replace({ missed, notice: { text, zones: null, atMs: 0 } })
      called(stage, IN_ZONE_A)
      callAll(stage, ['B-047 4'])
    },
  },
  {
    name: 'five-at-once',
    newest: 'A-013',
    make(stage) {
      called(stage, ANYWHERE)
      callAll(stage, ['E-032 10', 'B-047 4', 'H-009 14', 'AA-123 27', 'A-013 2'])
    },
  },
  {
    name: 'carried-over',
    newest: 'B-008/19',
    make(stage) {
      called(stage, ['B-007/19 3', 'A-011/19 1'])
      callAll(stage, ['AA-123/19 27', 'C-003/19 7', 'B-008/19 5'])
    },
  },
  {
    name: 'rush',
    newest: 'T-027',
    make(stage) {
      called(stage, ANYWHERE)
      // A minute apart on the stage's clock would settle them: they come at once.
      callAll(
        stage,
        [...'ABCDEFGHJKLMNQRST'].map((prefix, at) => `${prefix}-0${at + 11} ${at + 1}`),
      )
    },
  },
  {
    name: 'gallery',
    zone: 'a',
    withMedia: true,
    settings: { layout: 'media' },
    newest: 'B-046',
    make: (stage) => called(stage, IN_ZONE_A),
  },
  {
    name: 'gallery-call',
    zone: 'a',
    withMedia: true,
    settings: { layout: 'media' },
    newest: 'B-047',
    make(stage) {
      called(stage, IN_ZONE_A)
      callAll(stage, ['B-047 4'])
    },
  },
  {
    name: 'counters-27',
    settings: { layout: 'counters' },
    newest: 'B-047',
    make(stage) {
      called(stage, ANYWHERE)
      callAll(stage, ['B-047 4'])
    },
  },
  {
    name: 'counters-agency',
    settings: { layout: 'counters', agencies: ['DUKCAPIL'] },
    newest: 'B-047',
    make(stage) {
      called(stage, IN_ZONE_A)
      callAll(stage, ['B-047 4'])
    },
  },
  { name: 'empty', newest: null, make: () => undefined },
  { name: 'evening', newest: null, nowMs: Date.UTC(2025, 10, 21, 9, 30), make: closed },
  { name: 'break', newest: null, withMedia: true, nowMs: Date.UTC(2025, 10, 20, 4, 30), make: closed },
  {
    name: 'ceremony',
    zone: 'a',
    newest: null,
    make(stage) {
      called(stage, IN_ZONE_A)
      stage.replace({ pause: { reason: 'Upacara bendera di halaman', sinceMs: MORNING_MS - 120_000 } })
    },
  },
  {
    name: 'silent-recall',
    zone: 'd',
    newest: 'X-047',
    make(stage) {
      stage.replace({ zones: [{ id: 'd', sound: 'none', speaking: null }] })
      called(stage, ['U-003 25', 'W-003 26', 'N-012 24'])
      stage.call('X-047', '27', 'recall')
    },
  },
  {
    name: 'own-colours',
    zone: 'b',
    withMedia: true,
    look: { accent: '#7a1f5c', logo: 'logo.png' },
    newest: 'H-010',
    make(stage) {
      called(stage, ['E-031 9', 'F-018 11'])
      stage.call('E-032', '8')
      const spoken = stage.call('F-019', '11')
      stage.call('H-010', '14')
      stage.replace({ zones: [{ id: 'b', sound: 'ok', speaking: spoken.announcementId }] })
    },
  },
]

async function staged(browser: Browser, scene: Scene, settings: Partial<ScreenSettings> = {}, size = FULL_HD) {
  const { description, view } = bigHall({ runningText: texts, ...(scene.look ? { look: scene.look } : {}) })
  const stage = new BoardStage({
    description,
    view: scene.zone ? inZone(view, scene.zone) : view,
    nowMs: scene.nowMs ?? MORNING_MS,
    dataDir: scene.withMedia ? dataDir : noMedia,
    settings: { ...scene.settings, ...settings },
  })
  stage.zones = scene.zone ? [scene.zone] : null
  await stage.start()
  const opened = await stage.open(browser, { size, query: '?sound=off', reducedMotion: scene.reducedMotion })
  await expect(opened.page.locator('[data-contact=live]')).toBeVisible()
  await expect(opened.page.locator('[data-test=waiting], [data-test=board-counter], [data-test=closed]').first()).toBeVisible()
  scene.make(stage)
  if (scene.newest === null) await expect(opened.page.locator('[data-test=newest]')).toHaveCount(0)
  else await expect(opened.page.locator('[data-test=newest]')).toHaveAttribute('data-number', scene.newest)
  return {
    ...opened,
    stage,
    async end() {
      await opened.context.close()
      await stage.end()
    },
  }
}

/** Shares of the height: digits as they are drawn (by the font's own measure), and the smallest letters; and what is cut off. */
const measure = (page: Page) =>
  page.evaluate(() => {
    const drawn = (element: Element): number => {
      const style = getComputedStyle(element)
      const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D
      context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
      return context.measureText('0').actualBoundingBoxAscent / window.innerHeight
    }
    /** Null where there is none: whoever expects one must not be told that it is large. */
    const least = (selector: string): number | null => {
      const found = [...document.querySelectorAll(selector)]
      return found.length === 0 ? null : Math.min(...found.map(drawn))
    }
    const cut: string[] = []
    let smallest = 1
    for (const element of document.querySelectorAll<HTMLElement>('[data-test=board] *')) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
      if (!hasText || element.closest('.for-reader, [data-test=ticker]')) continue
      smallest = Math.min(smallest, Number.parseFloat(getComputedStyle(element).fontSize) / window.innerHeight)
      if (!element.matches('.number, .number *, .where, .goto, h1, h2')) continue
      const own = element.getBoundingClientRect()
      if (own.width === 0) continue
      for (let around = element.parentElement; around; around = around.parentElement) {
        const box = around.getBoundingClientRect()
        if (getComputedStyle(around).overflow !== 'visible' && (own.right > box.right + 1 || own.left < box.left - 1))
          cut.push(`${element.className} ${element.textContent?.trim()}`)
      }
    }
    return {
      newest: least('[data-test=newest] .digits, [data-test=newest] .sign'),
      recent: least('[data-test=recent] .digits, [data-test=recent] .sign'),
      smallest,
      cut,
    }
  })

for (const scene of scenes) {
  // Each in both colours, both languages and both sizes, without trying all eight.
  const looks = [
    { theme: 'dark', language: 'id', size: FULL_HD },
    { theme: 'light', language: 'en', size: HD },
  ] as const
  for (const { theme, language, size } of looks)
    test(`SHOW1 ${scene.name}, ${theme}, ${language}, ${size.height} lines: read from 15 m, nothing cut off, axe finds nothing`, async ({
      browser,
    }) => {
      const { page, complaints, end } = await staged(browser, scene, { theme, language }, size)
      await expect(page.locator('html')).toHaveAttribute('lang', language)
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      // The breath and the slides are over; the call goes on.
      await page.waitForFunction(() =>
        document.getAnimations().every((each) => ![280, 700].includes(Number(each.effect?.getTiming().duration))),
      )
      await page.screenshot({ path: `test-results/look/board-${scene.name}-${theme}-${language}-${size.height}.png` })
      const { newest, recent, smallest, cut } = await measure(page)
      if (scene.newest !== null) expect(newest ?? 0, 'there is one, and it is large').toBeGreaterThanOrEqual(0.12)
      if ((await page.locator('[data-test=recent]').count()) > 0) expect(recent ?? 0).toBeGreaterThanOrEqual(0.06)
      expect(smallest).toBeGreaterThanOrEqual(0.0259)
      expect(cut).toEqual([])
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
      expect(complaints).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
      await end()
    })
}

const busy = scenes[2] as Scene

test('SHOW2 five calls within a second are all seen in the colour of calls, for ten seconds each, then they settle', async ({
  browser,
}) => {
  const { page, stage, end } = await staged(browser, busy)
  const numbers = ['A-013', 'AA-123', 'H-009', 'B-047', 'E-032']
  const seen = () => page.locator('[data-calling=true]').evaluateAll((all) => all.map((each) => each.getAttribute('data-number')).sort())
  await expect.poll(seen).toEqual([...numbers].sort())
  const startedMs = stage.clockMs
  stage.setClock(startedMs + 6_500)
  await page.waitForTimeout(600)
  expect(await seen(), 'still').toEqual([...numbers].sort())
  stage.setClock(startedMs + 10_500)
  await expect.poll(seen).toEqual([])
  for (const number of numbers) await expect(page.locator(`[data-number="${number}"]`)).toBeVisible()
  await end()
})

test('SHOW3 a call turns the panel ochre within a frame, breathes twice, slower than three flashes a second', async ({ browser }) => {
  const { page, stage, end } = await staged(browser, { ...busy, newest: 'E-031', make: (s) => called(s, ANYWHERE) })
  await page.evaluate(() => {
    const told = { addedAt: 0, ochreAt: 0 }
    Object.assign(window, { told })
    const probe = document.createElement('i')
    probe.style.cssText = 'position: fixed; background: var(--call)'
    document.querySelector('[data-test=board]')?.append(probe)
    const channels = (element: Element): number[] =>
      (getComputedStyle(element).backgroundColor.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
    const ochre = channels(probe)
    // The breath may have begun by a hair.
    const isOchre = (panel: Element): boolean => channels(panel).every((value, at) => Math.abs(value - (ochre[at] ?? 0)) < 16)
    new MutationObserver(() => {
      const panel = document.querySelector('[data-test=newest][data-number="B-047"]')
      if (!panel || told.addedAt !== 0) return
      told.addedAt = performance.now()
      requestAnimationFrame(() => {
        if (isOchre(panel)) told.ochreAt = performance.now()
      })
    }).observe(document.body, { childList: true, subtree: true, attributes: true })
  })
  stage.call('B-047', '4')
  await expect.poll(() => page.evaluate(() => (window as unknown as { told: { ochreAt: number } }).told.ochreAt)).toBeGreaterThan(0)
  const { duration, iterations } = await page.locator('[data-test=newest]').evaluate((element) => {
    const style = getComputedStyle(element)
    return { duration: style.animationDuration, iterations: style.animationIterationCount }
  })
  expect([duration, iterations]).toEqual(['0.7s', '2'])
  await end()
})

test('SHOW2 a call stays highlighted until its voice has ended', async ({ browser }) => {
  const { page, stage, end } = await staged(browser, { ...busy, zone: 'a', newest: 'B-046', make: (s) => called(s, IN_ZONE_A) })
  const first = stage.call('A-013', '2')
  stage.call('B-047', '4')
  const speaking = (id: string | null) => stage.send({ type: 'boardChanged', changes: { zones: [{ id: 'a', sound: 'ok', speaking: id }] } })
  const calling = (number: string) => page.locator(`[data-number="${number}"]`)
  speaking(first.announcementId)
  stage.setClock(stage.clockMs + 12_000)
  await page.waitForTimeout(600)
  await expect(calling('A-013')).toHaveAttribute('data-calling', 'true')
  await expect(calling('B-047'), 'waits for its turn').toHaveAttribute('data-calling', 'true')
  speaking(null)
  await expect(calling('A-013')).toHaveAttribute('data-calling', 'false')
  await expect(calling('B-047')).toHaveAttribute('data-calling', 'false')
  await end()
})

test('SYNC3 a dead line is said within 4 s, old calls are grey with their times, and the truth comes back by itself', async ({
  browser,
}) => {
  const { page, stage, end } = await staged(browser, busy)
  stage.mute()
  await expect(page.locator('[data-test=lost]')).toBeVisible({ timeout: 4_500 })
  await expect(page.locator('[data-test=newest]')).toHaveCount(0)
  await expect(page.locator('[data-test=old-calls] li')).toHaveCount(6)
  await page.screenshot({ path: 'test-results/look/board-lost-dark-id-1080.png' })
  stage.unmute()
  await expect(page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'A-013', { timeout: 8_000 })
  await end()
})

test('SHOW5 pictures make room for a call and stand still; film is muted, and goes on afterwards', async ({ browser }) => {
  const filmDir = mkdtempSync(join(tmpdir(), 'panggil-film-'))
  await makeFilm(browser, join(filmDir, 'media', 'mpp-kupang', 'film.webm'))
  const { description, view } = bigHall()
  const stage = new BoardStage({ description, view: inZone(view, 'a'), nowMs: MORNING_MS, dataDir: filmDir, settings: { layout: 'media' } })
  await stage.start()
  const { page, context, complaints } = await stage.open(browser, { query: '?sound=off' })
  await expect(page.locator('[data-contact=live]')).toBeVisible()
  called(stage, IN_ZONE_A)
  const film = page.locator('[data-test=media] video')
  const isPaused = () => film.evaluate((element) => (element as HTMLVideoElement).paused)
  await expect.poll(isPaused).toBe(false)
  expect(await film.evaluate((element) => (element as HTMLVideoElement).muted)).toBe(true)
  const width = async () => (await page.locator('[data-test=media]').boundingBox())?.width ?? 0
  const before = await width()
  stage.call('B-047', '4')
  await expect.poll(isPaused).toBe(true)
  expect(await width()).toBeLessThan(before * 0.6)
  stage.setClock(stage.clockMs + 11_000)
  await expect.poll(isPaused).toBe(false)
  expect(await width()).toBe(before)
  expect(complaints).toEqual([])
  await context.close()
  await stage.end()
  rmSync(filmDir, { recursive: true, force: true })
})

test('SHOW6 nothing burns in: the board moves by a few pixels every few minutes, light by day and dark by night', async ({ browser }) => {
  const { page, stage, end } = await staged(browser, busy, { theme: 'auto' })
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  const places = new Set<string>()
  for (let step = 0; step < 8; step++) {
    stage.setClock(MORNING_MS + step * 150_000)
    await page.waitForTimeout(400)
    const box = await page.locator('[data-test=board] h1').boundingBox()
    places.add(`${box?.x} ${box?.y}`)
  }
  expect(places.size).toBeGreaterThanOrEqual(6)
  const [xs, ys] = [0, 1].map((at) => [...places].map((place) => Number(place.split(' ')[at]))) as [number[], number[]]
  expect(Math.max(...xs) - Math.min(...xs)).toBe(4)
  expect(Math.max(...ys) - Math.min(...ys)).toBe(4)
  stage.setClock(Date.UTC(2025, 10, 20, 11, 0))
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await end()
})

test('SHOW4 an admin changes a screen and it follows without a reload; a new version of the page is loaded when nobody is called', async ({
  browser,
}) => {
  const { page, stage, end } = await staged(browser, { ...busy, newest: 'E-031', make: (s) => called(s, ANYWHERE) })
  await page.evaluate(() => Object.assign(window, { isSamePage: true }))
  stage.settings = { ...stage.settings, layout: 'counters', language: 'en', theme: 'light' }
  stage.closeSockets()
  await expect(page.locator('[data-scene=grid]')).toBeVisible({ timeout: 10_000 })
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true)

  stage.isNewer = true
  const call = stage.call('B-047', '4')
  stage.closeSockets()
  await page.waitForTimeout(4_000)
  expect(await page.evaluate(() => 'isSamePage' in window), 'not in the middle of a call').toBe(true)
  stage.setClock(call.atMs + 11_000)
  await expect.poll(() => page.evaluate(() => 'isSamePage' in window).catch(() => true), { timeout: 8_000 }).toBe(false)
  await expect(page.locator('[data-contact=live]')).toBeVisible()
  await end()
})

test('SHOW3 reduced motion: no breath, no slide, and running text in pages', async ({ browser }) => {
  const { page, stage, end } = await staged(browser, { ...busy, reducedMotion: 'reduce' })
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  const ticker = page.locator('[data-test=ticker]')
  const first = await ticker.textContent()
  stage.setClock(stage.clockMs + 8_000)
  await expect(ticker).not.toHaveText(first ?? '')
  await page.screenshot({ path: 'test-results/look/board-reduced-dark-id-1080.png' })
  await end()
})

test('a browser that waits for a touch asks for one, and covers nothing of the queue; any key will do', async ({ browser }) => {
  const { description, view } = bigHall({ runningText: texts })
  const stage = new BoardStage({ description, view: inZone(view, 'a'), nowMs: MORNING_MS, dataDir: noMedia })
  stage.zones = ['a']
  await stage.start()
  const { page, context } = await stage.open(browser)
  await expect(page.locator('[data-contact=live]')).toBeVisible()
  called(stage, IN_ZONE_A)
  stage.call('B-047', '4')
  const prompt = page.locator('[data-test=sound-blocked]')
  await expect(prompt).toBeVisible()
  await page.waitForFunction(() => document.getAnimations().every((each) => each.effect?.getTiming().duration !== 280))
  await page.screenshot({ path: 'test-results/look/board-blocked-dark-id-1080.png' })
  const top = (await prompt.boundingBox())?.y ?? 0
  for (const shown of await page.locator('[data-test=newest], [data-test=recent], [data-test=waiting]').all()) {
    const box = await shown.boundingBox()
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(top + 1)
  }
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  await page.keyboard.press('Enter')
  await expect(prompt).toHaveCount(0)
  await context.close()
  await stage.end()
})

test('one call after the other is told by a reader: the region that is announced outlives the calls in it', async ({ browser }) => {
  const { page, stage, end } = await staged(browser, { ...busy, newest: 'E-031', make: (s) => called(s, ANYWHERE) })
  const region = page.locator('[aria-live=assertive]').filter({ has: page.locator('[data-test=newest]') })
  await region.evaluate((element) => element.setAttribute('data-first', 'yes'))
  stage.call('B-047', '4')
  await expect(page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-047')
  await expect(region).toHaveAttribute('data-first', 'yes')
  await end()
})

test('a board that knows no agencies yet does not say that nobody waits, and reads them as soon as the server answers', async ({
  browser,
}) => {
  const { page, stage, end } = await staged(browser, { ...busy, newest: 'E-031', make: (s) => called(s, ANYWHERE) })
  let refusals = 0
  await page.route('**/api/v1/branches/mpp-kupang', (route) => {
    refusals += 1
    return route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'store-away', retry: true }),
    })
  })
  await page.reload()
  await expect(page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'E-031')
  await expect(page.locator('[data-test=nobody-waits]')).toContainText('Daftar instansi sedang dibaca')
  await expect.poll(() => refusals, { timeout: 15_000 }).toBeGreaterThan(2)
  await page.unroute('**/api/v1/branches/mpp-kupang')
  await expect(page.locator('[data-test=waiting]').first()).toBeVisible({ timeout: 10_000 })
  await expect(page.locator('[data-test=nobody-waits]')).toHaveCount(0)
  void stage
  await end()
})

test('a film that a call stops before it began is not skipped: the same one goes on afterwards', async ({ browser }) => {
  await makeFilm(browser, join(dataDir, 'media', 'mpp-kupang', '2 film.webm'))
  const { page, stage, end } = await staged(browser, {
    ...busy,
    withMedia: true,
    newest: 'B-046',
    zone: 'a',
    make: (s) => called(s, IN_ZONE_A),
  })
  await page.evaluate(() => {
    // As a browser answers whose film is stopped while it loads.
    HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('interrupted by a call to pause()', 'AbortError'))
  })
  const media = page.locator('[data-test=media]')
  await expect(media).toHaveAttribute('data-name', '2 film.webm', { timeout: 20_000 })
  stage.call('B-047', '4')
  await expect(page.locator('[data-calling=true]').first()).toBeVisible()
  const startedMs = stage.clockMs
  stage.setClock(startedMs + 10_500)
  await expect(page.locator('[data-calling=true]')).toHaveCount(0)
  await expect(media).toHaveAttribute('data-name', '2 film.webm')
  await end()
})
