import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Recording } from './recorder.ts'

/**
 * Writes down what a recording says, without knowing what it should say: at each onset every clip of the voice packs is laid over it, and the
 * one that fits best is what was said there. Normalised cross-correlation by FFT on a third of the rate picks a few, the full rate decides.
 */
const RATE = 24_000
const DECIMATION = 3
/** Frames at the low rate: a second and a bit. */
const WINDOW = 8192
/** How much of a clip is compared in the first round. */
const HEAD = 4000
/** Clips may begin softly: their onset is heard late. */
const EARLY_S = 0.16
const ONSET_RMS = 10 ** (-46 / 20)
const STEP = 120
const FITS = 0.9

interface Clip {
  readonly pack: string
  readonly key: string
  readonly text: string
  readonly samples: Float32Array
  readonly energy: number
  readonly low: Float32Array
  readonly lowEnergy: number
  /** Conjugated spectrum of its head. */
  readonly re: Float64Array
  readonly im: Float64Array
}

export interface HeardClip {
  /** Null where no clip fits: two voices at once, or something that is no clip of ours. */
  readonly key: string | null
  readonly pack: string
  readonly text: string
  readonly fromFrame: number
  readonly toFrame: number
  /** Normalised cross-correlation over the whole clip, 1 for the same. */
  readonly ncc: number
  /** What is left when the clip is taken out, in dB of what was there. */
  readonly residualDb: number
}

/** From one chime to the next. */
export interface HeardAnnouncement {
  readonly chime: string | null
  readonly words: string
  readonly clips: readonly HeardClip[]
  readonly fromMs: number
  readonly toMs: number
  readonly worstNcc: number
  readonly worstResidualDb: number
}

export class Listener {
  readonly #clips: readonly Clip[]

  constructor(packFolders: readonly string[] = ['id-default', 'en-default'].map(shipped)) {
    this.#clips = packFolders.flatMap(clipsOf)
  }

  /** All that this recording says, as announcements; times are those of the machine's clock. */
  announcements(recording: Recording, fromMs = 0): readonly HeardAnnouncement[] {
    const clips = this.clips(recording.samples, fromMs === 0 ? 0 : recording.frameAt(fromMs))
    const groups: HeardClip[][] = []
    for (const clip of clips) {
      const isChime = clip.key?.startsWith('X:') ?? false
      const last = groups[groups.length - 1]
      if (isChime || !last) groups.push([clip])
      else last.push(clip)
    }
    return groups.map((group) => {
      const spoken = group.filter(({ key }) => !key?.startsWith('X:'))
      return {
        chime: group.find(({ key }) => key?.startsWith('X:'))?.key ?? null,
        words: spoken.map(({ key, text }) => (key === null ? 'unknown' : text)).join(' '),
        clips: group,
        fromMs: recording.wallMs((group[0] as HeardClip).fromFrame),
        toMs: recording.wallMs((group[group.length - 1] as HeardClip).toFrame),
        worstNcc: Math.min(...group.map(({ ncc }) => ncc)),
        worstResidualDb: Math.max(...group.map(({ residualDb }) => residualDb)),
      }
    })
  }

  clips(recording: Float32Array, fromFrame = 0): readonly HeardClip[] {
    const samples = Float32Array.from(recording)
    const heard: HeardClip[] = []
    let at = fromFrame
    for (;;) {
      const onset = onsetFrom(samples, at)
      if (onset === null) return heard
      const best = this.#bestAt(samples, Math.max(0, onset - Math.round(EARLY_S * RATE)))
      if (best === null || best.ncc < FITS) {
        const last = heard[heard.length - 1]
        const unknown = { key: null, pack: '', text: best ? `(${best.clip.text} ${best.ncc.toFixed(2)})` : '', ncc: best?.ncc ?? 0 }
        const toFrame = onset + Math.round(0.1 * RATE)
        if (last?.key === null && onset - last.toFrame < 0.3 * RATE) heard[heard.length - 1] = { ...last, toFrame }
        else heard.push({ ...unknown, fromFrame: onset, toFrame, residualDb: 0 })
        at = toFrame
        continue
      }
      const { clip, frame, ncc, gain } = best
      const residualDb = takeOut(samples, clip, frame, gain)
      heard.push({
        key: clip.key,
        pack: clip.pack,
        text: clip.text,
        fromFrame: frame,
        toFrame: frame + clip.samples.length,
        ncc,
        residualDb,
      })
      // What sounds under the clip is left in the tape, and found there.
      at = frame
    }
  }

