/** What is done to a recording before it is a clip: arithmetic on samples of one channel between -1 and 1. Pure. */

export const SAMPLE_RATE = 24_000
/** EBU R 128 asks for -23 of a programme; announcements over a hall's noise are louder. */
export const SPEECH_LUFS = -16
export const CHIME_LUFS = -18
export const CEILING_DBFS = -1.5

const amplitude = (decibels: number): number => 10 ** (decibels / 20)
export const decibels = (value: number): number => 20 * Math.log10(Math.max(value, 1e-9))
export const seconds = (samples: Float32Array, sampleRate: number): number => samples.length / sampleRate

/** Highest absolute sample. */
export const peakOf = (samples: Float32Array): number => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)

const ZERO_CROSSINGS = 32
const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

/** To another rate (whole samples a second), by a windowed sinc that also keeps out what the new rate can't hold. */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples
  const common = commonDivisor(from, to)
  const [up, down] = [to / common, from / common]
  const cut = Math.min(1, to / from)
  const reach = Math.ceil(ZERO_CROSSINGS / cut)
  // A new sample lies in one of `up` places between two old ones, and each place has its own weights.
  const kernels: (Float64Array | undefined)[] = []
  const kernelAt = (phase: number): Float64Array => {
    const weights = Float64Array.from({ length: 2 * reach }, (_, tap) => {
      const x = (tap - reach + 1 - phase / up) * cut
      if (Math.abs(x) >= ZERO_CROSSINGS) return 0
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
      return sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / ZERO_CROSSINGS))
    })
    const sum = weights.reduce((all, weight) => all + weight, 0)
    return weights.map((weight) => weight / sum)
  }
  const result = new Float32Array(Math.round((samples.length * to) / from))
  for (let at = 0; at < result.length; at += 1) {
    const phase = (at * down) % up
    kernels[phase] ??= kernelAt(phase)
    const kernel = kernels[phase]
    const first = (at * down - phase) / up - reach + 1
    let sum = 0
    for (let tap = Math.max(0, -first); tap < kernel.length && first + tap < samples.length; tap += 1)
      sum += (samples[first + tap] as number) * (kernel[tap] as number)
    result[at] = sum
  }
  return result
}

interface Biquad {
  readonly b: readonly [number, number, number]
  readonly a: readonly [number, number]
}

function filtered(samples: Float32Array, { b, a }: Biquad): Float32Array {
  const result = new Float32Array(samples.length)
  let [x1, x2, y1, y2] = [0, 0, 0, 0]
  for (let at = 0; at < samples.length; at += 1) {
    const x = samples[at] as number
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
    result[at] = y
    ;[x2, x1, y2, y1] = [x1, x, y1, y]
  }
  return result
}

/** Second-order Butterworth (Audio EQ Cookbook). */
export function highPass(samples: Float32Array, sampleRate: number, hertz: number): Float32Array {
  const w = (2 * Math.PI * hertz) / sampleRate
  const alpha = Math.sin(w) / Math.SQRT2
  const cos = Math.cos(w)
  const a0 = 1 + alpha
  return filtered(samples, {
    b: [(1 + cos) / 2 / a0, -(1 + cos) / a0, (1 + cos) / 2 / a0],
    a: [(-2 * cos) / a0, (1 - alpha) / a0],
  })
}

/** The two filters of ITU-R BS.1770-4, from their analogue prototypes, so that they fit any rate. */
function kWeighted(samples: Float32Array, sampleRate: number): Float32Array {
  const shelf = Math.tan((Math.PI * 1681.974450955533) / sampleRate)
  const q1 = 0.7071752369554196
  const high = 10 ** (3.999843853973347 / 20)
  const band = high ** 0.4996667741545416
  const a = 1 + shelf / q1 + shelf * shelf
  const first: Biquad = {
    b: [
      (high + (band * shelf) / q1 + shelf * shelf) / a,
      (2 * (shelf * shelf - high)) / a,
      (high - (band * shelf) / q1 + shelf * shelf) / a,
    ],
    a: [(2 * (shelf * shelf - 1)) / a, (1 - shelf / q1 + shelf * shelf) / a],
  }
  const pass = Math.tan((Math.PI * 38.13547087602444) / sampleRate)
  const q2 = 0.5003270373238773
  const c = 1 + pass / q2 + pass * pass
  const second: Biquad = { b: [1, -2, 1], a: [(2 * (pass * pass - 1)) / c, (1 - pass / q2 + pass * pass) / c] }
  return filtered(filtered(samples, first), second)
}

/** Integrated loudness in LUFS with the gates of ITU-R BS.1770-4. A sound shorter than 3 s is repeated: the gate needs blocks of 400 ms. */
export function loudness(samples: Float32Array, sampleRate: number): number {
  if (samples.length === 0) return Number.NEGATIVE_INFINITY
  const least = 3 * sampleRate
  const long = samples.length >= least ? samples : Float32Array.from({ length: least }, (_, at) => samples[at % samples.length] as number)
  const weighted = kWeighted(long, sampleRate)
  const block = Math.round(0.4 * sampleRate)
  const powers: number[] = []
  for (let from = 0; from + block <= weighted.length; from += Math.round(block / 4)) {
    let sum = 0
    for (let at = from; at < from + block; at += 1) sum += (weighted[at] as number) ** 2
    powers.push(sum / block)
  }
  const lufs = (power: number) => -0.691 + 10 * Math.log10(Math.max(power, 1e-12))
  const mean = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0) / Math.max(1, all.length)
  const audible = powers.filter((power) => lufs(power) > -70)
  if (audible.length === 0) return Number.NEGATIVE_INFINITY
  const relative = lufs(mean(audible)) - 10
  return lufs(mean(audible.filter((power) => lufs(power) > relative)))
}

