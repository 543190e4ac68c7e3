import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, expect, type Page, test } from 'playwright/test'
import { readSheet } from 'read-excel-file/node'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { businessDay } from '../../shared/domain/hours.ts'
import type { EarlierTotals, Growth, Report } from '../../shared/protocol/reports.ts'
import { type CountedDay, type LogLine, quantile, recount, waitOf } from '../reports/recount.ts'
import { kupangTraffic } from '../simulation/traffic.ts'
import { keepDays, workingDays } from '../simulation/year.ts'
import { DayHall, NOON_ZONE } from './dayHall.ts'

const DESK = { width: 1366, height: 768 }
const SCREEN = { width: 1920, height: 1080 }
const PHONE = { width: 390, height: 844 }
/** What is between the margins of A4 at 96 dots an inch. */
const A4 = { width: 673, height: 1008 }

/** The mall of Kupang, where it is noon now. */
const configuration: BranchConfiguration = {
  ...(JSON.parse(readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8')) as BranchConfiguration),
  id: 'uji',
  timeZone: NOON_ZONE,
}
const DAYS = 250
const today = businessDay(Date.now(), NOON_ZONE)
/** A played year, the same each time. */
const first = '2025-01-06'
const NOVEMBER = '2025-11'
const MONTH = `from=${NOVEMBER}-01&to=${NOVEMBER}-30`

let hall: DayHall
let penyelia: APIRequestContext
/** Counted from the raw events, by a script that shares nothing with the product. */
let counted: readonly CountedDay[]
test.describe.configure({ timeout: 240_000 })
test.beforeAll(async () => {
  test.setTimeout(400_000)
  hall = await DayHall.open(configuration)
  const year = { configuration, traffic: kupangTraffic, from: first, workingDays: DAYS, visitorsPerDay: 40, seed: 20 }
  await keepDays(await hall.redis.open(), workingDays(year))
  await hall.start()
  await hall.addPeople()
  penyelia = await hall.as('penyelia')
  const log = await (await penyelia.get(`${hall.url}/api/v1/branches/uji/events?after=0`)).text()
  counted = recount(
    log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine),
  )
  const visits = counted.reduce((sum, day) => sum + newVisits(day).length, 0)
  // The server counts its past in the background after a start.
  await expect(async () => {
    expect((await report(`from=${first}&to=${today}&by=year`)).total.visits).toBe(visits)
  }).toPass({ timeout: 300_000 })
})
test.afterAll(async () => {
  await penyelia?.dispose()
  await hall?.end()
})

async function report(query: string): Promise<Report> {
  const answer = await penyelia.get(`${hall.url}/api/v1/branches/uji/reports?${query}`)
  expect(answer.status(), await answer.text()).toBe(200)
  return (await answer.json()) as Report
}
const look = async (page: Page, name: string): Promise<void> => {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/reports-${name}.png`, fullPage: true })
}
const clean = async (page: Page): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 'nothing hangs over').toBeLessThanOrEqual(0)
}
/** Figures are there, and they are those that the address asks for. */
const ready = async (page: Page): Promise<void> => {
  await expect(page.locator('[data-test=found]')).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 })
}
const id = (value: number): string => new Intl.NumberFormat('id-ID').format(value)
const part = (page: Page, name: string) => page.locator(`[data-test=headline] [data-test=${name}]`)
const keys = (page: Page) =>
  page.locator('[data-test=rows] [data-test=row]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-key')))
const cells = (page: Page, key: string, column: string) => page.locator(`[data-test=row][data-key="${key}"] [data-column=${column}]`)

/** Whoever was carried over was counted on the day before. */
const newVisits = (day: CountedDay) => day.visits.filter((visit) => !visit.isCarriedIn)

test('the figures on the page are those of the server, and of one day those of its raw events', async ({ browser }) => {
  // The day on which most went otherwise than wished.
  const stopsOf = (day: CountedDay) => day.visits.flatMap((visit) => visit.stops)
  const lost = (day: CountedDay): number => stopsOf(day).filter(({ end }) => end !== 'served').length
  const day = [...counted].sort((a, b) => lost(b) - lost(a))[0] as CountedDay
  const stops = stopsOf(day)
  const served = stops.filter(({ end }) => end === 'served').length
  const done = newVisits(day).filter((visit) =>
    visit.stops.every(({ end, outcome }) => end === 'moved' || (end === 'served' && outcome === 'done')),
  ).length
  expect(served).toBeGreaterThan(5)
  expect(lost(day)).toBeGreaterThan(2)
  const { page, complaints } = await hall.open(browser, `/supervisor/reports?from=${day.day}&to=${day.day}&by=agency`, {
    as: 'penyelia',
    size: DESK,
  })
  await ready(page)
  await expect(part(page, 'visits')).toHaveText(id(newVisits(day).length))
  await expect(part(page, 'served').locator('.number')).toHaveText(id(served))
  await expect(part(page, 'not-served').locator('.number')).toHaveText(id(lost(day)))
  for (const reason of ['noShow', 'refused', 'cancelled', 'moved']) {
    const count = stops.filter(({ end }) => end === reason).length
    if (count > 0) await expect(part(page, 'not-served').locator(`[data-reason=${reason}]`)).toContainText(id(count))
  }
  await expect(part(page, 'first')).toContainText(`${id(done)} dari ${id(newVisits(day).length)} kunjungan`)
  const waits = stops.map(waitOf).filter((wait) => wait !== null)
  const median = Math.round((quantile(waits, 0.5) as number) / 6_000) / 10
  await expect(part(page, 'wait').locator('.number')).toHaveText(
    new Intl.NumberFormat('id-ID', { maximumFractionDigits: 1 }).format(median),
  )

  // Growth, in words, against what is known.
  await page.goto(`/supervisor/reports?${MONTH}&by=agency`)
  await ready(page)
  const whole = await report(`${MONTH}&by=agency`)
  expect(whole.spanBefore?.visits).toBeGreaterThan(0)
  await expect(page.locator('[data-test=growth]')).toContainText(`(${id(whole.spanBefore?.visits ?? 0)})`)

  // A month by agency: every row, the total, and the same figures behind the plots.
  await page.goto(`/supervisor/reports?${MONTH}&by=agency`)
  await ready(page)
  const month = await report(`${MONTH}&by=agency`)
  expect(month.rows.length).toBeGreaterThan(2)
  for (const row of month.rows) {
    await expect(cells(page, row.key, 'visits')).toHaveText(id(row.visits))
    await expect(cells(page, row.key, 'served')).toHaveText(id(row.served))
  }
  await expect(page.locator('[data-test=total] [data-column=visits]')).toHaveText(id(month.total.visits))
  await expect(part(page, 'visits')).toHaveText(id(month.total.visits))
  const perDay = await report(`${MONTH}&by=day`)
  const behind = page.locator('[data-plot=time] details')
  await behind.locator('summary').click()
  await expect(behind.locator('tbody tr')).toHaveCount(perDay.rows.length)
  expect(await behind.locator('tbody td').allInnerTexts()).toEqual(perDay.rows.map((row) => id(row.visits)))
  await expect(page.locator('[data-plot=time] svg[role=img] rect')).toHaveCount(perDay.rows.length + 2)
  expect(complaints).toEqual([])
})

test('what is chosen lives in the address: by keys, back again, and as a link for somebody else', async ({ browser }) => {
  const { page } = await hall.open(browser, `/supervisor/reports?${MONTH}`, { as: 'penyelia', size: DESK })
  await ready(page)
  const atFirst = await part(page, 'visits').innerText()
  await page.locator('[data-span=yesterday]').focus()
  await page.keyboard.press('Enter')
  await ready(page)
  await expect(page.locator('[data-span=yesterday]')).toHaveAttribute('aria-pressed', 'true')
  await page.locator('[data-test=by]').focus()
  await page.keyboard.type('Layanan')
  await expect(page).toHaveURL(/by=service/)
  await page.goBack()
  await page.goBack()
  await ready(page)
  await expect(part(page, 'visits')).toHaveText(atFirst)
  await expect(page.locator('[data-test=by]')).toHaveValue('agency')

  // Down into an agency, then its own counter, and the link of it.
  await page.locator('[data-test=row][data-key=DUKCAPIL] a').click()
  await expect(page).toHaveURL(/by=service.*agency=DUKCAPIL/)
  await ready(page)
  expect((await keys(page)).every((key) => key?.startsWith('DUKCAPIL.'))).toBe(true)
  const counter = configuration.counters.find(({ services }) => services.some((code) => code.startsWith('DUKCAPIL.')))?.id ?? ''
  await page.locator('[data-test=only-counter]').selectOption(counter)
  await ready(page)
  const narrowed = await part(page, 'visits').innerText()
  const cut = await report(`${MONTH}&by=service&agency=DUKCAPIL&counter=${counter}`)
  expect(narrowed).toBe(id(cut.total.visits))
  expect(cut.spanBefore?.visits).toBeGreaterThan(0)
  await expect(page.locator('[data-test=growth]'), 'a part is compared with the same part').toContainText(
    `(${id(cut.spanBefore?.visits ?? 0)})`,
  )
  const other = await hall.open(browser, page.url().replace(hall.url, ''), { as: 'admin', size: DESK, language: 'en' })
  await ready(other.page)
  await expect(part(other.page, 'visits')).toHaveText(narrowed.replace('.', ','))
  await expect(other.page.locator('[data-test=only-agency]')).toHaveValue('DUKCAPIL')

  // Own dates: a mistake is said beside them, and nothing changes.
  const before = page.url()
  await page.locator('input[name=from]').fill(today)
  await page.locator('input[name=to]').fill(`${NOVEMBER}-01`)
  await page.locator('[data-test=own]').click()
  await expect(page.locator('[data-test=own-mistake]')).toBeVisible()
  expect(page.url()).toBe(before)
  await page.locator('input[name=from]').fill(`${NOVEMBER}-01`)
  await page.locator('input[name=to]').fill(`${NOVEMBER}-15`)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`from=${NOVEMBER}-01&to=${NOVEMBER}-15`))
  await page.locator('[data-test=no-filter]').click()
  await expect(page).not.toHaveURL(/agency=/)
})

test('every column sorts, by keys too, and the order is in the link', async ({ browser }) => {
  const { page } = await hall.open(browser, `/supervisor/reports?${MONTH}&by=service`, { as: 'penyelia', size: DESK })
  await ready(page)
  const { rows } = await report(`${MONTH}&by=service`)
  const head = (column: string) => page.locator(`th:has([data-test=sort][data-column=${column}])`)
  await expect(head('visits')).toHaveAttribute('aria-sort', 'descending')
  const sorted = await keys(page)
  expect(sorted.map((key) => rows.find((row) => row.key === key)?.visits)).toEqual(rows.map((row) => row.visits).sort((a, b) => b - a))
  await page.locator('[data-test=sort][data-column=waitMedian]').focus()
  await page.keyboard.press('Space')
  await expect(head('waitMedian')).toHaveAttribute('aria-sort', 'descending')
  await expect(head('visits')).toHaveAttribute('aria-sort', 'none')
  await page.keyboard.press('Space')
  await expect(head('waitMedian')).toHaveAttribute('aria-sort', 'ascending')
  const waits = (await keys(page)).map((key) => rows.find((row) => row.key === key)?.wait.medianMinutes ?? Number.POSITIVE_INFINITY)
  expect(waits).toEqual([...waits].sort((a, b) => a - b))
  await page.reload()
  await ready(page)
  await expect(head('waitMedian')).toHaveAttribute('aria-sort', 'ascending')
})

test('the files hold the same rows', async ({ browser }) => {
  const { page } = await hall.open(browser, `/supervisor/reports?${MONTH}&by=agency`, { as: 'penyelia', size: DESK })
  await ready(page)
  const { rows, total } = await report(`${MONTH}&by=agency`)
  const file = async (format: 'csv' | 'xlsx'): Promise<string> => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator(`[data-test=${format}]`).click()])
    expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${format}$`))
    return download.path()
  }
  const sheet = await readSheet(await file('xlsx'))
  const written = sheet.flat().map(String)
  for (const row of rows) {
    const line = sheet.find((cell) => cell.includes(row.label.id))
    expect(line, row.label.id).toContain(row.visits)
    expect(line, row.label.id).toContain(row.served)
  }
  expect(written).toContain(String(total.visits))
  const csv = await readFile(await file('csv'), 'utf8')
  for (const row of rows) expect(csv).toContain(row.label.id)
})

