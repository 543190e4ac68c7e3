import { z } from 'zod'
import { type BranchConfiguration, indexOf } from '../domain/configuration.ts'
import { ACCENT_CONTRAST, isAccent, PAPER } from '../look/contrast.ts'

/**
 * What may come in, strictly: a field that nobody reads is a mistake of the sender's, not to be passed over. On the server only: screens
 * must stay small, and load no validator.
 */

export interface Mistake {
  /** Dotted: `agencies.3.services.0.averageMinutes`; empty: the whole. */
  readonly path: string
  /** Plain English; names what was expected, never the value that came. */
  readonly message: string
}

export type Parsed<T, C extends string = 'malformed' | 'invalid-value'> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: C; readonly mistakes: readonly Mistake[] }

type Issue = z.core.$ZodIssue

/**
 * The mistakes behind "none of the alternatives fits": where only one alternative can be meant, its own; else the union's message. An
 * alternative is out where the whole is of another kind, and then where it lacks a field that was sent.
 */
function leaves(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue]
    const without = (alternatives: readonly Issue[][], ...codes: string[]) =>
      alternatives.filter((each) => !each.some(({ code, path }) => path.length === 0 && codes.includes(code)))
    const ofItsKind = without(issue.errors, 'invalid_type', 'invalid_value')
    const meant = ofItsKind.length === 1 ? ofItsKind : without(ofItsKind, 'unrecognized_keys')
    const [only] = meant
    if (!only || meant.length > 1) return [issue]
    return leaves(only.map((each) => ({ ...each, path: [...issue.path, ...each.path] })))
  })
}

/** More unknown fields than this in one object are only counted: an answer must not be many times its question. */
const UNKNOWN_FIELDS_NAMED = 20

function mistakesOf(issues: readonly Issue[]): Mistake[] {
  return issues.flatMap((issue): Mistake[] => {
    const at = (...more: string[]) => [...issue.path.map(String), ...more].join('.')
    if (issue.code !== 'unrecognized_keys') return [{ path: at(), message: issue.message }]
    const more = issue.keys.length - UNKNOWN_FIELDS_NAMED
    return [
      ...issue.keys
        .slice(0, UNKNOWN_FIELDS_NAMED)
        .map((key) => ({ path: at(key.slice(0, 64)), message: 'must not be there: unknown field' })),
      ...(more > 0 ? [{ path: at(), message: `must not have ${more} more unknown fields` }] : []),
    ]
  })
}

/**
 * One line that a person wrote; it may appear on screens and paper, so nothing invisible in it. Half a surrogate pair has no UTF-8: what is
 * stored would differ from what was decided on.
 */
export const text = (most = 200) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u, 'must be one line of plain text')

/** Chosen by whoever sends the command: any printable characters without spaces. */
export const CommandId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'must be printable characters without spaces')

const ticketId = z.string().min(1).max(64)
const counterId = z.string().min(1).max(32)
const serviceCode = z.string().min(1).max(65)
const zoneId = z.string().min(1).max(32)
const zoneIds = z.array(zoneId).min(1).max(50)
const current = ticketId.nullable()
const place = z.enum(['keep', 'front', 'end']).default('keep')
const target = z.union([z.strictObject({ service: serviceCode }), z.strictObject({ counter: counterId })], {
  error: 'must be an object with either service or counter',
})
const agencyId = z.string().min(1).max(32)
const remaining = z.enum(['serve', 'refuse', 'carryOver']).default('serve')
const someTickets = z.array(ticketId).max(500).optional()
const bothLanguages = z.strictObject({ id: text(300), en: text(300) })

const command = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ commandId: CommandId, type: z.literal(type), ...shape })

/** What an officer sends; the counter comes from the address, the officer from the session. */
export const CounterCommand = z.discriminatedUnion('type', [
  command('openCounter', { takeOver: z.boolean().optional() }),
  command('pauseCounter', { reason: text(), minutes: z.number().int().min(1).max(720).optional() }),
  command('closeCounter', {}),
  command('callNext', { current }),
  command('callTicket', { ticket: ticketId, reason: text(), current }),
  command('recall', { current }),
  command('startService', { current }),
  command('complete', { current, outcome: z.enum(['done', 'incompleteDocuments', 'continuesElsewhere', 'collectLater']).optional() }),
  command('markNoShow', { current }),
  command('hold', { current, reason: text().optional() }),
  command('resume', { ticket: ticketId }),
  command('transfer', { current, to: target, place, note: text().optional() }),
  command('returnToQueue', { ticket: ticketId }),
  command('reclassify', { ticket: ticketId, class: z.string().min(1).max(32), reason: text() }),
  command('undo', {}),
])
export type CounterCommand = z.infer<typeof CounterCommand>

