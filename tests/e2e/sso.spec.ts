import { createServer } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import { type APIRequestContext, type Browser, expect, type Page, test } from 'playwright/test'
import { CLIENT, SsoProvider } from '../http/ssoProvider.ts'
import { type OpenPage, PASSWORD, TestHall } from './hall.ts'

/** Another host than the hall's: browsers treat it as another site, as it is in a house. */
const providerPort = await new Promise<number>((resolve) => {
  const probe = createServer()
  probe.listen(0, '127.0.0.1', () => {
    const { port } = probe.address() as { port: number }
    probe.close(() => resolve(port))
  })
})
const hall = new TestHall({
  adminPassword: PASSWORD,
  environment: {
    OIDC_ISSUER: `http://localhost:${providerPort}`,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    OIDC_LABEL: 'SSO Kota',
  },
})
const PEOPLE = { 's-petugas': { preferred_username: 'petugas.kota' }, 's-asing': { preferred_username: 'asing' } }
let provider: SsoProvider
let admin: APIRequestContext
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
  admin = await hall.as('admin')
  provider = await openProvider()
})
test.afterAll(async () => {
  await admin.dispose()
  await hall.end()
  await provider.close()
})
const openProvider = () => SsoProvider.open(PEOPLE, `${hall.url}/api/v1/sso/callback`, {}, providerPort)
const change = async (username: string, body: object): Promise<void> =>
  expect((await admin.patch(`${hall.url}/api/v1/users/${username}`, { data: body })).status()).toBe(200)

const LAPTOP = { width: 1366, height: 768 }
const PHONE = { width: 390, height: 844 }
const looked = async (page: Page, name: string): Promise<void> => {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/${name}.png` })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), name).toBeLessThanOrEqual(0)
}
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
/** A browser that goes to the provider from this page of ours and signs in there as this person; null: says no. */
async function come(browser: Browser, path: string, sub: string | null): Promise<OpenPage> {
  const seat = await hall.open(browser, path)
  await seat.page.locator('[data-test=sso]').click()
  if (sub === null) await seat.page.getByRole('link', { name: 'Batal' }).click()
  else {
    await seat.page.locator('[name=sub]').fill(sub)
    await seat.page.keyboard.press('Enter')
  }
  return seat
}
const problem = (page: Page) => page.locator('[data-test=sign-in-problem]')

test('an officer signs in at the provider by keyboard, and comes back to the page that he was at', async ({ browser }) => {
  await change('petugas', { ssoName: 'petugas.kota' })
  const seat = await hall.open(browser, '/counter?branch=uji#loket')
  await expect(seat.page.locator('[data-test=sso]')).toHaveText('Masuk dengan SSO Kota')
  await lookedAllOver(seat.page, 'sso-sign-in')
  await seat.page.locator('[data-test=sso]').focus()
  await seat.page.keyboard.press('Enter')
  await expect(seat.page.locator('[name=sub]')).toBeFocused()
  expect(new URL(seat.page.url()).hostname, 'another site').toBe('localhost')
  await seat.page.keyboard.type('s-petugas')
  await seat.page.keyboard.press('Enter')
  await expect(seat.page.locator('[data-test=counter]').first()).toBeVisible()
  expect(seat.page.url()).toBe(`${hall.url}/counter?branch=uji#loket`)
  const [cookie] = (await seat.context.cookies(hall.url)).filter(({ name }) => name === 'panggil_session')
  expect([cookie?.httpOnly, cookie?.sameSite]).toEqual([true, 'Strict'])
  await seat.page.reload()
  await expect(seat.page.locator('[data-test=counter]').first(), 'still in').toBeVisible()
  expect(seat.complaints).toEqual([])
  await seat.context.close()
})

test('whoever is not let in is told why and what to do, and the password stays the other way', async ({ browser }) => {
  const stranger = await come(browser, '/supervisor', 's-asing')
  await expect(problem(stranger.page)).toContainText('belum terdaftar di sini')
  expect(stranger.page.url()).toBe(`${hall.url}/supervisor`)
  await lookedAllOver(stranger.page, 'sso-unknown')

  const unwilling = await come(browser, '/counter', null)
  await expect(problem(unwilling.page)).toContainText('dibatalkan atau ditolak')
  await looked(unwilling.page, 'sso-refused-id')

  // A page that was left open since the morning.
  const late = await hall.open(browser, '/counter')
  await late.page.goto(`${hall.url}/api/v1/sso/callback?code=x&state=${'y'.repeat(43)}`)
  await expect(problem(late.page)).toContainText('kedaluwarsa')
  await looked(late.page, 'sso-expired-id')

  await change('petugas', { ssoName: 'petugas.kota', isDisabled: true })
  const off = await come(browser, '/counter', 's-petugas')
  await expect(problem(off.page)).toBeVisible()
  await looked(off.page, 'sso-disabled-id')
  await change('petugas', { isDisabled: false, isSsoOnly: true })
  await off.page.locator('[name=username]').fill('petugas')
  await off.page.locator('[name=password]').fill(PASSWORD)
  await off.page.keyboard.press('Enter')
  await expect(problem(off.page)).toContainText('tanpa kata sandi')
  await looked(off.page, 'sso-only-id')

  await provider.close()
  // What answered a moment ago is not asked again at once.
  await expect
    .poll(async () => (await fetch(`${hall.url}/api/v1/sso/start`, { redirect: 'manual' })).headers.get('location'), { timeout: 20_000 })
    .toContain('sso=sso-away')
  await unwilling.page.locator('[data-test=sso]').click()
  await expect(problem(unwilling.page)).toContainText('tidak menjawab')
  await lookedAllOver(unwilling.page, 'sso-away')
  await unwilling.page.locator('[name=username]').fill('petugas2')
  await unwilling.page.locator('[name=password]').fill(PASSWORD)
  await unwilling.page.keyboard.press('Enter')
  await expect(unwilling.page.locator('[data-test=counter]').first()).toBeVisible()
  provider = await openProvider()
  for (const { context, complaints } of [stranger, unwilling, late, off]) {
    expect(complaints).toEqual([])
    await context.close()
  }
})

test('an admin says by what single sign-on knows somebody, and that his password opens nothing', async ({ browser }) => {
  await change('petugas', { isSsoOnly: false, ssoName: 'petugas.kota' })
  const boss = await hall.open(browser, '/admin#/people', { as: 'admin' })
  const part = (name: string) => boss.page.locator(`[data-test=${name}]`)
  const row = part('user').filter({ hasText: 'Petugas Dua' })
  await row.locator('[data-test=change-user]').click()
  await part('sso-name').fill('Petugas.Kota')
  await part('save-user').click()
  await expect(part('sso-name-wrong')).toBeVisible()
  await looked(boss.page, 'people-sso-taken-id')
  await part('sso-name').fill('petugas2.kota')
  await part('sso-only').check()
  await looked(boss.page, 'people-sso-only-id')
  await part('save-user').click()
  await expect(row.locator('[data-test=sso-badge]')).toBeVisible()
  await lookedAllOver(boss.page, 'people-sso')
  await row.locator('[data-test=change-user]').click()
  await part('sso-only').uncheck()
  await part('sso-name').fill('')
  await part('save-user').click()
  await expect(row.locator('[data-test=sso-badge]')).toHaveCount(0)
  await part('user').filter({ hasText: 'Admin' }).locator('[data-test=change-user]').click()
  await expect(part('sso-name'), 'one’s own password stays').toBeVisible()
  await expect(part('sso-only')).toHaveCount(0)
  expect(boss.complaints).toEqual([])
  await boss.context.close()
})
