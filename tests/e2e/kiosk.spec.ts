import { expect, type Page, test } from 'playwright/test'
import type { BranchConfiguration, Hours } from '../../shared/domain/configuration.ts'
import { FakePrinter } from '../printing/fakePrinter.ts'
import { TestHall } from './hall.ts'
import { KioskStage, kupangHall, PORTRAIT, ready, SIZES } from './kioskStage.ts'

const stage = new KioskStage(new TestHall())
const { hall } = stage
let device: { deviceId: string; token: string }

const pressed = async (page: Page, ...names: string[]): Promise<void> => {
  for (const name of names) await page.locator(`[data-test=${name}]`).click()
}
const agency = (page: Page, id: string) => page.locator(`[data-agency=${id}]`)
const service = (page: Page, code: string) => page.locator(`[data-code="${code}"]`)
const issued = (page: Page) => page.locator('[data-test=issued]')
const take = (page: Page) => page.locator('[data-test=take]')
const ticketOf = async (number: string): Promise<{ services: string[]; class: string; language: string }> => {
  const lines = (await (await stage.admin.get(`${stage.api}/events`)).text()).split('\n').filter((line) => line !== '')
  const events = lines.map((line) => (JSON.parse(line) as { event: { type: string; ticket?: { number: string } } }).event)
  const event = events.find((each) => each.type === 'ticketIssued' && each.ticket?.number === number)
  return event as unknown as { services: string[]; class: string; language: string }
}
/** The hall as it was shipped, open now, with one service changed. */
const changed = (code: string, more: object, rest: Partial<BranchConfiguration> = {}): BranchConfiguration => {
  const whole = kupangHall(hall.branch, rest)
  const [agencyId, serviceId] = code.split('.')
  const agencies = whole.agencies.map((each) =>
    each.id === agencyId ? { ...each, services: each.services.map((own) => (own.id === serviceId ? { ...own, ...more } : own)) } : each,
  )
  return { ...whole, agencies }
}

test.beforeAll(async () => {
  await stage.start()
  await stage.configure(kupangHall(hall.branch))
  device = await stage.device()
})
test.afterAll(() => stage.end())

test('a number in three touches, in the visitor’s language, and back to the start for the next one', async ({ browser }) => {
  const { page, context, complaints } = await stage.open(browser, device)
  await ready(page)
  let touches = 0
  await page.exposeFunction('touched', () => touches++)
  await page.evaluate(() => window.addEventListener('click', () => (window as unknown as { touched: () => void }).touched()))
  await agency(page, 'DUKCAPIL').click()
  await service(page, 'DUKCAPIL.KK').click()
  await take(page).click()
  await expect(issued(page)).toHaveAttribute('data-number', 'B-001')
  expect(touches).toBe(3)
  // Nothing to print with here: the screen is all there is, until the visitor says so.
  await expect(issued(page)).toHaveAttribute('data-paper', 'none')
  await expect(page.locator('[data-test=qr]')).toBeVisible()
  await pressed(page, 'done')
  await ready(page)
  await expect.poll(() => stage.handed()).toEqual(['screen'])
  await pressed(page, 'language')
  await expect(page.locator('h1')).toHaveText('Choose an agency')
  await agency(page, 'DUKCAPIL').click()
  await service(page, 'DUKCAPIL.KK').click()
  await take(page).click()
  await expect(issued(page)).toHaveAttribute('data-number', 'B-002')
  expect([(await ticketOf('B-001')).language, (await ticketOf('B-002')).language]).toEqual(['id', 'en'])
  await pressed(page, 'done')
  await expect(page.locator('h1')).toHaveText('Pilih instansi')
  expect(complaints).toEqual([])
  await context.close()
})

test('priority is one switch on the way, which asks nothing more and holds for this visit alone', async ({ browser }) => {
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  await agency(page, 'DINSOS').click()
  await pressed(page, 'priority')
  await page.locator('[data-test=service]').first().click()
  await take(page).click()
  const number = (await issued(page).getAttribute('data-number')) ?? ''
  expect((await ticketOf(number)).class).toBe('priority')
  await pressed(page, 'done')
  await expect(page.locator('[data-test=priority]')).toHaveAttribute('aria-checked', 'false')
  await context.close()
})

