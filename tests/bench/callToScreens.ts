import { type Figure, figure } from './figures.ts'
import type { Press } from './officers.ts'
import { distinct, interleaved, type Stage } from './stage.ts'

const LEAD_IN = 10

/** From the press to the last of N screens having the event, and to the officer's own answer. */
export async function callToScreens(stage: Stage, screens: number, presses: number, gapMs: readonly [number, number], rounds: number) {
  const toScreens = { ours: [] as number[][], floor: [] as number[][] }
  const toAnswer = { ours: [] as number[][], floor: [] as number[][] }
  const seen = { ours: new Set<string>(), floor: new Set<string>() }
  for (const { side, round } of interleaved(rounds)) {
    await stage.openScreens(side, screens)
    await stage.openOfficers(side, stage.hallSeats.slice(0, 1))
    const made: Press[] = await stage.press({ seats: Array.from({ length: LEAD_IN + presses }, () => 0), gapMs, seed: round })
    const heard = await stage.heardAll(made, screens)
    distinct(made, seen[side])
    const measured = made.slice(LEAD_IN)
    toScreens[side].push(measured.map(({ announcementId, pressMs }) => (heard.get(announcementId)?.lastMs as number) - pressMs))
    toAnswer[side].push(measured.map(({ pressMs, answerMs }) => answerMs - pressMs))
    await stage.closeClients()
  }
  const of = `${presses} presses a round and side, ${rounds} rounds`
  return {
    screens: (name: string): Figure => figure(name, 'ms', toScreens, { atMost: 1.25 }, `press to the last of ${screens} screens; ${of}`),
    answer: (name: string): Figure =>
      figure(name, 'ms', toAnswer, { atMost: 1.25 }, `press to the officer's answer, ${screens} screens listening; ${of}`),
  }
}
