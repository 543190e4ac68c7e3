import { lstat, readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Router } from 'express'
import { Router as newRouter } from 'express'
import type { MediaItem } from '../../shared/protocol/screen.ts'
import type { Branches } from '../branch/branches.ts'

/**
 * Pictures and film that a house drops into `DATA_DIR/media/BRANCH/`, for its lobby screens: what lies there is public. Nothing else is
 * served from there: no other kinds of files, no folders, no links, nothing hidden.
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
      items.push({ name, kind: known.kind, url: `/media/${encodeURIComponent(branch)}/${encodeURIComponent(name)}?v=${version}` })
    }
  }
  return { items, refused: refused.slice(0, MOST_FILES) }
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
