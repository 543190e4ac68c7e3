import { type Answer, api, newId, type Problem } from '../../shared/client/api.ts'
import { Branch, branchOfPage } from '../../shared/client/branch.svelte.ts'
import { type Command, CommandLine, IN_BROWSER } from '../../shared/client/commands.ts'
import { LiveRoom } from '../../shared/client/room.svelte.ts'
import { board as boardRoom } from '../../shared/client/rooms.ts'
import type { PassedBy } from '../../shared/domain/passed.ts'
import type { DeskFound, DeskPrinter, DeskSheet, DeskTicket, DeskWaiting } from '../../shared/protocol/desk.ts'
import type { ErrorReply } from '../../shared/protocol/errors.ts'
import type { Printed } from '../../shared/protocol/printing.ts'
import type { Acknowledgement, BoardEvent, BoardView, CommandReply, IssuedReply, TicketReply } from '../../shared/protocol/wire.ts'
import type { Session } from '../session/session.svelte.ts'
import { type Choice, choicesOf } from './choices.ts'
import { IssueLine, type Wish } from './issuing.ts'

/** Who waits and what is open is read again at most this often while the hall is busy. */
const READ_MS = 1_000
/** And this often while nothing is heard of: not all that changes a list changes a board. */
const REREAD_MS = 10_000

/** Where this browser prints: nowhere, on its own printer, or on one that the server speaks to. Null: nobody has chosen yet. */
export type PrinterChoice = 'none' | 'browser' | { readonly device: string } | null

/** On its way to the browser's own printer. */
export interface Slip {
  readonly ticket: DeskTicket
  /** When it was printed again; null: the original. */
  readonly copiedAtMs: number | null
}

export type Printing =
  | { readonly state: 'printing' | 'printed' | 'paperLow' | 'asked' }
  | { readonly state: 'refused'; readonly problem: Problem }

export interface Passed {
  readonly ticket: Pick<TicketReply, 'number' | 'state' | 'class'> & { readonly readyAtMs: number; readonly dueAtMs: number }
  readonly calls: readonly PassedBy[]
}

export const TABS = ['issue', 'find', 'written', 'sheet'] as const
export type Tab = (typeof TABS)[number]

/** The help desk's page: one hall, one officer, one visitor at a time. */
export class Desk {
  readonly branch: Branch
  branchId = $state<string | null>(null)
  room = $state.raw<LiveRoom<BoardView, BoardEvent> | null>(null)
  tab = $state<Tab>('issue')
  waiting = $state.raw<DeskWaiting | null>(null)
  printers = $state.raw<readonly DeskPrinter[]>([])
  sheet = $state.raw<DeskSheet | null>(null)
  printer = $state.raw<PrinterChoice>(null)
  /** The ticket that is looked at, live. */
  opened = $state.raw<DeskTicket | null>(null)
  /** The ticket that was issued last, until the next visitor. */
  issued = $state.raw<DeskTicket | null>(null)
  isIssuing = $state(false)
  printing = $state.raw<Printing | null>(null)
  /** The ticket that the browser's print dialog is about to show. */
  slip = $state.raw<Slip | null>(null)
  issueProblem = $state.raw<Problem | null>(null)
  isSending = $state(false)
  problem = $state.raw<Problem | null>(null)
  startProblem = $state.raw<Problem | null>(null)
  readonly choices: readonly Choice[] = $derived.by(() => (this.branch.description ? choicesOf(this.branch.description) : []))
  readonly #session: Session
  #line: CommandLine | null = null
  #issueLine: IssueLine | null = null
  #timers: ReturnType<typeof setTimeout>[] = []
  #readAtMs = 0
  #readLater: ReturnType<typeof setTimeout> | undefined

  constructor(session: Session) {
    this.#session = session
    this.branch = new Branch(() => this.branchId)
    void this.#start()
  }

  get isReachable(): boolean {
    return this.room?.connected === true && this.room.contact === 'live'
  }

  get nowMs(): number {
    return this.room?.nowMs ?? Date.now()
  }

  get timeZone(): string {
    return this.branch.timeZone
  }

