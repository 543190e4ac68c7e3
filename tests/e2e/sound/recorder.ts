import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext } from 'playwright/test'

/** What one page sent to its loudspeaker, sample by sample, and when. */
export class Recording {
  readonly name: string
  sampleRate = 24_000
  #samples = new Float32Array(24_000 * 60)
  #marks: { readonly frame: number; readonly wallMs: number }[] = []
  #from = Number.POSITIVE_INFINITY
  #to = 0

  constructor(name: string) {
    this.name = name
  }

  add(frame: number, wallMs: number, samples: Float32Array): void {
    const end = frame + samples.length
    if (end > this.#samples.length) {
      const more = new Float32Array(2 * end)
      more.set(this.#samples)
      this.#samples = more
    }
    this.#samples.set(samples, frame)
    this.#marks.push({ frame, wallMs })
    this.#from = Math.min(this.#from, frame)
    this.#to = Math.max(this.#to, end)
  }

  /** From the first frame of the audio clock to the last that arrived. */
  get samples(): Float32Array {
    return this.#samples.subarray(0, this.#to)
  }

  get seconds(): number {
    return this.#to / this.sampleRate
  }

  /** How long it has been louder than the noise that keeps amplifiers awake. */
  get loudMs(): number {
    let loud = 0
    for (let at = 0; at < this.#to; at += STEP) if (this.#isLoud(at)) loud += 1
    return (loud * STEP * 1000) / this.sampleRate
  }

  /** When it was last louder than that. */
  get lastLoudMs(): number {
    for (let at = this.#to - STEP; at >= 0; at -= STEP) if (this.#isLoud(at)) return this.wallMs(at + STEP)
    return Number.NEGATIVE_INFINITY
  }

  #isLoud(at: number): boolean {
    let sum = 0
    for (let each = at; each < at + STEP; each++) sum += (this.#samples[each] as number) ** 2
    return Math.sqrt(sum / STEP) > LOUD
  }

  /** When the last samples that arrived were rendered. */
  get lastMs(): number {
    return this.#marks.reduce((last, { wallMs }) => Math.max(last, wallMs), 0)
  }

  /** Where nothing was recorded the tape is silent: a test must not take that for silence. */
  get isWhole(): boolean {
    const byFrame = [...this.#marks].sort((a, b) => a.frame - b.frame)
    return byFrame.every(({ frame }, at) => at === 0 || frame - (byFrame[at - 1]?.frame ?? 0) <= CHUNK)
  }

  /** When a frame was rendered, on this machine's clock; the loudspeaker has it a buffer later. */
  wallMs(frame: number): number {
    let best = this.#marks[0]
    for (const mark of this.#marks) if (best === undefined || Math.abs(mark.frame - frame) < Math.abs(best.frame - frame)) best = mark
    if (best === undefined) throw new Error(`${this.name} was never heard`)
    return best.wallMs + ((frame - best.frame) / this.sampleRate) * 1000
  }

  /** The frame that was rendered then. */
  frameAt(wallMs: number): number {
    const first = this.#marks[0]
    if (first === undefined) return 0
    let best = first
    for (const mark of this.#marks) if (Math.abs(mark.wallMs - wallMs) < Math.abs(best.wallMs - wallMs)) best = mark
    return Math.max(0, Math.round(best.frame + ((wallMs - best.wallMs) / 1000) * this.sampleRate))
  }
}

/** Frames per message. */
const CHUNK = 1920
const STEP = 240
/** -60 dBFS. */
const LOUD = 0.001

/**
 * Listens to pages from outside the product: everything that is connected to an audio context's destination is also connected to a tap, whose
 * samples go from the audio thread to a worker and from there to this process. The page's own thread has no part in it, so a page that hangs
 * is heard all the same, and one that is killed up to its end.
 */
export class Recorder {
  readonly recordings: Recording[] = []
  #server: Server | null = null
  #port = 0

  async start(): Promise<void> {
    this.#server = createServer((request, response) => {
      response.setHeader('Access-Control-Allow-Origin', '*')
      if (request.method !== 'POST') return void response.end()
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        this.#receive(request.url ?? '', Buffer.concat(parts))
        response.end()
      })
    })
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve))
    this.#port = (this.#server.address() as AddressInfo).port
  }

  end(): void {
    this.#server?.closeAllConnections()
    this.#server?.close()
  }

