import type { PrinterState } from '../domain/state.ts'

/**
 * The printer of a kiosk, or of the help desk. `network`: ESC/POS over TCP, spoken to by the server. `browser`: the page prints itself
 * (`--kiosk-printing`); nobody can ask such a printer how it is.
 * `columns`: 32 on 58 mm paper, 48 on 80 mm. `cutter`: absent: none, the visitor tears the paper off.
 */
export type PrinterSettings =
  | { readonly kind: 'network'; readonly host: string; readonly port: number; readonly columns: Columns; readonly cutter?: boolean }
  | { readonly kind: 'browser'; readonly columns: Columns }

export const COLUMNS = [32, 48] as const
export type Columns = (typeof COLUMNS)[number]

/** What a kiosk knows of itself (`GET /branches/B/devices/self`). */
export interface OwnDevice {
  readonly deviceId: string
  readonly name: string
  readonly printer: PrinterSettings | null
  /** Null: it has none, or it said nothing yet. */
  readonly printerState: PrinterState | null
}

/** The reply to `POST /branches/B/tickets/ID/print`: it is on paper. A printer that can't is a refusal (`printer-paper-out`, ...). */
export interface Printed {
  readonly state: Extract<PrinterState, 'ready' | 'paperLow'>
}
