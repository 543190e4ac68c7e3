import { afterAll, describe, expect, it } from 'vitest'
import { nextExpiryMs, pendingIn, WAIT_LIMIT_MS } from '../../shared/domain/announcing.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { type NotHeard, zoneState } from '../../shared/domain/state.ts'
import { NOTICES } from '../../shared/speech/notices.ts'
import { DAY, Hall, REFUSALS_ELSEWHERE, SECOND, smallHall } from './hall.ts'

/** A hall with all counters in zone z1, so that many wait for one loudspeaker. */
const oneZone = (counters = 6) =>
  smallHall({
    counters: Array.from({ length: counters }, (_, at) => ({
      id: String(at + 1),
      label: `Loket ${at + 1}`,
      zone: 'z1',
      services: ['DUKCAPIL.KK', 'DUKCAPIL.KTP', 'BANK.TELLER', 'BANK.CS'],
    })),
  })

class Loud extends Hall {
  speaker(zone: string, connection = 'c1'): this {
    this.do({ type: 'chooseSpeaker', zone, connection, device: `device of ${connection}`, server: 's1' })
    return this
  }

  /** A visitor comes and this counter calls him: the announcement's id. */
  call(counter: string, language: 'id' | 'en' = 'id'): string {
    this.issue(counter === '3' && this.state.configuration.counters.length === 3 ? 'BANK.CS' : 'DUKCAPIL.KK', { language })
    return this.do({ type: 'callNext', counter }).announcementId as string
  }

  recall(counter: string): string {
    return this.do({ type: 'recall', counter }).announcementId as string
  }

  start(zone = 'z1', connection = 'c1'): Extract<BranchEvent, { type: 'announcementStarted' }> | undefined {
    const { events } = this.do({ type: 'startAnnouncement', zone, connection })
    return events.find((event) => event.type === 'announcementStarted')
  }

  end(zone = 'z1', connection = 'c1', why: NotHeard | null = null): void {
    const announcementId = zoneState(this.state, zone).speaking?.id ?? 'none'
    this.do({ type: 'endAnnouncement', zone, announcementId, connection, why })
  }

  /** Starts and ends whatever waits, one after the other. */
  spoken(zone = 'z1', connection = 'c1'): string[] {
    const ids: string[] = []
    for (let next = this.start(zone, connection); next; next = this.start(zone, connection)) {
      ids.push(next.announcementId)
      this.end(zone, connection)
    }
    return ids
  }

  heard(counter: string): string | undefined {
    const announcement = this.counter(counter).announcement
    return announcement ? (announcement.why ?? announcement.state) : undefined
  }
}

const types = ({ events }: { events: readonly BranchEvent[] }) => events.map(({ type }) => type)