  #bestAt(samples: Float32Array, from: number): { clip: Clip; frame: number; ncc: number; gain: number } | null {
    const low = decimated(samples, from, WINDOW)
    const re = Float64Array.from(low)
    const im = new Float64Array(WINDOW)
    fft(re, im, false)
    const sums = new Float64Array(WINDOW + 1)
    for (let at = 0; at < WINDOW; at++) sums[at + 1] = (sums[at] as number) + (low[at] as number) ** 2
    const lags = Math.round(((EARLY_S + 0.02) * RATE) / DECIMATION)
    const candidates: { clip: Clip; lag: number; ncc: number }[] = []
    const a = new Float64Array(WINDOW)
    const b = new Float64Array(WINDOW)
    for (const clip of this.#clips) {
      for (let at = 0; at < WINDOW; at++) {
        const [x, y, u, v] = [re[at] as number, im[at] as number, clip.re[at] as number, clip.im[at] as number]
        a[at] = x * u - y * v
        b[at] = x * v + y * u
      }
      fft(a, b, true)
      const length = Math.min(HEAD, clip.low.length)
      let best = { clip, lag: 0, ncc: 0 }
      for (let lag = 0; lag < lags; lag++) {
        const energy = (sums[lag + length] as number) - (sums[lag] as number)
        if (energy < clip.lowEnergy * 0.05) continue
        const ncc = (a[lag] as number) / Math.sqrt(energy * clip.lowEnergy)
        if (ncc > best.ncc) best = { clip, lag, ncc }
      }
      candidates.push(best)
    }
    candidates.sort((one, other) => other.ncc - one.ncc)
    let found: { clip: Clip; frame: number; ncc: number; gain: number } | null = null
    for (const { clip, lag } of candidates.slice(0, 6)) {
      // A chime is nearly the same a few of its waves later.
      const around = clip.key.startsWith('X:') ? 120 : 6
      for (let frame = from + lag * DECIMATION - around; frame <= from + lag * DECIMATION + around; frame++) {
        if (frame < 0) continue
        const fit = fitOf(samples, clip, frame)
        if (fit.ncc > (found?.ncc ?? 0)) found = { clip, frame, ...fit }
      }
    }
    return found
  }
}

const shipped = (pack: string): string => fileURLToPath(new URL(`../../../voices/${pack}`, import.meta.url))

interface Manifest {
  readonly id: string
  readonly file: string
  readonly sampleRate: number
  readonly clips: Readonly<Record<string, { readonly startMs: number; readonly durationMs: number; readonly text: string }>>
}

/** Reads the files themselves, with no code of the product. */
function clipsOf(folder: string): Clip[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest
  const sprite = wavSamples(readFileSync(join(folder, manifest.file)))
  return Object.entries(manifest.clips).map(([key, { startMs, durationMs, text }]) => {
    const from = Math.round((startMs * RATE) / 1000)
    const samples = sprite.slice(from, from + Math.round((durationMs * RATE) / 1000))
    const low = decimated(samples, 0, Math.floor(samples.length / DECIMATION))
    const head = low.subarray(0, HEAD)
    const re = new Float64Array(WINDOW)
    re.set(head)
    const im = new Float64Array(WINDOW)
    fft(re, im, false)
    for (let at = 0; at < WINDOW; at++) im[at] = -(im[at] as number)
    return { pack: manifest.id, key, text, samples, energy: energyOf(samples), low, lowEnergy: energyOf(head), re, im }
  })
}

