import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { help, installPackages, ROOT, stampBuild } from './prepare.mjs'

help(`
npm run build

Builds the screens to dist/client and the server to dist/server/main.js, whatever was there before.
`)

await installPackages()
const { build } = await import('vite')

rmSync(join(ROOT, 'dist'), { recursive: true, force: true })
const started = performance.now()
await build({ root: ROOT, logLevel: 'warn' })
compress(join(ROOT, 'dist', 'client', 'assets'))

await build({
  root: ROOT,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  // One file starts in a fraction of the time that a thousand need. Packages with binaries of their own stay outside.
  ssr: { noExternal: true, external: ['@node-rs/argon2', 'lmdb', 'bufferutil', 'utf-8-validate'] },
  build: {
    ssr: 'server/main.ts',
    outDir: 'dist/server',
    target: 'node20',
    sourcemap: false,
    minify: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'main.js',
        // Packages written for require find one.
        banner: "import { createRequire as panggilRequire } from 'node:module'; const require = panggilRequire(import.meta.url);",
      },
    },
  },
})
const branches = join(ROOT, 'server', 'branches')
if (existsSync(branches)) cpSync(branches, join(ROOT, 'dist', 'server', 'branches'), { recursive: true })
stampBuild()
console.error(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s`)

/** Beside each file its compressed twins: a phone on a bad network gets a quarter of the bytes, and nobody compresses while visitors wait. */
function compress(folder) {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder, { recursive: true })) {
    if (!/\.(js|css|svg|json)$/.test(name)) continue
    const path = join(folder, name)
    const content = readFileSync(path)
    if (content.length < 1024) continue
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
    writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
  }
}
