import { isDeepStrictEqual } from 'node:util'
import { ALERT_EVENT_TYPES } from '../../shared/protocol/live.ts'
import type { Delivery, WebhookType } from '../../shared/protocol/webhooks.ts'
import { EventsLetGo, type History } from '../history/history.ts'
import { type AlertNews, alertNews } from '../live/alertNews.ts'
import type { BranchStore, StoredEvent } from '../store/store.ts'
import { StoreAway } from '../store/store.ts'
import { type Attempt, deliver, type Message } from './deliver.ts'
import { freshProgress, LOGGED, LOGS, PROGRESS, type ProgressRecord, secretsOf, type WebhookRecord } from './kept.ts'
import { type Outgoing, outgoing, outgoingAlert } from './outgoing.ts'

export interface SenderContext {
  readonly store: BranchStore
  readonly history: Pick<History, 'eventsAfter'>
  /** Asked before each delivery. */
  isOurTurn(): boolean
  /** Of the branch, as far as this server knows. */
  revision(branch: string): number
  /** How long to wait after so many failures in a row. */
  backOffMs(failures: number): number
  readonly timeoutMs?: number
  readonly log: { info(details: object, message: string): void; error(details: object, message: string): void }
  onAttempt?(branch: string, attempt: Attempt): void
}

/** After a fault that is no receiver's: the store is away, or we are wrong. */
const AGAIN_MS = 5_000
/** The log of attempts is written together: of a burst once. */
const LOG_LATER_MS = 1_000
/** So many events that nobody asked for are passed over before that is written down; after a crash they are looked at again. */
const PASSED_OVER = 500

/** The store has another progress than ours: somebody else delivers. */
class Overtaken extends Error {
  override readonly name = 'Overtaken'
}

/** What is looked at next, and how far the webhook has come when that is done; `message` null: nobody asked for it. */
interface Due {
  readonly id: string
  readonly revision: number
  readonly message: Outgoing | null
  readonly of: 'log' | 'alerts'
  readonly after: Pick<ProgressRecord, 'revision' | 'alert'>
}

/**
 * Delivers one webhook's events, one after the other. Nothing is queued: what is still to be sent are the branch's own events behind
 * `revision` and the news of its alerts behind `alert`, which are written down after each delivery. So a server that dies leaves at most the
 * delivery under way to be made again.
 */
export class Sender {
  readonly webhookId: string
  #webhook: WebhookRecord
  readonly #context: SenderContext
  #progress: ProgressRecord = freshProgress(0, 0)
  #version = 0
  #isRead = false
  #entries: Delivery[] = []
  #logTimer: NodeJS.Timeout | undefined
  #chunk: StoredEvent[] = []
  /** Of alerts, behind what was delivered; null: not read since something was told. */
  #news: AlertNews[] | null = null
  #newsToldTimes = 0
  #passedOver = 0
  #isStopped = false
  #isWoken = false
  #wakeUp: (() => void) | null = null
  readonly #ended: Promise<void>

  constructor(webhookId: string, webhook: WebhookRecord, context: SenderContext) {
    this.webhookId = webhookId
    this.#webhook = webhook
    this.#context = context
    this.#ended = this.#run()
  }

  get branch(): string {
    return this.#webhook.branch
  }

