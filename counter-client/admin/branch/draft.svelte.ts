import type { Problem } from '../../../shared/client/api.ts'
import {
  type Change,
  type Clash,
  changesBetween,
  isSame,
  merge,
  type Path,
  withoutChange,
} from '../../../shared/domain/configurationChanges.ts'
import { type Administration, type Mistake, mistakesOf } from '../administration.svelte.ts'
import type { Document } from './editable.ts'

/** How long nobody types before a draft is kept and checked. */
const REST_MS = 350
/** How often another's change is looked for. */
const LOOK_MS = 4_000

export interface ToldVersion {
  readonly revision: number
  readonly atMs: number
  readonly by: string
  readonly previous: number | null
  readonly changes: readonly Change[]
  readonly moreChanges: number
}

export interface Version {
  readonly revision: number
  readonly atMs: number
  readonly by: string
  readonly previous: number | null
  readonly configuration: unknown
}

/** What a browser keeps until it is saved or thrown away: no names of people, nothing of visitors. */
interface Kept {
  readonly revision: number
  readonly base: unknown
  readonly document: unknown
}

/** What the fields of a form know of what they are part of. */
export interface Checked {
  /** Null until it was read. */
  readonly document: Pick<Document, 'languages'> | null
  readonly mistakes: readonly Mistake[]
  /** Of this field, and of all below it. */
  mistakesAt(path: string): readonly Mistake[]
}

/** What the last deed came to. */
export type Told = 'saved' | 'discarded' | 'taken-back' | 'nothing-to-take-back' | 'take-back-drafted' | 'imported' | 'merged'

/** Told until the next change; the others ask for something and stay until it is done. */
const PASSING: ReadonlySet<Told> = new Set(['saved', 'discarded', 'taken-back', 'nothing-to-take-back'])

const copied = (value: unknown): Document => JSON.parse(JSON.stringify(value)) as Document

/**
 * The configuration as somebody is changing it: everything that he typed, what differs from the live branch, and what is wrong with it.
 * Nothing is live before it is saved, and it is saved as a whole.
 */
export class Draft implements Checked {
  /** Written to by the forms. Null until it was read. */
  document = $state<Document | null>(null)
  /** The version that it began with. */
  base = $state.raw<unknown>(null)
  revision = $state(0)
  /** A newer version, where somebody else saved one in the meantime. */
  newer = $state.raw<Version | null>(null)
  /** Whose change was taken over silently, because nothing was changed here. */
  taken = $state.raw<Version | null>(null)
  mistakes = $state.raw<readonly Mistake[]>([])
  inUse = $state.raw<string | null>(null)
  problem = $state.raw<Problem | null>(null)
  told = $state.raw<Told | null>(null)
  isSaving = $state(false)
  readonly changes: readonly Change[] = $derived(this.document === null ? [] : changesBetween(this.base, this.document))
  readonly administration: Administration
  #timer: ReturnType<typeof setTimeout> | undefined
  #looking: ReturnType<typeof setInterval> | undefined
  #checks = 0

  constructor(administration: Administration) {
    this.administration = administration
  }

  get isChanged(): boolean {
    return this.changes.length > 0
  }

  /** What stands in the way of saving. */
  get isSound(): boolean {
    return this.mistakes.length === 0 && this.inUse === null
  }

  mistakesAt(path: string): readonly Mistake[] {
    return this.mistakes.filter((mistake) => mistake.path === path || mistake.path.startsWith(`${path}.`))
  }

