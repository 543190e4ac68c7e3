import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Language, Token } from '../../shared/speech/numbers.ts'
import type { VoiceClip, VoiceManifest } from '../../shared/speech/resolve.ts'
import { chime, SAMPLE_RATE } from './sound.ts'
import { writeWav } from './wav.ts'

export interface ClipSound {
  readonly key: Token
  readonly text: string
  /** At SAMPLE_RATE, ready to be played. */
  readonly samples: Float32Array
}

export interface PackLabel {
  readonly id: string
  readonly language: Language
  readonly name: string
  readonly license: string
  readonly credits: string
}

/** Silence between clips in the file: a player that is a little off must not catch the next word. */
const APART_SECONDS = 0.06
const GAPS_MS = { word: 40, phrase: 180 }

export const CHIMES = ['full', 'short'] as const
export const chimeKey = (kind: (typeof CHIMES)[number]): Token => (kind === 'full' ? 'X:chime' : 'X:chime-short')

/** One sound file and its manifest, written into the folder; the file of an earlier make is removed. */
export function writePack(folder: string, label: PackLabel, clips: readonly ClipSound[]): VoiceManifest {
  const all = [...clips]
  for (const kind of CHIMES)
    if (!all.some(({ key }) => key === chimeKey(kind))) all.push({ key: chimeKey(kind), text: '', samples: chime(kind) })
  const apart = Math.round(APART_SECONDS * SAMPLE_RATE)
  const sound = new Float32Array(all.reduce((sum, { samples }) => sum + samples.length + apart, apart))
  const placed: Record<Token, VoiceClip> = {}
  let at = apart
  for (const { key, text, samples } of all) {
    sound.set(samples, at)
    placed[key] = { startMs: ms(at), durationMs: ms(samples.length), text }
    at += samples.length + apart
  }
  const file = writeWav({ sampleRate: SAMPLE_RATE, samples: sound })
  const sha256 = createHash('sha256').update(file).digest('hex')
  const manifest: VoiceManifest = {
    format: 1,
    ...label,
    sampleRate: SAMPLE_RATE,
    file: `voice-${sha256.slice(0, 12)}.wav`,
    sha256,
    gapsMs: GAPS_MS,
    clips: placed,
  }
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) if (/^voice-[0-9a-f]{12}\.wav$/.test(name)) rmSync(join(folder, name))
  writeFileSync(join(folder, manifest.file), file)
  writeFileSync(join(folder, 'manifest.json'), `${manifestJson(manifest)}\n`)
  return manifest
}

/** Whole samples, so exact where it is read again: a sample is 1/24 ms. */
const ms = (samples: number): number => Math.round((samples / SAMPLE_RATE) * 1000 * 1e6) / 1e6

/** A line per clip, so that a change of one is a line of a diff. */
function manifestJson({ clips, ...rest }: VoiceManifest): string {
  const lines = Object.entries(clips).map(([key, clip]) => `    ${JSON.stringify(key)}: ${JSON.stringify(clip)}`)
  const head = JSON.stringify(rest, null, 2).replace(/\n}$/, '')
  return `${head},\n  "clips": {\n${lines.join(',\n')}\n  }\n}`
}
