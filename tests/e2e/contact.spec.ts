import AxeBuilder from '@axe-core/playwright'
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
  const first = await hall.issue(penyelia, { services: ['DUKCAPIL.KK'] })
  const second = await hall.issue(penyelia, { services: ['DUKCAPIL.KK'] })
  const waiting = await hall.open(browser, `/ticket/${second.ticket.id}`, { size: { width: 390, height: 844 }, language: 'en' })
  const display = await hall.open(browser, '/display', { as: 'penyelia', size: { width: 1920, height: 1080 } })
  const counter = await hall.open(browser, '/counter', { as: 'petugas' })
  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  const phone = await hall.open(browser, `/ticket/${first.ticket.id}`, { size: { width: 390, height: 844 } })
  await openCounter(counter.page, '3')
  await expect(async () => {
    await counter.page.keyboard.press('Space')
    await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-001', { timeout: 900 })
  }).toPass()
  await expect(phone.page.locator('[data-test=called]')).toBeVisible()
  const callColour = await phone.page.locator('[data-test=called]').evaluate((element) => getComputedStyle(element).backgroundColor)

  await hall.kill()
  for (const { page } of [display, counter, supervisor, phone, waiting])
    await expect(page.locator('[data-test=lost]')).toBeVisible({ timeout: 4_500 })
  await expect(phone.page.locator('main > *').first(), 'before all that may have changed').toHaveAttribute('data-test', 'lost')
  const colour = await phone.page.locator('[data-test=called]').evaluate((element) => getComputedStyle(element).backgroundColor)
  expect(colour, 'an old call is not in the colour of calls').not.toBe(callColour)
  await expect(waiting.page.locator('[data-test=ahead]')).toBeVisible()
  await expect(waiting.page.locator('[data-test=estimate]'), 'an estimate that goes on with the clock looks alive').not.toContainText(/\d/)
  await phone.page.screenshot({ path: 'test-results/look/ticket-lost-id.png' })
  await waiting.page.screenshot({ path: 'test-results/look/ticket-lost-en.png' })
  await expect(counter.page.locator('[data-test=call-next]')).toHaveAttribute('aria-disabled', 'true')
  await expect(display.page.locator('[data-test=newest]'), 'no old number is passed off as live').toHaveCount(0)
  await expect(display.page.locator('[data-test=lost-seconds]')).not.toHaveText('0')
  await display.page.screenshot({ path: 'test-results/look/display-lost.png' })
  await counter.page.screenshot({ path: 'test-results/look/counter-lost.png' })
  await supervisor.page.screenshot({ path: 'test-results/look/supervisor-lost.png' })

  await hall.start()
  await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-001', { timeout: 8_000 })
  await expect(counter.page.locator('[data-test=lost]')).toHaveCount(0, { timeout: 8_000 })
  await expect(phone.page.locator('[data-test=lost]')).toHaveCount(0, { timeout: 8_000 })
  // AUTH1: nobody signs in again after a power cut.
  await counter.page.keyboard.press('Space')
  await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-002', { timeout: 3_000 })
  await expect(supervisor.page.locator('[data-test=queue][data-service="DUKCAPIL.KK"]')).toHaveAttribute('data-waiting', '0')
  for (const { context, complaints } of [display, counter, supervisor, phone, waiting]) {
    expect(complaints).toEqual([])
    await context.close()
  }
  await penyelia.dispose()
})

