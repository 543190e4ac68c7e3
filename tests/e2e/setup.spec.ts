import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { FakePrinter } from '../printing/fakePrinter.ts'
import { PASSWORD, TestHall } from './hall.ts'

/** As a new user finds it: no administrator, and the branch that the product comes with. */
const hall = new TestHall({
  environment: { BRANCH_FILE: fileURLToPath(new URL('../../server/branches/mpp-kupang.json', import.meta.url)) },
})
/** How long a person who types with two fingers takes for a character. */
const TYPED_MS = 150
let printer: FakePrinter
test.beforeAll(async () => {
  printer = await FakePrinter.listen(48)
  await hall.start()
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
const picture = async (page: Page, name: string): Promise<void> => {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/${name}.png`, fullPage: true })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), name).toBeLessThanOrEqual(0)
}

test('from nothing to a printed and called number in under five minutes, through the browser alone', async ({ browser }) => {
  test.setTimeout(360_000)
  await expect.poll(() => /#setup=\S+/.exec(hall.output)?.[0]).toBeTruthy()
  const admin = await hall.open(browser, `/admin${/#setup=\S+/.exec(hall.output)?.[0] ?? ''}`)
  const part = (name: string) => admin.page.locator(`[data-test=${name}]`)
  await picture(admin.page, 'setup-password-id')
  const startedMs = performance.now()
  const typed = (name: string, text: string) => part(name).pressSequentially(text, { delay: TYPED_MS })
  await typed('password', 'pendek')
  await part('set-up').click()
  await expect(part('wrong-password'), 'said beside the field').toBeVisible()
  await expect(part('password')).toBeFocused()
  await part('password').fill('')
  await typed('password', PASSWORD)
  await typed('password-again', 'rahasia lain')
  await part('set-up').click()
  await expect(part('wrong-again'), 'said beside the field').toBeVisible()
  await picture(admin.page, 'setup-password-wrong-id')
  await part('password-again').fill('')
  await typed('password-again', PASSWORD)
  await part('set-up').click()
  await expect(part('setup-left')).toHaveText('Belum selesai: 4 langkah')
  expect(admin.page.url(), 'the token does not stay in the address').not.toContain('setup=')

  await expect(part('setup-branch')).toBeVisible()
  await picture(admin.page, 'setup-branch-id')
  await part('setup-name').fill('')
  await part('setup-branch').click()
  await expect(admin.page.locator('.mistake').first(), 'said beside the field').toBeVisible()
  await typed('setup-name', 'Mal Pelayanan Publik Uji')
  await part('setup-branch').click()
  await expect(part('step-branch')).toHaveAttribute('data-progress', 'done')

  await expect(part('create-user')).toBeVisible()
  await admin.page.reload()
  await expect(part('setup-left'), 'survives a reload').toHaveText('Belum selesai: 3 langkah')
  await typed('new-username', 'petugas')
  await typed('new-name', 'Petugas Satu')
  await admin.page.locator('[data-test=new-counter][value="3"]').check()
  await picture(admin.page, 'setup-officer-id')
  await part('create-user').click()
  const password = (await part('handed-password').textContent()) ?? ''
  await picture(admin.page, 'setup-officer-handed-id')
  await part('officer-next').click()

  const display = await hall.open(browser, '/display?sound=off', { size: { width: 1280, height: 720 } })
  await typed('pairing-code', 'AAAA-AAAA')
  await part('create-device').click()
  await expect(part('code-wrong')).toBeVisible()
  await picture(admin.page, 'setup-screen-wrong-id')
  await part('pairing-code').fill('')
  await typed('pairing-code', await codeOn(display.page))
  await part('create-device').click()
  await expect(display.page.locator('[data-contact=live]')).toBeVisible()
  await part('screen-next').click()

  const kiosk = await hall.open(browser, '/kiosk', { size: { width: 1080, height: 1920 } })
  await typed('pairing-code', await codeOn(kiosk.page))
  await part('printer-kind').selectOption('network')
  await typed('printer-host', '127.0.0.1')
  await part('printer-port').fill('')
  await typed('printer-port', String(printer.port))
  await picture(admin.page, 'setup-kiosk-id')
  await part('create-device').click()
  await part('setup-test-page').click()
  await expect(part('test-page-done')).toBeVisible({ timeout: 20_000 })
  expect(printer.slips.length).toBe(1)
  await expect(part('kiosk-there')).toBeVisible()
  await picture(admin.page, 'setup-kiosk-printed-id')
  await part('kiosk-next').click()
  await expect(part('setup-left')).toHaveText('Tidak ada langkah yang tersisa.')
  await expect(part('address')).toHaveCount(7)
  await picture(admin.page, 'setup-ready-id')
  await admin.page.setViewportSize({ width: 390, height: 844 })
  await admin.page.getByRole('button', { name: 'English' }).click()
  await picture(admin.page, 'setup-ready-en-390')

  // Whatever the hour is here: the hall's own hours would say no at night.
  const supervisor = await hall.open(browser, '/supervisor#hari-ini')
  await supervisor.page.locator('[name=username]').pressSequentially('admin', { delay: TYPED_MS })
  await supervisor.page.locator('[name=password]').pressSequentially(PASSWORD, { delay: TYPED_MS })
  await supervisor.page.locator('[data-test=sign-in]').click()
  await supervisor.page.locator('[data-test=day-open-all]').click()
  await supervisor.page.locator('dialog[open] [type=submit]').click()
  await expect(supervisor.page.locator('[data-test=day-override]')).toBeVisible()

  const officer = await hall.open(browser, '/counter')
  await officer.page.locator('[name=username]').pressSequentially('petugas', { delay: TYPED_MS })
  await officer.page.locator('[name=password]').pressSequentially(password, { delay: TYPED_MS })
  await officer.page.locator('[data-test=sign-in]').click()
  await officer.page.locator('[data-test=counter][data-counter="3"]').click()
  await officer.page.locator('[data-test=open]').click()

  await kiosk.page.locator('[data-agency=DUKCAPIL]').click()
  await kiosk.page.locator('[data-code="DUKCAPIL.KK"]').click()
  await kiosk.page.locator('[data-test=take]').click()
  const issued = kiosk.page.locator('[data-test=issued]')
  await expect(issued).toHaveAttribute('data-paper', 'printed', { timeout: 20_000 })
  const number = (await issued.getAttribute('data-number')) ?? ''
  expect(printer.numbers).toEqual([{ number, isCopy: false }])
  await officer.page.locator('[data-test=call-next]').click()
  await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', number)
  const minutes = (performance.now() - startedMs) / 60_000
  console.info(`from the set-up link to the first called number, pictures and checks included: ${minutes.toFixed(1)} min`)
  expect(minutes).toBeLessThan(5)

  expect([...admin.complaints, ...display.complaints, ...kiosk.complaints, ...supervisor.complaints, ...officer.complaints]).toEqual([])
  for (const { context } of [admin, display, kiosk, supervisor, officer]) await context.close()
})
