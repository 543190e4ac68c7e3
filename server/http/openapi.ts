import { z } from 'zod'
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.ts'
import { WEBHOOK_TYPES } from '../../shared/protocol/webhooks.ts'
import { BODY_LIMIT, type Route, type Who } from './route.ts'
import * as Schema from './schemas.ts'

/** Refusals that any call can meet. */
const EVERYWHERE: readonly ErrorCode[] = ['malformed', 'rate-limited', 'store-away', 'restarting', 'internal']

const WHO: Readonly<Record<Who, string>> = {
  anyone: 'Anybody',
  signedIn: 'Whoever shows a token',
  user: 'Users',
  admin: 'Admins',
  issueTicketOrVisitor: 'Kiosks and staff of the branch; anybody where it lets visitors take tickets with their own phones',
  showBoard: 'Screens and staff of the branch',
  issueTicket: 'Kiosks and staff of the branch',
  findTicket: 'Staff of the branch',
  actAtCounter: 'Officers and supervisors of the branch, and admins',
  assist: 'The help desk and supervisors of the branch, and admins',
  supervise: 'Supervisors of the branch, and admins',
  coordinate: 'The coordinator of the agency, and admins of the branch',
  commandBranch: 'The help desk, supervisors and coordinators of the branch, and admins; each command says who of them',
  administer: 'Admins of the branch',
}

/** The OpenAPI 3.1 document of these routes, from the very schemas that check what comes in. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const components = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(Schema)) if (schema instanceof z.ZodType) components.add(schema, { id })
  const at = (id: string): string => `#/components/schemas/${id}`
  const { schemas } = z.toJSONSchema(components, { uri: at, io: 'input', unrepresentable: 'any' })
  const schemaOf = (schema: z.ZodType): object => {
    const known = components.get(schema)
    if (known) return { $ref: at(known.id) }
    if (schema instanceof z.ZodArray) return { type: 'array', items: schemaOf(schema.element as z.ZodType) }
    return plain(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  }

  const paths: Record<string, Record<string, object>> = {}
  for (const each of routes) {
    const body = each.body ?? each.describedBody
    const parameters = [
      ...parametersIn('path', each.params, true),
      ...parametersIn('query', each.query, false),
      ...parametersIn('header', each.headers, false),
    ]
    paths[each.path] = {
      ...paths[each.path],
      [each.method]: {
        operationId: each.name,
        summary: each.summary,
        description: `${WHO[each.who]}.${body && each.limit ? ` The body may have ${each.limit} bytes.` : ''}`,
        tags: [tagOf(each.path)],
        security: each.who === 'anyone' ? [] : [{ bearer: [] }, { cookie: [] }, ...(each.who === 'issueTicketOrVisitor' ? [{}] : [])],
        ...(parameters.length > 0 ? { parameters } : {}),
        ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } } : {}),
        ...(each.uploadLimit === undefined ? {} : { requestBody: { required: true, content: { 'application/octet-stream': {} } } }),
        responses: responsesOf(each, schemaOf),
      },
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Panggil',
      version,
      description: `Queues of public service halls. Errors are problem details with a stable \`code\` and \`retry\`. Bodies have at most ${BODY_LIMIT} bytes.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api/v1', description: 'This server' }],
    tags: [...new Set(routes.map(({ path }) => tagOf(path)))].sort().map((name) => ({ name })),
    paths,
    webhooks: WEBHOOKS,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema as object)])),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The token of a session or a device' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'panggil_session' },
      },
    },
  }
}

/** What it is about: the first name behind the branch, else the first one. */
function tagOf(path: string): string {
  const names = path.split('/').filter((part) => part && !part.startsWith('{'))
  return (names[0] === 'branches' ? names[1] : undefined) ?? names[0] ?? 'api'
}

/** What we send ourselves; each type's fields are in `docs/api/events.md`. */
const WEBHOOKS = {
  event: {
    post: {
      operationId: 'event',
      summary: 'An event of the branch, as an admin asked for it; signed after Standard Webhooks 1.0',
      description: 'Any 2xx within 10 seconds takes it; after everything else the same one comes again under the same `webhook-id`.',
      parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
        name,
        in: 'header',
        required: true,
        schema: { type: 'string' },
      })),
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['type', 'branch', 'revision', 'atMs', 'event'],
              properties: {
                type: { type: 'string', enum: [...WEBHOOK_TYPES, 'test'] },
                branch: { type: 'string' },
                revision: { type: 'integer' },
                atMs: { type: 'integer', description: 'Milliseconds since 1970 on the store’s clock' },
                event: { type: 'object' },
              },
            },
          },
        },
      },
      responses: { '2XX': { description: 'Taken' } },
    },
  },
}

/** Without what names the schema as a document of its own: here it is part of one. */
function plain(schema: object): object {
  const { $schema: _schema, $id: _id, id: _name, ...rest } = schema as Record<string, unknown>
  return rest
}

function parametersIn(place: 'path' | 'query' | 'header', fields: z.ZodObject | undefined, required: boolean): object[] {
  if (!fields) return []
  return Object.entries(fields.shape).map(([name, schema]) => ({
    name: place === 'header' ? name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase()) : name,
    in: place,
    required: required || !(schema as z.ZodType).safeParse(undefined).success,
    schema: plain(z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' })),
  }))
}

/** Codes that this route can refuse with, by status. */
export function refusalsOf(each: Route): Map<number, ErrorCode[]> {
  const codes = new Set<ErrorCode>([...EVERYWHERE, ...(each.refusals ?? [])])
  if (each.who !== 'anyone') for (const code of ['not-signed-in', 'not-allowed'] as const) codes.add(code)
  if (each.params && 'branch' in each.params.shape && !each.branchMayBeMissing) codes.add('unknown-branch')
  if (each.method !== 'get') codes.add('wrong-origin')
  if (each.body ?? each.describedBody) for (const code of ['too-large', 'unsupported-media-type', 'invalid-value'] as const) codes.add(code)
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of codes) byStatus.set(ERRORS[code].status, [...(byStatus.get(ERRORS[code].status) ?? []), code])
  return byStatus
}

function responsesOf(each: Route, schemaOf: (schema: z.ZodType) => object): object {
  const responses: Record<string, object> = {}
  for (const [status, kind] of Object.entries(each.replies))
    responses[status] = {
      description: kind.description,
      ...(kind.headers
        ? {
            headers: Object.fromEntries(
              Object.entries(kind.headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
            ),
          }
        : {}),
      ...(kind.schema ? { content: { [kind.contentType ?? 'application/json']: { schema: schemaOf(kind.schema) } } } : {}),
    }
  for (const [status, codes] of [...refusalsOf(each)].sort(([a], [b]) => a - b))
    responses[status] = {
      description: codes.map((code) => `\`${code}\``).join(', '),
      'x-codes': codes,
      content: { 'application/problem+json': { schema: schemaOf(Schema.Problem) } },
    }
  return responses
}
