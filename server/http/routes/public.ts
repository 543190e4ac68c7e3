import { Readable } from 'node:stream'
import { z } from 'zod'
import { type Refused, refuse } from '../../auth/outcome.ts'
import { type Made, publicBranch } from '../publicHall.ts'
import { PublicHall, PublicQueues } from '../publicSchemas.ts'
import { type Reply, type Route, reply, route, type Services } from '../route.ts'
import { BranchPath } from '../schemas.ts'

const headers = z.object({
  'if-none-match': z.string().max(1_000).optional(),
  'accept-encoding': z.string().max(1_000).optional(),
})
type Asked = z.output<typeof headers>

/** A proxy may answer in our place for this long: what a visitor sees is a few seconds old at most. */
const HALL_SECONDS = 5
const QUEUES_SECONDS = 2

const replies = (description: string, schema: z.ZodType) => ({
  200: { description, schema },
  304: { description: 'As `If-None-Match` has it' },
})

/** What anybody may read, also the pages of other sites, and proxies may keep: no token is looked at, and nothing here costs anything. */
export const publicRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/public',
    name: 'publicHall',
    who: 'anyone',
    summary:
      'For other sites: hours of the week, services with what to bring, whether they are open, how many wait, the last numbers called',
    params: BranchPath,
    headers,
    replies: replies('The hall as it is now', PublicHall),
    refusals: ['store-away'],
    handler: ({ runtime, services, headers: asked }) => answer(services, () => publicBranch(runtime).hall(), HALL_SECONDS, asked),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/public/queues',
    name: 'publicQueues',
    who: 'anyone',
    summary: 'The part of it that changes all day: open or not, how many wait, the last numbers called',
    params: BranchPath,
    headers,
    replies: replies('The queues as they are now', PublicQueues),
    refusals: ['store-away'],
    handler: ({ runtime, services, headers: asked }) => answer(services, () => publicBranch(runtime).queues(), QUEUES_SECONDS, asked),
  }),
]

/** An old number is never passed off as a live one: while the store is away nobody is told anything (SYNC3). */
function answer(services: Services, make: () => Made, seconds: number, asked: Asked): Reply | Refused {
  if (!services.store.isAvailable) return refuse('store-away')
  const { body, gzipped, tag } = make()
  const common = {
    'Cache-Control': `public, max-age=${seconds}`,
    ETag: tag,
    Vary: 'Accept-Encoding',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Date, Age',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  }
  if (isKnown(asked['if-none-match'], tag)) return reply(304, undefined, common)
  const isSmall = takesGzip(asked['accept-encoding'])
  const sent = isSmall ? gzipped : body
  return {
    status: 200,
    headers: {
      ...common,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(sent.length),
      ...(isSmall ? { 'Content-Encoding': 'gzip' } : {}),
    },
    stream: Readable.from([sent]),
  }
}

/** RFC 9110, 13.1.2: any of the list, compared weakly. */
const isKnown = (known: string | undefined, tag: string): boolean =>
  known !== undefined &&
  known
    .split(',')
    .map((each) => each.trim())
    .some((each) => each === '*' || each === tag || `W/${each}` === tag)

const takesGzip = (encodings: string | undefined): boolean =>
  encodings !== undefined && /(^|[,\s])(gzip|\*)\s*(;\s*q=(1|0\.0*[1-9])|,|$)/i.test(encodings)
