import type { Key } from '../../shared/i18n/text.ts'
import type { CounterView } from '../../shared/protocol/wire.ts'

/** What became of the call in the officer's hand. `broken`: nobody heard it, and the way out is to call again. */
export interface Receipt {
  readonly tone: 'wait' | 'good' | 'quiet' | 'broken'
  readonly said: Key
  /** Why it was not heard. */
  readonly why: Key | null
  readonly isShown: boolean
}

const WHY = {
  expired: 'counterPage.said.why.expired',
  blocked: 'counterPage.said.why.blocked',
  failed: 'counterPage.said.why.failed',
  'speaker-lost': 'counterPage.said.why.speaker-lost',
  'no-answer': 'counterPage.said.why.no-answer',
} as const

/** Null where no call is in hand: a visitor who stands at the counter has heard it. */
export function receiptOf({ ticket, announcement, sound }: CounterView): Receipt | null {
  if (ticket?.state !== 'called' || announcement === null) return null
  const isShown = announcement.shownAtMs !== null
  const made = (tone: Receipt['tone'], said: Key, why: Key | null = null): Receipt => ({ tone, said, why, isShown })
  switch (announcement.state) {
    case 'heard':
      return made('good', 'counterPage.said.heard')
    case 'speaking':
      return made('wait', 'counterPage.said.speaking')
    case 'dropped':
      return made('quiet', 'counterPage.said.dropped')
    case 'notHeard':
      return announcement.why === 'quiet'
        ? made('quiet', 'counterPage.said.quiet')
        : made('broken', 'counterPage.said.notHeard', WHY[announcement.why ?? 'no-answer'])
    case 'waiting':
      if (sound === 'quiet') return made('quiet', 'counterPage.said.quiet')
      return isShown ? made('wait', 'counterPage.said.waiting') : made('wait', 'counterPage.said.sent')
  }
}

/** Seconds and recalls that the branch still wants before a visitor may be given up; null: now. */
export function noShowLeft(view: CounterView, nowMs: number): { readonly seconds: number; readonly recalls: number } | null {
  const { ticket, noShow } = view
  if (ticket === null || noShow === null) return null
  const seconds = Math.max(0, Math.ceil(((ticket.calledAtMs ?? 0) + noShow.seconds * 1000 - nowMs) / 1000))
  const recalls = Math.max(0, noShow.recalls + 1 - ticket.calls)
  return seconds === 0 && recalls === 0 ? null : { seconds, recalls }
}
