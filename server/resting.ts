/**
 * Lets go of the thread between two pieces of long work, so that officers who press meanwhile are answered: after `keptMs`, for as long as
 * the work before it times `share`; 0: for one turn of the event loop.
 */
export function resting({ keptMs, share }: { readonly keptMs: number; readonly share: number }): () => Promise<void> {
  let sinceMs = performance.now()
  return async () => {
    const workedMs = performance.now() - sinceMs
    if (workedMs < keptMs) return
    await new Promise<void>((resolve) => (share === 0 ? setImmediate(resolve) : setTimeout(resolve, Math.max(1, workedMs * share))))
    sinceMs = performance.now()
  }
}
