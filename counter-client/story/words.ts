import type { Description } from '../../shared/client/branch.svelte.ts'
import { type Language, textIn } from '../../shared/domain/configuration.ts'
import { date, time } from '../../shared/i18n/format.ts'
import { text } from '../../shared/i18n/text.ts'
import type { Before } from '../../shared/story/before.ts'
import type { Announced, Place, Story, StoryLine } from '../../shared/story/story.ts'

/** In which words: the page's language, the hall's clock and the names of what it has. */
export interface Spoken {
  readonly language: Language
  readonly timeZone: string
  readonly description: Description | null
}

export const clock = ({ language, timeZone }: Spoken, atMs: number): string => time(language, timeZone, atMs, true)

/** A service that the hall no longer has is called by its code. */
export function nameOfService({ language, description }: Spoken, code: string): string {
  for (const { services } of description?.agencies ?? []) {
    const found = services.find((service) => service.code === code)
    if (found) return textIn(found.name, language)
  }
  return code
}

export function nameOfClass({ language, description }: Spoken, id: string): string {
  const found = description?.classes.find((each) => each.id === id)
  return found ? textIn(found.name, language) : id === 'regular' ? text(language, 'class.regular') : id
}

/** Who did it: an account's name, a kiosk, the visitor, the system. */
export function nameOfActor({ language }: Spoken, by: string): string {
  if (by === 'system') return text(language, 'story.by.system')
  if (by === 'visitor') return text(language, 'story.by.visitor')
  return by.startsWith('kiosk:') ? text(language, 'story.by.kiosk', { id: by.slice(6) }) : by
}

/** Rounded to seconds; hours without seconds. */
export function durationText(language: Language, ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const minutes = Math.floor(seconds / 60)
  if (minutes === 0) return text(language, 'story.duration.s', { s: seconds })
  if (minutes >= 60) return text(language, 'story.duration.h', { h: Math.floor(minutes / 60), m: minutes % 60 })
  return seconds % 60 === 0
    ? text(language, 'story.duration.m', { m: minutes })
    : text(language, 'story.duration.ms', { m: minutes, s: seconds % 60 })
}

function placeText(spoken: Spoken, { ahead, dueAtMs }: Place): string {
  const due = clock(spoken, dueAtMs)
  return ahead === 0 ? text(spoken.language, 'story.place.none', { due }) : text(spoken.language, 'story.place', { ahead, due })
}

/** What screens and loudspeakers made of a call at `atMs`. */
function announcedTexts({ language }: Spoken, atMs: number, { shownAtMs, spokenAtMs, heard, notHeard }: Announced): string[] {
  const after = (ms: number): string => text(language, 'story.after', { duration: durationText(language, ms - atMs) })
  return [
    shownAtMs === null ? text(language, 'story.shown.none') : text(language, 'story.shown', { after: after(shownAtMs) }),
    ...(spokenAtMs === null ? [] : [text(language, 'story.spoken', { after: after(spokenAtMs) })]),
    ...(heard ? [text(language, 'story.heard')] : []),
    ...(notHeard === null ? [] : [text(language, `story.notHeard.${notHeard}`)]),
  ]
}

/** Why this one, in one sentence from the stored reason (ORDER4). */
export function whyText(spoken: Spoken, { why, wasSent }: Extract<StoryLine, { kind: 'called' }>): string {
  const { language } = spoken
  if (why.outOfOrder) return text(language, 'story.why.direct', { reason: why.reason ?? '–' })
  if (why.rule === 'direct') return text(language, 'story.why.inOrder', { reason: why.reason ?? '–' })
  const order =
    why.candidates > 1
      ? text(language, 'story.why.turn', { due: clock(spoken, why.dueAtMs), n: why.candidates })
      : text(language, 'story.why.only')
  return wasSent ? `${text(language, 'story.why.sent')} ${order}` : order
}

export interface Told {
  /** What happened. */
  readonly title: string
  /** Why, how long, and what came of it; a sentence each. */
  readonly more: readonly string[]
}

const STEPS = new Set<string>([
  'ticketCalled',
  'serviceStarted',
  'ticketCompleted',
  'ticketMissed',
  'ticketHeld',
  'ticketResumed',
  'ticketTransferred',
  'ticketReturned',
])

