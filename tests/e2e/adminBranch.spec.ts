import { readFile } from 'node:fs/promises'
import AxeBuilder from '@axe-core/playwright'
import { type APIRequestContext, expect, type Page, test } from 'playwright/test'
import { TestHall } from './hall.ts'

const hall = new TestHall()
let admin: APIRequestContext
test.beforeAll(async () => {
  await hall.start()
  await hall.addPeople()
  admin = await hall.as('admin')
  // The whole of a real hall, for the pictures.
  const kupang: unknown = await (await admin.get(api('templates/mpp-kupang'))).json()
  expect((await admin.put(api('branches/mpp-kupang/configuration'), { data: kupang })).status()).toBe(200)
})
test.afterAll(async () => {
  await admin?.dispose()
  await hall.end()
})

const api = (path: string): string => `${hall.url}/api/v1/${path}`
const read = async (branch = 'uji') => (await (await admin.get(api(`branches/${branch}/configuration`))).json()) as Configuration
interface Configuration {
  id: string
  motto?: unknown
  address?: string
  agencies: { id: string; prefix: string; services: { id: string; averageMinutes: number; enabled?: boolean }[] }[]
  counters: { id: string; services: string[] }[]
}
/** Somebody else saves at the same time. */
const change = async (edit: (configuration: Configuration) => void): Promise<void> => {
  const configuration = await read()
  edit(configuration)
  expect((await admin.put(api('branches/uji/configuration'), { data: configuration })).status()).toBe(200)
}
const field = (page: Page, path: string) => page.locator(`[data-path="${path}"]:is(input, select)`)
const mistake = (page: Page, path: string) => page.locator(`[data-test=mistake][data-path="${path}"]`)
const save = async (page: Page): Promise<void> => {
  await page.locator('[data-test=save-draft]').click()
  await expect(page.locator('[data-test=draft-told]')).toContainText('Tersimpan')
  await expect(page.locator('[data-test=draft-bar]')).toBeHidden()
}

test('a service is found by typing, its minutes are changed by form, and the kiosk shows them without being loaded again', async ({
  browser,
}) => {
  const kiosk = await hall.open(browser, '/kiosk?branch=uji', { as: 'penyelia', size: { width: 1080, height: 1920 } })
  await kiosk.page.locator('[data-agency=DUKCAPIL]').click()
  await kiosk.page.locator('[data-code="DUKCAPIL.KK"]').first().click()
  await expect(kiosk.page.locator('body')).toContainText('10 menit')
  const { page, context, complaints } = await hall.open(browser, '/admin?branch=uji', { as: 'admin' })
  await expect(page.locator('[data-test=line]').first()).toBeVisible()
  await page.keyboard.press('/')
  await page.keyboard.type('kartu kel')
  await expect(page.locator('[data-test=line]')).toHaveCount(2)
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-test=service-form]')).toHaveAttribute('data-code', 'DUKCAPIL.KK')
  await field(page, 'agencies.0.services.0.averageMinutes').fill('25')
  await page.locator('[data-test=see-changes]').click()
  await expect(page.locator('[data-test=change]')).toHaveText(/Rata-rata menit: 10 → 25/)
  expect((await read()).agencies[0]?.services[0]?.averageMinutes, 'a draft is not live').toBe(10)
  await save(page)
  await expect(kiosk.page.locator('body')).toContainText('25 menit')
  expect([...complaints, ...kiosk.complaints]).toEqual([])
  await context.close()
  await kiosk.context.close()
})

test('what is wrong stands beside its field and in the list of the whole; nothing is saved before it is mended', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/services/DUKCAPIL', { as: 'admin' })
  await field(page, 'agencies.0.prefix').fill('d')
  await expect(mistake(page, 'agencies.1.prefix').or(mistake(page, 'agencies.2.prefix'))).toBeHidden()
  await page.locator('[data-test=section-services]').click()
  await page.goto('/admin?branch=uji#/services/DINSOS')
  await expect(mistake(page, 'agencies.2.prefix')).toContainText('Sudah dipakai Instansi Dukcapil')
  await page.goto('/admin?branch=uji#/services/DUKCAPIL/KK')
  await field(page, 'agencies.0.services.0.averageMinutes').fill('banyak')
  await expect(mistake(page, 'agencies.0.services.0.averageMinutes')).toHaveText('Isi dengan angka saja.')
  await expect(field(page, 'agencies.0.services.0.averageMinutes')).toHaveAttribute('aria-invalid', 'true')
  await page.locator('[data-test=save-draft]').click()
  await expect(page.locator('[data-test=all-mistakes] li')).toHaveCount(2)
  expect((await read()).agencies[0]?.prefix).toBe('B')
  await page.locator('[data-test=all-mistakes] a').first().click()
  await field(page, 'agencies.0.services.0.averageMinutes').fill('25')
  await expect(mistake(page, 'agencies.0.services.0.averageMinutes')).toBeHidden()
  page.once('dialog', (dialog) => void dialog.accept())
  await page.locator('[data-test=discard]').click()
  await expect(page.locator('[data-test=draft-bar]')).toBeHidden()
  await context.close()
})

