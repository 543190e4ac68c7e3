import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agencyLines, counterLines, fitting, ranges } from '../../display/board/agencyLines.ts'
import { arrange, CALL_MS, isCalling, isSpeaking, listen, MISSED_MS, missedNow, ROOM, type Voice } from '../../display/board/arrangement.ts'
import { phaseOf, themeAt } from '../../display/board/hallPhase.ts'
import { upcoming } from '../../display/board/upcoming.ts'
import type { Description } from '../../shared/client/branch.svelte.ts'
import { type Call, RECENT_CALLS } from '../../shared/domain/state.ts'
import { type BoardView, newestFirst } from '../../shared/protocol/wire.ts'
import { bigHall, inZone, MORNING_MS } from '../e2e/bigHall.ts'

const call = (sequence: number, atMs: number, more: Partial<{ number: string; counter: string; zone: string }> = {}): Call => ({
  announcementId: `${more.zone ?? 'a'}-${sequence}`,
  kind: 'call',
  ticket: { number: more.number ?? `B-${String(sequence).padStart(3, '0')}` },
  counter: { id: more.counter ?? '1', label: '' },
  zone: more.zone ?? 'a',
  service: 'DUKCAPIL.KK',
  atMs,
  sequence,
  language: 'id',
  caption: { id: '', en: '' },
})
/** What stands on the screen at a moment, without any voice. */
function shownAt(calls: readonly Call[], nowMs: number) {
  const known = newestFirst(calls.filter((each) => each.atMs <= nowMs))
  return arrange(
    known,
    (each) => isCalling(each, known, [], nowMs),
    () => false,
  )
}
const all = ({ newest, recent }: ReturnType<typeof shownAt>) => (newest ? [newest, ...recent] : recent)

describe('board calls over time', () => {
  test('SHOW2 five officers within a second: one large, four beside it, all in the colour of calls for ten seconds', () => {
    const five = [1, 2, 3, 4, 5].map((n) => call(n, MORNING_MS + n * 200, { counter: String(n) }))
    for (const afterMs of [1_000, 5_000, 9_900]) {
      const shown = shownAt(five, MORNING_MS + 200 + afterMs)
      expect(shown.newest?.call.sequence).toBe(5)
      expect(shown.recent.map((each) => each.call.sequence)).toEqual([4, 3, 2, 1])
      expect(all(shown).every((each) => each.isCalling)).toBe(true)
      expect(shown.crowd).toBe('calm')
    }
    const later = shownAt(five, MORNING_MS + 1_000 + CALL_MS)
    expect(all(later)).toHaveLength(5)
    expect(all(later).some((each) => each.isCalling)).toBe(false)
  })

  test('SHOW2 nobody’s number leaves the screen within ten seconds, and the newest is large, however the officers press', () => {
    const presses = fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 3_000 }), counter: fc.integer({ min: 1, max: 27 }), recall: fc.boolean() }),
      { minLength: 1, maxLength: 60 },
    )
    let crowded = 0
    fc.assert(
      fc.property(presses, (made) => {
        let atMs = MORNING_MS
        const calls: Call[] = []
        for (const [index, { afterMs, counter, recall }] of made.entries()) {
          atMs += afterMs
          const last = calls.at(-1)
          calls.push(call(index, atMs, { counter: String(counter), ...(recall && last ? { number: last.ticket.number } : {}) }))
        }
        for (let nowMs = MORNING_MS; nowMs < atMs + CALL_MS + 1_000; nowMs += 700) {
          const shown = shownAt(calls, nowMs)
          const young = calls.filter((each) => each.atMs <= nowMs && nowMs - each.atMs < CALL_MS)
          const numbers = new Set(young.map((each) => each.ticket.number))
          if (numbers.size > ROOM.rush + 1) continue
          if (numbers.size > 5) crowded += 1
          const seen = all(shown).map((each) => each.call.ticket.number)
          for (const number of numbers) expect(seen).toContain(number)
          expect(new Set(seen).size, 'each number once').toBe(seen.length)
          expect(shown.recent.length).toBeLessThanOrEqual(ROOM[shown.crowd])
          const known = calls.filter((each) => each.atMs <= nowMs)
          if (known.length > 0) expect(shown.newest?.call.atMs).toBe(Math.max(...known.map((each) => each.atMs)))
        }
      }),
      { numRuns: 200 },
    )
    expect(crowded, 'crowded moments were tried').toBeGreaterThan(50)
  })

  test('as many as the server remembers of a zone have room', () => {
    expect(ROOM.busy + 1).toBeGreaterThanOrEqual(RECENT_CALLS)
  })
})

