import { expect, test } from 'playwright/test'
import { PASSWORD, TestHall } from './hall.ts'

const hall = new TestHall({})
test.beforeAll(() => hall.start())
test.afterAll(() => hall.end())

test('the first admin sets his password through the printed link, then pairs a display by its code and revokes it', async ({ browser }) => {
  await expect.poll(() => /#setup=\S+/.exec(hall.output)?.[0]).toBeTruthy()
  const link = `/admin${/#setup=\S+/.exec(hall.output)?.[0] ?? ''}`
  const admin = await hall.open(browser, link)
  await admin.page.locator('[data-test=password]').fill(PASSWORD)
  await admin.page.locator('[data-test=password-again]').fill(PASSWORD)
  await admin.page.locator('[data-test=set-up]').click()
  await expect(admin.page.locator('[data-test=user]').first()).toContainText('admin')
  expect(admin.page.url(), 'the token does not stay in the address').not.toContain('setup')

  const display = await hall.open(browser, '/display', { size: { width: 1280, height: 720 } })
  const shown = display.page.locator('[data-test=pairing-code]')
  await expect(shown).toBeVisible()
  const code = ((await shown.textContent()) ?? '').split(':').pop()?.trim() ?? ''
  await admin.page.locator('[data-test=pairing-code]').fill(code)
  await admin.page.locator('[data-test=device-name]').fill('Layar Lobi 1')
  await admin.page.locator('[data-test=create-device]').click()
  await expect(admin.page.locator('[data-test=device]')).toContainText('Layar Lobi 1')
  await expect(display.page.locator('[data-contact=live]')).toBeVisible()
  await display.page.reload()
  await expect(display.page.locator('[data-contact=live]')).toBeVisible()

  admin.page.once('dialog', (dialog) => void dialog.accept())
  await admin.page.locator('[data-test=revoke]').click()
  await expect(shown, 'a revoked screen asks to be paired again').toBeVisible()

  await admin.page.locator('[data-test=configuration]').fill('{"id": "uji"}')
  await admin.page.locator('[data-test=save-configuration]').click()
  expect(await admin.page.locator('[data-test=mistakes] li').count(), 'all mistakes at once').toBeGreaterThan(1)
  expect([...admin.complaints, ...display.complaints]).toEqual([])
  await admin.context.close()
  await display.context.close()
})
