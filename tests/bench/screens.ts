import { Random } from '../simulation/random.ts'
import { type Address, clockMs, pause } from './address.ts'
import { serveTasks } from './child.ts'
import { type Arrival, Hall, Screen } from './screen.ts'

/** A process with N light screens of one side. */
export interface ScreensOpen {
  readonly address: Address
  readonly count: number
  /** Screens take turns with these. */
  readonly auths: readonly Readonly<Record<string, unknown>>[]
  /** Set: screens come back after a lost connection, each after its own jittered back-off that this seed gives. */
  readonly backOffSeed?: number
}

export interface Heard {
  readonly arrivals: readonly Arrival[]
  readonly gaps: number
}

/** As Socket.IO's client doubles it: the same for both sides. */
const BACK_OFF_FROM_MS = 500
const BACK_OFF_TO_MS = 3000
/** As many screens knock at once: the kernel's queue of connections is short. */
const KNOCKING = 64

let hall = new Hall()
let screens: Screen[] = []

function backOffOf(random: Random): (attempt: number) => number {
  return (attempt) => {
    const ceiling = Math.min(BACK_OFF_TO_MS, BACK_OFF_FROM_MS * 2 ** (attempt + 1))
    return random.between(BACK_OFF_FROM_MS, ceiling)
  }
}

async function heardBy(expected: number, timeoutMs: number): Promise<Heard> {
  const untilMs = clockMs() + timeoutMs
  const isHeard = () => hall.arrivals.size >= expected && [...hall.arrivals.values()].every(({ screens: had }) => had >= screens.length)
  while (!isHeard() && clockMs() < untilMs) await pause(10)
  const heard = { arrivals: [...hall.arrivals.values()], gaps: hall.gaps }
  hall.arrivals.clear()
  hall.gaps = 0
  return heard
}

serveTasks({
  /** Resolves when all screens are right, with the milliseconds that took. */
  async open({ address, count, auths, backOffSeed }: ScreensOpen): Promise<number> {
    const startMs = clockMs()
    hall = new Hall()
    screens = Array.from({ length: count }, (_, at) => {
      const backOff = backOffSeed === undefined ? null : backOffOf(new Random(backOffSeed, `screen ${at}`))
      return new Screen({ address, auth: auths[at % auths.length] ?? {}, backOff, hall })
    })
    const left = [...screens]
    const knock = async () => {
      for (let screen = left.shift(); screen; screen = left.shift()) {
        screen.connect()
        await screen.right(20_000)
      }
    }
    await Promise.all(Array.from({ length: KNOCKING }, knock))
    return clockMs() - startMs
  },

  /** Waits until every screen had this many announcements, gives what was heard since the last time and forgets it. */
  heard: ({ expected, timeoutMs }: { expected: number; timeoutMs: number }): Promise<Heard> => heardBy(expected, timeoutMs),

  /** Waits until no screen has a connection. */
  async lost({ timeoutMs }: { timeoutMs: number }): Promise<void> {
    const untilMs = clockMs() + timeoutMs
    while (screens.some(({ hasJoined }) => hasJoined)) {
      if (clockMs() > untilMs) throw new Error('screens still have a connection to a dead server')
      await pause(5)
    }
  },

  /** Waits until every screen is right again and knows this call; gives the time of the last. On the floor to be let in is all there is. */
  async recovered({ announcementId, timeoutMs }: { announcementId: string | null; timeoutMs: number }): Promise<number> {
    await Promise.all(screens.map((screen) => screen.right(timeoutMs)))
    const unaware = announcementId === null ? 0 : screens.filter(({ known }) => !known.has(announcementId)).length
    if (unaware > 0) throw new Error(`${unaware} screens came back without the call ${announcementId}`)
    return Math.max(...screens.map(({ rightAtMs }) => rightAtMs as number))
  },

  async close(): Promise<void> {
    await Promise.all(screens.map((screen) => screen.close()))
    screens = []
  },
})
