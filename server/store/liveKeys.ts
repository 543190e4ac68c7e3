import { indexed } from '../../shared/domain/evolve.ts'
import { SortedMap } from '../../shared/domain/sortedMap.ts'
import { type BranchState, CLOSED_COUNTER, type CounterState, emptyBranch, queueOf, type Ticket } from '../../shared/domain/state.ts'

/**
 * A branch's state as documents (fields under a name, each value JSON, so that nothing is lost and a person can read it) and as queues
 * (members that sort as the tickets are called). Both stores keep the documents; Redis keeps the queues too, for whoever looks with other eyes.
 *
 * Law: the documents after folding every `liveChanges` into them, read by `stateFrom` with the revision and the time that the store keeps
 * beside them (they change with every event), are the state.
 */
export interface LiveChanges {
  readonly documents: readonly DocumentChange[]
  readonly members: readonly MemberChange[]
}

/** A new document is one that does not exist yet, a dropped one loses all its fields. */
export interface DocumentChange {
  readonly name: string
  readonly is: 'new' | 'changed' | 'dropped'
  /** Field, JSON, field, JSON, ... */
  readonly set: readonly string[]
  readonly unset: readonly string[]
}

/** Where a waiting ticket stands. A null score: it stands there no more. */
export interface MemberChange {
  readonly queue: string
  readonly member: string
  readonly score: number | null
}

/** Parts of the state that are documents of their own, a field per key. Where such a document is missing, it is empty. */
const RECORDS = ['configuration', 'series', 'issued', 'services'] as const
/** Parts that share the document `zones`, because a call changes most of them at once: fields `PART ID`. */
const IN_ZONES = ['zones', 'sequences', 'calls'] as const
/** Parts that are kept beside the documents, are derived from the tickets, or are a document per entry. Everything else is in `branch`. */
const NOT_IN_BRANCH = new Set<string>([
  ...['revision', 'atMs'],
  ...RECORDS,
  ...IN_ZONES,
  ...['counters', 'tickets', 'queues', 'arrivals', 'held', 'missed'],
])

/** What a store keeps beside the documents. */
export interface Position {
  readonly revision: number
  /** Milliseconds since 1970 of the last event. */
  readonly atMs: number
}

/** Documents that every branch has at most one of; all others are found through an index of names. */
export const SINGLE_DOCUMENTS: readonly string[] = ['branch', ...RECORDS, 'zones']

/** An id as part of a key: a colon in it must not be taken for one of ours, nor a brace for a hash tag. */
export const keyPart = (id: string): string => (/[%:{}\s]/.test(id) ? encodeURIComponent(id) : id)
export const fromKeyPart = (part: string): string => (part.includes('%') ? decodeURIComponent(part) : part)

export const ticketDocument = (id: string): string => `ticket:${keyPart(id)}`
export const counterDocument = (id: string): string => `counter:${keyPart(id)}`

/** Name of the queue that a waiting ticket stands in: of its service (or its service's next day), or of what was sent to one counter. */
export function liveQueue(ticket: Ticket): string {
  const queue = queueOf(ticket)
  return queue.startsWith('@') ? `counter:${keyPart(queue.slice(1))}:sent` : `queue:${keyPart(queue)}`
}

/** Members with the same score sort by entry, older first (ORDER1). */
export const liveMember = (ticket: Ticket): string => `${String(ticket.entry).padStart(9, '0')}:${ticket.id}`

type Fields = Readonly<Record<string, unknown>>
const NO_FIELDS: Fields = {}

