import { ERRORS, type ErrorCode } from '../protocol/errors.ts'

/** Codes that no server sends: nobody answered. */
export type ClientCode = ErrorCode | 'offline' | 'no-answer'

export interface Problem {
  readonly code: ClientCode
  /** For programmers; a person reads what the screen makes of the code. */
  readonly message: string
  readonly retry: boolean
  readonly details?: Readonly<Record<string, unknown>>
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly etag: string | null }
  | { readonly ok: false; readonly error: Problem }

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** A device's token; people have their cookie. */
  readonly token?: string | null
  readonly timeoutMs?: number
}

const refused = (code: ClientCode, message: string, retry: boolean): Answer<never> => ({ ok: false, error: { code, message, retry } })

/** One HTTP call under `/api/v1`. Never throws: no answer is an answer too. */
export async function api<T>(path: string, call: Call = {}): Promise<Answer<T>> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), call.timeoutMs ?? 8_000)
  try {
    const response = await fetch(`/api/v1${path}`, {
      method: call.method ?? 'GET',
      credentials: 'same-origin',
      cache: 'no-store',
      signal: abort.signal,
      headers: {
        Accept: 'application/json',
        ...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(call.token ? { Authorization: `Bearer ${call.token}` } : {}),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    })
    const text = await response.text()
    const parsed: unknown = text === '' ? null : parse(text)
    if (response.ok) return { ok: true, value: parsed as T, etag: response.headers.get('ETag') }
    return { ok: false, error: problem(parsed, response.status) }
  } catch {
    return refused('offline', 'No answer from the server', true)
  } finally {
    clearTimeout(timer)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function problem(body: unknown, status: number): Problem {
  const read = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  const { code, detail, message, retry, details, type: _type, title, status: _status, instance: _instance, ...rest } = read
  const isKnown = typeof code === 'string' && code in ERRORS
  return {
    code: isKnown ? (code as ErrorCode) : status === 401 ? 'not-signed-in' : status >= 500 ? 'store-away' : 'internal',
    message: [detail, message, title].find((each): each is string => typeof each === 'string') ?? `HTTP ${status}`,
    // Something between here and the server, which speaks no codes, says that the server is away.
    retry: retry === true || (!isKnown && status >= 500),
    details: { ...rest, ...(typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {}) },
  }
}

/** 128 random bits as hex. `crypto.randomUUID` is missing on a plain-http page. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
