import AxeBuilder from '@axe-core/playwright'
import { type Browser, expect, type Page, test } from 'playwright/test'
import { Loudspeaker } from '../integration/loudspeaker.ts'
import { type OpenPage, openCounter, type Person, TestHall } from './hall.ts'

const hall = new TestHall()
let deviceToken = ''
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
  const admin = await hall.as('admin')
  const made = await admin.post(`${hall.url}/api/v1/branches/${hall.branch}/devices`, {
    data: { kind: 'display', name: 'Layar lobi A', zones: ['A'] },
  })
  expect(made.status()).toBe(201)
  deviceToken = ((await made.json()) as { token: string }).token
  await admin.dispose()
})
test.afterAll(() => hall.end())
test.afterEach(async () => {
  // The next test finds every counter closed and nobody waiting.
  const penyelia = await hall.as('penyelia')
  const command = (data: object) =>
    penyelia.post(`${hall.url}/api/v1/branches/${hall.branch}/commands`, {
      data: { commandId: `after-each-${Math.random().toString(36).slice(2)}-${Date.now()}`, ...data },
    })
  for (const counter of ['3', '4', '9']) await command({ type: 'freeCounter', counter, reason: 'akhir uji' })
  for (const id of waiting.splice(0)) await command({ type: 'cancelTicket', ticket: id, reason: 'akhir uji' })
  await penyelia.dispose()
})

const waiting: string[] = []
async function issue(body: object): Promise<{ id: string; number: string }> {
  const penyelia = await hall.as('penyelia')
  const { ticket } = await hall.issue(penyelia, body)
  await penyelia.dispose()
  waiting.push(ticket.id)
  return ticket
}

/** A lobby screen of zone A with a loudspeaker that only pretends to sound. */
function loudspeaker(): Loudspeaker {
  return new Loudspeaker(hall.url, { branch: hall.branch, token: deviceToken })
}

async function atCounter(browser: Browser, counter: string, as: Person = 'petugas'): Promise<OpenPage> {
  const opened = await hall.open(browser, '/counter', { as })
  await openCounter(opened.page, counter)
  return opened
}

const DIGITS = ['nol', 'satu', 'dua', 'tiga', 'empat', 'lima', 'enam', 'tujuh', 'delapan', 'sembilan']
/** What a person who hears the sound check types in. */
const heardCode = (speaker: Loudspeaker): string =>
  (speaker.said.at(-1)?.sentences[0]?.text ?? '')
    .toLowerCase()
    .split(/[^a-z]+/)
    .flatMap((word) => (DIGITS.includes(word) ? [DIGITS.indexOf(word)] : []))
    .join('')

const part = (page: Page, name: string) => page.locator(`[data-test=${name}]`)
const current = (page: Page) => part(page, 'current')
const receipt = (page: Page) => part(page, 'receipt')

async function axeFindsNothing(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
}

test('ANN4 the officer sees what became of the call: no sound, shown, spoken, heard, not heard in red, called again', async ({
  browser,
}) => {
  const { number } = await issue({ services: ['DUKCAPIL.KK'] })
  const { page, context } = await atCounter(browser, '3')
  await expect(part(page, 'no-sound')).toContainText('Tanpa suara di Zona A')
  await axeFindsNothing(page)

  const speaker = loudspeaker()
  speaker.lengthMs = 1_200
  await expect(part(page, 'no-sound')).toHaveCount(0)
  await page.keyboard.press('Space')
  await expect(current(page)).toHaveAttribute('data-number', number)
  await expect(receipt(page)).toContainText('Sedang diucapkan')
  await expect(receipt(page)).toContainText('Tampil')
  await expect(receipt(page)).toContainText('Terdengar', { timeout: 4_000 })
  await expect(receipt(page)).toHaveAttribute('data-tone', 'good')
  await axeFindsNothing(page)

  speaker.answersOrders = false
  await expect(async () => {
    await page.keyboard.press('u')
    await expect(current(page)).toContainText('panggilan ke-2', { timeout: 900 })
  }).toPass()
  await expect.poll(() => speaker.said.length).toBe(2)
  speaker.report(speaker.said[1]?.announcementId ?? '', 'failed')
  await expect(receipt(page)).toContainText('Tidak terdengar: panggil ulang', { timeout: 4_000 })
  await expect(receipt(page)).toContainText('Layar lobi gagal memutar suara.')
  await axeFindsNothing(page)
  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  await expect(supervisor.page.locator('[data-test=live-counter][data-counter="3"]')).toHaveAttribute('data-unheard', 'true')
  await axeFindsNothing(supervisor.page)

  speaker.answersOrders = true
  await page.keyboard.press('NumpadAdd')
  await expect(current(page)).toContainText('panggilan ke-3')
  await expect(receipt(page)).toContainText('Terdengar', { timeout: 10_000 })
  await expect(supervisor.page.locator('[data-test=live-counter][data-counter="3"]')).toHaveAttribute('data-unheard', 'false')
  speaker.close()
  await supervisor.context.close()
  await context.close()
})

