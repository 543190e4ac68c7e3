import { type BranchConfiguration, indexOf } from '../../shared/domain/configuration.ts'
import type { BranchState, Ticket } from '../../shared/domain/state.ts'
import type { Receipt, ReceiptBranch } from '../../shared/receipt/receipt.ts'
import { ticketView } from '../branch/views.ts'

const branches = new WeakMap<BranchConfiguration, ReceiptBranch>()

export function receiptBranch(configuration: BranchConfiguration): ReceiptBranch {
  const known = branches.get(configuration)
  if (known) return known
  const { name, timeZone } = configuration
  const entries = [...indexOf(configuration).services.values()]
  const agencies = configuration.agencies.map((agency) => ({
    name: agency.name,
    short: agency.short,
    services: entries.filter((entry) => entry.agency === agency).map(({ code, service }) => ({ code, name: service.name })),
  }))
  const made: ReceiptBranch = { name, timeZone, agencies }
  branches.set(configuration, made)
  return made
}

/** `copiedAtMs`: null for the original. */
export function receiptOf(state: BranchState, ticket: Ticket, publicUrl: string, copiedAtMs: number | null): Receipt {
  const view = ticketView(state, ticket.id)
  const { number, services, language, issuedAtMs } = ticket
  return {
    number,
    services,
    language,
    issuedAtMs,
    ahead: view?.ahead ?? 0,
    estimate: view?.estimate ?? null,
    url: `${publicUrl}/ticket/${ticket.id}`,
    copiedAtMs,
    nextDay: view?.nextDay ?? null,
    isWaiting: ticket.state === 'waiting' && !ticket.waitsForNextDay,
  }
}
