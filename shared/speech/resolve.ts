import { type Language, numberParts, type Token } from './numbers.ts'
import { spelled } from './sentence.ts'

/** Where a clip lies in its pack's one sound file, in milliseconds (whole samples, so multiples of 1/24), and what it says. */
export interface VoiceClip {
  readonly startMs: number
  readonly durationMs: number
  readonly text: string
}

/** `manifest.json` of a voice pack. */
export interface VoiceManifest {
  readonly format: 1
  /** The folder's name. */
  readonly id: string
  readonly language: Language
  readonly name: string
  readonly license: string
  readonly credits: string
  readonly sampleRate: number
  /** Beside the manifest: WAV, one channel, 16 bit. Its name changes with its content, so it may be kept for ever. */
  readonly file: string
  readonly sha256: string
  /** Silence after a word within a phrase, and after a phrase. */
  readonly gapsMs: { readonly word: number; readonly phrase: number }
  readonly clips: Readonly<Record<Token, VoiceClip>>
}

export interface PlacedClip extends VoiceClip {
  readonly key: Token
  readonly gapAfterMs: number
}

export type Resolved = { readonly clips: readonly PlacedClip[]; readonly totalMs: number } | { readonly missing: readonly Token[] }

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isMs = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0
const isText = (value: unknown): value is string => typeof value === 'string'
const isFileName = (value: unknown): boolean => isText(value) && /^[A-Za-z0-9][\w.-]{0,127}$/.test(value)

/** What came from a folder that somebody dropped in, if it is a manifest; else what is wrong with it, in plain English. */
export function checkManifest(value: unknown): { readonly manifest: VoiceManifest } | { readonly wrong: string } {
  if (!isObject(value)) return { wrong: 'the manifest must be an object' }
  if (value['format'] !== 1) return { wrong: 'format must be 1' }
  if (value['language'] !== 'id' && value['language'] !== 'en') return { wrong: 'language must be id or en' }
  for (const field of ['id', 'name', 'license', 'credits', 'sha256']) if (!isText(value[field])) return { wrong: `${field} must be a text` }
  if (!isFileName(value['id'])) return { wrong: 'id must be the name of a folder' }
  if (!/^[0-9a-f]{64}$/.test(value['sha256'] as string)) return { wrong: 'sha256 must be 64 hexadecimal digits' }
  if (!isFileName(value['file'])) return { wrong: 'file must be the name of a file beside the manifest' }
  const { sampleRate, gapsMs, clips } = value
  if (!isMs(sampleRate) || sampleRate < 8000 || sampleRate > 96_000) return { wrong: 'sampleRate must be from 8000 to 96000' }
  if (!isObject(gapsMs) || !isMs(gapsMs['word']) || !isMs(gapsMs['phrase'])) return { wrong: 'gapsMs must have word and phrase' }
  if (!isObject(clips)) return { wrong: 'clips must be an object' }
  for (const [key, clip] of Object.entries(clips))
    if (!isObject(clip) || !isMs(clip['startMs']) || !isMs(clip['durationMs']) || clip['durationMs'] === 0 || !isText(clip['text']))
      return { wrong: `clips.${key} must have startMs, durationMs (both in milliseconds) and text` }
  return { manifest: value as unknown as VoiceManifest }
}

/** What a token is said with where a pack has no clip of it: a number or an ordinal in parts, a prefix of its own sound letter by letter. */
function partsOf(token: Token, language: Language): readonly Token[] {
  const [, kind, rest = ''] = /^([NOA]):(.+)$/.exec(token) ?? []
  if (kind === 'A') return spelled(rest, language).map((sign) => sign.token)
  if (kind === undefined || !/^\d{1,6}$/.test(rest)) return []
  const parts = numberParts(Number(rest), language).map((part) => part.token)
  // Only the last word of an ordinal differs: "twenty first".
  return kind === 'N' ? parts : parts.map((part, at) => (at === parts.length - 1 ? part.replace('N:', 'O:') : part))
}

/** The clips of one token: its own, else those of its parts; the falling tone is kept for the last, and given up where there is no such clip. */
function clipsOf(token: Token, manifest: VoiceManifest): readonly Token[] | null {
  const bare = token.replace(/~$/, '')
  for (const key of [token, bare]) if (manifest.clips[key]) return [key]
  const parts = partsOf(bare, manifest.language)
  const keys: Token[] = []
  for (let at = 0; at < parts.length; at += 1) {
    const found = clipsOf(at === parts.length - 1 && token !== bare ? `${parts[at]}~` : (parts[at] as Token), manifest)
    if (found === null) return null
    keys.push(...found)
  }
  return keys.length > 0 ? keys : null
}

/** Which clips of a pack say these tokens, one after the other, and how long that takes; or what the pack can't say. */
export function resolve(tokens: readonly Token[], manifest: VoiceManifest): Resolved {
  const missing: Token[] = []
  const clips: PlacedClip[] = []
  let totalMs = 0
  tokens.forEach((token, index) => {
    const keys = clipsOf(token, manifest)
    if (keys === null) {
      missing.push(token)
      return
    }
    keys.forEach((key, at) => {
      const closes = token.endsWith('~') && at === keys.length - 1
      const isLast = index === tokens.length - 1 && at === keys.length - 1
      const gapAfterMs = isLast ? 0 : closes ? manifest.gapsMs.phrase : manifest.gapsMs.word
      const clip = manifest.clips[key] as VoiceClip
      clips.push({ ...clip, key, gapAfterMs })
      totalMs += clip.durationMs + gapAfterMs
    })
  })
  return missing.length > 0 ? { missing } : { clips, totalMs }
}
