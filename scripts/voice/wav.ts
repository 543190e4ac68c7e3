/** WAV files, to and from samples of one channel between -1 and 1. */

export interface Sound {
  readonly sampleRate: number
  readonly samples: Float32Array
}

/** What a person should know of a file that can't be read. */
export class NotAWav extends Error {
  override readonly name = 'NotAWav'
}

/** Reads PCM of 8, 16, 24 or 32 bits or floats of 32 or 64, any number of channels (mixed to one), any rate. Throws `NotAWav`. */
export function readWav(file: Uint8Array): Sound {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const tag = (at: number) => String.fromCharCode(...file.subarray(at, at + 4))
  if (file.length < 44 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw new NotAWav('it is no WAV file')
  let format = 0
  let channels = 0
  let sampleRate = 0
  let bits = 0
  for (let at = 12; at + 8 <= file.length; ) {
    const size = view.getUint32(at + 4, true)
    if (tag(at) === 'fmt ') {
      if (size < 16 || at + 8 + size > file.length) throw new NotAWav('its format is cut off')
      format = view.getUint16(at + 8, true)
      channels = view.getUint16(at + 10, true)
      sampleRate = view.getUint32(at + 12, true)
      bits = view.getUint16(at + 22, true)
      // WAVE_FORMAT_EXTENSIBLE says what it really is in its first two bytes of the sub-format.
      if (format === 0xfffe && size >= 26) format = view.getUint16(at + 32, true)
    }
    if (tag(at) === 'data') {
      if (channels < 1) throw new NotAWav('its data come before its format')
      if (sampleRate < 4_000 || sampleRate > 384_000) throw new NotAWav(`${sampleRate} samples a second are no recording`)
      // A program that writes to a pipe does not know the size beforehand.
      const bytes = Math.min(size, file.length - at - 8)
      return { sampleRate, samples: mixed(view, at + 8, bytes, channels, readerOf(format, bits)) }
    }
    at += 8 + size + (size % 2)
  }
  throw new NotAWav('it has no data')
}

interface Reader {
  readonly bytes: number
  read(view: DataView, at: number): number
}

function readerOf(format: number, bits: number): Reader {
  if (format === 1 && bits === 8) return { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 }
  if (format === 1 && bits === 16) return { bytes: 2, read: (view, at) => view.getInt16(at, true) / 32_768 }
  if (format === 1 && bits === 24)
    return { bytes: 3, read: (view, at) => ((view.getInt8(at + 2) << 16) | view.getUint16(at, true)) / 8_388_608 }
  if (format === 1 && bits === 32) return { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2_147_483_648 }
  if (format === 3 && bits === 32) return { bytes: 4, read: (view, at) => view.getFloat32(at, true) }
  if (format === 3 && bits === 64) return { bytes: 8, read: (view, at) => view.getFloat64(at, true) }
  throw new NotAWav(`its samples are of a kind that is not read here (format ${format}, ${bits} bits)`)
}

function mixed(view: DataView, from: number, bytes: number, channels: number, reader: Reader): Float32Array {
  const samples = new Float32Array(Math.floor(bytes / reader.bytes / channels))
  for (let frame = 0; frame < samples.length; frame += 1) {
    let sum = 0
    for (let channel = 0; channel < channels; channel += 1) sum += reader.read(view, from + (frame * channels + channel) * reader.bytes)
    if (!Number.isFinite(sum)) throw new NotAWav('it holds samples that are no numbers')
    samples[frame] = sum / channels
  }
  return samples
}

/** One channel, 16 bits. */
export function writeWav({ sampleRate, samples }: Sound): Uint8Array {
  const file = new Uint8Array(44 + 2 * samples.length)
  const view = new DataView(file.buffer)
  const put = (at: number, text: string) => file.set(new TextEncoder().encode(text), at)
  put(0, 'RIFF')
  view.setUint32(4, 36 + 2 * samples.length, true)
  put(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, 2 * sampleRate, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  put(36, 'data')
  view.setUint32(40, 2 * samples.length, true)
  samples.forEach((sample, at) => {
    view.setInt16(44 + 2 * at, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true)
  })
  return file
}
