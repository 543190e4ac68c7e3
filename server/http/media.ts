import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Router } from 'express'
import { Router as newRouter } from 'express'
import { fileTypeFromFile } from 'file-type'
import type { MediaItem } from '../../shared/protocol/screen.ts'
import { done, type Outcome, refuse } from '../auth/outcome.ts'
import type { Branches } from '../branch/branches.ts'

/**
 * Pictures and film that a house drops into `DATA_DIR/media/BRANCH/`, or sends there through the browser, for its lobby screens: what lies
 * there is public. Nothing else is served from there: no other kinds of files, no folders, no links, nothing hidden.
 */

const KINDS: Readonly<Record<string, { readonly kind: MediaItem['kind']; readonly type: string }>> = {
  '.jpg': { kind: 'picture', type: 'image/jpeg' },
  '.jpeg': { kind: 'picture', type: 'image/jpeg' },
  '.png': { kind: 'picture', type: 'image/png' },
  '.webp': { kind: 'picture', type: 'image/webp' },
  '.avif': { kind: 'picture', type: 'image/avif' },
  '.gif': { kind: 'picture', type: 'image/gif' },
  '.mp4': { kind: 'film', type: 'video/mp4' },
  '.webm': { kind: 'film', type: 'video/webm' },
}
/** A cheap screen decodes these; more would stop it in the middle of a day. */
const MOST_BYTES = { picture: 20 * 1024 ** 2, film: 400 * 1024 ** 2 } as const
const MOST_FILES = 100
export const MOST_UPLOADED = MOST_BYTES.film
/** In front of the name of a file that was deleted: hidden, and brought back under its name until it is thrown away. */
const DELETED = '.deleted-'
const DELETED_KEPT_MS = 24 * 3_600_000

export interface Media {
  readonly items: readonly MediaItem[]
  /** Files that no screen shows, for whoever put them there. */
  readonly refused: readonly { readonly name: string; readonly reason: 'unknown-kind' | 'too-large' | 'too-many' }[]
}

const folderOf = (dataDir: string, branch: string): string => join(dataDir, 'media', branch)
const kindOf = (name: string) => KINDS[extname(name).toLowerCase()]
/** One file of the folder itself: no path, nothing hidden, nothing that a header or a log could stumble over. */
const isPlainName = (name: string): boolean => /^[^./\\\p{Cc}][^/\\\p{Cc}]{0,119}$/u.test(name)
const inOrder = new Intl.Collator('id', { numeric: true })

/** In the order of their names; an absent folder has nothing in it. */
export async function mediaOf(dataDir: string, branch: string): Promise<Media> {
  const folder = folderOf(dataDir, branch)
  const names = (await readdir(folder).catch(() => [])).filter(isPlainName).sort(inOrder.compare)
  const items: MediaItem[] = []
  const refused: { name: string; reason: Media['refused'][number]['reason'] }[] = []
  for (const name of names.slice(0, MOST_FILES * 5)) {
    const known = kindOf(name)
    const found = await lstat(join(folder, name)).catch(() => null)
    if (!found?.isFile()) continue
    if (!known) refused.push({ name, reason: 'unknown-kind' })
    else if (found.size > MOST_BYTES[known.kind]) refused.push({ name, reason: 'too-large' })
    else if (items.length >= MOST_FILES) refused.push({ name, reason: 'too-many' })
    else {
      const version = `${Math.floor(found.mtimeMs).toString(36)}-${found.size.toString(36)}`
      items.push({
        name,
        kind: known.kind,
        bytes: found.size,
        url: `/media/${encodeURIComponent(branch)}/${encodeURIComponent(name)}?v=${version}`,
      })
    }
  }
  return { items, refused: refused.slice(0, MOST_FILES) }
}

/**
 * Keeps a file under a name of its own: written beside the others under a hidden name, looked at, and only then given its name; whatever
 * breaks off leaves nothing behind. What it is, is what is in it and not what it is called.
 */
