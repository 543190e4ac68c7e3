import type { PrinterState } from '../../shared/domain/state.ts'

/**
 * What printers say in ESC/POS, a byte at a time. Real-time answers (`DLE EOT`) come at once, also while the printer stands still; an
 * answer in order (`GS r`) comes when everything before it has been worked off. Their fixed bits tell them apart.
 */

/** `DLE EOT n`: 1 the printer, 2 why it is offline, 3 which error, 4 the paper. */
export const STATUSES = [1, 2, 3, 4] as const
export type Status = (typeof STATUSES)[number]

export const askStatus = (status: Status): Uint8Array => Uint8Array.of(0x10, 0x04, status)
/** No status without being asked: another system may have wished for that. */
export const NO_AUTOMATIC_STATUS = Uint8Array.of(0x1d, 0x61, 0x00)
/** The paper sensor, in order: the slip before it is out. */
export const ASK_IN_ORDER = Uint8Array.of(0x1d, 0x72, 0x01)
/** Forget what has not been printed: or it would come out of the new roll, for visitors who have their numbers already. */
export const CLEAR_BUFFER = Uint8Array.of(0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08)

export type AnswerKind = 'realTime' | 'inOrder' | 'automatic' | 'nonsense'

/** How many bytes follow the first one of an automatic status. */
export const AUTOMATIC_REST = 3

export function kindOf(byte: number): AnswerKind {
  switch (byte & 0x93) {
    case 0x12:
      return 'realTime'
    case 0x10:
      return 'automatic'
    default:
      return (byte & 0x90) === 0 ? 'inOrder' : 'nonsense'
  }
}

const OFFLINE = 0x08
const COVER_OPEN = 0x04
const STOPPED_WITHOUT_PAPER = 0x20
const ERROR = 0x40
/** Mechanical, of the cutter, one that only a switch ends, one that ends by itself (a head that is too hot). */
const ERRORS = 0x04 | 0x08 | 0x20 | 0x40
const PAPER_LOW = 0x0c
const PAPER_OUT = 0x60

/** The four answers in one word. `offline`: it says no more than that it can't now; that passes, or it is broken. */
export function stateOf(answers: Readonly<Record<Status, number>>): PrinterState | 'offline' {
  // Who puts in paper opens the cover: that is to be closed next.
  if (answers[2] & COVER_OPEN) return 'coverOpen'
  if (answers[4] & PAPER_OUT || answers[2] & STOPPED_WITHOUT_PAPER) return 'paperOut'
  if (answers[2] & ERROR || answers[3] & ERRORS) return 'failed'
  if (answers[1] & OFFLINE) return 'offline'
  return answers[4] & PAPER_LOW ? 'paperLow' : 'ready'
}

export const canPrint = (state: PrinterState): state is 'ready' | 'paperLow' => state === 'ready' || state === 'paperLow'
