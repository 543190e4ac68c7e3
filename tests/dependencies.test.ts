import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** Versions below these have known holes. Every copy in the lock counts, however deep it lies. */
const FLOORS: Readonly<Record<string, readonly [floor: string, why: string]>> = {
  'socket.io': ['4.8.4', 'CVE-2024-38355 and later ones'],
  'socket.io-parser': ['4.2.7', 'CVE-2026-33151, CVE-2026-69185: memory'],
  'engine.io': ['6.6.10', 'CVE-2026-59725, CVE-2026-102599: one packet ends the process'],
  ws: ['8.21.0', 'CVE-2026-45736, CVE-2026-48779'],
  'path-to-regexp': ['8.4.0', 'GHSA-j3q9-mxjg-w52f: an address that takes for ever'],
  qs: ['6.15.3', 'CVE-2026-82417, CVE-2026-82562'],
  // 6.0.0 is the newest. With its defaults it sends a command twice when a connection dies before the answer (redis/ioredis#2193), so the store
  // sets maxRetriesPerRequest to 0 and repeats under the same command id itself.
  ioredis: ['6.0.0', 'RESP3; older ones are not what was tested'],
}

interface Lock {
  readonly lockfileVersion: number
  readonly packages: Readonly<
    Record<
      string,
      { readonly version: string; readonly resolved?: string; readonly integrity?: string; readonly engines?: { node?: string } }
    >
  >
}
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const lock = JSON.parse(read('package-lock.json')) as Lock
const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>

const atLeast = (version: string, floor: string): boolean => {
  const [a = [], b = []] = [version, floor].map((each) => each.split('-')[0]?.split('.').map(Number))
  for (let at = 0; at < 3; at++) if (a[at] !== b[at]) return (a[at] ?? 0) > (b[at] ?? 0)
  return true
}

describe('dependencies', () => {
  test.each(Object.entries(FLOORS))('%s is not older than its last known hole', (name, [floor]) => {
    const copies = Object.entries(lock.packages).filter(([path]) => path.endsWith(`node_modules/${name}`))
    expect(copies.length).toBeGreaterThan(0)
    for (const [path, { version }] of copies)
      expect({ path, version, isSafe: atLeast(version, floor) }).toEqual({ path, version, isSafe: true })
  })

  test('every version is exact, and every package comes with its checksum', () => {
    expect(lock.lockfileVersion).toBe(3)
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)])
    for (const [path, { integrity }] of Object.entries(lock.packages))
      if (path !== '') expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)])
  })

  test('the comparison of versions compares numbers', () => {
    expect([atLeast('4.10.0', '4.9.9'), atLeast('4.2.6', '4.2.7'), atLeast('4.2.7', '4.2.7'), atLeast('5.0.0', '4.9.9')]).toEqual([
      true,
      false,
      true,
      true,
    ])
  })
})
