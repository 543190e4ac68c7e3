import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type BranchStore, StoreAway } from '../store/store.ts'
import { type DeviceRecord, Devices, principalOfDevice } from './devices.ts'
import { FailedAttempts } from './failedAttempts.ts'
import { done, type Outcome, type Refused, refuse, wrongValue } from './outcome.ts'
import { hashPassword, isOutdated, passwordFault, verifyPassword } from './passwords.ts'
import type { Authenticator, Principal, Role, UserPrincipal } from './principal.ts'
import { digest, isSame, newSecret, newUserToken, parseToken } from './tokens.ts'

/** One shift: whoever goes home without signing out is signed out by the next morning. */
export const SESSION_MS = 12 * 60 * 60_000
/** How often sessions that have ended by themselves are looked for. */
const SWEEP_MS = 15_000
const TIDY_EVERY = 40

export interface UserRecord {
  readonly username: string
  readonly name: string
  readonly role: Role
  readonly branch: string | null
  readonly counters: readonly string[] | null
  /** Of a coordinator only. */
  readonly agency?: string
  readonly passwordHash: string
  /** Another one with each change of what his sessions may do or were opened with: older sessions are void, whoever missed the news. */
  readonly generation: string
  readonly createdAtMs: number
  /** Absent in records of an older version: he may sign in. */
  readonly isDisabled?: boolean
  /** By what the provider of single sign-on knows him: user name or e-mail. */
  readonly ssoName?: string
  /** Issuer and subject with which he came the first time: from then on only they count. */
  readonly ssoSubject?: string
  readonly isSsoOnly?: boolean
}

interface SessionRecord {
  readonly username: string
  readonly generation: string
  readonly expiresAtMs: number
}

/** What others may know of a user: nothing of his password. */
export interface User {
  readonly username: string
  readonly name: string
  readonly role: Role
  readonly branch: string | null
  readonly counters: readonly string[] | null
  /** Of a coordinator only. */
  readonly agency?: string
}

/** As an admin sees him. */
export interface ListedUser extends User {
  readonly isDisabled: boolean
  /** By what single sign-on knows him. */
  readonly ssoName?: string
  /** He came by single sign-on once. */
  readonly isSsoLinked: boolean
  /** His password opens nothing. */
  readonly isSsoOnly: boolean
}

export interface SignedIn {
  readonly token: string
  readonly user: User
  readonly expiresAtMs: number
}

export interface NewUser {
  readonly username: string
  readonly password: string
  readonly name: string
  readonly role: Role
  readonly branch: string | null
  readonly counters: readonly string[] | null
  readonly agency?: string
  readonly ssoName?: string
}

/** What an admin changes of a user; null: he has none any more. With another `ssoName` the link made with the one before is gone. */
export interface UserChange extends Partial<Omit<ListedUser, 'username' | 'agency' | 'ssoName' | 'isSsoLinked'>> {
  readonly agency?: string | null
  readonly ssoName?: string | null
}

interface Open {
  readonly principal: Principal
  readonly tokenHash: string
  readonly expiresAtMs: number
}

/** Names under which the house itself acts in events, and a word of the addresses. */
const RESERVED = new Set(['system', 'visitor', 'me'])

const keyOf = (username: string): string => username.toLowerCase()
const userOf = ({ username, name, role, branch, counters, agency }: UserRecord): User => ({
  username,
  name,
  role,
  branch,
  counters,
  ...(agency === undefined ? {} : { agency }),
})
const listedOf = (user: UserRecord): ListedUser => ({
  ...userOf(user),
  isDisabled: user.isDisabled ?? false,
  ...(user.ssoName === undefined ? {} : { ssoName: user.ssoName }),
  isSsoLinked: user.ssoSubject !== undefined,
  isSsoOnly: user.isSsoOnly ?? false,
})

/** How many digests are remembered: more than a house has people and screens. */
const SHOWN_MAX = 10_000

interface Shown {
  readonly tokenHash: string
  readonly sessionId: string
}

function whatIsShown(token: string): Shown | null {
  const parsed = parseToken(token)
  if (parsed === null) return null
  const tokenHash = digest(token)
  return { tokenHash, sessionId: parsed.kind === 'user' ? tokenHash : deviceSession(parsed.deviceId) }
}

/**
 * Who may speak to the server: users with their sessions, and devices. Everything is in the store's records, so that nobody signs in again
 * after a power cut (AUTH1); what is known here is kept in memory and forgotten when the store says that it changed.
 */
