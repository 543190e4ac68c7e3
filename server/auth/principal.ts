import type { ScreenSettings } from '../../shared/protocol/screen.ts'

/** Whoever speaks to the server after showing a token (AUTH1). */
export type Role = 'officer' | 'desk' | 'supervisor' | 'coordinator' | 'admin'

export interface UserPrincipal {
  readonly kind: 'user'
  readonly username: string
  readonly name: string
  readonly role: Role
  /** The one branch that he works in; null: all branches (only admins). */
  readonly branch: string | null
  /** Counters an officer may open; null: all of his branch. */
  readonly counters: readonly string[] | null
  /** The one agency of a coordinator, absent for everybody else. The configuration may have lost it since. */
  readonly agency?: string
  /** Names the session, not its token: sha-256 of it. Sockets are closed by it. */
  readonly sessionId: string
}

export interface DevicePrincipal {
  readonly kind: 'device'
  readonly deviceId: string
  readonly device: 'display' | 'kiosk'
  readonly name: string
  readonly branch: string
  /** Zones a display may show; null: all. */
  readonly zones: readonly string[] | null
  readonly screen: ScreenSettings
  readonly sessionId: string
}

export type Principal = UserPrincipal | DevicePrincipal

export interface Authenticator {
  /** Who holds this token; null where it is unknown, expired or revoked. From memory on the hot path. Throws `StoreAway`. */
  authenticate(token: string): Promise<Principal | null>
  /** Within a second of a session's or device's end on any server: close what it opened. */
  onRevoked(listener: (sessionId: string) => void): void
}

/** The name under which a principal's commands are decided and written into events (`by`) and answers. */
export const actorOf = (principal: Principal): string =>
  principal.kind === 'user' ? principal.username : `${principal.device}:${principal.deviceId}`
