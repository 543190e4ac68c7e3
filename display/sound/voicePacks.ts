import type { Language } from '../../shared/domain/configuration.ts'
import { checkManifest, type VoiceManifest } from '../../shared/speech/resolve.ts'
import { keep, keepOnly, takeKept } from './keptFiles.ts'

/** A pack whose sprite is ready to be played. */
export interface VoicePack {
  readonly manifest: VoiceManifest
  readonly sprite: AudioBuffer
}

interface Kept {
  readonly manifest: VoiceManifest
  readonly file: ArrayBuffer
}

export type PackNames = Readonly<Record<Language, string>>

const SHIPPED: PackNames = { id: 'id-default', en: 'en-default' }
const LANGUAGES: readonly Language[] = ['id', 'en']
const CHOSEN = 'panggil.voices'
const AGAIN_MS = 10_000
const MANIFEST_MS = 5_000
const SPRITE_MS = 120_000

/** The voices of this screen: of each language the pack that the branch chose, and the shipped one for sentences with words which that lacks. */
export class VoicePacks {
  /** Some language has a voice, or every one has been looked for in vain. */
  state: 'loading' | 'ready' | 'failed' = 'loading'
  readonly #decode: (file: ArrayBuffer) => Promise<AudioBuffer>
  readonly #changed: () => void
  readonly #packs = new Map<string, VoicePack>()
  #chosen: PackNames = chosenBefore()
  #loading: Promise<void> | null = null
  #isWanted = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(decode: (file: ArrayBuffer) => Promise<AudioBuffer>, changed: () => void) {
    this.#decode = decode
    this.#changed = changed
    this.load()
  }

  /** To be called when the branch has been read (anew): its packs may be others, or have other words. */
  choose(names: PackNames): void {
    this.#chosen = names
    try {
      localStorage.setItem(CHOSEN, JSON.stringify(names))
    } catch {
      // Then the next start asks the server first.
    }
    this.load()
  }

  /** The chosen one first. */
  of(language: Language): readonly VoicePack[] {
    const names = new Set([this.#chosen[language], SHIPPED[language]])
    return Array.from(names, (name) => this.#packs.get(name)).filter((pack): pack is VoicePack => pack !== undefined)
  }

  close(): void {
    this.#isWanted = false
    clearTimeout(this.#timer)
  }

  load(): void {
    this.#isWanted = true
    this.#loading ??= this.#loadAll().finally(() => {
      this.#loading = null
    })
  }

  async #loadAll(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false
      clearTimeout(this.#timer)
      let isWhole = true
      const wanted = new Set(LANGUAGES.flatMap((language) => [this.#chosen[language], SHIPPED[language]]))
      for (const name of wanted) {
        const found = await this.#loadOne(name)
        if (found === 'unreachable') isWhole = false
        // Each voice as soon as it is there: a call may be waiting for it.
        this.#show()
      }
      if (isWhole && !this.#isWanted) await this.#forgetOthers(wanted)
      if (this.state === 'loading' && isWhole) this.state = 'failed'
      if (this.state === 'loading' || !isWhole) this.#timer = setTimeout(() => this.load(), AGAIN_MS)
      this.#changed()
    }
  }

  /** Packs that nobody chooses any more: each is 12 MB of sound in memory. */
  async #forgetOthers(wanted: ReadonlySet<string>): Promise<void> {
    for (const name of this.#packs.keys()) if (!wanted.has(name)) this.#packs.delete(name)
    await keepOnly(wanted)
  }

  #show(): void {
    this.state = LANGUAGES.every((language) => this.of(language).length > 0) ? 'ready' : this.state === 'ready' ? 'failed' : this.state
    this.#changed()
  }

  async #loadOne(name: string): Promise<'there' | 'absent' | 'unreachable'> {
    const told = await readManifest(name)
    if (told === 'absent') {
      this.#packs.delete(name)
      return 'absent'
    }
    const known = this.#packs.get(name)
    if (known && (told === 'unreachable' || known.manifest.sha256 === told.sha256)) {
      if (told !== 'unreachable') this.#packs.set(name, { manifest: told, sprite: known.sprite })
      return 'there'
    }
    // Megabytes: read only where they are needed.
    const kept = (await takeKept<Kept>(name)) ?? null
    const manifest = told === 'unreachable' ? kept?.manifest : told
    if (!manifest) return 'unreachable'
    const isKept = kept !== null && kept.manifest.sha256 === manifest.sha256
    const file = isKept ? kept.file : await readFile(`/voices/${name}/${manifest.file}`, SPRITE_MS)
    if (file === null) return 'unreachable'
    if (!isKept || JSON.stringify(kept.manifest) !== JSON.stringify(manifest)) await keep(name, { manifest, file })
    try {
      // Decoding takes the bytes away.
      this.#packs.set(name, { manifest, sprite: await this.#decode(file) })
      return 'there'
    } catch {
      // Perhaps only what was kept is broken: at the next look it is read anew.
      await keep(name, null)
      return 'absent'
    }
  }
}

async function fetched(url: string, timeoutMs: number): Promise<Response | 'unreachable'> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), timeoutMs)
  try {
    const response = await fetch(url, { credentials: 'same-origin', signal: abort.signal })
    // All of it, within its time.
    return new Response(await response.arrayBuffer(), { status: response.status })
  } catch {
    return 'unreachable'
  } finally {
    clearTimeout(timer)
  }
}

async function readManifest(name: string): Promise<VoiceManifest | 'absent' | 'unreachable'> {
  const response = await fetched(`/voices/${encodeURIComponent(name)}/manifest.json`, MANIFEST_MS)
  if (response === 'unreachable' || response.status >= 500) return 'unreachable'
  if (!response.ok) return 'absent'
  try {
    const told = checkManifest(await response.json())
    if ('manifest' in told) return told.manifest
    console.error(`The voice pack ${name}: ${told.wrong}`)
    return 'absent'
  } catch {
    return 'absent'
  }
}

async function readFile(url: string, timeoutMs: number): Promise<ArrayBuffer | null> {
  const response = await fetched(url, timeoutMs)
  return response === 'unreachable' || !response.ok ? null : response.arrayBuffer()
}

function chosenBefore(): PackNames {
  try {
    return { ...SHIPPED, ...(JSON.parse(localStorage.getItem(CHOSEN) ?? '{}') as Partial<PackNames>) }
  } catch {
    return SHIPPED
  }
}
