import { type Answer, api, type Call, type Problem } from '../../shared/client/api.ts'
import { Branch, type BranchName, branches } from '../../shared/client/branch.svelte.ts'
import type { Session } from '../session/session.svelte.ts'

/** The branch that was looked at last, for who administers several. */
const LAST = 'panggil.admin.branch'

export interface Mistake {
  readonly path: string
  readonly message: string
}

export const mistakesOf = ({ details }: Problem): readonly Mistake[] => {
  const listed = details?.['mistakes']
  return Array.isArray(listed) ? (listed as Mistake[]) : []
}

/** What every section of the administration stands on: who works here, and on which branch. */
export class Administration {
  readonly session: Session
  names = $state.raw<readonly BranchName[]>([])
  branchId = $state<string | null>(null)
  problem = $state.raw<Problem | null>(null)
  readonly branch: Branch

  constructor(session: Session) {
    this.session = session
    this.branch = new Branch(() => this.branchId)
    void this.start()
  }

  /** Of the branch, under `/api/v1`. */
  get path(): string {
    return `/branches/${encodeURIComponent(this.branchId ?? '')}`
  }

  /** Whether he administers all branches: only then can he make a new one. */
  get isOfAllBranches(): boolean {
    return this.session.user?.branch === null
  }

  /** Every call of a section: whoever is no longer signed in is asked to sign in again. */
  async ask<T>(path: string, call: Call = {}): Promise<Answer<T>> {
    const answer = await api<T>(path, call)
    if (!answer.ok && answer.error.code === 'not-signed-in') this.session.ended()
    return answer
  }

  async start(): Promise<void> {
    const named = new URLSearchParams(location.search).get('branch') ?? this.session.user?.branch ?? null
    const answer = await branches()
    this.problem = answer.ok ? null : answer.error
    if (answer.ok) this.names = answer.value
    const last = localStorage.getItem(LAST)
    this.branchId = named ?? this.names.find((each) => each.id === last)?.id ?? this.names[0]?.id ?? null
    if (this.branchId !== null) localStorage.setItem(LAST, this.branchId)
    await this.branch.read()
  }
}
