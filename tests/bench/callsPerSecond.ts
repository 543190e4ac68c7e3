import { takeTickets } from './benchBranch.ts'
import { type Figure, figure } from './figures.ts'
import type { Press } from './officers.ts'
import { distinct, interleaved, Stage } from './stage.ts'

const COUNTERS = 40
const SCREENS = 30
/** At the start of each round; it ends when a third is left, so that 10,000 wait in the middle of it. */
const WAITING = 15_000
const AT_MOST = 10_000
const LEAD_IN_MS = 500
const MEASURED_MS = 3000

/** 40 counters on one branch that call without pause. */
export async function callsPerSecond(rounds: number): Promise<Figure[]> {
  const stage = await Stage.open({ branches: [{ id: 'rate', counters: COUNTERS, waiting: WAITING, officers: COUNTERS }], warmUp: 150 })
  try {
    const rates = { ours: [] as number[][], floor: [] as number[][] }
    const answers = { ours: [] as number[], floor: [] as number[] }
    const seen = { ours: new Set<string>(), floor: new Set<string>() }
    for (const { side } of interleaved(rounds)) {
      await stage.openScreens(side, SCREENS)
      await stage.openOfficers(side, stage.hallSeats)
      const made = await stage.officers.ask<Press[]>('withoutPause', { durationMs: LEAD_IN_MS + MEASURED_MS, atMost: AT_MOST })
      await stage.heardAll(made, SCREENS)
      distinct(made, seen[side])
      const fromMs = Math.min(...made.map(({ pressMs }) => pressMs)) + LEAD_IN_MS
      // While all of them press: from then on until the first has no next press.
      const untilMs = Math.min(
        ...stage.hallSeats.map((_, at) => Math.max(...made.filter(({ seat }) => seat === at).map(({ answerMs }) => answerMs))),
      )
      const measured = made.filter(({ answerMs }) => answerMs >= fromMs && answerMs < untilMs)
      rates[side].push([(measured.length / (untilMs - fromMs)) * 1000])
      answers[side].push(...measured.map(({ pressMs, answerMs }) => answerMs - pressMs))
      await stage.closeClients()
      // As many wait at the beginning of each round; the floor fills its own queue.
      if (side === 'ours') await takeTickets(stage.place.redisSocket, stage.hall, made.length)
    }
    const of = `${COUNTERS} counters without pause on one branch, ${WAITING} waiting at the start of each round and at most ${AT_MOST} called, ${SCREENS} screens; ${rounds} rounds`
    return [figure('calls-per-second', 'calls/s', rates, { atLeast: 0.8 }, of, answers)]
  } finally {
    await stage.close()
  }
}
