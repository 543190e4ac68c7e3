import { createReadStream } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupLine } from './backupFile.ts'

/** What a house put into its data folder itself: pictures and film for its screens, voices of its own. */
export const HOUSE_FOLDERS = ['media', 'voices'] as const

const CHUNK = 192 * 1024

/** Plain files only: whatever else lies there is served by nobody. A file that goes away or grows meanwhile breaks the backup off. */
export async function* houseFiles(dataDir: string): AsyncGenerator<BackupLine> {
  for (const folder of HOUSE_FOLDERS)
    for (const path of await filesBelow(dataDir, folder)) {
      const { size, mtimeMs } = await lstat(join(dataDir, path))
      yield { type: 'file', path, size, mtimeMs }
      let count = 0
      for await (const chunk of createReadStream(join(dataDir, path), { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
        count += chunk.length
        yield { type: 'bytes', base64: chunk.toString('base64') }
      }
      if (count !== size) throw new Error(`${join(dataDir, path)} was changed while it was being saved: try again`)
    }
}

async function filesBelow(dataDir: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(dataDir, folder), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const found: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await filesBelow(dataDir, path)))
    else if (entry.isFile()) found.push(path)
  }
  return found
}

/** Whether a path of a backup stays where it belongs: the file may come from anywhere. */
export const isHousePath = (path: string): boolean => {
  const [folder, ...rest] = path.split('/')
  return (
    (HOUSE_FOLDERS as readonly string[]).includes(folder as string) &&
    rest.length > 0 &&
    !path.includes('\\') &&
    !path.includes('\0') &&
    rest.every((part) => part !== '' && part !== '.' && part !== '..')
  )
}