  /** Begins to look for others' changes; whoever opened it closes it. */
  open(): void {
    void this.read()
    this.#looking = setInterval(() => {
      if (document.visibilityState === 'visible') void this.look()
    }, LOOK_MS)
  }

  close(): void {
    clearTimeout(this.#timer)
    clearInterval(this.#looking)
    this.#keep()
  }

  async read(): Promise<void> {
    const answer = await this.administration.ask<unknown>(`${this.administration.path}/configuration`)
    this.problem = answer.ok ? null : answer.error
    if (!answer.ok) return
    const revision = revisionOf(answer.etag)
    const kept = this.#kept()
    this.base = kept?.base ?? answer.value
    this.revision = kept?.revision ?? revision
    this.document = copied(kept?.document ?? answer.value)
    // After a restore the same revision may be another version.
    if (kept && (kept.revision !== revision || !isSame(kept.base, answer.value))) await this.#hear(revision)
    this.changed()
  }

  /** To be called after each change: keeps it and has it checked as soon as nobody types. */
  changed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#keep()
      // Whoever goes on changing has read what became of the last deed.
      if (this.isChanged && this.told !== null && PASSING.has(this.told)) this.told = null
      void this.check()
    }, REST_MS)
  }

  async check(): Promise<void> {
    if (this.document === null) return
    const number = ++this.#checks
    if (!this.isChanged) {
      this.mistakes = []
      this.inUse = null
      return
    }
    const answer = await this.administration.ask<{ mistakes: Mistake[]; inUse: string | null }>(
      `${this.administration.path}/configuration/check`,
      { method: 'POST', body: this.document },
    )
    // A later check says more than this one.
    if (number !== this.#checks) return
    this.problem = answer.ok ? null : answer.error
    if (!answer.ok) return
    this.mistakes = answer.value.mistakes
    this.inUse = answer.value.inUse
  }

  async save(): Promise<boolean> {
    if (this.isSaving || this.document === null || !this.isChanged) return false
    this.isSaving = true
    this.told = null
    const sent = copied(this.document)
    const answer = await this.#put(sent, this.revision)
    if (answer === null) {
      await this.#adopt(sent)
      this.told = 'saved'
    } else await this.#refused(answer)
    this.isSaving = false
    return answer === null
  }

  /** Back to what is live. */
  discard(): void {
    this.document = copied(this.newer?.configuration ?? this.base)
    if (this.newer) {
      this.base = this.newer.configuration
      this.revision = this.newer.revision
      this.newer = null
    }
    this.#settled('discarded')
  }

  /** One of the changes alone is taken out of the draft. */
  drop(change: Change): void {
    this.document = withoutChange(copied(this.document), this.base, change) as Document
    this.changed()
  }

  /** The way out where visitors wait for a service: it stays, at the counters where it was, and takes no new numbers. */
  keepButOff(code: string): void {
    const [agencyId, serviceId] = [code.split('.')[0], code.split('.').slice(1).join('.')]
    for (const change of this.changes) {
      const [list, agency, services, service] = change.path
      const isIt = list === 'agencies' && agency === agencyId && (services === undefined || service === serviceId)
      if (change.kind === 'removed' && isIt) this.document = withoutChange(copied(this.document), this.base, change) as Document
    }
    for (const agency of this.document?.agencies ?? [])
      for (const service of agency.services) if (`${agency.id}.${service.id}` === code) service.enabled = false
    const before = this.base as Document
    for (const counter of this.document?.counters ?? []) {
      const had = before.counters.find((each) => each.id === counter.id)?.services ?? []
      const kept = had.filter((each) => each === code || counter.services.includes(each))
      counter.services = [...kept, ...counter.services.filter((each) => !had.includes(each))]
    }
    this.changed()
  }

  /** The draft becomes this document, to be looked at before it is saved. */
  replace(document: unknown, told: Told): void {
    this.document = copied(document)
    this.told = told
    this.changed()
  }

  // --- two at once

  /** Where both changed the same thing. */
  get clashes(): readonly Clash[] {
    return this.newer ? merge(this.base, this.document, this.newer.configuration).clashes : []
  }

  /** Their version, and everything of mine that they did not touch; where both did, mine only if it was chosen. */
  takeTheirs(keepsMine: (path: Path) => boolean): void {
    if (!this.newer) return
    const { merged } = merge(this.base, this.document, this.newer.configuration, keepsMine)
    const theirs = this.newer
    this.#rebase(theirs, merged)
    this.#settled(this.isChanged ? 'merged' : null)
    if (!this.isChanged) this.taken = theirs
  }

  /** My version as it is: what they changed becomes a change of mine back. */
  overwriteTheirs(): void {
    if (!this.newer) return
    this.#rebase(this.newer, copied(this.document))
    this.changed()
  }

  /** Whether somebody saved in the meantime. */
  async look(): Promise<void> {
    if (this.document === null) return this.read()
    if (this.isSaving) return
    const answer = await this.administration.ask<{ versions: readonly ToldVersion[] }>(
      `${this.administration.path}/configuration/history?limit=1`,
    )
    const newest = answer.ok ? answer.value.versions[0]?.revision : undefined
    if (newest === undefined || this.isSaving || newest === this.revision || newest === this.newer?.revision) return
    await this.#hear(newest)
  }

  // --- the history

  /**
   * What this version changed is taken back, as a new version. Where something of it was changed again since, nothing is saved: it becomes
   * a draft for a person to look at.
   */
  async takeBack(version: Version, before: unknown): Promise<boolean> {
    if (this.isSaving) return false
    this.isSaving = true
    this.told = null
    const live = await this.administration.ask<unknown>(`${this.administration.path}/configuration`)
    if (!live.ok) {
      this.problem = live.error
      this.isSaving = false
      return false
    }
    const { merged, clashes } = merge(version.configuration, before, live.value, () => true)
    if (isSame(merged, live.value)) {
      this.told = 'nothing-to-take-back'
      this.isSaving = false
      return false
    }
    const refusal = clashes.length > 0 ? 'clash' : await this.#put(merged, revisionOf(live.etag))
    if (refusal === null) {
      await this.#adopt(this.base)
      this.told = 'taken-back'
    } else {
      const mine = merge(version.configuration, before, this.document, () => true).merged
      this.replace(mine, 'take-back-drafted')
      if (refusal !== 'clash') await this.#refused(refusal)
    }
    this.isSaving = false
    return refusal === null
  }

  async version(revision: number): Promise<Version | null> {
    const answer = await this.administration.ask<Version>(`${this.administration.path}/configuration/history/${revision}`)
    this.problem = answer.ok ? null : answer.error
    return answer.ok ? answer.value : null
  }

  // --- within

  /** Null: it is saved. */
  async #put(document: unknown, revision: number): Promise<Problem | null> {
    const answer = await this.administration.ask(`${this.administration.path}/configuration`, {
      method: 'PUT',
      body: document,
      headers: { 'If-Match': `"${revision}"` },
    })
    return answer.ok ? null : answer.error
  }

  async #refused(problem: Problem): Promise<void> {
    this.mistakes = mistakesOf(problem)
    const path = problem.details?.['path']
    this.inUse = problem.code === 'configuration-in-use' && typeof path === 'string' ? path : null
    const isTold = problem.code === 'invalid-configuration' || this.inUse !== null
    this.problem = isTold || problem.code === 'configuration-changed' ? null : problem
    if (problem.code === 'configuration-changed') {
      this.isSaving = false
      await this.look()
    }
  }

  /** Reads what is live now; what was changed since `sent` stays a change. */
  async #adopt(sent: unknown): Promise<void> {
    const answer = await this.administration.ask<unknown>(`${this.administration.path}/configuration`)
    if (answer.ok) {
      this.document = copied(merge(sent, this.document, answer.value).merged)
      this.base = answer.value
      this.revision = revisionOf(answer.etag)
    }
    this.newer = null
    this.taken = null
    this.problem = answer.ok ? null : answer.error
    this.#keep()
    this.changed()
    void this.administration.branch.read()
  }

  #rebase(version: Version, document: unknown): void {
    this.base = version.configuration
    this.revision = version.revision
    this.newer = null
    this.document = copied(document)
  }

  #settled(told: Told | null): void {
    this.told = told
    this.problem = null
    this.taken = null
    this.#keep()
    this.changed()
  }

  async #hear(revision: number): Promise<void> {
    const version = await this.version(revision)
    if (!version || version.revision === this.revision) return
    if (this.isChanged) {
      this.newer = version
      return
    }
    this.#rebase(version, version.configuration)
    this.taken = version
    this.told = null
    this.changed()
    void this.administration.branch.read()
  }

  get #key(): string {
    return `panggil.admin.draft.${this.administration.branchId ?? ''}`
  }

  #keep(): void {
    if (this.document === null) return
    try {
      if (!this.isChanged) localStorage.removeItem(this.#key)
      else
        localStorage.setItem(
          this.#key,
          JSON.stringify({ revision: this.revision, base: this.base, document: this.document } satisfies Kept),
        )
    } catch {
      // A browser without room for it: the draft lives as long as the page.
    }
  }

  #kept(): Kept | null {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key) ?? 'null') as Partial<Kept> | null
      const isWhole = typeof kept?.revision === 'number' && isDocument(kept.base) && isDocument(kept.document)
      return isWhole ? (kept as Kept) : null
    } catch {
      return null
    }
  }
}

const LISTS = ['zones', 'classes', 'agencies', 'counters', 'journeys'] as const

/** Whether forms can show it: what is wrong in it is said beside its fields, but the lists must be lists. */
export function isDocument(value: unknown): value is Document {
  if (typeof value !== 'object' || value === null) return false
  const fields = value as Record<string, unknown>
  if (typeof fields['id'] !== 'string' || typeof fields['name'] !== 'object' || fields['name'] === null) return false
  if (!LISTS.every((list) => isListOfObjects(fields[list]))) return false
  const lists = (fields['agencies'] as Record<string, unknown>[])
    .map((agency) => agency['services'])
    .concat((fields['journeys'] as Record<string, unknown>[]).map((journey) => journey['steps']))
  const areCodes = (fields['counters'] as Record<string, unknown>[]).every((counter) => Array.isArray(counter['services']))
  return areCodes && lists.every(isListOfObjects)
}

const isListOfObjects = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))

const revisionOf = (etag: string | null): number => Number(etag?.replaceAll('"', '') ?? 0)
