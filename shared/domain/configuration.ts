import { within } from './hours.ts'

/** What a branch is: its agencies, services, counters, zones, hours. Data only; checked at the edge by `shared/protocol/schemas.ts`. */

export type Language = 'id' | 'en'

/** A text in the branch's languages, or one text for all of them. */
export type Text = string | { readonly id: string; readonly en: string }

export const textIn = (text: Text, language: Language): string => (typeof text === 'string' ? text : text[language])

export type Weekday = 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun'

/** From and until, local wall-clock times of the branch as `HH:MM`; `24:00` is the end of the day. */
export type Interval = readonly [string, string]

/** Other hours on one date, or on the dates `from` to `to`, both included (`YYYY-MM-DD`). No `hours` and no `weekly`: closed. */
export interface HoursException {
  readonly date?: string
  readonly from?: string
  readonly to?: string
  readonly hours?: readonly Interval[]
  readonly weekly?: Readonly<Partial<Record<Weekday, readonly Interval[]>>>
  readonly reason?: Text
}

export interface WeeklyHours {
  readonly weekly: Readonly<Partial<Record<Weekday, readonly Interval[]>>>
  /** The first exception that covers a date holds for it. */
  readonly exceptions?: readonly HoursException[]
  /** No ticket is issued in the last minutes before each interval ends: 0 where absent. */
  readonly lastTicketMinutesBeforeClose?: number
  /** Tickets are issued this many minutes before each interval begins: 0 where absent. */
  readonly firstTicketMinutesBeforeOpen?: number
}

export type Hours = 'always' | WeeklyHours

export interface Zone {
  readonly id: string
  readonly name: Text
}

/** A class other than `regular`, with a target of its own: a shorter one is called earlier. */
export interface TicketClass {
  readonly id: string
  readonly name: Text
  readonly targetMinutes: number
}

export interface Service {
  /** Unique within the agency; its code is `AGENCY.SERVICE`. */
  readonly id: string
  readonly name: Text
  readonly averageMinutes: number
  /** How long a regular visitor should wait at most: the service's promise, and what its order is counted from. */
  readonly targetMinutes: number
  /** Minutes that the standard of the service (SOP) gives to serving one visitor; `averageMinutes` where absent. Reports compare with it. */
  readonly standardMinutes?: number
  readonly quotaPerDay?: number | null
  /** False: it issues no tickets and no kiosk shows it; numbers that were given stay valid. On where absent. */
  readonly enabled?: boolean
  /** The branch's hours where absent. */
  readonly hours?: Hours
  readonly requirements?: readonly Text[]
  readonly fee?: Text
  readonly note?: Text
}

export interface Agency {
  readonly id: string
  readonly name: Text
  readonly short: string
  /** One or two capital letters in front of its numbers; unique in the branch. */
  readonly prefix: string
  /** False: none of its services issues tickets. On where absent. */
  readonly enabled?: boolean
  readonly services: readonly Service[]
}

export interface Counter {
  /** What stands on its sign: `3`. */
  readonly id: string
  readonly label: string
  readonly zone: string
  /** Service codes, `AGENCY.SERVICE`. */
  readonly services: readonly string[]
}

export interface Journey {
  readonly id: string
  readonly name: Text
  readonly steps: readonly { readonly service: string; readonly optional?: boolean }[]
}

/** How numbers are read aloud: leading zeros one by one and the rest as a number, digit by digit, or as a number alone. */
export type Reading = 'zeros' | 'digits' | 'cardinal'

export interface VoiceSettings {
  /** `zeros` in Indonesian and `digits` in English where absent. */
  readonly reading?: Partial<Record<Language, Reading>>
  /** Voice packs by folder name; the shipped ones where absent. */
  readonly packs?: Partial<Record<Language, string>>
  /** How an agency's prefix is said: `4K` as `empat ka`. */
  readonly pronunciations?: Readonly<Record<string, Partial<Record<Language, string>>>>
}

/** A branch's own colours and sign. */
export interface Look {
  /** `#rrggbb`; must stand out on the paper of the pages (checked: `shared/look/contrast.ts`). */
  readonly accent?: string
  /** A file of the branch's media folder. */
  readonly logo?: string
}

