import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Route, Who } from '../../server/http/route.ts'
import { ROUTES } from '../../server/http/routes.ts'
import type { BranchCommand } from '../../shared/protocol/schemas.ts'
import { PROTOCOL } from '../../shared/protocol/wire.ts'
import { House } from './house.ts'

let house: House
const tokens: Record<string, string | null> = { nobody: null }

/** Everybody there is; `far...`: of another branch. */
const PEOPLE = [
  'nobody',
  'display',
  'kiosk',
  'officer',
  'desk',
  'supervisor',
  'coordinator',
  'admin',
  'farDisplay',
  'farKiosk',
  'farOfficer',
  'farDesk',
  'farSupervisor',
  'farCoordinator',
  'farAdmin',
] as const
type Person = (typeof PEOPLE)[number]

/** Who may, written out by hand: the table in the code is what is tested. The branch in question is `hall`. */
const MAY: Readonly<Record<Who, readonly Person[]>> = {
  anyone: PEOPLE,
  signedIn: PEOPLE.filter((person) => person !== 'nobody'),
  user: ['officer', 'desk', 'supervisor', 'coordinator', 'admin', 'farOfficer', 'farDesk', 'farSupervisor', 'farCoordinator', 'farAdmin'],
  admin: ['admin', 'farAdmin'],
  issueTicketOrVisitor: ['kiosk', 'officer', 'desk', 'supervisor', 'admin'],
  showBoard: ['display', 'kiosk', 'officer', 'desk', 'supervisor', 'admin'],
  issueTicket: ['kiosk', 'officer', 'desk', 'supervisor', 'admin'],
  findTicket: ['officer', 'desk', 'supervisor', 'admin'],
  assist: ['desk', 'supervisor', 'admin'],
  actAtCounter: ['officer', 'supervisor', 'admin'],
  supervise: ['supervisor', 'admin'],
  // Of his own agency: `coordinator.test.ts` has him at another one.
  coordinate: ['coordinator', 'admin'],
  commandBranch: ['desk', 'supervisor', 'coordinator', 'admin'],
  administer: ['admin'],
}

/** Also by hand: a route that becomes more open than this is a decision, not an accident. */
const OPEN_TO_ANYONE = [
  'claimPairing',
  'describeBranch',
  'listBranches',
  'offerPairing',
  'publicHall',
  'publicQueues',
  'setUp',
  'signIn',
  'ssoCallback',
  'ssoOffer',
  'ssoStart',
  'ticket',
]

beforeAll(async () => {
  house = await House.open()
  const configuration = (await house.ask('GET', 'branches/hall/configuration')).body
  await house.ask('PUT', 'branches/far/configuration', { body: { ...configuration, id: 'far' } })
  tokens.admin = await house.employ('boss', 'admin', 'hall')
  for (const [prefix, branch] of [
    ['', 'hall'],
    ['far', 'far'],
  ] as const) {
    const named = (name: string) => (prefix ? `far${name[0]?.toUpperCase()}${name.slice(1)}` : name)
    for (const kind of ['display', 'kiosk'] as const) tokens[named(kind)] = (await house.device(kind, undefined, branch)).token
    for (const role of ['officer', 'desk', 'supervisor'] as const) tokens[named(role)] = await house.employ(named(role), role, branch)
  }
  tokens.farAdmin = await house.employ('farAdmin', 'admin', 'far')
  tokens.coordinator = await house.coordinator('coordinator', 'DUKCAPIL')
  tokens.farCoordinator = await house.coordinator('farCoordinator', 'DUKCAPIL', 'far')
})
afterAll(() => house.close())

const pathOf = (route: Route): string =>
  route.path.slice(1).replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) =>
      ({
        branch: 'hall',
        agency: 'DUKCAPIL',
        counter: '1',
        ticket: 'no-such-ticket',
        device: 'no-such-device',
        username: 'no-such-user',
      })[name] as string,
  )

describe('AUTH1: a token opens only its role and branch', () => {
  test('what anybody may call is what is meant to be', () => {
    expect(
      ROUTES.filter((route) => route.who === 'anyone')
        .map((route) => route.name)
        .sort(),
    ).toEqual(OPEN_TO_ANYONE)
  })

  // Signing out would end the sessions that the others are tested with.
  test.each(ROUTES.filter((route) => route.name !== 'signOut').map((route) => [route.name, route] as const))('%s', async (_, route) => {
    for (const person of PEOPLE) {
      const before = house.revision()
      // A body that no route takes: whoever gets as far as that was let in.
      const reply = await house.ask(route.method.toUpperCase(), pathOf(route), {
        token: tokens[person] ?? null,
        ...(route.method === 'get' || route.method === 'delete' ? {} : { raw: '{"nonsense' }),
      })
      const isKeptOut = reply.body.code === 'not-signed-in' || reply.body.code === 'not-allowed'
      const mayNot = !MAY[route.who].includes(person)
      expect({ person, isKeptOut, code: isKeptOut ? reply.body.code : undefined }).toEqual({
        person,
        isKeptOut: mayNot,
        code: mayNot ? (person === 'nobody' ? 'not-signed-in' : 'not-allowed') : undefined,
      })
      expect(reply.status).toBeLessThan(500)
      expect(house.revision()).toBe(before)
    }
  })
})

