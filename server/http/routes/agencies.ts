import { createHash, randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Agency, BranchConfiguration } from '../../../shared/domain/configuration.ts'
import { checkConfiguration, type Mistake } from '../../../shared/protocol/schemas.ts'
import { type Refused, refuse } from '../../auth/outcome.ts'
import { mayCoordinate } from '../../auth/permissions.ts'
import { actorOf, type UserPrincipal } from '../../auth/principal.ts'
import { agencyLive } from '../../branch/agency.ts'
import type { BranchRuntime } from '../../branch/runtime.ts'
import * as Agencies from '../agencySchemas.ts'
import { refusedBy } from '../problem.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

const PART_LIMIT = 512 * 1024

/** One agency: what its coordinator sees, and the part of the configuration that is his. */
export const agencyRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/agencies/{agency}/live',
    name: 'agencyLive',
    who: 'coordinate',
    summary: 'One agency now: who waits, who is at its counters, today’s figures; nothing of other agencies',
    params: Agencies.AgencyPath,
    query: z.object({
      after: z
        .string()
        .regex(/^\d{1,15}$/, 'must be a revision')
        .optional()
        .describe('The revision that is known already. What changes with time alone, hours for instance, is told without it'),
    }),
    replies: {
      200: { description: 'As of now', schema: Agencies.AgencyLive },
      204: { description: 'Nothing happened in the branch since `after`' },
    },
    refusals: ['unknown-agency'],
    handler({ params, query, user, runtime }) {
      if (!mayCoordinate(user, params.branch, params.agency)) return notHis()
      if (query.after !== undefined && Number(query.after) === runtime.state.revision) return reply(204)
      const live = agencyLive(runtime.state, params.agency, runtime.nowMs())
      return live ? reply(200, live) : refuse('unknown-agency')
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/agencies/{agency}',
    name: 'agency',
    who: 'coordinate',
    summary: 'The part of the configuration that is this agency’s own',
    params: Agencies.AgencyPath,
    replies: {
      200: {
        description: 'The part',
        schema: Agencies.AgencyPart,
        headers: { ETag: 'Of this part alone; send it back as If-Match, so that nobody’s change is overwritten' },
      },
    },
    refusals: ['unknown-agency'],
    handler({ params, user, runtime }) {
      if (!mayCoordinate(user, params.branch, params.agency)) return notHis()
      const part = partOf(runtime.state.configuration, params.agency)
      return part ? reply(200, part, { ETag: etagOf(part) }) : refuse('unknown-agency')
    },
  }),
  route({
    method: 'put',
    path: '/branches/{branch}/agencies/{agency}',
    name: 'configureAgency',
    who: 'coordinate',
    summary:
      'Change texts, requirements, fees, minutes, quotas and hours of an agency’s services, or switch them on and off. Its code, its prefix and which services it has stay; nothing else of the branch is touched. Without If-Match the last one wins',
    params: Agencies.AgencyPath,
    headers: z.object({ 'if-match': z.string().max(200).optional() }),
    describedBody: Agencies.AgencyPart,
    limit: PART_LIMIT,
    replies: {
      200: { description: 'Changed; the revision of the configuration', schema: Schema.Revision, headers: { ETag: 'Of the new part' } },
    },
    refusals: ['unknown-agency', 'invalid-configuration', 'configuration-changed', 'configuration-in-use'],
    async handler({ params, headers, rawBody, user, runtime }) {
      if (!mayCoordinate(user, params.branch, params.agency)) return notHis()
      return configureAgency(runtime, user, params.agency, rawBody, headers['if-match'])
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/agencies/{agency}/check',
    name: 'checkAgency',
    who: 'coordinate',
    summary: 'What would be wrong with this part; changes nothing',
    params: Agencies.AgencyPath,
    describedBody: Agencies.AgencyPart,
    limit: PART_LIMIT,
    replies: { 200: { description: 'All its mistakes', schema: Agencies.AgencyCheck } },
    refusals: ['unknown-agency'],
    handler({ params, rawBody, user, runtime }) {
      if (!mayCoordinate(user, params.branch, params.agency)) return notHis()
      const { configuration } = runtime.state
      const part = partOf(configuration, params.agency)
      return part ? reply(200, { mistakes: checkedPart(configuration, part, rawBody).mistakes }) : refuse('unknown-agency')
    },
  }),
]

