import { randomBytes, randomInt } from 'node:crypto'
import type { CounterCommand, SupervisorCommand } from '../../shared/domain/commands.ts'
import type { ErrorReply } from '../../shared/protocol/errors.ts'
import { parseBranchCommand, parseCounterCommand } from '../../shared/protocol/schemas.ts'
import type { Acknowledgement } from '../../shared/protocol/wire.ts'
import { may, mayCommand, mayOpenCounter } from '../auth/permissions.ts'
import { actorOf, type Principal } from '../auth/principal.ts'
import { type BranchRuntime, refusal } from './runtime.ts'

/** The one way in for commands, from sockets and HTTP alike: checked, allowed, then decided. */

/** A command of the officer at this counter, as it came over the wire. */
export async function commandAtCounter(
  runtime: BranchRuntime,
  principal: Principal,
  counter: string,
  input: unknown,
): Promise<Acknowledgement> {
  const parsed = parseCounterCommand(input)
  if (!parsed.ok) return malformed(parsed)
  if (!may(principal, runtime.id, 'actAtCounter')) return refusal('not-allowed')
  const { commandId, ...wire } = parsed.value
  if (wire.type === 'openCounter' && !mayOpenCounter(principal, runtime.id, counter)) return refusal('not-allowed')
  const officer = actorOf(principal)
  return runtime.execute({ commandId, actor: officer, command: { ...wire, counter, officer } as CounterCommand })
}

/** A command for the whole branch, as it came over the wire. */
export async function commandBranch(runtime: BranchRuntime, principal: Principal, input: unknown): Promise<Acknowledgement> {
  const parsed = parseBranchCommand(input)
  if (!parsed.ok) return malformed(parsed)
  const { commandId, ...wire } = parsed.value
  if (!mayCommand(principal, runtime.id, parsed.value)) return refusal('not-allowed')
  const command =
    wire.type === 'checkSound' ? { ...wire, code: spokenCode() } : wire.type === 'enterTicket' ? { ...wire, ticketId: newTicketId() } : wire
  return runtime.execute({ commandId, actor: actorOf(principal), command: command as SupervisorCommand })
}

/** Unguessable: whoever has it may see the ticket. */
export const newTicketId = (): string => randomBytes(16).toString('base64url')

/** Three digits: enough that nobody guesses what he did not hear. */
const spokenCode = (): string => String(randomInt(1000)).padStart(3, '0')

const malformed = (problem: { code: ErrorReply['code']; mistakes: readonly { path: string; message: string }[] }): Acknowledgement =>
  refusal(problem.code, problem.mistakes.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; '), {
    mistakes: problem.mistakes,
  })
