import { z } from 'zod'
import { indexOf } from '../../../shared/domain/configuration.ts'
import { type ListedUser, NAME_TAKEN, type User } from '../../auth/accounts.ts'
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
      const wanted = { ...defined(body), branch: body.branch ?? null, counters: body.counters ?? null }
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
      if (isSelf(user, found) && NOT_ONES_OWN.some((field) => body[field] !== undefined))
        return refuse('not-allowed', 'Nobody changes his own role or branch, switches himself off or gives up his password')
      const change = defined(body)
      const { agency: had, ...before } = found
      // An agency goes with its role, so that an admin need not take it away himself.
      const agency = body.agency ?? ((body.role ?? found.role) === 'coordinator' ? had : undefined)
      const wanted = { ...before, ...change, ...(agency === undefined ? {} : { agency }) }
      const isMoved = PLACE.some((field) => body[field] !== undefined)
      const refused = isMoved ? refusedPlace(wanted, user, services) : null
      if (refused) return refused
      const refusedSso = await refusedSignOn(found, body, services)
      if (refusedSso) return refusedSso
      const changed = await services.accounts.changeUser(found.username, had === agency ? change : { ...change, agency: agency ?? null })
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

/** At least one admin can always sign in, whatever the provider of single sign-on does. */
const NOT_ONES_OWN = ['role', 'branch', 'isDisabled', 'isSsoOnly'] as const

/** What says where somebody works. Whoever keeps his place can be renamed and switched off, also where it is there no more. */
const PLACE = ['role', 'branch', 'counters', 'agency'] as const

/** Why somebody can't have this branch, these counters or this agency; null where he can. */
function refusedPlace(wanted: Pick<User, (typeof PLACE)[number]>, admin: UserPrincipal, { branches }: Services): Refused | null {
  if (admin.branch !== null && wanted.branch !== admin.branch)
    return refuse('not-allowed', 'An admin of one branch makes users of that branch')
  const isCoordinator = wanted.role === 'coordinator'
  if (!isCoordinator && wanted.agency !== undefined) return wrongValue('agency', 'must not be there: only coordinators have one')
  if (wanted.branch === null) return wanted.role === 'admin' ? null : wrongValue('branch', 'must be given: only admins have all of them')
  const runtime = branches.get(wanted.branch)
  if (!runtime) return wrongValue('branch', 'is not there')
  const { configuration } = runtime.state
  if (isCoordinator && wanted.agency === undefined) return wrongValue('agency', 'must be given: a coordinator has one')
  if (isCoordinator && !configuration.agencies.some(({ id }) => id === wanted.agency)) return wrongValue('agency', 'is not there')
  const { counters } = indexOf(configuration)
  const unknown = wanted.counters?.find((counter) => !counters.has(counter))
  return unknown === undefined ? null : wrongValue('counters', `has one that this branch doesn’t have: ${unknown}`)
}

/** Why somebody can't be known to single sign-on like this; null where he can. */
async function refusedSignOn(
  found: ListedUser,
  body: z.infer<typeof Schema.UserChange>,
  { accounts, sso }: Services,
): Promise<Refused | null> {
  const { ssoName = found.ssoName ?? null, isSsoOnly = found.isSsoOnly } = body
  if (isSsoOnly && ssoName === null) return wrongValue(body.isSsoOnly ? 'isSsoOnly' : 'ssoName', 'must not be so: nobody could sign in')
  if (body.isSsoOnly && !sso) return wrongValue('isSsoOnly', 'must not be so: this house has no single sign-on')
  const isTaken = typeof body.ssoName === 'string' && (await accounts.isSsoNameTaken(body.ssoName, found.username))
  return isTaken ? wrongValue('ssoName', NAME_TAKEN) : null
}
