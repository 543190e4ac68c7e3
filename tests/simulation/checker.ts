import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'

/**
 * Reads the log as an outsider and counts everything again with its own code: arrays and maps, no core, no queues. What it finds is a
 * line each, beginning with the rule's id.
 */
export interface LoggedEvent {
  readonly revision: number
  readonly event: BranchEvent
}

type Standing = 'waiting' | 'called' | 'serving' | 'onHold' | 'noShow' | 'completed' | 'cancelled'

interface Story {
  readonly id: string
  number: string
  readonly day: string
  readonly isJourney: boolean
  ticketClass: string
  services: string[]
  stop: number
  standing: Standing
  counter: string | null
  sentTo: string | null
  tomorrow: boolean
  readyAtMs: number
  dueAtMs: number
  entry: number
  /** Staff moved it by hand: first come, first served does not hold for it. */
  moved: boolean
  issuedAtMs: number
  calls: number
}

export interface DayFigures {
  issued: number
  called: number
  calledDirectly: number
  recalled: number
  served: number
  noShows: number
  transfers: number
  holds: number
  undone: number
  returned: number
  refusedAtEnd: number
  carriedOver: number
  journeysCompleted: number
  /** Minutes from being ready to being called, per class. */
  readonly waits: Record<string, number[]>
}

export class LogChecker {
  readonly broken: string[] = []
  readonly figures: DayFigures = {
    issued: 0,
    called: 0,
    calledDirectly: 0,
    recalled: 0,
    served: 0,
    noShows: 0,
    transfers: 0,
    holds: 0,
    undone: 0,
    returned: 0,
    refusedAtEnd: 0,
    carriedOver: 0,
    journeysCompleted: 0,
    waits: {},
  }
  readonly stories = new Map<string, Story>()
  readonly #open = new Map<string, { officer: string; paused: boolean; ticket: string | null }>()
  readonly #series = new Map<string, number>()
  readonly #sequences = new Map<string, number>()
  readonly #issuedToday = new Map<string, number>()
  readonly #pausedServices = new Set<string>()
  readonly #closedServices = new Set<string>()
  readonly #written = new Set<string>()
  #branchPaused = false
  #configuration: BranchConfiguration | null = null
  #day = ''
  #revision = 0
  #atMs = 0
  turns = 0
  /** Those who stand somewhere, per service or `@COUNTER`: only to look through fewer. */
  readonly #waiting = new Map<string, Set<Story>>()

  read(all: readonly LoggedEvent[]): void {
    for (const each of all) this.#read(each)
  }