/** What a supervisor sends. */
export const BranchCommand = z.discriminatedUnion('type', [
  command('openDay', {}),
  command('closeDay', { remaining, reason: text().optional(), tickets: someTickets }),
  command('resetDay', {}),
  command('pauseBranch', { reason: text() }),
  command('resumeBranch', {}),
  command('pauseService', { service: serviceCode, reason: text() }),
  command('openService', { service: serviceCode }),
  command('resetService', { service: serviceCode }),
  command('closeService', { service: serviceCode, remaining, reason: text().optional(), tickets: someTickets }),
  command('pauseAgency', { agency: agencyId, reason: text() }),
  command('resumeAgency', { agency: agencyId }),
  // The ticket's id is made by the server (`server/branch/door.ts`).
  command('enterTicket', {
    number: z.string().regex(/^[A-Z]{1,2}-T\d{2}$/, 'must be a number of the fallback sheet such as B-T07'),
    writtenAtMs: z.number().int().min(0).max(8.64e15),
    service: serviceCode,
    class: z.string().min(1).max(32).optional(),
    language: z.enum(['id', 'en']).optional(),
  }),
  command('announce', { text: bothLanguages, zones: zoneIds.optional() }),
  command('announcePrepared', { notice: z.string().min(1).max(32), zones: zoneIds.optional() }),
  command('clearNotice', {}),
  command('keepQuiet', { zones: zoneIds.optional(), reason: text() }),
  command('speakAgain', { zones: zoneIds.optional() }),
  // The code that is spoken is made by the server (`server/branch/door.ts`).
  command('checkSound', { zone: zoneId }),
  command('confirmSound', { zone: zoneId, code: z.string().regex(/^\d{1,6}$/, 'must be digits') }),
  command('cancelTicket', { ticket: ticketId, reason: text() }),
  command('reclassifyTicket', { ticket: ticketId, class: z.string().min(1).max(32), reason: text() }),
  command('moveTicket', { ticket: ticketId, to: target, place, reason: text() }),
  command('freeCounter', { counter: counterId, reason: text() }),
])
export type BranchCommand = z.infer<typeof BranchCommand>

type CommandCode = 'malformed' | 'unknown-command' | 'invalid-value'

const typesOf = (schema: {
  readonly options: readonly { readonly shape: { readonly type: { readonly value: string } } }[]
}): ReadonlySet<string> => new Set(schema.options.map((option) => option.shape.type.value))
const counterTypes = typesOf(CounterCommand)
const branchTypes = typesOf(BranchCommand)

function parseCommand<T>(schema: z.ZodType<T>, types: ReadonlySet<string>, input: unknown): Parsed<T, CommandCode> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { ok: false, code: 'malformed', mistakes: [{ path: '', message: 'must be an object' }] }
  const type = (input as { type?: unknown }).type
  if (typeof type !== 'string')
    return { ok: false, code: 'malformed', mistakes: [{ path: 'type', message: 'must be the name of a command' }] }
  if (!types.has(type))
    return { ok: false, code: 'unknown-command', mistakes: [{ path: 'type', message: `must be one of ${[...types].join(', ')}` }] }
  return parse(schema, input)
}

