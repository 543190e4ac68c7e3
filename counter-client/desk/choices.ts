import type { DescribedAgency, DescribedService, Description } from '../../shared/client/branch.svelte.ts'
import type { Journey, Text } from '../../shared/domain/configuration.ts'

/** What a visitor can get a number for. */
export type Choice = {
  /** A service's code, or `*` and a journey's id. */
  readonly id: string
  /** `B1`: the agency's prefix and the service's place in it; `*1` for bundles. */
  readonly shortcut: string
  readonly name: Text
} & (
  | { readonly agency: DescribedAgency; readonly service: DescribedService; readonly journey: null }
  | { readonly agency: null; readonly service: null; readonly journey: Journey }
)

export const choicesOf = ({ agencies, journeys }: Pick<Description, 'agencies' | 'journeys'>): Choice[] => [
  ...agencies.flatMap((agency) => servicesOf(agency)),
  ...journeys.map((journey, at) => ({
    id: `*${journey.id}`,
    shortcut: `*${at + 1}`,
    name: journey.name,
    agency: null,
    service: null,
    journey,
  })),
]

export const servicesOf = (agency: DescribedAgency): (Choice & { readonly service: DescribedService })[] =>
  agency.services.map((service, at) => ({
    id: service.code,
    shortcut: `${agency.prefix}${at + 1}`,
    name: service.name,
    agency,
    service,
    journey: null,
  }))

const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}*]+/gu, ' ')
const both = (name: Text): string => (typeof name === 'string' ? name : `${name.id} ${name.en}`)

/** How well a choice fits what was typed: 0 best; null: not at all. Every word typed must be found. */
function fit({ shortcut, name, agency }: Choice, typed: string): number | null {
  const compact = typed.replace(/ /g, '')
  const short = shortcut.toLowerCase()
  if (compact === short) return 0
  if (short.startsWith(compact)) return 1
  const named = ` ${plain(both(name))}`
  const around = agency === null ? '' : ` ${plain(`${agency.short} ${both(agency.name)}`)}`
  let worst = 2
  for (const word of typed.split(' ')) {
    if (named.includes(` ${word}`)) continue
    if (named.includes(word)) worst = Math.max(worst, 3)
    else if (around.includes(` ${word}`)) worst = Math.max(worst, 4)
    else return null
  }
  return worst
}

/** Best first; all of them where nothing was typed. */
export function matching<C extends Choice>(choices: readonly C[], typed: string): readonly C[] {
  const wanted = plain(typed).trim()
  if (wanted === '') return choices
  return choices
    .flatMap((choice, at) => {
      const rank = fit(choice, wanted)
      return rank === null ? [] : [{ choice, rank, at }]
    })
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .map(({ choice }) => choice)
}
