import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { decide } from '../../shared/domain/decide.ts'
import { evolve, evolveAll } from '../../shared/domain/evolve.ts'
import { type BranchState, currentService, emptyBranch, queueKey, type Ticket } from '../../shared/domain/state.ts'
import { type Before, whyBefore } from '../../shared/story/before.ts'
import { type Story, type StoryDay, storyOf, ticketsNumbered } from '../../shared/story/story.ts'
import { ticketNumber } from '../../shared/story/ticketNumber.ts'
import { commandOf, HALLS, day as randomSteps, type Step } from '../domain/arbitraries.ts'
import { MORNING } from '../domain/hall.ts'

/** A random hall's days, each as it would be recorded, with the state that it left (before its turn). */
function play(hall: (typeof HALLS)[number], steps: readonly Step[]): { readonly day: StoryDay; readonly left: BranchState }[] {
  let nowMs = MORNING
  let state = emptyBranch(hall)
  const first = decide(state, { type: 'configureBranch', configuration: hall }, { nowMs, by: 'test' })
  if (!first.ok) throw new Error('a new branch is configured')
  state = evolveAll(state, first.events)
  const days: { day: StoryDay; left: BranchState }[] = []
  let opening = state
  let events: { revision: number; event: StoryDay['events'][number]['event'] }[] = []
  steps.forEach((dice, serial) => {
    nowMs += dice.passesMs
    const decision = decide(state, commandOf(state, dice, serial), { nowMs, by: 'test' })
    if (!decision.ok) return
    for (const event of decision.events) {
      const before = state
      state = evolve(state, event)
      events.push({ revision: state.revision, event })
      if (event.type === 'dayTurned') {
        days.push({ day: { day: before.day, opening, events }, left: before })
        opening = state
        events = []
      }
    }
  })
  return [...days, { day: { day: state.day, opening, events }, left: state }]
}

const plays = fc.record({ hall: fc.constantFrom(...HALLS), steps: randomSteps })
const met = new Map<string, number>()
const meet = (kind: string): void => void met.set(kind, (met.get(kind) ?? 0) + 1)

/** What a story says that became of its ticket, from its lines alone. */
function endOf({ lines }: Story): string {
  let state = ''
  for (const line of lines)
    switch (line.kind) {
      case 'issued':
      case 'carriedIn':
      case 'moved':
      case 'returned':
      case 'carriedOver':
        state = 'waiting'
        break
      case 'called':
      case 'missed':
      case 'held':
      case 'cancelled':
        state = { called: 'called', missed: 'noShow', held: 'onHold', cancelled: 'cancelled' }[line.kind]
        break
      case 'started':
      case 'resumed':
        state = 'serving'
        break
      case 'completed':
        state = line.next ? 'waiting' : 'completed'
        break
      case 'undone':
        state = line.state
        break
    }
  return state
}

describe('a ticket’s story', () => {
  test('every number of every random day has one, which ends as the state says and tells each of its calls', () => {
    fc.assert(
      fc.property(plays, ({ hall, steps }) => {
        for (const { day, left } of play(hall, steps))
          for (const ticket of left.tickets.values()) {
            const story = storyOf(day, ticket.number)
            expect(story?.ticketId).toBe(ticket.id)
            if (!story) return
            expect(endOf(story)).toBe(ticket.state)
            expect(story.state).toBe(ticket.state)
            expect(story.lastNumber).toBe(ticket.number)
            expect(story.service).toBe(currentService(ticket))
            for (const line of story.lines) meet(line.kind)
            expect(story.lines.map(({ revision }) => revision)).toEqual(
              [...story.lines.map(({ revision }) => revision)].sort((a, b) => a - b),
            )
            const calls = story.lines.filter(({ kind }) => kind === 'called')
            expect(calls).toHaveLength(
              day.events.filter(({ event }) => event.type === 'ticketCalled' && event.ticket.id === ticket.id).length,
            )
            const undone = new Set(day.events.flatMap(({ event }) => (event.type === 'stepUndone' ? event.withdrawn : [])))
            const kept = day.events.filter(
              ({ event }) => event.type === 'ticketCalled' && event.ticket.id === ticket.id && !undone.has(event.announcementId),
            )
            expect(calls.filter((line) => line.kind === 'called' && !line.isUndone).map(({ revision }) => revision)).toEqual(
              kept.map(({ revision }) => revision),
            )
            // The last stretch of waiting is for what it waits for now, and as long as the state says where nobody moved it.
            const last = story.stops[story.stops.length - 1]
            expect(last?.service).toBe(currentService(ticket))
            if (!story.lines.some(({ kind }) => kind === 'moved')) expect(last?.readyAtMs).toBe(ticket.readyAtMs)
          }
      }),
      { numRuns: 300 },
    )
  })

  test('a number that was not given that day has none; one that was carried over is found with and without its day', () => {
    const steps = fc.sample(plays, { numRuns: 400, seed: 7 })
    let carried = 0
    for (const { hall, steps: dice } of steps) {
      if (hall.atDayEnd !== 'carryOver') continue
      for (const { day } of play(hall, dice)) {
        expect(storyOf(day, 'Z-999')).toBeNull()
        for (const ticket of day.opening.tickets.values()) {
          expect(ticketsNumbered(day, ticket.number)).toEqual([ticket.id])
          const plain = ticket.number.split('/')[0] as string
          const own = day.events.some(({ event }) => event.type === 'ticketIssued' && event.ticket.number === plain)
          if (own) expect(ticketsNumbered(day, plain)).not.toContain(ticket.id)
          else expect(ticketsNumbered(day, plain)).toContain(ticket.id)
          carried += 1
        }
      }
    }
    expect(carried).toBeGreaterThan(0)
  })

  test('numbers as people type them', () => {
    for (const [typed, number] of [
      ['b12', 'B-012'],
      [' B-12 ', 'B-012'],
      ['b-1000', 'B-1000'],
      ['b-t5', 'B-T05'],
      ['bt5', 'B-T05'],
      ['AB-007/19', 'AB-007/19'],
      ['b 7 / 9', 'B-007/9'],
      ['12', null],
      ['Budi', null],
      ['', null],
    ] as const)
      expect([typed, ticketNumber(typed)]).toEqual([typed, number])
  })
})

