import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { help, ROOT } from './prepare.mjs'

help(`
npm run demo

Panggil with a simulated day, so that every screen lives at any hour: visitors come, officers call. The first counter of each zone is left to
you. Its data is its own and is gone when the demo ends. Settings as for npm start; the administrator's password is printed.
`)

const dataDir = process.env.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'panggil-demo-'))
const password = process.env.ADMIN_PASSWORD ?? randomBytes(9).toString('base64url')
Object.assign(process.env, { DATA_DIR: dataDir, ADMIN_PASSWORD: password, LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn' })
await import('./start.mjs')

const url = `http://127.0.0.1:${process.env.PORT ?? 3000}`
console.log(`\nDemo: sign in as admin with the password ${password}\n`)
const visitors = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), join(ROOT, 'tests/simulation/runDemo.ts'), url], {
  stdio: 'inherit',
})
process.once('exit', () => {
  visitors.kill('SIGKILL')
  if (!process.env.DATA_DIR?.startsWith(join(tmpdir(), 'panggil-demo-'))) return
  rmSync(dataDir, { recursive: true, force: true })
})
