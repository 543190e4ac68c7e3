import { Comparing } from '../../../shared/story/before.ts'
import { numberOf, type Step, type StoryDay, stepsOf, Teller, ticketsNumbered } from '../../../shared/story/story.ts'
import { ticketNumber } from '../../../shared/story/ticketNumber.ts'
import { type Refused, refuse } from '../../auth/outcome.ts'
import type { BranchRuntime } from '../../branch/runtime.ts'
import { resting } from '../../resting.ts'
import { type Route, reply, route, type Services } from '../route.ts'
import { BeforePath, StoryPath, TicketBefore, TicketStory } from '../storySchemas.ts'

export const storyRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/days/{day}/tickets/{number}',
    name: 'ticketStory',
    who: 'supervise',
    summary: 'One number’s story on one day, today or a closed one: issued, called and why, heard, served, moved, ended',
    params: StoryPath,
    replies: { 200: { description: 'What happened to it, in order', schema: TicketStory } },
    refusals: ['unknown-day', 'unknown-ticket', 'store-away'],
    async handler({ params: { day, number }, runtime, services }) {
      const recorded = await dayOf(services, runtime, day)
      if ('ok' in recorded) return recorded
      const id = ticketOf(recorded, number)
      if (typeof id !== 'string') return id
      const teller = new Teller(recorded, id)
      await through(recorded, (step) => teller.tell(step))
      return reply(200, teller.story())
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/days/{day}/tickets/{number}/before/{other}',
    name: 'ticketBefore',
    who: 'supervise',
    summary: 'Why the other number was called before this one, from the events of that day',
    params: BeforePath,
    replies: { 200: { description: 'The reason, and the facts of both to check it', schema: TicketBefore } },
    refusals: ['unknown-day', 'unknown-ticket', 'invalid-value', 'store-away'],
    async handler({ params: { day, number, other }, runtime, services }) {
      const recorded = await dayOf(services, runtime, day)
      if ('ok' in recorded) return recorded
      const asked = ticketOf(recorded, number)
      if (typeof asked !== 'string') return asked
      const against = ticketOf(recorded, other)
      if (typeof against !== 'string') return against
      if (asked === against) return refuse('invalid-value', 'other must be another number')
      const comparing = new Comparing(recorded, asked, against)
      await through(recorded, (step) => comparing.tell(step))
      return reply(200, comparing.before())
    },
  }),
]

/** The history of today is a moment behind; after a start it is read first. */
async function dayOf({ history }: Services, runtime: BranchRuntime, day: string): Promise<StoryDay | Refused> {
  const recorded = await history.day(runtime.id, day)
  if (recorded) return recorded
  return day === runtime.state.day ? refuse('store-away', 'The history is still being read') : refuse('unknown-day')
}

/** By the number as it was typed. Of several that were carried over from different days, the whole number must be given: `numbers` names them. */
function ticketOf(day: StoryDay, typed: string): string | Refused {
  const number = ticketNumber(typed) ?? typed
  const [id, ...others] = ticketsNumbered(day, number)
  if (id === undefined) return refuse('unknown-ticket', undefined, { details: { number } })
  if (others.length > 0)
    return refuse('unknown-ticket', undefined, { details: { number, numbers: [id, ...others].map((each) => numberOf(day, each)) } })
  return id
}

/** A long day is told in slices, so that officers who press meanwhile are answered. */
async function through(day: StoryDay, tell: (step: Step) => void): Promise<void> {
  const rest = resting({ keptMs: 8, share: 0 })
  let told = 0
  for (const step of stepsOf(day)) {
    tell(step)
    if (++told % 100 === 0) await rest()
  }
}
