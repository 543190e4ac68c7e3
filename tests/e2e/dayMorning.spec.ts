import AxeBuilder from '@axe-core/playwright'
import { expect, test } from 'playwright/test'
import kupang from '../../server/branches/mpp-kupang.json' with { type: 'json' }
import type { Command } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { businessDay } from '../../shared/domain/hours.ts'
import { branchWith, callNext, DayHall, dayService, everyDay, NOON_ZONE, wall } from './dayHall.ts'
import { openCounter } from './hall.ts'

const DAY = 86_400_000
const SIZES = [
  { width: 1366, height: 768 },
  { width: 1920, height: 1080 },
  { width: 390, height: 844 },
]

/** The 21 agencies and 41 services of Kupang, where it is noon now, half an hour before a break. */
const big = {
  ...(kupang as unknown as BranchConfiguration),
  id: 'uji',
  timeZone: NOON_ZONE,
  hours: everyDay([
    ['00:00', wall(25)],
    [wall(55), wall(115)],
  ]),
}

test.describe.configure({ timeout: 180_000 })

test('DAY1 DAY2 the morning after: the day turned once, what was left over is told, and numbers carried over come first', async ({
  browser,
}) => {
  const configuration = branchWith({ hours: 'always' })
  const hall = await DayHall.open(configuration)
  const yesterdayMs = Date.now() - DAY
  const officer = { counter: '3', officer: 'petugas' }
  const ticket = (id: string, service: string): Command => ({ type: 'issueTicket', ticketId: id, services: [service] })
  await hall.livedThrough(configuration, [
    [yesterdayMs, { type: 'openCounter', ...officer }],
    ...['k1', 'k2', 'k3'].map((id) => [yesterdayMs + 1, ticket(id, 'DUKCAPIL.KK')] as const),
    [yesterdayMs + 2, ticket('e1', 'BANKNTT.TELLER')],
    [yesterdayMs + 3, { type: 'callNext', ...officer, current: null }],
    [yesterdayMs + 4, { type: 'startService', ...officer, current: 'k1' }],
    [yesterdayMs + 5, { type: 'complete', ...officer, current: 'k1' }],
    [yesterdayMs + 6, { type: 'closeService', service: 'DUKCAPIL.KK', remaining: 'carryOver', tickets: ['k2'] }],
  ])
  await hall.start()
  await hall.addPeople()
  try {
    for (const language of ['id', 'en'] as const) {
      const { page, complaints, context } = await hall.open(browser, '/supervisor#hari-ini', { as: 'penyelia', language })
      await expect(page.locator('[data-test=last-day]')).toBeVisible()
      await expect(page.locator('[data-test=last-service][data-service="DUKCAPIL.KK"]')).toContainText(
        language === 'id' ? '1 tidak terlayani, 1 dibawa ke hari berikutnya' : '1 not served, 1 carried over',
      )
      await expect(page.locator('[data-test=last-service][data-service="BANKNTT.TELLER"]')).toBeVisible()
      await expect(dayService(page, 'DUKCAPIL.KK')).toContainText(language === 'id' ? '1 menunggu' : '1 waiting')
      await page.screenshot({ path: `test-results/look/day-morning-${language}.png`, fullPage: true })
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
      expect(complaints).toEqual([])
      await context.close()
    }
    // The slip's longer number fits where it is called.
    const board = await hall.open(browser, '/display', { as: 'penyelia', size: { width: 1280, height: 720 } })
    const counter = await hall.open(browser, '/counter', { as: 'petugas' })
    await openCounter(counter.page, '3')
    const number = `B-002/${Number(businessDay(yesterdayMs, NOON_ZONE).slice(8))}`
    await callNext(counter.page, number)
    await expect(board.page.locator('[data-test=newest]')).toHaveAttribute('data-number', number)
    for (const [name, page] of [
      ['board', board.page],
      ['counter', counter.page],
    ] as const) {
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      await page.screenshot({ path: `test-results/look/day-slip-${name}.png` })
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
    }
  } finally {
    await hall.end()
  }
})

test('21 agencies and 41 services stay readable, what needs attention first, at every size and in both languages', async ({ browser }) => {
  const hall = await DayHall.open(big)
  await hall.start()
  await hall.addPeople()
  const penyelia = await hall.as('penyelia')
  const order = async (command: object) =>
    expect(
      (
        await penyelia.post(`${hall.url}/api/v1/branches/uji/commands`, {
          data: { commandId: `big-${Math.random().toString(36).slice(2)}`, ...command },
        })
      ).status(),
    ).toBe(200)
  const officer = await hall.as('petugas')
  const opened = await officer.post(`${hall.url}/api/v1/branches/uji/counters/${counterOf('DUKCAPIL.KK')}/commands`, {
    data: { commandId: 'open-1', type: 'openCounter' },
  })
  expect(opened.status(), await opened.text()).toBe(200)
  for (let n = 0; n < 14; n++) await hall.issue(penyelia, { services: ['DUKCAPIL.KK'] })
  for (let n = 0; n < 3; n++) await hall.issue(penyelia, { services: ['DPMPTSP.OSS'] })
  await order({ type: 'pauseService', service: 'DUKCAPIL.REKAM', reason: 'Sistem instansi gangguan' })
  await order({ type: 'closeService', service: 'DPMPTSP.CURHAT', remaining: 'serve', reason: 'Petugas dinas luar' })
  try {
    for (const size of SIZES)
      for (const language of ['id', 'en'] as const) {
        const { page, complaints, context } = await hall.open(browser, '/supervisor#hari-ini', { as: 'penyelia', size, language })
        await expect(page.locator('[data-test=day-service]')).toHaveCount(41)
        const first = page.locator('[data-test=day-service]').first()
        await expect(first).not.toHaveAttribute('data-trouble', '')
        await page.evaluate(() => document.fonts.ready.then(() => undefined))
        await page.screenshot({ path: `test-results/look/day-big-${size.width}-${language}.png` })
        if (language === 'id') await page.screenshot({ path: `test-results/look/day-big-${size.width}-full.png`, fullPage: true })
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
        if (size.width !== 1920)
          for (const [name, scope] of [
            ['pause', dayService(page, 'DUKCAPIL.KK').locator('[data-test=pause-service]')],
            ['pause-all', page.locator('[data-test=day-pause-all]')],
            ['open', page.locator('[data-test=day-open-all]')],
            ['end', dayService(page, 'DUKCAPIL.KK').locator('[data-test=end-service]')],
            ['end-agency', page.locator('[data-agency=DUKCAPIL] [data-test=end-agency]')],
          ] as const) {
            await scope.click()
            if (name.startsWith('end')) {
              await page.locator('[data-test=end-refuse]').click()
              await page.locator('[data-test=refusal-text]').first().click()
            }
            await page.screenshot({ path: `test-results/look/day-dialog-${name}-${size.width}-${language}.png` })
            expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([])
            if (name.startsWith('end')) {
              await page.locator('[data-test=end-next]').click()
              await expect(page.locator('[data-test=end-question]')).toBeFocused()
              await page.screenshot({ path: `test-results/look/day-dialog-${name}-ask-${size.width}-${language}.png` })
            }
            await page.keyboard.press('Escape')
            await expect(page.locator('dialog')).toHaveCount(0)
          }
        expect(complaints).toEqual([])
        await context.close()
      }
  } finally {
    await officer.dispose()
    await penyelia.dispose()
    await hall.end()
  }
})

const counterOf = (service: string): string => big.counters.find(({ services }) => services.includes(service))?.id ?? ''
