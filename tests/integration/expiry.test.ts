import { expect, test } from 'vitest'
import { openHall, until } from './hall.ts'
import { Stage, twoZones } from './stage.ts'

/** Takes as long as the limit: in a file of its own, so that others run beside it. */
test('ANN3 nobody speaks: after 45 s the call is shown only, and its counter is told', async () => {
  const hall = await openHall(twoZones(), 1, 'here')
  const stage = new Stage(hall)
  const officer = await stage.officer('1')
  const states: (string | undefined)[] = []
  officer.socket.on('event', ({ event }) => 'announcement' in event.changes && states.push(event.changes.announcement?.why))
  const id = await stage.call(officer)
  const madeMs = performance.now()
  await until(() => states.at(-1) === 'expired', 60_000)
  expect(performance.now() - madeMs).toBeGreaterThan(44_900)
  expect(performance.now() - madeMs).toBeLessThan(47_000)
  const late = await stage.screen('a')
  await stage.speaks(late)
  const next = await stage.call(officer)
  await stage.ends(next, null)
  expect(late.said.map(({ announcementId }) => announcementId)).toEqual([next])
  await stage.ends(id, 'expired')
  stage.leave()
  await hall.close()
}, 70_000)