/** 16 bit, one channel. */
function wavSamples(file: Buffer): Float32Array {
  for (let at = 12; at < file.length; ) {
    const size = file.readUInt32LE(at + 4)
    if (file.toString('latin1', at, at + 4) === 'data') {
      const samples = new Float32Array(size / 2)
      for (let each = 0; each < samples.length; each++) samples[each] = file.readInt16LE(at + 8 + 2 * each) / 32_768
      return samples
    }
    at += 8 + size + (size % 2)
  }
  throw new Error('no samples in this file')
}

function onsetFrom(samples: Float32Array, from: number): number | null {
  for (let at = from; at + STEP <= samples.length; at += STEP) {
    if (energyOf(samples.subarray(at, at + STEP)) / STEP > ONSET_RMS ** 2) return at
  }
  return null
}

function energyOf(samples: Float32Array): number {
  let sum = 0
  for (let at = 0; at < samples.length; at++) sum += (samples[at] as number) ** 2
  return sum
}

function decimated(samples: Float32Array, from: number, length: number): Float32Array {
  const low = new Float32Array(length)
  for (let at = 0; at < length; at++) {
    const high = from + at * DECIMATION
    low[at] = ((samples[high] ?? 0) + (samples[high + 1] ?? 0) + (samples[high + 2] ?? 0)) / 3
  }
  return low
}

function fitOf(samples: Float32Array, clip: Clip, frame: number): { readonly ncc: number; readonly gain: number } {
  const { length } = clip.samples
  let product = 0
  let energy = 0
  for (let at = 0; at < length; at++) {
    const sample = samples[frame + at] ?? 0
    product += sample * (clip.samples[at] as number)
    energy += sample * sample
  }
  return energy === 0 ? { ncc: 0, gain: 0 } : { ncc: product / Math.sqrt(energy * clip.energy), gain: product / clip.energy }
}

function takeOut(samples: Float32Array, clip: Clip, frame: number, gain: number): number {
  const { length } = clip.samples
  const before = energyOf(samples.subarray(frame, frame + length))
  for (let at = 0; at < length && frame + at < samples.length; at++)
    samples[frame + at] = (samples[frame + at] as number) - gain * (clip.samples[at] as number)
  return 10 * Math.log10(energyOf(samples.subarray(frame, frame + length)) / before + 1e-12)
}

const twiddles = (size: number): { readonly cos: Float64Array; readonly sin: Float64Array } => {
  const cos = new Float64Array(size / 2)
  const sin = new Float64Array(size / 2)
  for (let at = 0; at < size / 2; at++) {
    cos[at] = Math.cos((2 * Math.PI * at) / size)
    sin[at] = Math.sin((2 * Math.PI * at) / size)
  }
  return { cos, sin }
}
const TWIDDLES = twiddles(WINDOW)

/** In place, radix 2; the inverse is scaled. */
function fft(re: Float64Array, im: Float64Array, isInverse: boolean): void {
  const size = re.length
  for (let at = 1, mirrored = 0; at < size; at++) {
    let bit = size >> 1
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit
    mirrored ^= bit
    if (at >= mirrored) continue
    for (const part of [re, im]) [part[at], part[mirrored]] = [part[mirrored] as number, part[at] as number]
  }
  const { cos, sin } = TWIDDLES
  for (let span = 2; span <= size; span <<= 1) {
    const half = span >> 1
    const stride = WINDOW / span
    for (let start = 0; start < size; start += span)
      for (let each = 0; each < half; each++) {
        const c = cos[each * stride] as number
        const s = (isInverse ? 1 : -1) * (sin[each * stride] as number)
        const upper = start + each
        const lower = upper + half
        const x = (re[lower] as number) * c - (im[lower] as number) * s
        const y = (re[lower] as number) * s + (im[lower] as number) * c
        re[lower] = (re[upper] as number) - x
        im[lower] = (im[upper] as number) - y
        re[upper] = (re[upper] as number) + x
        im[upper] = (im[upper] as number) + y
      }
  }
  if (!isInverse) return
  for (let at = 0; at < size; at++) {
    re[at] = (re[at] as number) / size
    im[at] = (im[at] as number) / size
  }
}
