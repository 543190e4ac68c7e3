import { LiveHall } from './live.svelte.ts'
import { readPublic } from './publicApi.ts'

export interface BranchName {
  readonly id: string
  readonly name: { readonly id: string; readonly en: string }
}

const EVERY_MS = 5_000
const AGAIN_MS = 3_000

/** The public page: one hall, or several to choose from. Anybody may read it; nobody signs in. */
export class HallPage {
  names = $state.raw<readonly BranchName[] | null>(null)
  query = $state('')
  readonly live: LiveHall
  readonly named = new URLSearchParams(location.search).get('branch')
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.live = new LiveHall(EVERY_MS, this.named)
    if (this.named === null) void this.#readNames()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.live.close()
  }

  async #readNames(): Promise<void> {
    const answer = await readPublic<readonly BranchName[]>('/branches')
    this.live.isAway = !answer.ok
    if (answer.ok) {
      this.names = answer.value
      const [only] = answer.value
      if (answer.value.length === 1 && only) {
        this.live.branchId = only.id
        void this.live.read()
      }
    } else this.#timer = setTimeout(() => void this.#readNames(), AGAIN_MS)
  }
}
