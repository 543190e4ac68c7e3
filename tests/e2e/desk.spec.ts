import { createServer, type Server, type Socket } from 'node:net'
import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, type Browser, expect, type Page, test } from 'playwright/test'
import { type OpenOptions, type OpenPage, PASSWORD, type Person, TestHall } from './hall.ts'

const hall = new TestHall()
/** A hall where it is ten in the morning now: times of an hour ago are of today, and the day's sheet is asked for. */
const BRANCH = 'pagi'
const MEJA = 'meja' as Person
const PETUGAS = 'petugas-pagi' as Person
const PENYELIA = 'penyelia-pagi' as Person
const DESK = { width: 1366, height: 768 }
const FULL_HD = { width: 1920, height: 1080 }
const PHONE = { width: 390, height: 844 }

function zoneAtTen(): string {
  const hours = ((10 - new Date().getUTCHours() + 36) % 24) - 12
  return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`
}

/** A receipt printer as far as the server speaks to one: it says how it is, and keeps what came out. */
class PaperPrinter {
  isOut = false
  bytes = ''
  port = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('data', (data) => this.#hear(socket, data))
    })
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    this.port = typeof address === 'object' && address ? address.port : 0
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #hear(socket: Socket, data: Buffer): void {
    for (let at = 0; at < data.length; at++) {
      const [one, two, three] = [data[at], data[at + 1], data[at + 2]]
      if (one === 0x10 && two === 0x04) {
        const out = this.isOut ? ({ 1: 0x08, 2: 0x20, 3: 0, 4: 0x60 }[three ?? 0] ?? 0) : 0
        socket.write(Uint8Array.of(0x12 | out))
      } else if (one === 0x1d && two === 0x72 && !this.isOut) socket.write(Uint8Array.of(0))
    }
    if (!this.isOut) this.bytes += data.toString('latin1')
  }
}

const printer = new PaperPrinter()
let admin: APIRequestContext
let desk: APIRequestContext
let configuration: Record<string, unknown> = {}

const api = (path: string): string => `${hall.url}/api/v1/branches/${BRANCH}${path}`
let asked = 0
const commandId = (): string => `desk-spec-${++asked}-${Date.now()}`

test.beforeAll(async () => {
  await printer.listen()
  await hall.start()
  admin = await hall.as('admin')
  const own = (await (await admin.get(`${hall.url}/api/v1/branches/uji/configuration`)).json()) as Record<string, unknown>
  configuration = { ...own, id: BRANCH, timeZone: zoneAtTen() }
  expect((await admin.put(api('/configuration'), { data: configuration })).ok()).toBe(true)
  for (const [username, name, role] of [
    [MEJA, 'Petugas Meja', 'desk'],
    [PETUGAS, 'Petugas Loket', 'officer'],
    [PENYELIA, 'Penyelia', 'supervisor'],
  ])
    expect(
      (await admin.post(`${hall.url}/api/v1/users`, { data: { username, name, role, password: PASSWORD, branch: BRANCH } })).status(),
    ).toBe(201)
  const made = await admin.post(api('/devices'), { data: { kind: 'kiosk', name: 'Printer meja' } })
  const { deviceId } = (await made.json()) as { deviceId: string }
  const changed = await admin.patch(api(`/devices/${deviceId}`), {
    data: { printer: { kind: 'network', host: '127.0.0.1', port: printer.port, columns: 32 } },
  })
  expect(changed.status(), await changed.text()).toBe(200)
  desk = await hall.as(MEJA)
})
test.afterAll(async () => {
  await desk?.dispose()
  await admin?.dispose()
  await hall.end()
  printer.close()
})
test.afterEach(async () => {
  printer.isOut = false
  await command({ type: 'resumeBranch' }, await hall.as(PENYELIA))
  for (const { id } of (await waiting()).tickets) await command({ type: 'cancelTicket', ticket: id, reason: 'akhir uji' })
})

async function command(data: object, as: APIRequestContext = desk): Promise<void> {
  const answer = await as.post(api('/commands'), { data: { commandId: commandId(), ...data } })
  expect(answer.status(), await answer.text()).toBe(200)
}
async function issue(data: object): Promise<{ id: string; number: string }> {
  const answer = await desk.post(api('/tickets'), { data, headers: { 'Idempotency-Key': commandId() } })
  expect(answer.status(), await answer.text()).toBe(201)
  return ((await answer.json()) as { ticket: { id: string; number: string } }).ticket
}
const waiting = async () =>
  (await (await desk.get(api('/desk/waiting'))).json()) as { waiting: number; tickets: { id: string; number: string; service: string }[] }
let writtenCount = 40
async function write(minutesAgo: number, service = 'BANKNTT.TELLER', prefix = 'E'): Promise<string> {
  const number = `${prefix}-T${writtenCount++}`
  await command({ type: 'enterTicket', number, writtenAtMs: Date.now() - minutesAgo * 60_000, service })
  return number
}
/** The hall's clock so many minutes ago, as it is written on paper. */
const clock = (minutesAgo: number): string =>
  new Intl.DateTimeFormat('en', { timeZone: zoneAtTen(), hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    .format(Date.now() - minutesAgo * 60_000)
    .replace(':', '.')

const part = (page: Page, name: string) => page.locator(`[data-test=${name}]`)
async function open(browser: Browser, options: OpenOptions & { readonly isPrinterChosen?: boolean } = {}): Promise<OpenPage> {
  const opened = await hall.open(browser, '/healthz', { as: MEJA, size: DESK, ...options })
  // A print dialog would stop the page until somebody closed it.
  await opened.context.addInitScript(() => {
    window.print = () => {
      document.documentElement.dataset['prints'] = String(Number(document.documentElement.dataset['prints'] ?? 0) + 1)
      dispatchEvent(new Event('beforeprint'))
      dispatchEvent(new Event('afterprint'))
    }
  })
  if (options.isPrinterChosen !== false)
    await opened.context.addInitScript((branch) => {
      if (localStorage.getItem(`panggil.desk.printer.${branch}`) === null) localStorage.setItem(`panggil.desk.printer.${branch}`, '"none"')
    }, BRANCH)
  await opened.page.goto(`${hall.url}/desk`)
  await expect(part(opened.page, 'page')).toHaveAttribute('data-contact', 'live')
  await expect(part(opened.page, 'service')).toBeFocused()
  return opened
}
async function axeFindsNothing(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
}
const type = (page: Page, text: string) => page.keyboard.type(text)
const press = async (page: Page, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key)
}

test('TICKET2 a number in three keys: part of a name, Enter, Enter; read aloud, scanned, and one ticket however often it is pressed', async ({
  browser,
}) => {
  const { page, context, complaints } = await open(browser)
  await type(page, 'e')
  await press(page, 'Enter')
  await expect(part(page, 'confirm')).toContainText('Pembayaran pajak')
  await axeFindsNothing(page)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await expect(part(page, 'issued')).toHaveAttribute('data-number', /^E-\d{3}$/)
  expect((await waiting()).waiting).toBe(1)
  await expect(part(page, 'said')).toContainText('Nomor antrean E nol nol')
  const address = await part(page, 'qr').getAttribute('data-text')
  expect(address).toBe(`${hall.url}/ticket/${(await waiting()).tickets[0]?.id}`)
  await axeFindsNothing(page)
  await press(page, 'd')
  await expect(part(page, 'issued')).toHaveAttribute('data-handed', 'screen')
  await expect(async () => {
    await press(page, 'Enter')
    await expect(part(page, 'service')).toBeFocused({ timeout: 500 })
  }).toPass()

  // Priority and language on one key each; a second service on the same number.
  await type(page, 'keluarga')
  await press(page, 'Enter', 'p', 'l', '+')
  await expect(part(page, 'so-far')).toContainText('Kartu Keluarga')
  await type(page, 'pajak')
  await press(page, 'Enter')
  await expect(part(page, 'confirm')).toHaveAttribute('data-class', 'priority')
  await expect(part(page, 'confirm')).toHaveAttribute('data-language', 'en')
  await expect(part(page, 'chosen')).toHaveCount(2)
  await press(page, 'Enter')
  await expect(part(page, 'issued')).toContainText('Prioritas')
  await expect(part(page, 'said')).toContainText('Queue number B')
  const [, second] = (await waiting()).tickets
  expect(await (await desk.get(api(`/desk/tickets/${second?.id}`))).json()).toMatchObject({
    language: 'en',
    ticket: { class: 'priority', services: ['DUKCAPIL.KK', 'BANKNTT.TELLER'] },
  })

  // A bundle by its shortcut.
  await press(page, 'F2')
  await type(page, '*1')
  await press(page, 'Enter', 'Enter')
  await expect(part(page, 'issued')).toContainText('Pembayaran pajak')
  expect((await waiting()).waiting).toBe(3)
  expect(complaints).toEqual([])
  await context.close()
})

test('TICKET2 a press whose answer is lost, and a reload in the middle, is one ticket all the same', async ({ browser }) => {
  const { page, context } = await open(browser)
  let sent = 0
  await page.route('**/tickets', async (route) => {
    sent += 1
    await route.fetch()
    await route.abort()
  })
  await type(page, 'e1')
  await press(page, 'Enter', 'Enter')
  await expect.poll(() => sent).toBeGreaterThan(1)
  await expect(part(page, 'take')).toHaveAttribute('aria-disabled', 'true')
  await page.unroute('**/tickets')
  await page.reload()
  await expect(part(page, 'issued')).toHaveAttribute('data-number', /^E-/)
  expect((await waiting()).waiting).toBe(1)
  await context.close()
})

test('TICKET4 services that are closed or full say why and give no number; a refusal that comes late is told beside the button', async ({
  browser,
}) => {
  const { page, context } = await open(browser)
  await type(page, 'bantuan sosial')
  await press(page, 'Enter')
  await issue({ services: ['DINSOS.BANSOS'] })
  await press(page, 'Enter')
  await expect(part(page, 'issue-problem')).toHaveAttribute('data-code', 'quota-used')
  await axeFindsNothing(page)
  await press(page, 'Escape')
  await type(page, 'bantuan')
  await expect(part(page, 'service-option').first()).toContainText('Kuota hari ini habis')
  await press(page, 'Enter')
  await expect(part(page, 'closed-why')).toContainText('Kuota hari ini habis')
  await expect(part(page, 'confirm')).toHaveCount(0)
  await press(page, 'Escape')
  await type(page, 'tidak ada begini')
  await expect(part(page, 'no-service')).toContainText('tidak ada begini')

  const penyelia = await hall.as(PENYELIA)
  await command({ type: 'pauseBranch', reason: 'Ada upacara' }, penyelia)
  await press(page, 'Escape')
  await expect(part(page, 'paused')).toContainText('Ada upacara')
  await expect(part(page, 'service-option').first()).toContainText('Ada upacara')
  await axeFindsNothing(page)
  await penyelia.dispose()
  await context.close()
})

test('PRINT the desk’s printer is chosen once; out of paper the number stays big with the way out, and comes on paper later', async ({
  browser,
}) => {
  const { page, context } = await open(browser, { isPrinterChosen: false })
  await expect(part(page, 'printer')).toContainText('belum dipilih')
  await part(page, 'printer').click()
  await expect(part(page, 'printer-choice')).toContainText('Printer meja')
  await axeFindsNothing(page)
  await press(page, '1')
  await expect(part(page, 'printer')).toContainText('Printer meja')
  await page.reload()
  await expect(part(page, 'printer')).toContainText('Printer meja')
  await expect(part(page, 'service')).toBeFocused()
  await type(page, 'e1')
  await press(page, 'Enter', 'Enter')
  await expect(part(page, 'printing')).toHaveAttribute('data-state', 'printed', { timeout: 15_000 })
  await expect(part(page, 'issued')).toHaveAttribute('data-handed', 'paper')
  const first = (await part(page, 'issued').getAttribute('data-number')) as string
  expect(printer.bytes).toContain(first)

  printer.isOut = true
  await press(page, 'F2')
  await type(page, 'e1')
  await press(page, 'Enter', 'Enter')
  await expect(part(page, 'printing')).toHaveAttribute('data-code', 'printer-paper-out', { timeout: 15_000 })
  const second = (await part(page, 'issued').getAttribute('data-number')) as string
  expect(printer.bytes).not.toContain(second)
  await expect(part(page, 'printer')).toContainText('Kertas habis')
  await page.screenshot({ path: 'test-results/look/desk-no-paper-id.png' })
  await axeFindsNothing(page)
  await press(page, 'd')
  await expect(part(page, 'issued')).toHaveAttribute('data-handed', 'screen')
  printer.isOut = false
  await press(page, 'c')
  await expect(part(page, 'printing')).toHaveAttribute('data-state', 'printed', { timeout: 15_000 })
  await expect(part(page, 'issued')).toHaveAttribute('data-handed', 'paper')
  expect(printer.bytes).toContain(second)

  // The browser's own printer: the dialog is asked for, and a person says whether paper came.
  await press(page, 'F2')
  await part(page, 'printer').click()
  await part(page, 'printer-browser').click()
  await page.evaluate(() => {
    // A dialog that stays open until it is looked at.
    window.print = () => {
      document.documentElement.dataset['prints'] = '1'
    }
  })
  await type(page, 'e1')
  await press(page, 'Enter', 'Enter')
  await expect(part(page, 'printing')).toHaveAttribute('data-state', 'asked')
  await expect(page.locator('html')).toHaveAttribute('data-prints', '1')
  // The slip of a network printer, line by line, and nothing of the page around it.
  const third = (await part(page, 'issued').getAttribute('data-number')) as string
  await page.emulateMedia({ media: 'print' })
  const paper = part(page, 'slip').locator('[data-test=paper]')
  await expect(paper).toBeVisible()
  await expect(paper.locator('.large')).toHaveText(third)
  await expect(paper).toContainText('Berlaku hari ini')
  await expect(paper).not.toContainText('SALINAN')
  await expect(paper.locator('[data-test=qr]')).toHaveAttribute('data-text', /\/ticket\//)
  await expect(part(page, 'page')).toBeHidden()
  await page.screenshot({ path: 'test-results/look/desk-slip-id.png' })
  await page.emulateMedia({ media: null })
  await page.evaluate(() => dispatchEvent(new Event('afterprint')))
  await expect(part(page, 'slip')).toHaveCount(0)
  await part(page, 'on-paper').click()
  await expect(part(page, 'issued')).toHaveAttribute('data-handed', 'paper')
  await context.close()
})

test('a ticket is found as people say it and as a scanner reads it, and is put right by keys alone, each deed with its reason', async ({
  browser,
}) => {
  const one = await issue({ services: ['DUKCAPIL.REKAM'] })
  const other = await issue({ services: ['BANKNTT.TELLER'] })
  const { page, context } = await open(browser)
  await press(page, 'F3')
  await expect(part(page, 'find')).toBeFocused()
  await type(page, `b${Number(one.number.slice(2))}`)
  await press(page, 'Enter')
  const ticket = part(page, 'ticket')
  await expect(ticket).toHaveAttribute('data-number', one.number)
  await expect(part(page, 'standing')).toContainText('Menunggu sejak pukul')
  await expect(part(page, 'standing')).toContainText('Belum dapat diperkirakan')
  await axeFindsNothing(page)

  await press(page, 'g')
  await expect(part(page, 'change-service')).toBeFocused()
  await part(page, 'change-service').selectOption('DUKCAPIL.KK')
  await axeFindsNothing(page)
  await press(page, 'Tab', '1', 'Enter')
  await expect(part(page, 'told')).toContainText('Kartu Keluarga')
  await expect(ticket).toHaveAttribute('data-service', 'DUKCAPIL.KK')
  await expect(part(page, 'note')).toContainText('Salah pilih di anjungan')

  await press(page, 'p', '1', 'Enter')
  await expect(ticket).toHaveAttribute('data-class', 'priority')
  await press(page, 'p', '5', 'Enter')
  await expect(ticket).toHaveAttribute('data-class', 'regular')
  await press(page, 'd')
  await expect(part(page, 'in-hand')).toContainText('Dibacakan')
  await press(page, 'y')
  await expect(part(page, 'passed-none')).toBeVisible()
  await axeFindsNothing(page)
  await press(page, 'Escape')

  // Asked once more in place; a double press is no answer.
  await press(page, 'b', '1', 'Enter', 'Enter')
  await expect(part(page, 'sure-text')).toContainText('tidak dapat diurungkan')
  await axeFindsNothing(page)
  await expect(ticket).toHaveAttribute('data-state', 'waiting')
  await part(page, 'not-sure').click()
  await expect(part(page, 'sure')).toHaveCount(0)
  await part(page, 'dialog-submit').click()
  await expect(async () => {
    await part(page, 'sure').click({ timeout: 500 })
    await expect(ticket).toHaveAttribute('data-state', 'cancelled', { timeout: 1_000 })
  }).toPass()
  await expect(part(page, 'act-change')).toContainText('sudah berakhir')

  // Esc: another one. The scanner types the address that the QR code holds, in whatever field it was aimed at.
  await press(page, 'Escape')
  await expect(part(page, 'find')).toBeFocused()
  await type(page, `${hall.url}/ticket/${other.id}`)
  await press(page, 'Enter')
  await expect(ticket).toHaveAttribute('data-number', other.number)
  await press(page, 'F2')
  await type(page, `${hall.url}/ticket/${one.id}`)
  await press(page, 'Enter')
  await expect(ticket).toHaveAttribute('data-number', one.number)
  await press(page, 'F3')
  await type(page, 'z99')
  await expect(part(page, 'find-none')).toContainText('Z99')
  await context.close()
})

test('a visitor who was missed waits again in his place; at a counter the page says where, and what can’t be done there', async ({
  browser,
}) => {
  const one = await issue({ services: ['BANKNTT.TELLER'] })
  const petugas = await hall.as(PETUGAS)
  const at = (data: object) => petugas.post(api('/counters/9/commands'), { data: { commandId: commandId(), ...data } })
  await at({ type: 'openCounter' })
  const { page, context } = await open(browser)
  await press(page, 'F3')
  await type(page, one.number)
  await press(page, 'Enter')
  await expect(part(page, 'standing')).toContainText('Perkiraan dipanggil antara')
  await at({ type: 'callNext', current: null })
  await expect(part(page, 'standing')).toContainText('Dipanggil ke loket 9')
  await expect(part(page, 'act-cancel')).toContainText('sedang di loket')
  await at({ type: 'markNoShow', current: one.id })
  await expect(part(page, 'standing')).toContainText('kembalikan ke antrean')
  await press(page, 'k', '1', 'Enter')
  await expect(part(page, 'told')).toContainText('menunggu lagi')
  await expect(part(page, 'ticket')).toHaveAttribute('data-state', 'waiting')
  await at({ type: 'closeCounter' })
  await petugas.dispose()
  await context.close()
})

test('who waits longest is told live, over the promise in red, and Enter opens it', async ({ browser }) => {
  const { page, context } = await open(browser)
  await expect(part(page, 'nobody')).toBeVisible()
  await axeFindsNothing(page)
  const late = await write(45)
  await write(20)
  const fresh = await issue({ services: ['DUKCAPIL.KK'], class: 'priority' })
  const rows = part(page, 'longest')
  await expect(rows).toHaveCount(3)
  await expect(rows.first()).toHaveAttribute('data-number', late)
  await expect(rows.first()).toHaveAttribute('data-late', 'true')
  await expect(rows.first()).toContainText('lewat 15')
  await expect(rows.last()).toContainText('Prioritas')
  await expect(part(page, 'all-late')).toContainText('1 orang')
  await press(page, 'F4')
  await expect(rows.first()).toBeFocused()
  // News from the hall takes the keys from nobody.
  await issue({ services: ['DUKCAPIL.KK'] })
  await expect(rows).toHaveCount(4)
  await expect(rows.first()).toBeFocused()
  await press(page, 'ArrowDown', 'ArrowDown', 'Enter')
  await expect(part(page, 'ticket')).toHaveAttribute('data-number', fresh.number)
  await press(page, 'F4', 'Enter')
  await expect(part(page, 'late')).toContainText('Lewat janji 15 menit')
  await axeFindsNothing(page)
  await context.close()
})

test('after a power cut: written numbers row by row, errors beside the row, nothing lost without contact or through a reload', async ({
  browser,
}) => {
  const { page, context } = await open(browser)
  await press(page, 'F8')
  const row = (at: number) => page.locator(`[data-test=written-row][data-row="${at}"]`)
  await expect(row(0).locator('[data-field=number]')).toBeFocused()
  await type(page, `B-T07 ${clock(20)} keluarga`)
  await press(page, 'Enter')
  await expect(row(0)).toHaveAttribute('data-state', 'done')
  // The time of the line above, a place in the agency for the service, p for priority.
  await type(page, 'b8 2 p')
  await press(page, 'Enter')
  await expect(row(1)).toHaveAttribute('data-state', 'done')
  await expect(row(1).locator('[data-field=time]')).toHaveValue(clock(20))
  await expect(row(1).locator('[data-field=service]')).toHaveValue('DUKCAPIL.REKAM')
  await expect(row(1).locator('[data-field=priority]')).toBeChecked()
  // Refused: taken; wrong here: no agency; both stay, and the rest goes on.
  await write(3, 'DUKCAPIL.KK', 'B')
  await type(page, `B-T${writtenCount - 1} ${clock(10)} 1`)
  await press(page, 'Enter')
  await expect(row(2)).toHaveAttribute('data-code', 'number-taken')
  await expect(row(2)).toContainText('sudah dimasukkan')
  await type(page, `Z-T01 ${clock(9)} 1`)
  await press(page, 'Enter')
  await expect(row(3)).toHaveAttribute('data-mistake', 'number')
  await expect(row(3).locator('[data-field=number]')).toBeFocused()
  await axeFindsNothing(page)
  await page.screenshot({ path: 'test-results/look/desk-written-id.png' })
  await page.keyboard.press('Control+A')
  await type(page, 'E9')
  await press(page, 'Enter')
  await expect(row(3)).toHaveAttribute('data-state', 'done')
  await type(page, `b10 ${clock(-30)} 1`)
  await press(page, 'Enter')
  await expect(row(4)).toHaveAttribute('data-code', 'wrong-time')
  await expect(part(page, 'written-progress')).toContainText('3 dari 5 masuk')
  await expect(part(page, 'written-progress')).toContainText('2 perlu diperbaiki')
  expect((await waiting()).tickets.map(({ number }) => number)).toEqual(expect.arrayContaining(['B-T07', 'B-T08', 'E-T09']))

  await hall.kill()
  await expect(part(page, 'lost')).toBeVisible({ timeout: 10_000 })
  await row(5).locator('[data-field=number]').focus()
  await type(page, `E11 ${clock(5)}`)
  await press(page, 'Enter')
  await expect(row(5)).toHaveAttribute('data-state', 'unsent')
  await expect(part(page, 'send-all')).toHaveAttribute('aria-disabled', 'true')
  await page.screenshot({ path: 'test-results/look/desk-written-lost-id.png' })
  await hall.start()
  await page.reload()
  await expect(part(page, 'page')).toHaveAttribute('data-contact', 'live', { timeout: 10_000 })
  await press(page, 'F8')
  await expect(part(page, 'written-row')).toHaveCount(7)
  await expect(row(5)).toHaveAttribute('data-state', 'unsent')
  await part(page, 'send-all').click()
  await expect(row(5)).toHaveAttribute('data-state', 'done')
  expect((await waiting()).tickets.map(({ number }) => number)).toContain('E-T11')
  await context.close()
})

test('the day’s fallback sheet: asked for in the morning, printed for each agency, entered numbers marked, remembered when', async ({
  browser,
}) => {
  const number = await write(8)
  const { page, context } = await open(browser)
  await expect(part(page, 'sheet-missing')).toBeVisible()
  await press(page, 'F9')
  await expect(part(page, 'sheet-printed')).toHaveAttribute('data-at', '')
  await expect(part(page, 'sheet-agency')).toHaveCount(3)
  await expect(page.locator('[data-test=sheet-number][data-number=B-T01]')).toHaveAttribute('data-entered', /true|false/)
  await part(page, 'sheet-many').fill('60')
  await expect(page.locator(`[data-test=sheet-number][data-number="${number}"]`)).toHaveAttribute('data-entered', 'true')
  await expect(page.locator('[data-test=sheet-number][data-number=E-T60]')).toHaveAttribute('data-entered', 'false')
  await part(page, 'sheet-many').fill('14')
  await axeFindsNothing(page)
  await page.screenshot({ path: 'test-results/look/desk-sheet-id.png' })
  await part(page, 'print-sheet').click()
  await expect(page.locator('html')).toHaveAttribute('data-prints', '1')
  await expect(part(page, 'sheet-printed')).not.toHaveAttribute('data-at', '')
  const pdf = await page.pdf({ path: 'test-results/look/desk-sheet.pdf', preferCSSPageSize: true })
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length, 'a page for each agency').toBe(3)
  await page.reload()
  await expect(part(page, 'service')).toBeFocused()
  await expect(part(page, 'sheet-missing')).toHaveCount(0)
  await context.close()
})

test('SYNC3 without contact nothing is issued or kept for later, and the page says what to do; then it goes on by itself', async ({
  browser,
}) => {
  const { page, context } = await open(browser)
  await type(page, 'e1')
  await press(page, 'Enter')
  await hall.kill()
  await expect(part(page, 'lost')).toContainText('lembar cadangan', { timeout: 10_000 })
  await expect(part(page, 'take')).toHaveAttribute('aria-disabled', 'true')
  await press(page, 'Enter')
  await page.screenshot({ path: 'test-results/look/desk-lost-id.png' })
  await axeFindsNothing(page)
  await hall.start()
  await expect(part(page, 'page')).toHaveAttribute('data-contact', 'live', { timeout: 15_000 })
  expect((await waiting()).waiting).toBe(0)
  await press(page, 'Enter')
  await expect(part(page, 'issued')).toBeVisible()
  expect((await waiting()).waiting).toBe(1)
  await context.close()
})

test('AUTH1 whoever has no desk is told which page is his; signed out, the page asks', async ({ browser }) => {
  const officer = await hall.open(browser, '/desk', { as: PETUGAS, size: DESK })
  await expect(part(officer.page, 'own-page')).toHaveAttribute('href', '/counter')
  await expect(part(officer.page, 'own-page')).toContainText('Loket')
  await axeFindsNothing(officer.page)
  await officer.page.screenshot({ path: 'test-results/look/desk-officer-id.png' })
  const nobody = await hall.open(browser, '/desk', { size: DESK })
  await expect(part(nobody.page, 'sign-in')).toBeVisible()
  await axeFindsNothing(nobody.page)
  for (const { context } of [officer, nobody]) await context.close()
})

test('a hall that is closed says so and until when', async ({ browser }) => {
  const shut = { weekly: Object.fromEntries(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((day) => [day, [['22:00', '23:00']]])) }
  const put = async (hours: unknown) => {
    const read = await admin.get(api('/configuration'))
    const answer = await admin.put(api('/configuration'), {
      data: { ...configuration, hours },
      headers: { 'If-Match': read.headers()['etag'] ?? '' },
    })
    expect(answer.status(), await answer.text()).toBe(200)
  }
  await put(shut)
  const { page, context } = await open(browser)
  await expect(part(page, 'hall-closed')).toContainText('Buka lagi pukul 22.00')
  await axeFindsNothing(page)
  await page.screenshot({ path: 'test-results/look/desk-closed-id.png' })
  await put('always')
  await expect(part(page, 'hall-closed')).toHaveCount(0)
  await context.close()
})

interface Look {
  readonly name: string
  readonly act: (page: Page) => Promise<void>
}
const looks: readonly Look[] = [
  { name: 'choose', act: (page) => expect(part(page, 'longest').first()).toBeVisible() },
  {
    name: 'choose-typed',
    act: async (page) => {
      await type(page, 'ka')
      await expect(part(page, 'service-option').first()).toHaveAttribute('aria-selected', 'true')
    },
  },
  {
    name: 'confirm',
    act: async (page) => {
      await type(page, 'b1')
      await press(page, 'Enter', 'p')
      await expect(part(page, 'confirm')).toHaveAttribute('data-class', 'priority')
    },
  },
  {
    name: 'issued',
    act: async (page) => {
      await type(page, '*1')
      await press(page, 'Enter', 'Enter')
      await expect(part(page, 'issued')).toBeVisible()
    },
  },
  {
    name: 'find',
    act: async (page) => {
      await press(page, 'F3')
      await type(page, 'e-t')
      await expect(part(page, 'find-option').first()).toBeVisible()
    },
  },
  {
    name: 'ticket',
    act: async (page) => {
      await press(page, 'F4', 'Enter')
      await expect(part(page, 'late')).toBeVisible()
    },
  },
  {
    name: 'ticket-stops',
    act: async (page) => {
      await part(page, 'longest').last().click()
      await expect(part(page, 'stops')).toBeVisible()
    },
  },
  {
    name: 'change',
    act: async (page) => {
      await press(page, 'F4', 'Enter')
      await expect(part(page, 'ticket')).toBeVisible()
      await press(page, 'g')
      await expect(part(page, 'change-service')).toBeFocused()
    },
  },
  {
    name: 'cancel',
    act: async (page) => {
      await press(page, 'F4', 'Enter')
      await expect(part(page, 'ticket')).toBeVisible()
      await press(page, 'b', '1', 'Enter')
      await expect(part(page, 'sure')).toBeVisible()
    },
  },
  {
    name: 'keys',
    act: async (page) => {
      await part(page, 'keys').click()
      await expect(part(page, 'keys-dialog')).toBeVisible()
    },
  },
  {
    name: 'printer',
    act: async (page) => {
      await part(page, 'printer').click()
      await expect(part(page, 'printer-choice')).toBeVisible()
    },
  },
  {
    name: 'written',
    act: async (page) => {
      await press(page, 'F8')
      await expect(part(page, 'written-row').first()).toBeVisible()
      await type(page, `B-T99 ${clock(-60)} 1`)
      await press(page, 'Enter')
      await expect(part(page, 'written-row').first()).toHaveAttribute('data-state', 'refused')
    },
  },
  {
    name: 'sheet',
    act: async (page) => {
      await press(page, 'F9')
      await expect(part(page, 'print-sheet')).toBeVisible()
    },
  },
  {
    name: 'paper',
    act: async (page) => {
      await press(page, 'F9')
      await part(page, 'sheet-many').fill('50')
      // What stands on A4 between its margins.
      if (page.viewportSize()?.width === DESK.width) await page.setViewportSize({ width: 718, height: 1047 })
      await page.emulateMedia({ media: 'print' })
      await expect(part(page, 'sheet')).toBeVisible()
    },
  },
]
for (const language of ['id', 'en'] as const)
  for (const [size, viewport] of [
    ['', DESK],
    ['-wide', FULL_HD],
    ['-narrow', PHONE],
  ] as const)
    test(`every state in ${language} at ${viewport.width}: axe finds nothing, no policy is violated, nothing hangs over the edge`, async ({
      browser,
    }) => {
      test.setTimeout(300_000)
      await write(47)
      await write(33, 'DUKCAPIL.KK', 'B')
      await write(12)
      await issue({ services: ['DUKCAPIL.KK'], class: 'priority' })
      await issue({ journey: 'KELUARGA' })
      for (const { name, act } of looks) {
        const { page, context, complaints } = await open(browser, { size: viewport, language })
        await expect(part(page, 'longest').first()).toBeVisible()
        await act(page)
        await page.evaluate(() => document.fonts.ready.then(() => undefined))
        await page.screenshot({ path: `test-results/look/desk-${name}${size}-${language}.png`, fullPage: viewport === PHONE })
        await page.emulateMedia({ media: 'screen' })
        // The same things stand on the wide page as on the narrower one.
        if (viewport !== FULL_HD) await axeFindsNothing(page)
        expect(complaints).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
        await context.close()
      }
    })
