import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../store/testStores.ts'

/** What docs/deploy hands to a house, as far as it can be tried without being root of a machine. */
const DEPLOY = fileURLToPath(new URL('../../docs/deploy/', import.meta.url))
const UNITS = readdirSync(join(DEPLOY, 'systemd'))
const unit = (name: string): string => readFileSync(join(DEPLOY, 'systemd', name), 'utf8')

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'panggil-deploy-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('systemd units', () => {
  test('each line is a section, a comment or a setting; programs and files that they name are there', () => {
    for (const name of UNITS) {
      for (const line of unit(name).split('\n')) expect(line).toMatch(/^(#.*|\[(Unit|Service|Timer|Install)\]|[A-Z]\w+=.*|)$/)
      const program = /^ExecStart=\/usr\/bin\/node (\S+)(?: (server\/\S+))?/m.exec(unit(name))
      for (const file of program?.slice(1) ?? []) if (file) expect(existsSync(join(DEPLOY, '../..', file)), file).toBe(true)
    }
    expect(UNITS.sort()).toEqual(['panggil-backup.service', 'panggil-backup.timer', 'panggil.service'])
    expect(unit('panggil.service')).toMatch(/^Restart=always$/m)
    expect(unit('panggil.service')).toMatch(/^WantedBy=multi-user.target$/m)
    expect(unit('panggil-backup.timer')).toMatch(/^Persistent=true$/m)
  })

  test('systemd finds nothing wrong with them', ({ skip }) => {
    try {
      execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' })
    } catch {
      return skip('there is no systemd here')
    }
    const files = UNITS.map((name) => {
      const file = join(dir, name)
      writeFileSync(file, unit(name).replaceAll('/usr/bin/node', process.execPath))
      return file
    })
    expect(execFileSync('systemd-analyze', ['verify', ...files], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })).toBe('')
  })
})

describe('the screen', () => {
  let server: Server | null = null
  let script: ChildProcess | null = null
  let ended: Promise<number | null>
  afterEach(async () => {
    script?.kill('SIGKILL')
    server?.close()
    server = null
  })

  /** A browser that writes down how it was started, and ends when it is told to. */
  function prepare(): { starts: () => string[]; pids: () => number[]; environment: NodeJS.ProcessEnv; profile: string } {
    const bin = join(dir, 'bin')
    mkdirSync(bin)
    writeFileSync(
      join(bin, 'chromium'),
      `#!/bin/bash\necho "$$ $*" >> ${dir}/starts\ntrap 'exit 0' TERM\nwhile true; do sleep 0.05; done\n`,
    )
    chmodSync(join(bin, 'chromium'), 0o755)
    const lines = () => (existsSync(join(dir, 'starts')) ? readFileSync(join(dir, 'starts'), 'utf8').trim().split('\n') : [])
    return {
      starts: () => lines().map((line) => line.replace(/^\d+ /, '')),
      pids: () => lines().map((line) => Number.parseInt(line, 10)),
      environment: { PATH: `${bin}${delimiter}${process.env['PATH']}`, HOME: dir, WAIT_SECONDS: '1' },
      profile: join(dir, '.config', 'panggil-screen'),
    }
  }

  /** A server that is not ready until `isReady`. */
  const answers = { isReady: true, looks: 0 }
  const listen = (): Promise<number> =>
    new Promise((resolve) => {
      const made = createServer((request, response) => {
        if (request.url === '/healthz') answers.looks += 1
        response.writeHead(answers.isReady ? 200 : 503).end()
      })
      server = made
      made.listen(0, '127.0.0.1', () => resolve((made.address() as AddressInfo).port))
    })

  function start(port: number, environment: NodeJS.ProcessEnv): void {
    writeFileSync(join(dir, 'screen.conf'), `SERVER=http://127.0.0.1:${port}\nPAGE='/display?zone=a'\n`)
    const child = spawn(join(DEPLOY, 'screen.sh'), [join(dir, 'screen.conf')], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
    script = child
    ended = new Promise((resolve) => child.once('exit', resolve))
  }

  test('its scripts are bash', () => {
    for (const name of ['screen.sh', 'screen.profile', 'screen.conf', 'panggil.env']) execFileSync('bash', ['-n', join(DEPLOY, name)])
  })

  test('waits for the server, shows its page with sound, print and nothing around it, comes back when the browser ends, and ends with it', async () => {
    const { starts, pids, environment } = prepare()
    answers.isReady = false
    start(await listen(), environment)
    await until('it looks again', () => answers.looks >= 2)
    expect(starts()).toEqual([])
    answers.isReady = true
    await until('the browser is started', () => starts().length === 1)
    expect(starts()[0]).toMatch(/http:\/\/127\.0\.0\.1:\d+\/display\?zone=a$/)
    for (const option of [
      '--kiosk',
      '--kiosk-printing',
      '--autoplay-policy=no-user-gesture-required',
      '--hide-crash-restore-bubble',
      '--noerrdialogs',
    ])
      expect(` ${starts()[0]} `).toContain(` ${option} `)
    process.kill(pids()[0] as number, 'SIGKILL')
    await until('it is started again', () => starts().length === 2)
    script?.kill('SIGTERM')
    expect(await ended).toBe(0)
    await until('the browser ended with it', () => {
      try {
        process.kill(pids()[1] as number, 0)
        return false
      } catch {
        return true
      }
    })
  })

  test('after a power cut: no bubble asks to restore pages, no lock of a browser that is gone, a torn settings file is left behind, the pairing kept', async () => {
    const { starts, environment, profile } = prepare()
    mkdirSync(join(profile, 'Default', 'Local Storage'), { recursive: true })
    writeFileSync(join(profile, 'Default', 'Local Storage', 'token'), 'pairing')
    const preferences = join(profile, 'Default', 'Preferences')
    writeFileSync(preferences, '{"profile":{"exit_type":"Crashed","exited_cleanly":false,"name":"x"}}')
    symlinkSync('gone-1234', join(profile, 'SingletonLock'))
    const port = await listen()
    start(port, environment)
    await until('the browser is started', () => starts().length === 1)
    expect(JSON.parse(readFileSync(preferences, 'utf8'))).toEqual({ profile: { exit_type: 'Normal', exited_cleanly: true, name: 'x' } })
    expect(readdirSync(profile)).toEqual(['Default'])
    script?.kill('SIGTERM')
    await ended

    writeFileSync(preferences, '{"profile":{"exit_ty')
    start(port, environment)
    await until('the browser is started', () => starts().length === 2)
    expect(existsSync(preferences)).toBe(false)
    expect(readFileSync(join(profile, 'Default', 'Local Storage', 'token'), 'utf8')).toBe('pairing')
  })
})
