import type { Language } from '../domain/configuration.ts'

/**
 * How one public screen shows its branch; chosen by an admin, changed while it runs.
 * `calls`: the newest number and those before it; `media`: pictures and film that each call pushes aside; `counters`: every counter with
 * what it serves, for a small hall or one agency.
 */
export const LAYOUTS = ['calls', 'media', 'counters'] as const
export type Layout = (typeof LAYOUTS)[number]

/** `auto`: light by day, dark from the evening on, by the branch's clock. */
export const THEMES = ['dark', 'light', 'auto'] as const
export type ThemeChoice = (typeof THEMES)[number]

export interface ScreenSettings {
  readonly layout: Layout
  readonly theme: ThemeChoice
  /** Written large; the other one stands beside it. */
  readonly language: Language
  /** Ids of the agencies whose calls and queues it shows; null: all of its zones'. */
  readonly agencies: readonly string[] | null
  /** Of its loudspeaker, in percent of what the clips have, 1 to 100: silence on purpose is the quiet of a zone, which everybody sees. */
  readonly volume: number
}

export const USUAL_SCREEN: ScreenSettings = { layout: 'calls', theme: 'dark', language: 'id', agencies: null, volume: 100 }

/** A picture or film of a branch's media folder. `url` changes with what is in the file. */
export interface MediaItem {
  readonly name: string
  readonly kind: 'picture' | 'film'
  readonly bytes: number
  readonly url: string
}
