import { type Browser, expect, test } from 'playwright/test'
import { Cable } from './sound/cable.ts'
import { type Display, openDisplay, soundBrowser } from './sound/displays.ts'
import { type HeardAnnouncement, Listener } from './sound/listen.ts'
import { Recorder } from './sound/recorder.ts'
import { COUNTERS, expectDisjoint, expectWords, SoundHall } from './sound/soundHall.ts'

/**
 * The lobby screen's loudspeaker, by what its audio graph puts out: a real server decides, a real browser plays, and a listener that knows the
 * voice packs and nothing else writes down what it hears.
 */
test.describe.configure({ timeout: 120_000 })

const hall = new SoundHall()
const recorder = new Recorder()
let listener: Listener
let browser: Browser
const opened: Display[] = []

test.beforeAll(async () => {
  listener = new Listener()
  await recorder.start()
  await hall.open()
  browser = await soundBrowser({ autoplay: true })
})
test.afterAll(async () => {
  await browser.close()
  recorder.end()
  await hall.end()
})
test.afterEach(async () => {
  for (const { context } of opened.splice(0)) await context.close().catch(() => undefined)
  await expect.poll(() => hall.speaker(), { timeout: 15_000 }).toBe(null)
})

async function show(
  name: string,
  options: { in?: Browser; query?: string; speaks?: boolean } = {},
): Promise<Display & { deviceId: string }> {
  const device = await hall.pair(name)
  const display = await openDisplay(options.in ?? browser, hall.url, device, {
    recorder,
    ...(options.query ? { query: options.query } : {}),
  })
  opened.push(display)
  await expect(display.page.locator('[data-contact=live]')).toBeVisible()
  if (options.speaks) await hall.spokenBy(device)
  return { ...display, deviceId: device.deviceId }
}

/** What this screen has said since then. */
async function heardFrom(name: string, sinceMs = 0): Promise<readonly HeardAnnouncement[]> {
  return listener.announcements(await recorder.caughtUp(name), sinceMs)
}

/** Until this screen has been sounding for so long. */
async function sounding(name: string, ms: number): Promise<void> {
  await expect.poll(() => recorder.of(name).loudMs, { timeout: 15_000, intervals: [50] }).toBeGreaterThan(ms)
}