describe('who speaks', () => {
  it('ANN1: a zone has one speaker: a second is refused, the same is nothing new', () => {
    const hall = new Loud().speaker('z1')
    expect(hall.refused({ type: 'chooseSpeaker', zone: 'z1', connection: 'c2', device: 'd2', server: 's2' })).toEqual({
      code: 'speaker-there',
      details: { zone: 'z1', device: 'device of c1' },
    })
    const again = { type: 'chooseSpeaker', zone: 'z1', connection: 'c1', device: 'device of c1', server: 's1' } as const
    expect(hall.do(again).events).toEqual([])
    expect(hall.refused({ ...again, zone: 'z9' })).toEqual({ code: 'unknown-zone', details: { zone: 'z9' } })
    hall.do({ type: 'loseSpeaker', zone: 'z1', connection: 'c2', why: 'closed' })
    expect(zoneState(hall.state, 'z1').speaker?.connection).toBe('c1')
    hall.do({ type: 'loseSpeaker', zone: 'z1', connection: 'c1', why: 'closed' })
    hall.speaker('z1', 'c2')
  })

  it('ANN1: nothing begins while something sounds, nor by another connection than the speaker', () => {
    const hall = new Loud(oneZone()).open('1', '2').speaker('z1')
    hall.call('1')
    hall.call('2')
    expect(hall.start('z1', 'c2')).toBeUndefined()
    expect(hall.start()?.announcementId).toBe('z1-1')
    expect(hall.start()).toBeUndefined()
    hall.end('z1', 'c2')
    expect(zoneState(hall.state, 'z1').speaking?.id).toBe('z1-1')
    hall.end()
    expect(hall.start()?.announcementId).toBe('z1-2')
  })

  it('ANN1: a screen that speaks for two zones has one loudspeaker', () => {
    const hall = new Loud().open('1', '3').speaker('z1').speaker('z2')
    hall.call('1')
    hall.call('3')
    expect(hall.start('z1')).toBeDefined()
    expect(hall.start('z2')).toBeUndefined()
    hall.end('z1')
    expect(hall.start('z2')).toBeDefined()
    hall.do({ type: 'loseSpeaker', zone: 'z2', connection: 'c1', why: 'closed' })
    expect(hall.heard('3')).toBe('speaker-lost')
  })

  it('ANN1: a speaker that is better placed takes over between two sentences, not within one', () => {
    const hall = new Loud().open('1').speaker('z1')
    hall.call('1')
    hall.start()
    const replace = { type: 'loseSpeaker', zone: 'z1', connection: 'c1', why: 'replaced' } as const
    expect(hall.do(replace).events).toEqual([])
    hall.end()
    expect(types(hall.do(replace))).toEqual(['speakerLost'])
    expect(hall.heard('1')).toBe('heard')
  })

  it('ANN5: a speaker whose browser wants a touch is told apart from none; a screen that speaks makes that good', () => {
    const hall = new Loud().speaker('z1')
    hall.do({ type: 'loseSpeaker', zone: 'z1', connection: 'c1', why: 'blocked' })
    expect(zoneState(hall.state, 'z1')).toMatchObject({ speaker: null, blocked: 'device of c1' })
    expect(hall.do({ type: 'blockSound', zone: 'z1', device: 'device of c1' }).events).toEqual([])
    hall.do({ type: 'blockSound', zone: 'z1', device: null })
    expect(zoneState(hall.state, 'z1').blocked).toBe(null)
    hall.do({ type: 'blockSound', zone: 'z1', device: 'd2' })
    hall.speaker('z1', 'c3')
    expect(zoneState(hall.state, 'z1').blocked).toBe(null)
    expect(hall.do({ type: 'blockSound', zone: 'z1', device: 'd2' }).events).toEqual([])
    expect(hall.refused({ type: 'blockSound', zone: 'z9', device: 'd2' }).code).toBe('unknown-zone')
  })
})

