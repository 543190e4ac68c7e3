import type { Loudspeaker } from '../../shared/client/room.svelte.ts'
import type { AnnouncementReport, SoundReport, Speak } from '../../shared/protocol/wire.ts'
import { AudioOutput } from './audioOutput.ts'
import { keepAwake } from './keepAwake.ts'
import { Memory } from './memory.ts'
import { planOf } from './plan.ts'
import { TickWatch } from './tickWatch.ts'
import { type PackNames, VoicePacks } from './voicePacks.ts'

/** A browser that lets the page sound does so within this time; one that doesn't never says so. */
const BLOCKED_MS = 300
/** A call older than this was painted late, or again: nobody learns from hearing that it is shown. */
const SHOWN_MS = 30_000
/** An audio clock that runs has moved after so long. */
const CLOCK_MS = 500

export interface SoundOptions {
  /** Switched off on purpose. */
  readonly isOff: boolean
  /** Of what the room shows. Ids are given once within an epoch: after a restore those of calls that were lost come again. */
  readonly epoch: () => string
  readonly sound: (report: SoundReport) => void
  readonly announcement: (report: AnnouncementReport) => void
}

/**
 * The loudspeaker of one screen. The server decides who speaks what and when; this one does as it is told, once, while it is in contact, and
 * says what became of it. All times on the clock of `performance.now()`.
 */
export class Sound implements Loudspeaker {
  state = $state<SoundReport['state']>('loading')
  /** What sounds now. */
  speaking = $state.raw<{ readonly announcementId: string; readonly zone: string } | null>(null)

  readonly #options: SoundOptions
  readonly #output: AudioOutput | null
  readonly #voices: VoicePacks | null
  readonly #watch = new TickWatch()
  readonly #told = new Memory(storage(), 'told')
  readonly #shown = new Memory(storage(), 'shown')
  /** Until when the browser's silence says nothing. */
  #patienceMs = performance.now() + BLOCKED_MS
  #clock = { atMs: 0, seconds: -1, stands: false }
  #expiry: ReturnType<typeof setTimeout> | undefined
  #lookTimer: ReturnType<typeof setTimeout> | undefined
  readonly #letSleep: () => void

