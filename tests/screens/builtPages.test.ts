import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { filesOf, gzipped, tooNew, tooNewScript, tooNewStyle } from '../../scripts/builtPages.mjs'

/** Pages that a hall opens on whatever hangs on its wall or stands in its lobby, and visitors on their own phones. */
const OLD_PAGES = ['display/index.html', 'display/kiosk.html', 'display/ticket.html', 'display/public.html', 'display/embed.html']
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'panggil-pages-'))

// As it is now, and out of the way of whoever else builds; as in production, which vitest's own environment is not.
beforeAll(async () => {
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    const configFile = join(root, 'vite.config.ts')
    await build({ root, configFile, mode: 'production', logLevel: 'error', build: { outDir: folder, emptyOutDir: true } })
  } finally {
    process.env.NODE_ENV = NODE_ENV
  }
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the built pages', () => {
  test('SHOW7 ask for nothing newer than Chrome 90', () => {
    expect(tooNew(folder, OLD_PAGES)).toEqual([])
  })

  test('SHOW7 a display’s scripts and styles are at most 100 kB on the wire', () => {
    const files = filesOf(folder, 'display/index.html')
    expect(files.some((file) => file.endsWith('.js')) && files.some((file) => file.endsWith('.css'))).toBe(true)
    const bytes = gzipped(folder, files)
    console.info(`display: ${files.length} files, ${(bytes / 1000).toFixed(1)} kB gzipped`)
    expect(bytes).toBeLessThanOrEqual(100_000)
  })
})

test('the lint finds what it is for', () => {
  for (const code of [
    'export const last = (list) => list.at(-1)',
    'const copy = structuredClone(x)',
    'if (Object.hasOwn(a, "b")) c()',
    'class A { static { b() } }',
    'class A { #x; has(o) { return #x in o } }',
    'await start()',
    'const r = /a/v',
    'const id = crypto.randomUUID()',
    'fetch(a, { signal: AbortSignal.timeout(5) })',
  ])
    expect([code, tooNewScript(code).length]).toEqual([code, 1])
  for (const code of [
    'const copy = typeof structuredClone === "function" ? 1 : 2',
    'const a = { at: 1, structuredClone: 2 }; a.at',
    'async function a() { await b() }',
    'class A { #x = 1; #y() {} } a?.b ?? c; a ??= b',
    'const r = /(?<=a)b/giu',
  ])
    expect([code, tooNewScript(code)]).toEqual([code, []])
  for (const css of [
    'a:has(b){c:d}',
    '@container a (min-width:1px){a{b:c}}',
    'a{color:color-mix(in srgb,red,blue)}',
    'a{height:100dvh}',
    'a{rotate:45deg}',
    '@media (width>=600px){a{b:c}}',
    'a{b:c;&:hover{d:e}}',
    '@layer x{a{b:c}}',
  ])
    expect([css, tooNewStyle(css).length]).toEqual([css, 1])
  for (const css of [
    'a{transform:rotate(45deg) scale(2);inset:0;aspect-ratio:16/9;gap:1px}',
    'a{content:":has(";background:linear-gradient(red,blue);animation:b 1s linear}',
    '@media (min-width:600px) and (prefers-reduced-motion:reduce){a:is(b,c):focus-visible{d:min(1px,2vh)}}',
    '.board.svelte-lab1{color:red}',
  ])
    expect([css, tooNewStyle(css)]).toEqual([css, []])
})
