import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hallOf, openHall, type TestHall, until } from './hall.ts'
import { Loudspeaker } from './loudspeaker.ts'
import { Officer, snapshotOf } from './officer.ts'

describe('smoke', () => {
  let hall: TestHall
  beforeAll(async () => {
    hall = await openHall(hallOf(3), 1, 'here')
  })
  afterAll(() => hall.close())
  test('one call is spoken and heard', async () => {
    const screen = new Loudspeaker(hall.urls[0] as string, { branch: 'hall', token: await hall.display() })
    const officer = new Officer(hall.urls[0] as string, 'hall', '1', await hall.officer('petugas-1'))
    await snapshotOf(officer.socket)
    await officer.command({ type: 'openCounter' })
    await until(() => screen.room.view?.zones[0]?.sound === 'ok')
    await hall.issue()
    const t = performance.now()
    await officer.callNext()
    console.log('answered', performance.now() - t)
    await until(() => screen.said.length === 1)
    console.log('said', (screen.said[0]?.atMs ?? 0) - t, JSON.stringify(screen.said))
    await until(async () => (await hall.events()).at(-1)?.event.type === 'announcementEnded')
    console.log(JSON.stringify((await hall.events()).slice(-6), null, 1))
    expect(1).toBe(1)
    officer.close()
    screen.close()
  })
})
