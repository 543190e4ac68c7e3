import { Readable } from 'node:stream'
import { z } from 'zod'
import { refuse } from '../../auth/outcome.ts'
import { DayPath } from '../reportSchemas.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

export const historyRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/days',
    name: 'days',
    who: 'supervise',
    summary: 'Closed days whose single tickets are kept, oldest first',
    params: Schema.BranchPath,
    replies: { 200: { description: 'Business days, `YYYY-MM-DD`', schema: z.object({ today: z.string(), days: z.array(z.string()) }) } },
    handler: async ({ runtime, services }) => reply(200, { today: runtime.state.day, days: await services.history.days(runtime.id) }),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/days/{day}/events',
    name: 'eventsOfDay',
    who: 'supervise',
    summary: 'The events of one business day, a closed one or today, as lines of JSON',
    params: DayPath,
    replies: { 200: { description: '`{revision, atMs, event}` a line, in order, without gaps', contentType: 'application/x-ndjson' } },
    refusals: ['unknown-day'],
    async handler({ params: { day }, runtime, services }) {
      const recorded = await services.history.day(runtime.id, day)
      if (!recorded) return refuse('unknown-day')
      const lines = recorded.events.map(({ revision, event }) => `${JSON.stringify({ revision, atMs: event.atMs, event })}\n`)
      return { status: 200, stream: Readable.from(lines, { objectMode: false }), headers: { 'Content-Type': 'application/x-ndjson' } }
    },
  }),
]
