import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filesOf, gzipped } from '../../scripts/builtPages.mjs'
import { publicHall } from '../../server/http/publicHall.ts'
import { emptyBranch } from '../../shared/domain/state.ts'
import { checkConfiguration } from '../../shared/protocol/schemas.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'panggil-public-'))

beforeAll(async () => {
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await build({
      root,
      configFile: join(root, 'vite.config.ts'),
      mode: 'production',
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true },
    })
  } finally {
    process.env.NODE_ENV = NODE_ENV
  }
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the public page's first answer weighs for the hall that is shipped. */
function firstAnswer(): number {
  const checked = checkConfiguration(JSON.parse(readFileSync(join(root, 'server/branches/mpp-kupang.json'), 'utf8')))
  if (!checked.ok) throw new Error('the shipped branch is not as it should be')
  const state = { ...emptyBranch(checked.value), day: '2026-03-02' }
  return gzipSync(JSON.stringify(publicHall(state, () => null, Date.parse('2026-03-02T01:00:00Z')))).length
}

test.each(['display/public.html', 'display/embed.html'])('%s loads at most 60 kB at first, what it shows included', (page) => {
  const files = filesOf(folder, page)
  expect(files.some((file) => file.endsWith('.js')) && files.some((file) => file.endsWith('.css'))).toBe(true)
  const bytes = gzipped(folder, files) + readFileSync(join(folder, page)).length + firstAnswer()
  console.info(`${page}: ${files.length} files, ${(bytes / 1000).toFixed(1)} kB, of them ${(firstAnswer() / 1000).toFixed(1)} kB of JSON`)
  // Letters of our own would be 34 kB more: these pages take those that the phone has (display/hall/plain.css), and no rule asks for others.
  expect(
    files
      .filter((file) => file.endsWith('.css'))
      .some((file) => readFileSync(join(folder, file), 'utf8').includes(':root[data-theme]{--font:')),
  ).toBe(true)
  expect(bytes).toBeLessThanOrEqual(60_000)
})
