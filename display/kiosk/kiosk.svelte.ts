import { api, newId, type Problem } from '../../shared/client/api.ts'
import { Branch, branchOfPage, type DescribedAgency, type DescribedService } from '../../shared/client/branch.svelte.ts'
import { LiveRoom } from '../../shared/client/room.svelte.ts'
import { board as boardRoom } from '../../shared/client/rooms.ts'
import type { Journey } from '../../shared/domain/configuration.ts'
import { language } from '../../shared/i18n/language.svelte.ts'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import type { BoardEvent, BoardView, IssuedReply } from '../../shared/protocol/wire.ts'
import { forgetDevice, type PairedDevice, pairedDevice } from '../pairing/pairing.svelte.ts'

/** Nobody touched it for this long: the next visitor finds the start. */
export const IDLE_MS = 45_000
export const SHOWN_MS = 20_000
const READ_MS = 15_000
const RETRIES = 3

export type Choice = { readonly service: DescribedService } | { readonly journey: Journey }

/** One self-service kiosk: agency, service, number; then back to the start by itself. */
export class Kiosk {
  step = $state<'starting' | 'pairing' | 'agency' | 'service' | 'number'>('starting')
  agency = $state.raw<DescribedAgency | null>(null)
  choice = $state.raw<Choice | null>(null)
  isPriority = $state(false)
  isTaking = $state(false)
  issued = $state.raw<IssuedReply | null>(null)
  problem = $state.raw<Problem | null>(null)
  secondsLeft = $state(0)
  room = $state.raw<LiveRoom<BoardView, BoardEvent> | null>(null)
  branch: Branch
  #branchId = $state<string | null>(null)
  #device: PairedDevice | null
  /** One key per choice: however often the button is touched, it is one ticket (TICKET2). */
  #key = ''
  #deadlineMs = Number.POSITIVE_INFINITY
  #timers: ReturnType<typeof setInterval>[] = []
  readonly #home = language.now

  constructor() {
    this.branch = new Branch(() => this.#branchId)
    this.#device = pairedDevice('kiosk')
    this.#timers.push(
      setInterval(() => this.#watch(), 500),
      setInterval(() => void this.branch.read(), READ_MS),
    )
    void this.#start()
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.room?.close()
  }

  paired(device: PairedDevice): void {
    this.#device = device
    void this.#start()
  }

  get isLost(): boolean {
    return this.room ? this.room.contact === 'lost' : false
  }

  waitingOf(service: DescribedService): number {
    return this.room?.view?.waiting[service.code] ?? service.waiting
  }

  /** Any touch shows that somebody is there. */
  touched(): void {
    if (this.step === 'agency' && !this.isPriority && this.choice === null && language.now === this.#home)
      this.#deadlineMs = Number.POSITIVE_INFINITY
    else if (this.step !== 'number') this.#deadlineMs = Date.now() + IDLE_MS
  }

  chooseAgency(agency: DescribedAgency): void {
    this.agency = agency
    this.problem = null
    this.step = 'service'
    this.choice = null
    const only = agency.services.length === 1 ? agency.services[0] : undefined
    if (only?.open) this.choose({ service: only })
    this.touched()
  }

  choose(choice: Choice | null): void {
    this.choice = choice
    this.problem = null
    this.#key = newId()
    this.touched()
  }

  async take(): Promise<void> {
    const choice = this.choice
    if (choice === null || this.isTaking) return
    this.isTaking = true
    this.problem = null
    const priority = this.branch.description?.classes.find((each) => each.id === 'priority') ?? this.branch.description?.classes[0]
    const body = {
      ...('service' in choice ? { services: [choice.service.code] } : { journey: choice.journey.id }),
      ...(this.isPriority && priority ? { class: priority.id } : {}),
      language: language.now,
    }
    for (let attempt = 0; ; attempt++) {
      const answer = await api<IssuedReply>(`/branches/${encodeURIComponent(this.#branchId ?? '')}/tickets`, {
        method: 'POST',
        body,
        headers: { 'Idempotency-Key': this.#key },
        token: this.#device?.token ?? null,
        timeoutMs: 4_000,
      })
      if (answer.ok) {
        this.issued = answer.value
        this.step = 'number'
        this.#deadlineMs = Date.now() + SHOWN_MS
        break
      }
      if (!answer.error.retry || attempt >= RETRIES) {
        this.problem = answer.error
        if (answer.error.code === 'not-signed-in') this.#refused(answer.error.code)
        // The next touch is a new wish, unless nobody knows what became of this one.
        else if (!answer.error.retry) this.#key = newId()
        void this.branch.read()
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 400 * (attempt + 1)))
    }
    this.isTaking = false
    this.touched()
  }

  backToAgencies(): void {
    this.step = 'agency'
    this.agency = null
    this.choice = null
    this.problem = null
    this.touched()
  }

  restart(): void {
    this.isPriority = false
    this.issued = null
    language.lend(this.#home)
    this.backToAgencies()
    this.#deadlineMs = Number.POSITIVE_INFINITY
    void this.branch.read()
  }

  #watch(): void {
    const left = this.#deadlineMs - Date.now()
    this.secondsLeft = Number.isFinite(left) ? Math.max(0, Math.ceil(left / 1000)) : 0
    if (left <= 0 && !this.isTaking) this.restart()
  }

  async #start(): Promise<void> {
    this.step = 'starting'
    const branch = await this.#branchToServe()
    if (branch === 'pair') {
      this.step = 'pairing'
      return
    }
    if (branch === null) {
      setTimeout(() => void this.#start(), 2_000)
      return
    }
    this.#branchId = branch
    await this.branch.read()
    this.step = 'agency'
    this.room = new LiveRoom({
      ...boardRoom,
      handshake: () => ({ branch, ...(this.#device ? { token: this.#device.token } : {}) }),
      onRefused: (code) => this.#refused(code),
    })
  }

  async #branchToServe(): Promise<string | 'pair' | null> {
    if (this.#device) return this.#device.branch
    const session = await api('/sessions/current')
    if (!session.ok) return session.error.code === 'offline' || session.error.retry ? null : 'pair'
    const answer = await branchOfPage()
    return answer.ok ? answer.value : null
  }

  #refused(code: ErrorCode): void {
    if (code !== 'not-signed-in' && code !== 'unknown-device') return
    this.room?.close()
    this.room = null
    forgetDevice('kiosk')
    this.#device = null
    this.step = 'pairing'
  }
}
