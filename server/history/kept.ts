import type { BranchStore } from '../store/store.ts'

/** Kinds of records, each a whole value under `BRANCH/DAY`. A summary is written when the archive was verified: one without is not finished. */
export const SUMMARIES = 'daySummaries'
export const ARCHIVES = 'dayArchives'
export const idOf = (branchId: string, day: string): string => `${branchId}/${day}`

/** Versions of a branch's configuration whose events the log has let go of, under `BRANCH/REVISION`. */
export const CONFIGURATIONS = 'configurationVersions'
export const configurationIdOf = (branchId: string, revision: number): string => `${branchId}/${String(revision).padStart(15, '0')}`

/** Ids of a kind that are this branch's, without its name, sorted. */
export async function idsOf(store: BranchStore, kind: string, branchId: string): Promise<string[]> {
  const prefix = idOf(branchId, '')
  return (await store.records.ids(kind)).filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length))
}

/** Closed days whose single tickets are there and verified, oldest first. */
export async function archivedDays(store: BranchStore, branchId: string): Promise<string[]> {
  const verified = new Set(await idsOf(store, SUMMARIES, branchId))
  return (await idsOf(store, ARCHIVES, branchId)).filter((day) => verified.has(day))
}
