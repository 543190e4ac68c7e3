import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Room } from '../../shared/client/room.ts'
import { RECENT_CALLS } from '../../shared/domain/state.ts'
import { type BoardEvent, type BoardView, foldBoard } from '../../shared/protocol/wire.ts'
import { hallOf, openHall, type TestHall, until } from './hall.ts'
import { connect, Officer } from './officer.ts'

/**
 * LOSS1 under load: officers call and kiosks issue without pause while the server and Redis are killed, one after the other. Whoever got
 * an answer must find it in the log; whoever got none asks again under the same id until he has one.
 */
describe('SIGKILL under load', () => {
  let hall: TestHall
  beforeAll(async () => {
    hall = await openHall(hallOf(4), 1, 'processes')
  })
  afterAll(() => hall.close())

  test('LOSS1 TICKET1 CALL2 SYNC2 AUTH1 three kills of server and Redis lose nothing acknowledged, and a screen comes back to the truth by itself', async () => {
    const officers: Officer[] = []
    for (let counter = 1; counter <= 4; counter++) {
      const officer = new Officer(hall.urls[0] as string, 'hall', String(counter), await hall.officer(`petugas-${counter}`))
      officers.push(officer)
      expect(await officer.command({ type: 'openCounter' })).toMatchObject({ ok: true })
    }
    const token = await hall.display()
    const socket = connect(hall.urls[0] as string, 'board', { branch: 'hall', token })
    const board = new Room<BoardView, BoardEvent>({
      fold: (view, event) => foldBoard(view, event, RECENT_CALLS),
      send: (own) => void socket.emit('resync', own),
      nowMs: performance.now(),
    })
    socket.on('connect', () => board.onConnect(performance.now()))
    socket.on('disconnect', () => board.onDisconnect(performance.now()))
    socket.on('snapshot', (snapshot) => board.onSnapshot(snapshot, performance.now()))
    socket.on('event', (event) => board.onEvent(event, performance.now()))
    socket.on('tick', (tick) => board.onTick(tick, performance.now()))

    let isOver = false
    const issued = new Map<string, string>()
    const called: { counter: string; number: string; revision: number }[] = []
    const kiosk = async (name: string) => {
      for (let n = 0; !isOver; n++) {
        const key = `${name}-${n}`
        // Again and again under the same key, as a kiosk does whose answer did not come.
        await until(async () => {
          const answer = await hall.issue(key).catch(() => null)
          if (answer?.status !== 201) return false
          issued.set(key, answer.body.ticket.number)
          return true
        })
      }
    }
    const work = async (officer: Officer) => {
      while (!isOver) {
        const { ticket, revision } = await officer.callNext()
        if (ticket) called.push({ counter: officer.counter, number: ticket.number, revision })
      }
    }
    const all = Promise.all([kiosk('a'), kiosk('b'), kiosk('c'), ...officers.map(work)])
    const more = async () => {
      const before = called.length
      await until(() => called.length >= before + 40)
    }

    await more()
    await hall.killServer(0)
    await hall.startServer(0)
    await more()
    await hall.redis.kill()
    await hall.redis.restart()
    await more()
    await Promise.all([hall.killServer(0), hall.redis.kill()])
    await hall.redis.restart()
    await hall.startServer(0)
    await more()
    isOver = true
    await all

    const events = await hall.events()
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index + 1))
    const numbers = events.flatMap(({ event }) => (event.type === 'ticketIssued' ? [event.ticket.number] : []))
    // No key without its number, no number that nobody holds, no gap.
    expect([...issued.values()].sort()).toEqual([...numbers].sort())
    expect([...numbers].sort()).toEqual(Array.from({ length: numbers.length }, (_, index) => `B-${String(index + 1).padStart(3, '0')}`))
    const calls = events.flatMap(({ event }) =>
      event.type === 'ticketCalled' ? [{ counter: event.counter.id, number: event.ticket.number }] : [],
    )
    expect(new Set(calls.map(({ number }) => number)).size).toBe(calls.length)
    // Every call was learnt of by the officer who made it, once.
    const key = ({ counter, number }: { counter: string; number: string }) => `${counter} ${number}`
    expect(called.map(key).sort()).toEqual(calls.map(key).sort())

    await until(() => board.view?.calls[0]?.ticket.number === calls.at(-1)?.number)
    const truth = await hall.api<BoardView>('GET', '/branches/hall/board', undefined, { token })
    await until(() => JSON.stringify(board.view?.waiting) === JSON.stringify(truth.body.waiting))
    expect(board.contact).toBe('live')
    socket.disconnect()
    for (const officer of officers) officer.close()
  }, 120_000)
})
