/** Where the page may (https, or this machine itself): the screen doesn't go to sleep. Elsewhere the kiosk's own settings do it. */
export function keepAwake(): void {
  const ask = () => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    navigator.wakeLock.request('screen').then(
      // Taken away with the page's visibility, an empty battery, or for no reason at all.
      (lock) => lock.addEventListener('release', () => setTimeout(ask, 1000)),
      () => undefined,
    )
  }
  document.addEventListener('visibilitychange', ask)
  ask()
}
