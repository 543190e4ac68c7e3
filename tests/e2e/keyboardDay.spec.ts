import { expect, type Page, test } from 'playwright/test'
import { Random } from '../simulation/random.ts'
import { PASSWORD, TestHall } from './hall.ts'

const VISITORS = 36
const hall = new TestHall()
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
})
test.afterAll(() => hall.end())

const current = (page: Page) => page.locator('[data-test=current]')
const numberNow = (page: Page) => current(page).getAttribute('data-number')
const dialog = (page: Page) => page.locator('dialog[open]')

/** A deed that leaves no number at the counter. */
async function ends(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
  await expect(current(page)).toHaveAttribute('data-number', '')
}

/** Goes on with Tab until this has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, selector: string): Promise<void> {
  await expect(async () => {
    await page.keyboard.press('Tab')
    expect(await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)).toBe(true)
  }).toPass({ intervals: [5], timeout: 10_000 })
}

test('a whole day is worked by keyboard alone: every deed of an officer, and nobody left over', async ({ browser }) => {
  test.setTimeout(240_000)
  const dice = new Random(20_251_120)
  const random = () => dice.next()
  const penyelia = await hall.as('penyelia')
  const issue = () =>
    hall.issue(penyelia, {
      services: [random() < 0.5 ? 'DUKCAPIL.KK' : 'DUKCAPIL.REKAM'],
      ...(random() < 0.15 ? { class: 'priority' } : {}),
    })
  const { page, context, complaints } = await hall.open(browser, '/counter')
  await page.evaluate(() => {
    const hands = { pointer: 0 }
    Object.assign(window, { hands })
    addEventListener('pointerdown', () => (hands.pointer += 1), true)
  })
  const press = (key: string) => page.keyboard.press(key)

  await expect(page.locator('[data-test=sign-in]')).toBeVisible()
  await tabTo(page, 'input[autocomplete=username]')
  await page.keyboard.type('petugas')
  await press('Tab')
  await page.keyboard.type(PASSWORD)
  await press('Enter')
  await expect(page.locator('[data-test=counter]').first()).toBeVisible()
  await tabTo(page, '[data-test=counter][data-counter="3"]')
  await press('Enter')
  await expect(page.locator('[data-test=page]')).toHaveAttribute('data-state', 'closed')
  await press('o')
  await expect(page.locator('[data-test=page]')).toHaveAttribute('data-mine', 'true')

  const deeds = ['serve', 'outcome', 'missed', 'hold', 'transfer', 'priority', 'return', 'undo', 'break'] as const
  const missed: string[] = []
  let issued = 0
  let served = 0
  let turn = 0
  for (;;) {
    // Two or three come for each who is called, until all have come.
    for (let come = 0; issued < VISITORS && come < 1 + Math.floor(random() * 2); come++, issued++) await issue()
    const before = await numberNow(page)
    expect(before).toBe('')
    if (issued === VISITORS && (await page.locator('[data-test=next]').count()) === 0) break
    await expect(async () => {
      await press('Space')
      await expect(current(page)).not.toHaveAttribute('data-number', '', { timeout: 700 })
    }).toPass()
    const number = (await numberNow(page)) as string
    // Each deed comes up early once, then by chance; the last ones are only served, so that the day ends.
    const isLate = turn > VISITORS
    const deed = turn < deeds.length ? deeds[turn] : isLate ? 'serve' : deeds[Math.floor(random() * deeds.length)]
    turn += 1
    switch (deed) {
      case 'serve':
        if (random() < 0.3) {
          await press('u')
          await expect(current(page)).toContainText('panggilan ke-2')
        }
        await press('m')
        await expect(current(page)).toContainText('Dilayani sejak')
        await ends(page, 's')
        served += 1
        break
      case 'outcome':
        await press('l')
        await expect(dialog(page)).toBeVisible()
        await ends(page, `Digit${1 + Math.floor(random() * 4)}`)
        break
      case 'missed':
        await ends(page, 'h')
        missed.push(number)
        break
      case 'hold':
        await press('t')
        await expect(dialog(page).locator('input')).toBeFocused()
        await page.keyboard.type('ambil fotokopi')
        await ends(page, 'Enter')
        await expect(page.locator('[data-test=resume]')).toBeVisible()
        await press('r')
        await expect(current(page)).toHaveAttribute('data-number', number)
        await ends(page, 's')
        break
      case 'transfer':
        await press('a')
        await tabTo(page, '[data-test=transfer-service]')
        await page.keyboard.type('Pembayaran')
        await tabTo(page, '[data-test=transfer-note]')
        await page.keyboard.type('berkas sudah lengkap')
        await ends(page, 'Enter')
        break
      case 'priority': {
        const shown = page.locator('[data-test=class]')
        const was = (await shown.textContent()) ?? ''
        await press('p')
        await expect(dialog(page)).toBeVisible()
        await press('Digit1')
        await press('Enter')
        await expect(shown).not.toHaveText(was)
        await ends(page, 's')
        break
      }
      case 'return':
        await ends(page, 'k')
        break
      case 'undo':
        await ends(page, 's')
        await press('z')
        await expect(current(page)).toHaveAttribute('data-number', number)
        await ends(page, 's')
        break
      case 'break':
        await ends(page, 's')
        await press('i')
        await expect(dialog(page)).toBeVisible()
        await press('Digit2')
        await press('Enter')
        await expect(page.locator('[data-test=continue]')).toBeVisible()
        await press('Space')
        await expect(page.locator('[data-test=call-next]')).toBeVisible()
    }
    // Who was missed comes back, once.
    const back = missed.length > 0 && random() < 0.5 ? missed.shift() : undefined
    if (back === undefined) continue
    await press('c')
    await expect(page.locator('[data-test=direct-number]')).toBeFocused()
    await page.keyboard.type(back)
    await press('Enter')
    await expect(page.locator('[data-test=found]')).toHaveAttribute('data-state', 'noShow')
    await press('Enter')
    await expect(current(page)).toHaveAttribute('data-number', back)
    await ends(page, 's')
  }
  await press('x')
  await expect(page.locator('[data-test=page]')).toHaveAttribute('data-state', 'closed')

  expect(served).toBeGreaterThan(5)
  expect(await page.evaluate(() => (window as unknown as { hands: { pointer: number } }).hands.pointer)).toBe(0)
  expect(complaints).toEqual([])
  await context.close()

  const log = await penyelia.get(`${hall.url}/api/v1/branches/${hall.branch}/events`)
  const events = (await log.text())
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { event: { type: string; by: string; ticketId?: string } }).event)
  await penyelia.dispose()
  const types = new Set(events.filter(({ by }) => by === 'petugas').map(({ type }) => type))
  expect([...types].sort()).toEqual([
    ...['counterClosed', 'counterOpened', 'counterPaused', 'serviceStarted', 'stepUndone', 'ticketCalled', 'ticketCompleted'],
    ...['ticketHeld', 'ticketMissed', 'ticketRecalled', 'ticketReclassified', 'ticketResumed', 'ticketReturned', 'ticketTransferred'],
  ])
  // Everybody who came was dealt with: nobody waits at this counter's services, and each number was given once.
  expect(events.filter(({ type }) => type === 'ticketIssued')).toHaveLength(VISITORS)
})