/** Every command for a branch, about things of DUKCAPIL, by hand: who may give it. */
const COMMANDS: Readonly<Record<BranchCommand['type'], readonly [body: object, may: readonly Person[]]>> = {
  openDay: [{}, ['supervisor', 'admin']],
  closeDay: [{}, ['supervisor', 'admin']],
  resetDay: [{}, ['supervisor', 'admin']],
  pauseBranch: [{ reason: 'Upacara' }, ['supervisor', 'admin']],
  resumeBranch: [{}, ['supervisor', 'admin']],
  pauseService: [{ service: 'DUKCAPIL.KK', reason: 'Gangguan' }, ['supervisor', 'coordinator', 'admin']],
  openService: [{ service: 'DUKCAPIL.KK' }, ['supervisor', 'coordinator', 'admin']],
  resetService: [{ service: 'DUKCAPIL.KK' }, ['supervisor', 'coordinator', 'admin']],
  closeService: [{ service: 'DUKCAPIL.KK' }, ['supervisor', 'coordinator', 'admin']],
  pauseAgency: [{ agency: 'DUKCAPIL', reason: 'Gangguan' }, ['supervisor', 'coordinator', 'admin']],
  resumeAgency: [{ agency: 'DUKCAPIL' }, ['supervisor', 'coordinator', 'admin']],
  enterTicket: [{ number: 'B-T01', writtenAtMs: 0, service: 'DUKCAPIL.KK' }, ['desk', 'supervisor', 'admin']],
  announce: [{ text: { id: 'Halo', en: 'Hello' } }, ['supervisor', 'admin']],
  announcePrepared: [{ notice: 'no-such-notice' }, ['supervisor', 'admin']],
  clearNotice: [{}, ['supervisor', 'admin']],
  keepQuiet: [{ reason: 'Upacara' }, ['supervisor', 'admin']],
  speakAgain: [{}, ['supervisor', 'admin']],
  checkSound: [{ zone: 'z1' }, ['supervisor', 'admin']],
  confirmSound: [{ zone: 'z1', code: '123' }, ['supervisor', 'admin']],
  cancelTicket: [{ ticket: 'no-such-ticket', reason: 'Pulang' }, ['desk', 'supervisor', 'admin']],
  reclassifyTicket: [{ ticket: 'no-such-ticket', class: 'priority', reason: 'Lansia' }, ['desk', 'supervisor', 'admin']],
  moveTicket: [{ ticket: 'no-such-ticket', to: { service: 'DUKCAPIL.KK' }, reason: 'Salah' }, ['desk', 'supervisor', 'admin']],
  freeCounter: [{ counter: '1', reason: 'Pulang' }, ['supervisor', 'admin']],
}

describe('AUTH1: a command for the branch asks for its own role', () => {
  test.each(Object.entries(COMMANDS))('%s', async (type, [body, may]) => {
    for (const person of PEOPLE) {
      const reply = await house.ask('POST', 'branches/hall/commands', {
        token: tokens[person] ?? null,
        body: { commandId: `${type}-${person}`, type, ...body },
      })
      const isKeptOut = reply.body.code === 'not-signed-in' || reply.body.code === 'not-allowed'
      expect({ person, isKeptOut, status: isKeptOut ? reply.status : 0 }).toEqual({
        person,
        isKeptOut: !may.includes(person),
        status: may.includes(person) ? 0 : person === 'nobody' ? 401 : 403,
      })
    }
  })

  test.each(['board', 'counter', 'supervisor'])('a coordinator has no place in the rooms of /%s', async (namespace) => {
    const socket = io(`${house.server.url}/${namespace}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { protocol: PROTOCOL, branch: 'hall', counter: '1', token: tokens.coordinator },
    })
    const refused = await new Promise<Error>((resolve, reject) => {
      socket.once('connect_error', resolve)
      socket.once('snapshot', () => reject(new Error('let in')))
    })
    socket.disconnect()
    expect(refused.message).toBe('not-allowed')
  })
})

describe('AUTH2: an officer acts only at a counter that he has opened', () => {
  const at = (counter: string, token: string | null | undefined, body: object) =>
    house.ask('POST', `branches/hall/counters/${counter}/commands`, { token, body })

  test('not at a closed one, not at another’s; taking over is explicit', async () => {
    const anna = await house.employ('anna', 'officer')
    const budi = await house.employ('budi', 'officer')
    expect((await at('1', anna, { commandId: 'a1', type: 'callNext', current: null })).body.code).toBe('counter-closed')
    expect((await at('1', anna, { commandId: 'a2', type: 'openCounter' })).status).toBe(200)
    const stranger = await at('1', budi, { commandId: 'b1', type: 'callNext', current: null })
    expect([stranger.status, stranger.body.code]).toEqual([403, 'not-at-counter'])
    expect((await at('1', budi, { commandId: 'b2', type: 'openCounter' })).body.code).toBe('counter-open-elsewhere')
    expect((await at('1', budi, { commandId: 'b3', type: 'openCounter', takeOver: true })).status).toBe(200)
    expect((await at('1', anna, { commandId: 'a3', type: 'callNext', current: null })).body.code).toBe('not-at-counter')
  })

  test('not at a counter that his account does not have, nor in his name at another branch', async () => {
    const only3 = await house.employ('cici', 'officer', 'hall', ['3'])
    expect((await at('2', only3, { commandId: 'c1', type: 'openCounter' })).body.code).toBe('not-allowed')
    expect((await at('3', only3, { commandId: 'c2', type: 'openCounter' })).status).toBe(200)
    expect((await at('3', tokens.farOfficer, { commandId: 'c3', type: 'openCounter', takeOver: true })).body.code).toBe('not-allowed')
  })
})
