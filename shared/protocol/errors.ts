import type { RejectionCode } from '../domain/commands.ts'

/** Codes beside the core's own: of the edge, the session and the store. */
export type EdgeCode =
  | 'malformed'
  | 'unknown-command'
  | 'invalid-value'
  | 'invalid-configuration'
  | 'not-signed-in'
  | 'wrong-password'
  | 'account-disabled'
  | 'not-allowed'
  | 'sso-only'
  | 'sso-unknown-person'
  | 'sso-refused'
  | 'sso-expired'
  | 'sso-clock'
  | 'sso-away'
  | 'wrong-origin'
  | 'unknown-branch'
  | 'unknown-route'
  | 'unknown-day'
  | 'still-counting'
  | 'unknown-file'
  | 'file-name-taken'
  | 'unsupported-file'
  | 'too-many-files'
  | 'events-let-go'
  | 'unknown-session'
  | 'unknown-version'
  | 'unknown-template'
  | 'unknown-webhook'
  | 'too-many-webhooks'
  | 'unknown-user'
  | 'unknown-device'
  | 'unknown-pairing'
  | 'pairing-pending'
  | 'no-printer'
  | 'printer-paper-out'
  | 'printer-cover-open'
  | 'printer-away'
  | 'printer-failed'
  | 'setup-done'
  | 'unknown-namespace'
  | 'username-taken'
  | 'too-large'
  | 'unsupported-media-type'
  | 'rate-limited'
  | 'id-reused'
  | 'client-too-old'
  | 'server-too-old'
  | 'store-away'
  | 'restarting'
  | 'newer-format'
  | 'internal'

export type ErrorCode = RejectionCode | EdgeCode

interface Kind {
  readonly status: number
  /** Whether the same request, unchanged and under the same id, may succeed later without anybody doing anything. */
  readonly retry: boolean
}

const refused: Kind = { status: 409, retry: false }
const wrongValue: Kind = { status: 422, retry: false }
const forbidden: Kind = { status: 403, retry: false }
const notThere: Kind = { status: 404, retry: false }
const malformed: Kind = { status: 400, retry: false }
const later: Kind = { status: 503, retry: true }

/** Every code with its HTTP status and whether to retry: the one list, for HTTP, sockets, OpenAPI and screens. */
export const ERRORS: Readonly<Record<ErrorCode, Kind>> = {
  malformed,
  'unknown-command': wrongValue,
  'invalid-value': wrongValue,
  'invalid-configuration': wrongValue,
  'not-signed-in': { status: 401, retry: false },
  'wrong-password': { status: 401, retry: false },
  'account-disabled': forbidden,
  'not-allowed': forbidden,
  'sso-only': forbidden,
  'sso-unknown-person': forbidden,
  'sso-refused': forbidden,
  'sso-expired': refused,
  'sso-clock': refused,
  'sso-away': later,
  'wrong-origin': forbidden,
  'unknown-branch': notThere,
  'unknown-route': notThere,
  'unknown-session': notThere,
  'unknown-version': notThere,
  'unknown-template': notThere,
  'unknown-webhook': notThere,
  'too-many-webhooks': refused,
  'unknown-user': notThere,
  'unknown-device': notThere,
  'unknown-pairing': notThere,
  'pairing-pending': { status: 409, retry: true },
  'no-printer': refused,
  'printer-paper-out': refused,
  'printer-cover-open': refused,
  // It may come back by itself; the others want a hand on it.
  'printer-away': later,
  'printer-failed': refused,
  'setup-done': refused,
  'unknown-namespace': notThere,
  'username-taken': refused,
  'too-large': { status: 413, retry: false },
  'unsupported-media-type': { status: 415, retry: false },
  'rate-limited': { status: 429, retry: true },
  'id-reused': refused,
  'client-too-old': refused,
  'server-too-old': { status: 409, retry: true },
  'store-away': later,
  restarting: later,
  'newer-format': later,
  internal: { status: 500, retry: true },

  'unknown-service': wrongValue,
  'unknown-agency': wrongValue,
  'unknown-counter': notThere,
  'unknown-ticket': notThere,
  'unknown-day': notThere,
  'still-counting': later,
  'unknown-file': notThere,
  'file-name-taken': refused,
  'unsupported-file': wrongValue,
  'too-many-files': refused,
  'events-let-go': { status: 410, retry: false },
  'unknown-class': wrongValue,
  'unknown-journey': wrongValue,
  'duplicate-service': wrongValue,
  'nothing-chosen': wrongValue,
  'service-closed': refused,
  'quota-used': refused,
  'branch-paused': refused,
  'counter-closed': refused,
  'counter-paused': refused,
  'counter-open-elsewhere': refused,
  'counter-busy': refused,
  'not-at-counter': forbidden,
  'stale-view': refused,
  'nothing-to-recall': refused,
  'no-current-ticket': refused,
  'already-started': refused,
  'not-served-here': refused,
  'ticket-at-counter': refused,
  'ticket-not-held': refused,
  'ticket-ended': refused,
  'nothing-to-undo': refused,
  'undo-too-late': refused,
  'undo-overtaken': refused,
  'configuration-changed': { status: 412, retry: false },
  'configuration-in-use': refused,
  'day-not-over': refused,
  'wrong-number': wrongValue,
  'number-taken': refused,
  'wrong-time': wrongValue,
  'too-early': refused,
  'unknown-zone': wrongValue,
  'unknown-notice': wrongValue,
  'speaker-there': refused,
  'no-speaker': refused,
  'no-sound-check': refused,
  'wrong-code': refused,
}

/** What a client is told: the code is for programs, `details` for the message that the screen makes in its language. */
export interface ErrorReply {
  readonly code: ErrorCode
  /** Plain English, for logs and for programmers. */
  readonly message: string
  readonly retry: boolean
  readonly details?: Readonly<Record<string, unknown>>
}
