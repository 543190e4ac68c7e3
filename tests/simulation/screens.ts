import { isDeepStrictEqual } from 'node:util'
import { RECENT_CALLS } from '../../shared/domain/state.ts'
import { type BoardEvent, type BoardView, foldBoard, foldLive, type LiveEvent, type LiveView } from '../../shared/protocol/wire.ts'
import { connect, Screen } from './door.ts'

/** Screens that watch the whole day and fold what they are sent: at the end each must show what the server's view is (SYNC1). */
export class Watchers {
  readonly #boards: { url: string; zone: string | null; screen: Screen<BoardView, BoardEvent> }[] = []
  readonly #lives: { url: string; screen: Screen<LiveView, LiveEvent> }[] = []
  readonly #branch: string
  readonly #tokens: { readonly display: string; readonly supervisor: string }

  constructor(
    urls: readonly string[],
    branch: string,
    zones: readonly string[],
    tokens: { readonly display: string; readonly supervisor: string },
  ) {
    this.#branch = branch
    this.#tokens = tokens
    for (const url of urls) {
      for (const zone of [null, ...zones]) this.#boards.push({ url, zone, screen: this.#board(url, zone) })
      this.#lives.push({ url, screen: this.#live(url) })
    }
  }

  #board(url: string, zone: string | null): Screen<BoardView, BoardEvent> {
    const socket = connect(url, 'board', { branch: this.#branch, token: this.#tokens.display, ...(zone === null ? {} : { zone }) })
    return new Screen(socket, (view, event) => foldBoard(view, event, RECENT_CALLS))
  }

  #live(url: string): Screen<LiveView, LiveEvent> {
    return new Screen(connect(url, 'supervisor', { branch: this.#branch, token: this.#tokens.supervisor }), foldLive)
  }

  async ready(): Promise<void> {
    await Promise.all([...this.#boards, ...this.#lives].map(({ screen }) => screen.ready()))
  }

  /** Compares each with a screen that comes now and is given everything anew. A line for each that differs after a second. */
  async faults(withStaff: boolean): Promise<string[]> {
    const faults: string[] = []
    for (const { url, zone, screen } of this.#boards) {
      const fresh = () => this.#board(url, zone)
      const differs = await this.#differs(screen, fresh, (view) => view)
      if (differs)
        faults.push(
          `SYNC1 the board of ${zone ?? 'all zones'} at ${url} folded ${screen.events} events and shows something else: ${differs}`,
        )
    }
    for (const { url, screen } of withStaff ? this.#lives : []) {
      // How long somebody has waited depends on when one looks.
      const comparable = (view: LiveView) => ({ ...view, atMs: 0, queues: view.queues.map((queue) => ({ ...queue, longestWaitMs: 0 })) })
      const differs = await this.#differs(screen, () => this.#live(url), comparable)
      if (differs) faults.push(`SYNC1 the supervisor's view at ${url} folded ${screen.events} events and shows something else: ${differs}`)
    }
    return faults
  }

  async #differs<V extends object, E>(
    screen: Screen<V, E>,
    fresh: () => Screen<V, E>,
    comparable: (view: V) => object,
  ): Promise<string | null> {
    const untilMs = performance.now() + 1000
    for (;;) {
      const other = fresh()
      await other.ready()
      other.socket.disconnect()
      const [own, theirs] = [screen.view && comparable(screen.view), other.view && comparable(other.view)]
      if (isDeepStrictEqual(own, theirs)) return null
      if (performance.now() > untilMs) {
        const keys = Object.keys(theirs ?? {}).filter((key) => !isDeepStrictEqual((own as never)?.[key], (theirs as never)?.[key]))
        return keys.join(', ')
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  get events(): number {
    return [...this.#boards, ...this.#lives].reduce((sum, { screen }) => sum + screen.events, 0)
  }

  get resyncs(): number {
    return [...this.#boards, ...this.#lives].reduce((sum, { screen }) => sum + screen.resyncs, 0)
  }

  close(): void {
    for (const { screen } of [...this.#boards, ...this.#lives]) screen.socket.disconnect()
  }
}
