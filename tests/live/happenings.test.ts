import { io, type Socket } from 'socket.io-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HAPPENINGS_KEPT, HAPPENINGS_SHOWN, type Happening, type Happenings } from '../../shared/protocol/live.ts'
import { PROTOCOL } from '../../shared/protocol/wire.ts'
import type { Story, StoryLine } from '../../shared/story/story.ts'
import { House } from '../http/house.ts'
import { until } from '../store/testStores.ts'

let house: House
let penyelia = ''
let petugas = ''
let presses = 0
const sockets: Socket[] = []

beforeEach(async () => {
  house = await House.open({ environment: { REQUESTS_PER_SECOND: '10000', REQUESTS_BURST: '10000' } })
  penyelia = await house.employ('penyelia', 'supervisor')
  petugas = await house.employ('petugas', 'officer')
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close()
  await house.close()
})

async function post(path: string, body: object, token: string): Promise<void> {
  const answer = await house.ask('POST', `branches/hall/${path}`, { token, body: { commandId: `h${++presses}`, ...body } })
  expect(answer.status, answer.text).toBe(200)
}
const atCounter = (body: object, counter = '1') => post(`counters/${counter}/commands`, body, petugas)
const supervise = (body: object) => post('commands', body, penyelia)
async function issue(service = 'DUKCAPIL.KK'): Promise<{ readonly id: string; readonly number: string }> {
  const headers = { 'Idempotency-Key': `happening-${++presses}` }
  const made = await house.ask('POST', 'branches/hall/tickets', { body: { services: [service] }, headers })
  expect(made.status, made.text).toBe(201)
  return made.body.ticket as { readonly id: string; readonly number: string }
}
const read = async (): Promise<readonly Happening[]> =>
  ((await house.ask('GET', 'branches/hall/live/happenings', { token: penyelia })).body as unknown as Happenings).happenings
const kinds = (happenings: readonly Happening[]): string[] => happenings.map(({ ticket, line }) => `${ticket ?? '-'} ${line.kind}`)
async function listen(): Promise<Happening[]> {
  const heard: Happening[] = []
  const socket = io(`${house.server.url}/supervisor`, {
    transports: ['websocket'],
    auth: { protocol: PROTOCOL, branch: 'hall', token: penyelia },
  })
  sockets.push(socket)
  socket.on('happened', (happenings: Happening[]) => heard.push(...happenings))
  await new Promise<void>((resolve, reject) => {
    socket.once('snapshot', () => resolve())
    socket.once('connect_error', reject)
  })
  return heard
}
const lives = async (): Promise<void> => {
  const first = await issue()
  const second = await issue('BANK.TELLER')
  await atCounter({ type: 'openCounter' })
  await atCounter({ type: 'callNext', current: null })
  await atCounter({ type: 'recall', current: first.id })
  await atCounter({ type: 'startService', current: first.id })
  await atCounter({ type: 'complete', current: first.id, outcome: 'done' })
  await atCounter({ type: 'pauseCounter', reason: 'meal' })
  await supervise({ type: 'cancelTicket', ticket: second.id, reason: 'pulang' })
  await supervise({ type: 'pauseService', service: 'BANK.CS', reason: 'Listrik padam' })
}
const LIVED = [
  'issued',
  'issued',
  'counterOpened',
  'called',
  'recalled',
  'started',
  'completed',
  'counterPaused',
  'cancelled',
  'servicePaused',
]

test('supervisors read what happened today, also before the server began; nobody else does', async () => {
  for (const token of [null, petugas])
    expect((await house.ask('GET', 'branches/hall/live/happenings', { token })).status).toBe(token === null ? 401 : 403)
  await lives()
  const told = async () => (await read()).filter(({ line }) => line.kind !== 'heard' && line.kind !== 'configured')
  expect((await told()).map(({ line }) => line.kind)).toEqual(LIVED)
  await house.restart()
  penyelia = await house.signIn('penyelia')
  const { number } = await issue()
  const day = house.server.branches.get('hall')?.state.day
  const isRecorded = async () => (await house.ask('GET', `branches/hall/days/${day}/tickets/${number}`, { token: penyelia })).status === 200
  await until('the history has it', isRecorded)
  await until('the day is read', async () => (await told()).length > 1)
  expect((await told()).map(({ line }) => line.kind)).toEqual([...LIVED, 'issued'])
  const numbers = (await read()).map(({ number }) => number)
  expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] as number) + at))
})

test('of a ticket it is told what its story tells, line for line', async () => {
  await lives()
  const happenings = await read()
  const { number } = happenings.find(({ line }) => line.kind === 'called') as { number: number } & Happening
  const ticket = happenings.find((each) => each.number === number)?.ticket as string
  const { day } = (await house.ask('GET', 'branches/hall/live/happenings', { token: penyelia })).body as unknown as Happenings
  const storyOf = async () =>
    (await house.ask('GET', `branches/hall/days/${day}/tickets/${ticket}`, { token: penyelia })).body as unknown as Story
  await until('the day is read', async () => (await storyOf()).lines?.some(({ kind }) => kind === 'completed'))
  const story = await storyOf()
  const lines = happenings.filter((each) => each.ticket === ticket && each.line.kind !== 'heard').map(({ line }) => line as StoryLine)
  const plain = (line: StoryLine) => ('announced' in line ? { ...line, announced: null } : line)
  expect(lines.map(plain)).toEqual(story.lines.map(plain))
})

test('whoever listens is told at once, in order and with whom it concerns; what nobody asked for is kept short', async () => {
  const heard = await listen()
  await lives()
  await until('all of it was told', () => heard.some(({ line }) => line.kind === 'servicePaused'))
  const told = heard.filter(({ line }) => line.kind !== 'heard')
  expect(told.map(({ line }) => line.kind)).toEqual(LIVED)
  expect(told.map(({ agencies }) => agencies.join())).toEqual([
    'DUKCAPIL',
    'BANK',
    ...Array.from({ length: 6 }, () => 'DUKCAPIL'),
    'BANK',
    'BANK',
  ])
  expect(told.find(({ line }) => line.kind === 'counterPaused')).toMatchObject({
    by: 'petugas',
    ticket: null,
    line: { counter: 'Loket 1', reason: 'meal' },
  })
  expect(kinds(heard)).toEqual(kinds((await read()).slice(-heard.length)))
  for (let at = 0; at < HAPPENINGS_KEPT; at += 50) await Promise.all(Array.from({ length: 50 }, () => issue('BANK.TELLER')))
  await until('all of it was told', () => heard.filter(({ line }) => line.kind === 'issued').length >= HAPPENINGS_SHOWN)
  expect(await read()).toHaveLength(HAPPENINGS_KEPT)
}, 60_000)

test('a call that nobody heard, and an alert that begins and ends, stand among what happened', async () => {
  const heard = await listen()
  const { number } = await issue()
  await atCounter({ type: 'openCounter' })
  await atCounter({ type: 'callNext', current: null })
  await until('the alert is told', () => heard.some(({ line }) => line.kind === 'alertBegan'))
  await supervise({ type: 'keepQuiet', zones: ['z1'], reason: 'Ibadah' })
  await until('its fate is told', () => heard.some(({ line }) => line.kind === 'heard'))
  expect(heard.find(({ line }) => line.kind === 'heard')).toMatchObject({ ticket: number, line: { counter: 'Loket 1', notHeard: 'quiet' } })
  await until('its end is told', () => heard.some(({ line }) => line.kind === 'alertEnded' && line.alert.kind === 'zoneSilent'))
})
