import { api, type Problem } from '../../shared/client/api.ts'
import { type Change, changesBetween, isSame, merge, withoutChange } from '../../shared/domain/configurationChanges.ts'
import { type Mistake, mistakesOf } from '../admin/administration.svelte.ts'
import type { Checked } from '../admin/branch/draft.svelte.ts'
import type { Agency, Document } from '../admin/branch/editable.ts'
import type { AgencyDesk } from './agency.svelte.ts'

/** How long nobody types before what was typed is checked. */
const REST_MS = 350

/** What the forms write to: as the whole branch has it, with this agency alone, so that paths are named as everywhere. */
type Part = Pick<Document, 'languages'> & { agencies: Agency[] }

const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** The agency's own part of the configuration while its coordinator changes it. Nothing is live before it is saved, and it is saved as a whole. */
export class AgencyPart implements Checked {
  document = $state<Part | null>(null)
  mistakes = $state.raw<readonly Mistake[]>([])
  problem = $state.raw<Problem | null>(null)
  /** `merged`: somebody else changed it in the meantime, and what both changed is to be looked at; `taken`: only they changed something. */
  told = $state.raw<'saved' | 'discarded' | 'merged' | 'taken' | null>(null)
  isSaving = $state(false)
  #base = $state.raw<Part | null>(null)
  readonly changes: readonly Change[] = $derived(this.document === null ? [] : changesBetween(this.#base, this.document))
  readonly #desk: AgencyDesk
  #etag: string | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #checks = 0

  constructor(desk: AgencyDesk) {
    this.#desk = desk
  }

  get base(): unknown {
    return this.#base
  }

  get isChanged(): boolean {
    return this.changes.length > 0
  }

  mistakesAt(path: string): readonly Mistake[] {
    return this.mistakes.filter((mistake) => mistake.path === path || mistake.path.startsWith(`${path}.`))
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  /** Reads what is live. What was changed here stays a change; where both changed the same, it is shown as one. */
  async read(): Promise<void> {
    const answer = this.#desk.noted(await api<Agency>(this.#desk.path))
    this.problem = answer.ok ? null : answer.error
    if (!answer.ok || answer.etag === this.#etag) return
    const languages = [...(this.#desk.branch.description?.languages ?? ['id', 'en'])] as Part['languages']
    const live: Part = { languages, agencies: [answer.value] }
    const [base, mine] = [this.#base, this.document && copied(this.document)]
    this.#base = live
    this.#etag = answer.etag
    this.document = copied(live)
    if (base === null || mine === null) return
    if (!isSame(base, mine)) this.document = copied(merge(base, mine, live, () => true).merged) as Part
    this.told = this.isChanged ? 'merged' : 'taken'
    this.changed()
  }

  /** To be called after each change: has it checked as soon as nobody types. */
  changed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.isChanged && (this.told === 'saved' || this.told === 'discarded')) this.told = null
      void this.check()
    }, REST_MS)
  }

  async check(): Promise<void> {
    const number = ++this.#checks
    if (this.document === null || !this.isChanged) {
      this.mistakes = []
      return
    }
    const call = { method: 'POST', body: this.document.agencies[0] } as const
    const answer = this.#desk.noted(await api<{ readonly mistakes: readonly Mistake[] }>(`${this.#desk.path}/check`, call))
    // A later check says more than this one.
    if (number !== this.#checks) return
    this.problem = answer.ok ? null : answer.error
    if (answer.ok) this.mistakes = answer.value.mistakes.map(placed)
  }

  async save(): Promise<void> {
    if (this.isSaving || this.document === null || !this.isChanged) return
    this.isSaving = true
    this.told = null
    const sent = copied(this.document)
    const headers = this.#etag === null ? {} : { 'If-Match': this.#etag }
    const answer = this.#desk.noted(await api(this.#desk.path, { method: 'PUT', body: sent.agencies[0], headers }))
    this.isSaving = false
    if (answer.ok) {
      this.#base = sent
      this.#etag = answer.etag
      this.mistakes = []
      this.problem = null
      this.told = 'saved'
      void this.#desk.read()
      return
    }
    if (answer.error.code === 'configuration-changed') return this.read()
    this.mistakes = mistakesOf(answer.error).map(placed)
    this.problem = answer.error.code === 'invalid-configuration' ? null : answer.error
  }

  /** Back to what is live. */
  discard(): void {
    this.document = copied(this.#base)
    this.told = 'discarded'
    this.problem = null
    this.changed()
  }

  /** One of the changes alone is taken out. */
  drop(change: Change): void {
    this.document = withoutChange(copied(this.document), this.#base, change) as Part
    this.changed()
  }
}

/** The server names paths in the agency, the forms as the whole branch does. */
const placed = ({ path, message }: Mistake): Mistake => ({ path: path === '' ? 'agencies.0' : `agencies.0.${path}`, message })
