import { randomBytes } from 'node:crypto'
import { pendingIn } from '../../shared/domain/announcing.ts'
import type { Command } from '../../shared/domain/commands.ts'
import { decide } from '../../shared/domain/decide.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { dayEndMs } from '../../shared/domain/hours.ts'
import { type BranchState, zoneState } from '../../shared/domain/state.ts'

/**
 * What whoever restores knows of the numbers that were given out after the backup: the last one of each series by its prefix, `none` where
 * there were none; null: he doesn't know.
 */
export type Issued = Readonly<Record<string, number>> | 'none' | null

/** Shown to visitors while nobody has looked at the numbers yet. */
const PAUSE_REASON = 'Data baru saja dipulihkan. Petugas sedang memeriksa nomor antrean'
/** For staff who look for such a number. */
const LOST_REASON = 'Sudah diberikan sebelum data dipulihkan'
/** A slip of the finger must not use up a series. */
export const LOST_NUMBERS_MAX = 2000

/** What is wrong with `issued` for this branch, in words; null: nothing. */
export function issuedFault(state: BranchState, issued: Issued, nowMs: number): string | null {
  if (issued === null || issued === 'none') return null
  const { agencies } = state.configuration
  for (const [prefix, last] of Object.entries(issued)) {
    if (!agencies.some((agency) => agency.prefix === prefix)) return `no agency of ${state.configuration.id} has the prefix ${prefix}`
    const known = isDayOver(state, nowMs) ? 0 : (state.series[prefix] ?? 0)
    if (last < known) return `the backup has numbers up to ${prefix}-${String(known).padStart(3, '0')} already`
    if (last - known > LOST_NUMBERS_MAX) return `${prefix}=${last} is ${last - known} numbers more than the backup has: is that right?`
  }
  return null
}

const isDayOver = (state: BranchState, nowMs: number): boolean => nowMs >= dayEndMs(state.day, state.configuration.timeZone)

/**
 * What happens to a branch right behind what was restored, as events like all others: the day turns if it is over; what waited for a
 * loudspeaker is shown only; numbers that visitors have in their hands count as given, so that they are not given again; and where nobody
 * could say which, the branch stands still until a supervisor looked.
 */
export function afterRestore(restored: BranchState, issued: Issued, nowMs: number): BranchEvent[] {
  const events: BranchEvent[] = []
  let state = restored
  const happen = (more: readonly BranchEvent[]): void => {
    events.push(...more)
    state = evolveAll(state, more)
  }
  const command = (each: Command): void => {
    const decision = decide(state, each, { nowMs, by: 'system' })
    if (decision.ok) happen(decision.events)
  }
  const stamp = () => ({ atMs: Math.max(Math.floor(nowMs), state.atMs), by: 'system' })

  for (const zone of new Set([...state.configuration.zones.map(({ id }) => id), ...Object.keys(state.zones)])) {
    const { speaker } = zoneState(state, zone)
    if (speaker) command({ type: 'loseSpeaker', zone, connection: speaker.connection, why: 'server-gone' })
    happen(
      pendingIn(state, zone).map(({ id, counter }) => ({
        type: 'announcementEnded',
        announcementId: id,
        zone,
        counter,
        why: 'expired',
        ...stamp(),
      })),
    )
  }
  if (isDayOver(state, nowMs)) command({ type: 'turnDay' })
  if (issued !== null && issued !== 'none')
    for (const [prefix, last] of Object.entries(issued))
      while ((state.series[prefix] ?? 0) < last) happen(lostNumber(state, prefix, stamp()))
  if (issued === null && state.pause === null) command({ type: 'pauseBranch', reason: PAUSE_REASON })
  return events
}

/** The next number of the series, given and ended at once: the series stays without gaps (TICKET1), and staff find it. */
function lostNumber(state: BranchState, prefix: string, stamp: { atMs: number; by: string }): BranchEvent[] {
  const agency = state.configuration.agencies.find((each) => each.prefix === prefix)
  const services = agency?.services ?? []
  // Nobody knows which service it was for: one that nothing is counted for, if there is one.
  const service = services.find(({ quotaPerDay }) => quotaPerDay == null) ?? services[0]
  const id = randomBytes(16).toString('base64url')
  return [
    {
      type: 'ticketIssued',
      ticket: { id, number: `${prefix}-${String((state.series[prefix] ?? 0) + 1).padStart(3, '0')}` },
      day: state.day,
      class: 'regular',
      language: 'id',
      journey: null,
      services: [`${agency?.id}.${service?.id}`],
      entry: state.entry + 1,
      readyAtMs: stamp.atMs,
      dueAtMs: stamp.atMs,
      ...stamp,
    },
    { type: 'ticketCancelled', ticketId: id, reason: LOST_REASON, ...stamp },
  ]
}
