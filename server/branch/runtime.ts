import type { Command } from '../../shared/domain/commands.ts'
import type { Acknowledgement } from '../../shared/protocol/wire.ts'

/** One command on its way to a branch. */
export interface Request {
  readonly commandId: string
  /** Account or device name; also the `by` of the events. */
  readonly actor: string
  readonly command: Command
}

/** For the log and the metrics: one per command. No personal data. */
export interface CommandReport {
  readonly branchId: string
  readonly commandId: string
  readonly type: string
  readonly counter?: string
  readonly number?: string
  /** `ok` or the error's code. */
  readonly outcome: string
  readonly milliseconds: number
  /** How often the commit met another server's. */
  readonly conflicts: number
  /** The answer was there already. */
  readonly repeated: boolean
}

export interface Runtime {
  execute(request: Request): Promise<Acknowledgement>
}
