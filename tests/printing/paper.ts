/** Reads ESC/POS as a printer does: by a table of its own, so that a wrong command is found and not repeated. */

export interface Row {
  /** Blanks before it included. */
  readonly text: string
  /** The widest character of the row, in columns. */
  readonly scale: number
  readonly isBold: boolean
  /** What it takes of the paper's width, in columns. */
  readonly width: number
}

export interface Slip {
  readonly rows: Row[]
  readonly qr: string[]
  cut: 'partial' | 'full' | null
}

export interface Qr {
  readonly size: number
  readonly level: string
  readonly model: number
}

export type Step =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'initialize' }
  | { readonly kind: 'character'; readonly code: number }
  | { readonly kind: 'newline' }
  | { readonly kind: 'bold'; readonly isOn: boolean }
  | { readonly kind: 'size'; readonly width: number; readonly height: number }
  | { readonly kind: 'align'; readonly to: number }
  | { readonly kind: 'qrPart'; readonly bytes: readonly number[] }
  | { readonly kind: 'cut'; readonly how: 'partial' | 'full' }
  | { readonly kind: 'askInOrder' }

/** The first command of these bytes, and how long it is; null where it is not whole yet. Throws at what no slip may hold. */
export function nextStep(bytes: readonly number[]): { step: Step; length: number } | null {
  const [first, second, third] = bytes
  const take = (length: number, step: Step) => (bytes.length < length ? null : { step, length })
  switch (first) {
    case undefined:
      return null
    case 0x0a:
      return take(1, { kind: 'newline' })
    case 0x1b:
      switch (second) {
        case undefined:
          return null
        case 0x40:
          return take(2, { kind: 'initialize' })
        case 0x45:
          return take(3, { kind: 'bold', isOn: third === 1 })
        case 0x61:
          return take(3, { kind: 'align', to: third ?? 0 })
        case 0x4d: // font A
          if (third !== undefined && third !== 0) throw new Error(`font ${third}`)
          return take(3, { kind: 'nothing' })
        case 0x74: // code page 0, in which ASCII is ASCII
          if (third !== undefined && third !== 0) throw new Error(`code page ${third}`)
          return take(3, { kind: 'nothing' })
      }
      break
    case 0x1c:
      if (second === undefined) return null
      if (second === 0x2e) return take(2, { kind: 'nothing' }) // no Chinese
      break
    case 0x1d:
      switch (second) {
        case undefined:
          return null
        case 0x21:
          return take(3, { kind: 'size', width: ((third ?? 0) >> 4) + 1, height: ((third ?? 0) & 7) + 1 })
        case 0x28: {
          const length = 5 + (bytes[3] ?? 0) + 256 * (bytes[4] ?? 0)
          return bytes.length < 5 || bytes.length < length ? null : { step: { kind: 'qrPart', bytes: bytes.slice(5, length) }, length }
        }
        case 0x56:
          if (third !== undefined && third > 1) throw new Error(`cut ${third}`)
          return take(3, { kind: 'cut', how: third === 1 ? 'partial' : 'full' })
        case 0x61:
          return take(3, { kind: 'nothing' })
        case 0x72:
          return take(3, { kind: 'askInOrder' })
      }
      break
    default:
      if (first >= 0x20 && first <= 0x7e) return take(1, { kind: 'character', code: first })
  }
  throw new Error(`no slip may hold ${bytes.slice(0, 4).map((byte) => byte.toString(16))}`)
}

/** A roll of paper that is printed on. */
export class Roll {
  readonly slips: Slip[] = []
  readonly qrs: Qr[] = []
  #slip: Slip | null = null
  #qr: { model: number; size: number; level: string; data: string } = { model: 0, size: 0, level: '', data: '' }
  #text = ''
  #width = 0
  #scale = 1
  #rowScale = 1
  #align = 0
  #isBold = false
  #isRowBold = false
  readonly #columns: number

