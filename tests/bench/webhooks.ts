import { type Figure, figure } from './figures.ts'
import type { Press } from './officers.ts'
import { ADMIN_PASSWORD } from './product.ts'
import { freePort } from './serverProcess.ts'
import { distinct, interleaved, Stage } from './stage.ts'

const LEAD_IN = 10
const PRESSES = 200
const GAP_MS = [20, 30] as const
/** In an hour of failures, with waits of 5 s, 10 s, 20 s, ... between them, so many attempts are made. */
const ATTEMPTS_PER_HOUR = 10
const WARM_UP = 1000

/**
 * What a dead address costs the officers: the same presses on one server, with a webhook of all their events to a port where nobody listens,
 * and with that webhook switched off. An hour is compressed into the presses of a round, a few seconds: as many attempts as the waits allow in
 * an hour are asked for one by one while the officer presses (the admin's "try now"), so each second is as bad as many minutes are.
 */
export async function webhookDeadAddress(rounds: number): Promise<Figure[]> {
  const waiting = WARM_UP + (LEAD_IN + PRESSES + 10) * 2 * rounds
  const stage = await Stage.open({ branches: [{ id: 'hall', counters: 12, waiting, officers: 1 }] })
  try {
    const admin = await Admin.signIn(stage.ours.port)
    const { webhookId } = await admin.ask<{ webhookId: string }>('POST', '', {
      name: 'dead',
      url: `http://127.0.0.1:${await freePort()}/`,
      types: ['ticketCalled', 'ticketMissed', 'ticketCompleted', 'counterOpened', 'counterClosed'],
    })
    const turn = (enabled: boolean) => admin.ask('PATCH', `/${webhookId}`, { enabled })
    await turn(false)
    const seen = new Set<string>()
    const press = async (count: number, seed: number): Promise<Press[]> => {
      const made = await stage.press({ seats: Array.from({ length: count }, () => 0), gapMs: GAP_MS, seed })
      distinct(made, seen)
      return made
    }
    await stage.openOfficers('ours', stage.hallSeats.slice(0, 1))
    await stage.press({ seats: Array.from({ length: WARM_UP }, () => 0), gapMs: [0, 1], seed: 1 })
    const answers = { ours: [] as number[][], floor: [] as number[][] }
    for (const { side, round } of interleaved(rounds)) {
      await turn(side === 'ours')
      const pressing = press(LEAD_IN + PRESSES, round)
      if (side === 'ours') await admin.attempts(webhookId, pressing)
      answers[side].push((await pressing).slice(LEAD_IN).map(({ pressMs, answerMs }) => answerMs - pressMs))
    }
    const of =
      `${PRESSES} presses to the officer's answer with a webhook to a dead address (ours) and with it switched off (floor), ${rounds} rounds; ` +
      `an hour's ${ATTEMPTS_PER_HOUR} attempts compressed into the seconds of a round`
    return [figure('webhook-dead-address', 'ms', answers, { atMost: 1.1 }, of)]
  } finally {
    await stage.close()
  }
}

class Admin {
  readonly #base: string
  readonly #token: string

  private constructor(base: string, token: string) {
    this.#base = base
    this.#token = token
  }

  static async signIn(port: number): Promise<Admin> {
    const base = `http://127.0.0.1:${port}/api/v1`
    const reply = await fetch(`${base}/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password: ADMIN_PASSWORD }),
    })
    return new Admin(base, ((await reply.json()) as { token: string }).token)
  }

  /** Asks for one attempt after the other, spread over the presses, and sees that they were made. */
  async attempts(webhookId: string, pressing: Promise<unknown>): Promise<void> {
    let isOver = false
    const over = pressing.finally(() => {
      isOver = true
    })
    const everyMs = (PRESSES * (GAP_MS[0] + GAP_MS[1])) / 2 / ATTEMPTS_PER_HOUR
    for (let asked = 0; asked < ATTEMPTS_PER_HOUR && !isOver; asked++) {
      await Promise.race([over, new Promise((resolve) => setTimeout(resolve, everyMs))])
      await this.ask('POST', `/${webhookId}/retry`)
    }
    await over
    const [webhook] = await this.ask<{ state: string }[]>('GET', '')
    if (webhook?.state !== 'retrying') throw new Error(`the webhook to a dead address is ${webhook?.state}`)
  }

  async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const reply = await fetch(`${this.#base}/branches/hall/webhooks${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
    return JSON.parse(text) as T
  }
}
