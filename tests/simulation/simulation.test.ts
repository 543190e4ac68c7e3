import { describe, expect, it } from 'vitest'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { invariants } from '../../shared/domain/invariants.ts'
import { emptyBranch } from '../../shared/domain/state.ts'
import { smallHall } from '../domain/hall.ts'
import { LogChecker, type LoggedEvent } from './checker.ts'
import { CoreHall } from './coreDoors.ts'
import { momentOf, planOf, type Traffic } from './plan.ts'
import { play } from './play.ts'
import { Scheduler } from './scheduler.ts'

const traffic: Traffic = {
  arrivalShares: { '08:00': 0.3, '09:00': 0.3, '10:00': 0.3, '13:00': 0.1 },
  weekdayFactors: { Thu: 1 },
  agencyShares: { DUKCAPIL: 0.6, BANK: 0.4 },
  priorityShare: 0.1,
  noShowShare: 0.1,
  serviceTimeVariation: 0.6,
}
const day = '2025-11-20'
const configuration = smallHall({
  hours: {
    weekly: {
      Thu: [
        ['08:00', '12:00'],
        ['13:00', '15:00'],
      ],
    },
    lastTicketMinutesBeforeClose: 30,
    firstTicketMinutesBeforeOpen: 30,
  },
})

async function playDay(seed: number, visitors = 60) {
  const plan = planOf(configuration, traffic, { seed, day, visitors, servers: 1 })
  const scheduler = new Scheduler(momentOf(day, '06:00', configuration.timeZone))
  const hall = new CoreHall(configuration, () => scheduler.nowMs)
  const played = await play({
    configuration,
    plan,
    scheduler,
    doors: hall,
    spare: 'petugas-cadangan',
    readEvents: (after) => Promise.resolve(hall.log.slice(after)),
    async turnDay(midnightMs) {
      await scheduler.run(midnightMs)
      hall.execute('turn', { type: 'turnDay' }, 'system')
    },
    inspect: () => Promise.resolve(invariants(hall.state)),
  })
  return { ...played, hall }
}

describe('the simulated hall', () => {
  it('plays days on the core alone without breaking a rule, and everything happened in them', async () => {
    const happened: Record<string, number> = {}
    for (let seed = 1; seed <= 25; seed++) {
      const { faults, summary, hall } = await playDay(seed)
      expect(faults, `seed ${seed}`).toEqual([])
      expect(
        evolveAll(
          emptyBranch(configuration),
          hall.log.map(({ event }) => event),
        ).revision,
      ).toBe(hall.state.revision)
      for (const [name, count] of Object.entries(summary)) if (typeof count === 'number') happened[name] = (happened[name] ?? 0) + count
      // Whatever the officers did, each who came was told something.
      expect(summary.issued + Object.values(summary.turnedAway).reduce((sum, each) => sum + each, 0)).toBe(summary.visitors)
    }
    for (const name of [
      'served',
      'noShows',
      'transfers',
      'holds',
      'returned',
      'undone',
      'recalled',
      'calledDirectly',
      'journeysCompleted',
      'doubleClicks',
      'takeovers',
      'refusedAtEnd',
    ])
      expect(happened[name], name).toBeGreaterThan(0)
  })

  it('plays the same plan again for the same seed, and another for another', () => {
    const plan = (seed: number) => planOf(configuration, traffic, { seed, day, visitors: 60, servers: 1 })
    expect(plan(7)).toEqual(plan(7))
    expect(plan(7)).not.toEqual(plan(8))
  })

  it('runs what falls into one virtual second together, and in order otherwise', async () => {
    const scheduler = new Scheduler(0)
    const seen: string[] = []
    scheduler.at(5000, () => void seen.push('five'))
    scheduler.at(1200, async () => {
      seen.push('begin')
      await Promise.resolve()
      seen.push('end')
    })
    scheduler.at(1900, () => void seen.push('beside'))
    scheduler.at(3000, () => scheduler.after(500, () => void seen.push('after')))
    await scheduler.run()
    expect(seen).toEqual(['begin', 'beside', 'end', 'after', 'five'])
  })
})

describe('the checker', () => {
  /** Reads a day's log in which something was changed. */
  async function faultsOf(change: (log: LoggedEvent[]) => LoggedEvent[]): Promise<string[]> {
    const { hall } = await playDay(3, 200)
    const checker = new LogChecker()
    checker.read(change(hall.log))
    return checker.broken
  }
  const changed =
    <T extends BranchEvent['type']>(type: T, which: number, change: (event: Extract<BranchEvent, { type: T }>) => object) =>
    (log: LoggedEvent[]): LoggedEvent[] => {
      const found = log.filter(({ event }) => event.type === type)[which]
      return log.map((each) =>
        each === found
          ? { ...each, event: { ...each.event, ...change(each.event as Extract<BranchEvent, { type: T }>) } as BranchEvent }
          : each,
      )
    }

  it('finds nothing in a day that went well', async () => {
    expect(await faultsOf((log) => log)).toEqual([])
  })

  it.each([
    ['SYNC4', (log: LoggedEvent[]) => log.filter((_, index) => index !== 50)],
    ['TICKET1', changed('ticketIssued', 10, ({ ticket }) => ({ ticket: { ...ticket, number: 'B-099' } }))],
    ['ORDER1', changed('ticketIssued', 10, ({ dueAtMs }) => ({ dueAtMs: dueAtMs + 1 }))],
    ['ORDER4', changed('ticketCalled', 20, ({ why }) => ({ why: { ...why, dueAtMs: why.dueAtMs + 1 } }))],
    ['ORDER1', changed('ticketCalled', 20, ({ ticket }) => ({ ticket: { ...ticket, id: 'nobody' } }))],
    ['ANN3', changed('ticketCalled', 20, ({ sequence }) => ({ sequence: sequence + 1 }))],
    ['CALL1', changed('serviceStarted', 5, () => ({ counter: '9' }))],
    [
      'CALL1',
      (log: LoggedEvent[]) =>
        log.flatMap((each, index) => (each.event.type === 'ticketCompleted' && index > 100 && index < 140 ? [] : [each])),
    ],
    ['DAY2', changed('ticketCancelled', 0, () => ({ reason: '' }))],
    ['DAY3', changed('ticketHeld', 0, () => ({ by: '' }))],
  ] as const)('finds a broken %s', async (rule, change) => {
    const broken = await faultsOf(change)
    expect(broken.length).toBeGreaterThan(0)
    if (rule !== 'ORDER1') expect(broken.some((fault) => fault.startsWith(rule))).toBe(true)
  })
})
