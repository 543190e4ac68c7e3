import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type BranchConfiguration, indexOf } from '../../shared/domain/configuration.ts'
import { checkConfiguration, type Mistake } from '../../shared/protocol/schemas.ts'

const FILE = readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8')

// biome-ignore lint/suspicious/noExplicitAny: the tests write wrong things into it on purpose.
type Loose = any

const kupang = (): Loose => JSON.parse(FILE)

/** The smallest branch: a zone, an agency with a service, a counter. */
const smallest = (): Loose => ({
  id: 'hall',
  name: { id: 'Aula', en: 'Hall' },
  timeZone: 'Asia/Makassar',
  hours: { weekly: { Mon: [['08:00', '12:00']] } },
  zones: [{ id: 'a', name: 'A' }],
  agencies: [
    { id: 'BANK', name: 'Bank', short: 'Bank', prefix: 'B', services: [{ id: 'CS', name: 'CS', averageMinutes: 5, targetMinutes: 30 }] },
  ],
  counters: [{ id: '1', label: 'Loket 1', zone: 'a', services: ['BANK.CS'] }],
})

function accepted(input: unknown): BranchConfiguration {
  const checked = checkConfiguration(input)
  if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes))
  return checked.value
}

function mistakes(input: unknown): readonly Mistake[] {
  const checked = checkConfiguration(input)
  if (checked.ok) throw new Error('accepted')
  expect(checked.code).toBe('invalid-configuration')
  for (const { message } of checked.mistakes) expect(message).not.toBe('Invalid input')
  return checked.mistakes
}

/** The paths of the mistakes after a change to the smallest branch. */
function pathsAfter(change: (branch: Loose) => void): string[] {
  const branch = smallest()
  change(branch)
  return mistakes(branch).map(({ path }) => path)
}

describe('the branch file of MPP Kota Kupang', () => {
  const branch = accepted(kupang())
  const services = branch.agencies.flatMap((agency) => agency.services.map((service) => `${agency.id}.${service.id}`))

  it('passes, and says what in it is assumed', () => {
    expect([branch.id, branch.timeZone]).toEqual(['mpp-kupang', 'Asia/Makassar'])
    expect(branch.assumptions?.length).toBeGreaterThan(0)
  })

  it('has 21 agencies, 41 services and 27 counters', () => {
    expect([branch.agencies.length, services.length, branch.counters.length]).toEqual([21, 41, 27])
    expect(indexOf(branch).services.size).toBe(41)
  })

  it('has zones of 6 to 8 counters', () => {
    for (const zone of branch.zones) {
      const size = branch.counters.filter((counter) => counter.zone === zone.id).length
      expect([6, 7, 8], zone.id).toContain(size)
    }
  })

  it('has a counter for every service, and no counter without one; every service that a counter or journey names is there', () => {
    const served = new Set(branch.counters.flatMap((counter) => counter.services))
    expect([...served].sort()).toEqual([...services].sort())
    for (const counter of branch.counters) expect(counter.services.length, counter.id).toBeGreaterThan(0)
    for (const journey of branch.journeys) for (const { service } of journey.steps) expect(services).toContain(service)
  })

  it('has targets of 30 minutes, and 10 for priority', () => {
    for (const agency of branch.agencies) for (const { targetMinutes } of agency.services) expect(targetMinutes).toBe(30)
    expect(branch.classes.map(({ id, targetMinutes }) => [id, targetMinutes])).toEqual([['priority', 10]])
  })

  it('has no notary, whose counter is only planned, and no other planned agency', () => {
    const ids = branch.agencies.map((agency) => agency.id)
    for (const planned of ['NOTARIS', 'KABKUPANG', 'KARANTINA', 'BEACUKAI']) expect(ids).not.toContain(planned)
    expect(JSON.stringify([branch.agencies, branch.counters, branch.journeys])).not.toMatch(/notar/i)
    expect(branch.journeys.find(({ id }) => id === 'USAHA')?.steps[0]).toEqual({ service: 'KEMENKUM.AHU' })
  })

  it('avoids the letters that are taken for digits', () => {
    for (const { prefix } of branch.agencies) expect(prefix).not.toMatch(/[IOP]/)
  })
})