test('a draft outlives the page, and each of its changes can be undone alone', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/counters/3', { as: 'admin' })
  await field(page, 'counters.0.label').fill('Loket Tiga')
  await page.locator('[data-code="BANKNTT.TELLER"]').check()
  await expect.poll(() => page.evaluate(() => localStorage.getItem('panggil.admin.draft.uji') ?? '')).toContain('Loket Tiga')
  await page.reload()
  await page.locator('[data-test=section-changes]').click()
  await expect(page.locator('[data-test=change]')).toHaveCount(2)
  await expect(page.locator('[data-test=change]').last()).toContainText('layanan BANKNTT.TELLER – Pembayaran pajak ditambahkan')
  await page.locator('[data-test=drop-change]').first().click()
  await expect(page.locator('[data-test=change]')).toHaveCount(1)
  await save(page)
  expect((await read()).counters[0]).toMatchObject({ label: 'Loket 3', services: ['DUKCAPIL.KK', 'DUKCAPIL.REKAM', 'BANKNTT.TELLER'] })
  expect(await page.evaluate(() => localStorage.getItem('panggil.admin.draft.uji'))).toBeNull()
  await context.close()
})

test('two at once are told: what they did not both touch is kept of both, and what they did is chosen', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/texts', { as: 'admin' })
  await field(page, 'address').fill('Jalan Saya 1')
  await field(page, 'motto').fill('Motto saya')
  await change((configuration) => {
    configuration.motto = 'Motto mereka'
    const [, bank] = configuration.agencies
    if (bank) bank.prefix = 'X'
  })
  await expect(page.locator('[data-test=theirs]')).toContainText('admin mengubah pengaturan pukul')
  await page.locator('[data-test=see-changes]').click()
  await expect(page.locator('[data-test=conflict]')).toContainText('Instansi Bank NTT')
  await expect(page.locator('[data-test=clashes] li')).toHaveCount(1)
  await page.locator('[data-test=keep-mine]').check()
  await page.screenshot({ path: 'test-results/look/settings-conflict-id.png', fullPage: true })
  await page.locator('[data-test=take-theirs]').click()
  await expect(page.locator('[data-test=change]')).toHaveCount(2)
  await save(page)
  expect(await read()).toMatchObject({ motto: 'Motto saya', address: 'Jalan Saya 1', agencies: [{}, { prefix: 'X' }, {}] })
  await context.close()
})

test('whoever saves on top of a change that he has not seen is stopped, and may overwrite it knowingly', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/texts', { as: 'admin' })
  await field(page, 'motto').fill('Punya saya')
  // Between two looks of the page: the server is the one that notices.
  await page.route('**/configuration/history?limit=1', (route) => route.abort())
  await change((configuration) => {
    configuration.motto = 'Punya mereka'
  })
  await page.unroute('**/configuration/history?limit=1')
  await page.locator('[data-test=save-draft]').click()
  await expect(page.locator('[data-test=conflict]')).toBeVisible()
  expect((await read()).motto).toBe('Punya mereka')
  page.once('dialog', (dialog) => void dialog.accept())
  await page.locator('[data-test=overwrite]').click()
  await save(page)
  expect((await read()).motto).toBe('Punya saya')
  await context.close()
})

test('a page without changes follows what somebody else saves, and says so', async ({ browser }) => {
  await change((configuration) => {
    configuration.motto = 'Dari sini'
  })
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/texts', { as: 'admin' })
  await expect(field(page, 'motto')).toHaveValue('Dari sini')
  await change((configuration) => {
    configuration.motto = 'Dari tempat lain'
  })
  await expect(field(page, 'motto')).toHaveValue('Dari tempat lain')
  await expect(page.locator('[data-test=theirs-shown]')).toContainText('admin mengubah pengaturan pukul')
  await context.close()
})

