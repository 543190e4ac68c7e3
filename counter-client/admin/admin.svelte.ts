import { type Answer, api, type Problem } from '../../shared/client/api.ts'
import { Branch, type BranchName, branches } from '../../shared/client/branch.svelte.ts'
import type { ScreenSettings } from '../../shared/protocol/screen.ts'
import type { Role, Session } from '../session/session.svelte.ts'

export interface User {
  readonly username: string
  readonly name: string
  readonly role: Role
  readonly branch: string | null
  readonly counters?: readonly string[] | null
}

export interface Device extends ScreenSettings {
  readonly deviceId: string
  readonly kind: 'display' | 'kiosk'
  readonly name: string
  readonly zones?: readonly string[] | null
}

/** As a form holds it: nothing chosen is all. */
export interface ScreenChoice {
  layout: ScreenSettings['layout']
  theme: ScreenSettings['theme']
  language: ScreenSettings['language']
  zones: string[]
  agencies: string[]
}

const settingsOf = ({ zones, agencies, ...rest }: ScreenChoice) => ({
  ...rest,
  zones: zones.length > 0 ? zones : null,
  agencies: agencies.length > 0 ? agencies : null,
})

export interface Mistake {
  readonly path: string
  readonly message: string
}

export interface NewUser {
  readonly username: string
  readonly password: string
  readonly name: string
  readonly role: Role
  readonly counters: readonly string[]
}

const listOf = <T>(value: unknown, name: string): readonly T[] =>
  Array.isArray(value) ? value : ((value as Record<string, readonly T[]>)[name] ?? [])

/** What an admin sets up: people, devices, and the branch as one document. */
export class AdminDesk {
  users = $state.raw<readonly User[] | null>(null)
  devices = $state.raw<readonly Device[] | null>(null)
  document = $state('')
  mistakes = $state.raw<readonly Mistake[]>([])
  /** Where something went wrong, and what. */
  problem = $state.raw<{ readonly where: 'users' | 'devices' | 'configuration'; readonly problem: Problem } | null>(null)
  told = $state.raw<{
    readonly where: 'users' | 'devices' | 'configuration'
    readonly key: 'user' | 'password' | 'device' | 'changed' | 'saved'
    readonly name: string
  } | null>(null)
  /** Shown once: the server keeps only its hash. */
  newToken = $state<string | null>(null)
  names = $state.raw<readonly BranchName[]>([])
  branchId = $state<string | null>(null)
  branch: Branch
  #etag: string | null = null
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
    this.branch = new Branch(() => this.branchId)
    void this.#start()
  }

  get path(): string {
    return `/branches/${encodeURIComponent(this.branchId ?? '')}`
  }

  async readUsers(): Promise<void> {
    const answer = await api<unknown>('/users')
    if (this.#noted('users', answer)) this.users = listOf<User>(answer.value, 'users')
  }

  async createUser(user: NewUser): Promise<boolean> {
    const { counters, ...rest } = user
    const answer = await api('/users', {
      method: 'POST',
      body: { ...rest, branch: this.branchId, ...(counters.length > 0 ? { counters } : {}) },
    })
    if (!this.#noted('users', answer)) return false
    this.told = { where: 'users', key: 'user', name: user.name }
    await this.readUsers()
    return true
  }

  async setPassword({ username, name }: User, password: string): Promise<boolean> {
    const answer = await api(`/users/${encodeURIComponent(username)}/password`, { method: 'PUT', body: { password } })
    if (!this.#noted('users', answer)) return false
    this.told = { where: 'users', key: 'password', name }
    return true
  }

  async readDevices(): Promise<void> {
    const answer = await api<unknown>(`${this.path}/devices`)
    if (this.#noted('devices', answer)) this.devices = listOf<Device>(answer.value, 'devices')
  }

  async createDevice(kind: Device['kind'], name: string, choice: ScreenChoice, pairingCode: string): Promise<boolean> {
    this.newToken = null
    const answer = await api<{ readonly token?: string }>(`${this.path}/devices`, {
      method: 'POST',
      body: { kind, name, ...(kind === 'display' ? settingsOf(choice) : {}), ...(pairingCode ? { pairingCode } : {}) },
    })
    if (!this.#noted('devices', answer)) return false
    this.told = { where: 'devices', key: 'device', name }
    if (!pairingCode) this.newToken = answer.value.token ?? null
    await this.readDevices()
    return true
  }

  async changeScreen(device: Device, name: string, choice: ScreenChoice): Promise<void> {
    const answer = await api(`${this.path}/devices/${encodeURIComponent(device.deviceId)}`, {
      method: 'PATCH',
      body: { name, ...settingsOf(choice) },
    })
    if (!this.#noted('devices', answer)) return
    this.told = { where: 'devices', key: 'changed', name }
    await this.readDevices()
  }

  async revoke(device: Device): Promise<void> {
    const answer = await api(`${this.path}/devices/${encodeURIComponent(device.deviceId)}`, { method: 'DELETE' })
    if (this.#noted('devices', answer)) await this.readDevices()
  }

  async readConfiguration(): Promise<void> {
    const answer = await api<unknown>(`${this.path}/configuration`)
    if (!this.#noted('configuration', answer)) return
    this.document = JSON.stringify(answer.value, null, 2)
    this.#etag = answer.etag
    this.mistakes = []
    this.told = null
  }

  async saveConfiguration(configuration: unknown): Promise<void> {
    this.mistakes = []
    this.told = null
    const answer = await api(`${this.path}/configuration`, {
      method: 'PUT',
      body: configuration,
      headers: this.#etag ? { 'If-Match': this.#etag } : {},
    })
    if (this.#noted('configuration', answer)) {
      this.#etag = answer.etag ?? null
      this.told = { where: 'configuration', key: 'saved', name: '' }
      if (this.#etag === null) void this.#readTag()
      void this.branch.read()
    } else if (!answer.ok) {
      this.mistakes = this.mistakesOf(answer.error)
    }
  }

  mistakesOf({ details }: Problem): readonly Mistake[] {
    const listed = details?.['mistakes']
    return Array.isArray(listed) ? (listed as Mistake[]) : []
  }

  async #readTag(): Promise<void> {
    const answer = await api<unknown>(`${this.path}/configuration`)
    if (answer.ok) this.#etag = answer.etag
  }

  #noted<T>(where: 'users' | 'devices' | 'configuration', answer: Answer<T>): answer is Extract<Answer<T>, { ok: true }> {
    this.problem = answer.ok ? null : { where, problem: answer.error }
    if (!answer.ok && answer.error.code === 'not-signed-in') this.#session.ended()
    return answer.ok
  }

  async #start(): Promise<void> {
    const named = new URLSearchParams(location.search).get('branch') ?? this.#session.user?.branch ?? null
    const answer = await branches()
    if (answer.ok) this.names = answer.value
    this.branchId = named ?? this.names[0]?.id ?? null
    if (this.branchId === null) return
    await this.branch.read()
    await this.readUsers()
    await this.readDevices()
    await this.readConfiguration()
  }
}
