import type { SoundReport } from '../../shared/protocol/wire.ts'

/** What of a socket the announcer needs: to tell it something, and to be rid of it. */
export interface Line {
  readonly id: string
  emit(name: 'speak' | 'restarting', message?: object): unknown
  readonly conn: { close(): unknown }
}

/** A lobby screen that is connected here, as one that may speak. */
export interface Screen {
  readonly line: Line
  /** Names the connection among those of all servers. */
  readonly connection: string
  readonly device: string
  /** Null: all of the branch. */
  readonly zones: readonly string[] | null
  readonly sinceMs: number
  sound: SoundReport['state'] | null
  /** When it last gave a sign of life, and the ticks that it has not answered since. */
  heardOfMs: number
  unanswered: number
}

/** A speaker that is silent for this long is none (ANN5). */
export const SILENT_MS = 5_000
/** A server that couldn't tick must not take its own silence for the screen's. */
const SILENT_TICKS = 3

export const isSilent = (screen: Screen, nowMs: number): boolean =>
  screen.unanswered >= SILENT_TICKS && nowMs - screen.heardOfMs > SILENT_MS

export const serves = (screen: Screen, zone: string): boolean => screen.zones === null || screen.zones.includes(zone)

/** How many zones it may have to speak for: one that stands in a single zone knows it best. */
export const breadth = (screen: Screen): number => screen.zones?.length ?? Number.POSITIVE_INFINITY

/**
 * Who of these should speak for the zone: ready, and of those the one for the fewest zones, then the one that is connected longest. One that
 * was told to speak and didn't is taken only where there is no other. Null where nobody can.
 */
export function bestFor(zone: string, screens: Iterable<Screen>, nowMs: number, isDoubtful: (device: string) => boolean): Screen | null {
  let best: Screen | null = null
  const isBetter = (one: Screen, other: Screen): boolean => {
    const doubt = Number(isDoubtful(one.device)) - Number(isDoubtful(other.device))
    if (doubt !== 0) return doubt < 0
    return breadth(one) !== breadth(other) ? breadth(one) < breadth(other) : one.sinceMs < other.sinceMs
  }
  for (const screen of screens)
    if (screen.sound === 'ready' && serves(screen, zone) && !isSilent(screen, nowMs) && (best === null || isBetter(screen, best)))
      best = screen
  return best
}
