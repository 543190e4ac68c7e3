import { englishOrdinal, LARGEST, type Language, numberSaid, type Said, type Token } from './numbers.ts'

export type { Language, Token } from './numbers.ts'

/** How a number is read: leading zeros one by one and the rest as a number, digit by digit, or as a number alone. */
export type Reading = 'zeros' | 'digits' | 'cardinal'

export interface SpeechSettings {
  readonly reading: Readonly<Record<Language, Reading>>
  /** How an agency's prefix is said: `4K` as `empat ka`. */
  readonly pronunciations?: Readonly<Record<string, Readonly<Partial<Record<Language, string | undefined>>>>>
}

export const DEFAULT_SPEECH: SpeechSettings = { reading: { id: 'zeros', en: 'digits' } }

export type PlaceKind = 'counter' | 'room' | 'desk'

export interface SpokenCall {
  /** `B-021`; `B-007/20` was carried over from the 20th. */
  readonly number: string
  /** What stands on the counter's sign: `3`, `12A`, `Loket 3`, `Meja 2`. */
  readonly place: string
  /** Where the sign itself does not say what it is; a counter if neither does. */
  readonly placeKind?: PlaceKind
  readonly kind: 'call' | 'recall'
  /** `short`: number and counter alone, for when many wait to be spoken. */
  readonly form: 'full' | 'short'
}

/** What is shown and what is spoken, from one source. */
export interface SpokenSentence {
  readonly language: Language
  readonly text: string
  readonly tokens: readonly Token[]
}

/** The phrases of the sentence; written small, because any of them may begin it. */
export const PHRASES = {
  id: {
    'P:recall': 'panggilan ulang',
    'P:number': 'nomor antrean',
    'P:carriedFrom': 'dari tanggal',
    'P:proceed': 'silakan menuju',
    'P:counter': 'loket',
    'P:room': 'ruang',
    'P:desk': 'meja',
    'P:soundCheck': 'uji suara. Kode:',
  },
  en: {
    'P:recall': 'repeat call',
    'P:number': 'queue number',
    'P:carriedFrom': 'from the',
    'P:proceed': 'please proceed to',
    'P:counter': 'counter',
    'P:room': 'room',
    'P:desk': 'desk',
    'P:soundCheck': 'sound check. Code:',
  },
} as const satisfies Record<Language, Record<string, string>>

const phrase = (language: Language, token: keyof (typeof PHRASES)['id']): Said => ({ token, text: PHRASES[language][token] })

/** Letters one by one, each digit as a number: `4K`. Signs have no sound. */
export function spelled(letters: string, language: Language): Said[] {
  const said: Said[] = []
  for (const sign of letters) {
    if (/\d/.test(sign)) said.push(numberSaid(Number(sign), language))
    else if (/\p{L}/u.test(sign)) said.push({ token: `L:${sign.toUpperCase()}`, text: sign.toUpperCase() })
  }
  return said
}

function prefixSaid(prefix: string, language: Language, settings: SpeechSettings): readonly Said[] {
  const own = settings.pronunciations?.[prefix]?.[language]
  // A pack that was recorded for it has the clip; any other says its letters and digits.
  return own === undefined ? spelled(prefix, language) : [{ token: `A:${prefix}`, text: own }]
}

function digitsSaid(digits: string, language: Language, reading: Reading): Said[] {
  const rest = digits.replace(/^0+/, '')
  if (reading === 'digits' || rest.length > 6) return spelled(digits, language)
  const value = rest === '' ? [] : [numberSaid(Number(rest), language)]
  if (reading === 'cardinal') return value.length > 0 ? value : [numberSaid(0, language)]
  return [...spelled(digits.slice(0, digits.length - rest.length), language), ...value]
}

const KINDS: ReadonlyMap<string, PlaceKind> = new Map([
  ['loket', 'counter'],
  ['counter', 'counter'],
  ['ruang', 'room'],
  ['room', 'room'],
  ['meja', 'desk'],
  ['desk', 'desk'],
])

