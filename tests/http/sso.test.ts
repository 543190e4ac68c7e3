import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { House, PASSWORD, type Reply } from './house.ts'
import { CLIENT, type Person, SsoProvider, Surfer } from './ssoProvider.ts'

const PEOPLE: Readonly<Record<string, Person>> = {
  's-petugas': { preferred_username: 'Petugas.Kota', email: 'petugas@kupangkota.test', email_verified: true },
  's-penyelia': { preferred_username: 'lain', email: 'Penyelia@kupangkota.test', email_verified: true },
  's-palsu': { preferred_username: 'palsu', email: 'belum@kupangkota.test', email_verified: false },
  's-kembar': { preferred_username: 'petugas.kota' },
  's-asing': { preferred_username: 'asing' },
  's-mati': { preferred_username: 'mati.kota' },
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })

let house: House
let provider: SsoProvider
let url = ''
beforeAll(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  provider = await SsoProvider.open(PEOPLE, `${url}/api/v1/sso/callback`)
  house = await House.open({ environment: { PORT: String(port), PUBLIC_URL: url, ...settings(provider) } })
})
afterAll(async () => {
  await house.close()
  await provider.close()
})

const settings = (at: Pick<SsoProvider, 'issuer'>) => ({
  OIDC_ISSUER: at.issuer,
  OIDC_CLIENT_ID: CLIENT.id,
  OIDC_CLIENT_SECRET: CLIENT.secret,
  OIDC_LABEL: 'SSO Kota',
})

const start = (to = '/counter'): string => `${url}/api/v1/sso/start?to=${encodeURIComponent(to)}`
const isCallback = ({ pathname }: URL): boolean => pathname === '/api/v1/sso/callback'
const isPage = (at: URL): boolean => at.origin === url && !at.pathname.startsWith('/api/')
/** All the way; what the page is told, and who is signed in then. */
async function come(sub?: string, surfer = new Surfer(), to = '/counter'): Promise<{ at: string; why: string | null; who: unknown }> {
  return arrived(await surfer.follow(start(to), isPage, sub), surfer)
}
async function arrived(page: URL, surfer: Surfer): Promise<{ at: string; why: string | null; who: unknown }> {
  const session = surfer.cookie(new URL(url).host, 'panggil_session')
  // As browsers do: all that fit, in an order of their own.
  const cookie = session === undefined ? '' : `panggil_sso=another; panggil_session=${session}`
  const current = await house.ask('GET', 'sessions/current', { token: null, cookie })
  const { username } = (current.body.user ?? {}) as { username?: string }
  return { at: page.pathname, why: page.searchParams.get('sso'), who: username ?? null }
}
const change = (username: string, body: object): Promise<Reply> => house.ask('PATCH', `users/${username}`, { body })
/** Failures of other tests are forgotten: a new user and a server that begins anew. */
let people = 0
async function employ(ssoName: string): Promise<string> {
  const username = `orang${++people}`
  await house.employ(username, 'officer')
  expect((await change(username, { ssoName })).status).toBe(200)
  return username
}
beforeEach(async () => {
  for (const { username, role } of (await house.ask('GET', 'users')).body as never as { username: string; role: string }[])
    if (role !== 'admin') await house.ask('DELETE', `users/${username}`)
  for (const { id } of await house.server.store.records.list('ssoFlows')) await house.server.store.records.delete('ssoFlows', id)
})

test('without settings nothing is offered, and there are no such addresses', async () => {
  const plain = await House.open()
  try {
    expect((await plain.ask('GET', 'sso', { token: null })).body).toEqual({ offer: null })
    for (const path of ['sso/start', 'sso/callback?code=1&state=2'])
      expect((await plain.ask('GET', path, { token: null })).body.code).toBe('unknown-route')
    await plain.employ('orang', 'officer')
    const only = await plain.ask('PATCH', 'users/orang', { body: { ssoName: 'x', isSsoOnly: true } })
    expect(only.body.mistakes).toMatchObject([{ path: 'isSsoOnly' }])
  } finally {
    await plain.close()
  }
  expect((await house.ask('GET', 'sso', { token: null })).body).toEqual({
    offer: { label: 'SSO Kota', start: `${url}/api/v1/sso/start` },
  })
})

