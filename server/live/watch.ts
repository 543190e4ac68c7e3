import type { Alert } from '../../shared/protocol/live.ts'
import type { Device, Devices } from '../auth/devices.ts'
import type { Contact, Presence } from '../auth/presence.ts'
import type { Branches } from '../branch/branches.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import type { History } from '../history/history.ts'
import { type BranchStore, StoreAway } from '../store/store.ts'
import { AlertTeller } from './alertNews.ts'
import { alertsOf } from './alerts.ts'
import { type BackupPlaces, type BackupTrouble, backupTrouble } from './backups.ts'
import { happeningsOf } from './happenings.ts'
import { Silences } from './silences.ts'

export interface WatchSources {
  readonly store: BranchStore
  readonly backups: BackupPlaces
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
/** Devices come from the store: they change seldom, and that is heard. */
const DEVICES_MS = 30_000
const BACKUPS_MS = 10_000
/** A machine that was off at night makes its backup when it is on again: until then nobody is told that it is late. */
const BACKUP_PATIENCE_MS = 600_000
/** What stood when this server began may take so long to be found again: screens come back, and the day is counted anew. */
const FINDING_MS = 20_000
const LOST = ['kioskLost', 'screenLost'] as const

/** Looks at every branch once a second, remembers since when something is wrong, and tells what begins and ends. */
export class AlertWatch {
  readonly silences: Silences
  readonly #sources: WatchSources
  readonly #alerts = new Map<string, ReadonlyMap<string, Alert>>()
  /** Since when each was found, by branch and id: told only when it has held for a while. */
  readonly #found = new Map<string, ReadonlyMap<string, number>>()
  readonly #known = new Map<string, { readonly atMs: number; readonly devices: readonly Device[] }>()
  readonly #teller: AlertTeller
  /** Of each branch, what had been told when this server began to look and was not found by it yet. */
  readonly #stood = new Map<string, Map<string, Alert>>()
  /** Number of the last news that those who look on were told here. */
  readonly #shown = new Map<string, number>()
  readonly #beganMs = performance.now()
  #backup: BackupTrouble | null = null
  #backupsReadMs = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | null = null
  readonly #timer: NodeJS.Timeout

  constructor(sources: WatchSources) {
    this.#sources = sources
    this.#teller = new AlertTeller(sources.store)
    this.silences = new Silences(sources.store)
    sources.store.records.onChange((kind) => {
      if (kind === null || kind === 'devices') this.#known.clear()
    })
    this.#timer = setInterval(() => (this.#looking ??= this.#look().finally(() => (this.#looking = null))), LOOK_MS)
    this.#timer.unref()
  }

  /** What is wrong in this branch, the worst first. */
  of(branchId: string): readonly Alert[] {
    return [...(this.#alerts.get(branchId)?.values() ?? [])]
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
    await this.#teller.close()
  }

  async #look(): Promise<void> {
    await this.#readBackups()
    for (const runtime of this.#sources.branches.all())
      try {
        const standing = await this.#standing(runtime.id)
        const alerts = this.#lookAt(runtime, await this.#devicesOf(runtime.id), standing)
        // Nothing is said to have ended because it could not be read that it stood.
        if (standing) await this.#tell(runtime, alerts)
        await this.#show(runtime)
      } catch (error) {
        if (!(error instanceof StoreAway)) this.#sources.log.error({ err: error, branch: runtime.id }, 'alerts could not be worked out')
      }
  }

  /** Null: the store is away, which is told elsewhere. */
  async #standing(branchId: string): Promise<ReadonlyMap<string, Alert> | null> {
    const standing = await this.#teller.standing(branchId).catch(() => null)
    if (standing && !this.#stood.has(branchId)) {
      this.#stood.set(branchId, new Map(standing))
      this.#alerts.set(branchId, standing)
    }
    return standing
  }

  async #tell(runtime: BranchRuntime, alerts: readonly Alert[]): Promise<void> {
    const { id: branch } = runtime
    for (const { type, alert } of await this.#teller.tell({ branch, revision: runtime.state.revision, atMs: runtime.nowMs(), alerts })) {
      const { id, kind, severity } = alert
      this.#sources.log.info({ branch, alert: id, kind, severity }, SAID[type])
    }
  }