test('a day on a USB keypad alone: call, recall, serve, finish with an outcome, undo, give up, find again, break', async ({ browser }) => {
  const first = await issue({ services: ['DUKCAPIL.REKAM'] })
  const second = await issue({ services: ['DUKCAPIL.REKAM'] })
  const { page, context, complaints } = await atCounter(browser, '3')
  const press = (key: string) => page.keyboard.press(key)
  await press('NumpadEnter')
  await expect(current(page)).toHaveAttribute('data-number', first.number)
  await press('NumpadAdd')
  await expect(current(page)).toContainText('panggilan ke-2')
  await press('Numpad1')
  await expect(current(page)).toContainText('Dilayani sejak')
  await press('Numpad3')
  await expect(part(page, 'outcome-incompleteDocuments')).toBeVisible()
  await press('Numpad2')
  await expect(current(page)).toHaveAttribute('data-number', '')
  await press('NumpadSubtract')
  await expect(current(page)).toHaveAttribute('data-number', first.number)
  await press('Numpad2')
  await expect(current(page)).toHaveAttribute('data-number', '')
  await expect(async () => {
    await press('NumpadEnter')
    await expect(current(page)).toHaveAttribute('data-number', second.number, { timeout: 500 })
  }).toPass()
  await press('Numpad4')
  await expect(current(page)).toHaveAttribute('data-number', '')

  // The missed visitor is back, and says the digits of the number.
  await press('Numpad7')
  await expect(part(page, 'direct-number')).toBeFocused()
  await page.keyboard.type(String(Number(second.number.split('-')[1])))
  await press('Enter')
  await expect(part(page, 'found')).toHaveAttribute('data-state', 'noShow')
  await axeFindsNothing(page)
  await press('Enter')
  await expect(current(page)).toHaveAttribute('data-number', second.number)
  await expect(current(page)).toContainText('Kembali setelah terlewat')
  await press('Numpad8')
  await expect(current(page)).toHaveAttribute('data-number', '')

  await press('NumpadDivide')
  await expect(part(page, 'pause-minutes')).toBeVisible()
  await press('Numpad2')
  await expect(part(page, 'pause-minutes')).toHaveValue('15')
  await press('Enter')
  await expect(part(page, 'break')).toContainText('Ibadah')
  await expect(part(page, 'break')).toContainText('sisa 15 menit')
  await axeFindsNothing(page)
  await press('NumpadEnter')
  await expect(part(page, 'call-next')).toBeVisible()
  await press('Shift+?')
  await expect(page.locator('dialog')).toContainText('Kenapa saya dilewati?')
  await axeFindsNothing(page)
  expect(complaints).toEqual([])
  await context.close()
})

