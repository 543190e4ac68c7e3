import { clockMs, pause } from './address.ts'
import { type Figure, figure } from './figures.ts'
import { interleaved, type Stage } from './stage.ts'

const SCREENS = 2000
/** How long the server is away, for both sides alike: the longer it is away, the further apart the screens' attempts are. */
const AWAY_MS = 2500

/** The server dies right after a call was acknowledged, and is started again; from its first connection on until the last screen is right. */
export async function reconnectHerd(stage: Stage, rounds: number): Promise<Figure[]> {
  const times = { ours: [] as number[][], floor: [] as number[][] }
  for (const { side, round } of interleaved(rounds)) {
    const server = stage.server(side)
    await server.down('SIGKILL')
    const bornMs = clockMs()
    server.spawn()
    const startMs = (await server.listening()) - bornMs
    await server.up()
    await stage.openScreens(side, SCREENS, round + 1)
    await stage.openOfficers(side, stage.hallSeats.slice(0, 1))
    const [call] = await stage.press({ seats: [0], gapMs: [0, 0], seed: round })
    const diedMs = clockMs()
    await server.down('SIGKILL')
    await stage.screens.ask('lost', { timeoutMs: 10_000 })
    await pause(Math.max(0, diedMs + AWAY_MS - startMs - clockMs()))
    server.spawn()
    const backMs = await server.listening()
    // What was acknowledged before the death must be on the screens after it, also on those that it did not reach then.
    const lastMs = await stage.screens.ask<number>('recovered', {
      announcementId: side === 'ours' ? call?.announcementId : null,
      timeoutMs: 60_000,
    })
    times[side].push([(lastMs - backMs) / 1000])
    // And the next call reaches them all.
    await stage.screens.ask('heard', { expected: 0, timeoutMs: 0 })
    await stage.officers.ask('close')
    await stage.openOfficers(side, stage.hallSeats.slice(0, 1))
    await stage.heardAll(await stage.press({ seats: [0], gapMs: [0, 0], seed: round }), SCREENS)
    await stage.closeClients()
  }
  const of = `${SCREENS} screens right again after SIGKILL and ${AWAY_MS / 1000} s of absence, jittered back-off 0.5-3 s (the same draws for both); ${rounds} rounds`
  return [figure('reconnect-herd', 's', times, { atMost: 1.5 }, of)]
}