test('a bundle is one number for all its steps; several services of one’s own choice too, in one’s own order', async ({ browser }) => {
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  await pressed(page, 'journeys')
  await page.locator('[data-journey=PBB]').click()
  await expect(page.locator('[data-test=chosen]')).toContainText('Bank NTT')
  await take(page).click()
  await expect(issued(page)).toHaveAttribute('data-number', 'C-001')
  expect((await ticketOf('C-001')).services).toEqual(['BAPENDA.PBB', 'BANKNTT.TELLER'])
  await pressed(page, 'done', 'several')
  await agency(page, 'DUKCAPIL').click()
  await service(page, 'DUKCAPIL.KK').click()
  await service(page, 'DUKCAPIL.AKTA').click()
  await pressed(page, 'back')
  await agency(page, 'BANKNTT').click()
  await service(page, 'BANKNTT.TELLER').click()
  await expect(page.locator('[data-test=picked]')).toHaveAttribute('data-count', '3')
  await pressed(page, 'see-list')
  const list = page.locator('[data-test=picked-list]')
  await list.locator('[data-code="BANKNTT.TELLER"] [data-test=earlier]').click()
  await list.locator('[data-code="BANKNTT.TELLER"] [data-test=earlier]').click()
  await list.locator('[data-code="DUKCAPIL.KK"] [data-test=remove]').click()
  await expect(list.locator('li')).toHaveCount(2)
  await take(page).click()
  await expect(issued(page)).toHaveAttribute('data-number', 'E-001')
  expect((await ticketOf('E-001')).services).toEqual(['BANKNTT.TELLER', 'DUKCAPIL.AKTA'])
  await context.close()
})

test('search finds agencies, services and what people call them, typed on the screen or on a keyboard; else it says what to do', async ({
  browser,
}) => {
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  await pressed(page, 'search')
  for (const letter of 'AKTE') await page.locator(`[data-test=key-${letter}]`).click()
  await expect(page.locator('[data-test=query]')).toHaveValue('akte')
  await expect(page.locator('[data-test=found]').first()).toHaveAttribute('data-key', 'DUKCAPIL.AKTA')
  await pressed(page, 'key-clear')
  for (const [typed, key] of [
    ['mau ambil antrian ktp', 'DUKCAPIL.CETAK'],
    ['bank ntt', 'BANKNTT'],
    ['pasport', 'IMIGRASI.PASPOR'],
    ['kartu keluarga', 'DUKCAPIL.KK'],
    ['bayi lahir', 'journey LAHIR'],
    ['kartu kuning', 'DISNAKER.AK1'],
  ] as const) {
    await page.locator('[data-test=query]').fill(typed)
    await expect(page.locator(`[data-test=found][data-key="${key}"]`), typed).toBeVisible()
  }
  await page.locator('[data-test=query]').fill('helikopter')
  await expect(page.locator('[data-test=nothing-found]')).toContainText('meja bantuan')
  await page.locator('[data-test=query]').fill('kartu keluarga')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-test=chosen] h1')).toContainText('Kartu Keluarga')
  // A letter on the start page begins a search.
  await pressed(page, 'restart')
  await page.keyboard.type('samsat')
  await expect(page.locator('[data-test=found][data-kind=agency]')).toContainText('Samsat')
  await context.close()
})

