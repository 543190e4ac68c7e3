import type { Agency, Counter, Hours, Journey, Language, Look, Text, TicketClass, Zone } from '../domain/configuration.ts'
import { wear } from '../look/wear.ts'
import { type Answer, api, type Problem } from './api.ts'

/** A service as the public may know it: what it needs, whether it takes visitors now, how many wait. */
export interface DescribedService {
  readonly code: string
  readonly name: Text
  readonly averageMinutes: number
  /** How long a regular visitor should wait at most. */
  readonly targetMinutes: number
  readonly requirements?: readonly Text[]
  readonly fee?: Text
  readonly open: boolean
  /** Why not, where it is closed: codes of `service-closed` and `quota-used`. */
  readonly closedReason?: string | null
  readonly closedText?: Text | null
  readonly opensAtMs?: number | null
  readonly waiting: number
  readonly quotaPerDay?: number | null
  readonly quotaLeft?: number | null
}

export interface DescribedAgency extends Pick<Agency, 'id' | 'name' | 'short' | 'prefix'> {
  readonly services: readonly DescribedService[]
}

/** `GET /branches/B`. */
export interface Description {
  readonly id: string
  readonly name: { readonly id: string; readonly en: string }
  readonly timeZone: string
  readonly languages: readonly Language[]
  readonly hours: Hours
  readonly zones: readonly Zone[]
  readonly classes: readonly TicketClass[]
  readonly agencies: readonly DescribedAgency[]
  readonly counters: readonly Counter[]
  readonly journeys: readonly Journey[]
  readonly motto?: Text
  readonly address?: string
  readonly runningText?: readonly Text[]
  readonly look?: Look
  /** Voice packs, by language. */
  readonly voices?: Readonly<Record<Language, string>>
  readonly visitorTickets?: boolean
}

export interface BranchName {
  readonly id: string
  readonly name: { readonly id: string; readonly en: string }
}

export const branches = async (): Promise<Answer<readonly BranchName[]>> => {
  const answer = await api<readonly BranchName[] | { readonly branches: readonly BranchName[] }>('/branches')
  return answer.ok ? { ...answer, value: 'branches' in answer.value ? answer.value.branches : answer.value } : answer
}

/** The branch that this page is about: named in the address, else the only one there is; null where a person must choose. */
export async function branchOfPage(): Promise<Answer<string | null>> {
  const named = new URLSearchParams(location.search).get('branch')
  if (named) return { ok: true, value: named, etag: null }
  const answer = await branches()
  if (!answer.ok) return answer
  return { ...answer, value: answer.value.length === 1 ? (answer.value[0] as BranchName).id : null }
}

/** A branch's public description, read again when told to; what was read stays while the server is away. */
export class Branch {
  description = $state.raw<Description | null>(null)
  problem = $state.raw<Problem | null>(null)
  readonly services: ReadonlyMap<string, { readonly agency: DescribedAgency; readonly service: DescribedService }> = $derived(
    new Map(
      (this.description?.agencies ?? []).flatMap((agency) =>
        agency.services.map((service) => [service.code, { agency, service }] as const),
      ),
    ),
  )
  readonly #id: () => string | null
  #configured: number | null = null
  #reading = false

  constructor(id: () => string | null) {
    this.#id = id
  }

  async read(): Promise<void> {
    const id = this.#id()
    if (id === null || this.#reading) return
    this.#reading = true
    const answer = await api<Description>(`/branches/${encodeURIComponent(id)}`)
    this.#reading = false
    if (answer.ok) {
      this.description = answer.value
      wear(answer.value.look)
      this.problem = null
    } else this.problem = answer.error
  }

  /** Reads again when the configuration that a view names is not the one that was read. */
  follow(configuredRevision: number | undefined): void {
    if (configuredRevision === undefined || configuredRevision === this.#configured) return
    this.#configured = configuredRevision
    void this.read()
  }

  get timeZone(): string {
    return this.description?.timeZone ?? 'Asia/Makassar'
  }
}
