import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { TestHall } from './hall.ts'
import { KioskStage, kupangHall, ready, SIZES } from './kioskStage.ts'

const stage = new KioskStage(new TestHall())
let device: { deviceId: string; token: string }

/** The shipped branch with what a hall adds to it: requirements, fees, a low quota, what is paused, full, closed, switched off. */
function hall(branch: string): ReturnType<typeof kupangHall> {
  const whole = kupangHall(branch)
  const change = (code: string, more: object) => {
    const [agencyId, serviceId] = code.split('.')
    return (agency: (typeof whole.agencies)[number]) =>
      agency.id === agencyId
        ? { ...agency, services: agency.services.map((service) => (service.id === serviceId ? { ...service, ...more } : service)) }
        : agency
  }
  return {
    ...whole,
    agencies: whole.agencies
      .map(
        change('DUKCAPIL.KK', {
          requirements: [
            { id: 'Kartu Keluarga lama', en: 'Old family card' },
            { id: 'KTP-el kepala keluarga', en: 'e-ID of the head of the family' },
            { id: 'Buku nikah atau akta kelahiran anggota baru', en: 'Marriage book or birth certificate of the new member' },
          ],
          fee: { id: 'Gratis', en: 'Free' },
          note: { id: 'Diwakili? Bawa surat kuasa bermeterai.', en: 'Sent by somebody? Bring a stamped power of attorney.' },
        }),
      )
      .map(change('DUKCAPIL.REKAM', { quotaPerDay: 3 }))
      .map(change('DUKCAPIL.CETAK', { quotaPerDay: 1 }))
      .map(change('DUKCAPIL.AMBIL', { enabled: false })),
  }
}

test.beforeAll(async () => {
  await stage.start()
  await stage.configure(hall(stage.hall.branch))
  await stage.command({ type: 'pauseService', service: 'DUKCAPIL.IKD', reason: 'Sistem pusat gangguan' })
  for (const code of ['DUKCAPIL.CETAK', 'DUKCAPIL.KK', 'DUKCAPIL.KK', 'DUKCAPIL.KK', 'BAPENDA.PBB', 'SIM.SIMC'])
    await stage.hall.issue(stage.admin, { services: [code] })
  device = await stage.device()
})
test.afterAll(() => stage.end())

const press = (name: string) => async (page: Page) => page.locator(`[data-test=${name}]`).click()
const agency = (id: string) => async (page: Page) => page.locator(`[data-agency=${id}]`).click()
const service = (code: string) => async (page: Page) => page.locator(`[data-code="${code}"]`).click()
const type = (text: string) => async (page: Page) => page.keyboard.type(text)

interface Shot {
  readonly name: string
  readonly acts: readonly ((page: Page) => Promise<void>)[]
  readonly shows: string
}

const shots: readonly Shot[] = [
  { name: 'agencies', acts: [], shows: '[data-test=agency]' },
  { name: 'agencies-large', acts: [press('large')], shows: '.kiosk.large' },
  { name: 'agencies-contrast', acts: [press('contrast')], shows: '[data-theme=contrast]' },
  { name: 'agencies-low', acts: [press('low')], shows: '.kiosk.low' },
  { name: 'agencies-keys', acts: [(page) => page.keyboard.press('ArrowDown')], shows: '.kiosk.keys' },
  { name: 'agencies-help', acts: [press('help')], shows: '[data-test=help-text]' },
  { name: 'priority', acts: [press('priority')], shows: '[data-test=priority][aria-checked=true]' },
  { name: 'services', acts: [agency('DUKCAPIL')], shows: '[data-test=service]' },
  { name: 'detail', acts: [agency('DUKCAPIL'), service('DUKCAPIL.KK')], shows: '[data-test=take]' },
  { name: 'detail-low-large', acts: [press('low'), press('large'), agency('DUKCAPIL'), service('DUKCAPIL.KK')], shows: '[data-test=take]' },
  { name: 'detail-quota', acts: [agency('DUKCAPIL'), service('DUKCAPIL.REKAM')], shows: '[data-test=quota-low]' },
  { name: 'detail-closed', acts: [agency('DUKCAPIL'), service('DUKCAPIL.IKD')], shows: '[data-test=why-closed]' },
  { name: 'journeys', acts: [press('journeys')], shows: '[data-test=journey]' },
  { name: 'journey', acts: [press('journeys'), (page) => page.locator('[data-journey=USAHA]').click()], shows: '[data-test=take]' },
  { name: 'search', acts: [press('search')], shows: '[data-test=query]' },
  { name: 'search-found', acts: [press('search'), type('ktp')], shows: '[data-test=found]' },
  { name: 'search-none', acts: [press('search'), type('helikopter')], shows: '[data-test=nothing-found]' },
  {
    name: 'several',
    acts: [press('several'), agency('DUKCAPIL'), service('DUKCAPIL.KK'), service('DUKCAPIL.AKTA')],
    shows: '[data-test=see-list]',
  },
  {
    name: 'list',
    acts: [
      press('several'),
      agency('DUKCAPIL'),
      service('DUKCAPIL.KK'),
      press('back'),
      agency('BANKNTT'),
      service('BANKNTT.TELLER'),
      press('see-list'),
    ],
    shows: '[data-test=picked-list]',
  },
  { name: 'number', acts: [agency('BAPENDA'), service('BAPENDA.PBB'), press('take')], shows: '[data-test=issued][data-paper=none]' },
  {
    name: 'number-journey-low',
    acts: [press('low'), press('journeys'), (page) => page.locator('[data-journey=PKB]').click(), press('take')],
    shows: '[data-test=issued]',
  },
]

for (const { name: sizeName, size } of SIZES)
  for (const language of ['id', 'en'] as const)
    test(`the kiosk at ${sizeName} in ${language}: axe finds nothing, nothing hangs over the edge`, async ({ browser }) => {
      test.setTimeout(180_000)
      const { page, context, complaints } = await stage.open(browser, device, { size, language })
      for (const { name, acts, shows } of shots) {
        await page.goto('/kiosk')
        await ready(page)
        for (const act of acts) await act(page)
        await expect(page.locator(shows).first()).toBeVisible()
        await page.evaluate(() => document.fonts.ready.then(() => undefined))
        await page.screenshot({ path: `test-results/look/kiosk-${name}-${sizeName}-${language}.png` })
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => `${name} ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
        const over = await page.evaluate(() => ({
          across: document.documentElement.scrollWidth - window.innerWidth,
          down: document.documentElement.scrollHeight - window.innerHeight,
        }))
        expect({ name, ...over }).toEqual({ name, across: 0, down: 0 })
        if (await page.locator('[data-test=done]').isVisible()) await page.locator('[data-test=done]').click()
      }
      expect(complaints).toEqual([])
      await context.close()
    })