test('TICKET4 before the number: what to bring, fee, minutes, people ahead; what is closed, full or paused says why and until when', async ({
  browser,
}) => {
  const morning: Hours = { weekly: { Mon: [['08:00', '08:01']] } }
  const whole = changed('DUKCAPIL.PINDAH', {
    requirements: [{ id: 'KK asli', en: 'Original family card' }],
    fee: { id: 'Gratis', en: 'Free' },
    note: { id: 'Diwakili: bawa surat kuasa', en: 'By proxy: bring a power of attorney' },
  })
  const more = (id: string, rest: object) => (own: (typeof whole.agencies)[number]['services'][number]) =>
    own.id === id ? { ...own, ...rest } : own
  await stage.configure({
    ...whole,
    agencies: whole.agencies.map((each) =>
      each.id !== 'DUKCAPIL'
        ? each.id === 'POS'
          ? { ...each, enabled: false }
          : each
        : {
            ...each,
            services: each.services
              .map(more('CETAK', { quotaPerDay: 1 }))
              .map(more('REKAM', { quotaPerDay: 3 }))
              .map(more('IKD', { hours: morning }))
              .map(more('AMBIL', { enabled: false })),
          },
    ),
  })
  await hall.issue(stage.admin, { services: ['DUKCAPIL.CETAK'] })
  await hall.issue(stage.admin, { services: ['DUKCAPIL.PINDAH'] })
  await stage.command({ type: 'pauseService', service: 'DUKCAPIL.AKTA', reason: 'sistem pusat gangguan' })
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  await expect(agency(page, 'POS')).toHaveCount(0)
  await agency(page, 'DUKCAPIL').click()
  await expect(service(page, 'DUKCAPIL.AMBIL')).toHaveCount(0)
  await expect(service(page, 'DUKCAPIL.CETAK')).toContainText(/Kuota hari ini habis: 1 nomor\. Buka lagi \p{L}+ pukul 00\.00/u)
  await expect(service(page, 'DUKCAPIL.IKD')).toContainText(/Buka lagi Senin pukul 08\.00|Buka lagi pukul 08\.00/)
  await expect(service(page, 'DUKCAPIL.AKTA')).toContainText('sistem pusat gangguan')
  await expect(service(page, 'DUKCAPIL.REKAM')).toContainText('Tinggal 3 nomor hari ini')
  // What can't be had can still be looked up.
  await service(page, 'DUKCAPIL.CETAK').click()
  await expect(page.locator('[data-test=why-closed]')).toContainText('Kuota hari ini habis')
  await expect(take(page)).toHaveCount(0)
  await pressed(page, 'back')
  await service(page, 'DUKCAPIL.PINDAH').click()
  const chosen = page.locator('[data-test=chosen]')
  for (const said of ['KK asli', 'Gratis', '10 menit', '1 orang', 'bawa surat kuasa']) await expect(chosen).toContainText(said)
  // Used up while the visitor reads: refused in plain words, and the page knows at once.
  await pressed(page, 'restart')
  await agency(page, 'DUKCAPIL').click()
  await service(page, 'DUKCAPIL.REKAM').click()
  await expect(take(page)).toBeVisible()
  const stale = await (await stage.admin.get(stage.api)).text()
  let isStale = true
  await context.route(`**/branches/${hall.branch}`, (route) =>
    isStale ? route.fulfill({ body: stale, contentType: 'application/json' }) : route.continue(),
  )
  await context.route('**/tickets', (route) => {
    isStale = false
    return route.continue()
  })
  for (let n = 0; n < 3; n++) await hall.issue(stage.admin, { services: ['DUKCAPIL.REKAM'] })
  await take(page).click()
  await expect(page.locator('[data-test=why-closed]')).toContainText('Kuota hari ini habis: 3 nomor')
  await stage.command({ type: 'resetService', service: 'DUKCAPIL.AKTA' })
  await stage.configure(kupangHall(hall.branch))
  await context.close()
})

