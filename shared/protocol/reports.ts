import type { Outcome } from '../domain/state.ts'

/** What the reports say, for the page that shows them and for whoever reads them as JSON. No library here. */

export const REPORT_GROUPS = [
  'day',
  'weekday',
  'hour',
  'month',
  'year',
  'agency',
  'service',
  'counter',
  'officer',
  'class',
  'journey',
] as const
export type ReportGroup = (typeof REPORT_GROUPS)[number]

/** Times of many, in minutes with one decimal; null where there are none. `within`: how many of `count` kept to the target. */
export interface Spread {
  readonly count: number
  readonly medianMinutes: number | null
  readonly p90Minutes: number | null
  readonly within: number
}

export interface ReportFigures {
  /** Visits, as docs/SPEC.md defines them: one number, one visitor's way from door to door, on the day it was issued. */
  readonly visits: number
  /** Of them, those whose every stop was served on the first visit with the outcome `done`. */
  readonly doneAtFirstVisit: number
  /** Stops: what the services saw. A journey of three services is one visit and three stops. */
  readonly stops: number
  readonly served: number
  readonly notServed: {
    readonly noShow: number
    readonly refused: number
    readonly cancelled: number
    readonly carriedOver: number
    readonly moved: number
    /** Today only: still waiting or being served. */
    readonly open: number
  }
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** From ready to the first call; `within`: within the service's or class's target. */
  readonly wait: Spread
  /** From the start of the service to its end; `within`: within the standard's minutes (SOP). */
  readonly service: Spread
  /** Hours of counters with an officer, and hours in which their services were open; null for groups that have none (officer, class, ...). */
  readonly counterHours: { readonly open: number; readonly scheduled: number } | null
}

export interface ReportRow extends ReportFigures {
  /** `2025-11-20`, `Mon`, `09`, `2025-11`, `2025`, `DUKCAPIL`, `DUKCAPIL.KK`, `3`, a user name, a class, a journey. */
  readonly key: string
  /** For a person, in Indonesian and English. */
  readonly label: { readonly id: string; readonly en: string }
  /** Rows of earlier years that were entered as totals have visits alone. */
  readonly isTotalOnly: boolean
}

/** `GET /branches/B/reports?from&to&by&agency&service&counter&officer` */
export interface Report {
  readonly branch: { readonly id: string; readonly name: { readonly id: string; readonly en: string }; readonly timeZone: string }
  readonly from: string
  readonly to: string
  readonly by: ReportGroup
  /** Business days in it of which there is something. */
  readonly days: number
  /** Up to when today is counted; null where today is not in it. */
  readonly asOfMs: number | null
  readonly total: ReportFigures
  readonly rows: readonly ReportRow[]
  /** The same span one year before, and the span of the same length right before: what growth is reckoned against. Null: nothing known. */
  readonly yearBefore: { readonly visits: number; readonly isTotalOnly: boolean } | null
  readonly spanBefore: { readonly visits: number; readonly isTotalOnly: boolean } | null
  /** Hall and outside apart: visits of this branch and of all branches of the house. */
  readonly places: readonly {
    readonly branch: string
    readonly name: { readonly id: string; readonly en: string }
    readonly isOutside: boolean
    readonly visits: number
  }[]
}

/** `GET /branches/B/reports/growth`: visits by month, of all years known. */
export interface Growth {
  readonly months: readonly {
    readonly month: string
    readonly visits: number
    readonly isTotalOnly: boolean
    readonly isComplete: boolean
  }[]
}

/** `PUT /branches/B/reports/totals`: visits of earlier months, before this system counted. Replaces what was entered before. */
export interface EarlierTotals {
  readonly totals: readonly { readonly month: string; readonly agency: string | null; readonly visits: number; readonly source: string }[]
}

/** A row of `GET /branches/B/reports/daily`: one date and agency. */
export interface DailyRow {
  readonly date: string
  readonly agency: string
  readonly visits: number
  readonly served: number
  readonly noShows: number
  readonly medianWaitMinutes: number | null
  readonly p90WaitMinutes: number | null
  readonly medianServiceMinutes: number | null
}