/** Seconds of near silence (40 dB under the loudest 5 ms) at both ends. */
export function silence(samples: Float32Array, sampleRate: number): { readonly lead: number; readonly tail: number } {
  const step = Math.max(1, Math.round(0.005 * sampleRate))
  const levels: number[] = []
  for (let from = 0; from < samples.length; from += step) {
    let sum = 0
    const until = Math.min(samples.length, from + step)
    for (let at = from; at < until; at += 1) sum += (samples[at] as number) ** 2
    levels.push(Math.sqrt(sum / (until - from)))
  }
  const floor = Math.max(...levels, 0) / 100
  const first = levels.findIndex((level) => level > floor)
  if (first < 0) return { lead: seconds(samples, sampleRate), tail: 0 }
  let last = levels.length - 1
  while ((levels[last] as number) <= floor) last -= 1
  return { lead: (first * step) / sampleRate, tail: Math.max(0, (samples.length - (last + 1) * step) / sampleRate) }
}

/** Without the silence at its ends, but for what a soft beginning and end need. */
export function trimmed(samples: Float32Array, sampleRate: number): Float32Array {
  const { lead, tail } = silence(samples, sampleRate)
  const from = Math.max(0, Math.floor((lead - 0.008) * sampleRate))
  const until = samples.length - Math.max(0, Math.floor((tail - 0.02) * sampleRate))
  return faded(samples.slice(from, Math.max(from + 1, until)), sampleRate)
}

/** 4 ms in, 15 ms out: no click where clips are joined. */
export function faded(samples: Float32Array, sampleRate: number): Float32Array {
  const result = Float32Array.from(samples)
  const fadeIn = Math.min(result.length, Math.round(0.004 * sampleRate))
  const fadeOut = Math.min(result.length, Math.round(0.015 * sampleRate))
  for (let at = 0; at < fadeIn; at += 1) result[at] = (result[at] as number) * (at / fadeIn)
  for (let at = 0; at < fadeOut; at += 1) {
    const index = result.length - 1 - at
    result[index] = (result[index] as number) * (at / fadeOut)
  }
  return result
}

/** As loud as this in LUFS, with no sample over the ceiling: what the ceiling takes is given back to the rest, three times at most. */
export function normalised(samples: Float32Array, sampleRate: number, lufs: number): Float32Array {
  let result = samples
  let gain = 1
  for (let pass = 0; pass < 4; pass += 1) {
    const now = loudness(result, sampleRate)
    if (!Number.isFinite(now) || (pass > 0 && Math.abs(lufs - now) < 0.1)) break
    gain *= amplitude(lufs - now)
    result = limited(samples, sampleRate, gain)
  }
  return result
}

/** With this gain; peaks over the ceiling are turned down 2 ms before they come and until 2 ms after they went. */
function limited(samples: Float32Array, sampleRate: number, gain: number): Float32Array {
  const ceiling = amplitude(CEILING_DBFS)
  const wide = Math.max(1, Math.round(0.002 * sampleRate))
  const lowest = new Float32Array(samples.length).fill(1)
  samples.forEach((sample, at) => {
    const wanted = ceiling / (Math.abs(sample) * gain)
    if (wanted < 1)
      lowest.subarray(Math.max(0, at - wide), at + wide + 1).forEach((now, near, around) => {
        around[near] = Math.min(now, wanted)
      })
  })
  const sums = new Float64Array(samples.length + 1)
  lowest.forEach((each, at) => {
    sums[at + 1] = (sums[at] as number) + each
  })
  return Float32Array.from(samples, (sample, at) => {
    const [from, until] = [Math.max(0, at - wide), Math.min(samples.length, at + wide + 1)]
    return (sample * gain * ((sums[until] as number) - (sums[from] as number))) / (until - from)
  })
}

/** A warm stroke of a bell: a tone with few partials that dies away. Hertz, seconds. */
function stroke(into: Float32Array, atSeconds: number, hertz: number, decaySeconds: number): void {
  const from = Math.round(atSeconds * SAMPLE_RATE)
  const partials = [
    [1, 1, 1],
    [2, 0.35, 0.6],
    [3, 0.12, 0.4],
    [4.2, 0.05, 0.25],
  ] as const
  for (let at = from; at < into.length; at += 1) {
    const t = (at - from) / SAMPLE_RATE
    let value = 0
    for (const [multiple, level, life] of partials)
      value += level * Math.sin(2 * Math.PI * hertz * multiple * t) * Math.exp(-t / (decaySeconds * life))
    into[at] = (into[at] as number) + value * Math.min(1, t / 0.006)
  }
}

/** What makes people look up before the first word. */
export function chime(kind: 'full' | 'short'): Float32Array {
  const samples = new Float32Array(Math.round((kind === 'full' ? 0.95 : 0.35) * SAMPLE_RATE))
  if (kind === 'full') {
    stroke(samples, 0, 659.26, 0.28)
    stroke(samples, 0.3, 523.25, 0.34)
  } else stroke(samples, 0, 659.26, 0.14)
  return normalised(faded(samples, SAMPLE_RATE), SAMPLE_RATE, CHIME_LUFS)
}
