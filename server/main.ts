import { ConfigFault, readConfig } from './config.ts'
import { openLog } from './log.ts'
import { type RunningServer, StartFault, startServer } from './server.ts'

/** Wiring and graceful stop only. */

/** Whoever started us waits five seconds; then we go, whatever still hangs. */
const STOP_MS = 4500

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const complain = (text: string): void => void process.stderr.write(`${text}\n`)

async function main(): Promise<void> {
  const config = readConfig()
  const { log, flush } = openLog(config.logLevel)
  const leave = (code: number): never => {
    flush()
    process.exit(code)
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      // Nobody knows what is still whole: whoever watches over us starts us anew, and the store has everything.
      log.fatal({ err: error }, event)
      flush()
      complain(`Panggil ends: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      leave(1)
    })

  let running: Promise<RunningServer> | undefined
  let isStopping = false
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) return
    isStopping = true
    log.info({ signal }, 'stopping')
    setTimeout(() => {
      log.warn({}, 'stopped before everything was closed')
      leave(0)
    }, STOP_MS).unref()
    const server = await running?.catch(() => undefined)
    await server?.stop()
    leave(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal))

  running = startServer({ config, log })
  const server = await running
  introduce(server)
  for (const warning of server.warnings) log.warn({ warning }, 'the house should know')
}

function introduce(server: RunningServer): void {
  const base = server.publicUrl
  const lines = [
    '',
    `Panggil is running. Store: ${server.storeChosen}`,
    `Branches: ${server.branches.ids().join(', ')}`,
    '',
    `  Public page   ${base}/`,
    `  Display       ${base}/display    (one zone: ${base}/display?zone=ZONE)`,
    `  Kiosk         ${base}/kiosk`,
    `  Help desk     ${base}/desk`,
    `  Counter       ${base}/counter`,
    `  Supervisor    ${base}/supervisor`,
    `  Admin         ${base}/admin`,
  ]
  const others = server.addresses.filter((address) => address !== base)
  if (others.length > 0) lines.push('', `  Also at       ${others.join('  ')}`)
  if (server.setupToken !== null)
    lines.push(
      '',
      '  Nobody can sign in yet. Give the first user, admin, a password here (once):',
      `  ${base}/admin#setup=${server.setupToken}`,
    )
  for (const warning of server.warnings) lines.push('', `  !! WARNING: ${warning}`)
  say(`${lines.join('\n')}\n`)
}

main().catch((error: unknown) => {
  if (error instanceof ConfigFault || error instanceof StartFault) complain(error.message)
  // Its message says what to do: another program holds the port or the data, or the store is of another kind.
  else if (isForPeople(error)) complain(`Panggil can't start: ${explained(error)}`)
  else complain(`Panggil can't start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  process.exit(1)
})

function isForPeople(error: unknown): error is Error & { code: string } {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
}

function explained(error: Error & { code: string }): string {
  if (error.code === 'EADDRINUSE') return `${error.message}. Something else listens there: set PORT to another one.`
  if (error.code === 'EACCES') return `${error.message}. Ports below 1024 need more rights: set PORT to another one.`
  return error.message
}
