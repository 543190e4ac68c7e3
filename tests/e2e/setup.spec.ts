import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { FakePrinter } from '../printing/fakePrinter.ts'
import { PASSWORD, TestHall } from './hall.ts'

const hall = new TestHall({})
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

test('from nothing to a printed and called number, through the browser alone', async ({ browser }) => {
  test.setTimeout(120_000)
  await expect.poll(() => /#setup=\S+/.exec(hall.output)?.[0]).toBeTruthy()
  const admin = await hall.open(browser, `/admin${/#setup=\S+/.exec(hall.output)?.[0] ?? ''}`)
  const part = (name: string) => admin.page.locator(`[data-test=${name}]`)
  await picture(admin.page, 'setup-password-id')
  await part('password').fill(PASSWORD)
  await part('password-again').fill(PASSWORD)
  await part('set-up').click()
  await expect(part('setup-left')).toHaveText('Belum selesai: 4 langkah')
  expect(admin.page.url(), 'the token does not stay in the address').not.toContain('setup=')

  await expect(part('setup-branch')).toBeVisible()
  await picture(admin.page, 'setup-branch-id')
  await part('setup-name').fill('')
  await part('setup-branch').click()
  await expect(admin.page.locator('.mistake').first(), 'said beside the field').toBeVisible()
  await part('setup-name').fill('Mal Pelayanan Publik Uji')
  await part('setup-time-zone').selectOption('Asia/Jayapura')
  await part('setup-branch').click()
  await expect(part('step-branch')).toHaveAttribute('data-progress', 'done')

  await expect(part('create-user')).toBeVisible()
  await admin.page.reload()
  await expect(part('setup-left'), 'survives a reload').toHaveText('Belum selesai: 3 langkah')
  await part('new-username').fill('petugas')
  await part('new-name').fill('Petugas Satu')
  await admin.page.locator('[data-test=new-counter][value="3"]').check()
  await picture(admin.page, 'setup-officer-id')
  await part('create-user').click()
  const password = (await part('handed-password').textContent()) ?? ''
  await picture(admin.page, 'setup-officer-handed-id')
  await part('officer-next').click()

  const display = await hall.open(browser, '/display?sound=off', { size: { width: 1280, height: 720 } })
  await part('pairing-code').fill('AAAA-AAAA')
  await part('create-device').click()
  await expect(part('code-wrong')).toBeVisible()
  await picture(admin.page, 'setup-screen-wrong-id')
  await part('pairing-code').fill(await codeOn(display.page))
  await part('create-device').click()
  await expect(display.page.locator('[data-contact=live]')).toBeVisible()
  await part('screen-next').click()

  const kiosk = await hall.open(browser, '/kiosk', { size: { width: 1080, height: 1920 } })
  await part('pairing-code').fill(await codeOn(kiosk.page))
  await part('printer-kind').selectOption('network')
  await part('printer-host').fill('127.0.0.1')
  await part('printer-port').fill(String(printer.port))
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

  const officer = await hall.open(browser, '/counter')
  await officer.page.locator('[name=username]').fill('petugas')
  await officer.page.locator('[name=password]').fill(password)
  await officer.page.locator('[data-test=sign-in]').click()
  const device = (await (await admin.context.request.get(`${hall.url}/api/v1/branches/uji/devices`)).json()) as {
    kind: string
    deviceId: string
  }[]
  const issued = await admin.context.request.post(`${hall.url}/api/v1/branches/uji/tickets`, {
    data: { services: ['DUKCAPIL.KK'] },
    headers: { 'Idempotency-Key': 'first', Origin: hall.url },
  })
  const { ticket } = (await issued.json()) as { ticket: { id: string; number: string } }
  const printed = await admin.context.request.post(`${hall.url}/api/v1/branches/uji/tickets/${ticket.id}/print`, {
    data: { device: device.find(({ kind }) => kind === 'kiosk')?.deviceId },
    headers: { Origin: hall.url },
  })
  expect(printed.status()).toBe(200)
  expect(printer.numbers.map(({ number }) => number)).toEqual([ticket.number])
  await officer.page.locator('[data-test=counter][data-counter="3"]').click()
  await officer.page.locator('[data-test=open]').click()
  await officer.page.locator('[data-test=call-next]').click()
  await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', ticket.number)

  expect([...admin.complaints, ...display.complaints, ...kiosk.complaints, ...officer.complaints]).toEqual([])
  for (const { context } of [admin, display, kiosk, officer]) await context.close()
})
