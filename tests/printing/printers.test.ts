import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { House, type Reply } from '../http/house.ts'
import { until } from '../store/testStores.ts'
import { FakePrinter } from './fakePrinter.ts'
import { seen, wordsOf } from './paper.ts'

const PUBLIC_URL = 'http://antrean.test'

interface Kiosk {
  readonly deviceId: string
  readonly token: string
}
interface Issued {
  readonly id: string
  readonly number: string
}

let house: House
let printer: FakePrinter
let kiosk: Kiosk
const opened: FakePrinter[] = []

beforeAll(async () => {
  house = await House.open({ environment: { PUBLIC_URL } })
})
afterAll(() => house.close())
beforeEach(async () => {
  printer = await listen()
  kiosk = await kioskAt(printer)
})
afterEach(async () => {
  await revoke(kiosk)
  for (const each of opened.splice(0)) await each.close().catch(() => {})
})

async function listen(columns: 32 | 48 = 32): Promise<FakePrinter> {
  const fake = await FakePrinter.listen(columns)
  opened.push(fake)
  return fake
}

const settingsOf = ({ port }: { port: number }, more: object = {}) => ({
  kind: 'network',
  host: '127.0.0.1',
  port,
  columns: 32,
  cutter: true,
  ...more,
})

async function kioskAt(fake: { port: number } | null, more: object = {}): Promise<Kiosk> {
  const made = await house.device('kiosk')
  if (fake) await change(made, { printer: settingsOf(fake, more) })
  return made
}

const change = async ({ deviceId }: Kiosk, body: object): Promise<void> => {
  const reply = await house.ask('PATCH', `branches/hall/devices/${deviceId}`, { body })
  expect([reply.status, reply.text]).toEqual([200, expect.anything()])
}

const revoke = ({ deviceId }: Kiosk): Promise<Reply> => house.ask('DELETE', `branches/hall/devices/${deviceId}`)

async function issue(at: Kiosk = kiosk, body: object = { services: ['DUKCAPIL.KK'] }): Promise<Issued> {
  const reply = await house.ask('POST', 'branches/hall/tickets', { token: at.token, body, headers: { 'Idempotency-Key': randomUUID() } })
  expect(reply.status).toBe(201)
  return reply.body.ticket as Issued
}

const print = (ticket: { id: string }, token: string = kiosk.token, body: object = {}): Promise<Reply> =>
  house.ask('POST', `branches/hall/tickets/${ticket.id}/print`, { token, body })
const handed = (ticket: { id: string }, how: string, token: string = kiosk.token): Promise<Reply> =>
  house.ask('POST', `branches/hall/tickets/${ticket.id}/handed`, { token, body: { how } })
const handOf = (ticket: { id: string }) => house.server.branches.get('hall')?.state.tickets.get(ticket.id)?.handed

/** As the supervisor sees it. */
async function live(at: Kiosk = kiosk): Promise<string | null> {
  const { printers } = (await house.ask('GET', 'branches/hall/live')).body as unknown as { printers: { device: string; state: string }[] }
  return printers.find(({ device }) => device === at.deviceId)?.state ?? null
}
const liveIs = (state: string | null, at: Kiosk = kiosk): Promise<void> =>
  until(`printer ${state}`, async () => (await live(at)) === state, 20_000)

