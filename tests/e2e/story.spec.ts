import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, expect, type Page, test } from 'playwright/test'
import { branchWith, NOON_ZONE } from './dayHall.ts'
import { PASSWORD, TestHall } from './hall.ts'

const SIZES = {
  phone: { width: 390, height: 844 },
  tablet: { width: 768, height: 1024 },
  laptop: { width: 1366, height: 768 },
} as const
const LANGUAGES = ['id', 'en'] as const

/** It is noon there: no test meets a midnight. */
const folder = mkdtempSync(join(tmpdir(), 'panggil-noon-'))
writeFileSync(join(folder, 'branch.json'), JSON.stringify(branchWith({})))
const hall = new TestHall({ adminPassword: PASSWORD, environment: { BRANCH_FILE: join(folder, 'branch.json') } })
let penyelia: APIRequestContext
let petugas: APIRequestContext
let serial = 0

async function tell(who: APIRequestContext, path: string, command: object): Promise<{ ticket?: { id: string; number: string } | null }> {
  const answer = await who.post(`${hall.url}/api/v1/branches/uji/${path}`, { data: { commandId: `story-${serial++}`, ...command } })
  expect(answer.status(), await answer.text()).toBe(200)
  return (await answer.json()) as { ticket?: { id: string; number: string } | null }
}
const at3 = (command: object) => tell(petugas, 'counters/3/commands', command)
const today = (): string => new Intl.DateTimeFormat('en-CA', { timeZone: NOON_ZONE }).format(Date.now())

/**
 * A morning: B-001 (family card) is called, does not come, returns and moves on to the bank; B-002 has priority and comes before B-003;
 * B-004 is called out of order.
 */
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
  penyelia = await hall.as('penyelia')
  petugas = await hall.as('petugas')
  const issue = async (body: object) => (await hall.issue(penyelia, body)).ticket.id
  const one = await issue({ services: ['DUKCAPIL.KK'] })
  const three = await issue({ services: ['DUKCAPIL.KK'] })
  await at3({ type: 'openCounter' })
  await at3({ type: 'callNext', current: null })
  await at3({ type: 'recall', current: one })
  await at3({ type: 'markNoShow', current: one })
  const priority = await issue({ services: ['DUKCAPIL.REKAM'], class: 'priority' })
  const four = await issue({ services: ['DUKCAPIL.KK'] })
  expect((await at3({ type: 'callNext', current: null })).ticket?.id).toBe(priority)
  await at3({ type: 'startService', current: priority })
  await at3({ type: 'callTicket', current: priority, ticket: four, reason: 'Ibu hamil, kondisi darurat' })
  await at3({ type: 'hold', current: four, reason: 'Menunggu fotokopi' })
  await at3({ type: 'returnToQueue', ticket: one })
  await at3({ type: 'callTicket', current: null, ticket: one, reason: 'Sudah kembali dari kantin' })
  await at3({ type: 'startService', current: one })
  await at3({ type: 'transfer', current: one, to: { service: 'BANKNTT.TELLER' }, place: 'end', note: 'Bayar denda dahulu' })
  await at3({ type: 'callNext', current: null })
  await at3({ type: 'complete', current: three, outcome: 'incompleteDocuments' })
})
test.afterAll(async () => {
  await hall.end()
  rmSync(folder, { recursive: true, force: true })
})

async function shown(page: Page, number: string): Promise<void> {
  await expect(page.locator('[data-test=story]')).toHaveAttribute('data-number', number)
}

test('a number is typed, Enter tells its story; the address is kept and can be sent on', async ({ browser }) => {
  const { page, context, complaints } = await hall.open(browser, '/supervisor/story', { as: 'penyelia' })
  await expect(page.locator('[data-test=number]')).toBeFocused()
  await expect(page.locator('[data-test=empty]')).toBeVisible()
  await page.keyboard.type('b1')
  await page.keyboard.press('Enter')
  await shown(page, 'B-001')
  await expect(page).toHaveURL(new RegExp(`day=${today()}&number=B-001`))
  const kinds = await page.locator('[data-test=line]').evaluateAll((lines) => lines.map((line) => line.getAttribute('data-kind')))
  expect(kinds).toEqual(['issued', 'called', 'recalled', 'missed', 'returned', 'called', 'started', 'moved'])
  const lines = page.locator('[data-test=line]')
  await expect(lines.nth(0)).toContainText('kelas Umum')
  await expect(lines.nth(1)).toContainText('paling awal di antara 2 nomor')
  await expect(lines.nth(1)).toContainText('oleh petugas')
  await expect(lines.nth(5)).toContainText('Sudah kembali dari kantin')
  await expect(lines.nth(7)).toContainText('Bayar denda dahulu')
  await expect(page.locator('[data-test=state]')).toHaveText('Menunggu')
  // Called at one service, and waiting at the next.
  await expect(page.locator('[data-test=stop]')).toHaveCount(2)
  await expect(page.locator('[data-test=stop]').nth(1)).toContainText('belum dipanggil')

  // Backwards to the empty page, and forwards again.
  await page.goBack()
  await expect(page.locator('[data-test=empty]')).toBeVisible()
  await page.goForward()
  await shown(page, 'B-001')

  // Whoever is sent the link sees the same.
  const other = await hall.open(browser, new URL(page.url()).pathname + new URL(page.url()).search, { as: 'penyelia', language: 'en' })
  await shown(other.page, 'B-001')
  await expect(other.page.locator('[data-test=line]').nth(0)).toContainText('class Regular')
  expect([...complaints, ...other.complaints]).toEqual([])
  await other.context.close()
  await context.close()
})

