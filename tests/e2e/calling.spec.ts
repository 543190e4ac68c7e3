import { expect, test } from 'playwright/test'
import { openCounter, TestHall } from './hall.ts'

const hall = new TestHall()
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
})
test.afterAll(() => hall.end())

test('SYNC1 a number taken at the kiosk and called at the counter is on the display within a second, and the supervisor sees the queue move', async ({
  browser,
}) => {
  const display = await hall.open(browser, '/display', { as: 'penyelia', size: { width: 1920, height: 1080 } })
  const kiosk = await hall.open(browser, '/kiosk', { as: 'penyelia', size: { width: 1080, height: 1920 } })
  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  const counter = await hall.open(browser, '/counter', { as: 'petugas' })
  const queue = supervisor.page.locator('[data-test=queue][data-service="DUKCAPIL.KK"]')
  await expect(display.page.locator('[data-contact=live]')).toBeVisible()
  await expect(queue).toHaveAttribute('data-waiting', '0')
  await openCounter(counter.page, '3')

  await kiosk.page.locator('[data-agency=DUKCAPIL]').click()
  await kiosk.page.locator('[data-code="DUKCAPIL.KK"]').click()
  // TICKET2: an excited finger gets one number.
  await kiosk.page.locator('[data-test=take]').dblclick()
  const issued = kiosk.page.locator('[data-test=issued]')
  await expect(issued).toHaveAttribute('data-number', 'B-001')
  await expect(queue).toHaveAttribute('data-waiting', '1', { timeout: 1_000 })
  await expect(counter.page.locator('[data-test=next]')).toContainText('B-001', { timeout: 1_000 })

  await counter.page.locator('[data-test=call-next]').click()
  await expect(display.page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'B-001', { timeout: 1_000 })
  await expect(display.page.locator('[data-test=newest]')).toContainText('3')
  await expect(queue).toHaveAttribute('data-waiting', '0', { timeout: 1_000 })
  await expect(supervisor.page.locator('[data-test=live-counter][data-counter="3"]')).toContainText('B-001')
  for (const { context, complaints } of [display, kiosk, supervisor, counter]) {
    expect(complaints).toEqual([])
    await context.close()
  }
})

test('CALL3 a double click calls one visitor; a held key too', async ({ browser }) => {
  const penyelia = await hall.as('penyelia')
  for (let n = 0; n < 3; n++) await hall.issue(penyelia, { services: ['BANKNTT.TELLER'] })
  const { page, context } = await hall.open(browser, '/counter', { as: 'petugas2' })
  await openCounter(page, '9')
  await page.locator('[data-test=call-next]').dblclick()
  await expect(page.locator('[data-test=current]')).toHaveAttribute('data-number', 'E-001')
  await expect(page.locator('[data-test=next]')).toContainText('E-002')
  await page.locator('[data-test=startService]').click()
  await page.waitForFunction(() => document.activeElement?.getAttribute('data-test') === 'call-next')
  await page.keyboard.press('s')
  await expect(page.locator('[data-test=current]')).toHaveAttribute('data-number', '')
  await page.locator('h1').click()
  await page.locator('body').evaluate((body) => (document.activeElement as HTMLElement | null)?.blur() ?? body)
  // Presses right after a call are not counted; then one is, and the key stays down.
  await expect(async () => {
    await page.keyboard.up(' ')
    await page.keyboard.down(' ')
    await expect(page.locator('[data-test=current]')).toHaveAttribute('data-number', 'E-002', { timeout: 500 })
  }).toPass()
  for (let n = 0; n < 5; n++) await page.keyboard.down(' ')
  await page.keyboard.up(' ')
  await expect(page.locator('[data-test=next]')).toContainText('E-003')
  await context.close()
  await penyelia.dispose()
})

test('CALL3 Enter that is held down on the button that has the focus calls one visitor', async ({ browser }) => {
  const penyelia = await hall.as('penyelia')
  for (let n = 0; n < 4; n++) await hall.issue(penyelia, { services: ['DUKCAPIL.REKAM'] })
  const { page, context } = await hall.open(browser, '/counter', { as: 'petugas' })
  await openCounter(page, '4')
  const current = page.locator('[data-test=current]')
  const called = new Set<string>()
  await page.exposeFunction('sawNumber', (number: string) => void (number === '' || called.add(number)))
  await page.evaluate(() => {
    const at = document.querySelector('[data-test=current]') as Element
    new MutationObserver(() =>
      (window as unknown as { sawNumber: (number: string) => void }).sawNumber(at.getAttribute('data-number') ?? ''),
    ).observe(at, { attributes: true })
  })
  await page.locator('[data-test=call-next]').focus()
  // The first press is meant; opening the counter took the same key.
  await expect(async () => {
    await page.keyboard.up('Enter')
    await page.keyboard.down('Enter')
    await expect(current).not.toHaveAttribute('data-number', '', { timeout: 500 })
  }).toPass()
  await expect(page.locator('[data-test=call-next]')).toBeFocused()
  // The key stays down for longer than calls need to settle: a repeat each 30 ms, as keyboards do.
  const heldUntilMs = Date.now() + 2_000
  while (Date.now() < heldUntilMs) await page.keyboard.down('Enter')
  await page.keyboard.up('Enter')
  expect(called.size, [...called].join()).toBe(1)
  await expect(page.locator('[data-test=next]')).toBeVisible()
  await page.keyboard.press('s')
  await expect(current).toHaveAttribute('data-number', '')
  await page.locator('[data-test=sign-out]').click()
  await expect(page.locator('[data-test=sign-in]')).toBeVisible()
  await context.close()
  await penyelia.dispose()
})

