import { api, type Problem } from '../../shared/client/api.ts'
import { Branch, branchOfPage } from '../../shared/client/branch.svelte.ts'
import { type Command, CommandLine, IN_BROWSER } from '../../shared/client/commands.ts'
import { LiveRoom } from '../../shared/client/room.svelte.ts'
import { live as liveRoom } from '../../shared/client/rooms.ts'
import { type Estimate, estimatedWait } from '../../shared/domain/estimate.ts'
import { type LiveEvent, type LiveQueue, type LiveView, longestWaitMs } from '../../shared/protocol/wire.ts'
import type { Session } from '../session/session.svelte.ts'
import { Done } from './actions/done.svelte.ts'
import { Happenings } from './happenings.svelte.ts'

export interface QueueLine {
  readonly code: string
  readonly prefix: string
  readonly agency: string
  readonly queue: LiveQueue
  readonly waitMs: number
  readonly openCounters: number
  readonly allCounters: number
  /** Of whoever comes now; null where nobody can say. */
  readonly expected: Estimate | null
}

/** The whole hall, live, and what a supervisor may do about it. */
export class Overview {
  room = $state.raw<LiveRoom<LiveView, LiveEvent> | null>(null)
  branch: Branch
  branchId = $state<string | null>(null)
  /** Nobody said which of several branches this page is about. */
  mustChooseBranch = $state(false)
  problem = $state.raw<Problem | null>(null)
  isSending = $state(false)
  /** Names of the branch's screens: people know no ids. */
  screens = $state.raw<ReadonlyMap<string, string>>(new Map())
  readonly happenings = new Happenings(() => this.branchId)
  readonly done = new Done()
  readonly #session: Session
  #line: CommandLine | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(session: Session) {
    this.#session = session
    this.branch = new Branch(() => this.branchId)
    void this.#start()
  }

  readonly lines: readonly QueueLine[] = $derived.by(() => {
    const view = this.room?.view
    if (!view) return []
    const nowMs = this.room?.nowMs ?? view.atMs
    const described = this.branch.description
    return view.queues.map((queue) => {
      const found = this.branch.services.get(queue.service)
      const serving = new Set(
        (described?.counters ?? []).filter((counter) => counter.services.includes(queue.service)).map((counter) => counter.id),
      )
      const openCounters = view.counters.filter((counter) => counter.state === 'open' && serving.has(counter.id)).length
      return {
        code: queue.service,
        prefix: found?.agency.prefix ?? '',
        agency: found?.agency.short ?? (queue.service.split('.')[0] as string),
        queue,
        waitMs: longestWaitMs(queue.waitingSinceMs, nowMs),
        openCounters,
        allCounters: serving.size,
        expected: found ? estimatedWait(queue.waiting, found.service.averageMinutes, openCounters) : null,
      }
    })
  })

  get isReachable(): boolean {
    return this.room?.connected === true && this.room.contact === 'live'
  }

  close(): void {
    clearTimeout(this.#timer)
    this.done.clear()
    this.happenings.close()
    this.room?.close()
  }

  command(command: Command): Promise<boolean> {
    return this.together([command])
  }

  /** One after the other, as far as they go; taken back as one. */
  async together(commands: readonly Command[]): Promise<boolean> {
    const before = this.room?.view
    const done: Command[] = []
    this.done.clear()
    for (const command of commands) {
      if (!(await this.#carryOut(command))) break
      done.push(command)
    }
    if (before && done.length > 0) this.done.tell(done, before)
    return done.length === commands.length
  }

  /** Takes back what was done last, where it can be. */
  async undo(): Promise<void> {
    const deed = this.done.deed
    if (deed === null) return
    for (const command of deed.inverse) if (!(await this.#carryOut(command))) return
    this.done.undone(deed)
  }

  async #carryOut(command: Command): Promise<boolean> {
    const line = this.#line
    if (line === null || line.isBusy) return false
    this.isSending = true
    const answer = await line.issue(command)
    this.isSending = false
    if (answer === null) return false
    this.problem = answer.ok ? null : answer.error
    if (!answer.ok && answer.error.code === 'not-signed-in') this.#session.ended()
    return answer.ok
  }

  /** Reads the names again when a screen is named that isn't among them. */
  async nameScreens(): Promise<boolean> {
    const path = `/branches/${encodeURIComponent(this.branchId ?? '')}/devices`
    const answer = await api<readonly { readonly deviceId: string; readonly name: string }[]>(path)
    if (answer.ok) this.screens = new Map(answer.value.map(({ deviceId, name }) => [deviceId, name]))
    return answer.ok
  }

  async #start(): Promise<void> {
    const own = this.#session.user?.branch ?? null
    const answer = own === null ? await branchOfPage() : null
    const branch = own ?? (answer?.ok ? answer.value : null)
    this.mustChooseBranch = branch === null && answer?.ok === true
    if (this.mustChooseBranch) return
    if (branch === null) {
      this.#timer = setTimeout(() => void this.#start(), 2_000)
      return
    }
    this.branchId = branch
    await this.branch.read()
    const room = new LiveRoom<LiveView, LiveEvent>({
      ...liveRoom,
      handshake: () => ({ branch }),
      onRefused: (code) => code === 'not-signed-in' && this.#session.ended(),
      onHappened: (happenings) => this.happenings.add(happenings),
    })
    this.room = room
    this.#line = new CommandLine({
      ...IN_BROWSER,
      send: (message, timeoutMs) => room.send(message, timeoutMs),
      isConnected: () => room.connected,
      storage: sessionStorage,
      key: `panggil.command.${branch}`,
    })
    void this.#line.resume()
  }
}
