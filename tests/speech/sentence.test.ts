import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Language, numberSaid } from '../../shared/speech/numbers.ts'
import { caption, type Reading, type SpokenCall, sentenceOf } from '../../shared/speech/sentence.ts'

const indonesianNumber = (value: number): string => numberSaid(value, 'id').text
const englishNumber = (value: number): string => numberSaid(value, 'en').text

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

/** A second reading, by the places of the digits and words written by hand; the code parts numbers by division. */
const PLACES = {
  id: {
    digits: 'nol satu dua tiga empat lima enam tujuh delapan sembilan'.split(' '),
    teens: [
      'sepuluh',
      'sebelas',
      'dua belas',
      'tiga belas',
      'empat belas',
      'lima belas',
      'enam belas',
      'tujuh belas',
      'delapan belas',
    ].concat('sembilan belas'),
    tens: ['dua puluh', 'tiga puluh', 'empat puluh', 'lima puluh', 'enam puluh', 'tujuh puluh', 'delapan puluh', 'sembilan puluh'],
    hundreds: ['seratus', 'dua ratus', 'tiga ratus', 'empat ratus', 'lima ratus', 'enam ratus', 'tujuh ratus', 'delapan ratus'].concat(
      'sembilan ratus',
    ),
    thousands: ['seribu', 'dua ribu', 'tiga ribu', 'empat ribu', 'lima ribu', 'enam ribu', 'tujuh ribu', 'delapan ribu', 'sembilan ribu'],
  },
  en: {
    digits: 'zero one two three four five six seven eight nine'.split(' '),
    teens: 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' '),
    tens: 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' '),
    hundreds: ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map((each) => `${each} hundred`),
    thousands: ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map((each) => `${each} thousand`),
  },
} as const

function readByPlaces(written: string, reading: Reading, language: Language): string {
  const { digits, teens, tens, hundreds, thousands } = PLACES[language]
  const oneByOne = (text: string) => Array.from(text, (digit) => digits[Number(digit)] as string)
  if (reading === 'digits') return oneByOne(written).join(' ')
  const significant = written.replace(/^0+/, '')
  const [thousand, hundred, ten, one] = Array.from(significant.padStart(4, '0'), Number) as [number, number, number, number]
  const said = [
    ...(reading === 'zeros' ? oneByOne(written.slice(0, written.length - significant.length)) : []),
    thousand > 0 ? thousands[thousand - 1] : '',
    hundred > 0 ? hundreds[hundred - 1] : '',
    ten === 1 ? teens[one] : ten > 1 ? tens[ten - 2] : '',
    ten !== 1 && one > 0 ? digits[one] : '',
  ].filter((word) => word !== '')
  return said.length > 0 ? said.join(' ') : (digits[0] as string)
}

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

describe('a number on a ticket', () => {
  const READINGS = ['zeros', 'digits', 'cardinal'] as const

  it.each(['id', 'en'] as const)('from 0 to 9999 is read as a second reader reads it, in each of three ways (%s)', (language) => {
    for (const reading of READINGS)
      for (let value = 0; value <= 9999; value += 1) {
        const written = String(value).padStart(3, '0')
        const call = { number: `A-${written}`, place: '3', kind: 'call', form: 'short' } as const
        const { text } = sentenceOf(call, language, { reading: { id: reading, en: reading } })
        const place = language === 'id' ? 'loket tiga' : 'counter three'
        if (text !== `A ${readByPlaces(written, reading, language)}, ${place}`) expect.fail(`${written} read as ${reading}: ${text}`)
      }
  })
})

describe('a place', () => {
  it.each([
    [{ place: 'Loket 3' }, 'loket tiga', 'counter three'],
    [{ place: 'loket 12A' }, 'loket dua belas A', 'counter twelve A'],
    [{ place: 'Meja 2' }, 'meja dua', 'desk two'],
    [{ place: 'Ruang 4B', placeKind: 'desk' }, 'ruang empat B', 'room four B'],
    [{ place: '4', placeKind: 'room' }, 'ruang empat', 'room four'],
    [{ place: '4', placeKind: 'counter' }, 'loket empat', 'counter four'],
    [{ place: '2 B' }, 'loket dua B', 'counter two B'],
    [{ place: 'Loket' }, 'loket', 'counter'],
    [{ place: '' }, 'loket', 'counter'],
  ] as const satisfies readonly (readonly [Pick<SpokenCall, 'place' | 'placeKind'>, string, string])[])(
    'with the sign %o is %s, %s',
    (sign, id, en) => {
      const call = { number: 'B-021', kind: 'call', form: 'short', ...sign } as const
      expect(sentenceOf(call, 'id').text).toBe(`B nol dua puluh satu, ${id}`)
      expect(sentenceOf(call, 'en').text).toBe(`B zero two one, ${en}`)
    },
  )
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