describe('a number on paper', () => {
  test('is what was issued, and counts as handed over when the printer has said so', async () => {
    const ticket = await issue()
    const other = await issue()
    expect(handOf(other)).toBeNull()
    const reply = await print(other)
    expect([reply.status, reply.body]).toEqual([200, { state: 'ready' }])
    expect(handOf(other)).toBe('paper')
    expect(handOf(ticket)).toBeNull()
    expect(printer.numbers).toEqual([{ number: other.number, isCopy: false }])
    const [slip] = printer.slips
    expect(slip?.cut).toBe('partial')
    expect(slip?.qr).toEqual([`${PUBLIC_URL}/ticket/${other.id}`])
    expect(slip && wordsOf(slip)).toMatch(/Aula .* Nomor antrean .* Dukcapil KK .* Di depan Anda: \d+ orang .* WITA Berlaku hari ini/)
    expect(await live()).toBe('ready')
  })

  test('in the visitor’s language, on 80 mm, without a cutter, several stops', async () => {
    const wide = await listen(48)
    const at = await kioskAt(wide, { columns: 48, cutter: undefined })
    const ticket = await issue(at, { journey: 'lahir', language: 'en' })
    expect((await print(ticket, at.token)).status).toBe(200)
    wide.roll.tear()
    const [slip] = wide.slips
    expect(slip && seen(slip).at(-1)).toBe('[no cut]')
    expect(slip && wordsOf(slip)).toContain('Your steps 1. Dukcapil: KK 2. Bank: CS 3. Bank: TELLER')
    await revoke(at)
  })

  test('CALL2: asked again because the answer was lost, it is not printed twice; nor while the first is under way', async () => {
    printer.msPerRow = 10
    const ticket = await issue()
    const replies = await Promise.all([print(ticket), print(ticket)])
    replies.push(await print(ticket))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(printer.numbers).toEqual([{ number: ticket.number, isCopy: false }])
  })

  test('a printer that never answers in order prints all the same', async () => {
    printer.answers = 'real time only'
    const ticket = await issue()
    expect((await print(ticket)).status).toBe(200)
    expect([printer.numbers.length, handOf(ticket)]).toEqual([1, 'paper'])
  })

  test('a printer that tells how it is without being asked is understood', async () => {
    printer.isTalkative = true
    const ticket = await issue()
    expect((await print(ticket)).status).toBe(200)
    expect([printer.numbers.length, handOf(ticket)]).toEqual([1, 'paper'])
  })

  test('a printer that is slow is waited for', async () => {
    printer.msPerRow = 100
    const ticket = await issue()
    expect((await print(ticket)).status).toBe(200)
    expect(printer.numbers).toEqual([{ number: ticket.number, isCopy: false }])
  })

  test('two kiosks at one printer: one slip after the other, each whole', async () => {
    printer.msPerRow = 5
    const second = await kioskAt(printer)
    const tickets = await Promise.all([issue(), issue(second), issue(), issue(second)])
    const replies = await Promise.all(tickets.map((ticket, index) => print(ticket, index % 2 === 0 ? kiosk.token : second.token)))
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(printer.numbers.map(({ number }) => number).sort()).toEqual(tickets.map(({ number }) => number).sort())
    expect(printer.slips.every(({ rows, cut }) => cut !== null && rows.some(({ text }) => text.includes('Berlaku hari ini')))).toBe(true)
    // A printer of the cheap kind has one connection.
    expect(printer.atOnce).toBe(1)
    await revoke(second)
  })
})

test('two servers at a printer that serves one at a time: each waits for the other', async () => {
  printer.isSingle = true
  printer.msPerRow = 10
  const second = await house.start()
  const [one, other] = [await issue(), await issue()]
  const replies = await Promise.all([
    print(one),
    house.ask('POST', `branches/hall/tickets/${other.id}/print`, { token: kiosk.token, body: {}, server: second }),
  ])
  expect(replies.map(({ status }) => status)).toEqual([200, 200])
  expect(printer.numbers.map(({ number }) => number).sort()).toEqual([one.number, other.number].sort())
  await house.servers.pop()?.stop()
})

