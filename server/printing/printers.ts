import { randomUUID } from 'node:crypto'
import type { PrinterState, Ticket } from '../../shared/domain/state.ts'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import type { Printed } from '../../shared/protocol/printing.ts'
import { type ReceiptLine, receiptLines, testPageLines } from '../../shared/receipt/receipt.ts'
import type { Device, Devices } from '../auth/devices.ts'
import { done, type Outcome, refuse } from '../auth/outcome.ts'
import type { Branches } from '../branch/branches.ts'
import type { BranchRuntime } from '../branch/runtime.ts'
import { type BranchStore, StoreAway } from '../store/store.ts'
import { escposOf, type NetworkPrinter } from './escpos.ts'
import { Issuers } from './issuers.ts'
import { type JobResult, printAt, stateAt } from './job.ts'
import { receiptBranch, receiptOf } from './slip.ts'
import { canPrint } from './status.ts'
import { Turns } from './turns.ts'

export interface PrintersContext {
  readonly store: BranchStore
  readonly branches: Branches
  readonly devices: Devices
  /** Origin that QR codes begin with. */
  publicUrl(): string
  readonly log: { error(details: object, message: string): void }
}

/** A device with a printer that the server speaks to. */
export interface DeviceWithPrinter {
  readonly deviceId: string
  readonly name: string
  readonly printer: NetworkPrinter
}

/** How long a slip waits for those before it. */
const TURN_MS = 8_000
/** Between two looks at each printer, by chance: servers that share printers should not all come at once. */
const LOOK_MIN_MS = 3_000
const LOOK_MAX_MS = 5_000
/** While one is in trouble: somebody stands there and puts paper in. */
const TROUBLE_LOOK_MS = 1_000
/** Whoever did not answer once may have been busy with another server's slip: asked again before anybody is told. */
const SECOND_LOOK_MS = 1_500
/** Tickets of which somebody must be told, or which may be out already: a few while a printer or the store is away. */
const REMEMBERED_MAX = 1_000

const REFUSALS: Readonly<Record<Exclude<PrinterState, 'ready' | 'paperLow'>, ErrorCode>> = {
  paperOut: 'printer-paper-out',
  coverOpen: 'printer-cover-open',
  away: 'printer-away',
  failed: 'printer-failed',
}

/**
 * The printers of all branches. A number counts as given when its printer said that the slip is out; what is wrong with a printer is told to
 * the supervisor at once, and while nobody prints each printer is looked at every few seconds: paper is put in before the next visitor comes.
 */
export class Printers {
  readonly issuers: Issuers
  readonly #context: PrintersContext
  readonly #turns = new Turns()
  /** Under way here: who asks again meanwhile gets the same answer, and no second slip. */
  readonly #underWay = new Map<string, Promise<Outcome<Printed>>>()
  /** On paper, and the store has not been told yet. */
  readonly #untold = new Map<string, { readonly runtime: BranchRuntime; readonly deviceId: string; readonly actor: string }>()
  /** Sent, and nobody knows whether it came out: the next one is marked as a copy. */
  readonly #doubtful = new Set<string>()
  /** By branch; another map when a device changed. */
  #known = new Map<string, readonly DeviceWithPrinter[]>()
  #timer: NodeJS.Timeout | undefined
  #isLooking = false
  #isStopping = false

  constructor(context: PrintersContext) {
    this.#context = context
    this.issuers = new Issuers(context.store, context.branches)
    context.store.records.onChange((kind) => {
      if (kind !== null && kind !== 'devices') return
      this.#known = new Map()
      this.#lookIn(0)
    })
    this.#lookIn(0)
  }

