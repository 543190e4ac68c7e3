import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { PROTOCOL } from '../../shared/protocol/wire.ts'
import { withRedis } from '../store/testStores.ts'
import type { Address } from './address.ts'
import { benchBranch, takeTickets } from './benchBranch.ts'
import { Crew } from './crew.ts'
import { median } from './figures.ts'
import type { Press, Presses, Seat } from './officers.ts'
import { Administration, type ProductPlace, productServer } from './product.ts'
import type { Heard, ScreensOpen } from './screens.ts'
import { freePort, ServerProcess } from './serverProcess.ts'

export type SideName = 'ours' | 'floor'

export interface StagePlan {
  readonly branches: readonly { readonly id: string; readonly counters: number; readonly waiting: number; readonly officers: number }[]
  /** Presses with which both servers are warmed up before anything is measured. */
  readonly warmUp?: number
}

/** Screens of a hall have a token each; so many devices share the screens out among them, because making 2,000 would take longer than measuring. */
const DISPLAYS = 40

/**
 * One Redis, the product and the floor side by side on it (each in a database of its own), and the processes with the clients.
 * Both sides are spoken to by the same clients, in the same numbers.
 */
export class Stage {
  readonly screens = new Crew('./screens.ts')
  readonly officers = new Crew('./officers.ts')
  readonly ours: ServerProcess
  readonly place: ProductPlace
  readonly branches: readonly BranchConfiguration[]
  /** Seats of the officers, by branch. */
  readonly seats = new Map<string, readonly Seat[]>()
  /** Tokens of kiosks, by branch. */
  readonly kiosks = new Map<string, string>()
  /** Tokens of the displays of the first branch. */
  displays: readonly string[] = []
  readonly #removeStore: () => Promise<void>
  #floor: ServerProcess | null = null

  private constructor(place: ProductPlace, branches: readonly BranchConfiguration[], removeStore: () => Promise<void>) {
    this.place = place
    this.branches = branches
    this.ours = productServer(place)
    this.#removeStore = removeStore
  }

  static async open(plan: StagePlan): Promise<Stage> {
    const dir = mkdtempSync(join(tmpdir(), 'panggil-bench-'))
    const redis = await withRedis()
    const branches = plan.branches.map(({ id, counters }) => benchBranch(id, counters))
    for (const [at, { waiting }] of plan.branches.entries()) await takeTickets(redis.socket, branches[at] as BranchConfiguration, waiting)
    const branchFile = join(dir, 'branch.json')
    writeFileSync(branchFile, JSON.stringify(branches[0]))
    const stage = new Stage({ port: await freePort(), redisSocket: redis.socket, dir, branchFile }, branches, async () => {
      await redis.stop()
      rmSync(dir, { recursive: true, force: true })
    })
    try {
      await stage.ours.up()
      await stage.#enrol(plan)
      if (plan.warmUp) await stage.#startFloor(plan.warmUp)
    } catch (error) {
      await stage.close()
      throw error
    }
    return stage
  }

  /** The hall that has the screens. */
  get hall(): BranchConfiguration {
    return this.branches[0] as BranchConfiguration
  }

  get hallSeats(): readonly Seat[] {
    return this.seats.get(this.hall.id) as readonly Seat[]
  }

