import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { invariants } from '../../shared/domain/invariants.ts'
import { CoreHall } from './coreDoors.ts'
import { networkDoors } from './door.ts'
import { momentOf, planOf } from './plan.ts'
import { type Played, play, type Stage } from './play.ts'
import { Scheduler } from './scheduler.ts'
import { openServers } from './servers.ts'
import { kupangTraffic } from './traffic.ts'

const HELP = `npm run simulate -- [options]

Plays a day of a hall: visitors at kiosks, officers at counters, a supervisor, over real sockets and HTTP against real servers, in virtual
time. Every rule is checked as it goes, by code of its own. Ends with 1 and the seed at the first broken rule.

  --seed N          what happens (1); the same seed plans the same day
  --day YYYY-MM-DD  which day (2025-11-20, a Thursday)
  --visitors N      visitors of an ordinary day; the weekday's factor is applied (350)
  --speed N|max     virtual seconds in a real one (max)
  --servers N       servers over one store (1); 0: the pure core alone, without any server
  --store KIND      redis or embedded (redis; embedded has one server only)
  --branch FILE     the hall (MPP Kota Kupang)
  --days N          as many seeds, one after the other (1)
  --json            the summary as one line of JSON
  --help
`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    day: { type: 'string', default: '2025-11-20' },
    visitors: { type: 'string', default: '350' },
    speed: { type: 'string', default: 'max' },
    servers: { type: 'string', default: '1' },
    store: { type: 'string', default: 'redis' },
    branch: { type: 'string', default: new URL('../../server/branches/mpp-kupang.json', import.meta.url).pathname },
    days: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** The kiosks are switched on before the doors open. */
const BEGINS = '06:00'

async function playDay(configuration: BranchConfiguration, seed: number): Promise<Played> {
  const servers = Number(values.servers)
  const { day } = values
  const speed = values.speed === 'max' ? Number.POSITIVE_INFINITY : Number(values.speed)
  const plan = planOf(configuration, kupangTraffic, { seed, day, visitors: Number(values.visitors), servers: Math.max(1, servers) })
  const scheduler = new Scheduler(momentOf(day, BEGINS, configuration.timeZone), speed)
  const spare = 'petugas-cadangan'
  const stage = { configuration, plan, scheduler, spare }

  if (servers === 0) {
    const hall = new CoreHall(configuration, () => scheduler.nowMs)
    return play({
      ...stage,
      doors: hall,
      readEvents: (after) => Promise.resolve(hall.log.slice(after)),
      async turnDay(midnightMs) {
        await scheduler.run(midnightMs)
        hall.execute('turn', { type: 'turnDay' }, 'system')
      },
      inspect: () => Promise.resolve(invariants(hall.state)),
    })
  }

  const kind = values.store === 'embedded' ? 'embedded' : 'redis'
  if (kind === 'embedded' && servers > 1) throw new Error('the embedded store has one server only')
  const running = await openServers({
    configuration,
    kind,
    count: servers,
    nowMs: () => scheduler.nowMs,
    officers: [...plan.officers.map((each) => each.username), spare],
  })
  try {
    const faults: string[] = []
    const doors = networkDoors(running.urls, configuration.id, running.tokens, (fault) => faults.push(fault))
    const network: Stage = {
      ...stage,
      doors,
      readEvents: running.readEvents,
      async turnDay(midnightMs) {
        await scheduler.run(midnightMs)
        await running.dayTurned(day)
      },
      inspect: async (when) => [...faults.splice(0), ...(await running.inspect(when))],
    }
    const played = await play(network)
    return { faults: [...played.faults, ...faults], summary: { ...played.summary, ...(await running.figures()) } }
  } finally {
    await running.close()
  }
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  const configuration = JSON.parse(readFileSync(values.branch, 'utf8')) as BranchConfiguration
  for (let each = 0; each < Number(values.days); each++) {
    const seed = Number(values.seed) + each
    const { faults, summary } = await playDay(configuration, seed)
    process.stdout.write(values.json ? `${JSON.stringify({ ...summary, faults })}\n` : `${told(summary)}\n`)
    if (faults.length === 0) continue
    process.stderr.write(
      `BROKEN with --seed ${seed}:\n${faults
        .slice(0, 20)
        .map((fault) => `  ${fault}\n`)
        .join('')}`,
    )
    process.exitCode = 1
    return
  }
}

function told(summary: Played['summary']): string {
  const { waits, turnedAway, refusals, ...figures } = summary
  const counts = (all: Record<string, number>) =>
    Object.entries(all)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'none'
  return [
    ...Object.entries(figures).map(
      ([name, value]) => `${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).padEnd(20)} ${value}`,
    ),
    `${'turned away'.padEnd(20)} ${counts(turnedAway)}`,
    `${'refused'.padEnd(20)} ${counts(refusals)}`,
    ...Object.entries(waits).map(
      ([name, { median, p90, longest }]) => `${`wait, ${name}`.padEnd(20)} median ${median} min, p90 ${p90} min, longest ${longest} min`,
    ),
  ].join('\n')
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\nwith --seed ${values.seed}\n`)
    process.exit(2)
  },
)
