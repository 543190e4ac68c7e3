import { expect, test } from 'playwright/test'
import { bigHall, inZone, MORNING_MS } from './bigHall.ts'
import { BoardStage } from './boardStage.ts'

const CALLS = 10_000
const WARM_UP = 3_000
const AT_ONCE = 100

// A trace keeps every picture of the page: it is what would grow.
test.use({ trace: 'off' })

test('SHOW6 runs for days without growing: the heap is flat over 10,000 calls', async ({ browser }) => {
  test.setTimeout(600_000)
  const { description, view } = bigHall({
    runningText: ['Bayar PBB sekali jalan: Bapenda lalu Bank NTT', 'Istirahat pukul 12.00–13.00 WITA', 'Selamat datang'],
  })
  const stage = new BoardStage({ description, view: inZone(view, 'a'), nowMs: MORNING_MS, dataDir: '/nonexistent' })
  stage.zones = ['a']
  await stage.start()
  const { page, context, complaints } = await stage.open(browser, { size: { width: 640, height: 360 }, query: '?sound=off' })
  await expect(page.locator('[data-contact=live]')).toBeVisible()
  const devtools = await context.newCDPSession(page)
  await devtools.send('HeapProfiler.enable')
  const used = async () => {
    // The last calls settle; slides and breaths are over.
    stage.send({ type: 'boardChanged', changes: { zones: [{ id: 'a', sound: 'ok', speaking: null }] } })
    stage.setClock(stage.clockMs + 60_000)
    await expect(page.locator('[data-calling=true]')).toHaveCount(0)
    await page.waitForFunction(() => document.getAnimations().every((each) => each.effect?.getTiming().duration !== 280))
    await devtools.send('HeapProfiler.collectGarbage')
    await devtools.send('HeapProfiler.collectGarbage')
    const { usedSize } = await devtools.send('Runtime.getHeapUsage')
    const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters')
    return { bytes: usedSize, nodes, listeners: jsEventListeners }
  }

  let made = 0
  const callUntil = async (goal: number) => {
    while (made < goal) {
      let last = ''
      for (let n = 0; n < AT_ONCE; n++, made++) {
        const prefix = 'ABC'[made % 3] as string
        last = `${prefix}-${String(made % 1000).padStart(3, '0')}`
        stage.call(last, String(1 + (made % 7)), made % 9 === 8 ? 'recall' : 'call', {
          waiting: { 'DUKCAPIL.KK': made % 40 },
          zones: [{ id: 'a', sound: 'ok', speaking: made % 3 === 0 ? null : `a-${made}` }],
          missed: [{ number: last, counter: { id: '1', label: 'Loket 1' }, atMs: stage.clockMs }],
        })
      }
      await page.waitForFunction((number) => document.querySelector('[data-test=newest]')?.getAttribute('data-number') === number, last, {
        polling: 'raf',
      })
    }
  }
  /** The least of some: what was only just let go of is not always collected at once. */
  const least = async () => {
    const some = [await used(), await used(), await used()]
    const of = (name: 'bytes' | 'nodes' | 'listeners') => Math.min(...some.map((each) => each[name]))
    return { bytes: of('bytes'), nodes: of('nodes'), listeners: of('listeners') }
  }
  // What is made once (code, formats of dates, caches of fonts) is made first.
  await callUntil(WARM_UP)
  const before = await least()
  await callUntil(CALLS)
  const after = await least()
  const growth = after.bytes / before.bytes - 1
  console.info(
    `heap ${(before.bytes / 1e6).toFixed(2)} MB after ${WARM_UP} calls, ${(after.bytes / 1e6).toFixed(2)} MB after ${made} (${(growth * 100).toFixed(1)} %); ` +
      `${before.nodes} and ${after.nodes} nodes, ${before.listeners} and ${after.listeners} listeners`,
  )
  expect(growth).toBeLessThan(0.05)
  expect(after.nodes).toBeLessThan(before.nodes * 1.1 + 50)
  expect(after.listeners).toBeLessThan(before.listeners * 1.1 + 10)
  expect(complaints).toEqual([])
  await context.close()
  await stage.end()
})
