import type { Principal } from './principal.ts'

/** What somebody wants to do in a branch; the one table of who may (AUTH1), asked for every command. */
export type Action = 'showBoard' | 'issueTicket' | 'findTicket' | 'actAtCounter' | 'assist' | 'supervise' | 'administer'

/** Anybody not named here may not. Admin includes supervisor; staff may look at boards and issue tickets at the help desk. */
export function may(principal: Principal, branchId: string, action: Action): boolean {
  if (principal.branch !== null && principal.branch !== branchId) return false
  if (principal.kind === 'device') {
    if (action === 'showBoard') return true
    return action === 'issueTicket' && principal.device === 'kiosk'
  }
  switch (action) {
    case 'showBoard':
    case 'issueTicket':
    case 'findTicket':
      return true
    case 'actAtCounter':
      return principal.role !== 'desk'
    case 'assist':
      return principal.role !== 'officer'
    case 'supervise':
      return principal.role === 'supervisor' || principal.role === 'admin'
    case 'administer':
      return principal.role === 'admin'
  }
}

/** Whether this user may open this counter at all; whether he has opened it is decided by the core (AUTH2). */
export const mayOpenCounter = (principal: Principal, branchId: string, counter: string): boolean =>
  principal.kind === 'user' &&
  may(principal, branchId, 'actAtCounter') &&
  (principal.counters === null || principal.counters.includes(counter))
