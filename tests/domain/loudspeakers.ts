import type { Command } from '../../shared/domain/commands.ts'
import type { BranchConfiguration } from '../../shared/domain/configuration.ts'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { type BranchState, counterState } from '../../shared/domain/state.ts'

interface Waiting {
  readonly id: string
  readonly zone: string
  /** Null for a message. */
  readonly counter: string | null
  readonly ticket: string | null
  readonly kind: 'call' | 'recall' | 'notice' | 'soundCheck'
  readonly atMs: number
}

/**
 * The loudspeakers once more, as plainly as can be: one list of what waits, `filter` and `sort`. Driven by the commands that were accepted,
 * it tells what must have begun and ended by each (ANN1, ANN2, ANN3).
 */
export class Loudspeakers {
  readonly #zones: readonly string[]
  readonly #zoneOf: ReadonlyMap<string, string>
  #waiting: Waiting[] = []
  readonly #speakers = new Map<string, string>()
  readonly #sounding = new Map<string, string>()
  readonly #quiet = new Map<string, string>()
  /** Everything that ever began. */
  readonly #begun = new Set<string>()

  constructor(configuration: BranchConfiguration) {
    this.#zones = configuration.zones.map(({ id }) => id)
    this.#zoneOf = new Map(configuration.counters.map(({ id, zone }) => [id, zone]))
  }

  /** `after`: what stands at the counters then. Gives what began and ended, in order: `begun ID`, `ended ID WHY`. */
  accept(command: Command, events: readonly BranchEvent[], after: BranchState, nowMs: number): string[] {
    const told = this.#told(command, nowMs, after.pause !== null)
    for (const event of events) {
      if (event.type === 'ticketCalled' || event.type === 'ticketRecalled') {
        const counter = event.counter.id
        this.#forget((each) => each.counter === counter)
        if (!this.#quiet.has(event.zone)) {
          const kind = event.type === 'ticketCalled' ? 'call' : 'recall'
          this.#waiting.push({ id: event.announcementId, zone: event.zone, counter, ticket: event.ticket.id, kind, atMs: event.atMs })
        }
      }
      const message = { counter: null, ticket: null, atMs: event.atMs }
      if (event.type === 'textAnnounced')
        for (const [zone, id] of Object.entries(event.spoken)) this.#waiting.push({ ...message, id, zone, kind: 'notice' })
      if (event.type === 'soundCheckStarted') {
        this.#forget((each) => each.zone === event.zone && each.kind === 'soundCheck')
        this.#waiting.push({ ...message, id: event.announcementId, zone: event.zone, kind: 'soundCheck' })
      }
      if (event.type === 'stepUndone') this.#forget((each) => event.withdrawn.includes(each.id))
    }
    // The visitor is no longer expected there.
    this.#forget((each) => each.counter !== null && counterState(after, each.counter).ticket !== each.ticket)
    return told
  }

  #told(command: Command, nowMs: number, isPaused: boolean): string[] {
    switch (command.type) {
      case 'chooseSpeaker':
        this.#speakers.set(command.zone, command.connection)
        return []
      case 'loseSpeaker': {
        const { zone, connection, why } = command
        if (this.#speakers.get(zone) !== connection || (why === 'replaced' && this.#sounding.has(zone))) return []
        this.#speakers.delete(zone)
        const sounded = this.#silence(zone)
        return sounded === undefined ? [] : [`ended ${sounded} ${why === 'blocked' ? 'blocked' : 'speaker-lost'}`]
      }
      case 'startAnnouncement': {
        const { zone, connection } = command
        const told = this.#expire(zone, nowMs)
        const soundsAlready = [...this.#sounding.keys()].some((other) => this.#speakers.get(other) === connection)
        if (this.#speakers.get(zone) !== connection || soundsAlready) return told
        const next = this.#inOrder(zone).find((each) => {
          if (each.kind === 'soundCheck') return true
          return !this.#quiet.has(zone) && (each.kind === 'notice' || !isPaused)
        })
        if (!next) return told
        if (this.#begun.has(next.id)) throw new Error(`ANN3 ${next.id} begins twice`)
        this.#begun.add(next.id)
        this.#forget((each) => each === next)
        this.#sounding.set(zone, next.id)
        return [...told, `begun ${next.id}`]
      }
      case 'endAnnouncement': {
        const { zone, announcementId: id, connection, why } = command
        const speaker = this.#speakers.get(zone)
        if (this.#sounding.get(zone) === id && speaker === connection) {
          this.#silence(zone)
          return [`ended ${id} ${why}`]
        }
        const waits = this.#waiting.find((each) => each.id === id && each.zone === zone)
        if (!waits || speaker !== undefined || why !== null) return []
        this.#forget((each) => each === waits)
        return [`ended ${id} null`]
      }
      case 'expireAnnouncements':
        return this.#zones.flatMap((zone) => this.#expire(zone, nowMs))
      case 'keepQuiet':
        return (command.zones ?? this.#zones)
          .filter((zone) => this.#quiet.get(zone) !== command.reason)
          .flatMap((zone) => {
            this.#quiet.set(zone, command.reason)
            return this.#end(this.#inOrder(zone), 'quiet')
          })
      case 'speakAgain':
        for (const zone of command.zones ?? this.#zones) this.#quiet.delete(zone)
        return []
      case 'startService':
        this.#forget((each) => each.counter === command.counter)
        return []
      case 'turnDay':
        this.#waiting = []
        this.#quiet.clear()
        return []
      default:
        return []
    }
  }

  #inOrder(zone: string): Waiting[] {
    const due = { call: 20_000, recall: 10_000, notice: 0, soundCheck: 0 }
    return this.#waiting
      .filter((each) => each.zone === zone && (each.counter === null || this.#zoneOf.get(each.counter) === zone))
      .sort(
        (a, b) => a.atMs + due[a.kind] - b.atMs - due[b.kind] || a.atMs - b.atMs || ((a.counter ?? a.id) < (b.counter ?? b.id) ? -1 : 1),
      )
  }

  #expire(zone: string, nowMs: number): string[] {
    return this.#end(
      this.#inOrder(zone).filter((each) => nowMs - each.atMs >= 45_000),
      'expired',
    )
  }

  #end(which: readonly Waiting[], why: string): string[] {
    this.#forget((each) => which.includes(each))
    return which.map(({ id }) => `ended ${id} ${why}`)
  }

  #silence(zone: string): string | undefined {
    const id = this.#sounding.get(zone)
    this.#sounding.delete(zone)
    return id
  }

  #forget(isGone: (each: Waiting) => boolean): void {
    this.#waiting = this.#waiting.filter((each) => !isGone(each))
  }
}
