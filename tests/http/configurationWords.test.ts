import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { breaksOf, nextInterval, timeOf } from '../../counter-client/admin/branch/times.ts'
import { changeText, inUseText, linkOf, mistakePlace, mistakeText } from '../../counter-client/admin/branch/words.ts'
import { changesBetween } from '../../shared/domain/configurationChanges.ts'
import { checkConfiguration } from '../../shared/protocol/schemas.ts'

const kupang = (): Loose => JSON.parse(readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8')) as Loose
// biome-ignore lint/suspicious/noExplicitAny: anything may be written into a draft
type Loose = any

const mistakesOf = (document: unknown) => {
  const checked = checkConfiguration(document)
  return checked.ok ? [] : checked.mistakes
}
const spoiled = (edit: (document: Loose) => void) => {
  const document = kupang()
  edit(document)
  return { document, mistakes: mistakesOf(document) }
}

/** Every kind of mistake that a form, a file or the JSON view can make. */
const SPOILT: readonly (readonly [string, (document: Loose) => void])[] = [
  ['name missing', (d) => delete d.name],
  ['name empty', (d) => (d.name.id = ' ')],
  ['name too long', (d) => (d.name.id = 'x'.repeat(301))],
  ['name of two lines', (d) => (d.name.id = 'a\nb')],
  ['short empty', (d) => (d.agencies[0].short = '')],
  ['service name missing', (d) => delete d.agencies[0].services[0].name],
  ['service name empty', (d) => (d.agencies[0].services[0].name = '')],
  ['minutes missing', (d) => delete d.agencies[0].services[0].averageMinutes],
  ['minutes a word', (d) => (d.agencies[0].services[0].averageMinutes = 'banyak')],
  ['minutes 0', (d) => (d.agencies[0].services[0].averageMinutes = 0)],
  ['minutes 2000', (d) => (d.agencies[0].services[0].averageMinutes = 2000)],
  ['quota half', (d) => (d.agencies[0].services[0].quotaPerDay = 1.5)],
  ['quota -1', (d) => (d.agencies[0].services[0].quotaPerDay = -1)],
  ['quota too big', (d) => (d.agencies[0].services[0].quotaPerDay = 1_000_000)],
  ['last ticket too big', (d) => (d.hours.lastTicketMinutesBeforeClose = 601)],
  ['last ticket negative', (d) => (d.hours.lastTicketMinutesBeforeClose = -1)],
  ['prefix small', (d) => (d.agencies[0].prefix = 'a')],
  ['prefix twice', (d) => (d.agencies[0].prefix = 'B')],
  ['agency twice', (d) => d.agencies.push(d.agencies[0])],
  ['service twice', (d) => d.agencies[0].services.push(d.agencies[0].services[0])],
  ['counter twice', (d) => d.counters.push(d.counters[0])],
  ['zone twice', (d) => d.zones.push(d.zones[0])],
  ['journey twice', (d) => d.journeys.push(d.journeys[0])],
  ['class twice', (d) => d.classes.push(d.classes[0])],
  ['service twice at a counter', (d) => d.counters[0].services.push(d.counters[0].services[0])],
  ['unknown service', (d) => d.counters[0].services.push('TIDAK.ADA')],
  ['unknown service in a step', (d) => (d.journeys[0].steps[0].service = 'TIDAK.ADA')],
  ['no steps', (d) => (d.journeys[0].steps = [])],
  ['all optional', (d) => (d.journeys[0].steps = [{ service: 'DUKCAPIL.KK', optional: true }])],
  ['unknown zone', (d) => (d.counters[0].zone = 'zz')],
  ['no zones', (d) => (d.zones = [])],
  ['too many zones', (d) => (d.zones = Array.from({ length: 51 }, (_, at) => ({ id: `z${at}`, name: 'Z' })))],
  ['class regular', (d) => (d.classes[0].id = 'regular')],
  ['bad id', (d) => (d.counters[0].id = 'a b')],
  ['reserved id', (d) => (d.counters[0].id = 'constructor')],
  ['branch id', (d) => (d.id = 'MPP')],
  ['time zone', (d) => (d.timeZone = 'Kupang')],
  ['language', (d) => (d.languages = ['tet'])],
  ['language twice', (d) => (d.languages = ['id', 'id'])],
  ['hours gone', (d) => delete d.hours],
  ['hours a word', (d) => (d.hours = 'kadang')],
  ['time', (d) => (d.hours.weekly.Mon = [['8', '12:00']])],
  ['interval', (d) => (d.hours.weekly.Mon = [['12:00', '08:00']])],
  [
    'overlap',
    (d) =>
      (d.hours.weekly.Mon = [
        ['08:00', '12:00'],
        ['11:00', '15:00'],
      ]),
  ],
  ['date', (d) => (d.hours.exceptions = [{ date: '2026-02-30' }])],
  ['no date', (d) => (d.hours.exceptions = [{ reason: 'Libur' }])],
  ['empty date', (d) => (d.hours.exceptions = [{ date: '' }])],
  ['to without from', (d) => (d.hours.exceptions = [{ date: '2026-01-01', to: '2026-01-02' }])],
  ['period', (d) => (d.hours.exceptions = [{ from: '2026-02-02', to: '2026-02-01' }])],
  ['both hours', (d) => (d.hours.exceptions = [{ date: '2026-02-02', hours: [], weekly: {} }])],
  ['no-show', (d) => (d.noShow = { recalls: 11, seconds: -1 })],
  ['day end', (d) => (d.atDayEnd = 'throw')],
  ['accent', (d) => (d.look = { accent: 'biru' })],
  ['pale accent', (d) => (d.look = { accent: '#eeee00' })],
  ['logo', (d) => (d.look = { logo: '../x.png' })],
  ['reading', (d) => (d.voice = { reading: { id: 'x' } })],
  ['pack', (d) => (d.voice = { packs: { id: '../x' } })],
  ['pronunciation', (d) => (d.voice = { pronunciations: { abc: { id: 'a' }, B: { id: '' } } })],
  ['too many lines', (d) => (d.runningText = Array.from({ length: 21 }, () => 'x'))],
  ['no object', (d) => (d.agencies[0] = 7)],
  ['extra', (d) => (d.nonsense = true)],
  ['many extras', (d) => Object.assign(d, Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`x${at}`, 1])))],
  ['enabled', (d) => (d.agencies[0].enabled = 'ya')],
]