  get path(): string {
    return `/branches/${encodeURIComponent(this.branchId ?? '')}`
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    clearTimeout(this.#readLater)
    this.room?.close()
  }

  /** One question to the server; whoever is signed out there is signed out here. */
  async ask<T>(path: string, call: Parameters<typeof api>[1] = {}): Promise<Answer<T>> {
    const answer = await api<T>(`${this.path}${path}`, call)
    if (!answer.ok && answer.error.code === 'not-signed-in') this.#session.ended()
    return answer
  }

  /** Something in the hall changed: reads what is shown, soon, and not more often than it is worth. */
  refresh(): void {
    if (this.#readLater !== undefined || this.branchId === null) return
    const inMs = Math.max(0, this.#readAtMs + READ_MS - Date.now())
    this.#readLater = setTimeout(() => {
      this.#readLater = undefined
      void this.#read()
    }, inMs)
  }

  async #read(): Promise<void> {
    if (this.room?.connected === false) return
    this.#readAtMs = Date.now()
    const [waiting, printers, sheet] = await Promise.all([
      this.ask<DeskWaiting>('/desk/waiting'),
      this.ask<readonly DeskPrinter[]>('/desk/printers'),
      this.ask<DeskSheet>('/desk/sheet'),
      this.branch.read(),
      this.reopen(),
    ])
    if (waiting.ok) this.waiting = waiting.value
    if (printers.ok) this.printers = printers.value
    if (sheet.ok) this.sheet = sheet.value
  }

  // --- issuing

  async issue(wish: Wish): Promise<void> {
    const line = this.#issueLine
    if (line === null || this.isIssuing) return
    this.issueProblem = null
    this.isIssuing = true
    await this.#finishIssuing(line.issue(wish))
  }

  /** The next visitor: whatever was unanswered was the last one's. */
  nextVisitor(): void {
    this.issued = null
    this.printing = null
    this.issueProblem = null
    this.#issueLine?.forget()
  }

