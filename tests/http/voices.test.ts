import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { voicesRouter } from '../../server/http/voices.ts'

const dir = mkdtempSync(join(tmpdir(), 'panggil-voices-'))
const shipped = join(dir, 'shipped')
const own = join(dir, 'data', 'voices')
let server: Server
let port = 0

function pack(folder: string, name: string, file: string): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'manifest.json'), JSON.stringify({ file }))
  writeFileSync(join(folder, name, file), file)
}

/** The path as it is: `fetch` would tidy it up. */
function asked(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers }, (response) => {
      let text = ''
      response.on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    }).on('error', reject)
  })
}

beforeAll(async () => {
  pack(shipped, 'id-default', 'voice-1.wav')
  pack(shipped, 'en-default', 'voice-2.wav')
  pack(own, 'en-default', 'voice-3.wav')
  pack(own, 'bu-sari', 'voice-4.wav')
  writeFileSync(join(own, 'bu-sari', 'notes.txt'), 'private')
  writeFileSync(join(dir, 'secret.wav'), 'secret')
  symlinkSync(join(dir, 'secret.wav'), join(own, 'bu-sari', 'link.wav'))
  const app = express()
  app.use('/voices', voicesRouter(join(dir, 'data'), shipped))
  app.use((_request, response) => void response.status(404).end())
  server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.close()
  rmSync(dir, { recursive: true, force: true })
})

describe('voice packs', () => {
  test('are those of the house, else the shipped ones', async () => {
    expect((await asked('/voices/id-default/manifest.json')).text).toBe('{"file":"voice-1.wav"}')
    expect((await asked('/voices/en-default/manifest.json')).text).toBe('{"file":"voice-3.wav"}')
    expect((await asked('/voices/en-default/voice-3.wav')).text).toBe('voice-3.wav')
    expect((await asked('/voices/en-default/voice-2.wav')).status, 'a pack is replaced as a whole').toBe(404)
    expect((await asked('/voices/bu-sari/voice-4.wav')).headers).toMatchObject({
      'content-type': 'audio/wav',
      'cache-control': 'public, max-age=31536000, immutable',
    })
  })

  test('are asked for anew, and sent again when they changed', async () => {
    const first = await asked('/voices/bu-sari/manifest.json')
    const etag = String(first.headers['etag'])
    expect(first.headers['cache-control']).toBe('no-cache')
    expect((await asked('/voices/bu-sari/manifest.json', { 'if-none-match': etag })).status).toBe(304)
    utimesSync(join(own, 'bu-sari', 'manifest.json'), 1, 1)
    expect((await asked('/voices/bu-sari/manifest.json', { 'if-none-match': etag })).status).toBe(200)
  })

  test('are all that is served from their folders', async () => {
    for (const path of [
      '/voices/bu-sari/notes.txt',
      '/voices/bu-sari/link.wav',
      '/voices/bu-sari/../../../secret.wav',
      '/voices/..%2f..%2fsecret.wav/x.wav',
      '/voices/bu-sari/..%2f..%2f..%2fsecret.wav',
      '/voices/../secret.wav',
      '/voices/%2e%2e/secret.wav',
      '/voices/bu-sari/%00.wav',
      '/voices/.hidden/manifest.json',
      '/voices/unknown/manifest.json',
      '/voices/bu-sari/',
      '/voices/',
    ])
      expect((await asked(path)).status, path).toBe(404)
  })
})
