import type { Branches } from '../branch/branches.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import type { BranchStore } from '../store/store.ts'

/**
 * Who issued which of today's tickets: a kiosk may print and hand over its own, and no others. Remembered from the events that pass; after
 * a start the store is asked, which knows as long as nothing else happened to the ticket.
 */
export class Issuers {
  readonly #store: BranchStore
  /** By ticket, per branch. */
  readonly #actors = new Map<string, Map<string, string>>()

  constructor(store: BranchStore, branches: Branches) {
    this.#store = store
    branches.onOpened((runtime) => {
      const actors = new Map<string, string>()
      this.#actors.set(runtime.id, actors)
      runtime.listen({
        onApplied(applied) {
          for (const { event, state } of applied) {
            if (event.type === 'ticketIssued') actors.set(event.ticket.id, event.by)
            if (event.type === 'dayTurned') for (const id of actors.keys()) if (!state.tickets.get(id)) actors.delete(id)
          }
        },
        onReplaced() {},
      })
    })
  }

  async of(runtime: BranchRuntime, ticketId: string): Promise<string | null> {
    const known = this.#actors.get(runtime.id)?.get(ticketId)
    if (known !== undefined) return known
    const ticket = runtime.state.tickets.get(ticketId)
    if (!ticket) return null
    const [last] = await this.#store.readEvents(runtime.id, ticket.changedRevision - 1, 1)
    return last?.event.type === 'ticketIssued' && last.event.ticket.id === ticketId ? last.event.by : null
  }
}
