import { hash } from 'node:crypto'
import { ALERT_EVENT_TYPES } from '../../shared/protocol/live.ts'
import type { Delivery, Webhook, WebhookState, WebhookType } from '../../shared/protocol/webhooks.ts'
import { done, type Outcome, refuse } from '../auth/outcome.ts'
import type { Branches } from '../branch/branches.ts'
import type { History } from '../history/history.ts'
import { ALERT_NEWS, alertNews } from '../live/alertNews.ts'
import type { BranchStore } from '../store/store.ts'
import { wrongAddress } from './address.ts'
import { backOffMs, FAILING_AFTER_MS } from './backOff.ts'
import { type Attempt, deliver } from './deliver.ts'
import { LOGS, newSecret, newWebhookId, OLD_SECRET_MS, PROGRESS, type ProgressRecord, WEBHOOKS, type WebhookRecord } from './kept.ts'
import type { Outgoing } from './outgoing.ts'
import { goesTo, Sender } from './sender.ts'
import { Turn } from './turn.ts'

/** Of one branch: each costs a connection per event. */
export const WEBHOOKS_MAX = 20
/** How often the turn is kept, or it is looked whether the other server still lives. */
const KEEP_MS = 2_000
/** Of a burst of events one look; the officers who made it are answered meanwhile. */
const WAKE_MS = 20

export interface NewWebhook {
  readonly name: string
  readonly url: string
  readonly types: readonly WebhookType[]
}

export type WebhookChange = Partial<NewWebhook & { readonly enabled: boolean }>

const wantsAlerts = (types: readonly WebhookType[]): boolean => ALERT_EVENT_TYPES.some((type) => types.includes(type))

export interface WebhooksOptions {
  readonly store: BranchStore
  readonly branches: Branches
  readonly history: Pick<History, 'eventsAfter'>
  readonly log: { info(details: object, message: string): void; error(details: object, message: string): void }
  onAttempt?(branch: string, attempt: Attempt): void
  /** Other times than the house's own. */
  readonly timing?: { readonly backOffMs?: (failures: number) => number; readonly timeoutMs?: number }
}

/**
 * Tells other systems what happens, without ever being in an officer's way: it reads the log behind him. Exactly one of the servers on a store
 * delivers (`Turn`); all of them take an admin's orders, which the sender hears of through the records.
 */
export class Webhooks {
  readonly #options: WebhooksOptions
  readonly #turn: Turn
  readonly #senders = new Map<string, Sender>()
  readonly #woken = new Set<string>()
  #wakeTimer: NodeJS.Timeout | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #isAsked = false
  #isClosed = false

