import { textIn } from '../../shared/domain/configuration.ts'
import { time } from '../../shared/i18n/format.ts'
import { text } from '../../shared/i18n/text.ts'
import { breakText } from '../../shared/protocol/breaks.ts'
import type { Alert, HallLine, Happening } from '../../shared/protocol/live.ts'
import type { StoryLine } from '../../shared/story/story.ts'
import { lineText, nameOfActor, nameOfService, type Spoken, whyText } from '../story/words.ts'

/** In whose words, and what people call each other and their machines. */
export interface HallWords {
  readonly spoken: Spoken
  officer(username: string): string
  device(id: string): string
  alert(alert: Alert): string
}

export interface HappeningText {
  readonly title: string
  /** Why, where that is what a supervisor asks first. */
  readonly why: string
}

/** One thing that happened, in a sentence; of tickets in those of their stories. */
export function happeningText(words: HallWords, { line }: Happening): HappeningText {
  const { spoken } = words
  if (isOfHall(line)) return { title: hallText(words, line), why: '' }
  const { title, more } = lineText(spoken, line)
  if (line.kind === 'called') return { title, why: whyText(spoken, line) }
  return { title, why: WITH_REASON.has(line.kind) ? (more[0] ?? '') : '' }
}

/** Who did it; empty where it did itself. */
export function actorText({ spoken, officer, device }: HallWords, by: string): string {
  if (by === 'system') return ''
  if (by.startsWith('kiosk:')) return text(spoken.language, 'story.by.kiosk', { id: device(by.slice(6)) })
  return by === 'visitor' ? nameOfActor(spoken, by) : officer(by)
}

/** Of these the story's first sentence behind the title is a person's reason. */
const WITH_REASON: ReadonlySet<StoryLine['kind']> = new Set(['held', 'reclassified'])
const HALL_KINDS: ReadonlySet<string> = new Set<HallLine['kind']>([
  'counterOpened',
  'counterPaused',
  'counterClosed',
  'heard',
  'servicePaused',
  'serviceClosed',
  'serviceOpened',
  'serviceReset',
  'branchPaused',
  'branchResumed',
  'noticeCleared',
  'configured',
  'dayOverridden',
  'dayTurned',
  'textAnnounced',
  'quietChanged',
  'speakerChosen',
  'speakerLost',
  'soundBlocked',
  'soundChecked',
  'printerReported',
  'alertBegan',
  'alertWorsened',
  'alertEnded',
])
const isOfHall = (line: Happening['line']): line is HallLine => HALL_KINDS.has(line.kind)
/** Reasons end as people leave them; the sentence has its own full stop. */
const bare = (reason: string | null): string => (reason ?? '–').replace(/[.\s]+$/, '')

function hallText({ spoken, officer, device, alert }: HallWords, line: HallLine): string {
  const { language, timeZone, description } = spoken
  const zone = (id: string): string => {
    const found = description?.zones.find((each) => each.id === id)
    return found ? textIn(found.name, language) : id
  }
  switch (line.kind) {
    case 'counterOpened':
      return line.takenOverFrom === null
        ? text(language, 'happened.counterOpened', { counter: line.counter })
        : text(language, 'happened.takenOver', { counter: line.counter, who: officer(line.takenOverFrom) })
    case 'counterPaused': {
      const what = { counter: line.counter, reason: bare(breakText(line.reason, language)) }
      return line.untilMs === null
        ? text(language, 'happened.counterPaused', what)
        : text(language, 'happened.counterPaused.until', { ...what, time: time(language, timeZone, line.untilMs) })
    }
    case 'counterClosed':
      return line.reason === null
        ? text(language, 'happened.counterClosed', { counter: line.counter })
        : text(language, 'happened.counterFreed', { counter: line.counter, reason: bare(line.reason) })
    case 'heard':
      return line.notHeard === null ? text(language, 'story.heard') : text(language, `story.notHeard.${line.notHeard}`)
    case 'servicePaused':
      return text(language, 'happened.servicePaused', { service: nameOfService(spoken, line.service), reason: bare(line.reason) })
    case 'serviceClosed':
    case 'serviceOpened':
    case 'serviceReset':
      return text(language, `happened.${line.kind}`, { service: nameOfService(spoken, line.service) })
    case 'branchPaused':
      return text(language, 'happened.branchPaused', { reason: bare(line.reason) })
    case 'branchResumed':
    case 'noticeCleared':
    case 'configured':
    case 'dayTurned':
      return text(language, `happened.${line.kind}`)
    case 'dayOverridden':
      return text(language, `happened.day.${line.override ?? 'hours'}`)
    case 'textAnnounced':
      return text(language, 'happened.textAnnounced', { text: line.text[language] })
    case 'quietChanged': {
      const zones = line.zones.map(zone).join(', ')
      return line.reason === null
        ? text(language, 'happened.speakAgain', { zone: zones })
        : text(language, 'happened.quiet', { zone: zones, reason: bare(line.reason) })
    }
    case 'speakerChosen':
    case 'speakerLost':
    case 'soundBlocked':
      return text(language, `happened.${line.kind}`, { zone: zone(line.zone) })
    case 'soundChecked':
      return text(language, line.heard ? 'happened.soundChecked.good' : 'happened.soundChecked.bad', { zone: zone(line.zone) })
    case 'printerReported':
      return line.state === null
        ? text(language, 'happened.printer.gone', { device: device(line.device) })
        : text(language, 'happened.printer', {
            device: device(line.device),
            state: text(language, `desk.printer.state.${line.state}`).toLowerCase(),
          })
    case 'alertBegan':
    case 'alertWorsened':
    case 'alertEnded':
      return text(language, `happened.${line.kind}`, { alert: alert(line.alert) })
  }
}
