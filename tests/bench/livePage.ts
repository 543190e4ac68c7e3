import type { Browser, CDPSession, Page } from 'playwright'
import { soundBrowser } from '../e2e/sound/displays.ts'
import { pause } from './address.ts'
import { type Figure, figure, reached } from './figures.ts'
import { Administration } from './product.ts'
import { Stage } from './stage.ts'

const BRANCH = 'live'
const COUNTERS = 60
const WAITING = 2_000
const UPDATES = 60
const LEAD_IN = 20
const AT_MOST_MS = 16
/** Between two presses: each is an update of its own. */
const GAP_MS = 80
/** Until what the last one caused is painted. */
const SETTLE_MS = 300

/** What one update changes in the page. */
interface Changes {
  readonly texts: number
  readonly attributes: number
}

/**
 * What a call costs the main thread of the supervisor's page, in Chromium: scripts, style, layout and paint, with everything else that the
 * page does meanwhile (clock, alerts, the day's figures). Beside it as many changes in a bare copy of the page.
 */
export async function livePage(rounds: number): Promise<Figure[]> {
  const presses = LEAD_IN + UPDATES
  const stage = await Stage.open({
    branches: [{ id: BRANCH, counters: COUNTERS, waiting: WAITING + rounds * presses, officers: COUNTERS }],
  })
  const ours: number[][] = []
  const floor: number[][] = []
  const browser = await soundBrowser({ autoplay: false })
  try {
    const administration = new Administration(stage.ours.port)
    await administration.signIn()
    const page = await openPage(browser, stage, await administration.supervisor(BRANCH))
    await stage.openOfficers('ours', stage.hallSeats)
    for (let round = 0; round < rounds; round++) {
      await call(stage, LEAD_IN, round)
      const changes = await noteChanges(page, () => call(stage, LEAD_IN, round))
      ours.push([await taskMs(page, () => call(stage, UPDATES, round))])
      floor.push([await bare(browser, page, changes)])
    }
  } finally {
    await browser.close()
    await stage.close()
  }
  const of = `main thread for one call with ${COUNTERS} open counters and ${WAITING} waiting, ${UPDATES} calls a round, ${rounds} rounds, Chromium`
  const beside = figure('live-page-update', 'ms', { ours, floor }, { atMost: AT_MOST_MS }, of)
  return [{ ...beside, ...reachedOnly(reached('live-page-update', 'ms', ours, AT_MOST_MS, of)) }]
}

const reachedOnly = ({ reach, holds, of }: Figure): Pick<Figure, 'reach' | 'holds' | 'of'> => ({ reach, holds, of })

async function openPage(browser: Browser, stage: Stage, token: string): Promise<Page> {
  const url = `http://127.0.0.1:${stage.ours.port}`
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1366, height: 768 } })
  await context.addCookies([{ name: 'panggil_session', value: token, url, httpOnly: true, sameSite: 'Strict' }])
  const page = await context.newPage()
  await page.goto('/supervisor')
  await page
    .locator('[data-test=live-counter]')
    .nth(COUNTERS - 1)
    .waitFor()
  return page
}

/** Calls at all counters in turn. */
async function call(stage: Stage, count: number, round: number): Promise<void> {
  const seats = Array.from({ length: count }, (_, at) => (round * 7 + at) % COUNTERS)
  await stage.press({ seats, gapMs: [GAP_MS, GAP_MS], seed: round })
  await pause(SETTLE_MS)
}

/** Main thread per update in ms, as the browser counts its tasks. */
async function taskMs(page: Page, work: () => Promise<void>): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const before = await spentMs(session)
  await work()
  const spent = (await spentMs(session)) - before
  await session.detach()
  return spent / UPDATES
}

async function spentMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000
}

/** How much of the page a call changes, on average. */
async function noteChanges(page: Page, work: () => Promise<void>): Promise<Changes> {
  await page.evaluate(() => {
    const noted = { texts: 0, attributes: 0, observer: new MutationObserver(() => {}) }
    noted.observer = new MutationObserver((records) => {
      for (const { type } of records) {
        if (type === 'attributes') noted.attributes++
        else noted.texts++
      }
    })
    noted.observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    Object.assign(window, { noted })
  })
  await work()
  const seen = await page.evaluate(() => {
    const { noted } = window as unknown as { noted: { texts: number; attributes: number; observer: MutationObserver } }
    noted.observer.disconnect()
    return { texts: noted.texts, attributes: noted.attributes }
  })
  if (seen.texts === 0) throw new Error('calls changed nothing in the page')
  return { texts: Math.ceil(seen.texts / LEAD_IN), attributes: Math.ceil(seen.attributes / LEAD_IN) }
}

/** The same page without scripts, in which as much is changed, as often. */
async function bare(browser: Browser, page: Page, changes: Changes): Promise<number> {
  const html = (await page.content()).replace(/<script\b[\s\S]*?<\/script>/g, '').replace(/<link[^>]*modulepreload[^>]*>/g, '')
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } })
  const url = new URL('/bare', page.url()).href
  try {
    const copy = await context.newPage()
    await copy.route(url, (route) => route.fulfill({ contentType: 'text/html', body: html }))
    await copy.goto(url)
    return await taskMs(copy, async () => {
      await copy.evaluate(
        ({ texts, attributes, updates, gapMs }) =>
          new Promise<void>((resolve) => {
            const figures = [...document.querySelectorAll('td.figure, .counters p')]
            const counters = [...document.querySelectorAll('.counters li')]
            let made = 0
            const timer = setInterval(() => {
              for (let at = 0; at < texts; at++) {
                const figure = figures[(made * texts + at) % figures.length]
                if (figure) figure.textContent = `${made} ${at}`
              }
              for (let at = 0; at < attributes; at++) {
                const counter = counters[(made * attributes + at) % counters.length]
                counter?.classList.toggle('called')
              }
              made++
              if (made < updates) return
              clearInterval(timer)
              resolve()
            }, gapMs)
          }),
        { ...changes, updates: UPDATES, gapMs: GAP_MS },
      )
      await pause(SETTLE_MS)
    })
  } finally {
    await context.close()
  }
}
