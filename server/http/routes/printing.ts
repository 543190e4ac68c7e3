import { randomUUID } from 'node:crypto'
import type { ErrorCode } from '../../../shared/protocol/errors.ts'
import type { OwnDevice } from '../../../shared/protocol/printing.ts'
import { done, type Outcome, refuse } from '../../auth/outcome.ts'
import { actorOf, type Principal } from '../../auth/principal.ts'
import type { BranchRuntime } from '../../branch/runtime.ts'
import { type DeviceWithPrinter, type Printers, withPrinter } from '../../printing/printers.ts'
import { refusedBy } from '../problem.ts'
import { type Route, reply, route, type Services } from '../route.ts'
import * as Schema from '../schemas.ts'

const PRINTER_REFUSALS: readonly ErrorCode[] = ['no-printer', 'printer-paper-out', 'printer-cover-open', 'printer-away', 'printer-failed']
const TicketPath = Schema.BranchPath.extend({ ticket: Schema.Id })

/** Paper: what a kiosk knows of its printer, slips, test pages, and who has his number in the hand. */
export const printingRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/devices/self',
    name: 'ownDevice',
    who: 'signedIn',
    summary: 'A device asks for its own name and printer, and how that printer is',
    params: Schema.BranchPath,
    replies: { 200: { description: 'As it is now', schema: Schema.OwnDevice } },
    refusals: ['unknown-device'],
    async handler({ params, principal, runtime, services }) {
      // Where there is no person, there may be a device of another branch.
      if (principal?.kind !== 'device') return refuse('unknown-device', 'Only a device has a printer of its own')
      const device = await services.accounts.devices.get(params.branch, principal.deviceId)
      if (!device) return refuse('unknown-device')
      const { deviceId, name, printer } = device
      const own: OwnDevice = { deviceId, name, printer, printerState: printer ? (runtime.state.printers[deviceId]?.state ?? null) : null }
      return reply(200, own)
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/tickets/{ticket}/print',
    name: 'printTicket',
    who: 'issueTicket',
    summary: 'The ticket’s slip, on paper when this answers 200: a kiosk’s own tickets on its own printer, staff on one that they name',
    params: TicketPath,
    body: Schema.PrintRequest,
    replies: { 200: { description: 'On paper; asked again without `copy`, it is not printed twice', schema: Schema.Printed } },
    refusals: ['unknown-ticket', 'unknown-device', 'ticket-ended', ...PRINTER_REFUSALS],
    async handler({ params, body, principal, runtime, services }) {
      const who = principal as Principal
      const mayNot = await notTheirs(services.printers, runtime, params.ticket, who)
      if (mayNot) return refuse(mayNot)
      if (who.kind === 'device' && body.device !== undefined && body.device !== who.deviceId)
        return refuse('not-allowed', 'A kiosk prints on its own printer')
      const device = await printerFor(services, runtime.id, who.kind === 'device' ? who.deviceId : body.device)
      if (!device.ok) return device
      const ticket = runtime.state.tickets.get(params.ticket)
      if (!ticket) return refuse('unknown-ticket')
      // Whoever asks staff for his number again has a slip somewhere already.
      const isCopy = body.copy === true || (who.kind === 'user' && ticket.handed === 'paper')
      const printed = await services.printers.print(runtime, ticket, device.value, actorOf(who), isCopy)
      return printed.ok ? reply(200, printed.value) : printed
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/tickets/{ticket}/handed',
    name: 'handTicket',
    who: 'issueTicket',
    summary: 'The visitor has the number: from the browser’s own printer, or read from the screen where no paper came',
    params: TicketPath,
    body: Schema.HandedRequest,
    replies: { 200: { description: 'Noted; nothing changes where he had it already', schema: Schema.Revision } },
    refusals: ['unknown-ticket'],
    async handler({ params, body, principal, runtime, services }) {
      const who = principal as Principal
      const mayNot = await notTheirs(services.printers, runtime, params.ticket, who)
      if (mayNot) return refuse(mayNot)
      const answer = await runtime.execute({
        // Not made of the ticket's id, which opens its page: command ids are logged (PRIV1).
        commandId: `handed-${randomUUID()}`,
        actor: actorOf(who),
        command: { type: 'handTicket', ticket: params.ticket, how: body.how, device: who.kind === 'device' ? who.deviceId : who.username },
      })
      return answer.ok ? reply(200, { revision: answer.revision }) : refusedBy(answer)
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/devices/{device}/test-page',
    name: 'printTestPage',
    who: 'administer',
    summary: 'A test page: the printer’s width, sizes, QR code and cutter',
    params: Schema.BranchPath.extend({ device: Schema.Id }),
    replies: { 200: { description: 'On paper', schema: Schema.Printed } },
    refusals: ['unknown-device', ...PRINTER_REFUSALS],
    async handler({ params, runtime, services }) {
      const device = await printerFor(services, params.branch, params.device)
      if (!device.ok) return device
      const printed = await services.printers.testPage(runtime, device.value)
      return printed.ok ? reply(200, printed.value) : printed
    },
  }),
]

/** A kiosk may act on tickets that it issued itself: with a stolen token nobody else's numbers come out. */
async function notTheirs(printers: Printers, runtime: BranchRuntime, ticket: string, who: Principal): Promise<ErrorCode | null> {
  if (!(await runtime.ticket(ticket))) return 'unknown-ticket'
  if (who.kind === 'user') return null
  return (await printers.issuers.of(runtime, ticket)) === actorOf(who) ? null : 'not-allowed'
}

/** The printer of this device; of the only one that has one, where none is named. */
async function printerFor(
  { accounts, printers }: Services,
  branch: string,
  deviceId: string | undefined,
): Promise<Outcome<DeviceWithPrinter>> {
  if (deviceId !== undefined) {
    const device = await accounts.devices.get(branch, deviceId)
    if (!device) return refuse('unknown-device')
    const [found] = withPrinter(device)
    return found ? done(found) : refuse('no-printer')
  }
  const [first, second] = await printers.of(branch)
  if (first && !second) return done(first)
  return refuse('no-printer', first ? 'There are several: name one with `device`' : undefined)
}
