import { randomBytes } from 'node:crypto'
import type { BranchStore } from '../store/store.ts'

/** How often a server says that it lives, and its screens are told what is true. */
export const BEAT_MS = 1_000
/** A beat that took longer than this says nothing of now. */
const FRESH_MS = 1_200
/**
 * How long the store believes a server to live after its last beat.
 *
 * The arithmetic of ANN5: a screen's tick follows a beat that was asked for at most FRESH_MS before, so a server whose last beat was asked for
 * at T ticks until T + 1.2 s at the latest. Its speakers fall silent 3 s later, at T + 4.2 s, and nobody may take over before 5 s after
 * the last tick, T + 6.2 s. The store counts from when it heard of the beat, which is not before T: until T + 6.5 s.
 */
const TTL_MS = 6_500

/**
 * This server's life, as the others see it in the store. Each beat that the store took is followed by a tick to the screens: a server that
 * can't reach the store doesn't know whether what it shows is still true, nor whether another speaks in its place, and must not say so.
 */
export class Heartbeat {
  /** Names this process among all that share the store. */
  readonly serverId = randomBytes(9).toString('base64url')
  readonly #store: BranchStore
  readonly #onBeat: () => void
  readonly #timer: NodeJS.Timeout
  /** Servers that were not found at the last look, and since when. */
  readonly #goneSinceMs = new Map<string, number>()
  #isAsking = false
  #lastMs = Number.NEGATIVE_INFINITY

  constructor(store: BranchStore, onBeat: () => void) {
    this.#store = store
    this.#onBeat = onBeat
    this.#timer = setInterval(() => void this.#beat(), BEAT_MS)
    void this.#beat()
  }

  /** Whether the others know that this server lives. */
  get isKnown(): boolean {
    return performance.now() - this.#lastMs < TTL_MS
  }

  /**
   * Whether that server lives; true where nobody can know. Gone is who was gone twice, longer apart than its beats: the store counts on a
   * clock that can be set forward, and a server that lives has beaten meanwhile.
   */
  async isAlive(serverId: string): Promise<boolean> {
    if (serverId === this.serverId) return true
    const isAlive = await this.#store.isAlive(serverId).catch(() => true)
    if (isAlive) {
      this.#goneSinceMs.delete(serverId)
      return true
    }
    const nowMs = performance.now()
    const sinceMs = this.#goneSinceMs.get(serverId) ?? nowMs
    this.#goneSinceMs.set(serverId, sinceMs)
    return nowMs - sinceMs <= FRESH_MS
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async #beat(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    const askedMs = performance.now()
    try {
      await this.#store.beat(this.serverId, TTL_MS)
      this.#lastMs = askedMs
      if (performance.now() - askedMs < FRESH_MS) this.#onBeat()
    } catch {
      // The store is away: it says so itself, and the next beat asks again.
    } finally {
      this.#isAsking = false
    }
  }
}
