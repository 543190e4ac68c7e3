import { NOTICES } from '../../shared/speech/notices.ts'
import { englishOrdinal, type Language, numberSaid, type Token } from '../../shared/speech/numbers.ts'
import { PHRASES } from '../../shared/speech/sentence.ts'

/** A clip that a pack should have. */
export interface WantedClip {
  readonly key: Token
  readonly text: string
  /** What eSpeak NG is given: the text, mended where it would say it wrong. */
  readonly synthesised: string
  /** Without it some number, letter or counter can't be said at all. */
  readonly isNeeded: boolean
}

const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ')
const NEEDED_PHRASES: ReadonlySet<Token> = new Set(['P:recall', 'P:number', 'P:proceed', 'P:counter'])
const TENS = [20, 30, 40, 50, 60, 70, 80, 90]
/** Of which the days of a month are made; an ordinal always ends its phrase. */
const ORDINALS = [...Array.from({ length: 20 }, (_, at) => at + 1), 30]

/** Words that eSpeak NG 1.51 reads with the wrong e, or the Dutch v (its own phoneme names); "seratus" and "seribu" it reads right as digits. */
const MENDED: Readonly<Record<string, string>> = {
  empat: "[[@mp'at]]",
  enam: "[[@n'am]]",
  sebelas: "[[s@b@l'as]]",
  'empat puluh': "[[@mp'atp,uluh]]",
  'enam puluh': "[[@n'amp,uluh]]",
  belas: "[[b@l'as]]",
  seratus: '100',
  seribu: '1000',
  V: "[[v'e]]",
  loket: "[[l'okEt]]",
  meja: "[[m'edZa]]",
  kode: "[[k'ode]]",
  berkas: "[[b@Rk'as]]",
  dengan: "[[d@N'an]]",
  gedung: "[[g@d'uN]]",
  sebelum: "[[s@b@l'um]]",
  sedang: "[[s@d'aN]]",
  sejenak: "[[s@dZ@n'ak]]",
  sistem: "[[s'istEm]]",
  tenang: "[[t@n'aN]]",
  terdekat: "[[t@Rd@k'at]]",
  terlewat: "[[t@Rl'ewat]]",
  tetap: "[[t@t'ap]]",
}

const said = (language: Language, text: string): string =>
  language === 'id' ? (MENDED[text] ?? text.replace(/\p{L}+/gu, (word) => MENDED[word.toLowerCase()] ?? word)) : text

/** With a comma the voice stays up; at the end of all text it falls (with a full stop it would not: "B." is read as somebody's initial). */
function bothTones(language: Language, key: Token, text: string, isNeeded: boolean): WantedClip[] {
  const spoken = said(language, text)
  return [
    { key, text, synthesised: `${spoken},`, isNeeded },
    { key: `${key}~`, text, synthesised: spoken, isNeeded: false },
  ]
}

function numbers(language: Language): WantedClip[] {
  const units = Array.from({ length: language === 'id' ? 12 : 20 }, (_, value) => value)
  const whole = (value: number, isNeeded: boolean) => bothTones(language, `N:${value}`, numberSaid(value, language).text, isNeeded)
  const words = language === 'id' ? ['belas', 'puluh', 'ratus', 'seratus', 'ribu', 'seribu'] : ['hundred', 'thousand']
  return [
    ...units.flatMap((value) => whole(value, true)),
    ...TENS.flatMap((value) => whole(value, language === 'en')),
    ...words.flatMap((word) => bothTones(language, `W:${word}`, word, true)),
  ]
}

/** Every clip that the shipped packs have, but for the chimes. */
export function wantedClips(language: Language): readonly WantedClip[] {
  const phrases = Object.entries(PHRASES[language]).map(([key, text]) => ({
    key,
    text,
    synthesised: key === 'P:recall' ? said(language, text) : said(language, text).replace(/:?$/, ','),
    isNeeded: NEEDED_PHRASES.has(key),
  }))
  const ordinals = (language === 'en' ? ORDINALS : []).map((day) => {
    const text = englishOrdinal(day)
    return { key: `O:${day}`, text, synthesised: text, isNeeded: false }
  })
  const notices = NOTICES.map(({ id, text }) => ({
    key: `T:${id}`,
    text: text[language],
    synthesised: said(language, text[language]),
    isNeeded: false,
  }))
  const letters = LETTERS.flatMap((letter) => bothTones(language, `L:${letter}`, letter, true))
  return [...phrases, ...numbers(language), ...letters, ...ordinals, ...notices]
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

/** Names under which halls have recorded these for years. */
const OLD_NAMES: Readonly<Record<Token, readonly string[]>> = {
  'P:number': ['antrian', 'antrean', 'nomor', 'nomor-antrian', 'no-urut', 'nomor-urut'],
  'P:proceed': ['silakan', 'silahkan', 'silahkan-menuju', 'menuju', 'di'],
  'P:counter': ['loket', 'diloket', 'di-loket', 'ke-loket'],
  'P:recall': ['panggil-ulang', 'panggilulang', 'ulang'],
  'X:chime': ['bel', 'bell', 'airport-bell', 'in', 'tingtong', 'chime'],
}

/** File names, without `.wav`, that are taken for this clip, the best first: its key, its number or letter, its text, what halls called it. */
export function fileNames({ key, text }: Pick<WantedClip, 'key' | 'text'>): readonly string[] {
  const bare = key.replace(/~$/, '')
  const own = /^[NL]:/.test(bare) ? [bare.slice(2).toLowerCase()] : []
  const names = [slug(bare), ...own, ...(bare.startsWith('T:') ? [] : [slug(text)]), ...(OLD_NAMES[bare] ?? [])]
  return key.endsWith('~') ? names.flatMap((name) => [`${name}-akhir`, `${name}-end`]) : names
}