test('the history tells who changed what; one click takes one change back, and one that was changed again becomes a draft', async ({
  browser,
}) => {
  await change((configuration) => {
    configuration.address = 'Jalan Benar'
    configuration.motto = 'Sebelumnya'
  })
  await change((configuration) => {
    configuration.address = 'Jalan Keliru'
  })
  await change((configuration) => {
    configuration.motto = 'Sesudahnya'
  })
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/history', { as: 'admin' })
  const versions = page.locator('[data-test=version]')
  await expect(versions.first()).toContainText('Sesudahnya')
  await expect(versions.nth(1)).toContainText('Alamat: “Jalan Benar” → “Jalan Keliru”')
  await versions.nth(1).locator('[data-test=take-back]').click()
  await expect(page.locator('[data-test=draft-told]')).toContainText('Dikembalikan')
  expect(await read()).toMatchObject({ address: 'Jalan Benar', motto: 'Sesudahnya' })
  await expect(versions.first()).toContainText('“Jalan Keliru” → “Jalan Benar”')
  await versions.nth(2).locator('[data-test=take-back]').click()
  await expect(page.locator('[data-test=draft-told]')).toContainText('tidak ada yang perlu dikembalikan')
  await change((configuration) => {
    configuration.motto = 'Paling akhir'
  })
  await expect(versions.first()).toContainText('Paling akhir')
  // The motto was changed again since: a person looks first.
  const earlier = versions.filter({ hasText: '→ “Sesudahnya”' })
  await earlier.locator('[data-test=take-back]').click()
  await expect(page.locator('[data-test=draft-told]')).toContainText('belum disimpan')
  await expect(page.locator('[data-test=change]')).toHaveText(/Motto: “Paling akhir” → “.*”/)
  expect((await read()).motto).toBe('Paling akhir')
  await save(page)
  await context.close()
})

test('an exported branch is a new branch by import; a broken file says so', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/files', { as: 'admin' })
  const downloading = page.waitForEvent('download')
  await page.locator('[data-test=export]').click()
  const download = await downloading
  expect(download.suggestedFilename()).toMatch(/^panggil-uji-\d{4}-\d\d-\d\d\.json$/)
  const file = await download.path()
  const exported = JSON.parse(await readFile(file, 'utf8')) as { format: string; configuration: Configuration; media: string[] }
  expect(exported).toMatchObject({ format: 'panggil-branch', version: 1, media: [] })
  expect(exported.configuration).toEqual(await read())

  await page.locator('[data-test=import]').setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"id": 7}') })
  await expect(page.locator('[data-test=import-problem]')).toBeVisible()
  const other = { ...exported, configuration: { ...exported.configuration, id: 'lain', motto: 'Dari berkas' } }
  const buffer = Buffer.from(JSON.stringify(other))
  await page.locator('[data-test=import]').setInputFiles({ name: 'y.json', mimeType: 'application/json', buffer })
  await expect(page.locator('[data-test=import-read]')).toContainText('Berkas ini dari cabang “lain”')
  await page.locator('[data-test=import-here]').click()
  await expect(page.locator('[data-test=change]')).toHaveText(/Motto: .* → “Dari berkas”/)
  page.once('dialog', (dialog) => void dialog.accept())
  await page.locator('[data-test=discard]').click()

  await page.locator('[data-test=section-files]').click()
  await page.locator('[data-test=import]').setInputFiles({ name: 'y.json', mimeType: 'application/json', buffer })
  await page.locator('[data-test=new-branch-name]').fill('Cabang Impor')
  await expect(page.locator('[data-test=new-branch-id]')).toHaveValue('cabang-impor')
  await expect(page.locator('[data-test=new-branch-source]')).toHaveValue('file')
  await page.locator('[data-test=make-branch]').click()
  await expect(page.locator('[data-test=branch]')).toHaveValue('cabang-impor')
  await expect(field(page, 'motto')).toHaveValue('Dari berkas')
  expect((await read('cabang-impor')).agencies).toEqual(exported.configuration.agencies)
  await context.close()
})

