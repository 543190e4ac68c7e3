import { join } from 'node:path'
import { expect, test } from 'playwright/test'
import { makePicture } from './boardMedia.ts'
import { openCounter, TestHall } from './hall.ts'

const hall = new TestHall()
test.beforeAll(async ({ browser }) => {
  await makePicture(browser, join(hall.dataDir, 'media', 'uji', 'poster.png'))
  await hall.start()
  await hall.addPeople()
})
test.afterAll(() => hall.end())

test('SHOW4 SHOW5 a screen is paired with name, zone and layout, shows the house’s pictures, makes room for a call, and follows what the admin changes', async ({
  browser,
}) => {
  const screen = await hall.open(browser, '/display?sound=off', { size: { width: 1920, height: 1080 } })
  const shown = screen.page.locator('[data-test=pairing-code]')
  await expect(shown).toBeVisible()
  await screen.page.screenshot({ path: 'test-results/look/board-pairing-id-1080.png' })
  const code = ((await shown.textContent()) ?? '').split(':').pop()?.trim() ?? ''

  const admin = await hall.open(browser, '/admin#/house', { as: 'admin' })
  await admin.page.locator('[data-test=pairing-code]').fill(code)
  await admin.page.locator('[data-test=device-name]').fill('Layar Lobi 1')
  await admin.page.locator('[data-test=screen-layout]').selectOption('media')
  await admin.page.locator('input[type=checkbox][value=A]').check()
  await admin.page.locator('[data-test=create-device]').click()

  const board = screen.page.locator('[data-test=board]')
  await expect(board).toHaveAttribute('data-contact', 'live')
  await expect(board).toHaveAttribute('data-scene', 'gallery')
  const picture = screen.page.locator('[data-test=media] img')
  await expect.poll(() => picture.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(1600)
  await expect(screen.page.locator('[data-test=waiting]')).toHaveCount(1)
  await screen.page.screenshot({ path: 'test-results/look/board-paired-id-1080.png' })

  const penyelia = await hall.as('penyelia')
  await hall.issue(penyelia, { services: ['DUKCAPIL.KK'] })
  const counter = await hall.open(browser, '/counter', { as: 'petugas' })
  await openCounter(counter.page, '3')
  await counter.page.locator('[data-test=call-next]').click()
  await expect(screen.page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-001', { timeout: 2_000 })
  await expect(board).toHaveAttribute('data-scene', 'calls')

  await admin.page.locator('[data-test=change-screen]').click()
  await expect(admin.page.locator('[data-test=screen-name]')).toHaveValue('Layar Lobi 1')
  await admin.page.screenshot({ path: 'test-results/look/admin-screen-id.png' })
  await admin.page.locator('dialog [data-test=screen-layout]').selectOption('counters')
  await admin.page.locator('dialog [data-test=screen-theme]').selectOption('light')
  await admin.page.locator('dialog input[type=checkbox][value=A]').uncheck()
  await admin.page.locator('[data-test=save-screen]').click()
  await expect(board).toHaveAttribute('data-scene', 'grid', { timeout: 10_000 })
  await expect(screen.page.locator('html')).toHaveAttribute('data-theme', 'light')
  await expect(screen.page.locator('[data-test=board-counter]'), 'all zones now').toHaveCount(4, { timeout: 10_000 })

  // As it was, before anything has arrived from the server.
  await screen.page.reload()
  await expect(board).toHaveAttribute('data-scene', 'grid')
  await admin.page.locator('[data-test=change-screen]').click()
  await admin.page.locator('[data-test=revoke]').click()
  await admin.page.locator('[data-test=revoke-yes]').click()
  await expect(shown, 'revoked: back to the code').toBeVisible({ timeout: 10_000 })
  expect([...screen.complaints, ...admin.complaints]).toEqual([])
  for (const { context } of [screen, admin, counter]) await context.close()
  await penyelia.dispose()
})