describe('what is absent', () => {
  it('is filled in where it has a default, and only there', () => {
    const plain = smallest()
    expect(accepted(plain)).toEqual({
      ...plain,
      languages: ['id', 'en'],
      classes: [],
      journeys: [],
      hours: { ...plain.hours, exceptions: [], lastTicketMinutesBeforeClose: 0 },
    })
  })

  it('a document that was read and is written back is the same, defaults apart, and the same again', () => {
    const once = accepted(kupang())
    const file = kupang()
    // What is absent in the file and has a default: something of a service's own hours.
    for (const agency of file.agencies)
      for (const service of agency.services)
        if (service.hours) service.hours = { exceptions: [], lastTicketMinutesBeforeClose: 0, ...service.hours }
    expect(once).toEqual(file)
    expect(accepted(JSON.parse(JSON.stringify(once)))).toEqual(once)
    const full = accepted(everything())
    expect(full).toEqual(everything())
    expect(accepted(JSON.parse(JSON.stringify(full)))).toEqual(full)
  })
})

/** A branch with every field there is. */
function everything(): Loose {
  const branch = smallest()
  const reason = { id: 'Libur', en: 'Holiday' }
  Object.assign(branch, {
    languages: ['en', 'id'],
    motto: { id: 'Cepat', en: 'Quick' },
    address: 'Jalan 1',
    visitorTickets: true,
    atDayEnd: 'carryOver',
    assumptions: ['x'],
    classes: [{ id: 'priority', name: 'Prioritas', targetMinutes: 10 }],
    journeys: [{ id: 'J', name: 'J', steps: [{ service: 'BANK.CS', optional: true }, { service: 'BANK.CS' }] }],
    hours: {
      weekly: {
        Mon: [
          ['00:00', '12:00'],
          ['12:00', '24:00'],
        ],
        Sun: [],
      },
      exceptions: [
        { date: '2028-02-29', reason },
        { date: '2025-12-24', hours: [['08:00', '11:00']], reason: 'x' },
        { from: '2025-03-01', to: '2025-03-29', weekly: { Mon: [['08:00', '12:00']] } },
        { from: '2025-04-01', to: '2025-04-01' },
      ],
      lastTicketMinutesBeforeClose: 30,
      firstTicketMinutesBeforeOpen: 15,
    },
  })
  Object.assign(branch.agencies[0].services[0], {
    quotaPerDay: null,
    hours: 'always',
    requirements: ['KTP', { id: 'KK', en: 'Family card' }],
    fee: 'Rp0',
    note: 'x',
  })
  return branch
}

