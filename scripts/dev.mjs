import { spawn } from 'node:child_process'
import { bin, help, installPackages, ROOT } from './prepare.mjs'

help(`
npm run dev

Runs the server from its sources and starts it anew when they change; builds the screens anew when they change (reload the page).
The same settings as npm start.
`)

await installPackages()
const children = [
  spawn(bin('vite'), ['build', '--watch', '--logLevel', 'warn'], { cwd: ROOT, stdio: 'inherit' }),
  spawn(bin('tsx'), ['watch', '--clear-screen=false', 'server/main.ts', '--dev', ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
  }),
]
let isEnding = false
const end = (code) => {
  if (isEnding) return
  isEnding = true
  for (const child of children) child.kill('SIGTERM')
  process.exitCode = code
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(0))
// One without the other is no workshop.
for (const child of children) child.on('exit', (code) => end(code ?? 0))
