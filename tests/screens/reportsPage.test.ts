import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { choiceOf, queryOf, searchWith } from '../../counter-client/reports/choice.ts'
import { growthText, percent, shareOf } from '../../counter-client/reports/figures.ts'
import { daysIn, isDay, plusMonths, SPANS, spanOf, spanText } from '../../counter-client/reports/spans.ts'
import { countOf, type Line, mistakesOf, monthOf, pasted, refusedOf, totalsOf } from '../../counter-client/reports/totals.ts'
import '../../shared/i18n/reports.ts'

describe('spans of time', () => {
  test('named spans on a Sunday, on the first of a month, and after a leap day', () => {
    expect(spanOf('thisWeek', '2025-11-23')).toEqual({ from: '2025-11-17', to: '2025-11-23' })
    expect(spanOf('thisWeek', '2025-11-24')).toEqual({ from: '2025-11-24', to: '2025-11-24' })
    expect(spanOf('yesterday', '2025-01-01')).toEqual({ from: '2024-12-31', to: '2024-12-31' })
    expect(spanOf('lastMonth', '2024-03-31')).toEqual({ from: '2024-02-01', to: '2024-02-29' })
    expect(spanOf('thisMonth', '2025-11-01')).toEqual({ from: '2025-11-01', to: '2025-11-01' })
    expect(spanOf('lastYear', '2025-11-24')).toEqual({ from: '2024-01-01', to: '2024-12-31' })
    expect(plusMonths('2025-01', -1)).toBe('2024-12')
    expect(plusMonths('2025-12', 1)).toBe('2026-01')
  })

  test('none of them reaches into days to come, and each begins before it ends', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        fc.constantFrom(...SPANS),
        (at, name) => {
          const today = at.toISOString().slice(0, 10)
          const span = spanOf(name, today)
          expect(isDay(span.from) && isDay(span.to)).toBe(true)
          expect(span.to <= today).toBe(true)
          expect(daysIn(span)).toBeGreaterThan(0)
        },
      ),
    )
  })

  test('in words, as a person says them', () => {
    expect(spanText('id', { from: '2025-11-20', to: '2025-11-20' })).toBe('Kamis, 20 November 2025')
    expect(spanText('id', { from: '2025-11-01', to: '2025-11-30' })).toBe('November 2025')
    expect(spanText('id', { from: '2024-01-01', to: '2024-12-31' })).toBe('2024')
    expect(spanText('id', { from: '2025-11-01', to: '2025-11-23' })).toBe('1–23 November 2025')
  })
})

test('an address and a choice say the same; what is no choice counts as not said', () => {
  const today = '2025-11-20'
  const choice = choiceOf(new URLSearchParams('from=2025-01-01&to=2025-06-30&by=service&agency=DUKCAPIL'), today)
  expect(choiceOf(new URLSearchParams(queryOf(choice)), today)).toEqual(choice)
  expect(searchWith(new URLSearchParams('branch=uji&counter=3&sort=visits'), choice)).toBe(`?branch=uji&${queryOf(choice)}`)
  for (const wrong of ['from=2025-13-01&to=2025-02-30&by=colour', 'from=2025-06-01&to=2025-01-01', ''])
    expect(choiceOf(new URLSearchParams(wrong), today)).toMatchObject({ ...spanOf('thisMonth', today), by: 'agency' })
})