describe('mistakes', () => {
  it('twelve different ones are told at once, each with its path', () => {
    const branch = kupang()
    branch.id = 'MPP Kupang'
    branch.name = { id: 'Hanya Indonesia' }
    branch.timeZone = 'Asia/Kupang'
    branch.hours.weekly.Mon = [
      ['08:00', '12:00'],
      ['11:00', '15:00'],
    ]
    branch.hours.exceptions = [{ date: '2025-02-30' }]
    branch.zones[3].id = 'a'
    branch.classes[0].id = 'regular'
    branch.agencies[1].prefix = 'A'
    branch.agencies[2].services[0].averageMinutes = 0
    branch.agencies[3].colour = 'red'
    branch.counters[4].services[1] = 'DUKCAPIL.NIKAH'
    branch.journeys[0].steps[1].service = 'NOTARIS.AKTA'
    // Counters of the zone that lost its name are not to be counted among the twelve.
    for (const counter of branch.counters) if (counter.zone === 'd') counter.zone = 'a'
    const paths = mistakes(branch).map(({ path }) => path)
    expect(paths.sort()).toEqual(
      [
        'id',
        'name.en',
        'timeZone',
        'hours.weekly.Mon',
        'hours.exceptions.0.date',
        'zones.3.id',
        'classes.0.id',
        'agencies.1.prefix',
        'agencies.2.services.0.averageMinutes',
        'agencies.3.colour',
        'counters.4.services.1',
        'journeys.0.steps.1.service',
      ].sort(),
    )
  })

  it('what is no object has one', () => {
    for (const input of [undefined, null, 5, 'x', []]) expect(mistakes(input).map(({ path }) => path)).toEqual([''])
  })

  it('each missing field is named', () => {
    const required = ['id', 'name', 'timeZone', 'hours', 'zones', 'agencies', 'counters']
    expect(mistakes({}).map(({ path }) => path)).toEqual(required)
    for (const field of required) expect(pathsAfter((branch) => delete branch[field])).toEqual([field])
  })

  it.each<[string, (branch: Loose) => void, string[]]>([
    ['an unknown time zone', (b) => (b.timeZone = 'Mars/Olympus'), ['timeZone']],
    ['no time zone', (b) => (b.timeZone = ''), ['timeZone']],
    ['a field that nobody reads', (b) => (b.hours.weekly.Lun = []), ['hours.weekly.Lun']],
    ['a language twice', (b) => (b.languages = ['id', 'id']), ['languages']],
    ['a language that is not there', (b) => (b.languages = ['id', 'tet']), ['languages.1']],
    ['no zone', (b) => (b.zones = []), ['zones', 'counters.0.zone']],
    ['a zone twice', (b) => b.zones.push({ id: 'a', name: 'A' }), ['zones.1.id']],
    ['an agency twice', (b) => b.agencies.push({ ...b.agencies[0], prefix: 'C' }), ['agencies.1.id']],
    ['a prefix twice', (b) => b.agencies.push({ ...b.agencies[0], id: 'POS' }), ['agencies.1.prefix']],
    ['a prefix of small letters', (b) => (b.agencies[0].prefix = 'b'), ['agencies.0.prefix']],
    ['a prefix of three letters', (b) => (b.agencies[0].prefix = 'ABC'), ['agencies.0.prefix']],
    ['a service twice', (b) => b.agencies[0].services.push(b.agencies[0].services[0]), ['agencies.0.services.1.id']],
    ['a counter twice', (b) => b.counters.push(b.counters[0]), ['counters.1.id']],
    ['a service twice at a counter', (b) => b.counters[0].services.push('BANK.CS'), ['counters.0.services.1']],
    ['a counter in no zone', (b) => (b.counters[0].zone = 'z'), ['counters.0.zone']],
    ['an unknown service at a counter', (b) => b.counters[0].services.push('BANK.XX'), ['counters.0.services.1']],
    ['a class twice', (b) => (b.classes = [priority('vip'), priority('vip')]), ['classes.1.id']],
    ['the reserved class', (b) => (b.classes = [priority('regular')]), ['classes.0.id']],
    ['a journey twice', (b) => (b.journeys = [journey(), journey()]), ['journeys.1.id']],
    ['an unknown service in a journey', (b) => (b.journeys = [journey({ service: 'BANK.XX' })]), ['journeys.0.steps.0.service']],
    ['a journey of optional steps', (b) => (b.journeys = [journey({ service: 'BANK.CS', optional: true })]), ['journeys.0.steps']],
    ['a journey to nowhere', (b) => (b.journeys = [{ ...journey(), steps: [] }]), ['journeys.0.steps']],
    ['an id with a space', (b) => (b.counters[0].id = '1 A'), ['counters.0.id']],
    ['an id that nobody can say', (b) => (b.counters[0].id = '-'), ['counters.0.id']],
    ['no quota at all', (b) => (b.agencies[0].services[0].quotaPerDay = 0), ['agencies.0.services.0.quotaPerDay']],
    ['a name of a number', (b) => (b.agencies[0].name = 5), ['agencies.0.name']],
    ['a name in one language of two', (b) => (b.agencies[0].name = { en: 'x' }), ['agencies.0.name.id']],
    ['an invisible name', (b) => (b.agencies[0].name = '\u200b'), ['agencies.0.name']],
  ])('%s', (_title, change, paths) => {
    expect(pathsAfter(change)).toEqual(paths)
  })

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])('%s is no id: every plain object has it already', (word) => {
    expect(pathsAfter((branch) => (branch.counters[0].id = word))).toEqual(['counters.0.id'])
    const zone = pathsAfter((branch) => {
      branch.zones[0].id = word
      branch.counters[0].zone = word
    })
    expect(zone).toEqual(['zones.0.id', 'counters.0.zone'])
    if (/^[a-z]+$/.test(word)) expect(pathsAfter((branch) => (branch.id = word))).toEqual(['id'])
  })

  it('__proto__ is a mistake as an id and as a field, and pollutes nothing', () => {
    expect(new Set(pathsAfter((branch) => (branch.counters[0].id = '__proto__')))).toEqual(new Set(['counters.0.id']))
    const polluting = JSON.parse(`{"__proto__": {"visitorTickets": true}, ${JSON.stringify(smallest()).slice(1)}`)
    expect(mistakes(polluting).map(({ path }) => path)).toEqual(['__proto__'])
    expect(({} as { visitorTickets?: unknown }).visitorTickets).toBeUndefined()
  })
})