test('a new branch from the template of Kupang: name, zone, prefixes; the page goes on in it', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/files', { as: 'admin' })
  await expect(page.locator('[data-test=new-branch-source]')).toHaveValue('template mpp-kupang')
  await page.locator('[data-test=new-branch-name]').fill('MPP Belu')
  await page.locator('[data-test=new-branch] summary').click()
  const prefix = page.locator('[data-test=new-branch] .prefix')
  await expect(prefix).toHaveCount(21)
  await prefix.nth(0).fill('b')
  await page.locator('[data-test=make-branch]').click()
  await expect(page.locator('[data-test=new-branch] .mistake').first()).toContainText('Sudah dipakai')
  await prefix.nth(0).fill('zz')
  await page.locator('[data-test=make-branch]').click()
  await expect(page.locator('[data-test=branch]')).toHaveValue('mpp-belu')
  expect((await read('mpp-belu')).agencies[0]?.prefix).toBe('ZZ')
  await context.close()
})

test('what visitors wait for can’t be removed: said with the way out, which works', async ({ browser }) => {
  const ticket = await hall.issue(admin, { services: ['DUKCAPIL.REKAM'] })
  expect(ticket.ticket.number).toMatch(/^B-/)
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/services/DUKCAPIL/REKAM', { as: 'admin' })
  page.on('dialog', (dialog) => void dialog.accept())
  await page.locator('[data-test=remove-service]').click()
  await page.locator('[data-test=see-changes]').click()
  await expect(page.locator('[data-test=in-use]')).toContainText('masih ditunggu pengunjung')
  await page.screenshot({ path: 'test-results/look/settings-in-use-id.png', fullPage: true })
  await page.locator('[data-test=keep-but-off]').click()
  await expect(page.locator('[data-test=change]')).toHaveText(/dimatikan/)
  await save(page)
  expect((await read()).agencies[0]?.services[1]?.enabled).toBe(false)
  await context.close()
})

test('a week for Ramadan, a holiday and a break are made by keyboard', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=mpp-kupang#/hours', { as: 'admin' })
  await page.locator('[data-test=add-holiday]').focus()
  await page.keyboard.press('Enter')
  await page.locator('[data-test=exception] input[type=date]').first().fill('2026-08-17')
  await page.locator('[data-test=add-period]').press('Enter')
  const period = page.locator('[data-test=exception][data-kind=period]')
  await period.locator('input[type=date]').first().fill('2027-02-08')
  await period.locator('input[type=date]').last().fill('2027-03-09')
  const until = period.locator('[data-path="hours.exceptions.0.weekly.Mon"] input').last()
  await until.fill('14')
  await until.press('Tab')
  await expect(until).toHaveValue('14.00')
  const monday = page.locator('[data-test=day][data-path="hours.weekly.Mon"]')
  await monday.locator('input').nth(1).fill('1330')
  await monday.locator('input').nth(1).press('Tab')
  await expect(mistake(page, 'hours.weekly.Mon')).toContainText('tidak bertumpuk')
  await monday.locator('input').nth(1).fill('11.45')
  await monday.locator('input').nth(1).press('Tab')
  await expect(monday).toContainText('Istirahat 11.45–13.00')
  await save(page)
  expect((await read('mpp-kupang')) as unknown).toMatchObject({
    hours: {
      weekly: {
        Mon: [
          ['08:00', '11:45'],
          ['13:00', '15:00'],
        ],
      },
      exceptions: [
        {
          from: '2027-02-08',
          to: '2027-03-09',
          weekly: {
            Mon: [
              ['08:00', '12:00'],
              ['13:00', '14:00'],
            ],
          },
        },
        { date: '2026-08-17' },
      ],
    },
  })
  await context.close()
})

test('the document itself: what is written there is in the forms, and the other way round; nonsense says so', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/json', { as: 'admin' })
  const text = page.locator('[data-test=configuration]')
  await text.fill('{"id": "uji"')
  await page.locator('[data-test=apply-json]').click()
  await expect(page.locator('[data-test=json-problem]')).toContainText('Bukan JSON yang benar')
  await text.fill('{"id": "uji"}')
  await page.locator('[data-test=apply-json]').click()
  await expect(page.locator('[data-test=json-problem]')).toContainText('bukan dokumen cabang')
  const written = await read()
  await text.fill(JSON.stringify({ ...written, motto: 'Dari dokumen', timeZone: 'Kupang', nonsense: 1 }))
  await page.locator('[data-test=apply-json]').click()
  await expect(page.locator('[data-test=mistakes] li')).toHaveCount(2)
  await page.locator('[data-test=section-texts]').click()
  await expect(field(page, 'motto')).toHaveValue('Dari dokumen')
  await expect(mistake(page, 'timeZone')).toContainText('tidak dikenal')
  page.once('dialog', (dialog) => void dialog.accept())
  await page.locator('[data-test=discard]').click()
  await expect(page.locator('[data-test=draft-bar]')).toBeHidden()
  await context.close()
})

