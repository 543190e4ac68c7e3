import type { Problem } from '../../shared/client/api.ts'
import { Branch, type BranchName, branches } from '../../shared/client/branch.svelte.ts'
import type { Hours, Interval, Text, Weekday } from '../../shared/domain/configuration.ts'
import { localDay } from '../../shared/i18n/format.ts'

const READ_MS = 5_000
/** Read successfully within this time, the page is live; else it says since when it is not (SYNC3). */
const STALE_MS = 3 * READ_MS

/** The public page: which services there are, whether they are open, how many wait. Anybody may read it; nobody signs in. */
export class HallPage {
  names = $state.raw<readonly BranchName[] | null>(null)
  problem = $state.raw<Problem | null>(null)
  branchId = $state<string | null>(new URLSearchParams(location.search).get('branch'))
  readAtMs = $state<number | null>(null)
  nowMs = $state(Date.now())
  branch: Branch
  readonly #timers: ReturnType<typeof setInterval>[]

  constructor() {
    this.branch = new Branch(() => this.branchId)
    this.#timers = [setInterval(() => void this.#read(), READ_MS), setInterval(() => (this.nowMs = Date.now()), 1_000)]
    void this.#read()
  }

  get isStale(): boolean {
    return this.readAtMs !== null && this.nowMs - this.readAtMs > STALE_MS
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
  }

  choose(id: string): void {
    this.branchId = id
    void this.#read()
  }

  async #read(): Promise<void> {
    if (this.branchId === null) {
      const answer = await branches()
      if (!answer.ok) {
        this.problem = answer.error
        return
      }
      this.names = answer.value
      if (answer.value.length === 1) this.branchId = (answer.value[0] as BranchName).id
    }
    await this.branch.read()
    this.problem = this.branch.problem
    if (this.problem === null && this.branch.description !== null) this.readAtMs = Date.now()
  }
}

const WEEKDAYS: readonly Weekday[] = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Opening hours on the day that it is in the hall now, for people to read; the server alone decides what is open. */
export function hoursToday(
  hours: Hours,
  timeZone: string,
  atMs: number,
): { readonly intervals: 'always' | readonly Interval[]; readonly reason: Text | null } {
  if (hours === 'always') return { intervals: 'always', reason: null }
  const day = localDay(timeZone, atMs)
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] as Weekday
  const exception = hours.exceptions?.find((each) => (each.date ? each.date === day : (each.from ?? '') <= day && day <= (each.to ?? '')))
  if (exception) return { intervals: exception.hours ?? exception.weekly?.[weekday] ?? [], reason: exception.reason ?? null }
  return { intervals: hours.weekly[weekday] ?? [], reason: null }
}
