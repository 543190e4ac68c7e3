import { expect, test } from 'vitest'
import { boardEvent, boardView, counterChange, counterView, joinBoardEvents, liveChange, liveView } from '../../server/branch/views.ts'
import { nextFor } from '../../shared/domain/order.ts'
import { RECENT_CALLS } from '../../shared/domain/state.ts'
import { type BoardEvent, foldBoard, foldCounter, foldLive } from '../../shared/protocol/wire.ts'
import { anyCommand, chance, newBranch, perform, START_MS } from './randomHall.ts'

const SEEDS = 150
const STEPS = 120
const ZONES = [null, ['a'], ['b'], ['a', 'b']] as const
const fold = (view: ReturnType<typeof boardView>, event: BoardEvent) => foldBoard(view, event, RECENT_CALLS)
/** The view as it arrives: JSON. */
const wire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/** Every event of many random days, with the state before and after. */
function* randomDays() {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = chance(seed)
    let state = newBranch()
    let nowMs = START_MS
    for (let step = 0; step < STEPS; step++) {
      nowMs += random.below(60_000) * (random.below(80) === 0 ? 1500 : 1)
      for (const applied of perform(state, anyCommand(state, random), nowMs)) {
        yield { seed, step, ...applied }
        state = applied.state
      }
    }
  }
}

test('law of /board: folding each event gives the view at its revision, for every zone', () => {
  const seen = new Set<string>()
  for (const { seed, step, before, event, state } of randomDays()) {
    for (const zones of ZONES) {
      const sent = boardEvent(before, event, state, zones)
      const folded = sent ? fold(wire(boardView(before, zones)), wire(sent)) : boardView(before, zones)
      expect(wire(folded), `seed ${seed} step ${step} ${event.type} zones ${zones}`).toEqual(wire(boardView(state, zones)))
      if (sent) seen.add(event.type)
    }
  }
  const usual = ['ticketIssued', 'ticketCalled', 'ticketRecalled', 'stepUndone', 'dayTurned', 'branchConfigured', 'counterClosed']
  const loudspeakers = ['speakerChosen', 'speakerLost', 'soundBlocked', 'quietChanged', 'announcementStarted', 'announcementEnded']
  const others = ['ticketMissed', 'textAnnounced', 'noticeCleared']
  for (const type of [...usual, ...loudspeakers, ...others]) expect(seen, `the random days must contain ${type}`).toContain(type)
  // That a screen shows a call is the officer's to know.
  for (const type of ['announcementShown', 'soundChecked']) expect(seen).not.toContain(type)
}, 60_000)

test('joined board events do what they do one by one', () => {
  let joinedOnes = 0
  for (const zones of ZONES) {
    let pending: { from: ReturnType<typeof boardView>; event: BoardEvent; seed: number } | null = null
    for (const { seed, before, event, state } of randomDays()) {
      const sent = boardEvent(before, event, state, zones)
      if (!sent) continue
      const joined: BoardEvent | null = pending && pending.seed === seed ? joinBoardEvents(pending.event, sent) : null
      if (joined && pending) {
        joinedOnes += 1
        expect(wire(fold(wire(pending.from), wire(joined)))).toEqual(wire(boardView(state, zones)))
        pending = { from: pending.from, event: joined, seed }
      } else pending = { from: boardView(before, zones), event: sent, seed }
    }
  }
  expect(joinedOnes).toBeGreaterThan(1000)
}, 60_000)

test('law of /supervisor and /counter: folding the difference gives the later view', () => {
  let changes = 0
  for (const { seed, step, before, state } of randomDays()) {
    const live = liveChange(liveView(before), liveView(state))
    if (live) {
      expect(wire(foldLive(wire(liveView(before)), wire(live))), `seed ${seed} step ${step}`).toEqual(wire(liveView(state)))
      changes += 1
    } else expect({ ...liveView(state), atMs: 0, queues: [] }).toEqual({ ...liveView(before), atMs: 0, queues: [] })
    for (const id of ['1', '2', '3']) {
      const from = counterView(before, id)
      const to = counterView(state, id)
      if (!from || !to) throw new Error('the branch has these counters')
      const change = counterChange(from, to)
      expect(wire(change ? foldCounter(wire(from), wire(change)) : from)).toEqual(wire(to))
      // ORDER1: who is shown as next is who will be called.
      const counter = state.configuration.counters.find((each) => each.id === id)
      expect(to.upcoming[0]?.number).toBe(counter && nextFor(state, counter)?.number)
      expect(to.upcoming.length).toBeLessThanOrEqual(5)
    }
  }
  expect(changes).toBeGreaterThan(1000)
}, 60_000)

test('PRIV1 a board says nothing of a ticket but its number', () => {
  const fields = ['announcementId', 'atMs', 'caption', 'counter', 'kind', 'language', 'sequence', 'service', 'ticket', 'zone']
  let calls = 0
  let step = 0
  for (const { state } of randomDays()) {
    if (step++ % 40 !== 0) continue
    const view = boardView(state, null)
    const board = JSON.stringify(view)
    for (const ticket of state.tickets.values()) expect(board.includes(`"${ticket.id}"`)).toBe(false)
    expect(board).not.toContain('officer-')
    for (const call of view.calls) {
      expect(Object.keys(call).sort()).toEqual(fields)
      expect(Object.keys(call.ticket)).toEqual(['number'])
      calls += 1
    }
  }
  expect(calls).toBeGreaterThan(100)
})