/** What must be written so that the live keys of `before` become those of `after`; null: there are none yet. */
export function liveChanges(before: BranchState | null, after: BranchState): LiveChanges {
  const documents: DocumentChange[] = []
  const members: MemberChange[] = []
  const compare = (name: string, was: Fields | null, is: Fields | null) => {
    const change = documentChange(name, was, is)
    if (change !== null) documents.push(change)
  }

  compare('branch', before === null ? null : branchFields(before), branchFields(after))
  for (const name of RECORDS)
    if (before?.[name] !== after[name]) compare(name, (before?.[name] as Fields | undefined) ?? null, after[name] as unknown as Fields)

  compareZones(documents, before, after)

  const countersBefore = before?.counters ?? {}
  if (countersBefore !== after.counters) {
    for (const id in after.counters)
      if (countersBefore[id] !== after.counters[id])
        compare(counterDocument(id), fieldsOf(countersBefore[id]), fieldsOf(after.counters[id] as CounterState))
    for (const id in countersBefore) if (!(id in after.counters)) compare(counterDocument(id), fieldsOf(countersBefore[id]), null)
  }

  const ticketsBefore = before?.tickets ?? SortedMap.empty<string, Ticket>()
  if (ticketsBefore !== after.tickets)
    for (const [id, was, is] of SortedMap.diff(ticketsBefore, after.tickets)) {
      compare(ticketDocument(id), fieldsOf(was), fieldsOf(is))
      place(members, was, is)
    }
  return { documents, members }
}

const fieldsOf = (value: object | undefined): Fields | null => (value === undefined ? null : (value as Fields))

function branchFields(state: BranchState): Fields {
  const fields: Record<string, unknown> = {}
  for (const name in state) if (!NOT_IN_BRANCH.has(name)) fields[name] = (state as unknown as Fields)[name]
  return fields
}

function compareZones(documents: DocumentChange[], before: BranchState | null, after: BranchState): void {
  const set: string[] = []
  const unset: string[] = []
  for (const part of IN_ZONES) {
    const was = before?.[part] as Fields | undefined
    const is = after[part] as Fields
    if (was === is) continue
    const change = documentChange('zones', was ?? null, is)
    for (let at = 0; at < (change?.set.length ?? 0); at += 2) set.push(`${part} ${change?.set[at]}`, change?.set[at + 1] as string)
    for (const field of change?.unset ?? []) unset.push(`${part} ${field}`)
  }
  if (set.length > 0 || unset.length > 0) documents.push({ name: 'zones', is: before === null ? 'new' : 'changed', set, unset })
}

function zonesFields(state: BranchState): Fields {
  const fields: Record<string, unknown> = {}
  for (const part of IN_ZONES) for (const [id, value] of Object.entries(state[part])) fields[`${part} ${id}`] = value
  return fields
}

function documentChange(name: string, was: Fields | null, is: Fields | null): DocumentChange | null {
  if (is === null) return was === null ? null : { name, is: 'dropped', set: [], unset: [] }
  const known = was ?? NO_FIELDS
  const set: string[] = []
  const unset: string[] = []
  let kept = 0
  for (const field in is) {
    const value = is[field]
    const old = known[field]
    if (old !== undefined) kept += 1
    if (value === old) continue
    // What JSON can't say (undefined) is a field that is not there.
    if (value === undefined) unset.push(field)
    else set.push(field, typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value))
  }
  // Nearly always all fields are still there; then it is enough to count them.
  for (const field in known) if (known[field] !== undefined) kept -= 1
  if (kept !== 0) for (const field in known) if (!(field in is)) unset.push(field)
  if (set.length === 0 && unset.length === 0) return null
  return { name, is: was === null ? 'new' : 'changed', set, unset }
}

function place(members: MemberChange[], was: Ticket | undefined, is: Ticket | undefined): void {
  const stood = was?.state === 'waiting' ? was : null
  const stands = is?.state === 'waiting' ? is : null
  const queue = stands && liveQueue(stands)
  const member = stands && liveMember(stands)
  if (stood) {
    const left = liveQueue(stood)
    const leaver = liveMember(stood)
    if (left !== queue || leaver !== member) members.push({ queue: left, member: leaver, score: null })
    else if (stood.dueAtMs === stands?.dueAtMs) return
  }
  if (stands && queue && member) members.push({ queue, member, score: stands.dueAtMs })
}

