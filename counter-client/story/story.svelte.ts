import { api, type Problem } from '../../shared/client/api.ts'
import { Branch, branchOfPage } from '../../shared/client/branch.svelte.ts'
import { localDay } from '../../shared/i18n/format.ts'
import type { Before } from '../../shared/story/before.ts'
import type { Story } from '../../shared/story/story.ts'
import { ticketNumber } from '../../shared/story/ticketNumber.ts'

const AGAIN_MS = 4_000
const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))

/** What a person must put right, beside the field that it is about. */
export type Mistake = 'wrongNumber' | 'missing' | 'which' | 'same'

/** One number's story, and why another one was before it: of the day and the numbers that the address says. */
export class StoryPage {
  readonly branch: Branch
  branchId = $state<string | null>(null)
  mustChooseBranch = $state(false)
  /** As typed. */
  number = $state('')
  day = $state('')
  other = $state('')
  story = $state.raw<Story | null>(null)
  before = $state.raw<Before | null>(null)
  /** When the story was read: of today it goes on. */
  readAtMs = $state(0)
  isReading = $state(false)
  mistake = $state<Mistake | null>(null)
  otherMistake = $state<Mistake | null>(null)
  /** The number and the day that were not found. */
  missing = $state.raw<{ readonly number: string; readonly day: string; readonly numbers: readonly string[] } | null>(null)
  problem = $state.raw<Problem | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Of several readings under way the last one counts. */
  #reading = 0

  constructor() {
    this.branch = new Branch(() => this.branchId)
    void this.#start()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  get today(): string {
    return localDay(this.branch.timeZone, Date.now())
  }

  /** As the browser's address says. */
  readAddress = (): void => {
    const search = new URLSearchParams(location.search)
    const day = search.get('day') ?? ''
    this.day = isDay(day) ? day : this.today
    this.number = search.get('number') ?? ''
    this.other = search.get('other') ?? ''
    this.story = null
    this.before = null
    this.missing = null
    this.mistake = null
    this.otherMistake = null
    if (this.number !== '') void this.#read()
  }

  /** Shows the number that was typed, under an address of its own. */
  show(number = this.number, other = ''): void {
    const wanted = ticketNumber(number)
    this.mistake = wanted === null ? 'wrongNumber' : null
    if (wanted === null) return
    this.#go(wanted, other)
  }

  /** Asks why another number was before the one that is shown. */
  ask(): void {
    const wanted = ticketNumber(this.other)
    this.otherMistake = wanted === null ? 'wrongNumber' : null
    if (wanted === null || this.story === null) return
    if (wanted === this.story.number || wanted === this.story.lastNumber) this.otherMistake = 'same'
    else this.#go(this.story.number, wanted)
  }

  /** Where the story of a number of this day is. */
  addressOf(number: string, other = ''): string {
    const search = new URLSearchParams(location.search)
    search.set('day', this.day)
    search.set('number', number)
    if (other === '') search.delete('other')
    else search.set('other', other)
    return `?${search}`
  }

  again(): void {
    void this.#read()
  }

  #go(number: string, other: string): void {
    history.pushState(null, '', this.addressOf(number, other))
    this.readAddress()
  }

  async #start(): Promise<void> {
    const answer = await branchOfPage()
    if (!answer.ok) {
      this.problem = answer.error
      this.#timer = setTimeout(() => void this.#start(), AGAIN_MS)
      return
    }
    this.problem = null
    this.branchId = answer.value
    this.mustChooseBranch = answer.value === null
    if (answer.value === null) return
    await this.branch.read()
    this.readAddress()
  }

  async #read(): Promise<void> {
    clearTimeout(this.#timer)
    const number = ticketNumber(this.number)
    const other = this.other === '' ? null : ticketNumber(this.other)
    this.mistake = number === null ? 'wrongNumber' : null
    this.otherMistake = this.other !== '' && other === null ? 'wrongNumber' : null
    if (number === null) return
    const reading = ++this.#reading
    this.isReading = true
    const path = `/branches/${encodeURIComponent(this.branchId ?? '')}/days/${this.day}/tickets/${encodeURIComponent(number)}`
    const [story, before] = await Promise.all([
      api<Story>(path),
      other === null || other === number ? null : api<Before>(`${path}/before/${encodeURIComponent(other)}`),
    ])
    if (reading !== this.#reading) return
    this.isReading = false
    this.problem = null
    this.missing = null
    this.story = story.ok ? story.value : null
    this.before = before?.ok ? before.value : null
    this.readAtMs = Date.now()
    if (!story.ok) this.mistake = this.#told(story.error)
    else if (before && !before.ok) this.otherMistake = this.#told(before.error)
  }

  /** A number that is not there is put right in its field; what will be otherwise by itself is asked again. */
  #told(error: Problem): Mistake | null {
    const { number, numbers } = error.details ?? {}
    if (error.code === 'unknown-ticket') {
      const found = Array.isArray(numbers) ? numbers.map(String) : []
      this.missing = { number: String(number ?? this.number), day: this.day, numbers: found }
      return found.length > 0 ? 'which' : 'missing'
    }
    this.problem = error
    if (error.retry) this.#timer = setTimeout(() => void this.#read(), AGAIN_MS)
    return null
  }
}
