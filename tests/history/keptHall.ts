import { readFileSync } from 'node:fs'
import { Branches } from '../../server/branch/branches.ts'
import { type DayArchive, recordedDay } from '../../server/history/dayArchive.ts'
import { Historian } from '../../server/history/historian.ts'
import { ARCHIVES, idOf, idsOf, SUMMARIES } from '../../server/history/kept.ts'
import type { DaySummary } from '../../server/reports/summary.ts'
import type { BranchStore, StoredEvent } from '../../server/store/store.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { kupangTraffic } from '../simulation/traffic.ts'
import { workingDays } from '../simulation/year.ts'

export const kupang = JSON.parse(
  readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8'),
) as BranchConfiguration

export interface PlayedDays {
  readonly configuration: BranchConfiguration
  readonly days: readonly { readonly day: string; readonly events: readonly BranchEvent[] }[]
}

/** Days as they were lived, to be put into several stores. */
export async function played(days: number, visitorsPerDay: number, changes: Partial<BranchConfiguration> = {}): Promise<PlayedDays> {
  const configuration = { ...kupang, ...changes }
  const all: PlayedDays['days'][number][] = []
  const wish = { configuration, traffic: kupangTraffic, from: '2025-10-01', workingDays: days, visitorsPerDay, seed: 11 }
  for await (const day of workingDays(wish)) all.push(day)
  return { configuration, days: all }
}

export async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}

/** A server's history on this store, and what it told. */
export class Keeping {
  readonly history: Historian
  readonly branches: Branches
  /** Days that it archived itself. */
  readonly sealed: string[] = []
  readonly faults: string[] = []

  private constructor(store: BranchStore, branches: Branches) {
    this.branches = branches
    this.history = new Historian({
      store,
      branches,
      log: {
        info: (details, message) => {
          if (message === 'day archived') this.sealed.push((details as { day: string }).day)
        },
        error: (details, message) =>
          this.faults.push(`${message}: ${JSON.stringify(details, (_, value) => (value instanceof Error ? value.message : value))}`),
      },
    })
  }

  static async open(store: BranchStore): Promise<Keeping> {
    return new Keeping(store, await Branches.open(store, { report() {}, log: { error() {} } }))
  }

  async close(): Promise<void> {
    this.history.close()
    await this.branches.close()
  }
}

export async function allOf(parts: AsyncIterable<readonly StoredEvent[]>): Promise<StoredEvent[]> {
  const all: StoredEvent[] = []
  for await (const part of parts) all.push(...part)
  return all
}

/** Every archive and summary as it lies in the store, with its version: what nobody wrote again has the same. */
export async function keptIn(store: BranchStore, branchId: string): Promise<unknown[]> {
  const kept: unknown[] = []
  for (const kind of [ARCHIVES, SUMMARIES])
    for (const day of await idsOf(store, kind, branchId)) kept.push([kind, day, await store.records.get(kind, idOf(branchId, day))])
  return kept
}

/** What must be so at every moment, whoever was killed in the middle of what: a day with a summary is archived whole, and the days join. */
export async function brokenIn(store: BranchStore, branchId: string): Promise<string[]> {
  const broken: string[] = []
  let last = 0
  for (const day of await idsOf(store, SUMMARIES, branchId)) {
    const summary = (await store.records.get<DaySummary>(SUMMARIES, idOf(branchId, day)))?.value
    const archive = (await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, day)))?.value
    if (!summary || !archive) {
      broken.push(`${day} has a summary and no archive`)
      continue
    }
    const { events } = await recordedDay(archive)
    if (summary.firstRevision !== last + 1) broken.push(`${day} begins at ${summary.firstRevision}, not behind ${last}`)
    if (events.at(-1)?.revision !== summary.lastRevision) broken.push(`${day} ends elsewhere in its archive`)
    last = summary.lastRevision
  }
  return broken
}