test('ORDER4 why was I passed is answered on one key from the stored reasons; priority is granted and taken back with a reason', async ({
  browser,
}) => {
  const early = await issue({ services: ['DUKCAPIL.KK'] })
  const urgent = await issue({ services: ['DUKCAPIL.KK'], class: 'priority' })
  const { page, context } = await atCounter(browser, '4')
  await page.keyboard.press('Space')
  await expect(current(page)).toHaveAttribute('data-number', urgent.number)
  await page.keyboard.press('p')
  await part(page, 'class-regular').check()
  await page.keyboard.press('5')
  await expect(part(page, 'class-reason')).toHaveValue('Salah pilih')
  await page.keyboard.press('Enter')
  await expect(part(page, 'class')).toHaveText('Umum')
  await page.keyboard.press('p')
  await part(page, 'class-priority').check()
  await page.keyboard.press('1')
  await page.keyboard.press('Enter')
  await expect(part(page, 'class')).toHaveText('Prioritas')

  await page.keyboard.press('s')
  await expect(current(page)).toHaveAttribute('data-number', '')
  await page.keyboard.press('y')
  await part(page, 'direct-number').fill(early.number)
  await page.keyboard.press('Enter')
  await expect(part(page, 'passed-calls')).toContainText(urgent.number)
  await expect(part(page, 'passed-calls')).toContainText('kelas Prioritas')
  await axeFindsNothing(page)
  await context.close()
})

test('a counter that is taken over is seen by both, and the supervisor frees one whose officer left', async ({ browser }) => {
  const { number } = await issue({ services: ['DUKCAPIL.KK'] })
  const one = await atCounter(browser, '3')
  await one.page.keyboard.press('Space')
  await expect(current(one.page)).toHaveAttribute('data-number', number)
  await one.page.keyboard.press('j')
  await expect(part(one.page, 'fetch-dialog')).toContainText(number)
  await axeFindsNothing(one.page)
  await one.page.keyboard.press('Escape')

  const two = await hall.open(browser, '/counter', { as: 'petugas2' })
  await two.page.locator('[data-test=counter][data-counter="3"]').click()
  await expect(part(two.page, 'take-over')).toContainText('petugas')
  await two.page.keyboard.press('o')
  await expect(part(two.page, 'took')).toContainText('petugas')
  await expect(current(two.page)).toHaveAttribute('data-number', number)
  await expect(part(one.page, 'taken-over')).toContainText('petugas2 mengambil alih Loket 3')
  await axeFindsNothing(one.page)

  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  await supervisor.page.locator('[data-test=live-counter][data-counter="3"] [data-test=free]').click()
  await part(supervisor.page, 'reason').fill('Petugas sakit')
  await part(supervisor.page, 'submit').click()
  await expect(part(two.page, 'freed')).toContainText('dibebaskan penyelia')
  for (const { context } of [one, two, supervisor]) await context.close()
})

test('a note goes with the visitor to the next counter; a visitor is given up only after the branch’s recalls and seconds', async ({
  browser,
}) => {
  const admin = await hall.as('admin')
  const path = `${hall.url}/api/v1/branches/${hall.branch}/configuration`
  const change = async (noShow: object | undefined) => {
    const read = await admin.get(path)
    const data = { ...((await read.json()) as object), noShow }
    expect((await admin.put(path, { data, headers: { 'If-Match': read.headers()['etag'] ?? '' } })).status()).toBe(200)
  }
  await change({ recalls: 1, seconds: 3 })
  const { number } = await issue({ services: ['DUKCAPIL.KK'] })
  const one = await atCounter(browser, '3')
  await one.page.keyboard.press('Space')
  await expect(part(one.page, 'markNoShow')).toHaveAttribute('aria-disabled', 'true')
  await expect(part(one.page, 'markNoShow')).toContainText('1× ulang')
  await axeFindsNothing(one.page)
  await expect(async () => {
    await one.page.keyboard.press('u')
    await expect(current(one.page)).toContainText('panggilan ke-2', { timeout: 900 })
  }).toPass()
  await expect(part(one.page, 'markNoShow')).toHaveAttribute('aria-disabled', 'false', { timeout: 5_000 })

  await one.page.keyboard.press('a')
  await part(one.page, 'transfer-service').selectOption('BANKNTT.TELLER')
  await part(one.page, 'transfer-note').fill('Bawa bukti bayar asli')
  await one.page.keyboard.press('Enter')
  await expect(current(one.page)).toHaveAttribute('data-number', '')
  const two = await atCounter(browser, '9', 'petugas2')
  await two.page.keyboard.press('Space')
  await expect(current(two.page)).toHaveAttribute('data-number', number)
  await expect(part(two.page, 'note')).toContainText('Bawa bukti bayar asli')
  for (const { context } of [one, two]) await context.close()
  await change(undefined)
  await admin.dispose()
})

