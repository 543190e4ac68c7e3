import { Router as newRouter, type Request, type Router } from 'express'
import { refuse } from '../auth/outcome.ts'
import { isSame } from '../auth/tokens.ts'
import type { Branches } from '../branch/branches.ts'
import type { Metrics } from '../metrics.ts'
import type { BranchStore } from '../store/store.ts'
import { isLoopback } from './clientAddress.ts'
import { sendProblem } from './problem.ts'

export interface HealthContext {
  readonly store: BranchStore
  readonly branches: Branches
  readonly metrics: Metrics
  readonly metricsToken: string | undefined
  isStopping(): boolean
}

/** For whoever keeps the server running. Details only for this machine, and for holders of the token. */
export function healthRouter(context: HealthContext): Router {
  const { store, branches, metrics } = context
  const router = newRouter()
  router.get('/healthz', (_request, response) => {
    response.setHeader('Cache-Control', 'no-store').json({ status: 'ok' })
  })
  router.get('/readyz', (request, response) => {
    const isReady = store.isAvailable && !context.isStopping()
    const details = {
      store: { kind: store.kind, isAvailable: store.isAvailable, warnings: store.warnings, clockStepMs: store.clockStepMs },
      branches: branches.ids(),
      isStopping: context.isStopping(),
    }
    response
      .status(isReady ? 200 : 503)
      .setHeader('Cache-Control', 'no-store')
      .json({ status: isReady ? 'ready' : 'not-ready', ...(isInsider(request, context.metricsToken) ? details : {}) })
  })
  router.get('/metrics', async (request, response) => {
    if (!isInsider(request, context.metricsToken))
      return sendProblem(response, refuse('not-allowed', 'From this machine, or with METRICS_TOKEN'))
    const { type, body } = await metrics.text()
    response.setHeader('Cache-Control', 'no-store').setHeader('Content-Type', type).end(body)
  })
  return router
}

/** A reverse proxy on this machine speaks for others: it says so in a header. */
function isInsider(request: Request, token: string | undefined): boolean {
  const shown = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token !== undefined && shown !== undefined && isSame(shown, token)) return true
  const { 'x-forwarded-for': forwardedFor, forwarded } = request.headers
  return isLoopback(request.socket.remoteAddress) && forwardedFor === undefined && forwarded === undefined
}