  async #finishIssuing(answering: Promise<Answer<IssuedReply> | null>): Promise<void> {
    const answer = await answering
    if (answer?.ok) {
      const { ticket } = answer.value
      const read = await this.ask<DeskTicket>(`/desk/tickets/${encodeURIComponent(ticket.id)}`)
      this.issued = read.ok ? read.value : asIssued(answer.value)
      this.printing = null
      this.tab = 'issue'
      void this.print(this.issued, false)
    } else if (answer) this.issueProblem = answer.error
    this.isIssuing = false
    this.refresh()
  }

  // --- paper

  get printerName(): string | null {
    const { printer } = this
    if (printer === null || printer === 'none' || printer === 'browser') return null
    return this.printers.find((each) => each.device === printer.device)?.name ?? null
  }

  choosePrinter(printer: Exclude<PrinterChoice, null>): void {
    this.printer = printer
    localStorage.setItem(this.#stored, JSON.stringify(printer))
  }

  /** `isCopy`: the number was on paper before, and the slip says so. */
  async print(ticket: DeskTicket, isCopy: boolean): Promise<void> {
    const { printer } = this
    if (printer === null || printer === 'none' || this.printing?.state === 'printing') return
    if (printer === 'browser') {
      this.slip = { ticket, copiedAtMs: isCopy ? this.nowMs : null }
      this.printing = { state: 'asked' }
      return
    }
    this.printing = { state: 'printing' }
    const answer = await this.ask<Printed>(`/tickets/${encodeURIComponent(ticket.ticket.id)}/print`, {
      method: 'POST',
      body: { device: printer.device, ...(isCopy ? { copy: true } : {}) },
      timeoutMs: 20_000,
    })
    this.printing = answer.ok
      ? { state: answer.value.state === 'paperLow' ? 'paperLow' : 'printed' }
      : { state: 'refused', problem: answer.error }
    await this.#handed(ticket)
    this.refresh()
  }

  /** The visitor has the number: on paper of this browser's own printer, or read aloud and from the screen. */
  async hand(ticket: DeskTicket, how: 'paper' | 'screen'): Promise<void> {
    const answer = await this.ask(`/tickets/${encodeURIComponent(ticket.ticket.id)}/handed`, { method: 'POST', body: { how } })
    this.problem = answer.ok ? null : answer.error
    await this.#handed(ticket)
  }

  async #handed({ ticket }: DeskTicket): Promise<void> {
    const read = await this.ask<DeskTicket>(`/desk/tickets/${encodeURIComponent(ticket.id)}`)
    if (!read.ok) return
    if (this.issued?.ticket.id === ticket.id) this.issued = read.value
    if (this.opened?.ticket.id === ticket.id) this.opened = read.value
  }

  get #stored(): string {
    return `panggil.desk.printer.${this.branchId}`
  }

  // --- one ticket

  search(asked: string): Promise<Answer<DeskFound>> {
    return this.ask<DeskFound>(`/desk/tickets?q=${encodeURIComponent(asked)}`)
  }

  async open(id: string): Promise<boolean> {
    const answer = await this.ask<DeskTicket>(`/desk/tickets/${encodeURIComponent(id)}`)
    this.problem = answer.ok ? null : answer.error
    this.printing = null
    this.opened = answer.ok ? answer.value : null
    if (answer.ok) this.tab = 'find'
    return answer.ok
  }

  async reopen(): Promise<void> {
    const id = this.opened?.ticket.id
    if (id === undefined) return
    const answer = await this.ask<DeskTicket>(`/desk/tickets/${encodeURIComponent(id)}`)
    // Another one may have been opened meanwhile.
    if (answer.ok && this.opened?.ticket.id === id) this.opened = answer.value
  }

  passed(id: string): Promise<Answer<Passed>> {
    return this.ask<Passed>(`/tickets/${encodeURIComponent(id)}/passed`)
  }

  /** True: it is done. */
  async command(command: Command): Promise<boolean> {
    const line = this.#line
    if (line === null || line.isBusy) return false
    this.problem = null
    this.isSending = true
    const answer = await line.issue(command)
    this.isSending = false
    if (answer === null) return false
    this.problem = answer.ok ? null : answer.error
    await this.reopen()
    this.refresh()
    return answer.ok
  }

  // --- beginning

  async #start(): Promise<void> {
    const own = this.#session.user?.branch ?? null
    const answer = own === null ? await branchOfPage() : null
    const branch = own ?? (answer?.ok ? answer.value : null)
    if (branch === null) {
      this.startProblem = answer && !answer.ok ? answer.error : { code: 'unknown-branch', message: 'No branch named', retry: false }
      this.#timers.push(setTimeout(() => void this.#start(), 2_000))
      return
    }
    this.startProblem = null
    this.branchId = branch
    this.printer = storedPrinter(localStorage.getItem(this.#stored))
    await this.branch.read()
    const room = new LiveRoom<BoardView, BoardEvent>({
      ...boardRoom,
      handshake: () => ({ branch }),
      onRefused: (code) => code === 'not-signed-in' && this.#session.ended(),
    })
    this.room = room
    const isConnected = () => room.connected
    const common = { isConnected, storage: sessionStorage, nowMs: () => Date.now(), wait: pause }
    this.#line = new CommandLine({
      ...IN_BROWSER,
      ...common,
      send: (message) => this.#send(message),
      key: `panggil.command.desk.${branch}`,
    })
    this.#issueLine = new IssueLine({
      ...common,
      send: (wish, key) =>
        this.ask<IssuedReply>('/tickets', { method: 'POST', body: wish, headers: { 'Idempotency-Key': key }, timeoutMs: 4_000 }),
      name: `panggil.issue.${branch}`,
      newKey: newId,
    })
    void this.#line.resume().then(() => this.refresh())
    this.#timers.push(setInterval(() => this.refresh(), REREAD_MS))
    this.isIssuing = true
    void this.#finishIssuing(this.#issueLine.resume())
  }

  /** Rejects where nobody answered, as a socket does. */
  async #send(message: object): Promise<Acknowledgement> {
    const answer = await this.ask<CommandReply>('/commands', { method: 'POST', body: message, timeoutMs: 4_000 })
    if (answer.ok) return { ok: true, ...answer.value }
    if (answer.error.code === 'offline') throw new Error('no answer')
    return { ok: false, error: answer.error as ErrorReply }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What is known of a ticket from the reply that issued it alone, should the next question fail: enough to read it aloud and to print it. */
const asIssued = ({ ticket, ahead, estimate, url }: IssuedReply): DeskTicket => ({
  ticket,
  ahead,
  estimate,
  url,
  stop: 0,
  refusal: null,
  paused: null,
  nextDay: null,
  said: { id: ticket.number, en: ticket.number },
  language: 'id',
  journey: null,
  readyAtMs: ticket.issuedAtMs,
  promisedAtMs: ticket.issuedAtMs,
  calledAtMs: null,
  startedAtMs: null,
  endedAtMs: null,
  calls: 0,
  sentTo: null,
  outcomes: [],
  note: null,
  handed: null,
})

function storedPrinter(text: string | null): PrinterChoice {
  try {
    const stored = JSON.parse(text ?? 'null') as PrinterChoice
    if (stored === 'none' || stored === 'browser') return stored
    return typeof stored?.device === 'string' ? { device: stored.device } : null
  } catch {
    return null
  }
}