  /** What any server told. */
  async #show(runtime: BranchRuntime): Promise<void> {
    const { news, last } = await this.#teller.news(runtime.id)
    const shown = this.#shown.get(runtime.id) ?? last
    for (const each of news) if (each.number > shown) happeningsOf(runtime).onAlert(each)
    this.#shown.set(runtime.id, last)
  }

  async #readBackups(): Promise<void> {
    if (performance.now() - this.#backupsReadMs < BACKUPS_MS) return
    this.#backupsReadMs = performance.now()
    this.#backup = await backupTrouble(this.#sources.backups, Date.now())
  }

  async #devicesOf(branchId: string): Promise<readonly Device[]> {
    const known = this.#known.get(branchId)
    if (known && performance.now() - known.atMs < DEVICES_MS) return known.devices
    // A store that is away says so elsewhere.
    const devices = await this.#sources.devices.list(branchId).catch(() => known?.devices ?? [])
    this.#known.set(branchId, { atMs: performance.now(), devices })
    return devices
  }

  #backupFor(standing: ReadonlyMap<string, Alert> | null): BackupTrouble | null {
    const isSure = this.#backup?.kind === 'backupFailed' || performance.now() - this.#beganMs >= BACKUP_PATIENCE_MS
    return this.#backup && (isSure || standing?.has(this.#backup.kind)) ? this.#backup : null
  }

  /** One that this server never heard of, and that was told as lost, is lost still. */
  #contactOf(deviceId: string, standing: ReadonlyMap<string, Alert> | null): Contact {
    const contact = this.#sources.presence.of(deviceId)
    if (contact.sinceMs !== null) return contact
    const lost = LOST.map((kind) => standing?.get(`${kind} ${deviceId}`)).find((alert) => alert !== undefined)
    return lost ? { ...contact, sinceMs: lost.sinceMs } : contact
  }

  #lookAt(runtime: BranchRuntime, devices: readonly Device[], standing: ReadonlyMap<string, Alert> | null): readonly Alert[] {
    const { history } = this.#sources
    const before = this.#alerts.get(runtime.id) ?? new Map<string, Alert>()
    const found = alertsOf({
      state: runtime.state,
      nowMs: runtime.nowMs(),
      clockStepMs: runtime.clockStepMs,
      devices: devices
        .filter(({ isPaired }) => isPaired)
        .map(({ deviceId, kind, name }) => ({ deviceId, kind, name, contact: this.#contactOf(deviceId, standing) })),
      backup: this.#backupFor(standing),
      outOfOrder: history.today(runtime.id)?.ledger.outOfOrder ?? new Map(),
      lasting: new Set(before.keys()),
    })
    const seen = this.#found.get(runtime.id)
    const nowMs = performance.now()
    const seenSince = new Map(found.map(({ id }) => [id, seen?.get(id) ?? nowMs]))
    this.#found.set(runtime.id, seenSince)
    const settled = found.filter(({ id }) => before.has(id) || nowMs - (seenSince.get(id) as number) >= SETTLE_MS)
    const stood = this.#stood.get(runtime.id) ?? new Map<string, Alert>()
    for (const id of seenSince.keys()) stood.delete(id)
    if (nowMs - this.#beganMs >= FINDING_MS) stood.clear()
    // What lasts began when it began.
    const after = [...settled.map((alert) => ({ ...alert, sinceMs: before.get(alert.id)?.sinceMs ?? alert.sinceMs })), ...stood.values()]
    this.#alerts.set(runtime.id, new Map(after.map((alert) => [alert.id, alert])))
    return after
  }
}

const SAID = { alertBegan: 'alert began', alertWorsened: 'alert grew worse', alertEnded: 'alert ended' } as const