/** What stands on a counter's sign: `12A` is "loket dua belas A", `A-1` "loket A satu", `Meja 2` "meja dua". */
function placeSaid({ place, placeKind }: Pick<SpokenCall, 'place' | 'placeKind'>, language: Language): Said[] {
  const [first = '', ...others] = place.match(/\d+|\p{L}+/gu) ?? []
  const kind = KINDS.get(first.toLowerCase())
  const parts = kind === undefined ? [first, ...others] : others
  const label = parts.flatMap((part) =>
    /^\d/.test(part) && Number(part) <= LARGEST ? [numberSaid(Number(part), language)] : spelled(part, language),
  )
  return [phrase(language, `P:${kind ?? placeKind ?? 'counter'}`), ...label]
}

function carriedSaid(day: number, language: Language): Said[] {
  const from = phrase(language, 'P:carriedFrom')
  return [from, language === 'id' ? numberSaid(day, language) : { token: `O:${day}`, text: englishOrdinal(day) }]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Phrases one after the other, with a comma and a breath between them. */
function sentence(language: Language, phrases: readonly (readonly Said[])[]): SpokenSentence {
  const texts: string[] = []
  const tokens: Token[] = []
  for (const said of phrases) {
    if (said.length === 0) continue
    texts.push(said.map(({ text }) => text).join(' '))
    said.forEach(({ token }, at) => {
      tokens.push(at === said.length - 1 ? `${token}~` : token)
    })
  }
  return { language, text: capital(texts.join(', ')), tokens }
}

/**
 * A call in one language, in words and in clips: `B-021` at counter `3` is "Nomor antrean B nol dua puluh satu, silakan menuju loket tiga"
 * and "Queue number B zero two one, please proceed to counter three".
 */
export function sentenceOf(call: SpokenCall, language: Language, settings: SpeechSettings = DEFAULT_SPEECH): SpokenSentence {
  const number = ticketNumberSaid(call.number, language, settings)
  const place = placeSaid(call, language)
  const isFull = call.form === 'full'
  return sentence(language, [
    call.kind === 'recall' ? [phrase(language, 'P:recall')] : [],
    isFull ? [phrase(language, 'P:number'), ...number] : number,
    isFull ? [phrase(language, 'P:proceed'), ...place] : place,
  ])
}

function ticketNumberSaid(ticketNumber: string, language: Language, settings: SpeechSettings): readonly Said[] {
  const [, prefix = ticketNumber, written = '', digits = '', carriedFrom] = /^([^-]*)-(T?)(\d+)(?:\/(\d+))?$/.exec(ticketNumber) ?? []
  return [
    ...prefixSaid(prefix, language, settings),
    ...spelled(written, language),
    ...digitsSaid(digits, language, settings.reading[language]),
    ...(carriedFrom === undefined ? [] : carriedSaid(Number(carriedFrom), language)),
  ]
}

/** The number alone, as a call will name it: what is read aloud to a visitor who can't see it. */
export const numberInWords = (ticketNumber: string, settings: SpeechSettings = DEFAULT_SPEECH): { id: string; en: string } => {
  const inLanguage = (language: Language): string =>
    sentence(language, [[phrase(language, 'P:number'), ...ticketNumberSaid(ticketNumber, language, settings)]]).text
  return { id: inLanguage('id'), en: inLanguage('en') }
}

/** The sentence of a call in both languages, as the event carries it and the screens show it. */
export function caption(
  { number, counterId }: { readonly number: string; readonly counterId: string },
  settings: SpeechSettings = DEFAULT_SPEECH,
): { id: string; en: string } {
  const call: SpokenCall = { number, place: counterId, kind: 'call', form: 'full' }
  return { id: sentenceOf(call, 'id', settings).text, en: sentenceOf(call, 'en', settings).text }
}

/** What the loudspeaker says for a sound check, the code's digits one by one: "Uji suara. Kode: empat tujuh dua". */
export const soundCheckSentence = (code: string, language: Language): SpokenSentence =>
  sentence(language, [[phrase(language, 'P:soundCheck'), ...spelled(code, language)]])
