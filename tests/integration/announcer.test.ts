import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { CounterView } from '../../shared/protocol/wire.ts'
import { openHall, type TestHall, until } from './hall.ts'
import { Loudspeaker } from './loudspeaker.ts'
import type { Officer } from './officer.ts'
import { expectNoOverlap, Stage, twoZones } from './stage.ts'

describe('one server', () => {
  let hall: TestHall
  let stage: Stage
  beforeAll(async () => {
    hall = await openHall(twoZones(), 1, 'here')
    stage = new Stage(hall)
  })
  afterEach(async () => {
    stage.leave()
    await until(async () => (await stage.speaker('a')) === null && (await stage.speaker('b')) === null)
  })
  afterAll(() => hall.close())

  test('ANN1 ANN2 ANN4 a call is shown, then spoken once by one of three screens, and its counter knows at once that it was heard', async () => {
    const screens = [await stage.screen(), await stage.screen(), await stage.screen()]
    await until(() => screens.every((screen) => screen.view.zones[0]?.sound === 'ok'))
    const officer = await stage.officer('1')
    const changes: CounterView['announcement'][] = []
    officer.socket.on('event', ({ event }) => 'announcement' in event.changes && changes.push(event.changes.announcement))
    const id = await stage.call(officer)
    await stage.ends(id, null)
    const [said, ...others] = screens.flatMap((screen) => screen.said)
    expect(others).toEqual([])
    expect(said).toMatchObject({ announcementId: id, zone: 'a', kind: 'call', chime: 'full' })
    expect(said?.sentences.map(({ language }) => language)).toEqual(['id', 'en'])
    expect(said?.sentences[0]?.text).toMatch(/^Nomor antrean B nol .*, silakan menuju loket satu$/)
    expect(said?.sentences[0]?.tokens.length).toBeGreaterThan(4)
    await until(() => changes.at(-1)?.state === 'heard')
    expect(performance.now() - (said?.endedMs as number)).toBeLessThan(2000)
    const log = await stage.events('announcementShown', 'announcementStarted', 'announcementEnded')
    expect(log.filter((event) => event.announcementId === id && event.type === 'announcementShown')).toHaveLength(1)
    await until(() => screens.every((screen) => screen.view.zones[0]?.speaking === null))
  })

  test('ANN1 ANN2 four counters call at once: one after the other, none left out, the newest of each counter only', async () => {
    const slowly = (screen: Loudspeaker) => {
      screen.lengthMs = 800
    }
    const screens = [await stage.screen(undefined, 0, slowly), await stage.screen('a', 0, slowly)]
    // The screen that stands in this zone alone speaks for it.
    await stage.speaks(screens[1] as Loudspeaker)
    const officers = await Promise.all(['1', '2', '3', '4'].map((counter) => stage.officer(counter)))
    const blocker = await stage.call(officers[0] as Officer)
    const superseded = await stage.call(officers[1] as Officer)
    const calls = [
      await stage.call(officers[1] as Officer),
      await stage.call(officers[2] as Officer),
      await stage.call(officers[3] as Officer),
    ]
    const recall = await officers[3]?.command({ type: 'recall', current: officers[3].current })
    const recalled = recall?.ok ? (recall.announcementId as string) : ''
    expect(await stage.end(blocker), 'all were called while the first was spoken').toBe(undefined)
    for (const id of [blocker, calls[0] as string, calls[1] as string, recalled]) await stage.ends(id, null)
    expectNoOverlap(screens)
    const order = screens.flatMap((screen) => screen.said).map(({ announcementId }) => announcementId)
    expect(order).toEqual([blocker, recalled, calls[0], calls[1]])
    expect(order).not.toContain(superseded)
  })

  test('ANN3 ANN5 a socket that closes in the middle: not heard, not repeated, and another screen goes on with the next', async () => {
    const first = await stage.screen('a', 0, (screen) => {
      screen.lengthMs = null
    })
    await stage.speaks(first)
    const second = await stage.screen('a')
    const [one, two] = [await stage.officer('1'), await stage.officer('2')]
    const broken = await stage.call(one)
    const next = await stage.call(two)
    await until(() => first.said.length === 1)
    first.close()
    await stage.ends(broken, 'speaker-lost', 600)
    await stage.ends(next, null)
    expect(second.said.map(({ announcementId }) => announcementId)).toEqual([next])
    await stage.speaks(second)
  })

  test('ANN5 a speaker that gives no sign of life for 5 s is lost, not earlier, and another speaks', async () => {
    const deaf = await stage.screen('a', 0, (screen) => {
      screen.lengthMs = null
    })
    await stage.speaks(deaf)
    const other = await stage.screen('a')
    const officer = await stage.officer('1')
    deaf.answersTicks = false
    const broken = await stage.call(officer)
    await until(() => deaf.said.length === 1)
    const lastSignMs = performance.now()
    await until(async () => (await stage.events('speakerLost')).at(-1)?.why === 'silent', 10_000)
    expect(performance.now() - lastSignMs).toBeGreaterThan(5000)
    await stage.ends(broken, 'speaker-lost')
    await stage.speaks(other)
    // It hears of it, and is back as one that doesn't speak.
    await until(() => deaf.socket.connected)
    const next = await stage.call(officer)
    await stage.ends(next, null)
    expect(other.said.map(({ announcementId }) => announcementId)).toEqual([next])
    expectNoOverlap([deaf, other])
  }, 20_000)

  test('ANN4 a screen that does not answer an order is not waited for: after 2 s the next one speaks', async () => {
    const mute = await stage.screen('a', 0, (screen) => {
      screen.answersOrders = false
    })
    await stage.speaks(mute)
    const other = await stage.screen()
    const officer = await stage.officer('1')
    const id = await stage.call(officer)
    await until(() => mute.said.length === 1)
    const toldMs = performance.now()
    await stage.ends(id, 'no-answer', 4000)
    expect(performance.now() - toldMs).toBeGreaterThan(1900)
    await stage.speaks(other)
    // It stands in the zone alone, and is passed over all the same for a while.
    await until(() => mute.socket.connected)
    const next = await stage.call(officer)
    await stage.ends(next, null)
    expect(other.said.map(({ announcementId }) => announcementId)).toEqual([next])
  })

  test('ANN4 a screen that never says that it has ended: the counter knows less than 2 s after the end that it told of', async () => {
    const screen = await stage.screen('a', 0, (each) => {
      each.answersOrders = false
    })
    await stage.speaks(screen)
    const officer = await stage.officer('1')
    const id = await stage.call(officer)
    await until(() => screen.said.length === 1)
    screen.report(id, 'speaking', { durationMs: 300 })
    const endMs = performance.now() + 300
    await stage.ends(id, 'no-answer')
    expect(performance.now() - endMs).toBeLessThan(2000)
  })

  test('a blocked browser is told to all, speaks as soon as it is touched, and what it could not say counts as not heard', async () => {
    const screen = await stage.screen('a', 0, (each) => {
      each.lengthMs = null
    })
    await stage.speaks(screen)
    const officer = await stage.officer('1')
    const id = await stage.call(officer)
    await until(() => screen.said.length === 1)
    screen.tell('blocked')
    await stage.ends(id, 'blocked')
    await until(() => screen.view.zones[0]?.sound === 'blocked')
    // Switched off on purpose it does not wait for a touch.
    screen.tell('off')
    await until(() => screen.view.zones[0]?.sound === 'none')
    screen.tell('blocked')
    await until(() => screen.view.zones[0]?.sound === 'blocked')
    screen.tell('ready')
    await until(() => screen.view.zones[0]?.sound === 'ok')
  })

  test('one screen for two zones never speaks over itself; a screen of a zone alone takes it over, between two sentences', async () => {
    const wide = await stage.screen(undefined, 0, (screen) => {
      screen.lengthMs = 300
    })
    await stage.speaks(wide, 'a')
    await stage.speaks(wide, 'b')
    const [one, five] = [await stage.officer('1'), await stage.officer('5')]
    const [first, second] = [await stage.call(one), await stage.call(five)]
    await until(() => wide.said.length === 1)
    const narrow = await stage.screen('b')
    await stage.ends(first, null)
    await stage.ends(second, null)
    await stage.speaks(narrow, 'b')
    await stage.speaks(wide, 'a')
    expectNoOverlap([wide])
    const third = await stage.call(five)
    await stage.ends(third, null)
    expect(narrow.said.map(({ announcementId }) => announcementId)).toContain(third)
  })

  test('quiet zones, texts and sound checks; only a display speaks, and nonsense from it harms nobody', async () => {
    const screen = await stage.screen('a')
    await stage.speaks(screen)
    const watcher = new Loudspeaker(hall.urls[0] as string, { branch: 'hall', token: hall.admin })
    await until(() => watcher.room.view !== null)
    for (const nonsense of [null, 7, 'x', [], {}, { state: 'loud' }, { announcementId: 'a-1', status: 'spoken', more: 1 }]) {
      screen.socket.emit('sound', nonsense)
      screen.socket.emit('announcement', nonsense)
      watcher.socket.emit('sound', nonsense)
    }
    const officer = await stage.officer('1')
    expect(await stage.supervise({ type: 'keepQuiet', zones: ['a'], reason: 'doa' })).toEqual({ ok: true })
    await until(() => screen.view.zones[0]?.sound === 'quiet')
    const answer = await stage.call(officer)
    expect(await stage.supervise({ type: 'speakAgain' })).toEqual({ ok: true })
    expect(await stage.supervise({ type: 'announce', text: { id: 'Parkir penuh', en: 'Parking is full' }, zones: ['a'] })).toEqual({
      ok: true,
    })
    expect(await stage.supervise({ type: 'announcePrepared', notice: 'closing', zones: ['a'] })).toEqual({ ok: true })
    expect(await stage.supervise({ type: 'checkSound', zone: 'b' })).toEqual({ ok: false, code: 'no-speaker' })
    expect(await stage.supervise({ type: 'checkSound', zone: 'a' })).toEqual({ ok: true })
    await until(() => screen.said.length === 3)
    expect(screen.said.map(({ kind, sentences }) => [kind, sentences[0]?.tokens.slice(0, 1)])).toEqual([
      ['notice', undefined],
      ['notice', ['T:closing']],
      ['soundCheck', ['P:soundCheck']],
    ])
    expect(screen.said.map(({ announcementId }) => announcementId)).not.toContain(answer)
    const check = (await stage.events('soundCheckStarted')).at(-1)
    expect(check?.code).toMatch(/^\d{3}$/)
    expect(await stage.supervise({ type: 'confirmSound', zone: 'a', code: check?.code === '000' ? '001' : '000' })).toEqual({
      ok: false,
      code: 'wrong-code',
    })
    expect(await stage.supervise({ type: 'confirmSound', zone: 'a', code: check?.code })).toEqual({ ok: true })
    expect(screen.view.notice?.zones).toEqual(['a'])
    expect(watcher.said).toEqual([])
    watcher.close()
    const metrics = await (await fetch(`${hall.urls[0]}/metrics`)).text()
    expect(metrics).toMatch(/panggil_announcements_total\{branch="hall",outcome="heard"\} \d+/)
    expect(metrics).toMatch(/panggil_sound_latency_seconds_count\{branch="hall"\} \d+/)
  })
})

