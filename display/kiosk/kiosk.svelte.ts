import { api, newId, type Problem } from '../../shared/client/api.ts'
import { Branch, branchOfPage, type DescribedAgency, type DescribedService } from '../../shared/client/branch.svelte.ts'
import { LiveRoom } from '../../shared/client/room.svelte.ts'
import { board as boardRoom } from '../../shared/client/rooms.ts'
import type { Journey } from '../../shared/domain/configuration.ts'
import { type Estimate, estimatedWait } from '../../shared/domain/estimate.ts'
import { language } from '../../shared/i18n/language.svelte.ts'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import type { BoardEvent, BoardView, IssuedReply } from '../../shared/protocol/wire.ts'
import { isNewerPage } from '../newerPage.ts'
import { forgetDevice, type PairedDevice, pairedDevice } from '../pairing/pairing.svelte.ts'
import { type HallState, hallStateOf, type Offer, offerOf } from './offer.ts'
import { Printer } from './printer.svelte.ts'
import type { Found } from './search.ts'
import { type KeptVisit, keepVisit, keptVisit, type Paper, type Wish } from './visit.ts'

/** Nobody touched it for this long: the next visitor finds the start. The last seconds are counted down before his eyes. */
export const IDLE_MS = 45_000
/** As long as one must be able to stop what ends by itself (WCAG 2.2.1). */
export const WARNING_S = 20
/** How long a number stays on the screen that is in the hand already, and one that is nowhere else. */
export const SHOWN_MS = 20_000
const ONLY_SHOWN_MS = 120_000
const READ_MS = 15_000
/** How long a number is asked for while nobody answers; the next touch asks on, under the same key. */
const PATIENCE_MS = 25_000
/** As many stops as one ticket may have. */
export const MOST_STOPS = 20

export type Choice =
  | { readonly kind: 'service'; readonly code: string }
  | { readonly kind: 'journey'; readonly id: string }
  | { readonly kind: 'several'; readonly codes: readonly string[] }

export type Step = 'starting' | 'pairing' | 'agencies' | 'services' | 'journeys' | 'search' | 'list' | 'detail' | 'number'

const NOTHING: Offer = { agencies: [], journeys: [], services: new Map() }

/** One self-service kiosk: agency, service, number; then back to the start by itself. */
export class Kiosk {
  step = $state<Step>('starting')
  choice = $state.raw<Choice | null>(null)
  /** Several services are being picked for one number. */
  isCollecting = $state(false)
  picked = $state.raw<readonly string[]>([])
  query = $state('')
  isPriority = $state(false)
  isLow = $state(false)
  isLarge = $state(false)
  isContrast = $state(false)
  isHelped = $state(false)
  isTaking = $state(false)
  issued = $state.raw<IssuedReply | null>(null)
  paper = $state<Paper>('none')
  problem = $state.raw<Problem | null>(null)
  /** Until the start comes back by itself; null while nobody waits for that. */
  secondsLeft = $state<number | null>(null)
  /** An administrator took its pairing back. */
  isRevoked = $state(false)
  /** The server has newer pages than this one; the page reloads itself when nobody stands before it. */
  isOutdated = $state(false)
  room = $state.raw<LiveRoom<BoardView, BoardEvent> | null>(null)
  readonly branch: Branch
  readonly printer: Printer
  readonly offer: Offer = $derived.by(() => (this.branch.description ? offerOf(this.branch.description) : NOTHING))
  readonly hall: HallState = $derived.by(() => hallStateOf(this.offer, this.room?.view ?? null))
  #agencyId = $state<string | null>(null)
  #branchId = $state<string | null>(null)
  #device: PairedDevice | null
  #trail: Step[] = []
  /** The number that is being asked for: one key until it is answered, however often the button is touched (TICKET2). */
  #kept: KeptVisit | null = null
  #deadlineMs = Number.POSITIVE_INFINITY
  #timers: ReturnType<typeof setInterval>[] = []
  readonly #home = language.now

