import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { makeBackup } from './makeBackup.ts'
import { complain, failed, holds, say, secondsSince, sizeOf } from './telling.ts'
import { readKeep } from './thinning.ts'

const HELP = `
npm run backup -- [FOLDER] [--also FOLDER] [--keep DAYS,MONTHS]

Saves everything into one file: branches with their whole history, accounts, screens, sessions, and the house's pictures and voices. The
server may run and officers may call meanwhile. The file is read back and checked before it counts.

FOLDER          where to; DATA_DIR/backups where absent
--also FOLDER   a second copy, on another disk (or the setting BACKUP_DIR); the folder must be there
--keep 14,12    afterwards keeps the newest backup of each of 14 days and of each of 12 months, and removes older ones; without it all stay

DATA_DIR, REDIS_URL and STORE as for npm start. Ends with 1 when there is no good backup, or no second copy where one was asked for.
`

async function main(): Promise<void> {
  const startedMs = performance.now()
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { also: { type: 'string' }, keep: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return say(HELP.trim())
  const keep = values.keep === undefined ? null : readKeep(values.keep)
  if (values.keep !== undefined && keep === null) throw new Error('--keep wants two whole numbers: days and months, 14,12 for instance')
  if (positionals.length > 1) throw new Error('one folder at most; a second copy goes with --also')
  const { dataDir, redisUrl, store, backupDir } = readConfig(undefined, [])
  const folder = positionals[0] === undefined ? join(dataDir, 'backups') : resolve(positionals[0])
  const also = values.also === undefined ? (backupDir ?? undefined) : resolve(values.also)
  const report = await makeBackup({ dataDir, redisUrl, store, folder, also, keep, nowMs: Date.now() })

  for (const complaint of report.complaints) complain(`!! ${complaint}`)
  if (report.removed > 0) say(`Removed ${report.removed} older backups (--keep ${values.keep})`)
  const where = report.copy === null ? report.path : `${report.path} and ${report.copy}`
  say(
    `Saved ${holds(report.backup)}: ${sizeOf(report.bytes)} in ${secondsSince(startedMs)}, ${report.wasServed ? 'while the server runs' : 'no server runs'}, to ${where}`,
  )
  if (report.complaints.length > 0) process.exitCode = 1
}

main().catch(failed('No backup was made'))
