import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkManifest, resolve, type VoiceManifest } from '../../shared/speech/resolve.ts'
import { sentenceOf } from '../../shared/speech/sentence.ts'
import { wantedClips } from './clips.ts'
import { CHIMES, chimeKey } from './pack.ts'
import { CEILING_DBFS, decibels, loudness, peakOf, SPEECH_LUFS, silence } from './sound.ts'
import { readWav } from './wav.ts'

export interface Finding {
  /** `error`: the voice must not be used so; `warning`: it will be heard. */
  readonly level: 'error' | 'warning'
  readonly text: string
}

/** Loudness may differ from the rest by this many LU before ears notice. */
const LOUDNESS_SPREAD = 3
const SILENCE_SECONDS = 0.12
const SHORTEST_SECONDS = 0.06

/** What a person should know of a pack before a hall hears it. */
export function checkPack(folder: string): readonly Finding[] {
  const path = join(folder, 'manifest.json')
  if (!existsSync(path)) return [{ level: 'error', text: `${path} is missing: make the pack first (npm run voice -- make ${folder})` }]
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    return [{ level: 'error', text: `${path} is no JSON: ${(error as Error).message}` }]
  }
  const checked = checkManifest(json)
  if ('wrong' in checked) return [{ level: 'error', text: `${path}: ${checked.wrong}` }]
  const { manifest } = checked
  const soundFile = join(folder, manifest.file)
  if (!existsSync(soundFile)) return [{ level: 'error', text: `${soundFile} is missing` }]
  const bytes = readFileSync(soundFile)
  const findings: Finding[] = []
  if (createHash('sha256').update(bytes).digest('hex') !== manifest.sha256)
    findings.push({ level: 'error', text: `${manifest.file} is not the file that the manifest was made with` })
  return [...findings, ...missingWords(manifest), ...soundFindings(manifest, bytes)]
}

function missingWords(manifest: VoiceManifest): Finding[] {
  const { language, clips } = manifest
  const findings: Finding[] = []
  const unsaid = wantedClips(language).filter(({ key }) => !key.endsWith('~') && 'missing' in resolve([key], manifest))
  const list = (isNeeded: boolean) =>
    unsaid
      .filter((clip) => clip.isNeeded === isNeeded)
      .map(({ text }) => text)
      .join(', ')
  if (list(true)) findings.push({ level: 'error', text: `missing words: ${list(true)}` })
  if (list(false)) findings.push({ level: 'warning', text: `left to the shipped voice: ${list(false)}` })
  for (const kind of CHIMES) if (!clips[chimeKey(kind)]) findings.push({ level: 'error', text: `missing: the ${kind} chime` })
  const numbers = Array.from({ length: 10_000 }, (_, value) => value).filter((value) => 'missing' in resolve([`N:${value}`], manifest))
  if (numbers.length > 0)
    findings.push({
      level: 'error',
      text: `${numbers.length} numbers under 10000 can't be said, among them ${numbers.slice(0, 8).join(', ')}`,
    })
  const call = sentenceOf({ number: 'B-021', place: '3', kind: 'call', form: 'full' }, language)
  const flat = call.tokens.filter((token) => token.endsWith('~') && !clips[token] && clips[token.slice(0, -1)])
  if (flat.length > 0)
    findings.push({
      level: 'warning',
      text: 'no clips with a falling tone for the ends of phrases (names that end in -akhir): it will sound like a list',
    })
  return findings
}

function soundFindings(manifest: VoiceManifest, bytes: Uint8Array): Finding[] {
  const { samples, sampleRate } = readWav(bytes)
  const findings: Finding[] = []
  for (const [key, { startMs, durationMs, text }] of Object.entries(manifest.clips)) {
    const name = text === '' ? key : `"${text}" (${key})`
    const from = Math.round((startMs / 1000) * sampleRate)
    const clip = samples.subarray(from, from + Math.round((durationMs / 1000) * sampleRate))
    const tell = (level: Finding['level'], what: string) => findings.push({ level, text: `${name} ${what}` })
    if (clip.length < (durationMs / 1000) * sampleRate - 1) tell('error', 'lies beyond the end of the sound file')
    else if (durationMs < SHORTEST_SECONDS * 1000 || peakOf(clip) < 0.01) tell('error', 'is empty')
    else {
      const lufs = loudness(clip, sampleRate)
      const aim = key.startsWith('X:') ? SPEECH_LUFS - 2 : SPEECH_LUFS
      if (Math.abs(lufs - aim) > LOUDNESS_SPREAD)
        tell('warning', `is ${lufs > aim ? 'louder' : 'softer'} than the rest: ${lufs.toFixed(1)} LUFS`)
      if (decibels(peakOf(clip)) > CEILING_DBFS + 1)
        tell('warning', `comes close to clipping: peak ${decibels(peakOf(clip)).toFixed(1)} dBFS`)
      const { lead, tail } = silence(clip, sampleRate)
      if (lead > SILENCE_SECONDS) tell('warning', `begins with ${lead.toFixed(2)} s of silence`)
      if (tail > SILENCE_SECONDS && !key.startsWith('X:')) tell('warning', `ends with ${tail.toFixed(2)} s of silence`)
    }
  }
  return findings
}
