const RELOADED = 'panggil.reloaded-for-page'

const scriptOf = (page: ParentNode): string | null => page.querySelector('script[type=module]')?.getAttribute('src') ?? null

/** Whether the server now serves another page under this address: the names of its files change with what is in them. */
export async function isNewerPage(): Promise<boolean> {
  const own = scriptOf(document)
  if (own === null || !own.startsWith('/assets/')) return false
  try {
    const response = await fetch(location.pathname, { cache: 'no-store' })
    if (!response.ok) return false
    const script = /<script type="module"[^>]* src="([^"]+)"/.exec(await response.text())?.[1] ?? null
    return script !== null && script !== own && sessionStorage.getItem(RELOADED) !== script
  } catch {
    return false
  }
}

/** Once for each page: a house whose two servers have different ones must not make its screens blink. */
export async function reload(): Promise<void> {
  const response = await fetch(location.pathname, { cache: 'no-store' }).catch(() => null)
  const script = response?.ok ? /<script type="module"[^>]* src="([^"]+)"/.exec(await response.text())?.[1] : undefined
  if (script === undefined) return
  sessionStorage.setItem(RELOADED, script)
  location.reload()
}
