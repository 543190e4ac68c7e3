import { type Answer, api, type Problem } from '../../shared/client/api.ts'
import type { Alert, Alerts as Found, Silence } from '../../shared/protocol/live.ts'

const LOOK_MS = 5_000

/** What is wrong, looked at every few seconds, and told by the browser where somebody wants that. */
export class Alerts {
  list = $state.raw<readonly Alert[]>([])
  /** By the alert's id: those that nobody is reminded of for a while. */
  silences = $state.raw<ReadonlyMap<string, Silence>>(new Map())
  problem = $state.raw<Problem | null>(null)
  isSending = $state(false)
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
    if (answer.ok) this.#take(answer.value)
  }

  /** Who, why and until when is seen by all supervisors; it is over by itself. */
  silence(alert: string, minutes: number, reason: string): Promise<boolean> {
    return this.#send('silences', { alert, minutes, reason })
  }

  remind(alert: string): Promise<boolean> {
    return this.#send('silences/end', { alert })
  }

  async #send(what: string, body: object): Promise<boolean> {
    const branch = this.#branch()
    if (branch === null || this.isSending) return false
    this.isSending = true
    const answer: Answer<Found> = await api<Found>(`/branches/${encodeURIComponent(branch)}/alerts/${what}`, { method: 'POST', body })
    this.isSending = false
    this.problem = answer.ok ? null : answer.error
    if (answer.ok) this.#take(answer.value)
    return answer.ok
  }

  #take({ alerts, silences }: Found): void {
    this.list = alerts
    this.silences = new Map(silences.map((silence) => [silence.alert, silence]))
    const known = this.#known
    // What was mild and grew is news.
    const news = alerts.filter(({ id, severity }) => severity === 'severe' && !this.silences.has(id))
    this.#known = new Set(news.map(({ id }) => id))
    if (known && this.permission === 'granted')
      // Its id as tag: the same thing is told once, also by a second window.
      for (const alert of news) if (!known.has(alert.id)) new Notification(this.#say(alert), { tag: alert.id })
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
