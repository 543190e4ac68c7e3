import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROTOCOL } from '../../shared/protocol/wire.ts'
import { until } from '../store/testStores.ts'
import { House, PASSWORD } from './house.ts'

let house: House
beforeAll(async () => {
  house = await House.open()
  await house.start()
})
afterAll(() => house.close())

const second = () => house.servers[1] as NonNullable<(typeof house.servers)[1]>

const socketOf = async (url: string, namespace: string, auth: object): Promise<Socket> => {
  const socket = io(`${url}/${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { protocol: PROTOCOL, branch: 'hall', ...auth },
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('snapshot', () => resolve())
    socket.once('connect_error', reject)
  })
  return socket
}

describe('sessions', () => {
  test('AUTH1: signing in gives a token and a cookie that no script reads and no other site sends', async () => {
    const reply = await house.ask('POST', 'sessions', { token: null, body: { username: 'Admin', password: PASSWORD } })
    expect(reply.status).toBe(201)
    expect(reply.body.user).toEqual({ username: 'admin', name: 'Admin', role: 'admin', branch: null, counters: null })
    expect(String(reply.body.token)).toMatch(/^u_[\w-]{43}$/)
    const cookie = reply.headers.get('set-cookie') ?? ''
    expect(cookie).toBe(`panggil_session=${reply.body.token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200`)
    const current = await house.ask('GET', 'sessions/current', { token: null, cookie: cookie.split(';')[0] as string })
    expect(current.status).toBe(200)
    expect(current.body.user).toMatchObject({ username: 'admin' })
  })

  test('AUTH1: the cookie is Secure where the house is reached over https', async () => {
    const secure = await House.open({ environment: { PUBLIC_URL: 'https://antrean.example' } })
    try {
      const reply = await secure.ask('POST', 'sessions', { token: null, body: { username: 'admin', password: PASSWORD } })
      expect(reply.headers.get('set-cookie')).toMatch(/; Secure$/)
      expect(reply.headers.get('strict-transport-security')).toMatch(/^max-age=31536000/)
    } finally {
      await secure.close()
    }
  })

  test('AUTH1: wrong name and wrong password are told alike, and only hashes are stored', async () => {
    const [name, password] = await Promise.all([
      house.ask('POST', 'sessions', { token: null, body: { username: 'nobody', password: PASSWORD } }),
      house.ask('POST', 'sessions', { token: null, body: { username: 'admin', password: 'something else' } }),
    ])
    expect([name.status, name.body.code]).toEqual([401, 'wrong-password'])
    expect(name.text).toBe(password.text)
    const stored = JSON.stringify(await Promise.all(['users', 'sessions', 'devices'].map((kind) => house.server.store.records.list(kind))))
    expect(stored).not.toContain(house.admin)
    expect(stored).not.toContain(PASSWORD)
    expect(stored).toContain('$argon2id$v=19$m=19456,t=2,p=1$')
  })

  test('AUTH1: a session and a device survive the restart of server and store', async () => {
    const officer = await house.employ('maria', 'officer')
    const { token } = await house.device('display')
    await house.redis.kill()
    await house.redis.restart()
    await until('the store is back', () => house.server.store.isAvailable)
    await house.restart()
    expect((await house.ask('GET', 'sessions/current', { token: officer })).body.user).toMatchObject({ username: 'maria' })
    expect((await house.ask('GET', 'branches/hall/board', { token })).status).toBe(200)
  })

  test('AUTH1: signing out kills the token on every server and closes its sockets within a second', async () => {
    const token = await house.employ('yosef', 'officer')
    const sockets = await Promise.all(house.servers.map((server) => socketOf(server.url, 'counter', { counter: '1', token })))
    expect((await house.ask('GET', 'sessions/current', { token, server: second() })).status).toBe(200)
    const startedMs = performance.now()
    expect((await house.ask('DELETE', 'sessions/current', { token })).status).toBe(204)
    await until('both sockets are closed', () => sockets.every((socket) => !socket.connected), 1000)
    for (const server of house.servers) {
      const dead = await house.ask('GET', 'sessions/current', { token, server })
      expect([dead.status, dead.body.code]).toEqual([401, 'not-signed-in'])
    }
    expect(performance.now() - startedMs).toBeLessThan(1000)
  })

  test('AUTH1: another role, another password and removal end all sessions of a user, on every server', async () => {
    const changes: [string, string, object | undefined][] = [
      ['PATCH', '', { role: 'supervisor' }],
      ['PUT', '/password', { password: 'sandi-yang-lain-lagi' }],
      ['DELETE', '', undefined],
    ]
    for (const [at, [method, path, body]] of changes.entries()) {
      const username = `dina${at}`
      const token = await house.employ(username, 'officer')
      for (const server of house.servers) expect((await house.ask('GET', 'sessions/current', { token, server })).status).toBe(200)
      expect((await house.ask(method, `users/${username}${path}`, { body })).status).toBeLessThan(300)
      for (const server of house.servers)
        await until('the session is over', async () => (await house.ask('GET', 'sessions/current', { token, server })).status === 401, 1000)
    }
  })

  test('AUTH1: a new name ends nothing, and is known everywhere', async () => {
    const token = await house.employ('rosa', 'officer')
    await house.ask('GET', 'sessions/current', { token, server: second() })
    expect((await house.ask('PATCH', 'users/rosa', { body: { name: 'Rosa Nalle' } })).status).toBe(200)
    await until(
      'the name is known',
      async () => (await house.ask('GET', 'sessions/current', { token, server: second() })).text.includes('Rosa Nalle'),
      1000,
    )
  })

  test('AUTH1: one changes one’s own password with the present one, and stays signed in with a new token alone', async () => {
    const token = await house.employ('lukas', 'officer')
    const wrong = await house.ask('PUT', 'users/me/password', { token, body: { current: 'not this one', password: 'sandi-baru-sekali' } })
    expect([wrong.status, wrong.body.code]).toEqual([401, 'wrong-password'])
    const reply = await house.ask('PUT', 'users/me/password', { token, body: { current: PASSWORD, password: 'sandi-baru-sekali' } })
    expect(reply.status).toBe(200)
    expect((await house.ask('GET', 'sessions/current', { token })).status).toBe(401)
    expect((await house.ask('GET', 'sessions/current', { token: String(reply.body.token) })).status).toBe(200)
    await house.signIn('lukas', 'sandi-baru-sekali')
  })

  test('AUTH1: after ten failures in a minute the right password is refused as well, on that account alone', async () => {
    const other = await House.open()
    try {
      await other.employ('petra', 'officer')
      const attempts = await Promise.all(
        Array.from({ length: 14 }, (_, at) =>
          other.ask('POST', 'sessions', { token: null, body: { username: 'petra', password: `wrong-${at}` } }),
        ),
      )
      const codes = attempts.map((reply) => reply.body.code)
      expect(codes.filter((code) => code === 'wrong-password')).toHaveLength(10)
      expect(codes.filter((code) => code === 'rate-limited')).toHaveLength(4)
      const right = await other.ask('POST', 'sessions', { token: null, body: { username: 'petra', password: PASSWORD } })
      expect([right.status, right.body.code, right.body.retry]).toEqual([429, 'rate-limited', true])
      expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0)
    } finally {
      await other.close()
    }
  })
})

describe('users', () => {
  test.each([
    ['short', 'pendek1'],
    ['common', 'password123'],
    ['the name with a little added', 'benediktus12'],
    ['one letter', 'aaaaaaaaaa'],
  ])('a password that is %s is a wrong value, and the password is not repeated', async (_, password) => {
    const reply = await house.ask('POST', 'users', {
      body: { username: 'benediktus', password, name: 'B', role: 'officer', branch: 'hall' },
    })
    expect([reply.status, reply.body.code]).toEqual([422, 'invalid-value'])
    expect(reply.text).not.toContain(password)
    expect((await house.ask('GET', 'users')).text).not.toContain('benediktus')
  })

  test('a name is taken once, whatever its letters’ size; nobody removes or demotes himself', async () => {
    await house.employ('Sarah', 'officer')
    const body = { username: 'sarah', password: PASSWORD, name: 'S', role: 'officer', branch: 'hall' }
    expect((await house.ask('POST', 'users', { body })).body.code).toBe('username-taken')
    expect((await house.ask('DELETE', 'users/admin')).body.code).toBe('not-allowed')
    expect((await house.ask('PATCH', 'users/admin', { body: { role: 'officer' } })).body.code).toBe('not-allowed')
    expect((await house.ask('DELETE', 'users/nobody')).status).toBe(404)
  })

  test('AUTH1: an admin of one branch has to do with its users alone', async () => {
    const configuration = (await house.ask('GET', 'branches/hall/configuration')).body
    expect((await house.ask('PUT', 'branches/stand/configuration', { body: { ...configuration, id: 'stand' } })).status).toBe(200)
    const token = await house.employ('kepala', 'admin', 'stand')
    const body = { username: 'orang', password: PASSWORD, name: 'O', role: 'officer', branch: 'hall' }
    expect((await house.ask('POST', 'users', { token, body })).body.code).toBe('not-allowed')
    expect((await house.ask('POST', 'users', { token, body: { ...body, role: 'admin', branch: null } })).body.code).toBe('not-allowed')
    expect((await house.ask('POST', 'users', { token, body: { ...body, branch: 'stand' } })).status).toBe(201)
    const seen = JSON.parse((await house.ask('GET', 'users', { token })).text) as { username: string }[]
    expect(seen.map((user) => user.username)).toEqual(['kepala', 'orang'])
    expect((await house.ask('DELETE', 'users/admin', { token })).status).toBe(404)
    expect((await house.ask('PUT', 'branches/hall/configuration', { token, body: configuration })).status).toBe(403)
  })
})

describe('the first user', () => {
  test('without ADMIN_PASSWORD a link is printed that works once; a new start makes a new one', async () => {
    const bare = await House.open({ environment: { ADMIN_PASSWORD: '' } })
    try {
      const old = bare.server.setupToken as string
      await bare.restart()
      const token = bare.server.setupToken as string
      expect(token).not.toBe(old)
      const setUp = (body: object) => bare.ask('POST', 'setup', { token: null, body })
      expect((await setUp({ token: old, password: PASSWORD })).body.code).toBe('not-allowed')
      expect((await setUp({ token, password: 'admin123' })).body.code).toBe('invalid-value')
      const done = await setUp({ token, password: PASSWORD })
      expect(done.status).toBe(201)
      expect(done.headers.get('set-cookie')).toContain('HttpOnly')
      expect((await bare.ask('GET', 'users', { token: String(done.body.token) })).status).toBe(200)
      expect((await setUp({ token, password: PASSWORD })).body.code).toBe('setup-done')
      await bare.restart()
      expect(bare.server.setupToken).toBeNull()
      await bare.signIn('admin')
    } finally {
      await bare.close()
    }
  })
})

describe('devices', () => {
  test('AUTH1: a screen’s token shows its zones and nothing else', async () => {
    const { token } = await house.device('display', ['z1'])
    const board = await house.ask('GET', 'branches/hall/board', { token })
    expect((board.body.counters as { zone: string }[]).every((counter) => counter.zone === 'z1')).toBe(true)
    expect((await house.ask('GET', 'branches/hall/board?zone=z2', { token })).body.code).toBe('not-allowed')
    expect((await house.ask('GET', 'branches/hall/live', { token })).status).toBe(403)
  })

  test('AUTH1: revoking a screen kills its token and closes its sockets on every server within a second', async () => {
    const { deviceId, token } = await house.device('display')
    const sockets = await Promise.all(house.servers.map((server) => socketOf(server.url, 'board', { token })))
    expect((await house.ask('DELETE', `branches/hall/devices/${deviceId}`)).status).toBe(204)
    await until('both sockets are closed', () => sockets.every((socket) => !socket.connected), 1000)
    for (const server of house.servers) expect((await house.ask('GET', 'branches/hall/board', { token, server })).status).toBe(401)
    expect((await house.ask('DELETE', `branches/hall/devices/${deviceId}`)).body.code).toBe('unknown-device')
  })

  test('a pairing code gives the token to the screen that shows it, once, and not to the admin', async () => {
    const offer = await house.ask('POST', 'pairings', { token: null, body: { kind: 'kiosk' } })
    expect(offer.status).toBe(201)
    const { code, secret } = offer.body as unknown as { code: string; secret: string }
    expect(code).toMatch(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/)
    expect(Buffer.from(secret, 'base64url')).toHaveLength(16)
    const claim = (server = house.server) => house.ask('POST', 'pairings/claim', { token: null, body: { secret }, server })
    expect([(await claim()).status, (await claim()).body.code]).toEqual([409, 'pairing-pending'])

    const wrongKind = await house.ask('POST', 'branches/hall/devices', { body: { kind: 'display', name: 'Layar', pairingCode: code } })
    expect(wrongKind.status).toBe(422)
    const typed = code.toLowerCase().replace('-', ' ')
    const made = await house.ask('POST', 'branches/hall/devices', { body: { kind: 'kiosk', name: 'Anjungan', pairingCode: typed } })
    expect(made.status).toBe(201)
    expect(made.body.token).toBeUndefined()
    expect((await house.ask('POST', 'branches/hall/devices', { body: { kind: 'kiosk', name: 'Lain', pairingCode: code } })).body.code).toBe(
      'unknown-pairing',
    )

    const claims = await Promise.all([claim(), claim(second()), claim(), claim(second())])
    const given = claims.filter((reply) => reply.status === 200)
    expect(given).toHaveLength(1)
    const device = (given[0] as (typeof claims)[0]).body
    expect(device).toMatchObject({ deviceId: made.body.deviceId, branch: 'hall', zones: null, name: 'Anjungan' })
    const issued = await house.ask('POST', 'branches/hall/tickets', {
      token: String(device.token),
      body: { services: ['DUKCAPIL.KK'] },
      headers: { 'Idempotency-Key': 'first' },
    })
    expect(issued.status).toBe(201)
    expect((await claim()).body.code).toBe('unknown-pairing')
  })
})

describe('an account that is switched off', () => {
  test('AUTH1: its sessions end on every server within a second, it is told only to who knows the password, and on again is as before', async () => {
    const token = await house.employ('rahel', 'officer')
    expect((await house.ask('PATCH', 'users/rahel', { body: { isDisabled: true } })).body.isDisabled).toBe(true)
    await until('both servers refuse', async () => {
      const replies = await Promise.all(house.servers.map((server) => house.ask('GET', 'sessions/current', { token, server })))
      return replies.every(({ status }) => status === 401)
    })
    const signIn = (password: string) => house.ask('POST', 'sessions', { token: null, body: { username: 'rahel', password } })
    expect((await signIn(PASSWORD)).body.code).toBe('account-disabled')
    expect((await signIn('something else')).body.code).toBe('wrong-password')
    expect((await house.ask('PATCH', 'users/rahel', { body: { isDisabled: false } })).body.isDisabled).toBe(false)
    expect((await signIn(PASSWORD)).status).toBe(201)
    expect((await house.ask('GET', 'sessions/current', { token })).status, 'an old session stays dead').toBe(401)
  })

  test('nobody switches himself off: an admin always remains', async () => {
    const own = await house.ask('PATCH', 'users/admin', { body: { isDisabled: true } })
    expect([own.status, own.body.code]).toEqual([403, 'not-allowed'])
    expect((await house.ask('GET', 'users')).status).toBe(200)
  })
})

describe('devices as an admin sees them', () => {
  const listed = async (deviceId: string) => {
    const { text } = await house.ask('GET', 'branches/hall/devices')
    return (JSON.parse(text) as { deviceId: string; isPaired: boolean; contact: { isConnected: boolean; sinceMs: number | null } }[]).find(
      (each) => each.deviceId === deviceId,
    )
  }

  test('contact is told from their sockets', async () => {
    const { deviceId, token } = await house.device('display')
    expect((await listed(deviceId))?.contact).toEqual({ isConnected: false, sinceMs: null, sound: null })
    const socket = await socketOf(house.server.url, 'board', { token })
    expect((await listed(deviceId))?.contact.isConnected).toBe(true)
    socket.disconnect()
    await until('it is seen to be gone', async () => (await listed(deviceId))?.contact.isConnected === false)
    expect((await listed(deviceId))?.contact.sinceMs).toBeGreaterThan(0)
  })

  test('another machine takes a device’s place: the old token is dead, a wrong code or kind changes nothing', async () => {
    const { deviceId, token } = await house.device('display')
    const anew = (pairingCode: string, device = deviceId) =>
      house.ask('POST', `branches/hall/devices/${device}/pairing`, { body: { pairingCode } })
    const offer = async (kind: string) =>
      (await house.ask('POST', 'pairings', { token: null, body: { kind } })).body as unknown as { code: string; secret: string }
    expect((await anew('AAAA-AAAA')).body.code).toBe('unknown-pairing')
    expect((await anew((await offer('kiosk')).code)).body.code).toBe('invalid-value')
    expect((await house.ask('GET', 'branches/hall/board', { token })).status).toBe(200)
    const { code, secret } = await offer('display')
    expect((await anew(code, '0123456789abcdef')).body.code).toBe('unknown-device')
    expect((await anew(code)).status).toBe(204)
    expect((await house.ask('GET', 'branches/hall/board', { token })).status).toBe(401)
    expect((await listed(deviceId))?.isPaired).toBe(false)
    const claimed = await house.ask('POST', 'pairings/claim', { token: null, body: { secret } })
    expect([claimed.status, claimed.body.deviceId]).toEqual([200, deviceId])
    expect((await house.ask('GET', 'branches/hall/board', { token: String(claimed.body.token) })).status).toBe(200)
  })

  test('the addresses under which the house answers', async () => {
    const { body } = await house.ask('GET', 'house')
    expect(body.addresses).toContain(body.publicUrl)
  })
})