test('a clock that is set, as a network does after a power cut, cuts no line and stops no officer', async ({ browser }) => {
  const penyelia = await hall.as('penyelia')
  for (let n = 0; n < 3; n++) await hall.issue(penyelia, { services: ['BANKNTT.TELLER'] })
  const display = await hall.open(browser, '/display', { as: 'penyelia', size: { width: 1920, height: 1080 } })
  const counter = await hall.open(browser, '/counter', { as: 'petugas2' })
  await openCounter(counter.page, '9')
  await expect(display.page.locator('[data-contact=live]')).toBeVisible()
  let connections = 0
  display.page.on('websocket', () => (connections += 1))
  const hour = await display.page.locator('header time').textContent()
  for (const { page } of [display, counter])
    await page.evaluate(() => {
      const machine = Date.now
      const shown = window as unknown as { setClock: (byMs: number) => void; sawLost: boolean }
      shown.sawLost = false
      shown.setClock = (byMs) => {
        Date.now = () => machine.call(Date) + byMs
      }
      new MutationObserver(() => (shown.sawLost ||= document.querySelector('[data-test=lost]') !== null)).observe(document.body, {
        subtree: true,
        childList: true,
      })
    })
  const setClock = (page: typeof display.page, byMs: number) =>
    page.evaluate((ms) => (window as unknown as { setClock: (byMs: number) => void }).setClock(ms), byMs)
  const call = async (number: string): Promise<void> => {
    await expect(async () => {
      await counter.page.keyboard.press('Space')
      await expect(counter.page.locator('[data-test=current]')).toHaveAttribute('data-number', number, { timeout: 900 })
    }).toPass({ timeout: 10_000 })
    await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', number)
  }
  await call('E-001')
  for (const { page } of [display, counter]) await setClock(page, -3_600_000)
  await call('E-002')
  for (const { page } of [display, counter]) await setClock(page, 7_200_000)
  await call('E-003')
  for (const { page } of [display, counter])
    expect(await page.evaluate(() => (window as unknown as { sawLost: boolean }).sawLost), 'never out of contact').toBe(false)
  expect(connections, 'on one and the same line').toBe(0)
  expect((await display.page.locator('header time').textContent())?.slice(0, 2)).toBe(hour?.slice(0, 2))
  for (const { context } of [display, counter]) await context.close()
  await penyelia.dispose()
})

test('a page that is not let in says why, and that it tries again, not that it is out of contact', async ({ browser }) => {
  for (const [path, name] of [
    ['/display?branch=tidak-ada', 'display'],
    ['/supervisor?branch=tidak-ada', 'supervisor'],
  ] as const)
    for (const language of ['id', 'en'] as const) {
      const { page, context } = await hall.open(browser, path, { as: 'admin', language, size: { width: 1280, height: 720 } })
      const refused = page.locator('[data-test=not-let-in]')
      await expect(refused).toHaveAttribute('data-code', 'unknown-branch')
      // After three seconds without a view the line counts as lost, too: the reason stays.
      if (name === 'display') await expect(page.locator('[data-contact=lost]')).toBeVisible({ timeout: 8_000 })
      await expect(refused).toBeVisible()
      await expect(refused).toContainText(language === 'id' ? 'mencoba lagi sendiri' : 'tries again')
      if (name === 'display') await expect(page.locator('[data-test=lost]')).toHaveCount(0)
      await page.screenshot({ path: `test-results/look/${name}-refused-${language}.png` })
      await context.close()
    }
})

test('of several branches a page asks which; the choice stands in the address', async ({ browser }) => {
  const admin = await hall.as('admin')
  const path = (id: string) => `${hall.url}/api/v1/branches/${id}/configuration`
  const own = (await (await admin.get(path(hall.branch))).json()) as object
  const made = await admin.put(path('kedua'), { data: { ...own, id: 'kedua', name: { id: 'Aula Kedua', en: 'Second Hall' } } })
  expect(made.ok(), await made.text()).toBe(true)
  for (const [page, ready] of [
    ['/display', '[data-contact=live]'],
    ['/counter', '[data-test=counter]'],
    ['/supervisor', '[data-test=queue]'],
  ] as const)
    for (const language of ['id', 'en'] as const) {
      const opened = await hall.open(browser, page, { as: 'admin', language, size: { width: 1280, height: 720 } })
      const branches = opened.page.locator('[data-test=branch]')
      await expect(branches).toHaveCount(2)
      await opened.page.screenshot({ path: `test-results/look${page}-choose-branch-${language}.png` })
      const { violations } = await new AxeBuilder({ page: opened.page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
      await opened.page.locator('[data-branch=kedua]').click()
      await expect(opened.page.locator(ready).first()).toBeVisible()
      expect(new URL(opened.page.url()).searchParams.get('branch')).toBe('kedua')
      expect(opened.complaints).toEqual([])
      await opened.context.close()
    }
  await admin.dispose()
})