test('TICKET2 a trembling finger, a lost answer, a reload in the middle: always one number', async ({ browser }) => {
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  const before = (await stage.numbers()).length
  await agency(page, 'DUKCAPIL').dblclick()
  // The second tap did not choose what came up under the finger.
  await expect(service(page, 'DUKCAPIL.KK')).toBeVisible()
  await service(page, 'DUKCAPIL.KK').dblclick()
  await expect(take(page)).toBeVisible()
  await take(page).dblclick()
  await expect(issued(page)).toBeVisible()
  expect((await stage.numbers()).length).toBe(before + 1)
  // A reload shows it again.
  const number = await issued(page).getAttribute('data-number')
  await page.reload()
  await expect(issued(page)).toHaveAttribute('data-number', number ?? '')
  await pressed(page, 'done')
  await ready(page)

  // The answer is lost once, and asked for again by itself.
  let lost = 0
  await context.route('**/tickets', async (route) => {
    if (lost++ > 0) return route.fallback()
    await route.fetch()
    await route.abort()
  })
  await agency(page, 'DUKCAPIL').click()
  await service(page, 'DUKCAPIL.KK').click()
  await take(page).click()
  await expect(issued(page)).toBeVisible()
  expect(lost).toBeGreaterThan(1)
  expect((await stage.numbers()).length).toBe(before + 2)
  await pressed(page, 'done')
  await context.unroute('**/tickets')

  // The page is loaded anew before any answer comes.
  let reached: (() => void) | null = null
  const arrived = new Promise<void>((resolve) => {
    reached = resolve
  })
  await context.route('**/tickets', async (route) => {
    await route.fetch()
    reached?.()
  })
  await agency(page, 'DUKCAPIL').click()
  await service(page, 'DUKCAPIL.KK').click()
  await take(page).click()
  await arrived
  await context.unroute('**/tickets')
  await page.reload()
  await expect(issued(page)).toBeVisible()
  const after = await stage.numbers()
  expect(after.length).toBe(before + 3)
  await expect(issued(page)).toHaveAttribute('data-number', after[after.length - 1] ?? '')
  await context.close()
})

test('paper: printed only when the printer says so; out of paper, cover open or away the number stays on the screen', async ({
  browser,
}) => {
  test.setTimeout(120_000)
  let printer = await FakePrinter.listen(32)
  const { port } = printer
  const own = await stage.device('Anjungan berpencetak', {
    printer: { kind: 'network', host: '127.0.0.1', port, columns: 32, cutter: true },
  })
  const { page, context } = await stage.open(browser, own)
  await ready(page)
  const number = async (): Promise<string> => {
    await agency(page, 'PLN').click()
    await take(page).click()
    await expect(issued(page)).toBeVisible()
    await expect(issued(page)).not.toHaveAttribute('data-paper', 'printing', { timeout: 20_000 })
    return (await issued(page).getAttribute('data-number')) ?? ''
  }
  const first = await number()
  await expect(issued(page)).toHaveAttribute('data-paper', 'printed')
  await expect(page.locator('[data-test=paper]')).toHaveText('Nomor Anda dicetak. Silakan ambil kertasnya.')
  expect(printer.numbers.map((each) => each.number)).toEqual([first])
  await expect(page.locator('[data-test=countdown]')).toBeVisible()
  await page.screenshot({ path: 'test-results/look/kiosk-printed-1080x1920-id.png' })
  // Loaded anew with the slip in the hand: no second one.
  await page.reload()
  await expect(issued(page)).toHaveAttribute('data-paper', 'printed')
  await pressed(page, 'done')
  expect(printer.slips.length).toBe(1)

  printer.paper = 'low'
  await number()
  await expect(issued(page)).toHaveAttribute('data-paper', 'printed')
  await pressed(page, 'done')
  await expect(page.locator('[data-test=no-paper]')).toHaveCount(0)

  printer.paper = 'out'
  const handed = (await stage.handed()).length
  await number()
  await expect(issued(page)).toHaveAttribute('data-paper', 'failed')
  await expect(page.locator('[data-test=paper]')).toContainText('Foto atau catat nomor ini')
  await expect(page.locator('[data-test=qr]')).toBeVisible()
  await page.screenshot({ path: 'test-results/look/kiosk-paper-out-1080x1920-id.png' })
  await pressed(page, 'done')
  await expect.poll(async () => (await stage.handed()).slice(handed)).toEqual(['screen'])
  await expect(page.locator('[data-test=no-paper]')).toHaveText('Kertas habis: nomor tampil di layar, silakan difoto.')
  await page.screenshot({ path: 'test-results/look/kiosk-no-paper-1080x1920-id.png' })
  await expect(page.locator('[data-test=agency]').first()).toBeEnabled()

  printer.isCoverOpen = true
  await number()
  await expect(issued(page)).toHaveAttribute('data-paper', 'failed')
  await pressed(page, 'done')
  await printer.close()
  await number()
  await expect(issued(page)).toHaveAttribute('data-paper', 'failed')
  await pressed(page, 'done')
  await expect(page.locator('[data-test=no-paper]')).toContainText('Pencetak sedang tidak bekerja')

  // Somebody put it right: the start page says no more of it.
  printer = await FakePrinter.listen(32, port)
  await expect(page.locator('[data-test=no-paper]')).toHaveCount(0, { timeout: 40_000 })
  await number()
  await expect(issued(page)).toHaveAttribute('data-paper', 'printed')
  await printer.close()
  await context.close()
})

