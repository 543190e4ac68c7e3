import type { RedisOptions } from 'ioredis'
import type { BranchEvent } from '../../shared/domain/events.ts'
import { connect, eventsKey, type ScriptedRedis, storedEvent } from './redisConnection.ts'
import { CHANGES_KEY } from './redisRecords.ts'
import type { StoredEvent } from './store.ts'

/** A blocking read ends by itself after this, and is asked again. */
const BLOCK_MS = 2000
/** No reply for so long beyond that: the connection is dead, though nobody said so (a firewall that drops, a hung Redis). */
const DEAD_MAN_MS = 5000
const PAGE = 1000
/**
 * A server that alone writes looks at the streams this often instead of blocking on them: a blocking read would be woken by each of its own
 * commits, and its reply would be read before the commit's own.
 */
const LOOK_MS = 50
/** So long after its own last write a server is taken for one that does not write. A hall in session writes more often. */
const WRITING_MS = 60_000
/** So long after events of another server it blocks all the same: what another calls is on its screens at once. */
const TOGETHER_MS = 60_000

interface Tail {
  readonly branchId: string
  readonly onEvents: (events: StoredEvent[]) => void
  last: number
  isStopped: boolean
}

interface Surroundings {
  readEvents(branchId: string, after: number, limit: number): Promise<StoredEvent[]>
  /** Ends the blocking read of the connection with this id; false where it does not block at present. */
  unblock(clientId: number): Promise<boolean>
  /** Events are missing: the stream is not the one that was tailed. */
  onLostTrack(branchId: string): void
  onRecordChange(kind: string | null, id: string | null): void
}

type StreamReply = [key: string, entries: [id: string, fields: string[]][]][] | null

/**
 * All tails of this server, on one blocking connection of its own: a blocking read must not stand in front of commits.
 * One read over several streams works because there is one Redis; in a cluster, where the branches lie in several slots, it takes a connection
 * per slot.
 */
export class RedisTails {
  readonly #redis: ScriptedRedis
  readonly #surroundings: Surroundings
  readonly #tails = new Set<Tail>()
  #lastChange = '$'
  #clientId = 0
  #isBlocked = false
  #isClosed = false
  #isReady = false
  /** Per branch: the last revision of the commit that is under way. */
  readonly #writing = new Map<string, number>()
  #wroteAtMs = Number.NEGATIVE_INFINITY
  #heardAtMs = Number.NEGATIVE_INFINITY
  #wake: () => void = () => {}

