import type { Answer, Problem } from '../../../shared/client/api.ts'
import type { PrinterState } from '../../../shared/domain/state.ts'
import type { PrinterSettings } from '../../../shared/protocol/printing.ts'
import type { ScreenSettings } from '../../../shared/protocol/screen.ts'
import type { SoundReport } from '../../../shared/protocol/wire.ts'
import { type Administration, mistakesOf } from '../administration.svelte.ts'

/** How often the list is read while somebody looks at it. */
const LOOK_MS = 3_000

export interface Device extends ScreenSettings {
  readonly deviceId: string
  readonly kind: 'display' | 'kiosk'
  readonly name: string
  readonly zones: readonly string[] | null
  readonly printer: PrinterSettings | null
  readonly isPaired: boolean
  readonly contact: { readonly isConnected: boolean; readonly sinceMs: number | null; readonly sound: SoundReport['state'] | null }
  readonly speaksIn: readonly string[]
  readonly printerState: PrinterState | null
}

/** As a form holds it: nothing chosen is all. */
export interface ScreenChoice {
  layout: ScreenSettings['layout']
  theme: ScreenSettings['theme']
  language: ScreenSettings['language']
  volume: ScreenSettings['volume']
  zones: string[]
  agencies: string[]
}

/** As a form holds it. */
export interface PrinterChoice {
  kind: 'none' | PrinterSettings['kind']
  host: string
  port: number | null
  columns: PrinterSettings['columns']
  cutter: boolean
}

export const choiceOf = (printer: PrinterSettings | null): PrinterChoice => ({
  kind: printer?.kind ?? 'none',
  host: printer?.kind === 'network' ? printer.host : '',
  port: printer?.kind === 'network' ? printer.port : 9100,
  columns: printer?.columns ?? 48,
  cutter: printer === null || (printer.kind === 'network' && printer.cutter === true),
})

export function printerOf({ kind, host, port, columns, cutter }: PrinterChoice): PrinterSettings | null {
  if (kind === 'none') return null
  return kind === 'browser'
    ? { kind, columns }
    : { kind, host: host.trim(), port: port ?? 9100, columns, ...(cutter ? { cutter: true } : {}) }
}

const settingsOf = ({ zones, agencies, ...rest }: ScreenChoice) => ({
  ...rest,
  zones: zones.length > 0 ? zones : null,
  agencies: agencies.length > 0 ? agencies : null,
})

export type Told = 'paired' | 'changed' | 'revoked' | 'anew' | 'test-page' | 'test-page-low'

/** The screens, kiosks and printers of the house. */
export class HouseDesk {
  devices = $state.raw<readonly Device[] | null>(null)
  problem = $state.raw<Problem | null>(null)
  /** Whether the last problem is the new device's: its form tells it, else the list does. */
  isProblemOfNew = $state(false)
  told = $state.raw<{ readonly key: Told; readonly name: string } | null>(null)
  /** Shown once: the server keeps only its hash. */
  newToken = $state<string | null>(null)
  /** Whose printer is printing a test page. */
  printing = $state<string | null>(null)
  readonly #administration: Administration
  readonly #timer: ReturnType<typeof setInterval>

  constructor(administration: Administration) {
    this.#administration = administration
    void this.readDevices()
    this.#timer = setInterval(() => {
      if (document.visibilityState === 'visible') void this.readDevices()
    }, LOOK_MS)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Reads silently: a refusal of something that somebody did stays to be read. */
  async readDevices(): Promise<void> {
    const answer = await this.#administration.ask<readonly Device[]>(`${this.#administration.path}/devices`)
    if (answer.ok) this.devices = answer.value
    else if (this.devices === null) this.problem = answer.error
  }

  async createDevice(
    kind: Device['kind'],
    name: string,
    choice: ScreenChoice,
    printer: PrinterSettings | null,
    pairingCode: string,
  ): Promise<string | null> {
    this.newToken = null
    const answer = await this.#ask<{ readonly deviceId: string; readonly token?: string }>('', 'POST', {
      kind,
      name,
      ...(kind === 'display' ? settingsOf(choice) : { printer }),
      ...(pairingCode ? { pairingCode } : {}),
    })
    this.isProblemOfNew = true
    if (!this.#noted(answer)) return null
    this.told = { key: 'paired', name }
    if (!pairingCode) this.newToken = answer.value.token ?? null
    await this.readDevices()
    return answer.value.deviceId
  }

  async change(device: Device, name: string, choice: ScreenChoice, printer: PrinterSettings | null): Promise<boolean> {
    const body = { name, ...(device.kind === 'display' ? settingsOf(choice) : { printer }) }
    return this.#done(await this.#ask(`/${encodeURIComponent(device.deviceId)}`, 'PATCH', body), 'changed', name)
  }

  async pairAnew(device: Device, pairingCode: string): Promise<boolean> {
    return this.#done(await this.#ask(`/${encodeURIComponent(device.deviceId)}/pairing`, 'POST', { pairingCode }), 'anew', device.name)
  }

  async revoke(device: Device): Promise<boolean> {
    return this.#done(await this.#ask(`/${encodeURIComponent(device.deviceId)}`, 'DELETE'), 'revoked', device.name)
  }

  async testPage({ deviceId, name }: Pick<Device, 'deviceId' | 'name'>): Promise<boolean> {
    if (this.printing !== null) return false
    this.printing = deviceId
    const answer = await this.#administration.ask<{ readonly state: 'ready' | 'paperLow' }>(
      `${this.#administration.path}/devices/${encodeURIComponent(deviceId)}/test-page`,
      // A printer that sleeps wakes slowly.
      { method: 'POST', timeoutMs: 20_000 },
    )
    this.printing = null
    return this.#done(answer, answer.ok && answer.value.state === 'paperLow' ? 'test-page-low' : 'test-page', name)
  }

  get wrongField(): string | null {
    if (this.problem?.code === 'unknown-pairing') return 'pairingCode'
    return this.problem ? (mistakesOf(this.problem)[0]?.path ?? null) : null
  }

  #ask<T>(path: string, method: 'POST' | 'PATCH' | 'DELETE', body?: object): Promise<Answer<T>> {
    return this.#administration.ask<T>(`${this.#administration.path}/devices${path}`, { method, ...(body ? { body } : {}) })
  }

  async #done<T>(answer: Answer<T>, key: Told, name: string): Promise<boolean> {
    this.isProblemOfNew = false
    if (!this.#noted(answer)) return false
    this.told = { key, name }
    await this.readDevices()
    return true
  }

  #noted<T>(answer: Answer<T>): answer is Extract<Answer<T>, { ok: true }> {
    this.problem = answer.ok ? null : answer.error
    if (!answer.ok) this.told = null
    return answer.ok
  }
}
