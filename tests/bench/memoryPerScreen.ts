import { pause } from './address.ts'
import { type Figure, figure } from './figures.ts'
import { interleaved, type Stage } from './stage.ts'

const SCREENS = 2000
/** So many come and go before: what the first ones make is not a screen's own. */
const EARLIER = 100
/** A few ticks, so that what they need is there. */
const SETTLE_MS = 2500

/** Resident memory of a fresh server, after a collection of garbage, with and without its screens. */
export async function memoryPerScreen(stage: Stage, rounds: number): Promise<Figure[]> {
  const sizes = { ours: [] as number[][], floor: [] as number[][] }
  for (const { side } of interleaved(rounds)) {
    const server = stage.server(side)
    await server.down('SIGKILL')
    await server.up(['--inspect=127.0.0.1:0'])
    const resident = async () => {
      await pause(SETTLE_MS)
      await server.collectGarbage()
      return server.rssKiB()
    }
    await stage.openScreens(side, EARLIER)
    await stage.screens.ask('close')
    const without = await resident()
    await stage.openScreens(side, SCREENS)
    sizes[side].push([((await resident()) - without) / SCREENS])
    await stage.screens.ask('close')
    await server.down('SIGKILL')
    await server.up()
  }
  return [
    figure(
      'memory-per-screen',
      'KiB',
      sizes,
      { atMost: 1.5 },
      `resident memory for each of ${SCREENS} screens, after a collection; ${rounds} rounds`,
    ),
  ]
}
