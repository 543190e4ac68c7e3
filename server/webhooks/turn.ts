import { randomBytes } from 'node:crypto'
import type { BranchStore } from '../store/store.ts'

const KIND = 'webhookTurn'
const ID = 'sender'
/** How long the store believes a sender to live after its last beat. */
const TTL_MS = 6_500
/** A sender stops by itself so much earlier than another one begins. */
const MARGIN_MS = 1_500

/**
 * Whose turn it is to deliver: of several servers on one store, one. It is written down once and kept by beats; who finds the sender gone
 * takes its place by a compare of versions. Two may overlap only in a delivery that was under way when its sender fell silent.
 */
export class Turn {
  readonly #serverId = `webhooks-${randomBytes(9).toString('base64url')}`
  readonly #store: BranchStore
  #heldUntilMs = Number.NEGATIVE_INFINITY

  constructor(store: BranchStore) {
    this.#store = store
  }

  /** Whether no other server delivers now. */
  get isOurs(): boolean {
    return performance.now() < this.#heldUntilMs
  }

  /** Takes or keeps the turn; asked every two seconds. Throws `StoreAway`. */
  async keep(): Promise<void> {
    const askedMs = performance.now()
    const wasOurs = this.isOurs
    const held = await this.#store.records.get<{ server: string }>(KIND, ID)
    if (held && held.value.server !== this.#serverId) {
      this.#heldUntilMs = Number.NEGATIVE_INFINITY
      if (held.value.server !== '' && (await this.#store.isAlive(held.value.server))) return
    }
    await this.#store.beat(this.#serverId, TTL_MS)
    // Also where it is ours but we were silent for too long: who is about to take it then finds another version.
    if (held?.value.server !== this.#serverId || !wasOurs) {
      const isTaken = await this.#store.records.put(KIND, ID, { server: this.#serverId }, held?.version ?? 0)
      if (!isTaken) return
    }
    this.#heldUntilMs = askedMs + TTL_MS - MARGIN_MS
  }

  /** The next one need not wait until we count as gone. */
  async giveUp(): Promise<void> {
    if (!this.isOurs) return
    this.#heldUntilMs = Number.NEGATIVE_INFINITY
    const held = await this.#store.records.get<{ server: string }>(KIND, ID)
    if (held?.value.server === this.#serverId) await this.#store.records.put(KIND, ID, { server: '' }, held.version)
  }
}
