import type { DescribedAgency, DescribedService } from '../../shared/client/branch.svelte.ts'
import type { Journey, Text } from '../../shared/domain/configuration.ts'
import type { Offer } from './offer.ts'
import { FILLERS, SYNONYMS } from './synonyms.ts'

export type Found =
  | { readonly kind: 'service'; readonly agency: DescribedAgency; readonly service: DescribedService }
  | { readonly kind: 'agency'; readonly agency: DescribedAgency }
  | { readonly kind: 'journey'; readonly journey: Journey }

const MOST = 12
/** What is worth less than this share of the best only has the word somewhere among its papers. */
const WORTH = 0.2

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

const words = (text: string): string[] => (plain(text) === '' ? [] : plain(text).split(' '))
const both = (text: Text | undefined): string => (text === undefined ? '' : typeof text === 'string' ? text : `${text.id} ${text.en}`)

const GROUPS = SYNONYMS.map((group) => group.map(plain))

/** The searched words, each with what means the same. A phrase of a group ("kartu keluarga") counts as one word. */
function meanings(query: string): string[][] {
  let rest = ` ${words(query).join(' ')} `
  const found: string[][] = []
  for (const group of GROUPS)
    for (const phrase of group)
      if (phrase.includes(' ') && rest.includes(` ${phrase} `)) {
        rest = rest.replace(` ${phrase} `, ' ')
        found.push(group)
      }
  const left = rest.split(' ').filter((word) => word !== '')
  const told = left.filter((word) => !FILLERS.has(word))
  // Only words that name no service: then they are looked for as they are.
  for (const word of told.length > 0 || found.length > 0 ? told : left)
    found.push([word, ...GROUPS.filter((group) => group.some((each) => isLike(each, word))).flat()])
  return found
}

/** The whole word or, of longer ones, its beginning or a slip of the finger. */
const isLike = (word: string, wanted: string): boolean =>
  word === wanted || (wanted.length >= 4 && (word.startsWith(wanted) || (word.length >= 4 && isOneSlip(word, wanted))))

/** One letter more, less, other, or two of them swapped. */
function isOneSlip(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  const [a, b] = [one.slice(at), other.slice(at)]
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
}

/** How well a text answers one searched word, 0 to 3: its own word, the beginning of one, something like it. */
function fit(text: string, meaning: readonly string[]): number {
  const [wanted = ''] = meaning
  const own = text.split(' ')
  if (own.includes(wanted)) return 3
  if (own.some((word) => word.startsWith(wanted))) return 2.5
  const isSame = meaning.some((each) => ` ${text} `.includes(` ${each} `))
  if (isSame) return 2
  return own.some((word) => isLike(word, wanted)) ? 1 : 0
}

/** A field of an entry, and what finding a word in it is worth. */
type Field = readonly [text: string, worth: number]

function score(fields: readonly Field[], wanted: readonly (readonly string[])[]): { readonly words: number; readonly points: number } {
  const fits = wanted.map((meaning) => Math.max(...fields.map(([text, worth]) => fit(text, meaning) * worth)))
  return { words: fits.filter((each) => each > 0).length, points: fits.reduce((sum, each) => sum + each, 0) }
}

/**
 * What the words may mean, best first: services, agencies and journeys of this hall. Those in which the most words are found: whoever types
 * one word too many should still find what the others name.
 */
export function search(offer: Offer, query: string): Found[] {
  const wanted = meanings(query)
  if (wanted.length === 0) return []
  const found: { readonly what: Found; readonly words: number; readonly points: number }[] = []
  const look = (what: Found, ...fields: Field[]): void => {
    const each = score(fields, wanted)
    if (each.words > 0) found.push({ what, ...each })
  }
  for (const agency of offer.agencies) {
    const office = plain(`${agency.short} ${both(agency.name)}`)
    look({ kind: 'agency', agency }, [office, 1.5])
    for (const service of agency.services)
      look(
        { kind: 'service', agency, service },
        [plain(both(service.name)), 2],
        [office, 0.8],
        [plain([...(service.requirements ?? []), service.note].map(both).join(' ')), 0.2],
      )
  }
  for (const journey of offer.journeys) look({ kind: 'journey', journey }, [plain(both(journey.name)), 1.8])
  const most = Math.max(0, ...found.map((each) => each.words))
  const left = found.filter((each) => each.words === most)
  const best = Math.max(0, ...left.map((each) => each.points))
  return left
    .filter((each) => each.points >= best * WORTH)
    .sort((a, b) => b.points - a.points)
    .slice(0, MOST)
    .map(({ what }) => what)
}
