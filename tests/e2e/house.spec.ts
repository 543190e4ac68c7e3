import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { FakePrinter } from '../printing/fakePrinter.ts'
import { PASSWORD, TestHall } from './hall.ts'

const hall = new TestHall()
let printer: FakePrinter
test.beforeAll(async () => {
  printer = await FakePrinter.listen(48)
  await hall.start()
  await hall.addPeople()
})
test.afterAll(async () => {
  await hall.end()
  await printer.close()
})

const codeOn = async (page: Page): Promise<string> => {
  const shown = page.locator('[data-test=pairing-code]')
  await expect(shown).toBeVisible()
  return ((await shown.textContent()) ?? '').split(':').pop()?.trim() ?? ''
}
const looked = async (page: Page, name: string): Promise<void> => {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/${name}.png` })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), name).toBeLessThanOrEqual(0)
}

test('devices: contact and sound as they are, a test page, another machine in a kiosk’s place, and the end of a screen', async ({
  browser,
}) => {
  const admin = await hall.open(browser, '/admin#/house', { as: 'admin' })
  const part = (name: string) => admin.page.locator(`[data-test=${name}]`)
  await expect(part('no-devices')).toBeVisible()
  await looked(admin.page, 'house-empty-id')

  const display = await hall.open(browser, '/display?sound=off', { size: { width: 1280, height: 720 } })
  await part('pairing-code').fill(await codeOn(display.page))
  await part('device-name').fill('Layar Lobi 1')
  await part('create-device').click()
  const screenRow = part('device').filter({ hasText: 'Layar Lobi 1' })
  await expect(screenRow.locator('[data-weight=good]').first()).toContainText('Tersambung')

  const kiosk = await hall.open(browser, '/kiosk')
  await part('pairing-code').fill(await codeOn(kiosk.page))
  await part('device-kind').selectOption('kiosk')
  await part('device-name').fill('Anjungan 1')
  await part('printer-kind').selectOption('network')
  await part('printer-host').fill('127.0.0.1')
  await part('printer-port').fill(String(printer.port))
  await part('create-device').click()
  const kioskRow = part('device').filter({ hasText: 'Anjungan 1' })
  await kioskRow.locator('[data-test=test-page]').click()
  await expect(part('devices-told')).toContainText('sudah keluar', { timeout: 20_000 })
  printer.paper = 'out'
  await kioskRow.locator('[data-test=test-page]').click()
  await expect(part('devices-problem')).toBeVisible({ timeout: 20_000 })
  await expect(kioskRow.locator('[data-weight=broken]'), 'stands out').toContainText('Kertas habis', { timeout: 20_000 })
  await looked(admin.page, 'house-id')

  const other = await hall.open(browser, '/kiosk')
  await kioskRow.locator('[data-test=change-screen]').click()
  await part('anew').click()
  await part('anew-code').fill(await codeOn(other.page))
  await looked(admin.page, 'house-change-id')
  await part('pair-anew').click()
  await expect(kiosk.page.locator('[data-test=pairing-code]'), 'the old machine is out').toBeVisible({ timeout: 15_000 })
  await expect(other.page.locator('[data-test=pairing-code]')).toBeHidden()
  await expect(kioskRow.locator('[data-test=contact]')).toContainText('Tersambung')

  await display.context.close()
  await expect(screenRow.locator('[data-test=contact] [data-weight=broken]')).toContainText('Terputus', { timeout: 20_000 })
  await screenRow.locator('[data-test=change-screen]').click()
  await part('revoke').click()
  await part('revoke-yes').click()
  await expect(screenRow).toHaveCount(0)
  await admin.page.setViewportSize({ width: 390, height: 844 })
  await admin.page.getByRole('button', { name: 'English' }).click()
  await looked(admin.page, 'house-en-390')
  expect([...admin.complaints, ...kiosk.complaints, ...other.complaints]).toEqual([])
  for (const { context } of [admin, kiosk, other]) await context.close()
})

test('users: sixty are found, one is made, changed, switched off within a second, on again, and deleted after a question', async ({
  browser,
}) => {
  const api = await hall.as('admin')
  const names = Array.from({ length: 56 }, (_, at) => `petugas-${String(at + 10)}`)
  for (const username of names)
    expect(
      (
        await api.post(`${hall.url}/api/v1/users`, {
          data: { username, name: `Petugas ${username.slice(8)}`, role: 'officer', password: PASSWORD, branch: 'uji', counters: ['3'] },
        })
      ).status(),
    ).toBe(201)
  const admin = await hall.open(browser, '/admin#/people', { as: 'admin', size: { width: 1920, height: 1080 } })
  const part = (name: string) => admin.page.locator(`[data-test=${name}]`)
  await expect(part('users-found')).toHaveText('60 dari 60')
  await looked(admin.page, 'people-id-1080')
  await part('add-user').click()
  await part('new-username').fill('petugas')
  await part('new-name').fill('Meja Bantuan')
  await part('new-role').selectOption('desk')
  await part('create-user').click()
  await expect(part('new-username-wrong'), 'beside its field').toContainText('sudah dipakai')
  await looked(admin.page, 'people-new-id')
  await part('new-username').fill('meja')
  await part('create-user').click()
  const password = (await part('handed-password').textContent()) ?? ''
  expect(password).toMatch(/^[a-z]{6}-[a-z]{6}-[a-z]{6}-\d\d$/)

  const desk = await hall.open(browser, '/desk')
  const signIn = async () => {
    await desk.page.locator('[name=username]').fill('meja')
    await desk.page.locator('[name=password]').fill(password)
    await desk.page.locator('[data-test=sign-in]').click()
  }
  await signIn()
  await expect(desk.page.locator('[name=username]')).toBeHidden()
  await part('search-user').fill('meja')
  await expect(part('user')).toHaveCount(1)
  await looked(admin.page, 'people-handed-id')
  const state = async () => (await desk.context.request.get(`${hall.url}/api/v1/sessions/current`)).status()
  expect(await state()).toBe(200)
  await part('change-user').click()
  await part('disable').click()
  await looked(admin.page, 'people-sure-id')
  await part('disable-yes').click()
  await expect(part('disabled')).toBeVisible()
  await expect.poll(state, { timeout: 1_000 }).toBe(401)
  await desk.page.goto('/desk')
  await signIn()
  await expect(desk.page.locator('[data-test=sign-in-problem]')).toContainText('dinonaktifkan')
  await part('change-user').click()
  await part('enable').click()
  await expect(part('disabled')).toHaveCount(0)
  await signIn()
  await expect(desk.page.locator('[name=username]')).toBeHidden()
  await part('change-user').click()
  await part('delete-user').click()
  await part('delete-user-yes').click()
  await expect(part('user')).toHaveCount(0)
  await part('search-user').fill('admin')
  await part('change-user').click()
  await expect(part('disable'), 'nobody switches himself off').toHaveCount(0)
  await admin.page.keyboard.press('Escape')
  await part('search-user').fill('')
  await admin.page.setViewportSize({ width: 390, height: 844 })
  await admin.page.getByRole('button', { name: 'English' }).click()
  await looked(admin.page, 'people-en-390')
  expect([...admin.complaints, ...desk.complaints]).toEqual([])
  await admin.context.close()
  await desk.context.close()
  await api.dispose()
})
