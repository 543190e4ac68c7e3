import { tick } from 'svelte'
import { api } from '../../shared/client/api.ts'
import type { Handed, PrinterState } from '../../shared/domain/state.ts'
import type { OwnDevice, Printed, PrinterSettings } from '../../shared/protocol/printing.ts'
import type { IssuedReply } from '../../shared/protocol/wire.ts'
import type { Paper } from './visit.ts'

/** Longer than the server waits for the printer itself. */
const PRINT_MS = 20_000
/** How long the browser is given to say that it has sent the page to its printer. */
const DIALOG_MS = 15_000
const HANDED_TRIES = 5

/** Why no paper comes; visitors are told the number instead, and the supervisor the rest. */
export type Trouble = Exclude<PrinterState, 'ready' | 'paperLow'>

const TROUBLES: Readonly<Record<string, Trouble>> = {
  'printer-paper-out': 'paperOut',
  'printer-cover-open': 'coverOpen',
  'printer-away': 'away',
  'printer-failed': 'failed',
}
const isTrouble = (state: PrinterState | null | undefined): state is Trouble => state != null && state !== 'ready' && state !== 'paperLow'

/** This kiosk's printer: on the network, where the server speaks to it, or the browser's own. */
export class Printer {
  settings = $state.raw<PrinterSettings | null>(null)
  trouble = $state<Trouble | null>(null)
  /** What the browser's printer is given; rendered for print alone. */
  receipt = $state.raw<IssuedReply | null>(null)
  readonly #who: () => { readonly branch: string | null; readonly token: string | null }
  #reads = 0

  constructor(who: () => { readonly branch: string | null; readonly token: string | null }) {
    this.#who = who
  }

  get kind(): 'none' | 'network' | 'browser' {
    return this.settings?.kind ?? 'none'
  }

  /** Asked again and again: an administrator gives or takes a printer, somebody puts paper in. */
  async read(): Promise<void> {
    const { branch, token } = this.#who()
    // Staff at this page have no printer of their own.
    if (branch === null || token === null) {
      this.settings = null
      this.trouble = null
      return
    }
    const read = ++this.#reads
    const answer = await api<OwnDevice>(`/branches/${encodeURIComponent(branch)}/devices/self`, { token })
    if (!answer.ok || read !== this.#reads) return
    this.settings = answer.value.printer
    this.trouble = isTrouble(answer.value.printerState) ? answer.value.printerState : null
  }

  async print(issued: IssuedReply): Promise<Paper> {
    return this.kind === 'network' ? this.#printByServer(issued) : this.kind === 'browser' ? this.#printByBrowser(issued) : 'none'
  }

  /** Until the server has it: without a word from here it counts as a number that nobody has. */
  handed(ticketId: string, how: Handed, attempt = 1): void {
    const { branch, token } = this.#who()
    if (branch === null) return
    void api(this.#ticket(branch, ticketId, 'handed'), { method: 'POST', body: { how }, token }).then((answer) => {
      if (!answer.ok && answer.error.retry && attempt < HANDED_TRIES)
        setTimeout(() => this.handed(ticketId, how, attempt + 1), 1_000 * attempt)
    })
  }

  async #printByServer({ ticket }: IssuedReply): Promise<Paper> {
    const { branch, token } = this.#who()
    if (branch === null) return 'none'
    // A read that is under way knows less than the printer's own answer.
    this.#reads++
    const answer = await api<Printed>(this.#ticket(branch, ticket.id, 'print'), { method: 'POST', body: {}, token, timeoutMs: PRINT_MS })
    if (answer.ok) {
      this.trouble = null
      return 'printed'
    }
    if (answer.error.code === 'no-printer') {
      this.settings = null
      return 'none'
    }
    this.trouble = TROUBLES[answer.error.code] ?? 'away'
    return 'failed'
  }

  async #printByBrowser(issued: IssuedReply): Promise<Paper> {
    this.receipt = issued
    await tick()
    const isSent = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => settle(false), DIALOG_MS)
      const sent = (): void => settle(true)
      const settle = (value: boolean): void => {
        clearTimeout(timer)
        window.removeEventListener('afterprint', sent)
        resolve(value)
      }
      window.addEventListener('afterprint', sent)
      window.print()
    })
    this.receipt = null
    if (!isSent) return 'failed'
    this.handed(issued.ticket.id, 'paper')
    return 'sent'
  }

  #ticket(branch: string, ticketId: string, what: 'print' | 'handed'): string {
    return `/branches/${encodeURIComponent(branch)}/tickets/${encodeURIComponent(ticketId)}/${what}`
  }
}
