import { api, type Problem } from '../../../shared/client/api.ts'
import type { Remaining } from '../../../shared/domain/commands.ts'
import { textIn } from '../../../shared/domain/configuration.ts'
import { carriedOverNumber, type PrinterState } from '../../../shared/domain/state.ts'
import { type Language, text } from '../../../shared/i18n/text.ts'
import type { DayTicket } from '../../../shared/protocol/day.ts'
import type { Printed } from '../../../shared/protocol/printing.ts'
import type { Overview } from '../supervisor.svelte.ts'
import type { Scope } from './action.ts'
import type { Day } from './day.svelte.ts'
import { listed } from './words.ts'

interface Slip {
  readonly ticketId: string
  readonly number: string
}

export interface DayPrinter {
  readonly device: string
  readonly name: string
  readonly state: PrinterState | null
}

/** As many tickets as one message can name. */
const NAMED = 400
/** A text on the lobby screens is no longer. */
const LONGEST = 300
const PRINT_MS = 20_000

/**
 * The end of the day for one service, an agency or all: who waits, what becomes of them, asked once more, done. What was shown is what
 * happens: the tickets are named, so that whoever is called or comes in the meantime is served on.
 */
export class DayEnd {
  step = $state<'choose' | 'ask' | 'done'>('choose')
  tickets = $state.raw<readonly DayTicket[] | null>(null)
  who = $state<'late' | 'everybody'>('late')
  remaining = $state<Remaining>('serve')
  reason = $state('')
  isTold = $state(true)
  /** Once they are carried over: whose slips can be printed, and on which printers. */
  slips = $state.raw<readonly Slip[]>([])
  printers = $state.raw<readonly DayPrinter[]>([])
  printer = $state('')
  printed = $state(0)
  isPrinting = $state(false)
  problem = $state.raw<Problem | null>(null)
  readonly #overview: Overview
  readonly #day: Day
  readonly scope: Scope

  constructor(overview: Overview, day: Day, scope: Scope) {
    this.#overview = overview
    this.#day = day
    this.scope = scope
  }

  readonly late: readonly DayTicket[] = $derived((this.tickets ?? []).filter(({ canBeServed }) => !canBeServed))
  readonly chosen: readonly DayTicket[] = $derived(this.who === 'late' ? this.late : (this.tickets ?? []))
  readonly numbers: readonly string[] = $derived(this.chosen.map(({ number }) => number))

  async look(): Promise<void> {
    const { scope } = this
    const found = await this.#day.waiting(scope.kind === 'service' ? (scope.services[0] as string) : null)
    if (found === null) return
    this.tickets = found.tickets.filter(({ service }) => scope.services.includes(service))
    if (this.late.length === 0) this.who = 'everybody'
  }

  /** True when all of it was done. */
  async carryOut(): Promise<boolean> {
    if (!(await this.#overview.together(this.#commands()))) return false
    if (this.isTold && this.remaining !== 'serve' && this.chosen.length > 0)
      await this.#overview.command({ type: 'announce', text: { id: this.#told('id'), en: this.#told('en') } })
    await this.#readSlips()
    this.step = 'done'
    this.#day.ask()
    return true
  }

  #commands(): { type: string }[] {
    const { remaining } = this
    const reason = remaining === 'refuse' ? { reason: this.reason.trim() } : {}
    // The first command ends the day as well; the others only name more tickets.
    const parts = (tickets: readonly DayTicket[]): string[][] => {
      const ids = remaining === 'serve' ? [] : tickets.map(({ id }) => id)
      return Array.from({ length: Math.max(1, Math.ceil(ids.length / NAMED)) }, (_, at) => ids.slice(at * NAMED, (at + 1) * NAMED))
    }
    if (this.scope.kind === 'branch') return parts(this.chosen).map((tickets) => ({ type: 'closeDay', remaining, ...reason, tickets }))
    return this.scope.services.flatMap((service) =>
      parts(this.chosen.filter((ticket) => ticket.service === service)).map((tickets) => ({
        type: 'closeService',
        service,
        remaining,
        ...reason,
        tickets,
      })),
    )
  }

  #told(language: Language): string {
    const { scope } = this
    const what = scope.kind === 'branch' ? text(language, 'day.scope.branch') : textIn(scope.name, language)
    const numbers = listed(this.numbers, (some, n) => text(language, 'day.tell.more', { numbers: some, n }))
    const capital = what.charAt(0).toUpperCase() + what.slice(1)
    const told =
      this.remaining === 'refuse'
        ? text(language, 'day.tell.refuse', { what: capital, reason: this.reason.trim().replace(/\.$/, ''), numbers })
        : text(language, 'day.tell.carryOver', { what: capital, numbers })
    return told.slice(0, LONGEST)
  }

  async #readSlips(): Promise<void> {
    const day = this.#overview.room?.view?.day
    if (this.remaining !== 'carryOver' || day === undefined) return
    this.slips = this.chosen.map(({ id, number }) => ({ ticketId: id, number: carriedOverNumber(number, day) }))
    const answer = await api<readonly DayPrinter[]>(`${this.#path()}/desk/printers`)
    if (!answer.ok) return
    this.printers = answer.value
    this.printer = (answer.value.find(({ state }) => state === 'ready') ?? answer.value[0])?.device ?? ''
  }

  /** One slip after the other; where the printer refuses one, the next press goes on with it. */
  async print(): Promise<void> {
    if (this.isPrinting) return
    this.isPrinting = true
    this.problem = null
    for (let next = this.slips[this.printed]; next && this.problem === null; next = this.slips[this.printed]) {
      const answer = await api<Printed>(`${this.#path()}/tickets/${encodeURIComponent(next.ticketId)}/print`, {
        method: 'POST',
        body: { device: this.printer },
        timeoutMs: PRINT_MS,
      })
      if (answer.ok) this.printed += 1
      else this.problem = answer.error
    }
    this.isPrinting = false
  }

  #path(): string {
    return `/branches/${encodeURIComponent(this.#overview.branchId ?? '')}`
  }
}
