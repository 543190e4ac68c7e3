import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Command, CounterCommand, IssueTicket, SupervisorCommand } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { decide } from '../../shared/domain/decide.ts'
import { evolve } from '../../shared/domain/evolve.ts'
import { type BranchState, currentService, emptyBranch } from '../../shared/domain/state.ts'
import type { Acknowledgement, TicketReply } from '../../shared/protocol/wire.ts'
import type { LoggedEvent } from './checker.ts'
import { type Answer, type Answered, type CounterDoor, comparable, type Doors, nextCommandId } from './door.ts'

/** A hall without servers: the pure core alone. For playing many days fast, and for knowing whether a fault is the core's or the wire's. */
export class CoreHall implements Doors {
  readonly servers = 1
  readonly log: LoggedEvent[] = []
  readonly #nowMs: () => number
  readonly #answers = new Map<string, Acknowledgement>()
  state: BranchState

  constructor(configuration: BranchConfiguration, nowMs: () => number) {
    this.#nowMs = nowMs
    this.state = emptyBranch(configuration)
    this.execute('configure', { type: 'configureBranch', configuration }, 'system')
  }

  /** As a store does when days have passed: command ids may come again. */
  forgetAnswers(): void {
    this.#answers.clear()
  }

  execute(commandId: string, command: Command, by: string): Acknowledgement {
    const known = this.#answers.get(commandId)
    if (known) return known
    const decision = decide(this.state, command, { nowMs: this.#nowMs(), by })
    let answer: Acknowledgement
    if (decision.ok) {
      for (const event of decision.events) {
        this.state = evolve(this.state, event)
        this.log.push({ revision: this.state.revision, event })
      }
      const { ticketId, announcementId } = decision.accepted
      const ticket = ticketId == null ? undefined : this.state.tickets.get(ticketId)
      const reply: TicketReply | null = ticket
        ? {
            id: ticket.id,
            number: ticket.number,
            services: ticket.services,
            service: currentService(ticket),
            class: ticket.class,
            state: ticket.state,
            issuedAtMs: ticket.issuedAtMs,
          }
        : null
      answer = {
        ok: true,
        revision: this.state.revision,
        ...(ticketId === undefined ? {} : { ticket: reply }),
        ...(announcementId === undefined ? {} : { announcementId }),
      }
    } else {
      const { code, details } = decision.rejection
      answer = { ok: false, error: { code, message: code, retry: false, ...(details ? { details } : {}) } }
    }
    this.#answers.set(commandId, answer)
    return answer
  }

  issue(_server: number, kiosk: number, body: object, key: string): Promise<Answer> {
    const command = { type: 'issueTicket', ticketId: randomUUID(), ...body } as IssueTicket
    return Promise.resolve(asAnswer(this.execute(key, command, `kiosk:${kiosk}`)))
  }

  supervise(_server: number, body: object): Promise<Answer> {
    const { commandId, ...command } = body as { commandId: string }
    return Promise.resolve(asAnswer(this.execute(commandId, command as unknown as SupervisorCommand, 'supervisor')))
  }

  counter(counter: string, officer: string): CounterDoor {
    const answered: Answered[] = []
    const execute = (commandId: string, command: object) =>
      this.execute(commandId, { ...command, counter, officer } as CounterCommand, officer)
    return {
      answered,
      command: (command, { commandId = nextCommandId(counter) } = {}) => {
        const answer = execute(commandId, command)
        answered.push({ commandId, command, answer: comparable(answer) })
        return Promise.resolve(answer)
      },
      askAgain: (which) => {
        if (!isDeepStrictEqual(comparable(execute(which.commandId, which.command)), which.answer)) throw new Error('an answer changed')
        return Promise.resolve()
      },
      close: () => {},
    }
  }
}

const asAnswer = (answer: Acknowledgement): Answer => {
  if (answer.ok) return { ok: true, body: { ...answer } }
  return { ok: false, code: answer.error.code, details: { ...answer.error.details } }
}
