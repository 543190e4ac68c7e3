import type { Accepted, Command, Rejection, RejectionCode } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { decide } from '../../shared/domain/decide.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { invariants } from '../../shared/domain/invariants.ts'
import { type BranchState, type CounterState, counterState, emptyBranch, type Ticket } from '../../shared/domain/state.ts'

/** Thursday, 20 November 2025, 08:00 in Kupang (UTC+8). */
export const MORNING = Date.UTC(2025, 10, 20, 0, 0)
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Two agencies, four services, three counters in two zones, a journey with an optional step. Open at all hours. */
export function smallHall(changes: Partial<BranchConfiguration> = {}): BranchConfiguration {
  const service = (id: string, targetMinutes: number, more: object = {}) => ({ id, name: id, averageMinutes: 10, targetMinutes, ...more })
  return {
    id: 'hall',
    name: { id: 'Aula', en: 'Hall' },
    timeZone: 'Asia/Makassar',
    languages: ['id', 'en'],
    hours: 'always',
    zones: [
      { id: 'z1', name: 'Zona 1' },
      { id: 'z2', name: 'Zona 2' },
    ],
    classes: [{ id: 'priority', name: 'Prioritas', targetMinutes: 10 }],
    agencies: [
      {
        id: 'DUKCAPIL',
        name: 'Dukcapil',
        short: 'Dukcapil',
        prefix: 'B',
        services: [service('KK', 30), service('KTP', 20, { quotaPerDay: 5 })],
      },
      { id: 'BANK', name: 'Bank', short: 'Bank', prefix: 'C', services: [service('TELLER', 15), service('CS', 40)] },
    ],
    counters: [
      { id: '1', label: 'Loket 1', zone: 'z1', services: ['DUKCAPIL.KK', 'DUKCAPIL.KTP'] },
      { id: '2', label: 'Loket 2', zone: 'z1', services: ['DUKCAPIL.KTP', 'BANK.TELLER'] },
      { id: '3', label: 'Loket 3', zone: 'z2', services: ['BANK.TELLER', 'BANK.CS'] },
    ],
    journeys: [
      {
        id: 'lahir',
        name: 'Anak baru lahir',
        steps: [{ service: 'DUKCAPIL.KK' }, { service: 'BANK.CS', optional: true }, { service: 'BANK.TELLER' }],
      },
      { id: 'dua-kali', name: 'Dua kali', steps: [{ service: 'DUKCAPIL.KTP' }, { service: 'DUKCAPIL.KTP' }] },
    ],
    ...changes,
  }
}

/** Refusals that are tested in a file of their own, which meets each; all others are met by `rules.test.ts`. */
export const REFUSALS_ELSEWHERE = {
  announcing: ['unknown-zone', 'unknown-notice', 'speaker-there', 'no-speaker', 'no-sound-check', 'wrong-code'],
  counter: ['too-early'],
  day: ['unknown-agency', 'wrong-number', 'number-taken', 'wrong-time'],
} as const satisfies Record<string, readonly RejectionCode[]>

type Loose = Command extends infer C
  ? C extends { officer: string }
    ? Omit<C, 'officer' | 'current'> & { officer?: string; current?: string | null }
    : C
  : never

/** A branch with a clock that the test moves; each command is checked against the invariants. */
export class Hall {
  state: BranchState
  nowMs: number
  readonly log: BranchEvent[] = []
  #issued = 0

  constructor(configuration: BranchConfiguration = smallHall(), nowMs = MORNING) {
    this.nowMs = nowMs
    this.state = emptyBranch(configuration)
    this.do({ type: 'configureBranch', configuration })
  }

  /** The officer and the ticket at his counter are filled in where the test doesn't say. */
  #whole(command: Loose): Command {
    if (!('counter' in command) || command.type === 'freeCounter') return command as Command
    const now = counterState(this.state, command.counter)
    return { officer: `officer${command.counter}`, ...('current' in command ? {} : { current: now.ticket }), ...command } as Command
  }

  do(command: Loose): Accepted & { events: readonly BranchEvent[] } {
    const decision = decide(this.state, this.#whole(command), { nowMs: this.nowMs, by: 'test' })
    if (!decision.ok) throw new Error(`refused: ${JSON.stringify(decision.rejection)}`)
    this.state = evolveAll(this.state, decision.events)
    this.log.push(...decision.events)
    const broken = invariants(this.state)
    if (broken.length > 0) throw new Error(broken.join('\n'))
    return { ...decision.accepted, events: decision.events }
  }

  refused(command: Loose): Rejection {
    const decision = decide(this.state, this.#whole(command), { nowMs: this.nowMs, by: 'test' })
    if (decision.ok) throw new Error(`accepted: ${JSON.stringify(decision.events)}`)
    Hall.seen.add(decision.rejection.code)
    return decision.rejection
  }

  /** Every code that a test has seen, over the whole file; see `REFUSALS_ELSEWHERE`. */
  static readonly seen = new Set<RejectionCode>()

  after(ms: number): this {
    this.nowMs += ms
    return this
  }

  issue(services: string | readonly string[], more: { class?: string; journey?: string; language?: 'id' | 'en' } = {}): Ticket {
    const ticketId = `ticket${++this.#issued}`
    const what = more.journey === undefined ? { services: typeof services === 'string' ? [services] : services } : {}
    this.do({ type: 'issueTicket', ticketId, ...what, ...more })
    return this.ticket(ticketId)
  }

  journey(id: string): Ticket {
    return this.issue([], { journey: id })
  }

  open(...counters: string[]): this {
    for (const counter of counters) this.do({ type: 'openCounter', counter })
    return this
  }

  /** The number called, or null. */
  next(counter: string): string | null {
    const { ticketId } = this.do({ type: 'callNext', counter })
    return ticketId == null ? null : this.ticket(ticketId).number
  }

  ticket(id: string): Ticket {
    const ticket = this.state.tickets.get(id)
    if (!ticket) throw new Error(`no ticket ${id}`)
    return ticket
  }

  numbered(number: string): Ticket {
    for (const ticket of this.state.tickets.values()) if (ticket.number === number) return ticket
    throw new Error(`no ticket ${number}`)
  }

  counter(id: string): CounterState {
    return counterState(this.state, id)
  }
}
