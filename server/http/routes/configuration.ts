import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { BranchConfiguration } from '../../../shared/domain/configuration.ts'
import { decide } from '../../../shared/domain/decide.ts'
import { checkConfiguration, type Mistake } from '../../../shared/protocol/schemas.ts'
import { type Refused, refuse } from '../../auth/outcome.ts'
import { actorOf } from '../../auth/principal.ts'
import type { BranchRuntime } from '../../branch/runtime.ts'
import { versionAt, versionsBefore } from '../configurationLog.ts'
import { refusedBy } from '../problem.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

const CONFIGURATION_LIMIT = 2 * 1024 * 1024
const PAGE = 20

const etagOf = (revision: number): string => `"${revision}"`

/** RFC 9110, 13.1.1: whether one of the tags is that of the present configuration; null: nothing is asked for. */
function matches(header: string | undefined, runtime: BranchRuntime | undefined): boolean | null {
  if (header === undefined) return null
  if (!runtime) return false
  const tags = header.split(',').map((tag) => tag.trim())
  return tags.includes('*') || tags.includes(etagOf(runtime.state.configuredRevision))
}

const revision = z.number().int().nonnegative()
const stamp = { revision, atMs: z.number().int(), by: z.string() }
const previous = revision.nullable().describe('The version before it; null: the branch was made with it')
const Version = z.object({ ...stamp, previous, configuration: Schema.Configuration })
const Versions = z.object({
  versions: z.array(
    z.object({
      ...stamp,
      previous,
      changes: z.array(
        z.object({
          path: z.array(z.string()).describe('What has an id stands under it: `agencies`, `DUKCAPIL`, `services`, `KK`, `averageMinutes`'),
          kind: z.enum(['added', 'removed', 'changed', 'moved']),
          before: z.unknown().optional(),
          after: z.unknown().optional(),
        }),
      ),
      moreChanges: z.number().int().describe('Differences that are not named here'),
    }),
  ),
  hasMore: z.boolean(),
})
const Check = z.object({
  mistakes: z.array(z.object({ path: z.string(), message: z.string() })).describe('All of them; none: it can be saved'),
  inUse: z
    .string()
    .nullable()
    .describe('What is missing in it and can’t go now: `counters.3`, `services.DUKCAPIL.KK`, `classes.priority`, `timeZone`'),
})

