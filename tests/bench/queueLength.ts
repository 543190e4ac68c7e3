import { serviceCodes } from './benchBranch.ts'
import { type Figure, figure } from './figures.ts'
import { distinct, Stage } from './stage.ts'

const SHORT = 100
const LONG = 100_000
const PAIRS = 120

/** The same press on a short and on a very long queue, in turns, in one server. */
export async function queueLength(rounds: number): Promise<Figure[]> {
  const stage = await Stage.open({
    branches: [
      { id: 'long', counters: 1, waiting: LONG, officers: 1 },
      { id: 'short', counters: 1, waiting: SHORT, officers: 1 },
    ],
  })
  try {
    const seats = [...(stage.seats.get('long') ?? []), ...(stage.seats.get('short') ?? [])]
    const issue = {
      port: stage.place.port,
      tokens: seats.map(({ branch }) => stage.kiosks.get(branch) as string),
      service: serviceCodes[0] as string,
    }
    const order = (pairs: number) => Array.from({ length: pairs }, (_, at) => (at % 2 === 0 ? [0, 1] : [1, 0])).flat()
    const seen = new Set<string>()
    const times = { ours: [] as number[][], floor: [] as number[][] }
    await stage.openOfficers('ours', seats)
    distinct(await stage.press({ seats: order(PAIRS), gapMs: [0, 2], seed: 0, issue }), seen)
    for (let round = 0; round < rounds; round++) {
      const made = await stage.press({ seats: order(PAIRS), gapMs: [0, 4], seed: round, issue })
      distinct(made, seen)
      const of = (at: number) => made.filter(({ seat }) => seat === at).map(({ pressMs, answerMs }) => answerMs - pressMs)
      times.ours.push(of(0))
      times.floor.push(of(1))
    }
    await stage.closeClients()
    const of = `answer to callNext with ${LONG} waiting (ours) and with ${SHORT} (floor), in turns, a new ticket after each; ${PAIRS} pairs a round, ${rounds} rounds`
    return [figure('queue-length-flatness', 'ms', times, { atMost: 1.5 }, of)]
  } finally {
    await stage.close()
  }
}
