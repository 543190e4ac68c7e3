import type { Answer, Problem } from '../../../shared/client/api.ts'
import type { Delivery, DeliveryOutcome, Webhook, WebhookType } from '../../../shared/protocol/webhooks.ts'
import { type Administration, mistakesOf } from '../administration.svelte.ts'

/** How often the list is read while somebody looks at it. */
const LOOK_MS = 2_000
/** A receiver has ten seconds, and our own answer a moment more. */
const TEST_MS = 15_000

export interface Choice {
  readonly name: string
  readonly url: string
  readonly types: readonly WebhookType[]
}

export type Told = 'created' | 'changed' | 'deleted' | 'off' | 'on' | 'skipped'

export interface TestResult {
  readonly webhookId: string
  readonly outcome: DeliveryOutcome
  readonly status: number | null
  readonly tookMs: number
}

/** The other systems that are told what happens in the branch. */
export class WebhooksDesk {
  webhooks = $state.raw<readonly Webhook[] | null>(null)
  problem = $state.raw<Problem | null>(null)
  /** Which form the problem stands in: `new`, a webhook's id, or null: above the list. */
  problemOf = $state<string | null>(null)
  told = $state.raw<{ readonly key: Told; readonly name: string } | null>(null)
  /** Shown once: the server never tells it again. */
  secret = $state.raw<{ readonly name: string; readonly secret: string; readonly isRotated: boolean } | null>(null)
  tested = $state.raw<TestResult | null>(null)
  testing = $state<string | null>(null)
  /** Whose log is open. */
  opened = $state<string | null>(null)
  deliveries = $state.raw<readonly Delivery[] | null>(null)
  readonly #administration: Administration
  readonly #timer: ReturnType<typeof setInterval>

  constructor(administration: Administration) {
    this.#administration = administration
    void this.read()
    this.#timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.read()
    }, LOOK_MS)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Reads silently: a refusal of something that somebody did stays to be read. */
  async read(): Promise<void> {
    const answer = await this.#ask<readonly Webhook[]>('', 'GET')
    if (answer.ok) this.webhooks = answer.value
    else if (this.webhooks === null) this.#told(answer, null)
    const { opened } = this
    if (opened === null) return
    const log = await this.#ask<readonly Delivery[]>(`/${opened}/deliveries`, 'GET')
    if (log.ok && this.opened === opened) this.deliveries = log.value
  }

  async open(webhookId: string | null): Promise<void> {
    this.opened = webhookId
    this.deliveries = null
    if (webhookId !== null) await this.read()
  }

  async create(choice: Choice): Promise<boolean> {
    const answer = await this.#ask<Webhook & { readonly secret: string }>('', 'POST', choice)
    if (!this.#told(answer, 'new')) return false
    this.told = { key: 'created', name: choice.name }
    this.secret = { name: choice.name, secret: answer.value.secret, isRotated: false }
    await this.read()
    return true
  }

  change(webhook: Webhook, choice: Choice): Promise<boolean> {
    return this.#did(this.#ask(`/${webhook.webhookId}`, 'PATCH', choice), webhook.webhookId, 'changed', choice.name)
  }

  turn(webhook: Webhook, enabled: boolean): Promise<boolean> {
    const asked = this.#ask(`/${webhook.webhookId}`, 'PATCH', { enabled })
    return this.#did(asked, null, enabled ? 'on' : 'off', webhook.name)
  }

  remove(webhook: Webhook): Promise<boolean> {
    return this.#did(this.#ask(`/${webhook.webhookId}`, 'DELETE'), webhook.webhookId, 'deleted', webhook.name)
  }

  skip(webhook: Webhook): Promise<boolean> {
    return this.#did(this.#ask(`/${webhook.webhookId}/skip`, 'POST'), null, 'skipped', webhook.name)
  }

  async retry({ webhookId }: Webhook): Promise<void> {
    this.#told(await this.#ask(`/${webhookId}/retry`, 'POST'), null)
    await this.read()
  }

  async rotate({ webhookId, name }: Webhook): Promise<boolean> {
    const answer = await this.#ask<{ readonly secret: string }>(`/${webhookId}/secret`, 'POST')
    if (!this.#told(answer, webhookId)) return false
    this.secret = { name, secret: answer.value.secret, isRotated: true }
    return true
  }

  async test({ webhookId }: Webhook): Promise<void> {
    if (this.testing !== null) return
    this.testing = webhookId
    this.tested = null
    const answer = await this.#ask<Omit<TestResult, 'webhookId'>>(`/${webhookId}/test`, 'POST', undefined, TEST_MS)
    this.testing = null
    if (this.#told(answer, null)) this.tested = { webhookId, ...answer.value }
  }

  /** Of a form: what is wrong with the address that was typed in, as the server says it. */
  wrongAddress(form: string): string | null {
    if (this.problem === null || this.problemOf !== form) return null
    if (mistakesOf(this.problem)[0]?.path !== 'url') return null
    const reason = this.problem.details?.['reason']
    return typeof reason === 'string' ? reason : 'no-address'
  }

  async #did<T>(asked: Promise<Answer<T>>, form: string | null, key: Told, name: string): Promise<boolean> {
    if (!this.#told(await asked, form)) return false
    this.told = { key, name }
    await this.read()
    return true
  }

  #told<T>(answer: Answer<T>, form: string | null): answer is Extract<Answer<T>, { ok: true }> {
    this.problem = answer.ok ? null : answer.error
    this.problemOf = form
    this.told = null
    return answer.ok
  }

  #ask<T>(path: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', body?: object, timeoutMs?: number): Promise<Answer<T>> {
    return this.#administration.ask<T>(`${this.#administration.path}/webhooks${path}`, {
      method,
      ...(body ? { body } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    })
  }
}