/** A wrong shape (missing, extra, of another type) is `malformed`, a wrong value of the right type `invalid-value`; all mistakes at once. Never throws. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): Parsed<T> {
  const result = schema.safeParse(input)
  if (result.success) return { ok: true, value: result.data }
  const issues = leaves(result.error.issues)
  return { ok: false, code: issues.some((issue) => isOfShape(issue, input)) ? 'malformed' : 'invalid-value', mistakes: mistakesOf(issues) }
}

function isOfShape(issue: Issue, input: unknown): boolean {
  if (issue.code === 'unrecognized_keys' || issue.code === 'invalid_type' || issue.code === 'invalid_union') return true
  if (issue.code !== 'invalid_value') return false
  // One of some words was expected: a number or null there is of another type.
  const came = issue.path.reduce<unknown>((of, key) => (of as Record<PropertyKey, unknown>)[key], input)
  return issue.values.every((value) => typeof value !== typeof came)
}

export const parseCounterCommand = (input: unknown): Parsed<CounterCommand, CommandCode> =>
  parseCommand(CounterCommand, counterTypes, input)
export const parseBranchCommand = (input: unknown): Parsed<BranchCommand, CommandCode> => parseCommand(BranchCommand, branchTypes, input)

// --- sockets

/** What a display tells of a call that it was given: shown, and on its way to being heard or not. */
export const AnnouncementReport = z.strictObject({
  announcementId: z.string().min(1).max(64),
  status: z.enum(['shown', 'speaking', 'spoken', 'blocked', 'failed']),
  durationMs: z.number().min(0).max(120_000).optional(),
  latencyMs: z.number().min(0).max(120_000).optional(),
})
export type AnnouncementReport = z.infer<typeof AnnouncementReport>
export const parseAnnouncementReport = (input: unknown): Parsed<AnnouncementReport> => parse(AnnouncementReport, input)

/** Whether a display can sound. */
export const SoundReport = z.strictObject({ state: z.enum(['ready', 'loading', 'blocked', 'off', 'failed']) })
export type SoundReport = z.infer<typeof SoundReport>
export const parseSoundReport = (input: unknown): Parsed<SoundReport> => parse(SoundReport, input)

// --- the branch file

/** Ids are keys of plain objects in the state, where `constructor` and its like are found though nobody put them there. */
const isOwnWord = (word: string): boolean => !(word in {})
const RESERVED = 'must not be a word that JavaScript keeps for itself'

const id = z
  .string()
  // Ids are spoken, too (a counter's): there must be something to say.
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/, 'must be 1 to 32 letters, digits, _ or -, and begin with a letter or digit')
  .refine(isOwnWord, RESERVED)
const name = z.union([text(300), bothLanguages], { error: 'must be a text, or an object with one for each of id and en' })
const minutes = z.number().positive().max(1440)

// Aborts: which of two times is earlier says nothing where one is none.
const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: 'must be a time from 00:00 to 24:00', abort: true })
const interval = z.tuple([time, time]).refine(([from, until]) => from < until, 'must begin before it ends')
const intervals = z
  .array(interval)
  .max(12)
  .refine(
    (all) => all.every((each, index) => index === 0 || (all[index - 1] as [string, string])[1] <= each[0]),
    'must be in order and must not overlap',
  )
const date = z
  .string()
  .refine(
    (day) => /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day),
    'must be a real date, YYYY-MM-DD',
  )
const week = z.strictObject({
  Mon: intervals.optional(),
  Tue: intervals.optional(),
  Wed: intervals.optional(),
  Thu: intervals.optional(),
  Fri: intervals.optional(),
  Sat: intervals.optional(),
  Sun: intervals.optional(),
})
const exception = z
  .strictObject({
    date: date.optional(),
    from: date.optional(),
    to: date.optional(),
    hours: intervals.optional(),
    weekly: week.optional(),
    reason: name.optional(),
  })
  .refine((each) => (each.date === undefined) !== (each.from === undefined), 'must have either date or from')
  .refine((each) => each.to === undefined || each.from !== undefined, 'must have from where it has to')
  .refine((each) => each.hours === undefined || each.weekly === undefined, 'must not have both hours and weekly')
  .refine((each) => each.from === undefined || each.to === undefined || each.from <= each.to, 'must not end before it begins')
const hours = z.union(
  [
    z.literal('always'),
    z.strictObject({
      weekly: week,
      exceptions: z.array(exception).max(400).default([]),
      // Whole, because instants are whole milliseconds.
      lastTicketMinutesBeforeClose: z.number().int().min(0).max(600).default(0),
      firstTicketMinutesBeforeOpen: z.number().int().min(0).max(600).optional(),
    }),
  ],
  { error: 'must be always, or an object with weekly' },
)

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const service = z.strictObject({
  id,
  name,
  averageMinutes: minutes,
  targetMinutes: minutes,
  standardMinutes: minutes.optional(),
  quotaPerDay: z.number().int().positive().max(100_000).nullable().optional(),
  enabled: z.boolean().optional(),
  hours: hours.optional(),
  requirements: z.array(name).max(30).optional(),
  fee: name.optional(),
  note: name.optional(),
})