describe('AUTH1: who is let in', () => {
  test('a user whose name there an admin gave; from then on his subject counts, whatever he is called', async () => {
    const username = await employ('PETUGAS.kota')
    const surfer = new Surfer()
    expect(await come('s-petugas', surfer, '/agency?x=1#/services')).toEqual({ at: '/agency', why: null, who: username })
    expect((await house.ask('GET', `users`)).text).toContain('"isSsoLinked":true')
    expect((await house.ask('GET', `users`)).text, 'who he is there is told to nobody').not.toContain('s-petugas')

    // Another person takes the same name there.
    expect(await come('s-kembar')).toEqual({ at: '/counter', why: 'sso-unknown-person', who: null })
    expect(await come('s-petugas')).toMatchObject({ who: username })

    // An admin gives him another name: the link is gone.
    expect((await change(username, { ssoName: 'asing' })).body).toMatchObject({ isSsoLinked: false })
    expect(await come('s-petugas')).toMatchObject({ why: 'sso-unknown-person' })
    expect(await come('s-asing')).toMatchObject({ who: username })
  })

  test('by an e-mail address only where the provider has checked it', async () => {
    const username = await employ('penyelia@KUPANGKOTA.test')
    await employ('belum@kupangkota.test')
    expect(await come('s-penyelia')).toMatchObject({ who: username })
    expect(await come('s-palsu')).toEqual({ at: '/counter', why: 'sso-unknown-person', who: null })
  })

  test('nobody is made a user by it, and one who is switched off stays out', async () => {
    const before = (await house.ask('GET', 'users')).text
    expect(await come('s-asing')).toMatchObject({ why: 'sso-unknown-person', who: null })
    expect((await house.ask('GET', 'users')).text).toBe(before)
    const username = await employ('mati.kota')
    await change(username, { isDisabled: true })
    expect(await come('s-mati')).toEqual({ at: '/counter', why: 'account-disabled', who: null })
    expect((await change(username, { isDisabled: false })).body).toMatchObject({ isSsoLinked: false })
    expect(await come('s-mati')).toMatchObject({ who: username })
    await change(username, { isDisabled: true })
    expect(await come('s-mati')).toMatchObject({ why: 'account-disabled', who: null })
  })

  test('a name is one user’s; who may sign in only there can’t with a password, and nobody does that to himself', async () => {
    const username = await employ('petugas.kota')
    const other = await employ('lain')
    expect((await change(other, { ssoName: 'Petugas.Kota' })).body.mistakes).toMatchObject([{ path: 'ssoName' }])
    const taken = { username: 'ketiga', password: PASSWORD, name: 'Ketiga', role: 'officer', branch: 'hall', ssoName: 'LAIN' }
    expect((await house.ask('POST', 'users', { body: taken })).body.mistakes).toMatchObject([{ path: 'ssoName' }])
    expect((await change(username, { isSsoOnly: true })).body).toMatchObject({ isSsoOnly: true })
    expect((await change(username, { ssoName: null })).body.mistakes).toMatchObject([{ path: 'ssoName' }])
    const signIn = (password: string) => house.ask('POST', 'sessions', { token: null, body: { username, password } })
    expect((await signIn(PASSWORD)).body.code).toBe('sso-only')
    expect((await signIn('something else')).body.code, 'told only to who knows the password').toBe('wrong-password')
    expect(await come('s-petugas')).toMatchObject({ who: username })
    expect((await change(username, { isSsoOnly: false, ssoName: null })).status).toBe(200)
    expect((await signIn(PASSWORD)).status).toBe(201)
    expect((await house.ask('PATCH', 'users/admin', { body: { ssoName: 'bos', isSsoOnly: true } })).body.code).toBe('not-allowed')
  })

  test('the password stays a way in, and two servers share one attempt', async () => {
    const username = await employ('petugas.kota')
    expect(await house.signIn(username)).toMatch(/^u_/)
    const surfer = new Surfer()
    const back = await surfer.follow(start(), isCallback, 's-petugas')
    await house.restart()
    expect(await arrived(await surfer.follow(back.href, isPage), surfer)).toMatchObject({ who: username })
  })
})

