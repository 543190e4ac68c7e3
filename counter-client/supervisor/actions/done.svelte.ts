import type { Command } from '../../../shared/client/commands.ts'
import type { LiveView } from '../../../shared/protocol/wire.ts'
import { inverseOf } from './inverse.ts'

/** As long as an officer's own last step. */
const UNDO_MS = 30_000

export interface Deed {
  readonly commands: readonly Command[]
  /** In the order in which they take the deed back; empty where nothing does, or it was taken back. */
  readonly inverse: readonly Command[]
  readonly isUndone: boolean
}

/** What the supervisor did last, told for a while, and taken back as one. */
export class Done {
  deed = $state.raw<Deed | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `before`: the hall before the first of these commands. */
  tell(commands: readonly Command[], before: LiveView): void {
    const inverse = commands.map((command) => inverseOf(command, before)).reverse()
    const isWhole = inverse.every((command) => command !== null)
    this.#show({ commands, inverse: isWhole ? (inverse as Command[]) : [], isUndone: false })
  }

  undone(deed: Deed): void {
    this.#show({ commands: deed.commands, inverse: [], isUndone: true })
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.deed = null
  }

  #show(deed: Deed): void {
    clearTimeout(this.#timer)
    this.deed = deed
    this.#timer = setTimeout(() => this.clear(), UNDO_MS)
  }
}
