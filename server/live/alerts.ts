import { type Hours, indexOf } from '../../shared/domain/configuration.ts'
import { issuing, servingHours } from '../../shared/domain/hours.ts'
import { arrivals, type BranchState, counterState, queue, zoneState } from '../../shared/domain/state.ts'
import { ALERT_KINDS, type Alert } from '../../shared/protocol/live.ts'
import type { Contact } from '../auth/presence.ts'
import { zoneSound } from '../branch/views.ts'
import type { BackupTrouble } from './backups.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
/** What has begun ends only when it is this much better: a wait about the limit must not come and go. */
const ENDS_AT = 0.8

export interface AlertSources {
  readonly state: BranchState
  readonly nowMs: number
  readonly clockStepMs: number | null
  readonly devices: readonly {
    readonly deviceId: string
    readonly kind: 'display' | 'kiosk'
    readonly name: string
    readonly contact: Contact
  }[]
  /** Of the whole house, told in each of its branches. */
  readonly backup: BackupTrouble | null
  /** Calls out of order today, by user name. */
  readonly outOfOrder: ReadonlyMap<string, number>
  /** Ids that hold already: they end later than they began. */
  readonly lasting: ReadonlySet<string>
}

/** What is wrong now, the worst first. Pure; its work grows with services, counters and devices, never with those who wait. */
export function alertsOf({ state, nowMs, clockStepMs, devices, backup, outOfOrder, lasting }: AlertSources): Alert[] {
  const { configuration } = state
  const {
    waitPercent = 100,
    unservedMinutes = 5,
    quotaLeftPercent = 10,
    lostMinutes = 2,
    outOfOrderCalls = 5,
    pauseMinutes = 30,
  } = configuration.alerts ?? {}
  const index = indexOf(configuration)
  const alerts: Alert[] = []
  const add = (
    kind: Alert['kind'],
    severity: Alert['severity'],
    sinceMs: number,
    count: number,
    about: string | null = null,
    name: Alert['name'] = null,
  ) => alerts.push({ id: about === null ? kind : `${kind} ${about}`, kind, severity, sinceMs, about, name, count })

  if (clockStepMs !== null) add('clockStep', 'severe', nowMs, Math.round(Math.abs(clockStepMs) / MINUTE))
  if (backup) add(backup.kind, 'severe', backup.sinceMs, Math.floor((nowMs - backup.sinceMs) / HOUR))
  if (state.pause && nowMs - state.pause.sinceMs >= pauseMinutes * MINUTE)
    add('longPause', 'mild', state.pause.sinceMs, Math.floor((nowMs - state.pause.sinceMs) / MINUTE))

  const served = new Set<string>()
  /** When the last counter of a service stopped calling for it, where none does now. */
  const leftMs = new Map<string, number>()
  const zonesOpen = new Set<string>()
  for (const counter of configuration.counters) {
    const { state: now, sinceMs } = counterState(state, counter.id)
    if (now === 'open') zonesOpen.add(counter.zone)
    for (const code of counter.services)
      if (now === 'open') served.add(code)
      else leftMs.set(code, Math.max(sinceMs, leftMs.get(code) ?? 0))
  }
  for (const { code, service, hours = configuration.hours } of index.services.values()) {
    const waiting = queue(state, code).size
    if (waiting > 0 && state.pause === null) {
      const first = arrivals(state, code).first()
      const ticket = first && state.tickets.get(first[1])
      const readyAtMs = ticket ? Math.max(ticket.readyAtMs, ticket.day < state.day ? opening(state) : 0) : nowMs
      const waitedMs = nowMs - readyAtMs
      const limitMs = service.targetMinutes * MINUTE * (waitPercent / 100)
      const begun = limitMs * (lasting.has(`longWait ${code}`) ? ENDS_AT : 1)
      if (waitedMs > begun)
        add('longWait', waitedMs > 2 * limitMs ? 'severe' : 'mild', readyAtMs + limitMs, Math.floor(waitedMs / MINUTE), code, service.name)
      const isOpened = state.dayOverride === 'open' || state.services[code]?.override === 'open'
      const dueMs = served.has(code) ? null : isOpened ? 0 : servingSinceMs(hours, state, nowMs)
      if (dueMs !== null) {
        // A counter that closed a minute ago left nobody alone for longer than that, however long he has waited.
        const aloneMs = Math.max(readyAtMs, dueMs, leftMs.get(code) ?? 0)
        if (nowMs - aloneMs > unservedMinutes * MINUTE)
          add('nobodyServes', 'severe', aloneMs + unservedMinutes * MINUTE, waiting, code, service.name)
      }
    }
    const quota = service.quotaPerDay
    if (quota != null) {
      const left = Math.max(0, quota - (state.issued[code] ?? 0))
      if (left <= (quota * quotaLeftPercent) / 100 && (state.issued[code] ?? 0) > 0)
        add('quotaUsed', 'mild', state.atMs, left, code, service.name)
    }
  }
  for (const zone of configuration.zones) {
    const sound = zoneSound(zoneState(state, zone.id))
    if (zonesOpen.has(zone.id) && (sound === 'none' || sound === 'blocked')) add('zoneSilent', 'severe', state.atMs, 0, zone.id, zone.name)
  }
  // At night everything is switched off, and nobody is to be woken for it.
  const isOpen = zonesOpen.size > 0 || issuing(configuration.hours, configuration.timeZone, nowMs).open
  for (const { deviceId, kind, name, contact } of isOpen ? devices : [])
    if (!contact.isConnected && contact.sinceMs !== null && nowMs - contact.sinceMs >= lostMinutes * MINUTE)
      add(
        kind === 'kiosk' ? 'kioskLost' : 'screenLost',
        kind === 'kiosk' ? 'severe' : 'mild',
        contact.sinceMs,
        Math.floor((nowMs - contact.sinceMs) / MINUTE),
        deviceId,
        name,
      )
  for (const [device, printer] of Object.entries(state.printers))
    if (printer.state !== 'ready')
      add(
        'printerTrouble',
        printer.state === 'paperLow' ? 'mild' : 'severe',
        printer.sinceMs,
        Math.max(0, Math.floor((nowMs - printer.sinceMs) / MINUTE)),
        device,
        devices.find(({ deviceId }) => deviceId === device)?.name ?? device,
      )
  for (const [officer, calls] of outOfOrder) if (calls >= outOfOrderCalls) add('outOfOrder', 'mild', state.atMs, calls, officer, officer)
  return alerts.sort(
    (a, b) =>
      Number(b.severity === 'severe') - Number(a.severity === 'severe') ||
      ALERT_KINDS.indexOf(a.kind) - ALERT_KINDS.indexOf(b.kind) ||
      b.count - a.count,
  )
}

/** Since when somebody should be there: the last opening of today, also after the closing. Null: before the first one, and in a break. */
function servingSinceMs(hours: Hours, { day, configuration: { timeZone } }: BranchState, nowMs: number): number | null {
  const { intervals } = servingHours(hours, day, timeZone)
  if (intervals.length === 0) return 0
  const begun = intervals.findLast(({ fromMs }) => fromMs <= nowMs)
  const isBreak = begun !== undefined && nowMs >= begun.untilMs && intervals.some(({ fromMs }) => fromMs > nowMs)
  return begun === undefined || isBreak ? null : begun.fromMs
}

/** Whoever was carried over went home, and waits from today's opening on. */
const opening = ({ configuration, day, atMs }: BranchState): number =>
  servingHours(configuration.hours, day, configuration.timeZone).intervals[0]?.fromMs ?? atMs
