import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkBackup } from '../../server/backup/checkBackup.ts'
import type { BoardView } from '../../shared/protocol/wire.ts'
import { until } from '../integration/hall.ts'
import { Loudspeaker } from '../integration/loudspeaker.ts'
import { Officer } from '../integration/officer.ts'
import { type Kind, ServedHall } from './servedHall.ts'

/**
 * The restore drill: a backup while officers call, more calls, then the machine is gone with its store; the backup is put into an empty
 * folder, also of another kind of store, and the hall goes on.
 */
const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

const DRILLS: readonly (readonly [Kind, Kind])[] = [
  ['redis', 'embedded'],
  ['embedded', 'redis'],
  ['external', 'external'],
]

test.each(DRILLS)(
  'LOSS1 SYNC2 AUTH1 CALL2 ANN3 the restore drill: from %s into an empty %s store',
  async (from, to) => {
    const hall = await ServedHall.open(from)
    open.push(hall)
    await hall.start()
    const admin = await hall.signIn('admin')
    const officers: Officer[] = []
    for (const counter of ['1', '2', '3', '4']) {
      const officer = new Officer(hall.url, 'hall', counter, await hall.officer(`petugas-${counter}`, admin))
      open.push(officer)
      officers.push(officer)
      expect(await officer.command({ type: 'openCounter' })).toMatchObject({ ok: true })
    }
    const { body: device } = await hall.api<{ token: string }>('POST', '/branches/hall/devices', { kind: 'display', name: 'Layar' }, admin)
    const screen = new Loudspeaker(hall.url, { branch: 'hall', token: device.token })
    open.push(screen)
    await until(() => screen.room.view !== null)
    mkdirSync(join(hall.dataDir, 'media', 'hall'), { recursive: true })
    const picture = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7919) % 251))
    writeFileSync(join(hall.dataDir, 'media', 'hall', 'gambar.png'), picture)

    let isOver = false
    const issued = new Map<string, { number: string; atMs: number }>()
    let calls = 0
    const visitor = async (name: string) => {
      for (let at = 0; !isOver; at++) {
        const { status, body } = await hall.issue(`${name}-${at}`, admin)
        expect(status).toBe(201)
        issued.set(`${name}-${at}`, { number: body.ticket.number, atMs: performance.now() })
      }
    }
    const work = async (officer: Officer) => {
      while (!isOver) if ((await officer.callNext()).ticket) calls++
    }
    const all = Promise.all([visitor('a'), visitor('b'), ...officers.map(work)])
    const more = async () => {
      const before = calls
      await until(() => calls >= before + 40)
    }
    await more()
    await until(() => screen.said.length > 0)
    const beganMs = performance.now()
    const folder = join(hall.dir, 'backups')
    const told = await hall.backup(folder)
    expect(told).toMatchObject({ code: 0, errors: '' })
    expect(told.out).toMatch(/^Saved hall \(revision \d+, .* kB in \d+\.\d s, while the server runs, to /)
    await more()
    isOver = true
    await all
    const log = await hall.events(admin)

    const path = join(folder, readdirSync(folder)[0] as string)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const { head, state } = (await checkBackup(path)).branches[0] as Awaited<ReturnType<typeof checkBackup>>['branches'][number]
    expect(head.revision).toBeLessThan(log.length)
    expect(head.revision).toBeGreaterThan(0)

    const epochBefore = screen.room.position?.epoch
    const saidBefore = screen.said.length
    await hall.kill()
    await hall.moveTo(to)
    const restored = await hall.restore(path)
    expect(restored).toMatchObject({ code: 0, errors: '' })
    expect(restored.out).toContain('WOULD BE GIVEN AGAIN')
    await hall.start()

    // Sessions, the screen's own token, and passwords open what they opened before.
    const logAfter = await hall.events(admin)
    await hall.signIn('petugas-3')
    expect(logAfter.slice(0, head.revision)).toEqual(log.slice(0, head.revision))
    expect(new Set(logAfter.slice(head.revision).map(({ event }) => event.by))).toEqual(new Set(['system']))
    expect(readFileSync(join(hall.dataDir, 'media', 'hall', 'gambar.png')).equals(picture)).toBe(true)

    // The screen comes by itself, learns that it is another epoch, and shows the truth within a second.
    await until(() => screen.room.position !== null && screen.room.position.epoch !== epochBefore && screen.room.connected)
    const cameMs = performance.now()
    const truth = await hall.api<BoardView>('GET', '/branches/hall/board', undefined, device.token)
    await until(() => JSON.stringify(screen.view.calls) === JSON.stringify(truth.body.calls), 1000)
    expect(screen.view.waiting).toEqual(truth.body.waiting)
    expect(performance.now() - cameMs).toBeLessThan(1000)

    // CALL2 TICKET2: who asks again under an old id gets the old answer, although it was given on another store.
    const known = new Set([...state.tickets.values()].map(({ number }) => number))
    const [key, old] = [...issued].find(([, { number, atMs }]) => known.has(number) && atMs < beganMs) as [string, { number: string }]
    expect((await hall.issue(key, admin)).body.ticket.number).toBe(old.number)

    // Nobody gets a number that may be in somebody's hands already, until a person has looked.
    expect(await hall.issue('new', admin)).toMatchObject({ status: 409, body: { code: 'service-closed' } })
    const supervise = (command: object) =>
      hall.api('POST', '/branches/hall/commands', { commandId: `c-${performance.now()}`, ...command }, admin)
    expect((await supervise({ type: 'resumeBranch' })).status).toBe(200)
    const next = `B-${String((state.series['B'] ?? 0) + 1).padStart(3, '0')}`
    expect((await hall.issue('newer', admin)).body.ticket.number).toBe(next)

    // Nothing old is spoken: the first that sounds is a call that was made just now.
    const officer = new Officer(hall.url, 'hall', '1', await hall.signIn('petugas-1'))
    open.push(officer)
    officer.current = state.counters['1']?.ticket ?? null
    await until(async () =>
      (await hall.events(admin)).some(({ revision, event }) => revision > head.revision && event.type === 'speakerChosen'),
    )
    const { announcementId } = await officer.callNext()
    // Behind those of before: a number of an announcement that was lost may come again.
    await until(() => screen.said.slice(saidBefore).some((each) => each.announcementId === announcementId))
    expect(screen.said.slice(saidBefore).map((each) => each.announcementId)).toEqual([announcementId])
  },
  120_000,
)

