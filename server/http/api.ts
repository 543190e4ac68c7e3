import { pipeline } from 'node:stream/promises'
import express, { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import type { z } from 'zod'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import { parse } from '../../shared/protocol/schemas.ts'
import { type Refused, refuse } from '../auth/outcome.ts'
import type { Principal, UserPrincipal } from '../auth/principal.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import { StoreAway } from '../store/store.ts'
import { clientAddress } from './clientAddress.ts'
import { tokenFromCookie } from './cookie.ts'
import type { Origins } from './origins.ts'
import { sendProblem } from './problem.ts'
import type { RequestBudget } from './requestBudget.ts'
import { BODY_LIMIT, type Call, isRefused, keptOut, type Reply, type Route, type Services } from './route.ts'

export interface ApiContext {
  readonly services: Services
  readonly origins: Origins
  readonly budget: RequestBudget
  /** Commands taken are finished, new ones are not taken. */
  isStopping(): boolean
  readonly log: { error(details: object, message: string): void }
  onAnswered(route: string, status: number): void
}

/** The routes of the table, each behind the same door: origin, size, who, how often, shape; then its handler. */
export function apiRouter(routes: readonly Route[], context: ApiContext): Router {
  const router = Router({ caseSensitive: true })
  router.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store')
    next()
  })
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
    router[route.method](path, answering(route, context))
  }
  router.use((_request, response) => sendProblem(response, refuse('unknown-route')))
  router.use((error: unknown, request: Request, response: Response, _next: NextFunction) =>
    sendProblem(response, refusedFor(error, request.path, context)),
  )
  return router
}

function answering(route: Route, context: ApiContext): RequestHandler {
  const readJson = jsonReader(route.limit ?? BODY_LIMIT)
  return async (request, response) => {
    response.once('finish', () => context.onAnswered(route.name, response.statusCode))
    let answer: Reply | Refused
    try {
      answer = await answered(route, request, response, context, readJson)
    } catch (error) {
      answer = refusedFor(error, route.name, context)
    }
    if (isRefused(answer)) return sendProblem(response, answer)
    response.status(answer.status)
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
    if (answer.stream) {
      try {
        await pipeline(answer.stream, response)
      } catch (error) {
        // The reader went away, or what we read broke off: then the reply is cut short for him to see.
        if (!response.closed || !isPrematureClose(error)) context.log.error({ err: error, route: route.name }, 'a reply broke off')
        response.destroy()
      }
      return
    }
    if (answer.body === undefined) response.end()
    else response.setHeader('Content-Type', 'application/json; charset=utf-8').end(JSON.stringify(answer.body))
  }
}

const isPrematureClose = (error: unknown): boolean => (error as { code?: string }).code === 'ERR_STREAM_PREMATURE_CLOSE'

async function answered(
  route: Route,
  request: Request,
  response: Response,
  context: ApiContext,
  readJson: JsonReader,
): Promise<Reply | Refused> {
  const { services, origins, budget } = context
  const isChange = route.method !== 'get'
  if (isChange && !origins.isAllowed(request.headers.origin)) return refuse('wrong-origin')
  const limit = route.uploadLimit ?? route.limit ?? BODY_LIMIT
  // Said at once by whoever names its size: nothing is read, and nobody is looked up for it.
  if (isChange && Number(request.headers['content-length'] ?? 0) > limit) return tooLarge(limit)

  const address = clientAddress(request.ip)
  const token = route.who === 'anyone' ? null : tokenOf(request)
  // A token that is not known here costs the store a look-up: a flood of them is its address'.
  if (token !== null && !services.accounts.isKnown(token) && !budget.take(`address ${address}`)) return refuse('rate-limited')
  const principal = token === null ? null : await services.accounts.authenticate(token)
  if (!budget.take(principal ? `session ${principal.sessionId}` : `address ${address}`)) return refuse('rate-limited')
  // A dead token is told so, also where no token would have been needed.
  if (token !== null && principal === null) return refuse('not-signed-in')

  const branch = typeof request.params.branch === 'string' ? request.params.branch : ''
  const runtime = services.branches.get(branch)
  const out = keptOut(route.who, principal, branch, runtime?.state.configuration.visitorTickets ?? false)
  if (out) return refuse(out)
  if (isChange && context.isStopping()) return refuse('restarting')
  if (route.params && 'branch' in route.params.shape && !runtime && !route.branchMayBeMissing) return refuse('unknown-branch')

  const params = checked(route.params, request.params, 'malformed')
  if (!params.ok) return params
  const query = checked(route.query, request.query, 'malformed')
  if (!query.ok) return query
  const headers = checked(route.headers, request.headers, 'malformed')
  if (!headers.ok) return headers
  let rawBody: unknown
  if (route.body ?? route.describedBody) {
    const refused = await readJson(request, response)
    if (refused) return refused
    rawBody = request.body
  }
  const body = checked(route.body, rawBody)
  if (!body.ok) return body

  const call: Call<unknown, unknown, unknown, unknown> = {
    params: params.value,
    query: query.value,
    headers: headers.value,
    body: body.value,
    rawBody,
    upload: request,
    principal,
    address,
    services,
    get runtime(): BranchRuntime {
      if (!runtime) throw new Error(`${route.name} has no branch`)
      return runtime
    },
    get user(): UserPrincipal {
      return userOf(principal)
    },
  }
  return route.handler(call as never)
}

function userOf(principal: Principal | null): UserPrincipal {
  if (principal?.kind !== 'user') throw new Error('only users may call this')
  return principal
}

/** A token in the header goes before the browser's cookie. */
function tokenOf(request: Request): string | null {
  const { authorization, cookie } = request.headers
  if (authorization === undefined) return tokenFromCookie(cookie)
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? ''
}

// --- bodies

type JsonReader = (request: Request, response: Response) => Promise<Refused | null>

const tooLarge = (limit: number): Refused => refuse('too-large', `The body may have ${limit} bytes`, { details: { limit } })

function jsonReader(limit: number): JsonReader {
  const parse = express.json({ limit, inflate: false, strict: false, type: () => true })
  return async (request, response) => {
    const isEmpty = request.headers['transfer-encoding'] === undefined && !Number(request.headers['content-length'] ?? 0)
    if (isEmpty) return refuse('malformed', 'A body of JSON is missing')
    if (!request.is('application/json')) return refuse('unsupported-media-type', 'The body must be application/json')
    const error = await new Promise<unknown>((resolve) => parse(request, response, resolve))
    if (!error) return null
    switch ((error as { type?: string }).type) {
      case 'entity.too.large':
        return tooLarge(limit)
      case 'charset.unsupported':
      case 'encoding.unsupported':
        return refuse('unsupported-media-type', 'The body must be UTF-8, and not compressed')
      default:
        return refuse('malformed', 'The body is no JSON')
    }
  }
}

type Checked = { readonly ok: true; readonly value: unknown } | Refused

function checked(schema: z.ZodType | undefined, value: unknown, always?: ErrorCode): Checked {
  if (!schema) return { ok: true, value: undefined }
  const read = parse(schema, value)
  if (read.ok) return read
  const { code, mistakes } = read
  return refuse(always ?? code, mistakes.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; '), { mistakes })
}

/** A handler that throws harms its caller alone, and tells him nothing of our insides. */
function refusedFor(error: unknown, where: string, { log }: Pick<ApiContext, 'log'>): Refused {
  if (error instanceof StoreAway) return refuse('store-away')
  // Express could not read the address.
  if (error instanceof URIError) return refuse('malformed', 'The address is no UTF-8')
  log.error({ err: error, where }, 'a handler failed')
  return refuse('internal')
}
