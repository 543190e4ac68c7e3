import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { changesBetween } from '../../shared/domain/configurationChanges.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import { CONFIGURATIONS, configurationIdOf, idsOf } from '../history/kept.ts'
import type { BranchStore } from '../store/store.ts'

/**
 * Every version of a branch's configuration is an event in its log; this finds them among the others. Where they stand is remembered
 * (`configurationLog`), so that a log of a year is read once and not at each look; what is remembered can always be found anew. Those that
 * the log let go of lie beside it (`configurationVersions`).
 */

const KIND = 'configurationLog'
const CHUNK = 1000
/** Events that were looked through and had no configuration in them: this many are worth being written down. */
const WORTH_SAVING = 5000
/** Nobody reads more differences of one step; the rest are counted. */
const CHANGES_TOLD = 100

type Configured = Extract<BranchEvent, { type: 'branchConfigured' }>

interface Found {
  /** How far the log was looked through. */
  readonly until: number
  /** Of the configurations, in order. */
  readonly revisions: readonly number[]
}

export interface Version {
  readonly revision: number
  readonly atMs: number
  readonly by: string
  /** The version before it; null: the branch was made with it. */
  readonly previous: number | null
  readonly configuration: BranchConfiguration
}

/** What a version changed. An entry that came or went as a whole is told with its names alone. */
export interface ToldVersion extends Omit<Version, 'configuration'> {
  readonly changes: readonly { path: readonly string[]; kind: string; before?: unknown; after?: unknown }[]
  readonly moreChanges: number
}

const known = new WeakMap<BranchRuntime, { readonly epoch: string; readonly found: Found }>()
const NOTHING: Found = { until: 0, revisions: [] }

/** Newest first, at most `limit`, those before the revision `before`. Throws `StoreAway`. */
export async function versionsBefore(
  store: BranchStore,
  runtime: BranchRuntime,
  before: number,
  limit: number,
): Promise<{ readonly versions: readonly ToldVersion[]; readonly hasMore: boolean }> {
  const revisions = (await revisionsOf(store, runtime)).filter((revision) => revision < before)
  const versions: ToldVersion[] = []
  for (const revision of revisions.slice(-limit).reverse()) {
    const version = await versionAt(store, runtime, revision)
    if (!version) continue
    const previous = version.previous === null ? null : await eventAt(store, runtime.id, version.previous)
    versions.push(toldVersion(version, previous))
  }
  return { versions, hasMore: revisions.length > limit }
}

/** The version that this revision made; null where it made none. Throws `StoreAway`. */
export async function versionAt(store: BranchStore, runtime: BranchRuntime, revision: number): Promise<Version | null> {
  const event = await eventAt(store, runtime.id, revision)
  if (!event) return null
  const { atMs, by, configuration } = event
  const previous = (await revisionsOf(store, runtime)).findLast((each) => each < revision) ?? null
  return { revision, atMs, by, previous, configuration }
}

async function eventAt(store: BranchStore, branchId: string, revision: number): Promise<Configured | null> {
  const [found] = await store.readEvents(branchId, revision - 1, 1)
  if (found?.revision === revision) return found.event.type === 'branchConfigured' ? found.event : null
  return (await store.records.get<Configured>(CONFIGURATIONS, configurationIdOf(branchId, revision)))?.value ?? null
}

function toldVersion({ configuration, ...version }: Version, previous: Configured | null): ToldVersion {
  const changes = previous ? changesBetween(previous.configuration, configuration) : []
  return {
    ...version,
    changes: changes.slice(0, CHANGES_TOLD).map(({ path, kind, before, after }) => ({
      path,
      kind,
      ...(before === undefined ? {} : { before: kind === 'removed' ? namesOf(before) : before }),
      ...(after === undefined ? {} : { after: kind === 'added' ? namesOf(after) : after }),
    })),
    moreChanges: Math.max(0, changes.length - CHANGES_TOLD),
  }
}

const NAMES = ['id', 'name', 'short', 'label', 'prefix', 'date', 'from', 'to', 'reason'] as const

/** Of an entry with an id only what a person knows it by. */
function namesOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const fields = value as Record<string, unknown>
  if (!('services' in fields || 'steps' in fields || 'averageMinutes' in fields)) return value
  return Object.fromEntries(NAMES.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])))
}

async function revisionsOf(store: BranchStore, runtime: BranchRuntime): Promise<readonly number[]> {
  const { epoch } = runtime
  const upTo = runtime.state.revision
  const remembered = known.get(runtime)
  const saved = (await store.records.get<Found>(KIND, runtime.id))?.value ?? NOTHING
  let found = remembered?.epoch === epoch ? remembered.found : saved
  // A log that is shorter than what was found in it is another log.
  if (found.until > upTo) found = NOTHING
  found = await lookedThrough(store, runtime.id, found, upTo)
  if (!found.revisions.includes(runtime.state.configuredRevision) && runtime.state.revision === upTo)
    found = await lookedThrough(store, runtime.id, NOTHING, upTo)
  known.set(runtime, { epoch, found })
  if (found.revisions.length !== saved.revisions.length || found.until > saved.until + WORTH_SAVING)
    await store.records.put(KIND, runtime.id, found)
  return found.revisions
}

async function lookedThrough(store: BranchStore, branchId: string, from: Found, upTo: number): Promise<Found> {
  const kept = from.until === 0 ? (await idsOf(store, CONFIGURATIONS, branchId)).map(Number) : []
  const revisions = [...new Set([...kept, ...from.revisions])]
  let { until } = from
  while (until < upTo) {
    const events = await store.readEvents(branchId, until, CHUNK)
    if (events.length === 0) break
    for (const { revision, event } of events) {
      // Both are there while the log is letting go of them.
      if (event.type === 'branchConfigured' && !revisions.includes(revision)) revisions.push(revision)
      until = revision
    }
  }
  return { until, revisions }
}