test('something new: an agency with a service, a counter, a zone, a class and a journey, saved as a whole', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/services', { as: 'admin' })
  const add = async (button: string, name: string): Promise<void> => {
    await page.locator(`[data-test=${button}]`).click()
    await page.locator('[data-test=new-entry-name]').fill(name)
    await page.keyboard.press('Enter')
    await expect(page.locator('[data-test=new-entry-name]')).toBeHidden()
  }
  await page.locator('[data-test=add-agency]').click()
  await page.locator('[data-test=new-entry-name]').fill('Dinas Kebersihan')
  await page.locator('[data-test=new-entry-id]').fill('DINSOS')
  await page.locator('[data-test=add-entry]').click()
  await expect(page.locator('[data-test=new-entry-mistake]')).toContainText('sudah dipakai')
  await page.locator('[data-test=new-entry-id]').fill('BERSIH')
  await page.locator('[data-test=add-entry]').click()
  await expect(page.locator('[data-test=agency-form]')).toBeVisible()
  await add('add-service', 'Retribusi sampah')
  await expect(page.locator('[data-test=service-form]')).toHaveAttribute('data-code', 'BERSIH.RETRIBUSI-SAMPAH')
  await page.locator('[data-test=section-counters]').click()
  await add('add-zone', 'Zona C')
  await add('add-counter', 'Loket 13')
  await page.locator('[data-test=find-service]').fill('sampah')
  await page.locator('[data-code="BERSIH.RETRIBUSI-SAMPAH"]').check()
  await page.locator('[data-test=section-rules]').click()
  await add('add-class', 'Janji temu')
  await page.locator('[data-test=section-journeys]').click()
  await add('add-journey', 'Rumah baru')
  await page.locator('[data-test=see-changes]').click()
  await expect(page.locator('[data-test=all-mistakes]'), 'a journey without steps').toContainText('Paket Rumah baru')
  await page.locator('[data-test=all-mistakes] a').click()
  await page.locator('[data-test=add-step]').click()
  await page.locator('[data-test=step] select').selectOption('BERSIH.RETRIBUSI-SAMPAH')
  await save(page)
  expect(await read()).toMatchObject({
    agencies: [{}, {}, {}, { id: 'BERSIH', prefix: 'A', short: 'Dinas Kebersihan', services: [{ id: 'RETRIBUSI-SAMPAH' }] }],
    counters: [{}, {}, {}, {}, { id: '13', label: 'Loket 13', services: ['BERSIH.RETRIBUSI-SAMPAH'] }],
  })
  await context.close()
})

test('a draft is kept while the server is away, and saved when it is back', async ({ browser }) => {
  const { page, context } = await hall.open(browser, '/admin?branch=uji#/texts', { as: 'admin' })
  await field(page, 'address').fill('Jalan Tanpa Jaringan 1')
  await context.setOffline(true)
  await page.locator('[data-test=save-draft]').click()
  await expect(page.locator('[data-test=draft-problem]')).toBeVisible()
  await page.screenshot({ path: 'test-results/look/settings-offline-id.png' })
  await context.setOffline(false)
  await page.locator('[data-test=save-draft]').click()
  await expect(page.locator('[data-test=draft-told]')).toContainText('Tersimpan')
  expect((await read()).address).toBe('Jalan Tanpa Jaringan 1')
  await context.close()
})

const SIZES = {
  desk: { width: 1366, height: 768 },
  wide: { width: 1920, height: 1080 },
  phone: { width: 390, height: 844 },
} as const
const SECTIONS: readonly (readonly [string, string, string])[] = [
  ['services', 'services/DUKCAPIL/KK', '[data-test=service-form]'],
  ['services-list', 'services', '[data-test=line]'],
  ['agency', 'services/DUKCAPIL', '[data-test=agency-form]'],
  ['counters', 'counters/3', '[data-test=counter-form]'],
  ['zones', 'counters', '[data-test=zones]'],
  ['hours', 'hours', '[data-test=hours-form]'],
  ['journeys', 'journeys/PKB', '[data-test=journey-form]'],
  ['rules', 'rules', '[data-test=rules-form]'],
  ['texts', 'texts', '[data-test=texts-form]'],
  ['voice', 'voice', '[data-test=example]'],
  ['look', 'look', '[data-test=contrast]'],
  ['changes', 'changes', '[data-test=change]'],
  ['history', 'history', '[data-test=version]'],
  ['files', 'files', '[data-test=new-branch] summary'],
  ['json', 'json', '[data-test=configuration]'],
]

