import { api, type Problem } from '../../shared/client/api.ts'
import { Branch, branchOfPage } from '../../shared/client/branch.svelte.ts'
import { localDay } from '../../shared/i18n/format.ts'
import type { EarlierTotals, Growth, Report } from '../../shared/protocol/reports.ts'
import type { Session } from '../session/session.svelte.ts'
import { type Choice, choiceOf, NOBODY, queryOf, searchWith } from './choice.ts'
import { daysIn, isMonth, monthSpan } from './spans.ts'

/** A year of a busy hall takes the server a moment the first time. */
const TIMEOUT_MS = 30_000
const AGAIN_MS = 4_000
/** More days than this are shown as months: a bar must stay a bar. */
const MOST_DAYS = 62

/** What belongs together: all of it is of one choice, whatever was chosen while it was read. */
export interface Shown {
  readonly choice: Choice
  readonly report: Report
  readonly overTime: Report
  readonly byHour: Report
  readonly growth: Growth
}

/** The figures of one branch: of the span and group that the address says. */
export class Reports {
  readonly branch: Branch
  branchId = $state<string | null>(null)
  mustChooseBranch = $state(false)
  choice = $state.raw<Choice | null>(null)
  /** Another month on paper instead of the page to look around in. */
  month = $state<string | null>(null)
  /** The figures before stay while the next are read: `isReading`. */
  shown = $state.raw<Shown | null>(null)
  isReading = $state(false)
  problem = $state.raw<Problem | null>(null)
  /** Who served in the span: an officer who left is still in the figures. */
  officers = $state.raw<readonly { readonly id: string; readonly name: string }[]>([])
  readonly #session: Session
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Of several readings under way the last one counts. */
  #reading = 0

  constructor(session: Session) {
    this.#session = session
    this.branch = new Branch(() => this.branchId)
    void this.#start()
  }

  get today(): string {
    return localDay(this.branch.timeZone, Date.now())
  }

  /** The part of an address that every call here has. */
  get #path(): string {
    return `/branches/${encodeURIComponent(this.branchId ?? '')}/reports`
  }

  /** Where the same table can be had as a file. */
  fileOf(choice: Choice, format: 'csv' | 'xlsx', language: string): string {
    return `/api/v1${this.#path}?${queryOf(choice)}&format=${format}&language=${language}`
  }

  /** As the browser's address says. */
  readAddress = (): void => {
    const search = new URLSearchParams(location.search)
    const month = search.get('month') ?? ''
    this.month = isMonth(month) ? month : null
    const asked = choiceOf(search, this.today)
    this.choice =
      this.month === null
        ? asked
        : { ...monthSpan(this.month), by: 'agency', only: { agency: null, service: null, counter: null, officer: null } }
    void this.read()
  }

  choose(change: Partial<Choice>): void {
    if (this.choice === null) return
    history.pushState(null, '', searchWith(new URLSearchParams(location.search), { ...this.choice, ...change }))
    this.readAddress()
  }

  async read(): Promise<void> {
    const { choice } = this
    if (choice === null) return
    clearTimeout(this.#timer)
    const reading = ++this.#reading
    this.isReading = true
    const asked = new Map<string, ReturnType<typeof api<Report>>>()
    const ask = (by: Choice['by']): ReturnType<typeof api<Report>> => {
      const query = queryOf({ ...choice, by })
      const made = asked.get(query) ?? api<Report>(`${this.#path}?${query}`, { timeoutMs: TIMEOUT_MS })
      asked.set(query, made)
      return made
    }
    const [report, overTime, byHour, growth] = await Promise.all([
      ask(choice.by),
      ask(daysIn(choice) > MOST_DAYS ? 'month' : 'day'),
      ask('hour'),
      api<Growth>(`${this.#path}/growth`, { timeoutMs: TIMEOUT_MS }),
    ])
    if (reading !== this.#reading) return
    this.isReading = false
    if (report.ok && overTime.ok && byHour.ok && growth.ok) {
      this.problem = null
      this.shown = { choice, report: report.value, overTime: overTime.value, byHour: byHour.value, growth: growth.value }
      void this.#readOfficers(choice)
      return
    }
    const failed = [report, overTime, byHour, growth].find((answer) => !answer.ok)
    this.problem = failed?.ok === false ? failed.error : null
    if (this.problem?.code === 'not-signed-in') this.#session.ended()
    else if (this.problem?.retry) this.#timer = setTimeout(() => void this.read(), AGAIN_MS)
  }

  /** What was entered for the years before this system. */
  earlier = () => api<EarlierTotals>(`${this.#path}/totals`)

  enterEarlier = async (totals: EarlierTotals) => {
    const answer = await api<EarlierTotals>(`${this.#path}/totals`, { method: 'PUT', body: totals })
    if (answer.ok) void this.read()
    else if (answer.error.code === 'not-signed-in') this.#session.ended()
    return answer
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#reading++
  }

  async #readOfficers(choice: Choice): Promise<void> {
    const everybody = { ...choice, by: 'officer', only: { agency: null, service: null, counter: null, officer: null } } as const
    const answer = await api<Report>(`${this.#path}?${queryOf(everybody)}`, { timeoutMs: TIMEOUT_MS })
    if (answer.ok && this.choice === choice)
      this.officers = answer.value.rows.filter((row) => row.key !== NOBODY).map((row) => ({ id: row.key, name: row.label.id }))
  }

  async #start(): Promise<void> {
    const own = this.#session.user?.branch ?? null
    const answer = own === null ? await branchOfPage() : null
    const branch = own ?? (answer?.ok ? answer.value : null)
    this.mustChooseBranch = branch === null && answer?.ok === true
    if (this.mustChooseBranch) return
    if (branch === null) {
      this.#timer = setTimeout(() => void this.#start(), AGAIN_MS)
      return
    }
    this.branchId = branch
    // Which day is today is the branch's own affair.
    await this.branch.read()
    this.readAddress()
  }
}
