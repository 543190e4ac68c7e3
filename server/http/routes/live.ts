import { z } from 'zod'
import { ALERT_KINDS, type Alerts, type Curves } from '../../../shared/protocol/live.ts'
import type { Quarters } from '../../../shared/protocol/quarters.ts'
import { curves } from '../../live/curves.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

const AlertsReply: z.ZodType<Alerts> = z.object({
  atMs: z.number(),
  alerts: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(ALERT_KINDS),
      severity: z.enum(['severe', 'mild']),
      sinceMs: z.number(),
      about: z.string().nullable().describe('Service, counter, zone, device or user name; null: the whole branch'),
      name: z.union([z.string(), z.object({ id: z.string(), en: z.string() })]).nullable(),
      count: z.number(),
    }),
  ),
})
const numbers = z.array(z.number())
const QuartersReply: z.ZodType<Quarters> = z.object({ arrivals: numbers, calls: numbers, waiting: numbers, waitSeconds: numbers })
const CurvesReply: z.ZodType<Curves> = z.object({
  day: z.string(),
  startMs: z.number(),
  atMs: z.number(),
  today: QuartersReply,
  usual: z.object({ days: z.array(z.string()), quarters: QuartersReply }).nullable(),
})

/** What a supervisor reads beside the live view. */
export const liveRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/alerts',
    name: 'alerts',
    who: 'supervise',
    summary:
      'What is wrong now, the worst first: long waits, services that nobody serves, silent zones, screens and printers in trouble, ...',
    params: Schema.BranchPath,
    replies: { 200: { description: 'Looked at once a second', schema: AlertsReply } },
    handler: ({ runtime, services }) => reply(200, { atMs: runtime.nowMs(), alerts: services.alerts.of(runtime.id) }),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/live/curves',
    name: 'curves',
    who: 'supervise',
    summary: 'Today by quarters of an hour, beside the mean of the last days of the same weekday',
    params: Schema.BranchPath,
    query: z.object({ agency: z.string().min(1).max(64).optional().describe('Of this agency alone') }),
    replies: { 200: { description: 'Up to now; null while today is being counted', schema: CurvesReply.nullable() } },
    handler: async ({ query: { agency }, runtime, services }) => reply(200, await curves(services.history, runtime, agency ?? null)),
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/officers',
    name: 'officers',
    who: 'supervise',
    summary: 'Names of the people of this branch by their user names, for pages that tell who sits where',
    params: Schema.BranchPath,
    replies: { 200: { description: 'Users of this branch, and those of all branches', schema: z.record(z.string(), z.string()) } },
    async handler({ runtime, services }) {
      const users = (await services.accounts.users()).filter(({ branch }) => branch === null || branch === runtime.id)
      return reply(200, Object.fromEntries(users.map(({ username, name }) => [username, name])))
    },
  }),
]