describe('figures in words', () => {
  const than = 'tahun lalu'
  const known = (visits: number) => ({ visits, isTotalOnly: false })
  test('growth is never a share of nothing', () => {
    expect(growthText('id', 120, null, than)).toBeNull()
    expect(growthText('id', 120, known(0), than)).toBe('Tidak ada kunjungan pada tahun lalu.')
    expect(growthText('id', 0, known(0), than)).not.toMatch(/%|NaN|∞/)
    expect(growthText('id', 112, known(100), than)).toBe('12% lebih banyak daripada tahun lalu (100).')
    expect(growthText('id', 0, known(100), than)).toBe('100% lebih sedikit daripada tahun lalu (100).')
    expect(growthText('id', 24_500, known(11_000), than)).toBe('2,2 kali lipat dibandingkan tahun lalu (11.000).')
    expect(growthText('id', 90, { visits: 100, isTotalOnly: true }, than)).toContain('100, dimasukkan, bukan dihitung sistem')
  })

  test('all is said of all alone, and none of none', () => {
    expect(percent('id', shareOf(2_999, 3_000))).toBe('>99%')
    expect(percent('id', shareOf(1, 3_000))).toBe('<1%')
    expect(percent('id', shareOf(3, 3))).toBe('100%')
    expect(percent('id', shareOf(0, 3))).toBe('0%')
    expect(percent('id', shareOf(0, 0))).toBe('–')
  })
})

describe('totals of earlier years', () => {
  const agencies = [{ id: 'DUKCAPIL', short: 'Dukcapil', names: ['Dinas Kependudukan', 'Civil Registration'] }]
  const known = { agencies, thisMonth: '2025-11', counted: new Set(['2025-10']) }

  test('months and numbers as spreadsheets write them', () => {
    for (const written of ['2024-03', '2024-3', '03/2024', '1/3/2024', 'Maret 2024', 'mar 2024', 'Mar-24', '2024-03-01'])
      expect([written, monthOf(written)]).toEqual([written, '2024-03'])
    expect(monthOf('kapan-kapan')).toBe('kapan-kapan')
    for (const written of ['24500', '24.500', '24,500', '24 500', ' 24500 ']) expect([written, countOf(written)]).toEqual([written, 24_500])
    for (const written of ['', '-1', '1.5', '24.50', 'banyak', '1.234,5', '1e3'])
      expect([written, countOf(written)]).toEqual([written, null])
  })

  test('a pasted table becomes lines; its head is left out, and mistakes stay to be seen', () => {
    const lines = pasted(
      'Bulan\tInstansi\tKunjungan\tSumber\r\nJanuari 2024\t\t1.850\tLaporan\r\n02/2024\tdukcapil\tx\t\r\n2024-02\tCivil Registration\t7\tLaporan\r\n',
      agencies,
      ['aula'],
      5,
    )
    expect(lines.map(({ id, month, agency }) => [id, month, agency])).toEqual([
      [5, '2024-01', ''],
      [6, '2024-02', 'DUKCAPIL'],
      [7, '2024-02', 'DUKCAPIL'],
    ])
    const mistakes = mistakesOf(lines, known)
    expect(mistakes.get(5)).toBeUndefined()
    expect(mistakes.get(6)?.map(({ part }) => part)).toEqual(['visits', 'source'])
    expect(mistakes.get(7)?.map(({ part }) => part)).toEqual(['month'])
    expect(totalsOf(lines.slice(0, 1))).toEqual({ totals: [{ month: '2024-01', agency: null, visits: 1_850, source: 'Laporan' }] })
  })

  test('a month to come, one that was counted, and an agency that nobody knows are refused', () => {
    const line: Line = { id: 1, month: '2025-12', agency: 'POS', visits: '1', source: 'x' }
    expect(
      mistakesOf([line], known)
        .get(1)
        ?.map(({ text }) => text),
    ).toEqual(['reports.totals.wrong.future', 'reports.totals.wrong.agency'])
    expect(
      mistakesOf([{ ...line, month: '2025-10', agency: '' }], known)
        .get(1)
        ?.map(({ text }) => text),
    ).toEqual(['reports.totals.wrong.counted'])
  })

  test('what the server refuses after all stands beside its line', () => {
    const lines: Line[] = [1, 2].map((id) => ({ id, month: '2024-01', agency: '', visits: '1', source: 'x' }))
    expect(refusedOf(lines, [{ path: 'totals.1.month', message: 'was counted' }, { path: 'totals.9.month' }, { path: 'x' }, null])).toEqual(
      new Map([[2, [{ part: 'month', text: 'reports.totals.wrong.refused' }]]]),
    )
    expect(refusedOf(lines, undefined).size).toBe(0)
  })
})