describe('attacks', () => {
  let username = ''
  beforeEach(async () => {
    await house.restart()
    username = await employ('petugas.kota')
  })
  const flows = () => house.server.store.records.list<{ nonce: string; verifier: string; expiresAtMs: number }>('ssoFlows')
  const tampered = async (more: object): Promise<void> => {
    for (const { id, value } of await flows()) await house.server.store.records.put('ssoFlows', id, { ...value, ...more })
  }
  const returned = async (surfer: Surfer): Promise<URL> => surfer.follow(start(), isCallback, 's-petugas')

  test('a state that is missing, another’s or was used', async () => {
    const surfer = new Surfer()
    const back = await returned(surfer)
    const without = new URL(back)
    without.searchParams.delete('state')
    expect(await arrived(await surfer.follow(without.href, isPage), surfer)).toEqual({ at: '/counter', why: 'sso-expired', who: null })
    const wrong = new URL(back)
    wrong.searchParams.set('state', 'x'.repeat(43))
    expect(await arrived(await surfer.follow(wrong.href, isPage), surfer)).toMatchObject({ why: 'sso-expired', who: null })

    expect(await arrived(await surfer.follow(back.href, isPage), surfer)).toMatchObject({ why: null, who: username })
    const replay = new Surfer()
    expect(await arrived(await replay.follow(back.href, isPage), replay)).toMatchObject({ why: 'sso-expired', who: null })
    const page = await surfer.follow(back.href, isPage)
    expect(page.searchParams.get('sso'), 'also in the same browser').toBe('sso-expired')
  })

  test('the address of one browser opens nothing in another, and is not used up by that', async () => {
    const [mine, theirs] = [new Surfer(), new Surfer()]
    const back = await returned(mine)
    await returned(theirs)
    expect(await arrived(await theirs.follow(back.href, isPage), theirs)).toMatchObject({ why: 'sso-expired', who: null })
    expect(await arrived(await mine.follow(back.href, isPage), mine)).toMatchObject({ who: username })
  })

  test('a code of another attempt, or used before', async () => {
    const surfer = new Surfer()
    const [first, second] = [await returned(surfer), await returned(surfer)]
    const mixed = new URL(second)
    mixed.searchParams.set('code', first.searchParams.get('code') as string)
    expect(await arrived(await surfer.follow(mixed.href, isPage), surfer)).toMatchObject({ why: 'sso-refused', who: null })
    const third = await returned(surfer)
    expect(await arrived(await surfer.follow(third.href, isPage), surfer)).toMatchObject({ who: username })
    const again = new Surfer()
    const fourth = await returned(again)
    fourth.searchParams.set('code', third.searchParams.get('code') as string)
    expect(await arrived(await again.follow(fourth.href, isPage), again)).toMatchObject({ why: 'sso-refused', who: null })
  })

  test.each([
    ['a nonce that is not the one sent', { nonce: 'another' }, 'sso-refused'],
    ['a verifier that is not the one sent', { verifier: 'a'.repeat(43) }, 'sso-refused'],
    ['an attempt of an hour ago', { expiresAtMs: 0 }, 'sso-expired'],
  ])('%s', async (_, more, why) => {
    const surfer = new Surfer()
    const back = await returned(surfer)
    await tampered(more)
    expect(await arrived(await surfer.follow(back.href, isPage), surfer)).toEqual({ at: '/counter', why, who: null })
    expect(await flows(), 'and it is over').toEqual([])
  })

  test.each([
    'https://evil.test/',
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    'javascript:alert(1)',
    '/api/v1/sso/start',
    'counter',
    '',
  ])('a way to somewhere else: %s', async (to) => {
    const reply = await new Surfer().get(start(to))
    expect([reply.status, reply.location]).toEqual([400, null])
  })

  test('a way that only looks like ours stays ours', async () => {
    const page = await new Surfer().follow(start('/.//evil.test'), isPage, 's-petugas')
    expect(page.origin).toBe(url)
  })

  test('an answer of another provider (RFC 9207)', async () => {
    const surfer = new Surfer()
    const back = await returned(surfer)
    back.searchParams.set('iss', 'https://evil.test')
    expect(await arrived(await surfer.follow(back.href, isPage), surfer)).toMatchObject({ why: 'sso-refused', who: null })
  })

  test('who says no there is told that it was refused, and may come again', async () => {
    expect(await come()).toEqual({ at: '/counter', why: 'sso-refused', who: null })
    for (let count = 0; count < 12; count++) await come()
    expect(await come('s-petugas'), 'saying no is no failure').toMatchObject({ who: username })
  })

  test('failures count, together with those of passwords', async () => {
    for (let count = 0; count < 5; count++) {
      expect(await come('s-asing')).toMatchObject({ why: 'sso-unknown-person' })
      await house.ask('POST', 'sessions', { token: null, body: { username: `tidak-ada-${count}`, password: 'salah sekali' } })
    }
    expect(await come('s-petugas')).toMatchObject({ why: 'rate-limited', who: null })
    expect((await house.ask('POST', 'sessions', { token: null, body: { username, password: PASSWORD } })).body.code).toBe('rate-limited')
  })

  test.each([
    ['a state of nobody', 'state', 'sso-expired'],
    ['a code of nobody', 'code', 'sso-refused'],
  ] as const)('%s counts as well', async (_, name, why) => {
    for (let count = 0; count <= 10; count++) {
      const surfer = new Surfer()
      const back = await returned(surfer)
      back.searchParams.set(name, 'x'.repeat(43))
      expect(await arrived(await surfer.follow(back.href, isPage), surfer)).toMatchObject({ why: count < 10 ? why : 'rate-limited' })
    }
  })

  test('nothing of the provider’s is kept, and its cookie is the browser’s alone', async () => {
    const surfer = new Surfer()
    expect(await arrived(await surfer.follow((await returned(surfer)).href, isPage), surfer)).toMatchObject({ who: username })
    const kinds = await house.server.store.records.kinds()
    for (const kind of kinds)
      expect(JSON.stringify(await house.server.store.records.list(kind)), kind).not.toMatch(/access_token|id_token|eyJ|"code"/)
    const begun = await fetch(start(), { redirect: 'manual' })
    expect(begun.headers.get('set-cookie')).toMatch(/^panggil_sso=[\w-]{43}; Path=\/api\/v1\/sso; HttpOnly; SameSite=Lax; Max-Age=1200$/)
    const asked = new URL(begun.headers.get('location') as string).searchParams
    expect(asked.get('redirect_uri')).toBe(`${url}/api/v1/sso/callback`)
    expect(asked.get('code_challenge_method')).toBe('S256')
    expect([asked.get('state')?.length, asked.get('nonce')?.length]).toEqual([43, 43])
  })
})

