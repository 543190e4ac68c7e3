// Which module may know which. Arrows point to shared/; a wrong one, and a cycle, is a mistake.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { ROOT } from './prepare.mjs'

const AREAS = ['server', 'shared', 'display', 'counter-client', 'tests']

/** Folders and what modules in them may import of ours: prefixes of paths. The first that fits a module holds for it. */
const ALLOWED = [
  ['shared/domain/', ['shared/domain/', 'shared/speech/']],
  ['shared/', ['shared/']],
  ['display/', ['display/', 'shared/']],
  ['counter-client/', ['counter-client/', 'shared/']],
  ['server/', ['server/', 'shared/', 'package.json']],
  ['tests/', ['']],
]

/** One place per outside thing. */
const PLACES = {
  ioredis: ['server/store/', 'tests/'],
  lmdb: ['server/store/', 'tests/'],
  'socket.io': ['server/sockets/', 'tests/'],
  express: ['server/http/', 'tests/'],
  helmet: ['server/http/'],
  sirv: ['server/http/'],
  '@node-rs/argon2': ['server/auth/'],
  '@point-of-sale/receipt-printer-encoder': ['server/printing/'],
  'prom-client': ['server/metrics.ts'],
  pino: ['server/log.ts', 'tests/'],
  'openid-client': ['server/auth/'],
  'csv-stringify': ['server/reports/'],
  'write-excel-file': ['server/reports/'],
  standardwebhooks: ['server/webhooks/', 'tests/'],
  'file-type': ['server/http/media.ts'],
  '@observablehq/plot': ['counter-client/reports/', 'counter-client/supervisor/'],
  'socket.io-client': ['shared/client/', 'tests/'],
}

const files = () =>
  AREAS.flatMap((area) =>
    existsSync(join(ROOT, area))
      ? readdirSync(join(ROOT, area), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && /\.(ts|svelte|mjs)$/.test(entry.name))
          .map((entry) =>
            relative(ROOT, join(entry.parentPath ?? entry.path, entry.name))
              .split(sep)
              .join('/'),
          )
      : [],
  )

/** `{ from, isType }` of every import and export-from, also the late ones. */
function importsOf(text) {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const found = []
  for (const [, kind, clause, from] of code.matchAll(/^\s*(import|export)\b([^'"`;]*?)\bfrom\s*['"]([^'"]+)['"]/gm))
    found.push({ from, isType: /^\s+type\b/.test(clause) || onlyTypes(kind, clause) })
  for (const [, from] of code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm)) found.push({ from, isType: false })
  for (const [, from] of code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) found.push({ from, isType: false })
  return found
}

/** `import { type A, type B }`: nothing is left of it at run time that could make a cycle matter. */
function onlyTypes(kind, clause) {
  const names = /^\s*\{([\s\S]*)\}\s*$/.exec(clause)?.[1]
  return kind === 'import' && names !== undefined && names.split(',').every((name) => name.trim() === '' || /^\s*type\s/.test(name))
}

export function importMistakes() {
  const mistakes = []
  const edges = new Map()
  for (const file of files()) {
    const targets = []
    edges.set(file, targets)
    for (const { from, isType } of importsOf(readFileSync(join(ROOT, file), 'utf8'))) {
      if (!from.startsWith('.')) {
        const name = from.startsWith('@') ? from.split('/').slice(0, 2).join('/') : from.split('/')[0]
        const places = isType ? undefined : PLACES[name]
        if (places && !places.some((place) => file.startsWith(place)))
          mistakes.push(`${file} imports ${name}, which belongs to ${places.join(', ')}`)
        if (file.startsWith('shared/domain/')) mistakes.push(`${file} imports ${from}: the core imports nothing from outside`)
        continue
      }
      const target = relative(ROOT, join(ROOT, dirname(file), from.replace(/\?.*$/, '')))
        .split(sep)
        .join('/')
      if (!existsSync(join(ROOT, target))) mistakes.push(`${file} imports ${from}, which is not there`)
      const allowed = ALLOWED.find(([folder]) => file.startsWith(folder))?.[1] ?? []
      if (!allowed.some((folder) => target.startsWith(folder))) mistakes.push(`${file} must not import ${target}`)
      if (!isType) targets.push(target)
    }
  }
  return [...mistakes, ...cycles(edges)]
}

function cycles(edges) {
  const found = []
  const done = new Set()
  const path = []
  const visit = (file) => {
    const at = path.indexOf(file)
    if (at >= 0) {
      found.push(`cycle: ${[...path.slice(at), file].join(' -> ')}`)
      return
    }
    if (done.has(file)) return
    path.push(file)
    for (const target of edges.get(file) ?? []) visit(target)
    path.pop()
    done.add(file)
  }
  for (const file of edges.keys()) visit(file)
  return found
}
