import { z } from 'zod'
import { indexOf } from '../../../shared/domain/configuration.ts'
import { refuse } from '../../auth/outcome.ts'
import { daySheet, dayWaiting } from '../../branch/day.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

export const dayRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/day',
    name: 'day',
    who: 'supervise',
    summary: 'The day: hours with breaks, what is open and until when, quotas, who can still be served, and how the day before ended',
    params: Schema.BranchPath,
    replies: { 200: { description: 'As of now', schema: Schema.DaySheet } },
    handler: ({ runtime }) => reply(200, daySheet(runtime.state, runtime.nowMs())),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/day/waiting',
    name: 'dayWaiting',
    who: 'supervise',
    summary: 'Who waits or is on hold, in order, and whether he can still be served today: whom `closeService` and `closeDay` concern',
    params: Schema.BranchPath,
    query: z.object({ service: z.string().min(1).max(65).optional().describe('Of this service alone; of all where absent') }),
    replies: { 200: { description: 'As of now', schema: Schema.DayWaiting } },
    refusals: ['unknown-service'],
    handler({ query: { service }, runtime }) {
      const { state } = runtime
      if (service !== undefined && !indexOf(state.configuration).services.has(service)) return refuse('unknown-service')
      return reply(200, dayWaiting(state, runtime.nowMs(), service === undefined ? null : [service]))
    },
  }),
]