test('ANN2 ANN4 a call is shown, spoken word for word in both languages, and reported', async () => {
  const { page } = await show('satu', { speaks: true })
  const id = await hall.call('3')
  await expect(page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-001')
  expect(await hall.ending(id)).toBe(null)
  const heard = await heardFrom('satu')
  expect(heard).toHaveLength(1)
  const [announcement] = heard
  expectWords(
    announcement,
    'nomor antrean b nol nol satu silakan menuju loket tiga queue number b zero zero one please proceed to counter three',
  )
  expect(announcement?.chime).toBe('X:chime')
  expect(await hall.wordsOf(id)).toBe(
    'nomor antrean b nol nol satu silakan menuju loket tiga queue number b zero zero one please proceed to counter three',
  )
  const [called] = await hall.eventsOf('ticketCalled', id)
  const [shown] = await hall.eventsOf('announcementShown', id)
  const [ended] = await hall.eventsOf('announcementEnded', id)
  expect((shown?.atMs ?? Infinity) - (called?.atMs ?? 0), 'on the screen at once').toBeLessThan(1_000)
  expect((announcement?.fromMs ?? Infinity) - (called?.atMs ?? 0), 'to be heard at once').toBeLessThan(1_000)
  expect((ended?.atMs ?? Infinity) - (announcement?.toMs ?? 0), 'the counter knows').toBeLessThan(2_000)
})

test('the volume of a screen is what an admin sets, at once and without a reload: half of it halves the samples', async () => {
  const { deviceId } = await show('volume', { speaks: true })
  const peakOfACall = async (): Promise<number> => {
    const sinceMs = Date.now()
    expect(await hall.ending(await hall.call('3'))).toBe(null)
    const recording = await recorder.caughtUp('volume')
    const samples = recording.samples.subarray(recording.frameAt(sinceMs))
    return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
  }
  const full = await peakOfACall()
  expect(full).toBeGreaterThan(0.1)
  await hall.setVolume(deviceId, 50)
  // Its socket is closed and comes back with the new settings; then it speaks again.
  await expect.poll(() => hall.speaker(), { timeout: 15_000 }).not.toBe(null)
  await expect.poll(async () => (await peakOfACall()) / full, { timeout: 60_000 }).toBeCloseTo(0.5, 1)
})

test('ANN1 ANN2 ANN3 five calls within a second: each once, in order, the later ones shorter, no two at once', async () => {
  await show('lima', { speaks: true })
  // The third visitor took her ticket in English.
  for (const [at] of COUNTERS.entries()) await hall.hall.issue(hall.admin, { services: ['DUKCAPIL.KK'], language: at === 2 ? 'en' : 'id' })
  const fromMs = Date.now()
  const ids = await Promise.all(COUNTERS.map((counter) => hall.callNext(counter)))
  expect(Date.now() - fromMs).toBeLessThan(1_000)
  const calls = (await hall.eventsOf('ticketCalled')).filter(({ announcementId }) => ids.includes(announcementId))
  for (const id of ids) expect(await hall.ending(id, 60_000)).toBe(null)
  const heard = await heardFrom('lima', fromMs)
  expect(heard).toHaveLength(5)
  for (const [at, { announcementId }] of calls.entries()) expectWords(heard[at], await hall.wordsOf(announcementId))
  expectDisjoint(heard)
  expect(heard.map(({ chime }) => chime)).toEqual(['X:chime', 'X:chime-short', 'X:chime-short', 'X:chime-short', 'X:chime-short'])
  const starts = (await hall.eventsOf('announcementStarted')).filter(({ announcementId }) => ids.includes(announcementId))
  expect(starts.map(({ announcementId }) => announcementId)).toEqual(calls.map(({ announcementId }) => announcementId))
  expect(starts.map(({ form }) => form)).toContain('short')
})

test('ANN2 a recall goes before calls that wait, and says that it is one', async () => {
  await show('ulang', { speaks: true })
  const first = await hall.call('3')
  await sounding('ulang', 500)
  const second = await hall.call('4')
  const again = await hall.recall('3')
  for (const id of [first, again, second]) expect(await hall.ending(id, 45_000)).toBe(null)
  const heard = await heardFrom('ulang')
  expect(heard).toHaveLength(3)
  for (const [at, id] of [first, again, second].entries()) expectWords(heard[at], await hall.wordsOf(id))
  expect(heard[1]?.words).toMatch(/^panggilan ulang /i)
  expectDisjoint(heard)
})

test.describe('in one language', () => {
  test.beforeAll(() => hall.speakIndonesian())

  test('a screen whose browser forbids sound says so, shows the call all the same, and speaks after one touch', async () => {
    const strict = await soundBrowser({ autoplay: false })
    try {
      const { page } = await show('bisu', { in: strict })
      await expect(page.locator('[data-test=sound-blocked]')).toBeVisible()
      await expect.poll(async () => (await hall.eventsOf('soundBlocked')).length).toBeGreaterThan(0)
      const id = await hall.call('3')
      const [called] = await hall.eventsOf('ticketCalled', id)
      await expect(page.locator('[data-test=newest]')).toHaveAttribute('data-number', called?.ticket.number ?? '')
      expect(await hall.speaker()).toBe(null)
      expect(recorder.all('bisu').flatMap((each) => listener.announcements(each))).toEqual([])
      const touchedMs = Date.now()
      await page.mouse.click(400, 300)
      await expect(page.locator('[data-test=sound-blocked]')).toHaveCount(0)
      // It has waited for less than 45 s.
      expect(await hall.ending(id)).toBe(null)
      const heard = await heardFrom('bisu')
      expect(heard).toHaveLength(1)
      expectWords(heard[0], await hall.wordsOf(id))
      expect(heard[0]?.fromMs).toBeGreaterThan(touchedMs)
    } finally {
      await strict.close()
    }
  })

  test('?sound=off makes no sound and never speaks for its zone', async () => {
    await show('diam', { query: '?sound=off' })
    const { deviceId } = await show('bicara', { speaks: true })
    const id = await hall.call('3')
    expect(await hall.ending(id)).toBe(null)
    expect((await hall.eventsOf('announcementStarted', id))[0]?.connection).toBeDefined()
    expect(await hall.speaker()).toBe(deviceId)
    expect(recorder.all('diam')).toEqual([])
    expectWords((await heardFrom('bicara'))[0], await hall.wordsOf(id))
  })

  test('ANN3 ANN5 a speaker that is killed in the middle: another takes over, nothing is said twice', async () => {
    const doomed = await soundBrowser({ autoplay: true })
    await show('mati', { in: doomed, speaks: true })
    const other = await show('waris')
    const first = await hall.call('3')
    await sounding('mati', 1_500)
    await doomed.close()
    expect(await hall.ending(first)).toBe('speaker-lost')
    await hall.spokenBy(other)
    const second = await hall.call('4')
    expect(await hall.ending(second)).toBe(null)
    const heard = await heardFrom('waris')
    expect(heard).toHaveLength(1)
    expectWords(heard[0], await hall.wordsOf(second))
  })

  test('ANN1 ANN5 a speaker that hangs falls silent within 3 s of its last tick; another takes over 5 s after it at the earliest', async () => {
    const { page } = await show('macet', { speaks: true })
    await show('ganti')
    const first = await hall.call('3')
    await sounding('macet', 1_500)
    const hungMs = Date.now()
    const hang = page.evaluate(() => {
      const until = performance.now() + 9_000
      while (performance.now() < until);
    })
    const second = await hall.call('4')
    expect(await hall.ending(first)).toBe('speaker-lost')
    expect(await hall.ending(second, 30_000)).toBe(null)
    await hang
    const silenced = (await recorder.caughtUp('macet')).lastLoudMs
    expect(silenced - hungMs, 'its last tick came before it hung').toBeLessThan(3_100)
    expect(silenced - hungMs, 'and not more than a second before').toBeGreaterThan(1_900)
    const heard = await heardFrom('ganti')
    expect(heard).toHaveLength(1)
    expectWords(heard[0], await hall.wordsOf(second))
    // Its last tick came at most a second before it hung.
    expect((heard[0]?.fromMs ?? 0) - hungMs).toBeGreaterThan(4_000)
    expect((heard[0]?.fromMs ?? 0) - silenced).toBeGreaterThan(1_900)
  })

  test('ANN1 ANN3 a connection that breaks in the middle: silent at once, nothing is repeated, the next call is spoken once', async () => {
    const cable = new Cable(hall.url)
    await cable.start()
    const remote = await soundBrowser({ autoplay: true, resolverRules: cable.resolverRules })
    try {
      const { deviceId } = await show('putus', { in: remote, speaks: true })
      const first = await hall.call('3')
      await sounding('putus', 1_500)
      const brokenMs = Date.now()
      cable.break()
      expect(await hall.ending(first)).toBe('speaker-lost')
      cable.mend()
      await hall.spokenBy({ deviceId })
      const mendedMs = Date.now()
      expect((await recorder.caughtUp('putus')).lastLoudMs - brokenMs, 'silent as soon as it knows').toBeLessThan(500)
      const second = await hall.call('4')
      expect(await hall.ending(second)).toBe(null)
      const heard = await heardFrom('putus', mendedMs)
      expect(heard).toHaveLength(1)
      expectWords(heard[0], await hall.wordsOf(second))
    } finally {
      await remote.close()
      cable.end()
    }
  })

  test('ANN1 SYNC2 a screen without a network for 30 s: silent 3 s after its last tick, another speaks; back again it shows the truth within a second and says nothing old', async () => {
    const cable = new Cable(hall.url)
    await cable.start()
    const remote = await soundBrowser({ autoplay: true, resolverRules: cable.resolverRules })
    try {
      const { page } = await show('jauh', { in: remote, speaks: true })
      await show('dekat')
      const first = await hall.call('3')
      await sounding('jauh', 1_500)
      const deadMs = Date.now()
      cable.goDead()
      const second = await hall.call('4')
      expect(await hall.ending(first)).toBe('speaker-lost')
      expect(await hall.ending(second, 30_000)).toBe(null)
      expect((await recorder.caughtUp('jauh')).lastLoudMs - deadMs).toBeLessThan(3_100)
      await expect(page.locator('[data-test=lost]')).toBeVisible()
      await page.waitForTimeout(Math.max(0, deadMs + 30_000 - Date.now()))
      const third = await hall.call('5')
      const number = (await hall.eventsOf('ticketCalled', third))[0]?.ticket.number ?? ''
      const shownMs = page.evaluate(
        (awaited) =>
          new Promise<number>((resolve) => {
            const look = () => {
              const isThere = document.querySelector(`[data-contact=live] [data-test=newest][data-number="${awaited}"]`) !== null
              if (isThere) resolve(Date.now())
              else requestAnimationFrame(look)
            }
            look()
          }),
        number,
      )
      cable.mend()
      expect((await shownMs) - (cable.usedAgainMs ?? 0)).toBeLessThan(1_000)
      expect(await hall.ending(third)).toBe(null)
      const heard = await heardFrom('dekat')
      expect(heard).toHaveLength(2)
      expectWords(heard[0], await hall.wordsOf(second))
      expectWords(heard[1], await hall.wordsOf(third))
      expect((heard[0]?.fromMs ?? 0) - deadMs).toBeGreaterThan(4_000)
      expect(await heardFrom('jauh', deadMs + 5_000)).toEqual([])
    } finally {
      await remote.close()
      cable.end()
    }
  })

  test('ANN3 SYNC2 a server that is killed in the middle and started again: silence, nothing old, then the next call', async () => {
    const { deviceId } = await show('listrik', { speaks: true })
    const first = await hall.call('3')
    await sounding('listrik', 1_500)
    const killedMs = Date.now()
    await hall.hall.kill()
    await hall.hall.start()
    expect(await hall.ending(first)).toBe('speaker-lost')
    await hall.spokenBy({ deviceId })
    expect((await recorder.caughtUp('listrik')).lastLoudMs - killedMs).toBeLessThan(3_100)
    const backMs = Date.now()
    const second = await hall.call('4')
    expect(await hall.ending(second)).toBe(null)
    const heard = await heardFrom('listrik', backMs)
    expect(heard).toHaveLength(1)
    expectWords(heard[0], await hall.wordsOf(second))
  })

  test('ANN3 a screen whose page is loaded anew in the middle starts over with the next call', async () => {
    const { page, deviceId } = await show('muat', { speaks: true })
    const first = await hall.call('3')
    await sounding('muat', 1_500)
    await page.reload()
    // Its last word, or the end of its connection: whichever the server hears of first.
    expect(['failed', 'speaker-lost']).toContain(await hall.ending(first))
    await hall.spokenBy({ deviceId })
    const second = await hall.call('4')
    expect(await hall.ending(second)).toBe(null)
    const heard = await heardFrom('muat')
    expect(heard).toHaveLength(1)
    expectWords(heard[0], await hall.wordsOf(second))
  })
})