  #fault(rule: string, text: string): void {
    this.broken.push(`${rule} ${text} (revision ${this.#revision})`)
  }

  #place(story: Story): string {
    if (story.tomorrow) return '+'
    return story.sentTo === null ? (story.services[story.stop] as string) : `@${story.sentTo}`
  }

  /** Every change of a story goes through here, so that `#waiting` stays true. */
  #change(story: Story, change: Partial<Story>): void {
    if (story.standing === 'waiting') this.#waiting.get(this.#place(story))?.delete(story)
    Object.assign(story, change)
    if (story.standing !== 'waiting') return
    const name = this.#place(story)
    const there = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, there.add(story))
  }

  #story(id: string): Story | null {
    const story = this.stories.get(id)
    if (!story) this.#fault('CALL6', `an event about ${id}, which was never issued`)
    return story ?? null
  }

  /** The ticket leaves this counter, where it must have been. */
  #leaves(story: Story, counter: string): void {
    const desk = this.#open.get(counter)
    if (story.counter !== counter || desk?.ticket !== story.id)
      this.#fault('CALL1', `${story.number} leaves counter ${counter} without having been there`)
    if (desk) desk.ticket = null
  }

  #target(ticketClass: string, service: string): number {
    const own = this.#configuration?.classes.find((each) => each.id === ticketClass)?.targetMinutes
    const [agency, id] = service.split('.')
    const found = this.#configuration?.agencies.find((each) => each.id === agency)?.services.find((each) => each.id === id)
    return (own ?? found?.targetMinutes ?? 0) * 60_000
  }

  #read({ revision, event }: LoggedEvent): void {
    if (revision !== this.#revision + 1) this.#fault('SYNC4', `revision ${revision} follows ${this.#revision}`)
    this.#revision = revision
    if (event.atMs < this.#atMs) this.#fault('SYNC4', `time runs back by ${this.#atMs - event.atMs} ms`)
    this.#atMs = event.atMs
    if (!event.by) this.#fault('DAY3', `${event.type} by nobody`)
    switch (event.type) {
      case 'branchConfigured':
        this.#configuration = event.configuration
        this.#day = event.day
        return
      case 'branchPaused':
        this.#branchPaused = true
        return
      case 'branchResumed':
        this.#branchPaused = false
        return
      case 'servicePaused':
        this.#pausedServices.add(event.service)
        return
      case 'serviceClosed':
        this.#closedServices.add(event.service)
        this.#pausedServices.delete(event.service)
        return
      case 'serviceOpened':
        this.#pausedServices.delete(event.service)
        this.#closedServices.delete(event.service)
        return
      // The end of a pause, or of what was decided by hand.
      case 'serviceReset':
        if (!this.#pausedServices.delete(event.service)) this.#closedServices.delete(event.service)
        return
      case 'ticketIssued':
        this.#issued(event)
        return
      case 'counterOpened': {
        const desk = this.#open.get(event.counter)
        if (desk && desk.officer !== event.officer && event.takenOverFrom !== desk.officer)
          this.#fault('AUTH2', `counter ${event.counter} changed hands without being taken over`)
        this.#open.set(event.counter, { officer: event.officer, paused: false, ticket: desk?.ticket ?? null })
        return
      }
      case 'counterPaused': {
        const desk = this.#open.get(event.counter)
        if (desk) desk.paused = true
        return
      }
      case 'counterClosed': {
        if (this.#open.get(event.counter)?.ticket) this.#fault('CALL6', `counter ${event.counter} closed with a ticket at it`)
        this.#open.delete(event.counter)
        for (const id of event.released) {
          const story = this.#story(id)
          if (story) this.#change(story, { sentTo: null })
        }
        if ((this.#waiting.get(`@${event.counter}`)?.size ?? 0) > 0)
          this.#fault('CALL6', `counter ${event.counter} closed over those sent to it`)
        return
      }
      case 'ticketCalled':
      case 'ticketRecalled':
        this.#called(event)
        return
      case 'serviceStarted': {
        const story = this.#story(event.ticketId)
        if (story?.standing !== 'called' || story.counter !== event.counter)
          this.#fault('CALL1', `${story?.number} was started without being called there`)
        if (story) this.#change(story, { standing: 'serving' })
        return
      }
      case 'ticketCompleted': {
        const story = this.#story(event.ticketId)
        if (!story) return
        this.#leaves(story, event.counter)
        if (!event.next) {
          this.#change(story, { standing: 'completed', counter: null })
          this.figures.served += 1
          if (story.services.length > 1 && story.stop === story.services.length - 1) this.figures.journeysCompleted += 1
          return
        }
        if (story.isJourney && event.outcome === 'incompleteDocuments')
          this.#fault('CALL6', `${story.number} goes on without its documents`)
        if (event.next.stop !== story.stop + 1) this.#fault('CALL6', `${story.number} skipped a stop`)
        const service = story.services[event.next.stop] as string
        if (event.next.readyAtMs !== event.atMs)
          this.#fault('ORDER1', `${story.number} is ready for its next stop at another time than now`)
        if (event.next.dueAtMs !== event.atMs + this.#target(story.ticketClass, service))
          this.#fault('ORDER1', `${story.number} has a wrong due time`)
        this.#change(story, {
          standing: 'waiting',
          counter: null,
          stop: event.next.stop,
          readyAtMs: event.next.readyAtMs,
          dueAtMs: event.next.dueAtMs,
          entry: event.next.entry,
          moved: false,
        })
        return
      }
      case 'ticketMissed': {
        const story = this.#story(event.ticketId)
        if (!story) return
        if (story.standing !== 'called') this.#fault('CALL4', `${story.number} missed while ${story.standing}`)
        this.#leaves(story, event.counter)
        this.#change(story, { standing: 'noShow' })
        this.figures.noShows += 1
        return
      }
      case 'ticketHeld': {
        const story = this.#story(event.ticketId)
        if (!story) return
        this.#leaves(story, event.counter)
        this.#change(story, { standing: 'onHold' })
        this.figures.holds += 1
        return
      }
      case 'ticketResumed': {
        const story = this.#story(event.ticketId)
        if (!story) return
        if (story.standing !== 'onHold') this.#fault('CALL6', `${story.number} resumed while ${story.standing}`)
        this.#arrives(story, event.counter)
        this.#change(story, { standing: 'serving', counter: event.counter })
        return
      }
      case 'ticketTransferred': {
        const story = this.#story(event.ticketId)
        if (!story) return
        if (event.from !== null) this.#leaves(story, event.from)
        const services = [...story.services]
        if ('service' in event.to) services[story.stop] = event.to.service
        this.#change(story, {
          standing: 'waiting',
          counter: null,
          services,
          sentTo: 'counter' in event.to ? event.to.counter : null,
          tomorrow: false,
          dueAtMs: event.dueAtMs,
          moved: true,
        })
        this.figures.transfers += 1
        return
      }
      case 'ticketReturned': {
        const story = this.#story(event.ticketId)
        if (!story) return
        if (story.standing === 'called' || story.standing === 'serving') this.#leaves(story, story.counter as string)
        this.#change(story, { standing: 'waiting', counter: null, sentTo: null, tomorrow: false, moved: true })
        this.figures.returned += 1
        return
      }
      case 'ticketReclassified': {
        const story = this.#story(event.ticketId)
        if (story) this.#change(story, { ticketClass: event.class, dueAtMs: event.dueAtMs, moved: true })
        return
      }
      case 'ticketCancelled': {
        const story = this.#story(event.ticketId)
        if (!story) return
        if (story.standing === 'called' || story.standing === 'serving') this.#fault('CALL1', `${story.number} cancelled at a counter`)
        if (!event.reason) this.#fault('DAY2', `${story.number} was cancelled without a reason`)
        this.#change(story, { standing: 'cancelled' })
        this.figures.refusedAtEnd += 1
        return
      }
      case 'ticketCarriedOver': {
        const story = this.#story(event.ticketId)
        if (!story) return
        this.#change(story, { standing: 'waiting', counter: null, sentTo: null, tomorrow: true, number: event.number })
        this.figures.carriedOver += 1
        return
      }
      case 'stepUndone':
        this.#undone(event)
        return
      case 'dayTurned': {
        this.turns += 1
        if (event.day <= this.#day) this.#fault('DAY1', `${this.#day} turned into ${event.day}`)
        for (const story of this.stories.values())
          if (!story.tomorrow && !['completed', 'noShow', 'cancelled'].includes(story.standing))
            this.#fault('DAY2', `${story.number} was ${story.standing} when the day turned, and nothing says what became of it`)
          else if (story.tomorrow) this.#change(story, { tomorrow: false, moved: true })
          else this.stories.delete(story.id)
        this.#day = event.day
        this.#open.clear()
        this.#issuedToday.clear()
        this.#pausedServices.clear()
        this.#closedServices.clear()
        this.#written.clear()
        this.#branchPaused = false
        return
      }
      default:
    }
  }

  /** TICKET1: the next of its series on its day. */
  #inSeries(number: string, day: string): void {
    const [prefix, digits] = number.split('-') as [string, string]
    const series = `${day}/${prefix}`
    const expected = (this.#series.get(series) ?? 0) + 1
    if (Number(digits) !== expected) this.#fault('TICKET1', `${number} came where ${prefix}-${String(expected).padStart(3, '0')} was next`)
    this.#series.set(series, Number(digits))
  }

  #issued(event: Extract<BranchEvent, { type: 'ticketIssued' }>): void {
    const { id, number } = event.ticket
    if (this.stories.has(id)) this.#fault('TICKET2', `${number} has the id of another ticket`)
    if (event.day !== this.#day) this.#fault('DAY1', `${number} was issued for ${event.day} on ${this.#day}`)
    if (event.isWritten) {
      if (this.#written.has(number)) this.#fault('TICKET1', `${number} was entered twice`)
      this.#written.add(number)
    } else this.#inSeries(number, event.day)
    const standsStill = (service: string): boolean => this.#pausedServices.has(service) || this.#closedServices.has(service)
    for (const service of event.services) {
      const [agency, code] = service.split('.')
      const quota = this.#configuration?.agencies.find((each) => each.id === agency)?.services.find((each) => each.id === code)?.quotaPerDay
      const count = (this.#issuedToday.get(service) ?? 0) + 1
      this.#issuedToday.set(service, count)
      if (quota != null && count > quota && !event.isWritten) this.#fault('TICKET3', `${service} issued ${count} of ${quota}`)
    }
    if (!event.isWritten && (this.#branchPaused || event.services.some(standsStill)))
      this.#fault('TICKET4', `${number} was issued for something that stands still`)
    const isInTime = event.isWritten ? event.readyAtMs <= event.atMs : event.readyAtMs === event.atMs
    if (!isInTime || event.dueAtMs !== event.readyAtMs + this.#target(event.class, event.services[0] as string))
      this.#fault('ORDER1', `${number} has a wrong due time`)
    const story: Story = {
      id,
      number,
      day: event.day,
      isJourney: event.journey !== null,
      ticketClass: event.class,
      services: [...event.services],
      stop: 0,
      standing: 'cancelled',
      counter: null,
      sentTo: null,
      tomorrow: false,
      readyAtMs: event.readyAtMs,
      dueAtMs: event.dueAtMs,
      entry: event.entry,
      moved: false,
      issuedAtMs: event.readyAtMs,
      calls: 0,
    }
    this.stories.set(id, story)
    this.#change(story, { standing: 'waiting' })
    this.figures.issued += 1
  }

  #arrives(story: Story, counter: string): void {
    const desk = this.#open.get(counter)
    if (!desk) {
      this.#fault('AUTH2', `${story.number} came to counter ${counter}, which is closed`)
      return
    }
    if (desk.ticket !== null)
      this.#fault('CALL1', `${story.number} came to counter ${counter}, where ${this.stories.get(desk.ticket)?.number} is`)
    if (story.standing === 'called' || story.standing === 'serving') this.#fault('CALL1', `${story.number} is at two counters`)
    desk.ticket = story.id
  }

  #called(event: Extract<BranchEvent, { type: 'ticketCalled' | 'ticketRecalled' }>): void {
    const story = this.#story(event.ticket.id)
    if (!story) return
    const sequence = (this.#sequences.get(event.zone) ?? 0) + 1
    if (event.sequence !== sequence || event.announcementId !== `${event.zone}-${sequence}`)
      this.#fault('ANN3', `announcement ${event.announcementId} came where ${event.zone}-${sequence} was next`)
    this.#sequences.set(event.zone, event.sequence)
    if (event.ticket.number !== story.number) this.#fault('TICKET1', `${story.number} was called as ${event.ticket.number}`)
    if (!event.caption.id || !event.caption.en) this.#fault('ANN2', `${story.number} was called without a sentence`)
    if (this.#branchPaused) this.#fault('CALL3', `${story.number} was called while everything stood still`)
    if (event.type === 'ticketRecalled') {
      if (story.counter !== event.counter.id) this.#fault('CALL1', `${story.number} was called again where it is not`)
      this.figures.recalled += 1
      return
    }
    if (this.#open.get(event.counter.id)?.paused) this.#fault('AUTH2', `${story.number} was called by a paused counter`)
    const counter = this.#configuration?.counters.find((each) => each.id === event.counter.id)
    const callable = [`@${event.counter.id}`, ...(counter?.services ?? []).filter((service) => !this.#pausedServices.has(service))].flatMap(
      (name) => [...(this.#waiting.get(name) ?? [])],
    )
    if (event.why.rule === 'earliestDue') {
      if (!callable.includes(story)) this.#fault('ORDER1', `${story.number} was called by counter ${event.counter.id}, which may not`)
      for (const other of callable) {
        // The visitor whom the same press ended here waits for the next one, wherever his next stop is.
        if (other.id === event.ended) continue
        if (other.dueAtMs < story.dueAtMs || (other.dueAtMs === story.dueAtMs && other.entry < story.entry))
          this.#fault('ORDER1', `${story.number} was called before ${other.number}, which was due earlier`)
        const sameLine = other.services[other.stop] === story.services[story.stop] && other.ticketClass === story.ticketClass
        if (sameLine && !other.moved && !story.moved && other.readyAtMs < story.readyAtMs)
          this.#fault('ORDER2', `${story.number} was called before ${other.number}, which came earlier`)
        // Whoever is overdue goes before everybody who came after that moment.
        if (!other.moved && !story.moved && other.dueAtMs < story.readyAtMs)
          this.#fault('ORDER3', `${other.number} was overdue when ${story.number} came, and is still waiting`)
      }
    } else {
      const isBehind = callable.some(
        (other) =>
          // As above: whom this press ended waits from now on, and was not waiting when it chose.
          other.id !== event.ended && (other.dueAtMs < story.dueAtMs || (other.dueAtMs === story.dueAtMs && other.entry < story.entry)),
      )
      if (!event.why.reason) this.#fault('ORDER4', `${story.number} was called out of order without a reason`)
      if (isBehind && !event.why.outOfOrder) this.#fault('ORDER4', `${story.number} was called out of order and is not marked`)
      this.figures.calledDirectly += 1
    }
    if (event.why.dueAtMs !== story.dueAtMs) this.#fault('ORDER4', `${story.number} was called for another due time than its own`)
    if (event.why.readyAtMs !== story.readyAtMs) this.#fault('CALL6', `${story.number} lost its arrival time`)
    this.#arrives(story, event.counter.id)
    const waits = this.figures.waits[story.ticketClass] ?? []
    this.figures.waits[story.ticketClass] = waits
    waits.push((event.atMs - story.readyAtMs) / 60_000)
    this.#change(story, { standing: 'called', counter: event.counter.id, sentTo: null, tomorrow: false, calls: story.calls + 1 })
    this.figures.called += 1
  }

  #undone(event: Extract<BranchEvent, { type: 'stepUndone' }>): void {
    const desk = this.#open.get(event.counter)
    if (desk) desk.ticket = event.ticket
    for (const ticket of event.tickets) {
      const story = this.#story(ticket.id)
      if (!story) continue
      if (ticket.issuedAtMs !== story.issuedAtMs || ticket.number !== story.number)
        this.#fault('CALL6', `undo changed who ${story.number} is`)
      if (ticket.state === 'waiting') this.#takenBack(story)
      this.#change(story, {
        standing: ticket.state,
        counter: ticket.counter,
        sentTo: ticket.sentTo,
        tomorrow: ticket.waitsForNextDay,
        stop: ticket.stop,
        services: [...ticket.services],
        readyAtMs: ticket.readyAtMs,
        dueAtMs: ticket.dueAtMs,
        entry: ticket.entry,
      })
    }
    this.figures.undone += 1
  }

  /** The call did not count. */
  #takenBack(story: Story): void {
    this.figures.called -= 1
    this.figures.waits[story.ticketClass]?.pop()
  }

  /** At the end: whose story is not over. */
  unfinished(): string[] {
    return [...this.stories.values()]
      .filter((story) => !story.tomorrow && !['completed', 'noShow', 'cancelled'].includes(story.standing))
      .map((story) => `${story.number} is ${story.standing}`)
  }

  get day(): string {
    return this.#day
  }
  get revision(): number {
    return this.#revision
  }
}
