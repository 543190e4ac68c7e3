import { type Browser, expect, test } from 'playwright/test'
import type { Speak } from '../../shared/protocol/wire.ts'
import { sentenceOf } from '../../shared/speech/sentence.ts'
import { openDisplay, soundBrowser } from './sound/displays.ts'
import { type HeardAnnouncement, Listener } from './sound/listen.ts'
import { Recorder, Recording } from './sound/recorder.ts'
import { expectDisjoint, expectWords, plain } from './sound/soundHall.ts'
import { SoundStage } from './sound/stage.ts'

/** Whether the listener of the other tests would notice. Each sound here is played by the real page, on the word of a server that lies. */
test.describe.configure({ mode: 'serial', timeout: 90_000 })

const stage = new SoundStage()
const recorder = new Recorder()
let listener: Listener
let browser: Browser

test.beforeAll(async () => {
  listener = new Listener()
  await recorder.start()
  await stage.start()
  browser = await soundBrowser({ autoplay: true })
})
test.afterAll(async () => {
  await browser.close()
  await stage.end()
  recorder.end()
})

let orders = 0
function order(number: string, place: string, chime: Speak['chime'] = 'full'): Speak {
  orders += 1
  const call = { number, place, kind: 'call', form: 'full' } as const
  return { announcementId: `A-${orders}`, zone: 'A', kind: 'call', chime, sentences: [sentenceOf(call, 'id'), sentenceOf(call, 'en')] }
}
const RIGHT = 'nomor antrean b nol dua puluh satu silakan menuju loket tiga queue number b zero two one please proceed to counter three'

async function played(name: string, orders: readonly Speak[]): Promise<Recording> {
  const { context } = await openDisplay(browser, stage.url, { ...stage.device, name }, { recorder })
  await expect.poll(() => stage.states.at(-1), { timeout: 15_000 }).toBe('ready')
  for (const each of orders) {
    stage.speak(each)
    await expect.poll(() => stage.statusOf(each.announcementId), { timeout: 25_000 }).toEqual(['speaking', 'spoken'])
  }
  const recording = await recorder.caughtUp(name)
  await context.close()
  stage.states.length = 0
  return recording
}

const rejected = (heard: HeardAnnouncement | undefined): void => expect(() => expectWords(heard, RIGHT)).toThrow()

let right: Recording
let wrong: Recording

test('what is right is understood, word for word', async () => {
  right = await played('benar', [order('B-021', '3')])
  const heard = listener.announcements(right)
  expect(heard).toHaveLength(1)
  expectWords(heard[0], RIGHT)
  expect(heard[0]?.worstNcc).toBeGreaterThan(0.99)
})

test('another number, another counter, and silence are noticed', async () => {
  wrong = await played('salah', [order('B-022', '3'), order('B-021', '4', 'short')])
  const heard = listener.announcements(wrong)
  expect(heard).toHaveLength(2)
  expect(plain(heard[0]?.words ?? '')).toContain('nol dua puluh dua')
  expect(plain(heard[1]?.words ?? '')).toContain('counter four')
  rejected(heard[0])
  rejected(heard[1])
  rejected(listener.announcements(await played('sunyi', []))[0])
})

test('two at once are noticed, whichever is louder, and a sentence that was cut short', () => {
  const one = right.samples
  const other = wrong.samples
  for (const [gain, delay] of [
    [1, 40_000],
    [0.5, 12_000],
  ] as const) {
    const mixed = new Recording('bersama')
    mixed.add(
      0,
      Date.now(),
      Float32Array.from({ length: one.length + delay }, (_, at) => (one[at] ?? 0) + gain * (other[at - delay] ?? 0)),
    )
    const heard = listener.announcements(mixed)
    expect(() => {
      for (const each of heard) expectWords(each, RIGHT)
    }).toThrow()
    expect(heard.flatMap(({ clips }) => clips).some(({ key, ncc, residualDb }) => key === null || ncc < 0.9 || residualDb > -10)).toBe(true)
  }
  const cut = new Recording('terpotong')
  cut.add(0, Date.now(), one.slice(0, Math.floor(one.length * 0.7)))
  rejected(listener.announcements(cut)[0])
})

test('one after the other and overlapping are told apart', () => {
  const spoken = (fromMs: number, toMs: number) => ({ fromMs, toMs }) as HeardAnnouncement
  expectDisjoint([spoken(0, 10), spoken(11, 20)])
  expect(() => expectDisjoint([spoken(0, 10), spoken(9, 20)])).toThrow()
})

test('ANN3 the same order twice is spoken once, also after the page was loaded anew; words that no voice has are reported', async () => {
  const { page, context } = await openDisplay(browser, stage.url, { ...stage.device, name: 'sekali' }, { recorder })
  await expect.poll(() => stage.states.at(-1), { timeout: 15_000 }).toBe('ready')
  const short = order('B-021', '3', 'short')
  stage.speak(short)
  stage.speak(short)
  await expect.poll(() => stage.statusOf(short.announcementId), { timeout: 25_000 }).toEqual(['speaking', 'spoken'])
  stage.states.length = 0
  await page.reload()
  await expect.poll(() => stage.states.at(-1), { timeout: 15_000 }).toBe('ready')
  stage.speak(short)
  const strange = {
    ...short,
    announcementId: 'A-strange',
    sentences: [{ language: 'id' as const, text: '', tokens: ['N:1', 'Q:nothing'] }],
  }
  stage.speak(strange)
  await expect.poll(() => stage.statusOf('A-strange')).toEqual(['failed'])
  expect(stage.statusOf(short.announcementId)).toEqual(['speaking', 'spoken'])
  expect(listener.announcements(await recorder.caughtUp('sekali'))).toEqual([])
  await context.close()
  stage.states.length = 0
})

test('a screen on plain http, where browsers withhold half of themselves, speaks all the same', async () => {
  const plainHttp = await soundBrowser({ autoplay: true, resolverRules: 'MAP aula.test 127.0.0.1' })
  try {
    const faults: string[] = []
    const { page } = await openDisplay(plainHttp, stage.url.replace('127.0.0.1', 'aula.test'), { ...stage.device, name: 'http' })
    page.on('pageerror', (error) => faults.push(error.message))
    await page.reload()
    stage.states.length = 0
    await expect.poll(() => stage.states.at(-1), { timeout: 15_000 }).toBe('ready')
    expect(await page.evaluate(() => [isSecureContext, 'audioWorklet' in AudioContext.prototype, 'wakeLock' in navigator])).toEqual([
      false,
      false,
      false,
    ])
    const short = order('B-021', '3', 'short')
    stage.speak(short)
    await expect.poll(() => stage.statusOf(short.announcementId), { timeout: 25_000 }).toEqual(['speaking', 'spoken'])
    const [speaking, spoken] = stage.reports.filter((each) => each.announcementId === short.announcementId)
    expect(Math.abs((spoken?.atMs ?? 0) - (speaking?.atMs ?? 0) - (speaking?.durationMs ?? 0)), 'as long as it said').toBeLessThan(1_000)
    expect(faults).toEqual([])
  } finally {
    await plainHttp.close()
  }
})
