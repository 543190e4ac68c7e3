import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { CommandType } from '../../shared/domain/commands.ts'
import { decide } from '../../shared/domain/decide.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolve, evolveAll, indexed } from '../../shared/domain/evolve.ts'
import { invariants } from '../../shared/domain/invariants.ts'
import { type BranchState, counterState, emptyBranch } from '../../shared/domain/state.ts'
import { LogChecker } from '../simulation/checker.ts'
import { COMMAND_TYPES, commandOf, day, HALLS, type Step } from './arbitraries.ts'
import { MORNING } from './hall.ts'
import { Loudspeakers } from './loudspeakers.ts'
import { Model, type Moment } from './model.ts'

const accepted = new Map<CommandType, number>()
let outsiders = 0
const refused = new Map<string, number>()
const count = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)

/** So that a decision that writes into the state it was given throws. */
function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const each of Object.values(value)) deepFreeze(each)
  return value
}

function frozen(state: BranchState): BranchState {
  for (const ticket of state.tickets.values()) deepFreeze(ticket)
  return deepFreeze(state)
}

/** The state in plain JSON, the derived queues included. */
const plain = (state: BranchState): unknown => ({
  ...state,
  tickets: [...state.tickets.values()],
  queues: Object.fromEntries(Object.entries(state.queues).map(([name, queue]) => [name, [...queue.entries()]])),
  arrivals: Object.fromEntries(Object.entries(state.arrivals).map(([name, queue]) => [name, [...queue.entries()]])),
  held: Object.fromEntries(Object.entries(state.held).map(([name, tickets]) => [name, [...tickets.entries()]])),
})

interface Played {
  readonly state: BranchState
  readonly log: readonly BranchEvent[]
}

function play(hall: (typeof HALLS)[number], steps: readonly Step[]): Played {
  let nowMs = MORNING
  let state = emptyBranch(hall)
  const log: BranchEvent[] = []
  const model = new Model(hall)
  const loudspeakers = new Loudspeakers(hall)
  const lastSteps = new Map<string, Moment>()
  const first = decide(state, { type: 'configureBranch', configuration: hall }, { nowMs, by: 'test' })
  if (!first.ok) throw new Error('a new branch is configured')
  state = frozen(evolveAll(state, first.events))
  log.push(...first.events)

  steps.forEach((dice, serial) => {
    nowMs += dice.passesMs
    const command = deepFreeze(commandOf(state, dice, serial))
    const context = { nowMs, by: 'test' }
    const time = Math.max(Math.floor(nowMs), state.atMs)
    const expected = command.type === 'callNext' ? model.next(command.counter) : null
    const before = state
    const decision = decide(state, command, context)
    // The same question has the same answer (CALL2), as far as anybody can see.
    expect(decide(state, command, context)).toEqual(decision)
    if (!decision.ok) {
      count(refused, decision.rejection.code)
      return
    }
    if (decision.events.length > 0 || command.type === 'callNext') count(accepted, command.type)

    const ticketId = decision.accepted.ticketId ?? null
    if (command.type === 'callNext') {
      expect(ticketId, 'ORDER1, ORDER2: the model calls another').toBe(expected)
      const why = ticketId === null ? null : decision.events.find((event) => event.type === 'ticketCalled')?.why
      expect(why?.outOfOrder ?? false, 'ORDER4').toBe(false)
    }

    if (command.type === 'undo') {
      const undone = decision.events.find((event) => event.type === 'stepUndone')
      expect(undone).toBeDefined()
      const moment = lastSteps.get(command.counter)
      expect(moment, 'an undo of a step that the model has not seen').toBeDefined()
      if (moment) model.undo(command.counter, moment, (counter) => counterState(before, counter).state === 'closed')
      lastSteps.delete(command.counter)
    } else {
      let moment: Moment | null = null
      if ('counter' in command && command.type !== 'recall' && decision.events.length > 0) {
        const ids = decision.events.flatMap((event) =>
          'ticketId' in event ? [event.ticketId] : event.type === 'ticketCalled' ? [event.ticket.id] : [],
        )
        if (ids.length > 0) moment = model.moment(command.counter, [...new Set(ids)])
        if (moment) lastSteps.set(command.counter, moment)
      }
      const issued = decision.events.find((event) => event.type === 'ticketIssued') ?? null
      if (decision.events.length > 0) model.accept(command, ticketId, time, issued)
      if (moment) model.done(moment)
    }

    for (const event of decision.events) {
      // As a store and a wire would carry it: nothing that JSON can't say.
      const carried = deepFreeze(JSON.parse(JSON.stringify(event)) as BranchEvent)
      expect(carried).toEqual(event)
      expect(event.atMs).toBeGreaterThanOrEqual(state.atMs)
      expect(event.by).toBe('test')
      log.push(carried)
      const next = evolve(state, carried)
      expect(next.revision).toBe(state.revision + 1)
      state = next
    }
    state = frozen(state)
    expect(invariants(state)).toEqual([])
    const told = decision.events.flatMap((event) => {
      if (event.type === 'announcementStarted') return [`begun ${event.announcementId}`]
      return event.type === 'announcementEnded' ? [`ended ${event.announcementId} ${event.why}`] : []
    })
    expect(told, 'ANN1, ANN2, ANN3: the plain loudspeakers do otherwise').toEqual(
      loudspeakers.accept(command, decision.events, state, time),
    )
    for (const visitor of model.visitors) {
      const ticket = state.tickets.get(visitor.id)
      if (!ticket) throw new Error(`DAY2 ${visitor.id} disappeared`)
      const { stop, readyAtMs, dueAtMs, entry } = ticket
      expect({ stop, readyAtMs, dueAtMs, entry, here: ticket.state === 'called' || ticket.state === 'serving' }).toEqual({
        stop: visitor.stop,
        readyAtMs: visitor.readyAtMs,
        dueAtMs: visitor.dueAtMs,
        entry: visitor.entry,
        here: visitor.state === 'here',
      })
    }
    // Only the configuration, and the branch's own day, may be touched by what is not about tickets: nothing gets lost on the way.
    if (command.type !== 'turnDay') for (const id of before.tickets.keys()) expect(state.tickets.has(id)).toBe(true)
  })
  return { state, log }
}

