import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { timeOfBackup } from '../backup/backupFile.ts'

/** What is wrong with the nightly backups. `sinceMs`: of the last good one, or since when there might have been one. */
export interface BackupTrouble {
  readonly kind: 'backupFailed' | 'backupOverdue' | 'backupCopyMissing'
  readonly sinceMs: number
}

export interface BackupPlaces {
  readonly dataDir: string
  /** The second disk; null: none is asked for. */
  readonly backupDir: string | null
}

/** A night, and time to make one. */
const LATE_MS = 26 * 3_600_000
const UNUSABLE = '.unusable'

/** Of what stands in the folders of the nightly backups. Never rejects: a folder that can't be read has no backup in it. */
export async function backupTrouble({ dataDir, backupDir }: BackupPlaces, nowMs: number): Promise<BackupTrouble | null> {
  const first = await latestIn(join(dataDir, 'backups'))
  const second = backupDir === null ? null : await latestIn(backupDir)
  const good = Math.max(first.goodMs ?? 0, second?.goodMs ?? 0)
  // A hall that was set up today has none yet.
  const sinceMs = good > 0 ? good : await bornMs(dataDir)
  if (sinceMs === null) return null
  if (first.unusableMs !== null && first.unusableMs > good) return { kind: 'backupFailed', sinceMs }
  if (nowMs - sinceMs >= LATE_MS) return { kind: 'backupOverdue', sinceMs }
  const copiedMs = second === null ? null : (second.goodMs ?? (await bornMs(dataDir)))
  if (copiedMs !== null && nowMs - copiedMs >= LATE_MS) return { kind: 'backupCopyMissing', sinceMs: copiedMs }
  return null
}

interface Latest {
  readonly goodMs: number | null
  /** Of one that was made and could not be read back. */
  readonly unusableMs: number | null
}

async function latestIn(folder: string): Promise<Latest> {
  const names = await readdir(folder).catch(() => [])
  const latest = (times: (number | null)[]): number | null => {
    const known = times.filter((time) => time !== null)
    return known.length === 0 ? null : Math.max(...known)
  }
  return {
    goodMs: latest(names.map(timeOfBackup)),
    unusableMs: latest(names.map((name) => (name.endsWith(UNUSABLE) ? timeOfBackup(name.slice(0, -UNUSABLE.length)) : null))),
  }
}

/** When the folder's store was chosen, at its first start; null: nothing is kept there. */
const bornMs = async (dataDir: string): Promise<number | null> =>
  stat(join(dataDir, 'store.json')).then(
    ({ mtimeMs }) => Math.floor(mtimeMs),
    () => null,
  )
