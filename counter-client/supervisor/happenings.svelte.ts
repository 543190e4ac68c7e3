import { api } from '../../shared/client/api.ts'
import { HAPPENINGS_KEPT, HAPPENINGS_SHOWN, type Happening, type Happenings as Told } from '../../shared/protocol/live.ts'

const AGAIN_MS = 5_000

/** What happens in the hall, newest first: read once, then as it is told. A gap is read anew. */
export class Happenings {
  /** Newest first. */
  all = $state.raw<readonly Happening[]>([])
  /** As long as somebody holds the list: what stood then. */
  held = $state.raw<readonly Happening[] | null>(null)
  agency = $state('')
  isRead = $state(false)
  hasFailed = $state(false)
  readonly #branch: () => string | null
  /** What was told while the list was being read. */
  #meanwhile: Happening[] | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(branch: () => string | null) {
    this.#branch = branch
  }

  readonly shown: readonly Happening[] = $derived(this.#of(this.held ?? this.all).slice(0, HAPPENINGS_SHOWN))
  /** How many came since the list is held. */
  readonly waiting: number = $derived.by(() => {
    const last = this.held?.[0]?.number ?? 0
    return this.held === null ? 0 : this.#of(this.all).filter(({ number }) => number > last).length
  })

  close(): void {
    clearTimeout(this.#timer)
  }

  hold(): void {
    this.held = this.held === null ? this.all : null
  }

  async read(): Promise<void> {
    const branch = this.#branch()
    if (branch === null || this.#meanwhile) return
    clearTimeout(this.#timer)
    this.#meanwhile = []
    const answer = await api<Told>(`/branches/${encodeURIComponent(branch)}/live/happenings`)
    const meanwhile = this.#meanwhile
    this.#meanwhile = null
    this.hasFailed = !answer.ok
    if (!answer.ok) {
      this.#timer = setTimeout(() => void this.read(), AGAIN_MS)
      return
    }
    this.all = [...answer.value.happenings].reverse()
    this.isRead = true
    this.add(meanwhile)
  }

  /** Oldest first, as the server tells them. */
  add(happenings: readonly Happening[]): void {
    if (this.#meanwhile) {
      this.#meanwhile.push(...happenings)
      return
    }
    const last = this.all[0]?.number
    const fresh = last === undefined ? happenings : happenings.filter(({ number }) => number > last)
    const first = fresh[0]
    if (!first) return
    if (last !== undefined && first.number > last + 1) void this.read()
    else this.all = [...[...fresh].reverse(), ...this.all].slice(0, HAPPENINGS_KEPT)
  }

  #of(happenings: readonly Happening[]): readonly Happening[] {
    const { agency } = this
    return agency === '' ? happenings : happenings.filter(({ agencies }) => agencies.length === 0 || agencies.includes(agency))
  }
}
