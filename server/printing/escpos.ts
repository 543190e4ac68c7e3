import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
import type { PrinterSettings } from '../../shared/protocol/printing.ts'
import type { ReceiptLine } from '../../shared/receipt/receipt.ts'

export type NetworkPrinter = Extract<PrinterSettings, { kind: 'network' }>

/** Dots across the paper. */
const DOTS = { 32: 384, 48: 576 } as const
/** Bytes that fit a QR code of error level M, by its version. */
const QR_CAPACITY = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412]
/** So that phones read it at an arm's length, and no larger: paper costs money. */
const QR_DOTS_MAX = 6
/** White on both sides, in modules. */
const QR_QUIET = 8
/** From the print head to the cutter, and to the edge where a slip is torn off. */
const FEED_TO_CUTTER = 4
const FEED_TO_EDGE = 6

/** The bytes of a slip for a printer of this kind: ESC/POS that the cheapest ones know. */
export function escposOf(lines: readonly ReceiptLine[], { columns, cutter }: NetworkPrinter): Uint8Array {
  const encoder = new ReceiptPrinterEncoder({
    language: 'esc-pos',
    columns,
    newline: '\n',
    feedBeforeCut: FEED_TO_CUTTER,
    autoFlush: false,
  })
  encoder.initialize()
  for (const line of lines)
    switch (line.kind) {
      case 'text':
        encoder.align(line.isCentred ? 'center' : 'left').bold(line.isBold)
        encoder.line(line.text).bold(false)
        break
      case 'large':
        encoder.align('center').bold(true).size(line.scale, line.scale).line(line.text).size(1, 1).bold(false)
        break
      case 'rule':
        encoder.align('left').line('-'.repeat(columns))
        break
      case 'blank':
        encoder.newline()
        break
      case 'qr':
        encoder.newline().align('center')
        encoder.qrcode(line.payload, { model: 2, size: qrModuleDots(line.payload, DOTS[columns]), errorlevel: 'm' })
        break
    }
  encoder.align('left')
  if (cutter) encoder.cut('partial')
  else encoder.newline(FEED_TO_EDGE)
  return encoder.encode()
}

/** As large as the paper allows: a long address makes a code of more modules. */
function qrModuleDots(payload: string, dots: number): number {
  const bytes = Buffer.byteLength(payload)
  const index = QR_CAPACITY.findIndex((capacity) => bytes <= capacity)
  const version = index === -1 ? QR_CAPACITY.length : index + 1
  const modules = 17 + 4 * version + QR_QUIET
  return Math.max(2, Math.min(QR_DOTS_MAX, Math.floor(dots / modules)))
}
