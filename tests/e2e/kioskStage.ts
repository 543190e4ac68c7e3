import { readFileSync } from 'node:fs'
import { type APIRequestContext, type Browser, expect, type Page } from 'playwright/test'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import type { OpenOptions, OpenPage, TestHall } from './hall.ts'

export type Size = { readonly width: number; readonly height: number }
/** What kiosks are built with, and how many CSS pixels a millimetre has there. */
export const PORTRAIT = { width: 1080, height: 1920 }
export const LANDSCAPE = { width: 1920, height: 1080 }
export const SMALL = { width: 1024, height: 768 }
export const SIZES = [
  { name: '1080x1920', size: PORTRAIT, pixelsPerMm: 4.03 },
  { name: '1920x1080', size: LANDSCAPE, pixelsPerMm: 4.03 },
  { name: '1366x768', size: { width: 1366, height: 768 }, pixelsPerMm: 4.11 },
  { name: '1024x768', size: SMALL, pixelsPerMm: 3.36 },
] as const

const kupang = JSON.parse(readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8')) as BranchConfiguration

/** The shipped branch under the hall's id, open at every hour unless told otherwise. */
export const kupangHall = (branch: string, changes: Partial<BranchConfiguration> = {}): BranchConfiguration => ({
  ...kupang,
  id: branch,
  hours: 'always',
  ...changes,
})

export class KioskStage {
  readonly hall: TestHall
  admin!: APIRequestContext

  constructor(hall: TestHall) {
    this.hall = hall
  }

  get api(): string {
    return `${this.hall.url}/api/v1/branches/${this.hall.branch}`
  }

  async start(): Promise<void> {
    await this.hall.start()
    this.admin = await this.hall.as('admin')
  }

  async end(): Promise<void> {
    await this.admin.dispose()
    await this.hall.end()
  }

  async configuration(): Promise<BranchConfiguration> {
    return (await this.admin.get(`${this.api}/configuration`)).json() as Promise<BranchConfiguration>
  }

  async configure(configuration: BranchConfiguration): Promise<void> {
    const answer = await this.admin.put(`${this.api}/configuration`, { data: configuration })
    expect(answer.ok(), await answer.text()).toBe(true)
  }

  async command(command: object): Promise<void> {
    const answer = await this.admin.post(`${this.api}/commands`, {
      data: { commandId: `e2e-${Math.random().toString(36).slice(2)}`, ...command },
    })
    expect(answer.ok(), await answer.text()).toBe(true)
  }

  /** A kiosk of the hall: its token, as pairing would have left it in the browser. */
  async device(name = 'Anjungan 1', more: object = {}): Promise<{ deviceId: string; token: string }> {
    const answer = await this.admin.post(`${this.api}/devices`, { data: { kind: 'kiosk', name, ...more } })
    expect(answer.status(), await answer.text()).toBe(201)
    return (await answer.json()) as { deviceId: string; token: string }
  }

  async open(browser: Browser, device: { deviceId: string; token: string } | null, options: OpenOptions = {}): Promise<OpenPage> {
    const opened = await this.hall.open(browser, '/healthz', { size: PORTRAIT, ...options })
    if (device) {
      const paired = { ...device, branch: this.hall.branch, name: 'Anjungan 1' }
      await opened.context.addInitScript((kept) => {
        if (sessionStorage.getItem('paired') === null) localStorage.setItem('panggil.device.kiosk', kept)
        sessionStorage.setItem('paired', '1')
      }, JSON.stringify(paired))
    }
    await opened.page.goto('/kiosk')
    return opened
  }

  /** Tickets of today, by number. */
  async numbers(): Promise<string[]> {
    const log = await (await this.admin.get(`${this.api}/events`)).text()
    return log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { event: { type: string; ticket?: { number: string } } }).event)
      .flatMap((event) => (event.type === 'ticketIssued' && event.ticket ? [event.ticket.number] : []))
  }

  /** What became of the tickets in visitors' hands: `NUMBER how`. */
  async handed(): Promise<string[]> {
    const log = await (await this.admin.get(`${this.api}/events`)).text()
    return log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { event: { type: string; how?: string } }).event)
      .flatMap((event) => (event.type === 'ticketHanded' ? [event.how ?? ''] : []))
  }
}

export const ready = (page: Page): Promise<void> => expect(page.locator('[data-test=agency]').first()).toBeVisible()
