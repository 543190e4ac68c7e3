import type { Plan } from './plan.ts'
import type { VoicePack } from './voicePacks.ts'

/** Of the voice packs: nothing is resampled. */
const SAMPLE_RATE = 24_000
/** About 85 ms in Chromium on Linux: the shorter ones drop out on weak boxes, and a number of seconds is kept ready several times over. */
const LATENCY: AudioContextLatencyCategory = 'playback'
/** From the order to the first sample on the audio clock; time enough to set up a sentence's clips. */
const LEAD_S = 0.005
/** A television's amplifier sleeps in silence and swallows the first second after it: noise of -75 dBFS, which nobody hears, keeps it awake. */
const AWAKE_AMPLITUDE = Math.sqrt(3) * 10 ** (-75 / 20)
/** How long after its reckoned end an announcement may still be on its way, on a clock that runs. */
const LATE_MS = 3_000

/** How an announcement ended: heard to its last sample, or not. */
export type End = 'whole' | 'broken'

interface Playing {
  readonly sources: readonly AudioBufferSourceNode[]
  readonly endS: number
  readonly ended: (how: End) => void
  timer: ReturnType<typeof setTimeout> | undefined
}

/** The one way from clips to the loudspeaker. Everything is scheduled ahead on the audio clock; no timer decides when a word begins. */
export class AudioOutput {
  readonly #context: AudioContext
  readonly #watchdog: GainNode
  readonly #volume: GainNode
  #playing: Playing | null = null

  private constructor(context: AudioContext) {
    this.#context = context
    this.#watchdog = context.createGain()
    this.#volume = context.createGain()
    this.#watchdog.gain.setValueAtTime(0, 0)
    this.#watchdog.connect(this.#volume)
    this.#volume.connect(context.destination)
    this.#keepAwake()
  }

  /** Null where the browser has no Web Audio. */
  static open(): AudioOutput | null {
    try {
      return new AudioOutput(new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: LATENCY }))
    } catch {
      return null
    }
  }

  get isRunning(): boolean {
    return this.#context.state === 'running'
  }

  get isPlaying(): boolean {
    return this.#playing !== null
  }

  /** Stands still where a device has gone. */
  get clockS(): number {
    return this.#context.currentTime
  }

  /** From 0 to 1; reached within a tenth of a second, so that nothing clicks in the middle of a sentence. */
  set volume(value: number) {
    this.#volume.gain.setTargetAtTime(value, this.#context.currentTime, 0.03)
  }

  onStateChange(changed: () => void): void {
    this.#context.onstatechange = changed
  }

  decode(file: ArrayBuffer): Promise<AudioBuffer> {
    return this.#context.decodeAudioData(file)
  }

  /** May stay pending for ever where nobody has touched the page: never to be waited for. */
  resume(): void {
    this.#context.resume().catch(() => undefined)
  }

  /** Silence from then on unless this is called again. On the audio clock, so that a page which hangs falls silent all the same (ANN5). */
  soundFor(ms: number): void {
    const { currentTime } = this.#context
    const { gain } = this.#watchdog
    gain.cancelScheduledValues(currentTime)
    if (ms > 0) {
      gain.setValueAtTime(1, currentTime)
      gain.setValueAtTime(0, currentTime + ms / 1000)
    } else gain.setValueAtTime(0, currentTime)
  }

  /** Plays, and says once how it ended. The answer is the time on `performance`'s clock at which the first sample leaves, and the length. */
  play(plan: Plan<VoicePack>, ended: (how: End) => void): { readonly atMs: number; readonly durationMs: number } {
    this.stop()
    const context = this.#context
    // Whole frames: between two of them the browser would blend neighbouring samples.
    const frames = (seconds: number) => Math.round(seconds * context.sampleRate) / context.sampleRate
    const startS = frames(context.currentTime + LEAD_S)
    const sources = plan.slots.map(({ pack, atMs, startMs, durationMs }) => {
      const source = context.createBufferSource()
      source.buffer = pack.sprite
      source.connect(this.#watchdog)
      source.start(startS + frames(atMs / 1000), frames(startMs / 1000), frames(durationMs / 1000))
      return source
    })
    const playing: Playing = { sources, endS: startS + plan.totalMs / 1000, ended, timer: undefined }
    this.#playing = playing
    const last = sources[sources.length - 1]
    if (last) last.onended = () => this.#settle(playing, 'whole')
    // Where a browser forgets the event.
    const untilMs = performance.now() + plan.totalMs + LATE_MS
    const look = () => {
      const leftMs = (playing.endS - context.currentTime) * 1000
      if (leftMs <= 0) this.#settle(playing, 'whole')
      else if (performance.now() > untilMs) this.#settle(playing, 'broken')
      else playing.timer = setTimeout(look, Math.min(leftMs + 300, 1000))
    }
    playing.timer = setTimeout(look, plan.totalMs + 300)
    return { atMs: this.#outputMs(startS), durationMs: plan.totalMs }
  }

  /** Silent at once. */
  stop(): void {
    if (this.#playing) this.#settle(this.#playing, 'broken')
  }

  close(): void {
    this.stop()
    this.#context.onstatechange = null
    this.#context.close().catch(() => undefined)
  }

  #settle(playing: Playing, how: End): void {
    if (this.#playing !== playing) return
    this.#playing = null
    clearTimeout(playing.timer)
    for (const source of playing.sources) {
      source.onended = null
      // Before anything else: what has not begun never begins.
      source.disconnect()
      source.stop()
    }
    playing.ended(how)
  }

  /** When this moment of the audio clock is at the loudspeaker, on the clock of `performance.now()`. */
  #outputMs(contextS: number): number {
    const context = this.#context
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp?.() ?? {}
    if (contextTime > 0 && performanceTime > 0) return performanceTime + (contextS - contextTime) * 1000
    return performance.now() + (contextS - context.currentTime + (context.outputLatency || context.baseLatency || 0)) * 1000
  }

  #keepAwake(): void {
    const context = this.#context
    const noise = context.createBuffer(1, 2 * SAMPLE_RATE, SAMPLE_RATE)
    const samples = noise.getChannelData(0)
    for (let at = 0; at < samples.length; at++) samples[at] = (2 * Math.random() - 1) * AWAKE_AMPLITUDE
    const source = context.createBufferSource()
    source.buffer = noise
    source.loop = true
    source.connect(context.destination)
    source.start()
  }
}
