import { describe, expect, test } from 'vitest'
import { choicesOf, matching } from '../../counter-client/desk/choices.ts'
import { readLine, readNumber, readService, readTime } from '../../counter-client/desk/writtenLine.ts'
import type { DescribedAgency, DescribedService } from '../../shared/client/branch.svelte.ts'

const service = (code: string, id: string, en: string): DescribedService => ({
  code,
  name: { id, en },
  averageMinutes: 10,
  targetMinutes: 30,
  open: true,
  waiting: 0,
})
const dukcapil: DescribedAgency = {
  id: 'DUKCAPIL',
  name: { id: 'Dinas Kependudukan', en: 'Civil Registration' },
  short: 'Dukcapil',
  prefix: 'B',
  services: [
    service('DUKCAPIL.KK', 'Kartu Keluarga (KK)', 'Family card'),
    service('DUKCAPIL.REKAM', 'Perekaman KTP-el', 'e-ID recording'),
    service('DUKCAPIL.CETAK', 'Pencetakan KTP-el', 'e-ID printing'),
  ],
}
const bank: DescribedAgency = {
  id: 'BANK',
  name: 'Bank NTT',
  short: 'Bank NTT',
  prefix: 'E',
  services: [service('BANK.TELLER', 'Pembayaran pajak', 'Tax payment')],
}
const journeys = [{ id: 'PBB', name: 'Bayar PBB sekali jalan', steps: [{ service: 'BANK.TELLER' }] }]
const found = (typed: string) => matching(choicesOf({ agencies: [dukcapil, bank], journeys }), typed).map(({ id }) => id)

describe('what a few keys find', () => {
  test.each([
    ['b2', ['DUKCAPIL.REKAM']],
    ['B', ['DUKCAPIL.KK', 'DUKCAPIL.REKAM', 'DUKCAPIL.CETAK', '*PBB', 'BANK.TELLER']],
    ['ktp', ['DUKCAPIL.REKAM', 'DUKCAPIL.CETAK']],
    ['cetak ktp', ['DUKCAPIL.CETAK']],
    ['family', ['DUKCAPIL.KK']],
    ['dukcapil keluarga', ['DUKCAPIL.KK']],
    ['bank', ['BANK.TELLER']],
    ['*1', ['*PBB']],
    ['zzz', []],
  ])('%s', (typed, ids) => expect(found(typed)).toEqual(ids))

  test('nothing typed: all, in the order of the hall', () => {
    expect(found('  ')).toEqual(['DUKCAPIL.KK', 'DUKCAPIL.REKAM', 'DUKCAPIL.CETAK', 'BANK.TELLER', '*PBB'])
  })
})

describe('a line of the fallback sheet', () => {
  test.each([
    ['B-T07 09.42 KTP', { number: 'B-T07', time: '09.42', service: 'KTP', isPriority: false }],
    ['b7 942 2 p', { number: 'b7', time: '942', service: '2', isPriority: true }],
    ['8 rekam ktp prioritas', { number: '8', time: '', service: 'rekam ktp', isPriority: true }],
    ['B-T07', { number: 'B-T07', time: '', service: '', isPriority: false }],
  ])('%s', (typed, line) => expect(readLine(typed)).toEqual(line))

  test.each([
    ['b-t07', null, 'B-T07'],
    ['B7', null, 'B-T07'],
    ['7', 'E', 'E-T07'],
    ['t7', 'E', 'E-T07'],
    ['7', null, undefined],
    ['Z-T07', 'E', undefined],
    ['B-T107', 'E', undefined],
    ['kartu', 'E', undefined],
  ])('number %s after %s', (typed, before, number) => expect(readNumber(typed, ['B', 'E'], before)?.number).toBe(number))

  test('an agency whose letters end in T keeps them', () => {
    expect(readNumber('BT07', ['BT'], null)).toEqual({ prefix: 'BT', number: 'BT-T07' })
    expect(readNumber('BTT07', ['BT'], null)).toEqual({ prefix: 'BT', number: 'BT-T07' })
  })

  test.each([
    ['9.42', '09:42'],
    ['0942', '09:42'],
    ['942', '09:42'],
    ['23:59', '23:59'],
    ['24.00', null],
    ['9.60', null],
    ['9', null],
    ['pagi', null],
  ])('time %s', (typed, time) => expect(readTime(typed)).toBe(time))

  test('a service by its place or by words, and only where one alone is meant', () => {
    const named = (typed: string, agency = dukcapil) => readService(typed, agency)
    expect([named('2'), named('b1'), named('keluarga'), named('ktp'), named(''), named('', bank)]).toEqual([
      'DUKCAPIL.REKAM',
      'DUKCAPIL.KK',
      'DUKCAPIL.KK',
      null,
      null,
      'BANK.TELLER',
    ])
  })
})
