import { nextExpiryMs, nextToSpeak } from '../../shared/domain/announcing.ts'
import type { AnnouncerCommand, SpeakerLost } from '../../shared/domain/commands.ts'
import { indexOf } from '../../shared/domain/configuration.ts'
import type { BranchEvent, EventType } from '../../shared/domain/events.ts'
import { type BranchState, counterState, type NotHeard, type Speaker, zoneState } from '../../shared/domain/state.ts'
import { parseAnnouncementReport, parseSoundReport } from '../../shared/protocol/schemas.ts'
import type { AnnouncementReport } from '../../shared/protocol/wire.ts'
import type { Applied, BranchRuntime } from '../branch/runtime.ts'
import type { Heartbeat } from './heartbeat.ts'
import { bestFor, breadth, isSilent, type Line, type Screen, serves } from './screen.ts'
import { speakOf } from './speak.ts'

/** For the log and the metrics: what became of an announcement. Every server of a branch tells of each. */
export interface AnnouncementLine {
  readonly branchId: string
  readonly announcementId: string
  readonly zone: string
  readonly counter: string | null
  readonly outcome: 'heard' | NotHeard
  /** From the press to the start; to the end where it was never started. Null: the counter has gone on. */
  readonly waitedMs: number | null
  /** Told by the screen, where it is one of this server's: from the order to the first sample at its output. */
  readonly latencyMs: number | null
}

export interface AnnouncerContext {
  readonly heartbeat: Pick<Heartbeat, 'serverId' | 'isKnown' | 'isAlive'>
  report(line: AnnouncementLine): void
  readonly log: { info(details: object, message: string): void; warn(details: object, message: string): void }
}

/** A screen that was told to speak says so within this time, or doesn't speak. Older orders are not given any more. */
const ANSWER_MS = 2_000
/** How long after the end that it told of a screen is waited for (ANN4: the counter knows 2 s after the end). */
const END_MS = 1_500
/** The longest sentence is shorter than this; for a screen that doesn't say how long it will take. */
const LONGEST_MS = 20_000
/** How long a screen that was told to speak and didn't is passed over, where there is another. */
const DOUBT_MS = 60_000
/** What was shown is told once; so many are remembered, far more than are on any screen. */
const SHOWN_REMEMBERED = 1_000

/** After these something may have to be done. */
const MATTERS: ReadonlySet<EventType> = new Set<EventType>([
  ...(['ticketCalled', 'ticketRecalled', 'textAnnounced', 'soundCheckStarted', 'quietChanged', 'branchResumed'] as const),
  ...(['speakerChosen', 'speakerLost', 'soundBlocked', 'announcementStarted', 'announcementEnded'] as const),
  ...(['branchConfigured', 'dayTurned', 'stepUndone', 'serviceStarted'] as const),
])

/** What one of this server's screens was told to say. */
interface Sounding {
  readonly zone: string
  readonly screen: Screen
  latencyMs: number | null
  /** How it ended, once that is known: the store may be away, then it is told again. */
  end: { readonly why: NotHeard | null } | null
  timer: NodeJS.Timeout | undefined
}

/**
 * The loudspeakers of one branch, as far as their screens are connected here (ANN1 to ANN5). Which screen speaks, what begins and what ended
 * is decided by the core and committed like everything else; this sees what is the case, and commands what follows from it.
 *
 * It acts on the state as of the events it was handed, never on a later one: an announcement is sent to its screen when its start arrives
 * here as an event, which each does once in a process. What a process finds started when it reads a branch is never sent again (ANN3).
 */
export class Announcer {
  readonly #runtime: BranchRuntime
  readonly #context: AnnouncerContext
  readonly #screens = new Map<string, Screen>()
  /** Those that ever said whether they can sound: the others never speak. */
  readonly #able = new Set<Screen>()
  readonly #sounding = new Map<string, Sounding>()
  /** Devices that did not do as they were told, until when. */
  readonly #doubtful = new Map<string, number>()
  readonly #shown = new Set<string>()
  /** By zone: the device of which this server said that it is blocked. */
  readonly #blocked = new Map<string, string>()
  /** Commands under way, by what they are about. */
  readonly #underWay = new Map<string, Promise<void>>()
  #state: BranchState
  #expiry: NodeJS.Timeout | undefined
  #isStopping = false
  #commands = 0

