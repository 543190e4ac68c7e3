import { randomUUID } from 'node:crypto'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { accountsFor } from './accounts.ts'
import { http, networkDoors } from './door.ts'
import { LivingHall } from './hall.ts'
import { type PlannedVisitor, planOf, type Traffic } from './plan.ts'
import { Scheduler } from './scheduler.ts'

export interface DemoOptions {
  readonly url: string
  /** Of an administrator: the demo makes its officers and kiosks itself. */
  readonly adminToken: string
  readonly branch: string
  readonly traffic: Traffic
  /** Visitors an hour. */
  readonly visitorsPerHour?: number
  readonly log?: (line: string) => void
}

export interface Demo {
  stop(): void
}

const HOUR = 3_600_000
/** Less than a session lasts. */
const SHIFT_HOURS = 8
/** Services last a quarter of the real time: a screen that stands still for ten minutes shows nothing. */
const SERVICE_SHARE = 0.25

/**
 * A hall that lives at any hour of the day, beside whatever people do in it by hand: the simulator's visitors and officers against a running
 * server, in real time. It leaves the first counter of each zone to whoever tries the product.
 */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { url, adminToken, branch, traffic, visitorsPerHour = 480, log = () => {} } = options
  const read = await http(url, 'GET', `/branches/${branch}/configuration`, adminToken)
  if (!read.ok) throw new Error(`the demo can't read the branch: ${read.code}`)
  const whole = read.body as unknown as BranchConfiguration
  const left = new Set(whole.zones.map((zone) => whole.counters.find((counter) => counter.zone === zone.id)?.id))
  const shared = whole.counters.filter(
    (counter) => !left.has(counter.id) || whole.counters.filter((each) => each.zone === counter.zone).length === 1,
  )
  const configuration = { ...whole, counters: shared.length > 0 ? shared : whole.counters }
  const officers = configuration.counters.map((counter) => `demo-${counter.id.toLowerCase()}`)
  const accounts = await accountsFor(url, adminToken, branch, officers)
  let tokens = accounts.tokens
  const supervise = async (command: object): Promise<void> => {
    await http(url, 'POST', `/branches/${branch}/commands`, adminToken, { commandId: `demo-${randomUUID()}`, ...command })
  }
  // Outside the hours, too: a demo is shown in the evening.
  const open = () => supervise({ type: 'openDay' })
  await open()

  const startMs = Date.now()
  const scheduler = new Scheduler(startMs, 1)
  let hall: LivingHall | null = null
  let stopped = false
  const beginHour = (round: number) => {
    if (stopped) return
    const day = new Date(startMs).toISOString().slice(0, 10)
    const wish = { seed: round, day, visitors: visitorsPerHour * 2, servers: 1 }
    const template = planOf({ ...configuration, hours: 'always' }, traffic, wish)
    const atMs = scheduler.nowMs
    const visitors = template.visitors.slice(0, visitorsPerHour).map(
      (visitor, index): PlannedVisitor => ({
        ...visitor,
        index: round * 10_000 + index,
        arrivesAtMs: atMs + (index * HOUR) / visitorsPerHour,
      }),
    )
    if (hall === null) {
      const staff = configuration.counters.map((counter, index) => ({
        counter: counter.id,
        username: officers[index] as string,
        lateMs: index * 700,
        server: 0,
      }))
      const plan = {
        ...template,
        visitors,
        openIntervals: [[atMs, atMs + 365 * 24 * HOUR] as const],
        officers: staff,
        outage: null,
        ceremony: null,
      }
      const doors = networkDoors([url], branch, tokens, log)
      hall = new LivingHall({
        configuration,
        plan,
        scheduler,
        doors,
        serviceShare: SERVICE_SHARE,
        forgiving: true,
        quiet: true,
        report: log,
      })
      hall.arrange()
    } else hall.receive(visitors)
    scheduler.after(HOUR, async () => {
      await open()
      if (round % SHIFT_HOURS === 0) await changeShift()
      beginHour(round + 1)
    })
  }
  /** Sessions end with the shift: everybody leaves his counter and signs in anew. */
  const changeShift = async () => {
    hall?.close()
    hall = null
    for (const { id } of configuration.counters) await supervise({ type: 'freeCounter', counter: id, reason: 'ganti petugas' })
    tokens = (await accounts.signInAgain()).tokens
  }
  beginHour(1)
  scheduler.run().catch((error: unknown) => log(`the demo stopped: ${String(error)}`))
  return {
    stop() {
      stopped = true
      scheduler.stop()
      hall?.close()
    },
  }
}