describe('order', () => {
  it('ANN2: by deadline: a call within 20 s, a recall within 10 s, a message at once; ties in the order of calling', () => {
    const hall = new Loud(oneZone()).open('1', '2', '3', '4').speaker('z1')
    hall.call('1') // due at 20
    hall.call('2')
    const late = hall.call('4')
    hall.after(8 * SECOND)
    hall.call('3') // due at 28
    const recalled = hall.recall('2') // due at 18
    hall.after(8 * SECOND)
    hall.do({ type: 'announce', text: { id: 'Halo', en: 'Hello' }, zones: ['z1'] }) // due at 16
    const message = zoneState(hall.state, 'z1').messages[0]?.id as string
    expect(hall.spoken()).toEqual([message, recalled, 'z1-1', late, 'z1-4'])
  })

  it('ANN2: a newer call of the same counter takes the place of its pending one; what sounds is finished', () => {
    const hall = new Loud(oneZone()).open('1', '2').speaker('z1')
    hall.call('1')
    const newer = hall.call('1')
    expect(pendingIn(hall.state, 'z1').map(({ id }) => id)).toEqual([newer])
    expect(hall.start()?.announcementId).toBe(newer)
    const newest = hall.call('1')
    hall.end()
    expect(hall.heard('1')).toBe('waiting')
    expect(hall.spoken()).toEqual([newest])
    expect(hall.heard('1')).toBe('heard')
  })

  it('ANN2: who has come, gone or been called by mistake is not called any more', () => {
    const hall = new Loud(oneZone()).open('1', '2', '3', '4').speaker('z1')
    for (const counter of ['1', '2', '3', '4']) hall.call(counter)
    hall.do({ type: 'startService', counter: '1' })
    hall.do({ type: 'complete', counter: '2' })
    hall.do({ type: 'undo', counter: '3' })
    expect(hall.heard('1')).toBe('dropped')
    expect(hall.spoken()).toEqual(['z1-4'])
  })

  it('ANN2: while others wait a call has one language, while many wait the short sentence; a recall has all languages', () => {
    const hall = new Loud(oneZone()).open('1', '2', '3', '4', '5').speaker('z1')
    for (const counter of ['1', '2', '3', '4', '5']) hall.call(counter)
    const begun = () => {
      const { languages, form } = hall.start() as NonNullable<ReturnType<Loud['start']>>
      hall.end()
      return `${languages} ${form}`
    }
    expect([begun(), begun(), begun(), begun(), begun()]).toEqual(['id short', 'id short', 'id full', 'id full', 'id,en full'])
    for (const counter of ['1', '2', '3', '4', '5']) hall.recall(counter)
    expect([begun(), begun(), begun()]).toEqual(['id,en short', 'id,en short', 'id,en full'])
  })

  it('a ticket taken in English is always announced in English', () => {
    const hall = new Loud(oneZone()).open('1', '2').speaker('z1')
    hall.call('1', 'en')
    hall.call('2', 'en')
    expect(hall.start()?.languages).toEqual(['en'])
    hall.end()
    expect(hall.start()?.languages).toEqual(['id', 'en'])
    const indonesian = new Loud({ ...oneZone(), languages: ['id'] }).open('1', '2').speaker('z1')
    indonesian.call('1', 'en')
    expect(indonesian.start()?.languages).toEqual(['id', 'en'])
    indonesian.end()
    indonesian.call('1')
    expect(indonesian.start()?.languages).toEqual(['id'])
  })

  it('the chime is short where the last announcement ended less than 1.5 s ago', () => {
    const hall = new Loud(oneZone()).open('1', '2', '3').speaker('z1')
    for (const counter of ['1', '2', '3']) hall.call(counter)
    expect(hall.start()?.chime).toBe('full')
    hall.after(5 * SECOND).end()
    expect(hall.after(SECOND).start()?.chime).toBe('short')
    hall.end()
    expect(hall.after(1500).start()?.chime).toBe('full')
  })

  it('while everything stands still nobody is called, and a text is said all the same', () => {
    const hall = new Loud().open('1').speaker('z1')
    hall.call('1')
    hall.do({ type: 'pauseBranch', reason: 'alarm' })
    expect(hall.start()).toBeUndefined()
    hall.do({ type: 'announcePrepared', notice: NOTICES[0]?.id as string })
    expect(hall.spoken()).toHaveLength(1)
    hall.do({ type: 'resumeBranch' })
    expect(hall.spoken()).toEqual(['z1-1'])
  })
})

