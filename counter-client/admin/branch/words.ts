import { type Language, type Text, textIn } from '../../../shared/domain/configuration.ts'
import { type Change, type Clash, isCounterServices, type Path } from '../../../shared/domain/configurationChanges.ts'
import { number, wallClock } from '../../../shared/i18n/format.ts'
import { type Key, text } from '../../../shared/i18n/text.ts'
import '../../../shared/i18n/settings.ts'
import type { Mistake } from '../administration.svelte.ts'
import { linkTo } from '../links.ts'

/** The configuration in words: what a change changed, what a mistake means, and where in the forms it is. */

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const listIn = (of: unknown, name: string): readonly Fields[] => {
  const list = isFields(of) ? of[name] : undefined
  return Array.isArray(list) ? list.filter(isFields) : []
}
const entryIn = (of: unknown, list: string, id: string | undefined): Fields | undefined =>
  listIn(of, list).find((each) => each['id'] === id)
const isText = (value: unknown): value is Text =>
  typeof value === 'string' || (isFields(value) && typeof value['id'] === 'string' && typeof value['en'] === 'string')

/** Names are looked for in the newest document first, then in those before it: what was removed has its name there. */
export type Documents = readonly unknown[]

function named(documents: Documents, find: (document: unknown) => Fields | undefined, given: unknown): Fields | undefined {
  for (const document of documents) {
    const found = find(document)
    if (found) return found
  }
  return isFields(given) ? given : undefined
}

const nameOf = (language: Language, entry: Fields | undefined, field: 'name' | 'short' | 'label', id: string | undefined): string => {
  const name = entry?.[field]
  const said = isText(name) ? textIn(name, language) : ''
  return said === '' ? (id ?? '') : said
}

const agencyName = (language: Language, documents: Documents, id: string | undefined, given?: unknown): string =>
  nameOf(
    language,
    named(documents, (document) => entryIn(document, 'agencies', id), given),
    'short',
    id,
  )

export function serviceName(language: Language, documents: Documents, code: string, given?: unknown): string {
  const [agency, service] = [code.split('.')[0], code.split('.').slice(1).join('.')]
  const entry = named(documents, (document) => entryIn(entryIn(document, 'agencies', agency), 'services', service), given)
  const name = nameOf(language, entry, 'name', service)
  return name === service ? code : `${code} – ${name}`
}

// --- where

/** What a change or a mistake is about: `Loket 3`, `Layanan DUKCAPIL.KK – Kartu Keluarga`; the rest of the path is a field of it. */
function subject(language: Language, documents: Documents, path: Path, given?: unknown): { readonly where: string; readonly rest: Path } {
  const [list, id] = path
  if (list === 'agencies' && id !== undefined) {
    if (path[2] === 'services' && path[3] !== undefined) {
      const name = serviceName(language, documents, `${id}.${path[3]}`, path.length === 4 ? given : undefined)
      return { where: text(language, 'settings.the.service', { name }), rest: path.slice(4) }
    }
    const name = agencyName(language, documents, id, path.length === 2 ? given : undefined)
    return { where: text(language, 'settings.the.agency', { name }), rest: path.slice(2) }
  }
  const kinds = { counters: 'counter', zones: 'zone', classes: 'class', journeys: 'journey' } as const
  if (list !== undefined && list in kinds && id !== undefined) {
    const kind = kinds[list as keyof typeof kinds]
    const entry = named(documents, (document) => entryIn(document, list, id), path.length === 2 ? given : undefined)
    const name = nameOf(language, entry, kind === 'counter' ? 'label' : 'name', id)
    return { where: kind === 'counter' ? name : text(language, `settings.the.${kind}`, { name }), rest: path.slice(2) }
  }
  if (list === 'hours') return { where: text(language, 'settings.section.hours'), rest: path.slice(1) }
  if (list === 'voice') return { where: text(language, 'settings.section.voice'), rest: path.slice(1) }
  if (list === 'look') return { where: text(language, 'settings.section.look'), rest: path.slice(1) }
  return { where: text(language, 'settings.the.branch'), rest: path }
}