test('the browser’s own printer: a slip as wide as the paper, handed over when the page was sent', async ({ browser }) => {
  const own = await stage.device('Anjungan cetak peramban', { printer: { kind: 'browser', columns: 32 } })
  const { page, context, complaints } = await stage.open(browser, own)
  await context.addInitScript(() => {
    window.print = () => {
      const receipt = document.querySelector('[data-test=receipt]') as HTMLElement
      const page = [...document.adoptedStyleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join()
      sessionStorage.setItem('printed', JSON.stringify({ text: receipt.innerText, width: receipt.offsetWidth, page }))
      setTimeout(() => window.dispatchEvent(new Event('afterprint')), 50)
    }
  })
  await page.reload()
  await ready(page)
  const handed = (await stage.handed()).length
  await agency(page, 'PLN').click()
  await take(page).click()
  await expect(issued(page)).toHaveAttribute('data-paper', 'sent')
  const number = (await issued(page).getAttribute('data-number')) ?? ''
  await expect.poll(async () => (await stage.handed()).slice(handed)).toEqual(['paper'])
  const printed = await page.evaluate(
    () => JSON.parse(sessionStorage.getItem('printed') ?? '{}') as { text: string; width: number; page: string },
  )
  expect(printed.text).toContain(number)
  expect(printed.text).toContain('PLN')
  expect(Math.round((printed.width / 96) * 25.4)).toBe(58)
  expect(printed.page).toMatch(/size: 58mm \d+mm/)
  await expect(page.locator('[data-test=receipt]')).toHaveCount(0)
  expect(complaints).toEqual([])

  // As it comes out: nothing of the page but the slip.
  await context.addInitScript(() => {
    window.print = () => undefined
  })
  await pressed(page, 'done')
  await page.reload()
  await ready(page)
  await agency(page, 'PLN').click()
  await take(page).click()
  await expect(page.locator('[data-test=receipt]')).toBeAttached()
  await page.emulateMedia({ media: 'print' })
  await expect(page.locator('.kiosk')).toBeHidden()
  await page.locator('[data-test=receipt]').screenshot({ path: 'test-results/look/kiosk-receipt-58.png' })
  await context.close()
})

test('nobody there: a countdown that any touch stops, then the start for the next visitor', async ({ browser }) => {
  test.setTimeout(180_000)
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  await pressed(page, 'large', 'contrast', 'low', 'help', 'language')
  await agency(page, 'DUKCAPIL').click()
  await expect(page.locator('[data-test=idle]')).toBeVisible({ timeout: 40_000 })
  await page.screenshot({ path: 'test-results/look/kiosk-idle-1080x1920-en.png' })
  await page.locator('h1').click()
  await expect(page.locator('[data-test=idle]')).toBeHidden()
  await expect(service(page, 'DUKCAPIL.KK')).toBeVisible()
  await expect(page.locator('[data-test=agency]').first()).toBeVisible({ timeout: 60_000 })
  await expect(page.locator('h1')).toHaveText('Pilih instansi')
  for (const name of ['large', 'contrast', 'low'])
    await expect(page.locator(`[data-test=${name}]`)).toHaveAttribute('aria-checked', 'false')
  await expect(page.locator('[data-test=help-text]')).toHaveCount(0)
  await context.close()
})

test('by keyboard alone: digits, arrows, Enter, Esc, help on F1', async ({ browser }) => {
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  await page.keyboard.press('F1')
  await expect(page.locator('[data-test=help-text]')).toContainText('Pilih instansi')
  await page.keyboard.press('F1')
  await page.keyboard.press('2')
  // Twenty-one agencies: 2 might become 20 or 21, and is taken after a moment.
  await expect(page.locator('h1')).toHaveText('Dukcapil')
  await expect(page.locator('h1')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(service(page, 'DUKCAPIL.REKAM')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(service(page, 'DUKCAPIL.CETAK')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.locator('h1')).toHaveText('Pilih instansi')
  await page.keyboard.press('2')
  await page.keyboard.press('Enter')
  await expect(page.locator('h1')).toHaveText('Dukcapil')
  await page.keyboard.press('3')
  await expect(page.locator('h1')).toHaveText('Kartu Keluarga (KK)')
  const before = (await stage.numbers()).length
  await page.keyboard.press('ArrowDown')
  await expect(take(page)).toBeFocused()
  // Held down.
  await page.keyboard.down('Enter')
  for (let n = 0; n < 5; n++) await page.keyboard.down('Enter')
  await page.keyboard.up('Enter')
  await expect(issued(page)).toBeVisible()
  await expect(page.locator('h1')).toBeFocused()
  expect((await stage.numbers()).length).toBe(before + 1)
  await page.keyboard.press('F1')
  await expect(page.locator('[data-test=help-text]')).toContainText('Nomor antrean')
  await page.keyboard.press('1')
  await ready(page)
  await context.close()
})

for (const { name, size, pixelsPerMm } of SIZES)
  test(`every target has 24 mm at ${name}; with the screen lowered all of them are in the lower two thirds`, async ({ browser }) => {
    test.setTimeout(120_000)
    const { page, context } = await stage.open(browser, device, { size })
    const least = 24 * pixelsPerMm
    const measured = async (step: string, isLow: boolean): Promise<void> => {
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      const targets = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('.kiosk button, .kiosk input')]
          .map((each) => ({ each, name: each.dataset['test'] ?? each.textContent ?? '', box: each.getBoundingClientRect() }))
          // What a list has scrolled away is nothing to press.
          .filter(({ each, box }) => each.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)))
          .map(({ name, box }) => ({ name, width: box.width, height: box.height, top: box.top })),
      )
      expect(targets.length).toBeGreaterThan(0)
      const small = targets.filter((each) => each.width < least - 0.5 || each.height < least - 0.5)
      expect({ step, small }).toEqual({ step, small: [] })
      if (isLow) expect({ step, high: targets.filter((each) => each.top < size.height / 3) }).toEqual({ step, high: [] })
    }
    for (const isLow of [false, true]) {
      await page.goto('/kiosk')
      await ready(page)
      const start = async (): Promise<void> => {
        await pressed(page, 'restart')
        if (isLow) await pressed(page, 'low')
      }
      await start()
      await measured('agencies', isLow)
      await agency(page, 'DUKCAPIL').click()
      await measured('services', isLow)
      await service(page, 'DUKCAPIL.KK').click()
      await measured('detail', isLow)
      await start()
      await pressed(page, 'journeys')
      await measured('journeys', isLow)
      await start()
      await pressed(page, 'search')
      await page.keyboard.type('ktp')
      await expect(page.locator('[data-test=found]').first()).toBeVisible()
      await measured('search', isLow)
      await page.goto('/kiosk')
      await ready(page)
      await start()
      await pressed(page, 'several')
      await agency(page, 'DUKCAPIL').click()
      await service(page, 'DUKCAPIL.KK').click()
      await service(page, 'DUKCAPIL.AKTA').click()
      await measured('several', isLow)
      await pressed(page, 'see-list')
      await measured('list', isLow)
      await take(page).click()
      await expect(issued(page)).toBeVisible()
      await measured('number', isLow)
      await pressed(page, 'done')
    }
    await context.close()
  })

