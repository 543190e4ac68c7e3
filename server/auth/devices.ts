import type { PrinterSettings } from '../../shared/protocol/printing.ts'
import { type ScreenSettings, USUAL_SCREEN } from '../../shared/protocol/screen.ts'
import type { BranchStore } from '../store/store.ts'
import { done, type Outcome, refuse, wrongValue } from './outcome.ts'
import type { DevicePrincipal } from './principal.ts'
import { digest, newDeviceId, newDeviceToken, newPairingCode, newSecret, readPairingCode } from './tokens.ts'

/** How long a screen shows one code (RFC 8628, section 6.1: short, because it is short to type). */
export const PAIRING_MS = 10 * 60_000
/** Codes open at once: a house has dozens of screens, and a flood must not fill the store. */
const PAIRINGS_MAX = 500

/** Records of an older version have no settings of their own. */
export interface DeviceRecord extends Partial<ScreenSettings> {
  readonly deviceId: string
  readonly kind: DevicePrincipal['device']
  readonly name: string
  readonly branch: string
  readonly zones: readonly string[] | null
  /** Absent in records of an older version. */
  readonly printer?: PrinterSettings | null
  /** Null until the screen that shows the code has fetched its token. */
  readonly tokenHash: string | null
  readonly createdAtMs: number
}

interface PairingRecord {
  readonly code: string
  readonly kind: DevicePrincipal['device']
  readonly expiresAtMs: number
  /** Set when an admin has typed the code. */
  readonly deviceId: string | null
}

export interface Device extends ScreenSettings {
  readonly deviceId: string
  readonly kind: DevicePrincipal['device']
  readonly name: string
  readonly zones: readonly string[] | null
  readonly printer: PrinterSettings | null
  readonly isPaired: boolean
  readonly createdAtMs: number
}

export interface NewDevice extends Partial<ScreenSettings> {
  readonly branch: string
  readonly kind: DevicePrincipal['device']
  readonly name: string
  readonly zones: readonly string[] | null
  readonly printer?: PrinterSettings | null
  readonly pairingCode?: string | undefined
}

export type DeviceChange = {
  readonly name?: string
  readonly zones?: readonly string[] | null
  readonly printer?: PrinterSettings | null
} & Partial<ScreenSettings>

export interface ClaimedDevice {
  readonly deviceId: string
  readonly token: string
  readonly branch: string
  readonly zones: readonly string[] | null
  readonly name: string
}

export const principalOfDevice = (record: DeviceRecord, sessionId: string): DevicePrincipal => ({
  kind: 'device',
  deviceId: record.deviceId,
  device: record.kind,
  name: record.name,
  branch: record.branch,
  zones: record.zones,
  screen: screenOf(record),
  sessionId,
})

const deviceOf = (record: DeviceRecord): Device => {
  const { deviceId, kind, name, zones, tokenHash, createdAtMs } = record
  return { deviceId, kind, name, zones, ...screenOf(record), printer: record.printer ?? null, isPaired: tokenHash !== null, createdAtMs }
}

const screenOf = ({ layout, theme, language, agencies, volume }: Partial<ScreenSettings>): ScreenSettings => ({
  layout: layout ?? USUAL_SCREEN.layout,
  theme: theme ?? USUAL_SCREEN.theme,
  language: language ?? USUAL_SCREEN.language,
  agencies: agencies ?? null,
  volume: volume ?? USUAL_SCREEN.volume,
})

/**
 * Screens and kiosks. A token opens one branch and never expires: nobody walks a hall with a keyboard each morning. It is handed to the admin,
 * or, where a screen shows a pairing code, to that screen alone.
 */
export class Devices {
  readonly #store: BranchStore
  readonly #ended: (deviceId: string) => void
  readonly #changed: (deviceId: string) => void

  constructor(store: BranchStore, on: { ended(deviceId: string): void; changed(deviceId: string): void }) {
    this.#store = store
    this.#ended = on.ended
    this.#changed = on.changed
  }

  async list(branch: string): Promise<Device[]> {
    const all = await this.#store.records.list<DeviceRecord>('devices')
    return all
      .filter(({ value }) => value.branch === branch)
      .map(({ value }) => deviceOf(value))
      .sort((a, b) => a.createdAtMs - b.createdAtMs)
  }

  /** Null: this branch has no such device. */
  async get(branch: string, deviceId: string): Promise<Device | null> {
    const found = await this.#store.records.get<DeviceRecord>('devices', deviceId)
    return found === null || found.value.branch !== branch ? null : deviceOf(found.value)
  }

