import { api, type Problem } from '../../../shared/client/api.ts'
import type { DescribedAgency } from '../../../shared/client/branch.svelte.ts'
import type { DayService, DaySheet, DayWaiting } from '../../../shared/protocol/day.ts'
import type { LiveQueue } from '../../../shared/protocol/wire.ts'
import type { Overview } from '../supervisor.svelte.ts'

/** The foresight changes as time passes, also where nothing happens. */
const READ_MS = 15_000
/** Not once per call of a busy hall. */
const LEAST_MS = 1_500
/** From here on a supervisor must know who won't be served. */
const FORESEEN_MS = 2 * 60 * 60_000
const BREAK_MS = 45 * 60_000

/** What is to be done about a service. `remaining`: not all can be served. */
export type Trouble = 'remaining' | 'paused'

export interface ServiceRow {
  readonly code: string
  readonly name: DescribedAgency['services'][number]['name']
  readonly queue: LiveQueue
  readonly day: DayService
  readonly trouble: Trouble | null
  /** Whether the end of its day, or its next break, is near enough to be told. */
  readonly isEndNear: boolean
  readonly isBreakNear: boolean
}

export interface AgencyRow {
  readonly agency: DescribedAgency
  readonly services: readonly ServiceRow[]
  readonly hasTrouble: boolean
}

/** What a supervisor needs to know of the day, read again as the hall moves on. */
export class Day {
  sheet = $state.raw<DaySheet | null>(null)
  problem = $state.raw<Problem | null>(null)
  readonly #overview: Overview
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastMs = 0
  #isReading = false
  #isAsked = false
  #isClosed = false

  constructor(overview: Overview) {
    this.#overview = overview
  }

  readonly agencies: readonly AgencyRow[] = $derived.by(() => {
    const view = this.#overview.room?.view
    if (!view || !this.sheet) return []
    const queues = new Map(view.queues.map((queue) => [queue.service, queue]))
    const days = new Map(this.sheet.services.map((service) => [service.service, service]))
    const nowMs = this.#overview.room?.nowMs ?? this.sheet.atMs
    return (this.#overview.branch.description?.agencies ?? []).map((agency): AgencyRow => {
      const services = agency.services.flatMap((service): ServiceRow[] => {
        const queue = queues.get(service.code)
        const day = days.get(service.code)
        if (!queue || !day) return []
        const { breakMs } = day.outlook
        return [
          {
            code: service.code,
            name: service.name,
            queue,
            day,
            trouble: troubleOf(queue, day, nowMs),
            isEndNear: isNear(day, nowMs),
            isBreakNear: breakMs !== null && breakMs - nowMs <= BREAK_MS,
          },
        ]
      })
      return { agency, services, hasTrouble: services.some(({ trouble }) => trouble !== null) }
    })
  })

  /** Services, and printers. */
  readonly troubles: number = $derived.by(() => {
    const services = this.agencies.flatMap((agency) => agency.services).filter(({ trouble }) => trouble !== null)
    const printers = (this.#overview.room?.view?.printers ?? []).filter(({ state }) => state !== 'ready')
    return services.length + printers.length
  })

  /** Reads soon, and then again and again until `close`. */
  ask(): void {
    if (this.#isClosed) return
    if (this.#isReading) {
      this.#isAsked = true
      return
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#read(), Math.max(0, this.#lastMs + LEAST_MS - performance.now()))
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  /** Whom the end of a service's day concerns; of all services where none is named. */
  async waiting(service: string | null): Promise<DayWaiting | null> {
    const query = service === null ? '' : `?service=${encodeURIComponent(service)}`
    const answer = await api<DayWaiting>(`${this.#path()}/waiting${query}`)
    this.problem = answer.ok ? null : answer.error
    return answer.ok ? answer.value : null
  }

  /** Who was carried over waits today again, where he stood; his number keeps the mark of its slip. */
  async bringBack(service: string, reason: string): Promise<void> {
    const found = await this.waiting(service)
    for (const { id } of found?.carriedOver ?? []) {
      const command = { type: 'moveTicket', ticket: id, to: { service }, place: 'keep', reason }
      if (!(await this.#overview.command(command))) return
    }
  }

  async #read(): Promise<void> {
    const branch = this.#overview.branchId
    if (branch !== null) {
      this.#isReading = true
      const answer = await api<DaySheet>(this.#path())
      this.#isReading = false
      this.#lastMs = performance.now()
      if (answer.ok) this.sheet = answer.value
      this.problem = answer.ok ? null : answer.error
    }
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void this.#read(), this.#isAsked ? LEAST_MS : READ_MS)
    this.#isAsked = false
  }

  #path(): string {
    return `/branches/${encodeURIComponent(this.#overview.branchId ?? '')}/day`
  }
}

const isNear = ({ outlook: { endsMs } }: DayService, nowMs: number): boolean => endsMs === null || endsMs - nowMs <= FORESEEN_MS

/** Who closed a service by hand has decided about those who wait for it. */
function troubleOf(queue: LiveQueue, day: DayService, nowMs: number): Trouble | null {
  if (queue.override?.override === 'paused') return 'paused'
  const isDecided = queue.override?.override === 'closed'
  return !isDecided && day.outlook.from !== null && isNear(day, nowMs) ? 'remaining' : null
}
