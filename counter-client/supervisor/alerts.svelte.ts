import { api } from '../../shared/client/api.ts'
import type { Alert, Alerts as Found } from '../../shared/protocol/live.ts'

const LOOK_MS = 5_000

/** What is wrong, looked at every few seconds, and told by the browser where somebody wants that. */
export class Alerts {
  list = $state.raw<readonly Alert[]>([])
  /** Names of officers by user name. */
  officers = $state.raw<Readonly<Record<string, string>>>({})
  permission = $state<NotificationPermission | 'unsupported'>(
    'Notification' in window && window.isSecureContext ? Notification.permission : 'unsupported',
  )
  readonly #branch: () => string | null
  readonly #say: (alert: Alert) => string
  readonly #timer: ReturnType<typeof setInterval>
  /** What was severe at the last look; null before the first one: what was wrong before is no news. */
  #known: Set<string> | null = null

  constructor(branch: () => string | null, say: (alert: Alert) => string) {
    this.#branch = branch
    this.#say = say
    this.#timer = setInterval(() => void this.look(), LOOK_MS)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async look(): Promise<void> {
    const branch = this.#branch()
    if (branch === null) return
    const path = `/branches/${encodeURIComponent(branch)}`
    const answer = await api<Found>(`${path}/alerts`)
    if (!answer.ok) return
    this.list = answer.value.alerts
    const known = this.#known
    // What was mild and grew is news.
    this.#known = new Set(this.list.filter(({ severity }) => severity === 'severe').map(({ id }) => id))
    if (known && this.permission === 'granted')
      // Its id as tag: the same thing is told once, also by a second window.
      for (const alert of this.list)
        if (alert.severity === 'severe' && !known.has(alert.id)) new Notification(this.#say(alert), { tag: alert.id })
  }

  async readOfficers(): Promise<void> {
    const branch = this.#branch()
    if (branch === null) return
    const answer = await api<Record<string, string>>(`/branches/${encodeURIComponent(branch)}/officers`)
    if (answer.ok) this.officers = answer.value
  }

  nameOf(username: string | null | undefined): string {
    return username == null ? '' : (this.officers[username] ?? username)
  }

  /** Only upon a press: browsers ask a person then, and never twice. */
  async allow(): Promise<void> {
    if (this.permission !== 'unsupported') this.permission = await Notification.requestPermission()
  }
}
