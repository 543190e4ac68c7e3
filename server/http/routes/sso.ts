import { z } from 'zod'
import { type Refused, refuse } from '../../auth/outcome.ts'
import { StoreAway } from '../../store/store.ts'
import { cookieIn, sessionCookie } from '../cookie.ts'
import { type Reply, type Route, reply, route, type Services } from '../route.ts'

/** Where the provider sends people back to, after the house's own origin: exactly this is registered there. */
export const SSO_CALLBACK = '/api/v1/sso/callback'

/** Binds a way to the provider and back to the browser that began it. Comes along when the provider sends the browser here (`Lax`). */
const COOKIE = 'panggil_sso'
const COOKIE_S = 20 * 60
/** Where somebody is sent of whom nobody knows any more where he wanted to go: every role's own page is named there. */
const ANYWHERE = '/counter'

const word = (most: number) => z.string().max(most).optional()
const headers = z.object({ cookie: word(16_384).describe('The browser’s own') })

export const ssoRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/sso',
    name: 'ssoOffer',
    who: 'anyone',
    summary: 'Whether one can sign in at a provider of OpenID Connect, and where that begins',
    replies: {
      200: {
        description: 'null: with a password alone',
        schema: z.object({
          offer: z.object({ label: z.string(), start: z.string().describe('Address to open in the browser') }).nullable(),
        }),
      },
    },
    handler: ({ services }) =>
      reply(200, { offer: services.sso && { label: services.sso.label, start: `${services.publicUrl()}/api/v1/sso/start` } }),
  }),
  route({
    method: 'get',
    path: '/sso/start',
    name: 'ssoStart',
    who: 'anyone',
    summary: 'To the provider; for a browser, not for programs',
    headers,
    query: z.object({ to: z.string().max(500).optional().describe('The page to come back to, one of our own: `/counter`') }),
    replies: { 303: { description: 'To the provider, or back to the page with `?sso=` and why not', headers: { Location: 'Where to' } } },
    refusals: ['unknown-route'],
    async handler({ query, headers, address, services }) {
      const { sso } = services
      if (!sso) return refuse('unknown-route', 'This house has no single sign-on')
      const to = ownPage(query.to ?? ANYWHERE, services)
      if (to === null) return refuse('malformed', 'to must be one of our own pages')
      if (!services.signOns.take(`address ${address}`)) return back(to, refuse('rate-limited'))
      return orBack(to, async () => {
        const begun = await sso.start(to.pathname + to.search + to.hash, browserOf(headers.cookie))
        if (!begun.ok) return back(to, begun)
        const { location, browser } = begun.value
        const secure = services.isSecure ? '; Secure' : ''
        const cookie = `${COOKIE}=${browser}; Path=/api/v1/sso; HttpOnly; SameSite=Lax; Max-Age=${COOKIE_S}${secure}`
        return reply(303, undefined, { Location: location, 'Set-Cookie': cookie })
      })
    },
  }),
  route({
    method: 'get',
    path: '/sso/callback',
    name: 'ssoCallback',
    who: 'anyone',
    summary: 'From the provider: signed in as after a password, and on to the page; for a browser, not for programs',
    headers,
    query: z.object({ state: word(200), code: word(4000), iss: word(500), error: word(200), error_description: word(2000) }),
    replies: { 303: { description: 'To the page, with `?sso=` and why not where it is so', headers: { Location: 'Where to' } } },
    refusals: ['unknown-route'],
    async handler({ query, headers, address, services }) {
      const { sso } = services
      if (!sso) return refuse('unknown-route', 'This house has no single sign-on')
      const anywhere = ownPage(ANYWHERE, services) as URL
      if (!services.signOns.take(`address ${address}`)) return back(anywhere, refuse('rate-limited'))
      return orBack(anywhere, async () => {
        const { to, outcome } = await sso.finish(query, browserOf(headers.cookie), address)
        const page = (to === null ? null : ownPage(to, services)) ?? anywhere
        if (!outcome.ok) return back(page, outcome)
        const { token, expiresAtMs } = outcome.value
        const cookie = sessionCookie(token, expiresAtMs - services.store.nowMs(), services.isSecure)
        return reply(303, undefined, { Location: page.href, 'Set-Cookie': cookie })
      })
    },
  }),
]

const browserOf = (cookie: string | undefined): string | null => {
  const secret = cookieIn(cookie, COOKIE)
  return secret !== null && /^[\w-]{43}$/.test(secret) ? secret : null
}

/** A page of ours, whole with its origin, so that nothing in it can lead elsewhere; null: it is none. */
function ownPage(to: string, services: Services): URL | null {
  const origin = services.publicUrl()
  if (!to.startsWith('/') || !URL.canParse(to, origin)) return null
  const url = new URL(to, origin)
  return url.origin === origin && !url.pathname.startsWith('/api/') ? url : null
}

/** Back to the sign-in of the page, which says why and leaves the way of the password open. */
function back(page: URL, { code }: Refused): Reply {
  const url = new URL(page)
  url.searchParams.set('sso', code)
  return reply(303, undefined, { Location: url.href })
}

/** A browser shows no problem details: whoever comes while the store is away is told on the page. */
async function orBack(page: URL, work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StoreAway) return back(page, refuse('store-away'))
    throw error
  }
}
