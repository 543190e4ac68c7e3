import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page } from 'playwright/test'
import type { Command } from '../../shared/domain/commands.ts'
import type { BranchConfiguration, Interval, WeeklyHours } from '../../shared/domain/configuration.ts'
import { decide } from '../../shared/domain/decide.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { businessDay, weekdayOf } from '../../shared/domain/hours.ts'
import { type BranchState, emptyBranch } from '../../shared/domain/state.ts'
import { type TestRedis, withRedis } from '../store/testStores.ts'
import plain from './branch.json' with { type: 'json' }
import { PASSWORD, TestHall } from './hall.ts'

const MINUTE = 60_000

/** Redis's clock can't be moved; a hall can stand where it is noon now, so that no test meets a midnight. */
export const NOON_ZONE = (() => {
  const offset = 12 - new Date().getUTCHours()
  return offset === 0 ? 'Etc/GMT' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`
})()

/** `HH:MM` there, so many minutes from now, the seconds cut off. */
export const wall = (minutesFromNow: number, nowMs = Date.now()): string => {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: NOON_ZONE, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return parts.format(nowMs + minutesFromNow * MINUTE)
}
/** As a page in Indonesian writes it. */
export const told = (time: string): string => time.replace(':', '.')

export const todayThere = (): ReturnType<typeof weekdayOf> => weekdayOf(businessDay(Date.now(), NOON_ZONE))

/** These hours on every day. */
export const everyDay = (intervals: readonly Interval[], more: Partial<WeeklyHours> = {}): WeeklyHours => ({
  weekly: Object.fromEntries(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((day) => [day, intervals])),
  ...more,
})

export const branchWith = (changes: Partial<BranchConfiguration>): BranchConfiguration =>
  ({ ...(plain as unknown as BranchConfiguration), timeZone: NOON_ZONE, ...changes }) as BranchConfiguration

/** A hall over a Redis of its own: both can lose power. */
export class DayHall extends TestHall {
  readonly redis: TestRedis
  readonly #branchFile: string

  private constructor(redis: TestRedis, branchFile: string) {
    super({ adminPassword: PASSWORD, environment: { STORE: 'redis', REDIS_URL: redis.socket, BRANCH_FILE: branchFile } })
    this.redis = redis
    this.#branchFile = branchFile
  }

  static async open(configuration: BranchConfiguration): Promise<DayHall> {
    const redis = await withRedis()
    const branchFile = join(redis.dir, 'branch.json')
    writeFileSync(branchFile, JSON.stringify(configuration))
    return new DayHall(redis, branchFile)
  }

  /** Server and store without a goodbye. */
  async cutPower(): Promise<void> {
    await Promise.all([this.kill(), this.redis.kill()])
  }

  async restorePower(): Promise<void> {
    await this.redis.restart()
    await this.start()
  }

  /** Before the first start: the branch as these commands of an earlier day left it. */
  async livedThrough(configuration: BranchConfiguration, commands: readonly (readonly [atMs: number, command: Command])[]): Promise<void> {
    writeFileSync(this.#branchFile, JSON.stringify(configuration))
    const before = emptyBranch(configuration)
    let state: BranchState = before
    const events = [[commands[0]?.[0] ?? 0, { type: 'configureBranch', configuration }] as const, ...commands].flatMap(
      ([nowMs, command]) => {
        const decision = decide(state, command, { nowMs, by: 'penyelia' })
        if (!decision.ok) throw new Error(`${command.type}: ${decision.rejection.code}`)
        state = evolveAll(state, decision.events)
        return decision.events
      },
    )
    const store = await this.redis.open()
    const answers = [{ commandId: 'earlier', fingerprint: '', answer: '{}', events }]
    const { status } = await store.commit({ branchId: this.branch, epoch: '', revision: 0, before, after: state, answers })
    expect(status).toBe('committed')
  }

  async configure(changes: Partial<BranchConfiguration>): Promise<void> {
    const admin = await this.as('admin')
    const answer = await admin.put(`${this.url}/api/v1/branches/${this.branch}/configuration`, { data: branchWith(changes) })
    expect(answer.status(), await answer.text()).toBe(200)
    await admin.dispose()
  }

  override async end(): Promise<void> {
    await super.end()
    await this.redis.stop()
  }
}

/** The supervisor's part for the day, there and read. */
export async function openDay(page: Page): Promise<void> {
  await page.locator('[data-test=part-day]').click()
  await expect(page.locator('[data-test=day-service]').first()).toBeVisible()
}

export const dayService = (page: Page, code: string) => page.locator(`[data-test=day-service][data-service="${code}"]`)

/** A press right after another is taken for a double click; one whose answer is late must not be followed by another. */
export const callNext = (page: Page, number: string): Promise<void> =>
  expect(async () => {
    const current = page.locator('[data-test=current]')
    if ((await current.getAttribute('data-number')) !== number) await page.locator('[data-test=call-next]').click()
    await expect(current).toHaveAttribute('data-number', number, { timeout: 2_000 })
  }).toPass()
