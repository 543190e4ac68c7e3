// What the built pages ask of a browser: files of a page, their size, and whatever is newer than Chrome 90.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseAst } from 'vite'

/** Every script and style of a page, also what its scripts import later; paths within the folder of built pages. */
export function filesOf(folder, page) {
  const html = readFileSync(join(folder, page), 'utf8')
  const waiting = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1])
  const files = new Set()
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue
    files.add(file)
    if (!file.endsWith('.js')) continue
    const code = readFileSync(join(folder, file), 'utf8')
    for (const [, from] of code.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*["'`](\.{1,2}\/[^"'`]+\.(?:js|css))["'`]/g))
      waiting.push(join(dirname(file), from))
    // Styles of what is imported later are listed by their paths.
    for (const [, later] of code.matchAll(/["'`]\/?(assets\/[^"'`]+\.(?:js|css))["'`]/g)) waiting.push(later)
  }
  return [...files].sort()
}

/** Bytes that a page's scripts and styles have on the wire. */
export const gzipped = (folder, files) =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0)

/** Newer than Chrome 90 (caniuse and MDN, version of Chrome behind each). Methods by name: no minifier hides them. */
const NEW_METHODS = new Set([
  'at', // 92
  'findLast', // 97
  'findLastIndex',
  'toSorted', // 110
  'toReversed',
  'toSpliced',
  'hasOwn', // 93
  'randomUUID', // 92, and never on plain http
  'groupBy', // 117
  'withResolvers', // 119
  'fromAsync', // 121
  'isWellFormed', // 111
  'toWellFormed',
  'canParse', // 120
  'throwIfAborted', // 100
  'supportedValuesOf', // 99
  'checkVisibility', // 105
  'showPopover', // 114
  'hidePopover',
  'togglePopover',
  'startViewTransition', // 111
  'setHTMLUnsafe', // 124
  'moveBefore', // 133
  'isSubsetOf', // 122
  'isSupersetOf',
  'symmetricDifference',
])
const NEW_GLOBALS = new Set(['structuredClone', 'reportError', 'scheduler', 'navigation', 'URLPattern', 'Iterator', 'Sanitizer'])
/** Of what stands before the dot. */
const NEW_STATICS = { AbortSignal: ['timeout', 'any', 'abort'], Promise: ['try'] }

export function tooNewScript(code) {
  const found = []
  const say = (node, what) =>
    found.push(
      `${what}: ${code
        .slice(Math.max(0, node.start - 30), node.end + 20)
        .replaceAll(/\s+/g, ' ')
        .slice(0, 100)}`,
    )
  const walk = (node, parent, depth) => {
    if (Array.isArray(node)) {
      for (const each of node) walk(each, parent, depth)
      return
    }
    if (typeof node !== 'object' || node === null || typeof node.type !== 'string') return
    const isFunction = /Function/.test(node.type) || node.type === 'PropertyDefinition'
    switch (node.type) {
      case 'StaticBlock':
        say(node, 'static block (94)')
        break
      case 'BinaryExpression':
        if (node.operator === 'in' && node.left.type === 'PrivateIdentifier') say(node, '#x in (91)')
        break
      case 'AwaitExpression':
        // As a module it is 89; in a chunk that others wait for it stops old pages all the same.
        if (depth === 0) say(node, 'await at the top')
        break
      case 'Literal':
        if (node.regex && /[vd]/.test(node.regex.flags)) say(node, `regular expression /${node.regex.flags}`)
        break
      case 'ImportDeclaration':
        if (node.attributes?.length > 0) say(node, 'import attributes (123)')
        break
      case 'VariableDeclaration':
        if (/using/.test(node.kind)) say(node, 'using')
        break
      case 'CallExpression': {
        const { callee } = node
        if (callee.type !== 'MemberExpression' || callee.computed || callee.optional || node.optional) break
        const name = callee.property.name
        if (NEW_METHODS.has(name)) say(node, `.${name}()`)
        if (callee.object.type === 'Identifier' && NEW_STATICS[callee.object.name]?.includes(name))
          say(node, `${callee.object.name}.${name}()`)
        break
      }
      case 'Identifier':
        if (
          NEW_GLOBALS.has(node.name) &&
          !(parent?.type === 'UnaryExpression' && parent.operator === 'typeof') &&
          !(parent?.type === 'MemberExpression' && parent.property === node) &&
          !(parent?.type === 'Property' && parent.key === node)
        )
          say(node, node.name)
        break
    }
    for (const [key, value] of Object.entries(node)) if (key !== 'type' && key !== 'parent') walk(value, node, depth + (isFunction ? 1 : 0))
  }
  walk(parseAst(code).body, null, 0)
  return found
}

const NEW_STYLES = [
  [/:has\(/, ':has() (105)'],
  [/@container\b|container-(?:type|name)\s*:|\bcontainer\s*:/, 'container queries (105)'],
  [/@layer\b/, '@layer (99)'],
  [/@scope\b/, '@scope (118)'],
  [/@starting-style\b/, '@starting-style (117)'],
  [/\bcolor-mix\(/, 'color-mix() (111)'],
  [/\b(?:oklch|oklab|lch|lab|color|light-dark)\(/, 'new colours (111)'],
  [/\d(?:[dsl]v(?:h|w|min|max|i|b)|cq(?:w|h|i|b|min|max)|r?lh|rcap|rch)\b/, 'new units (108)'],
  [/[({\s;](?:translate|rotate|scale)\s*:/, 'transforms as properties (104)'],
  [/\((?:width|height)\s*[<>]=?/, 'ranges in media queries (104)'],
  [/[{;]\s*&|[{;}]\s*&[.:\s]/, 'nesting (112)'],
  [/\bsubgrid\b/, 'subgrid (117)'],
  [/[{;]\s*mask(?:-\w+)?\s*:/, 'mask without prefix (120)'],
  [/\b(?:round|mod|rem|sin|cos|tan|hypot|pow|sqrt|log|exp|abs|sign)\([^)]*[,\d]/, 'mathematics (111)'],
  [/[^-]\blinear\(/, 'linear() (113)'],
  [/:(?:modal|user-valid|user-invalid|popover-open|open)\b/, 'new pseudo-classes (105)'],
]

/** Declarations that an old browser passes over without harm (`accent-color`, `text-wrap`) are no matter. */
export function tooNewStyle(css) {
  const plain = css.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(["'])(?:\\.|(?!\1).)*\1/g, '""')
  return NEW_STYLES.flatMap(([pattern, name]) => {
    const match = pattern.exec(plain)
    return match ? [`${name}: ${plain.slice(Math.max(0, match.index - 40), match.index + 60)}`] : []
  })
}

/** Everything in the files of these pages that Chrome 90 does not know, each with its file. */
export function tooNew(folder, pages) {
  const files = new Set(pages.flatMap((page) => filesOf(folder, page)))
  return [...files].flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    return (file.endsWith('.js') ? tooNewScript(text) : tooNewStyle(text)).map((mistake) => `${file} ${mistake}`)
  })
}
