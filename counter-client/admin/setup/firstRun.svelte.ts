import type { Administration } from '../administration.svelte.ts'
import type { Device } from '../house/house.svelte.ts'
import type { User } from '../people/people.svelte.ts'

/** After the admin's password, which stands before everything. */
export const STEPS = ['branch', 'officer', 'screen', 'kiosk', 'ready'] as const
export type Step = (typeof STEPS)[number]
export type Progress = 'done' | 'skipped' | 'open'

interface Kept {
  readonly done: readonly Step[]
  readonly skipped: readonly Step[]
}

const NOTHING: Kept = { done: [], skipped: [] }

/**
 * How far the first set-up is. What is there is done, whoever made it and wherever; only what leaves no trace (a branch that is used as it
 * is, a step that was skipped) is kept in this browser.
 */
export class FirstRun {
  readonly administration: Administration
  users = $state.raw<readonly User[]>([])
  devices = $state.raw<readonly Device[]>([])
  isRead = $state(false)
  #kept = $state.raw<Kept>(NOTHING)

  constructor(administration: Administration) {
    this.administration = administration
  }

  readonly left: number = $derived(this.isRead ? STEPS.filter((step) => step !== 'ready' && this.progress(step) === 'open').length : 0)

  progress(step: Step): Progress {
    if (this.#isThere(step) || this.#kept.done.includes(step)) return 'done'
    return this.#kept.skipped.includes(step) ? 'skipped' : 'open'
  }

  /** The first that is neither done nor skipped; `ready` where none is. */
  get next(): Step {
    return STEPS.find((step) => this.progress(step) === 'open') ?? 'ready'
  }

  async read(): Promise<void> {
    const { administration } = this
    if (administration.branchId === null) return
    this.#kept = this.#read()
    const [users, devices] = await Promise.all([
      administration.ask<readonly User[]>('/users'),
      administration.ask<readonly Device[]>(`${administration.path}/devices`),
    ])
    if (users.ok) this.users = users.value
    if (devices.ok) this.devices = devices.value
    if (users.ok && devices.ok) this.isRead = true
  }

  finish(step: Step): void {
    this.#keep({ done: [...this.#kept.done, step], skipped: this.#kept.skipped.filter((each) => each !== step) })
  }

  skip(step: Step): void {
    this.#keep({ ...this.#kept, skipped: [...this.#kept.skipped, step] })
  }

  #isThere(step: Step): boolean {
    switch (step) {
      case 'officer':
        return this.users.some(({ role, branch }) => role === 'officer' && branch === this.administration.branchId)
      case 'screen':
        return this.devices.some(({ kind, isPaired }) => kind === 'display' && isPaired)
      case 'kiosk':
        return this.devices.some(({ kind, isPaired }) => kind === 'kiosk' && isPaired)
      default:
        return false
    }
  }

  get #key(): string {
    return `panggil.setup.${this.administration.branchId}`
  }

  #read(): Kept {
    try {
      return { ...NOTHING, ...(JSON.parse(localStorage.getItem(this.#key) ?? '{}') as Partial<Kept>) }
    } catch {
      return NOTHING
    }
  }

  #keep(kept: Kept): void {
    this.#kept = kept
    localStorage.setItem(this.#key, JSON.stringify(kept))
  }
}
