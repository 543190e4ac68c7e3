import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright/test'
import type { Recorder } from './recorder.ts'

const CHROMIUM = '/usr/bin/chromium'

/** A runner that keeps the names of functions calls this, also in functions that it sends to a page. */
export const NAMES = 'globalThis.__name ??= (named) => named'

/** A browser of its own, because whether a page may sound unasked is a matter of how its browser was started. */
export function soundBrowser(options: { readonly autoplay: boolean; readonly resolverRules?: string }): Promise<Browser> {
  return chromium.launch({
    ...(existsSync(CHROMIUM) ? { executablePath: CHROMIUM } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...(options.autoplay ? ['--autoplay-policy=no-user-gesture-required'] : []),
      ...(options.resolverRules ? [`--host-resolver-rules=${options.resolverRules}`] : []),
    ],
  })
}

export interface PairedScreen {
  readonly deviceId: string
  readonly token: string
  readonly branch: string
  readonly name: string
}

export interface Display {
  readonly name: string
  readonly context: BrowserContext
  readonly page: Page
}

/** A paired lobby screen that is listened to under its device's name. */
export async function openDisplay(
  browser: Browser,
  url: string,
  device: PairedScreen,
  options: { readonly recorder?: Recorder; readonly query?: string; readonly before?: () => void } = {},
): Promise<Display> {
  // The tap is a worklet and a worker of the test's own, which our pages would refuse.
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 720 }, bypassCSP: true })
  await context.addInitScript(NAMES)
  await options.recorder?.listenTo(context, device.name)
  if (options.before) await context.addInitScript(options.before)
  await context.addInitScript((paired) => {
    localStorage.setItem('panggil.device.display', JSON.stringify({ ...paired, zones: null }))
  }, device)
  const page = await context.newPage()
  await page.goto(`/display${options.query ?? ''}`)
  return { name: device.name, context, page }
}
