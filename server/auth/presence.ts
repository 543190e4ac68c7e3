import type { SoundReport } from '../../shared/protocol/wire.ts'

/** Whether a device is connected now, and since when it is or isn't; `sinceMs` null: not heard of since this server began. */
export interface Contact {
  readonly isConnected: boolean
  readonly sinceMs: number | null
  /** Of a display that is connected; null where it said nothing yet. */
  readonly sound: SoundReport['state'] | null
}

interface Seen {
  /** Sound by connection: a page that is reloaded comes before its old socket is gone. */
  readonly open: Map<string, SoundReport['state'] | null>
  sinceMs: number
}

const NEVER: Contact = { isConnected: false, sinceMs: null, sound: null }

/** Which devices have a socket open at this server. Of a minute's use to an admin, so it is kept in memory alone. */
export class Presence {
  readonly #seen = new Map<string, Seen>()

  entered(device: string, connection: string, nowMs: number): void {
    const seen = this.#seen.get(device) ?? { open: new Map(), sinceMs: nowMs }
    if (seen.open.size === 0) seen.sinceMs = nowMs
    seen.open.set(connection, null)
    this.#seen.set(device, seen)
  }

  sounded(device: string, connection: string, sound: SoundReport['state']): void {
    const open = this.#seen.get(device)?.open
    if (open?.has(connection)) open.set(connection, sound)
  }

  left(device: string, connection: string, nowMs: number): void {
    const seen = this.#seen.get(device)
    if (seen?.open.delete(connection) && seen.open.size === 0) seen.sinceMs = nowMs
  }

  of(device: string): Contact {
    const seen = this.#seen.get(device)
    if (!seen) return NEVER
    const sounds = [...seen.open.values()]
    return { isConnected: sounds.length > 0, sinceMs: seen.sinceMs, sound: sounds.findLast((sound) => sound !== null) ?? null }
  }
}