  get floor(): ServerProcess {
    if (this.#floor === null) throw new Error('this stage was opened without a floor')
    return this.#floor
  }

  server(side: SideName): ServerProcess {
    return side === 'ours' ? this.ours : this.floor
  }

  async openScreens(side: SideName, count: number, backOffSeed?: number): Promise<void> {
    const open: ScreensOpen = {
      address: this.#address(side, '/board'),
      count,
      auths: side === 'ours' ? this.displays.map((token) => ({ protocol: PROTOCOL, branch: this.hall.id, token })) : [{}],
      ...(backOffSeed === undefined ? {} : { backOffSeed }),
    }
    await this.screens.ask('open', open)
  }

  async openOfficers(side: SideName, seats: readonly Seat[]): Promise<void> {
    await this.officers.ask('open', { address: this.#address(side, '/counter'), seats })
  }

  press(presses: Presses): Promise<Press[]> {
    return this.officers.ask('press', presses)
  }

  /** What the screens had since the last time: every one of these calls, on every screen, in order; else this throws. */
  async heardAll(presses: readonly Press[], screens: number): Promise<ReadonlyMap<string, Heard['arrivals'][number]>> {
    const { arrivals, gaps } = await this.screens.ask<Heard>('heard', { expected: presses.length, timeoutMs: 10_000 })
    const heard = new Map(arrivals.map((arrival) => [arrival.announcementId, arrival]))
    if (gaps > 0) throw new Error(`${gaps} events did not follow the one that a screen had`)
    if (arrivals.length !== presses.length) throw new Error(`${presses.length} calls, and the screens heard of ${arrivals.length}`)
    for (const { announcementId } of presses) {
      const had = heard.get(announcementId)?.screens ?? 0
      if (had !== screens) throw new Error(`the call ${announcementId} reached ${had} of ${screens} screens`)
    }
    return heard
  }

  async closeClients(): Promise<void> {
    await Promise.all([this.screens.ask('close'), this.officers.ask('close')])
  }

  async close(): Promise<void> {
    await Promise.all([this.screens.end(), this.officers.end(), this.ours.down('SIGKILL'), this.#floor?.down('SIGKILL')])
    await this.#removeStore()
  }

  #address(side: SideName, namespace: '/board' | '/counter'): Address {
    return side === 'ours' ? { side, port: this.ours.port, namespace } : { side, port: this.floor.port, namespace: '' }
  }

  /** Accounts and devices, as an administrator makes them before the doors open. */
  async #enrol(plan: StagePlan): Promise<void> {
    const administration = new Administration(this.place.port)
    await administration.signIn()
    for (const { id, officers } of plan.branches) {
      const tokens = await administration.officers(id, officers)
      this.seats.set(
        id,
        tokens.map((token, at) => ({ branch: id, counter: String(at + 1), token })),
      )
      const [kiosk] = await administration.devices(id, 'kiosk', 1)
      this.kiosks.set(id, kiosk as string)
    }
    this.displays = await administration.devices(this.hall.id, 'display', DISPLAYS)
  }

  async #startFloor(presses: number): Promise<void> {
    const ourBytes = await this.#warmedUp('ours', presses)
    this.#floor = floorServer(await freePort(), this.place, ourBytes)
    await this.#floor.up()
    const floorBytes = await this.#warmedUp('floor', presses)
    if (Math.abs(floorBytes - ourBytes) > 8)
      throw new Error(`the floor's events have ${floorBytes} bytes on the wire, the product's ${ourBytes}`)
  }

  /** Presses until the code is hot; the middle length of a call's event on the wire. */
  async #warmedUp(side: SideName, presses: number): Promise<number> {
    await this.openScreens(side, 2)
    await this.openOfficers(side, this.hallSeats.slice(0, 1))
    const made = await this.press({ seats: Array.from({ length: presses }, () => 0), gapMs: [0, 1], seed: 1 })
    const heard = await this.heardAll(made, 2)
    await this.closeClients()
    return Math.round(median([...heard.values()].map(({ bytes }) => bytes)))
  }
}

const floorServer = (port: number, { redisSocket, dir }: ProductPlace, bytes: number): ServerProcess =>
  new ServerProcess({
    name: 'the floor',
    port,
    nodeFlags: process.execArgv,
    args: [
      fileURLToPath(new URL('./floorServer.ts', import.meta.url)),
      '--port',
      String(port),
      '--redis',
      redisSocket,
      '--database',
      '1',
      '--bytes',
      String(bytes),
    ],
    env: { ...process.env, NODE_ENV: 'production' },
    logFile: join(dir, 'floor.log'),
  })

/** ours, floor, floor, ours, ours, floor, ...: what drifts in the machine meets both alike. */
export const interleaved = (rounds: number): { readonly side: SideName; readonly round: number }[] =>
  Array.from({ length: rounds }, (_, round) => {
    const order: readonly SideName[] = round % 2 === 0 ? ['ours', 'floor'] : ['floor', 'ours']
    return order.map((side) => ({ side, round }))
  }).flat()

export const distinct = (presses: readonly Press[], seen: Set<string>): void => {
  for (const { ticket } of presses) {
    if (seen.has(ticket)) throw new Error(`the ticket ${ticket} was called twice`)
    seen.add(ticket)
  }
}
