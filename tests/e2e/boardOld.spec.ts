import { chromium, expect, test } from 'playwright/test'
import { bigHall, inZone, MORNING_MS } from './bigHall.ts'
import { BoardStage } from './boardStage.ts'
import config from './playwright.config.ts'

test('SHOW7 on a browser of 2021, over plain http by a name of the house: a display shows calls, as it does on any other', async () => {
  const { launchOptions } = config.use ?? {}
  // A name that is no loopback: no secure context, as for every screen of a hall.
  const browser = await chromium.launch({
    ...launchOptions,
    args: [...(launchOptions?.args ?? []), '--host-resolver-rules=MAP layar.aula.lan 127.0.0.1'],
  })
  const { description, view } = bigHall({ runningText: ['Selamat datang', 'Siapkan dokumen asli dan salinannya.'] })
  const stage = new BoardStage({ description, view: inZone(view, 'a'), nowMs: MORNING_MS, dataDir: '/nonexistent' })
  stage.zones = ['a']
  await stage.start()
  stage.url = stage.url.replace('127.0.0.1', 'layar.aula.lan')
  const context = await browser.newContext({ baseURL: stage.url, viewport: { width: 1280, height: 720 } })
  const complaints: string[] = []
  await context.addInitScript((branch) => {
    // What came to Chrome after 90.
    const drop = (owner: object | undefined, ...names: string[]) => {
      for (const name of names) if (owner) delete (owner as Record<string, unknown>)[name]
    }
    const own = globalThis as unknown as Record<string, Record<string, unknown> & { prototype?: object }>
    for (const kind of ['Array', 'String', 'Int8Array'])
      drop(
        own[kind]?.prototype,
        'at',
        'findLast',
        'findLastIndex',
        'toSorted',
        'toReversed',
        'toSpliced',
        'with',
        'isWellFormed',
        'toWellFormed',
      )
    drop(Object.getPrototypeOf(Int8Array.prototype), 'at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'with')
    drop(own['Array'], 'fromAsync')
    drop(own['Object'], 'hasOwn', 'groupBy')
    drop(own['Map'], 'groupBy')
    drop(own['Promise'], 'withResolvers', 'try')
    drop(own['URL'], 'canParse', 'parse')
    drop(own['AbortSignal'], 'timeout', 'any', 'abort')
    drop(own['AbortSignal']?.prototype, 'throwIfAborted', 'reason')
    drop(own['Intl'], 'supportedValuesOf', 'DurationFormat')
    drop(own['Crypto']?.prototype, 'randomUUID')
    drop(own['Element']?.prototype, 'checkVisibility', 'setHTMLUnsafe', 'getHTML')
    drop(own['HTMLElement']?.prototype, 'inert', 'showPopover', 'hidePopover', 'togglePopover', 'popover')
    drop(own['Document']?.prototype, 'startViewTransition')
    drop(
      own['Set']?.prototype,
      'union',
      'intersection',
      'difference',
      'isSubsetOf',
      'isSupersetOf',
      'isDisjointFrom',
      'symmetricDifference',
    )
    drop(
      globalThis,
      'structuredClone',
      'reportError',
      'scheduler',
      'navigation',
      'URLPattern',
      'Iterator',
      'Sanitizer',
      'CSSLayerBlockRule',
    )
    localStorage.setItem('panggil.device.display', JSON.stringify({ deviceId: 'd1', token: 'stage', branch, zones: ['a'], name: 'Layar' }))
  }, view.branch.id)
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto('/display')
  expect(
    await page.evaluate(() => ({
      isSecureContext,
      hasUuid: 'randomUUID' in crypto,
      hasClone: 'structuredClone' in window,
      hasAt: 'at' in [],
    })),
  ).toEqual({ isSecureContext: false, hasUuid: false, hasClone: false, hasAt: false })

  await expect(page.locator('[data-contact=live]')).toBeVisible()
  stage.call('A-013', '2')
  stage.call('B-047', '4')
  await expect(page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-047')
  await expect(page.locator('[data-test=recent]')).toHaveAttribute('data-number', 'A-013')
  await expect(page.locator('[data-test=waiting]').first()).toBeVisible()
  stage.closeSockets()
  stage.call('C-016', '7')
  await expect(page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'C-016', { timeout: 8_000 })
  expect(complaints).toEqual([])
  await browser.close()
  await stage.end()
})
