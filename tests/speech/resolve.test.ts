import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import kupang from '../../server/branches/mpp-kupang.json' with { type: 'json' }
import { NOTICES } from '../../shared/speech/notices.ts'
import type { Language } from '../../shared/speech/numbers.ts'
import { checkManifest, type PlacedClip, resolve, type VoiceManifest } from '../../shared/speech/resolve.ts'
import { type Reading, type SpeechSettings, sentenceOf, soundCheckSentence } from '../../shared/speech/sentence.ts'

const shipped = (language: Language): VoiceManifest => {
  const checked = checkManifest(
    JSON.parse(readFileSync(new URL(`../../voices/${language}-default/manifest.json`, import.meta.url), 'utf8')),
  )
  if ('wrong' in checked) throw new Error(checked.wrong)
  return checked.manifest
}
const PACKS = { id: shipped('id'), en: shipped('en') }
const LANGUAGES = ['id', 'en'] as const

function clipsOf(tokens: readonly string[], language: Language): readonly PlacedClip[] {
  const resolved = resolve(tokens, PACKS[language])
  if ('missing' in resolved) throw new Error(`the shipped pack can't say ${resolved.missing.join(' ')}`)
  return resolved.clips
}
const words = (text: string): string => text.toLowerCase().replace(/[.,:]/g, '')
const heard = (clips: readonly PlacedClip[]): string => words(clips.map(({ text }) => text).join(' '))

const prefixes = kupang.agencies.map(({ prefix }) => prefix)
const settings: fc.Arbitrary<SpeechSettings> = fc.record({
  reading: fc.record({
    id: fc.constantFrom<Reading>('zeros', 'digits', 'cardinal'),
    en: fc.constantFrom<Reading>('zeros', 'digits', 'cardinal'),
  }),
})