  /** Every page of this context from now on. Each load of a page is a recording of its own. The context needs `bypassCSP`. */
  async listenTo(context: BrowserContext, name: string): Promise<void> {
    await context.addInitScript(tap, { collector: `http://127.0.0.1:${this.#port}`, name, chunk: CHUNK })
  }

  /** The latest recording of that name. */
  of(name: string): Recording {
    const found = this.recordings.filter((each) => each.name === name).pop()
    if (!found) throw new Error(`${name} was never heard`)
    return found
  }

  /** Resolves when everything that this page has rendered until now has arrived. */
  async caughtUp(name: string): Promise<Recording> {
    const nowMs = Date.now()
    for (;;) {
      const recording = this.recordings.filter((each) => each.name === name).pop()
      if (recording && recording.lastMs > nowMs) return recording
      if (Date.now() - nowMs > 5_000) throw new Error(`${name} is not heard any more`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  all(name: string): readonly Recording[] {
    return this.recordings.filter((each) => each.name === name)
  }

  readonly #byStream = new Map<string, Recording>()
  #receive(url: string, data: Buffer): void {
    const { searchParams } = new URL(url, 'http://collector')
    const stream = searchParams.get('stream') ?? ''
    let recording = this.#byStream.get(stream)
    if (!recording) {
      recording = new Recording(searchParams.get('name') ?? '')
      recording.sampleRate = Number(searchParams.get('rate'))
      this.#byStream.set(stream, recording)
      this.recordings.push(recording)
    }
    const bytes = new Uint8Array(data).buffer
    const [frame, wallMs] = new Float64Array(bytes, 0, 2)
    recording.add(frame as number, wallMs as number, new Float32Array(bytes, 16))
  }
}

/** Runs in the page, before anything of the product. */
function tap({ collector, name, chunk }: { collector: string; name: string; chunk: number }): void {
  const processor = `
    registerProcessor('tap', class extends AudioWorkletProcessor {
      constructor() { super(); this.reset() }
      reset() { this.block = new Float32Array(${chunk}); this.filled = 0 }
      process([input], [output]) {
        if (this.filled === 0) { this.frame = currentFrame; this.wallMs = Date.now() }
        const samples = input && input[0]
        if (samples) this.block.set(samples, this.filled)
        this.filled += output[0].length
        if (this.filled >= ${chunk}) {
          this.port.postMessage({ frame: this.frame, wallMs: this.wallMs, block: this.block }, [this.block.buffer])
          this.reset()
        }
        return true
      }
    })`
  const sender = `
    onmessage = ({ data: { port, url } }) => {
      port.onmessage = ({ data: { frame, wallMs, block } }) => {
        const message = new ArrayBuffer(16 + block.byteLength)
        new Float64Array(message, 0, 2).set([frame, wallMs])
        new Float32Array(message, 16).set(block)
        fetch(url, { method: 'POST', mode: 'no-cors', body: message }).catch(() => undefined)
      }
    }`
  const script = (text: string) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
  const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode | AudioParam, ...rest: number[]) => unknown
  const taps = new WeakMap<BaseAudioContext, GainNode>()
  const begin = async (context: AudioContext, bus: GainNode) => {
    await context.audioWorklet.addModule(script(processor))
    const node = new AudioWorkletNode(context, 'tap', { channelCount: 1, channelCountMode: 'explicit' })
    const stream = `${name}-${Date.now()}-${Math.random()}`
    const url = `${collector}/?name=${encodeURIComponent(name)}&stream=${encodeURIComponent(stream)}&rate=${context.sampleRate}`
    new Worker(script(sender)).postMessage({ port: node.port, url }, [node.port])
    connect.call(bus, node)
    // What is not connected to the destination is not rendered; this output is silence.
    connect.call(node, context.destination)
  }
  AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode | AudioParam, ...rest: number[]) {
    if (to instanceof AudioDestinationNode && this.context instanceof AudioContext) {
      let bus = taps.get(this.context)
      if (!bus) {
        bus = this.context.createGain()
        taps.set(this.context, bus)
        begin(this.context, bus).catch((error) => console.error(`no tap: ${error}`))
      }
      connect.call(this, bus)
    }
    return connect.call(this, to, ...rest)
  } as typeof AudioNode.prototype.connect
}