const FIELDS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'short',
  'prefix',
  'enabled',
  'services',
  'averageMinutes',
  'targetMinutes',
  'standardMinutes',
  'quotaPerDay',
  'requirements',
  'fee',
  'note',
  'label',
  'zone',
  'steps',
  'motto',
  'address',
  'timeZone',
  'languages',
  'runningText',
  'atDayEnd',
  'visitorTickets',
  'keepTicketsDays',
  'isOutside',
  'alerts',
  'waitPercent',
  'unservedMinutes',
  'quotaLeftPercent',
  'lostMinutes',
  'outOfOrderCalls',
  'pauseMinutes',
  'assumptions',
  'agencies',
  'counters',
  'zones',
  'classes',
  'journeys',
  'hours',
  'voice',
  'look',
  'noShow',
  'recalls',
  'seconds',
  'accent',
  'logo',
  'reading',
  'packs',
  'pronunciations',
  'weekly',
  'exceptions',
  'reason',
  'date',
  'from',
  'to',
  'lastTicketMinutesBeforeClose',
  'firstTicketMinutesBeforeOpen',
  'Mon',
  'Tue',
  'Wed',
  'Thu',
  'Fri',
  'Sat',
  'Sun',
])

/** `jam layanan sendiri, Jumat`: the fields that the rest of a path names; a word that no form has is told as it is. */
const fieldName = (language: Language, rest: Path): string => {
  const said = rest.flatMap((part, index) => {
    if (part === 'weekly' || part === 'exceptions') return []
    if ((part === 'id' || part === 'en') && index > 0) return [text(language, `settings.in.${part}`)]
    if (FIELDS.has(part)) return [text(language, `settings.field.${part}` as Exclude<Key & `settings.field.${string}`, never>)]
    return [/^\d{4}-/.test(part) ? day(language, part) : /^\d+$/.test(part) ? String(Number(part) + 1) : part]
  })
  return said.join(', ')
}

