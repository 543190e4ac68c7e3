import type { Language } from '../../shared/domain/configuration.ts'
import { sentenceOf } from '../../shared/speech/sentence.ts'
import { AudioOutput } from '../sound/audioOutput.ts'
import { planOf } from '../sound/plan.ts'
import { VoicePacks } from '../sound/voicePacks.ts'

export interface Told {
  readonly text: string
  readonly language: Language
  /** A ticket's number, where the step has one: the hall's own voice says it. */
  readonly number?: string
}

const LOCALE: Readonly<Record<Language, string>> = { id: 'id-ID', en: 'en-GB' }

/**
 * Says where the visitor is and what to do: the text with the browser's voice where it has one, a number with the clips of the hall. Where
 * neither can, the text stands on the screen; nothing here is ever waited for.
 */
export class SpokenHelp {
  #output: AudioOutput | null = null
  #packs: VoicePacks | null = null
  #wanted: Told | null = null

  tell(told: Told): void {
    this.hush()
    if (!this.#speak(told) && told.number !== undefined) this.#sayNumber(told)
  }

  /** One thing by itself: what the keyboard's focus is on. */
  say(text: string, language: Language): void {
    this.hush()
    this.#speak({ text, language })
  }

  hush(): void {
    this.#wanted = null
    this.#output?.stop()
    if ('speechSynthesis' in window) window.speechSynthesis.cancel()
  }

  /** The visit is over. */
  end(): void {
    this.hush()
    this.#packs?.close()
    this.#output?.close()
    this.#packs = null
    this.#output = null
  }

  #speak({ text, language }: Told): boolean {
    if (!('speechSynthesis' in window)) return false
    const voice = window.speechSynthesis.getVoices().find((each) => each.lang.replace('_', '-').toLowerCase().startsWith(language))
    if (!voice) return false
    const said = new SpeechSynthesisUtterance(text)
    said.lang = LOCALE[language]
    said.voice = voice
    said.rate = 0.95
    window.speechSynthesis.speak(said)
    return true
  }

  #sayNumber(told: Told): void {
    this.#wanted = told
    // Only now: most visitors never ask, and the clips are some megabytes.
    this.#output ??= AudioOutput.open()
    const output = this.#output
    if (output === null) return
    output.resume()
    this.#packs ??= new VoicePacks(
      (file) => output.decode(file),
      () => this.#sayWanted(),
    )
    this.#sayWanted()
  }

  #sayWanted(): void {
    const { text, number, language } = this.#wanted ?? {}
    const packs = this.#packs
    if (text === undefined || number === undefined || language === undefined || !this.#output || !packs) return
    const { tokens } = sentenceOf({ number, place: '', kind: 'call', form: 'full' }, language)
    // Up to the counter, which nobody knows yet.
    const said = tokens.slice(
      0,
      tokens.findIndex((token) => token.startsWith('P:proceed')),
    )
    const plan = planOf({ chime: 'short', sentences: [{ language, text, tokens: said }] }, (wanted) => packs.of(wanted))
    if ('missing' in plan) return
    this.#wanted = null
    this.#output.soundFor(plan.totalMs + 2_000)
    this.#output.play(plan, () => undefined)
  }
}
