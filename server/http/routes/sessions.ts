import type { SignedIn } from '../../auth/accounts.ts'
import { type Outcome, refuse } from '../../auth/outcome.ts'
import { endedCookie, sessionCookie } from '../cookie.ts'
import { type Reply, type Route, reply, route, type Services } from '../route.ts'
import * as Schema from '../schemas.ts'

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/sessions',
    name: 'signIn',
    who: 'anyone',
    summary: 'Sign in. The token comes in the reply and, for browsers, as a cookie',
    body: Schema.Credentials,
    replies: { 201: { description: 'Signed in for twelve hours', schema: Schema.SignedIn } },
    refusals: ['wrong-password', 'account-disabled', 'rate-limited'],
    handler: async ({ body, address, services }) =>
      signedIn(await services.accounts.signIn(body.username, body.password, address), 201, services),
  }),
  route({
    method: 'get',
    path: '/sessions/current',
    name: 'currentSession',
    who: 'signedIn',
    summary: 'Who is asking',
    replies: { 200: { description: 'A user or a device', schema: Schema.CurrentSession } },
    handler({ principal }) {
      if (principal?.kind === 'user') {
        const { kind: _kind, sessionId: _sessionId, ...who } = principal
        return reply(200, { user: who })
      }
      if (principal === null) return refuse('not-signed-in')
      const { deviceId, device: kind, name, branch, zones, screen } = principal
      return reply(200, { device: { deviceId, kind, name, branch, zones, ...screen } })
    },
  }),
  route({
    method: 'delete',
    path: '/sessions/current',
    name: 'signOut',
    who: 'user',
    summary: 'Sign out: the token is dead on every server and its sockets are closed within a second',
    replies: { 204: { description: 'Signed out' } },
    async handler({ user, services }) {
      await services.accounts.signOut(user)
      return reply(204, undefined, { 'Set-Cookie': endedCookie(services.isSecure) })
    },
  }),
  route({
    method: 'post',
    path: '/setup',
    name: 'setUp',
    who: 'anyone',
    summary: 'Give the first user, admin, a password, with the token of the link that was printed at the start',
    body: Schema.SetUp,
    replies: { 201: { description: 'Done, and signed in', schema: Schema.SignedIn } },
    refusals: ['setup-done', 'not-allowed', 'invalid-value', 'rate-limited'],
    handler: async ({ body, address, services }) =>
      signedIn(await services.accounts.setUp(body.token, body.password, address), 201, services),
  }),
  route({
    method: 'put',
    path: '/users/me/password',
    name: 'changeOwnPassword',
    who: 'user',
    summary: 'Change one’s own password; all one’s sessions end, and the reply opens a new one',
    body: Schema.OwnPassword,
    replies: { 200: { description: 'Changed', schema: Schema.SignedIn } },
    refusals: ['wrong-password', 'rate-limited', 'invalid-value'],
    handler: async ({ body, user, address, services }) =>
      signedIn(await services.accounts.changeOwnPassword(user.username, body.current, body.password, address), 200, services),
  }),
]

function signedIn(
  outcome: Outcome<SignedIn>,
  status: number,
  { isSecure, store }: Services,
): Reply | Extract<Outcome<never>, { ok: false }> {
  if (!outcome.ok) return outcome
  const { token, expiresAtMs } = outcome.value
  return reply(status, outcome.value, { 'Set-Cookie': sessionCookie(token, expiresAtMs - store.nowMs(), isSecure) })
}