const day = (language: Language, written: string): string =>
  written
    .split('..')
    .filter((each, index, all) => index === 0 || each !== all[0])
    .map((each) => {
      const at = Date.parse(each)
      if (Number.isNaN(at)) return each
      return new Intl.DateTimeFormat(language === 'id' ? 'id-ID' : 'en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(at)
    })
    .join(' – ')

/** The form that a path is edited in, as a link. */
export function linkOf(path: Path): string {
  const [first, id, list, service] = path
  switch (first) {
    case 'agencies':
      if (id === undefined) return linkTo('services')
      return list === 'services' && service !== undefined ? linkTo('services', id, service) : linkTo('services', id)
    case 'counters':
      return id === undefined ? linkTo('counters') : linkTo('counters', id)
    case 'zones':
      return linkTo('counters')
    case 'journeys':
      return id === undefined ? linkTo('journeys') : linkTo('journeys', id)
    case 'hours':
      return linkTo('hours')
    case 'voice':
      return linkTo('voice')
    case 'look':
      return linkTo('look')
    case 'classes':
    case 'noShow':
    case 'atDayEnd':
    case 'visitorTickets':
    case 'keepTicketsDays':
    case 'isOutside':
    case 'alerts':
      return linkTo('rules')
    case 'name':
    case 'motto':
    case 'address':
    case 'runningText':
    case 'timeZone':
      return linkTo('texts')
    default:
      return linkTo('json')
  }
}

// --- changes

export interface Said {
  readonly where: string
  readonly what: string
  readonly link: string
}

/** One difference: `Loket 3`, `layanan DUKCAPIL.KK – Kartu Keluarga ditambahkan`. */
export function changeText(language: Language, change: Change, documents: Documents): Said {
  const { path, kind, before, after } = change
  const { where, rest } = subject(language, documents, path, after ?? before)
  return { where, what: whatText(language, change, rest, documents), link: linkOf(kind === 'removed' ? path.slice(0, 1) : path) }
}

/** What both changed: its name, and what each of them made of it. */
export function clashText(
  language: Language,
  { path, mine, theirs }: Clash,
  documents: Documents,
): { readonly where: string; readonly mine: string; readonly theirs: string } {
  const { where, rest } = subject(language, documents, path)
  const value = (of: unknown): string => {
    if (rest.length === 0 && of === undefined) return text(language, 'settings.change.removed')
    return isFields(of) && !isText(of) ? text(language, 'settings.value.changed') : valueText(language, of, null, rest, documents)
  }
  const field = fieldName(language, rest)
  return { where: field === '' ? where : `${where}, ${field}`, mine: value(mine), theirs: value(theirs) }
}

function whatText(language: Language, { path, kind, before, after }: Change, rest: Path, documents: Documents): string {
  if (isCounterServices(path)) return codesText(language, before, after, documents)
  if (kind === 'moved') return text(language, 'settings.change.moved', { what: small(fieldName(language, rest)) })
  if (rest.length === 0) return text(language, kind === 'added' ? 'settings.change.added' : 'settings.change.removed')
  const field = fieldName(language, rest)
  if (rest.at(-1) === 'enabled') return text(language, after === false ? 'settings.change.off' : 'settings.change.on')
  if (rest.at(-2) === 'exceptions' && kind !== 'changed')
    return text(language, kind === 'added' ? 'settings.change.fieldAdded' : 'settings.change.fieldRemoved', { what: field })
  const only = differing(before, after)
  const value = (of: unknown): string => valueText(language, of, only, rest, documents)
  return text(language, 'settings.change.changed', {
    what: only ? `${field} (${text(language, `settings.in.${only}`)})` : field,
    before: value(before),
    after: value(after),
  })
}

function codesText(language: Language, before: unknown, after: unknown, documents: Documents): string {
  const [was, is] = [before, after].map((list) => (Array.isArray(list) ? list.map(String) : [])) as [string[], string[]]
  const names = (codes: readonly string[]) => codes.map((code) => serviceName(language, documents, code)).join(', ')
  const [added, removed] = [is.filter((code) => !was.includes(code)), was.filter((code) => !is.includes(code))]
  const said = [
    ...(added.length > 0 ? [text(language, 'settings.change.servicesAdded', { names: names(added) })] : []),
    ...(removed.length > 0 ? [text(language, 'settings.change.servicesRemoved', { names: names(removed) })] : []),
  ]
  return said.length > 0
    ? said.join('; ')
    : text(language, 'settings.change.moved', { what: small(text(language, 'settings.field.services')) })
}

/** Of a text in two languages the one that alone was changed. */
function differing(before: unknown, after: unknown): Language | null {
  if (!isFields(before) || !isFields(after) || !isText(before) || !isText(after)) return null
  const [was, is] = [before as { id: string; en: string }, after as { id: string; en: string }]
  if (was.id === is.id) return 'en'
  return was.en === is.en ? 'id' : null
}

const small = (said: string): string => said.charAt(0).toLowerCase() + said.slice(1)

const LONGEST = 120
const short = (said: string): string => (said.length > LONGEST ? `${said.slice(0, LONGEST - 1)}…` : said)

function valueText(language: Language, value: unknown, only: Language | null, rest: Path, documents: Documents): string {
  const quoted = (said: string): string => text(language, 'settings.value.quoted', { text: short(said) })
  if (value === undefined || value === null || value === '') return text(language, 'settings.value.none')
  if (value === 'always') return text(language, 'settings.hours.always')
  if (rest.at(-1) === 'atDayEnd') return text(language, value === 'carryOver' ? 'settings.atDayEnd.carryOver' : 'settings.atDayEnd.refuse')
  if (rest[0] === 'reading' && (value === 'zeros' || value === 'digits' || value === 'cardinal'))
    return text(language, `settings.reading.${value}`)
  if (typeof value === 'boolean') return text(language, value ? 'settings.value.yes' : 'settings.value.no')
  if (typeof value === 'number') return number(language, value)
  if (rest.at(-1) === 'zone' && typeof value === 'string')
    return quoted(
      nameOf(
        language,
        named(documents, (document) => entryIn(document, 'zones', value), undefined),
        'name',
        value,
      ),
    )
  if (isText(value)) return quoted(typeof value === 'string' ? value : value[only ?? language])
  if (Array.isArray(value)) return listText(language, value, quoted, documents)
  const week = isFields(value) && isFields(value['weekly']) ? value['weekly'] : null
  if (week) return short(weekText(language, week))
  return short(JSON.stringify(value))
}

function listText(language: Language, list: readonly unknown[], quoted: (said: string) => string, documents: Documents): string {
  if (list.length === 0) return text(language, 'settings.hours.closed')
  if (list.every((each) => Array.isArray(each) && each.length === 2)) return intervalsText(language, list as [string, string][])
  const said = list.map((each) => {
    if (isText(each)) return textIn(each, language)
    return isFields(each) && typeof each['service'] === 'string' ? serviceName(language, documents, each['service']) : JSON.stringify(each)
  })
  return quoted(said.join('; '))
}

export const intervalsText = (language: Language, intervals: readonly (readonly [string, string])[]): string =>
  intervals.length === 0
    ? text(language, 'settings.hours.closed')
    : intervals.map(([from, until]) => `${wallClock(language, from)}–${wallClock(language, until)}`).join(', ')

const weekText = (language: Language, week: Fields): string =>
  Object.entries(week)
    .filter(([, intervals]) => Array.isArray(intervals))
    .map(
      ([name, intervals]) =>
        `${text(language, `settings.field.${name}` as 'settings.field.Mon')} ${intervalsText(language, intervals as [string, string][])}`,
    )
    .join('; ')

// --- mistakes

/** A path by places, as the server names a mistake, as one by ids: `agencies.3.prefix` is `agencies`, `DUKCAPIL`, `prefix`. */
export function pathOf(document: unknown, dotted: string): Path {
  let at: unknown = document
  return dotted
    .split('.')
    .filter(Boolean)
    .map((part, index, all) => {
      const list = all[index - 1]
      const next: unknown = Array.isArray(at) ? at[Number(part)] : isFields(at) ? at[part] : undefined
      const id = Array.isArray(at) && isFields(next) && list !== 'exceptions' && list !== 'steps' ? next['id'] : undefined
      at = next
      return typeof id === 'string' && id !== '' ? id : part
    })
}

/** The message in the page's language. What the server says is plain English; each of its sentences has one here. */
export function mistakeText(language: Language, { message }: Mistake, document: unknown): string {
  for (const [pattern, key, name] of MESSAGES) {
    const found = pattern.exec(message)
    if (!found) continue
    const n = found[1] ?? ''
    const value = name === 'path' ? placeText(language, document, n) : n
    return text(language, key as 'settings.mistake.atMost', { n: value })
  }
  return text(language, 'settings.mistake.other', { message })
}

const placeText = (language: Language, document: unknown, dotted: string): string =>
  subject(language, [document], pathOf(document, dotted)).where

/** Where a mistake is, what is wrong and where it is mended. */
export function mistakePlace(language: Language, mistake: Mistake, document: unknown): Said {
  const path = pathOf(document, mistake.path)
  const { where, rest } = subject(language, [document], path)
  const field = fieldName(language, rest)
  const what = mistakeText(language, mistake, document)
  return { where: field === '' ? where : `${where}, ${field}`, what, link: linkOf(path) }
}

const MESSAGES: readonly (readonly [RegExp, Key, 'path'?])[] = [
  [/^Invalid input: expected (?:number|int), received undefined/, 'settings.mistake.numberMissing'],
  [/^Invalid input: expected (?:\w+), received (?:undefined|null)/, 'settings.mistake.missing'],
  [/^must be a text, or an object/, 'settings.mistake.missing'],
  [/^Too small: expected string/, 'settings.mistake.missing'],
  [/^Too big: expected string to have <=(\d+)/, 'settings.mistake.tooLong'],
  [/^Invalid input: expected int, received number/, 'settings.mistake.whole'],
  [/^Invalid input: expected (?:number|int)/, 'settings.mistake.number'],
  [/^Too small: expected (?:number|int) to be >(-?[\d.]+)/, 'settings.mistake.moreThan'],
  [/^Too small: expected (?:number|int) to be >=(-?[\d.]+)/, 'settings.mistake.atLeast'],
  [/^Too big: expected (?:number|int) to be <=?([\d.]+)/, 'settings.mistake.atMost'],
  [/^Too small: expected array/, 'settings.mistake.emptyList'],
  [/^Too big: expected array to have <=(\d+)/, 'settings.mistake.longList'],
  [/^Invalid option/, 'settings.mistake.choice'],
  [/^Invalid input: expected/, 'settings.mistake.kind'],
  [/^Invalid key/, 'settings.mistake.prefixKey'],
  [/^must be one line of plain text/, 'settings.mistake.line'],
  [/^must be 1 to 32 letters/, 'settings.mistake.id'],
  [/^must be lower-case letters/, 'settings.mistake.branchId'],
  [/^must not be a word that JavaScript/, 'settings.mistake.reserved'],
  [/^must be a time from/, 'settings.mistake.time'],
  [/^must begin before it ends/, 'settings.mistake.interval'],
  [/^must be in order and must not overlap/, 'settings.mistake.overlap'],
  [/^must be a real date/, 'settings.mistake.date'],
  [/^must have either date or from/, 'settings.mistake.dateOrFrom'],
  [/^must have from where it has to/, 'settings.mistake.dateOrFrom'],
  [/^must not have both hours and weekly/, 'settings.mistake.hoursAndWeekly'],
  [/^must not end before it begins/, 'settings.mistake.period'],
  [/^must be always, or/, 'settings.mistake.kind'],
  [/^must be a time zone/, 'settings.mistake.timeZone'],
  [/^must be a name of letters, digits, dots/, 'settings.mistake.fileName'],
  [/^must be a colour/, 'settings.mistake.colour'],
  [/^must be darker: a contrast of ([\d.]+)/, 'settings.mistake.darker'],
  [/^must not name a language twice/, 'settings.mistake.choice'],
  [/^must be one or two capital letters/, 'settings.mistake.prefix'],
  [/^must be unique: \w+ (\S*) has it too/, 'settings.mistake.unique', 'path'],
  [/^must not be regular/, 'settings.mistake.regular'],
  [/^must be the id of a zone/, 'settings.mistake.zone'],
  [/^must be the code of a service/, 'settings.mistake.service'],
  [/^must have a step that is not optional/, 'settings.mistake.allOptional'],
  [/^must be (\S+), as in the address/, 'settings.mistake.otherBranch'],
  [/^must not be there: unknown field/, 'settings.mistake.unknownField'],
  [/^must not have (\d+) more/, 'settings.mistake.more'],
]

// --- in use

/** What is in use and can't go: what it is, and the way out. */
export function inUseText(language: Language, path: string, documents: Documents): string {
  const [list, ...rest] = path.split('.')
  const id = rest.join('.')
  switch (list) {
    case 'counters':
      return text(language, 'settings.inUse.counter', { name: subject(language, documents, ['counters', id]).where })
    case 'services':
      return text(language, 'settings.inUse.service', { name: serviceName(language, documents, id) })
    case 'classes':
      return text(language, 'settings.inUse.class', { name: subject(language, documents, ['classes', id]).where })
    case 'timeZone':
      return text(language, 'settings.inUse.timeZone')
    default:
      return text(language, 'settings.inUse.other', { path })
  }
}