test('the monthly report is a sheet of paper', async ({ browser }) => {
  for (const language of ['id', 'en'] as const) {
    const { page, complaints } = await hall.open(browser, `/supervisor/reports?${MONTH}`, { as: 'penyelia', size: DESK, language })
    await ready(page)
    await page.locator('[data-test=paper]').click()
    const sheet = page.locator('[data-test=sheet]')
    await expect(sheet).toBeVisible()
    const { rows, total } = await report(`${MONTH}&by=agency`)
    await expect(sheet).toContainText(configuration.name[language])
    await expect(sheet).toContainText('Jalan Timor Raya Nomor 124')
    await expect(sheet).toContainText('Beres dan Pasti')
    await expect(sheet.locator('[data-test=sheet-agencies] tbody tr')).toHaveCount(rows.length + 1)
    await expect(sheet.locator('[data-test=sheet-figures]')).toContainText(
      new Intl.NumberFormat(language === 'id' ? 'id-ID' : 'en-GB').format(total.visits),
    )
    await expect(sheet.locator('[data-test=plot] svg')).toHaveCount(3)
    await expect(sheet.locator('[data-test=sign]')).toContainText(language === 'id' ? 'Kepala MPP' : 'Head of the MPP')
    await look(page, `month-${language}`)
    await clean(page)
    const pdf = await page.pdf({ path: `test-results/look/reports-month-${language}.pdf`, preferCSSPageSize: true })
    const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0
    expect(sheets).toBeGreaterThan(0)
    expect(sheets).toBeLessThanOrEqual(3)
    expect(pdf.toString('latin1')).toMatch(/\/MediaBox\s*\[\s*0 0 59[45](\.\d+)? 84[12]/)
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize(A4)
    for (const furniture of ['nav', 'header', '.selvedge', '[data-test=print]', 'summary'])
      for (const each of await page.locator(furniture).all()) await expect(each).toBeHidden()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 'nothing hangs over').toBeLessThanOrEqual(0)
    await look(page, `month-print-${language}`)
    expect(complaints).toEqual([])
  }
})

