import { STATUS_CODES } from 'node:http'
import type { Response } from 'express'
import { ERRORS } from '../../shared/protocol/errors.ts'
import type { Acknowledgement } from '../../shared/protocol/wire.ts'
import { type Refused, refuse } from '../auth/outcome.ts'

/** RFC 9457. `code` and `retry` are what programs go by; `type` names no page, because the code says it all. */
export function sendProblem(response: Response, refused: Refused): void {
  if (response.headersSent) {
    // The reply has begun: breaking it off is the only way left to say that it is not whole.
    response.destroy()
    return
  }
  const { status, retry } = ERRORS[refused.code]
  const { detail, details, mistakes } = refused
  const seconds = details?.retryAfterSeconds
  if (status === 429 || status === 503) response.setHeader('Retry-After', typeof seconds === 'number' ? String(seconds) : '1')
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
  response.status(status).setHeader('Content-Type', 'application/problem+json; charset=utf-8')
  response.end(
    JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[status],
      status,
      ...(detail === undefined ? {} : { detail }),
      code: refused.code,
      retry,
      ...(details ? { details } : {}),
      ...(mistakes ? { mistakes } : {}),
    }),
  )
}

/** What a runtime answered, as a refusal of HTTP. */
export function refusedBy(answer: Extract<Acknowledgement, { ok: false }>): Refused {
  const { code, message, details } = answer.error
  const { mistakes, ...rest } = details ?? {}
  return refuse(code, message === code ? undefined : message, {
    ...(Object.keys(rest).length > 0 ? { details: rest } : {}),
    ...(Array.isArray(mistakes) ? { mistakes: mistakes as NonNullable<Refused['mistakes']> } : {}),
  })
}
