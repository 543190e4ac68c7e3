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
const TENS = [20, 30, 40, 50, 60, 70, 80, 90]

/** Words that eSpeak NG 1.51 reads with the wrong e, or the Dutch v (its own phoneme names); written numbers it reads right as digits. */
const MENDED: Readonly<Record<string, string>> = {
  belas: "[[b@l'as]]",
  loket: "[[l'okEt]]",
  V: "[[v'e]]",
  seratus: '100',
  seribu: '1000',
  berkas: "[[b@rk'as]]",
  dengan: "[[d@N'an]]",
  gedung: "[[g@d'uN]]",
  sebelum: "[[s@b@l'um]]",
  sedang: "[[s@d'aN]]",
  sistem: "[[s'istEm]]",
  sejenak: "[[s@dZ@n'ak]]",
  tenang: "[[t@n'aN]]",
  terdekat: "[[t@rd@k'at]]",
  terlewat: "[[t@rl'ewat]]",
  tetap: "[[t@t'ap]]",
}

const said = (language: Language, text: string): string =>
  language === 'id' ? text.replace(/\p{L}+/gu, (word) => MENDED[word] ?? word) : text

/** With a comma the voice stays up, with a full stop it falls. */
function bothTones(language: Language, key: Token, text: string, isNeeded: boolean, spoken = said(language, text)): WantedClip[] {
  return [
    { key, text, synthesised: `${spoken},`, isNeeded },
    { key: `${key}~`, text, synthesised: `${spoken}.`, isNeeded: false },
  ]
}

function numbers(language: Language): WantedClip[] {
  const units = Array.from({ length: language === 'id' ? 12 : 20 }, (_, value) => value)
  const whole = (value: number, isNeeded: boolean) =>
    bothTones(language, `N:${value}`, numberSaid(value, language).text, isNeeded, String(value))
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
    synthesised: `${said(language, text)}${key === 'P:recall' ? '.' : ','}`,
    isNeeded: key !== 'P:soundCheck' && key !== 'P:carriedFrom',
  }))
  const ordinals = Array.from({ length: language === 'en' ? 31 : 0 }, (_, day) => englishOrdinal(day + 1)).map((text, day) => ({
    key: `O:${day + 1}`,
    text,
    synthesised: `${text}.`,
    isNeeded: false,
  }))
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

/** File names, without `.wav`, that are taken for this clip: its text, its number or letter; `-akhir` or `-end` for the falling tone. */
export function fileNames({ key, text }: Pick<WantedClip, 'key' | 'text'>): readonly string[] {
  const bare = key.replace(/~$/, '')
  const own = /^[NL]:/.test(bare) ? [bare.slice(2).toLowerCase()] : []
  const names = [slug(bare), ...own, ...(bare.startsWith('T:') ? [] : [slug(text)]), ...(OLD_NAMES[bare] ?? [])]
  return key.endsWith('~') ? names.flatMap((name) => [`${name}-akhir`, `${name}-end`]) : names
}
