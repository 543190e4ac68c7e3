import type { Answer } from '../../shared/client/api.ts'
import { FORGET_MS, PATIENCE } from '../../shared/client/commands.ts'
import type { IssuedReply } from '../../shared/protocol/wire.ts'

/** Body of `POST /branches/B/tickets`. */
export interface Wish {
  readonly services?: readonly string[]
  readonly journey?: string
  readonly class?: string
  readonly language: 'id' | 'en'
}

interface Kept {
  readonly key: string
  readonly wish: Wish
  readonly atMs: number
}

export interface IssueLineOptions {
  readonly send: (wish: Wish, key: string) => Promise<Answer<IssuedReply>>
  readonly isConnected: () => boolean
  /** Survives a reload of the page, not its tab. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  readonly name: string
  readonly newKey: () => string
  readonly nowMs: () => number
  readonly wait: (ms: number) => Promise<void>
}

/**
 * Numbers that this desk asks for, one at a time. A wish keeps its key from the press to the answer, through time-outs and reloads, so that
 * it is one ticket however often it is pressed or sent (TICKET2). Without a connection nothing begins.
 */
export class IssueLine {
  readonly #options: IssueLineOptions
  #busy = false

  constructor(options: IssueLineOptions) {
    this.#options = options
  }

  /** Null: another wish is on its way, this one was not sent. */
  async issue(wish: Wish): Promise<Answer<IssuedReply> | null> {
    const { isConnected, newKey, nowMs } = this.#options
    if (this.#busy) return null
    if (!isConnected()) return { ok: false, error: { code: 'offline', message: 'Not connected', retry: true } }
    const before = this.#kept()
    const isSame = before !== null && JSON.stringify(before.wish) === JSON.stringify(wish)
    return this.#carryOut({ key: isSame ? before.key : newKey(), wish, atMs: nowMs() })
  }

  /** What was unanswered when the page was reloaded, under its key. Null where there is nothing. */
  async resume(): Promise<Answer<IssuedReply> | null> {
    const kept = this.#kept()
    if (kept === null || this.#busy) return null
    if (this.#options.nowMs() - kept.atMs <= FORGET_MS) return this.#carryOut(kept)
    this.forget()
    return null
  }

  /** The next wish is another visitor's, even where it is for the same. */
  forget(): void {
    if (!this.#busy) this.#options.storage.removeItem(this.#options.name)
  }

  async #carryOut(kept: Kept): Promise<Answer<IssuedReply>> {
    const { send, isConnected, storage, name, nowMs, wait } = this.#options
    this.#busy = true
    storage.setItem(name, JSON.stringify(kept))
    try {
      let refusals = 0
      for (;;) {
        // Kept on: the same press again is the same ticket.
        if (nowMs() - kept.atMs > FORGET_MS) return { ok: false, error: { code: 'no-answer', message: 'No answer', retry: false } }
        if (!isConnected()) {
          await wait(200)
          continue
        }
        const answer = await send(kept.wish, kept.key)
        if (!answer.ok && answer.error.code === 'offline') {
          await wait(200)
          continue
        }
        if (!answer.ok && answer.error.retry && ++refusals <= PATIENCE) {
          await wait(250 * 2 ** refusals)
          continue
        }
        storage.removeItem(name)
        return answer
      }
    } finally {
      this.#busy = false
    }
  }

  #kept(): Kept | null {
    const { storage, name } = this.#options
    try {
      const kept = JSON.parse(storage.getItem(name) ?? 'null') as Kept | null
      return kept !== null && typeof kept.key === 'string' && typeof kept.atMs === 'number' ? kept : null
    } catch {
      return null
    }
  }
}
