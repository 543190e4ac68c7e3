import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { openCounter, TestHall } from './hall.ts'

const hall = new TestHall()
test.beforeAll(async () => {
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
