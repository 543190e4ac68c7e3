import type { PublicHall, PublicQueues } from '../../shared/protocol/publicHall.ts'
import { readPublic } from './publicApi.ts'

/** Read successfully within this time the figures are live; else the page says since when they are not (SYNC3). */
const STALE_MS = 15_000
/** Older figures are not shown any more, whatever is said beside them. */
const DROPPED_MS = 10 * 60_000

/** One hall as everybody may see it: read once, then its queues again and again while somebody looks. */
export class LiveHall {
  hall = $state.raw<PublicHall | null>(null)
  queues = $state.raw<PublicQueues | null>(null)
  /** Of the address; null until one is known. */
  branchId = $state<string | null>(null)
  isUnknown = $state(false)
  /** Asked, and nobody answered, before there was anything to show. */
  isAway = $state(false)
  /** When the figures were right, by the phone's own clock: for people to read. */
  readAtMs = $state<number | null>(null)
  ageMs = $state(0)
  readonly #everyMs: number
  #readAtTickMs = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #ticking: ReturnType<typeof setInterval>
  #isClosed = false
  #reading = false

  constructor(everyMs: number, branchId: string | null) {
    this.#everyMs = everyMs
    this.branchId = branchId
    this.#ticking = setInterval(() => this.#age(), 1_000)
    document.addEventListener('visibilitychange', this.#look)
    void this.read()
  }

  get isStale(): boolean {
    return this.readAtMs !== null && this.ageMs > STALE_MS
  }

  get isDropped(): boolean {
    return this.readAtMs !== null && this.ageMs > DROPPED_MS
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#ticking)
    clearTimeout(this.#timer)
    document.removeEventListener('visibilitychange', this.#look)
  }

  /** A page that nobody looks at asks for nothing; when it is looked at again its figures are old until the answer is there. */
  readonly #look = (): void => {
    this.#age()
    if (document.visibilityState === 'visible') void this.read()
  }

  async read(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#reading) return
    this.#reading = true
    if (this.branchId !== null) await this.#readHall(`/branches/${encodeURIComponent(this.branchId)}/public`)
    this.#reading = false
    if (!this.#isClosed && document.visibilityState === 'visible') this.#timer = setTimeout(() => void this.read(), this.#everyMs)
  }

  async #readHall(path: string): Promise<void> {
    if (this.hall !== null) {
      const answer = await readPublic<PublicQueues>(`${path}/queues`)
      if (!answer.ok) return
      const { configuredRevision, day } = answer.value
      if (configuredRevision === this.hall.configuredRevision && day === this.hall.day) return this.#take(answer.value, answer.ageMs)
    }
    const answer = await readPublic<PublicHall>(path)
    this.isUnknown = !answer.ok && answer.status === 404
    this.isAway = !answer.ok && !this.isUnknown
    if (!answer.ok) return
    this.hall = answer.value
    this.#take(answer.value.queues, answer.ageMs)
  }

  #take(queues: PublicQueues, ageMs: number): void {
    this.queues = queues
    this.readAtMs = Date.now() - ageMs
    this.#readAtTickMs = performance.now() - ageMs
    this.#age()
  }

  /** The one clock stands still while a phone sleeps, the other can be set: the older of both ages is told. */
  #age(): void {
    if (this.readAtMs !== null) this.ageMs = Math.max(Date.now() - this.readAtMs, performance.now() - this.#readAtTickMs)
  }
}