/** Reasons that the system gives are codes; those of people are theirs. */
const reasonText = (language: Language, reason: string): string =>
  reason === 'day-ended' || reason === 'day-closed' ? text(language, 'story.dayEnded') : reason

/** One line of a story in words. */
export function lineText(spoken: Spoken, line: StoryLine): Told {
  const { language, timeZone } = spoken
  const service = (code: string): string => nameOfService(spoken, code)
  const lasted = (key: 'story.served' | 'story.missed.after', ms: number | null): string[] =>
    ms === null ? [] : [text(language, key, { duration: durationText(language, ms) })]
  switch (line.kind) {
    case 'issued': {
      const what = { service: service(line.service), class: nameOfClass(spoken, line.class) }
      return {
        title:
          line.writtenAtMs === null
            ? text(language, 'story.issued', what)
            : text(language, 'story.issued.written', { ...what, time: clock(spoken, line.writtenAtMs) }),
        more: [text(language, 'story.issued.target', { n: line.targetMinutes }), placeText(spoken, line.place)],
      }
    }
    case 'carriedIn':
      return {
        title: text(language, 'story.carriedIn', { date: date(language, timeZone, line.issuedAtMs), service: service(line.service) }),
        more: [placeText(spoken, line.place)],
      }
    case 'handed':
      return { title: text(language, line.how === 'paper' ? 'story.handed.paper' : 'story.handed.screen'), more: [] }
    case 'called':
      return {
        title: text(language, 'story.called', { counter: line.counter.label, service: service(line.service) }),
        more: [
          ...(line.waitedMs === null ? [] : [text(language, 'story.called.waited', { waited: durationText(language, line.waitedMs) })]),
          whyText(spoken, line),
          ...announcedTexts(spoken, line.atMs, line.announced),
          ...(line.isUndone ? [text(language, 'story.undoneCall')] : []),
        ],
      }
    case 'recalled':
      return {
        title: text(language, 'story.recalled', { counter: line.counter.label }),
        more: announcedTexts(spoken, line.atMs, line.announced),
      }
    case 'started':
      return { title: text(language, 'story.started', { counter: line.counter.label }), more: [] }
    case 'completed':
      return {
        title: text(language, 'story.completed', { counter: line.counter.label, outcome: text(language, `story.outcome.${line.outcome}`) }),
        more: [
          ...lasted('story.served', line.servedMs),
          ...(line.next ? [text(language, 'story.next', { service: service(line.next.service) }), placeText(spoken, line.next.place)] : []),
        ],
      }
    case 'missed':
      return {
        title: text(language, 'story.missed', { counter: line.counter.label }),
        more: lasted('story.missed.after', line.sinceCallMs),
      }
    case 'held':
      return {
        title: text(language, 'story.held', { counter: line.counter.label }),
        more: line.reason === null ? [] : [text(language, 'story.reason', { reason: line.reason })],
      }
    case 'resumed':
      return {
        title: text(language, 'story.resumed', { counter: line.counter.label }),
        more: line.heldMs === null ? [] : [text(language, 'story.heldFor', { duration: durationText(language, line.heldMs) })],
      }
    case 'moved':
      return {
        title: movedText(spoken, line),
        more: [...(line.note === null ? [] : [text(language, 'story.note', { note: line.note })]), placeText(spoken, line.place)],
      }
    case 'returned':
      return {
        title: line.from === null ? text(language, 'story.returned.queue') : text(language, 'story.returned', { counter: line.from.label }),
        more: [placeText(spoken, line.place)],
      }
    case 'released':
      return { title: text(language, 'story.released', { counter: line.counter.label }), more: [placeText(spoken, line.place)] }
    case 'reclassified':
      return {
        title: text(language, 'story.reclassified', {
          before: nameOfClass(spoken, line.before),
          class: nameOfClass(spoken, line.class),
          due: clock(spoken, line.dueAtMs),
        }),
        more: [text(language, 'story.reason', { reason: line.reason })],
      }
    case 'retargeted':
      return { title: text(language, 'story.retargeted', { due: clock(spoken, line.dueAtMs) }), more: [] }
    case 'cancelled':
      return {
        title: text(language, line.isRefusal ? 'story.refused' : 'story.cancelled', { reason: reasonText(language, line.reason) }),
        more: [],
      }
    case 'carriedOver':
      return { title: text(language, 'story.carriedOver', { number: line.number }), more: [] }
    case 'undone':
      return {
        title: text(language, 'story.undone', {
          counter: line.counter.label,
          step: STEPS.has(line.step) ? text(language, `story.step.${line.step}` as 'story.step.ticketCalled') : line.step,
        }),
        more: [],
      }
  }
}

