import { isDocument } from './draft.svelte.ts'
import type { Document } from './editable.ts'

/** A branch as one file: what it is, and which pictures and films belong to it (they are copied by hand, from folder to folder). */
export interface BranchFile {
  readonly format: 'panggil-branch'
  readonly version: 1
  readonly exportedAt: string
  readonly configuration: unknown
  readonly media: readonly string[]
}

export const fileOf = (configuration: unknown, media: readonly string[], nowMs: number): BranchFile => ({
  format: 'panggil-branch',
  version: 1,
  exportedAt: new Date(nowMs).toISOString(),
  configuration,
  media,
})

export const fileName = (branch: string, day: string): string => `panggil-${branch}-${day}.json`

export interface ReadFile {
  readonly document: Document
  readonly media: readonly string[]
}

/** Such a file, or a configuration alone; null where it is neither. */
export function readFile(text: string): ReadFile | null {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof read !== 'object' || read === null) return null
  const { format, configuration, media } = read as Partial<BranchFile>
  const found: unknown = format === 'panggil-branch' ? configuration : read
  if (typeof found !== 'object' || found === null) return null
  // What may be absent in a file has its usual value.
  const document = { languages: ['id', 'en'], classes: [], journeys: [], ...found }
  return isDocument(document) ? { document, media: Array.isArray(media) ? media.filter((each) => typeof each === 'string') : [] } : null
}

/** Hands a text to the browser as a file to be saved. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** A branch made of another: only these agencies, with these prefixes; what names the others is left out. */
export function branchFrom(
  source: Document,
  own: {
    readonly id: string
    readonly name: { readonly id: string; readonly en: string }
    readonly timeZone: string
    readonly address: string
    readonly agencies: ReadonlyMap<string, string>
  },
): Document {
  const copy = JSON.parse(JSON.stringify(source)) as Document
  const agencies = copy.agencies
    .filter((agency) => own.agencies.has(agency.id))
    .map((agency) => ({ ...agency, prefix: own.agencies.get(agency.id) ?? agency.prefix }))
  const codes = new Set(agencies.flatMap((agency) => agency.services.map((service) => `${agency.id}.${service.id}`)))
  const { address: _address, assumptions: _assumptions, ...rest } = copy
  return {
    ...rest,
    id: own.id,
    name: { ...own.name },
    timeZone: own.timeZone,
    ...(own.address === '' ? {} : { address: own.address }),
    agencies,
    counters: copy.counters
      .map((counter) => ({ ...counter, services: counter.services.filter((code) => codes.has(code)) }))
      .filter((counter) => counter.services.length > 0),
    journeys: copy.journeys.filter((journey) => journey.steps.every((step) => codes.has(step.service))),
  }
}
