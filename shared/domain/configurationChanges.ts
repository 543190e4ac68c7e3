/**
 * What differs between two versions of a branch's configuration, and how versions are brought together. Works on any JSON, so that a draft
 * with mistakes in it can be compared, too. What has an id is told apart by it and not by its place: a path says `agencies`, `DUKCAPIL`.
 */

export type Path = readonly string[]

export interface Change {
  readonly path: Path
  /** `moved`: the same entries in another order; `before` and `after` are their ids. */
  readonly kind: 'added' | 'removed' | 'changed' | 'moved'
  /** Undefined where it was added. */
  readonly before: unknown
  /** Undefined where it was removed. */
  readonly after: unknown
}

/** Two changed the same thing in different ways. */
export interface Clash {
  readonly path: Path
  readonly mine: unknown
  readonly theirs: unknown
}

type Fields = Readonly<Record<string, unknown>>
type Entries = ReadonlyMap<string, Fields>

const LISTS: ReadonlySet<string> = new Set(['agencies', 'counters', 'zones', 'classes', 'journeys', 'services', 'exceptions'])

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A text in both languages is one thing, as it is where it is one for both. */
const isText = (value: Fields): boolean => Object.keys(value).every((key) => key === 'id' || key === 'en') && 'id' in value && 'en' in value

/** What an entry of a list is known by: its id; other hours by the dates that they are for. */
export function idOf(list: string, entry: unknown): string | undefined {
  if (!isFields(entry)) return undefined
  if (list !== 'exceptions') return typeof entry.id === 'string' ? entry.id : undefined
  if (typeof entry.date === 'string') return entry.date
  return typeof entry.from === 'string' ? `${entry.from}..${typeof entry.to === 'string' ? entry.to : entry.from}` : undefined
}

/** The entries of such a list by what they are known by; null where it is none, or two have the same id: then it is one value. */
function entriesOf(list: string | undefined, value: unknown): Entries | null {
  if (list === undefined || !LISTS.has(list) || !Array.isArray(value)) return null
  const entries = new Map<string, Fields>()
  for (const entry of value) {
    const id = idOf(list, entry)
    if (id === undefined || entries.has(id)) return null
    entries.set(id, entry as Fields)
  }
  return entries
}

/** A field without a value is no field. */
const keysOf = (value: Fields): string[] => Object.keys(value).filter((key) => value[key] !== undefined)

/** Equal as JSON, whatever the order of fields. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((each, index) => isSame(each, other[index]))
  if (!isFields(one) || !isFields(other)) return false
  const keys = keysOf(one)
  return keys.length === keysOf(other).length && keys.every((key) => isSame(one[key], other[key]))
}

const union = (...lists: readonly Iterable<string>[]): string[] => [...new Set(lists.flatMap((list) => [...list]))]

// --- differences

export function changesBetween(before: unknown, after: unknown, path: Path = []): Change[] {
  if (isSame(before, after)) return []
  const list = path.at(-1)
  const [was, is] = [entriesOf(list, before), entriesOf(list, after)]
  if (was && is) return [...ofEntries(was, is, path), ...orderOf(was, is, path)]
  if (isFields(before) && isFields(after) && !isText(before) && !isText(after))
    return union(keysOf(before), keysOf(after)).flatMap((key) => {
      // A list of things that is not there is one with none in it.
      const empty = LISTS.has(key) ? [] : undefined
      return changesBetween(before[key] ?? empty, after[key] ?? empty, [...path, key])
    })
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
  return [{ path, kind, before, after }]
}

const ofEntries = (was: Entries, is: Entries, path: Path): Change[] =>
  union(was.keys(), is.keys()).flatMap((id) => changesBetween(was.get(id), is.get(id), [...path, id]))

function orderOf(was: Entries, is: Entries, path: Path): Change[] {
  const before = [...was.keys()].filter((id) => is.has(id))
  const after = [...is.keys()].filter((id) => was.has(id))
  return isSame(before, after) ? [] : [{ path, kind: 'moved', before, after }]
}

// --- bringing together

export interface Merged {
  readonly merged: unknown
  /** Where both changed the same thing: theirs was taken, except where mine was asked for. */
  readonly clashes: readonly Clash[]
}

