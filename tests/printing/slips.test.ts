import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { escposOf } from '../../server/printing/escpos.ts'
import { receiptBranch } from '../../server/printing/slip.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { COLUMNS, type Columns } from '../../shared/protocol/printing.ts'
import { ascii } from '../../shared/receipt/ascii.ts'
import { type Receipt, receiptLines, testPageLines } from '../../shared/receipt/receipt.ts'
import { wrap } from '../../shared/receipt/wrap.ts'
import { MORNING } from '../domain/hall.ts'
import { seen, slipsIn, wordsOf } from './paper.ts'

const kupang = JSON.parse(readFileSync(new URL('../../server/branches/mpp-kupang.json', import.meta.url), 'utf8')) as BranchConfiguration
const branch = receiptBranch(kupang)
const SERVICES = branch.agencies.flatMap(({ services }) => services.map(({ code }) => code))
const URL_OF_TICKET = 'http://antrean.kupangkota.go.id/ticket/0123456789abcdefghijkl'

const receipt = (more: Partial<Receipt> = {}): Receipt => ({
  number: 'B-021',
  services: ['DUKCAPIL.REKAM'],
  language: 'id',
  ahead: 12,
  estimate: { lowMinutes: 15, highMinutes: 25 },
  issuedAtMs: MORNING + 30 * 60_000,
  url: URL_OF_TICKET,
  copiedAtMs: null,
  nextDay: null,
  isWaiting: true,
  ...more,
})

const printed = (columns: Columns, of: Receipt, cutter = false) => {
  const bytes = escposOf(receiptLines(branch, of, columns), { kind: 'network', host: 'p', port: 9100, columns, cutter })
  const roll = slipsIn(bytes, columns)
  roll.tear()
  const [slip, ...more] = roll.slips
  if (!slip || more.length > 0) throw new Error('not one slip')
  return { bytes, slip, roll }
}