describe('once', () => {
  it('ANN3: started and not finished is not repeated, by nobody; the counter sees why', () => {
    for (const [lost, why] of [
      ['closed', 'speaker-lost'],
      ['silent', 'speaker-lost'],
      ['server-gone', 'speaker-lost'],
      ['blocked', 'blocked'],
    ] as const) {
      const hall = new Loud().open('1').speaker('z1')
      hall.call('1')
      hall.start()
      expect(types(hall.do({ type: 'loseSpeaker', zone: 'z1', connection: 'c1', why: lost }))).toEqual(['announcementEnded', 'speakerLost'])
      expect(hall.heard('1')).toBe(why)
      hall.speaker('z1', 'c2')
      expect(hall.start('z1', 'c2')).toBeUndefined()
    }
  })

  it('ANN3: what waited 45 s is shown only, and the counter is told; not before', () => {
    const hall = new Loud().open('1', '3')
    hall.call('1')
    expect(nextExpiryMs(hall.state)).toBe(hall.nowMs + WAIT_LIMIT_MS)
    hall.after(10 * SECOND).call('3')
    hall.after(WAIT_LIMIT_MS - 10 * SECOND - 1)
    expect(hall.do({ type: 'expireAnnouncements' }).events).toEqual([])
    hall.after(1)
    expect(types(hall.do({ type: 'expireAnnouncements' }))).toEqual(['announcementEnded'])
    expect([hall.heard('1'), hall.heard('3')]).toEqual(['expired', 'waiting'])
    expect(nextExpiryMs(hall.state)).toBe(hall.nowMs + 10 * SECOND)
    hall.speaker('z2')
    hall.after(10 * SECOND)
    expect(hall.start('z2')).toBeUndefined()
    expect(hall.heard('3')).toBe('expired')
    expect(nextExpiryMs(hall.state)).toBe(null)
  })

  it('ANN3: a recall is an announcement of its own, with its own limit', () => {
    const hall = new Loud().open('1').speaker('z1')
    hall.call('1')
    hall.after(WAIT_LIMIT_MS).do({ type: 'expireAnnouncements' })
    const again = hall.recall('1')
    expect(hall.heard('1')).toBe('waiting')
    expect(hall.spoken()).toEqual([again])
  })

  it('ANN4: the counter knows how it ended; another connection cannot say so', () => {
    const hall = new Loud().open('1').speaker('z1')
    for (const why of [null, 'failed', 'blocked', 'no-answer'] as const) {
      hall.call('1')
      hall.start()
      expect(hall.counter('1').announcement).toMatchObject({ state: 'speaking', startedAtMs: hall.nowMs, endedAtMs: null })
      hall.after(SECOND).end('z1', 'c2', why)
      expect(hall.heard('1')).toBe('speaking')
      hall.end('z1', 'c1', why)
      expect(hall.heard('1')).toBe(why ?? 'heard')
      expect(hall.counter('1').announcement).toMatchObject({ endedAtMs: hall.nowMs })
    }
  })

  it('what sounds ends properly when its counter has gone on, closed, or the day has turned', () => {
    const since: Readonly<Record<string, (hall: Loud) => void>> = {
      'has completed': (hall) => hall.do({ type: 'complete', counter: '1' }),
      'has called another': (hall) => hall.call('1'),
      'was undone': (hall) => hall.do({ type: 'undo', counter: '1' }),
      'was freed': (hall) => hall.do({ type: 'freeCounter', counter: '1', reason: 'sakit' }),
      'was taken over': (hall) => hall.do({ type: 'openCounter', counter: '1', officer: 'lain', takeOver: true }),
      'sees the day turn': (hall) => hall.after(DAY).do({ type: 'turnDay' }),
    }
    for (const [, change] of Object.entries(since)) {
      const hall = new Loud().open('1').speaker('z1')
      hall.call('1')
      hall.start()
      change(hall)
      expect(zoneState(hall.state, 'z1').speaking?.id).toBe('z1-1')
      hall.end()
      expect(zoneState(hall.state, 'z1').speaking).toBe(null)
      expect(hall.heard('1') === undefined || hall.heard('1') === 'waiting' || hall.heard('1') === 'heard').toBe(true)
    }
  })

  it('the first screen that shows a call is noted, once', () => {
    const hall = new Loud().open('1')
    const announcementId = hall.call('1')
    const show = { type: 'showAnnouncement', announcementId, zone: 'z1', device: 'd1' } as const
    expect(hall.after(50).do(show).events).toMatchObject([{ type: 'announcementShown', counter: '1', device: 'd1' }])
    expect(hall.counter('1').announcement).toMatchObject({ shownAtMs: hall.nowMs, state: 'waiting' })
    expect(hall.do(show).events).toEqual([])
    expect(hall.do({ ...show, announcementId: 'z1-99' }).events).toEqual([])
  })

  it('a screen of another program may say that it spoke a call, in a zone that has no speaker', () => {
    const hall = new Loud().open('1')
    const announcementId = hall.call('1')
    const end = { type: 'endAnnouncement', zone: 'z1', announcementId, connection: 'c9', why: null } as const
    expect(hall.do({ ...end, why: 'failed' }).events).toEqual([])
    hall.speaker('z1')
    expect(hall.do(end).events).toEqual([])
    hall.do({ type: 'loseSpeaker', zone: 'z1', connection: 'c1', why: 'closed' })
    hall.do(end)
    expect(hall.heard('1')).toBe('heard')
    expect(hall.do(end).events).toEqual([])
  })
})

