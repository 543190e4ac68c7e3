// Makes ready what the other scripts need: installed packages, a build that fits the sources. Nothing but Node's own modules here, because
// it runs before anything is installed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Everything that the build is made from. */
const SOURCES = [
  'server',
  'shared',
  'display',
  'counter-client',
  'vite.config.ts',
  'scripts/build.mjs',
  'package.json',
  'package-lock.json',
]

const STAMP_OF_PACKAGES = join(ROOT, 'node_modules', '.panggil-lock')
const STAMP_OF_BUILD = join(ROOT, 'dist', '.sources')

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null)

/** Prints a script's help and ends, where it is asked for. */
export function help(text) {
  if (!process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) return
  console.log(text.trim())
  process.exit(0)
}

/** Runs a program; what it says goes where a person sees it. Resolves with its exit code. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], ...options })
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)))
  })
}

/** The program of an installed package. */
export const bin = (name) => join(ROOT, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)

/** `npm ci`, where packages are missing or are not those of package-lock.json. */
export async function installPackages() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
  const wanted = createHash('sha256').update(lock).digest('hex')
  if (read(STAMP_OF_PACKAGES) === wanted) return
  if (!hasPackages(JSON.parse(lock))) {
    console.error('Installing packages (npm ci) ...')
    const windows = process.platform === 'win32'
    // NODE_ENV=production would leave out what builds the screens.
    const code = await run(windows ? 'npm.cmd' : 'npm', ['ci', '--include=dev'], { stdio: ['ignore', 2, 2], shell: windows })
    if (code !== 0) throw new Error(`npm ci failed (${code})`)
  }
  writeFileSync(STAMP_OF_PACKAGES, wanted)
}

/** Whether what somebody installed by hand is what the lock names. Packages of other platforms are not to be expected. */
function hasPackages(lock) {
  const hidden = read(join(ROOT, 'node_modules', '.package-lock.json'))
  if (hidden === null) return false
  const installed = JSON.parse(hidden).packages
  return Object.entries(lock.packages).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  )
}

function sourcesHash() {
  const hash = createHash('sha256').update(process.version)
  const add = (path) => hash.update(relative(ROOT, path)).update('\0').update(readFileSync(path)).update('\0')
  const walk = (path) => {
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      const at = join(path, entry.name)
      if (entry.isDirectory()) walk(at)
      else if (entry.isFile()) add(at)
    }
  }
  for (const source of SOURCES) {
    const path = join(ROOT, source)
    if (!existsSync(path)) continue
    if (/\.\w+$/.test(source)) add(path)
    else walk(path)
  }
  return hash.digest('hex')
}

/** Builds where the sources are not those of the last build. */
export async function buildIfChanged() {
  const wanted = sourcesHash()
  if (read(STAMP_OF_BUILD) === wanted) return
  console.error('Building ...')
  // In a process of its own: the builder's memory goes with it.
  const code = await run(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] })
  if (code !== 0) throw new Error(`the build failed (${code})`)
}

/** Written by the build when it is whole: a build that broke off counts for nothing. */
export function stampBuild() {
  mkdirSync(join(ROOT, 'dist'), { recursive: true })
  writeFileSync(STAMP_OF_BUILD, sourcesHash())
}