describe('mistakes in words', () => {
  test.each(SPOILT)('%s', (_, edit) => {
    const { document, mistakes } = spoiled(edit)
    expect(mistakes.length).toBeGreaterThan(0)
    for (const mistake of mistakes)
      for (const language of ['id', 'en'] as const) {
        const said = mistakeText(language, mistake, document)
        expect(said, `${mistake.path}: ${mistake.message}`).not.toMatch(/^(Belum benar|Not right yet):/)
        const place = mistakePlace(language, mistake, document)
        expect(place.where).not.toBe('')
        expect(place.link).toMatch(/^#\//)
        expect(`${place.where} ${said}`).not.toMatch(/undefined|\{\w+\}|\[object/)
      }
  })

  test('are told by the names that people know, and lead to their form', () => {
    const { document, mistakes } = spoiled((d) => {
      d.agencies[1].services[2].averageMinutes = 0
      d.agencies[0].prefix = 'B'
      d.counters[2].zone = 'zz'
    })
    expect(mistakes.map((mistake) => mistakePlace('id', mistake, document))).toEqual([
      {
        where: 'Layanan DUKCAPIL.KK – Kartu Keluarga (KK), Rata-rata menit',
        what: 'Harus lebih dari 0.',
        link: '#/services/DUKCAPIL/KK',
      },
      { where: 'Instansi Dukcapil, Huruf nomor', what: 'Sudah dipakai Instansi DPMPTSP. Pilih yang lain.', link: '#/services/DUKCAPIL' },
      { where: 'Loket 3, Zona', what: 'Pilih zona yang ada.', link: '#/counters/3' },
    ])
  })
})

describe('changes in words', () => {
  const said = (edit: (document: Loose) => void, language: 'id' | 'en' = 'id') => {
    const [before, after] = [kupang(), kupang()]
    edit(after)
    return changesBetween(before, after).map((change) => {
      const { where, what } = changeText(language, change, [after, before])
      return `${where}: ${what}`
    })
  }

  test('of services, counters and their names', () => {
    expect(
      said((d) => {
        d.counters[2].services.push('BANKNTT.TELLER')
        d.counters[2].zone = 'b'
        d.agencies[1].services[2].averageMinutes = 12
        d.agencies[1].services[2].name.en = 'Family register'
        d.agencies[1].services[2].enabled = false
        d.agencies[0].services.splice(2, 1)
        d.agencies[0].services.reverse()
      }),
    ).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Loket 3: layanan BANKNTT\.TELLER – .* ditambahkan$/),
        'Loket 3: Zona: “Zona A: Loket 1-7” → “Zona B: Loket 8-14”',
        'Layanan DUKCAPIL.KK – Kartu Keluarga (KK): Rata-rata menit: 10 → 12',
        'Layanan DUKCAPIL.KK – Kartu Keluarga (KK): Nama (bahasa Inggris): “Family card” → “Family register”',
        'Layanan DUKCAPIL.KK – Kartu Keluarga (KK): dimatikan',
        'Layanan DPMPTSP.CURHAT – Ruang Curhat BESTI: dihapus',
        'Instansi DPMPTSP: urutan layanan diubah',
      ]),
    )
  })

  test('of hours, rules, voice and look', () => {
    expect(
      said((d) => {
        d.hours.weekly.Fri = [['08:00', '11:00']]
        d.hours.weekly.Sat = [['08:00', '10:00']]
        d.hours.exceptions = [
          { date: '2026-08-17', reason: 'Kemerdekaan' },
          { from: '2027-02-08', to: '2027-03-09', weekly: {} },
        ]
        d.atDayEnd = 'carryOver'
        d.visitorTickets = true
        d.noShow = { recalls: 2, seconds: 60 }
        d.voice = { reading: { id: 'digits' } }
        d.look = { accent: '#1f2a5c' }
        d.runningText = ['Satu', 'Dua']
      }),
    ).toEqual(
      expect.arrayContaining([
        'Jam layanan: Jumat: 08.00–11.30, 13.00–15.00 → 08.00–11.00',
        'Jam layanan: Sabtu: kosong → 08.00–10.00',
        'Jam layanan: 17 Agustus 2026 ditambahkan',
        'Jam layanan: 8 Februari 2027 – 9 Maret 2027 ditambahkan',
        expect.stringMatching(/^Cabang: Yang masih menunggu pada akhir hari: Dibatalkan.* → Dibawa ke hari berikutnya/),
        'Cabang: Nomor lewat ponsel: tidak → ya',
        'Cabang: Teks berjalan: kosong → “Satu; Dua”',
      ]),
    )
  })

  test('nothing comes out raw, in either language, whatever was changed', () => {
    for (const [, edit] of SPOILT)
      for (const language of ['id', 'en'] as const)
        for (const line of said(edit, language)) expect(line).not.toMatch(/undefined|\[object|settings\./)
  })

  test('every path leads to a form', () => {
    for (const path of [['agencies'], ['agencies', 'A', 'services', 'B', 'fee'], ['counters', '3'], ['classes', 'x'], ['nothing']])
      expect(linkOf(path)).toMatch(/^#\/\w+/)
  })
})

