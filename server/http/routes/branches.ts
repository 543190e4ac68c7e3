import { z } from 'zod'
import { type Refused, refuse } from '../../auth/outcome.ts'
import { may } from '../../auth/permissions.ts'
import type { Principal } from '../../auth/principal.ts'
import type { BranchRuntime } from '../../branch/runtime.ts'
import { boardView, liveView } from '../../branch/views.ts'
import { EventsLetGo } from '../../history/history.ts'
import { describeBranch } from '../describeBranch.ts'
import { eventLines } from '../eventLog.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

export const branchRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches',
    name: 'listBranches',
    who: 'anyone',
    summary: 'The branches served here',
    replies: { 200: { description: 'By id', schema: z.array(Schema.BranchName) } },
    handler: ({ services }) =>
      reply(
        200,
        services.branches.ids().flatMap((id) => {
          const runtime = services.branches.get(id)
          return runtime ? [{ id, name: runtime.state.configuration.name }] : []
        }),
      ),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}',
    name: 'describeBranch',
    who: 'anyone',
    summary: 'What everybody may know: services with what to bring, whether they are open, how many wait',
    params: Schema.BranchPath,
    replies: { 200: { description: 'The branch as it is now', schema: Schema.BranchDescription } },
    handler: ({ runtime }) => reply(200, describeBranch(runtime.state, runtime.nowMs())),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/board',
    name: 'board',
    who: 'showBoard',
    summary: 'What a public screen shows',
    params: Schema.BranchPath,
    query: z.object({ zone: Schema.Id.optional() }),
    replies: { 200: { description: 'The view, with its revision', schema: Schema.BoardView } },
    handler({ principal, query, runtime }) {
      const zones = zonesFor(principal as Principal, runtime, query.zone)
      return zones === null || Array.isArray(zones)
        ? reply(200, { revision: runtime.state.revision, ...boardView(runtime.state, zones) })
        : (zones as Refused)
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/live',
    name: 'live',
    who: 'supervise',
    summary: 'What a supervisor sees: queues, waits, counters',
    params: Schema.BranchPath,
    replies: { 200: { description: 'The view, with its revision', schema: Schema.LiveView } },
    handler: ({ runtime }) => reply(200, { revision: runtime.state.revision, ...liveView(runtime.state, runtime.nowMs()) }),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/events',
    name: 'events',
    who: 'supervise',
    summary: 'The branch’s log: an event a line, in order, without gaps',
    params: Schema.BranchPath,
    query: z.object({
      after: z
        .string()
        .regex(/^\d{1,15}$/, 'must be a revision')
        .optional()
        .describe('The revision after which to begin; 0 where absent'),
    }),
    replies: { 200: { description: 'One JSON object a line', schema: Schema.LoggedEvent, contentType: 'application/x-ndjson' } },
    refusals: ['events-let-go'],
    async handler({ params, query, services }) {
      try {
        const stream = await eventLines(services.history, params.branch, Number(query.after ?? 0))
        return { status: 200, headers: { 'Content-Type': 'application/x-ndjson; charset=utf-8' }, stream }
      } catch (error) {
        if (error instanceof EventsLetGo) return refuse('events-let-go')
        throw error
      }
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/clock-step/confirmation',
    name: 'confirmClockStep',
    who: 'supervise',
    summary: 'A person says that the clock is right after it made a step: the business day may turn again',
    params: Schema.BranchPath,
    replies: { 204: { description: 'Confirmed' } },
    handler({ services }) {
      services.store.confirmClockStep()
      return reply(204)
    },
  }),
]

/** As on `/board`: the zones that this screen may show, and wants to; null: all. */
function zonesFor(principal: Principal, runtime: BranchRuntime, zone: string | undefined): string[] | null | Refused {
  const allowed = principal.kind === 'device' ? principal.zones : null
  if (zone === undefined) return allowed === null ? null : [...allowed]
  if (!runtime.state.configuration.zones.some((each) => each.id === zone)) return refuse('invalid-value', 'zone is not there')
  if (!may(principal, runtime.id, 'showBoard') || (allowed !== null && !allowed.includes(zone))) return refuse('not-allowed')
  return [zone]
}
