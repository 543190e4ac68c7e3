import { randomBytes, randomUUID } from 'node:crypto'
import { openRedisStore } from '../../server/store/redisStore.ts'
import type { Command } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { decide } from '../../shared/domain/decide.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { evolveAll } from '../../shared/domain/evolve.ts'
import { emptyBranch } from '../../shared/domain/state.ts'

export const AGENCY = 'BENCH'
const SERVICES = ['A', 'B', 'C', 'D'] as const
export const serviceCodes: readonly string[] = SERVICES.map((id) => `${AGENCY}.${id}`)

/** A hall with as many counters; each serves everything, so that any of them calls whoever waits longest. */
export function benchBranch(id: string, counters: number): BranchConfiguration {
  return {
    id,
    name: { id: `Aula ukur ${id}`, en: `Measured hall ${id}` },
    timeZone: 'Asia/Makassar',
    languages: ['id', 'en'],
    hours: 'always',
    zones: [{ id: 'hall', name: { id: 'Aula', en: 'Hall' } }],
    classes: [{ id: 'priority', name: { id: 'Prioritas', en: 'Priority' }, targetMinutes: 10 }],
    agencies: [
      {
        id: AGENCY,
        name: { id: 'Dinas Ukur', en: 'Office of Measures' },
        short: 'Ukur',
        prefix: 'B',
        services: SERVICES.map((service) => ({
          id: service,
          name: { id: `Layanan ${service}`, en: `Service ${service}` },
          averageMinutes: 10,
          targetMinutes: 30,
        })),
      },
    ],
    counters: Array.from({ length: counters }, (_, at) => ({
      id: String(at + 1),
      label: `Loket ${at + 1}`,
      zone: 'hall',
      services: serviceCodes,
    })),
    journeys: [],
  }
}

/** In one commit: a hall's server takes fewer, but here nobody waits for an answer. */
const AT_ONCE = 500
/** One in so many has priority. */
const PRIORITY_EACH = 10

/**
 * Takes this many tickets in a branch, which is made where there is none. The core decides each, and the store commits them in batches; a
 * server of its own as far as the store is concerned, so that a running one hears of them.
 */
export async function takeTickets(redisSocket: string, configuration: BranchConfiguration, count: number): Promise<void> {
  const store = await openRedisStore(redisSocket)
  try {
    const branchId = configuration.id
    const known = await store.load(branchId)
    let epoch = known?.epoch ?? ''
    let state = known?.state ?? emptyBranch(configuration)
    const commit = async (commands: readonly Command[]): Promise<void> => {
      const before = state
      const events: BranchEvent[] = []
      for (const command of commands) {
        const decision = decide(state, command, { nowMs: store.nowMs(), by: 'bench' })
        if (!decision.ok) throw new Error(`${command.type} was refused: ${decision.rejection.code}`)
        events.push(...decision.events)
        state = evolveAll(state, decision.events)
      }
      const answer = { commandId: `bench-${randomUUID()}`, fingerprint: '', answer: '{}', events }
      const { status } = await store.commit({ branchId, epoch, revision: before.revision, before, after: state, answers: [answer] })
      if (status !== 'committed') throw new Error(`the store says ${status}`)
    }
    if (!known) {
      await commit([{ type: 'configureBranch', configuration }])
      epoch = (await store.load(branchId))?.epoch as string
    }
    for (let taken = 0; taken < count; taken += AT_ONCE)
      await commit(
        Array.from({ length: Math.min(AT_ONCE, count - taken) }, (_, at) => ({
          type: 'issueTicket',
          ticketId: randomBytes(16).toString('base64url'),
          services: [serviceCodes[at % serviceCodes.length] as string],
          ...(at % PRIORITY_EACH === 0 ? { class: 'priority' } : {}),
        })),
      )
  } finally {
    await store.close()
  }
}
