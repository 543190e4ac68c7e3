import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { answers, Receiver } from '../webhooks/receiver.ts'
import { TestHall } from './hall.ts'

const hall = new TestHall()
let receiver: Receiver
test.beforeAll(async () => {
  receiver = await Receiver.open()
  await hall.start()
  await hall.addPeople()
})
test.afterAll(async () => {
  await hall.end()
  await receiver.close()
})

const LAPTOP = { width: 1366, height: 768 }
const PHONE = { width: 390, height: 844 }

async function looked(page: Page, name: string): Promise<void> {
  for (const [size, viewport] of [
    ['laptop', LAPTOP],
    ['phone', PHONE],
  ] as const) {
    await page.setViewportSize(viewport)
    await page.evaluate(() => document.fonts.ready.then(() => undefined))
    await page.screenshot({ path: `test-results/look/${name}-${size}.png`, fullPage: true })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), name).toBeLessThanOrEqual(0)
  }
  await page.setViewportSize(LAPTOP)
}

test('an admin adds an address, sees deliveries arrive, sees a failing one and what to do', async ({ browser }) => {
  const { page } = await hall.open(browser, '/admin#/webhooks', { as: 'admin', size: LAPTOP })
  const part = (name: string) => page.locator(`[data-test=${name}]`)
  await expect(part('no-webhooks')).toBeVisible()
  await part('webhook-name').fill('Dasbor kota')
  await part('webhook-url').fill('http://169.254.169.254/')
  await part('save-webhook').click()
  await expect(part('webhook-url-wrong')).toContainText('tidak boleh dituju')
  await looked(page, 'webhooks-wrong-id')
  await part('webhook-url').fill(receiver.url)
  await part('save-webhook').click()
  await expect(part('secret')).toContainText('whsec_')
  receiver.secret = (await part('secret').textContent()) ?? ''
  await looked(page, 'webhooks-secret-id')
  await part('secret-kept').click()

  await part('test-webhook').click()
  await expect(part('tested')).toContainText('sampai')
  expect(receiver.received[0]).toMatchObject({ isGenuine: true, body: { type: 'test' } })

  await hall.issue(page.request, { services: ['DUKCAPIL.KK'] })
  await part('open-log').click()
  await expect(part('delivery').first()).toContainText('Nomor diambil')
  expect(receiver.received.at(-1)).toMatchObject({ isGenuine: true, body: { type: 'ticketIssued' } })

  receiver.answer = answers(500)
  await hall.issue(page.request, { services: ['DUKCAPIL.KK'] })
  await expect(part('trouble')).toContainText('kesalahan 500')
  await expect(part('webhook-state')).toHaveText('Dicoba lagi')
  await expect(part('delivery').first()).toContainText('500')
  await looked(page, 'webhooks-trouble-id')
  await page.getByRole('button', { name: 'English' }).click()
  await expect(part('trouble')).toContainText('error 500')
  await looked(page, 'webhooks-trouble-en')
  receiver.answer = answers(200)
  await part('retry').click()
  await expect(part('webhook-state')).toHaveText('Working')
  await expect(part('trouble')).toBeHidden()

  await part('change-webhook').click()
  await looked(page, 'webhooks-change-en')
  await part('delete-webhook').click()
  await part('delete-webhook-yes').click()
  await expect(part('no-webhooks')).toBeVisible()
})

test('the page of the API: every call, found by a word, with who may call it, its example and its refusals', async ({ browser }) => {
  const { page } = await hall.open(browser, '/api/docs', { size: LAPTOP })
  const document = (await (await page.request.get('/api/v1/openapi.json')).json()) as { paths: Record<string, object> }
  const all = Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length
  await expect(page.locator('[data-test=call]')).toHaveCount(all)
  await page.locator('[data-test=find]').fill('callNext tidak ada')
  await expect(page.locator('[data-test=found]')).toContainText('Tidak ada')
  await page.locator('[data-test=find]').fill('post ticket')
  const call = page.locator('#call-issueTicket')
  await call.locator('summary').click()
  await expect(call).toContainText('service-closed')
  await expect(call).toContainText('curl -X POST')
  await expect(call).toContainText('Idempotency-Key')
  await looked(page, 'apidocs-id')
  await page.getByRole('button', { name: 'English' }).click()
  await looked(page, 'apidocs-en')
})
