import * as oidc from 'openid-client'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import { type BranchStore, StoreAway } from '../store/store.ts'
import type { Accounts, SignedIn } from './accounts.ts'
import { done, type Outcome, refuse } from './outcome.ts'
import { isLoopbackHttp, type SsoSettings } from './ssoSettings.ts'
import { digest, isSame, newSecret } from './tokens.ts'

/**
 * Signing in at a provider of OpenID Connect instead of with a password: authorization code with PKCE, state and nonce (RFC 9700). What must
 * be remembered between going there and coming back lies in the store's records, so that any server can finish what another began; what the
 * browser has is a secret of its own, so that nobody finishes in one browser what he began in another. Tokens of the provider are used once,
 * to learn who it is, and kept nowhere.
 */

/** Between going to the provider and coming back: a person types a password and perhaps a second factor there. */
const FLOW_MS = 10 * 60_000
/** A hall whose clock is wrong by more than this is told so. */
const CLOCK_TOLERANCE_S = 300
/** How long the provider may take for each answer. */
const PROVIDER_S = 6
/** A provider changes what it says about itself rarely. */
const KNOWN_FOR_MS = 60 * 60_000
/** Nobody is sent to a provider that is away: before that it is asked, unless it answered just now. */
const THERE_FOR_MS = 10_000

const KIND = 'ssoFlows'

/** Under the digest of its state. */
interface Flow {
  /** Digest of the browser's secret. */
  readonly browserHash: string
  readonly nonce: string
  readonly verifier: string
  /** Where he wanted to go, one of our own addresses. */
  readonly to: string
  readonly expiresAtMs: number
}

/** What came back from the provider, in the address. */
export interface Returned {
  readonly state?: string | undefined
  readonly code?: string | undefined
  readonly iss?: string | undefined
  readonly error?: string | undefined
  readonly error_description?: string | undefined
}

export interface Finished {
  /** Null where nobody knows any more. */
  readonly to: string | null
  readonly outcome: Outcome<SignedIn>
}

export class SingleSignOn {
  readonly #settings: SsoSettings
  readonly #redirectUri: string
  readonly #accounts: Accounts
  readonly #store: BranchStore
  readonly #log: { warn(details: object, message: string): void }
  #known: { readonly provider: oidc.Configuration; readonly atMs: number } | null = null
  #looking: Promise<oidc.Configuration> | null = null
  readonly #timer: NodeJS.Timeout

  /** `redirectUri`: exactly as it is registered at the provider. */
  constructor(
    settings: SsoSettings,
    redirectUri: string,
    { accounts, store, log }: { accounts: Accounts; store: BranchStore; log: { warn(details: object, message: string): void } },
  ) {
    this.#settings = settings
    this.#redirectUri = redirectUri
    this.#accounts = accounts
    this.#store = store
    this.#log = log
    this.#timer = setInterval(() => void this.#tidy(), FLOW_MS)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  get label(): string {
    return this.#settings.label
  }