describe('a slip, read back from its bytes', () => {
  test('58 mm, Indonesian', () => {
    expect(seen(printed(32, receipt()).slip).join('\n')).toMatchInlineSnapshot(`
      "Mal Pelayanan Publik Kota Kupang
      --------------------------------
        Nomor antrean / Queue number
       B-021 x6
           Dinas Kependudukan dan
        Pencatatan Sipil Kota Kupang
              Perekaman KTP-el
      --------------------------------
          Di depan Anda: 12 orang
      Perkiraan menunggu: 15-25 menit

      [QR http://antrean.kupangkota.go.id/ticket/0123456789abcdefghijkl]

       Pindai untuk memantau antrean
      --------------------------------
          Kamis, 20 November 2025
                 08.30 WITA
              Berlaku hari ini






      [no cut]"
    `)
  })

  test('80 mm, English, several services, with a cutter', () => {
    const services = ['DUKCAPIL.REKAM', 'BAPENDA.PBB', 'SAMSAT.DAFTAR']
    expect(seen(printed(48, receipt({ services, language: 'en' }), true).slip).join('\n')).toMatchInlineSnapshot(`
      "       Public Service Mall of Kupang City
      ------------------------------------------------
                Queue number / Nomor antrean
          B-021 x8
      Your steps
      1. Dukcapil: e-ID biometric recording
      2. Bapenda: Land and building tax bill
      3. Samsat: Annual vehicle tax - register
      ------------------------------------------------
                  Ahead of you: 12 people
                 Estimated wait: 15-25 min

      [QR http://antrean.kupangkota.go.id/ticket/0123456789abcdefghijkl]

                  Scan to follow your turn
      ------------------------------------------------
           Thursday, 20 November 2025, 08:30 WITA
                      Valid today only




      [cut]"
    `)
  })

  test('the number is as large as the paper allows, whatever its length', () => {
    const scaleOf = (columns: Columns, number: string): number =>
      Math.max(...printed(columns, receipt({ number })).slip.rows.map(({ scale }) => scale))
    expect(scaleOf(32, 'B-021')).toBe(6)
    expect(scaleOf(48, 'B-021')).toBe(8)
    expect(scaleOf(32, 'AB-T07')).toBe(5)
    expect(scaleOf(32, 'B-021/20')).toBe(4)
    expect(scaleOf(48, 'B-021/20')).toBe(6)
  })

  test('cut where there is a cutter; fed far enough to tear where there is none', () => {
    for (const columns of COLUMNS) {
      const blankAtEnd = (cutter: boolean): number => {
        const rows = [...printed(columns, receipt(), cutter).slip.rows].reverse()
        return rows.findIndex(({ text }) => text !== '')
      }
      expect(printed(columns, receipt(), true).slip.cut).toBe('partial')
      expect(printed(columns, receipt(), false).slip.cut).toBeNull()
      expect(blankAtEnd(true)).toBeGreaterThanOrEqual(4)
      expect(blankAtEnd(false)).toBeGreaterThanOrEqual(6)
    }
  })

  test('the QR code leads to the ticket and fits the paper, also with a long address', () => {
    for (const columns of COLUMNS)
      for (const url of [URL_OF_TICKET, `https://${'antrean.'.repeat(12)}kupangkota.go.id/ticket/0123456789abcdefghijkl`]) {
        const { slip, roll } = printed(columns, receipt({ url }))
        expect(slip.qr).toEqual([url])
        const [qr] = roll.qrs
        expect(qr).toMatchObject({ model: 2, level: 'M' })
        // 17 + 4 × version modules; 41 is version 6, 106 bytes; 61 is version 11.
        const modules = url.length <= 106 ? 41 : 61
        expect((qr?.size ?? 0) * modules).toBeLessThanOrEqual(columns === 32 ? 384 : 576)
        expect(qr?.size).toBeGreaterThanOrEqual(4)
      }
  })

  test('every service of the branch, in both languages and widths: nothing cut off, no word broken', () => {
    for (const columns of COLUMNS)
      for (const language of ['id', 'en'] as const)
        for (const service of SERVICES) {
          const { slip, bytes } = printed(columns, receipt({ services: [service], language }))
          expect(slip.rows.every(({ width }) => width <= columns)).toBe(true)
          expect([...bytes].every((byte) => byte < 0x7f)).toBe(true)
          const name = branch.agencies.flatMap(({ services }) => services).find(({ code }) => code === service)?.name
          const inWords = ascii(typeof name === 'string' ? name : (name?.[language] ?? ''))
            .replace(/ +/g, ' ')
            .trim()
          expect(wordsOf(slip)).toContain(inWords)
        }
  })

  test('several services: in their order, further lines under the words', () => {
    const { slip } = printed(32, receipt({ services: SERVICES.slice(0, 3) }))
    const rows = slip.rows.map(({ text }) => text)
    const marks = rows.filter((row) => /^\d\. /.test(row)).map((row) => row[0])
    expect(marks).toEqual(['1', '2', '3'])
    expect(rows.filter((row) => row.startsWith('   ') && /^ {3}\S/.test(row)).length).toBeGreaterThan(0)
  })

  test('a copy says so, and when; one for another day says for which', () => {
    expect(wordsOf(printed(32, receipt()).slip)).not.toContain('SALINAN')
    const copy = printed(32, receipt({ copiedAtMs: MORNING + 70 * 60_000 })).slip
    expect(wordsOf(copy)).toContain('SALINAN Dicetak ulang pukul 09.10 WITA')
    expect(copy.rows.find(({ text }) => text.includes('SALINAN'))?.isBold).toBe(true)
    expect(wordsOf(printed(32, receipt()).slip)).toContain('Berlaku hari ini')
    const later = printed(32, receipt({ nextDay: { atMs: MORNING + 24 * 3_600_000 }, isWaiting: false })).slip
    expect(wordsOf(later)).toContain('Berlaku Jumat, 21 November 2025')
    expect(wordsOf(later)).not.toContain('Di depan Anda')
  })

  test('people ahead and the estimate as promised; what nobody knows is left out', () => {
    const said = (more: Partial<Receipt>): string => wordsOf(printed(48, receipt(more)).slip)
    expect(said({})).toContain('Di depan Anda: 12 orang Perkiraan menunggu: 15-25 menit')
    expect(said({ ahead: 0, estimate: { lowMinutes: 0, highMinutes: 8 } })).toContain('Anda berikutnya Perkiraan menunggu: sampai 8 menit')
    expect(said({ estimate: null })).not.toContain('Perkiraan')
    expect(said({ language: 'en', ahead: 1 })).toContain('Ahead of you: 1 person')
  })

  test('a test page: the ruler is full to the last column, the device is named', () => {
    const [narrow, wide] = COLUMNS.map((columns) => {
      const page = { device: 'Anjungan pintu utama', language: 'id' as const, hasCutter: true, url: 'http://antrean.test', atMs: MORNING }
      const settings = { kind: 'network', host: 'p', port: 9100, columns, cutter: true } as const
      const [slip] = slipsIn(escposOf(testPageLines(branch, page, columns), settings), columns).slips
      expect(slip?.rows.some(({ text }) => text.length === columns && text.endsWith('|'))).toBe(true)
      return slip && seen(slip).join('\n')
    })
    expect(narrow).toMatchInlineSnapshot(`
      "Mal Pelayanan Publik Kota Kupang
                Halaman uji
            Anjungan pintu utama
      --------------------------------
      Kertas 58 mm, 32 kolom
      Baris ini penuh dan tidak
      terpotong:
      1234567890123456789012345678901|
      --------------------------------
            Contoh ukuran nomor
       A-000 x6
      --------------------------------

      [QR http://antrean.test]

       Pindai: alamat halaman antrean
      --------------------------------
          Kamis, 20 November 2025
                 08.00 WITA
       Kertas dipotong di bawah ini.




      [cut]"
    `)
    expect(wide).toContain('Kertas 80 mm, 48 kolom')
  })
})

