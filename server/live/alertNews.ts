import { randomBytes } from 'node:crypto'
import type { Alert, AlertEventType } from '../../shared/protocol/live.ts'
import type { BranchStore } from '../store/store.ts'
import { Turn } from '../webhooks/turn.ts'

/** What was told of alerts, by branch: what stands, and the latest news of it for webhooks and for the list of what happens. */
export const ALERT_NEWS = 'alertNews'
/** A receiver that is away for longer than these last is told that some were left out. */
const NEWS_KEPT = 200
/** How often it is made sure whose turn it is to tell. */
const TURN_MS = 2_000

export interface AlertNews {
  /** Ascends by one in each branch. */
  readonly number: number
  readonly type: AlertEventType
  readonly atMs: number
  /** Of the branch when it was told: what happened up to there comes before it. */
  readonly revision: number
  /** The same from the beginning to the end, and of this one time alone. */
  readonly alertId: string
  readonly alert: Alert
}

interface Standing {
  readonly alertId: string
  readonly alert: Alert
}

interface NewsRecord {
  /** By the alert's own id. */
  readonly standing: Readonly<Record<string, Standing>>
  /** Oldest first. */
  readonly news: readonly AlertNews[]
  readonly last: number
}

const NOTHING: NewsRecord = { standing: {}, news: [], last: 0 }

export interface AlertMoment {
  readonly branch: string
  readonly revision: number
  readonly atMs: number
  readonly alerts: readonly Alert[]
}

/**
 * Tells the house what begins and ends, once, however many servers and pages look at the same branch: of all servers one has the turn, and
 * each piece of news is written only on top of the one before it.
 */
export class AlertTeller {
  readonly #store: BranchStore
  readonly #turn: Turn
  readonly #read = new Map<string, { readonly record: NewsRecord; readonly version: number }>()
  /** What was read before a change must not be remembered after it. */
  #changes = 0
  #keptMs = Number.NEGATIVE_INFINITY

  constructor(store: BranchStore) {
    this.#store = store
    this.#turn = new Turn(store, 'alerts')
    store.records.onChange((kind, id) => {
      this.#changes += 1
      if (kind === null) this.#read.clear()
      else if (kind === ALERT_NEWS) this.#read.delete(id as string)
    })
  }

  /** What was told and is not over, by the alerts' ids. Throws `StoreAway`, as `tell` does. */
  async standing(branch: string): Promise<ReadonlyMap<string, Alert>> {
    const { record } = await this.#recordOf(branch)
    return new Map(Object.entries(record.standing).map(([id, { alert }]) => [id, alert]))
  }

  /** What was told lately, by whichever server. */
  async news(branch: string): Promise<Pick<NewsRecord, 'news' | 'last'>> {
    return (await this.#recordOf(branch)).record
  }

  /** Where nothing differs from what was told last this costs nothing. Gives what was told now. */
  async tell(moment: AlertMoment): Promise<readonly AlertNews[]> {
    if (performance.now() - this.#keptMs >= TURN_MS) {
      await this.#turn.keep()
      this.#keptMs = performance.now()
    }
    const { record, version } = await this.#recordOf(moment.branch)
    const wanted = told(record, moment)
    if (wanted === null || !this.#turn.isOurs) return []
    // Another server wrote meanwhile: the next look is a second away.
    this.#read.delete(moment.branch)
    const isTold = await this.#store.records.put(ALERT_NEWS, moment.branch, wanted, version)
    return isTold ? wanted.news.filter(({ number }) => number > record.last) : []
  }

  /** Another server may go on at once. */
  async close(): Promise<void> {
    await this.#turn.giveUp().catch(() => {})
  }

  async #recordOf(branch: string): Promise<{ readonly record: NewsRecord; readonly version: number }> {
    const known = this.#read.get(branch)
    if (known) return known
    const changes = this.#changes
    const found = await this.#store.records.get<NewsRecord>(ALERT_NEWS, branch)
    const read = { record: found?.value ?? NOTHING, version: found?.version ?? 0 }
    if (changes === this.#changes) this.#read.set(branch, read)
    return read
  }
}

/** The record with the news that this moment makes; null where there are none. */
function told(record: NewsRecord, { revision, atMs, alerts }: AlertMoment): NewsRecord | null {
  const news: AlertNews[] = []
  const standing: Record<string, Standing> = {}
  const say = (type: AlertEventType, { alertId, alert }: Standing): void => {
    news.push({ number: record.last + news.length + 1, type, atMs, revision, alertId, alert })
  }
  const now = new Set(alerts.map(({ id }) => id))
  for (const [id, stood] of Object.entries(record.standing)) if (!now.has(id)) say('alertEnded', stood)
  for (const alert of alerts) {
    const stood = record.standing[alert.id]
    const isWorse = stood?.alert.severity === 'mild' && alert.severity === 'severe'
    const stands = { alertId: stood?.alertId ?? `al_${randomBytes(9).toString('base64url')}`, alert }
    // What was told as severe stays so: what goes up and down about a limit is not told each time.
    standing[alert.id] = stood && !isWorse ? stood : stands
    if (!stood) say('alertBegan', stands)
    else if (isWorse) say('alertWorsened', stands)
  }
  if (news.length === 0) return null
  return { standing, news: [...record.news, ...news].slice(-NEWS_KEPT), last: record.last + news.length }
}

/** The latest news of a branch, oldest first, and the number of the last. Throws `StoreAway`. */
export async function alertNews(store: BranchStore, branch: string): Promise<Pick<NewsRecord, 'news' | 'last'>> {
  return (await store.records.get<NewsRecord>(ALERT_NEWS, branch))?.value ?? NOTHING
}
