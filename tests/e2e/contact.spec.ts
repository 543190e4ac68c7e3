import { expect, test } from 'playwright/test'
import { openCounter, TestHall } from './hall.ts'

const hall = new TestHall()
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
})
test.afterAll(() => hall.end())

test('SYNC2 SYNC3 screens say within 4 s that they lost contact, and show the truth again by themselves after a power cut', async ({
  browser,
}) => {
  const penyelia = await hall.as('penyelia')
  await hall.issue(penyelia, { services: ['DUKCAPIL.KK'] })
  await hall.issue(penyelia, { services: ['DUKCAPIL.KK'] })
  const display = await hall.open(browser, '/display', { as: 'penyelia', size: { width: 1920, height: 1080 } })
  const counter = await hall.open(browser, '/counter', { as: 'petugas' })
  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  await openCounter(counter.page, '3')
  await counter.page.keyboard.press('Space')
  await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-001')

  await hall.kill()
  for (const { page } of [display, counter, supervisor]) await expect(page.locator('[data-test=lost]')).toBeVisible({ timeout: 4_500 })
  await expect(counter.page.locator('[data-test=call-next]')).toHaveAttribute('aria-disabled', 'true')
  await expect(display.page.locator('[data-test=newest]'), 'no old number is passed off as live').toHaveCount(0)
  await expect(display.page.locator('[data-test=lost-seconds]')).not.toHaveText('0')
  await display.page.screenshot({ path: 'test-results/look/display-lost.png' })
  await counter.page.screenshot({ path: 'test-results/look/counter-lost.png' })
  await supervisor.page.screenshot({ path: 'test-results/look/supervisor-lost.png' })

  await hall.start()
  await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-001', { timeout: 8_000 })
  await expect(counter.page.locator('[data-test=lost]')).toHaveCount(0, { timeout: 8_000 })
  // AUTH1: nobody signs in again after a power cut.
  await counter.page.keyboard.press('Space')
  await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-002', { timeout: 3_000 })
  await expect(supervisor.page.locator('[data-test=queue][data-service="DUKCAPIL.KK"]')).toHaveAttribute('data-waiting', '0')
  for (const { context, complaints } of [display, counter, supervisor]) {
    expect(complaints).toEqual([])
    await context.close()
  }
  await penyelia.dispose()
})
