import fc from 'fast-check'
import { pendingIn } from '../../shared/domain/announcing.ts'
import type { Command, CommandType } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import { type BranchState, counterState, zoneState } from '../../shared/domain/state.ts'
import { NOTICES } from '../../shared/speech/notices.ts'
import { DAY, HOUR, MINUTE, SECOND, smallHall } from './hall.ts'

/**
 * One step of a random day: dice, turned into a command when the state is known, so that most commands make sense and some never do.
 * Plain numbers, because those shrink.
 */
export interface Step {
  readonly type: CommandType
  /** Index of a counter; one beyond the last is a counter that does not exist. */
  readonly counter: number
  readonly ticket: number
  readonly service: number
  /** 0-9: below 8 the officer sees what is there, and is the one who opened the counter. */
  readonly sanity: number
  readonly choice: number
  readonly passesMs: number
}

const weights: readonly (readonly [CommandType, number])[] = [
  ['issueTicket', 14],
  ['callNext', 14],
  ['openCounter', 6],
  ['startService', 5],
  ['complete', 6],
  ['undo', 6],
  ['transfer', 5],
  ['hold', 4],
  ['resume', 4],
  ['returnToQueue', 4],
  ['recall', 3],
  ['callTicket', 4],
  ['markNoShow', 3],
  ['closeCounter', 2],
  ['pauseCounter', 2],
  ['freeCounter', 2],
  ['moveTicket', 3],
  ['reclassifyTicket', 2],
  ['cancelTicket', 2],
  ['turnDay', 2],
  ['closeDay', 1],
  ['openDay', 1],
  ['resetDay', 2],
  ['pauseBranch', 1],
  ['resumeBranch', 2],
  ['pauseService', 1],
  ['openService', 2],
  ['resetService', 1],
  ['announce', 1],
  ['announcePrepared', 1],
  ['clearNotice', 1],
  ['keepQuiet', 1],
  ['speakAgain', 1],
  ['checkSound', 2],
  ['confirmSound', 3],
  ['chooseSpeaker', 3],
  ['loseSpeaker', 2],
  ['blockSound', 1],
  ['startAnnouncement', 8],
  ['endAnnouncement', 6],
  ['showAnnouncement', 3],
  ['expireAnnouncements', 2],
  ['configureBranch', 1],
  ['closeService', 2],
  ['pauseAgency', 1],
  ['resumeAgency', 1],
  ['enterTicket', 4],
  ['handTicket', 3],
  ['reportPrinter', 1],
]
export const COMMAND_TYPES: readonly CommandType[] = weights.map(([type]) => type)

export const step: fc.Arbitrary<Step> = fc.record({
  type: fc.oneof(...weights.map(([type, weight]) => ({ weight, arbitrary: fc.constant(type) }))),
  counter: fc.nat(15),
  ticket: fc.nat(30),
  service: fc.nat(4),
  sanity: fc.nat(9),
  choice: fc.nat(11),
  passesMs: fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(0, 1, SECOND, 5 * SECOND, 31 * SECOND) },
    { weight: 6, arbitrary: fc.constantFrom(MINUTE, 11 * MINUTE, HOUR) },
    // The store's clock jumps back, too, and by fractions.
    { weight: 2, arbitrary: fc.constantFrom(-SECOND, -HOUR, 0.4) },
    { weight: 1, arbitrary: fc.constantFrom(4 * HOUR, DAY) },
  ),
})

/** 60 steps on average; short ones, too, so that a failure shrinks to few. */
export const day: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 1, maxLength: 120, size: 'max' })

const hall = smallHall()
/** Small halls that differ in what the rules depend on. */
export const HALLS: readonly BranchConfiguration[] = [
  hall,
  smallHall({ atDayEnd: 'carryOver' }),
  smallHall({ hours: { weekly: { Thu: [['08:00', '12:00']], Fri: [['08:00', '11:30']] } } }),
  // Every counter serves everything: most conflicts between officers.
  smallHall({
    counters: hall.counters.map((counter) => ({ ...counter, services: ['DUKCAPIL.KK', 'DUKCAPIL.KTP', 'BANK.TELLER', 'BANK.CS'] })),
  }),
]

/** Half of the time the first counter: an officer's steps must follow each other closely for undo, hold and resume to be met. */
const counterOf = (die: number): string => (die === 15 ? '9' : ['1', '1', '1', '2', '3'][die % 5]) as string
const services = ['DUKCAPIL.KK', 'DUKCAPIL.KTP', 'BANK.TELLER', 'BANK.CS', 'NO.SUCH']
const places = ['keep', 'front', 'end'] as const
const zones = ['z1', 'z1', 'z2', 'z2', 'z9']
const lost = ['closed', 'silent', 'blocked', 'server-gone', 'replaced'] as const
const notHeard = [null, null, null, 'failed', 'blocked', 'no-answer'] as const