describe('a printer in trouble: the number goes to the screen, the supervisor is told, and again when it is right', () => {
  const troubles = [
    ['printer-paper-out', 'paperOut', { paper: 'out' }],
    ['printer-cover-open', 'coverOpen', { isCoverOpen: true }],
    ['printer-failed', 'failed', { isBroken: true }],
    ['printer-failed', 'failed', { isOffline: true }],
    ['printer-away', 'away', { answers: 'none' }],
    ['printer-away', 'away', { answers: 'nonsense' }],
    ['printer-away', 'away', { answers: 'flood' }],
  ] as const
  test.each(troubles)('%s (%s)', async (code, state, trouble) => {
    const ticket = await issue()
    Object.assign(printer, trouble)
    const reply = await print(ticket)
    expect(reply.body).toMatchObject({ code, retry: code === 'printer-away', details: { printer: 'kiosk' } })
    expect(reply.status).toBe(code === 'printer-away' ? 503 : 409)
    expect([printer.received.length <= 6, handOf(ticket)]).toEqual([true, null])
    expect(await live()).toBe(state)
    expect((await house.ask('GET', 'branches/hall/devices/self', { token: kiosk.token })).body.printerState).toBe(state)
    // The visitor has read it; a slip afterwards is still the only one.
    expect((await handed(ticket, 'screen')).status).toBe(200)
    expect(handOf(ticket)).toBe('screen')
    printer.isBroken = false
    printer.isOffline = false
    printer.answers = 'all'
    printer.refill()
    await liveIs('ready')
    expect(printer.slips).toEqual([])
  })

  test('it dribbles its answers: whoever waits is told after 8 s', async () => {
    printer.msPerAnswer = 1_200
    const ticket = await issue()
    const begunMs = performance.now()
    expect((await print(ticket)).body.code).toBe('printer-away')
    expect(performance.now() - begunMs).toBeLessThan(16_500)
    expect(handOf(ticket)).toBeNull()
  })

  test('nobody listens there', async () => {
    const ticket = await issue()
    await printer.close()
    const begunMs = performance.now()
    expect((await print(ticket)).body.code).toBe('printer-away')
    expect(performance.now() - begunMs).toBeLessThan(3_000)
    expect(await live()).toBe('away')
  })

  test('the roll ends soon: printed, and told before it ends', async () => {
    printer.paper = 'low'
    const ticket = await issue()
    expect((await print(ticket)).body).toEqual({ state: 'paperLow' })
    expect([handOf(ticket), await live()]).toEqual(['paper', 'paperLow'])
  })

  test.each(['drop', 'die'] as const)(
    'it takes half a slip and then %ss: another slip of the same ticket, marked as a copy',
    async (what) => {
      printer.mishap = { afterBytes: 150, what }
      const ticket = await issue()
      expect((await print(ticket)).body.code).toBe('printer-away')
      expect(handOf(ticket)).toBeNull()
      expect((await print(ticket)).status).toBe(200)
      expect(handOf(ticket)).toBe('paper')
      // It may have come out before: two originals of one number there must never be.
      expect(printer.numbers).toEqual([{ number: ticket.number, isCopy: true }])
    },
  )

  test('found while nobody prints', async () => {
    await liveIs('ready')
    printer.paper = 'out'
    await liveIs('paperOut')
    printer.refill()
    await liveIs('ready')
    await printer.close()
    await liveIs('away')
  })

  test('a device that is revoked, or loses its printer, has none in trouble', async () => {
    printer.paper = 'out'
    const other = await kioskAt(printer)
    await liveIs('paperOut')
    await liveIs('paperOut', other)
    await change(other, { printer: null })
    await liveIs(null, other)
    await revoke(kiosk)
    await liveIs(null)
  })
})