/** From when on a supervisor is told that something is wrong. */
export interface AlertThresholds {
  /** Of a service's target: somebody waits longer than this share of it, in percent; 100 where absent. Twice that is severe. */
  readonly waitPercent?: number
  /** People wait for a service that nobody serves, for so many minutes; 5 where absent. */
  readonly unservedMinutes?: number
  /** So much of a quota is left, in percent; 10 where absent. */
  readonly quotaLeftPercent?: number
  /** A screen or kiosk is out of contact for so many minutes; 2 where absent. */
  readonly lostMinutes?: number
  /** An officer called so many out of order today; 5 where absent. */
  readonly outOfOrderCalls?: number
  /** The whole branch stands still for so many minutes; 30 where absent. */
  readonly pauseMinutes?: number
}

export interface BranchConfiguration {
  readonly id: string
  readonly name: { readonly id: string; readonly en: string }
  readonly timeZone: string
  readonly languages: readonly Language[]
  readonly hours: Hours
  readonly zones: readonly Zone[]
  readonly classes: readonly TicketClass[]
  readonly agencies: readonly Agency[]
  readonly counters: readonly Counter[]
  readonly journeys: readonly Journey[]
  readonly motto?: Text
  /** Days after which single tickets of a closed day are let go of; its summary stays. Kept for ever where absent. */
  readonly keepTicketsDays?: number
  /** A street stand or another place outside the hall: reports tell its visits apart. */
  readonly isOutside?: boolean
  readonly address?: string
  /** Whether a visitor's own phone may take a ticket without a kiosk; false where absent. */
  readonly visitorTickets?: boolean
  /** What becomes of those still waiting when the business day turns: refused with a reason, or carried over; refused where absent. */
  readonly atDayEnd?: 'refuse' | 'carryOver'
  /** A called ticket may be given up only after this many recalls and this many seconds since its call; at once where absent. */
  readonly noShow?: { readonly recalls: number; readonly seconds: number }
  readonly voice?: VoiceSettings
  readonly alerts?: AlertThresholds
  /** Lines that run along the foot of the lobby screens. */
  readonly runningText?: readonly Text[]
  readonly look?: Look
  /** What in this file is assumed rather than known: a line each, for whoever checks it. */
  readonly assumptions?: readonly string[]
}

/** A service with its agency, found by its code. */
export interface ServiceEntry {
  readonly code: string
  readonly agency: Agency
  readonly service: Service
  /** Whether it and its agency are switched on. */
  readonly enabled: boolean
  /** Its own hours, less what the branch's exceptions take from them; absent: the branch's. */
  readonly hours?: Hours
}

/** The look-ups that every decision needs, made once per configuration. */
export interface ConfigurationIndex {
  readonly services: ReadonlyMap<string, ServiceEntry>
  readonly counters: ReadonlyMap<string, Counter>
  readonly classes: ReadonlyMap<string, TicketClass>
  readonly journeys: ReadonlyMap<string, Journey>
}

const indexes = new WeakMap<BranchConfiguration, ConfigurationIndex>()

export function indexOf(configuration: BranchConfiguration): ConfigurationIndex {
  const known = indexes.get(configuration)
  if (known) return known
  const services = new Map<string, ServiceEntry>()
  for (const agency of configuration.agencies)
    for (const service of agency.services) {
      const code = `${agency.id}.${service.id}`
      const hours = service.hours && within(service.hours, configuration.hours)
      const enabled = agency.enabled !== false && service.enabled !== false
      services.set(code, { code, agency, service, enabled, ...(hours ? { hours } : {}) })
    }
  const index: ConfigurationIndex = {
    services,
    counters: new Map(configuration.counters.map((counter) => [counter.id, counter])),
    classes: new Map(configuration.classes.map((ticketClass) => [ticketClass.id, ticketClass])),
    journeys: new Map(configuration.journeys.map((journey) => [journey.id, journey])),
  }
  indexes.set(configuration, index)
  return index
}
