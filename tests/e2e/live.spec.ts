import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, type Browser, expect, type Page, test } from 'playwright/test'
import { branchWith, DayHall } from './dayHall.ts'
import { openCounter } from './hall.ts'

let hall: DayHall
test.beforeAll(async () => {
  hall = await DayHall.open(branchWith({ alerts: { lostMinutes: 1 } }))
  await hall.start()
  await hall.addPeople()
})
test.afterAll(() => hall.end())

const part = (page: Page, name: string) => page.locator(`[data-test=${name}]`)
async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/${name}.png`, fullPage: true })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
}

test('the live page says what is wrong first, names officers, and draws the day; an alert goes when its cause goes', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const { page, context, complaints } = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  await expect(part(page, 'alerts')).toHaveAttribute('data-count', '0')
  await expect(part(page, 'alerts')).toContainText('Tidak ada yang perlu ditindak')
  await expect(page.locator('[data-plot=curve-waiting] svg')).toBeVisible()
  await look(page, 'live-morning-id')

  const counter = await hall.open(browser, '/counter', { as: 'petugas' })
  await openCounter(counter.page, '3')
  const silent = page.locator('[data-test=alert][data-kind=zoneSilent][data-about=A]')
  await expect(silent).toContainText('Zona A: tanpa suara', { timeout: 20_000 })
  await expect(page.locator('[data-test=live-counter][data-counter="3"]')).toContainText('Petugas Satu')

  const penyelia = await hall.as('penyelia')
  const first = await hall.issue(penyelia, { services: ['DINSOS.BANSOS'] })
  for (let at = 0; at < 3; at++) await hall.issue(penyelia, { services: ['DUKCAPIL.KK'] })
  await expect(page.locator('[data-test=alert][data-kind=quotaUsed]')).toContainText('kuota hari ini tinggal 0', { timeout: 20_000 })
  await counter.page.keyboard.press('Space')
  await expect(counter.page.locator('[data-test=current]')).not.toHaveAttribute('data-number', '')
  await page.reload()
  const rows = page.locator('[data-plot=curve-arrivals] details')
  await rows.locator('summary').click()
  await expect(rows.locator('tbody tr').last()).toContainText('4')
  await part(page, 'curves-agency').selectOption('DINSOS')
  await expect(page.locator('[data-plot=curve-arrivals] tbody tr').last()).toContainText('1')
  await look(page, 'live-alerts-id')
  // Who knows of it and does something about it is not reminded; all others see that.
  await silent.locator('[data-test=silence]').click()
  await part(page, 'silence-reason').fill('Teknisi sedang datang')
  await page.screenshot({ path: 'test-results/look/live-silence-id.png' })
  await page.keyboard.press('Enter')
  await expect(silent).toHaveCount(0)
  await part(page, 'silent').locator('summary').click()
  await expect(part(page, 'silent-alert')).toContainText('Teknisi sedang datang')
  await expect(part(page, 'silent-alert')).toContainText('Penyelia, sampai pukul')
  await look(page, 'live-silenced-id')
  await part(page, 'remind').click()
  await expect(silent).toHaveCount(1)
  await page.getByRole('button', { name: 'English' }).click()
  await expect(silent).toContainText('Zone A: no sound')
  await look(page, 'live-alerts-en')
  await page.setViewportSize({ width: 1920, height: 1080 })
  await look(page, 'live-alerts-en-1920')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'live-alerts-en-390')

  // In quiet mode nobody expects a voice.
  const command = (data: object) =>
    penyelia.post(`${hall.url}/api/v1/branches/${hall.branch}/commands`, { data: { commandId: `live-${Math.random()}`, ...data } })
  expect((await command({ type: 'keepQuiet', zones: ['A'], reason: 'Ibadah' })).status()).toBe(200)
  await expect(silent).toHaveCount(0, { timeout: 15_000 })
  expect((await command({ type: 'cancelTicket', ticket: first.ticket.id, reason: 'akhir uji' })).status()).toBe(200)
  expect(complaints).toEqual([])
  await penyelia.dispose()
  await counter.context.close()
  await context.close()
})

/** A screen or kiosk of the hall, and how it is opened. */
async function device(admin: APIRequestContext, kind: 'display' | 'kiosk', name: string, more: object = {}) {
  const made = await admin.post(`${hall.url}/api/v1/branches/${hall.branch}/devices`, { data: { kind, name, ...more } })
  expect(made.status(), await made.text()).toBe(201)
  const { deviceId, token } = (await made.json()) as { deviceId: string; token: string }
  const open = async (browser: Browser) => {
    const context = await browser.newContext({ baseURL: hall.url })
    await context.addInitScript(
      ([key, paired]) => localStorage.setItem(key as string, paired as string),
      [`panggil.device.${kind}`, JSON.stringify({ deviceId, token, branch: hall.branch, name, zones: null })],
    )
    const page = await context.newPage()
    await page.goto(`/${kind}`)
    return context
  }
  return { deviceId, open }
}

test('what happens stands on the live page as it happens, in the words of the stories; it can be held and looked at by agency', async ({
  browser,
}) => {
  test.setTimeout(180_000)
  const penyelia = await hall.as('penyelia')
  const { page, context, complaints } = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  const lines = page.locator('[data-test=happening]')
  const newest = lines.first()
  const counter = await hall.open(browser, '/counter', { as: 'petugas2' })
  await openCounter(counter.page, '4')
  await expect(newest).toContainText('Loket 4 dibuka.')
  await expect(newest).toContainText('oleh Petugas Dua')

  const { ticket } = await hall.issue(penyelia, { services: ['DUKCAPIL.REKAM'] })
  const of = (kind: string) => page.locator(`[data-test=happening][data-kind=${kind}][data-ticket="${ticket.number}"]`)
  await expect(of('issued')).toContainText('Nomor diambil untuk Perekaman KTP-el')
  await counter.page.locator('[data-test=call-next]').click()
  const called = page.locator('[data-test=happening][data-kind=called]').first()
  await expect(called).toContainText('Dipanggil ke Loket 4')
  await expect(called, 'why this one').toContainText(/Batas waktunya pukul .* paling awal|Satu-satunya nomor/)

  // Held, nothing moves; what came meanwhile is counted.
  await part(page, 'happened-hold').click()
  const standing = await newest.textContent()
  await hall.issue(penyelia, { services: ['BANKNTT.TELLER'] })
  await hall.issue(penyelia, { services: ['BANKNTT.TELLER'] })
  await expect(part(page, 'happened-held')).toContainText('2 kejadian baru')
  expect(await newest.textContent()).toBe(standing)
  await look(page, 'live-held-id')
  await part(page, 'happened-hold').click()
  await expect(newest).toContainText('Pembayaran pajak')

  // One agency, and what concerns everybody.
  await part(page, 'happened-agency').selectOption('BANKNTT')
  await expect(lines.filter({ hasText: 'Perekaman KTP-el' })).toHaveCount(0)
  await expect(lines.filter({ hasText: 'Pembayaran pajak' })).toHaveCount(2)
  await part(page, 'happened-agency').selectOption('')

  // What came while the page was out of contact is there afterwards, and after a restart of the server, too.
  await context.setOffline(true)
  await hall.kill()
  await expect(part(page, 'lost')).toBeVisible({ timeout: 20_000 })
  await look(page, 'live-lost-id')
  await hall.start()
  const { ticket: late } = await hall.issue(await hall.as('penyelia'), { services: ['DUKCAPIL.KK'] })
  await context.setOffline(false)
  await expect(page.locator(`[data-test=happening][data-ticket="${late.number}"]`)).toHaveCount(1, { timeout: 30_000 })
  await expect(of('issued')).toHaveCount(1)

  // To the number's own story.
  await of('issued').getByRole('link').click()
  await expect(page).toHaveURL(/\/supervisor\/story\?.*number=/)
  await expect(page.locator('[data-test=line][data-kind=issued]')).toContainText('Perekaman KTP-el')
  expect(complaints).toEqual([])
  await penyelia.dispose()
  await counter.context.close()
  await context.close()
})

test('expected waits are those of the tickets; screens, kiosks and printers with their last contact, what is broken first', async ({
  browser,
}) => {
  test.setTimeout(240_000)
  const admin = await hall.as('admin')
  const screen = await device(admin, 'display', 'Layar Lobi 1')
  const kiosk = await device(admin, 'kiosk', 'Anjungan 1', { printer: { kind: 'network', host: '127.0.0.1', port: 9, columns: 48 } })
  const away = await kiosk.open(browser)
  const lobby = await screen.open(browser)

  const counter = await hall.open(browser, '/counter', { as: 'petugas' })
  await openCounter(counter.page, '9')
  const { page, context, complaints } = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  const row = (id: string) => page.locator(`[data-test=device][data-device="${id}"]`)
  await expect(row(screen.deviceId)).toContainText('Tersambung sejak', { timeout: 20_000 })
  await expect(row(kiosk.deviceId)).toContainText('Tersambung sejak', { timeout: 20_000 })
  await away.close()
  await expect(row(kiosk.deviceId)).toContainText('Terputus sejak', { timeout: 20_000 })

  const issued = await admin.post(`${hall.url}/api/v1/branches/${hall.branch}/tickets`, {
    data: { services: ['BANKNTT.TELLER'] },
    headers: { 'Idempotency-Key': `expected-${Date.now()}` },
  })
  const { ahead, estimate } = (await issued.json()) as { ahead: number; estimate: { lowMinutes: number; highMinutes: number } }
  const expected = page.locator('[data-test=queue][data-service="BANKNTT.TELLER"] [data-test=expected]')
  // One is ahead more than of him who came last.
  await expect(page.locator('[data-test=queue][data-service="BANKNTT.TELLER"]')).toHaveAttribute('data-waiting', String(ahead + 1))
  const told = (await expected.textContent())?.trim() ?? ''
  const [low, high] = told.split(/\D+/).map(Number) as [number, number]
  expect(low).toBeGreaterThanOrEqual(estimate.lowMinutes)
  expect(high).toBe(Math.ceil((ahead + 2) * 5 * 1.6))
  await expect(page.locator('[data-test=queue][data-service="DINSOS.BANSOS"] [data-test=expected]')).toContainText('–')

  // After a minute the kiosk is missed: red, first, and with the way to it.
  const alert = page.locator(`[data-test=alert][data-kind=kioskLost][data-about="${kiosk.deviceId}"]`)
  await expect(alert).toContainText('Periksa listrik dan jaringan', { timeout: 100_000 })
  await expect(row(kiosk.deviceId)).toHaveAttribute('data-broken', 'true')
  // Nobody has touched the screen, so it is deaf.
  await expect(row(screen.deviceId)).toContainText('Bisu: sentuh layarnya sekali')
  await alert.getByRole('link').click()
  await expect(page.locator('#devices-title')).toBeInViewport()
  const began = page.locator('[data-test=happening][data-kind=alertBegan]')
  await expect(began.filter({ hasText: 'Anjungan 1 terputus' })).toHaveCount(1)
  await expect(began.filter({ hasText: 'Printer di Anjungan 1 bermasalah' }), 'by its name').toHaveCount(1)
  await look(page, 'live-devices-id')
  await page.getByRole('button', { name: 'English' }).click()
  await look(page, 'live-devices-en')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'live-devices-en-390')
  await page.locator('button[lang=id]').click()
  await look(page, 'live-devices-id-390')
  expect(complaints).toEqual([])
  await lobby.close()
  await admin.dispose()
  await counter.context.close()
  await context.close()
})