test('CALL2 an acknowledgement that was lost and a reload: the officer sees one call, done once', async ({ browser }) => {
  const penyelia = await hall.as('penyelia')
  for (let n = 0; n < 2; n++) await hall.issue(penyelia, { services: ['DUKCAPIL.REKAM'] })
  const { page, context, complaints } = await hall.open(browser, '/counter', { as: 'petugas' })
  const sent: string[] = []
  let isDropping = false
  let dropped = 0
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      const id = /"commandId":"([^"]+)"/.exec(String(message))?.[1]
      if (id && String(message).includes('"callNext"')) sent.push(id)
      server.send(message)
    })
    server.onMessage((message) => {
      // 43: an acknowledgement, as Socket.IO writes it.
      if (isDropping && String(message).startsWith('43')) dropped += 1
      else socket.send(message)
    })
  })
  await page.reload()
  await openCounter(page, '4')
  const first = (await page.locator('[data-test=next] .number').textContent()) ?? ''
  isDropping = true
  await expect(async () => {
    await page.locator('[data-test=call-next]').click()
    expect(sent.length).toBeGreaterThan(0)
  }).toPass()
  await expect.poll(() => dropped).toBeGreaterThan(0)
  await expect(page.locator('[data-test=current]'), 'the call itself arrived').toHaveAttribute('data-number', first)
  isDropping = false
  await page.reload()
  await expect(page.locator('[data-test=current]')).toHaveAttribute('data-number', first)
  await expect.poll(() => sent.length).toBeGreaterThan(1)
  expect(new Set(sent).size, 'the same command each time').toBe(1)
  await expect(page.locator('[data-test=call-next]')).toHaveAttribute('aria-disabled', 'false')
  await expect(page.locator('[data-test=promise]')).toContainText(first)
  await expect(page.locator('[data-test=problem]'), 'nothing to tell').toHaveCount(0)
  await expect(page.locator('[data-test=current]')).toContainText('panggilan ke-1')
  await page.keyboard.press('s')
  await expect(page.locator('[data-test=current]')).toHaveAttribute('data-number', '')
  await page.locator('[data-test=sign-out]').click()
  await expect(page.locator('[data-test=sign-in]')).toBeVisible()
  expect(complaints).toEqual([])
  await context.close()
  await penyelia.dispose()
})

test('CALL3 the key that ends a break does not call at once', async ({ browser }) => {
  const penyelia = await hall.as('penyelia')
  await hall.issue(penyelia, { services: ['BANKNTT.TELLER'] })
  const { page, context } = await hall.open(browser, '/counter', { as: 'petugas2' })
  await page.locator('[data-test=counter][data-counter="9"]').click()
  await expect(page.locator('[data-test=open], [data-test=call-next]').first()).toBeVisible()
  if (await page.locator('[data-test=open]').isVisible()) await page.locator('[data-test=open]').click()
  const current = page.locator('[data-test=current]')
  await expect(current).toBeVisible()
  if ((await current.getAttribute('data-number')) !== '') await page.locator('[data-test=complete]').click()
  await expect(current).toHaveAttribute('data-number', '')
  await page.locator('[data-test=pause]').click()
  await page.locator('[data-test=pause-reason-choice]').first().click()
  await page.locator('[data-test=submit]').click()
  await expect(page.locator('[data-test=continue]')).toBeVisible()
  await page.locator('h1').focus()
  await page.keyboard.press('Space')
  await expect(page.locator('[data-test=call-next]')).toBeVisible()
  await page.keyboard.press('Space')
  await page.keyboard.press('o')
  await expect(page.locator('[data-test=call-next]')).toHaveAttribute('aria-disabled', 'false')
  await expect(current).toHaveAttribute('data-number', '')
  await context.close()
  await penyelia.dispose()
})

test('a day at the counter by keyboard only: sign in, choose, open, call, recall, serve, finish, undo', async ({ browser }) => {
  const penyelia = await hall.as('penyelia')
  await hall.issue(penyelia, { services: ['DUKCAPIL.REKAM'] })
  await hall.issue(penyelia, { services: ['DUKCAPIL.REKAM'] })
  const { page, context, complaints } = await hall.open(browser, '/counter')
  await page.locator('input[name=username]').focus()
  await page.keyboard.type('petugas')
  await page.keyboard.press('Tab')
  await page.keyboard.type('rahasia-sekali-2025')
  await page.keyboard.press('Enter')
  const four = page.locator('[data-test=counter][data-counter="4"]')
  await four.focus()
  await page.keyboard.press('Enter')
  await page.locator('[data-test=open]').focus()
  await page.keyboard.press('Enter')
  const current = page.locator('[data-test=current]')
  await expect(page.locator('[data-test=call-next]')).toBeVisible()
  const number = (await page.locator('[data-test=next] .number').textContent()) ?? ''
  await expect(page.locator('[data-test=promise]')).toHaveText(`Memanggil ${number}`)
  await page.keyboard.press('Space')
  await expect(current).toHaveAttribute('data-number', number)
  await page.keyboard.press('u')
  await expect(current).toContainText('panggilan ke-2')
  await page.keyboard.press('m')
  await expect(page.locator('[data-test=promise]')).toContainText(`${number} selesai`)
  await page.keyboard.press('s')
  await expect(current).toHaveAttribute('data-number', '')
  await page.keyboard.press('z')
  await expect(current).toHaveAttribute('data-number', number)
  await page.keyboard.press('t')
  await page.keyboard.type('Berkas menyusul')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-test=resume]')).toBeVisible()
  expect(complaints).toEqual([])
  await context.close()
  await penyelia.dispose()
})
