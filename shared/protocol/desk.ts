import type { Language } from '../domain/configuration.ts'
import type { Handed, Outcome, PrinterState } from '../domain/state.ts'
import type { TicketReply, TicketView } from './wire.ts'

/** One ticket as the help desk sees it: what its visitor may see, and what staff know beside it. */
export interface DeskTicket extends TicketView {
  /** Of the page that its visitor follows; what its QR code says. */
  readonly url: string
  /** The number as a call will name it, to be read aloud. */
  readonly said: { readonly id: string; readonly en: string }
  readonly language: Language
  readonly journey: string | null
  readonly readyAtMs: number
  /** Until when it should be called: ready for its stop, and the target of its class or service. */
  readonly promisedAtMs: number
  readonly calledAtMs: number | null
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
  /** How often it was announced at its present stop. */
  readonly calls: number
  /** Waits for this counter alone. */
  readonly sentTo: string | null
  /** Of its stops so far. */
  readonly outcomes: readonly (Outcome | null)[]
  readonly note: string | null
  readonly handed: Handed | null
}

/** Somebody in the list of those who wait longest. */
export interface LongWaiting extends Pick<DeskTicket, 'readyAtMs' | 'promisedAtMs'> {
  readonly id: string
  readonly number: string
  readonly service: string
  readonly class: string
  readonly sentTo: string | null
}

export interface DeskWaiting {
  readonly atMs: number
  /** How many wait in the whole hall. */
  readonly waiting: number
  /** Longest first; at most LONGEST. */
  readonly tickets: readonly LongWaiting[]
}
export const LONGEST = 60

/** Today's tickets whose number is or begins with what was asked for. */
export interface DeskFound {
  readonly tickets: readonly TicketReply[]
}

/** The day's fallback sheet: which of its numbers were entered already. */
export interface DeskSheet {
  readonly day: string
  readonly written: readonly string[]
}

/** A printer that the help desk may print on: the server speaks to it, and it belongs to this device. */
export interface DeskPrinter {
  readonly device: string
  readonly name: string
  /** Null: it said nothing yet. */
  readonly state: PrinterState | null
}
