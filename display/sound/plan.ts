import type { Speak } from '../../shared/protocol/wire.ts'
import type { VoiceManifest } from '../../shared/speech/resolve.ts'
import { resolve } from '../../shared/speech/resolve.ts'

/** One clip of a sprite, and when it sounds: all in milliseconds, `atMs` from the beginning of the announcement. */
export interface Slot<P> {
  readonly pack: P
  readonly atMs: number
  readonly startMs: number
  readonly durationMs: number
}

export interface Plan<P> {
  readonly slots: readonly Slot<P>[]
  readonly totalMs: number
}

export interface Voice {
  readonly manifest: VoiceManifest
}

/** Silence after the chime, and between two languages. */
const AFTER_CHIME_MS = 120
const BETWEEN_SENTENCES_MS = 450

/**
 * An order as clips one after the other: chime, then each sentence. `voices` are the packs of a language, the chosen one first: the first that has
 * every word says the whole sentence, because two voices in one sentence sound like a mistake. Where none has, the words that no pack has.
 */
export function planOf<P extends Voice>(
  order: Pick<Speak, 'chime' | 'sentences'>,
  voices: (language: 'id' | 'en') => readonly P[],
): Plan<P> | { readonly missing: readonly string[] } {
  const slots: Slot<P>[] = []
  let atMs = 0
  const append = (pack: P, tokens: readonly string[]): readonly string[] | null => {
    const said = resolve(tokens, pack.manifest)
    if ('missing' in said) return said.missing
    for (const { startMs, durationMs, gapAfterMs } of said.clips) {
      slots.push({ pack, atMs, startMs, durationMs })
      atMs += durationMs + gapAfterMs
    }
    const last = slots[slots.length - 1]
    if (last) atMs = last.atMs + last.durationMs
    return null
  }

  const first = order.sentences[0]?.language ?? 'id'
  const chime = order.chime === 'full' ? 'X:chime' : 'X:chime-short'
  // A hall whose pack has no chime hears the sentence at once.
  if ([...voices(first), ...voices(first === 'id' ? 'en' : 'id')].some((pack) => append(pack, [chime]) === null)) atMs += AFTER_CHIME_MS

  for (const [index, { language, tokens }] of order.sentences.entries()) {
    if (index > 0) atMs += BETWEEN_SENTENCES_MS
    let missing: readonly string[] = tokens
    const isSaid = voices(language).some((pack) => {
      const lacks = append(pack, tokens)
      if (lacks) missing = lacks
      return lacks === null
    })
    if (!isSaid) return { missing }
  }
  const last = slots[slots.length - 1]
  return last ? { slots, totalMs: last.atMs + last.durationMs } : { missing: [chime] }
}
