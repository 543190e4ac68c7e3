import { indexOf } from '../../shared/domain/configuration.ts'
import { type BranchState, counterState, currentService } from '../../shared/domain/state.ts'
import { HAPPENINGS_KEPT, HAPPENINGS_SHOWN, type HallLine, type Happening } from '../../shared/protocol/live.ts'
import { type Step, type StoryLine, stepsOf, Teller } from '../../shared/story/story.ts'
import type { Applied, BranchRuntime, RuntimeListener } from '../branch/runtime.ts'
import type { History } from '../history/history.ts'
import { resting } from '../resting.ts'
import type { AlertNews } from './alertNews.ts'

/** Often enough for an eye; a burst of calls is one message, and one change of the page. */
const TELL_MS = 1_000

/** Whoever wants to be told at once. `isHeard`: whether anybody listens now; where nobody does, nothing is worked out. */
export interface HappeningsListener {
  isHeard(): boolean
  onHappened(happenings: readonly Happening[]): void
}

type Told = Omit<Happening, 'number'>
type Kept = { readonly step: Step } | { readonly news: AlertNews }

/**
 * What happens in one branch, in the words of a ticket's story. On the way of officers it only remembers what was committed; words are found
 * later, and only where a supervisor looks on.
 */
export class BranchHappenings implements RuntimeListener {
  readonly #runtime: BranchRuntime
  readonly #listeners: HappeningsListener[] = []
  /** Not put into words yet. */
  #kept: Kept[] = []
  #told: Happening[] = []
  #number = 0
  #timer: NodeJS.Timeout | undefined
  #earlier: Promise<void> | null = null
  /** What happened after this revision was heard here. */
  readonly #sinceRevision: number

  constructor(runtime: BranchRuntime) {
    this.#runtime = runtime
    this.#sinceRevision = runtime.state.revision
    runtime.listen(this)
  }

  listen(listener: HappeningsListener): void {
    this.#listeners.push(listener)
  }

  onApplied(applied: readonly Applied[]): void {
    for (const { before, event, state } of applied) this.#keep({ step: { before, event, after: state, revision: state.revision } })
  }

  /** What was told is still what happened. */
  onReplaced(): void {}

  onAlert(news: AlertNews): void {
    this.#keep({ news })
  }