const notHis = (): Refused => refuse('not-allowed', 'A coordinator has to do with his own agency alone')

const partOf = ({ agencies }: BranchConfiguration, id: string): Agency | undefined => agencies.find((agency) => agency.id === id)

/** Of what it says, not of a revision: changes elsewhere in the branch are none of the coordinator's. */
const etagOf = (part: Agency): string => `"${createHash('sha256').update(JSON.stringify(part)).digest('base64url').slice(0, 22)}"`

const isMatch = (header: string | undefined, part: Agency): boolean =>
  header === undefined || header.split(',').some((tag) => tag.trim() === '*' || tag.trim() === etagOf(part))

async function configureAgency(runtime: BranchRuntime, user: UserPrincipal, agency: string, body: unknown, ifMatch: string | undefined) {
  for (;;) {
    const { configuration, configuredRevision } = runtime.state
    const before = partOf(configuration, agency)
    if (!before) return refuse('unknown-agency')
    if (!isMatch(ifMatch, before)) return refuse('configuration-changed')
    const { part, mistakes } = checkedPart(configuration, before, body)
    if (part === null) return refuse('invalid-configuration', `${mistakes.length} mistakes`, { mistakes })
    if (isDeepStrictEqual(part, before)) return reply(200, { revision: configuredRevision }, { ETag: etagOf(before) })
    const answer = await runtime.execute({
      commandId: `coordinate-${randomUUID()}`,
      actor: actorOf(user),
      command: {
        type: 'configureBranch',
        configuration: { ...configuration, agencies: configuration.agencies.map((each) => (each === before ? part : each)) },
        ifRevision: configuredRevision,
      },
    })
    if (answer.ok) return reply(200, { revision: answer.revision }, { ETag: etagOf(part) })
    // Somebody saved another part of the branch in between: this one is put into what he made of it.
    if (answer.error.code !== 'configuration-changed') return refusedBy(answer)
  }
}

/** What came as this agency's part; null with all its mistakes. Their paths begin in the agency. */
function checkedPart(
  configuration: BranchConfiguration,
  before: Agency,
  body: unknown,
): { readonly part: Agency | null; readonly mistakes: readonly Mistake[] } {
  // Alone: what the parts of others look like is not told here, not even by a mistake.
  const { id, name, timeZone, languages, zones } = configuration
  const checked = checkConfiguration({ id, name, timeZone, languages, zones, hours: 'always', agencies: [body], counters: [] })
  const own = checked.ok ? [] : checked.mistakes.map(({ path, message }) => ({ path: path.slice('agencies.0.'.length), message }))
  const mistakes = [...own, ...notHisToChange(before, body)]
  if (!checked.ok || mistakes.length > 0) return { part: null, mistakes }
  return { part: checked.value.agencies[0] as Agency, mistakes }
}

/** Code, prefix and the list of services hang together with counters and journeys: an administrator changes them. */
function notHisToChange(before: Agency, body: unknown): Mistake[] {
  if (typeof body !== 'object' || body === null) return []
  const { id, prefix, services } = body as { id?: unknown; prefix?: unknown; services?: unknown }
  const stays = (path: string, was: string, is: unknown): Mistake[] =>
    is === was ? [] : [{ path, message: `must stay ${was}: an administrator changes it` }]
  const mistakes = [...stays('id', before.id, id), ...stays('prefix', before.prefix, prefix)]
  if (!Array.isArray(services)) return mistakes
  const ids = services.map((service: unknown) => (service as { id?: unknown } | null)?.id)
  if (ids.length !== before.services.length)
    return [...mistakes, { path: 'services', message: `must stay ${before.services.length} in number: an administrator changes it` }]
  return [...mistakes, ...before.services.flatMap((service, at) => stays(`services.${at}.id`, service.id, ids[at]))]
}
