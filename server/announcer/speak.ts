import { speechOf } from '../../shared/domain/announcing.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { type BranchState, counterState, zoneState } from '../../shared/domain/state.ts'
import type { Speak } from '../../shared/protocol/wire.ts'
import { NOTICES } from '../../shared/speech/notices.ts'
import { sentenceOf, soundCheckSentence } from '../../shared/speech/sentence.ts'

type Started = Extract<BranchEvent, { type: 'announcementStarted' }>

/** What the screen that speaks is told to say. `before`: the state that the announcement waited in. */
export const speakOf = (before: BranchState, event: Started): Speak => ({
  announcementId: event.announcementId,
  zone: event.zone,
  kind: event.kind,
  chime: event.chime,
  sentences: event.counter === null ? messageSentences(before, event) : callSentences(before, event, event.counter),
})

function callSentences(before: BranchState, event: Started, counter: string): Speak['sentences'] {
  const announcement = counterState(before, counter).announcement
  const number = before.tickets.get(announcement?.ticketId ?? '')?.number
  if (!announcement || number === undefined) return []
  const call = { number, place: counter, kind: announcement.kind, form: event.form }
  return event.languages.map((language) => sentenceOf(call, language, speechOf(before.configuration)))
}

function messageSentences(before: BranchState, event: Started): Speak['sentences'] {
  const message = zoneState(before, event.zone).messages.find(({ id }) => id === event.announcementId)
  const code = message?.code
  if (code != null) return event.languages.map((language) => soundCheckSentence(code, language))
  const notice = NOTICES.find(({ id }) => id === message?.prepared)
  // A text of one's own has no clips: the chime makes people look up.
  if (!notice) return []
  return event.languages.map((language) => ({ language, text: notice.text[language], tokens: [`T:${notice.id}`] }))
}