describe('TICKET1: a jam in the middle of a queue of 20', () => {
  test('every number ends up in one hand, none twice as an original, and the supervisor sees it begin and end', async () => {
    await liveIs('ready')
    const tickets: Issued[] = [await issue()]
    expect((await print(tickets[0] as Issued)).status).toBe(200)
    // The roll ends in the middle of the eighth.
    printer.rowsLeft = Math.round(6.5 * (printer.slips[0]?.rows.length ?? 0))
    const onScreen: string[] = []
    const states: (string | null)[] = []
    for (let n = 1; n < 20; n++) {
      const ticket = await issue()
      tickets.push(ticket)
      const reply = await print(ticket)
      // What a kiosk does: large on the screen, until the visitor has read it.
      if (reply.status !== 200) {
        onScreen.push(ticket.number)
        expect((await handed(ticket, 'screen')).status).toBe(200)
      }
      const state = await live()
      if (states.at(-1) !== state) states.push(state)
      if (n === 11) {
        // Somebody takes out what hangs there, and puts in a new roll.
        printer.refill()
        await liveIs('ready')
      }
    }
    expect(states).toEqual(['ready', 'paperLow', 'paperOut', 'ready'])
    const onPaper = printer.numbers.map(({ number }) => number)
    expect(printer.numbers.some(({ isCopy }) => isCopy)).toBe(false)
    expect([...onPaper, ...onScreen].sort()).toEqual(tickets.map(({ number }) => number).sort())
    expect(onScreen.length).toBeGreaterThan(2)
    for (const ticket of tickets) expect(handOf(ticket)).toBe(onScreen.includes(ticket.number) ? 'screen' : 'paper')
  })
})

describe('AUTH1: who may print what', () => {
  test('a kiosk only its own tickets, on its own printer; a display nothing', async () => {
    const second = await kioskAt(printer)
    const ticket = await issue()
    expect((await print(ticket, second.token)).body.code).toBe('not-allowed')
    expect((await handed(ticket, 'paper', second.token)).body.code).toBe('not-allowed')
    expect((await print(ticket, kiosk.token, { device: second.deviceId })).body.code).toBe('not-allowed')
    const display = await house.device('display')
    expect((await print(ticket, display.token)).body.code).toBe('not-allowed')
    expect((await print({ id: 'no-such-ticket' })).body.code).toBe('unknown-ticket')
    expect([printer.slips.length, handOf(ticket)]).toEqual([0, null])
    await revoke(second)
  })

  test('also after the server was started anew', async () => {
    const ticket = await issue()
    const theirs = await issue(await kioskAt(null))
    await house.restart()
    expect((await print(theirs)).body.code).toBe('not-allowed')
    expect((await print(ticket)).status).toBe(200)
  })

  test('a kiosk without a printer, or with the browser’s own', async () => {
    const none = await kioskAt(null)
    expect((await print(await issue(none), none.token)).body.code).toBe('no-printer')
    await change(none, { printer: { kind: 'browser', columns: 32 } })
    const ticket = await issue(none)
    expect((await print(ticket, none.token)).body.code).toBe('no-printer')
    expect((await house.ask('GET', 'branches/hall/devices/self', { token: none.token })).body).toEqual({
      deviceId: none.deviceId,
      name: 'kiosk',
      printer: { kind: 'browser', columns: 32 },
      printerState: null,
    })
    expect((await handed(ticket, 'paper', none.token)).status).toBe(200)
    expect(handOf(ticket)).toBe('paper')
    await revoke(none)
  })

  test('staff print on the only printer, or name one of several; again is a copy', async () => {
    const petugas = await house.employ('petugas', 'officer')
    const ticket = await issue()
    expect((await print(ticket)).status).toBe(200)
    expect((await print(ticket, petugas)).status).toBe(200)
    expect((await print(ticket, petugas, { copy: true })).status).toBe(200)
    expect(printer.numbers.map(({ isCopy }) => isCopy)).toEqual([false, true, true])
    const second = await kioskAt(printer)
    expect((await print(ticket, petugas)).body).toMatchObject({ code: 'no-printer', detail: expect.stringContaining('device') })
    expect((await print(ticket, petugas, { device: second.deviceId })).status).toBe(200)
    expect((await print(ticket, petugas, { device: 'no-such-device' })).body.code).toBe('unknown-device')
    await revoke(second)
  })

  test('a cancelled ticket has no slip any more', async () => {
    const ticket = await issue()
    const body = { commandId: randomUUID(), type: 'cancelTicket', ticket: ticket.id, reason: 'salah ambil' }
    expect((await house.ask('POST', 'branches/hall/commands', { body })).status).toBe(200)
    expect((await print(ticket)).body).toMatchObject({ code: 'ticket-ended' })
    expect(printer.slips).toEqual([])
  })
})