describe('what the supervisor says', () => {
  it('a quiet zone shows its calls and speaks none; what waits is told so; a new day is not quiet', () => {
    const hall = new Loud().open('1', '3').speaker('z1').speaker('z2', 'c2')
    hall.call('1')
    hall.call('3')
    expect(types(hall.do({ type: 'keepQuiet', zones: ['z1'], reason: 'doa' }))).toEqual(['quietChanged', 'announcementEnded'])
    expect([hall.heard('1'), hall.heard('3')]).toEqual(['quiet', 'waiting'])
    expect(hall.do({ type: 'keepQuiet', zones: ['z1'], reason: 'doa' }).events).toEqual([])
    hall.call('1')
    expect(hall.heard('1')).toBe('quiet')
    expect(hall.start()).toBeUndefined()
    hall.do({ type: 'announce', text: { id: 'Halo', en: 'Hello' } })
    expect(zoneState(hall.state, 'z1').messages).toEqual([])
    expect(zoneState(hall.state, 'z2').messages).toHaveLength(1)
    hall.do({ type: 'speakAgain' })
    expect(hall.do({ type: 'speakAgain' }).events).toEqual([])
    hall.call('1')
    expect(hall.spoken()).toEqual(['z1-3'])
    hall.do({ type: 'keepQuiet', reason: 'upacara' })
    hall.after(DAY).do({ type: 'turnDay' })
    expect(zoneState(hall.state, 'z2')).toMatchObject({ quiet: null, messages: [], soundCheck: null, speaker: { connection: 'c2' } })
    expect(hall.refused({ type: 'keepQuiet', zones: ['z9'], reason: 'x' }).code).toBe('unknown-zone')
    expect(hall.refused({ type: 'speakAgain', zones: ['z9'] }).code).toBe('unknown-zone')
  })

  it('a text is on the screens and on the loudspeakers of its zones, under an id that nothing else has', () => {
    const hall = new Loud().speaker('z1')
    const [notice] = NOTICES
    if (!notice) throw new Error('there are prepared texts')
    hall.do({ type: 'announcePrepared', notice: notice.id, zones: ['z1'] })
    hall.do({ type: 'announcePrepared', notice: notice.id })
    expect(hall.state.notice).toEqual({ text: notice.text, zones: null, atMs: hall.nowMs })
    const ids = zoneState(hall.state, 'z1').messages.map(({ id }) => id)
    expect(new Set(ids).size).toBe(2)
    expect(zoneState(hall.state, 'z1').messages[0]).toMatchObject({ kind: 'notice', prepared: notice.id, code: null })
    expect(hall.start()).toMatchObject({ kind: 'notice', announcementId: ids[0], counter: null, languages: ['id', 'en'], form: 'full' })
    hall.end()
    expect(hall.spoken()).toEqual([ids[1]])
    hall.do({ type: 'clearNotice' })
    expect(hall.state.notice).toBe(null)
    expect(hall.do({ type: 'clearNotice' }).events).toEqual([])
    expect(hall.refused({ type: 'announcePrepared', notice: 'none' })).toEqual({ code: 'unknown-notice', details: { notice: 'none' } })
    expect(hall.refused({ type: 'announce', text: { id: 'a', en: 'b' }, zones: ['z9'] }).code).toBe('unknown-zone')
  })

  it('ANN3: a message that waited 45 s is dropped', () => {
    const hall = new Loud()
    hall.do({ type: 'announce', text: { id: 'Halo', en: 'Hello' }, zones: ['z1'] })
    hall.after(WAIT_LIMIT_MS).do({ type: 'expireAnnouncements' })
    expect(zoneState(hall.state, 'z1').messages).toEqual([])
    expect(hall.speaker('z1').start()).toBeUndefined()
  })

  it('a sound check is heard when its code is typed in; only the newest counts; it sounds where it is quiet, too', () => {
    const hall = new Loud()
    const check = { type: 'checkSound', zone: 'z1', code: '407' } as const
    const confirm = { type: 'confirmSound', zone: 'z1', code: '407' } as const
    expect(hall.refused(check)).toEqual({ code: 'no-speaker', details: { zone: 'z1' } })
    expect(hall.refused({ ...check, zone: 'z9' }).code).toBe('unknown-zone')
    hall.speaker('z1')
    expect(hall.refused(confirm)).toEqual({ code: 'no-sound-check', details: { zone: 'z1' } })
    expect(hall.refused({ ...confirm, zone: 'z9' }).code).toBe('unknown-zone')
    hall.do({ type: 'keepQuiet', reason: 'doa' })
    hall.do({ ...check, code: '111' })
    hall.do(check)
    expect(hall.start()).toMatchObject({ kind: 'soundCheck' })
    hall.end()
    expect(hall.start()).toBeUndefined()
    expect(hall.refused({ ...confirm, code: '111' })).toEqual({ code: 'wrong-code', details: { zone: 'z1' } })
    expect(zoneState(hall.state, 'z1').soundCheck?.heard).toBe(null)
    hall.do(confirm)
    expect(zoneState(hall.state, 'z1').soundCheck).toMatchObject({ heard: true, code: '407' })
    expect(hall.do(confirm).events).toEqual([])
  })
})