  /** The latest of today, oldest first: also of the time before this server began. Throws `StoreAway`. */
  async latest(history: History): Promise<readonly Happening[]> {
    this.#earlier ??= this.#readEarlier(history).catch((error: unknown) => {
      this.#earlier = null
      throw error
    })
    await this.#earlier
    this.#tell()
    return this.#told
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept)
    if (this.#kept.length > 2 * HAPPENINGS_KEPT) this.#kept = this.#kept.slice(-HAPPENINGS_KEPT)
    if (this.#listeners.some((listener) => listener.isHeard())) this.#timer ??= setTimeout(() => this.#tell(), TELL_MS)
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const made = this.#kept
      .splice(0)
      .slice(-HAPPENINGS_KEPT)
      .flatMap((kept) => ('step' in kept ? happened(kept.step) : ofAlert(kept.news)))
      .map((told) => ({ number: ++this.#number, ...told }))
    if (made.length === 0) return
    this.#told = [...this.#told, ...made].slice(-HAPPENINGS_KEPT)
    const newest = made.slice(-HAPPENINGS_SHOWN)
    for (const listener of this.#listeners) if (listener.isHeard()) listener.onHappened(newest)
  }

  async #readEarlier(history: History): Promise<void> {
    const day = await history.day(this.#runtime.id, this.#runtime.state.day)
    if (!day) {
      // It is being read; whoever asks next gets it.
      this.#earlier = null
      return
    }
    const rest = resting({ keptMs: 8, share: 0 })
    let latest: Step[] = []
    let count = 0
    for (const step of stepsOf(day)) {
      if (++count % 100 === 0) await rest()
      if (step.revision > this.#sinceRevision) break
      latest.push(step)
      if (latest.length > 2 * HAPPENINGS_KEPT) latest = latest.slice(-HAPPENINGS_KEPT)
    }
    const earlier = latest.slice(-HAPPENINGS_KEPT).flatMap(happened)
    // Before all that was heard here: their numbers go down from the first.
    const first = (this.#told[0]?.number ?? this.#number + 1) - earlier.length
    this.#told = [...earlier.map((told, at) => ({ number: first + at, ...told })), ...this.#told].slice(-HAPPENINGS_KEPT)
  }
}

const branches = new WeakMap<BranchRuntime, BranchHappenings>()

export function happeningsOf(runtime: BranchRuntime): BranchHappenings {
  const known = branches.get(runtime) ?? new BranchHappenings(runtime)
  branches.set(runtime, known)
  return known
}

/** None where a person who looks on learns nothing from it. */
function happened(step: Step): Told[] {
  const { event, after } = step
  const { atMs, by } = event
  const tell = (line: StoryLine | HallLine, agencies: readonly string[], ticket: string | null = null): Told[] => [
    { atMs, by, agencies, ticket, line },
  ]
  const ofCounter = (id: string): readonly string[] => agenciesOf(after, indexOf(after.configuration).counters.get(id)?.services ?? [])
  switch (event.type) {
    case 'ticketIssued':
    case 'ticketCalled':
    case 'ticketRecalled':
      return ofTicket(step, event.ticket.id, tell)
    case 'stepUndone':
      return ofTicket(step, event.tickets[0]?.id ?? '', tell)
    case 'serviceStarted':
    case 'ticketCompleted':
    case 'ticketMissed':
    case 'ticketHeld':
    case 'ticketResumed':
    case 'ticketTransferred':
    case 'ticketReturned':
    case 'ticketReclassified':
    case 'ticketCancelled':
    case 'ticketCarriedOver':
      return ofTicket(step, event.ticketId, tell)
    case 'announcementEnded': {
      if (event.counter === null) return []
      const announcement = counterState(after, event.counter).announcement
      const ticket = announcement?.id === event.announcementId ? after.tickets.get(announcement.ticketId) : undefined
      // A call that another one took the place of is told by that one.
      if (!ticket) return []
      const line: HallLine = { kind: 'heard', counter: labelOf(after, event.counter), notHeard: event.why }
      return tell(line, agenciesOf(after, [currentService(ticket)]), ticket.number)
    }
    case 'counterOpened': {
      const { type: kind, counter, officer, takenOverFrom } = event
      return tell({ kind, counter: labelOf(after, counter), officer, takenOverFrom }, ofCounter(counter))
    }
    case 'counterPaused': {
      const { type: kind, counter, reason, untilMs } = event
      return tell({ kind, counter: labelOf(after, counter), reason, untilMs }, ofCounter(counter))
    }
    case 'counterClosed': {
      const { type: kind, counter, reason = null } = event
      return tell({ kind, counter: labelOf(after, counter), reason }, ofCounter(counter))
    }
    case 'servicePaused':
    case 'serviceClosed':
      return tell({ kind: event.type, service: event.service, reason: event.reason }, agenciesOf(after, [event.service]))
    case 'serviceOpened':
    case 'serviceReset':
      return tell({ kind: event.type, service: event.service }, agenciesOf(after, [event.service]))
    case 'branchPaused':
      return tell({ kind: event.type, reason: event.reason }, [])
    case 'branchResumed':
    case 'noticeCleared':
      return tell({ kind: event.type }, [])
    case 'branchConfigured':
      return tell({ kind: 'configured' }, [])
    case 'dayOverridden':
      return tell({ kind: event.type, override: event.override }, [])
    case 'dayTurned':
      return tell({ kind: event.type, day: event.day }, [])
    case 'textAnnounced':
      return tell({ kind: event.type, text: event.text }, [])
    case 'quietChanged':
      return tell({ kind: event.type, zones: event.zones, reason: event.reason }, [])
    case 'speakerChosen':
    case 'speakerLost':
    case 'soundBlocked':
      return tell({ kind: event.type, zone: event.zone }, [])
    case 'soundChecked':
      return tell({ kind: event.type, zone: event.zone, heard: event.heard }, [])
    case 'printerReported':
      return tell({ kind: event.type, device: event.device, state: event.state }, [])
    default:
      return []
  }
}

/** As its story tells this one step. */
function ofTicket(step: Step, ticketId: string, tell: (line: StoryLine, agencies: readonly string[], ticket: string) => Told[]): Told[] {
  const ticket = step.after.tickets.get(ticketId)
  if (!ticket) return []
  const teller = new Teller({ day: step.after.day, opening: step.before, events: [] }, ticketId)
  teller.tell(step)
  const line = teller.story().lines.at(-1)
  return line?.revision === step.revision ? tell(line, agenciesOf(step.after, [currentService(ticket)]), ticket.number) : []
}

const ofAlert = ({ type, atMs, alert }: AlertNews): Told[] => [
  {
    atMs,
    by: 'system',
    agencies: ALERTS_OF_SERVICES.has(alert.kind) ? [agencyOf(alert.about ?? '')] : [],
    ticket: null,
    line: { kind: type, alert },
  },
]
const ALERTS_OF_SERVICES: ReadonlySet<string> = new Set(['longWait', 'nobodyServes', 'quotaUsed'])

/** Codes of services are `AGENCY.SERVICE`. */
const agencyOf = (code: string): string => code.split('.')[0] as string
const agenciesOf = ({ configuration }: BranchState, codes: readonly string[]): readonly string[] => [
  ...new Set(codes.map((code) => indexOf(configuration).services.get(code)?.agency.id ?? agencyOf(code))),
]
const labelOf = ({ configuration }: BranchState, counter: string): string => indexOf(configuration).counters.get(counter)?.label ?? counter