describe('highlighted until its voice has ended', () => {
  const calls = newestFirst([1, 2, 3].map((n) => call(n, MORNING_MS, { counter: String(n) })))
  const [third, second, first] = calls as [Call, Call, Call]
  const zone = (speaking: string | null, sound: 'ok' | 'none' = 'ok') => [{ id: 'a', sound, speaking }]

  test('those behind another voice wait in the colour of calls; whoever was spoken settles after ten seconds', () => {
    let voices: readonly Voice[] = []
    voices = listen(voices, zone('a-1'), MORNING_MS + 100)
    expect(isSpeaking(first, voices)).toBe(true)
    voices = listen(voices, zone(null), MORNING_MS + 9_000)
    voices = listen(voices, zone('a-2'), MORNING_MS + 9_400)
    const nowMs = MORNING_MS + 14_000
    expect([first, second, third].map((each) => isCalling(each, calls, voices, nowMs))).toEqual([false, true, true])
    voices = listen(voices, zone(null), MORNING_MS + 18_000)
    expect(isCalling(third, calls, voices, MORNING_MS + 18_500), 'the loudspeaker takes breath').toBe(true)
    voices = listen(voices, zone('a-3'), MORNING_MS + 18_600)
    expect(isCalling(third, calls, voices, MORNING_MS + 26_000)).toBe(true)
    voices = listen(voices, zone(null), MORNING_MS + 27_000)
    for (const each of calls) expect(isCalling(each, calls, voices, MORNING_MS + 27_000)).toBe(false)
  })

  test('without a loudspeaker, and after the limit of waiting, ten seconds are all', () => {
    expect(isCalling(first, calls, listen([], zone(null, 'none'), 0), MORNING_MS + CALL_MS)).toBe(false)
    const busy = listen([], zone('a-9'), MORNING_MS)
    expect(isCalling(first, calls, busy, MORNING_MS + 44_000)).toBe(true)
    expect(isCalling(first, calls, busy, MORNING_MS + 45_000)).toBe(false)
  })

  test('a newer call of the same counter takes the place of one that waits', () => {
    const busy = listen([], zone('a-9'), MORNING_MS)
    const newer = newestFirst([...calls, call(4, MORNING_MS + 12_000, { counter: '1' })])
    expect(isCalling(first, newer, busy, MORNING_MS + 12_000)).toBe(false)
    expect(isCalling(second, newer, busy, MORNING_MS + 12_000)).toBe(true)
  })

  test('what is remembered of voices does not grow', () => {
    let voices: readonly Voice[] = []
    for (let n = 0; n < 1_000; n++) voices = listen(voices, zone(`a-${n}`), n)
    expect(voices[0]?.started.length).toBeLessThanOrEqual(24)
    expect(listen(voices, zone('a-999'), 5_000), 'nothing new: the same').toBe(voices)
  })
})

test('missed numbers are shown for 15 minutes, or until they are called again', () => {
  const missed = [
    { number: 'B-001', counter: { id: '1', label: '' }, atMs: MORNING_MS - MISSED_MS },
    { number: 'B-002', counter: { id: '1', label: '' }, atMs: MORNING_MS - MISSED_MS + 1 },
    { number: 'B-003', counter: { id: '1', label: '' }, atMs: MORNING_MS - 1_000 },
  ]
  expect(missedNow(missed, [], MORNING_MS).map(({ number }) => number)).toEqual(['B-002', 'B-003'])
  expect(missedNow(missed, [call(3, MORNING_MS)], MORNING_MS).map(({ number }) => number)).toEqual(['B-002'])
})