describe('an administrator sets a printer up', () => {
  test('a test page, with the same refusals', async () => {
    const page = () => house.ask('POST', `branches/hall/devices/${kiosk.deviceId}/test-page`)
    expect((await page()).status).toBe(200)
    const [slip] = printer.slips
    expect(slip && wordsOf(slip)).toContain('Halaman uji kiosk')
    expect(slip?.qr).toEqual([PUBLIC_URL])
    printer.paper = 'out'
    expect((await page()).body.code).toBe('printer-paper-out')
    const supervisor = await house.employ('penyelia', 'supervisor')
    expect((await house.ask('POST', `branches/hall/devices/${kiosk.deviceId}/test-page`, { token: supervisor })).body.code).toBe(
      'not-allowed',
    )
  })

  test.each([
    ['a command in the host', { host: 'printer\r\nQUIT' }],
    ['an address of a page', { host: 'http://printer' }],
    ['no host', { host: '' }],
    ['a host with a space', { host: 'kios 1' }],
    ['a port that there is not', { port: 70_000 }],
    ['another width', { columns: 40 }],
  ])('refused: %s', async (_, more) => {
    const body = { printer: settingsOf(printer, more) }
    const reply = await house.ask('PATCH', `branches/hall/devices/${kiosk.deviceId}`, { body })
    expect([reply.status, reply.body.code]).toEqual([422, 'invalid-value'])
    expect(JSON.stringify(reply.body.mistakes)).toContain('printer.')
    const { printer: kept } = (await house.ask('GET', 'branches/hall/devices/self', { token: kiosk.token })).body
    expect(kept).toEqual(settingsOf(printer))
  })

  test('a device is made with its printer', async () => {
    const body = { kind: 'kiosk', name: 'Anjungan 2', printer: settingsOf(printer) }
    const made = (await house.ask('POST', 'branches/hall/devices', { body })).body as unknown as Kiosk
    expect((await house.ask('GET', 'branches/hall/devices/self', { token: made.token })).body.printer).toEqual(settingsOf(printer))
    await liveIs('ready', made)
    await revoke(made)
  })

  test('names and addresses of both kinds are taken, and told in the list', async () => {
    for (const host of ['printer-lobi.lan', '192.168.1.50', 'fe80::1']) await change(kiosk, { printer: settingsOf(printer, { host }) })
    const devices = (await house.ask('GET', 'branches/hall/devices')).body as unknown as { deviceId: string; printer: unknown }[]
    expect(devices.find(({ deviceId }) => deviceId === kiosk.deviceId)?.printer).toEqual(settingsOf(printer, { host: 'fe80::1' }))
  })
})

describe('PRIV1: the log', () => {
  test('tells of printing without the ticket’s id', async () => {
    const lines: string[] = []
    const { pino } = await import('pino')
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    const noisy = await House.open({ environment: { PUBLIC_URL }, log: log as never })
    const made = await noisy.device('kiosk')
    await noisy.ask('PATCH', `branches/hall/devices/${made.deviceId}`, { body: { printer: settingsOf(printer) } })
    const issued = await noisy.ask('POST', 'branches/hall/tickets', {
      token: made.token,
      body: { services: ['DUKCAPIL.KK'] },
      headers: { 'Idempotency-Key': 'a' },
    })
    const { id } = issued.body.ticket as Issued
    const path = `branches/hall/tickets/${id}`
    expect((await noisy.ask('POST', `${path}/print`, { token: made.token, body: {} })).status).toBe(200)
    await noisy.ask('POST', `${path}/handed`, { token: made.token, body: { how: 'paper' } })
    await noisy.close()
    expect(lines.some((line) => line.includes('handTicket'))).toBe(true)
    expect(lines.some((line) => line.includes(id))).toBe(false)
  })
})