test('the last bundle can be reached: lists end above what stands below them', async ({ browser }) => {
  for (const { size } of SIZES) {
    const { page, context } = await stage.open(browser, device, { size })
    await ready(page)
    await pressed(page, 'journeys')
    const down = page.locator('[data-test=scroll-down]')
    await expect(page.locator('[data-test=journey]').first()).toBeVisible()
    await expect(async () => {
      if ((await down.count()) > 0 && (await down.getAttribute('aria-disabled')) === 'false') await down.click({ timeout: 500 })
      const last = await page.locator('[data-test=journey]').last().boundingBox()
      const box = await page.locator('.kiosk main').boundingBox()
      expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual((box?.y ?? 0) + (box?.height ?? 0) + 7)
    }).toPass()
    await page.locator('[data-test=journey]').last().click()
    await expect(take(page)).toBeVisible()
    await context.close()
  }
})

test('the hall paused, its day ended, closed: each in plain words on the start page, and open again by itself', async ({ browser }) => {
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  const state = page.locator('[data-test=hall-state]')
  await expect(state).toHaveCount(0)
  await stage.command({ type: 'pauseBranch', reason: 'Upacara bendera' })
  await expect(state).toHaveAttribute('data-state', 'paused')
  await expect(state).toContainText('Upacara bendera')
  await page.screenshot({ path: 'test-results/look/kiosk-paused-1080x1920-id.png' })
  await stage.command({ type: 'resumeBranch' })
  await expect(state).toHaveCount(0)
  await stage.command({ type: 'closeDay', remaining: 'serve' })
  await expect(state).toHaveAttribute('data-state', 'dayEnded')
  await expect(state).toContainText('Pengambilan nomor hari ini sudah selesai')
  await page.screenshot({ path: 'test-results/look/kiosk-day-ended-1080x1920-id.png' })
  await stage.command({ type: 'resetDay' })
  await expect(state).toHaveCount(0)
  const whole = kupangHall(hall.branch)
  await stage.configure({
    ...whole,
    hours: { weekly: { Mon: [['08:00', '08:01']] } },
    agencies: whole.agencies.map((each) => ({ ...each, services: each.services.map(({ hours: _hours, ...own }) => own) })),
  })
  await expect(state).toHaveAttribute('data-state', /closed|dayEnded/)
  await expect(page.locator('[data-test=opens]')).toContainText('Senin pukul 08.00')
  await page.screenshot({ path: 'test-results/look/kiosk-closed-1080x1920-id.png' })
  await stage.configure({ ...whole, agencies: whole.agencies.map((each) => ({ ...each, enabled: false })) })
  await expect(page.locator('[data-test=agency]')).toHaveCount(0)
  await expect(page.locator('main')).toContainText('meja bantuan')
  await stage.configure(whole)
  await ready(page)
  await context.close()
})

