import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import type { Accounts } from '../auth/accounts.ts'
import type { Refused } from '../auth/outcome.ts'
import { type Action, may } from '../auth/permissions.ts'
import type { Presence } from '../auth/presence.ts'
import type { Principal, UserPrincipal } from '../auth/principal.ts'
import type { SingleSignOn } from '../auth/sso.ts'
import type { Branches } from '../branch/branches.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import type { Config } from '../config.ts'
import type { History } from '../history/history.ts'
import type { AlertWatch } from '../live/watch.ts'
import type { Printers } from '../printing/printers.ts'
import type { BranchStore } from '../store/store.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { RequestBudget } from './requestBudget.ts'

/**
 * Who may call: an action of `may` in the branch of the path; or `anyone`, `signedIn` (users and devices), `user`, `admin` (of any branch);
 * or `issueTicketOrVisitor`: like `issueTicket`, and nobody at all where the branch lets visitors take tickets with their own phones.
 */
export type Who = 'anyone' | 'signedIn' | 'user' | 'admin' | 'issueTicketOrVisitor' | Action

/** What handlers work with. */
export interface Services {
  readonly config: Config
  readonly store: BranchStore
  readonly branches: Branches
  readonly accounts: Accounts
  readonly presence: Presence
  /** Null: the house has none. */
  readonly sso: SingleSignOn | null
  readonly printers: Printers
  readonly history: History
  readonly alerts: AlertWatch
  readonly webhooks: Webhooks
  /** What visitors' own phones may take, by address. */
  readonly visitors: RequestBudget
  readonly pairings: RequestBudget
  readonly claims: RequestBudget
  /** Ways to the provider of single sign-on and back, by address: each is a record. */
  readonly signOns: RequestBudget
  /** Origin that QR codes and links begin with. */
  publicUrl(): string
  /** Origins under which this server answers, those of other machines first. */
  addresses(): readonly string[]
  readonly isSecure: boolean
}

type Fields = z.ZodObject | undefined
type Read<S> = S extends z.ZodType ? z.output<S> : undefined

export interface Call<P, Q, H, B> {
  readonly params: P
  readonly query: Q
  readonly headers: H
  readonly body: B
  /** As it was parsed from JSON. */
  readonly rawBody: unknown
  /** Of routes with an `uploadLimit`: the body as it comes, and how long it says that it is. */
  readonly upload: Readable
  readonly principal: Principal | null
  readonly address: string
  readonly services: Services
  /** The branch of the path; throws for routes whose branch may be missing, and those without one. */
  readonly runtime: BranchRuntime
  /** For routes that only users may call. */
  readonly user: UserPrincipal
}

export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of a body; its type is in the headers. */
  readonly stream?: Readable
}

export interface ReplyKind {
  readonly description: string
  readonly schema?: z.ZodType
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface RouteDefinition<P extends Fields, Q extends Fields, H extends Fields, B extends z.ZodType | undefined> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Under `/api/v1`, as OpenAPI writes it: `/branches/{branch}`. */
  readonly path: string
  /** Unique; names the call in OpenAPI and in the metrics. */
  readonly name: string
  readonly who: Who
  readonly summary: string
  readonly params?: P
  readonly query?: Q
  /** Names in small letters; others are let through. */
  readonly headers?: H
  readonly body?: B
  /** In the place of `body`, where the handler checks `rawBody` itself, as sockets do: only told to readers of OpenAPI. */
  readonly describedBody?: z.ZodType
  /** Of the body, in bytes; 64 KiB where absent. */
  readonly limit?: number
  /** Instead of JSON: a file of any kind, of so many bytes at most, for the handler to read from `upload`. */
  readonly uploadLimit?: number
  /** The branch need not exist. */
  readonly branchMayBeMissing?: boolean
  readonly replies: Readonly<Record<number, ReplyKind>>
  /** Codes of refusals that are this route's own; those of every route are added. */
  readonly refusals?: readonly ErrorCode[]
  readonly handler: (call: Call<Read<P>, Read<Q>, Read<H>, Read<B>>) => Promise<Reply | Refused> | Reply | Refused
}

/** With the types of its parts forgotten: they have been checked where the route was written. */
export interface Route extends Omit<RouteDefinition<Fields, Fields, Fields, z.ZodType | undefined>, 'handler'> {
  readonly handler: (call: Call<never, never, never, never>) => Promise<Reply | Refused> | Reply | Refused
}

export const route = <
  P extends Fields = undefined,
  Q extends Fields = undefined,
  H extends Fields = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  definition: RouteDefinition<P, Q, H, B>,
): Route => definition as unknown as Route

export const BODY_LIMIT = 64 * 1024

export const reply = (status: number, body?: unknown, headers?: Readonly<Record<string, string>>): Reply => ({
  status,
  ...(body === undefined ? {} : { body }),
  ...(headers ? { headers } : {}),
})

export const isRefused = (answer: Reply | Refused): answer is Refused => 'ok' in answer && answer.ok === false

/** The code with which somebody is kept out, or null. `branch` is the one of the path. */
export function keptOut(who: Who, principal: Principal | null, branch: string, visitorTickets: boolean): ErrorCode | null {
  if (who === 'anyone') return null
  if (who === 'issueTicketOrVisitor') {
    if (principal === null) return visitorTickets ? null : 'not-signed-in'
    return may(principal, branch, 'issueTicket') ? null : 'not-allowed'
  }
  if (principal === null) return 'not-signed-in'
  switch (who) {
    case 'signedIn':
      return null
    case 'user':
      return principal.kind === 'user' ? null : 'not-allowed'
    case 'admin':
      return principal.kind === 'user' && principal.role === 'admin' ? null : 'not-allowed'
    default:
      return may(principal, branch, who) ? null : 'not-allowed'
  }
}
