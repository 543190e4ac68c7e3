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

const EN_TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']

/** Numbers that are one word, of which all others are made. */
const WORDS: Readonly<Record<Language, Readonly<Record<number, string>>>> = {
  id: { ...['nol', 'satu', 'dua', 'tiga', 'empat', 'lima', 'enam', 'tujuh', 'delapan', 'sembilan', 'sepuluh', 'sebelas'] },
  en: {
    ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen'],
    ...Object.fromEntries(['fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'].map((word, at) => [15 + at, word])),
    ...Object.fromEntries(EN_TENS.map((word, at) => [20 + 10 * at, word])),
  },
}
const SCALES: Readonly<Record<Language, Readonly<Record<number, string>>>> = {
  id: { 10: 'puluh', 100: 'ratus', 1000: 'ribu' },
  en: { 100: 'hundred', 1000: 'thousand' },
}
/** In Indonesian "one" melts into its hundred and its thousand. */
const MELTED: Readonly<Record<number, string>> = { 100: 'seratus', 1000: 'seribu' }

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

const word = (text: string): Said => ({ token: `W:${text}`, text })

/**
 * What a whole number from 0 to LARGEST is made of, parted at its largest joint, so that a pack may say any part of it whole: 321 of 300 and 21,
 * 21 of 20 and 1, 300 of 3 and "ratus". Empty for a number that is a word itself.
 */
export function numberParts(value: number, language: Language): readonly Said[] {
  if (WORDS[language][value] !== undefined) return []
  if (language === 'id' && value < 20) return [numberSaid(value - 10, language), word('belas')]
  const scale = value < 100 ? 10 : value < 1000 ? 100 : 1000
  const rest = value % scale
  if (rest > 0) return [numberSaid(value - rest, language), numberSaid(rest, language)]
  const melted = language === 'id' ? MELTED[value] : undefined
  return melted === undefined ? [numberSaid(value / scale, language), word(SCALES[language][scale] as string)] : [word(melted)]
}

/** Said over and over, with every call. */
const REMEMBERED = 1000
const remembered: Readonly<Record<Language, Said[]>> = { id: [], en: [] }

/** A whole number from 0 to LARGEST, as one thing to say. */
export function numberSaid(value: number, language: Language): Said {
  const known = remembered[language][value]
  if (known) return known
  const parts = () => numberParts(value, language).map(({ text }) => text)
  const said = { token: `N:${value}`, text: WORDS[language][value] ?? parts().join(' ') }
  if (value < REMEMBERED) remembered[language][value] = said
  return said
}

/** `20` is "twentieth". */
export function englishOrdinal(value: number): string {
  const words = numberSaid(value, 'en').text.split(' ')
  const last = words.pop() as string
  return [...words, EN_ORDINALS[last] ?? `${last}th`].join(' ')
}
