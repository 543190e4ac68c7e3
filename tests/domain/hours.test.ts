import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BranchConfiguration, Hours, HoursException, Interval, WeeklyHours } from '../../shared/domain/configuration.ts'
import {
  businessDay,
  dayEndMs,
  type Issuing,
  instantOf,
  issuing,
  nextDay,
  servingHours,
  weekdayOf,
  within,
} from '../../shared/domain/hours.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const KUPANG = 'Asia/Makassar'

const utc = (time: string): number => {
  const atMs = Date.parse(time)
  if (Number.isNaN(atMs)) throw new Error(`not an instant: ${time}`)
  return atMs
}
const iso = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString())

/** An instant by the clock on the wall in Kupang, which is eight hours ahead of UTC all year. */
const kupang = (time: string): number => utc(`${time}+08:00`)

/** As MPP Kota Kupang opens, Fridays with a longer break. */
const week = {
  Mon: [
    ['08:00', '12:00'],
    ['13:00', '15:00'],
  ],
  Tue: [
    ['08:00', '12:00'],
    ['13:00', '15:00'],
  ],
  Wed: [
    ['08:00', '12:00'],
    ['13:00', '15:00'],
  ],
  Thu: [
    ['08:00', '12:00'],
    ['13:00', '15:00'],
  ],
  Fri: [
    ['08:00', '11:30'],
    ['13:00', '15:00'],
  ],
} as const

const hours = (more: Partial<WeeklyHours> = {}): WeeklyHours => ({ weekly: week, ...more })

/** The answer in words: until or why, and when again, by the clock of Kupang. */
function said(answer: Issuing): string {
  const wall = (atMs: number | null) => (atMs === null ? 'never' : new Date(atMs + 8 * HOUR).toISOString().slice(0, 16))
  return answer.open ? `open until ${wall(answer.untilMs)}` : `${answer.reason}, opens ${wall(answer.opensAtMs)}`
}

const at = (time: string, of: Hours = hours()): string => said(issuing(of, KUPANG, kupang(time)))

