import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkConfiguration,
  type Mistake,
  parseAnnouncementReport,
  parseBranchCommand,
  parseCounterCommand,
  parseSoundReport,
} from '../../shared/protocol/schemas.ts'

type Fields = Readonly<Record<string, unknown>>
/** Type, the smallest form and the fullest. */
type Forms = readonly (readonly [string, Fields, Fields])[]

const COUNTER: Forms = [
  ['openCounter', {}, { takeOver: true }],
  ['pauseCounter', { reason: 'x' }, { reason: 'Istirahat, kembali 13.00' }],
  ['closeCounter', {}, {}],
  ['callNext', { current: null }, { current: 'aB3_-' }],
  ['callTicket', { ticket: 't', reason: 'x', current: null }, { ticket: 't'.repeat(64), reason: 'x'.repeat(200), current: 'u' }],
  ['recall', { current: null }, { current: 't' }],
  ['startService', { current: null }, { current: 't' }],
  ['complete', { current: null }, { current: 't', outcome: 'incompleteDocuments' }],
  ['markNoShow', { current: null }, { current: 't' }],
  ['hold', { current: null }, { current: 't', reason: 'Fotokopi' }],
  ['resume', { ticket: 't' }, { ticket: 't' }],
  ['transfer', { current: null, to: { counter: '3' } }, { current: 't', to: { service: 'BANK.TELLER' }, place: 'front', note: 'Lunas?' }],
  ['returnToQueue', { ticket: 't' }, { ticket: 't' }],
  ['undo', {}, {}],
]

const BRANCH: Forms = [
  ['openDay', {}, {}],
  ['closeDay', {}, { remaining: 'carryOver', reason: 'Listrik padam' }],
  ['resetDay', {}, {}],
  ['pauseBranch', { reason: 'x' }, { reason: 'Upacara' }],
  ['resumeBranch', {}, {}],
  ['pauseService', { service: 'A.B', reason: 'x' }, { service: 'A.B', reason: 'Jaringan' }],
  ['openService', { service: 'A.B' }, { service: 'A.B' }],
  ['resetService', { service: 'A.B' }, { service: 'A.B' }],
  ['announce', { text: { id: 'x', en: 'x' } }, { text: { id: 'x'.repeat(300), en: 'Car B 12' } }],
  ['cancelTicket', { ticket: 't', reason: 'x' }, { ticket: 't', reason: 'x' }],
  ['reclassifyTicket', { ticket: 't', class: 'priority', reason: 'x' }, { ticket: 't', class: 'priority', reason: 'x' }],
  [
    'moveTicket',
    { ticket: 't', to: { service: 'A.B' }, reason: 'x' },
    { ticket: 't', to: { counter: '12A' }, place: 'end', reason: 'Salah loket' },
  ],
  ['freeCounter', { counter: '3', reason: 'x' }, { counter: '3', reason: 'Petugas sakit' }],
]

/** What is filled in where it is absent. */
const DEFAULTS: Readonly<Record<string, Fields>> = {
  transfer: { place: 'keep' },
  moveTicket: { place: 'keep' },
  closeDay: { remaining: 'serve' },
}

const DOORS = [
  ['counter', parseCounterCommand, COUNTER],
  ['branch', parseBranchCommand, BRANCH],
] as const

type Parse = (
  input: unknown,
) => { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly code: string; readonly mistakes: readonly Mistake[] }

function refused(parse: Parse, input: unknown): { code: string; mistakes: readonly Mistake[] } {
  const parsed = parse(input)
  if (parsed.ok) throw new Error(`accepted: ${JSON.stringify(input)}`)
  expect(parsed.mistakes.length).toBeGreaterThan(0)
  for (const { message } of parsed.mistakes) expect(message).not.toBe('Invalid input')
  return parsed
}

const sent = (type: string, fields: Fields = {}) => ({ commandId: 'one', type, ...fields })