for (const language of ['id', 'en'] as const)
  test(`every section in ${language}: axe finds nothing, nothing hangs over the edge, also on a phone`, async ({ browser }) => {
    test.setTimeout(240_000)
    const { page, context, complaints } = await hall.open(browser, '/admin?branch=mpp-kupang#/services/DUKCAPIL/KK', {
      as: 'admin',
      language,
    })
    // A draft with changes and a mistake, so that each state is seen.
    await field(page, 'agencies.1.services.2.averageMinutes').fill('0')
    await expect(mistake(page, 'agencies.1.services.2.averageMinutes')).toBeVisible()
    for (const [name, hash, ready] of SECTIONS) {
      await page.goto(`/admin?branch=mpp-kupang#/${hash}`)
      await expect(page.locator(ready).first()).toBeVisible()
      await page.evaluate(() => document.fonts.ready.then(() => undefined))
      for (const [size, viewport] of Object.entries(SIZES)) {
        if (size === 'wide' && language === 'en') continue
        await page.setViewportSize(viewport)
        const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        expect(over, `${name} at ${size} hangs over the edge`).toBeLessThanOrEqual(0)
        await page.screenshot({ path: `test-results/look/settings-${name}-${size}-${language}.png` })
      }
      await page.setViewportSize(SIZES.desk)
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${name} ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
    }
    expect(complaints).toEqual([])
    await context.close()
  })

const shotOf = async (page: Page, name: string): Promise<void> => {
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
  await page.screenshot({ path: `test-results/look/settings-${name}.png` })
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => `${name} ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
}

for (const language of ['id', 'en'] as const)
  test(`what comes and goes in ${language}: a new entry, a conflict, the history, a file, a new branch`, async ({ browser }) => {
    test.setTimeout(180_000)
    const { page, context, complaints } = await hall.open(browser, '/admin?branch=uji#/services/DUKCAPIL', { as: 'admin', language })
    await page.locator('[data-test=add-service]').click()
    await page.locator('[data-test=add-entry]').click()
    await shotOf(page, `new-entry-${language}`)
    await page.keyboard.press('Escape')
    await page.goto('/admin?branch=uji#/texts')
    await field(page, 'motto').fill(`Saya ${language}`)
    await change((configuration) => {
      configuration.motto = `Mereka ${language}`
      if (configuration.agencies[0]?.services[0]) configuration.agencies[0].services[0].averageMinutes += 1
    })
    await expect(page.locator('[data-test=theirs]')).toBeVisible()
    await shotOf(page, `theirs-${language}`)
    await page.locator('[data-test=see-changes]').click()
    await expect(page.locator('[data-test=clashes]')).toBeVisible()
    await shotOf(page, `conflict-${language}`)
    await page.locator('[data-test=take-theirs]').click()
    await expect(page.locator('[data-test=draft-bar]')).toBeHidden()
    await page.locator('[data-test=section-history]').click()
    await expect(page.locator('[data-test=version]').first()).toContainText(`Mereka ${language}`)
    await shotOf(page, `history-${language}`)
    await page.locator('[data-test=section-files]').click()
    const buffer = Buffer.from(
      JSON.stringify({ format: 'panggil-branch', version: 1, configuration: { ...(await read()), id: 'lain' }, media: ['logo.png'] }),
    )
    await page.locator('[data-test=import]').setInputFiles({ name: 'y.json', mimeType: 'application/json', buffer })
    await expect(page.locator('[data-test=import-read]')).toContainText('logo.png')
    await shotOf(page, `import-${language}`)
    await page.locator('[data-test=new-branch-name]').fill('Aula Uji Kupang')
    await page.locator('[data-test=new-branch-id]').fill('uji')
    await page.locator('[data-test=new-branch] summary').click()
    await page.locator('[data-test=make-branch]').scrollIntoViewIfNeeded()
    await shotOf(page, `new-branch-${language}`)
    expect(complaints).toEqual([])
    await context.close()
  })
