import type { CheckedBackup } from './checkBackup.ts'

/** What the tools say to the person at the keyboard, or to the journal of the night. */
export const say = (text: string): void => void process.stdout.write(`${text}\n`)
export const complain = (text: string): void => void process.stderr.write(`${text}\n`)

/** Faults of ours come with their stack, all others in words. */
export const failed =
  (what: string) =>
  (error: unknown): void => {
    const isForPeople = error instanceof Error && (typeof (error as { code?: unknown }).code === 'string' || error.constructor === Error)
    complain(`${what}: ${isForPeople ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    process.exitCode = 1
  }

export const sizeOf = (bytes: number): string => `${Math.ceil(bytes / 1000)} kB`
export const secondsSince = (startedMs: number): string => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`

export function holds({ branches, records, files }: CheckedBackup): string {
  const told = branches.map(({ head }) => `${head.id} (revision ${head.revision}, ${head.day})`)
  const counts = Object.entries(records).map(([kind, count]) => `${count} ${kind}`)
  return [told.join(', ') || 'no branch', ...counts, `${files} files`].join(', ')
}
