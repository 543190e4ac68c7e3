/**
 * Where the page may (https, or this machine itself): the screen doesn't go to sleep. Elsewhere the kiosk's own settings do it. Returns how to
 * let it sleep again.
 */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null
  let isAsking = false
  let isOver = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const ask = async (): Promise<void> => {
    clearTimeout(timer)
    const isHeld = lock !== null && !lock.released
    if (isOver || isAsking || isHeld || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    isAsking = true
    try {
      lock = await navigator.wakeLock.request('screen')
      // Taken away with the page's visibility, an empty battery, or for no reason at all.
      lock.addEventListener('release', () => {
        timer = setTimeout(look, 1000)
      })
      if (isOver) void lock.release()
    } catch {
      lock = null
    }
    isAsking = false
  }
  const look = (): void => void ask()

  document.addEventListener('visibilitychange', look)
  look()
  return () => {
    isOver = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', look)
    if (lock !== null && !lock.released) void lock.release()
  }
}