test('an admin enters earlier years: pasted, mended, saved, shown as entered, and taken back', async ({ browser }) => {
  const year = Number(first.slice(0, 4)) - 1
  const { page, complaints } = await hall.open(browser, `/supervisor/reports?${MONTH}`, { as: 'admin', size: DESK })
  await ready(page)
  await page.locator('[data-test=totals] > summary').click()
  await expect(page.locator('[data-test=no-totals]')).toBeVisible()
  await page
    .locator('textarea[name=paste]')
    .fill(
      [
        `Bulan\tInstansi\tKunjungan\tSumber`,
        `Januari ${year}\t\t1.850\tLaporan tahunan`,
        `02/${year}\tdukcapil\tbanyak\tLaporan tahunan`,
        `${year}-02\tDukcapil\t700\tLaporan tahunan`,
      ].join('\n'),
    )
  await page.locator('[data-test=take-over]').click()
  const lines = page.locator('[data-test=total-line]')
  await expect(lines).toHaveCount(3)
  await expect(lines.nth(1).locator('[data-test=total-mistake]')).toHaveCount(1)
  await expect(lines.nth(2).locator('[data-test=total-mistake]')).toHaveCount(1)
  await look(page, 'totals')
  await clean(page)
  await page.locator('[data-test=save-totals]').click()
  await expect(page.locator('[data-test=totals-wrong]')).toBeVisible()
  const told = async (): Promise<EarlierTotals> => (await penyelia.get(`${hall.url}/api/v1/branches/uji/reports/totals`)).json()
  expect((await told()).totals, 'nothing is saved while a line is wrong').toEqual([])
  await page.locator('[data-test=remove-total]').nth(1).click()
  await expect(page.locator('[data-test=total-mistake]')).toHaveCount(0)
  await page.locator('[data-test=save-totals]').click()
  await expect(page.locator('[data-test=totals-saved]')).toBeVisible()
  expect((await told()).totals).toEqual([
    { month: `${year}-01`, agency: null, visits: 1850, source: 'Laporan tahunan' },
    { month: `${year}-02`, agency: 'DUKCAPIL', visits: 700, source: 'Laporan tahunan' },
  ])
  await expect(page.locator('[data-plot=growth] .keys')).toContainText('dimasukkan, bukan dihitung sistem')
  const growth = (await (await penyelia.get(`${hall.url}/api/v1/branches/uji/reports/growth`)).json()) as Growth
  expect(growth.months.find(({ month }) => month === `${year}-01`)).toMatchObject({ visits: 1850, isTotalOnly: true })
  await page.locator('[data-plot=growth] summary').click()
  await expect(page.locator('[data-plot=growth] details')).toContainText('1.850, dimasukkan, bukan dihitung sistem')
  await look(page, 'growth')
  await page.reload()
  await ready(page)
  await page.locator('[data-test=totals] > summary').click()
  await page.locator('[data-test=remove-total]').first().click()
  await page.locator('[data-test=remove-total]').first().click()
  await page.locator('[data-test=save-totals]').click()
  await expect(page.locator('[data-test=totals-saved]')).toBeVisible()
  expect((await told()).totals).toEqual([])
  expect(complaints).toEqual([])
  // A supervisor reads; the house's admin enters.
  const supervisor = await hall.open(browser, `/supervisor/reports?${MONTH}`, { as: 'penyelia', size: DESK })
  await ready(supervisor.page)
  await expect(supervisor.page.locator('[data-test=totals]')).toHaveCount(0)
})