test('a forgotten password and a locked account have a way out: the page says which, and the admin sets a new one', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/counter')
  await page.locator('summary').click()
  await expect(page.locator('details')).toContainText('admin')
  await page.route('**/api/v1/sessions', (route) =>
    route.fulfill({ status: 429, contentType: 'application/problem+json', body: JSON.stringify({ code: 'rate-limited', retry: true }) }),
  )
  await page.locator('input[name=username]').fill('petugas')
  await page.locator('input[name=password]').fill('lupa-lupa-lupa')
  await page.keyboard.press('Enter')
  await expect(part(page, 'sign-in-problem')).toContainText('terkunci sebentar')
  await axeFindsNothing(page)
  await page.unroute('**/api/v1/sessions')

  const admin = await hall.open(browser, '/admin#/people', { as: 'admin' })
  await admin.page.locator('[data-test=user]').filter({ hasText: 'petugas2' }).locator('[data-test=new-password-for]').click()
  await part(admin.page, 'reset-password').fill('sandi-baru-sekali-2025')
  await axeFindsNothing(admin.page)
  await part(admin.page, 'save-password').click()
  await expect(part(admin.page, 'users-told')).toContainText('kata sandi yang baru')
  await page.locator('input[name=username]').fill('petugas2')
  await page.locator('input[name=password]').fill('sandi-baru-sekali-2025')
  await page.keyboard.press('Enter')
  await expect(part(page, 'counter').first()).toBeVisible()
  for (const { context: each } of [admin, { context }]) await each.close()
})

test('the supervisor checks the sound by the code that is heard, keeps a zone quiet, and puts a text up and takes it down', async ({
  browser,
}) => {
  const speaker = loudspeaker()
  const { page, context, complaints } = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  const zone = page.locator('[data-test=zone][data-zone=A]')
  await expect(zone).toHaveAttribute('data-sound', 'ok')
  await expect(page.locator('[data-test=zone][data-zone=B]')).toHaveAttribute('data-sound', 'none')
  await zone.locator('[data-test=check-sound]').click()
  await expect.poll(() => speaker.said.at(-1)?.kind).toBe('soundCheck')
  await axeFindsNothing(page)
  await expect(zone).toContainText('Layar lobi A')
  const code = heardCode(speaker)
  expect(code).toMatch(/^\d{2,}$/)
  await part(page, 'heard-code').fill(code.replace(/./g, (digit) => String((Number(digit) + 1) % 10)))
  await page.keyboard.press('Enter')
  await expect(page.locator('dialog [role=alert]')).toContainText('bukan yang diucapkan')
  await part(page, 'say-again').click()
  await expect.poll(() => speaker.said.filter(({ kind }) => kind === 'soundCheck').length).toBe(2)
  await part(page, 'heard-code').fill(heardCode(speaker))
  await page.keyboard.press('Enter')
  await expect(part(page, 'check-done')).toBeVisible()
  await part(page, 'check-close').click()
  await expect(zone.locator('[data-test=sound-check]')).toHaveAttribute('data-heard', 'true')

  await zone.locator('[data-test=keep-quiet]').click()
  await part(page, 'quiet-reason').first().click()
  await part(page, 'submit').click()
  await expect(zone).toHaveAttribute('data-sound', 'quiet')
  await expect(zone).toContainText('Ada ujian')
  await zone.locator('[data-test=speak-again]').click()
  await expect(zone).toHaveAttribute('data-sound', 'ok')

  await part(page, 'announce').click()
  await part(page, 'prepared').selectOption('missed')
  await axeFindsNothing(page)
  await part(page, 'submit').click()
  await expect(part(page, 'notice')).toContainText('nomornya terlewat')
  await expect.poll(() => speaker.said.at(-1)?.kind).toBe('notice')
  await axeFindsNothing(page)
  await part(page, 'clear-notice').click()
  await expect(part(page, 'notice')).toHaveCount(0)
  expect(complaints).toEqual([])
  speaker.close()
  await context.close()
})