const reading = z.enum(['zeros', 'digits', 'cardinal'])
/** Names of folders and files that a house drops in: no path leads out of theirs. */
const fileName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'must be a name of letters, digits, dots, - and _')
const spoken = z.strictObject({ id: text(60).optional(), en: text(60).optional() })
const voice = z.strictObject({
  reading: z.strictObject({ id: reading.optional(), en: reading.optional() }).optional(),
  packs: z.strictObject({ id: fileName.optional(), en: fileName.optional() }).optional(),
  pronunciations: z.record(z.string().regex(/^[A-Z0-9]{1,4}$/), spoken).optional(),
})
const look = z.strictObject({
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, { error: 'must be a colour such as #1f2a5c', abort: true })
    .refine(isAccent, `must be darker: a contrast of ${ACCENT_CONTRAST} to the paper of our pages, ${PAPER}`)
    .optional(),
  logo: fileName.optional(),
})

export const Configuration = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and -')
    .refine(isOwnWord, RESERVED),
  name: bothLanguages,
  timeZone: z.string().max(64).refine(isTimeZone, 'must be a time zone such as Asia/Makassar'),
  languages: z
    .array(z.enum(['id', 'en']))
    .min(1)
    .max(2)
    .refine((all) => new Set(all).size === all.length, 'must not name a language twice')
    .default(['id', 'en']),
  hours,
  zones: z.array(z.strictObject({ id, name })).min(1).max(50),
  classes: z
    .array(z.strictObject({ id, name, targetMinutes: minutes }))
    .max(20)
    .default([]),
  agencies: z
    .array(
      z.strictObject({
        id,
        name,
        short: text(60),
        prefix: z.string().regex(/^[A-Z]{1,2}$/, 'must be one or two capital letters'),
        enabled: z.boolean().optional(),
        services: z.array(service).max(100),
      }),
    )
    .max(200),
  counters: z.array(z.strictObject({ id, label: text(60), zone: id, services: z.array(serviceCode).max(500) })).max(500),
  journeys: z
    .array(
      z.strictObject({
        id,
        name,
        steps: z
          .array(z.strictObject({ service: serviceCode, optional: z.boolean().optional() }))
          .min(1)
          .max(20),
      }),
    )
    .max(100)
    .default([]),
  motto: name.optional(),
  address: text(300).optional(),
  noShow: z.strictObject({ recalls: z.number().int().min(0).max(10), seconds: z.number().int().min(0).max(3600) }).optional(),
  voice: voice.optional(),
  runningText: z.array(name).max(20).optional(),
  look: look.optional(),
  visitorTickets: z.boolean().optional(),
  isOutside: z.boolean().optional(),
  alerts: z
    .strictObject({
      waitPercent: z.number().int().min(10).max(1000).optional(),
      unservedMinutes: minutes.optional(),
      quotaLeftPercent: z.number().int().min(0).max(100).optional(),
      lostMinutes: minutes.optional(),
      outOfOrderCalls: z.number().int().min(1).max(1000).optional(),
      pauseMinutes: minutes.optional(),
    })
    .optional(),
  keepTicketsDays: z.number().int().min(14).max(36_500).optional(),
  atDayEnd: z.enum(['refuse', 'carryOver']).optional(),
  assumptions: z.array(text(500)).max(100).optional(),
})

/** Nobody mends more than these from one answer; the rest are only counted: an answer must not be many times its question. */
const MISTAKES_NAMED = 1000

/**
 * A branch file with all its mistakes at once (the first thousand of them), each with its path. What is absent and has a default is filled
 * in. Never throws.
 */
export function checkConfiguration(input: unknown): Parsed<BranchConfiguration, 'invalid-configuration'> {
  const result = Configuration.safeParse(input)
  const mistakes = [...(result.success ? [] : mistakesOf(leaves(result.error.issues))), ...unfit(input)]
  if (!result.success || mistakes.length > 0) {
    const more = mistakes.length - MISTAKES_NAMED
    const rest = more > 0 ? [{ path: '', message: `must not have ${more} more mistakes` }] : []
    return { ok: false, code: 'invalid-configuration', mistakes: [...mistakes.slice(0, MISTAKES_NAMED), ...rest] }
  }
  const configuration = result.data as BranchConfiguration
  indexOf(configuration)
  return { ok: true, value: configuration }
}