test('what is in use is told with the way out', () => {
  for (const path of ['counters.3', 'services.DUKCAPIL.KK', 'classes.priority', 'timeZone', 'id'])
    for (const language of ['id', 'en'] as const) expect(inUseText(language, path, [kupang()]).length).toBeGreaterThan(30)
  expect(inUseText('id', 'counters.3', [kupang()])).toContain('Loket 3 sedang dibuka')
})

test('times as people type them', () => {
  expect(['8', '08', '8.30', '0830', '8:30', ' 12.00 ', '24', '24.00'].map(timeOf)).toEqual([
    '08:00',
    '08:00',
    '08:30',
    '08:30',
    '08:30',
    '12:00',
    '24:00',
    '24:00',
  ])
  expect(['25', '8.75', 'pagi', '24.30'].map(timeOf)).toEqual(['25', '8.75', 'pagi', '24.30'])
  expect(nextInterval([])).toEqual(['08:00', '12:00'])
  expect(nextInterval([['08:00', '12:00']])).toEqual(['13:00', '15:00'])
  expect(nextInterval([['08:00', '24:00']])).toEqual(['23:00', '24:00'])
  expect(
    breaksOf([
      ['08:00', '11:30'],
      ['13:00', '15:00'],
    ]),
  ).toEqual([['11:30', '13:00']])
})
