import { z } from 'zod'
import type * as Told from '../../shared/story/before.ts'
import type * as Story from '../../shared/story/story.ts'
import { Id } from './schemas.ts'

/** A ticket's story, as `shared/story` tells it, or this does not compile. */

const milliseconds = z.number().int().describe('Milliseconds since 1970 on the store’s clock')
const states = z.enum(['waiting', 'called', 'serving', 'completed', 'onHold', 'noShow', 'cancelled'])
const counter = z.object({ id: z.string(), label: z.string() })
const place = z
  .object({ ahead: z.number().int(), waiting: z.number().int(), dueAtMs: milliseconds })
  .describe('How many are called before it, how many wait there, and until when it should be called')
const announced = z
  .object({
    shownAtMs: milliseconds.nullable().describe('When the first screen said that it shows it'),
    spokenAtMs: milliseconds.nullable(),
    heard: z.boolean().nullable().describe('null: neither spoken to its end nor given up'),
    notHeard: z.enum(['expired', 'quiet', 'blocked', 'failed', 'speaker-lost', 'no-answer']).nullable(),
  })
  .describe('What became of it on screens and loudspeakers')
const why = z.object({
  rule: z.enum(['earliestDue', 'direct']),
  dueAtMs: milliseconds,
  readyAtMs: milliseconds,
  targetMinutes: z.number(),
  class: z.string(),
  candidates: z.number().int(),
  outOfOrder: z.boolean(),
  reason: z.string().nullable(),
})
const happened = { atMs: milliseconds, by: z.string(), revision: z.number().int() }

export const StoryLine: z.ZodType<Story.StoryLine> = z.discriminatedUnion('kind', [
  z.object({
    ...happened,
    kind: z.literal('issued'),
    service: z.string(),
    class: z.string(),
    targetMinutes: z.number(),
    place,
    writtenAtMs: milliseconds.nullable().describe('On the fallback sheet; entered at `atMs`'),
  }),
  z.object({ ...happened, kind: z.literal('carriedIn'), service: z.string(), issuedAtMs: milliseconds, place }),
  z.object({ ...happened, kind: z.literal('handed'), how: z.enum(['paper', 'screen']), device: z.string() }),
  z.object({
    ...happened,
    kind: z.literal('called'),
    counter,
    service: z.string(),
    why: why.describe('Why this one (ORDER4)'),
    wasSent: z.boolean().describe('It had been sent to this counter alone'),
    waitedMs: z.number().int().nullable().describe('Since it became ready; null: it did not wait'),
    announced,
    isUndone: z.boolean().describe('Taken back: it counts as never made'),
  }),
  z.object({ ...happened, kind: z.literal('recalled'), counter, announced }),
  z.object({ ...happened, kind: z.literal('started'), counter }),
  z.object({
    ...happened,
    kind: z.literal('completed'),
    counter,
    outcome: z.enum(['done', 'incompleteDocuments', 'continuesElsewhere', 'collectLater']),
    servedMs: z.number().int().nullable(),
    next: z.object({ service: z.string(), place }).nullable(),
  }),
  z.object({ ...happened, kind: z.literal('missed'), counter, sinceCallMs: z.number().int().nullable() }),
  z.object({ ...happened, kind: z.literal('held'), counter, reason: z.string().nullable() }),
  z.object({ ...happened, kind: z.literal('resumed'), counter, heldMs: z.number().int().nullable() }),
  z.object({
    ...happened,
    kind: z.literal('moved'),
    from: counter.nullable(),
    service: z.string(),
    toCounter: counter.nullable(),
    note: z.string().nullable(),
    place,
  }),
  z.object({ ...happened, kind: z.literal('returned'), from: counter.nullable(), place }),
  z.object({ ...happened, kind: z.literal('released'), counter, place }),
  z.object({
    ...happened,
    kind: z.literal('reclassified'),
    before: z.string(),
    class: z.string(),
    reason: z.string(),
    dueAtMs: milliseconds,
  }),
  z.object({ ...happened, kind: z.literal('retargeted'), dueAtMs: milliseconds }),
  z.object({ ...happened, kind: z.literal('cancelled'), reason: z.string(), isRefusal: z.boolean() }),
  z.object({ ...happened, kind: z.literal('carriedOver'), number: z.string() }),
  z.object({ ...happened, kind: z.literal('undone'), counter, step: z.string(), state: states }),
])

export const TicketStory: z.ZodType<Story.Story> = z.object({
  day: z.string(),
  number: z.string().describe('The one that it had first on this day'),
  lastNumber: z.string(),
  ticketId: z.string(),
  class: z.string(),
  language: z.enum(['id', 'en']),
  journey: z.string().nullable(),
  issuedAtMs: milliseconds,
  lines: z.array(StoryLine).describe('What happened to it, in order'),
  stops: z.array(
    z.object({
      service: z.string(),
      readyAtMs: milliseconds,
      calledAtMs: milliseconds.nullable().describe('Its first call that was not taken back'),
      targetMinutes: z.number(),
    }),
  ),
  state: states.describe('As the day left it, or as it is now'),
  service: z.string(),
  counter: counter.nullable(),
  place: place.nullable(),
  waitsForNextDay: z.boolean(),
})

const side = z.object({
  number: z.string(),
  class: z.string(),
  service: z.string(),
  issuedAtMs: milliseconds,
  readyAtMs: milliseconds,
  dueAtMs: milliseconds,
  targetMinutes: z.number(),
  state: states,
  calledAtMs: milliseconds.nullable(),
  counter: z.string().nullable(),
})
const answer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum([
      'neverCalled',
      'calledAfter',
      'beforeArrival',
      'justServed',
      'takenBack',
      'waitedForNextDay',
      'wasSent',
      'movedForward',
      'movedBack',
      'class',
      'arrival',
      'target',
    ]),
  }),
  z.object({ kind: z.literal('hadMissed'), missedAtMs: milliseconds }),
  z.object({ kind: z.literal('wasHeld'), heldAtMs: milliseconds }),
  z.object({ kind: z.literal('hadEnded'), endedAtMs: milliseconds }),
  z.object({ kind: z.literal('direct'), reason: z.string().nullable() }),
  z.object({ kind: z.literal('otherCounter'), waitsFor: z.string().nullable() }),
  z.object({ kind: z.literal('paused'), reason: z.string().nullable() }),
])

export const TicketBefore: z.ZodType<Told.Before> = z.object({
  day: z.string(),
  asked: side.describe('The one that asks, as it was when the other one was called'),
  other: side,
  answer,
  atMs: milliseconds.nullable().describe('When the other one was called: what the answer is about'),
  counter: counter.nullable(),
  by: z.string().nullable(),
})

const typedNumber = z.string().min(1).max(20)
export const StoryPath = z.object({
  branch: Id,
  day: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be YYYY-MM-DD'),
  number: typedNumber.describe('As on the slip; `/` of one that was carried over as `%2F`'),
})
export const BeforePath = StoryPath.extend({ other: typedNumber })