test('why was that one before me: one sentence for each, those who moved on included', async ({ browser }) => {
  const { page, context } = await hall.open(browser, `/supervisor/story?number=B-002&day=${today()}`, { as: 'penyelia' })
  await shown(page, 'B-002')
  for (const [other, kind, words] of [
    // Called before everybody, came back, and moved on to the bank.
    ['b1', 'arrival', 'B-001 menunggu sejak'],
    ['b3', 'class', 'berkelas Prioritas dengan target 10 menit'],
    ['b4', 'direct', 'Ibu hamil, kondisi darurat'],
  ] as const) {
    await page.locator('[data-test=other]').fill(other)
    await page.keyboard.press('Enter')
    await expect(page.locator('[data-test=before]')).toHaveAttribute('data-kind', kind)
    await expect(page.locator('[data-test=sentence]')).toContainText(words)
  }
  await page.locator('[data-test=other]').fill('b2')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-test=other-mistake]')).toContainText('B-002')
  await page.locator('[data-test=other]').fill('b77')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-test=other-mistake]')).toContainText('B-077')
  await context.close()
})

test('mistakes are told beside the field, in both languages, and axe finds nothing', async ({ browser }) => {
  for (const language of LANGUAGES) {
    const { page, context } = await hall.open(browser, '/supervisor/story', { as: 'penyelia', language, size: SIZES.laptop })
    await page.locator('[data-test=number]').fill('Budi')
    await page.keyboard.press('Enter')
    await expect(page.locator('[data-test=mistake]')).toContainText('B-012')
    await expect(page.locator('[data-test=number]')).toBeFocused()
    await page.keyboard.type('b99')
    await page.keyboard.press('Enter')
    await expect(page.locator('[data-test=mistake]')).toContainText('B-099')
    await page.screenshot({ path: `test-results/look/story-missing-laptop-${language}.png` })
    await page.locator('[data-test=day]').fill('2020-01-02')
    await page.locator('[data-test=show]').click()
    await expect(page.locator('[data-test=problem]')).toBeVisible()
    await page.screenshot({ path: `test-results/look/story-no-day-laptop-${language}.png` })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id }) => id)).toEqual([])
    await context.close()
  }
})

test('pictures at every size, and one A4 for a complaint', async ({ browser }) => {
  test.setTimeout(120_000)
  for (const language of LANGUAGES)
    for (const size of ['phone', 'tablet', 'laptop'] as const) {
      const { page, context, complaints } = await hall.open(browser, '/supervisor/story', { as: 'penyelia', size: SIZES[size], language })
      await expect(page.locator('[data-test=empty]')).toBeVisible()
      await page.screenshot({ path: `test-results/look/story-empty-${size}-${language}.png` })
      await page.goto(`/supervisor/story?day=${today()}&number=B-002&other=B-003`)
      await expect(page.locator('[data-test=before]')).toBeVisible()
      await page.screenshot({ path: `test-results/look/story-before-${size}-${language}.png`, fullPage: true })
      await page.goto(`/supervisor/story?day=${today()}&number=B-001`)
      await shown(page, 'B-001')
      await page.screenshot({ path: `test-results/look/story-${size}-${language}.png`, fullPage: true })
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
      expect(complaints).toEqual([])
      if (size === 'laptop') {
        await page.goto(`/supervisor/story?day=${today()}&number=B-001&other=B-003`)
        await expect(page.locator('[data-test=before]')).toBeVisible()
        const paper = await page.pdf({ preferCSSPageSize: true, path: `test-results/look/story-paper-${language}.pdf` })
        expect(paper.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1)
        await page.emulateMedia({ media: 'print' })
        await page.setViewportSize({ width: 688, height: 1017 })
        await page.screenshot({ path: `test-results/look/story-paper-${language}.png`, fullPage: true })
      }
      await context.close()
    }
})

test('only who supervises may read it', async ({ browser }) => {
  const path = `/api/v1/branches/uji/days/${today()}/tickets/B-001`
  expect((await petugas.get(`${hall.url}${path}`)).status()).toBe(403)
  expect((await penyelia.get(`${hall.url}${path}`)).status()).toBe(200)
  expect((await penyelia.get(`${hall.url}${path}/before/B-001`)).status()).toBe(422)
  expect((await penyelia.get(`${hall.url}/api/v1/branches/uji/days/2020-01-02/tickets/B-001`)).status()).toBe(404)
  expect((await penyelia.get(`${hall.url}/api/v1/branches/uji/days/besok/tickets/B-001`)).status()).toBe(400)
  const { page, context } = await hall.open(browser, '/supervisor/story', { as: 'petugas' })
  await expect(page.locator('[data-test=number]')).toHaveCount(0)
  await context.close()
})
