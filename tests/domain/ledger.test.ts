import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openLedger, serviceSecondsOf, waitSecondsOf } from '../../server/reports/ledger.ts'
import { decide } from '../../shared/domain/decide.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolve } from '../../shared/domain/evolve.ts'
import { emptyBranch } from '../../shared/domain/state.ts'
import { recount, serviceOf, waitOf } from '../reports/recount.ts'
import { commandOf, day, HALLS } from './arbitraries.ts'
import { MORNING } from './hall.ts'

let undone = 0
let stops = 0

/** A random day or two, kept by the ledger while it happens: what each day's ledger says at its end. */
function kept(hall: (typeof HALLS)[number], steps: readonly Parameters<typeof commandOf>[1][]) {
  let nowMs = MORNING
  let state = emptyBranch(hall)
  let ledger: ReturnType<typeof openLedger> | null = null
  const log: BranchEvent[] = []
  const days: { day: string; visits: unknown[] }[] = []
  const take = (command: Parameters<typeof decide>[1]) => {
    const decision = decide(state, command, { nowMs, by: command.type === 'turnDay' ? 'system' : 'test' })
    if (!decision.ok) return
    for (const event of decision.events) {
      ledger ??= openLedger({ ...state, day: (event as { day: string }).day })
      const before = state
      state = evolve(before, event)
      log.push(event)
      ledger.apply({ before, event, state })
      if (event.type === 'stepUndone') undone += 1
      if (event.type !== 'dayTurned') continue
      days.push({ day: ledger.day, visits: told(ledger) })
      ledger = openLedger(state)
    }
  }
  take({ type: 'configureBranch', configuration: hall })
  steps.forEach((dice, serial) => {
    nowMs += dice.passesMs
    take(commandOf(state, dice, serial))
  })
  if (ledger) days.push({ day: (ledger as ReturnType<typeof openLedger>).day, visits: told(ledger) })
  return { log, days }
}

const byId = <T extends { readonly id: string }>(visits: T[]): T[] => visits.sort((a, b) => (a.id < b.id ? -1 : 1))

const told = (ledger: ReturnType<typeof openLedger>) =>
  byId(
    ledger.visits().map((visit) => ({
      id: visit.ticketId,
      class: visit.class,
      isCarriedIn: visit.isCarriedIn,
      stops: visit.stops.map((stop, at) => [
        stop.service,
        stop.end,
        stop.outcome,
        stop.counter,
        stop.officer,
        visit.isCarriedIn && at === 0 ? null : waitSecondsOf(stop),
        serviceSecondsOf(stop),
      ]),
    })),
  )

describe('the ledger of a day', () => {
  it('says of random days what a recount of their raw events says: undone steps leave no trace', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HALLS), day, (hall, steps) => {
        const { log, days } = kept(hall, steps)
        const again = recount(log.map((event, at) => ({ revision: at + 1, atMs: event.atMs, event })))
        expect(days).toEqual(
          again.map((each) => ({
            day: each.day,
            visits: byId(
              each.visits.map((visit) => ({
                id: visit.id,
                class: visit.class,
                isCarriedIn: visit.isCarriedIn,
                stops: visit.stops.map((stop, at) => [
                  stop.service,
                  stop.end,
                  stop.outcome,
                  stop.counter,
                  stop.officer,
                  visit.isCarriedIn && at === 0 ? null : waitOf(stop),
                  serviceOf(stop),
                ]),
              })),
            ),
          })),
        )
        stops += days.flatMap(({ visits }) => visits).length
      }),
      { numRuns: 3000 },
    )
    expect(undone).toBeGreaterThan(100)
    expect(stops).toBeGreaterThan(1000)
  }, 60_000)
})
