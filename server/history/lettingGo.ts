import type { BranchState } from '../../shared/domain/state.ts'
import { resting } from '../resting.ts'
import type { BranchStore, StoredEvent } from '../store/store.ts'
import { ArchiveFault, type DayArchive, recordedDay } from './dayArchive.ts'
import { ARCHIVES, archivedDays, CONFIGURATIONS, configurationIdOf, idOf } from './kept.ts'

/**
 * The events of so many archived days stay in the store's log as well: a week in which a fault of an archive, of its disk or of a new version
 * is noticed while nothing is lost, and from which a server can count again. More would only be memory: Redis holds the log in it.
 */
export const DAYS_IN_LOG = 7

const CHUNK = 500
const REST = { keptMs: 8, share: 1 }

/**
 * Makes room, a day at a time: the log loses the days that are older than `DAYS_IN_LOG`, each after its archive was read once more and held
 * against it; and single tickets of days that are older than the branch keeps them (`keepTicketsDays`) go altogether. Throws `ArchiveFault`
 * where an archive is not what the log says: then that day and all behind it stay.
 */
export async function letGo(store: BranchStore, branchId: string, { day: today, configuration }: BranchState): Promise<void> {
  const days = await archivedDays(store, branchId)
  const older = days.slice(0, -DAYS_IN_LOG)
  const { keepTicketsDays } = configuration
  const keptFrom = keepTicketsDays === undefined ? '' : daysBefore(today, keepTicketsDays)
  for (const { day, last } of await daysInLog(store, branchId, older)) {
    if (day >= keptFrom) await holdAgainstLog(store, branchId, day)
    await keepConfigurations(store, branchId, last)
    await store.trim(branchId, last)
  }
  for (const day of older) if (day < keptFrom) await store.records.delete(ARCHIVES, idOf(branchId, day))
}

/** Those of these days whose events are in the log, oldest first. */
async function daysInLog(store: BranchStore, branchId: string, days: readonly string[]): Promise<{ day: string; last: number }[]> {
  const [oldest] = await store.readEvents(branchId, 0, 1)
  const found: { day: string; last: number }[] = []
  for (const day of days.toReversed()) {
    const archive = (await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, day)))?.value
    if (!archive || !oldest || archive.lastRevision < oldest.revision) break
    found.unshift({ day, last: archive.lastRevision })
  }
  return found
}

/** The day's events in the archive are those in the log, one by one. */
async function holdAgainstLog(store: BranchStore, branchId: string, day: string): Promise<void> {
  const archive = (await store.records.get<DayArchive>(ARCHIVES, idOf(branchId, day)))?.value
  if (!archive) throw new ArchiveFault(`the archive of ${day} is gone`)
  const { events } = await recordedDay(archive)
  const rested = resting(REST)
  // The day's beginning may be gone: an earlier try that was broken off had compared all of it.
  for await (const logged of logUpTo(store, branchId, archive.firstRevision - 1, archive.lastRevision))
    for (const { revision, event } of logged) {
      const archived = events[revision - archive.firstRevision]
      if (archived?.revision !== revision || JSON.stringify(archived.event) !== JSON.stringify(event))
        throw new ArchiveFault(`event ${revision} of ${branchId} is another one in the archive of ${day}: the log keeps it`)
      await rested()
    }
}

/** Which configuration was in force when: told also where the tickets are gone. */
async function keepConfigurations(store: BranchStore, branchId: string, through: number): Promise<void> {
  for await (const logged of logUpTo(store, branchId, 0, through))
    for (const { revision, event } of logged)
      if (event.type === 'branchConfigured') await store.records.put(CONFIGURATIONS, configurationIdOf(branchId, revision), event)
}

async function* logUpTo(store: BranchStore, branchId: string, after: number, through: number): AsyncGenerator<readonly StoredEvent[]> {
  for (let last = after; last < through; ) {
    const events = (await store.readEvents(branchId, last, CHUNK)).filter(({ revision }) => revision <= through)
    if (events.length === 0) return
    yield events
    last = events.at(-1)?.revision ?? through
  }
}

function daysBefore(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() - count)
  return date.toISOString().slice(0, 10)
}
