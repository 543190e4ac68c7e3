import type { Text } from '../domain/configuration.ts'
import type { Outlook } from '../domain/remaining.ts'
import type { DayAccount } from '../domain/state.ts'

/** What a supervisor asks about the day: hours, what is open, who can still be served. Queues and counters come live (`LiveView`). */
export interface DaySheet {
  readonly day: string
  readonly atMs: number
  readonly revision: number
  /** The branch's own. */
  readonly hours: DayHours
  /** Every service, in the order of the configuration. */
  readonly services: readonly DayService[]
  /** What became of the tickets of the day before; null in a branch's first days. */
  readonly lastDay: DayAccount | null
}

export interface DayHours {
  /** In order; empty: closed today. */
  readonly intervals: readonly { readonly fromMs: number; readonly untilMs: number }[]
  /** Why today differs from the usual week. */
  readonly reason: Text | null
}

export interface DayService {
  readonly service: string
  /** Null: the branch's. */
  readonly hours: DayHours | null
  /** Why it issues no tickets now, as `service-closed` and `quota-used` say; null: it does. */
  readonly closed: { readonly reason: string; readonly text: Text | null; readonly opensAtMs: number | null } | null
  /** Until when the hours let it issue tickets; null: it is closed, opened by hand or never closes. */
  readonly issuesUntilMs: number | null
  readonly quotaPerDay: number | null
  readonly quotaLeft: number | null
  readonly outlook: Omit<Outlook, 'service'>
  /** How many were carried over to the next day. */
  readonly carriedOver: number
}

/** Everybody who waits or is on hold today: whom a choice about the end of the day concerns. */
export interface DayWaiting {
  readonly atMs: number
  readonly tickets: readonly DayTicket[]
  /** Who was carried over to the next day already. */
  readonly carriedOver: readonly { readonly id: string; readonly number: string; readonly service: string }[]
}

export interface DayTicket {
  readonly id: string
  readonly number: string
  readonly service: string
  readonly isHeld: boolean
  /** By the outlook. Who is on hold can: his counter takes him back by itself. */
  readonly canBeServed: boolean
}
