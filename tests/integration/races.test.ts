import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Room } from '../../shared/client/room.ts'
import { RECENT_CALLS } from '../../shared/domain/state.ts'
import { type BoardEvent, type BoardView, type CommandReply, foldBoard } from '../../shared/protocol/wire.ts'
import { hallOf, openHall, type TestHall, until } from './hall.ts'
import { connect, Officer, snapshotOf } from './officer.ts'

describe('two servers, one branch, real Redis', () => {
  let hall: TestHall
  const officers: Officer[] = []

  beforeAll(async () => {
    hall = await openHall(hallOf(20), 2, 'here')
    for (let counter = 1; counter <= 20; counter++) {
      const token = await hall.officer(`petugas-${counter}`)
      const officer = new Officer(hall.urls[counter % 2] as string, 'hall', String(counter), token)
      officers.push(officer)
      await snapshotOf(officer.socket)
      expect(await officer.command({ type: 'openCounter' })).toMatchObject({ ok: true })
    }
  })
  afterAll(async () => {
    for (const officer of officers) officer.close()
    await hall.close()
  })

  test('TICKET1 TICKET2 numbers are gap-free, one for each key, from two servers at once', async () => {
    const keys = Array.from({ length: 500 }, (_, index) => `kiosk-${index}`)
    const issued = await Promise.all(keys.flatMap((key) => [hall.issue(key, ['B.KK'], 0), hall.issue(key, ['B.KK'], 1)]))
    const numbers = new Map<string, Set<string>>()
    issued.forEach(({ status, body }, index) => {
      expect(status).toBe(201)
      const key = keys[Math.floor(index / 2)] as string
      numbers.set(key, (numbers.get(key) ?? new Set()).add(`${body.ticket.number} ${body.ticket.id}`))
    })
    for (const each of numbers.values()) expect(each.size).toBe(1)
    const all = [...numbers.values()].map(([...each]) => each[0]?.split(' ')[0]).sort()
    expect(all).toEqual(Array.from({ length: 500 }, (_, index) => `B-${String(index + 1).padStart(3, '0')}`))
  })

  test('CALL1 CALL2 ORDER2 20 counters call one queue of 500 at once, each command sent twice: 500 calls, no ticket twice, first come first served', async () => {
    const calledBy: { number: string; revision: number }[] = []
    await Promise.all(
      officers.map(async (officer) => {
        for (;;) {
          const id = officer.nextId()
          const press = { type: 'callNext', current: officer.current }
          const [first, second] = await Promise.all([officer.command(press, id), officer.command(press, id)])
          expect(second).toEqual(first)
          if (!first.ok) throw new Error(first.error.code)
          const { ticket, revision } = first as CommandReply
          officer.current = ticket?.id ?? null
          if (!ticket) return
          calledBy.push({ number: ticket.number, revision })
        }
      }),
    )
    expect(calledBy.length).toBe(500)
    expect(new Set(calledBy.map(({ number }) => number)).size).toBe(500)
    const inOrder = [...calledBy].sort((a, b) => a.revision - b.revision).map(({ number }) => number)
    expect(inOrder).toEqual([...inOrder].sort())
    // The log of either server tells the same.
    const [a, b] = [await hall.events(0), await hall.events(1)]
    expect(b).toEqual(a)
    expect(a.map(({ revision }) => revision)).toEqual(a.map((_, index) => index + 1))
    expect(a.flatMap(({ event }) => (event.type === 'ticketCalled' ? [event.ticket.number] : []))).toEqual(inOrder)
  })

  test('CALL3 a double click calls one visitor', async () => {
    const officer = officers[0] as Officer
    for (let n = 0; n < 2; n++) await hall.issue()
    const press = { type: 'callNext', current: officer.current }
    const [first, second] = await Promise.all([officer.command(press), officer.command(press)])
    expect(first).toMatchObject({ ok: true })
    expect(second).toMatchObject({ ok: false, error: { code: 'stale-view', retry: false } })
    officer.current = first.ok ? (first.ticket?.id ?? null) : null
    const live = await hall.api<{ queues: { service: string; waiting: number }[] }>('GET', '/branches/hall/live', undefined, {
      token: hall.admin,
    })
    expect(live.body.queues.find(({ service }) => service === 'B.KK')?.waiting).toBe(1)
  })

  test('CALL2 the same command id with another body, or from another officer, is refused', async () => {
    const [one, two] = officers as [Officer, Officer]
    const id = one.nextId()
    const answer = await one.command({ type: 'recall', current: one.current }, id)
    expect(await one.command({ type: 'callNext', current: one.current }, id)).toMatchObject({ ok: false, error: { code: 'id-reused' } })
    expect(await two.command({ type: 'recall', current: one.current }, id)).toMatchObject({ ok: false, error: { code: 'id-reused' } })
    expect(await one.command({ type: 'recall', current: one.current }, id)).toEqual(answer)
  })

  test('TICKET3 a quota of 50 is exact when two servers are asked 120 times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 120 }, (_, index) => hall.issue(`few-${index}`, ['B.FEW'], index % 2)))
    expect(answers.filter(({ status }) => status === 201).length).toBe(50)
    const refused = answers.filter(({ status }) => status !== 201)
    for (const { status, body } of refused) expect([status, body.code]).toEqual([409, 'quota-used'])
  })

  test('AUTH2 an officer can do nothing at a counter that another has open; taking it over is explicit and the other is told', async () => {
    const [one, two] = officers as [Officer, Officer]
    const token = await hall.officer('pengganti')
    const intruder = new Officer(hall.urls[1] as string, 'hall', two.counter, token)
    await snapshotOf(intruder.socket)
    expect(await intruder.command({ type: 'callNext', current: two.current })).toMatchObject({
      ok: false,
      error: { code: 'not-at-counter' },
    })
    expect(await intruder.command({ type: 'openCounter' })).toMatchObject({ ok: false, error: { code: 'counter-open-elsewhere' } })
    // What other servers committed a moment ago may still be on its way to this officer: his own counter's news may not be the first.
    const told = new Promise<void>((resolve) => {
      two.socket.on('event', ({ event }: { event: { changes: { officer?: string } } }) => {
        if (event.changes.officer === 'pengganti') resolve()
      })
    })
    expect(await intruder.command({ type: 'openCounter', takeOver: true })).toMatchObject({ ok: true })
    await told
    expect(await two.command({ type: 'callNext', current: two.current })).toMatchObject({ ok: false, error: { code: 'not-at-counter' } })
    intruder.close()
    expect(one.counter).not.toBe(two.counter)
  })

  test('SYNC1 a board on the other server has each call within a second', async () => {
    const token = await hall.display()
    const boards = hall.urls.map((url) => {
      const socket = connect(url, 'board', { branch: 'hall', token })
      const room = new Room<BoardView, BoardEvent>({
        fold: (view, event) => foldBoard(view, event, RECENT_CALLS),
        send: (own) => void socket.emit('resync', own),
        nowMs: 0,
      })
      room.onConnect(0)
      socket.on('snapshot', (snapshot) => room.onSnapshot(snapshot, performance.now()))
      socket.on('event', (event) => room.onEvent(event, performance.now()))
      socket.on('tick', (tick) => room.onTick(tick, performance.now()))
      return { socket, room }
    })
    await until(() => boards.every(({ room }) => room.view !== null))
    for (let n = 0; n < 10; n++) {
      await hall.issue()
      const officer = officers[n % 2 === 0 ? 3 : 4] as Officer
      const { ticket } = await officer.callNext()
      const pressedMs = performance.now()
      await until(() => boards.every(({ room }) => room.view?.calls[0]?.ticket.number === ticket?.number), 1000)
      expect(performance.now() - pressedMs).toBeLessThan(1000)
    }
    const truth = await hall.api<BoardView>('GET', '/branches/hall/board', undefined, { token })
    await until(() => boards.every(({ room }) => JSON.stringify(room.view?.waiting) === JSON.stringify(truth.body.waiting)), 1000)
    for (const { socket } of boards) socket.disconnect()
  })
})
