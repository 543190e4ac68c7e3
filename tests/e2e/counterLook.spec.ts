import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, expect, type Page, test } from 'playwright/test'
import { Loudspeaker } from '../integration/loudspeaker.ts'
import { openCounter, TestHall } from './hall.ts'

/** Screens that officers sit before: a laptop, an old monitor, a new one, and the tablet of a street stand. */
const SIZES = [
  { name: '1366', size: { width: 1366, height: 768 } },
  { name: '1024', size: { width: 1024, height: 768 } },
  { name: '1920', size: { width: 1920, height: 1080 } },
  { name: 'tablet', size: { width: 820, height: 1180 } },
] as const

const hall = new TestHall()
let screen = ''
let supervisor: APIRequestContext
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
  const admin = await hall.as('admin')
  const made = await admin.post(`${hall.url}/api/v1/branches/${hall.branch}/devices`, {
    data: { kind: 'display', name: 'Layar lobi A', zones: ['A'] },
  })
  screen = ((await made.json()) as { token: string }).token
  await admin.dispose()
  supervisor = await hall.as('penyelia')
})
test.afterAll(() => hall.end())

const part = (page: Page, name: string) => page.locator(`[data-test=${name}]`)
const command = async (data: object) => {
  const answer = await supervisor.post(`${hall.url}/api/v1/branches/${hall.branch}/commands`, {
    data: { commandId: `look-${Math.random().toString(36).slice(2)}`, ...data },
  })
  expect(answer.status(), await answer.text()).toBe(200)
}
const issue = async (body: object) => (await hall.issue(supervisor, body)).ticket

