import type { Acknowledgement, CommandReply } from '../protocol/wire.ts'
import { newId, type Problem } from './api.ts'

/** How long an acknowledgement is waited for before the same command is sent again. */
export const ANSWER_MS = 3_000
/** After this long nobody remembers what he pressed: a command found after a reload is not sent again. */
export const FORGET_MS = 60_000
/** How often a refusal that may pass (`retry: true`) is tried again before the officer is told. */
export const PATIENCE = 4

export interface Command {
  readonly type: string
  readonly [field: string]: unknown
}

export type CommandAnswer = ({ readonly ok: true } & CommandReply) | { readonly ok: false; readonly error: Problem }

interface Kept {
  readonly message: Command & { readonly commandId: string }
  readonly issuedAtMs: number
}

export interface CommandLineOptions {
  /** Rejects where no acknowledgement came in time, or the connection broke. */
  readonly send: (message: object, timeoutMs: number) => Promise<Acknowledgement>
  readonly isConnected: () => boolean
  /** Survives a reload of the page, not its tab. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  readonly key: string
  readonly newId: () => string
  /** The machine's own clock: a page that is loaded anew knows no other that runs on. */
  readonly nowMs: () => number
  /** A clock that nobody sets. */
  readonly steadyMs: () => number
  readonly wait: (ms: number) => Promise<void>
}

/** What every page gives its line, but for where it sends to and what it is called. */
export const IN_BROWSER = {
  newId,
  nowMs: () => Date.now(),
  steadyMs: () => performance.now(),
  wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
} as const

/**
 * One officer's commands, one at a time. A command keeps its id from the press to the answer, through time-outs, reconnections and reloads,
 * so that it is done once however often it is sent (CALL2). Without a connection nothing is kept for later: a visitor called minutes after
 * the press has gone.
 */
export class CommandLine {
  readonly #options: CommandLineOptions
  #busy = false
  #closed = false

  constructor(options: CommandLineOptions) {
    this.#options = options
  }

  get isBusy(): boolean {
    return this.#busy
  }

  /** Null: another command is on its way and this one was not sent, or the line was closed before its answer. */
  async issue(command: Command): Promise<CommandAnswer | null> {
    const { isConnected, newId, nowMs, storage, key } = this.#options
    if (this.#busy) return null
    if (!isConnected()) return { ok: false, error: { code: 'offline', message: 'Not connected', retry: true } }
    const kept: Kept = { message: { ...command, commandId: newId() }, issuedAtMs: nowMs() }
    storage.setItem(key, JSON.stringify(kept))
    return this.#carryOut(kept, 0)
  }

  /** What was unanswered when the page was reloaded: sent again under its id. Null where there is nothing. */
  async resume(): Promise<CommandAnswer | null> {
    const { storage, key, nowMs } = this.#options
    const kept = read(storage.getItem(key))
    if (kept === null || this.#busy) return null
    const ageMs = nowMs() - kept.issuedAtMs
    // A clock that was set in between tells nothing of the age: then it is too old.
    if (ageMs > FORGET_MS || ageMs < 0) {
      storage.removeItem(key)
      return null
    }
    return this.#carryOut(kept, ageMs)
  }

  /** The officer works elsewhere now: what is on its way is not sent again, and its answer is nobody's. */
  close(): void {
    this.#closed = true
  }

  async #carryOut(kept: Kept, ageMs: number): Promise<CommandAnswer | null> {
    const { storage, key } = this.#options
    this.#busy = true
    try {
      const answer = await this.#answerTo(kept, ageMs)
      return this.#closed ? null : answer
    } finally {
      // A newer line may keep its own command there.
      if (read(storage.getItem(key))?.message.commandId === kept.message.commandId) storage.removeItem(key)
      this.#busy = false
    }
  }

  async #answerTo(kept: Kept, ageMs: number): Promise<CommandAnswer | null> {
    const { send, isConnected, steadyMs, wait } = this.#options
    const untilMs = steadyMs() + FORGET_MS - ageMs
    let refusals = 0
    while (!this.#closed) {
      if (steadyMs() > untilMs) return { ok: false, error: { code: 'no-answer', message: 'No acknowledgement', retry: false } }
      if (!isConnected()) {
        await wait(200)
        continue
      }
      let answer: Acknowledgement
      try {
        answer = await send(kept.message, ANSWER_MS)
      } catch {
        await wait(100)
        continue
      }
      if (answer.ok || !answer.error.retry || ++refusals > PATIENCE) return answer
      await wait(250 * 2 ** refusals)
    }
    return null
  }
}

function read(text: string | null): Kept | null {
  if (text === null) return null
  try {
    const kept = JSON.parse(text) as Kept
    return typeof kept.message?.commandId === 'string' && typeof kept.issuedAtMs === 'number' ? kept : null
  } catch {
    return null
  }
}
