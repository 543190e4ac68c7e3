export type PublicAnswer<T> =
  /** `ageMs`: how long a proxy on the way has kept it. */
  { readonly ok: true; readonly value: T; readonly ageMs: number } | { readonly ok: false; readonly status: number }

const PATIENCE_MS = 8_000

/** What anybody may read, without a cookie; the browser asks with the ETag that it has, and an answer that is still right costs no bytes. */
export async function readPublic<T>(path: string): Promise<PublicAnswer<T>> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS)
  try {
    const response = await fetch(`/api/v1${path}`, { credentials: 'omit', cache: 'no-cache', signal: abort.signal })
    if (!response.ok) return { ok: false, status: response.status }
    return { ok: true, value: (await response.json()) as T, ageMs: (Number(response.headers.get('Age')) || 0) * 1_000 }
  } catch {
    // 0: nobody answered.
    return { ok: false, status: 0 }
  } finally {
    clearTimeout(timer)
  }
}
