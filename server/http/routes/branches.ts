import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { checkConfiguration } from '../../../shared/protocol/schemas.ts'
import { type Refused, refuse } from '../../auth/outcome.ts'
import { may } from '../../auth/permissions.ts'
import { actorOf, type Principal } from '../../auth/principal.ts'
import type { BranchRuntime } from '../../branch/runtime.ts'
import { boardView, liveView } from '../../branch/views.ts'
import { describeBranch } from '../describeBranch.ts'
import { eventLines } from '../eventLog.ts'
import { mediaOf } from '../media.ts'
import { refusedBy } from '../problem.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

const etagOf = (revision: number): string => `"${revision}"`

/** RFC 9110, 13.1.1: whether one of the tags is that of the present configuration; null: nothing is asked for. */
function matches(header: string | undefined, runtime: BranchRuntime | undefined): boolean | null {
  if (header === undefined) return null
  if (!runtime) return false
  const tags = header.split(',').map((tag) => tag.trim())
  return tags.includes('*') || tags.includes(etagOf(runtime.state.configuredRevision))
}

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
    path: '/branches/{branch}/configuration',
    name: 'configuration',
    who: 'administer',
    summary: 'The whole branch as one document',
    params: Schema.BranchPath,
    replies: {
      200: {
        description: 'The document',
        schema: Schema.Configuration,
        headers: { ETag: 'Send it back as If-Match, so that nobody’s change is overwritten' },
      },
    },
    handler: ({ runtime }) => reply(200, runtime.state.configuration, { ETag: etagOf(runtime.state.configuredRevision) }),
  }),
  route({
    method: 'put',
    path: '/branches/{branch}/configuration',
    name: 'configure',
    who: 'administer',
    summary: 'Configure a branch, or make one. Without If-Match the last one wins',
    params: Schema.BranchPath,
    headers: z.object({ 'if-match': z.string().max(200).optional() }),
    describedBody: Schema.Configuration,
    limit: 2 * 1024 * 1024,
    branchMayBeMissing: true,
    replies: { 200: { description: 'Configured', schema: Schema.Revision, headers: { ETag: 'Of the new configuration' } } },
    refusals: ['invalid-configuration', 'configuration-changed', 'configuration-in-use'],
    async handler({ params, headers, rawBody, user, services }) {
      const checked = checkConfiguration(rawBody)
      const mistakes = checked.ok ? [] : [...checked.mistakes]
      const configuration = checked.ok ? checked.value : null
      if (configuration && configuration.id !== params.branch)
        mistakes.push({ path: 'id', message: `must be ${params.branch}, as in the address` })
      if (configuration === null || mistakes.length > 0) return invalid(mistakes)
      const runtime = services.branches.get(params.branch)
      const isMatch = matches(headers['if-match'], runtime)
      if (isMatch === false)
        return refuse('configuration-changed', undefined, { details: { revision: runtime?.state.configuredRevision ?? null } })
      const answer = runtime
        ? await runtime.execute({
            commandId: `configure-${randomUUID()}`,
            actor: actorOf(user),
            command: {
              type: 'configureBranch',
              configuration,
              // Decided on the revision that it is committed on: another's change in between is noticed.
              ...(isMatch && headers['if-match']?.trim() !== '*' ? { ifRevision: runtime.state.configuredRevision } : {}),
            },
          })
        : await services.branches.create(configuration, actorOf(user))
      return answer.ok ? reply(200, { revision: answer.revision }, { ETag: etagOf(answer.revision) }) : refusedBy(answer)
    },
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
    path: '/branches/{branch}/media',
    name: 'media',
    who: 'showBoard',
    summary: 'Pictures and film for its screens, in order: the files of DATA_DIR/media/BRANCH',
    params: Schema.BranchPath,
    replies: { 200: { description: 'What to show, and what was left out', schema: Schema.Media } },
    handler: async ({ params, services }) => reply(200, await mediaOf(services.config.dataDir, params.branch)),
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
    async handler({ params, query, services }) {
      const stream = await eventLines(services.store, params.branch, Number(query.after ?? 0))
      return { status: 200, headers: { 'Content-Type': 'application/x-ndjson; charset=utf-8' }, stream }
    },
  }),
  route({
    method: 'post',
    path: '/clock-step/confirmation',
    name: 'confirmClockStep',
    who: 'admin',
    summary: 'A person says that the store’s clock is right after it made a step: the business day may turn again',
    replies: { 204: { description: 'Confirmed' } },
    handler({ services }) {
      services.store.confirmClockStep()
      return reply(204)
    },
  }),
]

const invalid = (mistakes: Refused['mistakes']): Refused =>
  refuse('invalid-configuration', `${mistakes?.length ?? 0} mistakes`, { mistakes })

/** As on `/board`: the zones that this screen may show, and wants to; null: all. */
function zonesFor(principal: Principal, runtime: BranchRuntime, zone: string | undefined): string[] | null | Refused {
  const allowed = principal.kind === 'device' ? principal.zones : null
  if (zone === undefined) return allowed === null ? null : [...allowed]
  if (!runtime.state.configuration.zones.some((each) => each.id === zone)) return refuse('invalid-value', 'zone is not there')
  if (!may(principal, runtime.id, 'showBoard') || (allowed !== null && !allowed.includes(zone))) return refuse('not-allowed')
  return [zone]
}