describe('PRIV1: no personal data on paper', () => {
  test('the class of a ticket is not on it, whatever it is', () => {
    const { slip } = printed(48, receipt())
    expect(wordsOf(slip)).not.toMatch(/prioritas|lansia|disabilitas|hamil|priority|regular|umum/i)
    // Nothing of a class or a person goes into a slip at all.
    expect(Object.keys(receipt()).sort()).toEqual(
      ['ahead', 'copiedAtMs', 'estimate', 'isWaiting', 'issuedAtMs', 'language', 'nextDay', 'number', 'services', 'url'].sort(),
    )
  })
})

describe('words', () => {
  test('ASCII: letters lose their marks, signs get their plain names, what has none is left out', () => {
    expect(ascii('Café Ñandú “Jum’at” … 08–12 → ½ 🎉 ①')).toBe('Cafe Nandu "Jum\'at" ... 08-12 -> 1/2  1')
    expect(ascii('Ruang ケア\u00a0\u200b3\r\n\u001b@')).toBe('Ruang ?? 3  @')
  })

  test('a word is broken only where it is longer than a line', () => {
    expect(wrap('satu dua tiga', 8)).toEqual(['satu dua', 'tiga'])
    expect(wrap('ab cdefghijkl m', 4)).toEqual(['ab', 'cdef', 'ghij', 'kl m'])
    expect(wrap('1. satu dua', 7, '   ')).toEqual(['1. satu', '   dua'])
    expect(wrap('', 8)).toEqual([])
    expect(wrap('satu dua', 7)).toEqual(['satu', 'dua'])
    expect(wrap('satu dua', 8)).toEqual(['satu dua'])
    const words = 'satu rencana kependudukan dan pencatatan sipil kota kupang tahun ini'
    for (let columns = 12; columns <= 60; columns++) {
      const lines = wrap(words, columns)
      expect(lines.join(' ')).toBe(words)
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns)
    }
  })
})
