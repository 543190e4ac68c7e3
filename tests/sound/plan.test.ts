import { describe, expect, test } from 'vitest'
import { planOf, type Voice } from '../../display/sound/plan.ts'

const voice = (id: string, language: 'id' | 'en', words: readonly string[]): Voice & { readonly name: string } => ({
  name: id,
  manifest: {
    format: 1,
    id,
    language,
    name: id,
    license: 'CC0-1.0',
    credits: '',
    sampleRate: 24_000,
    file: 'voice.wav',
    sha256: id,
    gapsMs: { word: 40, phrase: 180 },
    clips: Object.fromEntries(words.map((key, at) => [key, { startMs: 1000 * at, durationMs: 500, text: key }])),
  },
})

const WORDS = ['X:chime', 'X:chime-short', 'L:B', 'N:1', 'N:2']
const shipped = voice('shipped', 'id', WORDS)
const english = voice('english', 'en', WORDS)
const packs =
  (id: readonly Voice[], en: readonly Voice[] = [english]) =>
  (language: 'id' | 'en') =>
    (language === 'id' ? id : en) as never

const order = (tokens: string[], chime: 'full' | 'short' = 'full') => ({
  chime,
  sentences: [
    { language: 'id' as const, text: '', tokens },
    { language: 'en' as const, text: '', tokens: ['L:B', 'N:2'] },
  ],
})

function planned(...of: Parameters<typeof planOf>) {
  const plan = planOf(...of)
  if ('missing' in plan) throw new Error(`missing: ${plan.missing.join(' ')}`)
  return { ...plan, slots: plan.slots as readonly ((typeof plan.slots)[number] & { readonly pack: ReturnType<typeof voice> })[] }
}

describe('an order as clips', () => {
  test('the chime, then each sentence in its own voice, one clip after the other', () => {
    const { slots, totalMs } = planned(order(['L:B', 'N:1']), packs([shipped]))
    expect(slots.map(({ pack, startMs }) => [pack.name, startMs])).toEqual([
      ['shipped', 0],
      ['shipped', 2000],
      ['shipped', 3000],
      ['english', 2000],
      ['english', 4000],
    ])
    for (const [at, slot] of slots.entries()) {
      const next = slots[at + 1]
      expect(next === undefined || next.atMs > slot.atMs + slot.durationMs, `clip ${at} has ended before the next begins`).toBe(true)
    }
    const last = slots.at(-1)
    expect(totalMs).toBe((last?.atMs ?? 0) + (last?.durationMs ?? 0))
  })

  test('the short chime where it is asked for', () => {
    expect(planned(order(['L:B'], 'short'), packs([shipped])).slots[0]?.startMs).toBe(1000)
  })

  test('a pack that lacks a word says nothing of the sentence: the next one says all of it', () => {
    const own = voice('own', 'id', ['X:chime', 'L:B'])
    const { slots } = planned(order(['L:B', 'N:1']), packs([own, shipped]))
    expect(slots.map(({ pack }) => pack.name)).toEqual(['own', 'shipped', 'shipped', 'english', 'english'])
  })

  test('a word that no pack has: nothing is said, and the word is named', () => {
    expect(planOf(order(['L:B', 'N:99']), packs([shipped]))).toEqual({ missing: ['N:99'] })
    expect(planOf({ chime: 'full', sentences: [] }, packs([], []))).toEqual({ missing: ['X:chime'] })
  })

  test('a text without clips is the chime alone; a pack without a chime speaks at once', () => {
    expect(planned({ chime: 'full', sentences: [] }, packs([shipped])).totalMs).toBe(500)
    const mute = voice('mute', 'id', ['L:B'])
    const { slots } = planned({ chime: 'full', sentences: order(['L:B']).sentences.slice(0, 1) }, packs([mute], []))
    expect(slots.map(({ atMs }) => atMs)).toEqual([0])
  })
})
