import { z } from 'zod'
import { indexOf } from '../../../shared/domain/configuration.ts'
import type { User } from '../../auth/accounts.ts'
import { type Refused, refuse, wrongValue } from '../../auth/outcome.ts'
import type { UserPrincipal } from '../../auth/principal.ts'
import { type Route, reply, route, type Services } from '../route.ts'
import * as Schema from '../schemas.ts'

const UserPath = z.object({ username: z.string().min(1).max(64) })

/** An admin of one branch has to do with its users alone; to him the others are not there. */
const isWithin = (admin: UserPrincipal, user: Pick<User, 'branch'>): boolean => admin.branch === null || admin.branch === user.branch

export const userRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/users',
    name: 'listUsers',
    who: 'admin',
    summary: 'All users that this admin has to do with',
    replies: { 200: { description: 'Users by name', schema: z.array(Schema.ListedUser) } },
    handler: async ({ user, services }) =>
      reply(
        200,
        (await services.accounts.users()).filter((each) => isWithin(user, each)),
      ),
  }),
  route({
    method: 'post',
    path: '/users',
    name: 'createUser',
    who: 'admin',
    summary: 'A new user',
    body: Schema.NewUser,
    replies: { 201: { description: 'Made', schema: Schema.ListedUser } },
    refusals: ['username-taken', 'invalid-value', 'not-allowed'],
    async handler({ body, user, services }) {
      const wanted = { ...body, branch: body.branch ?? null, counters: body.counters ?? null }
      const refused = refusedPlace(wanted, user, services)
      if (refused) return refused
      const made = await services.accounts.createUser(wanted)
      return made.ok ? reply(201, made.value) : made
    },
  }),
  route({
    method: 'patch',
    path: '/users/{username}',
    name: 'changeUser',
    who: 'admin',
    summary: 'Change a user, or switch his account off and on; with anything but his name all his sessions end',
    params: UserPath,
    body: Schema.UserChange,
    replies: { 200: { description: 'Changed', schema: Schema.ListedUser } },
    refusals: ['unknown-user', 'invalid-value', 'not-allowed'],
    async handler({ params, body, user, services }) {
      const found = await services.accounts.user(params.username)
      if (!found || !isWithin(user, found)) return refuse('unknown-user')
      // At least one admin remains: whoever does this.
      if (isSelf(user, found) && (body.role !== undefined || body.branch !== undefined || body.isDisabled !== undefined))
        return refuse('not-allowed', 'Nobody changes his own role or branch, or switches himself off')
      const refused = refusedPlace({ ...found, ...defined(body) }, user, services)
      if (refused) return refused
      const changed = await services.accounts.changeUser(found.username, defined(body))
      return changed ? reply(200, changed) : refuse('unknown-user')
    },
  }),
  route({
    method: 'delete',
    path: '/users/{username}',
    name: 'deleteUser',
    who: 'admin',
    summary: 'Remove a user; all his sessions end',
    params: UserPath,
    replies: { 204: { description: 'Removed' } },
    refusals: ['unknown-user', 'not-allowed'],
    async handler({ params, user, services }) {
      const found = await services.accounts.user(params.username)
      if (!found || !isWithin(user, found)) return refuse('unknown-user')
      if (isSelf(user, found)) return refuse('not-allowed', 'Nobody removes himself')
      return (await services.accounts.deleteUser(found.username)) ? reply(204) : refuse('unknown-user')
    },
  }),
  route({
    method: 'put',
    path: '/users/{username}/password',
    name: 'setPassword',
    who: 'admin',
    summary: 'Give a user another password; all his sessions end',
    params: UserPath,
    body: Schema.NewPassword,
    replies: { 204: { description: 'Changed' } },
    refusals: ['unknown-user', 'invalid-value'],
    async handler({ params, body, user, services }) {
      const found = await services.accounts.user(params.username)
      if (!found || !isWithin(user, found)) return refuse('unknown-user')
      const changed = await services.accounts.setPassword(found.username, body.password)
      if (changed === null) return refuse('unknown-user')
      return changed.ok ? reply(204) : changed
    },
  }),
]

const isSelf = (admin: UserPrincipal, user: User): boolean => admin.username.toLowerCase() === user.username.toLowerCase()

/** Without the fields that are there and undefined. */
const defined = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }

/** Why somebody can't have this branch and these counters; null where he can. */
function refusedPlace(wanted: Pick<User, 'role' | 'branch' | 'counters'>, admin: UserPrincipal, { branches }: Services): Refused | null {
  if (admin.branch !== null && wanted.branch !== admin.branch)
    return refuse('not-allowed', 'An admin of one branch makes users of that branch')
  if (wanted.branch === null) return wanted.role === 'admin' ? null : wrongValue('branch', 'must be given: only admins have all of them')
  const runtime = branches.get(wanted.branch)
  if (!runtime) return wrongValue('branch', 'is not there')
  const { counters } = indexOf(runtime.state.configuration)
  const unknown = wanted.counters?.find((counter) => !counters.has(counter))
  return unknown === undefined ? null : wrongValue('counters', `has one that this branch doesn’t have: ${unknown}`)
}