describe('a call in clips of the shipped voices', () => {
  it('what is heard is what is shown, for every number, counter, reading, form and language', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...prefixes, '4K', 'YK'),
        fc.integer({ min: 0, max: 9999 }),
        fc.option(fc.integer({ min: 1, max: 31 })),
        fc.oneof(
          fc.constantFrom(...kupang.counters.map(({ id }) => id)),
          fc.constantFrom('12A', 'A-1', '2B', '114', 'Loket 3', 'Meja 2', 'Ruang 4B'),
        ),
        fc.constantFrom('call' as const, 'recall' as const),
        fc.constantFrom('full' as const, 'short' as const),
        settings,
        (prefix, value, day, place, kind, form, how) => {
          const number = `${prefix}-${String(value).padStart(3, '0')}${day === null ? '' : `/${day}`}`
          for (const language of LANGUAGES) {
            const sentence = sentenceOf({ number, place, kind, form }, language, how)
            expect(heard(clipsOf(sentence.tokens, language))).toBe(words(sentence.text))
          }
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('every number from 0 to 9999 can be said, and its last word falls where the pack has it so', () => {
    for (const language of LANGUAGES)
      for (let value = 0; value <= 9999; value += 1) {
        const clips = clipsOf([`N:${value}~`], language)
        expect(clips[clips.length - 1]?.key, `${language} ${value}`).toMatch(/~$/)
        for (const { key } of clips.slice(0, -1)) expect(key).not.toMatch(/~$/)
      }
  })

  it('a recall says so first, and a short form leaves out what everybody knows', () => {
    const call = { number: 'B-021', place: '3' } as const
    expect(sentenceOf({ ...call, kind: 'recall', form: 'full' }, 'id')).toEqual({
      language: 'id',
      text: 'Panggilan ulang, nomor antrean B nol dua puluh satu, silakan menuju loket tiga',
      tokens: ['P:recall~', 'P:number', 'L:B', 'N:0', 'N:21~', 'P:proceed', 'P:counter', 'N:3~'],
    })
    expect(sentenceOf({ ...call, kind: 'call', form: 'short' }, 'en')).toEqual({
      language: 'en',
      text: 'B zero two one, counter three',
      tokens: ['L:B', 'N:0', 'N:2', 'N:1~', 'P:counter', 'N:3~'],
    })
  })

  it.each([
    ['zeros', 'A-021', 'A nol dua puluh satu'],
    ['digits', 'A-021', 'A nol dua satu'],
    ['cardinal', 'A-021', 'A dua puluh satu'],
    ['zeros', 'B-114', 'B seratus empat belas'],
    ['digits', 'B-114', 'B satu satu empat'],
    ['cardinal', 'A-000', 'A nol'],
    ['cardinal', 'A-100', 'A seratus'],
    ['zeros', '4K-010', 'empat K nol sepuluh'],
  ] as const)('read as %s, %s is "%s"', (reading, number, text) => {
    const how = { reading: { id: reading, en: 'digits' } } as const
    expect(sentenceOf({ number, place: '3', kind: 'call', form: 'short' }, 'id', how).text).toBe(
      `${text.charAt(0).toUpperCase()}${text.slice(1)}, loket tiga`,
    )
  })

  it('an agency’s own way to say its prefix is shown, and spoken by letters where no clip was recorded for it', () => {
    const how: SpeechSettings = { reading: { id: 'zeros', en: 'digits' }, pronunciations: { '4K': { id: 'empat ka' } } }
    const sentence = sentenceOf({ number: '4K-010', place: '3', kind: 'call', form: 'short' }, 'id', how)
    expect(sentence.text).toBe('Empat ka nol sepuluh, loket tiga')
    expect(clipsOf(sentence.tokens, 'id').map(({ key }) => key)).toEqual(['N:4', 'L:K', 'N:0', 'N:10~', 'P:counter', 'N:3~'])
    const recorded = { ...PACKS.id, clips: { ...PACKS.id.clips, 'A:4K': { startMs: 0, durationMs: 500, text: 'empat ka' } } }
    expect(resolve(['A:4K'], recorded)).toMatchObject({ clips: [{ key: 'A:4K' }], totalMs: 500 })
    expect('missing' in resolve(['A:4K'], PACKS.id)).toBe(false)
  })

  it('the shipped voices say every prepared text whole, and a sound check digit by digit', () => {
    for (const language of LANGUAGES) {
      for (const { id, text } of NOTICES) expect(heard(clipsOf([`T:${id}`], language))).toBe(words(text[language]))
      const check = soundCheckSentence('472', language)
      expect(heard(clipsOf(check.tokens, language))).toBe(words(check.text))
      expect(PACKS[language].clips['X:chime']?.durationMs).toBeCloseTo(950, 0)
      expect(PACKS[language].clips['X:chime-short']?.durationMs).toBeCloseTo(350, 0)
    }
    expect(soundCheckSentence('472', 'id').text).toBe('Uji suara. Kode: empat tujuh dua')
    expect(soundCheckSentence('4 7 2', 'en').text).toBe('Sound check. Code: four seven two')
  })
})

describe('resolving', () => {
  const clip = (text: string) => ({ startMs: 0, durationMs: 100, text })
  const small: VoiceManifest = {
    ...PACKS.id,
    gapsMs: { word: 10, phrase: 50 },
    clips: { 'N:2': clip('dua'), 'N:1': clip('satu'), 'N:1~': clip('satu'), 'W:puluh': clip('puluh'), 'N:35': clip('tiga puluh lima') },
  }

  it('takes a whole number where there is a clip of it, else its parts, with a breath after a phrase', () => {
    expect(resolve(['N:35', 'N:21~', 'N:2'], small)).toEqual({
      clips: [
        { key: 'N:35', ...clip('tiga puluh lima'), gapAfterMs: 10 },
        { key: 'N:2', ...clip('dua'), gapAfterMs: 10 },
        { key: 'W:puluh', ...clip('puluh'), gapAfterMs: 10 },
        { key: 'N:1~', ...clip('satu'), gapAfterMs: 50 },
        { key: 'N:2', ...clip('dua'), gapAfterMs: 0 },
      ],
      totalMs: 580,
    })
  })

  it('says any part of a number whole that the pack has whole', () => {
    const keys = (token: string, more: readonly string[]) => {
      const clips = Object.fromEntries(['N:1', 'N:2', 'N:3', 'W:puluh', 'W:ratus', 'W:seratus', ...more].map((key) => [key, clip(key)]))
      const resolved = resolve([token], { ...small, clips })
      return 'missing' in resolved ? null : resolved.clips.map(({ key }) => key).join(' ')
    }
    expect(keys('N:121', [])).toBe('W:seratus N:2 W:puluh N:1')
    expect(keys('N:121', ['N:20'])).toBe('W:seratus N:20 N:1')
    expect(keys('N:121~', ['N:21', 'N:21~'])).toBe('W:seratus N:21~')
    expect(keys('N:321', ['N:300', 'N:21'])).toBe('N:300 N:21')
    expect(keys('N:121', ['N:121', 'N:21'])).toBe('N:121')
    expect(keys('N:150', [])).toBe(null)
    const ordinal = resolve(['O:21~'], PACKS.en)
    expect('clips' in ordinal && ordinal.clips.map(({ key }) => key)).toEqual(['N:20', 'O:1'])
  })

  it('names all that is missing, and plays nothing', () => {
    expect(resolve(['N:2', 'N:3', 'L:É', 'T:none', 'N:x', 'N:9999999'], small)).toEqual({
      missing: ['N:3', 'L:É', 'T:none', 'N:x', 'N:9999999'],
    })
  })

  it.each([
    [null, 'an object'],
    [{ ...PACKS.id, format: 2 }, 'format'],
    [{ ...PACKS.id, language: 'de' }, 'language'],
    [{ ...PACKS.id, file: '../secret.wav' }, 'file'],
    [{ ...PACKS.id, id: 'a/b' }, 'id'],
    [{ ...PACKS.id, sha256: 'x'.repeat(64) }, 'sha256'],
    [{ ...PACKS.id, sampleRate: 1 }, 'sampleRate'],
    [{ ...PACKS.id, gapsMs: {} }, 'gapsMs'],
    [{ ...PACKS.id, clips: { 'N:1': { startMs: -1, durationMs: 1, text: '' } } }, 'clips.N:1'],
    [{ ...PACKS.id, clips: { 'N:1': { startMs: 0, durationMs: 0, text: '' } } }, 'clips.N:1'],
  ])('a manifest that is none is refused with its reason', (value, reason) => {
    expect(checkManifest(value)).toMatchObject({ wrong: expect.stringContaining(reason) })
  })
})