  constructor(runtime: BranchRuntime, context: AnnouncerContext) {
    this.#runtime = runtime
    this.#context = context
    this.#state = runtime.state
    runtime.listen({
      onApplied: (applied) => this.#follow(applied),
      onReplaced: () => this.#readAnew(),
    })
    this.#awaitExpiry()
  }

  // --- screens

  enter(line: Line, device: string, zones: readonly string[] | null): void {
    const connection = `${this.#context.heartbeat.serverId}:${line.id}`
    const nowMs = performance.now()
    this.#screens.set(line.id, { line, connection, device, zones, sinceMs: nowMs, sound: null, heardOfMs: nowMs, unanswered: 0 })
  }

  left(lineId: string): void {
    const screen = this.#screens.get(lineId)
    if (!screen) return
    this.#screens.delete(lineId)
    this.#able.delete(screen)
    this.#arrange()
  }

  /** A screen tells whether it can sound: in answer to each tick, and when that changes. What can't be read is no sign of life. */
  onSound(lineId: string, input: unknown): void {
    const screen = this.#screens.get(lineId)
    const parsed = parseSoundReport(input)
    if (!screen || !parsed.ok) return
    this.#heardOf(screen)
    const before = screen.sound
    screen.sound = parsed.value.state
    this.#able.add(screen)
    if (screen.sound !== before) this.#arrange()
  }

  /** A screen tells what became of an announcement. */
  onReport(lineId: string, input: unknown): void {
    const screen = this.#screens.get(lineId)
    const parsed = parseAnnouncementReport(input)
    if (!screen || !parsed.ok) return
    this.#heardOf(screen)
    const report = parsed.value as AnnouncementReport
    const sounding = this.#sounding.get(report.announcementId)
    if (report.status === 'shown') this.#onShown(screen, report.announcementId)
    else if (!sounding) this.#onSpokenElsewhere(screen, report)
    else if (sounding.screen === screen && sounding.end === null) this.#onSounding(sounding, report)
  }

  #onSounding(sounding: Sounding, { announcementId, status, durationMs, latencyMs }: AnnouncementReport): void {
    switch (status) {
      case 'shown':
        return
      case 'speaking':
        sounding.latencyMs = latencyMs ?? null
        clearTimeout(sounding.timer)
        sounding.timer = setTimeout(() => this.#end(announcementId, sounding, 'no-answer'), (durationMs ?? LONGEST_MS - END_MS) + END_MS)
        return
      case 'spoken':
        this.#end(announcementId, sounding, null)
        return
      default:
        this.#end(announcementId, sounding, status)
    }
  }

  // --- time