describe('agencies and counters', () => {
  const { description, view } = bigHall()

  test('a zone’s screen tells of its agencies, its counters and who is on a break', () => {
    const lines = agencyLines(inZone(view, 'a'), description, { zones: ['a'], agencies: null })
    expect(lines.map(({ prefix }) => prefix)).toEqual(['A', 'B', 'C'])
    expect(lines[1]).toMatchObject({ name: 'Dukcapil', open: ['3', '4', '6'], closed: [], stopped: null })
    expect(lines[1]?.paused.map(({ id, reason }) => [id, reason])).toEqual([['5', 'Makan siang']])
    expect(counterLines(inZone(view, 'a'), description, null)).toHaveLength(7)
  })

  test('one agency alone', () => {
    const wanted = { zones: null, agencies: ['DUKCAPIL'] }
    expect(agencyLines(view, description, wanted).map(({ id }) => id)).toEqual(['DUKCAPIL'])
    expect(counterLines(view, description, wanted.agencies).map(({ id }) => id)).toEqual(['3', '4', '5', '6'])
  })

  test('an agency whose services are all paused by hand says so', () => {
    const services: BoardView['services'] = Object.fromEntries(
      (description.agencies[1]?.services ?? []).map(({ code }) => [code, { override: 'paused' as const, reason: 'Sistem gangguan' }]),
    )
    expect(agencyLines({ ...view, services }, description, { zones: null, agencies: null })[1]?.stopped).toBe('Sistem gangguan')
  })

  test('where not all have room, those with a queue stay, in their order', () => {
    const lines = agencyLines(view, description, { zones: null, agencies: null })
    const shown = fitting(lines, 8)
    expect(shown).toHaveLength(8)
    expect([...shown].map(({ prefix }) => prefix).sort()).toEqual(shown.map(({ prefix }) => prefix))
    const least = Math.min(...shown.map(({ waiting }) => waiting))
    for (const line of lines) if (!shown.includes(line)) expect(line.waiting).toBeLessThanOrEqual(least)
  })

  test('counters that stand beside each other are a range', () => {
    expect(ranges(['1', '2', '3', '4', '6', '8', '9'])).toBe('1–4, 6, 8, 9')
    expect(ranges([])).toBe('')
  })
})

describe('what the hall is doing', () => {
  const { description, view } = bigHall()
  const closed = view.counters.map((counter) => ({ ...counter, state: 'closed' as const }))
  const at = (day: number, hour: number, minute = 0) => Date.UTC(2025, 10, day, hour - 8, minute)

  test('open, break, evening, weekend, with the time at which it opens again', () => {
    expect(phaseOf(view, description.hours, at(20, 9))).toEqual({ kind: 'before', untilMs: at(20, 12) })
    expect(phaseOf({ ...view, calls: [call(1, at(20, 9))] }, description.hours, at(20, 9))).toEqual({ kind: 'open' })
    const night = { ...view, counters: closed }
    expect(phaseOf(night, description.hours, at(20, 12, 30))).toMatchObject({ kind: 'closed', isBreak: true, opensAtMs: at(20, 13) })
    expect(phaseOf(night, description.hours, at(20, 20))).toMatchObject({ kind: 'closed', isBreak: false, opensAtMs: at(21, 8) })
    expect(phaseOf(night, description.hours, at(21, 17))).toMatchObject({ kind: 'closed', opensAtMs: at(24, 8) })
  })

  test('officers at their counters say that it is not over, the supervisor that it is', () => {
    expect(phaseOf({ ...view, calls: [call(1, at(20, 15))] }, description.hours, at(20, 16)).kind).toBe('open')
    expect(phaseOf({ ...view, counters: closed, dayOverride: 'open' }, description.hours, at(20, 16)).kind).toBe('before')
    expect(phaseOf({ ...view, counters: closed, dayOverride: 'closed' }, description.hours, at(20, 9))).toMatchObject({
      kind: 'closed',
      isBreak: false,
      opensAtMs: at(21, 8),
    })
  })

  test('a ceremony goes before everything; always open is never closed', () => {
    const pause = { reason: 'Upacara', sinceMs: 5 }
    expect(phaseOf({ ...view, pause }, description.hours, at(20, 20))).toEqual({ kind: 'paused', ...pause })
    expect(phaseOf({ ...view, counters: closed }, 'always', at(22, 3))).toEqual({ kind: 'before', untilMs: Number.POSITIVE_INFINITY })
  })

  test('light by day', () => {
    expect([5, 6, 17, 18].map((hour) => themeAt('auto', hour))).toEqual(['dark', 'light', 'light', 'dark'])
    expect(themeAt('light', 23)).toBe('light')
  })
})

test('running text: what comes next fills the line, and the first of the next step has its element already', () => {
  const texts = ['satu', 'dua', 'tiga']
  for (let start = 0; start < 3; start++) {
    const line = upcoming(texts, start)
    expect(line[0]?.text).toBe(texts[start])
    expect(line.slice(1).reduce((sum, { text }) => sum + text.length + 6, 0)).toBeGreaterThanOrEqual(150)
    expect(new Set(line.map(({ key }) => key)).size).toBe(line.length)
    if (start < 2) expect(upcoming(texts, start + 1)[0]?.key).toBe(line[1]?.key)
  }
  expect(upcoming([], 0)).toEqual([])
})

test('a description without counters yet shows nothing, and breaks nothing', () => {
  const { view } = bigHall()
  expect(agencyLines(view, null, { zones: null, agencies: null })).toEqual([])
  expect(counterLines(view, null as Description | null, null)).toHaveLength(27)
})