describe('hours', () => {
  const pathsOf = (hours: unknown) => pathsAfter((branch) => (branch.hours = hours))
  const monday = (...intervals: unknown[]) => pathsOf({ weekly: { Mon: intervals } })
  const exception = (one: unknown) => pathsOf({ weekly: {}, exceptions: [one] })

  it.each<[string, () => string[], string[]]>([
    ['another word than always', () => pathsOf('never'), ['hours']],
    ['overlapping intervals', () => monday(['08:00', '12:00'], ['11:59', '15:00']), ['hours.weekly.Mon']],
    ['intervals out of order', () => monday(['13:00', '15:00'], ['08:00', '12:00']), ['hours.weekly.Mon']],
    ['an interval that ends before it begins', () => monday(['12:00', '08:00']), ['hours.weekly.Mon.0']],
    ['an interval of no time', () => monday(['08:00', '08:00']), ['hours.weekly.Mon.0']],
    ['an interval without an end', () => monday(['08:00']), ['hours.weekly.Mon.0']],
    ['an hour without its zero', () => monday(['8:00', '12:00']), ['hours.weekly.Mon.0.0']],
    ['a time after the day', () => monday(['08:00', '24:01']), ['hours.weekly.Mon.0.1']],
    ['a 60th minute', () => monday(['08:60', '12:00']), ['hours.weekly.Mon.0.0']],
    ['a day that is no list', () => pathsOf({ weekly: { Mon: 5 } }), ['hours.weekly.Mon']],
    ['no week', () => pathsOf({}), ['hours.weekly']],
    [
      'a last ticket after closing',
      () => pathsOf({ weekly: {}, lastTicketMinutesBeforeClose: -1 }),
      ['hours.lastTicketMinutesBeforeClose'],
    ],
    ['half a minute', () => pathsOf({ weekly: {}, firstTicketMinutesBeforeOpen: 0.5 }), ['hours.firstTicketMinutesBeforeOpen']],
    ['30 February', () => exception({ date: '2025-02-30' }), ['hours.exceptions.0.date']],
    ['29 February 2025', () => exception({ date: '2025-02-29' }), ['hours.exceptions.0.date']],
    ['a 13th month', () => exception({ from: '2025-13-01' }), ['hours.exceptions.0.from']],
    ['a date without its zeros', () => exception({ date: '2025-3-1' }), ['hours.exceptions.0.date']],
    ['a date with a time', () => exception({ date: '2025-03-01T00:00' }), ['hours.exceptions.0.date']],
    ['no date at all', () => exception({ reason: 'x' }), ['hours.exceptions.0']],
    ['a date and a from', () => exception({ date: '2025-03-01', from: '2025-03-01' }), ['hours.exceptions.0']],
    ['a to without from', () => exception({ date: '2025-03-01', to: '2025-03-05' }), ['hours.exceptions.0']],
    ['a to before from', () => exception({ from: '2025-03-05', to: '2025-03-01' }), ['hours.exceptions.0']],
    ['hours and a week', () => exception({ date: '2025-03-01', hours: [], weekly: {} }), ['hours.exceptions.0']],
    [
      'overlaps in an exception',
      () =>
        exception({
          date: '2025-03-01',
          hours: [
            ['08:00', '12:00'],
            ['09:00', '13:00'],
          ],
        }),
      ['hours.exceptions.0.hours'],
    ],
  ])('%s', (_title, paths, expected) => {
    expect(paths()).toEqual(expected)
  })

  it('of a service are checked like those of the branch', () => {
    expect(pathsAfter((branch) => (branch.agencies[0].services[0].hours = { weekly: { Tue: [['12:00', '08:00']] } }))).toEqual([
      'agencies.0.services.0.hours.weekly.Tue.0',
    ])
  })

  it('of intervals that touch, to the end of the day, and of a leap day are right', () => {
    expect(accepted(everything()).hours).toMatchObject({ lastTicketMinutesBeforeClose: 30 })
  })
})

function priority(id: string) {
  return { id, name: 'x', targetMinutes: 10 }
}

function journey(...steps: object[]) {
  return { id: 'J', name: 'J', steps: [...steps, ...(steps.length > 0 ? [] : [{ service: 'BANK.CS' }])] }
}