test('PRIV1 an officer’s own words about his break stay among staff; prepared ones are shown in each screen’s language', async ({
  browser,
}) => {
  const display = await hall.open(browser, '/display', { as: 'penyelia', size: { width: 1920, height: 1080 } })
  const english = await hall.open(browser, '/display', { as: 'penyelia', size: { width: 1280, height: 720 }, language: 'en' })
  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  const officer = await hall.open(browser, '/counter', { as: 'petugas', language: 'en' })
  await openCounter(officer.page, '3')
  const takeBreak = async (fill: () => Promise<void>) => {
    await part(officer.page, 'pause').click()
    await fill()
    await axeFindsNothing(officer.page)
    await officer.page.screenshot({ path: 'test-results/look/counter-break-en.png' })
    await part(officer.page, 'submit').click()
    await expect(part(officer.page, 'break')).toBeVisible()
  }
  const shown = (page: Page) => page.locator('aside').filter({ hasText: 'Dukcapil' })
  const watched = supervisor.page.locator('[data-test=live-counter][data-counter="3"]')

  await takeBreak(() => part(officer.page, 'pause-reason-choice').first().click())
  await expect(part(officer.page, 'break')).toContainText('Meal break')
  await expect(shown(display.page)).toContainText('Istirahat makan')
  await expect(shown(english.page)).toContainText('Meal break')
  await expect(watched).toContainText('Istirahat makan')
  await part(officer.page, 'continue').click()
  await expect(part(officer.page, 'call-next')).toBeVisible()
  await expect(shown(display.page)).not.toContainText('Istirahat')

  await takeBreak(() => part(officer.page, 'pause-reason').fill('Anak saya sakit'))
  await expect(watched).toContainText('Anak saya sakit')
  await expect(part(officer.page, 'break')).toContainText('Anak saya sakit')
  await expect(shown(display.page)).toContainText('Istirahat')
  await expect(shown(english.page)).toContainText('On a break')
  await expect(shown(display.page)).not.toContainText('Anak saya')
  const penyelia = await hall.as('penyelia')
  const board = await penyelia.get(`${hall.url}/api/v1/branches/${hall.branch}/board`)
  expect(board.status()).toBe(200)
  expect(await board.text()).not.toContain('Anak saya')
  await penyelia.dispose()
  await display.page.screenshot({ path: 'test-results/look/display-break-id.png' })
  await english.page.screenshot({ path: 'test-results/look/display-break-en.png' })
  await supervisor.page.screenshot({ path: 'test-results/look/supervisor-break-id.png' })
  for (const { context } of [display, english, supervisor, officer]) await context.close()
})

test('a counter on a break is not open: who waits for its services alone is told to the supervisor, service by service', async ({
  browser,
}) => {
  await issue({ services: ['DUKCAPIL.KK'] })
  const { page, context } = await atCounter(browser, '3')
  const supervisor = await hall.open(browser, '/supervisor', { as: 'penyelia' })
  const queue = supervisor.page.locator('[data-test=queue][data-service="DUKCAPIL.KK"]')
  await expect(queue).toContainText('1 dari 2 buka')
  await expect(part(supervisor.page, 'unattended')).toHaveCount(0)
  await part(page, 'pause').click()
  await part(page, 'pause-reason-choice').first().click()
  await part(page, 'submit').click()
  await expect(queue).toContainText('0 dari 2 buka')
  await expect(part(supervisor.page, 'unattended')).toHaveText('Dukcapil – Kartu Keluarga (KK): 1 menunggu, tidak ada loket yang buka')
  await axeFindsNothing(supervisor.page)
  await supervisor.page.screenshot({ path: 'test-results/look/supervisor-unattended-id.png' })
  for (const each of [supervisor.context, context]) await each.close()
})