  constructor(options: WebhooksOptions) {
    this.#options = options
    this.#turn = new Turn(options.store)
    const { store, branches } = options
    branches.onOpened((runtime) => {
      const wake = (): void => this.#wake(runtime.id)
      runtime.listen({ onApplied: wake, onReplaced: wake })
    })
    store.records.onChange((kind, id) => {
      if (kind === null || kind === WEBHOOKS) this.#look()
      if (kind === null || kind === ALERT_NEWS)
        for (const sender of this.#senders.values()) if (id === null || sender.branch === id) sender.wakeForNews()
    })
    store.onReturn(() => this.#look())
    this.#look()
  }

  // --- what admins ask for

  /** Oldest first. Throws `StoreAway`, as all of these do. */
  async list(branch: string): Promise<Webhook[]> {
    const { records } = this.#options.store
    const [webhooks, progress] = await Promise.all([records.list<WebhookRecord>(WEBHOOKS), records.list<ProgressRecord>(PROGRESS)])
    const reached = new Map(progress.map(({ id, value }) => [id, value]))
    const { last } = await alertNews(this.#options.store, branch)
    return webhooks
      .filter(({ value }) => value.branch === branch)
      .sort((a, b) => a.value.createdAtMs - b.value.createdAtMs)
      .map(({ id, value }) => this.#told(id, value, reached.get(id) ?? null, last))
  }

  async create(branch: string, wanted: NewWebhook): Promise<Outcome<Webhook & { readonly secret: string }>> {
    const wrong = this.#wrongUrl(wanted.url)
    if (wrong) return wrong
    if ((await this.list(branch)).length >= WEBHOOKS_MAX) return refuse('too-many-webhooks', undefined, { details: { most: WEBHOOKS_MAX } })
    const webhookId = newWebhookId()
    const secret = newSecret()
    const { last } = await alertNews(this.#options.store, branch)
    const webhook: WebhookRecord = {
      branch,
      ...wanted,
      enabled: true,
      secret,
      before: null,
      fromRevision: this.#revision(branch),
      fromAlert: last,
      pressed: 0,
      createdAtMs: this.#options.store.nowMs(),
    }
    await this.#options.store.records.put(WEBHOOKS, webhookId, webhook, 0)
    return done({ ...this.#told(webhookId, webhook, null, last), secret })
  }

  async change(branch: string, webhookId: string, change: WebhookChange): Promise<Outcome<Webhook>> {
    const wrong = change.url === undefined ? null : this.#wrongUrl(change.url)
    if (wrong) return wrong
    return this.#changed(branch, webhookId, (old, lastAlert) => ({
      ...old,
      ...change,
      // Nobody looked at them for it while it did not want them.
      ...(change.types && wantsAlerts(change.types) && !wantsAlerts(old.types) ? { fromAlert: lastAlert } : {}),
      // What happened while it was off is not made up for: an admin switched it off because nobody should get it.
      ...(change.enabled === true && !old.enabled ? this.#fromNow(branch, old, lastAlert) : {}),
    }))
  }

  async remove(branch: string, webhookId: string): Promise<boolean> {
    const { records } = this.#options.store
    if (!(await this.#find(branch, webhookId))) return false
    await records.delete(WEBHOOKS, webhookId)
    await records.delete(PROGRESS, webhookId)
    await records.delete(LOGS, webhookId)
    return true
  }

  /** For a day the old secret signs as well. */
  async rotate(branch: string, webhookId: string): Promise<Outcome<{ readonly secret: string; readonly oldUntilMs: number }>> {
    const secret = newSecret()
    const oldUntilMs = this.#options.store.nowMs() + OLD_SECRET_MS
    const changed = await this.#changed(branch, webhookId, (old) => ({
      ...old,
      secret,
      before: { secret: old.secret, untilMs: oldUntilMs },
    }))
    return changed.ok ? done({ secret, oldUntilMs }) : changed
  }

  /** The next attempt is made now. */
  async retry(branch: string, webhookId: string): Promise<Outcome<Webhook>> {
    return this.#changed(branch, webhookId, (old) => ({ ...old, pressed: old.pressed + 1 }))
  }

  /** What waits is left out, for good. */
  async skip(branch: string, webhookId: string): Promise<Outcome<Webhook>> {
    return this.#changed(branch, webhookId, (old, lastAlert) => ({ ...old, ...this.#fromNow(branch, old, lastAlert) }))
  }

  /** One message that means nothing, at once and without a second attempt. */
  async test(branch: string, webhookId: string): Promise<Outcome<Attempt>> {
    const webhook = await this.#find(branch, webhookId)
    if (!webhook) return refuse('unknown-webhook')
    const atMs = this.#options.store.nowMs()
    const revision = this.#revision(branch)
    const message: Outgoing = { type: 'test', branch, revision, atMs, event: { type: 'test', atMs, by: 'staff' } }
    const id = `${webhookId}.test.${hash('sha256', `${atMs} ${Math.random()}`, 'base64url').slice(0, 12)}`
    return done(await deliver({ ...goesTo(webhook.value, atMs), id, body: JSON.stringify(message) }, atMs, this.#options.timing?.timeoutMs))
  }

  /** The last hundred attempts, newest first. */
  async deliveries(branch: string, webhookId: string): Promise<Outcome<readonly Delivery[]>> {
    if (!(await this.#find(branch, webhookId))) return refuse('unknown-webhook')
    return done((await this.#options.store.records.get<Delivery[]>(LOGS, webhookId))?.value ?? [])
  }

  /** Deliveries under way are finished, and another server may go on at once. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#wakeTimer)
    await this.#looking
    await Promise.all([...this.#senders.values()].map((sender) => sender.stop()))
    this.#senders.clear()
    await this.#turn.giveUp().catch(() => {})
  }

  // --- what the sender does

  /** On the way of every command: so it does nothing but remember. */
  #wake(branch: string): void {
    if (this.#senders.size === 0 || this.#isClosed) return
    this.#woken.add(branch)
    this.#wakeTimer ??= setTimeout(() => {
      this.#wakeTimer = undefined
      for (const sender of this.#senders.values()) if (this.#woken.has(sender.branch)) sender.wake()
      this.#woken.clear()
    }, WAKE_MS)
  }

  /** One look at a time; who asks during one gets another one after it. */
  #look(): void {
    if (this.#isAsked || this.#isClosed) return
    this.#isAsked = true
    this.#looking = this.#looking.then(async () => {
      this.#isAsked = false
      clearTimeout(this.#timer)
      let isNeeded = true
      try {
        isNeeded = await this.#arrange()
      } catch {
        // The store is away: senders stop by themselves when the turn runs out.
      }
      if (isNeeded && !this.#isClosed) this.#timer = setTimeout(() => this.#look(), KEEP_MS)
    })
  }

  /** Each webhook that is on has its sender here while the turn is ours; false where there is nothing to keep the turn for. */
  async #arrange(): Promise<boolean> {
    const { store, branches } = this.#options
    const all = await store.records.list<WebhookRecord>(WEBHOOKS)
    const on = new Map(all.flatMap(({ id, value }) => (value.enabled && branches.get(value.branch) ? [[id, value] as const] : [])))
    if (on.size > 0) await this.#turn.keep()
    const isOurs = this.#turn.isOurs
    for (const [id, sender] of this.#senders) {
      const webhook = on.get(id)
      if (isOurs && webhook) continue
      this.#senders.delete(id)
      await sender.stop()
      // It may have written once more after an admin deleted it.
      if (!all.some((each) => each.id === id)) await this.#forget(id)
    }
    if (isOurs && !this.#isClosed)
      for (const [id, webhook] of on) {
        const sender = this.#senders.get(id)
        if (sender) sender.change(webhook)
        else this.#senders.set(id, new Sender(id, webhook, this.#context()))
      }
    // A branch that is not served here yet will be.
    return all.some(({ value }) => value.enabled)
  }

  #context(): ConstructorParameters<typeof Sender>[2] {
    const { store, history, log, onAttempt, timing } = this.#options
    return {
      store,
      history,
      log,
      isOurTurn: () => this.#turn.isOurs,
      revision: (branch) => this.#revision(branch),
      backOffMs: timing?.backOffMs ?? ((failures) => backOffMs(failures, Math.random())),
      ...(timing?.timeoutMs === undefined ? {} : { timeoutMs: timing.timeoutMs }),
      ...(onAttempt ? { onAttempt } : {}),
    }
  }

  async #forget(webhookId: string): Promise<void> {
    await this.#options.store.records.delete(PROGRESS, webhookId)
    await this.#options.store.records.delete(LOGS, webhookId)
  }

  // --- records

  #fromNow(branch: string, { pressed }: WebhookRecord, lastAlert: number): Partial<WebhookRecord> {
    return { fromRevision: this.#revision(branch), fromAlert: lastAlert, pressed: pressed + 1 }
  }

  #revision(branch: string): number {
    return this.#options.branches.get(branch)?.state.revision ?? 0
  }

  #wrongUrl(url: string): Outcome<never> | null {
    const why = wrongAddress(url)
    if (why === null) return null
    const mistakes = [{ path: 'url', message: `can't be taken: ${why}` }]
    return refuse('invalid-value', `url can't be taken: ${why}`, { mistakes, details: { reason: why } })
  }

  async #find(branch: string, webhookId: string): Promise<{ value: WebhookRecord; version: number } | null> {
    const found = await this.#options.store.records.get<WebhookRecord>(WEBHOOKS, webhookId)
    return found?.value.branch === branch ? found : null
  }

  /** Two admins at once: each change is made on what the other one left. */
  async #changed(
    branch: string,
    webhookId: string,
    change: (old: WebhookRecord, lastAlert: number) => WebhookRecord,
  ): Promise<Outcome<Webhook>> {
    for (;;) {
      const found = await this.#find(branch, webhookId)
      if (!found) return refuse('unknown-webhook')
      const { last } = await alertNews(this.#options.store, branch)
      const wanted = change(found.value, last)
      if (!(await this.#options.store.records.put(WEBHOOKS, webhookId, wanted, found.version))) continue
      // Where the sender is here, from this answer on; elsewhere within a second.
      this.#senders.get(webhookId)?.change(wanted)
      const progress = await this.#options.store.records.get<ProgressRecord>(PROGRESS, webhookId)
      return done(this.#told(webhookId, wanted, progress?.value ?? null, last))
    }
  }

  /** For admins: everything but the secret. */
  #told(webhookId: string, webhook: WebhookRecord, progress: ProgressRecord | null, lastAlert: number): Webhook {
    const { name, url, types, enabled, branch, fromRevision, fromAlert = 0 } = webhook
    const isLeftOut = progress === null || progress.revision < fromRevision || (progress.alert ?? 0) < fromAlert
    const behindLog = Math.max(0, this.#revision(branch) - Math.max(fromRevision, progress?.revision ?? 0))
    const behindAlerts = wantsAlerts(types) ? Math.max(0, lastAlert - Math.max(fromAlert, progress?.alert ?? 0)) : 0
    const failingSinceMs = isLeftOut ? null : progress.failingSinceMs
    const nowMs = this.#options.store.nowMs()
    const state: WebhookState = !enabled
      ? 'off'
      : failingSinceMs === null
        ? 'working'
        : nowMs - failingSinceMs >= FAILING_AFTER_MS
          ? 'failing'
          : 'retrying'
    return {
      webhookId,
      name,
      url,
      types,
      enabled,
      state,
      behind: enabled ? behindLog + behindAlerts : 0,
      failingSinceMs: enabled ? failingSinceMs : null,
      nextAttemptAtMs: enabled && !isLeftOut ? progress.nextAttemptAtMs : null,
      deliveredAtMs: progress?.deliveredAtMs ?? null,
      problem: enabled && !isLeftOut ? progress.problem : null,
    }
  }
}
