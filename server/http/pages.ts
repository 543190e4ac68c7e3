import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Response, Router } from 'express'
import { Router as newRouter } from 'express'
import sirv from 'sirv'

/** Addresses of screens and the built files behind them; a file that isn't built is not found. */
const PAGES: Readonly<Record<string, string>> = {
  '/': 'display/public.html',
  '/embed': 'display/embed.html',
  '/display': 'display/index.html',
  '/kiosk': 'display/kiosk.html',
  '/ticket/:id': 'display/ticket.html',
  '/survey/:id': 'display/survey.html',
  '/counter': 'counter-client/index.html',
  '/desk': 'counter-client/desk.html',
  '/supervisor': 'counter-client/supervisor.html',
  '/supervisor/reports': 'counter-client/reports.html',
  '/supervisor/story': 'counter-client/story.html',
  '/agency': 'counter-client/agency.html',
  '/admin': 'counter-client/admin.html',
  '/api/docs': 'counter-client/apidocs.html',
}

/** The one page that is made for the pages of others: nothing can be pressed in it, and it knows nobody. */
const FRAMED_ANYWHERE = '/embed'

interface Page {
  readonly html: string
  readonly tag: string
}

/** The built pages and their files. The names of files change with what is in them, so browsers keep them for good; pages are asked for anew. */
export function pagesRouter(clientDir: string, options: { readonly dev: boolean }): Router {
  const router = newRouter()
  const assets = join(clientDir, 'assets')
  // `dev`: files come and go while they are worked on; otherwise they are listed once.
  if (existsSync(assets) || options.dev)
    router.use(
      '/assets',
      sirv(assets, options.dev ? { dev: true } : { immutable: true, maxAge: 31_536_000, gzip: true, brotli: true, etag: true }),
    )
  const known = new Map<string, Page>()
  for (const [address, file] of Object.entries(PAGES)) {
    router.get(address, async (request, response) => {
      const page = await read(join(clientDir, file), known)
      if (page === null) return notFound(response)
      if (address === FRAMED_ANYWHERE) letOthersFrame(response)
      response.setHeader('Cache-Control', 'no-cache')
      response.setHeader('ETag', page.tag)
      if (request.headers['if-none-match'] === page.tag) response.status(304).end()
      else response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page.html)
    })
  }
  router.use((_request, response) => notFound(response))
  return router
}

function letOthersFrame(response: Response): void {
  const policy = String(response.getHeader('Content-Security-Policy') ?? '')
  response.setHeader('Content-Security-Policy', policy.replace("frame-ancestors 'none'", 'frame-ancestors *'))
  response.removeHeader('X-Frame-Options')
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin')
}

/** From memory as long as the file is the same: a build while the server runs is seen. */
async function read(path: string, known: Map<string, Page>): Promise<Page | null> {
  try {
    const { mtimeMs, size } = await stat(path)
    const tag = `"${Math.floor(mtimeMs).toString(36)}-${size.toString(36)}"`
    const page = known.get(path)
    if (page?.tag === tag) return page
    const fresh = { html: await readFile(path, 'utf8'), tag }
    known.set(path, fresh)
    return fresh
  } catch {
    return null
  }
}

const NOT_FOUND = `<!doctype html>
<html lang="id">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tidak ditemukan</title>
<h1>Halaman ini tidak ada</h1>
<p><a href="/">Ke halaman utama</a></p>
<div lang="en">
<h1>There is no such page</h1>
<p><a href="/">To the main page</a></p>
</div>
</html>
`

function notFound(response: Response): void {
  response.status(404).setHeader('Cache-Control', 'no-cache').setHeader('Content-Type', 'text/html; charset=utf-8').end(NOT_FOUND)
}