  /** `browser`: the secret that it has already, so that several of its windows can be under way; null: it gets one. */
  async start(to: string, browser: string | null): Promise<Outcome<{ readonly location: string; readonly browser: string }>> {
    const provider = await this.#provider(THERE_FOR_MS).catch((error: unknown) => this.#failed('start', error))
    if (typeof provider === 'string') return refuse(provider)
    const secret = browser ?? newSecret(32)
    const state = newSecret(32)
    const verifier = oidc.randomPKCECodeVerifier()
    const nonce = oidc.randomNonce()
    const flow: Flow = { browserHash: digest(secret), nonce, verifier, to, expiresAtMs: this.#store.nowMs() + FLOW_MS }
    await this.#store.records.put(KIND, digest(state), flow, 0)
    const location = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: this.#redirectUri,
      scope: this.#settings.scopes,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    })
    return done({ location: location.href, browser: secret })
  }

  /** Each flow ends here once, whatever becomes of it. */
  async finish(returned: Returned, browser: string | null, address: string): Promise<Finished> {
    const blocked = await this.#accounts.blocked(address)
    if (blocked) return { to: null, outcome: blocked }
    const flow = returned.state === undefined ? null : await this.#take(returned.state, browser)
    if (flow === null) {
      await this.#accounts.countFailure(address)
      return { to: null, outcome: refuse('sso-expired', 'No such attempt of this browser, or it was finished before') }
    }
    if (flow.expiresAtMs <= this.#store.nowMs()) return { to: flow.to, outcome: refuse('sso-expired') }
    try {
      return { to: flow.to, outcome: await this.#signIn(returned, flow, address) }
    } catch (error) {
      // The way of the password is away as well.
      if (error instanceof StoreAway) return { to: flow.to, outcome: refuse('store-away') }
      const code = this.#failed('finish', error)
      const isHis = error instanceof oidc.AuthorizationResponseError
      if (code === 'sso-refused' && !isHis) await this.#accounts.countFailure(address)
      return { to: flow.to, outcome: refuse(code) }
    }
  }

  /** Removes attempts that nobody came back from. */
  async #tidy(): Promise<void> {
    if (!this.#store.isAvailable || this.#store.clockStepMs !== null) return
    try {
      // Kept a little longer than they are good for: who comes late is told that, and sent where he wanted to go.
      for (const { id, value } of await this.#store.records.list<Flow>(KIND))
        if (value.expiresAtMs + FLOW_MS <= this.#store.nowMs()) await this.#store.records.delete(KIND, id)
    } catch {
      // It is only tidying up: the next round does it.
    }
  }

  /** Whoever takes it away first has it: a second time there is none. Of another browser's it is left alone. */
  async #take(state: string, browser: string | null): Promise<Flow | null> {
    const id = digest(state)
    const found = await this.#store.records.get<Flow>(KIND, id)
    if (found === null || browser === null || !isSame(found.value.browserHash, digest(browser))) return null
    return (await this.#store.records.delete(KIND, id)) ? found.value : null
  }

  async #signIn(returned: Returned, flow: Flow, address: string): Promise<Outcome<SignedIn>> {
    const provider = await this.#provider(KNOWN_FOR_MS)
    const url = new URL(this.#redirectUri)
    for (const [name, value] of Object.entries(returned)) if (value !== undefined) url.searchParams.set(name, value)
    const tokens = await oidc.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: flow.verifier,
      expectedNonce: flow.nonce,
      idTokenExpected: true,
      ...(returned.state === undefined ? {} : { expectedState: returned.state }),
    })
    const claims = tokens.claims()
    if (!claims) throw new Error('no ID token')
    // A token of the future: one of the two clocks is wrong.
    if (claims.iat > Date.now() / 1000 + CLOCK_TOLERANCE_S) return refuse('sso-clock')
    return this.#accounts.signInAs(
      `${claims.iss} ${claims.sub}`,
      async () => {
        const own = namesIn(claims)
        if (own.length > 0 || provider.serverMetadata().userinfo_endpoint === undefined) return own
        return namesIn(await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub))
      },
      address,
    )
  }

  /** Asked for once by all who need it at a moment. */
  async #provider(ageMs: number): Promise<oidc.Configuration> {
    if (this.#known && performance.now() - this.#known.atMs < ageMs) return this.#known.provider
    this.#looking ??= this.#discover().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings
    const execute = [oidc.enableNonRepudiationChecks, ...(isLoopbackHttp(issuer) ? [oidc.allowInsecureRequests] : [])]
    const metadata = { client_secret: clientSecret, [oidc.clockTolerance]: CLOCK_TOLERANCE_S }
    const ask = (auth: oidc.ClientAuth) => oidc.discovery(new URL(issuer), clientId, metadata, auth, { execute, timeout: PROVIDER_S })
    const found = await ask(oidc.ClientSecretPost(clientSecret))
    const methods = found.serverMetadata().token_endpoint_auth_methods_supported
    // In a body a secret is written as it is; in a header providers differ over what stands in it. Absent means the header alone.
    const provider = methods?.includes('client_secret_post') ? found : await ask(oidc.ClientSecretBasic(clientSecret))
    this.#known = { provider, atMs: performance.now() }
    return provider
  }

  /** What a person is told; the cause is for the log, without anything of a person. */
  #failed(step: 'start' | 'finish', error: unknown): FailureCode {
    if (error instanceof StoreAway) throw error
    const code = codeOf(error)
    const { code: cause, message, status } = error as { code?: unknown; message?: unknown; status?: unknown }
    const said = error instanceof oidc.AuthorizationResponseError || error instanceof oidc.ResponseBodyError ? error.error : undefined
    this.#log.warn({ step, code, cause, said, status, reason: message }, 'single sign-on failed')
    return code
  }
}

type FailureCode = Extract<ErrorCode, 'sso-away' | 'sso-clock' | 'sso-refused'>

function codeOf(error: unknown): FailureCode {
  if (error instanceof oidc.AuthorizationResponseError)
    return error.error === 'temporarily_unavailable' || error.error === 'server_error' ? 'sso-away' : 'sso-refused'
  if (error instanceof oidc.ResponseBodyError) return error.status >= 500 ? 'sso-away' : 'sso-refused'
  // Nobody answered: what `fetch` throws.
  if (error instanceof TypeError) return 'sso-away'
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  switch (code) {
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return 'sso-clock'
    case 'OAUTH_TIMEOUT':
    case 'OAUTH_ABORT':
    case 'OAUTH_RESPONSE_IS_NOT_JSON':
    case 'OAUTH_PARSE_ERROR':
      return 'sso-away'
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
      return cause instanceof Response && cause.status < 500 && cause.status !== 404 && cause.status !== 429 ? 'sso-refused' : 'sso-away'
    default:
      return 'sso-refused'
  }
}

/** By what an admin may know somebody: the name that he has at the provider, or an e-mail address that it has checked. */
function namesIn(claims: Readonly<Record<string, unknown>>): string[] {
  const { preferred_username: name, email, email_verified: isVerified } = claims
  return [...(typeof name === 'string' ? [name] : []), ...(typeof email === 'string' && isVerified === true ? [email] : [])]
}
