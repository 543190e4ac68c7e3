import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { indexOf } from '../shared/domain/configuration.ts'
import { queue } from '../shared/domain/state.ts'
import type { AnnouncementLine } from './announcer/announcer.ts'
import type { Branches } from './branch/branches.ts'
import type { CommandReport } from './branch/runtime.ts'
import type { BranchStore } from './store/store.ts'

/** What one server tells Prometheus. Of visitors and officers only numbers. */
export class Metrics {
  readonly #registry = new Registry()
  readonly #commands: Counter<'branch' | 'type' | 'outcome'>
  readonly #seconds: Histogram<'type'>
  readonly #calls: Counter<'branch'>
  readonly #conflicts: Counter<'branch'>
  readonly #requests: Counter<'route' | 'status'>
  readonly #announcements: Counter<'branch' | 'outcome'>
  readonly #announcementWait: Histogram<'branch'>
  readonly #soundLatency: Histogram<'branch'>
  readonly #days: Counter<'branch' | 'outcome'>
  readonly #webhooks: Counter<'branch' | 'outcome'>
  readonly #lag: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 })

  constructor() {
    const registers = [this.#registry]
    this.#commands = new Counter({
      name: 'panggil_commands_total',
      help: 'Commands answered',
      labelNames: ['branch', 'type', 'outcome'],
      registers,
    })
    this.#seconds = new Histogram({
      name: 'panggil_command_seconds',
      help: 'From taking a command to its answer',
      labelNames: ['type'],
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    })
    this.#calls = new Counter({ name: 'panggil_calls_total', help: 'Visitors called, recalls included', labelNames: ['branch'], registers })
    this.#conflicts = new Counter({
      name: 'panggil_conflicts_total',
      help: 'Commits that met those of another server',
      labelNames: ['branch'],
      registers,
    })
    this.#requests = new Counter({
      name: 'panggil_http_requests_total',
      help: 'HTTP requests answered',
      labelNames: ['route', 'status'],
      registers,
    })
    this.#announcements = new Counter({
      name: 'panggil_announcements_total',
      help: 'Announcements by what became of them; every server of a branch counts all of them',
      labelNames: ['branch', 'outcome'],
      registers,
    })
    this.#announcementWait = new Histogram({
      name: 'panggil_announcement_wait_seconds',
      help: 'From the call to the start of its sound',
      labelNames: ['branch'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 5, 10, 20, 45],
      registers,
    })
    this.#soundLatency = new Histogram({
      name: 'panggil_sound_latency_seconds',
      help: 'From the order to the first sample at the output, as the speaking screen tells it',
      labelNames: ['branch'],
      buckets: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1],
      registers,
    })
    this.#days = new Counter({
      name: 'panggil_days_archived_total',
      help: 'Closed days that were archived and verified (good), and tries that failed (failed)',
      labelNames: ['branch', 'outcome'],
      registers,
    })
    this.#webhooks = new Counter({
      name: 'panggil_webhook_attempts_total',
      help: 'Attempts to deliver an event to another system: delivered, or failed and to be tried again',
      labelNames: ['branch', 'outcome'],
      registers,
    })
    this.#lag.enable()
    const lag = this.#lag
    new Gauge({
      name: 'panggil_event_loop_lag_seconds',
      help: 'How late the event loop was since the last reading',
      labelNames: ['quantile'],
      registers,
      collect() {
        this.set({ quantile: '0.5' }, lag.percentile(50) / 1e9)
        this.set({ quantile: '0.99' }, lag.percentile(99) / 1e9)
        this.set({ quantile: '1' }, lag.max / 1e9)
        lag.reset()
      },
    })
    new Gauge({
      name: 'panggil_memory_bytes',
      help: 'Resident memory of this process',
      registers,
      collect() {
        this.set(process.memoryUsage.rss())
      },
    })
  }

  /** What is read only when somebody asks. */
  watch(store: BranchStore, branches: Branches, sockets: () => Record<string, number>): void {
    const registers = [this.#registry]
    new Gauge({
      name: 'panggil_queue_length',
      help: 'Visitors waiting',
      labelNames: ['branch', 'service'],
      registers,
      collect() {
        this.reset()
        for (const id of branches.ids()) {
          const state = branches.get(id)?.state
          if (state)
            for (const service of indexOf(state.configuration).services.keys())
              this.set({ branch: id, service }, queue(state, service).size)
        }
      },
    })
    new Gauge({
      name: 'panggil_sockets',
      help: 'Open sockets',
      labelNames: ['namespace'],
      registers,
      collect() {
        for (const [namespace, count] of Object.entries(sockets())) this.set({ namespace }, count)
      },
    })
    new Gauge({
      name: 'panggil_store_available',
      help: '1 while the store can be reached',
      registers,
      collect() {
        this.set(store.isAvailable ? 1 : 0)
      },
    })
  }

  command(report: CommandReport): void {
    const { branchId: branch, type, outcome } = report
    this.#commands.inc({ branch, type, outcome })
    this.#seconds.observe({ type }, report.milliseconds / 1000)
    if (outcome === 'ok' && !report.repeated && report.number !== undefined && CALLS.has(type)) this.#calls.inc({ branch })
    if (report.conflicts > 0) this.#conflicts.inc({ branch }, report.conflicts)
  }

  announcement({ branchId: branch, outcome, waitedMs, latencyMs }: AnnouncementLine): void {
    this.#announcements.inc({ branch, outcome })
    if (outcome === 'heard' && waitedMs !== null) this.#announcementWait.observe({ branch }, waitedMs / 1000)
    if (latencyMs !== null) this.#soundLatency.observe({ branch }, latencyMs / 1000)
  }

  dayArchived(branch: string, isGood: boolean): void {
    this.#days.inc({ branch, outcome: isGood ? 'good' : 'failed' })
  }

  webhook(branch: string, isDelivered: boolean): void {
    this.#webhooks.inc({ branch, outcome: isDelivered ? 'delivered' : 'failed' })
  }

  request(route: string, status: number): void {
    this.#requests.inc({ route, status: String(status) })
  }

  async text(): Promise<{ type: string; body: string }> {
    return { type: this.#registry.contentType, body: await this.#registry.metrics() }
  }

  close(): void {
    this.#lag.disable()
    this.#registry.clear()
  }
}

const CALLS: ReadonlySet<string> = new Set(['callNext', 'callTicket', 'recall'])
