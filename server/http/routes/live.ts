import { z } from 'zod'
import type { Alerts, Curves } from '../../../shared/protocol/live.ts'
import type { Quarters } from '../../../shared/protocol/quarters.ts'
import type { BranchRuntime } from '../../branch/runtime.ts'
import { curves } from '../../live/curves.ts'
import { happeningsOf } from '../../live/happenings.ts'
import { AlertsReply, EndedSilence, HappeningsReply, NewSilence } from '../liveSchemas.ts'
import { type Route, reply, route, type Services } from '../route.ts'
import * as Schema from '../schemas.ts'

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
    handler: async ({ runtime, services }) => reply(200, await alertsOf(runtime, services)),
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/alerts/silences',
    name: 'silenceAlert',
    who: 'supervise',
    summary: 'Nobody is reminded of this alert for a while; all supervisors see who wanted that and why',
    params: Schema.BranchPath,
    body: NewSilence,
    replies: { 200: { description: 'As it is now', schema: AlertsReply } },
    refusals: ['store-away'],
    async handler({ body: { alert, minutes, reason }, runtime, services, user }) {
      const atMs = runtime.nowMs()
      await services.alerts.silences.keep(runtime.id, { alert, reason, by: user.username, atMs, untilMs: atMs + minutes * 60_000 })
      return reply(200, await alertsOf(runtime, services))
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/alerts/silences/end',
    name: 'endSilence',
    who: 'supervise',
    summary: 'The alert is told again at once; nothing happens where it was not silenced',
    params: Schema.BranchPath,
    body: EndedSilence,
    replies: { 200: { description: 'As it is now', schema: AlertsReply } },
    refusals: ['store-away'],
    async handler({ body: { alert }, runtime, services }) {
      await services.alerts.silences.end(runtime.id, alert)
      return reply(200, await alertsOf(runtime, services))
    },
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
    path: '/branches/{branch}/live/happenings',
    name: 'happenings',
    who: 'supervise',
    summary: 'The latest that happened today, as the tickets’ stories tell it; what follows comes as `happened` on the supervisors’ socket',
    params: Schema.BranchPath,
    replies: { 200: { description: 'At most 300', schema: HappeningsReply } },
    refusals: ['store-away'],
    handler: async ({ runtime, services }) =>
      reply(200, { day: runtime.state.day, happenings: await happeningsOf(runtime).latest(services.history) }),
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

async function alertsOf(runtime: BranchRuntime, { alerts }: Services): Promise<Alerts> {
  return { atMs: runtime.nowMs(), alerts: alerts.of(runtime.id), silences: await alerts.silences.of(runtime.id) }
}