  /** Something happened in the branch: while it waits to try again, that is no reason to try sooner. */
  wake(): void {
    if (this.#progress.nextAttemptAtMs === null) this.#rouse()
  }

  /** Something was told of an alert. */
  wakeForNews(): void {
    this.#newsToldTimes += 1
    this.#news = null
    this.wake()
  }

  /** What an admin wants now, if it is another thing than before. */
  change(webhook: WebhookRecord): void {
    if (isDeepStrictEqual(webhook, this.#webhook)) return
    const isPressed = webhook.pressed !== this.#webhook.pressed || webhook.url !== this.#webhook.url
    this.#webhook = webhook
    this.#forgetRead()
    if (isPressed) this.#progress = { ...this.#progress, nextAttemptAtMs: null }
    this.#rouse()
  }

  /** Resolves when nothing is under way any more; an attempt is finished, so that it needn't be made twice. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#rouse()
    await this.#ended
    if (this.#logTimer) await this.#writeLog()
  }

  #rouse(): void {
    this.#isWoken = true
    this.#wakeUp?.()
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      let restMs: number | null
      try {
        if (this.#context.isOurTurn()) restMs = await this.#step()
        else {
          // Whoever had it meanwhile went on.
          this.#isRead = false
          this.#forgetRead()
          restMs = AGAIN_MS
        }
      } catch (error) {
        this.#forgetRead()
        this.#isRead = false
        restMs = AGAIN_MS
        if (!(error instanceof StoreAway) && !(error instanceof Overtaken))
          this.#context.log.error({ err: error, webhook: this.webhookId, branch: this.branch }, 'a webhook could not go on')
      }
      if (restMs !== 0) await this.#rest(restMs)
    }
    try {
      if (this.#passedOver > 0 && this.#isRead && this.#context.isOurTurn()) await this.#write(this.#progress)
    } catch {
      // They are only looked at again.
    }
  }

  /** One event, or none; gives how long to rest, null until something happens. */
  async #step(): Promise<number | null> {
    if (!this.#isRead) await this.#read()
    const { revision, alert = 0, deliveredAtMs } = this.#progress
    const { fromRevision, fromAlert = 0 } = this.#webhook
    if (fromRevision > revision || fromAlert > alert) {
      this.#forgetRead()
      await this.#write({ ...freshProgress(Math.max(fromRevision, revision), Math.max(fromAlert, alert)), deliveredAtMs })
    }
    const { nextAttemptAtMs } = this.#progress
    const waitMs = nextAttemptAtMs === null ? 0 : nextAttemptAtMs - this.#context.store.nowMs()
    if (waitMs > 0) return waitMs
    this.#isWoken = false
    if (!this.#webhook.enabled) return null
    const due = await this.#due()
    if (!due) return null
    await this.#take(due)
    return 0
  }

  /** Of events and news of alerts what came first; null where there is neither. */
  async #due(): Promise<Due | null> {
    const news = await this.#nextNews()
    if (this.#chunk.length === 0) this.#chunk = await this.#next()
    const stored = this.#chunk[0]
    const { revision, alert = 0 } = this.#progress
    if (news && (!stored || stored.revision > news.revision))
      return {
        id: `${this.webhookId}.alert${news.number}.${news.atMs.toString(36)}`,
        revision: news.revision,
        message: this.#wants(news.type) ? outgoingAlert(this.branch, news) : null,
        of: 'alerts',
        after: { revision, alert: news.number },
      }
    if (!stored) return null
    return {
      id: idOf(this.webhookId, stored),
      revision: stored.revision,
      message: this.#wants(stored.event.type) ? outgoing(this.branch, stored) : null,
      of: 'log',
      after: { revision: stored.revision, alert },
    }
  }

  #passed({ of }: Due): void {
    if (of === 'log') this.#chunk.shift()
    else this.#news?.shift()
  }

  async #take(due: Due): Promise<void> {
    const { id, revision, message, after } = due
    if (message === null) {
      this.#passed(due)
      this.#progress = { ...this.#progress, ...after }
      this.#passedOver += 1
      if (this.#passedOver >= PASSED_OVER) await this.#write(this.#progress)
      return
    }
    const { store, timeoutMs, onAttempt, backOffMs } = this.#context
    const atMs = store.nowMs()
    const webhook = this.#webhook
    const attempt = await deliver({ ...goesTo(webhook, atMs), id, body: JSON.stringify(message) }, atMs, timeoutMs)
    onAttempt?.(this.branch, attempt)
    const failures = this.#progress.failures + 1
    this.#note({ atMs, type: message.type, revision, attempt: failures, ...attempt })
    if (attempt.outcome === 'delivered') {
      await this.#write({ ...freshProgress(after.revision, after.alert ?? 0), deliveredAtMs: atMs })
      this.#passed(due)
      return
    }
    this.#forgetRead()
    const { outcome, status } = attempt
    if (failures === 1)
      this.#context.log.info({ webhook: this.webhookId, branch: this.branch, outcome, status }, 'a webhook was not delivered')
    // An admin who changed something meanwhile, or pressed, is waiting for the next attempt.
    const isChanged = webhook.url !== this.#webhook.url || webhook.pressed !== this.#webhook.pressed
    await this.#write({
      ...this.#progress,
      failures,
      failingSinceMs: this.#progress.failingSinceMs ?? atMs,
      nextAttemptAtMs: isChanged ? null : store.nowMs() + backOffMs(failures),
      problem: { outcome, status },
    })
  }

  #wants(type: WebhookType): boolean {
    return this.#webhook.types.includes(type)
  }

