import type { Answer, Problem } from '../../../shared/client/api.ts'
import type { Role } from '../../session/session.svelte.ts'
import { type Administration, mistakesOf } from '../administration.svelte.ts'

export const ROLES = ['officer', 'desk', 'supervisor', 'coordinator', 'admin'] as const satisfies readonly Role[]

export interface User {
  readonly username: string
  readonly name: string
  readonly role: Role
  /** Null: all branches. */
  readonly branch: string | null
  /** Null: all of the branch. */
  readonly counters: readonly string[] | null
  /** Of a coordinator only. */
  readonly agency?: string
  /** By what single sign-on knows him. */
  readonly ssoName?: string
  /** He came by single sign-on once. */
  readonly isSsoLinked: boolean
  /** His password opens nothing. */
  readonly isSsoOnly: boolean
  readonly isDisabled: boolean
}

export interface NewUser extends Omit<User, 'isDisabled' | 'isSsoLinked' | 'isSsoOnly'> {
  readonly password: string
}

export type UserChange = Partial<Omit<User, 'username' | 'ssoName' | 'isSsoLinked'>> & { readonly ssoName?: string | null }

/** What is told to a person on paper or by word of mouth. */
export interface Handed {
  readonly name: string
  readonly username: string
  readonly role: Role
  readonly password: string
}

export type Told = 'created' | 'password' | 'changed' | 'disabled' | 'enabled' | 'deleted'

/** The accounts of those who work here. */
export class PeopleDesk {
  users = $state.raw<readonly User[] | null>(null)
  problem = $state.raw<Problem | null>(null)
  told = $state.raw<{ readonly key: Told; readonly name: string } | null>(null)
  /** A password that was just given: the server keeps only its hash. */
  handed = $state.raw<Handed | null>(null)
  /** Whether this house has single sign-on: only then is it spoken of. */
  hasSso = $state(false)
  readonly #administration: Administration

  constructor(administration: Administration) {
    this.#administration = administration
    void this.readUsers()
    void this.#readSso()
  }

  get timeZone(): string {
    return this.#administration.branch.timeZone
  }

  isSelf(user: User): boolean {
    return user.username === this.#administration.session.user?.username
  }

  async readUsers(): Promise<void> {
    const answer = await this.#administration.ask<readonly User[]>('/users')
    if (!this.#noted(answer)) return
    const { branchId } = this.#administration
    // An admin of all branches looks at one of them at a time; who belongs to all is seen everywhere.
    this.users = answer.value
      .filter(({ branch }) => branch === null || branch === branchId)
      .sort((a, b) => a.name.localeCompare(b.name, 'id') || a.username.localeCompare(b.username, 'id'))
  }

  async createUser(user: NewUser): Promise<boolean> {
    const answer = await this.#administration.ask('/users', { method: 'POST', body: user })
    if (!this.#noted(answer)) return false
    const { name, username, role, password } = user
    this.handed = { name, username, role, password }
    this.told = { key: 'created', name }
    await this.readUsers()
    return true
  }

  async changeUser({ username, name }: User, change: UserChange): Promise<boolean> {
    const answer = await this.#administration.ask(path(username), { method: 'PATCH', body: change })
    if (!this.#noted(answer)) return false
    const key = change.isDisabled === undefined ? 'changed' : change.isDisabled ? 'disabled' : 'enabled'
    this.handed = null
    this.told = { key, name: change.name ?? name }
    await this.readUsers()
    return true
  }

  async setPassword({ username, name, role }: User, password: string): Promise<boolean> {
    const answer = await this.#administration.ask(`${path(username)}/password`, { method: 'PUT', body: { password } })
    if (!this.#noted(answer)) return false
    this.handed = { name, username, role, password }
    this.told = { key: 'password', name }
    return true
  }

  async deleteUser({ username, name }: User): Promise<boolean> {
    const answer = await this.#administration.ask(path(username), { method: 'DELETE' })
    if (!this.#noted(answer)) return false
    this.handed = null
    this.told = { key: 'deleted', name }
    await this.readUsers()
    return true
  }

  /** Which field the last refusal is about; null: none that a form has. */
  get wrongField(): string | null {
    if (this.problem?.code === 'username-taken') return 'username'
    return this.problem ? (mistakesOf(this.problem)[0]?.path.split('.')[0] ?? null) : null
  }

  async #readSso(): Promise<void> {
    const answer = await this.#administration.ask<{ readonly offer: object | null }>('/sso')
    this.hasSso = answer.ok && answer.value.offer !== null
  }

  #noted<T>(answer: Answer<T>): answer is Extract<Answer<T>, { ok: true }> {
    this.problem = answer.ok ? null : answer.error
    if (!answer.ok) this.told = null
    return answer.ok
  }
}

const path = (username: string): string => `/users/${encodeURIComponent(username)}`
