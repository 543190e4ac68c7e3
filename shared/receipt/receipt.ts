import type { Language, Text } from '../domain/configuration.ts'
import { textIn } from '../domain/configuration.ts'
import { date, time, zoneLabel } from '../i18n/format.ts'
import { text } from '../i18n/text.ts'
import type { Columns } from '../protocol/printing.ts'
import { ascii } from './ascii.ts'
import { balanced, together, wrap } from './wrap.ts'

/** One line of paper: ASCII, and never longer than the paper is wide. */
export type ReceiptLine =
  | { readonly kind: 'text'; readonly text: string; readonly isCentred: boolean; readonly isBold: boolean }
  /** In the middle; each character takes `scale` columns. */
  | { readonly kind: 'large'; readonly text: string; readonly scale: number }
  | { readonly kind: 'rule' }
  | { readonly kind: 'blank' }
  | { readonly kind: 'qr'; readonly payload: string }

/** What a slip says of its branch: as the server and the pages know it. */
export interface ReceiptBranch {
  readonly name: { readonly id: string; readonly en: string }
  readonly timeZone: string
  readonly agencies: readonly {
    readonly name: Text
    readonly short: string
    readonly services: readonly { readonly code: string; readonly name: Text }[]
  }[]
}

/** A visitor's slip. Nothing of the visitor stands on it, the class of the ticket neither: it may tell an illness (PRIV1). */
export interface Receipt {
  readonly number: string
  /** Codes in the order in which they are visited. */
  readonly services: readonly string[]
  readonly language: Language
  readonly ahead: number
  readonly estimate: { readonly lowMinutes: number; readonly highMinutes: number } | null
  readonly issuedAtMs: number
  /** Of the page that the visitor follows. */
  readonly url: string
  /** When it was printed again; null: the original. */
  readonly copiedAtMs: number | null
  /** Carried over: when its service opens on a later day, where that is known. Null: it is for today. */
  readonly nextDay: { readonly atMs: number | null } | null
  /** It waits for its turn: what it says of people ahead is true. */
  readonly isWaiting: boolean
}

export interface TestPage {
  readonly device: string
  readonly language: Language
  readonly hasCutter: boolean
  /** Where the QR code leads. */
  readonly url: string
  readonly atMs: number
}

/** The largest enlargement that ESC/POS knows. */
const SCALE_MAX = 8

/** The slip of a ticket, for paper of this width. */
export function receiptLines(branch: ReceiptBranch, receipt: Receipt, columns: Columns): ReceiptLine[] {
  const { language, number, copiedAtMs } = receipt
  const paper = new Paper(columns)
  paper.centred(branch.name[language], true)
  if (copiedAtMs !== null) {
    paper.blank()
    paper.centred(text(language, 'receipt.copy'), true)
    paper.centred(text(language, 'receipt.copy.at', { time: clock(language, branch.timeZone, copiedAtMs) }))
  }
  paper.rule()
  paper.parts([text(language, 'receipt.number'), text(language, 'receipt.number.other')], ' / ')
  paper.large(number)
  stops(paper, branch, receipt)
  paper.rule()
  if (receipt.isWaiting) turn(paper, receipt)
  paper.qr(receipt.url)
  paper.centred(text(language, 'receipt.scan'))
  paper.rule()
  const { issuedAtMs } = receipt
  paper.parts([date(language, branch.timeZone, issuedAtMs), clock(language, branch.timeZone, issuedAtMs)], ', ')
  paper.centred(validity(branch, receipt), true)
  return paper.lines
}

/** What an administrator must see of a printer: its width, its sizes, its QR code, its cutter. */
export function testPageLines(branch: ReceiptBranch, page: TestPage, columns: Columns): ReceiptLine[] {
  const { language } = page
  const paper = new Paper(columns)
  paper.centred(branch.name[language], true)
  paper.centred(text(language, 'receipt.test'), true)
  paper.centred(page.device)
  paper.rule()
  paper.left(text(language, 'receipt.test.paper', { mm: columns === 32 ? 58 : 80, columns }))
  paper.left(text(language, 'receipt.test.ruler'))
  paper.left(ruler(columns))
  paper.rule()
  paper.centred(text(language, 'receipt.test.number'))
  paper.large('A-000')
  paper.rule()
  paper.qr(page.url)
  paper.centred(text(language, 'receipt.test.scan'))
  paper.rule()
  paper.parts([date(language, branch.timeZone, page.atMs), clock(language, branch.timeZone, page.atMs)], ', ')
  paper.centred(text(language, page.hasCutter ? 'receipt.test.cutter' : 'receipt.test.noCutter'))
  return paper.lines
}

