import type { Call } from '../../shared/domain/state.ts'
import type { BoardZone, MissedCall } from '../../shared/protocol/wire.ts'

/** What of a hall's calls stands where, at one moment. Pure: the page asks again four times a second. */

/** Every call keeps the colour of calls, and its place on the screen, for at least this long. */
export const CALL_MS = 10_000
/** A call that has waited longer is not spoken any more (ANN3): nobody needs to listen for it. */
const VOICE_LIMIT_MS = 45_000
/** Between two announcements the loudspeaker takes breath. */
const BREATH_MS = 1_500
export const MISSED_MS = 15 * 60_000
/** After this long without contact old calls are not shown any more. */
export const TOO_OLD_MS = 600_000

export interface ShownCall {
  readonly call: Call
  /** In the colour of calls: young, or still waiting for its voice. */
  readonly isCalling: boolean
  /** Its voice sounds now. */
  readonly isSpeaking: boolean
}

/** `calm`: everything has its place; `busy`: earlier calls take more of it; `rush`: nothing else is as important as they are. */
export type Crowd = 'calm' | 'busy' | 'rush'

export interface Arrangement {
  readonly newest: ShownCall | null
  readonly recent: readonly ShownCall[]
  readonly crowd: Crowd
}

/** How many earlier calls have room. */
export const ROOM: Readonly<Record<Crowd, number>> = { calm: 4, busy: 8, rush: 24 }

/**
 * `calls` newest first. One is large; of the others those that are being called come before all else, however many: five officers within a
 * second are all seen, and nobody's number leaves the screen before its time.
 */
export function arrange(calls: readonly Call[], isCalling: (call: Call) => boolean, isSpeaking: (call: Call) => boolean, calm = ROOM.calm) {
  const shown = onceEach(calls).map((call): ShownCall => ({ call, isCalling: isCalling(call), isSpeaking: isSpeaking(call) }))
  const [newest = null, ...others] = shown
  const urgent = others.filter((each) => each.isCalling).length
  const crowd: Crowd = urgent <= calm ? 'calm' : urgent <= ROOM.busy ? 'busy' : 'rush'
  let settled = (crowd === 'calm' ? calm : ROOM[crowd]) - urgent
  const recent = others.filter((each) => each.isCalling || settled-- > 0)
  return { newest, recent: recent.slice(0, ROOM.rush), crowd } satisfies Arrangement
}

/** Each number once, where it was called last. */
function onceEach(calls: readonly Call[]): Call[] {
  const seen = new Set<string>()
  return calls.filter(({ ticket: { number } }) => !seen.has(number) && seen.add(number))
}

// --- voices

export interface Voice {
  readonly zone: string
  readonly sound: BoardZone['sound']
  readonly speaking: string | null
  /** When the last announcement ended, as far as this screen saw it. */
  readonly endedAtMs: number
  /** What this screen knows to have been started here, the latest last. */
  readonly started: readonly string[]
}

const REMEMBERED = 24

/** What was known of the loudspeakers, brought up to what the view says now. The same array where nothing is new. */
export function listen(voices: readonly Voice[], zones: readonly BoardZone[], nowMs: number): readonly Voice[] {
  let isNew = voices.length !== zones.length
  const next = zones.map(({ id, sound, speaking }): Voice => {
    const was = voices.find((each) => each.zone === id)
    if (was && was.speaking === speaking && was.sound === sound) return was
    isNew = true
    const started = was?.started ?? []
    return {
      zone: id,
      sound,
      speaking,
      endedAtMs: was?.speaking && speaking === null ? nowMs : (was?.endedAtMs ?? 0),
      started: speaking === null || started.includes(speaking) ? started : [...started, speaking].slice(-REMEMBERED),
    }
  })
  return isNew ? next : voices
}

/** Young, or its voice sounds, or it waits its turn behind another voice. */
export function isCalling(call: Call, calls: readonly Call[], voices: readonly Voice[], nowMs: number): boolean {
  const ageMs = nowMs - call.atMs
  if (ageMs < CALL_MS) return true
  const voice = voices.find((each) => each.zone === call.zone)
  if (!voice || voice.sound !== 'ok') return false
  if (voice.speaking === call.announcementId) return true
  const isBusy = voice.speaking !== null || nowMs - voice.endedAtMs < BREATH_MS
  if (!isBusy || ageMs >= VOICE_LIMIT_MS || voice.started.includes(call.announcementId)) return false
  // A newer call of the same counter takes the place of one that waits (ANN2).
  return !calls.some((other) => other.zone === call.zone && other.counter.id === call.counter.id && other.sequence > call.sequence)
}

export const isSpeaking = (call: Call, voices: readonly Voice[]): boolean =>
  voices.some((voice) => voice.zone === call.zone && voice.speaking === call.announcementId)

// --- missed

/** Numbers of the last 15 minutes whose visitors did not come and that were not called again since. */
export const missedNow = (missed: readonly MissedCall[], calls: readonly Call[], nowMs: number): MissedCall[] =>
  missed.filter(({ number, atMs }) => nowMs - atMs < MISSED_MS && !calls.some((call) => call.ticket.number === number && call.atMs > atMs))
