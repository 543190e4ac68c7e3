import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { House } from './house.ts'

/** The smallest picture there is: one transparent pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg==', 'base64')

let house: House
let officer = ''
beforeAll(async () => {
  house = await House.open()
  officer = await house.employ('petugas', 'officer')
})
afterAll(() => house.close())

const folder = () => join(house.dir, 'data', 'media', 'hall')
const files = () => (existsSync(folder()) ? readdirSync(folder()).sort() : [])
const put = (name: string, raw: Uint8Array, token = house.admin) =>
  house.ask('PUT', `branches/hall/media/${encodeURIComponent(name)}`, {
    token,
    raw,
    headers: { 'content-type': 'application/octet-stream' },
  })
const names = async () =>
  ((await house.ask('GET', 'branches/hall/media', { token: house.admin })).body as unknown as { items: { name: string }[] }).items.map(
    ({ name }) => name,
  )

describe('pictures and film through the browser', () => {
  test('kept, listed, served, deleted, brought back', async () => {
    const kept = await put('01 foto.png', PNG)
    expect(kept.status).toBe(201)
    expect(kept.body).toMatchObject({ name: '01 foto.png', kind: 'picture', bytes: PNG.length })
    const served = await fetch(`${house.server.url}${String(kept.body['url'])}`)
    expect(served.headers.get('content-type')).toBe('image/png')
    expect(Buffer.from(await served.arrayBuffer())).toEqual(PNG)
    expect(await names()).toEqual(['01 foto.png'])
    expect((await put('01 foto.png', PNG)).body.code).toBe('file-name-taken')

    expect((await house.ask('DELETE', 'branches/hall/media/01%20foto.png', { token: house.admin })).status).toBe(204)
    expect(await names()).toEqual([])
    expect((await fetch(`${house.server.url}${String(kept.body['url'])}`)).status).toBe(404)
    expect((await house.ask('POST', 'branches/hall/media/01%20foto.png/restoration', { token: house.admin })).status).toBe(204)
    expect(await names()).toEqual(['01 foto.png'])
    expect((await house.ask('POST', 'branches/hall/media/01%20foto.png/restoration', { token: house.admin })).body.code).toBe(
      'unknown-file',
    )
  })

  test('what is no picture or film is refused, whatever it is called, and leaves nothing behind', async () => {
    const before = files()
    const script = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    for (const [name, content] of [
      ['gambar.svg', script],
      ['gambar.png', script],
      ['gambar.png', Buffer.from('<html>')],
      ['gambar.mp4', PNG],
      ['gambar', PNG],
      ['kosong.png', Buffer.alloc(0)],
    ] as const)
      expect((await put(name, content)).body.code, name).toBe('unsupported-file')
    for (const name of ['../luar.png', '..', '.tersembunyi.png', 'a/b.png', 'a\\b.png', 'baris\nbaru.png'])
      expect((await put(name, PNG)).status, name).toBeGreaterThanOrEqual(400)
    expect(files()).toEqual(before)
  })

  test('AUTH1 only whoever administers the branch changes them', async () => {
    expect((await put('x.png', PNG, officer)).status).toBe(403)
    expect((await house.ask('DELETE', 'branches/hall/media/01%20foto.png', { token: officer })).status).toBe(403)
    expect((await put('x.png', PNG, 'nobody')).status).toBe(401)
    expect(await names()).toEqual(['01 foto.png'])
  })

  test('too large: said before anything is read, and also where the size was not told', async () => {
    const before = files()
    const url = new URL(house.server.url)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname)
      let text = ''
      socket.on('data', (data) => {
        text += data.toString()
        if (text.includes('too-large')) socket.destroy()
      })
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
      socket.write(
        `PUT /api/v1/branches/hall/media/besar.mp4 HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: Bearer ${house.admin}\r\nContent-Length: 10000000000\r\n\r\n`,
      )
    })
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
    // A picture of 21 MB: it is one, and a cheap screen could not show it.
    expect((await put('besar.png', Buffer.concat([PNG, Buffer.alloc(21 * 1024 ** 2)]))).body.code).toBe('too-large')
    expect(files()).toEqual(before)
  })

  test('whoever goes away in the middle leaves nothing behind', async () => {
    const before = files()
    const url = new URL(house.server.url)
    const socket = connect(Number(url.port), url.hostname)
    socket.write(
      `PUT /api/v1/branches/hall/media/separuh.png HTTP/1.1\r\nHost: ${url.host}\r\nAuthorization: Bearer ${house.admin}\r\nContent-Length: 100000\r\n\r\n`,
    )
    socket.write(PNG)
    await expect.poll(() => files().some((name) => name.startsWith('.upload-'))).toBe(true)
    socket.destroy()
    await expect.poll(() => files()).toEqual(before)
  })

  test('two of one name at once: one is kept', async () => {
    const both = await Promise.all([put('sama.png', PNG), put('sama.png', PNG)])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
    expect(files().filter((name) => name.startsWith('.upload-'))).toEqual([])
  })

  test('a hundred files are enough', async () => {
    mkdirSync(folder(), { recursive: true })
    for (let at = 0; at < 100; at++) writeFileSync(join(folder(), `penuh-${at}.png`), PNG)
    expect((await put('satu-lagi.png', PNG)).body.code).toBe('too-many-files')
  })
})
