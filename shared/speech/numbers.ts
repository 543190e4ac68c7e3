/** Whole numbers in words, as they are said, and as the clips that say them. Pure; no library, because old browsers load this. */

export type Language = 'id' | 'en'

/**
 * A key of a voice pack's clips: `N:21` a number, `W:puluh` a word of which numbers are made, `L:B` a letter, `O:20` an ordinal (`twentieth`),
 * `P:proceed` a phrase of the sentence, `T:closing` a prepared text, `X:chime`. With `~` at its end it closes a phrase, and is said with a falling
 * tone.
 */
export type Token = string

/** Something that is said: which clip says it, and what is written for it. */
export interface Said {
  readonly token: Token
  readonly text: string
}

const ID_UNITS = ['nol', 'satu', 'dua', 'tiga', 'empat', 'lima', 'enam', 'tujuh', 'delapan', 'sembilan', 'sepuluh', 'sebelas']
const EN_UNITS = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen'],
  ...['fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
]
const EN_TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']
const EN_ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
  twenty: 'twentieth',
  thirty: 'thirtieth',
}

/** Numbers from 0 to this can be said whole; longer ones digit by digit. */
export const LARGEST = 999_999

const whole = (words: readonly string[], value: number): Said => ({ token: `N:${value}`, text: words[value] as string })
const word = (text: string): Said => ({ token: `W:${text}`, text })
const followed = (head: readonly Said[], rest: number, parts: (value: number) => readonly Said[]): readonly Said[] =>
  rest === 0 ? head : [...head, ...parts(rest)]

function indonesianParts(value: number): readonly Said[] {
  if (value < 12) return [whole(ID_UNITS, value)]
  if (value < 20) return [whole(ID_UNITS, value - 10), word('belas')]
  if (value < 100) return followed([whole(ID_UNITS, Math.floor(value / 10)), word('puluh')], value % 10, indonesianParts)
  if (value < 200) return followed([word('seratus')], value - 100, indonesianParts)
  if (value < 1000) return followed([whole(ID_UNITS, Math.floor(value / 100)), word('ratus')], value % 100, indonesianParts)
  if (value < 2000) return followed([word('seribu')], value - 1000, indonesianParts)
  return followed([...indonesianParts(Math.floor(value / 1000)), word('ribu')], value % 1000, indonesianParts)
}

function englishParts(value: number): readonly Said[] {
  if (value < 20) return [whole(EN_UNITS, value)]
  if (value < 100) {
    const tens = Math.floor(value / 10)
    return followed([{ token: `N:${tens * 10}`, text: EN_TENS[tens] as string }], value % 10, englishParts)
  }
  if (value < 1000) return followed([whole(EN_UNITS, Math.floor(value / 100)), word('hundred')], value % 100, englishParts)
  return followed([...englishParts(Math.floor(value / 1000)), word('thousand')], value % 1000, englishParts)
}

/** The parts that a number from 0 to LARGEST is made of: of `21` "dua", "puluh", "satu". */
export const numberParts = (value: number, language: Language): readonly Said[] =>
  language === 'id' ? indonesianParts(value) : englishParts(value)

const textOf = (parts: readonly Said[]): string => parts.map(({ text }) => text).join(' ')

/** Whole numbers from 0 to 999,999 as Indonesians say them. */
export const indonesianNumber = (value: number): string => textOf(indonesianParts(value))
/** Whole numbers from 0 to 999,999 in English. */
export const englishNumber = (value: number): string => textOf(englishParts(value))

/** A whole number from 0 to LARGEST, as one thing to say. */
export const numberSaid = (value: number, language: Language): Said => ({
  token: `N:${value}`,
  text: textOf(numberParts(value, language)),
})

/** `20` is "twentieth". */
export function englishOrdinal(value: number): string {
  const words = englishNumber(value).split(' ')
  const last = words.pop() as string
  return [...words, EN_ORDINALS[last] ?? `${last}th`].join(' ')
}
