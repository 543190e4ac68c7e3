import { AxeBuilder } from '@axe-core/playwright'
import { type APIRequestContext, expect, type Page, test } from 'playwright/test'
import { openCounter, PASSWORD, TestHall } from './hall.ts'

const hall = new TestHall()
let admin: APIRequestContext
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
  admin = await hall.as('admin')
})
test.afterAll(async () => {
  await admin.dispose()
  await hall.end()
})

const LAPTOP = { width: 1366, height: 768 }
const PHONE = { width: 390, height: 844 }
const looked = async (page: Page, name: string): Promise<void> => {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/${name}.png` })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), name).toBeLessThanOrEqual(0)
}
/** In both languages, on a laptop and a phone. */
const lookedAllOver = async (page: Page, name: string): Promise<void> => {
  for (const [language, button] of [
    ['id', 'English'],
    ['en', 'Bahasa Indonesia'],
  ] as const) {
    for (const size of [LAPTOP, PHONE]) {
      await page.setViewportSize(size)
      await looked(page, `${name}-${language}-${size.width}`)
    }
    await page.setViewportSize(LAPTOP)
    await page.getByRole('button', { name: button }).click()
  }
}

test('a coordinator: made by the admin, sees his agency alone, pauses it with a text, changes its part, and is told when it is gone', async ({
  browser,
}) => {
  // Two dozen pictures, each looked over by axe.
  test.setTimeout(180_000)

  // --- the admin makes him
  const boss = await hall.open(browser, '/admin#/people', { as: 'admin' })
  const of = (name: string) => boss.page.locator(`[data-test=${name}]`)
  await of('add-user').click()
  await of('new-username').fill('koordinator')
  await of('new-name').fill('Koordinator Dukcapil')
  await of('new-role').selectOption('coordinator')
  await of('new-password').fill(PASSWORD)
  await of('create-user').click()
  await expect(of('new-agency'), 'no coordinator without an agency').toBeFocused()
  await of('new-agency').selectOption('DUKCAPIL')
  await looked(boss.page, 'people-coordinator-new-id')
  await of('create-user').click()
  await expect(of('hand-over')).toContainText('/agency')
  const row = of('user').filter({ hasText: 'Koordinator Dukcapil' })
  await expect(row).toContainText('Koordinator instansi')
  await expect(row).toContainText('Dukcapil')

  // --- a morning
  await hall.issue(admin, { services: ['DUKCAPIL.KK'] })
  await hall.issue(admin, { services: ['DUKCAPIL.REKAM'] })
  await hall.issue(admin, { services: ['DUKCAPIL.KK'] })
  await hall.issue(admin, { services: ['BANKNTT.TELLER'] })
  const officer = await hall.open(browser, '/counter', { as: 'petugas' })
  await openCounter(officer.page, '3')
  await officer.page.locator('[data-test=call-next]').click()
  await expect(officer.page.locator('[data-test=call-next]')).toBeEnabled()

  // --- he signs in at his own page
  const seat = await hall.open(browser, '/agency')
  const part = (name: string) => seat.page.locator(`[data-test=${name}]`)
  await seat.page.locator('[name=username]').fill('koordinator')
  await seat.page.locator('[name=password]').fill(PASSWORD)
  await seat.page.keyboard.press('Enter')
  const service = (code: string) => seat.page.locator(`[data-test=service][data-service="${code}"]`)
  await expect(service('DUKCAPIL.KK').locator('[data-test=waiting]')).toHaveText('1 menunggu')
  await expect(seat.page.locator('[data-test=counter]')).toHaveCount(2)
  await expect(seat.page.locator('[data-test=counter][data-counter="3"]')).toContainText('B-001')
  await expect(seat.page.locator('[data-test=counter][data-counter="3"]')).toContainText('petugas')
  expect(await seat.page.locator('body').textContent(), 'nothing of other agencies').not.toMatch(/Bank NTT|Dinas Sosial|E-001/)
  await lookedAllOver(seat.page, 'agency-today')

  // --- he pauses and resumes, by keyboard
  await part('pause-agency').focus()
  await seat.page.keyboard.press('Enter')
  await part('prepared-text').first().click()
  await looked(seat.page, 'agency-pause-id')
  await part('reason').press('Enter')
  await expect(service('DUKCAPIL.KK')).toHaveAttribute('data-override', 'paused')
  await expect(service('DUKCAPIL.REKAM').locator('[data-test=state]').first()).toContainText('Sistem instansi gangguan')
  await lookedAllOver(seat.page, 'agency-paused')
  await part('resume-agency').click()
  await expect(service('DUKCAPIL.KK')).toHaveAttribute('data-override', '')
  await service('DUKCAPIL.REKAM').locator('[data-test=close-service]').click()
  await looked(seat.page, 'agency-close-id')
  await part('submit').click()
  await expect(service('DUKCAPIL.REKAM')).toHaveAttribute('data-open', 'false')
  await service('DUKCAPIL.REKAM').locator('[data-test=reopen-service]').click()
  await expect(service('DUKCAPIL.REKAM')).toHaveAttribute('data-open', 'true')

  // --- he changes his part
  await part('part-services').click()
  await seat.page.getByRole('link', { name: 'Kartu Keluarga' }).first().click()
  const field = (path: string) => seat.page.locator(`[data-path="agencies.0.services.0.${path}"]:is(input)`)
  await field('averageMinutes').fill('-3')
  await expect(seat.page.locator('[data-test=mistake]').first()).toBeVisible()
  await lookedAllOver(seat.page, 'agency-part-wrong')
  await field('averageMinutes').fill('12')
  await field('fee.id').fill('Tanpa biaya')
  await expect(part('mistake')).toHaveCount(0)
  await part('save-part').click()
  await expect(part('part-told')).toContainText('Tersimpan')
  const changed = (await (await admin.get(`${hall.url}/api/v1/branches/uji/configuration`)).json()) as {
    agencies: { short: string; services: { averageMinutes: number; fee?: unknown }[] }[]
  }
  expect(changed.agencies[0]?.services[0]).toMatchObject({ averageMinutes: 12, fee: { id: 'Tanpa biaya', en: 'Free' } })
  await boss.page.goto('/admin#/history')
  await expect(boss.page.locator('main')).toContainText('koordinator')

  // --- the admin changes the same part meanwhile
  await field('averageMinutes').fill('15')
  await expect(part('part-bar')).toBeVisible()
  const [own] = changed.agencies
  const agencies = [{ ...own, services: [{ ...own?.services[0], averageMinutes: 20 }, own?.services[1]] }, ...changed.agencies.slice(1)]
  expect((await admin.put(`${hall.url}/api/v1/branches/uji/configuration`, { data: { ...changed, agencies } })).status()).toBe(200)
  await expect(part('part-told'), 'told, with what both changed').toContainText('digabung')
  await expect(seat.page.locator('[data-test=change]')).toContainText('20')
  await lookedAllOver(seat.page, 'agency-part-merged')
  await seat.page.locator('[data-test=drop-change]').click()
  await expect(field('averageMinutes')).toHaveValue('20')
  await expect(part('part-bar')).toBeHidden()

  // --- no other page is his
  await seat.page.goto('/supervisor')
  await expect(part('own-page')).toHaveAttribute('href', '/agency')
  await part('own-page').click()
  await expect(service('DUKCAPIL.KK')).toBeVisible()

  // --- the server goes, and comes back
  await hall.kill()
  await expect(part('lost')).toBeVisible({ timeout: 20_000 })
  await looked(seat.page, 'agency-lost-id')
  await hall.start()
  await expect(part('lost')).toBeHidden({ timeout: 20_000 })

  // --- his agency is gone
  const now = (await (await admin.get(`${hall.url}/api/v1/branches/uji/configuration`)).json()) as Record<string, never[]>
  const spare = { id: 'SAMSAT', name: 'Samsat', short: 'Samsat', prefix: 'S', services: [] }
  const put = (list: object[]) => admin.put(`${hall.url}/api/v1/branches/uji/configuration`, { data: { ...now, agencies: list } })
  expect((await put([...(now['agencies'] as object[]), spare])).status()).toBe(200)
  expect((await admin.patch(`${hall.url}/api/v1/users/koordinator`, { data: { agency: 'SAMSAT' } })).status()).toBe(200)
  await expect(seat.page.locator('[name=username]'), 'another agency, another session').toBeVisible({ timeout: 20_000 })
  await seat.page.locator('[name=username]').fill('koordinator')
  await seat.page.locator('[name=password]').fill(PASSWORD)
  await seat.page.keyboard.press('Enter')
  await expect(seat.page.locator('h1')).toContainText('Samsat')
  await looked(seat.page, 'agency-empty-id')
  expect((await put(now['agencies'] as object[])).status()).toBe(200)
  await expect(part('gone')).toContainText('SAMSAT')
  await lookedAllOver(seat.page, 'agency-gone')

  // --- and the admin sees it
  await boss.page.goto('/admin#/people')
  await boss.page.reload()
  await expect(row.locator('[data-test=agency-lost]')).toBeVisible()
  await lookedAllOver(boss.page, 'people-coordinator')
  await row.locator('[data-test=change-user]').click()
  await expect(of('agency-gone')).toBeVisible()
  await looked(boss.page, 'people-coordinator-gone-id')
  await of('disable').click()
  await of('disable-yes').click()
  await expect(row.locator('[data-test=disabled]')).toBeVisible()
  await expect(seat.page.locator('[name=username]'), 'switched off: signed out').toBeVisible({ timeout: 20_000 })
  expect([...boss.complaints, ...seat.complaints]).toEqual([])
  for (const { context } of [boss, seat, officer]) await context.close()
})
