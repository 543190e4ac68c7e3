import { type Answer, newId, type Problem } from '../../shared/client/api.ts'
import type { CommandReply } from '../../shared/protocol/wire.ts'
import type { Desk } from './desk.svelte.ts'
import { readLine, readNumber, readService, readTime, writtenAtMs } from './writtenLine.ts'

/** What is wrong with a line before it is sent. */
export type Mistake = 'number' | 'time' | 'service' | 'twice'

export interface Row {
  readonly key: string
  readonly number: string
  readonly time: string
  /** Code; empty: not chosen yet. */
  readonly service: string
  readonly isPriority: boolean
  /** `unsent`: nobody answered; it waits until somebody sends it again. */
  readonly state: 'open' | 'sending' | 'unsent' | 'refused' | 'done'
  readonly mistake: Mistake | null
  readonly problem: Problem | null
  /** From the first time it was sent to its answer: however often it is sent, it is one ticket. */
  readonly commandId: string | null
}

interface Kept {
  readonly day: string
  readonly rows: readonly Row[]
}

const emptyRow = (): Row => ({
  key: newId(),
  number: '',
  time: '',
  service: '',
  isPriority: false,
  state: 'open',
  mistake: null,
  problem: null,
  commandId: null,
})
const isBlank = (row: Row): boolean => row.number.trim() === '' && row.service === ''

/** Numbers that were written on paper, on their way into the queue. What was typed survives a reload and the next power cut. */
export class WrittenNumbers {
  rows = $state.raw<readonly Row[]>([])
  readonly #desk: Desk
  #day: string | null = null

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** To be called with the day: yesterday's lines can't be entered any more. */
  begin(day: string): void {
    if (this.#day === day) return
    this.#day = day
    const kept = read(localStorage.getItem(this.#stored))
    const rows = kept?.day === day ? kept.rows.map((row): Row => (row.state === 'sending' ? { ...row, state: 'unsent' } : row)) : []
    this.rows = [...rows.filter((row) => !isBlank(row)), emptyRow()]
    this.#keep()
  }

  get typed(): readonly Row[] {
    return this.rows.filter((row) => !isBlank(row))
  }

  count(...states: readonly Row['state'][]): number {
    return this.typed.filter((row) => states.includes(row.state)).length
  }

  change(key: string, fields: Partial<Pick<Row, 'number' | 'time' | 'service' | 'isPriority'>>): void {
    // Another line than the one that was sent is another command.
    this.#put(key, { ...fields, state: 'open', mistake: null, problem: null, commandId: null })
  }

  remove(key: string): void {
    this.rows = this.rows.filter((row) => row.key !== key)
    if (this.rows.length === 0) this.rows = [emptyRow()]
    this.#keep()
  }

  /** Takes a line apart, fills in what the line before says, and sends it. False: something is missing or wrong, and the row says what. */
  enter(key: string): boolean {
    const row = this.#complete(key)
    if (row === null || row.mistake !== null) return false
    if (this.rows.at(-1)?.key === key) this.rows = [...this.rows, emptyRow()]
    void this.send(key)
    return true
  }

  /** All that were typed and did not get through. */
  sendAll(): void {
    for (const row of this.typed)
      if (row.state === 'unsent' || row.state === 'open') {
        const whole = this.#complete(row.key)
        if (whole?.mistake === null) void this.send(row.key)
      }
  }

  async send(key: string): Promise<void> {
    const desk = this.#desk
    const row = this.#row(key)
    const time = row && readTime(row.time)
    if (!row || !time || this.#day === null || row.state === 'sending' || row.state === 'done') return
    // Nothing is sent by itself later: the row says that it is not there yet.
    if (!desk.isReachable) return this.#put(key, { state: 'unsent' })
    const commandId = row.commandId ?? newId()
    this.#put(key, { state: 'sending', commandId, problem: null })
    const [priority] = desk.branch.description?.classes ?? []
    const answer: Answer<CommandReply> = await desk.ask('/commands', {
      method: 'POST',
      body: {
        commandId,
        type: 'enterTicket',
        number: row.number,
        writtenAtMs: writtenAtMs(this.#day, time, desk.timeZone),
        service: row.service,
        ...(row.isPriority && priority ? { class: priority.id } : {}),
      },
    })
    if (answer.ok) this.#put(key, { state: 'done', commandId: null })
    else if (answer.error.code === 'offline' || answer.error.retry) this.#put(key, { state: 'unsent', problem: answer.error })
    else this.#put(key, { state: 'refused', problem: answer.error, commandId: null })
    desk.refresh()
  }

  /** The line as it will be sent, or what is wrong with it; null for an empty one. */
  #complete(key: string): Row | null {
    const row = this.#row(key)
    if (!row || isBlank(row)) return null
    const before = this.#before(key)
    const agencies = this.#desk.branch.description?.agencies ?? []
    const typed = readLine(row.number)
    const number = readNumber(
      typed.number,
      agencies.map(({ prefix }) => prefix),
      before?.number.split('-')[0] ?? null,
    )
    const agency = agencies.find(({ prefix }) => prefix === number?.prefix)
    const time = readTime(typed.time || row.time || before?.time || '')
    const isOfAgency = row.service !== '' && agency?.services.some(({ code }) => code === row.service)
    const service = agency && (typed.service === '' && isOfAgency ? row.service : readService(typed.service, agency))
    const mistake: Mistake | null =
      number === null || !agency
        ? 'number'
        : this.rows.some((other) => other.key !== key && other.number === number.number)
          ? 'twice'
          : time === null
            ? 'time'
            : service === null
              ? 'service'
              : null
    this.#put(key, {
      number: number?.number ?? row.number,
      time: time ?? (typed.time || row.time),
      service: service ?? (isOfAgency ? row.service : ''),
      isPriority: row.isPriority || typed.isPriority,
      mistake,
    })
    return this.#row(key) ?? null
  }

  #row(key: string): Row | undefined {
    return this.rows.find((row) => row.key === key)
  }

  #before(key: string): Row | undefined {
    return this.rows[this.rows.findIndex((row) => row.key === key) - 1]
  }

  #put(key: string, fields: Partial<Row>): void {
    this.rows = this.rows.map((row) => (row.key === key ? { ...row, ...fields } : row))
    this.#keep()
  }

  #keep(): void {
    if (this.#day !== null) localStorage.setItem(this.#stored, JSON.stringify({ day: this.#day, rows: this.rows } satisfies Kept))
  }

  get #stored(): string {
    return `panggil.desk.written.${this.#desk.branchId}`
  }
}

function read(text: string | null): Kept | null {
  try {
    const kept = JSON.parse(text ?? 'null') as Kept | null
    return kept !== null && typeof kept.day === 'string' && Array.isArray(kept.rows) ? kept : null
  } catch {
    return null
  }
}
