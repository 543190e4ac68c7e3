import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { branchWith, DayHall } from './dayHall.ts'

let hall: DayHall
test.beforeAll(async () => {
  hall = await DayHall.open(branchWith({}))
  await hall.start()
  await hall.addPeople()
})
test.afterAll(() => hall.end())

const part = (page: Page, name: string) => page.locator(`[data-test=${name}]`)
async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/${name}.png` })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
}

test('what a supervisor did is told and taken back for 30 seconds: by the key and by its button', async ({ browser }) => {
  test.setTimeout(120_000)
  const { page, context, complaints } = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  const line = part(page, 'done')
  const undo = part(page, 'done-undo')

  await part(page, 'pause-all').click()
  await page.locator('dialog [data-test=reason]').fill('Upacara')
  await page.locator('dialog [data-test=submit]').click()
  await expect(part(page, 'resume-all')).toBeVisible()
  await expect(line.getByRole('status')).toHaveText('Jeda serentak dimulai.')
  await look(page, 'actions-done-id')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'actions-done-id-390')
  await page.setViewportSize({ width: 1366, height: 768 })
  await page.keyboard.press('Control+z')
  await expect(part(page, 'resume-all')).toHaveCount(0)
  await expect(line).toHaveText('Diurungkan: Jeda serentak dimulai.')
  await look(page, 'actions-undone-id')

  await page.getByRole('button', { name: 'English' }).click()
  await part(page, 'announce').click()
  await page.locator('dialog [data-test=text-id]').fill('Parkir timur penuh.')
  // In a field the key takes back what was typed, and nothing else.
  await page.keyboard.press('Control+z')
  await page.locator('dialog [data-test=text-id]').fill('Parkir timur penuh.')
  await page.locator('dialog [data-test=text-en]').fill('The eastern car park is full.')
  await page.locator('dialog [data-test=submit]').click()
  await expect(part(page, 'notice')).toContainText('The eastern car park is full.')
  await part(page, 'clear-notice').click()
  await expect(part(page, 'notice')).toHaveCount(0)
  await expect(line).toContainText('The announcement was taken down.')
  await look(page, 'actions-done-en')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'actions-done-en-390')
  await page.setViewportSize({ width: 1366, height: 768 })
  await undo.focus()
  await page.keyboard.press('Enter')
  await expect(part(page, 'notice')).toContainText('The eastern car park is full.')
  await expect(line).toBeFocused()
  await expect(undo).toHaveCount(0)
  // Told long enough to be read, and then no more.
  await expect(line).toHaveText('', { timeout: 40_000 })

  expect(complaints).toEqual([])
  await context.close()
})
