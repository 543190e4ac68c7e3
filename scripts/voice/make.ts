import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { type Language, numberSaid } from '../../shared/speech/numbers.ts'
import { fileNames, wantedClips } from './clips.ts'
import { CHIMES, type ClipSound, chimeKey, type PackLabel, writePack } from './pack.ts'
import { CHIME_LUFS, highPass, normalised, resample, SAMPLE_RATE, SPEECH_LUFS, trimmed } from './sound.ts'
import { NotAWav, readWav, type Sound } from './wav.ts'

/** What a person must do before the work can go on. */
export class VoiceFault extends Error {
  override readonly name = 'VoiceFault'
}

/** Without rumble and silence, as loud as every other clip. */
const prepared = ({ samples, sampleRate }: Sound, lufs: number): Float32Array =>
  normalised(trimmed(highPass(resample(samples, sampleRate, SAMPLE_RATE), SAMPLE_RATE, 80), SAMPLE_RATE), SAMPLE_RATE, lufs)

// --- the shipped packs

const LABELS: Readonly<Record<Language, PackLabel>> = {
  id: {
    id: 'id-default',
    language: 'id',
    name: 'Suara bawaan (sintetis)',
    license: 'CC0-1.0',
    credits: 'Synthesised with eSpeak NG as a separate program; chime by Panggil',
  },
  en: {
    id: 'en-default',
    language: 'en',
    name: 'Default voice (synthetic)',
    license: 'CC0-1.0',
    credits: 'Synthesised with eSpeak NG as a separate program; chime by Panggil',
  },
}

const notice = (version: string) => `The clips in this folder are data, made by \`npm run voice -- make\` with ${version}, which ran as a
separate program and is not part of this product. eSpeak NG is free software under the GNU General Public License, version 3 or later; the
licence of a program does not in general cover what the program puts out. The chimes are arithmetic of our own (scripts/voice/sound.ts). As far
as we hold any right in these clips, they are given to everybody under CC0-1.0.

A hall may replace this voice by one of its own: see docs/voice.md.
`

/** A voice that stands well in a hall: a little slower than the program's own pace. */
const WORDS_PER_MINUTE = 155

export function espeakVersion(): string {
  try {
    const line = execFileSync('espeak-ng', ['--version'], { encoding: 'utf8' })
    return `eSpeak NG ${/(\d+\.\d+(?:\.\d+)?)/.exec(line)?.[1] ?? ''}`.trim()
  } catch {
    throw new VoiceFault(
      'espeak-ng is not on this machine. On Debian and Ubuntu: apt-get install espeak-ng. The shipped packs are there already; only making them anew needs it.',
    )
  }
}

function synthesised(language: Language, text: string): Sound {
  const args = ['-v', language === 'id' ? 'id' : 'en-gb', '-s', String(WORDS_PER_MINUTE), '--stdout', text]
  return readWav(execFileSync('espeak-ng', args, { maxBuffer: 64 << 20 }))
}

/** Makes both shipped packs under this folder. The same bytes each time with the same version of eSpeak NG. */
export function makeShipped(root: string, tell: (line: string) => void): void {
  const version = espeakVersion()
  for (const language of ['id', 'en'] as const) {
    const wanted = wantedClips(language)
    const clips = wanted.map(
      ({ key, text, synthesised: spoken }): ClipSound => ({
        key,
        text,
        samples: prepared(synthesised(language, spoken), SPEECH_LUFS),
      }),
    )
    const label = LABELS[language]
    const folder = join(root, label.id)
    const { file } = writePack(folder, label, clips)
    writeFileSync(join(folder, 'NOTICE'), notice(version))
    tell(`${label.id}: ${clips.length} clips, ${(readFileSync(join(folder, file)).length / 1e6).toFixed(1)} MB`)
  }
}

// --- a recorded voice

interface Label {
  readonly language?: unknown
  readonly name?: unknown
  readonly license?: unknown
  readonly credits?: unknown
}

function readLabel(file: string): Label {
  try {
    return Object(JSON.parse(readFileSync(file, 'utf8'))) as Label
  } catch (error) {
    throw new VoiceFault(`${file} is no JSON: ${(error as Error).message}`)
  }
}

/** Makes a pack in place of a folder with one WAV file per word, and `pack.json` with language, name, license and credits. */
export function makeRecorded(folder: string, tell: (line: string) => void): void {
  if (!existsSync(folder)) throw new VoiceFault(`There is no folder ${folder}`)
  const labelFile = join(folder, 'pack.json')
  if (!existsSync(labelFile))
    throw new VoiceFault(
      `${labelFile} is missing. It says whose voice this is:\n  {"language": "id", "name": "...", "license": "CC0-1.0", "credits": "..."}`,
    )
  const said = readLabel(labelFile)
  if (said.language !== 'id' && said.language !== 'en') throw new VoiceFault(`${labelFile}: language must be id or en`)
  for (const field of ['name', 'license', 'credits'] as const)
    if (typeof said[field] !== 'string' || said[field] === '')
      throw new VoiceFault(`${labelFile}: ${field} must be a text. Whoever speaks should have agreed in writing.`)

  const files = new Map(
    readdirSync(folder)
      .filter((name) => /\.wav$/i.test(name))
      .map((name) => [
        name
          .replace(/\.wav$/i, '')
          .toLowerCase()
          .replace(/[\s_]+/g, '-'),
        name,
      ]),
  )
  const used = new Set<string>()
  const clips: ClipSound[] = []
  const take = (key: string, text: string, lufs: number, names: readonly string[]) => {
    const name = names.map((each) => files.get(each)).find((each) => each !== undefined)
    if (name === undefined) return
    used.add(name)
    try {
      clips.push({ key, text, samples: prepared(readWav(readFileSync(join(folder, name))), lufs) })
    } catch (error) {
      if (error instanceof NotAWav) throw new VoiceFault(`${name}: ${error.message}`)
      throw error
    }
  }
  for (const clip of wantedClips(said.language)) take(clip.key, clip.text, SPEECH_LUFS, fileNames(clip))
  for (const kind of CHIMES) take(chimeKey(kind), '', CHIME_LUFS, fileNames({ key: chimeKey(kind), text: '' }))
  // Numbers said whole, `114.wav` or `n-114.wav`, and prefixes said in an agency's own way, `prefix-4k.wav`.
  for (const [slug, name] of files) {
    const [, number, prefix, end] = /^(?:(?:n-)?(\d{1,6})|prefix-([a-z0-9]{1,4}))(-akhir|-end)?$/.exec(slug) ?? []
    const what = number
      ? numberSaid(Number(number), said.language)
      : prefix
        ? { token: `A:${prefix.toUpperCase()}`, text: prefix.toUpperCase() }
        : null
    const key = `${what?.token}${end ? '~' : ''}`
    if (what && !used.has(name) && !clips.some((clip) => clip.key === key)) take(key, what.text, SPEECH_LUFS, [slug])
  }
  if (clips.length === 0) throw new VoiceFault(`No file in ${folder} has a name that is known. See docs/voice.md for the names.`)
  const id = basename(resolve(folder))
  writePack(
    folder,
    { id, language: said.language, name: String(said.name), license: String(said.license), credits: String(said.credits) },
    clips,
  )
  tell(`${id}: ${clips.length} clips`)
  const unknown = [...files.values()].filter((name) => !used.has(name) && !/^voice-[0-9a-f]{12}\.wav$/.test(name))
  if (unknown.length > 0) tell(`Not used, because no word is known by these names, or another file says it: ${unknown.join(', ')}`)
}
