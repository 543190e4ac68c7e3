import type { BranchCommand } from '../../shared/protocol/schemas.ts'
import type { Principal, Role } from './principal.ts'

/** What somebody wants to do in a branch; the one table of who may (AUTH1), asked for every command. */
export type Action =
  | 'showBoard'
  | 'issueTicket'
  | 'findTicket'
  | 'actAtCounter'
  | 'assist'
  | 'supervise'
  | 'coordinate'
  | 'commandBranch'
  | 'administer'

/** Whoever is not named here may not. Admin includes supervisor; staff may look at boards and issue tickets at the help desk. */
const OF_ROLE: Readonly<Record<Role, ReadonlySet<Action>>> = {
  officer: new Set<Action>(['showBoard', 'issueTicket', 'findTicket', 'actAtCounter']),
  desk: new Set<Action>(['showBoard', 'issueTicket', 'findTicket', 'assist', 'commandBranch']),
  supervisor: new Set<Action>(['showBoard', 'issueTicket', 'findTicket', 'actAtCounter', 'assist', 'commandBranch', 'supervise']),
  admin: new Set<Action>([
    'showBoard',
    'issueTicket',
    'findTicket',
    'actAtCounter',
    'assist',
    'commandBranch',
    'supervise',
    'coordinate',
    'administer',
  ]),
  // Of his agency alone: `mayCoordinate` and `mayCommand` say which that is.
  coordinator: new Set<Action>(['coordinate', 'commandBranch']),
}

export function may(principal: Principal, branchId: string, action: Action): boolean {
  if (principal.branch !== null && principal.branch !== branchId) return false
  if (principal.kind === 'user') return OF_ROLE[principal.role].has(action)
  if (action === 'showBoard') return true
  return action === 'issueTicket' && principal.device === 'kiosk'
}

/** Whether this user may open this counter at all; whether he has opened it is decided by the core (AUTH2). */
export const mayOpenCounter = (principal: Principal, branchId: string, counter: string): boolean =>
  principal.kind === 'user' &&
  may(principal, branchId, 'actAtCounter') &&
  (principal.counters === null || principal.counters.includes(counter))

/** Whether he sees this agency and changes its part of the configuration. */
export const mayCoordinate = (principal: Principal, branchId: string, agency: string): boolean =>
  principal.kind === 'user' && may(principal, branchId, 'coordinate') && (principal.role !== 'coordinator' || principal.agency === agency)

/** Commands for the branch with which the help desk puts single tickets right. */
const OF_THE_HELP_DESK: ReadonlySet<string> = new Set(['enterTicket', 'cancelTicket', 'reclassifyTicket', 'moveTicket'])

/** Whether he may give the whole branch this command. */
export function mayCommand(principal: Principal, branchId: string, command: BranchCommand): boolean {
  if (may(principal, branchId, OF_THE_HELP_DESK.has(command.type) ? 'assist' : 'supervise')) return true
  const agency = agencyOf(command)
  return agency !== null && mayCoordinate(principal, branchId, agency)
}

/**
 * The agency that alone is concerned; null: a command that no coordinator gives. He closes a service for new numbers; who waits already may
 * have stops at other agencies, so whether somebody is refused or carried over is the supervisor's to say.
 */
function agencyOf(command: BranchCommand): string | null {
  switch (command.type) {
    case 'pauseAgency':
    case 'resumeAgency':
      return command.agency
    case 'pauseService':
    case 'openService':
    case 'resetService':
      return command.service.split('.')[0] as string
    case 'closeService':
      return command.remaining === 'serve' ? (command.service.split('.')[0] as string) : null
    default:
      return null
  }
}