interface Call {
  /** The ticket that the same press ended. */
  readonly ended: string | null
  readonly revision: number
  readonly atMs: number
  readonly before: BranchState
}

/** Calls that were not taken back, straight from the log. */
function callsOf({ opening, events }: StoryDay, id: string): Call[] {
  const undone = new Set(events.flatMap(({ event }) => (event.type === 'stepUndone' ? event.withdrawn : [])))
  const calls: Call[] = []
  let state = opening
  for (const { revision, event } of events) {
    if (event.type === 'ticketCalled' && event.ticket.id === id && !undone.has(event.announcementId))
      calls.push({ ended: event.ended, revision, atMs: event.atMs, before: state })
    state = evolve(state, event)
  }
  return calls
}

function checkBefore(day: StoryDay, asked: Ticket, other: Ticket, told: Before): void {
  const calls = callsOf(day, other.id)
  // Who is next is chosen before the one at the counter ends: it did not wait yet.
  const stateThen = ({ before, ended }: Call) => (ended === asked.id ? 'serving' : before.tickets.get(asked.id)?.state)
  const { kind } = told.answer
  meet(kind)
  const wasPassed = calls.some((call) => stateThen(call) === 'waiting')
  const PASSED = [
    'direct',
    'waitedForNextDay',
    'otherCounter',
    'wasSent',
    'paused',
    'movedForward',
    'movedBack',
    'class',
    'arrival',
    'target',
  ]
  expect([kind, PASSED.includes(kind)]).toEqual([kind, wasPassed])
  if (kind === 'neverCalled') {
    expect(calls).toEqual([])
    return
  }
  const passed = calls.filter((each) => stateThen(each) === 'waiting').pop()
  if (kind === 'beforeArrival') expect(calls.every(({ before }) => !before.tickets.has(asked.id))).toBe(true)
  // Not one of its calls was before the first of the one that asks.
  if (kind === 'calledAfter')
    expect(calls.filter(({ before }) => before.tickets.has(asked.id))[0]?.revision).toBeGreaterThan(
      Math.min(...callsOf(day, asked.id).map(({ revision }) => revision)),
    )
  if (kind === 'takenBack')
    expect(callsOf(day, asked.id).some(({ atMs, revision }) => atMs <= (told.atMs ?? 0) && revision < (calls[0]?.revision ?? 0))).toBe(
      false,
    )
  if (passed) expect(told.atMs).toBe(passed.atMs)
  if (passed && ['movedForward', 'movedBack', 'class', 'arrival', 'target'].includes(kind)) {
    // Both could have been called there, and ORDER1 chose the other.
    const [ours, theirs] = [passed.before.tickets.get(asked.id) as Ticket, passed.before.tickets.get(other.id) as Ticket]
    expect(queueKey(theirs) < queueKey(ours)).toBe(true)
    if (kind === 'class') expect(theirs.class).not.toBe(ours.class)
    if (kind === 'arrival') expect(theirs.readyAtMs).toBeLessThanOrEqual(ours.readyAtMs)
    if (kind === 'class' || kind === 'target') expect(told.other.targetMinutes).toBeLessThan(told.asked.targetMinutes)
  }
}

describe('why was that one before me', () => {
  test('the answer fits the order in which the two were really called, over random days', () => {
    fc.assert(
      fc.property(plays, fc.nat(), fc.nat(), ({ hall, steps }, one, two) => {
        for (const { day, left } of play(hall, steps)) {
          const tickets = [...left.tickets.values()]
          const asked = tickets[one % Math.max(1, tickets.length)]
          const other = tickets[two % Math.max(1, tickets.length)]
          if (!asked || !other || asked.id === other.id) continue
          const told = whyBefore(day, asked.number, other.number)
          expect(told).not.toBeNull()
          if (told) checkBefore(day, asked, other, told)
        }
      }),
      { numRuns: 1500 },
    )
  })
})

afterAll(() => {
  const missing = [
    ...['issued', 'carriedIn', 'handed', 'called', 'recalled', 'started', 'completed', 'missed', 'held', 'resumed', 'moved', 'returned'],
    ...['released', 'reclassified', 'retargeted', 'cancelled', 'carriedOver', 'undone'],
    ...['neverCalled', 'calledAfter', 'beforeArrival', 'hadMissed', 'wasHeld', 'hadEnded', 'direct', 'otherCounter', 'class', 'arrival'],
  ].filter((kind) => !met.has(kind))
  expect(missing, 'nothing that is told was never met').toEqual([])
})