  constructor(location: string, options: RedisOptions, surroundings: Surroundings) {
    this.#surroundings = surroundings
    // RESP2, so that a reply of several streams has one shape. The socket's timer is the dead man's: it counts from a command's writing to
    // the next byte, and also watches over the connection's set-up.
    this.#redis = connect(location, { ...options, protocol: 2, socketTimeout: BLOCK_MS + DEAD_MAN_MS, connectionName: 'panggil-tail' })
    this.#redis.on('error', () => {})
    // It may be back before anybody asks it something: it is another connection all the same.
    this.#redis.on('close', () => {
      this.#isReady = false
    })
    this.#redis.on('ready', () => this.#wake())
    void this.#run()
  }

  get isReady(): boolean {
    return this.#isReady
  }

  add(branchId: string, after: number, onEvents: (events: StoredEvent[]) => void): { stop(): void } {
    const tail: Tail = { branchId, onEvents, last: after, isStopped: false }
    this.#tails.add(tail)
    void this.#interrupt()
    return {
      stop: () => {
        tail.isStopped = true
        this.#tails.delete(tail)
      },
    }
  }

  close(): void {
    this.#isClosed = true
    this.#redis.disconnect()
    this.#wake()
  }

  /** A commit is on its way: what comes back over the stream up to this revision is its own, unless it is refused. */
  writes(branchId: string, until: number): void {
    this.#writing.set(branchId, until)
    this.#wroteAtMs = performance.now()
  }

  /** The commit was refused: others write, too. */
  wasRefused(branchId: string): void {
    this.#writing.delete(branchId)
    this.#heardAtMs = performance.now()
  }

  /** What this server wrote itself, on top of `after`: its tails needn't wait until it comes back, nor parse it again. */
  wrote(branchId: string, after: number, events: readonly BranchEvent[]): void {
    this.#writing.delete(branchId)
    for (const tail of this.#tails)
      if (tail.branchId === branchId && tail.last === after && !tail.isStopped)
        this.#tell(
          tail,
          events.map((event, at) => ({ revision: after + 1 + at, event })),
        )
  }

  /** The read that blocks now doesn't know of the new tail. It may not have reached Redis yet: then it is asked once more. */
  async #interrupt(): Promise<void> {
    for (let attempt = 0; attempt < 50 && this.#isBlocked && !this.#isClosed; attempt++)
      if (await this.#surroundings.unblock(this.#clientId).catch(() => true)) return
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      try {
        if (this.#redis.status !== 'ready') {
          this.#isReady = false
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
          continue
        }
        if (!this.#isReady) await this.#begin()
        const blocks = !this.#isAlone
        await this.#read(blocks)
        if (this.#isAlone) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      } catch (error) {
        this.#isReady = false
        // Redis refuses (it loads, or may not be read): let the connection's own back-off pace us instead of asking without pause.
        if (!this.#isClosed && this.#redis.status === 'ready' && (error as Error).name === 'ReplyError') this.#redis.disconnect(true)
        else if (this.#redis.status === 'ready') await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  async #begin(): Promise<void> {
    this.#clientId = await this.#redis.client('ID')
    const isReturn = this.#lastChange !== '$'
    const newest = await this.#redis.xrevrange(CHANGES_KEY, '+', '-', 'COUNT', 1)
    this.#lastChange = newest[0]?.[0] ?? '0-0'
    this.#isReady = true
    // What changed while we were away may have left the capped stream.
    if (isReturn) this.#surroundings.onRecordChange(null, null)
  }

  get #isAlone(): boolean {
    const nowMs = performance.now()
    return nowMs - this.#wroteAtMs < WRITING_MS && nowMs - this.#heardAtMs > TOGETHER_MS
  }

  async #read(blocks: boolean): Promise<void> {
    // Several tails of one branch share a stream: it is read from where the last of them is.
    const positions = new Map<string, number>()
    for (const { branchId, last } of this.#tails) positions.set(branchId, Math.min(last, positions.get(branchId) ?? last))
    const branches = [...positions.keys()]
    const keys = [CHANGES_KEY, ...branches.map(eventsKey)]
    const ids = [this.#lastChange, ...branches.map((branchId) => `${positions.get(branchId)}-0`)]
    this.#isBlocked = blocks
    let reply: StreamReply
    try {
      reply = (await (blocks
        ? this.#redis.xread('COUNT', PAGE, 'BLOCK', BLOCK_MS, 'STREAMS', ...keys, ...ids)
        : this.#redis.xread('COUNT', PAGE, 'STREAMS', ...keys, ...ids))) as StreamReply
    } finally {
      this.#isBlocked = false
    }
    for (const [key, entries] of reply ?? [])
      if (key === CHANGES_KEY) {
        for (const [id, [, kind, , recordId]] of entries) {
          this.#lastChange = id
          this.#surroundings.onRecordChange(kind as string, recordId as string)
        }
      } else {
        const branchId = branches[keys.indexOf(key) - 1] as string
        const tails = [...this.#tails].filter((tail) => tail.branchId === branchId)
        const known = Math.min(...tails.map(({ last }) => last))
        const events = entries.filter(([id]) => Number.parseInt(id, 10) > known).map(storedEvent)
        if (events.length === 0) continue
        // A read that blocked brings this server's own commit before its answer was looked at.
        const own = this.#writing.get(branchId) ?? 0
        if (events.some(({ revision }) => revision > own)) this.#heardAtMs = performance.now()
        for (const tail of tails) await this.#deliver(tail, events)
      }
  }

  async #deliver(tail: Tail, read: StoredEvent[]): Promise<void> {
    let events = read.filter(({ revision }) => revision > tail.last)
    if (events.length === 0 || tail.isStopped) return
    if (!isUnbroken(events, tail.last)) {
      const missing = await this.#surroundings.readEvents(tail.branchId, tail.last, PAGE)
      // Meanwhile this server may have written more.
      events = missing.filter(({ revision }) => revision > tail.last)
      if (events.length === 0 || tail.isStopped) return
      if (!isUnbroken(events, tail.last)) {
        tail.isStopped = true
        this.#tails.delete(tail)
        this.#surroundings.onLostTrack(tail.branchId)
        return
      }
    }
    this.#tell(tail, events)
  }

  #tell(tail: Tail, events: StoredEvent[]): void {
    const last = events[events.length - 1]
    if (!last) return
    tail.last = last.revision
    // A fault of the listener is not one of the connection.
    try {
      tail.onEvents(events)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}

const isUnbroken = (events: readonly StoredEvent[], after: number): boolean =>
  events.every(({ revision }, at) => revision === after + 1 + at)