describe.each(DOORS)('%s commands', (_name, parse: Parse, forms) => {
  describe.each(forms)('%s', (type, smallest, fullest) => {
    it('is accepted in its smallest form, with its defaults, and in its fullest', () => {
      expect(parse(sent(type, smallest))).toEqual({ ok: true, value: { ...DEFAULTS[type], ...sent(type, smallest) } })
      expect(parse(sent(type, fullest))).toEqual({ ok: true, value: sent(type, fullest) })
    })

    it('without one of its fields is malformed, and the field is named', () => {
      for (const field of ['commandId', ...Object.keys(smallest)]) {
        const { [field]: _gone, ...rest } = sent(type, smallest) as Fields
        const { code, mistakes } = refused(parse, rest)
        expect([code, mistakes[0]?.path.split('.')[0]]).toEqual(['malformed', field])
      }
    })

    it('with a field of another type is malformed, and the field is named', () => {
      for (const field of ['commandId', ...Object.keys(fullest)])
        for (const wrong of [5, [], [['x']], { x: 1 }, field === 'takeOver' ? 'true' : true, ...(field === 'current' ? [] : [null])]) {
          const { code, mistakes } = refused(parse, { ...sent(type, fullest), [field]: wrong })
          expect([code, mistakes[0]?.path.split('.')[0]], `${field} ${JSON.stringify(wrong)}`).toEqual(['malformed', field])
        }
    })

    it('with a field that nobody reads is malformed, and the field is named', () => {
      // The officer and the counter come from the session and the address, never from the sender.
      for (const field of ['officer', 'phone', 'constructor', 'toString', ...('counter' in fullest ? [] : ['counter'])])
        expect(refused(parse, { ...sent(type, smallest), [field]: 'x' })).toMatchObject({ code: 'malformed', mistakes: [{ path: field }] })
      const polluting = JSON.parse(`{"__proto__": {"role": "admin"}, ${JSON.stringify(sent(type, smallest)).slice(1)}`)
      expect(refused(parse, polluting)).toMatchObject({ code: 'malformed', mistakes: [{ path: '__proto__' }] })
    })
  })

  it('of another audience, of no audience and of a name that every object has are unknown', () => {
    const others = parse === parseCounterCommand ? BRANCH : COUNTER
    for (const type of [...others.map(([each]) => each), 'dance', '', 'CALLNEXT', 'constructor', '__proto__', 'turnDay', 'issueTicket'])
      expect(refused(parse, sent(type))).toMatchObject({ code: 'unknown-command', mistakes: [{ path: 'type' }] })
  })

  it('that are no object, or have no name, are malformed', () => {
    for (const input of [undefined, null, 5, 'callNext', true, [], [sent('undo')]])
      expect(refused(parse, input)).toMatchObject({ code: 'malformed', mistakes: [{ path: '' }] })
    for (const type of [undefined, null, 5, ['undo'], { toString: 'undo' }])
      expect(refused(parse, { commandId: 'one', type })).toMatchObject({ code: 'malformed', mistakes: [{ path: 'type' }] })
  })

  it('never throw, pollute no prototype and answer in proportion, whatever JSON comes', () => {
    const words = [...forms.map(([type]) => type), 'commandId', 'type', 'current', 'to', 'service', 'counter', 'text', 'reason', 'place']
    const key = fc.oneof(fc.constantFrom(...words, '__proto__', 'constructor', 'prototype', 'toString'), fc.string())
    const leaf = fc.oneof(
      fc.constantFrom<unknown>(null, true, 0, -1, 1e308, '', 'x'.repeat(70_000), '\u0000', '\ud800', '9'.repeat(400), ...words),
      fc.string({ unit: 'binary' }),
      fc.double(),
    )
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.array(tie('json'), { maxLength: 4 }),
        fc.array(fc.tuple(key, tie('json')), { maxLength: 5 }).map(objectOf),
      ),
    }))
    // As it comes over the wire: `__proto__` is a field of its own there.
    function objectOf(fields: readonly (readonly [string, unknown])[]): unknown {
      return JSON.parse(`{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? 'null'}`).join(',')}}`)
    }
    const near = fc
      .tuple(fc.constantFrom(...forms), fc.array(fc.tuple(key, json), { maxLength: 4 }))
      .map(([[type, smallest], fields]) => objectOf([...Object.entries(sent(type, smallest)), ...fields]))
    // All fields there, one of them strange: so that wrong values are met as often as wrong shapes.
    const bent = fc.constantFrom(...forms).chain(([type, , fullest]) => {
      const whole = sent(type, fullest)
      return fc
        .tuple(fc.constantFrom(...Object.keys(whole)), leaf)
        .map(([name, value]) => objectOf(Object.entries({ ...whole, [name]: value })))
    })
    const before = Object.getOwnPropertyNames(Object.prototype)
    const outcomes = new Set<string>()
    fc.assert(
      fc.property(fc.oneof(json, near, bent), (input) => {
        const parsed = parse(input)
        outcomes.add(parsed.ok ? 'ok' : parsed.code)
        if (parsed.ok) {
          // What came in goes on as it is; and once more through the door it stays the same.
          expect(parse(JSON.parse(JSON.stringify(parsed.value)))).toEqual(parsed)
          return
        }
        expect(['malformed', 'unknown-command', 'invalid-value']).toContain(parsed.code)
        expect(parsed.mistakes.length).toBeGreaterThan(0)
        for (const { path, message } of parsed.mistakes) {
          expect(path.length).toBeLessThan(200)
          expect(message.length).toBeLessThan(400)
          expect(message).not.toBe('Invalid input')
        }
      }),
      { numRuns: 3000 },
    )
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
    expect(({} as { role?: unknown }).role).toBeUndefined()
    expect([...outcomes].sort()).toEqual(['invalid-value', 'malformed', 'ok', 'unknown-command'])
  })
})

describe('wrong values of the right type', () => {
  const WRONG: readonly (readonly [string, string, Fields, string])[] = [
    ['an empty command id', 'undo', { commandId: '' }, 'commandId'],
    ['a command id too long', 'undo', { commandId: 'x'.repeat(129) }, 'commandId'],
    ['a space in the command id', 'undo', { commandId: 'a b' }, 'commandId'],
    ['a line break in the command id', 'undo', { commandId: 'a\n' }, 'commandId'],
    ['an empty ticket', 'callNext', { current: '' }, 'current'],
    ['a ticket too long', 'resume', { ticket: 'x'.repeat(65) }, 'ticket'],
    ['an empty reason', 'pauseCounter', { reason: '' }, 'reason'],
    ['a reason of spaces', 'pauseCounter', { reason: ' \t ' }, 'reason'],
    ['a reason too long', 'pauseCounter', { reason: 'x'.repeat(201) }, 'reason'],
    ['two lines', 'pauseCounter', { reason: 'a\nb' }, 'reason'],
    ['two lines by another sign', 'pauseCounter', { reason: 'a\u2028b' }, 'reason'],
    ['text written backwards', 'pauseCounter', { reason: 'a\u202eb' }, 'reason'],
    ['nothing but the invisible', 'pauseCounter', { reason: '\u200b' }, 'reason'],
    ['half a character, which no store keeps', 'pauseCounter', { reason: 'a\ud800' }, 'reason'],
    ['an outcome that there is not', 'complete', { current: null, outcome: 'DONE' }, 'outcome'],
    ['a place that there is not', 'transfer', { current: null, to: { counter: '3' }, place: 'middle' }, 'place'],
    ['a transfer to no service', 'transfer', { current: null, to: { service: '' } }, 'to.service'],
    ['a transfer to a counter too long', 'transfer', { current: null, to: { counter: 'x'.repeat(33) } }, 'to.counter'],
  ]
  it.each(WRONG)('%s', (_title, type, fields, path) => {
    const { code, mistakes } = refused(parseCounterCommand, sent(type, fields))
    expect(code).toBe('invalid-value')
    expect([...new Set(mistakes.map((mistake) => mistake.path))]).toEqual([path])
  })

  it('every wrong value is named at once; a wrong shape among them makes it malformed', () => {
    const wrong = { commandId: '', type: 'moveTicket', ticket: '', to: { service: '' }, place: 'x', reason: '' }
    const { code, mistakes } = refused(parseBranchCommand, wrong)
    expect(code).toBe('invalid-value')
    expect(new Set(mistakes.map(({ path }) => path))).toEqual(new Set(['commandId', 'ticket', 'to.service', 'place', 'reason']))
    const worse = refused(parseBranchCommand, { ...wrong, extra: 1 })
    expect(worse.code).toBe('malformed')
    expect(worse.mistakes.map(({ path }) => path)).toEqual(expect.arrayContaining(['reason', 'extra']))
  })

  it('a text loses the spaces around it', () => {
    expect(parseCounterCommand(sent('pauseCounter', { reason: '  Salat  ' }))).toMatchObject({ value: { reason: 'Salat' } })
  })
})

describe('a transfer to nowhere says what is missing', () => {
  const EITHER = 'must be an object with either service or counter'
  it.each([
    ['nothing', {}, 'to', EITHER],
    ['both', { service: 'A.B', counter: '3' }, 'to', EITHER],
    ['a text', '3', 'to', EITHER],
    ['null', null, 'to', EITHER],
    ['a service that is a number', { service: 5 }, 'to.service', 'expected string'],
    ['a counter that is a number', { counter: 3 }, 'to.counter', 'expected string'],
    ['something else', { zone: 'a' }, 'to', EITHER],
  ])('%s', (_title, to, path, message) => {
    const { code, mistakes } = refused(parseCounterCommand, sent('transfer', { current: null, to }))
    expect(code).toBe('malformed')
    expect(mistakes).toEqual([{ path, message: expect.stringContaining(message) }])
  })
})

it('a message never repeats the value that came', () => {
  const secret = 'rahasia-08123456789'
  for (const fields of [{ current: null, outcome: secret }, { current: null, to: secret }, { current: secret.repeat(9) }, { [secret]: 1 }])
    for (const { message } of refused(parseCounterCommand, sent('to' in fields ? 'transfer' : 'complete', fields)).mistakes)
      expect(message).not.toContain('rahasia')
})

it('a thousand unknown fields are counted, not all named', () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, index]))
  const { mistakes } = refused(parseCounterCommand, { ...sent('undo'), ...many })
  expect(mistakes.length).toBe(21)
  expect(mistakes.at(-1)).toEqual({ path: '', message: 'must not have 980 more unknown fields' })
})

describe('what a display reports of a call', () => {
  it.each(['shown', 'speaking', 'spoken', 'blocked', 'failed'])('%s', (status) => {
    const report = { announcementId: 'a-21', status }
    expect(parseAnnouncementReport(report)).toEqual({ ok: true, value: report })
    const timed = { ...report, durationMs: 6240.5, latencyMs: 0 }
    expect(parseAnnouncementReport(timed)).toEqual({ ok: true, value: timed })
  })

  it.each(['ready', 'loading', 'blocked', 'off', 'failed'])('that its sound is %s', (state) => {
    expect(parseSoundReport({ state })).toEqual({ ok: true, value: { state } })
  })

  it.each<[string, unknown, string]>([
    ['nothing', null, 'malformed'],
    ['a state that there is not', { state: 'loud' }, 'invalid-value'],
    ['a field that nobody reads', { state: 'ready', zone: 'a' }, 'malformed'],
  ])('nothing of its sound: %s', (_title, input, code) => {
    expect(refused(parseSoundReport, input).code).toBe(code)
  })

  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, 'malformed', ''],
    ['a list', [], 'malformed', ''],
    ['no status', { announcementId: 'a-21' }, 'malformed', 'status'],
    ['a status that is a number', { announcementId: 'a-21', status: 1 }, 'malformed', 'status'],
    ['a status that there is not', { announcementId: 'a-21', status: 'heard' }, 'invalid-value', 'status'],
    ['an id that is a number', { announcementId: 21, status: 'shown' }, 'malformed', 'announcementId'],
    ['an empty id', { announcementId: '', status: 'shown' }, 'invalid-value', 'announcementId'],
    ['a time without end', { announcementId: 'a-21', status: 'speaking', durationMs: 120_001 }, 'invalid-value', 'durationMs'],
    ['a time before now', { announcementId: 'a-21', status: 'speaking', latencyMs: -1 }, 'invalid-value', 'latencyMs'],
    ['an id too long', { announcementId: 'x'.repeat(65), status: 'shown' }, 'invalid-value', 'announcementId'],
    ['a field that nobody reads', { announcementId: 'a-21', status: 'shown', zone: 'a' }, 'malformed', 'zone'],
  ])('is refused: %s', (_title, input, code, path) => {
    const { mistakes, code: came } = refused(parseAnnouncementReport, input)
    expect([came, mistakes.map((mistake) => mistake.path)]).toEqual([code, [path]])
  })
})

describe('the branch file', () => {
  // biome-ignore lint/suspicious/noExplicitAny: the tests write wrong things into it on purpose.
  type Loose = any
  const FILE = readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8')

  /** The way to everything that is in it. */
  const ways: string[][] = []
  const walk = (node: Loose, way: string[]): void => {
    if (way.length > 0) ways.push(way)
    if (typeof node === 'object' && node !== null) for (const key of Object.keys(node)) walk(node[key], [...way, key])
  }
  walk(JSON.parse(FILE), [])

  it('is checked without a throw, whatever stands in the place of anything in it', () => {
    const strange = fc.oneof(
      fc.constantFrom('null', 'true', '0', '-1', '""', '"x"', '[]', '{}', '[[]]', '[null]', '{"length":9}', '"constructor"', '"\\ud800"'),
      fc.constantFrom('{"toString":1,"valueOf":1}', '{"__proto__":{"id":"x"}}', `${'['.repeat(9999)}${']'.repeat(9999)}`),
      fc.json(),
    )
    let refusals = 0
    fc.assert(
      fc.property(fc.constantFrom(...ways), strange, (way, json) => {
        const branch: Loose = JSON.parse(FILE)
        const parent = way.slice(0, -1).reduce((node: Loose, key) => node[key], branch)
        parent[way.at(-1) as string] = JSON.parse(json)
        const checked = checkConfiguration(branch)
        if (checked.ok) {
          expect(checkConfiguration(JSON.parse(JSON.stringify(checked.value)))).toEqual(checked)
          return
        }
        refusals += 1
        expect(checked.mistakes.length).toBeGreaterThan(0)
        for (const { message } of checked.mistakes) expect(message).not.toBe('Invalid input')
      }),
      { numRuns: 1500 },
    )
    expect(refusals).toBeGreaterThan(500)
  })

  it('an id of an agency or service that no text can be made of is a mistake like any other', () => {
    const branch: Loose = JSON.parse(FILE)
    branch.agencies[20].id = { toString: 1, valueOf: 1 }
    branch.agencies[19].services[0].id = { toString: null }
    const checked = checkConfiguration(branch)
    expect(checked.ok ? [] : checked.mistakes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['agencies.20.id', 'agencies.19.services.0.id']),
    )
  })

  it('a hundred thousand mistakes are counted, not all named', () => {
    const branch: Loose = JSON.parse(FILE)
    branch.counters[0].services = Array.from({ length: 300_000 }, () => 'x')
    const checked = checkConfiguration(branch)
    if (checked.ok) throw new Error('accepted')
    expect(checked.mistakes.length).toBe(1001)
    expect(checked.mistakes[0]?.path).toBe('counters.0.services')
    expect(checked.mistakes.at(-1)).toEqual({ path: '', message: expect.stringMatching(/^must not have \d+ more mistakes$/) })
  })

  /** `count` different ones. */
  const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index))
  const service = (id: string) => ({ id, name: 'x', averageMinutes: 5, targetMinutes: 30 })
  const letters = (index: number) => String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26))
  const agency = (index: number) => ({ id: `N${index}`, name: 'x', short: 'x', prefix: letters(index), services: [] })
  const times = (count: number) => many(count, (hour) => [`${10 + hour}:00`, `${10 + hour}:30`])
  const day = (index: number) => new Date(Date.UTC(2030, 0, 1 + index)).toISOString().slice(0, 10)

  /** What, where, how much at most, and a way to put that much or one more there. */
  const LIMITS: readonly (readonly [string, string, number, (branch: Loose, size: number) => void])[] = [
    ['agencies', 'agencies', 200, (b, n) => (b.agencies = [...b.agencies, ...many(n - 1, agency)])],
    [
      'services of an agency',
      'agencies.0.services',
      100,
      (b, n) => (b.agencies[0].services = [service('CS'), ...many(n - 1, (i) => service(`S${i}`))]),
    ],
    ['counters', 'counters', 500, (b, n) => (b.counters = many(n, (i) => ({ id: `${i}`, label: 'x', zone: 'a', services: [] })))],
    ['zones', 'zones', 50, (b, n) => (b.zones = [{ id: 'a', name: 'A' }, ...many(n - 1, (i) => ({ id: `z${i}`, name: 'x' }))])],
    ['classes', 'classes', 20, (b, n) => (b.classes = many(n, (i) => ({ id: `c${i}`, name: 'x', targetMinutes: 5 })))],
    ['journeys', 'journeys', 100, (b, n) => (b.journeys = many(n, (i) => ({ id: `j${i}`, name: 'x', steps: [{ service: 'ZZ.CS' }] })))],
    ['steps', 'journeys.0.steps', 20, (b, n) => (b.journeys = [{ id: 'j', name: 'x', steps: many(n, () => ({ service: 'ZZ.CS' })) }])],
    ['intervals of a day', 'hours.weekly.Mon', 12, (b, n) => (b.hours.weekly.Mon = times(n))],
    ['exceptions', 'hours.exceptions', 400, (b, n) => (b.hours.exceptions = many(n, (i) => ({ date: day(i) })))],
    ['minutes before closing', 'hours.lastTicketMinutesBeforeClose', 600, (b, n) => (b.hours.lastTicketMinutesBeforeClose = n)],
    ['minutes before opening', 'hours.firstTicketMinutesBeforeOpen', 600, (b, n) => (b.hours.firstTicketMinutesBeforeOpen = n)],
    ['minutes of a service', 'agencies.0.services.0.averageMinutes', 1440, (b, n) => (b.agencies[0].services[0].averageMinutes = n)],
    ['minutes of a target', 'agencies.0.services.0.targetMinutes', 1440, (b, n) => (b.agencies[0].services[0].targetMinutes = n)],
    ['a quota', 'agencies.0.services.0.quotaPerDay', 100_000, (b, n) => (b.agencies[0].services[0].quotaPerDay = n)],
    ['requirements', 'agencies.0.services.0.requirements', 30, (b, n) => (b.agencies[0].services[0].requirements = many(n, () => 'x'))],
    ['letters of a branch id', 'id', 63, (b, n) => (b.id = 'x'.repeat(n))],
    ['letters of an id', 'journeys.0.id', 32, (b, n) => (b.journeys = [{ id: 'x'.repeat(n), name: 'x', steps: [{ service: 'ZZ.CS' }] }])],
    ['letters of a name', 'agencies.0.name', 300, (b, n) => (b.agencies[0].name = 'x'.repeat(n))],
    ['letters of a name in one language', 'name.en', 300, (b, n) => (b.name.en = 'x'.repeat(n))],
    ['letters of a short name', 'agencies.0.short', 60, (b, n) => (b.agencies[0].short = 'x'.repeat(n))],
    ['letters of a label', 'counters.0.label', 60, (b, n) => (b.counters[0].label = 'x'.repeat(n))],
    ['letters of an address', 'address', 300, (b, n) => (b.address = 'x'.repeat(n))],
    ['assumptions', 'assumptions', 100, (b, n) => (b.assumptions = many(n, () => 'x'))],
    ['letters of an assumption', 'assumptions.0', 500, (b, n) => (b.assumptions = ['x'.repeat(n)])],
  ]
  it.each(LIMITS)('%s: %s has %i and no more', (_title, path, most, put) => {
    const branch = (size: number): Loose => {
      const smallest = {
        id: 'hall',
        name: { id: 'Aula', en: 'Hall' },
        timeZone: 'Asia/Makassar',
        hours: { weekly: {} },
        zones: [{ id: 'a', name: 'A' }],
        agencies: [{ id: 'ZZ', name: 'x', short: 'x', prefix: 'Z', services: [service('CS')] }],
        counters: [{ id: '1', label: 'x', zone: 'a', services: [] }],
      }
      put(smallest, size)
      return smallest
    }
    expect(checkConfiguration(branch(most))).toMatchObject({ ok: true })
    const over = checkConfiguration(branch(most + 1))
    expect(over.ok ? [] : over.mistakes.map((mistake) => mistake.path)).toEqual([path])
  })
})