/** What the officer would press first, so that what the dice say becomes possible: else most of a random day is refused. */
function sensible(state: BranchState, counter: string, { type, sanity, service }: Step): CommandType {
  if (sanity > 6 || counter === '9') return type
  const now = counterState(state, counter)
  const needsOpen = [
    'callNext',
    'recall',
    'startService',
    'complete',
    'markNoShow',
    'hold',
    'callTicket',
    'transfer',
    'resume',
    'returnToQueue',
  ]
  if (needsOpen.includes(type) && now.state !== 'open') return 'openCounter'
  if (needsOpen.includes(type) && state.pause) return 'resumeBranch'
  const zone = zoneState(state, zones[service] as string)
  const needsSpeaker = ['startAnnouncement', 'loseSpeaker', 'checkSound']
  if (needsSpeaker.includes(type) && zone.speaker === null) return 'chooseSpeaker'
  if (type === 'endAnnouncement' && zone.speaking === null) return 'startAnnouncement'
  if (type === 'confirmSound' && zone.soundCheck === null) return 'checkSound'
  const needsTicket = ['recall', 'startService', 'complete', 'markNoShow', 'hold', 'transfer']
  const held = Object.keys(state.held).length > 0
  const isAgencyPaused = Object.values(state.services).some(({ override }) => override === 'paused')
  if (type === 'resumeAgency' && !isAgencyPaused) return 'pauseAgency'
  if (type === 'resume' && held && now.ticket !== null) return 'complete'
  if (type === 'resume' && !held) return now.ticket === null ? 'callNext' : 'hold'
  if (type === 'callNext' && Object.keys(state.queues).length === 0) return 'issueTicket'
  if (needsTicket.includes(type) && now.ticket === null) return 'callNext'
  return type
}

