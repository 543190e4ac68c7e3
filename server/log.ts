import { type DestinationStream, type Logger, pino } from 'pino'
import type { AnnouncementLine } from './announcer/announcer.ts'
import type { CommandReport } from './branch/runtime.ts'
import type { Config } from './config.ts'

export type Log = Logger

/** Lines are gathered and written together: a write for each command would cost more than the command. Lost at a SIGKILL: half a second. */
const FLUSH_MS = 500

export interface OpenedLog {
  readonly log: Log
  flush(): void
}

/** JSON lines on standard error; standard output belongs to what a person reads at the start. */
export function openLog(level: Config['logLevel'], destination?: DestinationStream): OpenedLog {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // Whatever is handed over by mistake: a token or password never reaches a log (PRIV1).
    redact: {
      paths: ['token', 'password', '*.token', '*.password', '*.secret', 'headers.authorization', 'headers.cookie'],
      censor: '[kept out]',
    },
  }
  if (destination) return { log: pino(options, destination), flush: () => {} }
  const stream = pino.destination({ dest: 2, sync: false, minLength: 4096 })
  const flush = () => {
    try {
      stream.flushSync()
    } catch {
      // Not open yet, or gone: nothing to be saved.
    }
  }
  setInterval(() => stream.flush(), FLUSH_MS).unref()
  return { log: pino(options, stream), flush }
}

/** One line per command. The number is on every screen of the hall and is no personal data; the visitor's secret id is not here. */
export function logCommand(log: Log, report: CommandReport): void {
  const { branchId, commandId, type, counter, number, outcome, milliseconds, conflicts, repeated } = report
  const line = {
    branch: branchId,
    command: commandId,
    type,
    counter,
    number,
    outcome,
    ms: milliseconds,
    ...(conflicts > 0 ? { conflicts } : {}),
    ...(repeated ? { repeated } : {}),
  }
  if (outcome === 'internal') log.error(line, 'command failed')
  else log.info(line, 'command')
}

/** One line per announcement: whether it was heard, and what kept it from that. */
export function logAnnouncement(log: Log, line: AnnouncementLine): void {
  const { branchId, announcementId, zone, counter, outcome, waitedMs, latencyMs } = line
  const details = {
    branch: branchId,
    announcement: announcementId,
    zone,
    ...(counter === null ? {} : { counter }),
    outcome,
    ...(waitedMs === null ? {} : { waitedMs }),
    ...(latencyMs === null ? {} : { latencyMs }),
  }
  log.info(details, 'announcement')
}
