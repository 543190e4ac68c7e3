import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { LogChecker, type LoggedEvent } from './checker.ts'
import type { Doors } from './door.ts'
import { LivingHall } from './hall.ts'
import type { Plan } from './plan.ts'
import type { Scheduler } from './scheduler.ts'

export interface Played {
  readonly faults: readonly string[]
  readonly summary: Summary
}

export interface Summary {
  readonly seed: number
  readonly day: string
  readonly visitors: number
  readonly issued: number
  readonly turnedAway: Record<string, number>
  readonly called: number
  readonly calledDirectly: number
  readonly recalled: number
  readonly served: number
  readonly noShows: number
  readonly transfers: number
  readonly holds: number
  readonly returned: number
  readonly undone: number
  readonly refusedAtEnd: number
  readonly journeysCompleted: number
  readonly doubleClicks: number
  readonly takeovers: number
  readonly askedAgain: number
  readonly refusals: Record<string, number>
  /** Minutes per class. */
  readonly waits: Record<string, { readonly median: number; readonly p90: number; readonly longest: number }>
  readonly events: number
  readonly commands: number
  readonly seconds: number
  readonly commandsPerSecond: number
  /** Of real servers. */
  readonly conflicts?: number
  readonly screenEvents?: number
  readonly resyncs?: number
}

export interface Stage {
  readonly configuration: BranchConfiguration
  readonly plan: Plan
  readonly scheduler: Scheduler
  readonly doors: Doors
  readonly spare?: string
  /** All events after this revision. */
  readEvents(after: number): Promise<readonly LoggedEvent[]>
  /** Lets the midnight come, and waits until the day has turned. */
  turnDay(midnightMs: number): Promise<void>
  /** Looked at when all is quiet, before and after midnight: screens, store, other servers. A line for each thing that is wrong. */
  inspect?(when: 'evening' | 'newDay'): Promise<readonly string[]>
  onMinute?(atMs: number): void
}

/** How long officers stay after the doors closed. */
const OVERTIME_MS = 60 * 60_000
/** The log is checked as it goes, this often in virtual time. */
const CHECK_MS = 15 * 60_000

/** Plays the plan to its end, checks as it goes, and stops at the first thing that is against a rule. */
export async function play(stage: Stage): Promise<Played> {
  const { configuration, plan, scheduler, doors } = stage
  const faults: string[] = []
  const checker = new LogChecker()
  const report = (fault: string) => {
    faults.push(fault)
    scheduler.stop()
  }
  const hall = new LivingHall({
    configuration,
    plan,
    scheduler,
    doors,
    overtimeMs: OVERTIME_MS,
    report,
    ...(stage.spare === undefined ? {} : { spare: stage.spare }),
  })
  const readOn = async () => {
    checker.read(await stage.readEvents(checker.revision))
    for (const fault of checker.broken.splice(0)) report(fault)
  }
  const startedMs = performance.now()
  hall.arrange()
  const last = plan.openIntervals[plan.openIntervals.length - 1]?.[1] ?? scheduler.nowMs
  for (let atMs = scheduler.nowMs + CHECK_MS; atMs < last + 2 * OVERTIME_MS; atMs += CHECK_MS)
    scheduler.at(atMs, async () => {
      await readOn()
      stage.onMinute?.(atMs)
    })
  let askedAgain = 0
  const seconds = () => (performance.now() - startedMs) / 1000
  let elapsed = 0
  try {
    await scheduler.run(last + 2 * OVERTIME_MS)
    elapsed = seconds()
    await readOn()
    if (faults.length === 0) {
      for (const fault of (await stage.inspect?.('evening')) ?? []) report(fault)
      askedAgain = await hall.asksAgain(50)
      const beforeTurn = checker.unfinished()
      const turns = checker.turns
      // Staff are signed in for a shift of twelve hours: nobody presses anything at night.
      scheduler.clear()
      await stage.turnDay(Date.parse(`${plan.day}T00:00:00Z`) + 48 * 3_600_000)
      await readOn()
      if (checker.turns !== turns + 1) report(`DAY1 the day turned ${checker.turns - turns} times`)
      if (beforeTurn.length > plan.visitors.length / 2)
        report(`DAY2 ${beforeTurn.length} tickets were still open at midnight: ${beforeTurn.slice(0, 5).join(', ')}`)
      for (const unfinished of checker.unfinished()) report(`DAY2 after midnight ${unfinished}`)
      for (const fault of (await stage.inspect?.('newDay')) ?? []) report(fault)
    }
  } finally {
    hall.close()
  }
  const { waits, carriedOver: _carriedOver, ...figures } = checker.figures
  return {
    faults,
    summary: {
      seed: plan.seed,
      day: plan.day,
      visitors: plan.visitors.length,
      ...figures,
      turnedAway: Object.fromEntries(hall.turnedAway),
      doubleClicks: hall.doubleClicks,
      takeovers: hall.takeovers,
      askedAgain,
      refusals: Object.fromEntries(hall.refusals),
      waits: Object.fromEntries(Object.entries(waits).map(([name, minutes]) => [name, spread(minutes)])),
      events: checker.revision,
      commands: hall.commands,
      seconds: rounded(elapsed),
      commandsPerSecond: Math.round(hall.commands / Math.max(0.001, elapsed)),
    },
  }
}

function spread(values: readonly number[]): { median: number; p90: number; longest: number } {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return { median: at(0.5), p90: at(0.9), longest: at(1) }
}

const rounded = (value: number): number => Math.round(value * 10) / 10