  constructor() {
    this.branch = new Branch(() => this.#branchId)
    this.printer = new Printer(() => ({ branch: this.#branchId, token: this.#device?.token ?? null }))
    this.#device = pairedDevice('kiosk')
    this.#timers.push(
      setInterval(() => this.#watch(), 250),
      setInterval(() => this.#read(), READ_MS),
    )
    void this.#start()
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.room?.close()
  }

  paired(device: PairedDevice): void {
    this.#device = device
    this.isRevoked = false
    void this.#start()
  }

  /** The server is there again, perhaps another one than before. */
  async connected(): Promise<void> {
    this.isOutdated = await isNewerPage()
  }

  get nowMs(): number {
    return this.room?.nowMs ?? Date.now()
  }

  get isLost(): boolean {
    return this.room?.contact === 'lost'
  }

  get agency(): DescribedAgency | null {
    return this.offer.agencies.find((each) => each.id === this.#agencyId) ?? null
  }

  get journey(): Journey | null {
    const choice = this.choice
    return choice?.kind === 'journey' ? (this.offer.journeys.find((each) => each.id === choice.id) ?? null) : null
  }

  waitingOf(service: DescribedService): number {
    return this.room?.view?.waiting[service.code] ?? service.waiting
  }

  /** How long whoever takes a number now probably waits; null where no counter is open for it. */
  estimateOf(service: DescribedService): Estimate | null {
    const serving = new Set(this.branch.description?.counters.filter((each) => each.services.includes(service.code)).map(({ id }) => id))
    const open = this.room?.view?.counters.filter((each) => each.state === 'open' && serving.has(each.id)).length ?? 0
    return estimatedWait(this.waitingOf(service), service.averageMinutes, open)
  }

  /** As the next visitor should find it. */
  get isAtRest(): boolean {
    return (
      this.step === 'agencies' &&
      !this.isPriority &&
      !this.isCollecting &&
      !this.isLow &&
      !this.isLarge &&
      !this.isContrast &&
      !this.isHelped &&
      this.problem === null &&
      language.now === this.#home
    )
  }

  /** Any touch shows that somebody is there. */
  touched(): void {
    if (this.step === 'number') this.#deadlineMs = Date.now() + ONLY_SHOWN_MS
    else this.#deadlineMs = this.isAtRest ? Number.POSITIVE_INFINITY : Date.now() + IDLE_MS
    this.#count()
  }

  // --- the way to a number

  chooseAgency(agency: DescribedAgency): void {
    this.#agencyId = agency.id
    const [only, another] = agency.services
    if (only && !another && !this.isCollecting) this.choose({ kind: 'service', code: only.code })
    else this.#go('services')
  }

  choose(choice: Choice): void {
    this.choice = choice
    this.#go('detail')
  }

  open(step: 'journeys' | 'search' | 'list'): void {
    if (step === 'search') this.query = ''
    this.#go(step)
  }

  openFound(found: Found): void {
    if (found.kind === 'agency') this.chooseAgency(found.agency)
    else if (found.kind === 'journey') this.choose({ kind: 'journey', id: found.journey.id })
    else if (this.isCollecting) {
      if (!this.picked.includes(found.service.code)) this.pick(found.service.code)
      this.#go('list')
    } else this.choose({ kind: 'service', code: found.service.code })
  }

  back(): void {
    const before = this.#trail.pop()
    if (before === undefined) {
      if (this.step === 'agencies') this.restart()
      return
    }
    this.problem = null
    this.step = before
    this.touched()
  }

  // --- several services, one number

  collect(): void {
    this.isCollecting = true
    this.#trail = []
    this.problem = null
    this.step = 'agencies'
    this.touched()
  }

  stopCollecting(): void {
    this.isCollecting = false
    this.picked = []
    this.#trail = []
    this.problem = null
    this.step = 'agencies'
    this.touched()
  }

  pick(code: string): void {
    if (this.picked.includes(code)) this.picked = this.picked.filter((each) => each !== code)
    else if (this.picked.length < MOST_STOPS) this.picked = [...this.picked, code]
    this.touched()
  }

  /** `by`: -1 earlier, 1 later. */
  move(code: string, by: -1 | 1): void {
    const at = this.picked.indexOf(code)
    const to = at + by
    if (at < 0 || to < 0 || to >= this.picked.length) return
    const moved = this.picked.filter((each) => each !== code)
    this.picked = [...moved.slice(0, to), code, ...moved.slice(to)]
    this.touched()
  }

  /** Back to the agencies for one more. */
  pickMore(): void {
    this.#trail = []
    this.step = 'agencies'
    this.touched()
  }

  // --- the number

  async take(): Promise<void> {
    const choice = this.step === 'list' ? ({ kind: 'several', codes: this.picked } as const) : this.choice
    if (choice === null || this.isTaking || this.#branchId === null) return
    const wish = this.#wishOf(choice)
    // Asked again after no answer came: the same number, whatever became of the first try.
    const isSame = this.#kept !== null && JSON.stringify(this.#kept.wish) === JSON.stringify(wish)
    await this.#ask(isSame && this.#kept ? this.#kept : { key: newId(), branch: this.#branchId, wish, atMs: Date.now() })
  }

  /** The visitor has it: noted, photographed, or in the hand. */
  done(): void {
    const { issued, paper } = this
    if (issued && (paper === 'none' || paper === 'failed' || paper === 'printing')) this.printer.handed(issued.ticket.id, 'screen')
    this.restart()
  }

  restart(): void {
    keepVisit(null)
    this.#kept = null
    this.#trail = []
    this.#agencyId = null
    this.choice = null
    this.isCollecting = false
    this.picked = []
    this.query = ''
    this.isPriority = false
    this.isLow = false
    this.isLarge = false
    this.isContrast = false
    this.isHelped = false
    this.issued = null
    this.paper = 'none'
    this.problem = null
    this.step = 'agencies'
    language.lend(this.#home)
    this.#deadlineMs = Number.POSITIVE_INFINITY
    this.#count()
    this.#read()
  }

  #go(step: Step): void {
    if (step !== this.step) this.#trail.push(this.step)
    this.problem = null
    this.step = step
    this.touched()
  }

  #wishOf(choice: Choice): Wish {
    const classes = this.branch.description?.classes ?? []
    const priority = classes.find((each) => each.id === 'priority') ?? classes[0]
    return {
      ...(choice.kind === 'journey' ? { journey: choice.id } : { services: choice.kind === 'service' ? [choice.code] : choice.codes }),
      ...(this.isPriority && priority ? { class: priority.id } : {}),
      language: language.now,
    }
  }

  async #ask(visit: KeptVisit): Promise<void> {
    this.isTaking = true
    this.problem = null
    this.#keep(visit)
    const untilMs = Date.now() + PATIENCE_MS
    for (let attempt = 1; ; attempt++) {
      const answer = await api<IssuedReply>(`/branches/${encodeURIComponent(visit.branch)}/tickets`, {
        method: 'POST',
        body: visit.wish,
        headers: { 'Idempotency-Key': visit.key },
        token: this.#device?.token ?? null,
        timeoutMs: 4_000,
      })
      if (answer.ok) {
        this.isTaking = false
        void this.#show(visit, answer.value)
        return
      }
      if (!answer.error.retry || Date.now() >= untilMs) {
        this.#notIssued(answer.error)
        return
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(400 * attempt, 2_000)))
    }
  }

  #notIssued(problem: Problem): void {
    this.isTaking = false
    // What was refused is over; of what was not answered nobody knows, and its key stays for the next touch.
    if (!problem.retry) this.#keep(null)
    if (this.step === 'number') this.restart()
    this.problem = problem.code === 'offline' ? { ...problem, code: 'no-answer' } : problem
    if (problem.code === 'not-signed-in' || problem.code === 'unknown-device') this.#refused(problem.code)
    this.#read()
    this.touched()
  }

  async #show(visit: KeptVisit, issued: IssuedReply): Promise<void> {
    this.issued = issued
    this.problem = null
    this.#trail = []
    const shown = (paper: Paper): void => {
      this.paper = paper
      this.#keep({ ...visit, issued, paper })
      const isInHand = paper === 'printed' || paper === 'sent'
      this.#deadlineMs = Date.now() + (isInHand ? SHOWN_MS : ONLY_SHOWN_MS)
      this.#count()
    }
    // After a reload: what was on its way is asked for again, the rest is as it was.
    const before = visit.paper
    const isSettled = before !== undefined && before !== 'printing'
    shown(isSettled ? before : this.printer.kind === 'none' ? 'none' : 'printing')
    this.step = 'number'
    if (this.paper !== 'printing') return
    const paper = await this.printer.print(issued)
    // Whoever has noted it has gone.
    if (this.issued?.ticket.id === issued.ticket.id) shown(paper)
  }

  #keep(visit: KeptVisit | null): void {
    this.#kept = visit
    keepVisit(visit)
  }

  // --- time and contact

  #watch(): void {
    this.#count()
    if (this.#deadlineMs <= Date.now() && !this.isTaking && this.step !== 'pairing') this.restart()
  }

  #count(): void {
    const leftMs = this.#deadlineMs - Date.now()
    const seconds = Math.max(0, Math.ceil(leftMs / 1000))
    this.secondsLeft = Number.isFinite(leftMs) && seconds <= WARNING_S ? seconds : null
  }

  #read(): void {
    void this.branch.read()
    void this.printer.read()
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
    await Promise.all([this.branch.read(), this.printer.read()])
    this.room?.close()
    this.room = new LiveRoom({
      ...boardRoom,
      handshake: () => ({ branch, ...(this.#device ? { token: this.#device.token } : {}) }),
      onRefused: (code) => this.#refused(code),
    })
    const kept = keptVisit(branch, Date.now())
    if (kept === null) {
      this.restart()
      return
    }
    language.lend(kept.wish.language)
    this.#kept = kept
    if (kept.issued) void this.#show(kept, kept.issued)
    else {
      this.step = 'number'
      void this.#ask(kept)
    }
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
    this.isRevoked = this.#device !== null
    this.restart()
    forgetDevice('kiosk')
    this.#device = null
    this.step = 'pairing'
  }
}
