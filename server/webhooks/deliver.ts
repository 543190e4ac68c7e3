import { type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { Webhook as Signer } from 'standardwebhooks'
import type { DeliveryOutcome } from '../../shared/protocol/webhooks.ts'
import { checkedLookup, ForbiddenAddress, wrongAddress } from './address.ts'

/** A receiver that works takes much less; it should answer first and work afterwards. */
const TIMEOUT_MS = 10_000
/** Of what a receiver answers: nobody reads it, but it may say it. */
const REPLY_BYTES = 4096

export interface Message {
  readonly url: string
  /** The same in each attempt: by it a receiver knows what it has already. */
  readonly id: string
  readonly body: string
  /** The present one, and for a day the one before it. */
  readonly secrets: readonly string[]
}

export interface Attempt {
  readonly outcome: DeliveryOutcome
  readonly status: number | null
  readonly tookMs: number
}

/** The three headers of Standard Webhooks 1.0: time of this attempt, and a signature by each secret that counts. */
export function signed({ id, body, secrets }: Message, atMs: number): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(atMs / 1000)),
    'webhook-signature': secrets.map((secret) => new Signer(secret).sign(id, new Date(atMs), body)).join(' '),
  }
}

/** One attempt. Never rejects: what goes wrong is its outcome. Redirects are not followed: they could lead anywhere. */
export function deliver(message: Message, atMs: number, timeoutMs = TIMEOUT_MS): Promise<Attempt> {
  const startedMs = performance.now()
  const ended = (outcome: DeliveryOutcome, status: number | null = null): Attempt => ({
    outcome,
    status,
    tookMs: Math.round(performance.now() - startedMs),
  })
  // Written down when it was allowed; checked again, because a restored backup or an older server may have written it.
  if (wrongAddress(message.url) !== null) return Promise.resolve(ended('forbidden-address'))
  const url = new URL(message.url)
  const options: RequestOptions = {
    method: 'POST',
    // A connection for each: one that is kept may be closed by the other side in the very moment in which it is used again.
    agent: false,
    lookup: checkedLookup(url.protocol),
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(message.body),
      'User-Agent': 'Panggil-Webhooks',
      ...signed(message, atMs),
    },
  }
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, (response) => {
      const status = response.statusCode ?? 0
      resolve(ended(status >= 200 && status < 300 ? 'delivered' : status >= 300 && status < 400 ? 'redirect' : 'status', status))
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > REPLY_BYTES) request.destroy()
      })
      response.on('error', () => {})
      response.once('close', () => clearTimeout(timer))
    })
    const timer = setTimeout(() => {
      resolve(ended('timeout'))
      request.destroy()
    }, timeoutMs)
    request.once('error', (error) => {
      clearTimeout(timer)
      resolve(ended(outcomeOf(error)))
    })
    // After the first error others may follow, when everything is torn down.
    request.on('error', () => {})
    request.end(message.body)
  })
}

function outcomeOf(error: NodeJS.ErrnoException): DeliveryOutcome {
  if (error instanceof ForbiddenAddress) return 'forbidden-address'
  const code = error.code ?? ''
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unknown-host'
  if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')) return 'closed'
  if (/CERT|SSL|TLS|SIGNATURE|SELF_SIGNED|ISSUER|ALTNAME/.test(code)) return 'certificate'
  return 'no-connection'
}