  /** The screens were sent a tick, which they answer. */
  onTick(): void {
    for (const screen of this.#screens.values()) screen.unanswered += 1
  }

  /** Once a second: what no event tells of. */
  look(): void {
    const nowMs = performance.now()
    for (const screen of [...this.#screens.values()])
      if (isSilent(screen, nowMs) && this.#zonesOf(screen).length > 0) this.#giveUp(screen, 'silent')
    for (const [device, untilMs] of this.#doubtful) if (untilMs < nowMs) this.#doubtful.delete(device)
    for (const [id, sounding] of this.#sounding) if (sounding.end) this.#end(id, sounding, sounding.end.why)
    this.#endUntold()
    this.#lookForDeadServers()
    this.#arrange()
    this.#awaitExpiry()
  }

  /** The speakers here stop: their sockets are closed, then others may speak. Resolves when that is known to all. */
  async release(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#expiry)
    // What is under way may make one of them a speaker.
    await Promise.all(this.#underWay.values())
    for (const screen of [...this.#screens.values()]) {
      if (this.#zonesOf(screen).length === 0) continue
      screen.line.emit('restarting')
      this.#giveUp(screen, 'closed')
    }
    await Promise.all(this.#underWay.values())
  }

  close(): void {
    this.#isStopping = true
    clearTimeout(this.#expiry)
    for (const { timer } of this.#sounding.values()) clearTimeout(timer)
  }

  // --- events

  #follow(applied: readonly Applied[]): void {
    let matters = false
    for (const { before, event, state } of applied) {
      if (state.revision <= this.#state.revision) continue
      this.#state = state
      if (!MATTERS.has(event.type)) continue
      matters = true
      if (event.type === 'announcementStarted') this.#onStarted(before, event)
      else if (event.type === 'announcementEnded') this.#onEnded(before, event)
      else if (event.type === 'speakerChosen') this.#logSpeaker(event)
      else if (event.type === 'speakerLost') {
        this.#logSpeaker(event)
        const { speaker } = zoneState(before, event.zone)
        if (event.why === 'blocked' && speaker && this.#isOurs(speaker)) this.#blocked.set(event.zone, speaker.device)
      }
    }
    if (!matters) return
    this.#arrange()
    if (this.#expiry === undefined) this.#awaitExpiry()
  }

  /** The store came back as something else: what was told to the screens may never have been, for all that the store knows. */
  #readAnew(): void {
    this.#state = this.#runtime.state
    for (const [id, { zone, timer }] of this.#sounding)
      if (zoneState(this.#state, zone).speaking?.id !== id) {
        clearTimeout(timer)
        this.#sounding.delete(id)
      }
    this.#endUntold()
    this.#arrange()
    this.#awaitExpiry()
  }

  #onStarted(before: BranchState, event: Extract<BranchEvent, { type: 'announcementStarted' }>): void {
    const { announcementId, zone, connection } = event
    const screen = this.#screenOf(connection)
    // This server was held up, or the store: now it would come too late, perhaps into another's sentence. It counts as not heard.
    if (!screen || this.#runtime.nowMs() - event.atMs > ANSWER_MS) return
    const sounding: Sounding = { zone, screen, latencyMs: null, end: null, timer: undefined }
    sounding.timer = setTimeout(() => {
      this.#end(announcementId, sounding, 'no-answer')
      this.#doubtful.set(screen.device, performance.now() + DOUBT_MS)
      this.#giveUp(screen, 'silent')
    }, ANSWER_MS)
    this.#sounding.set(announcementId, sounding)
    screen.line.emit('speak', speakOf(before, event))
  }

  #onEnded(before: BranchState, event: Extract<BranchEvent, { type: 'announcementEnded' }>): void {
    const { announcementId, zone, counter, why, atMs } = event
    const sounding = this.#sounding.get(announcementId)
    clearTimeout(sounding?.timer)
    this.#sounding.delete(announcementId)
    const { speaking, messages } = zoneState(before, zone)
    const call = counter === null ? null : counterState(before, counter).announcement
    const madeMs = call?.id === announcementId ? call.atMs : (messages.find(({ id }) => id === announcementId)?.atMs ?? null)
    const startedMs = speaking?.id === announcementId ? speaking.startedAtMs : atMs
    this.#context.report({
      branchId: this.#runtime.id,
      announcementId,
      zone,
      counter,
      outcome: why ?? 'heard',
      waitedMs: madeMs === null ? null : startedMs - madeMs,
      latencyMs: sounding?.latencyMs ?? null,
    })
  }

  #logSpeaker(event: Extract<BranchEvent, { type: 'speakerChosen' | 'speakerLost' }>): void {
    const at = { branch: this.#runtime.id, zone: event.zone, connection: event.connection }
    if (event.type === 'speakerChosen') this.#context.log.info({ ...at, device: event.device }, 'speaker chosen')
    else this.#context.log[event.why === 'replaced' ? 'info' : 'warn']({ ...at, why: event.why }, 'speaker lost')
  }

  // --- what follows

  /** Who speaks where, and what is to be spoken now. Looks at zones, counters and screens, never at tickets. */
  #arrange(): void {
    if (this.#isStopping) return
    for (const zone of zonesOf(this.#state)) this.#elect(zone)
    this.#speakNext()
  }

  #elect(zone: string): void {
    const { speaker, speaking, blocked } = zoneState(this.#state, zone)
    const isConfigured = this.#state.configuration.zones.some(({ id }) => id === zone)
    if (speaker !== null) {
      if (!this.#isOurs(speaker)) return
      const screen = this.#screenOf(speaker.connection)
      const why = screen ? this.#whyNot(zone, screen, speaking !== null, isConfigured) : 'closed'
      if (why) this.#lose(zone, speaker.connection, why)
      return
    }
    if (!isConfigured) return
    const best = this.#best(zone)
    if (!best) this.#tellBlocked(zone, blocked)
    // A speaker whose server nobody knows to live would be lost at once.
    else if (this.#context.heartbeat.isKnown) {
      const { connection, device } = best
      const { serverId: server } = this.#context.heartbeat
      this.#do(`speaker of ${zone}`, { type: 'chooseSpeaker', zone, connection, device, server })
    }
  }

  /** Why this screen should not go on speaking for the zone; null where it should. */
  #whyNot(zone: string, screen: Screen, isSpeaking: boolean, isConfigured: boolean): SpeakerLost | null {
    // Clips that it loads anew don't end the sentence that sounds.
    if (screen.sound === 'loading') return isSpeaking ? null : 'silent'
    if (screen.sound !== 'ready') return 'blocked'
    if (isSpeaking) return null
    if (!isConfigured) return 'replaced'
    const best = this.#best(zone)
    return best && !this.#isDoubtful(best.device) && breadth(best) < breadth(screen) ? 'replaced' : null
  }

  #best(zone: string): Screen | null {
    return bestFor(zone, this.#able, performance.now(), this.#isDoubtful)
  }

  #isDoubtful = (device: string): boolean => (this.#doubtful.get(device) ?? 0) > performance.now()

  /** Nobody can speak: is there a screen that a touch would make speak? Of several servers each tells of its own, and none of another's. */
  #tellBlocked(zone: string, told: string | null): void {
    const ours = this.#blocked.get(zone)
    if (told !== null && told !== ours) return
    const waiting = [...this.#able].filter((screen) => screen.sound === 'blocked' && serves(screen, zone))
    const device = waiting.some((screen) => screen.device === told) ? told : (waiting[0]?.device ?? null)
    if (device === told) return
    if (device === null) this.#blocked.delete(zone)
    else this.#blocked.set(zone, device)
    this.#do(`speaker of ${zone}`, { type: 'blockSound', zone, device })
  }

  /** Each speaker here that is idle begins what is due first in its zones. */
  #speakNext(): void {
    const due = new Map<string, { readonly zone: string; readonly dueAtMs: number }>()
    for (const [zone, { speaker }] of Object.entries(this.#state.zones)) {
      if (speaker === null || !this.#screenOf(speaker.connection)) continue
      const next = nextToSpeak(this.#state, zone, this.#runtime.nowMs())
      const other = due.get(speaker.connection)
      if (next && (!other || next.dueAtMs < other.dueAtMs)) due.set(speaker.connection, { zone, dueAtMs: next.dueAtMs })
    }
    for (const [connection, { zone }] of due) this.#do(`start at ${connection}`, { type: 'startAnnouncement', zone, connection })
  }

  /**
   * It speaks no more, and its connection ends: should its line be dead in one direction only, it would go on hearing ticks and sound into
   * the next speaker's sentence (ANN1). If it lives, it comes back by itself.
   */
  #giveUp(screen: Screen, why: SpeakerLost): void {
    for (const zone of this.#zonesOf(screen)) this.#lose(zone, screen.connection, why)
    screen.line.conn.close()
  }

  #lose(zone: string, connection: string, why: SpeakerLost): void {
    this.#do(`speaker of ${zone}`, { type: 'loseSpeaker', zone, connection, why })
  }

  #end(announcementId: string, sounding: Sounding, why: NotHeard | null): void {
    clearTimeout(sounding.timer)
    sounding.end ??= { why }
    const { zone, screen } = sounding
    const command = { type: 'endAnnouncement' as const, zone, announcementId, connection: screen.connection, why: sounding.end.why }
    this.#do(`end of ${announcementId}`, command)
  }

  /** Started for a screen here, by all that the store knows, and never told to it: it is not repeated (ANN3). */
  #endUntold(): void {
    for (const [zone, { speaker, speaking }] of Object.entries(this.#state.zones)) {
      if (speaker === null || speaking === null || !this.#isOurs(speaker) || this.#sounding.has(speaking.id)) continue
      const { id: announcementId } = speaking
      const command = { type: 'endAnnouncement' as const, zone, announcementId, connection: speaker.connection, why: 'no-answer' as const }
      this.#do(`end of ${announcementId}`, command)
    }
  }

  #onShown(screen: Screen, announcementId: string): void {
    if (this.#shown.has(announcementId)) return
    const { counters } = indexOf(this.#state.configuration)
    for (const [id, { announcement }] of Object.entries(this.#state.counters)) {
      if (announcement?.id !== announcementId || announcement.shownAtMs !== null) continue
      const zone = counters.get(id)?.zone
      if (zone === undefined || !serves(screen, zone)) return
      if (this.#shown.size >= SHOWN_REMEMBERED) this.#shown.clear()
      this.#shown.add(announcementId)
      this.#do(`show ${announcementId}`, { type: 'showAnnouncement', announcementId, zone, device: screen.device })
      return
    }
  }

  /** Screens of other programs may speak what they show, in a zone that has no speaker of ours. */
  #onSpokenElsewhere(screen: Screen, { announcementId, status }: AnnouncementReport): void {
    if (status !== 'spoken') return
    const { connection } = screen
    for (const { id, zone } of this.#state.configuration.counters) {
      const { announcement } = counterState(this.#state, id)
      if (announcement?.id !== announcementId || announcement.state !== 'waiting' || !serves(screen, zone)) continue
      if (zoneState(this.#state, zone).speaker !== null) return
      this.#do(`end of ${announcementId}`, { type: 'endAnnouncement', zone, announcementId, connection, why: null })
      return
    }
  }

  #lookForDeadServers(): void {
    const servers = new Set(Object.values(this.#state.zones).flatMap(({ speaker }) => (speaker ? [speaker.server] : [])))
    for (const server of servers) {
      if (server === this.#context.heartbeat.serverId) continue
      void this.#context.heartbeat.isAlive(server).then((isAlive) => {
        if (isAlive || this.#isStopping) return
        for (const [zone, { speaker }] of Object.entries(this.#state.zones))
          if (speaker?.server === server) this.#lose(zone, speaker.connection, 'server-gone')
      })
    }
  }

  #awaitExpiry(): void {
    clearTimeout(this.#expiry)
    this.#expiry = undefined
    const atMs = nextExpiryMs(this.#state)
    if (atMs === null || this.#isStopping) return
    this.#expiry = setTimeout(
      () => {
        this.#expiry = undefined
        // What it was for has been spoken, most likely.
        if ((nextExpiryMs(this.#state) ?? Number.POSITIVE_INFINITY) <= this.#runtime.nowMs())
          this.#do('expiry', { type: 'expireAnnouncements' })
        else this.#awaitExpiry()
      },
      Math.max(1, atMs - this.#runtime.nowMs()),
    )
  }

  // --- small words

  #heardOf(screen: Screen): void {
    screen.heardOfMs = performance.now()
    screen.unanswered = 0
  }

  #isOurs = (speaker: Speaker): boolean => speaker.server === this.#context.heartbeat.serverId

  #screenOf(connection: string): Screen | undefined {
    const screen = this.#screens.get(connection.slice(connection.indexOf(':') + 1))
    return screen?.connection === connection ? screen : undefined
  }

  /** The zones that it speaks for. */
  #zonesOf(screen: Screen): string[] {
    const entries = Object.entries(this.#state.zones)
    return entries.filter(([, { speaker }]) => speaker?.connection === screen.connection).map(([zone]) => zone)
  }

  /** One command about one thing at a time. What it changed comes back as events; what went wrong is seen again at the next look. */
  #do(about: string, command: AnnouncerCommand): void {
    if (this.#underWay.has(about)) return
    this.#commands += 1
    const commandId = `announcer-${this.#context.heartbeat.serverId}-${this.#commands}`
    const done = this.#runtime.execute({ commandId, actor: 'system', command }).then((answer) => {
      this.#underWay.delete(about)
      if (!answer.ok && command.type === 'showAnnouncement') this.#shown.delete(command.announcementId)
    })
    this.#underWay.set(about, done)
  }
}

const zonesOf = (state: BranchState): Set<string> =>
  new Set([...state.configuration.zones.map(({ id }) => id), ...Object.keys(state.zones)])
