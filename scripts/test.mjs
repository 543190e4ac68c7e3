import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { bin, buildIfChanged, help, installPackages, ROOT, run } from './prepare.mjs'

help(`
npm test [-- FILTER...]

Installs what is missing (packages, a Redis of its own, Chromium), builds, runs every test, and ends with "N passed, N failed".
With a FILTER (part of a file's path) only those of vitest, or, where it names tests/e2e, only those in the browser.
`)

const isCi = Boolean(process.env.CI)
const filters = process.argv.slice(2)
const results = join(ROOT, '.cache', 'test-results')
const E2E = 'tests/e2e/playwright.config.ts'
let passed = 0
let failed = 0
let skipped = 0
/** Named once more at the end, where a long log is read. */
const named = []

try {
  await main()
} catch (error) {
  console.error(error)
  failed += 1
}
if (passed === 0 && failed === 0) console.error('No test ran.')
for (const each of named) console.log(`FAILED ${each}`)
if (skipped > 0) console.log(`${skipped} skipped`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

async function main() {
  await installPackages()
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })

  const browserFilters = filters.filter((filter) => filter.includes('e2e'))
  const otherFilters = filters.filter((filter) => !filter.includes('e2e'))
  const withBrowser = filters.length === 0 || browserFilters.length > 0
  const withVitest = filters.length === 0 || otherFilters.length > 0

  await findRedis()
  await buildIfChanged()
  if (withVitest) await vitest(otherFilters)
  if (withBrowser && existsSync(join(ROOT, E2E))) {
    if (await findChromium()) await playwright(browserFilters)
    else if (isCi) {
      console.error('FAILED: no Chromium, and in CI browser tests are never skipped.')
      failed += 1
    } else console.error('\n!!! NO CHROMIUM: THE TESTS IN THE BROWSER ARE SKIPPED !!!\n')
  }
}

/** Found, or fetched into the cache, by the very code that the product has; tests skip loudly without one, and CI fails. */
async function findRedis() {
  const script = `
    const { findRedis } = await import('./server/store/ownRedis.ts')
    const program = await findRedis({ info: (details, text) => console.error(text), warn: (details, text) => console.error(text) })
    if (program) console.error('Redis for the tests: ' + program.path)
    process.exit(program ? 0 : 3)`
  const code = await run(process.execPath, ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script])
  if (code === 0) return
  console.error('\n!!! NO REDIS TO BE HAD: THE TESTS THAT NEED ONE ARE SKIPPED !!!\n')
  if (isCi) failed += 1
}

async function findChromium() {
  if (existsSync('/usr/bin/chromium')) return true
  const isRoot = process.getuid?.() === 0
  if (isRoot && existsSync('/usr/bin/apt-get')) {
    console.error('Installing Chromium ...')
    const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    await run('apt-get', ['update'], quiet)
    if ((await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], quiet)) === 0 && existsSync('/usr/bin/chromium'))
      return true
  }
  const { chromium } = await import('playwright')
  if (existsSync(chromium.executablePath())) return true
  return (await run(bin('playwright'), ['install', 'chromium'])) === 0 && existsSync(chromium.executablePath())
}

async function vitest(more) {
  const output = join(results, 'vitest.json')
  const code = await run(bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${output}`, ...more])
  const told = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : null
  // A file that breaks before its first test has none that could fail.
  const broken =
    told?.testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((each) => each.status === 'failed'))
      .length ?? 1
  for (const file of told?.testResults ?? []) {
    const path = relative(ROOT, file.name)
    const failures = file.assertionResults.filter((each) => each.status === 'failed')
    if (file.status === 'failed' && failures.length === 0) named.push(`${path}: ${firstLine(file.message)}`)
    for (const each of failures) named.push(`${path}: ${each.fullName}: ${firstLine(each.failureMessages?.[0])}`)
  }
  passed += told?.numPassedTests ?? 0
  skipped += (told?.numPendingTests ?? 0) + (told?.numTodoTests ?? 0)
  count(code, (told?.numFailedTests ?? 0) + broken)
}

async function playwright(more) {
  const output = join(results, 'playwright.json')
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: output }
  const code = await run(bin('playwright'), ['test', '-c', E2E, '--reporter=list,json', ...more], { env })
  const told = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : null
  const stats = told?.stats
  for (const suite of told?.suites ?? []) nameUnexpected(suite)
  passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0)
  skipped += stats?.skipped ?? 0
  count(code, stats?.unexpected ?? 1)
}

function nameUnexpected(suite) {
  for (const each of suite.suites ?? []) nameUnexpected(each)
  for (const spec of suite.specs ?? []) {
    const result = spec.tests.find((test) => test.status === 'unexpected')?.results.at(-1)
    if (result) named.push(`tests/e2e/${spec.file}: ${spec.title}: ${firstLine(result.error?.message)}`)
  }
}

function firstLine(text) {
  const lines = stripVTControlCharacters(text ?? '').split('\n')
  return lines.find((line) => line.trim() !== '') ?? 'no message'
}

/** A runner that says it failed and names no test has failed all the same. */
function count(code, failures) {
  failed += code !== 0 && failures === 0 ? 1 : failures
}
