import { z } from 'zod'
import { refuse } from '../../auth/outcome.ts'
import { deskTicket, findTickets, longestWaiting } from '../../branch/desk.ts'
import { ticketReply } from '../../branch/views.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

/** What the help desk's page asks beside the routes of every ticket: with notes of staff, so for staff of the help desk alone. */
export const deskRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/desk/waiting',
    name: 'longestWaiting',
    who: 'assist',
    summary: 'Who waits longest in the whole hall, and until when each should have been called',
    params: Schema.BranchPath,
    replies: { 200: { description: 'Longest first', schema: Schema.DeskWaiting } },
    handler: ({ runtime }) => reply(200, longestWaiting(runtime.state, runtime.nowMs())),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/desk/tickets',
    name: 'searchTickets',
    who: 'assist',
    summary: 'Today’s tickets by number, as people say it (`b21`, `21`), by its beginning, or by what a scanner reads from its QR code',
    params: Schema.BranchPath,
    query: z.object({ q: z.string().trim().min(1).max(300) }),
    replies: { 200: { description: 'Exact ones first; empty where there is none', schema: Schema.DeskFound } },
    handler: ({ query, runtime }) => reply(200, { tickets: findTickets(runtime.state, query.q).map(ticketReply) }),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/desk/tickets/{ticket}',
    name: 'deskTicket',
    who: 'assist',
    summary: 'One ticket with all that staff may know of it',
    params: Schema.BranchPath.extend({ ticket: Schema.Id }),
    replies: { 200: { description: 'The ticket', schema: Schema.DeskTicket } },
    refusals: ['unknown-ticket'],
    handler({ params, runtime, services }) {
      const view = deskTicket(runtime.state, params.ticket, services.publicUrl())
      return view ? reply(200, view) : refuse('unknown-ticket')
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/desk/sheet',
    name: 'fallbackSheet',
    who: 'assist',
    summary: 'The day of the fallback sheet, and which of its numbers were entered today (`enterTicket`)',
    params: Schema.BranchPath,
    replies: { 200: { description: 'As of now', schema: Schema.DeskSheet } },
    handler: ({ runtime: { state } }) => reply(200, { day: state.day, written: [...state.written] }),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/desk/printers',
    name: 'deskPrinters',
    who: 'assist',
    summary: 'Printers of the branch that the server speaks to: on one of them the help desk prints',
    params: Schema.BranchPath,
    replies: { 200: { description: 'In the order in which their devices were added', schema: z.array(Schema.DeskPrinter) } },
    async handler({ params, runtime, services }) {
      const devices = await services.accounts.devices.list(params.branch)
      return reply(
        200,
        devices.flatMap(({ deviceId, name, printer }) =>
          printer?.kind === 'network' ? [{ device: deviceId, name, state: runtime.state.printers[deviceId]?.state ?? null }] : [],
        ),
      )
    },
  }),
]