  #forgetRead(): void {
    this.#chunk = []
    this.#news = null
  }

  /** The oldest news of an alert behind the progress. Not read where nobody asked for any: that costs the store nothing. */
  async #nextNews(): Promise<AlertNews | null> {
    if (!ALERT_EVENT_TYPES.some((type) => this.#wants(type))) return null
    if (this.#news === null) {
      const told = this.#newsToldTimes
      const { news, last } = await alertNews(this.#context.store, this.branch)
      // A backup was restored that is older than what was delivered: what is told next is new.
      const alert = Math.min(this.#progress.alert ?? 0, last)
      this.#progress = { ...this.#progress, alert }
      const behind = news.filter(({ number }) => number > alert)
      const first = behind[0]
      if (first && first.number > alert + 1) this.#noteLeftOut(first.revision)
      if (told !== this.#newsToldTimes) return first ?? null
      this.#news = behind
    }
    return this.#news[0] ?? null
  }

  #noteLeftOut(revision: number): void {
    const atMs = this.#context.store.nowMs()
    this.#note({ atMs, type: '', revision, attempt: 0, outcome: 'left-out', status: null, tookMs: 0 })
  }

  /** The next events, out of the log or the archive. */
  async #next(): Promise<StoredEvent[]> {
    try {
      for await (const events of this.#context.history.eventsAfter(this.branch, this.#progress.revision)) return [...events]
      return []
    } catch (error) {
      if (!(error instanceof EventsLetGo)) throw error
    }
    // Nobody has them any more: it goes on with the oldest that are left, and says so.
    const [oldest] = await this.#context.store.readEvents(this.branch, this.#progress.revision, 1)
    const revision = oldest ? oldest.revision - 1 : this.#context.revision(this.branch)
    this.#noteLeftOut(revision)
    await this.#write({ ...this.#progress, revision })
    return []
  }

  async #read(): Promise<void> {
    const { store, revision } = this.#context
    const [progress, entries] = await Promise.all([
      store.records.get<ProgressRecord>(PROGRESS, this.webhookId),
      store.records.get<Delivery[]>(LOGS, this.webhookId),
    ])
    this.#progress = progress?.value ?? freshProgress(this.#webhook.fromRevision, this.#webhook.fromAlert ?? 0)
    this.#version = progress?.version ?? 0
    this.#entries = entries?.value ?? []
    this.#passedOver = 0
    // A backup was restored that is older than what was delivered: its next events are new ones.
    const last = this.#progress.revision
    if (last > 0 && last > revision(this.branch) && (await store.readEvents(this.branch, last - 1, 1)).length === 0)
      this.#progress = { ...this.#progress, revision: revision(this.branch) }
    this.#isRead = true
  }

  async #write(progress: ProgressRecord): Promise<void> {
    const isOurs = await this.#context.store.records.put(PROGRESS, this.webhookId, progress, this.#version)
    if (!isOurs) throw new Overtaken()
    const written = await this.#context.store.records.get<ProgressRecord>(PROGRESS, this.webhookId)
    if (!written || JSON.stringify(written.value) !== JSON.stringify(progress)) throw new Overtaken()
    this.#version = written.version
    this.#progress = progress
    this.#passedOver = 0
  }

  #note(entry: Delivery): void {
    this.#entries = [entry, ...this.#entries].slice(0, LOGGED)
    this.#logTimer ??= setTimeout(() => void this.#writeLog(), LOG_LATER_MS)
  }

  async #writeLog(): Promise<void> {
    clearTimeout(this.#logTimer)
    this.#logTimer = undefined
    try {
      await this.#context.store.records.put(LOGS, this.webhookId, this.#entries)
    } catch {
      // The store is away; the next entry brings these along.
    }
  }

  #rest(ms: number | null): Promise<void> {
    if (this.#isWoken || this.#isStopped) {
      this.#isWoken = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(() => this.#wakeUp?.(), ms)
      this.#wakeUp = () => {
        clearTimeout(timer)
        this.#wakeUp = null
        this.#isWoken = false
        resolve()
      }
    })
  }
}

/** Tells apart what a restored branch did anew under the revision of something that was delivered before. */
const idOf = (webhookId: string, { revision, event }: StoredEvent): string => `${webhookId}.${revision}.${event.atMs.toString(36)}`

export const goesTo = (webhook: WebhookRecord, nowMs: number): Pick<Message, 'url' | 'secrets'> => ({
  url: webhook.url,
  secrets: secretsOf(webhook, nowMs),
})
