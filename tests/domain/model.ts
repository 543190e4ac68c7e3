import type { Command } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'

/**
 * The rules of order once more, as plainly as can be: arrays, `filter`, `sort`, its own arithmetic, driven by the commands that were accepted.
 * It knows nothing of events, keys or trees; what it would call next is what the core must call (ORDER1, ORDER2).
 */
interface Visitor {
  readonly id: string
  ticketClass: string
  services: string[]
  stop: number
  state: 'waiting' | 'here' | 'held' | 'missed' | 'gone'
  started: boolean
  readyAtMs: number
  dueAtMs: number
  entry: number
  counter: string | null
  sentTo: string | null
  tomorrow: boolean
  journey: boolean
}

export interface Moment {
  readonly visitors: readonly Visitor[]
  readonly ticket: string | null
  /** Due times right after the step: one that the step left alone is not taken back with it. */
  readonly dueAfter: Map<string, number>
}

interface Desk {
  ticket: string | null
}

export class Model {
  #configuration: BranchConfiguration
  visitors: Visitor[] = []
  #desks = new Map<string, Desk>()
  #paused = new Set<string>()
  #entry = 0

  constructor(configuration: BranchConfiguration) {
    this.#configuration = configuration
  }

  #target(ticketClass: string, service: string, configuration = this.#configuration): number {
    const own = configuration.classes.find((each) => each.id === ticketClass)
    if (own) return own.targetMinutes * 60_000
    const [agency, id] = service.split('.')
    const found = configuration.agencies.find((each) => each.id === agency)?.services.find((each) => each.id === id)
    return (found?.targetMinutes ?? 0) * 60_000
  }

  #desk(counter: string): Desk {
    const desk = this.#desks.get(counter) ?? { ticket: null }
    this.#desks.set(counter, desk)
    return desk
  }

  #visitor(id: string | null): Visitor {
    const found = this.visitors.find((each) => each.id === id)
    if (!found) throw new Error(`the model knows no visitor ${id}`)
    return found
  }

  /** Whom this counter calls next; never the visitor who is there now, whatever his next stop is. */
  next(counter: string): string | null {
    const services = this.#configuration.counters.find((each) => each.id === counter)?.services ?? []
    const callable = this.visitors.filter(
      (each) =>
        each.state === 'waiting' &&
        !each.tomorrow &&
        (each.sentTo === null ? services.includes(service(each)) && !this.#paused.has(service(each)) : each.sentTo === counter),
    )
    return callable.sort((a, b) => a.dueAtMs - b.dueAtMs || a.entry - b.entry)[0]?.id ?? null
  }

  #end(counter: string, nowMs: number): void {
    const desk = this.#desk(counter)
    if (desk.ticket === null) return
    const visitor = this.#visitor(desk.ticket)
    desk.ticket = null
    if (visitor.started) this.#finish(visitor, nowMs, true)
    else visitor.state = 'missed'
  }

  #finish(visitor: Visitor, nowMs: number, goesOn: boolean): void {
    if (goesOn && visitor.stop + 1 < visitor.services.length) {
      visitor.stop += 1
      this.#wait(visitor)
      visitor.readyAtMs = nowMs
      visitor.dueAtMs = nowMs + this.#target(visitor.ticketClass, service(visitor))
      visitor.entry = ++this.#entry
    } else visitor.state = 'gone'
  }

  #wait(visitor: Visitor): void {
    Object.assign(visitor, { state: 'waiting', started: false, counter: null, tomorrow: false })
  }

  #place(visitor: Visitor, to: { service: string } | { counter: string }, place: 'keep' | 'front' | 'end', nowMs: number): void {
    const stands = (each: Visitor) =>
      each.state === 'waiting' &&
      !each.tomorrow &&
      ('counter' in to ? each.sentTo === to.counter : each.sentTo === null && service(each) === to.service)
    const there = this.visitors.filter(stands).map((each) => each.dueAtMs)
    const target = 'service' in to ? to.service : service(visitor)
    if (place === 'end') visitor.dueAtMs = nowMs + this.#target(visitor.ticketClass, target)
    if (place === 'front') visitor.dueAtMs = there.length > 0 ? Math.max(0, Math.min(...there) - 1) : nowMs
    this.#wait(visitor)
    visitor.services[visitor.stop] = target
    visitor.sentTo = 'counter' in to ? to.counter : null
  }

  #servicesOf(agency: string): string[] {
    const found = this.#configuration.agencies.find((each) => each.id === agency)
    return (found?.services ?? []).map((each) => `${agency}.${each.id}`)
  }

  /** The day ends for some of those who wait or are on hold. */
  #leave(
    { remaining, tickets }: { remaining: string; tickets?: readonly string[] | undefined },
    concerns: (visitor: Visitor) => boolean,
  ): void {
    if (remaining === 'serve') return
    for (const visitor of this.visitors) {
      const isLeft = (visitor.state === 'waiting' && !visitor.tomorrow) || visitor.state === 'held'
      if (!isLeft || !concerns(visitor) || (tickets && !tickets.includes(visitor.id))) continue
      if (remaining === 'refuse') visitor.state = 'gone'
      else {
        this.#wait(visitor)
        Object.assign(visitor, { tomorrow: true, sentTo: null })
      }
    }
  }

  /** What an accepted command does. `id`: the ticket that the core said it is about. */
  accept(command: Command, id: string | null, nowMs: number, issued: { services: readonly string[] } | null): void {
    switch (command.type) {
      case 'issueTicket': {
        const services = [...(issued?.services ?? [])]
        const ticketClass = command.class ?? 'regular'
        this.visitors.push({
          id: command.ticketId,
          ticketClass,
          services,
          stop: 0,
          state: 'waiting',
          started: false,
          readyAtMs: nowMs,
          dueAtMs: nowMs + this.#target(ticketClass, services[0] as string),
          entry: ++this.#entry,
          counter: null,
          sentTo: null,
          tomorrow: false,
          journey: command.journey !== undefined,
        })
        return
      }
      case 'enterTicket': {
        const { ticketId, class: ticketClass = 'regular', writtenAtMs } = command
        this.visitors.push({
          id: ticketId,
          ticketClass,
          services: [command.service],
          stop: 0,
          state: 'waiting',
          started: false,
          readyAtMs: writtenAtMs,
          dueAtMs: writtenAtMs + this.#target(ticketClass, command.service),
          entry: ++this.#entry,
          counter: null,
          sentTo: null,
          tomorrow: false,
          journey: false,
        })
        return
      }
      case 'callNext':
      case 'callTicket': {
        this.#end(command.counter, nowMs)
        if (id === null) return
        Object.assign(this.#visitor(id), { state: 'here', started: false, counter: command.counter, sentTo: null, tomorrow: false })
        this.#desk(command.counter).ticket = id
        return
      }
      case 'startService':
        this.#visitor(id).started = true
        return
      case 'complete':
        this.#desk(command.counter).ticket = null
        this.#finish(this.#visitor(id), nowMs, !(command.outcome === 'incompleteDocuments' && this.#visitor(id).journey))
        return
      case 'markNoShow':
      case 'hold':
        this.#desk(command.counter).ticket = null
        Object.assign(this.#visitor(id), { state: command.type === 'hold' ? 'held' : 'missed' })
        return
      case 'resume':
        this.#desk(command.counter).ticket = id
        Object.assign(this.#visitor(id), { state: 'here', started: true, counter: command.counter, sentTo: null })
        return
      case 'transfer':
        this.#desk(command.counter).ticket = null
        this.#place(this.#visitor(id), command.to, command.place, nowMs)
        return
      case 'moveTicket':
        this.#place(this.#visitor(id), command.to, command.place, nowMs)
        return
      case 'returnToQueue': {
        const desk = this.#desk(command.counter)
        if (desk.ticket === id) desk.ticket = null
        this.#wait(this.#visitor(id))
        this.#visitor(id).sentTo = null
        return
      }
      case 'freeCounter':
      case 'closeCounter': {
        const desk = this.#desk(command.counter)
        if (desk.ticket !== null) {
          this.#wait(this.#visitor(desk.ticket))
          this.#visitor(desk.ticket).sentTo = null
        }
        desk.ticket = null
        for (const visitor of this.visitors) if (visitor.state === 'waiting' && visitor.sentTo === command.counter) visitor.sentTo = null
        return
      }
      case 'reclassifyTicket': {
        const visitor = this.#visitor(id)
        visitor.ticketClass = command.class
        visitor.dueAtMs = visitor.readyAtMs + this.#target(command.class, service(visitor))
        return
      }
      case 'cancelTicket':
        this.#visitor(id).state = 'gone'
        return
      case 'pauseService':
        this.#paused.add(command.service)
        return
      case 'openService':
      case 'resetService':
        this.#paused.delete(command.service)
        return
      case 'pauseAgency':
        for (const code of this.#servicesOf(command.agency)) this.#paused.add(code)
        return
      case 'resumeAgency':
        for (const code of this.#servicesOf(command.agency)) this.#paused.delete(code)
        return
      case 'closeService':
        this.#paused.delete(command.service)
        this.#leave(command, (visitor) => service(visitor) === command.service)
        return
      case 'closeDay':
        this.#leave(command, () => true)
        return
      case 'turnDay': {
        const carries = this.#configuration.atDayEnd === 'carryOver'
        this.visitors = this.visitors.filter(
          (each) => (each.state === 'waiting' && (each.tomorrow || carries)) || (each.state === 'held' && carries),
        )
        for (const visitor of this.visitors) {
          this.#wait(visitor)
          visitor.sentTo = null
        }
        this.#desks.clear()
        this.#paused.clear()
        return
      }
      case 'configureBranch': {
        for (const visitor of this.visitors)
          if (visitor.state !== 'gone')
            visitor.dueAtMs = Math.max(
              0,
              visitor.dueAtMs +
                this.#target(visitor.ticketClass, service(visitor), command.configuration) -
                this.#target(visitor.ticketClass, service(visitor)),
            )
        this.#configuration = command.configuration
        return
      }
      default:
    }
  }

  /** Takes a counter's step back: its tickets are as they were before it. */
  undo(counter: string, before: Moment, isClosed: (counter: string) => boolean): void {
    for (const was of before.visitors) {
      const sentTo = was.sentTo !== null && isClosed(was.sentTo) ? null : was.sentTo
      const now = this.#visitor(was.id)
      const dueAtMs = before.dueAfter.get(was.id) === was.dueAtMs ? now.dueAtMs : was.dueAtMs
      Object.assign(now, { ...was, services: [...was.services], sentTo, dueAtMs })
    }
    this.#desk(counter).ticket = before.ticket
  }

  /** The step is done: what it left its visitors with. */
  done(moment: Moment): void {
    for (const { id } of moment.visitors) moment.dueAfter.set(id, this.#visitor(id).dueAtMs)
  }

  /** These visitors and this counter as they are now, for whoever takes a step back. */
  moment(counter: string, ids: readonly string[]): Moment {
    const visitors = ids
      .flatMap((id) => this.visitors.filter((each) => each.id === id))
      .map((each) => ({ ...each, services: [...each.services] }))
    return { visitors, ticket: this.#desk(counter).ticket, dueAfter: new Map() }
  }
}

const service = (visitor: Visitor): string => visitor.services[visitor.stop] as string