test('states: today is partial, nothing yet, being read, the server away, not signed in, not allowed', async ({ browser }) => {
  const opened = await penyelia.post(`${hall.url}/api/v1/branches/uji/commands`, { data: { commandId: 'reports-open', type: 'openDay' } })
  expect(opened.status(), await opened.text()).toBe(200)
  for (const code of ['DUKCAPIL.KK', 'DUKCAPIL.KK', 'BANKNTT.TELLER']) await hall.issue(penyelia, { services: [code] })
  await expect.poll(async () => (await report(`from=${today}&to=${today}&by=hour`)).total.visits).toBe(3)
  const { page } = await hall.open(browser, `/supervisor/reports?from=${today}&to=${today}`, { as: 'penyelia', size: DESK })
  await ready(page)
  await expect(page.locator('[data-test=state]')).toContainText('Hari ini baru dihitung sampai pukul')
  await look(page, 'today')
  await clean(page)
  await page.goto('/supervisor/reports?from=2019-01-01&to=2019-01-31')
  await expect(page.locator('[data-test=empty]')).toContainText('Belum ada kunjungan pada rentang ini')
  await look(page, 'empty')
  await clean(page)
  await page.locator('[data-test=empty] button').click()
  await expect(page.locator('[data-span=lastMonth]')).toHaveAttribute('aria-pressed', 'true')
  await page.goto(`/supervisor/reports?${MONTH}`)
  await ready(page)
  await expect(page.locator('[data-test=row]').first()).toBeVisible()

  // While the next figures are read the older ones stay, and it is said whose they are.
  const kept = await part(page, 'visits').innerText()
  let letGo = (): void => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  await page.route('**/reports?**', async (route) => {
    await gate
    await route.continue()
  })
  await page.locator('[data-span=today]').click()
  await expect(page.locator('[data-test=state]')).toContainText('Menghitung')
  await expect(part(page, 'visits')).toHaveText(kept)
  await look(page, 'reading')
  letGo()
  await ready(page)
  await expect(part(page, 'visits')).not.toHaveText(kept)
  await page.unroute('**/reports?**')

  const there = await part(page, 'visits').innerText()
  await hall.kill()
  await page.goBack()
  await expect(page.locator('[data-test=problem]')).toBeVisible()
  await expect(part(page, 'visits')).toHaveText(there)
  await look(page, 'away')
  await clean(page)
  await hall.start()
  await expect(page.locator('[data-test=problem]')).toHaveCount(0, { timeout: 30_000 })
  await ready(page)
  await expect(part(page, 'visits')).toHaveText(id((await report(`${MONTH}&by=agency`)).total.visits))

  const stranger = await hall.open(browser, '/supervisor/reports', { size: DESK })
  await expect(stranger.page.locator('[data-test=sign-in]')).toBeVisible()
  await clean(stranger.page)
  const officer = await hall.open(browser, '/supervisor/reports', { as: 'petugas', size: DESK })
  await expect(officer.page.locator('[data-test=own-page]')).toBeVisible()
})

for (const [name, size] of Object.entries({ desk: DESK, screen: SCREEN, phone: PHONE }))
  for (const language of ['id', 'en'] as const)
    test(`looks right: ${name}, ${language}`, async ({ browser }) => {
      const { page, complaints } = await hall.open(browser, `/supervisor/reports?${MONTH}`, { as: 'penyelia', size, language })
      await ready(page)
      await look(page, `${name}-${language}`)
      await clean(page)
      for (const by of ['day', 'service', 'hour'] as const) {
        await page.goto(`/supervisor/reports?${MONTH}&by=${by}`)
        await ready(page)
        await look(page, `${name}-${by}-${language}`)
        await clean(page)
      }
      await page.goto(`/supervisor/reports?month=${NOVEMBER}`)
      await expect(page.locator('[data-test=sheet] svg').first()).toBeVisible()
      await look(page, `${name}-month-${language}`)
      await clean(page)
      expect(complaints).toEqual([])
    })