export async function keepMedia(dataDir: string, branch: string, name: string, content: Readable): Promise<Outcome<MediaItem>> {
  if (!isPlainName(name))
    return refuse('invalid-value', 'the name of the file', { mistakes: [{ path: 'name', message: 'is no name of a file' }] })
  const folder = folderOf(dataDir, branch)
  await mkdir(folder, { recursive: true })
  const { items } = await mediaOf(dataDir, branch)
  if (items.length >= MOST_FILES) return refuse('too-many-files', undefined, { details: { limit: MOST_FILES } })
  const path = join(folder, `.upload-${randomUUID()}`)
  try {
    await pipeline(content, limited(MOST_UPLOADED), createWriteStream(path, { flags: 'wx' }))
    const found = await fileTypeFromFile(path)
    const known = found && Object.entries(KINDS).find(([, { type }]) => type === found.mime)
    if (!known || kindOf(name)?.type !== found.mime) return refuse('unsupported-file', found ? `it is ${found.mime}` : undefined)
    const limit = MOST_BYTES[known[1].kind]
    if ((await lstat(path)).size > limit) return refuse('too-large', undefined, { details: { limit } })
    // A link fails where there is such a name already; nothing is overwritten by surprise.
    await link(path, join(folder, name))
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'EEXIST') return refuse('file-name-taken')
    if (code === TOO_LARGE) return refuse('too-large', undefined, { details: { limit: MOST_UPLOADED } })
    throw error
  } finally {
    await rm(path, { force: true })
  }
  const kept = (await mediaOf(dataDir, branch)).items.find((item) => item.name === name)
  return kept ? done(kept) : refuse('unknown-file')
}

/** Out of sight at once, and to be brought back for a day. */
export async function deleteMedia(dataDir: string, branch: string, name: string): Promise<Outcome<null>> {
  const folder = folderOf(dataDir, branch)
  if (!isPlainName(name) || !(await isFile(join(folder, name)))) return refuse('unknown-file')
  for (const old of await readdir(folder).catch(() => [])) {
    if (!old.startsWith(DELETED) && !old.startsWith('.upload-')) continue
    const found = await lstat(join(folder, old)).catch(() => null)
    if (found && Date.now() - found.ctimeMs > DELETED_KEPT_MS) await rm(join(folder, old), { force: true })
  }
  await rename(join(folder, name), join(folder, `${DELETED}${name}`))
  return done(null)
}

/** What was deleted last under this name. */
export async function restoreMedia(dataDir: string, branch: string, name: string): Promise<Outcome<null>> {
  const folder = folderOf(dataDir, branch)
  if (!isPlainName(name)) return refuse('unknown-file')
  try {
    await link(join(folder, `${DELETED}${name}`), join(folder, name))
    await rm(join(folder, `${DELETED}${name}`))
    return done(null)
  } catch (error) {
    return refuse((error as { code?: string }).code === 'EEXIST' ? 'file-name-taken' : 'unknown-file')
  }
}

const isFile = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isFile(),
    () => false,
  )

const TOO_LARGE = 'PANGGIL_TOO_LARGE'

/** Passes bytes on, and breaks off where there are more. */
const limited = (most: number) =>
  async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0
    for await (const chunk of source) {
      bytes += chunk.length
      if (bytes > most) throw Object.assign(new Error('the file is too large'), { code: TOO_LARGE })
      yield chunk
    }
  }

/** `/media/BRANCH/FILE`, in parts where a film is asked for in parts. */
export function mediaRouter(dataDir: string, branches: Pick<Branches, 'get'>): Router {
  const router = newRouter({ caseSensitive: true, strict: true })
  router.get('/:branch/:file', async (request, response, next) => {
    const { branch, file } = request.params as { branch: string; file: string }
    const known = kindOf(file)
    if (!known || !isPlainName(file) || !branches.get(branch)) return next()
    const root = folderOf(dataDir, branch)
    const found = await lstat(join(root, file)).catch(() => null)
    if (!found?.isFile() || found.size > MOST_BYTES[known.kind]) return next()
    response.setHeader('Content-Type', known.type)
    // Named with its version it never changes; a browser that keeps it asks for it once.
    const cache = request.query['v'] === undefined ? 'no-cache' : 'public, max-age=31536000, immutable'
    response.sendFile(file, { root, dotfiles: 'deny', cacheControl: false, headers: { 'Cache-Control': cache } }, (error) => {
      if (error && !response.headersSent) next()
    })
  })
  return router
}