describe('the core, over random days', () => {
  it('keeps every invariant after each step, refuses without a trace, decides purely, and calls whom a plain model calls', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HALLS), day, (hall, steps) => {
        const { state, log } = play(hall, steps)
        // SYNC4, DAY3: the log alone gives the state; and what is derived is what the tickets say.
        const again = evolveAll(emptyBranch(hall), log)
        expect(plain(again)).toEqual(plain(state))
        expect(plain(indexed(state, state.tickets.values()))).toEqual(plain(state))
        // The simulator's outsider, which counts everything again from the log alone, finds nothing either. It knows of no changed targets.
        if (log.filter(({ type }) => type === 'branchConfigured').length === 1) {
          const outsider = new LogChecker()
          outsider.read(log.map((event, index) => ({ revision: index + 1, event })))
          expect(outsider.broken).toEqual([])
          outsiders += 1
        }
        // TICKET1 over the whole log: no gap, no repetition, ascending, in each series of each day; numbers written on paper stand beside them.
        const series = new Map<string, number>()
        for (const event of log) {
          if (event.type !== 'ticketIssued' || event.isWritten) continue
          const [prefix, digits] = event.ticket.number.split('-') as [string, string]
          const last = series.get(`${event.day}/${prefix}`) ?? 0
          expect(Number(digits)).toBe(last + 1)
          series.set(`${event.day}/${prefix}`, last + 1)
        }
      }),
      { numRuns: 1000 },
    )
  }, 60_000)

  afterAll(() => {
    // A run in which nothing was accepted would pass, too.
    for (const type of COMMAND_TYPES) expect(accepted.get(type) ?? 0, `${type} was accepted`).toBeGreaterThan(20)
    expect(refused.size).toBeGreaterThan(20)
    expect(outsiders).toBeGreaterThan(100)
    console.info('accepted', Object.fromEntries(accepted), 'refused', Object.fromEntries(refused))
  })
})