  constructor(columns: number) {
    this.#columns = columns
  }

  /** Of the slip that is still in the printer. */
  get rowsBegun(): readonly Row[] {
    return this.#slip?.rows ?? []
  }

  /** Torn off by hand. */
  tear(): void {
    if (this.#slip && this.#slip.rows.some(({ text }) => text.trim() !== '')) this.slips.push(this.#slip)
    this.#slip = null
  }

  do(step: Step): void {
    switch (step.kind) {
      case 'initialize':
        this.tear()
        this.#slip = { rows: [], qr: [], cut: null }
        this.#text = ''
        this.#width = 0
        this.#scale = 1
        this.#rowScale = 1
        this.#isBold = false
        this.#isRowBold = false
        return
      case 'character':
        if (this.#text === '') this.#rowScale = 1
        this.#text += String.fromCharCode(step.code)
        this.#width += this.#scale
        this.#rowScale = Math.max(this.#rowScale, step.code === 0x20 ? 1 : this.#scale)
        this.#isRowBold ||= this.#isBold && step.code !== 0x20
        return
      case 'newline':
        this.#newline()
        return
      case 'bold':
        this.#isBold = step.isOn
        return
      case 'size':
        if (step.width !== step.height) throw new Error('letters out of shape')
        this.#scale = step.width
        return
      case 'align':
        this.#align = step.to
        return
      case 'qrPart':
        this.#qrPart(step.bytes)
        return
      case 'cut':
        if (!this.#slip) throw new Error('cut before anything')
        this.#slip.cut = step.how
        this.slips.push(this.#slip)
        this.#slip = null
        return
    }
  }

  #newline(): void {
    const slip = this.#slip
    const row: Row = { text: this.#text, scale: this.#rowScale, isBold: this.#isRowBold, width: this.#width }
    this.#text = ''
    this.#width = 0
    this.#rowScale = 1
    this.#isRowBold = false
    if (row.width > this.#columns) throw new Error(`cut off at ${this.#columns} columns: ${row.text}`)
    slip?.rows.push(row)
  }

  #qrPart([kind, what, ...rest]: readonly number[]): void {
    if (kind !== 0x31) throw new Error('no QR code')
    switch (what) {
      case 0x41:
        this.#qr.model = (rest[0] ?? 0) - 0x30
        return
      case 0x43:
        this.#qr.size = rest[0] ?? 0
        return
      case 0x45:
        this.#qr.level = 'LMQH'[(rest[0] ?? 0) - 0x30] ?? '?'
        return
      case 0x50:
        this.#qr.data = String.fromCharCode(...rest.slice(1))
        return
      case 0x51: {
        const { data, ...how } = this.#qr
        if (this.#align !== 1) throw new Error('a QR code at the edge')
        this.#slip?.qr.push(data)
        this.#slip?.rows.push({ text: `[QR ${data}]`, scale: 1, isBold: false, width: 0 })
        this.qrs.push(how)
        return
      }
    }
    throw new Error(`QR part ${what}`)
  }
}

/** The slips in these bytes. */
export function slipsIn(bytes: Uint8Array, columns: number): Roll {
  const roll = new Roll(columns)
  let rest = [...bytes]
  for (let found = nextStep(rest); found; found = nextStep(rest)) {
    roll.do(found.step)
    rest = rest.slice(found.length)
  }
  if (rest.length > 0) throw new Error('a command that does not end')
  return roll
}

/** As a person sees it: a number stands in large letters, so with its size behind it. */
export const seen = ({ rows, cut }: Slip): string[] => [
  ...rows.map(({ text, scale }) => (scale > 1 ? `${text} x${scale}` : text)),
  cut ? '[cut]' : '[no cut]',
]

/** What was printed, as one text in lower and upper case as it stands. */
export const wordsOf = ({ rows }: Slip): string =>
  rows
    .map(({ text }) => text.trim())
    .join(' ')
    .replace(/ +/g, ' ')
