import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { englishNumber, indonesianNumber } from '../../shared/speech/numbers.ts'
import { caption } from '../../shared/speech/sentence.ts'

/** Written by hand, not by the rules of the code. */
const NUMBERS: readonly (readonly [number, string, string])[] = [
  [0, 'nol', 'zero'],
  [1, 'satu', 'one'],
  [7, 'tujuh', 'seven'],
  [10, 'sepuluh', 'ten'],
  [11, 'sebelas', 'eleven'],
  [12, 'dua belas', 'twelve'],
  [19, 'sembilan belas', 'nineteen'],
  [20, 'dua puluh', 'twenty'],
  [21, 'dua puluh satu', 'twenty one'],
  [40, 'empat puluh', 'forty'],
  [99, 'sembilan puluh sembilan', 'ninety nine'],
  [100, 'seratus', 'one hundred'],
  [101, 'seratus satu', 'one hundred one'],
  [110, 'seratus sepuluh', 'one hundred ten'],
  [111, 'seratus sebelas', 'one hundred eleven'],
  [199, 'seratus sembilan puluh sembilan', 'one hundred ninety nine'],
  [200, 'dua ratus', 'two hundred'],
  [999, 'sembilan ratus sembilan puluh sembilan', 'nine hundred ninety nine'],
  [1000, 'seribu', 'one thousand'],
  [1001, 'seribu satu', 'one thousand one'],
  [1100, 'seribu seratus', 'one thousand one hundred'],
  [2000, 'dua ribu', 'two thousand'],
  [11_011, 'sebelas ribu sebelas', 'eleven thousand eleven'],
  [101_000, 'seratus satu ribu', 'one hundred one thousand'],
]

const ORDINALS = [
  ...['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth', 'eleventh', 'twelfth', 'thirteenth'],
  ...['fourteenth', 'fifteenth', 'sixteenth', 'seventeenth', 'eighteenth', 'nineteenth', 'twentieth', 'twenty first', 'twenty second'],
  ...['twenty third', 'twenty fourth', 'twenty fifth', 'twenty sixth', 'twenty seventh', 'twenty eighth', 'twenty ninth', 'thirtieth'],
  'thirty first',
]

const called = (number: string, counterId = '3') => caption({ number, counterId })
const ID_END = ', silakan menuju loket '
const EN_END = ', please proceed to counter '

describe('numbers in words', () => {
  it.each(NUMBERS)('%i: %s; %s', (value, indonesian, english) => {
    expect(indonesianNumber(value)).toBe(indonesian)
    expect(englishNumber(value)).toBe(english)
  })

  it('no two numbers sound the same', () => {
    const all = Array.from({ length: 10_000 }, (_, value) => value)
    expect(new Set(all.map(indonesianNumber)).size).toBe(all.length)
    expect(new Set(all.map(englishNumber)).size).toBe(all.length)
  })
})

describe('the caption', () => {
  it('says B-021 at counter 3 as the contract does', () => {
    expect(called('B-021')).toEqual({
      id: 'Nomor antrean B nol dua puluh satu, silakan menuju loket tiga',
      en: 'Queue number B zero two one, please proceed to counter three',
    })
  })

  it.each([
    ['B-001', 'B nol nol satu', 'B zero zero one'],
    ['B-010', 'B nol sepuluh', 'B zero one zero'],
    ['B-100', 'B seratus', 'B one zero zero'],
    ['B-111', 'B seratus sebelas', 'B one one one'],
    ['B-999', 'B sembilan ratus sembilan puluh sembilan', 'B nine nine nine'],
    ['B-1000', 'B seribu', 'B one zero zero zero'],
    ['B-2001', 'B dua ribu satu', 'B two zero zero one'],
    ['YK-007', 'Y K nol nol tujuh', 'Y K zero zero seven'],
    ['A-000', 'A nol nol nol', 'A zero zero zero'],
  ])('%s: leading zeros one by one and the rest as a number in Indonesian, digits in English', (number, indonesian, english) => {
    expect(called(number)).toEqual({ id: `Nomor antrean ${indonesian}${ID_END}tiga`, en: `Queue number ${english}${EN_END}three` })
  })

  it.each([
    ['3', 'tiga', 'three'],
    ['12', 'dua belas', 'twelve'],
    ['12A', 'dua belas A', 'twelve A'],
    ['A1', 'A satu', 'A one'],
    ['07', 'tujuh', 'seven'],
    ['A-1', 'A satu', 'A one'],
    ['2_B', 'dua B', 'two B'],
    ['1234567', 'satu dua tiga empat lima enam tujuh', 'one two three four five six seven'],
  ])('counter %s is %s, %s', (counterId, indonesian, english) => {
    const { id, en } = called('B-021', counterId)
    expect(id.split(ID_END)[1]).toBe(indonesian)
    expect(en.split(EN_END)[1]).toBe(english)
  })

  it.each(ORDINALS.map((ordinal, index) => [index + 1, ordinal] as const))(
    'a number carried over from the %i says so: %s',
    (day, ordinal) => {
      expect(called(`B-007/${day}`)).toEqual({
        id: `Nomor antrean B nol nol tujuh dari tanggal ${indonesianNumber(day)}${ID_END}tiga`,
        en: `Queue number B zero zero seven from the ${ordinal}${EN_END}three`,
      })
    },
  )

  it('is words only, for every number and every counter that a branch can have', () => {
    const upper = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
    const prefix = fc.string({ unit: upper, minLength: 1, maxLength: 2 })
    const count = fc.oneof(fc.integer({ min: 1, max: 1200 }), fc.integer({ min: 1, max: 999_999 }))
    const carriedFrom = fc.option(fc.integer({ min: 1, max: 31 }))
    const counterId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/)
    fc.assert(
      fc.property(prefix, count, carriedFrom, counterId, (letters, value, day, counter) => {
        const { id, en } = called(`${letters}-${String(value).padStart(3, '0')}${day === null ? '' : `/${day}`}`, counter)
        for (const sentence of [id, en]) expect(sentence).toMatch(/^\p{L}+(?:,? \p{L}+)*$/u)
        expect(id).toContain(ID_END)
        expect(en).toContain(EN_END)
        for (const sentence of [id, en]) expect(sentence).not.toMatch(/undefined|NaN|null/)
      }),
      { numRuns: 2000 },
    )
  })
})
