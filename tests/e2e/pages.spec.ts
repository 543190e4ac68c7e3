import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { type OpenOptions, openCounter, TestHall } from './hall.ts'

const hall = new TestHall()
let ticketId = ''
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
  const penyelia = await hall.as('penyelia')
  ticketId = (await hall.issue(penyelia, { journey: 'KELUARGA' })).ticket.id
  await hall.issue(penyelia, { services: ['DUKCAPIL.REKAM'], class: 'priority', language: 'en' })
  await hall.issue(penyelia, { services: ['DINSOS.BANSOS'] })
  await penyelia.dispose()
})
test.afterAll(() => hall.end())

const HD = { width: 1280, height: 720 }
const FULL_HD = { width: 1920, height: 1080 }
const KIOSK = { width: 1080, height: 1920 }
const DESK = { width: 1366, height: 768 }
const PHONE = { width: 390, height: 844 }

interface Shot {
  readonly name: string
  readonly path: string | (() => string)
  readonly options: OpenOptions
  readonly ready: string
  readonly act?: (page: Page) => Promise<void>
}

const shots: readonly Shot[] = [
  {
    name: 'public',
    path: '/',
    options: { size: PHONE },
    ready: '[data-test=agency]',
    act: (page) => page.locator('[data-agency=DUKCAPIL] summary').click(),
  },
  { name: 'public-wide', path: '/', options: { size: HD }, ready: '[data-test=agency]' },
  { name: 'display', path: '/display', options: { as: 'penyelia', size: FULL_HD }, ready: '[data-contact=live]' },
  { name: 'display-zone', path: '/display?zone=A', options: { as: 'penyelia', size: HD }, ready: '[data-contact=live]' },
  { name: 'display-pairing', path: '/display', options: { size: HD }, ready: '[data-test=pairing-code]' },
  { name: 'kiosk', path: '/kiosk', options: { as: 'penyelia', size: KIOSK }, ready: '[data-test=agency]' },
  {
    name: 'kiosk-service',
    path: '/kiosk',
    options: { as: 'penyelia', size: KIOSK },
    ready: '[data-test=agency]',
    act: async (page) => {
      await page.locator('[data-agency=DUKCAPIL]').click()
      await page.locator('[data-code="DUKCAPIL.KK"]').click()
    },
  },
  {
    name: 'kiosk-journey',
    path: '/kiosk',
    options: { as: 'penyelia', size: HD },
    ready: '[data-test=agency]',
    act: async (page) => {
      await page.locator('[data-test=journeys]').click()
      await page.locator('[data-test=journey]').click()
    },
  },
  { name: 'ticket', path: () => `/ticket/${ticketId}`, options: { size: PHONE }, ready: '[data-test=number]' },
  { name: 'ticket-missing', path: '/ticket/tidak-ada', options: { size: PHONE }, ready: 'h1' },
  { name: 'counter-sign-in', path: '/counter', options: { size: DESK }, ready: '[data-test=sign-in]' },
  { name: 'counter-choose', path: '/counter', options: { as: 'petugas2', size: DESK }, ready: '[data-test=counter]' },
  {
    name: 'counter',
    path: '/counter',
    options: { as: 'petugas', size: DESK },
    ready: '[data-test=counter]',
    act: async (page) => {
      await page.locator('[data-counter="3"]').click()
      await expect(page.locator('[data-test=open], [data-test=call-next]').first()).toBeVisible()
      if (await page.locator('[data-test=open]').isVisible()) await page.locator('[data-test=open]').click()
      await page.locator('[data-test=call-next]').click()
      await expect(page.locator('[data-test=current]')).not.toHaveAttribute('data-number', '')
    },
  },
  {
    name: 'counter-keys',
    path: '/counter?counter=3',
    options: { as: 'petugas', size: DESK },
    ready: '[data-test=call-next]',
    act: (page) => page.keyboard.press('?'),
  },
  {
    name: 'counter-transfer',
    path: '/counter?counter=3',
    options: { as: 'petugas', size: DESK },
    ready: '[data-test=call-next]',
    act: (page) => page.locator('[data-test=transfer]').click(),
  },
  { name: 'supervisor', path: '/supervisor', options: { as: 'penyelia', size: DESK }, ready: '[data-test=queue]' },
  {
    name: 'supervisor-announce',
    path: '/supervisor',
    options: { as: 'penyelia', size: DESK },
    ready: '[data-test=queue]',
    act: (page) => page.locator('[data-test=announce]').click(),
  },
  { name: 'admin', path: '/admin#/people', options: { as: 'admin', size: DESK }, ready: '[data-test=user]' },
]

for (const language of ['id', 'en'] as const)
  for (const { name, path, options, ready, act } of shots)
    test(`${name} in ${language}: axe finds nothing, no policy is violated`, async ({ browser }) => {
      const { page, context, complaints } = await hall.open(browser, typeof path === 'string' ? path : path(), { ...options, language })
      await expect(page.locator(ready).first()).toBeVisible()
      await act?.(page)
      await expect(page.locator('html')).toHaveAttribute('lang', language)
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      await page.screenshot({ path: `test-results/look/${name}-${language}.png` })
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
      expect(complaints).toEqual([])
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
        'nothing hangs over the edge',
      ).toBeLessThanOrEqual(0)
      await context.close()
    })

test('the display can be read from 15 m: newest digits 12 % of the height, recent ones 6 %', async ({ browser }) => {
  const penyelia = await hall.as('penyelia')
  for (let n = 0; n < 3; n++) await hall.issue(penyelia, { services: ['BANKNTT.TELLER'] })
  const counter = await hall.open(browser, '/counter', { as: 'petugas2' })
  await openCounter(counter.page, '9')
  for (const number of ['E-001', 'E-002']) {
    await expect(async () => {
      await counter.page.locator('[data-test=call-next]').click()
      await expect(counter.page.locator('[data-test=current]')).toHaveAttribute('data-number', number, { timeout: 900 })
    }).toPass()
  }
  for (const size of [HD, FULL_HD]) {
    const { page, context } = await hall.open(browser, '/display', { as: 'penyelia', size })
    await expect(page.locator('[data-test=newest]')).toHaveAttribute('data-number', 'E-002')
    const share = await page.evaluate(() => {
      // Height of a digit as drawn, by the font's own measure.
      const height = (element: Element | null): number => {
        if (!element) return 0
        const style = getComputedStyle(element)
        const context = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D
        context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
        return context.measureText('0').actualBoundingBoxAscent / window.innerHeight
      }
      return {
        newest: height(document.querySelector('[data-test=newest] .digits')),
        recent: height(document.querySelector('[data-test=recent] .number')),
      }
    })
    expect(share.newest).toBeGreaterThanOrEqual(0.12)
    expect(share.recent).toBeGreaterThanOrEqual(0.06)
    await page.screenshot({ path: `test-results/look/display-calling-${size.height}.png` })
    await context.close()
  }
  await counter.context.close()
  await penyelia.dispose()
})
