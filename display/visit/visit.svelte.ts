import { api } from '../../shared/client/api.ts'
import { Branch, type BranchName, branches } from '../../shared/client/branch.svelte.ts'
import { LiveRoom } from '../../shared/client/room.svelte.ts'
import { ticket as ticketRoom } from '../../shared/client/rooms.ts'
import type { TicketView } from '../../shared/protocol/wire.ts'

/** One visitor's own number on his phone. The id in the address is the key to it; nothing else is known of him. */
export class Visit {
  room = $state.raw<LiveRoom<TicketView, never> | null>(null)
  isMissing = $state(false)
  branch: Branch
  readonly #id = decodeURIComponent(location.pathname.replace(/\/+$/, '').split('/').pop() ?? '')
  #branchId = $state<string | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.branch = new Branch(() => this.#branchId)
    void this.#start()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.room?.close()
  }

  async #start(): Promise<void> {
    const named = new URLSearchParams(location.search).get('branch')
    const answer = named ? null : await branches()
    if (answer && !answer.ok) return this.#later()
    const candidates = named ? [named] : (answer?.value ?? []).map((each: BranchName) => each.id)
    for (const branch of candidates) {
      const found = await api(`/branches/${encodeURIComponent(branch)}/tickets/${encodeURIComponent(this.#id)}`)
      if (found.ok) return this.#open(branch)
      if (found.error.code !== 'unknown-ticket' && found.error.code !== 'unknown-branch' && found.error.code !== 'malformed')
        return this.#later()
    }
    this.isMissing = true
  }

  #open(branch: string): void {
    this.#branchId = branch
    void this.branch.read()
    this.room = new LiveRoom({
      ...ticketRoom,
      handshake: () => ({ branch, ticket: this.#id }),
      onRefused: (code) => {
        if (code !== 'unknown-ticket') return
        this.isMissing = true
        this.room?.close()
      },
    })
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#start(), 2_000)
  }
}
