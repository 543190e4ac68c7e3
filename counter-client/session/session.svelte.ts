import { api, type Problem } from '../../shared/client/api.ts'
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.ts'

export type Role = 'officer' | 'desk' | 'supervisor' | 'coordinator' | 'admin'

export interface SignedIn {
  readonly username: string
  readonly name: string
  readonly role: Role
  /** Null: all branches. */
  readonly branch: string | null
  /** Null: all counters of the branch. */
  readonly counters?: readonly string[] | null
  /** Of a coordinator only. */
  readonly agency?: string
}

/** A way to sign in without a password: what stands on its button, and where it begins. */
export interface SsoOffer {
  readonly label: string
  readonly start: string
}

/** Whose pages each may use. */
const MAY_USE: Readonly<Record<Role, readonly Role[]>> = {
  officer: ['officer'],
  desk: ['desk'],
  supervisor: ['officer', 'desk', 'supervisor'],
  coordinator: ['coordinator'],
  admin: ['officer', 'desk', 'supervisor', 'admin'],
}

/** Who works at this browser. The session itself is a cookie that no script can read. */
export class Session {
  user = $state.raw<SignedIn | null>(null)
  isChecking = $state(true)
  isSigningIn = $state(false)
  problem = $state.raw<Problem | null>(null)
  /** Null: with a password alone, as far as is known. */
  sso = $state.raw<SsoOffer | null>(null)
  /** Why the last wish to sign out came to nothing: the cookie still works, and no page may look as if it didn't. */
  stayed = $state.raw<Problem | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.problem = problemOfAddress()
    void this.check()
  }

  /** Asked for when somebody must sign in. Without an answer the password is the way. */
  async readSso(): Promise<void> {
    const answer = await api<{ readonly offer: SsoOffer | null }>('/sso')
    if (answer.ok) this.sso = answer.value.offer
  }

  /** Whether he may use the page made for this role. */
  mayUse(role: Role): boolean {
    return this.user !== null && MAY_USE[this.user.role].includes(role)
  }

  async check(): Promise<void> {
    clearTimeout(this.#timer)
    const answer = await api<{ readonly user?: SignedIn }>('/sessions/current')
    if (answer.ok) {
      this.user = answer.value.user ?? null
      this.problem = null
    } else if (answer.error.code === 'offline' || answer.error.retry) {
      this.problem = answer.error
      this.#timer = setTimeout(() => void this.check(), 2_000)
      return
    } else this.user = null
    this.isChecking = false
  }

  async signIn(username: string, password: string): Promise<void> {
    if (this.isSigningIn) return
    this.isSigningIn = true
    const answer = await api<{ readonly user: SignedIn }>('/sessions', { method: 'POST', body: { username, password } })
    this.isSigningIn = false
    this.problem = answer.ok ? null : answer.error
    if (answer.ok) this.user = answer.value.user
  }

  async signOut(): Promise<void> {
    const answer = await api('/sessions/current', { method: 'DELETE' })
    if (answer.ok || answer.error.code === 'not-signed-in') {
      this.user = null
      this.stayed = null
    } else this.stayed = answer.error
  }

  /** The server said that the session is over. */
  ended(): void {
    this.user = null
    this.stayed = null
    this.problem = { code: 'not-signed-in', message: 'The session has ended', retry: false }
  }
}

/** Why single sign-on came to nothing, as it stands in the address when the browser is sent back; it is told once. */
function problemOfAddress(): Problem | null {
  const query = new URLSearchParams(location.search)
  const code = query.get('sso')
  if (code === null) return null
  query.delete('sso')
  const rest = query.toString()
  history.replaceState(null, '', `${location.pathname}${rest === '' ? '' : `?${rest}`}${location.hash}`)
  return code in ERRORS ? { code: code as ErrorCode, message: 'Single sign-on came to nothing', retry: false } : null
}
