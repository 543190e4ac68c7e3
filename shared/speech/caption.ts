/** A call as the sentence that is spoken and shown: the same words for eye and ear. Pure. */

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

const unit = (words: readonly string[], value: number): string => words[value] as string
const joined = (head: string, rest: number, words: (value: number) => string): string => (rest === 0 ? head : `${head} ${words(rest)}`)

/** Whole numbers from 0 to 999,999 as Indonesians say them. */
export function indonesianNumber(value: number): string {
  if (value < 12) return unit(ID_UNITS, value)
  if (value < 20) return `${unit(ID_UNITS, value - 10)} belas`
  if (value < 100) return joined(`${unit(ID_UNITS, Math.floor(value / 10))} puluh`, value % 10, indonesianNumber)
  if (value < 200) return joined('seratus', value - 100, indonesianNumber)
  if (value < 1000) return joined(`${unit(ID_UNITS, Math.floor(value / 100))} ratus`, value % 100, indonesianNumber)
  if (value < 2000) return joined('seribu', value - 1000, indonesianNumber)
  return joined(`${indonesianNumber(Math.floor(value / 1000))} ribu`, value % 1000, indonesianNumber)
}

/** Whole numbers from 0 to 999,999 in English. */
export function englishNumber(value: number): string {
  if (value < 20) return unit(EN_UNITS, value)
  if (value < 100) return joined(unit(EN_TENS, Math.floor(value / 10)), value % 10, englishNumber)
  if (value < 1000) return joined(`${unit(EN_UNITS, Math.floor(value / 100))} hundred`, value % 100, englishNumber)
  return joined(`${englishNumber(Math.floor(value / 1000))} thousand`, value % 1000, englishNumber)
}

function englishOrdinal(value: number): string {
  const words = englishNumber(value).split(' ')
  const last = words.pop() as string
  return [...words, EN_ORDINALS[last] ?? `${last}th`].join(' ')
}

/** Leading zeros one by one, the rest as a number: `021` is "nol dua puluh satu". */
function indonesianDigits(digits: string): string {
  const rest = digits.replace(/^0+/, '')
  const zeros = Array.from({ length: digits.length - rest.length }, () => 'nol')
  return [...zeros, ...(rest === '' ? [] : [indonesianNumber(Number(rest))])].join(' ')
}

const englishDigits = (digits: string): string => Array.from(digits, (digit) => unit(EN_UNITS, Number(digit))).join(' ')

/** Letters apart, as they are named one by one. */
const spelled = (letters: string): string => Array.from(letters).join(' ')

/** What stands on a counter's sign, in words: `12A` is "dua belas A", `A-1` is "A satu". A hyphen has no sound. */
const counterWords = (id: string, words: (value: number) => string): string =>
  id
    .split(/(\d+)|[^\p{L}\p{N}]+/u)
    .filter((part): part is string => part !== undefined && part !== '')
    .map((part) => {
      if (!/^\d+$/.test(part)) return part
      return part.length <= 6 ? words(Number(part)) : Array.from(part, (digit) => words(Number(digit))).join(' ')
    })
    .join(' ')

/**
 * The call of a ticket to a counter, in both languages. `B-021` at counter `3`: "Nomor antrean B nol dua puluh satu, silakan menuju loket
 * tiga". A number carried over from the 20th (`B-007/20`) says so.
 */
export function caption({ number, counterId }: { readonly number: string; readonly counterId: string }): { id: string; en: string } {
  const [, prefix = number, digits = '', carriedFrom] = /^([^-]*)-(\d+)(?:\/(\d+))?$/.exec(number) ?? []
  const from = carriedFrom === undefined ? null : Number(carriedFrom)
  const id = [spelled(prefix), indonesianDigits(digits), ...(from === null ? [] : ['dari tanggal', indonesianNumber(from)])]
  const en = [spelled(prefix), englishDigits(digits), ...(from === null ? [] : ['from the', englishOrdinal(from)])]
  const say = (words: string[]): string => words.filter((word) => word !== '').join(' ')
  return {
    id: `Nomor antrean ${say(id)}, silakan menuju loket ${counterWords(counterId, indonesianNumber)}`,
    en: `Queue number ${say(en)}, please proceed to counter ${counterWords(counterId, englishNumber)}`,
  }
}