/** All fields of a document of this state, as one JSON object; null where the state has no such document. */
export function documentOf(state: BranchState, name: string): string | null {
  if (name === 'branch') return JSON.stringify(branchFields(state))
  if (name === 'zones') return JSON.stringify(zonesFields(state))
  if (name.startsWith('ticket:')) {
    const ticket = state.tickets.get(fromKeyPart(name.slice('ticket:'.length)))
    return ticket ? JSON.stringify(ticket) : null
  }
  if (name.startsWith('counter:')) {
    const counter = state.counters[fromKeyPart(name.slice('counter:'.length))]
    return counter ? JSON.stringify(counter) : null
  }
  return JSON.stringify((state as unknown as Fields)[name])
}

/** Every document of this state, as name and JSON. */
export function* documentsOf(state: BranchState): Generator<readonly [name: string, json: string]> {
  const names = function* (): Generator<string> {
    yield* SINGLE_DOCUMENTS
    for (const id in state.counters) yield counterDocument(id)
    for (const id of state.tickets.keys()) yield ticketDocument(id)
  }
  for (const name of names()) {
    const json = documentOf(state, name)
    if (json !== null) yield [name, json]
  }
}

/** Names of fields in quotes: the same few for every ticket. */
const quoted = new Map<string, string>()
function quote(field: string): string {
  let name = quoted.get(field)
  if (name === undefined) {
    name = JSON.stringify(field)
    if (quoted.size < 1000) quoted.set(field, name)
  }
  return name
}

/** One document's fields as a JSON object, from field, JSON, field, JSON, ... */
export function documentJson(fields: readonly string[]): string {
  let json = ''
  for (let at = 0; at + 1 < fields.length; at += 2) json += `${at === 0 ? '' : ','}${quote(fields[at] as string)}:${fields[at + 1]}`
  return `{${json}}`
}

/** The state that these documents tell of. */
export function stateFrom(documents: Iterable<readonly [name: string, json: string]>, position: Position): BranchState {
  const parts = new StateParts()
  for (const [name, json] of documents) parts.add(name, json)
  return parts.state(position)
}

/** A state that is being read, document by document, with pauses where there are many. Documents of unknown names (a newer server's) are left alone. */
export class StateParts {
  #branch: Partial<BranchState> = {}
  #configuration = {} as BranchState['configuration']
  readonly #records: Record<string, unknown> = { series: {}, issued: {}, services: {} }
  readonly #zones: Record<(typeof IN_ZONES)[number], Record<string, unknown>> = { zones: {}, sequences: {}, calls: {} }
  readonly #counters: Record<string, CounterState> = {}
  readonly #tickets: Ticket[] = []

  add(name: string, json: string): void {
    if (name.startsWith('ticket:')) this.#tickets.push(JSON.parse(json) as Ticket)
    else if (name === 'branch') this.#branch = JSON.parse(json) as Partial<BranchState>
    else if (name === 'configuration') this.#configuration = JSON.parse(json) as BranchState['configuration']
    else if (name === 'zones') this.#addZones(JSON.parse(json) as Fields)
    else if (Object.hasOwn(this.#records, name)) this.#records[name] = JSON.parse(json)
    else if (name.startsWith('counter:'))
      this.#counters[fromKeyPart(name.slice('counter:'.length))] = { ...CLOSED_COUNTER, ...JSON.parse(json) }
  }

  #addZones(fields: Fields): void {
    for (const field in fields) {
      const space = field.indexOf(' ')
      const part = IN_ZONES.find((each) => each === field.slice(0, space))
      if (part) this.#zones[part][field.slice(space + 1)] = fields[field]
    }
  }

  /** With what is derived from the tickets. */
  state({ revision, atMs }: Position): BranchState {
    const parts = { ...this.#branch, ...this.#records, ...this.#zones, counters: this.#counters, revision, atMs }
    return indexed({ ...emptyBranch(this.#configuration), ...parts } as BranchState, this.#tickets)
  }
}