/** What fits together and what does not, as far as the parts concerned are there at all. */
function unfit(input: unknown): Mistake[] {
  const mistakes: Mistake[] = []
  const services = new Set<string>()
  const seenIn = (kind: string) => {
    const seen = new Map<string, string>()
    return (value: unknown, path: string) => {
      if (typeof value !== 'string') return
      if (seen.has(value)) mistakes.push({ path, message: `must be unique: ${kind} ${seen.get(value)} has it too` })
      else seen.set(value, path.replace(/\.[^.]*$/, ''))
    }
  }
  const agencies = seenIn('agency')
  const prefixes = seenIn('agency')
  for (const [path, agency] of each(input, 'agencies')) {
    agencies(agency.id, `${path}.id`)
    prefixes(agency.prefix, `${path}.prefix`)
    const own = seenIn('service')
    for (const [servicePath, one] of each(agency, 'services', path)) {
      own(one.id, `${servicePath}.id`)
      // Anything else is a mistake already; some objects can't even be written as a text.
      if (typeof agency.id === 'string' && typeof one.id === 'string') services.add(`${agency.id}.${one.id}`)
    }
  }
  // Without a list of agencies or zones every reference into it would be wrong: the one mistake, that it is missing, says it all.
  const [hasServices, hasZones] = [isList(input, 'agencies'), isList(input, 'zones')]
  const zoneIds = new Set<unknown>()
  const zones = seenIn('zone')
  for (const [path, zone] of each(input, 'zones')) {
    zones(zone.id, `${path}.id`)
    zoneIds.add(zone.id)
  }
  const classes = seenIn('class')
  for (const [path, one] of each(input, 'classes')) {
    classes(one.id, `${path}.id`)
    if (one.id === 'regular') mistakes.push({ path: `${path}.id`, message: 'must not be regular: that class is always there' })
  }
  const counters = seenIn('counter')
  for (const [path, counter] of each(input, 'counters')) {
    counters(counter.id, `${path}.id`)
    if (hasZones && typeof counter.zone === 'string' && !zoneIds.has(counter.zone))
      mistakes.push({ path: `${path}.zone`, message: 'must be the id of a zone' })
    const own = seenIn('entry')
    for (const [index, code] of (Array.isArray(counter.services) ? counter.services : []).entries()) {
      own(code, `${path}.services.${index}`)
      if (hasServices && typeof code === 'string' && !services.has(code))
        mistakes.push({ path: `${path}.services.${index}`, message: 'must be the code of a service, AGENCY.SERVICE' })
    }
  }
  const journeys = seenIn('journey')
  for (const [path, journey] of each(input, 'journeys')) {
    journeys(journey.id, `${path}.id`)
    let isAllOptional = true
    for (const [stepPath, step] of each(journey, 'steps', path)) {
      if (step.optional !== true) isAllOptional = false
      if (hasServices && typeof step.service === 'string' && !services.has(step.service))
        mistakes.push({ path: `${stepPath}.service`, message: 'must be the code of a service, AGENCY.SERVICE' })
    }
    if (isAllOptional && Array.isArray(journey.steps) && journey.steps.length > 0)
      mistakes.push({ path: `${path}.steps`, message: 'must have a step that is not optional' })
  }
  return mistakes
}

const isList = (of: unknown, field: string): boolean =>
  typeof of === 'object' && of !== null && Array.isArray((of as Record<string, unknown>)[field])

/** The objects in a list field, each with its path; nothing where it is no such list. */
function each(of: unknown, field: string, path = ''): [string, Record<string, unknown>][] {
  const list = typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[field] : undefined
  if (!Array.isArray(list)) return []
  const prefix = path ? `${path}.${field}` : field
  return list.flatMap((one: unknown, index): [string, Record<string, unknown>][] =>
    typeof one === 'object' && one !== null ? [[`${prefix}.${index}`, one as Record<string, unknown>]] : [],
  )
}
