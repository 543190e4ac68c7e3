import type { ErrorCode } from '../../shared/protocol/errors.ts'

/** A refusal is a value: a code for programs, a sentence for programmers, and where the mistake is. */
export interface Refused {
  readonly ok: false
  readonly code: ErrorCode
  readonly detail?: string | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly mistakes?: readonly { readonly path: string; readonly message: string }[] | undefined
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | Refused

export const done = <T>(value: T): Outcome<T> => ({ ok: true, value })

export const refuse = (code: ErrorCode, detail?: string, more: Pick<Refused, 'details' | 'mistakes'> = {}): Refused => ({
  ok: false,
  code,
  ...(detail === undefined ? {} : { detail }),
  ...more,
})

/** One value of the request is wrong. */
export const wrongValue = (path: string, message: string): Refused =>
  refuse('invalid-value', `${path} ${message}`, { mistakes: [{ path, message }] })