  /** Those of a branch, in the order in which they were added. */
  async of(branch: string): Promise<readonly DeviceWithPrinter[]> {
    return (await this.#context.devices.list(branch)).flatMap(withPrinter)
  }

  /** Resolves when it is on paper, or when it is known that it is not. */
  print(runtime: BranchRuntime, ticket: Ticket, device: DeviceWithPrinter, actor: string, isCopy: boolean): Promise<Outcome<Printed>> {
    const key = `${runtime.id} ${ticket.id} ${isCopy}`
    const same = this.#underWay.get(key)
    if (same) return same
    const printing = this.#print(runtime, ticket, device, actor, isCopy).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, printing)
    return printing
  }

  async testPage(runtime: BranchRuntime, device: DeviceWithPrinter): Promise<Outcome<Printed>> {
    const { configuration } = runtime.state
    const page = {
      device: device.name,
      language: configuration.languages[0] ?? ('id' as const),
      hasCutter: device.printer.cutter === true,
      url: this.#context.publicUrl(),
      atMs: runtime.nowMs(),
    }
    const lines = testPageLines(receiptBranch(configuration), page, device.printer.columns)
    return outcomeOf(await this.#job(runtime, device, lines), device)
  }

  /** Looks no more, and resolves when the slips under way are out. */
  async close(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#timer)
    await Promise.allSettled(this.#underWay.values())
  }

  async #print(
    runtime: BranchRuntime,
    { id }: Ticket,
    device: DeviceWithPrinter,
    actor: string,
    isCopy: boolean,
  ): Promise<Outcome<Printed>> {
    const { deviceId } = device
    const ticket = runtime.state.tickets.get(id)
    if (!ticket) return refuse('unknown-ticket')
    if (ticket.state === 'completed' || ticket.state === 'cancelled')
      return refuse('ticket-ended', undefined, { details: { number: ticket.number, state: ticket.state } })
    // The answer was lost on its way: the slip was not.
    if (!isCopy && (ticket.handed === 'paper' || this.#untold.has(id))) {
      if (this.#untold.has(id)) await this.#tell(id)
      return done({ state: runtime.state.printers[deviceId]?.state === 'paperLow' ? 'paperLow' : 'ready' })
    }
    const copiedAtMs = isCopy || this.#doubtful.has(id) ? runtime.nowMs() : null
    const receipt = receiptOf(runtime.state, ticket, this.#context.publicUrl(), copiedAtMs)
    const result = await this.#job(
      runtime,
      device,
      receiptLines(receiptBranch(runtime.state.configuration), receipt, device.printer.columns),
    )
    if (result?.isPrinted) {
      this.#doubtful.delete(id)
      this.#untold.set(id, { runtime, deviceId, actor })
      // On paper it is, also while the store is away: it is told as soon as it is back.
      await this.#tell(id)
    } else if (result?.isStarted && !isCopy) {
      if (this.#doubtful.size >= REMEMBERED_MAX) this.#doubtful.clear()
      this.#doubtful.add(id)
    }
    return outcomeOf(result, device)
  }

  /** Null: those before it took too long. */
  async #job(runtime: BranchRuntime, { deviceId, printer }: DeviceWithPrinter, lines: readonly ReceiptLine[]): Promise<JobResult | null> {
    const bytes = escposOf(lines, printer)
    const result = await this.#turns.take(addressOf(printer), () => printAt(printer, bytes), TURN_MS)
    if (result) await this.#report(runtime, deviceId, result.state)
    return result
  }

  async #tell(id: string): Promise<void> {
    const untold = this.#untold.get(id)
    if (!untold) return
    const { runtime, deviceId, actor } = untold
    const command = { type: 'handTicket' as const, ticket: id, how: 'paper' as const, device: deviceId }
    const answer = await runtime.execute({ commandId: `hand-${randomUUID()}`, actor, command })
    if (answer.ok || !answer.error.retry) this.#untold.delete(id)
  }

  async #report(runtime: BranchRuntime, device: string, state: PrinterState | null): Promise<void> {
    if ((runtime.state.printers[device]?.state ?? null) === state) return
    await runtime.execute({ commandId: `printer-${randomUUID()}`, actor: 'system', command: { type: 'reportPrinter', device, state } })
  }

  // --- while nobody prints

  #lookIn(ms: number): void {
    clearTimeout(this.#timer)
    if (this.#isStopping) return
    this.#timer = setTimeout(() => void this.#look(), ms)
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isStopping) return
    this.#isLooking = true
    try {
      await this.#lookAtAll()
    } catch (error) {
      // A store that is away says so itself.
      if (!(error instanceof StoreAway)) this.#context.log.error({ err: error }, 'the printers could not be looked at')
    } finally {
      this.#isLooking = false
      this.#lookIn(this.#isAnyInTrouble() ? TROUBLE_LOOK_MS : LOOK_MIN_MS + Math.random() * (LOOK_MAX_MS - LOOK_MIN_MS))
    }
  }

  #isAnyInTrouble(): boolean {
    return this.#context.branches.all().some(({ state }) => Object.values(state.printers).some((printer) => !canPrint(printer.state)))
  }

  async #lookAtAll(): Promise<void> {
    const byAddress = new Map<string, { printer: NetworkPrinter; at: { runtime: BranchRuntime; deviceId: string }[] }>()
    for (const runtime of this.#context.branches.all()) {
      const devices = await this.#devicesOf(runtime.id)
      for (const device of Object.keys(runtime.state.printers))
        if (!devices.some(({ deviceId }) => deviceId === device)) await this.#report(runtime, device, null)
      for (const { deviceId, printer } of devices) {
        const entry = byAddress.get(addressOf(printer)) ?? { printer, at: [] }
        entry.at.push({ runtime, deviceId })
        byAddress.set(addressOf(printer), entry)
      }
    }
    await Promise.all([...byAddress.values()].map(({ printer, at }) => this.#lookAt(printer, at)))
    for (const id of [...this.#untold.keys()]) await this.#tell(id)
  }

  async #lookAt(printer: NetworkPrinter, at: readonly { runtime: BranchRuntime; deviceId: string }[]): Promise<void> {
    const address = addressOf(printer)
    // Who prints now reports the state itself.
    if (!this.#turns.isFree(address)) return
    const look = (): Promise<PrinterState | null> => this.#turns.take(address, () => stateAt(printer), TURN_MS)
    let state = await look()
    if (state === 'away' && at.some(({ runtime, deviceId }) => runtime.state.printers[deviceId]?.state !== 'away')) {
      await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS))
      if (!this.#turns.isFree(address)) return
      state = await look()
    }
    if (state === null || this.#isStopping) return
    for (const { runtime, deviceId } of at) await this.#report(runtime, deviceId, state)
  }

  async #devicesOf(branch: string): Promise<readonly DeviceWithPrinter[]> {
    // What is read while a device changes belongs to the old map.
    const known = this.#known
    const devices = known.get(branch) ?? (await this.of(branch))
    known.set(branch, devices)
    return devices
  }
}

export const withPrinter = ({ deviceId, name, printer }: Device): DeviceWithPrinter[] =>
  printer?.kind === 'network' ? [{ deviceId, name, printer }] : []

const addressOf = ({ host, port }: NetworkPrinter): string => `${host.toLowerCase()} ${port}`

function outcomeOf(result: JobResult | null, { name }: DeviceWithPrinter): Outcome<Printed> {
  const state = result?.state ?? 'away'
  if (result?.isPrinted && canPrint(state)) return done({ state })
  const code = canPrint(state) ? 'printer-away' : REFUSALS[state]
  return refuse(code, undefined, { details: { printer: name } })
}
