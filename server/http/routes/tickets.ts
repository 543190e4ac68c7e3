import { createHash } from 'node:crypto'
import { z } from 'zod'
import { passedBy } from '../../../shared/domain/passed.ts'
import type { TicketReply, TicketView } from '../../../shared/protocol/wire.ts'
import { refuse } from '../../auth/outcome.ts'
import { actorOf } from '../../auth/principal.ts'
import { newTicketId } from '../../branch/door.ts'
import { ticketView } from '../../branch/views.ts'
import { refusedBy } from '../problem.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

export const ticketRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/branches/{branch}/tickets',
    name: 'issueTicket',
    who: 'issueTicketOrVisitor',
    summary: 'A ticket for services or for a journey. The same Idempotency-Key gives the same ticket (TICKET2)',
    params: Schema.BranchPath,
    headers: z.object({ 'idempotency-key': Schema.IdempotencyKey }),
    body: Schema.TicketRequest,
    replies: { 201: { description: 'Issued, now or by the same request before', schema: Schema.IssuedTicket } },
    refusals: [
      'service-closed',
      'quota-used',
      'branch-paused',
      'unknown-service',
      'unknown-class',
      'unknown-journey',
      'duplicate-service',
      'nothing-chosen',
      'id-reused',
      'rate-limited',
    ],
    async handler({ headers, body, principal, address, runtime, services }) {
      if (principal === null && !services.visitors.take(address)) return refuse('rate-limited', 'Too many tickets from this address')
      const { services: chosen, journey, class: ticketClass, language } = body
      const answer = await runtime.execute({
        // Hashed: whatever a program made its keys from, it stays out of store and log (PRIV1).
        commandId: `ticket-${createHash('sha256').update(headers['idempotency-key']).digest('base64url').slice(0, 22)}`,
        actor: principal === null ? 'visitor' : actorOf(principal),
        command: {
          type: 'issueTicket',
          ticketId: newTicketId(),
          services: chosen,
          journey,
          class: ticketClass,
          language,
        },
      })
      if (!answer.ok) return refusedBy(answer)
      const ticket = answer.ticket as TicketReply
      const view = ticketView(runtime.state, ticket.id)
      return reply(201, {
        ticket,
        ahead: view?.ahead ?? 0,
        estimate: view?.estimate ?? null,
        url: `${services.publicUrl()}/ticket/${ticket.id}`,
      })
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/tickets',
    name: 'findTicket',
    who: 'findTicket',
    summary: 'Staff find a ticket by the number that stands on it',
    params: Schema.BranchPath,
    query: z.object({ number: z.string().min(1).max(20) }),
    replies: { 200: { description: 'Today’s ticket with this number', schema: Schema.TicketView } },
    refusals: ['unknown-ticket'],
    handler({ query, runtime }) {
      const number = query.number.trim().toUpperCase()
      for (const ticket of runtime.state.tickets.values())
        if (ticket.number === number) return reply(200, ticketView(runtime.state, ticket.id))
      return refuse('unknown-ticket')
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/tickets/{ticket}/passed',
    name: 'passed',
    who: 'findTicket',
    summary:
      'Why was I passed? The calls since this ticket became ready, by counters that could have called it, each with its stored reason',
    params: Schema.BranchPath.extend({ ticket: Schema.Id }),
    replies: { 200: { description: 'Newest first, at most 20', schema: Schema.Passed } },
    refusals: ['unknown-ticket'],
    handler({ params, runtime }) {
      const ticket = runtime.state.tickets.get(params.ticket)
      if (!ticket) return refuse('unknown-ticket')
      const { number, state, class: ticketClass, readyAtMs, dueAtMs } = ticket
      return reply(200, { ticket: { number, state, class: ticketClass, readyAtMs, dueAtMs }, calls: passedBy(runtime.state, ticket) })
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/tickets/{ticket}',
    name: 'ticket',
    who: 'anyone',
    summary: 'One’s own ticket: whoever has its unguessable id may see it, and nothing of others',
    params: Schema.BranchPath.extend({ ticket: Schema.Id }),
    replies: { 200: { description: 'The ticket', schema: Schema.TicketView } },
    refusals: ['unknown-ticket'],
    async handler({ params, runtime }) {
      await runtime.ticket(params.ticket)
      const view: TicketView | null = ticketView(runtime.state, params.ticket)
      return view ? reply(200, view) : refuse('unknown-ticket')
    },
  }),
]