it('a zone that is taken out of the configuration loses its speaker as any other, and chooses none', () => {
  const hall = new Loud().open('1').speaker('z2')
  hall.do({ type: 'announce', text: { id: 'Halo', en: 'Hello' }, zones: ['z2'] })
  const { zones, counters } = smallHall()
  hall.do({ type: 'configureBranch', configuration: smallHall({ zones: zones.slice(0, 1), counters: counters.slice(0, 2) }) })
  hall.after(WAIT_LIMIT_MS).do({ type: 'expireAnnouncements' })
  expect(zoneState(hall.state, 'z2').messages).toEqual([])
  hall.do({ type: 'loseSpeaker', zone: 'z2', connection: 'c1', why: 'replaced' })
  expect(hall.refused({ type: 'chooseSpeaker', zone: 'z2', connection: 'c1', device: 'd', server: 's' }).code).toBe('unknown-zone')
})

it('an event of an older server, which spoke no texts, is read as one', () => {
  const hall = new Hall()
  const old = { type: 'textAnnounced', text: { id: 'Halo', en: 'Hello' }, atMs: hall.nowMs, by: 'test' } as unknown as BranchEvent
  expect(evolveAll(hall.state, [old]).notice).toEqual({ text: { id: 'Halo', en: 'Hello' }, zones: null, atMs: hall.nowMs })
})

afterAll(() => {
  expect(REFUSALS_ELSEWHERE.announcing.filter((code) => !Hall.seen.has(code))).toEqual([])
})