test('out of contact and back: plain words, nothing to press that would not work, and the visit ends where it was', async ({ browser }) => {
  test.setTimeout(120_000)
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  await hall.kill()
  const lost = page.locator('[data-test=lost]')
  await expect(lost).toHaveAttribute('data-state', 'reconnecting', { timeout: 20_000 })
  await expect(page.locator('[data-test=agency]')).toHaveCount(0)
  await page.screenshot({ path: 'test-results/look/kiosk-reconnecting-1080x1920-id.png' })
  await expect(lost).toHaveAttribute('data-state', 'lost', { timeout: 30_000 })
  await expect(lost).toContainText('meja bantuan')
  await page.screenshot({ path: 'test-results/look/kiosk-lost-1080x1920-id.png' })
  await hall.start()
  await expect(page.locator('[data-test=agency]').first()).toBeVisible({ timeout: 20_000 })
  await stage.admin.dispose()
  stage.admin = await hall.as('admin')
  await context.close()
})

test('a server with newer pages: the kiosk takes them, and never from under a visitor’s hands', async ({ browser }) => {
  test.setTimeout(120_000)
  const { page, context } = await stage.open(browser, device)
  await ready(page)
  const script = page.locator('script[type=module]')
  const before = (await script.getAttribute('src')) ?? ''
  expect(before).not.toBe('')
  await agency(page, 'DUKCAPIL').click()
  await expect(service(page, 'DUKCAPIL.KK')).toBeVisible()
  // Another name of the same script: what a page sees when the server was replaced by a newer one.
  await page.route('**/kiosk', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('"/assets/', '"/assets/../assets/') })
  })
  const asked = page.waitForResponse('**/kiosk')
  await hall.kill()
  await hall.start()
  await asked
  await expect(page.locator('[data-test=lost]')).toHaveCount(0)
  await expect(service(page, 'DUKCAPIL.KK')).toBeVisible()
  await expect(script).toHaveAttribute('src', before)
  await page.keyboard.press('Escape')
  await expect(script).not.toHaveAttribute('src', before)
  await ready(page)
  await stage.admin.dispose()
  stage.admin = await hall.as('admin')
  await context.close()
})

