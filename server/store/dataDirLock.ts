import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Somebody else uses this folder. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse'
  readonly code = 'data-dir-in-use'
}

/** When a process started, in clock ticks since boot, so that another one with the same number is not taken for it; null: not to be known. */
function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold anything: count from behind it. State is field 3, start time field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null)
  } catch {
    return null
  }
}

/** Whether this process runs and is not merely waiting for its parent to take note of its end. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return startedAt(pid) !== 'ended'
}

function isLiving(owner: string): boolean {
  const [pid = '', started = ''] = owner.trim().split(' ')
  if (!/^[1-9]\d*$/.test(pid) || !isRunning(Number(pid))) return false
  const now = startedAt(Number(pid))
  return now === null || started === '' || now === started
}

/**
 * Locks a folder for this process until `release` is called or the process is gone, however it went. Throws `DataDirInUse` while a living
 * process has it (this one too).
 */
export function lockDataDir(dir: string): { release(): void } {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const path = join(dir, 'lock')
  const mine = `${process.pid} ${startedAt(process.pid) ?? ''}\n`
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, mine)
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      try {
        // A link appears with its content, and fails where there is one: nobody ever reads half a lock.
        linkSync(draft, path)
        return {
          release() {
            if (read(path) === mine) rmSync(path, { force: true })
          },
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const owner = read(path)
      if (owner === null) continue
      if (isLiving(owner))
        throw new DataDirInUse(`${dir} is in use by process ${owner.trim().split(' ')[0]}: stop that one, or give another DATA_DIR`)
      // The owner is gone. Of several that find that out, one moves its lock away; who moved a newer lock by mistake puts it back.
      const gone = `${path}.gone.${process.pid}`
      try {
        renameSync(path, gone)
      } catch {
        continue
      }
      const moved = read(gone)
      if (moved !== null && moved !== owner && isLiving(moved))
        try {
          linkSync(gone, path)
        } catch {}
      rmSync(gone, { force: true })
    }
    throw new DataDirInUse(`${dir} is being taken by other processes`)
  } finally {
    rmSync(draft, { force: true })
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
