import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from 'playwright/test'
import { TestHall } from './hall.ts'

const hall = new TestHall()
test.beforeAll(() => hall.start())
test.afterAll(() => hall.end())

const part = (page: Page, name: string) => page.locator(`[data-test=${name}]`)
async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/${name}.png` })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
}
/** A picture as a browser draws it. */
async function picture(page: Page, colour: string, width: number, height: number): Promise<Buffer> {
  const address = await page.evaluate(
    ([fill, w, h]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h })
      const context = canvas.getContext('2d') as CanvasRenderingContext2D
      context.fillStyle = fill
      context.fillRect(0, 0, w, h)
      return canvas.toDataURL('image/png')
    },
    [colour, width, height] as const,
  )
  return Buffer.from(address.split(',')[1] ?? '', 'base64')
}

test('an admin sends a picture: it hangs in the lobby; deletes it, brings it back; a logo stands on the screens', async ({ browser }) => {
  test.setTimeout(180_000)
  const admin = await hall.open(browser, '/admin#/media', { as: 'admin' })
  const { page } = admin
  await expect(part(page, 'media-empty')).toBeVisible()
  await look(page, 'media-empty-id')
  const blue = await picture(page, '#263f8a', 640, 360)
  await part(page, 'media-file').setInputFiles([
    { name: '01 pengumuman.png', mimeType: 'image/png', buffer: blue },
    { name: 'catatan.png', mimeType: 'image/png', buffer: Buffer.from('bukan gambar') },
  ])
  await expect(part(page, 'media-item')).toHaveCount(1)
  await expect(part(page, 'media-item')).toHaveAttribute('data-name', '01 pengumuman.png')
  await expect(part(page, 'upload-problem')).toContainText('bukan gambar atau video')
  await look(page, 'media-refused-id')

  const made = await page.request.post(`${hall.url}/api/v1/branches/${hall.branch}/devices`, {
    data: { kind: 'display', name: 'Layar lobi', layout: 'media' },
    headers: { Origin: hall.url },
  })
  const device = (await made.json()) as { deviceId: string; token: string }
  const board = await hall.open(browser, '/display?sound=off', { size: { width: 1280, height: 720 } })
  await board.page.evaluate((kept) => localStorage.setItem('panggil.device.display', JSON.stringify(kept)), {
    ...device,
    kind: 'display',
    name: 'Layar lobi',
    branch: hall.branch,
    zones: null,
  })
  await board.page.reload()
  const hanging = board.page.locator('img[src*="pengumuman"]')
  await expect(hanging).toBeVisible({ timeout: 30_000 })
  await part(page, 'media-delete').click()
  await expect(part(page, 'media-deleted')).toContainText('01 pengumuman.png')
  await look(page, 'media-deleted-id')
  await expect(hanging).toHaveCount(0, { timeout: 30_000 })
  await part(page, 'media-undo').click()
  await expect(part(page, 'media-item')).toHaveCount(1)
  await expect(hanging).toBeVisible({ timeout: 30_000 })

  await page.goto('/admin#/look')
  await part(page, 'logo-file').setInputFiles({ name: 'besar.png', mimeType: 'image/png', buffer: Buffer.alloc(600 * 1024) })
  await expect(part(page, 'logo-problem')).toContainText('512 kB')
  await part(page, 'logo-file').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: await picture(page, '#7a1f2b', 240, 160) })
  await expect(page.locator('[data-test=look-form] img')).toBeVisible()
  await look(page, 'media-logo-id')
  await part(page, 'save-draft').click()
  await expect(board.page.locator('header img[src*="logo.png"]')).toBeVisible({ timeout: 20_000 })
  await board.page.screenshot({ path: 'test-results/look/media-board-id.png' })

  await page.goto('/admin#/media')
  await page.getByRole('button', { name: 'English' }).click()
  await expect(part(page, 'media-item')).toHaveCount(2)
  await look(page, 'media-en')
  await page.setViewportSize({ width: 390, height: 844 })
  await look(page, 'media-en-390')
  expect([...admin.complaints, ...board.complaints]).toEqual([])
  for (const { context } of [admin, board]) await context.close()
})
