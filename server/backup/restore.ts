import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import type { Issued } from './afterRestore.ts'
import { type CheckedBackup, checkBackup } from './checkBackup.ts'
import { restoreBackup } from './restoreBackup.ts'
import { failed, holds, say, secondsSince } from './telling.ts'

const HELP = `
npm run restore -- FILE [--force] [--issued none | B=60,C=12] [--check]

Puts a backup in the place of what DATA_DIR holds. The server must be stopped. The whole file is checked first; where anything is wrong,
nothing is changed. All screens begin anew by themselves when the server is back, and nothing old is spoken.

--force         there is data already: it makes room, and is kept beside it under a name with the date
--issued none   no number was given out after the backup
--issued B=60   the last number that was given out after the backup is B-060: B-001 to B-060 are not given again. Of several agencies:
                B=60,C=12; of several branches: BRANCH:B=60
                Without --issued the branch stands still until a supervisor has compared the numbers in people's hands and goes on
--check         only checks the file

DATA_DIR, REDIS_URL and STORE as for npm start; a backup fits every kind of store.
`

async function main(): Promise<void> {
  const startedMs = performance.now()
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      force: { type: 'boolean', default: false },
      issued: { type: 'string' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return say(HELP.trim())
  const file = positionals[0]
  if (file === undefined || positionals.length > 1) throw new Error('npm run restore -- FILE: which backup? (--help says more)')
  const path = resolve(file)
  if (values.check) return say(`${path} is good. It holds ${toldBackup(await checkBackup(path))}`)

  const { dataDir, redisUrl, store } = readConfig(undefined, [])
  const issued = readIssued(values.issued)
  const { backup, restoredTo, replaced } = await restoreBackup({
    path,
    dataDir,
    redisUrl,
    store,
    force: values.force,
    issued,
    nowMs: Date.now(),
  })
  say(`Restored ${toldBackup(backup)}`)
  say(`to ${restoredTo} in ${secondsSince(startedMs)}.`)
  if (replaced) say(`What was there before is in ${replaced}. Remove it when you are sure.`)
  for (const { head, state } of backup.branches) {
    const last = Object.entries(state.series).map(([prefix, count]) => `${prefix}-${String(count).padStart(3, '0')}`)
    say(
      `\n${head.id}: what happened after ${head.madeAt} (${head.timeZone}) is lost. Last numbers in the backup: ${last.join(', ') || 'none'}.`,
    )
    if (issued(head.id) === null)
      say(
        '  Higher numbers that were given out afterwards WOULD BE GIVEN AGAIN. So everything stands still: compare the slips in people’s hands,\n' +
          '  restore once more with --force --issued (see --help) where there are higher ones, then end the pause on the supervisor’s page.',
      )
  }
  say('\nUsers, passwords and screens are as they were then: whoever was switched off since can sign in again. Start the server now.')
}

const toldBackup = (backup: CheckedBackup): string =>
  `${holds(backup)}, made ${new Date(backup.manifest.madeAtMs).toISOString()} by version ${backup.manifest.product}`

/** `none`, or `B=60,C=12`, or `BRANCH:B=60`; a branch that is not named in it has none. */
function readIssued(text: string | undefined): (branchId: string) => Issued {
  if (text === undefined) return () => null
  if (text === 'none') return () => 'none'
  const entries = text.split(',').map((entry) => {
    const [, branch, prefix, last] = /^(?:([\w.-]+):)?([^=:,]+)=(\d{1,6})$/.exec(entry.trim()) ?? []
    if (prefix === undefined) throw new Error(`--issued: ${entry} is not like B=60`)
    return { branch, prefix, last: Number(last) }
  })
  return (branchId) =>
    Object.fromEntries(
      entries.filter(({ branch }) => branch === undefined || branch === branchId).map(({ prefix, last }) => [prefix, last] as const),
    )
}

main().catch(failed('Nothing was restored'))