test('AUTH1 only a paired kiosk issues: an unpaired one shows its code, a revoked one says so at once', async ({ browser }) => {
  const stranger = await stage.open(browser, null)
  await expect(stranger.page.locator('[data-test=pairing-code]')).toBeVisible()
  await expect(stranger.page.locator('[data-test=unpaired]')).toHaveText(/^Pengunjung: anjungan ini belum dapat dipakai/)
  await expect(stranger.page.locator('[data-test=agency]')).toHaveCount(0)
  await stranger.page.screenshot({ path: 'test-results/look/kiosk-unpaired-1080x1920-id.png' })
  await stranger.context.close()
  const nobody = await fetch(`${stage.api}/tickets`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'nobody' },
    body: JSON.stringify({ services: ['PLN.LAYANAN'] }),
  })
  expect(nobody.status).toBe(401)

  const own = await stage.device('Anjungan yang dicabut')
  const { page, context } = await stage.open(browser, own)
  await ready(page)
  expect((await stage.admin.delete(`${stage.api}/devices/${own.deviceId}`)).status()).toBe(204)
  await expect(page.locator('[data-test=unpaired]')).toContainText('sudah dicabut oleh administrator')
  await expect(page.locator('[data-test=pairing-code]')).toBeVisible()
  for (const { name, size } of SIZES) {
    await page.setViewportSize(size)
    await page.screenshot({ path: `test-results/look/kiosk-revoked-${name}-id.png` })
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  }
  await context.close()
})

test('AUTH1 a kiosk’s token issues, prints and hands over its own numbers, and opens nothing else', async () => {
  const own = await stage.device('Anjungan jujur')
  const other = await stage.device('Anjungan lain')
  const ask = async (method: string, path: string, body?: object, token = own.token): Promise<number> => {
    const answer = await fetch(`${hall.url}/api/v1/${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'Idempotency-Key': `kiosk-${token.slice(0, 8)}`,
        ...(body ? { 'Content-Type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return answer.status
  }
  const branch = `branches/${hall.branch}`
  expect(await ask('POST', `${branch}/tickets`, { services: ['DUKCAPIL.KK'] })).toBe(201)
  const theirs = await hall.issue(stage.admin, { services: ['DUKCAPIL.KK'] })
  for (const [method, path, body] of [
    ['POST', `${branch}/tickets/${theirs.ticket.id}/handed`, { how: 'screen' }],
    ['POST', `${branch}/tickets/${theirs.ticket.id}/print`, {}],
    ['GET', `${branch}/tickets?number=B-001`],
    ['GET', `${branch}/tickets/${theirs.ticket.id}/passed`],
    ['GET', `${branch}/events`],
    ['GET', `${branch}/live`],
    ['GET', `${branch}/configuration`],
    ['GET', `${branch}/devices`],
    ['GET', `${branch}/desk/waiting`],
    ['POST', `${branch}/commands`, { commandId: 'k1', type: 'closeDay', remaining: 'serve' }],
    ['POST', `${branch}/counters/1/commands`, { commandId: 'k2', type: 'openCounter' }],
    ['POST', `${branch}/devices`, { kind: 'kiosk', name: 'x' }],
    ['DELETE', `${branch}/devices/${other.deviceId}`],
    ['GET', 'users'],
  ] as const)
    expect({ path, status: await ask(method, path, body) }).toEqual({ path, status: 403 })
})

test('help is always text on the screen, also where no voice can say it', async ({ browser }) => {
  const { page, context } = await stage.open(browser, device, { size: PORTRAIT, language: 'en' })
  await ready(page)
  await pressed(page, 'help')
  await expect(page.locator('[data-test=help-text]')).toContainText('Choose the agency that you came for')
  await agency(page, 'DUKCAPIL').click()
  await expect(page.locator('[data-test=help-text]')).toContainText('You are at Dukcapil')
  await pressed(page, 'help')
  await expect(page.locator('[data-test=help-text]')).toHaveCount(0)
  await context.close()
})