export const configurationRoutes: readonly Route[] = [
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
    summary: 'Configure a branch, or make one. Without If-Match the last one wins; `If-None-Match: *` only makes one',
    params: Schema.BranchPath,
    headers: z.object({ 'if-match': z.string().max(200).optional(), 'if-none-match': z.literal('*').optional() }),
    describedBody: Schema.Configuration,
    limit: CONFIGURATION_LIMIT,
    branchMayBeMissing: true,
    replies: { 200: { description: 'Configured', schema: Schema.Revision, headers: { ETag: 'Of the new configuration' } } },
    refusals: ['invalid-configuration', 'configuration-changed', 'configuration-in-use'],
    async handler({ params, headers, rawBody, user, services }) {
      const { configuration, mistakes } = checkedFor(params.branch, rawBody)
      if (configuration === null) return invalid(mistakes)
      const runtime = services.branches.get(params.branch)
      const isMatch = matches(headers['if-match'], runtime)
      if (isMatch === false || (headers['if-none-match'] && runtime))
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
    method: 'post',
    path: '/branches/{branch}/configuration/check',
    name: 'checkConfiguration',
    who: 'administer',
    summary: 'What would be wrong with this configuration; changes nothing',
    params: Schema.BranchPath,
    describedBody: Schema.Configuration,
    limit: CONFIGURATION_LIMIT,
    branchMayBeMissing: true,
    replies: { 200: { description: 'All its mistakes', schema: Check } },
    handler({ params, rawBody, services, user }) {
      const { configuration, mistakes } = checkedFor(params.branch, rawBody)
      const runtime = services.branches.get(params.branch)
      const inUse = configuration && runtime ? inUseBut(runtime, configuration, actorOf(user)) : null
      return reply(200, { mistakes, inUse })
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/configuration/history',
    name: 'configurationHistory',
    who: 'administer',
    summary: 'Who changed what of the configuration, and when: newest first',
    params: Schema.BranchPath,
    query: z.object({
      before: z
        .string()
        .regex(/^\d{1,15}$/, 'must be a revision')
        .optional()
        .describe('Only versions before this revision'),
      limit: z
        .string()
        .regex(/^([1-9]\d?|100)$/, 'must be from 1 to 100')
        .optional()
        .describe(`How many; ${PAGE} where absent`),
    }),
    replies: { 200: { description: 'Versions of the configuration, each with what it changed', schema: Versions } },
    async handler({ query, runtime, services }) {
      const before = query.before === undefined ? Number.POSITIVE_INFINITY : Number(query.before)
      return reply(200, await versionsBefore(services.store, runtime, before, Number(query.limit ?? PAGE)))
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/configuration/history/{revision}',
    name: 'configurationVersion',
    who: 'administer',
    summary: 'The whole branch as it was with this revision',
    params: Schema.BranchPath.extend({ revision: z.string().regex(/^\d{1,15}$/, 'must be a revision') }),
    replies: { 200: { description: 'The document, who made it and when', schema: Version } },
    refusals: ['unknown-version'],
    async handler({ params, runtime, services }) {
      const version = await versionAt(services.store, runtime, Number(params.revision))
      return version ? reply(200, version) : refuse('unknown-version')
    },
  }),
  route({
    method: 'get',
    path: '/templates',
    name: 'listTemplates',
    who: 'admin',
    summary: 'Branches to begin a new one with, as they are shipped',
    replies: { 200: { description: 'By id', schema: z.array(Schema.BranchName) } },
    async handler({ services }) {
      const templates = await Promise.all((await templateIds(services.config.templatesDir)).map((id) => template(services.config, id)))
      return reply(
        200,
        templates.flatMap((each) => (each ? [{ id: each.id, name: each.name }] : [])),
      )
    },
  }),
  route({
    method: 'get',
    path: '/templates/{template}',
    name: 'template',
    who: 'admin',
    summary: 'One of them as a whole document',
    params: z.object({ template: Schema.Id }),
    replies: { 200: { description: 'The document', schema: Schema.Configuration } },
    refusals: ['unknown-template'],
    async handler({ params, services }) {
      const found = (await templateIds(services.config.templatesDir)).includes(params.template)
      const configuration = found ? await template(services.config, params.template) : null
      return configuration ? reply(200, configuration) : refuse('unknown-template')
    },
  }),
]

/** What came as the configuration of this branch; null with all its mistakes. */
function checkedFor(branch: string, body: unknown): { configuration: BranchConfiguration | null; mistakes: readonly Mistake[] } {
  const checked = checkConfiguration(body)
  if (!checked.ok) return { configuration: null, mistakes: checked.mistakes }
  if (checked.value.id === branch) return { configuration: checked.value, mistakes: [] }
  return { configuration: null, mistakes: [{ path: 'id', message: `must be ${branch}, as in the address` }] }
}

/** Asks the rules themselves, and does nothing with their answer. */
function inUseBut(runtime: BranchRuntime, configuration: BranchConfiguration, by: string): string | null {
  const decision = decide(runtime.state, { type: 'configureBranch', configuration }, { nowMs: runtime.nowMs(), by })
  const path = decision.ok ? null : decision.rejection.details?.path
  return typeof path === 'string' ? path : null
}

const invalid = (mistakes: Refused['mistakes']): Refused =>
  refuse('invalid-configuration', `${mistakes?.length ?? 0} mistakes`, { mistakes })

const templateIds = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [])).sort()

async function template({ templatesDir }: { readonly templatesDir: string }, id: string): Promise<BranchConfiguration | null> {
  const text = await readFile(join(templatesDir, `${id}.json`), 'utf8').catch(() => null)
  const checked = text === null ? null : checkConfiguration(JSON.parse(text))
  return checked?.ok ? checked.value : null
}
