import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { refuse } from '../auth/outcome.ts'
import { type ApiContext, apiRouter } from './api.ts'
import { securityHeaders } from './headers.ts'
import { type HealthContext, healthRouter } from './health.ts'
import { mediaRouter } from './media.ts'
import { openApiDocument } from './openapi.ts'
import { pagesRouter } from './pages.ts'
import { sendProblem } from './problem.ts'
import { ROUTES } from './routes.ts'
import { voicesRouter } from './voices.ts'

export interface AppContext extends ApiContext, Omit<HealthContext, 'store' | 'branches' | 'isStopping'> {
  readonly version: string
}

/** Everything that is served over HTTP, on one port. */
export function makeApp(context: AppContext): Express {
  const { services, log } = context
  const { config, store, branches } = services
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', config.trustedProxies)
  // Query strings are names and values, no objects.
  app.set('query parser', 'simple')
  app.use(securityHeaders(services.isSecure))

  let document: string | undefined
  app.get('/api/v1/openapi.json', (_request, response) => {
    document ??= JSON.stringify(openApiDocument(ROUTES, context.version))
    response.setHeader('Cache-Control', 'no-cache').setHeader('Content-Type', 'application/json; charset=utf-8').end(document)
  })
  app.use('/api/v1', apiRouter(ROUTES, context))
  // Everything but the page that explains it.
  app.use('/api', (request, response, next) => (request.path === '/docs' ? next() : sendProblem(response, refuse('unknown-route'))))
  app.use(healthRouter({ store, branches, metrics: context.metrics, metricsToken: context.metricsToken, isStopping: context.isStopping }))
  app.use('/media', mediaRouter(config.dataDir, branches))
  app.use('/voices', voicesRouter(config.dataDir, config.voicesDir))
  app.use(pagesRouter(config.clientDir, { dev: config.dev }))
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    if (error instanceof URIError) return sendProblem(response, refuse('malformed', 'The address is no UTF-8'))
    log.error({ err: error, path: request.path }, 'a handler failed')
    sendProblem(response, refuse('internal'))
  })
  return app
}