export class Accounts implements Authenticator {
  readonly devices: Devices
  readonly #store: BranchStore
  readonly #log: { warn(details: object, message: string): void }
  readonly #attempts = new FailedAttempts()
  /** Principals of living sessions and devices, by session id. */
  readonly #known = new Map<string, Open>()
  /** Digests of tokens in use: the same few are shown with every command. Says nothing of whether they still open anything. */
  readonly #shown = new Map<string, Shown>()
  /** Every session that was let in here and has not ended: what must be told when it ends. */
  readonly #open = new Map<string, { readonly tokenHash: string; readonly username: string | null }>()
  readonly #looking = new Map<string, Promise<Principal | null>>()
  readonly #listeners: ((sessionId: string) => void)[] = []
  /** Counts the news of changes: what was read before one may be old. */
  #changes = 0
  #sweeps = 0
  #timer: NodeJS.Timeout | undefined

  constructor(store: BranchStore, log: { warn(details: object, message: string): void }) {
    this.#store = store
    this.#log = log
    this.devices = new Devices(store, {
      ended: (deviceId) => this.#end(deviceSession(deviceId)),
      changed: (deviceId) => this.#startAnew(deviceSession(deviceId)),
    })
    store.records.onChange((kind, id) => this.#changed(kind, id))
    this.#timer = setInterval(() => void this.#sweep(), SWEEP_MS)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  // --- who holds a token

  async authenticate(token: string): Promise<Principal | null> {
    const shown = this.#shown.get(token) ?? whatIsShown(token)
    if (shown === null) return null
    const { tokenHash, sessionId } = shown
    const known = this.#known.get(sessionId)
    if (known?.tokenHash === tokenHash) {
      if (!this.#isOver(known.expiresAtMs)) {
        if (this.#shown.size >= SHOWN_MAX) this.#shown.clear()
        this.#shown.set(token, shown)
        return known.principal
      }
      this.#end(sessionId)
      return null
    }
    // A herd of screens with one token asks the store once.
    const key = `${sessionId} ${tokenHash}`
    const looking = this.#looking.get(key) ?? this.#look(sessionId, tokenHash).finally(() => this.#looking.delete(key))
    this.#looking.set(key, looking)
    return looking
  }

  /** Whether `authenticate` would answer from memory. */
  isKnown(token: string): boolean {
    const shown = this.#shown.get(token)
    return shown !== undefined && this.#known.has(shown.sessionId)
  }

  onRevoked(listener: (sessionId: string) => void): void {
    this.#listeners.push(listener)
  }

  /** False, too, while the store's clock made a step that nobody confirmed: it must not sign everybody out. */
  #isOver(expiresAtMs: number): boolean {
    return this.#store.clockStepMs === null && expiresAtMs <= this.#store.nowMs()
  }

  async #look(sessionId: string, tokenHash: string): Promise<Principal | null> {
    for (;;) {
      const changes = this.#changes
      const open = await this.#read(sessionId, tokenHash)
      // Somebody changed something while we read: what we have may be from before.
      if (changes !== this.#changes) continue
      if (open === null) return null
      this.#known.set(sessionId, open)
      const { principal } = open
      this.#open.set(sessionId, { tokenHash, username: principal.kind === 'user' ? keyOf(principal.username) : null })
      return principal
    }
  }

  async #read(sessionId: string, tokenHash: string): Promise<Open | null> {
    const { records } = this.#store
    if (sessionId.startsWith(DEVICE)) {
      const found = await records.get<DeviceRecord>('devices', sessionId.slice(DEVICE.length))
      if (found === null || found.value.tokenHash !== tokenHash) return null
      return { principal: principalOfDevice(found.value, sessionId), tokenHash, expiresAtMs: Number.POSITIVE_INFINITY }
    }
    const session = await records.get<SessionRecord>('sessions', sessionId)
    if (session === null || this.#isOver(session.value.expiresAtMs)) return null
    const user = await records.get<UserRecord>('users', keyOf(session.value.username))
    if (user === null || user.value.isDisabled || user.value.generation !== session.value.generation) return null
    const principal: UserPrincipal = { kind: 'user', ...userOf(user.value), sessionId }
    return { principal, tokenHash, expiresAtMs: session.value.expiresAtMs }
  }

  #changed(kind: string | null, id: string | null): void {
    if (kind === 'pairings' || kind === 'setup' || kind === 'ssoFlows') return
    this.#changes += 1
    const affected: string[] = []
    if (kind === null || id === null) affected.push(...this.#open.keys())
    else if (kind === 'sessions') affected.push(id)
    else if (kind === 'devices') affected.push(deviceSession(id))
    else if (kind === 'users') for (const [sessionId, { username }] of this.#open) if (username === id) affected.push(sessionId)
    for (const sessionId of affected) void this.#verify(sessionId)
  }

  /** Forgets what was known of a session at once, then asks whether it still is one. */
  async #verify(sessionId: string): Promise<void> {
    const before = this.#known.get(sessionId)?.principal
    this.#known.delete(sessionId)
    const open = this.#open.get(sessionId)
    if (!open) return
    try {
      const now = await this.#look(sessionId, open.tokenHash)
      if (now === null) this.#end(sessionId)
      // Another server changed what this screen shows.
      else if (before?.kind === 'device' && !isDeepStrictEqual(before, now)) this.#startAnew(sessionId)
    } catch (error) {
      // The store tells of changes once more when it is back, and we ask again.
      if (!(error instanceof StoreAway)) this.#log.warn({ err: error }, 'a session could not be verified')
    }
  }

  #end(sessionId: string): void {
    this.#changes += 1
    this.#known.delete(sessionId)
    if (!this.#open.delete(sessionId)) return
    for (const listener of this.#listeners) listener(sessionId)
  }

  /** What it opened is closed, its token lives on: it comes back and is seated by what is known of it now. */
  #startAnew(sessionId: string): void {
    this.#changes += 1
    this.#known.delete(sessionId)
    for (const listener of this.#listeners) listener(sessionId)
  }

  async #sweep(): Promise<void> {
    // A clock that jumped ends nobody's session.
    if (this.#store.clockStepMs !== null) return
    const nowMs = this.#store.nowMs()
    for (const [sessionId, { expiresAtMs }] of this.#known) if (expiresAtMs <= nowMs) this.#end(sessionId)
    if (this.#sweeps++ % TIDY_EVERY !== 0 || !this.#store.isAvailable) return
    try {
      for (const { id, value } of await this.#store.records.list<SessionRecord>('sessions'))
        if (value.expiresAtMs <= nowMs) await this.#store.records.delete('sessions', id)
      await this.devices.tidy()
    } catch {
      // It is only tidying up: the next round does it.
    }
  }

  // --- sessions

  /** Refused as `wrong-password` whether name or password is wrong; `account-disabled` and `sso-only` only to who knows the password; `rate-limited` after too many failures, also with the right password. */
  async signIn(username: string, password: string, address: string): Promise<Outcome<SignedIn>> {
    const account = `account ${keyOf(username)}`
    const from = `address ${address}`
    const attempt = async (): Promise<Outcome<SignedIn>> => {
      const waitMs = await this.#attempts.blockedForMs(account, from)
      if (waitMs > 0) return tooManyFailures(waitMs)
      const found = await this.#store.records.get<UserRecord>('users', keyOf(username))
      if (!(await verifyPassword(found?.value.passwordHash ?? null, password)) || found === null) {
        await this.#attempts.failed(account, from)
        return refuse('wrong-password', 'No such user name with this password')
      }
      await this.#attempts.succeeded(account)
      let user = found.value
      if (user.isDisabled) return refuse('account-disabled')
      if (user.isSsoOnly) return refuse('sso-only')
      if (isOutdated(user.passwordHash)) {
        user = { ...user, passwordHash: await hashPassword(password) }
        await this.#store.records.put('users', keyOf(username), user, found.version)
      }
      return done(await this.#openSession(user))
    }
    const answer = await this.#attempts.inTurn(account, () => this.#attempts.inTurn(from, attempt))
    return answer ?? tooManyFailures(1000)
  }

  /**
   * Who comes from the provider of single sign-on. `subject`: issuer and subject, linked to a user when he comes first; `names`: what the
   * provider calls him, asked for only then. Nobody is made a user by it.
   */
  async signInAs(subject: string, names: () => Promise<readonly string[]>, address: string): Promise<Outcome<SignedIn>> {
    const linked = (await this.#userRecords()).find(({ value }) => value.ssoSubject === subject)
    const user = linked?.value ?? (await this.#link(subject, await names()))
    if (user === null) {
      await this.countFailure(address)
      return refuse('sso-unknown-person')
    }
    return user.isDisabled ? refuse('account-disabled') : done(await this.#openSession(user))
  }

  /** The user whom an admin gave one of these names, and who came with no other subject before. Null: nobody, or more than one. */
  async #link(subject: string, names: readonly string[]): Promise<UserRecord | null> {
    const called = new Set(names.map(keyOf))
    for (;;) {
      const meant = (await this.#userRecords()).filter(({ value: { ssoName } }) => ssoName !== undefined && called.has(keyOf(ssoName)))
      const [found] = meant
      if (!found || meant.length > 1) return null
      if (found.value.ssoSubject !== undefined) return found.value.ssoSubject === subject ? found.value : null
      // Switched off: he is told so, and nothing is kept of his coming.
      if (found.value.isDisabled) return found.value
      const user = { ...found.value, ssoSubject: subject }
      if (await this.#store.records.put('users', found.id, user, found.version)) return user
    }
  }

  #userRecords(): Promise<{ id: string; value: UserRecord; version: number }[]> {
    return this.#store.records.list<UserRecord>('users')
  }

  /** Why an address must wait after too many failures, those with passwords and those without counted together. */
  async blocked(address: string): Promise<Refused | null> {
    const waitMs = await this.#attempts.blockedForMs(`address ${address}`)
    return waitMs > 0 ? tooManyFailures(waitMs) : null
  }

  async countFailure(address: string): Promise<void> {
    await this.#attempts.failed(`address ${address}`)
  }

  async signOut(principal: UserPrincipal): Promise<void> {
    await this.#store.records.delete('sessions', principal.sessionId)
    this.#end(principal.sessionId)
  }

  async #openSession(user: UserRecord): Promise<SignedIn> {
    const token = newUserToken()
    const expiresAtMs = this.#store.nowMs() + SESSION_MS
    const session: SessionRecord = { username: user.username, generation: user.generation, expiresAtMs }
    await this.#store.records.put('sessions', digest(token), session)
    return { token, user: userOf(user), expiresAtMs }
  }

  // --- users

  async users(): Promise<ListedUser[]> {
    return (await this.#store.records.list<UserRecord>('users')).map(({ value }) => listedOf(value))
  }

  async user(username: string): Promise<ListedUser | null> {
    const found = await this.#store.records.get<UserRecord>('users', keyOf(username))
    return found ? listedOf(found.value) : null
  }

  async createUser(wanted: NewUser): Promise<Outcome<ListedUser>> {
    const { password, ...rest } = wanted
    if (RESERVED.has(keyOf(wanted.username))) return wrongValue('username', 'is a reserved word')
    const fault = passwordFault(password, wanted.username)
    if (fault) return wrongValue('password', fault)
    if (await this.user(wanted.username)) return refuse('username-taken')
    if (rest.ssoName !== undefined && (await this.isSsoNameTaken(rest.ssoName, wanted.username))) return wrongValue('ssoName', NAME_TAKEN)
    const user = await this.#newRecord(rest, password)
    return (await this.#store.records.put('users', keyOf(user.username), user, 0)) ? done(listedOf(user)) : refuse('username-taken')
  }

  async #newRecord(user: User & Pick<UserRecord, 'ssoName'>, password: string): Promise<UserRecord> {
    return { ...user, passwordHash: await hashPassword(password), generation: randomUUID(), createdAtMs: this.#store.nowMs() }
  }

  async isSsoNameTaken(ssoName: string, username: string): Promise<boolean> {
    const others = (await this.#userRecords()).filter(({ id }) => id !== keyOf(username))
    return others.some(({ value }) => value.ssoName !== undefined && keyOf(value.ssoName) === keyOf(ssoName))
  }

  /** Changes what the user may do; his sessions end with it. A new name alone ends nothing. Null: no such user. */
  async changeUser(username: string, change: UserChange): Promise<ListedUser | null> {
    const { name: _name, ...rights } = change
    const endsSessions = Object.keys(rights).length > 0
    return this.#change(username, ({ agency: hadAgency, ssoName: hadName, ssoSubject, ...user }) => {
      const { agency = hadAgency, ssoName = hadName, ...rest } = change
      return {
        ...user,
        ...rest,
        ...(agency == null ? {} : { agency }),
        ...(ssoName == null ? {} : { ssoName }),
        ...(ssoSubject !== undefined && ssoName === hadName ? { ssoSubject } : {}),
        generation: endsSessions ? randomUUID() : user.generation,
      }
    })
  }

  /** Null: no such user. All his sessions end. */
  async setPassword(username: string, password: string): Promise<Outcome<ListedUser> | null> {
    const fault = passwordFault(password, username)
    if (fault) return wrongValue('password', fault)
    const passwordHash = await hashPassword(password)
    const user = await this.#change(username, (before) => ({ ...before, passwordHash, generation: randomUUID() }))
    return user && done(user)
  }

  /** All his sessions end, the one that asks as well; he gets a new one. */
  async changeOwnPassword(username: string, current: string, password: string, address: string): Promise<Outcome<SignedIn>> {
    const known = await this.signIn(username, current, address)
    if (!known.ok) return known
    const changed = (await this.setPassword(username, password)) ?? refuse('not-signed-in')
    if (!changed.ok) {
      await this.#store.records.delete('sessions', digest(known.value.token))
      return changed
    }
    return this.signIn(username, password, address)
  }

  async deleteUser(username: string): Promise<boolean> {
    const isThere = await this.#store.records.delete('users', keyOf(username))
    if (isThere) await this.#deleteSessions(keyOf(username))
    return isThere
  }

  async #change(username: string, change: (user: UserRecord) => UserRecord): Promise<ListedUser | null> {
    for (;;) {
      const found = await this.#store.records.get<UserRecord>('users', keyOf(username))
      if (found === null) return null
      const next = change(found.value)
      if (!(await this.#store.records.put('users', keyOf(username), next, found.version))) continue
      if (next.generation !== found.value.generation) await this.#deleteSessions(keyOf(username), next.generation)
      return listedOf(next)
    }
  }

  /** They are void by their generation already; this only clears them away, and tells servers that look at sessions alone. */
  async #deleteSessions(key: string, except?: string): Promise<void> {
    for (const { id, value } of await this.#store.records.list<SessionRecord>('sessions')) {
      if (keyOf(value.username) !== key || value.generation === except) continue
      await this.#store.records.delete('sessions', id)
      this.#end(id)
    }
  }

  // --- the first user

  /**
   * Makes the first user, `admin`, where there is none. Without a password a one-time token is made for a link that this server prints;
   * an older link is void.
   */
  async prepareFirstUser(password: string | undefined): Promise<{ setupToken: string | null; warning: string | null }> {
    const { records } = this.#store
    if ((await records.list('users')).length > 0) {
      await records.delete('setup', 'first')
      return { setupToken: null, warning: null }
    }
    if (password !== undefined) {
      await records.put('users', FIRST.username, await this.#newRecord(FIRST, password), 0)
      const fault = passwordFault(password, FIRST.username)
      return { setupToken: null, warning: fault && `The password in ADMIN_PASSWORD ${fault}. Change it.` }
    }
    const setupToken = newSecret(32)
    await records.put('setup', 'first', { tokenHash: digest(setupToken) })
    return { setupToken, warning: null }
  }

  async setUp(token: string, password: string, address: string): Promise<Outcome<SignedIn>> {
    const from = `address ${address}`
    const attempt = async (): Promise<Outcome<SignedIn>> => {
      const waitMs = await this.#attempts.blockedForMs(from)
      if (waitMs > 0) return tooManyFailures(waitMs)
      const { records } = this.#store
      const setup = await records.get<{ tokenHash: string }>('setup', 'first')
      if (setup === null || (await records.list('users')).length > 0) return refuse('setup-done')
      if (!isSame(setup.value.tokenHash, digest(token))) {
        await this.#attempts.failed(from)
        return refuse('not-allowed', 'This set-up link is not the one printed last')
      }
      const fault = passwordFault(password, FIRST.username)
      if (fault) return wrongValue('password', fault)
      const user = await this.#newRecord(FIRST, password)
      if (!(await records.put('users', FIRST.username, user, 0))) return refuse('setup-done')
      await records.delete('setup', 'first')
      return done(await this.#openSession(user))
    }
    return (await this.#attempts.inTurn(from, attempt)) ?? tooManyFailures(1000)
  }
}

const FIRST: User = { username: 'admin', name: 'Admin', role: 'admin', branch: null, counters: null }

export const NAME_TAKEN = 'is another user’s already'

const DEVICE = 'device-'
const deviceSession = (deviceId: string): string => `${DEVICE}${deviceId}`

const tooManyFailures = (waitMs: number) =>
  refuse('rate-limited', 'Too many failed sign-ins', { details: { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) } })
