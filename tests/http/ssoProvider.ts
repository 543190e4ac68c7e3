import { AsyncLocalStorage } from 'node:async_hooks'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type Configuration } from 'oidc-provider'

export interface Person {
  readonly preferred_username?: string
  readonly email?: string
  readonly email_verified?: boolean
}

export const CLIENT = { id: 'panggil', secret: 'rahasia-klien-untuk-uji' }

/** The provider lives in the test's process and has a clock of its own: whatever runs for a request to it reads that. */
const aheadMs = new AsyncLocalStorage<number>()
const ours = Date.now
Date.now = () => ours() + (aheadMs.getStore() ?? 0)

/**
 * A real provider of OpenID Connect on this machine, in memory, with people by their subject. Who signs in types his subject; nobody is asked
 * for a password or for his consent.
 */
export class SsoProvider {
  readonly issuer: string
  /** By how much its clock is ahead of ours. */
  aheadMs = 0
  readonly #server: Server
  readonly #port: number

  private constructor(server: Server, port: number) {
    this.#server = server
    this.#port = port
    this.issuer = `http://localhost:${port}`
  }

  static async open(people: Readonly<Record<string, Person>>, callback: string, more: Configuration = {}, port = 0): Promise<SsoProvider> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const opened = new SsoProvider(server, (server.address() as AddressInfo).port)
    const provider = new Provider(opened.issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [callback],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email', 'email_verified'] },
      cookies: { keys: ['kunci-kuki-untuk-uji'] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_context, sub) => (people[sub] ? { accountId: sub, claims: () => ({ sub, ...people[sub] }) } : undefined),
      async loadExistingGrant({ oidc }) {
        const grant = new oidc.provider.Grant({ clientId: CLIENT.id, accountId: oidc.session?.accountId as string })
        grant.addOIDCScope('openid profile email')
        await grant.save()
        return grant
      },
      ...more,
    })
    const handle = provider.callback()
    server.on('request', (request, response) => {
      const work = request.url?.startsWith('/interaction/')
        ? () => interaction(provider, request, response)
        : () => handle(request, response)
      void aheadMs.run(opened.aheadMs, work)
    })
    return opened
  }

  get port(): number {
    return this.#port
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** The page on which one signs in there; with `?sub=` at once, with `?cancel=` not at all. */
async function interaction(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { searchParams } = new URL(request.url as string, 'http://localhost')
  const sub = searchParams.get('sub')
  try {
    if (searchParams.has('cancel'))
      await provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'The person said no' })
    else if (sub !== null) await provider.interactionFinished(request, response, { login: { accountId: sub } })
    else
      response
        .setHeader('Content-Type', 'text/html; charset=utf-8')
        .end(
          '<!doctype html><title>Penyedia</title><form><input name="sub" autofocus><button>Masuk</button></form><a href="?cancel=1">Batal</a>',
        )
  } catch (error) {
    response.statusCode = 400
    response.end(String(error))
  }
}

/** What a browser does with cookies and redirects, and no more: one jar for all hosts, by name and path. */
export class Surfer {
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>()

  /** Without following. */
  async get(url: string): Promise<{ readonly status: number; readonly location: string | null; readonly text: string }> {
    const { pathname, host } = new URL(url)
    const cookie = [...this.#cookies]
      .filter(([key, { path }]) => key.startsWith(`${host} `) && pathname.startsWith(path))
      .map(([key, { value }]) => `${key.split(' ')[1]}=${value}`)
      .join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: cookie ? { Cookie: cookie } : {} })
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const at = pair.indexOf('=')
      const path = attributes.find((each) => /^path=/i.test(each))?.slice(5) ?? '/'
      this.#cookies.set(`${host} ${pair.slice(0, at)}`, { value: pair.slice(at + 1), path })
    }
    const location = response.headers.get('location')
    return { status: response.status, location: location === null ? null : new URL(location, url).href, text: await response.text() }
  }

  cookie(host: string, name: string): string | undefined {
    return this.#cookies.get(`${host} ${name}`)?.value
  }

  /** Follows until an address that `isEnd` says, and gives it without opening it. */
  async follow(url: string, isEnd: (url: URL) => boolean, sub?: string): Promise<URL> {
    let next = new URL(url)
    for (let hop = 0; hop < 20; hop++) {
      if (isEnd(next)) return next
      if (next.pathname.startsWith('/interaction/')) next.searchParams.set(sub === undefined ? 'cancel' : 'sub', sub ?? '1')
      const { location, status, text } = await this.get(next.href)
      if (location === null) throw new Error(`no redirect at ${next.href}: ${status} ${text.slice(0, 300)}`)
      next = new URL(location)
    }
    throw new Error('too many redirects')
  }
}
