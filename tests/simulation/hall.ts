import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import type { Acknowledgement, TicketReply } from '../../shared/protocol/wire.ts'
import type { CounterDoor, Doors } from './door.ts'
import type { Plan, PlannedOfficer, PlannedVisitor } from './plan.ts'
import { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/**
 * The people of a hall: visitors at kiosks, officers at counters, a supervisor. They know what they see and nothing else; every command goes
 * through the servers' own doors. What they notice to be against the rules is reported; what is refused as it should be is counted.
 */
export interface HallOptions {
  readonly configuration: BranchConfiguration
  readonly plan: Plan
  readonly scheduler: Scheduler
  readonly doors: Doors
  /** User name of an officer without a counter, who takes one over. */
  readonly spare?: string
  /** Faster service than in reality, for a demonstration: 1 is real. */
  readonly serviceShare?: number
  /** Officers stay until this moment after the last interval; then the day ends for those who still wait. Absent: it has no end. */
  readonly overtimeMs?: number | null
  /** What becomes of them; absent: they are refused. */
  readonly remaining?: 'refuse' | 'carryOver'
  /** Tickets that the day before carried over: their visitors come back. */
  readonly carried?: { readonly from: LivingHall; readonly tickets: ReadonlySet<string> } | null
  report(fault: string): void
  /** A demonstration shrugs where a check reports. */
  readonly forgiving?: boolean
  /** No outages, no takeovers, no tickets cancelled by hand. */
  readonly quiet?: boolean
}

interface Visitor {
  readonly plan: PlannedVisitor
  ticket: TicketReply
  stop: number
  hasFetched: boolean
  wasTransferred: boolean
  isBack: boolean
}

interface Officer {
  readonly plan: PlannedOfficer
  door: CounterDoor
  readonly services: readonly string[]
  readonly random: Random
  state: 'away' | 'open' | 'paused' | 'home'
  current: string | null
  /** Something is under way; whatever comes meanwhile has to wait. */
  busy: boolean
}

const SECOND = 1000
const MINUTE = 60_000

export class LivingHall {
  readonly #o: HallOptions
  readonly #officers: Officer[]
  readonly #visitors = new Map<string, Visitor>()
  /** Back from fetching something: whoever is free takes them again. */
  readonly #returning: { visitor: Visitor; counter: string }[] = []
  readonly #chance: Random
  readonly refusals = new Map<string, number>()
  readonly turnedAway = new Map<string, number>()
  commands = 0
  issued = 0
  doubleClicks = 0
  takeovers = 0

  constructor(options: HallOptions) {
    this.#o = options
    this.#chance = new Random(options.plan.seed, 'hall')
    const { carried } = options
    if (carried) for (const [id, visitor] of carried.from.#visitors) if (carried.tickets.has(id)) this.#visitors.set(id, visitor)
    this.#officers = options.plan.officers.map((plan) => {
      const counter = options.configuration.counters.find((each) => each.id === plan.counter)
      return {
        plan,
        door: this.#doorOf(plan.counter, plan.username, plan.server),
        services: counter?.services ?? [],
        random: new Random(options.plan.seed, `officer ${plan.counter}`),
        state: 'away',
        current: null,
        busy: false,
      }
    })
  }

  get doors(): readonly CounterDoor[] {
    return this.#officers.map((officer) => officer.door)
  }

  #doorOf(counter: string, username: string, server: number): CounterDoor {
    return this.#o.doors.counter(counter, username, server)
  }

  /** Arranges everything that the plan knows of. */
  arrange(): void {
    const { scheduler, plan } = this.#o
    this.receive(plan.visitors)
    const first = plan.openIntervals[0]
    if (!first) return
    for (const officer of this.#officers) scheduler.at(first[0] + officer.plan.lateMs, () => this.#comesToWork(officer))
    if (!this.#o.quiet) this.#troubles(first)
    const last = plan.openIntervals[plan.openIntervals.length - 1]
    if (last && this.#o.overtimeMs != null) scheduler.at(last[1] + this.#o.overtimeMs, () => this.#endsDay())
  }

  /** More visitors than were planned. */
  receive(visitors: readonly PlannedVisitor[]): void {
    for (const visitor of visitors) this.#o.scheduler.at(visitor.arrivesAtMs, () => this.#arrives(visitor))
  }

  /** Everybody goes: what was arranged finds nobody. */
  close(): void {
    for (const officer of this.#officers) {
      officer.state = 'home'
      officer.door.close()
    }
  }

  // --- visitors

  async #arrives(plan: PlannedVisitor): Promise<void> {
    const { scheduler, doors } = this.#o
    const server = plan.index % doors.servers
    const key = `visitor-${this.#o.plan.seed}-${plan.index}-${Math.round(scheduler.nowMs)}`
    const body = {
      ...(plan.journey === undefined ? { services: plan.services } : { journey: plan.journey }),
      ...(plan.class === undefined ? {} : { class: plan.class }),
      language: plan.language,
    }
    const ask = (at: number) => doors.issue(at, plan.kiosk, body, key)
    this.commands += 1
    const answers = await Promise.all([
      ask(server),
      ...(plan.tapsTwice ? [ask(server)] : []),
      ...(plan.losesAnswer ? [ask(server + 1)] : []),
    ])
    const [answer] = answers as [Awaited<ReturnType<typeof ask>>]
    const idOf = (each: typeof answer) => (each.ok ? (each.body.ticket as TicketReply).id : each.code)
    for (const each of answers)
      if (idOf(each) !== idOf(answer)) this.#o.report(`TICKET2 ${key} was answered ${idOf(answer)} and ${idOf(each)}`)
    if (!answer.ok) {
      const { opensAtMs, reason } = answer.details as { opensAtMs?: number | null; reason?: string }
      // Whoever is early waits for the kiosk; for who is too late there is another day.
      const waitsUntilMs =
        answer.code === 'service-closed' && typeof opensAtMs === 'number' && opensAtMs - scheduler.nowMs < 90 * MINUTE ? opensAtMs : null
      if (answer.code === 'service-closed' && reason === undefined)
        this.#o.report(`TICKET4 ${JSON.stringify(plan.services)} is closed, and nobody says why`)
      if (waitsUntilMs !== null && waitsUntilMs > scheduler.nowMs) {
        scheduler.at(waitsUntilMs + (plan.index % 120) * SECOND, () => this.#arrives(plan))
        return
      }
      if (answer.code !== 'service-closed' && answer.code !== 'quota-used') this.#unexpected('issueTicket', answer.code)
      count(this.turnedAway, answer.code === 'service-closed' ? `${answer.code} (${reason})` : answer.code)
      return
    }
    const ticket = answer.body.ticket as TicketReply
    this.issued += 1
    this.#visitors.set(ticket.id, { plan, ticket, stop: 0, hasFetched: false, wasTransferred: false, isBack: false })
    this.#bell(ticket.service)
  }

  // --- officers

  #isOpenHour(): boolean {
    const now = this.#o.scheduler.nowMs
    const intervals = this.#o.plan.openIntervals
    const last = intervals[intervals.length - 1]
    return intervals.some(([from, until]) => from <= now && now < until) || (last !== undefined && now >= last[1])
  }

  #isAfterHours(): boolean {
    const last = this.#o.plan.openIntervals[this.#o.plan.openIntervals.length - 1]
    return last !== undefined && this.#o.scheduler.nowMs >= last[1]
  }

  /** Says that somebody waits: idle officers who serve this look up. */
  #bell(service: string): void {
    for (const officer of this.#officers)
      if (
        officer.state === 'open' &&
        !officer.busy &&
        officer.current === null &&
        (officer.services.includes(service) || service === `@${officer.plan.counter}`)
      )
        this.#o.scheduler.after(officer.random.between(1, 4) * SECOND, () => this.#calls(officer))
  }

  async #comesToWork(officer: Officer): Promise<void> {
    if (officer.state === 'home') return
    const answer = await this.#command(officer, { type: 'openCounter' }, [])
    if (!answer.ok) return
    officer.state = 'open'
    officer.busy = false
    this.#o.scheduler.after(officer.random.between(1, 20) * SECOND, () => this.#calls(officer))
    // Nobody rings for what was missed: now and then an officer looks by himself.
    const look = () => {
      if (officer.state === 'home') return
      if (officer.state === 'open' && !officer.busy && officer.current === null) this.#o.scheduler.after(0, () => this.#calls(officer))
      this.#o.scheduler.after(10 * MINUTE, look)
    }
    this.#o.scheduler.after(10 * MINUTE, look)
  }

  async #command(
    officer: Officer,
    command: { type: string; [field: string]: unknown },
    expected: readonly string[],
  ): Promise<Acknowledgement> {
    this.commands += 1
    const answer = await officer.door.command(command, { losesAnswer: this.#o.doors.servers > 1 && officer.random.chance(0.03) })
    if (!answer.ok) {
      count(this.refusals, answer.error.code)
      const isOwn = answer.error.code === 'not-at-counter' || (answer.error.code === 'counter-closed' && command.type !== 'transfer')
      if (isOwn) this.#lostCounter(officer)
      else if (!expected.includes(answer.error.code))
        this.#unexpected(`${command.type} at counter ${officer.plan.counter}`, answer.error.code)
    }
    return answer
  }

  /** The supervisor freed the counter, or the day turned: the officer comes back and begins anew. */
  #lostCounter(officer: Officer): void {
    if (officer.state === 'home') return
    officer.state = 'away'
    officer.current = null
    officer.busy = false
    if (!this.#isAfterHours()) this.#o.scheduler.after(5 * MINUTE, () => this.#comesToWork(officer))
  }

  #unexpected(what: string, code: string): void {
    if (!this.#o.forgiving) this.#o.report(`CALL3 ${what} was refused with ${code}, which nothing explains`)
  }

  async #calls(officer: Officer): Promise<void> {
    if (officer.state !== 'open' || officer.busy) return
    officer.busy = true
    if (!this.#isOpenHour()) return this.#takesBreak(officer)
    if (officer.current === null && (await this.#resumesSomebody(officer))) return
    const { current } = officer
    const ended = current === null ? null : (this.#visitors.get(current) ?? null)
    const command = { type: 'callNext', current }
    // A double click: two presses, two ids, one view.
    const clicksTwice = officer.random.chance(0.03)
    const answers = clicksTwice
      ? await Promise.all([
          this.#command(officer, command, ['stale-view', 'branch-paused']),
          this.#command(officer, command, ['stale-view', 'branch-paused']),
        ])
      : [await this.#command(officer, command, ['branch-paused'])]
    if (officer.state !== 'open') return
    const called = answers.flatMap((answer) => (answer.ok && answer.ticket ? [answer.ticket] : []))
    if (clicksTwice) this.doubleClicks += 1
    if (called.length > 1)
      this.#o.report(`CALL3 a double click at counter ${officer.plan.counter} called ${called.map((each) => each.number).join(' and ')}`)
    if (!answers.some((answer) => answer.ok)) {
      // Everything stands still: press again later.
      officer.busy = false
      this.#o.scheduler.after(30 * SECOND, () => this.#calls(officer))
      return
    }
    if (ended) this.#stopIsOver(ended, 'done')
    const [ticket] = called
    officer.current = ticket?.id ?? null
    if (!ticket) return this.#hasNobody(officer)
    this.#o.scheduler.after(officer.random.between(8, 40) * SECOND, () => this.#meets(officer, ticket))
  }

  async #hasNobody(officer: Officer): Promise<void> {
    officer.busy = false
    if (!this.#isAfterHours() || this.#returning.length > 0) return
    officer.busy = true
    const answer = await this.#command(officer, { type: 'closeCounter' }, ['counter-busy'])
    officer.busy = false
    if (answer.ok) officer.state = 'home'
  }

  async #takesBreak(officer: Officer): Promise<void> {
    const now = this.#o.scheduler.nowMs
    const next = this.#o.plan.openIntervals.find(([from]) => from > now)
    if (officer.current !== null) {
      const visitor = this.#visitors.get(officer.current)
      const answer = await this.#command(officer, { type: 'complete', current: officer.current }, ['stale-view'])
      if (answer.ok && visitor) this.#stopIsOver(visitor, 'done')
      officer.current = null
    }
    await this.#command(officer, { type: 'pauseCounter', reason: 'istirahat' }, [])
    officer.busy = false
    if (!next || officer.state !== 'open') return
    officer.state = 'paused'
    this.#o.scheduler.at(next[0] + officer.random.between(0, 5) * MINUTE, async () => {
      if (officer.state !== 'paused') return
      const answer = await this.#command(officer, { type: 'openCounter' }, [])
      if (!answer.ok) return
      officer.state = 'open'
      await this.#calls(officer)
    })
  }

  /** The visitor stands at the counter, or doesn't. */
  async #meets(officer: Officer, ticket: TicketReply): Promise<void> {
    if (officer.state !== 'open' || officer.current !== ticket.id) return
    const { scheduler } = this.#o
    const visitor = this.#visitors.get(ticket.id)
    if (!visitor) return this.#unexpected(`ticket ${ticket.number}`, 'called, but never issued to anybody here')
    visitor.ticket = ticket
    if (visitor.plan.isAway && !visitor.isBack) {
      await this.#command(officer, { type: 'recall', current: ticket.id }, ['branch-paused'])
      scheduler.after(officer.random.between(30, 60) * SECOND, () => this.#givesUp(officer, visitor))
      return
    }
    if (officer.random.chance(0.01)) {
      // The wrong press: taken back, and pressed again.
      const answer = await this.#command(officer, { type: 'undo' }, ['undo-too-late', 'undo-overtaken', 'nothing-to-undo'])
      if (answer.ok) {
        officer.current = answer.ticket?.id ?? null
        const before = officer.current === null ? undefined : this.#visitors.get(officer.current)
        // The press had ended the visitor before: he is at the counter again.
        if (before) before.stop -= 1
        officer.busy = false
        scheduler.after(3 * SECOND, () => this.#calls(officer))
        this.#bell(ticket.service)
        return
      }
    }
    const started = await this.#command(officer, { type: 'startService', current: ticket.id }, [])
    if (!started.ok) return
    const [agency, id] = ticket.service.split('.')
    const service = this.#o.configuration.agencies.find((each) => each.id === agency)?.services.find((each) => each.id === id)
    const minutes =
      (service?.averageMinutes ?? 10) * (visitor.plan.pace[visitor.stop % visitor.plan.pace.length] ?? 1) * (this.#o.serviceShare ?? 1)
    scheduler.after(Math.max(20 * SECOND, minutes * MINUTE), () => this.#finishes(officer, visitor))
  }

  async #givesUp(officer: Officer, visitor: Visitor): Promise<void> {
    if (officer.state !== 'open' || officer.current !== visitor.ticket.id) return
    const { comesBackAfterMs } = visitor.plan
    if (comesBackAfterMs !== null) this.#o.scheduler.after(comesBackAfterMs, () => this.#comesBack(visitor))
    if (officer.random.chance(0.5)) {
      await this.#command(officer, { type: 'markNoShow', current: visitor.ticket.id }, [])
      officer.current = null
    }
    // Else the next press says it: never started counts as not served (CALL4).
    else visitor.stop -= 1
    officer.busy = false
    await this.#calls(officer)
  }

  /** Missed his call, and asks at a counter that serves him. */
  async #comesBack(visitor: Visitor): Promise<void> {
    const officer = this.#officers.find((each) => each.state === 'open' && each.services.includes(visitor.ticket.service))
    // Missed at two counters, and back from both: who sits at one of them already does not ask to be sent away.
    if (!officer || this.#officers.some(({ current }) => current === visitor.ticket.id)) return
    visitor.isBack = true
    if (!officer.busy && officer.current === null && officer.random.chance(0.5)) {
      officer.busy = true
      const command = { type: 'callTicket', ticket: visitor.ticket.id, reason: 'sudah kembali', current: null }
      const answer = await this.#command(officer, command, ['ticket-at-counter', 'ticket-ended', 'unknown-ticket', 'branch-paused'])
      if (officer.state !== 'open') return
      if (answer.ok && answer.ticket) {
        const { ticket } = answer
        officer.current = ticket.id
        this.#o.scheduler.after(10 * SECOND, () => this.#meets(officer, ticket))
      } else {
        officer.busy = false
        this.#o.scheduler.after(10 * SECOND, () => this.#calls(officer))
      }
      return
    }
    // Where he is still at the counter that gives up on him this very moment, there is nothing to return yet.
    const answer = await this.#command(officer, { type: 'returnToQueue', ticket: visitor.ticket.id }, [
      'ticket-at-counter',
      'ticket-not-held',
      'ticket-ended',
      'unknown-ticket',
    ])
    if (answer.ok) this.#bell(visitor.ticket.service)
  }

  async #finishes(officer: Officer, visitor: Visitor): Promise<void> {
    const { scheduler } = this.#o
    const current = visitor.ticket.id
    if (officer.state !== 'open' || officer.current !== current) return
    const free = () => {
      officer.current = null
      officer.busy = false
      scheduler.after(officer.random.between(3, 20) * SECOND, () => this.#calls(officer))
    }
    if (visitor.plan.fetchesForMs !== null && !visitor.hasFetched) {
      visitor.hasFetched = true
      const answer = await this.#command(officer, { type: 'hold', current, reason: 'fotokopi' }, [])
      if (!answer.ok) return
      scheduler.after(visitor.plan.fetchesForMs, () => {
        this.#returning.push({ visitor, counter: officer.plan.counter })
        const idle = this.#officers.find(
          (each) => each.state === 'open' && !each.busy && each.current === null && each.services.includes(visitor.ticket.service),
        )
        if (idle) return this.#calls(idle)
      })
      return free()
    }
    if (visitor.plan.isTransferred && !visitor.wasTransferred) {
      visitor.wasTransferred = true
      const to = this.#elsewhere(officer, visitor)
      if (to) {
        const place = officer.random.one(['keep', 'front', 'end'] as const)
        const answer = await this.#command(officer, { type: 'transfer', current, to, place, note: 'lanjut di sana' }, ['counter-closed'])
        if (answer.ok) {
          this.#bell('service' in to ? to.service : `@${to.counter}`)
          return free()
        }
        if (officer.state !== 'open') return
      }
    }
    if (visitor.plan.lacksDocuments) {
      const answer = await this.#command(officer, { type: 'complete', current, outcome: 'incompleteDocuments' }, [])
      if (answer.ok) this.#stopIsOver(visitor, 'incompleteDocuments')
      return free()
    }
    if (officer.random.chance(0.6) && this.#isOpenHour()) {
      // One press ends this one and calls the next (CALL4).
      officer.busy = false
      return this.#calls(officer)
    }
    const answer = await this.#command(officer, { type: 'complete', current, outcome: outcomeOf(visitor.ticket.number) }, [])
    if (answer.ok) this.#stopIsOver(visitor, 'done')
    return free()
  }

  #elsewhere(officer: Officer, visitor: Visitor): { service: string } | { counter: string } | null {
    if (visitor.plan.isTransferred === 'counter') {
      const other = this.#officers.find(
        (each) => each !== officer && each.state === 'open' && each.services.some((service) => officer.services.includes(service)),
      )
      return other ? { counter: other.plan.counter } : null
    }
    const [agency] = visitor.ticket.service.split('.')
    const staffed = new Set(this.#officers.filter((each) => each.state === 'open').flatMap((each) => each.services))
    const others = [...staffed].filter((service) => service !== visitor.ticket.service && service.startsWith(`${agency}.`))
    return others.length > 0 ? { service: officer.random.one(others) } : null
  }

  async #resumesSomebody(officer: Officer): Promise<boolean> {
    const index = this.#returning.findIndex(
      ({ visitor, counter }) => counter === officer.plan.counter || officer.services.includes(visitor.ticket.service),
    )
    const back = this.#returning[index]
    if (!back) return false
    this.#returning.splice(index, 1)
    const ticket = back.visitor.ticket.id
    const answer = await this.#command(officer, { type: 'resume', ticket }, ['ticket-not-held', 'unknown-ticket'])
    if (!answer.ok) return officer.state !== 'open'
    officer.current = ticket
    this.#o.scheduler.after(officer.random.between(1, 4) * MINUTE * (this.#o.serviceShare ?? 1), () =>
      this.#finishes(officer, back.visitor),
    )
    return true
  }

  #stopIsOver(visitor: Visitor, outcome: 'done' | 'incompleteDocuments'): void {
    visitor.stop += 1
    const next = visitor.ticket.services[visitor.stop]
    if (next !== undefined && !(outcome === 'incompleteDocuments' && visitor.plan.journey !== undefined)) this.#bell(next)
  }

  // --- the supervisor, and what goes wrong

  async #supervise(command: { type: string; [field: string]: unknown }, expected: readonly string[] = []): Promise<boolean> {
    this.commands += 1
    const body = { commandId: `supervisor-${this.#o.plan.seed}-${this.commands}-${Math.round(this.#o.scheduler.nowMs)}`, ...command }
    const answer = await this.#o.doors.supervise(Math.floor(this.#chance.next() * this.#o.doors.servers), body)
    if (answer.ok) return true
    count(this.refusals, answer.code)
    if (!expected.includes(answer.code)) this.#unexpected(command.type, answer.code)
    return false
  }

  #troubles([from, until]: readonly [number, number]): void {
    const { scheduler, plan } = this.#o
    const { outage, ceremony } = plan
    if (outage) {
      scheduler.at(
        outage.fromMs,
        async () => void (await this.#supervise({ type: 'pauseService', service: outage.service, reason: 'sistem instansi gangguan' })),
      )
      scheduler.at(outage.untilMs, async () => {
        await this.#supervise({ type: 'resetService', service: outage.service })
        this.#bell(outage.service)
      })
    }
    if (ceremony) {
      scheduler.at(ceremony.fromMs, async () => void (await this.#supervise({ type: 'pauseBranch', reason: 'upacara' })))
      scheduler.at(ceremony.untilMs, async () => void (await this.#supervise({ type: 'resumeBranch' })))
    }
    const someone = () => this.#chance.one([...this.#visitors.values()])
    const gone = ['ticket-ended', 'ticket-at-counter', 'unknown-ticket']
    for (let each = 0; each < 12; each++)
      scheduler.at(this.#chance.between(from + 30 * MINUTE, until), async () => {
        if (this.#visitors.size === 0) return
        const ticket = someone().ticket.id
        const hasPriority = this.#o.configuration.classes.some((one) => one.id === 'priority')
        if (each % 3 === 0) await this.#supervise({ type: 'cancelTicket', ticket, reason: 'pulang' }, gone)
        else if (each % 3 === 1 && hasPriority)
          await this.#supervise({ type: 'reclassifyTicket', ticket, class: 'priority', reason: 'lansia' }, gone)
        else {
          const { service } = someone().ticket
          if (await this.#supervise({ type: 'moveTicket', ticket, to: { service }, place: 'keep', reason: 'salah layanan' }, gone))
            this.#bell(service)
        }
      })
    // An officer goes home without a word; the supervisor frees his counter.
    scheduler.at(from + (until - from) * 0.6, async () => {
      const officer = this.#officers.find((each) => each.state === 'open' && each.current !== null)
      const visitor = officer?.current == null ? undefined : this.#visitors.get(officer.current)
      if (!officer) return
      if (await this.#supervise({ type: 'freeCounter', counter: officer.plan.counter, reason: 'petugas pulang' }, ['counter-closed'])) {
        this.#lostCounter(officer)
        if (visitor) this.#bell(visitor.ticket.service)
      }
    })
    scheduler.at(from + (until - from) * 0.4, () => this.#takesOver())
  }

  /** AUTH2: another officer sits down at an open counter. He has to say so, and the first one is told. */
  async #takesOver(): Promise<void> {
    const officer = this.#officers.find((each) => each.state === 'open' && !each.busy)
    const { spare } = this.#o
    if (!officer || !spare) return
    officer.busy = true
    const before = officer.door
    const door = this.#doorOf(officer.plan.counter, spare, officer.plan.server)
    const silent = await door.command({ type: 'openCounter' })
    if (silent.ok || silent.error.code !== 'counter-open-elsewhere')
      this.#o.report(`AUTH2 counter ${officer.plan.counter} was taken over without a word: ${JSON.stringify(silent)}`)
    const said = await door.command({ type: 'openCounter', takeOver: true })
    if (!said.ok) return this.#unexpected('openCounter {takeOver}', said.error.code)
    const late = await before.command({ type: 'callNext', current: officer.current })
    if (late.ok || late.error.code !== 'not-at-counter')
      this.#o.report(`AUTH2 the officer before still acts at counter ${officer.plan.counter}: ${JSON.stringify(late)}`)
    before.close()
    officer.door = door
    officer.busy = false
    this.takeovers += 1
    this.#o.scheduler.after(5 * SECOND, () => this.#calls(officer))
  }

  /** DAY2: whoever still waits is told why not today. Officers finish whom they serve and go. */
  async #endsDay(): Promise<void> {
    await this.#supervise({ type: 'closeDay', remaining: this.#o.remaining ?? 'refuse', reason: 'jam layanan selesai' })
    const { scheduler } = this.#o
    this.#returning.length = 0
    const leave = async (): Promise<void> => {
      const here = this.#officers.filter((officer) => officer.state === 'open' || officer.state === 'paused')
      await Promise.all(here.filter((officer) => !officer.busy && officer.current === null).map((officer) => this.#hasNobody(officer)))
      if (this.#officers.some((officer) => officer.state === 'open')) scheduler.after(5 * MINUTE, leave)
    }
    scheduler.after(MINUTE, leave)
  }

  /** CALL2 once more: answers of hours ago, asked for at another server. */
  async asksAgain(howMany: number): Promise<number> {
    const all = this.#officers.flatMap((officer) => officer.door.answered.map((which) => ({ door: officer.door, which })))
    const some = Array.from({ length: Math.min(howMany, all.length) }, () => this.#chance.one(all))
    for (const { door, which } of some) await door.askAgain(which)
    return some.length
  }
}

const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1)

/** Some documents are ready another day, some matters go on at another house. */
function outcomeOf(number: string): 'done' | 'collectLater' | 'continuesElsewhere' {
  if (number.endsWith('3')) return 'collectLater'
  return number.endsWith('7') ? 'continuesElsewhere' : 'done'
}