function movedText(spoken: Spoken, { from, toCounter, service }: Extract<StoryLine, { kind: 'moved' }>): string {
  const { language } = spoken
  if (from === null)
    return toCounter === null
      ? text(language, 'story.moved.byHand.service', { service: nameOfService(spoken, service) })
      : text(language, 'story.moved.byHand.counter', { to: toCounter.label })
  return toCounter === null
    ? text(language, 'story.moved.service', { from: from.label, service: nameOfService(spoken, service) })
    : text(language, 'story.moved.counter', { from: from.label, to: toCounter.label })
}

/** Where it is, or what became of it. */
export function stateText({ language }: Spoken, { state, counter, waitsForNextDay }: Story): string {
  if (waitsForNextDay) return text(language, 'story.state.nextDay')
  const said = text(language, `story.state.${state}`)
  const isThere = counter !== null && (state === 'called' || state === 'serving' || state === 'onHold')
  return isThere ? `${said} ${text(language, 'story.state.at', { counter: counter.label })}` : said
}

/** Why the other number was before: one sentence to read out. */
export function beforeText(spoken: Spoken, { answer, asked, other, atMs, counter, by }: Before): string {
  const { language } = spoken
  const at = (ms: number | null): string => (ms === null ? '–' : clock(spoken, ms))
  const both = { number: asked.number, other: other.number, time: at(atMs) }
  const dues = { due: clock(spoken, asked.dueAtMs), otherDue: clock(spoken, other.dueAtMs) }
  const service = nameOfService(spoken, asked.service)
  const label = counter?.label ?? '–'
  switch (answer.kind) {
    case 'neverCalled':
    case 'justServed':
    case 'takenBack':
    case 'waitedForNextDay':
      return text(language, `story.before.${answer.kind}` as 'story.before.justServed', both)
    case 'calledAfter':
      return text(language, 'story.before.calledAfter', { ...both, ours: at(asked.calledAtMs) })
    case 'beforeArrival':
      return text(language, 'story.before.beforeArrival', { ...both, issued: clock(spoken, asked.issuedAtMs) })
    case 'hadMissed':
      return text(language, 'story.before.hadMissed', { ...both, ours: at(asked.calledAtMs), at: at(answer.missedAtMs) })
    case 'wasHeld':
      return text(language, 'story.before.wasHeld', { ...both, at: at(answer.heldAtMs) })
    case 'hadEnded':
      return text(language, 'story.before.hadEnded', { ...both, at: at(answer.endedAtMs) })
    case 'direct':
      return text(language, 'story.before.direct', { ...both, who: nameOfActor(spoken, by ?? ''), reason: answer.reason ?? '–' })
    case 'otherCounter':
      return answer.waitsFor === null
        ? text(language, 'story.before.otherCounter', { ...both, counter: label, service })
        : text(language, 'story.before.otherCounter.sent', { ...both, counter: label, waitsFor: answer.waitsFor })
    case 'wasSent':
      return text(language, 'story.before.wasSent', { ...both, counter: label, service })
    case 'paused':
      return text(language, 'story.before.paused', { ...both, service, reason: answer.reason ?? '–' })
    case 'movedForward':
      return text(language, 'story.before.movedForward', { ...both, ...dues })
    case 'movedBack':
      return text(language, 'story.before.movedBack', { ...both, ...dues })
    case 'class':
      return text(language, 'story.before.class', {
        ...both,
        ...dues,
        class: nameOfClass(spoken, other.class),
        otherTarget: other.targetMinutes,
      })
    case 'arrival':
      return text(language, 'story.before.arrival', {
        ...both,
        ...dues,
        ready: clock(spoken, asked.readyAtMs),
        otherReady: clock(spoken, other.readyAtMs),
      })
    case 'target':
      return text(language, 'story.before.target', {
        ...both,
        ...dues,
        otherService: nameOfService(spoken, other.service),
        otherTarget: other.targetMinutes,
      })
  }
}
