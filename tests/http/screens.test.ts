import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contrast, isAccent } from '../../shared/look/contrast.ts'
import { checkConfiguration } from '../../shared/protocol/schemas.ts'
import { PROTOCOL } from '../../shared/protocol/wire.ts'
import { smallHall } from '../domain/hall.ts'
import { until } from '../store/testStores.ts'
import { House } from './house.ts'

let house: House
beforeAll(async () => {
  house = await House.open()
  await house.start()
})
afterAll(() => house.close())

describe('what a screen shows', () => {
  const current = async (token: string, at = 0) =>
    (await house.ask('GET', 'sessions/current', { token, server: house.servers[at] as (typeof house.servers)[0] })).body.device

  test('is chosen when it is made, and has its usual look where nobody chose', async () => {
    const { token } = await house.device('display')
    expect(await current(token)).toMatchObject({ layout: 'calls', theme: 'dark', language: 'id', agencies: null })
    const body = { kind: 'display', name: 'Layar 2', zones: ['z1'], layout: 'media', theme: 'auto', language: 'en', agencies: ['DUKCAPIL'] }
    const made = await house.ask('POST', 'branches/hall/devices', { body })
    expect(made.status).toBe(201)
    expect(await current(String(made.body.token))).toMatchObject({ zones: ['z1'], layout: 'media', theme: 'auto', agencies: ['DUKCAPIL'] })
  })

  test('SHOW4 is changed while it runs: on every server its sockets start anew within a second, its token lives on', async () => {
    const { deviceId, token } = await house.device('display')
    const sockets = await Promise.all(house.servers.map((server) => boardOf(server.url, token)))
    const changed = await house.ask('PATCH', `branches/hall/devices/${deviceId}`, { body: { layout: 'counters', zones: ['z1'] } })
    expect(changed.status).toBe(200)
    expect(changed.body).toMatchObject({ deviceId, name: 'display', layout: 'counters', theme: 'dark', zones: ['z1'] })
    await until('both sockets are closed', () => sockets.every((socket) => !socket.connected), 1000)
    for (const at of [0, 1])
      await until('both servers know', async () => ((await current(token, at)) as { layout: string }).layout === 'counters', 1000)
    const board = await house.ask('GET', 'branches/hall/board', { token })
    expect((board.body.counters as { zone: string }[]).every((counter) => counter.zone === 'z1')).toBe(true)

    const back = await house.ask('PATCH', `branches/hall/devices/${deviceId}`, { body: { zones: null, name: 'Layar Lobi' } })
    expect(back.body).toMatchObject({ zones: null, name: 'Layar Lobi', layout: 'counters' })
  })

  test('a change that is no change of a screen is refused', async () => {
    const { deviceId } = await house.device('display')
    const patch = async (body: object, id = deviceId) => (await house.ask('PATCH', `branches/hall/devices/${id}`, { body })).body.code
    expect(await patch({ layout: 'upside-down' })).toBe('invalid-value')
    expect(await patch({ zones: ['z9'] })).toBe('invalid-value')
    expect(await patch({ agencies: ['NOBODY'] })).toBe('invalid-value')
    expect(await patch({ token: 'mine' })).toBe('malformed')
    expect(await patch({ theme: 'light' }, 'd_nobody')).toBe('unknown-device')
    const officer = await house.employ('o1', 'officer')
    expect((await house.ask('PATCH', `branches/hall/devices/${deviceId}`, { token: officer, body: { theme: 'light' } })).status).toBe(403)
  })
})

