interface Printed {
  readonly day: string
  readonly atMs: number
}

/** When this browser printed the day's fallback sheet. A browser does not tell whether paper came: that the dialog was there is what is known. */
export class SheetPrint {
  #printed = $state.raw<Printed | null>(null)
  readonly #branchId: () => string | null
  readonly #nowMs: () => number

  constructor(branchId: () => string | null, nowMs: () => number) {
    this.#branchId = branchId
    this.#nowMs = nowMs
  }

  begin(): void {
    try {
      const stored = JSON.parse(localStorage.getItem(this.#stored) ?? 'null') as Printed | null
      this.#printed = typeof stored?.day === 'string' && typeof stored.atMs === 'number' ? stored : null
    } catch {
      this.#printed = null
    }
  }

  /** Null: not on this day. */
  printedAtMs(day: string | null): number | null {
    return day !== null && this.#printed?.day === day ? this.#printed.atMs : null
  }

  print(day: string): void {
    window.addEventListener(
      'afterprint',
      () => {
        this.#printed = { day, atMs: this.#nowMs() }
        localStorage.setItem(this.#stored, JSON.stringify(this.#printed))
      },
      { once: true },
    )
    window.print()
  }

  get #stored(): string {
    return `panggil.desk.sheet.${this.#branchId()}`
  }
}
