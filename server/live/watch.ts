import type { Alert } from '../../shared/protocol/live.ts'
import type { Device, Devices } from '../auth/devices.ts'
import type { Presence } from '../auth/presence.ts'
import type { Branches } from '../branch/branches.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import type { History } from '../history/history.ts'
import { alertsOf } from './alerts.ts'

export interface WatchSources {
  readonly branches: Branches
  readonly history: History
  readonly presence: Presence
  readonly devices: Devices
  readonly log: { info(details: object, message: string): void; error(details: object, message: string): void }
}

/** Often enough for a person, and of no cost to officers. */
const LOOK_MS = 1_000
/** A screen that is loaded anew is back before anybody could act. */
const SETTLE_MS = 5_000
/** Devices come from the store: they change seldom. */
const DEVICES_MS = 30_000

/** Looks at every branch once a second, remembers since when something is wrong, and writes down what begins and ends. */
export class AlertWatch {
  readonly #sources: WatchSources
  readonly #alerts = new Map<string, ReadonlyMap<string, Alert>>()
  /** Since when each was found, by branch and id: told only when it has held for a while. */
  readonly #found = new Map<string, ReadonlyMap<string, number>>()
  readonly #known = new Map<string, { readonly atMs: number; readonly devices: readonly Device[] }>()
  #isLooking = false
  readonly #timer: NodeJS.Timeout

  constructor(sources: WatchSources) {
    this.#sources = sources
    this.#timer = setInterval(() => void this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  /** What is wrong in this branch, the worst first. */
  of(branchId: string): readonly Alert[] {
    return [...(this.#alerts.get(branchId)?.values() ?? [])]
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      for (const runtime of this.#sources.branches.all()) this.#lookAt(runtime, await this.#devicesOf(runtime.id))
    } catch (error) {
      this.#sources.log.error({ err: error }, 'alerts could not be worked out')
    } finally {
      this.#isLooking = false
    }
  }

  async #devicesOf(branchId: string): Promise<readonly Device[]> {
    const known = this.#known.get(branchId)
    if (known && performance.now() - known.atMs < DEVICES_MS) return known.devices
    // A store that is away says so elsewhere.
    const devices = await this.#sources.devices.list(branchId).catch(() => known?.devices ?? [])
    this.#known.set(branchId, { atMs: performance.now(), devices })
    return devices
  }

  #lookAt(runtime: BranchRuntime, devices: readonly Device[]): void {
    const { history, presence } = this.#sources
    const before = this.#alerts.get(runtime.id) ?? new Map<string, Alert>()
    const found = alertsOf({
      state: runtime.state,
      nowMs: runtime.nowMs(),
      clockStepMs: runtime.clockStepMs,
      devices: devices
        .filter(({ isPaired }) => isPaired)
        .map(({ deviceId, kind, name }) => ({ deviceId, kind, name, contact: presence.of(deviceId) })),
      outOfOrder: history.today(runtime.id)?.ledger.outOfOrder ?? new Map(),
      lasting: new Set(before.keys()),
    })
    const seen = this.#found.get(runtime.id)
    const nowMs = performance.now()
    const seenSince = new Map(found.map(({ id }) => [id, seen?.get(id) ?? nowMs]))
    this.#found.set(runtime.id, seenSince)
    const settled = found.filter(({ id }) => before.has(id) || nowMs - (seenSince.get(id) as number) >= SETTLE_MS)
    // What lasts began when it began.
    const after = new Map(settled.map((alert) => [alert.id, { ...alert, sinceMs: before.get(alert.id)?.sinceMs ?? alert.sinceMs }]))
    this.#alerts.set(runtime.id, after)
    for (const [id, { kind, severity }] of after)
      if (!before.has(id)) this.#sources.log.info({ branch: runtime.id, alert: id, kind, severity }, 'alert began')
    for (const [id, { kind }] of before) if (!after.has(id)) this.#sources.log.info({ branch: runtime.id, alert: id, kind }, 'alert ended')
  }
}
