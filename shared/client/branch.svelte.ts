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
  readonly note?: Text
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

/** A server that starts again is not asked by all its screens at once. */
const againMs = (): number => 2_000 + Math.random() * 3_000

/**
 * A branch's public description, read again when told to; what was read stays while the server is away. What could not be read is read again
 * until it is here: a board that knows no agencies can't tell who waits.
 */
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
  #reading: Promise<void> | null = null
  #isWanted = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(id: () => string | null) {
    this.#id = id
  }

  /** Asked for while it is being read, it is read once more: what is on its way may be the old one. */
  async read(): Promise<void> {
    if (this.#id() === null) return
    this.#isWanted = true
    this.#reading ??= this.#readAll()
    await this.#reading
  }

  async #readAll(): Promise<void> {
    for (let id = this.#id(); this.#isWanted && id !== null; id = this.#id()) {
      this.#isWanted = false
      clearTimeout(this.#timer)
      const answer = await api<Description>(`/branches/${encodeURIComponent(id)}`)
      if (answer.ok) {
        this.description = answer.value
        wear(answer.value.look)
        this.problem = null
      } else {
        this.problem = answer.error
        if (answer.error.retry) this.#timer = setTimeout(() => void this.read(), againMs())
      }
    }
    this.#reading = null
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