/** What I made of `base` and what they made of it, as one. `keepsMine` is asked where both changed the same thing. */
export function merge(base: unknown, mine: unknown, theirs: unknown, keepsMine: (path: Path) => boolean = () => false): Merged {
  const clashes: Clash[] = []
  const together = (from: unknown, my: unknown, their: unknown, path: Path): unknown => {
    if (isSame(my, their) || isSame(from, my)) return their
    if (isSame(from, their)) return my
    const list = path.at(-1)
    const [was, ours, others] = [entriesOf(list, from ?? []), entriesOf(list, my), entriesOf(list, their)]
    if (was && ours && others) return entries(was, ours, others, path)
    if (isCodes(path, my) && isCodes(path, their)) return codes(Array.isArray(from) ? from : [], my, their)
    if (isFields(my) && isFields(their) && !isText(my) && !isText(their)) {
      const known = isFields(from) ? from : {}
      const fields = union(keysOf(their), keysOf(my)).map(
        (key) => [key, together(known[key], my[key], their[key], [...path, key])] as const,
      )
      return Object.fromEntries(fields.filter(([, value]) => value !== undefined))
    }
    clashes.push({ path, mine: my, theirs: their })
    return keepsMine(path) ? my : their
  }
  const entries = (was: Entries, ours: Entries, others: Entries, path: Path): unknown[] => {
    const orders = [was, ours, others].map((each) => [...each.keys()]) as [string[], string[], string[]]
    const order = hasMoved(orders[0], orders[1]) && !hasMoved(orders[0], orders[2]) ? orders[1] : orders[2]
    return inOrder(order, union(orders[2], orders[1]), orders[1], orders[2]).flatMap((id) => {
      const value = together(was.get(id), ours.get(id), others.get(id), [...path, id])
      return value === undefined ? [] : [value]
    })
  }
  return { merged: together(base, mine, theirs, []), clashes }
}

/** The services of a counter: which, not in what order. */
const isCodes = (path: Path, value: unknown): value is readonly unknown[] => isCounterServices(path) && Array.isArray(value)
export const isCounterServices = (path: Path): boolean => path.length === 3 && path[0] === 'counters' && path[2] === 'services'

function codes(base: readonly unknown[], mine: readonly unknown[], theirs: readonly unknown[]): unknown[] {
  const kept = theirs.filter((code) => mine.includes(code) || !base.includes(code))
  return [...kept, ...mine.filter((code) => !base.includes(code) && !theirs.includes(code))]
}

const hasMoved = (before: readonly string[], after: readonly string[]): boolean =>
  !isSame(
    before.filter((id) => after.includes(id)),
    after.filter((id) => before.includes(id)),
  )

/** All ids in this order; one that it does not have stands after the one that goes before it where it is from. */
function inOrder(order: readonly string[], all: readonly string[], ...sources: readonly (readonly string[])[]): string[] {
  const result = [...order]
  for (const id of all) {
    if (result.includes(id)) continue
    const source = sources.find((each) => each.includes(id)) ?? []
    const before = source.slice(0, source.indexOf(id)).findLast((each) => result.includes(each))
    result.splice(before === undefined ? 0 : result.indexOf(before) + 1, 0, id)
  }
  return result
}

// --- taking back

/** `document` with one of its differences from `base` taken back. */
export function withoutChange(document: unknown, base: unknown, { path, kind }: Change): unknown {
  return setAt(document, base, path, kind === 'moved')
}

/** What stands at `path` in `base` is put there in `value`; `isOrder`: only the order of the entries. */
function setAt(value: unknown, base: unknown, path: Path, isOrder: boolean, list?: string): unknown {
  const [key, ...rest] = path
  const [entries, known] = [entriesOf(list, value ?? []), entriesOf(list, base ?? [])]
  if (key === undefined) {
    if (!isOrder || !entries || !known) return base
    return inOrder(
      [...known.keys()].filter((id) => entries.has(id)),
      [...entries.keys()],
      [...entries.keys()],
    ).map((id) => entries.get(id))
  }
  if (entries && known) {
    const entry = rest.length === 0 && !isOrder ? known.get(key) : setAt(entries.get(key), known.get(key), rest, isOrder)
    const ids = inOrder([...entries.keys()], entry === undefined ? [] : [key], [...known.keys()])
    return ids.flatMap((id) => {
      const each = id === key ? entry : entries.get(id)
      return each === undefined ? [] : [each]
    })
  }
  if (!isFields(value)) return value
  const { [key]: present, ...others } = value
  const next = setAt(present, isFields(base) ? base[key] : undefined, rest, isOrder, key)
  return next === undefined ? others : { ...value, [key]: next }
}