/** `1234567890123...|`: full to the last column, and one sees which one is missing. */
const ruler = (columns: Columns): string => `${'1234567890'.repeat(columns).slice(0, columns - 1)}|`

/** One stop with its agency's whole name; several of a journey in their order, by the short names that the hall's screens show. */
function stops(paper: Paper, branch: ReceiptBranch, { services, language }: Receipt): void {
  const named = services.map((code) => stopOf(branch, code, language))
  const [only] = named
  if (named.length > 1) {
    paper.left(text(language, 'receipt.stops'), true)
    for (const [index, { short, service }] of named.entries()) paper.item(`${index + 1}. `, `${short}: ${service}`)
    return
  }
  if (!only) return
  paper.centred(wrap(ascii(only.agency), paper.columns).length > 2 ? only.short : only.agency, true)
  paper.centred(only.service)
}

function stopOf(branch: ReceiptBranch, code: string, language: Language): { agency: string; short: string; service: string } {
  for (const { name, short, services } of branch.agencies) {
    const service = services.find((each) => each.code === code)
    if (service) return { agency: textIn(name, language), short, service: textIn(service.name, language) }
  }
  // Taken out of the branch's configuration since.
  return { agency: code, short: code, service: '' }
}

function turn(paper: Paper, { ahead, estimate, language }: Receipt): void {
  paper.centred(ahead === 0 ? text(language, 'receipt.ahead.none') : text(language, 'receipt.ahead', { n: ahead }))
  if (estimate) {
    const { lowMinutes: low, highMinutes: high } = estimate
    paper.centred(low === 0 ? text(language, 'receipt.estimate.high', { high }) : text(language, 'receipt.estimate', { low, high }))
  }
}

function validity(branch: ReceiptBranch, { language, nextDay }: Receipt): string {
  if (nextDay === null) return text(language, 'receipt.today')
  if (nextDay.atMs === null) return text(language, 'receipt.nextDay')
  return text(language, 'receipt.validOn', { date: date(language, branch.timeZone, nextDay.atMs) })
}

const clock = (language: Language, timeZone: string, atMs: number): string =>
  `${time(language, timeZone, atMs)} ${zoneLabel(timeZone)}`.trimEnd()

/** Paper of one width, as it fills. */
class Paper {
  readonly columns: Columns
  readonly lines: ReceiptLine[] = []

  constructor(columns: Columns) {
    this.columns = columns
  }

  centred(written: string, isBold = false): void {
    this.#put(balanced(ascii(written), this.columns), true, isBold)
  }

  left(written: string, isBold = false): void {
    this.#put(wrap(ascii(written), this.columns), false, isBold)
  }

  /** Further lines stand under the words, not under the mark. */
  item(mark: string, written: string): void {
    this.#put(wrap(ascii(mark + written), this.columns, ' '.repeat(mark.length)), false, false)
  }

  parts(parts: readonly string[], separator: string): void {
    this.#put(together(parts.map(ascii), separator, this.columns), true, false)
  }

  large(written: string): void {
    const letters = ascii(written)
    const scale = Math.max(1, Math.min(SCALE_MAX, Math.floor(this.columns / letters.length)))
    this.lines.push({ kind: 'large', text: letters, scale })
  }

  qr(payload: string): void {
    this.lines.push({ kind: 'qr', payload })
  }

  rule(): void {
    this.lines.push({ kind: 'rule' })
  }

  blank(): void {
    this.lines.push({ kind: 'blank' })
  }

  #put(lines: readonly string[], isCentred: boolean, isBold: boolean): void {
    for (const line of lines) this.lines.push({ kind: 'text', text: line, isCentred, isBold })
  }
}