describe('the provider is not as it should be', () => {
  const houseAt = async (at: Pick<SsoProvider, 'issuer'>, port: number) =>
    House.open({ environment: { PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, ...settings(at) } })
  const told = async (surfer: Surfer, address: string): Promise<string | null> => {
    const end = await surfer.follow(address, ({ pathname }) => pathname === '/counter', 's-petugas')
    return end.searchParams.get('sso')
  }

  test('away before, on the way and back again: told so each time, and the password opens', async () => {
    const port = await freePort()
    const origin = `http://127.0.0.1:${port}`
    let far = await SsoProvider.open(PEOPLE, `${origin}/api/v1/sso/callback`)
    await far.close()
    const other = await houseAt(far, port)
    try {
      await other.employ('petugas', 'officer')
      await other.ask('PATCH', 'users/petugas', { body: { ssoName: 'petugas.kota' } })
      const surfer = new Surfer()
      const begin = `${origin}/api/v1/sso/start?to=/counter`
      expect(await told(surfer, begin)).toBe('sso-away')
      expect(await other.signIn('petugas')).toMatch(/^u_/)
      far = await SsoProvider.open(PEOPLE, `${origin}/api/v1/sso/callback`, {}, far.port)
      const back = await surfer.follow(begin, isCallback, 's-petugas')
      await far.close()
      expect(await told(surfer, back.href)).toBe('sso-away')
      far = await SsoProvider.open(PEOPLE, `${origin}/api/v1/sso/callback`, {}, far.port)
      expect(await told(surfer, begin)).toBeNull()
    } finally {
      await other.close()
      await far.close()
    }
  })

  test.each([
    ['behind', -2],
    ['ahead', 2],
  ])('its clock is hours %s: told so', async (_, hours) => {
    const port = await freePort()
    const late = await SsoProvider.open(PEOPLE, `http://127.0.0.1:${port}/api/v1/sso/callback`)
    late.aheadMs = hours * 3_600_000
    const other = await houseAt(late, port)
    try {
      expect(await told(new Surfer(), `http://127.0.0.1:${port}/api/v1/sso/start?to=/counter`)).toBe('sso-clock')
    } finally {
      await other.close()
      await late.close()
    }
  })
})

describe('settings', () => {
  const faults = (environment: Record<string, string>): string => {
    try {
      readConfig(environment, [])
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  const whole = { ...settings({ issuer: 'https://sso.test/realms/kota' }), PUBLIC_URL: 'https://antrean.test' }

  test('all of them or none', () => {
    expect(faults(whole)).toBe('')
    expect(readConfig({}, []).sso).toBeNull()
    const { OIDC_LABEL: _label, ...rest } = whole
    expect(readConfig(rest, []).sso).toMatchObject({ label: 'sso.test', scopes: 'openid profile email' })
    for (const name of ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL'] as const)
      expect(faults({ ...whole, [name]: '' })).toContain(`${name} must be there`)
    expect(faults({ ...whole, OIDC_SCOPES: 'profile' })).toContain('OIDC_SCOPES must have openid')
  })

  test.each([
    ['https://sso.test', true],
    ['http://localhost:8080/realms/kota', true],
    ['http://127.0.0.1:8080', true],
    ['http://[::1]:8080', true],
    ['http://sso.test', false],
    ['http://127.0.0.1.evil.test', false],
    ['http://192.168.1.5', false],
    ['ftp://localhost', false],
    ['sso', false],
  ])('plain http only to this very machine: %s', (issuer, isTaken) => {
    expect(faults({ ...whole, OIDC_ISSUER: issuer }) === '').toBe(isTaken)
  })
})