test('SYNC3 ANN5 while the store hangs no screen hears a tick, so none passes off what it knows as true; then the speaker goes on', async () => {
  const hall = await openHall(twoZones(), 1, 'here')
  const stage = new Stage(hall)
  const screen = await stage.screen('a')
  await stage.speaks(screen)
  const officer = await stage.officer('1')
  await until(() => screen.lastTickMs > 0)
  hall.redis.hang()
  await until(() => performance.now() - screen.lastTickMs > 6000, 10_000)
  hall.redis.goOn()
  await stage.ends(await stage.call(officer), null)
  expect(screen.said).toHaveLength(1)
  expect(await stage.events('speakerLost')).toEqual([])
  stage.leave()
  await hall.close()
}, 40_000)

describe('two servers', () => {
  let hall: TestHall
  let stage: Stage
  beforeAll(async () => {
    hall = await openHall(twoZones(), 2, 'processes')
    stage = new Stage(hall)
  })
  afterAll(async () => {
    stage.leave()
    await hall.close()
  })

  test('ANN1 ANN3 ANN5 one speaker over both; its server is killed: no other within 5 s of its last tick, nothing repeated', async () => {
    const officer = await stage.officer('1', 1)
    const here = await stage.screen('a', 0)
    await stage.speaks(here)
    const there = await stage.screen('a', 1)
    for (let n = 0; n < 5; n++) await stage.ends(await stage.call(officer), null)
    expect([here.said.length, there.said.length]).toEqual([5, 0])
    // Heard of through the other server all the same.
    await until(() => there.view.zones[0]?.sound === 'ok' && there.view.zones[0].speaking === null)

    here.lengthMs = null
    const broken = await stage.call(officer)
    await until(() => here.said.length === 6)
    const { lastTickMs } = here
    await hall.killServer(0)
    const waiting = await stage.call(officer)
    await stage.ends(waiting, null, 15_000)
    // The last tick that the screen had came after the last beat.
    expect((there.said[0]?.atMs ?? 0) - lastTickMs).toBeGreaterThan(5000)
    expect(there.said.map(({ announcementId }) => announcementId)).toEqual([waiting])
    await stage.ends(broken, 'speaker-lost')
    expect((await stage.events('speakerLost')).at(-1)?.why).toBe('server-gone')
    expectNoOverlap([here, there])

    // Back again, it leaves the zone to whoever speaks there.
    await hall.startServer(0)
    await until(() => here.socket.connected, 20_000)
    await stage.ends(await stage.call(officer), null)
    expect(there.said).toHaveLength(2)
    expect(here.said).toHaveLength(6)
  }, 60_000)

  test('ANN3 ANN5 a server that is stopped gives its speakers up at once; what sounded counts as not heard', async () => {
    stage.leave()
    await until(async () => (await stage.speaker()) === null)
    const officer = await stage.officer('1', 1)
    const here = await stage.screen('a', 0, (screen) => {
      screen.lengthMs = null
    })
    await stage.speaks(here)
    const there = await stage.screen('a', 1)
    const broken = await stage.call(officer)
    await until(() => here.said.length === 1)
    const stopped = hall.stopServer(0)
    await stage.ends(broken, 'speaker-lost', 2000)
    await stage.speaks(there, 'a', 2000)
    const next = await stage.call(officer)
    await stage.ends(next, null, 2000)
    expect(there.said.map(({ announcementId }) => announcementId)).toEqual([next])
    expectNoOverlap([here, there])
    await stopped
  })
})
