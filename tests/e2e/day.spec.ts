import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, expect, type Page, test } from 'playwright/test'
import { FakePrinter } from '../printing/fakePrinter.ts'
import { branchWith, callNext, DayHall, dayService, everyDay, openDay, todayThere, told, wall } from './dayHall.ts'
import { openCounter } from './hall.ts'

const DESK = { width: 1366, height: 768 }
const PHONE = { width: 390, height: 844 }
const SCREEN = { width: 1920, height: 1080 }

let hall: DayHall
let penyelia: APIRequestContext
async function begin(configuration: Parameters<typeof branchWith>[0]): Promise<void> {
  hall = await DayHall.open(branchWith(configuration))
  await hall.start()
  await hall.addPeople()
  penyelia = await hall.as('penyelia')
}
// Several browsers, and clocks that can't be hurried.
test.describe.configure({ timeout: 180_000 })
test.afterEach(async () => {
  await penyelia?.dispose()
  await hall?.end()
})

const take = (body: object) =>
  penyelia.post(`${hall.url}/api/v1/branches/uji/tickets`, {
    data: body,
    headers: { 'Idempotency-Key': `day-${Math.random().toString(36).slice(2)}` },
  })
const issue = async (service: string, count: number): Promise<{ id: string; number: string }[]> => {
  const tickets: { id: string; number: string }[] = []
  for (let n = 0; n < count; n++) tickets.push((await hall.issue(penyelia, { services: [service] })).ticket)
  return tickets
}
const order = async (command: object): Promise<void> => {
  const answer = await penyelia.post(`${hall.url}/api/v1/branches/uji/commands`, {
    data: { commandId: `day-${Math.random().toString(36).slice(2)}`, ...command },
  })
  expect(answer.status(), await answer.text()).toBe(200)
}
const look = async (page: Page, name: string): Promise<void> => {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/${name}.png` })
}
const clean = async (page: Page): Promise<void> => {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), 'nothing hangs over').toBeLessThanOrEqual(0)
}

test('LOSS1 TICKET1 a power cut in the middle of the morning: the same state, the numbers on paper entered, the order right', async ({
  browser,
}) => {
  await begin({ hours: 'always' })
  const counter = await hall.open(browser, '/counter', { as: 'petugas' })
  await openCounter(counter.page, '3')
  const [, second] = await issue('DUKCAPIL.KK', 3)
  await callNext(counter.page, 'B-001')
  const phone = await hall.open(browser, `/ticket/${second?.id}`, { size: PHONE })
  await expect(phone.page.locator('[data-test=ahead]')).toContainText('0')
  const cutMs = Date.now()

  await hall.cutPower()
  await expect(counter.page.locator('[data-test=lost]')).toBeVisible()
  await hall.restorePower()
  await expect(counter.page.locator('[data-test=lost]')).toHaveCount(0, { timeout: 10_000 })
  await expect(counter.page.locator('[data-test=current]')).toHaveAttribute('data-number', 'B-001')
  await expect(phone.page.locator('[data-test=number]')).toHaveText('B-002')

  // Who got a number on paper in the dark waits behind those who came before it, and before those who come now.
  await order({ type: 'enterTicket', number: 'B-T02', writtenAtMs: cutMs + 2, service: 'DUKCAPIL.KK' })
  await order({ type: 'enterTicket', number: 'B-T01', writtenAtMs: cutMs + 1, service: 'DUKCAPIL.KK' })
  expect((await issue('DUKCAPIL.KK', 1))[0]?.number).toBe('B-004')
  for (const number of ['B-002', 'B-003', 'B-T01', 'B-T02', 'B-004']) await callNext(counter.page, number)
  expect(counter.complaints).toEqual([])
})

test('TICKET4 lunch: numbers stop before it, everything says until when, and it opens again by itself', async ({ browser }) => {
  const [lunch, afternoon] = [wall(20), wall(90)]
  await begin({
    hours: everyDay(
      [
        ['00:00', lunch],
        [afternoon, '23:59'],
      ],
      { lastTicketMinutesBeforeClose: 30 },
    ),
  })
  const refused = await take({ services: ['DUKCAPIL.KK'] })
  expect(await refused.json()).toMatchObject({ code: 'service-closed', details: { reason: 'last-ticket' } })
  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia', size: DESK })
  await openDay(supervisor.page)
  const state = dayService(supervisor.page, 'DUKCAPIL.KK').locator('[data-test=day-state]')
  await expect(state).toContainText(`Buka lagi pukul ${told(afternoon)}`)
  await expect(supervisor.page.locator('[data-test=hours]')).toContainText(`${told(lunch)}–${told(afternoon)} istirahat`)
  await look(supervisor.page, 'day-last-ticket')

  // The break itself, which ends with one of the next two minutes.
  const endMs = Math.ceil((Date.now() + 40_000) / 60_000) * 60_000
  const end = wall(0, endMs)
  await hall.configure({
    hours: everyDay([
      ['00:00', wall(-1)],
      [end, '23:59'],
    ]),
  })
  await expect(state).toContainText(`Istirahat. Buka lagi pukul ${told(end)}`)
  const kiosk = await hall.open(browser, '/kiosk', { as: 'penyelia', size: { width: 1080, height: 1920 } })
  await expect(kiosk.page.getByText(told(end)).first()).toBeVisible()
  const board = await hall.open(browser, '/display', { as: 'penyelia', size: SCREEN })
  await expect(board.page.locator('[data-test=closed]')).toContainText(`Buka lagi pukul ${told(end)}`)
  await look(kiosk.page, 'day-break-kiosk')
  await look(board.page, 'day-break-board')
  await look(supervisor.page, 'day-break')
  await expect(state).toContainText('Nomor sampai', { timeout: endMs - Date.now() + 20_000 })
  await expect(board.page.locator('[data-test=closed]')).toHaveCount(0)
  expect((await take({ services: ['DUKCAPIL.KK'] })).status()).toBe(201)
})

test('TICKET4 Friday prayer: one weekday with a longer break, and a day with hours of its own says why', async ({ browser }) => {
  const [noon, back, early] = [wall(-1), wall(75), wall(-30)]
  const usual = everyDay([['00:00', '23:59']])
  await begin({
    hours: {
      weekly: {
        ...usual.weekly,
        [todayThere()]: [
          ['00:00', noon],
          [back, '23:59'],
        ],
      },
    },
  })
  expect(await (await take({ services: ['BANKNTT.TELLER'] })).json()).toMatchObject({
    code: 'service-closed',
    details: { reason: 'break' },
  })
  const supervisor = await hall.open(browser, '/supervisor#hari-ini', { as: 'penyelia', size: DESK })
  await expect(supervisor.page.locator('[data-test=hours]')).toContainText(`${told(noon)}–${told(back)} istirahat`)
  await expect(dayService(supervisor.page, 'BANKNTT.TELLER').locator('[data-test=day-state]')).toContainText(`pukul ${told(back)}`)
  await hall.configure({
    hours: {
      ...usual,
      exceptions: [{ from: '2020-01-01', to: '2099-12-31', hours: [['00:00', early]], reason: { id: 'Ramadan', en: 'Ramadan' } }],
    },
  })
  await expect(supervisor.page.locator('[data-test=hours-reason]')).toHaveText('Ramadan')
  await expect(supervisor.page.locator('[data-test=hours-now]')).toContainText(told(early))
})

test('DAY2 closing with people waiting: served on, refused with a text, and a slip for the next day; board and phones say it', async ({
  browser,
}) => {
  const end = wall(26)
  await begin({ hours: everyDay([['00:00', end]]) })
  const counter = await hall.open(browser, '/counter', { as: 'petugas' })
  await openCounter(counter.page, '3')
  const teller = await hall.open(browser, '/counter', { as: 'petugas2' })
  await openCounter(teller.page, '9')
  const cards = await issue('DUKCAPIL.KK', 6)
  const payments = await issue('BANKNTT.TELLER', 2)
  const [social] = await issue('DINSOS.BANSOS', 1)
  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia', size: DESK })
  const { page } = supervisor
  await expect(page.locator('[data-test=part-day] .count')).toBeVisible()
  await openDay(page)
  const card = dayService(page, 'DUKCAPIL.KK')
  await expect(card).toHaveAttribute('data-trouble', 'remaining')
  await expect(card.locator('[data-test=day-left]')).toContainText(`2 dari 6 terlayani sampai pukul ${told(end)}, mulai B-003 tidak`)
  await look(page, 'day-closing-id')
  await clean(page)

  // Refused with a text: those who can't be served any more, and nobody else. By keyboard.
  await card.locator('[data-test=end-service]').focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-test=end-numbers]')).toContainText('B-003, B-004, B-005, B-006')
  await look(page, 'day-end-choose-id')
  await page.locator('[data-test=end-refuse]').press('Space')
  await page.locator('[data-test=reason]').fill('Petugas pulang pukul empat')
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-test=end-question]')).toContainText('4 nomor ditolak')
  await clean(page)
  await look(page, 'day-end-ask-id')
  await page.locator('[data-test=end-yes]').press('Enter')
  await expect(page.locator('[data-test=end-done]')).toBeVisible()
  await page.locator('[data-test=end-close]').press('Enter')
  await expect(card).toHaveAttribute('data-override', 'closed')
  await expect(card).toHaveAttribute('data-trouble', '')
  expect(await (await take({ services: ['DUKCAPIL.KK'] })).json()).toMatchObject({
    details: { reason: 'day-closed', text: 'Petugas pulang pukul empat' },
  })
  const refused = await hall.open(browser, `/ticket/${cards[3]?.id}`, { size: PHONE })
  await expect(refused.page.locator('[data-test=refused]')).toContainText('Petugas pulang pukul empat')
  await look(refused.page, 'day-phone-refused-id')
  await clean(refused.page)
  const kept = await hall.open(browser, `/ticket/${cards[0]?.id}`, { size: PHONE })
  await expect(kept.page.locator('[data-test=state]')).toHaveAttribute('data-state', 'waiting')
  const board = await hall.open(browser, '/display', { as: 'penyelia', size: SCREEN })
  await expect(board.page.getByText('Nomor yang ditolak: B-003, B-004, B-005, B-006').first()).toBeVisible({ timeout: 25_000 })
  await look(board.page, 'day-board-refused')

  // A slip: everybody of another agency is first on the next day.
  await dayService(page, 'BANKNTT.TELLER').locator('[data-test=end-service]').click()
  await page.locator('[data-test=end-carryOver]').click()
  await page.locator('[data-test=end-next]').click()
  await expect(page.locator('[data-test=end-question]')).toContainText('E-001, E-002')
  await page.locator('[data-test=end-yes]').click()
  await expect(page.locator('[data-test=slips]')).toContainText('E-001/')
  await expect(dayService(page, 'BANKNTT.TELLER').locator('[data-test=day-left]')).toHaveText('2 untuk hari berikutnya')
  await look(page, 'day-end-slips-id')
  await clean(page)
  await page.locator('[data-test=end-close]').click()
  const slip = await hall.open(browser, `/ticket/${payments[0]?.id}`, { size: PHONE, language: 'en' })
  await expect(slip.page.locator('[data-test=next-day]')).toContainText('served first on')
  await expect(slip.page.locator('[data-test=number]')).toContainText('E-001/')
  await look(slip.page, 'day-phone-next-day-en')
  await clean(slip.page)
  // A long text stands there in one language after the other, ten seconds each.
  await expect(board.page.getByText('dilayani pertama pada hari layanan berikutnya').first()).toBeVisible({ timeout: 25_000 })
  await look(board.page, 'day-board-next-day')
  await teller.page.locator('[data-test=call-next]').click()
  await expect(teller.page.locator('[data-test=current]')).toHaveAttribute('data-number', '')
  // There is time after all: whoever is still here waits today again, and a slip is no obstacle.
  await dayService(page, 'BANKNTT.TELLER').locator('[data-test=bring-back]').click()
  await expect(dayService(page, 'BANKNTT.TELLER').locator('[data-test=day-left]')).toHaveText('2 masih dilayani')
  await expect(slip.page.locator('[data-test=next-day]')).toHaveCount(0)
  await callNext(teller.page, ((await slip.page.locator('[data-test=number]').textContent()) ?? '').trim())

  // Served on: no more numbers, and who waits is called all the same.
  await dayService(page, 'DINSOS.BANSOS').locator('[data-test=end-service]').click()
  await page.locator('[data-test=end-everybody]').click()
  await page.locator('[data-test=end-next]').click()
  await expect(page.locator('[data-test=end-question]')).toContainText('1 orang tetap dilayani')
  await page.locator('[data-test=end-yes]').click()
  await page.locator('[data-test=end-close]').click()
  await expect(dayService(page, 'DINSOS.BANSOS').locator('[data-test=day-left]')).toHaveText('1 masih dilayani')
  const waiting = await hall.open(browser, `/ticket/${social?.id}`, { size: PHONE })
  await expect(waiting.page.locator('[data-test=state]')).toHaveAttribute('data-state', 'waiting')
  await callNext(counter.page, 'B-001')
  await callNext(counter.page, 'B-002')

  // Taken back from the same row: numbers are given again.
  await card.locator('[data-test=reopen-service]').click()
  await expect(card).toHaveAttribute('data-override', '')
  expect((await take({ services: ['DUKCAPIL.KK'] })).status()).toBe(201)

  // All at once.
  await page.locator('[data-test=day-end-all]').click()
  await page.locator('[data-test=end-everybody]').click()
  await page.locator('[data-test=end-carryOver]').click()
  await page.locator('[data-test=end-next]').click()
  await page.locator('[data-test=end-yes]').click()
  await expect(page.locator('[data-test=slips]')).toContainText('B-007/')
  await page.locator('[data-test=end-close]').click()
  await expect(page.locator('[data-test=day-override]')).toBeVisible()
  await page.locator('[data-test=day-reset-all]').click()
  await expect(page.locator('[data-test=day-override]')).toHaveCount(0)
  for (const each of [supervisor, counter, teller, refused, slip, board]) expect(each.complaints).toEqual([])
})

test('TICKET4 paused with a text: one service, an agency, everything, and back from the same place; numbers stay valid', async ({
  browser,
}) => {
  await begin({ hours: 'always' })
  const [ticket] = await issue('DUKCAPIL.KK', 1)
  const { page, complaints } = await hall.open(browser, '/supervisor#hari-ini', { as: 'penyelia', size: DESK })
  const phone = await hall.open(browser, `/ticket/${ticket?.id}`, { size: PHONE })
  const card = dayService(page, 'DUKCAPIL.KK')
  await card.locator('[data-test=pause-service]').click()
  await page.locator('[data-test=prepared-text]').first().click()
  await expect(page.locator('[data-test=reason]')).toHaveValue('Sistem instansi gangguan')
  await look(page, 'day-pause-id')
  await clean(page)
  await page.locator('[data-test=submit]').click()
  await expect(card).toHaveAttribute('data-override', 'paused')
  await expect(card).toContainText('Nomor yang sudah diambil tetap berlaku.')
  await expect(phone.page.locator('[data-test=paused]')).toContainText('Sistem instansi gangguan. Nomor Anda tetap berlaku.')
  await look(phone.page, 'day-phone-paused-id')
  expect(await (await take({ services: ['DUKCAPIL.KK'] })).json()).toMatchObject({
    details: { reason: 'paused', text: 'Sistem instansi gangguan' },
  })

  const agency = page.locator('[data-test=day-agency][data-agency=DUKCAPIL]')
  await card.locator('[data-test=resume-service]').click()
  await expect(card).toHaveAttribute('data-override', '')
  await agency.locator('[data-test=pause-agency]').click()
  await page.locator('[data-test=reason]').fill('Jaringan kecamatan putus')
  await page.keyboard.press('Enter')
  await expect(dayService(page, 'DUKCAPIL.REKAM')).toHaveAttribute('data-override', 'paused')
  await expect(card.locator('[data-test=day-state]')).toContainText('Jaringan kecamatan putus')
  await look(page, 'day-agency-paused-id')
  await agency.locator('[data-test=resume-agency]').click()
  await expect(dayService(page, 'DUKCAPIL.REKAM')).toHaveAttribute('data-override', '')

  await page.locator('[data-test=day-pause-all]').click()
  await page.locator('[data-test=prepared-text]').nth(1).click()
  await page.locator('[data-test=submit]').click()
  const board = await hall.open(browser, '/display', { as: 'penyelia', size: SCREEN })
  await expect(board.page.locator('[data-test=paused]')).toContainText('Keadaan darurat')
  await expect(phone.page.locator('[data-test=paused]')).toContainText('Keadaan darurat')
  await look(page, 'day-all-paused-id')
  await clean(page)
  await page.locator('[data-test=day-resume-all]').click()
  await expect(board.page.locator('[data-test=paused]')).toHaveCount(0)
  await expect(phone.page.locator('[data-test=paused]')).toHaveCount(0)
  expect(complaints).toEqual([])
})

test('outside its hours: a service is opened by hand, and follows its hours again', async ({ browser }) => {
  await begin({ hours: everyDay([['00:00', wall(-5)]]) })
  const { page } = await hall.open(browser, '/supervisor', { as: 'penyelia', size: DESK })
  // From a row of the hall to the same service in the day, ready for the keyboard.
  await page.locator('[data-test=queue][data-service="DUKCAPIL.KK"] [data-test=service-actions]').press('Enter')
  const card = dayService(page, 'DUKCAPIL.KK')
  await expect(card.locator('[data-test=open-service]')).toBeFocused()
  await page.keyboard.press('Enter')
  await page.locator('[data-test=submit]').click()
  await expect(card).toHaveAttribute('data-override', 'open')
  expect((await take({ services: ['DUKCAPIL.KK'] })).status()).toBe(201)
  await card.locator('[data-test=reset-service]').click()
  await expect(card).toHaveAttribute('data-override', '')
  // The hours are over, somebody waits: the supervisor must decide.
  await expect(card).toHaveAttribute('data-trouble', 'remaining')
  await expect(card.locator('[data-test=day-left]')).toContainText('1 masih menunggu, jam layanan berakhir')
  // A whole agency, and back.
  const agency = page.locator('[data-test=day-agency][data-agency=DUKCAPIL]')
  await agency.locator('[data-test=open-agency]').click()
  await page.locator('[data-test=submit]').click()
  await expect(dayService(page, 'DUKCAPIL.REKAM')).toHaveAttribute('data-override', 'open')
  await agency.locator('[data-test=reset-agency]').click()
  await expect(dayService(page, 'DUKCAPIL.REKAM')).toHaveAttribute('data-override', '')
  await agency.locator('[data-test=end-agency]').click()
  await page.locator('[data-test=end-next]').click()
  await page.locator('[data-test=end-yes]').click()
  await page.locator('[data-test=end-close]').click()
  await expect(dayService(page, 'DUKCAPIL.REKAM')).toHaveAttribute('data-override', 'closed')
  await agency.locator('[data-test=reopen-agency]').click()
  await expect(card).toHaveAttribute('data-override', '')
  await page.locator('[data-test=day-open-all]').click()
  await page.locator('[data-test=submit]').click()
  await expect(page.locator('[data-test=day-override]')).toBeVisible()
  expect((await take({ services: ['BANKNTT.TELLER'] })).status()).toBe(201)
})

test('TICKET3 three kiosks at the last number in the same second: one ticket, and everybody sees that nothing is left', async ({
  browser,
}) => {
  await begin({ hours: 'always' })
  const supervisor = await hall.open(browser, '/supervisor#hari-ini', { as: 'penyelia', size: DESK })
  const issued = dayService(supervisor.page, 'DINSOS.BANSOS').locator('[data-test=day-issued]')
  await expect(issued).toHaveText('0 dari 1, sisa 1')
  const answers = await Promise.all([1, 2, 3].map(() => take({ services: ['DINSOS.BANSOS'] })))
  expect(answers.map((answer) => answer.status()).sort()).toEqual([201, 409, 409])
  await expect(issued).toHaveText('1 dari 1, sisa 0')
  await expect(dayService(supervisor.page, 'DINSOS.BANSOS').locator('[data-test=day-state]')).toHaveText('Kuota hari ini habis')
  const kiosk = await hall.open(browser, '/kiosk', { as: 'penyelia', size: { width: 1080, height: 1920 } })
  await expect(kiosk.page.getByText('Kuota habis').first()).toBeVisible()
  await look(kiosk.page, 'day-quota-kiosk')
})

test('CALL6 the wrong service and an officer who is gone: nobody loses his place', async ({ browser }) => {
  await begin({ hours: 'always' })
  const counter = await hall.open(browser, '/counter', { as: 'petugas' })
  await openCounter(counter.page, '3')
  const [wrong] = await issue('DUKCAPIL.KK', 2)
  const phone = await hall.open(browser, `/ticket/${wrong?.id}`, { size: PHONE })
  await order({ type: 'moveTicket', ticket: wrong?.id, to: { service: 'BANKNTT.TELLER' }, place: 'keep', reason: 'salah layanan' })
  await expect(phone.page.locator('.service')).toContainText('Bank NTT')
  await expect(phone.page.locator('[data-test=number]')).toHaveText('B-001')
  await callNext(counter.page, 'B-002')
  await counter.context.close()
  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia', size: DESK })
  await supervisor.page.locator('[data-test=live-counter][data-counter="3"] [data-test=free]').click()
  await supervisor.page.locator('[data-test=reason]').fill('Petugas sakit')
  await supervisor.page.locator('[data-test=submit]').click()
  await expect(supervisor.page.locator('[data-test=live-counter][data-counter="3"]')).toHaveAttribute('data-state', 'closed')
  const other = await hall.open(browser, '/counter', { as: 'petugas2' })
  await openCounter(other.page, '4')
  await issue('DUKCAPIL.KK', 1)
  await callNext(other.page, 'B-002')
})

test('DAY2 slips for the next day come out of a printer, one after the other; where its paper ends, the supervisor sees it and goes on', async ({
  browser,
}) => {
  await begin({ hours: 'always' })
  const printer = await FakePrinter.listen(32)
  const admin = await hall.as('admin')
  const device = { kind: 'kiosk', name: 'Anjungan Pintu', printer: { kind: 'network', host: '127.0.0.1', port: printer.port, columns: 32 } }
  expect((await admin.post(`${hall.url}/api/v1/branches/uji/devices`, { data: device })).status()).toBe(201)
  await admin.dispose()
  await issue('BANKNTT.TELLER', 2)
  const { page, complaints } = await hall.open(browser, '/supervisor#hari-ini', { as: 'penyelia', size: DESK })
  await dayService(page, 'BANKNTT.TELLER').locator('[data-test=end-service]').click()
  await page.locator('[data-test=end-everybody]').click()
  await page.locator('[data-test=end-carryOver]').click()
  await page.locator('[data-test=end-tell]').uncheck()
  await page.locator('[data-test=end-next]').click()
  await page.locator('[data-test=end-yes]').click()
  await expect(page.locator('[data-test=slip-printer]')).toContainText('Anjungan Pintu')
  printer.paper = 'out'
  await page.locator('[data-test=print-slips]').click()
  await expect(page.locator('dialog [role=alert]')).toContainText('Kertas printer habis', { timeout: 25_000 })
  await look(page, 'day-slips-refused-id')
  await clean(page)
  printer.refill()
  await page.locator('[data-test=print-slips]').click()
  await expect(page.locator('[data-test=slips] .printed')).toHaveCount(2, { timeout: 25_000 })
  await look(page, 'day-slips-printed-id')
  const numbers = await page.locator('[data-test=slips] li').evaluateAll((all) => all.map((each) => each.firstChild?.textContent?.trim()))
  printer.roll.tear()
  expect(printer.numbers.map(({ number }) => number)).toEqual(numbers)
  await page.locator('[data-test=end-close]').click()
  printer.paper = 'low'
  await expect(page.locator('[data-test=printer]')).toContainText('Anjungan Pintu', { timeout: 40_000 })
  await look(page, 'day-printer-low-id')
  await printer.close()
  await expect(page.locator('[data-test=printer]')).toHaveAttribute('data-state', 'away', { timeout: 40_000 })
  await expect(page.locator('[data-test=printer]')).toContainText('Tidak menjawab, sejak pukul')
  await look(page, 'day-printer-away-id')
  await clean(page)
  await page.locator('header button[lang=en]').click()
  await expect(page.locator('[data-test=printer]')).toContainText('No answer, since')
  await look(page, 'day-printer-away-en')
  expect(complaints).toEqual([])
})
