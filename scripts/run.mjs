import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { installPackages, ROOT } from './prepare.mjs'

const [file, ...args] = process.argv.slice(2)
if (file === undefined || file === '--help') {
  console.log(
    'node scripts/run.mjs FILE [ARGUMENTS]\n\nRuns a TypeScript file of this project with its arguments (--help after FILE is the file’s own).',
  )
  process.exit(file === undefined ? 2 : 0)
}
const path = existsSync(resolve(file)) ? resolve(file) : join(ROOT, file)
if (!existsSync(path)) {
  console.error(`There is no ${file}`)
  process.exit(2)
}
await installPackages()
const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), path, ...args], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