describe('the business day', () => {
  it('DAY1: turns in Kupang at 16:00:00.000Z, to the millisecond', () => {
    expect(businessDay(utc('2025-11-20T15:59:59.999Z'), KUPANG)).toBe('2025-11-20')
    expect(businessDay(utc('2025-11-20T16:00:00.000Z'), KUPANG)).toBe('2025-11-21')
    expect(iso(dayEndMs('2025-11-20', KUPANG))).toBe('2025-11-20T16:00:00.000Z')
  })

  it('DAY1: is the branch’s own: at one instant it is three days in three places', () => {
    const instant = utc('2025-11-20T10:30:00Z')
    expect(['Pacific/Pago_Pago', KUPANG, 'Pacific/Kiritimati'].map((zone) => businessDay(instant, zone))).toEqual([
      '2025-11-19',
      '2025-11-20',
      '2025-11-21',
    ])
  })

  it('DAY1: months, leap years and years end as they should', () => {
    expect(['2025-02-28', '2028-02-28', '2028-02-29', '2025-12-31', '2100-02-28'].map(nextDay)).toEqual([
      '2025-03-01',
      '2028-02-29',
      '2028-03-01',
      '2026-01-01',
      '2100-03-01',
    ])
    expect(['2025-11-20', '2025-11-21', '2025-11-23', '2000-02-29'].map(weekdayOf)).toEqual(['Thu', 'Fri', 'Sun', 'Tue'])
  })

  const LENGTHS: readonly (readonly [string, string, string, number])[] = [
    ['Europe/Berlin, clocks go forward', 'Europe/Berlin', '2025-03-30', 23],
    ['Europe/Berlin, clocks go back', 'Europe/Berlin', '2025-10-26', 25],
    ['America/Santiago, midnight is skipped', 'America/Santiago', '2025-09-07', 23],
    ['America/Santiago, the last hour comes twice', 'America/Santiago', '2025-04-05', 25],
    ['America/Havana, the first hour comes twice', 'America/Havana', '2025-11-02', 25],
    ['Australia/Lord_Howe, half an hour forward', 'Australia/Lord_Howe', '2025-10-05', 23.5],
    ['Australia/Lord_Howe, half an hour back', 'Australia/Lord_Howe', '2025-04-06', 24.5],
    ['Asia/Kathmandu, a quarter of an hour off', 'Asia/Kathmandu', '2025-04-06', 24],
  ]
  it.each(LENGTHS)('DAY1: %s', (_title, timeZone, day, length) => {
    const fromMs = instantOf(day, '00:00', timeZone)
    const untilMs = dayEndMs(day, timeZone)
    expect((untilMs - fromMs) / HOUR).toBe(length)
    expect([fromMs - 1, fromMs, untilMs - 1, untilMs].map((each) => businessDay(each, timeZone))).toEqual([
      wallDay(fromMs - 1, timeZone),
      day,
      day,
      nextDay(day),
    ])
  })

  it('DAY1: where midnight is skipped, the day begins with the first minute that there is', () => {
    expect(iso(instantOf('2025-09-07', '00:00', 'America/Santiago'))).toBe('2025-09-07T04:00:00.000Z')
    expect(iso(instantOf('2025-09-07', '00:30', 'America/Santiago'))).toBe('2025-09-07T04:00:00.000Z')
    expect(iso(instantOf('2025-09-07', '01:00', 'America/Santiago'))).toBe('2025-09-07T04:00:00.000Z')
    expect(iso(instantOf('2025-09-07', '01:01', 'America/Santiago'))).toBe('2025-09-07T04:01:00.000Z')
  })

  it('DAY1: a time that is skipped is the instant of the change, one that comes twice its first', () => {
    const berlin = (day: string, time: string) => iso(instantOf(day, time, 'Europe/Berlin'))
    expect(berlin('2025-03-30', '01:59')).toBe('2025-03-30T00:59:00.000Z')
    expect(berlin('2025-03-30', '02:30')).toBe('2025-03-30T01:00:00.000Z')
    expect(berlin('2025-03-30', '03:00')).toBe('2025-03-30T01:00:00.000Z')
    expect(berlin('2025-10-26', '02:30')).toBe('2025-10-26T00:30:00.000Z')
    expect(berlin('2025-10-26', '03:00')).toBe('2025-10-26T02:00:00.000Z')
    const lordHowe = (day: string, time: string) => iso(instantOf(day, time, 'Australia/Lord_Howe'))
    expect(lordHowe('2025-10-05', '02:15')).toBe('2025-10-04T15:30:00.000Z')
    expect(lordHowe('2025-04-06', '01:45')).toBe('2025-04-05T14:45:00.000Z')
    expect(lordHowe('2025-04-06', '02:00')).toBe('2025-04-05T15:30:00.000Z')
  })

  it('DAY1: a day that a country left out ends with the one before', () => {
    const zone = 'Pacific/Apia'
    expect(iso(dayEndMs('2011-12-29', zone))).toBe('2011-12-30T10:00:00.000Z')
    expect(businessDay(utc('2011-12-30T09:59:59.999Z'), zone)).toBe('2011-12-29')
    expect(businessDay(utc('2011-12-30T10:00:00.000Z'), zone)).toBe('2011-12-31')
  })

  it('DAY1: at any instant and in any zone, the day is the one on the wall and ends with the first instant of the next', () => {
    const zones = [KUPANG, ...new Set(LENGTHS.map(([, zone]) => zone)), 'America/Nuuk', 'Africa/Cairo', 'Asia/Beirut', 'Africa/Casablanca']
    const instant = fc.integer({ min: utc('2015-01-01T00:00:00Z'), max: utc('2037-12-31T00:00:00Z') })
    // Near the changes of the clocks, where random instants seldom fall.
    const nearChange = fc
      .tuple(
        fc.constantFrom('2025-03-30', '2025-10-26', '2025-09-07', '2025-04-05', '2025-11-02', '2025-04-25'),
        fc.integer({ min: -72, max: 72 }),
      )
      .map(([day, halfHours]) => utc(`${day}T00:00:00Z`) + halfHours * 30 * MINUTE)
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.oneof(instant, nearChange), (zone, atMs) => {
        const day = businessDay(atMs, zone)
        expect(day).toBe(wallDay(atMs, zone))
        const endMs = dayEndMs(day, zone)
        expect(endMs).toBeGreaterThan(atMs)
        expect(wallDay(endMs - 1, zone)).toBe(day)
        expect(wallDay(endMs, zone)).toBe(nextDay(day))
        expect(businessDay(endMs - 1, zone)).toBe(day)
        expect(businessDay(endMs, zone)).toBe(nextDay(day))
        expect(instantOf(nextDay(day), '00:00', zone)).toBe(endMs)
        expect(instantOf(day, '24:00', zone)).toBe(endMs)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('tickets by the hours', () => {
  it('TICKET4: a usual day in Kupang', () => {
    expect(at('2025-11-20T07:59:59.999')).toBe('not-yet-open, opens 2025-11-20T08:00')
    expect(at('2025-11-20T08:00')).toBe('open until 2025-11-20T12:00')
    expect(at('2025-11-20T11:59:59.999')).toBe('open until 2025-11-20T12:00')
    expect(at('2025-11-20T12:00')).toBe('break, opens 2025-11-20T13:00')
    expect(at('2025-11-20T13:00')).toBe('open until 2025-11-20T15:00')
    expect(at('2025-11-20T15:00')).toBe('closed-for-today, opens 2025-11-21T08:00')
    expect(at('2025-11-20T23:59:59.999')).toBe('closed-for-today, opens 2025-11-21T08:00')
    expect(at('2025-11-21T00:00')).toBe('not-yet-open, opens 2025-11-21T08:00')
  })

  it('TICKET4: the break of a Friday is longer, and after it comes the weekend', () => {
    expect(at('2025-11-21T11:29')).toBe('open until 2025-11-21T11:30')
    expect(at('2025-11-21T11:30')).toBe('break, opens 2025-11-21T13:00')
    expect(at('2025-11-21T12:30')).toBe('break, opens 2025-11-21T13:00')
    expect(at('2025-11-21T15:00')).toBe('closed-for-today, opens 2025-11-24T08:00')
    expect(at('2025-11-22T10:00')).toBe('closed-today, opens 2025-11-24T08:00')
    expect(at('2025-11-23T23:59')).toBe('closed-today, opens 2025-11-24T08:00')
  })

  it('TICKET4: the last ticket is issued some minutes before each closing, and the reason is told apart from the break', () => {
    const of = hours({ lastTicketMinutesBeforeClose: 30 })
    expect(at('2025-11-20T11:29:59.999', of)).toBe('open until 2025-11-20T11:30')
    expect(at('2025-11-20T11:30', of)).toBe('last-ticket, opens 2025-11-20T13:00')
    expect(at('2025-11-20T12:00', of)).toBe('break, opens 2025-11-20T13:00')
    expect(at('2025-11-20T14:30', of)).toBe('last-ticket, opens 2025-11-21T08:00')
    expect(at('2025-11-20T15:00', of)).toBe('closed-for-today, opens 2025-11-21T08:00')
  })

  it('TICKET4: the first ticket is issued some minutes before each opening', () => {
    const of = hours({ firstTicketMinutesBeforeOpen: 30, lastTicketMinutesBeforeClose: 30 })
    expect(at('2025-11-20T07:29:59.999', of)).toBe('not-yet-open, opens 2025-11-20T07:30')
    expect(at('2025-11-20T07:30', of)).toBe('open until 2025-11-20T11:30')
    expect(at('2025-11-20T12:29', of)).toBe('break, opens 2025-11-20T12:30')
    expect(at('2025-11-20T12:30', of)).toBe('open until 2025-11-20T14:30')
  })

  it('TICKET4: the first ticket may be of the evening before, and hours that touch at midnight are one', () => {
    const night: Hours = {
      weekly: {
        Thu: [['22:00', '24:00']],
        Fri: [
          ['00:00', '02:00'],
          ['23:30', '24:00'],
        ],
        Sat: [['00:10', '01:00']],
      },
      firstTicketMinutesBeforeOpen: 20,
    }
    expect(at('2025-11-20T21:39', night)).toBe('not-yet-open, opens 2025-11-20T21:40')
    expect(at('2025-11-20T21:40', night)).toBe('open until 2025-11-21T02:00')
    expect(at('2025-11-21T01:59', night)).toBe('open until 2025-11-21T02:00')
    expect(at('2025-11-21T02:00', night)).toBe('break, opens 2025-11-21T23:10')
    expect(at('2025-11-21T23:55', night)).toBe('open until 2025-11-22T01:00')
    const early: Hours = { weekly: { Fri: [['00:10', '02:00']] }, firstTicketMinutesBeforeOpen: 20 }
    expect(at('2025-11-20T23:49', early)).toBe('closed-today, opens 2025-11-20T23:50')
    expect(at('2025-11-20T23:50', early)).toBe('open until 2025-11-21T02:00')
  })

  it('TICKET4: an interval too short for its own last ticket issues none', () => {
    const of: Hours = {
      weekly: {
        Thu: [
          ['08:00', '08:30'],
          ['10:00', '11:00'],
        ],
      },
      lastTicketMinutesBeforeClose: 30,
    }
    expect(at('2025-11-20T07:00', of)).toBe('not-yet-open, opens 2025-11-20T10:00')
    expect(at('2025-11-20T08:10', of)).toBe('last-ticket, opens 2025-11-20T10:00')
    expect(at('2025-11-20T09:00', of)).toBe('not-yet-open, opens 2025-11-20T10:00')
  })

  it('TICKET4: always is always', () => {
    expect(issuing('always', KUPANG, kupang('2025-11-22T03:00'))).toEqual({ open: true, untilMs: Number.POSITIVE_INFINITY })
    expect(servingHours('always', '2025-03-30', 'Europe/Berlin').intervals).toEqual([
      { fromMs: utc('2025-03-29T23:00:00Z'), untilMs: utc('2025-03-30T22:00:00Z') },
    ])
  })

  it('TICKET4: who never opens says that nobody knows when', () => {
    expect(at('2025-11-20T10:00', { weekly: {} })).toBe('closed-today, opens never')
    const later: HoursException[] = [{ date: '2026-03-02', hours: [['08:00', '12:00']] }]
    // Further ahead than anybody plans: 60 days and no more.
    expect(at('2026-01-01T00:00', { weekly: {}, exceptions: later })).toBe('closed-today, opens 2026-03-02T08:00')
    expect(at('2025-12-31T23:59', { weekly: {}, exceptions: later })).toBe('closed-today, opens never')
  })
})

describe('exceptions', () => {
  const note = { id: 'Idulfitri', en: 'Eid' }

  it('TICKET4: one date, closed, with its note, which is gone with the day', () => {
    const of = hours({ exceptions: [{ date: '2025-11-20', reason: note }] })
    expect(issuing(of, KUPANG, kupang('2025-11-20T10:00'))).toEqual({
      open: false,
      reason: 'closed-today',
      opensAtMs: kupang('2025-11-21T08:00'),
      note,
    })
    expect(issuing(of, KUPANG, kupang('2025-11-20T23:59'))).toMatchObject({ reason: 'closed-today', note })
    expect(issuing(of, KUPANG, kupang('2025-11-21T00:00'))).toMatchObject({ reason: 'not-yet-open', note: null })
    expect(issuing(of, KUPANG, kupang('2025-11-19T23:00'))).toMatchObject({ opensAtMs: kupang('2025-11-21T08:00'), note: null })
  })

  it('TICKET4: one date with hours of its own, and a note even while it is closed', () => {
    const of = hours({ exceptions: [{ date: '2025-11-20', hours: [['10:00', '11:00']], reason: 'HUT kota' }] })
    expect(at('2025-11-20T08:30', of)).toBe('not-yet-open, opens 2025-11-20T10:00')
    expect(at('2025-11-20T10:30', of)).toBe('open until 2025-11-20T11:00')
    expect(issuing(of, KUPANG, kupang('2025-11-20T13:30'))).toMatchObject({ reason: 'closed-for-today', note: 'HUT kota' })
  })

  it('TICKET4: a Saturday can be opened', () => {
    const of = hours({ exceptions: [{ date: '2025-11-22', hours: [['06:00', '09:00']] }] })
    expect(at('2025-11-21T16:00', of)).toBe('closed-for-today, opens 2025-11-22T06:00')
    expect(at('2025-11-22T06:00', of)).toBe('open until 2025-11-22T09:00')
  })

  it('TICKET4: from and to are both included, and no hours are the same as an empty list', () => {
    for (const closed of [{}, { hours: [] }, { weekly: {} }]) {
      const of = hours({ exceptions: [{ from: '2025-11-18', to: '2025-11-20', ...closed }] })
      expect(at('2025-11-17T10:00', of)).toBe('open until 2025-11-17T12:00')
      for (const day of ['18', '19', '20']) expect(at(`2025-11-${day}T10:00`, of)).toBe('closed-today, opens 2025-11-21T08:00')
      expect(at('2025-11-21T10:00', of)).toBe('open until 2025-11-21T11:30')
    }
    const single = hours({ exceptions: [{ from: '2025-11-18' }] })
    expect(at('2025-11-18T10:00', single)).toBe('closed-today, opens 2025-11-19T08:00')
    expect(at('2025-11-19T10:00', single)).toBe('open until 2025-11-19T12:00')
  })

  it('TICKET4: Ramadan has a week of its own, days that are not in it closed; the first exception that covers a date holds', () => {
    const of = hours({
      exceptions: [
        { date: '2026-03-17', reason: 'Cuti bersama' },
        {
          from: '2026-02-18',
          to: '2026-03-19',
          weekly: {
            Mon: [
              ['08:00', '12:00'],
              ['12:30', '14:30'],
            ],
            Tue: [['08:00', '12:00']],
            Fri: [
              ['08:00', '11:30'],
              ['12:30', '15:00'],
            ],
          },
          reason: 'Ramadan',
        },
        { from: '2026-03-01', to: '2026-03-31', hours: [['00:00', '24:00']] },
      ],
    })
    expect(at('2026-02-17T14:30', of)).toBe('open until 2026-02-17T15:00')
    expect(at('2026-02-23T12:10', of)).toBe('break, opens 2026-02-23T12:30')
    expect(at('2026-02-23T14:30', of)).toBe('closed-for-today, opens 2026-02-24T08:00')
    expect(at('2026-02-27T12:10', of)).toBe('break, opens 2026-02-27T12:30')
    expect(at('2026-02-18T10:00', of)).toBe('closed-today, opens 2026-02-20T08:00')
    expect(issuing(of, KUPANG, kupang('2026-02-18T10:00'))).toMatchObject({ note: 'Ramadan' })
    expect(issuing(of, KUPANG, kupang('2026-03-17T10:00'))).toMatchObject({ reason: 'closed-today', note: 'Cuti bersama' })
    expect(at('2026-03-20T10:00', of)).toMatch(/^open/)
  })

  it('TICKET4: over a long holiday it is said when service is there again, also when the year turns meanwhile', () => {
    const of = hours({
      exceptions: [{ from: '2025-12-22', to: '2026-01-09', reason: note }, { date: '2026-01-12' }],
      firstTicketMinutesBeforeOpen: 30,
    })
    expect(at('2025-12-19T15:00', of)).toBe('closed-for-today, opens 2026-01-13T07:30')
    for (const day of ['2025-12-22', '2025-12-25', '2025-12-31', '2026-01-01', '2026-01-09', '2026-01-11', '2026-01-12'])
      expect(at(`${day}T09:00`, of), day).toBe('closed-today, opens 2026-01-13T07:30')
    expect(at('2026-01-13T07:30', of)).toMatch(/^open/)
  })
})

describe('where the clocks change', () => {
  const sunday = (from: string, until: string): Hours => ({ weekly: { Sun: [[from, until]] } })
  const open = (of: Hours, zone: string, time: string) => issuing(of, zone, utc(time)).open

  it('TICKET4: Berlin opens by the clock on the wall on both sides of both changes', () => {
    const of: Hours = { weekly: { Sat: [['08:00', '12:00']], Sun: [['08:00', '12:00']], Mon: [['08:00', '12:00']] } }
    const opensAt = (time: string) => {
      const answer = issuing(of, 'Europe/Berlin', utc(time))
      return answer.open ? 'open' : iso(answer.opensAtMs)
    }
    expect(opensAt('2025-03-28T23:00:00Z')).toBe('2025-03-29T07:00:00.000Z')
    expect(opensAt('2025-03-29T12:00:00Z')).toBe('2025-03-30T06:00:00.000Z')
    expect(opensAt('2025-03-30T10:00:00Z')).toBe('2025-03-31T06:00:00.000Z')
    expect(opensAt('2025-10-25T12:00:00Z')).toBe('2025-10-26T07:00:00.000Z')
    expect(opensAt('2025-10-26T06:59:59.999Z')).toBe('2025-10-26T07:00:00.000Z')
    expect(opensAt('2025-10-26T07:00:00Z')).toBe('open')
  })

  it('TICKET4: hours inside the skipped hour are none that day; those across it are shorter, across a repeated one longer', () => {
    expect(issuing(sunday('02:00', '03:00'), 'Europe/Berlin', utc('2025-03-30T01:00:00Z'))).toMatchObject({
      reason: 'closed-today',
      opensAtMs: utc('2025-04-06T00:00:00Z'),
    })
    const across = sunday('01:00', '04:00')
    expect(open(across, 'Europe/Berlin', '2025-03-29T23:59:59Z')).toBe(false)
    expect(issuing(across, 'Europe/Berlin', utc('2025-03-30T00:00:00Z'))).toEqual({ open: true, untilMs: utc('2025-03-30T02:00:00Z') })
    expect(issuing(across, 'Europe/Berlin', utc('2025-10-25T23:00:00Z'))).toEqual({ open: true, untilMs: utc('2025-10-26T03:00:00Z') })
  })

  it('TICKET4: Santiago without a midnight, Lord Howe with half an hour', () => {
    const early = sunday('00:00', '02:00')
    expect(open(early, 'America/Santiago', '2025-09-07T03:59:59.999Z')).toBe(false)
    expect(issuing(early, 'America/Santiago', utc('2025-09-07T04:00:00Z'))).toEqual({ open: true, untilMs: utc('2025-09-07T05:00:00Z') })
    const half = sunday('01:30', '02:30')
    expect(issuing(half, 'Australia/Lord_Howe', utc('2025-10-04T15:00:00Z'))).toEqual({ open: true, untilMs: utc('2025-10-04T15:30:00Z') })
    expect(issuing(half, 'Australia/Lord_Howe', utc('2025-04-05T14:30:00Z'))).toEqual({ open: true, untilMs: utc('2025-04-05T16:00:00Z') })
  })
})

// --- against a reference

/** `2025-03-30 02:15` on the wall at an instant: from the platform's tables, by another way than the code's. */
const walls = new Map<string, Intl.DateTimeFormat>()
function wall(atMs: number, timeZone: string): string {
  let format = walls.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
    walls.set(timeZone, format)
  }
  return format.format(atMs)
}
function wallDay(atMs: number, timeZone: string): string {
  return wall(atMs, timeZone).slice(0, 10)
}

/** Some 70 days of a zone, minute by minute, with a change of its clocks in the first ten. */
class Wall {
  readonly minutes: string[] = []
  /** The first minute of each day. */
  readonly days = new Map<string, number>()

  constructor(
    readonly timeZone: string,
    readonly fromMs: number,
  ) {
    for (let minute = 0; minute < 74 * 1440; minute += 1) {
      const shown = wall(fromMs + minute * MINUTE, timeZone)
      this.minutes.push(shown)
      if (!this.days.has(shown.slice(0, 10))) this.days.set(shown.slice(0, 10), minute)
    }
  }

  /** The first minute at which the wall shows this time of this day, or a later one. */
  minuteOf(day: string, time: string): number {
    const wanted = time === '24:00' ? `${day} 99` : `${day} ${time}`
    let minute = this.days.get(day) as number
    while ((this.minutes[minute] as string) < wanted) minute += 1
    return minute
  }
}

const ZONES = (
  [
    [KUPANG, '2025-11-18'],
    ['Europe/Berlin', '2025-03-27'],
    ['Europe/Berlin', '2025-10-23'],
    ['America/Santiago', '2025-09-04'],
    ['America/Santiago', '2025-04-02'],
    ['Australia/Lord_Howe', '2025-10-02'],
    ['Australia/Lord_Howe', '2025-04-03'],
  ] as const
).map(([zone, day]) => ({ zone, day, made: null as Wall | null }))

function wallOf(place: (typeof ZONES)[number]): Wall {
  place.made ??= new Wall(place.zone, utc(`${place.day}T00:00:00Z`))
  return place.made
}

type Span = readonly [from: number, until: number]

/** What `issuing` must answer, worked out in minutes since the wall's first. */
class Reference {
  readonly #days: readonly string[]
  readonly #serving: readonly (readonly Span[])[]
  readonly #issuing: readonly (readonly Span[])[]
  readonly #notes: readonly unknown[]
  readonly #wall: Wall

  constructor(of: WeeklyHours, onWall: Wall) {
    this.#wall = onWall
    // The last days are not all there.
    this.#days = [...onWall.days.keys()].slice(0, -2)
    const first = of.firstTicketMinutesBeforeOpen ?? 0
    const last = of.lastTicketMinutesBeforeClose ?? 0
    const exceptions = this.#days.map((day) =>
      (of.exceptions ?? []).find((one) =>
        one.date ? one.date === day : day >= (one.from as string) && day <= (one.to ?? (one.from as string)),
      ),
    )
    this.#notes = exceptions.map((one) => one?.reason ?? null)
    this.#serving = this.#days.map((day, index) => {
      const name = new Date(`${day}T12:00:00Z`).toUTCString().slice(0, 3) as keyof WeeklyHours['weekly']
      const one = exceptions[index]
      const intervals = (one ? (one.hours ?? one.weekly?.[name]) : of.weekly[name]) ?? []
      return intervals.map(([from, until]): Span => [onWall.minuteOf(day, from), onWall.minuteOf(day, until)])
    })
    this.#issuing = this.#serving.map((spans) =>
      spans.map(([from, until]): Span => [from - first, until - last]).filter(([from, until]) => from < until),
    )
  }

  answer(minute: number): unknown {
    const ms = (of: number) => this.#wall.fromMs + of * MINUTE
    const today = this.#days.indexOf((this.#wall.minutes[minute] as string).slice(0, 10))
    const isIn = (spans: readonly Span[], now: number) => spans.some(([from, until]) => from <= now && now < until)
    const near = [...(this.#issuing[today] ?? []), ...(this.#issuing[today + 1] ?? [])]
    if (isIn(near, minute)) {
      let until = minute
      while (isIn(near, until)) until += 1
      return { open: true, untilMs: ms(until) }
    }
    const ahead = this.#issuing
      .slice(today, today + 61)
      .flat()
      .map(([from]) => from)
      .filter((from) => from > minute)
    const own = this.#issuing[today] ?? []
    const isPast = own.some(([, until]) => until <= minute)
    const isAhead = own.some(([from]) => from > minute)
    const reason = isIn(this.#serving[today] ?? [], minute)
      ? 'last-ticket'
      : isPast && isAhead
        ? 'break'
        : isAhead
          ? 'not-yet-open'
          : isPast
            ? 'closed-for-today'
            : 'closed-today'
    return { open: false, reason, opensAtMs: ahead.length > 0 ? ms(Math.min(...ahead)) : null, note: this.#notes[today] }
  }
}

describe('any hours', () => {
  const clock = fc.oneof(
    fc.integer({ min: 0, max: 96 }).map((quarter) => quarter * 15),
    fc.integer({ min: 0, max: 1440 }),
    fc.constantFrom(0, 1440, 30, 60, 90, 120, 150, 180),
  )
  const written = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  /** In order, never overlapping, sometimes touching. */
  const intervals = fc.oneof(
    { weight: 3, arbitrary: fc.constant<Interval[]>([]) },
    {
      weight: 7,
      arbitrary: fc.tuple(fc.uniqueArray(clock, { minLength: 2, maxLength: 5 }), fc.boolean()).map(([times, touching]): Interval[] => {
        const sorted = times.sort((a, b) => a - b).map(written)
        return sorted.flatMap((from, index) =>
          sorted[index + 1] && (touching || index % 2 === 0) ? [[from, sorted[index + 1] as string]] : [],
        )
      }),
    },
  )
  const weekly = fc.record(
    { Mon: intervals, Tue: intervals, Wed: intervals, Thu: intervals, Fri: intervals, Sat: intervals, Sun: intervals },
    { requiredKeys: [] },
  )
  const minutes = fc.option(fc.oneof(fc.constantFrom(15, 30, 60), fc.integer({ min: 0, max: 600 })), { nil: undefined })

  const weeklyHours = (day: string): fc.Arbitrary<WeeklyHours> => {
    const days: string[] = [day]
    while (days.length < 14) days.push(nextDay(days.at(-1) as string))
    const served = fc.oneof(fc.record({ hours: intervals }), fc.record({ weekly }), fc.constant({}))
    const reason = fc.option(fc.constantFrom('Libur', { id: 'Libur', en: 'Holiday' }), { nil: undefined })
    const exception = fc
      .tuple(fc.subarray(days, { minLength: 1, maxLength: 2 }), fc.boolean(), served, reason)
      .map(([[from, to], isRange, open, why]) => {
        const covered = isRange || to ? { from, ...(to ? { to } : {}) } : { date: from }
        return { ...covered, ...open, ...(why ? { reason: why } : {}) } as HoursException
      })
    return fc.record({ weekly, exceptions: fc.array(exception, { maxLength: 3 }), first: minutes, last: minutes }).map((made) => ({
      weekly: made.weekly,
      exceptions: made.exceptions,
      ...(made.first === undefined ? {} : { firstTicketMinutesBeforeOpen: made.first }),
      ...(made.last === undefined ? {} : { lastTicketMinutesBeforeClose: made.last }),
    }))
  }

  const outcomes = new Map<string, number>()

  it.each(ZONES)('TICKET4: in $zone from $day they are those of a slow count of minutes, asked in any order', (place) => {
    const onWall = wallOf(place)
    // The first day is cut, and the look ahead must not run out of the wall.
    const minute = fc.integer({ min: 1440, max: 11 * 1440 })
    // Runs of neighbours, because the answer that is remembered is about them.
    const asked = fc
      .array(fc.tuple(minute, fc.array(fc.integer({ min: -90, max: 90 }), { maxLength: 8 })), { minLength: 1, maxLength: 12 })
      .map((runs) => runs.flatMap(([start, steps]) => [start, ...steps.map((step) => Math.max(1440, start + step))]))
    fc.assert(
      fc.property(weeklyHours(place.day), asked, (of, times) => {
        const reference = new Reference(of, onWall)
        for (const time of times) {
          const expected = reference.answer(time) as Issuing
          const name = expected.open ? 'open' : expected.reason
          outcomes.set(name, (outcomes.get(name) ?? 0) + 1)
          expect(issuing(of, place.zone, onWall.fromMs + time * MINUTE), onWall.minutes[time]).toEqual(expected)
          // Within the minute nothing changes.
          expect(issuing(of, place.zone, onWall.fromMs + (time + 1) * MINUTE - 1)).toEqual(expected)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('TICKET4: the comparison met every answer often', () => {
    for (const name of ['open', 'not-yet-open', 'last-ticket', 'break', 'closed-for-today', 'closed-today'])
      expect(outcomes.get(name), name).toBeGreaterThan(50)
  })

  it('TICKET4: minute after minute, forwards and backwards, what is remembered never outlives its instant', () => {
    const place = ZONES[1] as (typeof ZONES)[number]
    const onWall = wallOf(place)
    fc.assert(
      fc.property(weeklyHours(place.day), fc.boolean(), (of, isForwards) => {
        const reference = new Reference(of, onWall)
        for (let step = 0; step < 3 * 1440; step += 1) {
          const time = 1440 * 2 + (isForwards ? step : 3 * 1440 - step)
          const answer = issuing(of, place.zone, onWall.fromMs + time * MINUTE)
          const expected = reference.answer(time) as Issuing
          // Not by `toEqual`, which would take most of the time.
          if (JSON.stringify(answer) !== JSON.stringify(expected)) expect(answer, onWall.minutes[time]).toEqual(expected)
        }
      }),
      { numRuns: 8 },
    )
  })

  it('TICKET4: the same hours under two zones keep apart', () => {
    const of = hours()
    for (let hour = 0; hour < 240; hour += 1) {
      const atMs = utc('2025-11-18T00:00:00Z') + hour * HOUR
      for (const zone of [KUPANG, 'Europe/Berlin', KUPANG]) expect(issuing(of, zone, atMs)).toEqual(issuing(hours(), zone, atMs))
    }
  })

  it('TICKET4: the same hours under two zones, at random instants, by the count of minutes', () => {
    const [berlin, lordHowe] = [ZONES[2], ZONES[5]].map((place) => wallOf(place as (typeof ZONES)[number])) as [Wall, Wall]
    const from = Math.max(berlin.fromMs, lordHowe.fromMs)
    fc.assert(
      fc.property(
        weeklyHours('2025-10-23'),
        fc.array(fc.tuple(fc.integer({ min: 1440, max: 9 * 1440 }), fc.boolean()), { minLength: 5 }),
        (of, asked) => {
          const references = [berlin, lordHowe].map((onWall) => [onWall, new Reference(of, onWall)] as const)
          for (const [minute, isFirst] of asked) {
            const [onWall, reference] = references[isFirst ? 0 : 1] as readonly [Wall, Reference]
            const atMs = from + minute * MINUTE
            const expected = reference.answer((atMs - onWall.fromMs) / MINUTE) as Issuing
            // The other wall began three weeks earlier: its sixty days ahead are not all there.
            const answer = issuing(of, onWall.timeZone, atMs)
            if (!expected.open && expected.opensAtMs === null && onWall === lordHowe) continue
            expect(answer).toEqual(expected)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('speed', () => {
  it('TICKET4, DAY1: a hundred thousand questions of a working week take less than a second', () => {
    const file = new URL('../../server/branches/mpp-kupang.json', import.meta.url)
    const branch = JSON.parse(readFileSync(file, 'utf8')) as BranchConfiguration
    const fromMs = kupang('2025-11-17T00:00')
    const begun = performance.now()
    let issued = 0
    for (let count = 0; count < 100_000; count += 1) {
      const atMs = fromMs + count * 6000
      if (businessDay(atMs, branch.timeZone) >= '2025-11-17' && issuing(branch.hours, branch.timeZone, atMs).open) issued += 1
    }
    expect(performance.now() - begun).toBeLessThan(1000)
    // Five days: 4 of 6 hours, a Friday of 5.5, each interval half an hour earlier at both ends.
    expect(issued).toBe(((4 * 6 + 5.5) * HOUR) / 6000)
  })

  it('TICKET4, DAY1: nor do those of a service that never opens', () => {
    const never: Hours = { weekly: {} }
    const fromMs = kupang('2025-11-17T00:00')
    const begun = performance.now()
    let closed = 0
    for (let count = 0; count < 100_000; count += 1) {
      const atMs = fromMs + count * 6000
      if (businessDay(atMs, KUPANG) >= '2025-11-17' && !issuing(never, KUPANG, atMs).open) closed += 1
    }
    expect(performance.now() - begun).toBeLessThan(1000)
    expect(closed).toBe(100_000)
  })
})

describe('a service with hours of its own in a hall with exceptions', () => {
  const hall: Hours = {
    weekly: { Wed: [['08:00', '15:00']], Thu: [['08:00', '15:00']], Fri: [['08:00', '15:00']] },
    exceptions: [
      { date: '2025-11-20', reason: 'Libur' },
      { date: '2025-11-21', hours: [['08:00', '10:30']], reason: 'Hari pendek' },
      {
        from: '2026-02-18',
        to: '2026-03-19',
        weekly: {
          Wed: [
            ['08:00', '12:00'],
            ['12:30', '14:00'],
          ],
        },
        reason: 'Ramadan',
      },
    ],
  }
  const own: Hours = {
    weekly: {
      Wed: [['09:00', '13:00']],
      Thu: [['09:00', '13:00']],
      Fri: [
        ['09:00', '10:00'],
        ['10:15', '13:00'],
      ],
    },
    exceptions: [{ date: '2026-02-25', hours: [['09:00', '16:00']], reason: 'Layanan khusus' }],
  }
  const of = within(own, hall)
  const on = (day: string) => {
    const { intervals, reason } = servingHours(of, day, KUPANG)
    return [
      ...intervals.map(({ fromMs, untilMs }) => [fromMs, untilMs].map((ms) => new Date(ms + 8 * 3_600_000).toISOString().slice(11, 16))),
      reason,
    ]
  }

  it.each([
    ['2025-11-19', [['09:00', '13:00'], null], 'an ordinary day is its own'],
    ['2025-11-20', ['Libur'], 'a holiday of the hall is one for it, too'],
    ['2025-11-21', [['09:00', '10:00'], ['10:15', '10:30'], 'Hari pendek'], 'a short day leaves what lies within both'],
    ['2026-02-18', [['09:00', '12:00'], ['12:30', '13:00'], 'Ramadan'], 'another week of the hall, too'],
    ['2026-02-19', ['Ramadan'], 'a weekday that the hall does not have then'],
    ['2026-02-25', [['09:00', '16:00'], 'Layanan khusus'], 'what it says itself of a date goes first'],
  ] as const)('TICKET4 %s: %j: %s', (day, expected, _why) => {
    expect(on(day)).toEqual(expected)
  })

  it('keeps what never closes, and needs nothing where the hall has no exceptions', () => {
    expect(within('always', hall)).toBe('always')
    expect(within(own, 'always')).toBe(own)
    expect(within(own, { weekly: {} })).toBe(own)
  })
})
