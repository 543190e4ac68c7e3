import { importMistakes } from './importRules.mjs'
import { bin, help, installPackages, run } from './prepare.mjs'

help(`
npm run check

Every fast gate: imports and cycles, Biome (lint and format), types of the sources (tsc) and of the screens (svelte-check).
Fails when one of them does; all of them are run.
`)

await installPackages()
const failed = []
const gate = async (name, work) => {
  const started = performance.now()
  const passed = await work()
  console.error(`${passed ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  if (!passed) failed.push(name)
}

await gate('imports', async () => {
  const mistakes = importMistakes()
  for (const mistake of mistakes) console.error(`  ${mistake}`)
  return mistakes.length === 0
})
await gate('biome', async () => (await run(bin('biome'), ['ci', '--diagnostic-level=error', '--max-diagnostics=40', '.'])) === 0)
// Two at a time: both take their time on one core.
await Promise.all([
  gate('tsc', async () => (await run(bin('tsc'), ['-p', '.'])) === 0),
  gate(
    'svelte-check',
    async () => (await run(bin('svelte-check'), ['--tsconfig', './tsconfig.json', '--output', 'human', '--threshold', 'error'])) === 0,
  ),
])

if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`)
  process.exit(1)
}