test('DAY3 more than one backup: over data that is there only by force, and what it replaced can be taken back', async () => {
  const hall = await ServedHall.open('external')
  open.push(hall)
  await hall.start()
  const admin = await hall.signIn('admin')
  await hall.issue('1', admin)
  const folder = join(hall.dir, 'backups')
  expect((await hall.backup(folder)).code).toBe(0)
  const path = join(folder, readdirSync(folder)[0] as string)
  await hall.issue('2', admin)

  const used = await hall.restore(path, '--force')
  expect(used).toMatchObject({ code: 1, out: '' })
  expect(used.errors).toContain('Stop it first')
  await hall.stop()
  const there = await hall.restore(path)
  expect(there).toMatchObject({ code: 1, out: '' })
  expect(there.errors).toContain('--force')
  const wrong = await hall.restore(path, '--force', '--issued', 'X=9')
  expect(wrong.errors).toContain('prefix X')
  expect((await hall.restore(path, '--force', '--issued', 'B=0')).errors).toContain('up to B-001')

  expect(await hall.restore(path, '--force', '--issued', 'B=4')).toMatchObject({ code: 0, errors: '' })
  await hall.start()
  // B-002 to B-004 are in somebody's hands.
  expect((await hall.issue('3', admin)).body.ticket.number).toBe('B-005')
  await hall.stop()

  const replaced = readdirSync(hall.dataDir).find((name) => name.startsWith('replaced-')) as string
  const back = await hall.restore(join(hall.dataDir, replaced, 'redis.backup'), '--force', '--issued', 'none')
  expect(back).toMatchObject({ code: 0, errors: '' })
  await hall.start()
  expect((await hall.issue('2', admin)).body.ticket.number).toBe('B-002')
  expect((await hall.issue('4', admin)).body.ticket.number).toBe('B-003')
}, 120_000)
