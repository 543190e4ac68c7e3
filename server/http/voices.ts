import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Response, Router } from 'express'
import { Router as newRouter } from 'express'

/**
 * Voice packs, `/voices/PACK/manifest.json` and the sprite that it names: a house's own from `DATA_DIR/voices`, else those that are shipped.
 * A pack of the house under a shipped name takes its place as a whole. Nothing else is served from there.
 */
const MANIFEST = 'manifest.json'
const PACK = /^[a-z0-9][a-z0-9._-]{0,63}$/i
const SPRITE = /^[a-z0-9][a-z0-9._-]{0,63}\.(wav|mp3)$/i
const TYPES: Readonly<Record<string, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' }

export function voicesRouter(dataDir: string, shippedDir: string): Router {
  const folders = [join(dataDir, 'voices'), shippedDir]
  const router = newRouter({ caseSensitive: true, strict: true })
  router.get('/:pack/:file', async (request, response, next) => {
    const { pack, file } = request.params as { pack: string; file: string }
    const kind = SPRITE.exec(file)?.[1]?.toLowerCase()
    if (!PACK.test(pack) || (file !== MANIFEST && kind === undefined)) return next()
    const root = await packFolder(folders, pack)
    if (root === null) return next()
    if (kind === undefined) return sendManifest(join(root, MANIFEST), request.headers['if-none-match'], response, next)
    if (!(await isFile(join(root, file)))) return next()
    response.setHeader('Content-Type', TYPES[kind] as string)
    // Its name changes with what is in it.
    const headers = { 'Cache-Control': 'public, max-age=31536000, immutable' }
    response.sendFile(file, { root, dotfiles: 'deny', cacheControl: false, headers }, (error) => {
      if (error && !response.headersSent) next()
    })
  })
  return router
}

async function packFolder(folders: readonly string[], pack: string): Promise<string | null> {
  for (const folder of folders) if (await isFile(join(folder, pack, MANIFEST))) return join(folder, pack)
  return null
}

const isFile = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isFile(),
    () => false,
  )

/** By its modification time and size: a pack that a house replaces is heard of at the next look. */
async function sendManifest(path: string, known: string | undefined, response: Response, next: () => void): Promise<void> {
  try {
    const { mtimeMs, size } = await lstat(path)
    const tag = `"${Math.floor(mtimeMs).toString(36)}-${size.toString(36)}"`
    response.setHeader('Cache-Control', 'no-cache').setHeader('ETag', tag)
    if (known === tag) response.status(304).end()
    else response.setHeader('Content-Type', 'application/json; charset=utf-8').end(await readFile(path))
  } catch {
    next()
  }
}
