import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { callsPerSecond } from './callsPerSecond.ts'
import { callToScreens } from './callToScreens.ts'
import { type Figure, table } from './figures.ts'
import { fiveYears } from './fiveYears.ts'
import { livePage } from './livePage.ts'
import { memoryPerScreen } from './memoryPerScreen.ts'
import { pressToScreen } from './pressToScreen.ts'
import { buildIfStale } from './product.ts'
import { queueLength } from './queueLength.ts'
import { reconnectHerd } from './reconnectHerd.ts'
import { Stage } from './stage.ts'
import { start } from './start.ts'
import { webhookDeadAddress } from './webhooks.ts'

const HELP = `npm run bench -- [--only NAME,NAME...] [--rounds N] [--help]

Measures the production build beside its floor: the same libraries with no product in them, on the same Redis (appendfsync always),
with the same clients in processes of their own, in turns. Prints a line of JSON for each figure as it is known, and a table at the end.
A figure that misses its reach says holds: false; the exit code is 0 unless something could not be measured.

  call-to-screens-50, -1000   a press until the last of so many screens has the event
  call-answer-1000            a press until the officer's answer, while 1,000 screens listen
  calls-per-second            40 counters without pause on one branch
  queue-length-flatness       callNext with 100,000 waiting / with 100
  reconnect-herd              2,000 screens right again after the server was killed
  memory-per-screen           resident memory for each of 2,000 screens
  press-to-paint, -sound      a key in the officer's page until the lobby's page has painted and sounds (Chromium)
  live-page-update            main thread of the supervisor's page for one call, 60 counters open and 2,000 waiting (Chromium)
  report-5-years, -again      five years of 250 visits a day by month, right after the server's start, and again
  webhook-dead-address        a press until the officer's answer, with a webhook to a dead address and without
  start                       npm start to the first call served, beside node's own start

  --only    these figures only          --rounds  how often each is repeated (default: 3)
`

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, rounds: { type: 'string', default: '3' }, help: { type: 'boolean' } },
})

interface Group {
  readonly names: readonly string[]
  measure(wanted: (name: string) => boolean, rounds: number): Promise<Figure[]>
}

/** A hall's server has made thousands of calls by noon: what is measured is not the first ones, before the engine has compiled them. */
const WARM_UP = 1000
/** Enough wait for every press. */
const hall = (rounds: number) => ({ id: 'hall', counters: 12, waiting: 2 * WARM_UP + 400 * rounds, officers: 1 })

const groups: readonly Group[] = [
  {
    names: ['start', 'call-to-screens-50', 'call-to-screens-1000', 'call-answer-1000', 'memory-per-screen', 'reconnect-herd'],
    async measure(wanted, rounds) {
      const stage = await Stage.open({ branches: [hall(rounds)], warmUp: WARM_UP })
      try {
        if (wanted('call-to-screens-50')) report([(await callToScreens(stage, 50, 200, [5, 12], rounds)).screens('call-to-screens-50')])
        if (wanted('call-to-screens-1000') || wanted('call-answer-1000')) {
          const thousand = await callToScreens(stage, 1000, 80, [40, 70], rounds)
          report([thousand.screens('call-to-screens-1000'), thousand.answer('call-answer-1000')].filter(({ name }) => wanted(name)))
        }
        if (wanted('memory-per-screen')) report(await memoryPerScreen(stage, Math.min(2, rounds)))
        if (wanted('reconnect-herd')) report(await reconnectHerd(stage, Math.min(2, rounds)))
        if (wanted('start')) report(await start(stage, rounds))
      } finally {
        await stage.close()
      }
      return []
    },
  },
  { names: ['calls-per-second'], measure: (_, rounds) => callsPerSecond(rounds) },
  { names: ['press-to-paint', 'press-to-sound'], measure: (_, rounds) => pressToScreen(Math.min(2, rounds)) },
  { names: ['live-page-update'], measure: (_, rounds) => livePage(Math.min(2, rounds)) },
  { names: ['queue-length-flatness'], measure: (_, rounds) => queueLength(rounds) },
  { names: ['report-5-years', 'report-5-years-again'], measure: (_, rounds) => fiveYears(rounds) },
  { names: ['webhook-dead-address'], measure: (_, rounds) => webhookDeadAddress(rounds) },
]

const figures: Figure[] = []
function report(known: readonly Figure[]): void {
  for (const each of known) {
    figures.push(each)
    console.log(JSON.stringify(each))
  }
}

async function main(): Promise<void> {
  if (values.help) return console.log(HELP)
  const all = groups.flatMap(({ names }) => names)
  const only = values.only?.flatMap((names) => names.split(',')) ?? all
  const unknown = only.filter((name) => !all.includes(name))
  const rounds = Number(values.rounds)
  if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
    console.error(`${unknown.length > 0 ? `no such figure: ${unknown.join(', ')}` : '--rounds takes a whole number from 1'}\n\n${HELP}`)
    process.exitCode = 2
    return
  }
  const load = () => loadavg().map((each) => Number(each.toFixed(2)))
  const loadBefore = load()
  const startedAt = performance.now()
  buildIfStale()
  for (const { names, measure } of groups) {
    if (!names.some((name) => only.includes(name))) continue
    try {
      report(await measure((name) => only.includes(name), rounds))
    } catch (error) {
      // The other figures are worth having; that one is missing is told at the end, too.
      console.error(
        `could not measure ${names.filter((name) => only.includes(name)).join(', ')}: ${error instanceof Error ? error.stack : error}`,
      )
      process.exitCode = 1
    }
  }
  console.log(`\n${table(figures)}`)
  const missing = only.filter((name) => !figures.some((each) => each.name === name))
  if (missing.length > 0) console.log(`\nnot measured: ${missing.join(', ')}`)
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
  console.log(
    `\n${cpus().length} cores, node ${process.version}, load before ${loadBefore.join(' ')}, after ${load().join(' ')}; ${minutes} minutes`,
  )
}

// So that `exit` runs, where the servers are ended.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
await main()
// Clients that were killed and sockets that linger must not keep the bench.
process.exit()