describe('media of a branch', () => {
  const folder = () => join(house.dir, 'data', 'media', 'hall')
  const png = Buffer.from('89504e470d0a1a0a', 'hex')
  beforeAll(() => {
    mkdirSync(join(folder(), 'sub.png'), { recursive: true })
    for (const name of ['10 Poster.PNG', '2 Poster.jpg', 'film.mp4', 'notes.txt', '.hidden.png', 'page.svg'])
      writeFileSync(join(folder(), name), png)
    writeFileSync(join(house.dir, 'data', 'secret.png'), png)
    symlinkSync(join(house.dir, 'data', 'secret.png'), join(folder(), 'link.png'))
  })
  /** As it was typed: `fetch` would tidy the path up. */
  const raw = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(house.server.url)
      request({ port, path, host: '127.0.0.1' }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
        .once('error', reject)
        .end()
    })

  test('SHOW5 a screen is told of pictures and film in the order of their names, and what was left out', async () => {
    const { token } = await house.device('display')
    const { body } = await house.ask('GET', 'branches/hall/media', { token })
    const { items, refused } = body as unknown as { items: { name: string; kind: string; url: string }[]; refused: object[] }
    expect(items.map(({ name, kind }) => [name, kind])).toEqual([
      ['2 Poster.jpg', 'picture'],
      ['10 Poster.PNG', 'picture'],
      ['film.mp4', 'film'],
    ])
    expect(refused).toEqual([
      { name: 'notes.txt', reason: 'unknown-kind' },
      { name: 'page.svg', reason: 'unknown-kind' },
    ])
    expect((await house.ask('GET', 'branches/hall/media', { token: null })).status).toBe(401)
    const picture = await house.ask('GET', items[0]?.url ?? '', { token: null })
    expect(picture.status).toBe(200)
    expect(picture.headers.get('content-type')).toBe('image/jpeg')
    expect(picture.headers.get('cache-control')).toContain('immutable')
    expect(picture.headers.get('x-content-type-options')).toBe('nosniff')
    const film = await house.ask('GET', items[2]?.url ?? '', { token: null, headers: { Range: 'bytes=2-4' } })
    expect([film.status, film.headers.get('content-range'), film.headers.get('content-type')]).toEqual([206, 'bytes 2-4/8', 'video/mp4'])
  })

  test('an absent folder is an empty one', async () => {
    const other = smallHall({ id: 'other' })
    expect((await house.ask('PUT', 'branches/other/configuration', { body: other })).status).toBe(200)
    expect((await house.ask('GET', 'branches/other/media')).body).toEqual({ items: [], refused: [] })
  })

  test('nothing else is to be had: no paths, no hidden or linked files, no other kinds, no folders, no other branch', async () => {
    for (const path of [
      '/media/hall/../../secret.png',
      '/media/hall/..%2f..%2fsecret.png',
      '/media/hall/%2e%2e/%2e%2e/secret.png',
      '/media/..%2fsecret.png/x.png',
      '/media/hall/link.png',
      '/media/hall/.hidden.png',
      '/media/hall/notes.txt',
      '/media/hall/page.svg',
      '/media/hall/sub.png',
      '/media/hall/sub.png/',
      '/media/hall/',
      '/media/hall',
      '/media/nobody/film.mp4',
      '/media/hall/a%00.png',
      '/media/hall/absent.png',
    ])
      expect([path, await raw(path)]).toEqual([path, 404])
    expect(await raw('/media/hall/%ff.png')).toBe(400)
    expect(await raw('/media/hall/film.mp4')).toBe(200)
  })
})

describe('colours of a branch', () => {
  test('the contrast is that of WCAG', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
    expect(contrast('#ffffff', '#777777')).toBeCloseTo(4.48, 2)
  })

  test('an accent that cannot be read on our paper is refused, with what would do', () => {
    const check = (accent: string) => checkConfiguration({ ...smallHall(), look: { accent, logo: 'logo.png' } })
    for (const accent of ['#7a1f5c', '#263f8a', '#0B5D4B'])
      expect([accent, check(accent).ok, isAccent(accent)]).toEqual([accent, true, true])
    for (const accent of ['#f3b53c', '#4aa3ff', '#888888', '#ffffff']) {
      const checked = check(accent)
      expect(checked.ok ? [] : checked.mistakes.map(({ path }) => path)).toEqual(['look.accent'])
    }
    const none = check('blue')
    expect(none.ok ? [] : none.mistakes.map(({ message }) => message)).toEqual(['must be a colour such as #1f2a5c'])
  })
})

async function boardOf(url: string, token: string): Promise<Socket> {
  const socket = io(`${url}/board`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { protocol: PROTOCOL, branch: 'hall', token },
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('snapshot', () => resolve())
    socket.once('connect_error', reject)
  })
  return socket
}