// English texts are shorter: where the longer ones fit on every screen, two tell of the others.
for (const language of ['id', 'en'] as const)
  for (const { name, size } of language === 'id' ? SIZES : SIZES.filter((each) => each.name === '1366' || each.name === 'tablet'))
    test(`the counter in every state, ${language} at ${name}: axe finds nothing, no policy is violated, nothing hangs over the edge`, async ({
      browser,
    }) => {
      test.setTimeout(300_000)
      const { page, context, complaints } = await hall.open(browser, '/counter', { size, language })
      const look = async (state: string, isShown = page.locator('main, dialog[open]').first()) => {
        await expect(isShown).toBeVisible()
        await page.evaluate(() => document.fonts.ready.then(() => undefined))
        await page.screenshot({ path: `test-results/look/counter-${state}-${name}-${language}.png` })
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
          state,
        ).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), state).toBeLessThanOrEqual(0)
      }
      const press = async (key: string, shows: string) => {
        await page.keyboard.press(key)
        await expect(part(page, shows).first()).toBeVisible()
      }
      const leave = async () => {
        await page.keyboard.press('Escape')
        await expect(page.locator('dialog[open]')).toHaveCount(0)
      }

      await look('signed-out')
      await hall.signIn(page.request, 'petugas')
      await page.reload()
      await expect(part(page, 'counter').first()).toBeVisible()
      await look('choose')
      await openCounter(page, '3')
      await look('nobody')

      const early = await issue({ services: ['DUKCAPIL.KK'] })
      const urgent = await issue({ services: ['DUKCAPIL.REKAM'], class: 'priority', language: 'en' })
      await issue({ services: ['DUKCAPIL.KK'] })
      await issue({ services: ['DUKCAPIL.KK', 'BANKNTT.TELLER'] })
      await expect(page.locator('main')).toContainText(urgent.number)
      await look('waiting')
      await page.keyboard.press('Space')
      await expect(part(page, 'current')).toHaveAttribute('data-number', urgent.number)
      await expect(part(page, 'no-sound')).toBeVisible()
      await look('called-no-sound')

      const speaker = new Loudspeaker(hall.url, { branch: hall.branch, token: screen })
      speaker.lengthMs = 400
      await expect(part(page, 'no-sound')).toHaveCount(0)
      await expect(async () => {
        await page.keyboard.press('u')
        await expect(part(page, 'receipt')).toHaveAttribute('data-tone', 'good', { timeout: 4_000 })
      }).toPass()
      await look('heard')
      speaker.answersOrders = false
      const before = speaker.said.length
      await expect(async () => {
        await page.keyboard.press('u')
        await expect.poll(() => speaker.said.length, { timeout: 3_000 }).toBeGreaterThan(before)
      }).toPass()
      speaker.report(speaker.said.at(-1)?.announcementId ?? '', 'failed')
      await expect(part(page, 'receipt')).toHaveAttribute('data-tone', 'broken', { timeout: 5_000 })
      await look('not-heard')
      speaker.answersOrders = true

      await press('j', 'fetch-dialog')
      await look('fetch')
      await leave()
      await page.keyboard.press('m')
      await expect(part(page, 'current')).toContainText(language === 'id' ? 'Dilayani sejak' : 'Being served since')
      await look('serving')
      await press('l', 'outcome-incompleteDocuments')
      await look('outcome')
      await leave()
      await press('a', 'transfer-service')
      await look('transfer')
      await leave()
      await page.keyboard.press('p')
      await expect(page.locator('dialog[open]')).toBeVisible()
      await look('class')
      await leave()
      await page.keyboard.press('t')
      await expect(page.locator('dialog[open]')).toBeVisible()
      await look('hold')
      await page.keyboard.press('Enter')
      await expect(part(page, 'current')).toHaveAttribute('data-number', '')
      await expect(part(page, 'undo')).toBeVisible()
      await look('held-undo')

      await press('y', 'direct-number')
      await part(page, 'direct-number').fill(early.number)
      await page.keyboard.press('Enter')
      await expect(part(page, 'passed-calls')).toBeVisible()
      await look('passed')
      await leave()
      await press('c', 'direct-number')
      await page.keyboard.type('99')
      await page.keyboard.press('Enter')
      await expect(part(page, 'find-problem')).toBeVisible()
      await look('find-nothing')
      await part(page, 'direct-number').fill(early.number)
      await page.keyboard.press('Enter')
      await expect(part(page, 'found')).toBeVisible()
      await look('found')
      await leave()
      await page.keyboard.press('Shift+?')
      await expect(page.locator('dialog[open]')).toBeVisible()
      await look('keys')
      await leave()

      await press('i', 'pause-minutes')
      await look('break-ask')
      await page.keyboard.press('1')
      await page.keyboard.press('Enter')
      await expect(part(page, 'break')).toBeVisible()
      await look('break')
      await page.keyboard.press('Enter')
      await expect(part(page, 'call-next')).toBeVisible()

      await command({ type: 'pauseBranch', reason: 'Upacara bendera' })
      await expect(page.locator('main')).toContainText('Upacara bendera')
      await look('hall-paused')
      await command({ type: 'resumeBranch' })
      await expect(page.locator('main')).not.toContainText('Upacara bendera')

      speaker.close()
      await hall.kill()
      await expect(part(page, 'lost')).toBeVisible({ timeout: 10_000 })
      await look('lost')
      await hall.start()
      await expect(part(page, 'lost')).toHaveCount(0, { timeout: 20_000 })

      const other = await hall.open(browser, '/counter', { as: 'petugas2', language })
      await other.page.locator('[data-test=counter][data-counter="3"]').click()
      await expect(part(other.page, 'take-over')).toBeVisible()
      await other.page.screenshot({ path: `test-results/look/counter-take-over-${name}-${language}.png` })
      await other.page.keyboard.press('o')
      await expect(part(page, 'taken-over')).toBeVisible()
      await look('taken-over')
      await other.context.close()
      await command({ type: 'freeCounter', counter: '3', reason: 'akhir hari' })
      for (const { id } of (await (await supervisor.get(`${hall.url}/api/v1/branches/${hall.branch}/day/waiting`)).json()).tickets ?? [])
        await command({ type: 'cancelTicket', ticket: id, reason: 'akhir hari' })
      expect(complaints).toEqual([])
      await context.close()
    })
