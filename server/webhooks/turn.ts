import { randomBytes } from 'node:crypto'
import type { BranchStore } from '../store/store.ts'

const KIND = 'webhookTurn'
/** How long the store believes a sender to live after its last beat. */
const TTL_MS = 6_500
/** A sender stops by itself so much earlier than another one begins. */
const MARGIN_MS = 1_500

/**
 * Whose turn it is to deliver, or to tell of alerts: of several servers on one store, one. It is written down once and kept by beats; who
 * finds the sender gone takes its place by a compare of versions. Two may overlap only in what was under way when its sender fell silent.
 */
export class Turn {
  readonly #serverId: string
  readonly #store: BranchStore
  readonly #id: 'sender' | 'alerts'
  #heldUntilMs = Number.NEGATIVE_INFINITY

  constructor(store: BranchStore, id: 'sender' | 'alerts' = 'sender') {
    this.#store = store
    this.#id = id
    this.#serverId = `${id === 'sender' ? 'webhooks' : id}-${randomBytes(9).toString('base64url')}`
  }

  /** Whether no other server has it now. */
  get isOurs(): boolean {
    return performance.now() < this.#heldUntilMs
  }

  /** Takes or keeps the turn; asked every two seconds. Throws `StoreAway`. */
  async keep(): Promise<void> {
    const askedMs = performance.now()
    const wasOurs = this.isOurs
    const held = await this.#store.records.get<{ server: string }>(KIND, this.#id)
    if (held && held.value.server !== this.#serverId) {
      this.#heldUntilMs = Number.NEGATIVE_INFINITY
      if (held.value.server !== '' && (await this.#store.isAlive(held.value.server))) return
    }
    await this.#store.beat(this.#serverId, TTL_MS)
    // Also where it is ours but we were silent for too long: who is about to take it then finds another version.
    if (held?.value.server !== this.#serverId || !wasOurs) {
      const isTaken = await this.#store.records.put(KIND, this.#id, { server: this.#serverId }, held?.version ?? 0)
      if (!isTaken) return
    }
    this.#heldUntilMs = askedMs + TTL_MS - MARGIN_MS
  }

  /** The next one need not wait until we count as gone. */
  async giveUp(): Promise<void> {
    if (!this.isOurs) return
    this.#heldUntilMs = Number.NEGATIVE_INFINITY
    const held = await this.#store.records.get<{ server: string }>(KIND, this.#id)
    if (held?.value.server === this.#serverId) await this.#store.records.put(KIND, this.#id, { server: '' }, held.version)
  }
}
