import type { Interval, Language, Look, Text } from '../domain/configuration.ts'

/** What anybody may read of a hall without signing in: `GET /branches/B/public`. Described for other systems in docs/public.md. */
export interface PublicHall {
  readonly branch: {
    readonly id: string
    readonly name: { readonly id: string; readonly en: string }
    readonly motto?: Text
    readonly address?: string
    readonly timeZone: string
    readonly languages: readonly Language[]
    readonly look?: Look
  }
  /** The configuration that the rest was read from: another number in `queues` means that this document is an old one. */
  readonly configuredRevision: number
  /** Business day, `YYYY-MM-DD` in the branch's time zone. */
  readonly day: string
  /** Today first. */
  readonly week: readonly PublicDay[]
  /** Whether a visitor may take a number with his own phone. */
  readonly visitorTickets: boolean
  readonly agencies: readonly PublicAgency[]
  readonly queues: PublicQueues
}

export interface PublicDay {
  readonly day: string
  /** Local wall-clock times `HH:MM` in order, breaks between them; empty: closed. */
  readonly intervals: readonly Interval[]
  /** Why the day differs from the usual week: a holiday's name. */
  readonly reason: Text | null
}

export interface PublicAgency {
  readonly id: string
  readonly name: Text
  readonly short: string
  readonly prefix: string
  readonly services: readonly PublicService[]
}

export interface PublicService {
  /** `AGENCY.SERVICE`. */
  readonly code: string
  readonly name: Text
  readonly averageMinutes: number
  /** How long a visitor should wait at most. */
  readonly targetMinutes: number
  readonly requirements: readonly Text[]
  readonly fee: Text | null
  readonly note: Text | null
  readonly quotaPerDay: number | null
  /** Today's, where they are not the branch's. */
  readonly today: Omit<PublicDay, 'day'> | null
}

/** The part that changes all day: `GET /branches/B/public/queues`. */
export interface PublicQueues {
  readonly configuredRevision: number
  readonly day: string
  readonly hall: PublicState & {
    /** Until when the hours let it give out numbers; null: it is closed, or never closes. */
    readonly issuesUntilMs: number | null
  }
  readonly waiting: number
  /** By code, those of every service in `agencies`. */
  readonly services: Readonly<Record<string, PublicQueue>>
}

/** Whether numbers are to be had, and why not. */
export interface PublicState {
  readonly open: boolean
  /** Why not: the reason of `service-closed`, or `quota-used`; null: it is open. */
  readonly reason: string | null
  /** In the hall's own words. */
  readonly text: Text | null
  readonly opensAtMs: number | null
}

export interface PublicQueue extends PublicState {
  readonly waiting: number
  readonly quotaLeft: number | null
  /** The last number called today. */
  readonly last: { readonly number: string; readonly counter: string; readonly atMs: number } | null
}