test('nobody leaves an open counter behind: signing out closes it, or asks what becomes of whoever is there', async ({ browser }) => {
  const { number } = await issue({ services: ['DUKCAPIL.KK'] })
  const display = await hall.open(browser, '/display', { as: 'penyelia', size: { width: 1920, height: 1080 } })
  const three = display.page.locator('[data-test=board-counter][data-counter="3"]')
  const first = await atCounter(browser, '3')
  await expect(three).toHaveAttribute('data-state', 'open')
  await part(first.page, 'sign-out').click()
  await expect(part(first.page, 'sign-in')).toBeVisible()
  await expect(three).toHaveAttribute('data-state', 'closed')
  await first.context.close()

  const { page, context } = await atCounter(browser, '3')
  await expect(async () => {
    await page.keyboard.press('Space')
    await expect(current(page)).toHaveAttribute('data-number', number, { timeout: 900 })
  }).toPass()
  await part(page, 'sign-out').click()
  await expect(part(page, 'leave-dialog')).toContainText(number)
  await axeFindsNothing(page)
  await page.screenshot({ path: 'test-results/look/counter-leave-id.png' })
  await page.keyboard.press('Escape')
  await expect(current(page)).toHaveAttribute('data-number', number)

  // Another counter is leaving this one, too.
  await page.keyboard.press('g')
  await expect(part(page, 'leave-dialog')).toBeVisible()
  await page.keyboard.press('1')
  await expect(part(page, 'counter').first()).toBeVisible()
  await expect(three).toHaveAttribute('data-state', 'closed')
  await openCounter(page, '3')
  await expect(part(page, 'next')).toContainText(number)
  for (const each of [display.context, context]) await each.close()
})

test('AUTH1 who could not be signed out is told so, and is still signed in', async ({ browser }) => {
  for (const language of ['id', 'en'] as const) {
    const { page, context } = await hall.open(browser, '/counter', { as: 'petugas', language })
    await expect(part(page, 'counter').first()).toBeVisible()
    await page.route('**/api/v1/sessions/current', (route) => (route.request().method() === 'DELETE' ? route.abort() : route.continue()))
    await page.getByRole('button', { name: language === 'id' ? 'Keluar' : 'Sign out' }).click()
    await expect(part(page, 'still-in')).toBeVisible()
    await axeFindsNothing(page)
    await page.screenshot({ path: `test-results/look/sign-out-failed-${language}.png` })
    await page.unroute('**/api/v1/sessions/current')
    await part(page, 'sign-out-again').click()
    await expect(part(page, 'sign-in')).toBeVisible()
    await page.reload()
    await expect(part(page, 'sign-in')).toBeVisible()
    await context.close()
  }
})

test('digits alone that several series have are asked back; a call out of turn says what it ends', async ({ browser }) => {
  const admin = await hall.as('admin')
  const path = `${hall.url}/api/v1/branches/${hall.branch}/configuration`
  const read = await admin.get(path)
  const usual = (await read.json()) as { counters: { id: string; services: string[] }[] }
  const put = async (data: object) => {
    const etag = (await admin.get(path)).headers()['etag'] ?? ''
    expect((await admin.put(path, { data, headers: { 'If-Match': etag } })).status()).toBe(200)
  }
  await put({
    ...usual,
    counters: usual.counters.map((each) => (each.id === '4' ? { ...each, services: ['DUKCAPIL.KK', 'BANKNTT.TELLER'] } : each)),
  })
  const one = await issue({ services: ['DUKCAPIL.KK'] })
  const digits = Number(one.number.split('-')[1])
  let other = await issue({ services: ['BANKNTT.TELLER'] })
  while (Number(other.number.split('-')[1]) < digits) other = await issue({ services: ['BANKNTT.TELLER'] })
  const { page, context } = await atCounter(browser, '4')
  await expect(async () => {
    await page.keyboard.press('Space')
    await expect(current(page)).not.toHaveAttribute('data-number', '', { timeout: 900 })
  }).toPass()
  const now = (await current(page).getAttribute('data-number')) ?? ''
  await page.keyboard.press('c')
  await part(page, 'direct-number').fill(String(digits))
  await page.keyboard.press('Enter')
  await expect(part(page, 'find-candidate')).toHaveCount(2)
  await axeFindsNothing(page)
  await page.screenshot({ path: 'test-results/look/counter-which-id.png' })
  const wanted = now === other.number ? one : { ...other, number: other.number }
  await part(page, 'find-candidate').filter({ hasText: wanted.number }).click()
  await expect(part(page, 'found')).toHaveAttribute('data-number', wanted.number)
  if ((await part(page, 'found').getAttribute('data-state')) === 'waiting')
    await expect(part(page, 'direct-promise')).toHaveText(`${now} dicatat tidak hadir, lalu memanggil ${wanted.number}`)
  await page.screenshot({ path: 'test-results/look/counter-find-promise-id.png' })
  await context.close()
  await put(usual)
  await admin.dispose()
})
