import type { Text } from '../domain/configuration.ts'
import type { CounterState, ServiceState, TicketState } from '../domain/state.ts'
import type { DayHours, DayService } from './day.ts'
import type { BoardView } from './wire.ts'

/** `GET /branches/B/agencies/A/live`: all that the coordinator of one agency sees of the hall, and nothing of other agencies. */
export interface AgencyLive {
  readonly atMs: number
  readonly revision: number
  /** Of the configuration: another one, and its own part must be read again. */
  readonly configuredRevision: number
  readonly day: string
  readonly branch: BoardView['branch']
  /** Of the whole branch: why nothing moves. */
  readonly pause: BoardView['pause']
  readonly dayOverride: BoardView['dayOverride']
  /** The branch's own. */
  readonly hours: DayHours
  readonly agency: { readonly id: string; readonly name: Text; readonly short: string; readonly prefix: string; readonly enabled: boolean }
  /** In the order of the configuration. */
  readonly services: readonly AgencyService[]
  /** Counters that serve it; what else they serve is not told. */
  readonly counters: readonly AgencyCounter[]
  /** Of all its services together. */
  readonly today: AgencyFigures
}

export interface AgencyService extends DayService {
  readonly name: Text
  /** Switched on in the configuration, with its agency. */
  readonly enabled: boolean
  readonly waiting: number
  /** Of the one who has waited longest, as of `atMs`; 0 where nobody waits. */
  readonly longestWaitMs: number
  readonly override: ServiceState | null
  readonly today: AgencyFigures
}

/**
 * What became of today's stops at a service, a journey's later ones included. The medians are of those whose visit is at its last stop here:
 * of earlier stops of a visit only their outcome is kept until the day is archived.
 */
export interface AgencyFigures {
  readonly issued: number
  readonly served: number
  /** Called, and nobody came. */
  readonly missed: number
  /** Cancelled by staff, or refused at the end of the day. */
  readonly ended: number
  /** Of those called: from ready to called. Null: nobody was. */
  readonly medianWaitMs: number | null
  /** Of those served: from start to end. Null: nobody was. */
  readonly medianServiceMs: number | null
}

export interface AgencyCounter {
  readonly id: string
  readonly label: string
  readonly state: CounterState['state']
  readonly officer: string | null
  /** Of a pause: one of the prepared reasons (`breaks.ts`); an officer's own words are for supervisors. */
  readonly reason: string | null
  readonly untilMs: number | null
  readonly sinceMs: number
  /** What is served there now, where it is for this agency. */
  readonly ticket: { readonly number: string; readonly service: string; readonly state: TicketState; readonly sinceMs: number } | null
  /** Whether somebody else's visitor is there now. */
  readonly isBusyElsewhere: boolean
}