  async create({ pairingCode, ...wanted }: NewDevice): Promise<Outcome<{ deviceId: string; token?: string }>> {
    const { records } = this.#store
    const deviceId = newDeviceId()
    const device: DeviceRecord = { deviceId, ...wanted, tokenHash: null, createdAtMs: this.#store.nowMs() }
    if (pairingCode === undefined) {
      const token = newDeviceToken(deviceId)
      await records.put('devices', deviceId, { ...device, tokenHash: digest(token) }, 0)
      return done({ deviceId, token })
    }
    const code = readPairingCode(pairingCode)
    const pairing = (await records.list<PairingRecord>('pairings')).find(({ value }) => value.code === code)
    if (!pairing || pairing.value.deviceId !== null || pairing.value.expiresAtMs <= this.#store.nowMs())
      return refuse('unknown-pairing', 'No screen shows this code now')
    if (pairing.value.kind !== wanted.kind) return wrongValue('kind', `must be ${pairing.value.kind}: that is what shows this code`)
    await records.put('devices', deviceId, device, 0)
    if (await records.put('pairings', pairing.id, { ...pairing.value, deviceId }, pairing.version)) return done({ deviceId })
    // Another admin typed the same code at the same moment.
    await records.delete('devices', deviceId)
    return refuse('unknown-pairing', 'No screen shows this code now')
  }

  /** Null: this branch has no such device. Its screens come back with what is new by themselves. */
  async change(branch: string, deviceId: string, change: DeviceChange): Promise<Device | null> {
    for (;;) {
      const found = await this.#store.records.get<DeviceRecord>('devices', deviceId)
      if (found === null || found.value.branch !== branch) return null
      const next: DeviceRecord = { ...found.value, ...change }
      if (!(await this.#store.records.put('devices', deviceId, next, found.version))) continue
      this.#changed(deviceId)
      return deviceOf(next)
    }
  }

  /** Another machine takes this device's place: its token is dead, and the one that shows the code fetches a new one. */
  async pairAnew(branch: string, deviceId: string, pairingCode: string): Promise<Outcome<null>> {
    const { records } = this.#store
    const code = readPairingCode(pairingCode)
    const pairing = (await records.list<PairingRecord>('pairings')).find(({ value }) => value.code === code)
    const device = await records.get<DeviceRecord>('devices', deviceId)
    if (device === null || device.value.branch !== branch) return refuse('unknown-device')
    if (!pairing || pairing.value.deviceId !== null || pairing.value.expiresAtMs <= this.#store.nowMs())
      return refuse('unknown-pairing', 'No screen shows this code now')
    if (pairing.value.kind !== device.value.kind) return wrongValue('pairingCode', `is of a ${pairing.value.kind}`)
    if (!(await records.put('pairings', pairing.id, { ...pairing.value, deviceId }, pairing.version)))
      return refuse('unknown-pairing', 'No screen shows this code now')
    // A claim that came in between has its token already: then there is nothing to take away any more.
    await records.put('devices', deviceId, { ...device.value, tokenHash: null }, device.version)
    this.#ended(deviceId)
    return done(null)
  }

  /** False: this branch has no such device. */
  async revoke(branch: string, deviceId: string): Promise<boolean> {
    const found = await this.#store.records.get<DeviceRecord>('devices', deviceId)
    if (found === null || found.value.branch !== branch) return false
    const wasThere = await this.#store.records.delete('devices', deviceId)
    this.#ended(deviceId)
    return wasThere
  }

  // --- pairing, in the shape of RFC 8628: the code is for a person, the secret for the screen

  async offer(
    kind: DevicePrincipal['device'],
  ): Promise<Outcome<{ code: string; secret: string; expiresAtMs: number; expiresInMs: number }>> {
    const { records } = this.#store
    const open = await records.list<PairingRecord>('pairings')
    if (open.length >= PAIRINGS_MAX) return refuse('rate-limited', 'Too many screens wait to be paired')
    const taken = new Set(open.map(({ value }) => value.code))
    let code = newPairingCode()
    while (taken.has(code)) code = newPairingCode()
    const secret = newSecret(16)
    const pairing: PairingRecord = { code, kind, expiresAtMs: this.#store.nowMs() + PAIRING_MS, deviceId: null }
    await records.put('pairings', digest(secret), pairing, 0)
    return done({ code, secret, expiresAtMs: pairing.expiresAtMs, expiresInMs: PAIRING_MS })
  }

  /** Once: whoever asks second is told that there is no such pairing. */
  async claim(secret: string): Promise<Outcome<ClaimedDevice>> {
    const { records } = this.#store
    const id = digest(secret)
    const pairing = await records.get<PairingRecord>('pairings', id)
    if (pairing === null || pairing.value.expiresAtMs <= this.#store.nowMs()) return refuse('unknown-pairing')
    const { deviceId } = pairing.value
    if (deviceId === null) return refuse('pairing-pending')
    const device = await records.get<DeviceRecord>('devices', deviceId)
    if (!(await records.delete('pairings', id)) || device === null) return refuse('unknown-pairing')
    const token = newDeviceToken(deviceId)
    if (!(await records.put('devices', deviceId, { ...device.value, tokenHash: digest(token) }, device.version)))
      return refuse('unknown-pairing')
    const { branch, zones, name } = device.value
    return done({ deviceId, token, branch, zones, name })
  }

  /** Removes codes that have run out. */
  async tidy(): Promise<void> {
    const { records } = this.#store
    for (const { id, value } of await records.list<PairingRecord>('pairings'))
      if (value.expiresAtMs <= this.#store.nowMs()) await records.delete('pairings', id)
  }
}
