import type { Language } from '../../shared/domain/configuration.ts'
import { minutes, time, weekday } from '../../shared/i18n/format.ts'
import { text } from '../../shared/i18n/text.ts'
import type { DeskTicket } from '../../shared/protocol/desk.ts'

export interface Where {
  readonly language: Language
  readonly timeZone: string
  readonly nowMs: number
}

export const aheadText = ({ ahead }: Pick<DeskTicket, 'ahead'>, language: Language): string =>
  ahead === 0 ? text(language, 'desk.state.next') : text(language, 'desk.state.ahead', { n: ahead })

/** Where a ticket is and how long, in sentences that can be read out to its visitor. */
export function standing(ticket: DeskTicket, { language, timeZone, nowMs }: Where): string[] {
  const minute = (ms: number): string => time(language, timeZone, ms)
  const { state, counter } = ticket.ticket
  const at = counter ?? ''
  switch (state) {
    case 'waiting': {
      if (ticket.nextDay !== null) {
        const { atMs } = ticket.nextDay
        if (atMs === null) return [text(language, 'desk.state.nextDay')]
        return [text(language, 'desk.state.nextDay.at', { day: weekday(language, timeZone, atMs), time: minute(atMs) })]
      }
      const sentences = [
        text(language, 'desk.state.waiting', { since: minute(ticket.readyAtMs), n: minutes(nowMs - ticket.readyAtMs) }),
        aheadText(ticket, language),
      ]
      if (ticket.sentTo !== null) sentences.push(text(language, 'desk.state.sentTo', { counter: ticket.sentTo }))
      if (ticket.paused !== null) sentences.push(text(language, 'desk.state.paused', { reason: ticket.paused }))
      else if (ticket.estimate)
        sentences.push(
          text(language, 'desk.state.estimate', {
            from: minute(nowMs + ticket.estimate.lowMinutes * 60_000),
            until: minute(nowMs + ticket.estimate.highMinutes * 60_000),
          }),
        )
      else sentences.push(text(language, 'desk.state.noEstimate'))
      return sentences
    }
    case 'called':
      return [text(language, 'desk.state.called', { counter: at, time: minute(ticket.calledAtMs ?? nowMs), n: ticket.calls })]
    case 'serving':
      return [text(language, 'desk.state.serving', { counter: at, time: minute(ticket.startedAtMs ?? nowMs) })]
    case 'onHold':
      return [text(language, 'desk.state.onHold', { counter: at })]
    case 'noShow':
      return [
        text(language, 'desk.state.noShow', { counter: at, time: minute(ticket.endedAtMs ?? nowMs) }),
        text(language, 'desk.state.noShow.valid'),
      ]
    case 'completed':
      return [text(language, 'desk.state.completed', { time: minute(ticket.endedAtMs ?? nowMs) })]
    case 'cancelled':
      if (ticket.refusal !== null)
        return [
          text(language, 'desk.state.refused', {
            reason: ticket.refusal === 'day-closed' ? text(language, 'visit.refused.hours') : ticket.refusal,
          }),
        ]
      return [text(language, 'desk.state.cancelled', { time: minute(ticket.endedAtMs ?? nowMs) })]
  }
}

/** What there is, as a list in a sentence. */
export const listed = (...parts: readonly (string | null | false | undefined)[]): string => parts.filter(Boolean).join(', ')

/** By how many minutes it waits longer than was promised; 0 while it does not. */
export const lateMinutes = ({ promisedAtMs }: { readonly promisedAtMs: number }, nowMs: number): number => minutes(nowMs - promisedAtMs)