/** `serial` makes ids of new tickets. */
export function commandOf(state: BranchState, dice: Step, serial: number): Command {
  const counter = counterOf(dice.counter)
  const now = counterState(state, counter)
  const officer = dice.sanity === 9 ? 'orang-lain' : `officer${counter}`
  const ids = [...state.tickets.keys()]
  const some = (wanted: (id: string) => boolean): string => {
    const fitting = dice.sanity < 8 ? ids.filter(wanted) : ids
    const from = fitting.length > 0 ? fitting : ids
    return dice.ticket === 30 ? 'nobody' : (from[dice.ticket % Math.max(1, from.length)] ?? 'nobody')
  }
  const inState = (...states: string[]) => some((id) => states.includes(state.tickets.get(id)?.state ?? ''))
  const current = dice.sanity === 8 ? (dice.choice % 2 ? null : some(() => true)) : now.ticket
  const service = services[dice.service] as string
  const to = dice.choice % 2 ? { service } : { counter: counterOf(dice.ticket % 16) }
  const place = places[dice.choice % 3] as (typeof places)[number]
  const zone = zones[dice.service] as string
  const loudspeaker = zoneState(state, zone)
  const someZones = dice.choice % 3 === 0 ? undefined : [zone]
  const connection = `c${dice.ticket % 3}`
  const its = dice.sanity < 8 ? (loudspeaker.speaker?.connection ?? connection) : connection
  const pending = pendingIn(state, zone)[0]?.id ?? 'none'
  const remaining = (['serve', 'refuse', 'carryOver'] as const)[dice.choice % 3] as 'serve'
  const onlySome = dice.choice < 7 ? undefined : ids.slice(0, dice.ticket % 4)
  const agency = ['DUKCAPIL', 'DUKCAPIL', 'BANK', 'BANK', 'NONE'][dice.service] as string
  const ticketClass = dice.ticket < 8 ? 'priority' : dice.ticket === 29 ? 'vip' : undefined
  const type = sensible(state, counter, dice)
  switch (type) {
    case 'issueTicket': {
      const what =
        dice.choice === 0
          ? { journey: 'lahir' }
          : dice.choice === 1
            ? { journey: 'dua-kali' }
            : dice.choice === 2
              ? { journey: 'none' }
              : dice.choice < 6
                ? { services: [service, services[(dice.service + dice.ticket) % 4] as string] }
                : { services: dice.sanity === 9 ? [] : [service] }
      return { type, ticketId: `t${serial}`, ...what, class: ticketClass }
    }
    case 'openCounter':
      return { type, counter, officer, takeOver: dice.choice < 3 }
    case 'pauseCounter':
      return { type, counter, officer, reason: 'istirahat' }
    case 'closeCounter':
    case 'undo':
      return { type, counter, officer }
    case 'callNext':
    case 'recall':
    case 'startService':
    case 'markNoShow':
    case 'hold':
      return { type, counter, officer, current }
    case 'complete':
      return { type, counter, officer, current, outcome: dice.choice < 2 ? 'incompleteDocuments' : undefined }
    case 'callTicket':
      return { type, counter, officer, current, ticket: inState('waiting', 'onHold', 'noShow'), reason: 'mendesak' }
    case 'transfer':
      return { type, counter, officer, current, to, place }
    case 'resume':
      return { type, counter, officer, ticket: inState('onHold') }
    case 'returnToQueue':
      return { type, counter, officer, ticket: dice.choice % 2 && now.ticket !== null ? now.ticket : inState('onHold', 'noShow') }
    case 'freeCounter':
      return { type, counter, reason: 'sakit' }
    case 'moveTicket':
      return { type, ticket: inState('waiting', 'onHold', 'noShow'), to, place, reason: 'pindah' }
    case 'reclassifyTicket':
      return {
        type,
        ticket: inState('waiting', 'called'),
        class: ['priority', 'regular', 'vip'][dice.choice % 3] as string,
        reason: 'lansia',
      }
    case 'cancelTicket':
      return { type, ticket: inState('waiting', 'onHold'), reason: 'pulang' }
    case 'turnDay':
    case 'openDay':
    case 'resetDay':
    case 'resumeBranch':
      return { type }
    case 'closeDay':
      return { type, remaining, tickets: onlySome }
    case 'closeService':
      return { type, service, remaining, tickets: onlySome, reason: dice.ticket % 2 ? 'Blangko habis' : undefined }
    case 'pauseAgency':
      return { type, agency, reason: 'gangguan' }
    case 'resumeAgency':
      return { type, agency }
    case 'enterTicket': {
      const prefix = dice.sanity === 9 ? 'X' : service.startsWith('BANK') ? 'C' : 'B'
      const number = `${prefix}-T${String(dice.ticket).padStart(2, '0')}`
      // Up to two hours ago, and a time to come.
      return {
        type,
        ticketId: `t${serial}`,
        number,
        writtenAtMs: state.atMs - (dice.choice - 1) * 11 * MINUTE,
        service,
        class: ticketClass,
      }
    }
    case 'handTicket':
      return { type, ticket: some(() => true), how: dice.choice % 2 ? 'paper' : 'screen', device: 'kiosk1' }
    case 'reportPrinter':
      return { type, device: `kiosk${dice.ticket % 2}`, state: ([null, 'ready', 'paperOut', 'away'] as const)[dice.choice % 4] as null }
    case 'pauseBranch':
      return { type, reason: 'upacara' }
    case 'pauseService':
      return { type, service, reason: 'gangguan' }
    case 'openService':
    case 'resetService':
      return { type, service }
    case 'announce':
      return { type, text: { id: 'Halo', en: 'Hello' } }
    case 'configureBranch': {
      const configuration = { ...state.configuration }
      if (dice.choice < 4) {
        const targetMinutes = 5 + dice.ticket
        const agencies = configuration.agencies.map((agency) => ({
          ...agency,
          services: agency.services.map((each) => (each.id === 'KK' ? { ...each, targetMinutes } : each)),
        }))
        return { type, configuration: { ...configuration, agencies } }
      }
      // Taking away what may be in use.
      if (dice.choice < 8)
        return { type, configuration: { ...configuration, counters: configuration.counters.slice(0, 2 + (dice.ticket % 2)) } }
      if (dice.choice < 10) {
        const agencies = configuration.agencies.map((each) => ({
          ...each,
          enabled: dice.choice === 8 || each.id !== agency,
          services: each.services.map((one) => ({ ...one, enabled: dice.ticket % 3 > 0 || `${each.id}.${one.id}` !== service })),
        }))
        return { type, configuration: { ...configuration, agencies } }
      }
      return { type, configuration, ifRevision: dice.choice }
    }
    case 'announcePrepared':
      return { type, notice: dice.choice === 0 ? 'none' : (NOTICES[dice.ticket % NOTICES.length]?.id as string), zones: someZones }
    case 'clearNotice':
    case 'expireAnnouncements':
      return { type }
    case 'keepQuiet':
      return { type, zones: someZones, reason: dice.choice < 6 ? 'doa' : 'rapat' }
    case 'speakAgain':
      return { type, zones: someZones }
    case 'checkSound':
      return { type, zone, code: `${dice.ticket}` }
    case 'confirmSound':
      return { type, zone, code: dice.sanity > 7 ? 'x' : (loudspeaker.soundCheck?.code ?? '0') }
    case 'chooseSpeaker':
      return { type, zone, connection, device: `device of ${connection}`, server: 's1' }
    case 'loseSpeaker':
      return { type, zone, connection: its, why: lost[dice.choice % 5] as 'closed' }
    case 'blockSound':
      return { type, zone, device: dice.choice < 3 ? null : `device of ${connection}` }
    case 'startAnnouncement':
      return { type, zone, connection: its }
    case 'endAnnouncement': {
      const announcementId = loudspeaker.speaking && dice.choice < 11 ? loudspeaker.speaking.id : pending
      return { type, zone, announcementId, connection: its, why: notHeard[dice.choice % 6] as null }
    }
    case 'showAnnouncement':
      return { type, announcementId: now.announcement?.id ?? pending, zone, device: `device of ${connection}` }
    default:
      throw new Error(`no dice for ${type}`)
  }
}