  constructor(options: SoundOptions) {
    this.#options = options
    this.#output = options.isOff ? null : AudioOutput.open()
    const output = this.#output
    this.#voices = output && new VoicePacks((file) => output.decode(file), this.#look)
    output?.onStateChange(this.#look)
    output?.resume()
    this.#lookTimer = setTimeout(this.#look, BLOCKED_MS + 10)
    window.addEventListener('pagehide', this.#hush)
    for (const touch of ['pointerdown', 'keydown']) window.addEventListener(touch, this.#touched, { passive: true })
    this.#letSleep = keepAwake()
    this.#look()
  }

  /** From 0 to 1. */
  set volume(value: number) {
    if (this.#output) this.#output.volume = value
  }

  /** Upon a touch or a key: only then does a browser let a page sound. */
  enable(): void {
    const output = this.#output
    if (!output || output.isRunning) return
    output.resume()
  }

  choose(packs: PackNames): void {
    this.#voices?.choose(packs)
  }

  close(): void {
    clearTimeout(this.#expiry)
    clearTimeout(this.#lookTimer)
    window.removeEventListener('pagehide', this.#hush)
    for (const touch of ['pointerdown', 'keydown']) window.removeEventListener(touch, this.#touched)
    this.#hush()
    this.#letSleep()
    this.#voices?.close()
    this.#output?.close()
  }

  // --- what the connection brings

  onConnect(): void {
    // The server has taken this screen for a new one: what the old one was told is void.
    this.#hush()
    const nowMs = performance.now()
    this.#watch.onConnect(nowMs)
    this.#keepSounding(nowMs)
    this.#options.sound({ state: this.state })
  }

  /** The server gives the zone to another screen as soon as it sees this: two voices at once are worse than half a sentence (ANN1). */
  onDisconnect(): void {
    this.#hush()
  }

  onTick(): void {
    const nowMs = performance.now()
    this.#expire()
    this.#watch.onTick(nowMs)
    this.#keepSounding(nowMs)
    this.#lookAtClock(nowMs)
    this.#look()
    // Every tick is answered: the server hears from this that the page lives.
    this.#options.sound({ state: this.state })
  }

  /** One at a time: an order that comes while another sounds means that the server waits for that one no more. */
  onSpeak(order: Speak): void {
    const arrivedMs = performance.now()
    const { announcementId } = order
    if (!this.#told.add(`${this.#options.epoch()} ${announcementId}`)) return
    this.#look()
    if (this.state === 'blocked') {
      this.#options.announcement({ announcementId, status: 'blocked' })
      return
    }
    // An order that comes after its time, from behind a hang or a jam, may have been given to another screen.
    if (this.state !== 'ready' || !this.#watch.isInContact(arrivedMs)) {
      this.#failed(announcementId)
      return
    }
    this.#speak(order, arrivedMs)
  }

  /** Calls that the page shows now: the server is told of each young one, once, when it is painted. `serverMs`: the server's time now. */
  show(calls: readonly { readonly announcementId: string; readonly atMs: number }[], serverMs: number): void {
    const epoch = this.#options.epoch()
    const fresh = calls.filter((call) => serverMs - call.atMs < SHOWN_MS && this.#shown.add(`${epoch} ${call.announcementId}`))
    if (fresh.length === 0) return
    // The first frame paints, the second comes when it has been painted.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        for (const { announcementId } of fresh) this.#options.announcement({ announcementId, status: 'shown' })
      }),
    )
  }

  // --- speaking

  #speak(order: Speak, arrivedMs: number): void {
    const { announcementId, zone } = order
    const output = this.#output
    const voices = this.#voices
    if (!output || !voices) return
    const plan = planOf(order, (language) => voices.of(language))
    if ('missing' in plan) {
      console.error(`No voice has these words: ${plan.missing.join(' ')}`)
      this.#failed(announcementId)
      return
    }
    const { atMs, durationMs } = output.play(plan, (end) => {
      this.speaking = null
      this.#options.announcement({ announcementId, status: end === 'whole' ? 'spoken' : 'failed' })
    })
    this.speaking = { announcementId, zone }
    this.#options.announcement({
      announcementId,
      status: 'speaking',
      durationMs: Math.round(Math.max(0, atMs - performance.now()) + durationMs),
      latencyMs: Math.round(Math.max(0, atMs - arrivedMs)),
    })
  }

  #failed(announcementId: string): void {
    this.#options.announcement({ announcementId, status: 'failed' })
  }

  #keepSounding(nowMs: number): void {
    const leftMs = this.#watch.untilMs - nowMs
    this.#output?.soundFor(leftMs)
    clearTimeout(this.#expiry)
    this.#expiry = setTimeout(() => this.#expire(), Math.max(0, leftMs))
  }

  /** Too long without a tick: the audio clock has silenced this screen already; what was left to say is dropped. */
  #expire(): void {
    if (!this.#watch.isInContact(performance.now())) this.#hush()
  }

  #hush = (): void => {
    this.#output?.stop()
  }

  // --- whether it can sound

  #touched = (): void => this.enable()

  #look = (): void => {
    const before = this.state
    this.state = this.#stateNow()
    if (this.state !== 'ready') this.#hush()
    if (this.state !== before) this.#options.sound({ state: this.state })
  }

  #stateNow(): SoundReport['state'] {
    const output = this.#output
    if (this.#options.isOff) return 'off'
    if (!output || !this.#voices) return 'failed'
    if (!output.isRunning) return performance.now() < this.#patienceMs ? 'loading' : 'blocked'
    return this.#clock.stands ? 'failed' : this.#voices.state
  }

  /** A device that was unplugged leaves a context that calls itself running on a clock that stands still. */
  #lookAtClock(nowMs: number): void {
    const output = this.#output
    if (!output?.isRunning) {
      this.#clock = { atMs: nowMs, seconds: -1, stands: false }
      return
    }
    if (nowMs - this.#clock.atMs < CLOCK_MS) return
    const seconds = output.clockS
    this.#clock = { atMs: nowMs, seconds, stands: seconds === this.#clock.seconds }
  }
}

function storage(): Storage | null {
  try {
    return sessionStorage
  } catch {
    return null
  }
}
