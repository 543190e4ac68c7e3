import { randomUUID } from 'node:crypto'
import type { BranchStore } from '../../server/store/store.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { businessDay, nextDay, weekdayOf } from '../../shared/domain/hours.ts'
import { emptyBranch } from '../../shared/domain/state.ts'
import { CoreHall } from './coreDoors.ts'
import { LivingHall } from './hall.ts'
import { momentOf, planOf, type Traffic } from './plan.ts'
import { Scheduler } from './scheduler.ts'

export interface YearWish {
  readonly configuration: BranchConfiguration
  readonly traffic: Traffic
  /** The first day, `YYYY-MM-DD`; Saturdays and Sundays are left out. */
  readonly from: string
  readonly workingDays: number
  readonly visitorsPerDay: number
  readonly seed: number
}

/** On every second day whoever still waits when it ends is first on the next. */
const CARRYING = 2

/** Working days one after the other, played through the pure core: the events of each, the last of them its end. */
export async function* workingDays({ configuration, traffic, from, workingDays, visitorsPerDay, seed }: YearWish): AsyncGenerator<{
  readonly day: string
  readonly events: readonly BranchEvent[]
}> {
  let scheduler = new Scheduler(momentOf(from, '06:00', configuration.timeZone))
  const hall = new CoreHall(configuration, () => scheduler.nowMs)
  let day = from
  let told = 0
  let living: LivingHall | null = null
  for (let played = 0; played < workingDays; day = nextDay(day)) {
    if (['Sat', 'Sun'].includes(weekdayOf(day))) continue
    played += 1
    scheduler = new Scheduler(momentOf(day, '06:00', configuration.timeZone))
    if (hall.state.day !== day) hall.execute(randomUUID(), { type: 'turnDay' }, 'system')
    hall.forgetAnswers()
    const plan = planOf(configuration, traffic, { seed: seed + played, day, visitors: visitorsPerDay, servers: 1 })
    const faults: string[] = []
    living = new LivingHall({
      configuration,
      plan,
      scheduler,
      doors: hall,
      overtimeMs: 3_600_000,
      carried: living && { from: living, tickets: new Set(hall.state.tickets.keys()) },
      remaining: played % CARRYING === 0 ? 'carryOver' : 'refuse',
      report: (fault) => faults.push(fault),
    })
    living.arrange()
    await scheduler.run(momentOf(day, '20:00', configuration.timeZone))
    living.close()
    if (faults.length > 0) throw new Error(`${day}: ${faults.join('; ')}`)
    yield { day: businessDay(scheduler.nowMs, configuration.timeZone), events: hall.log.slice(told).map(({ event }) => event) }
    told = hall.log.length
  }
}

/** In one commit. */
const AT_ONCE = 400

/** Writes such days into a store as a server would have, to a branch that is not there yet. */
export async function keepDays(store: BranchStore, days: AsyncIterable<{ readonly events: readonly BranchEvent[] }>): Promise<void> {
  let epoch = ''
  let state: ReturnType<typeof emptyBranch> | null = null
  for await (const { events } of days)
    for (let at = 0; at < events.length; ) {
      // The first event alone makes the branch.
      const some = events.slice(at, at + (state === null ? 1 : AT_ONCE))
      const first = some[0] as BranchEvent
      if (state === null && first.type !== 'branchConfigured') throw new Error('the first event makes the branch')
      const before: ReturnType<typeof emptyBranch> = state ?? emptyBranch((first as { configuration: BranchConfiguration }).configuration)
      const after = evolveAll(before, some)
      const result = await store.commit({
        branchId: after.configuration.id,
        epoch,
        revision: before.revision,
        before,
        after,
        answers: [{ commandId: randomUUID(), fingerprint: 'played', answer: '{}', events: some }],
      })
      if (result.status !== 'committed') throw new Error(`the store said ${result.status}`)
      if (epoch === '') epoch = (await store.load(after.configuration.id))?.epoch ?? ''
      state = after
      at += some.length
    }
}
