import { randomBytes } from 'node:crypto'
import type { RedisOptions } from 'ioredis'
import { type BranchState, FORMAT } from '../../shared/domain/state.ts'
import { StoreClock } from './clock.ts'
import { documentJson, liveChanges, SINGLE_DOCUMENTS, StateParts } from './liveKeys.ts'
import { branchPrefix, connect, documentsKey, eventsKey, metaKey, type ScriptedRedis, serverKey, storedEvent } from './redisConnection.ts'
import { RedisRecords } from './redisRecords.ts'
import { RedisTails } from './redisTails.ts'
import { redisWarnings } from './redisWarnings.ts'
import {
  type Batch,
  type BranchStore,
  type CommitResult,
  type KeptAnswer,
  StoreAway,
  type StoredAnswer,
  type StoredEvent,
  type StoreLog,
} from './store.ts'

/** How long a command may take before nobody waits for it any more. A healthy Redis answers within milliseconds. */
const COMMAND_TIMEOUT_MS = 2000
/** A reply may have come while this process was busy and could not look: the time is only up when it has looked. */
const LOOK_AGAIN_MS = 100
/** For what the client asks by itself when it connects. */
const HANDSHAKE_TIMEOUT_MS = 5000
/** A branch of 100,000 tickets takes a second or two to read. */
const READ_TIMEOUT_MS = 30_000
/** So often the clock is read, and a hung Redis noticed, when nothing is committed. */
const HEARTBEAT_MS = 1000

/** So many documents are read in one go: a larger branch would keep Redis from everybody else for too long. */
const PAGE = 5000
/** So many events are let go of at once. */
const TRIMMED_AT_ONCE = 2000
/** After so many attempts a branch that changes all the time is read in one go all the same. */
const PAGED_ATTEMPTS = 4

/** Outside of every branch's slot, so it is written by a command of its own, before the branch. */
const BRANCHES_KEY = 'panggil:branches'

export interface RedisStoreOptions {
  readonly log?: StoreLog
  /** How long to wait at the start for a Redis that is not there yet or still loads its data. */
  readonly openTimeoutMs?: number
}

/**
 * Opens the store on a Redis at a URL (`redis://`, `rediss://`) or the path of a unix socket.
 * Rejects with what Redis said, when it can't be reached or doesn't let us in.
 */
export async function openRedisStore(location: string, options: RedisStoreOptions = {}): Promise<BranchStore> {
  const store = new RedisStore(location, options)
  try {
    await store.opened(options.openTimeoutMs ?? 30_000)
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}

const COMMON: RedisOptions = {
  // The default resends a command whose connection died before the reply: it would be done twice. Whether to ask again is the caller's
  // decision, who has the command's id.
  maxRetriesPerRequest: 0,
  enableAutoPipelining: false,
  retryStrategy: (times) => Math.min(20 * 2 ** Math.min(times, 6), 500),
  connectTimeout: 5000,
}

class RedisStore implements BranchStore {
  readonly kind = 'redis'
  readonly description: string
  readonly records: RedisRecords
  warnings: readonly string[] = []

  readonly #redis: ScriptedRedis
  readonly #reader: ScriptedRedis
  readonly #tails: RedisTails
  readonly #clock = new StoreClock()
  readonly #log: StoreLog | undefined
  readonly #returned: (() => void)[] = []
  readonly #heartbeat: NodeJS.Timeout
  /** The epoch in which this server last saw a branch: a claim says so, that of several servers one wins. */
  readonly #seenEpochs = new Map<string, string>()
  /** Branches whose stream lost events: the next load claims a new epoch for them. */
  readonly #lostTrack = new Set<string>()
  #runId = ''
  #isAvailable = false
  #wasAvailable = false
  #isClosed = false
  #lastAnswerAt = 0
  #nextEpoch = newEpoch()
  #lastError: Error | null = null

  constructor(location: string, options: RedisStoreOptions) {
    this.description = describe(location)
    this.#log = options.log
    // Commands are sent only while `#isAvailable`, so the offline queue holds nothing but what the client sends to set up a connection.
    this.#redis = connect(location, { ...COMMON, commandTimeout: HANDSHAKE_TIMEOUT_MS, connectionName: 'panggil' })
    this.#reader = connect(location, { ...COMMON, connectionName: 'panggil-reader' })
    this.#redis.on('ready', () => void this.#arrived())
    this.#redis.on('close', () => this.#lost('connection lost'))
    this.#redis.on('error', (error: Error) => {
      this.#lastError = error
    })
    this.#reader.on('error', () => {})
    this.#tails = new RedisTails(location, COMMON, {
      readEvents: (branchId, after, limit) => this.readEvents(branchId, after, limit),
      unblock: async (clientId) => (await this.#redis.client('UNBLOCK', clientId)) === 1,
      onLostTrack: (branchId) => {
        this.#lostTrack.add(branchId)
        this.#announceReturn()
      },
      onRecordChange: (kind, id) => this.records.announce(kind, id),
    })
    this.records = new RedisRecords(this.#redis, (ask) => this.#ask(ask))
    this.#heartbeat = setInterval(() => {
      if (this.#isAvailable && performance.now() - this.#lastAnswerAt > HEARTBEAT_MS) this.#readClock().catch(() => {})
    }, HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  async opened(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      if (this.#isAvailable && this.#tails.isReady) return
      // Waiting doesn't help against a wrong password.
      const refused = this.#lastError !== null && /WRONGPASS|NOAUTH|NOPERM|AUTH/.test(this.#lastError.message)
      if (refused || performance.now() > deadline)
        throw new StoreAway(
          `Redis at ${this.description} ${refused ? 'refuses' : 'does not answer'}: ${this.#lastError?.message ?? 'no reply'}`,
        )
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  get isAvailable(): boolean {
    return this.#isAvailable
  }

  nowMs(): number {
    return this.#clock.nowMs()
  }

  get clockStepMs(): number | null {
    return this.#clock.stepMs
  }

  confirmClockStep(): void {
    this.#clock.confirmStep()
  }

  async branches(): Promise<string[]> {
    const named = await this.#ask(() => this.#redis.smembers(BRANCHES_KEY))
    const exist = await this.#ask(() => Promise.all(named.map((id) => this.#redis.exists(metaKey(id)))))
    return named.filter((_, at) => exist[at] === 1).sort()
  }

  async load(branchId: string, seenRevision = 0): Promise<{ epoch: string; state: BranchState } | null> {
    const atLeastRevision = this.#lostTrack.has(branchId) ? Number.MAX_SAFE_INTEGER : seenRevision
    let seen = this.#seenEpochs.get(branchId) ?? ''
    let claimed = await this.#claim(branchId, seen === '' ? 0 : atLeastRevision, seen)
    if (claimed === null) return null
    if (seen === '' && atLeastRevision > 0) {
      seen = claimed[0]
      claimed = await this.#claim(branchId, atLeastRevision, seen)
    }
    this.#lostTrack.delete(branchId)
    for (let attempt = 1; ; attempt++) {
      const read = await this.#read(branchId, attempt < PAGED_ATTEMPTS ? PAGE : 0)
      if (read === 'changed') continue
      if (read !== null) this.#seenEpochs.set(branchId, read.epoch)
      return read
    }
  }

  /** The branch as one moment; where it has more than `limit` documents, in pages, as long as nobody changes it meanwhile. */
  async #read(branchId: string, limit: number): Promise<{ epoch: string; state: BranchState } | 'changed' | null> {
    const prefix = branchPrefix(branchId)
    const reply = await this.#ask(
      () => this.#reader.panggilLoad([2, metaKey(branchId), documentsKey(branchId), prefix, limit, ...SINGLE_DOCUMENTS]),
      READ_TIMEOUT_MS,
    )
    if (reply === null) return null
    const [epoch, revision, atMs, count] = reply
    const parts = new StateParts()
    const paged = 4 + 2 * count
    for (let at = 4; at < paged; at += 2) parts.add(reply[at] as string, contentJson(reply[at + 1] as string))
    for (let at = paged; at < reply.length; at += limit) {
      const names = reply.slice(at, at + limit) as string[]
      const ask = () => this.#reader.panggilPage([1, metaKey(branchId), prefix, epoch, revision, ...names])
      const contents = await this.#ask(ask, READ_TIMEOUT_MS)
      if (contents === null) return 'changed'
      for (const [index, name] of names.entries()) parts.add(name, contentJson(contents[index] as string))
    }
    return { epoch, state: parts.state({ revision: Number(revision), atMs: Number(atMs) }) }
  }

  async #claim(branchId: string, atLeastRevision: number, seenEpoch: string): Promise<[epoch: string, isNew: number] | null> {
    const epoch = this.#nextEpoch
    const claimed = await this.#ask(() =>
      this.#redis.panggilClaim([1, metaKey(branchId), this.#runId, atLeastRevision, seenEpoch === '' ? 'none' : seenEpoch, epoch]),
    )
    if (claimed?.[1] === 1) this.#spent(epoch)
    return claimed
  }

  /** An epoch is given once. */
  #spent(epoch: string): void {
    if (this.#nextEpoch === epoch) this.#nextEpoch = newEpoch()
  }

  async commit(batch: Batch): Promise<CommitResult> {
    const { branchId } = batch
    if (batch.epoch === '') await this.#ask(() => this.#redis.sadd(BRANCHES_KEY, branchId))
    const newEpoch = this.#nextEpoch
    const values = commitArguments(batch, this.#runId, newEpoch)
    const askedAt = performance.now()
    this.#tails.writes(branchId, batch.after.revision)
    const reply = await this.#ask(() => this.#redis.panggilCommit(values))
    const answeredAt = performance.now()
    this.#lastAnswerAt = answeredAt
    this.#clock.read(Number(reply[1]) * 1000 + Math.floor(Number(reply[2]) / 1000), askedAt, answeredAt)
    switch (reply[0]) {
      case 'committed':
        if (batch.epoch === '') this.#spent(newEpoch)
        this.#tails.wrote(
          branchId,
          batch.revision,
          batch.answers.flatMap(({ events }) => events),
        )
        return { status: 'committed' }
      case 'answered': {
        const answers = new Map<number, StoredAnswer>()
        for (let at = 3; at + 1 < reply.length; at += 2) answers.set(Number(reply[at]), parseAnswer(String(reply[at + 1])))
        return { status: 'answered', answers }
      }
      case 'conflict': {
        this.#tails.wasRefused(branchId)
        const epoch = String(reply[3])
        if (epoch === newEpoch) this.#spent(newEpoch)
        return { status: 'conflict', epoch, revision: Number(reply[4]) }
      }
      case 'newer-format':
        return { status: 'newer-format', format: Number(reply[3]) }
      default:
        throw new Error(`commit script replied ${reply[0]}`)
    }
  }

  async readEvents(branchId: string, after: number, limit: number): Promise<StoredEvent[]> {
    const ask = () => this.#reader.xrange(eventsKey(branchId), `${after + 1}-0`, '+', 'COUNT', limit)
    const entries = await this.#ask(ask, READ_TIMEOUT_MS)
    return entries.map(storedEvent)
  }

  async trim(branchId: string, through: number): Promise<void> {
    const [first] = await this.readEvents(branchId, 0, 1)
    // A part at a time: commits come in between.
    for (let at = first?.revision ?? through; at <= through; ) {
      at = Math.min(at + TRIMMED_AT_ONCE, through + 1)
      const before = `${at}-0`
      await this.#ask(() => this.#redis.xtrim(eventsKey(branchId), 'MINID', '=', before))
    }
  }

  async *answers(branchId: string, day: string): AsyncIterable<readonly KeptAnswer[]> {
    const key = `${branchPrefix(branchId)}answers:${day}`
    let cursor = '0'
    do {
      const [next, fields] = await this.#ask(() => this.#reader.hscan(key, cursor, 'COUNT', 500), READ_TIMEOUT_MS)
      const page: KeptAnswer[] = []
      for (let at = 0; at + 1 < fields.length; at += 2)
        page.push({ commandId: fields[at] as string, ...parseAnswer(fields[at + 1] as string) })
      if (page.length > 0) yield page
      cursor = next
    } while (cursor !== '0')
  }

  tail(branchId: string, after: number, onEvents: (events: StoredEvent[]) => void): { stop(): void } {
    return this.#tails.add(branchId, after, onEvents)
  }

  onReturn(listener: () => void): void {
    this.#returned.push(listener)
  }

  async beat(serverId: string, ttlMs: number): Promise<void> {
    await this.#ask(() => this.#redis.set(serverKey(serverId), '1', 'PX', ttlMs))
    this.#lastAnswerAt = performance.now()
  }

  async isAlive(serverId: string): Promise<boolean> {
    return (await this.#ask(() => this.#redis.exists(serverKey(serverId)))) === 1
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#isAvailable = false
    clearInterval(this.#heartbeat)
    this.#tails.close()
    this.#redis.disconnect()
    this.#reader.disconnect()
  }

  /** Asks Redis, and says `StoreAway` where nobody can know whether it did what was asked, or it can't at present. */
  async #ask<T>(ask: () => Promise<T>, timeoutMs: number = COMMAND_TIMEOUT_MS): Promise<T> {
    if (!this.#isAvailable) throw new StoreAway(`Redis at ${this.description} is away`)
    try {
      return await inTime(ask(), timeoutMs)
    } catch (error) {
      throw this.#asAway(error as Error)
    }
  }

  #asAway(error: Error): Error {
    if (error.name === 'ReplyError' && !REFUSALS.test(error.message)) return error
    // No reply in time: whatever is still under way on this connection would be answered out of step with us. A fresh one finds out
    // whether Redis lives.
    if (error.message === NO_REPLY && this.#isAvailable) {
      this.#lost('no reply in time')
      this.#redis.disconnect(true)
    }
    return new StoreAway(error.message, { cause: error })
  }

  async #arrived(): Promise<void> {
    try {
      // Also before the first commit: the epoch of another run must not be written on.
      const info = await this.#redis.info('server').catch((error: Error) => {
        if (error.name === 'ReplyError') return ''
        throw error
      })
      this.#runId = /run_id:(\w+)/.exec(info)?.[1] ?? 'unknown'
      await this.#readClock()
      this.warnings = await redisWarnings(this.#redis)
    } catch (error) {
      this.#log?.warn({ error: (error as Error).message }, 'Redis does not answer after connecting')
      this.#redis.disconnect(true)
      return
    }
    if (this.#isClosed || this.#redis.status !== 'ready') return
    this.#isAvailable = true
    if (this.#wasAvailable) this.#announceReturn()
    this.#wasAvailable = true
  }

  #lost(why: string): void {
    if (!this.#isAvailable) return
    this.#isAvailable = false
    if (this.#isClosed) return
    // Whoever waits for a long read need not wait as long as that may take.
    this.#reader.disconnect(true)
    this.#log?.warn({ store: this.description, why }, 'store away')
  }

  #announceReturn(): void {
    if (this.#isClosed) return
    this.#log?.info({ store: this.description }, 'store is back')
    for (const listener of this.#returned) listener()
  }

  async #readClock(): Promise<void> {
    const askedAt = performance.now()
    try {
      const [seconds, microseconds] = await inTime(this.#redis.time(), COMMAND_TIMEOUT_MS)
      this.#lastAnswerAt = performance.now()
      this.#clock.read(Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000), askedAt, this.#lastAnswerAt)
    } catch (error) {
      throw this.#asAway(error as Error)
    }
  }
}

const NO_REPLY = 'no reply in time'

/** The reply, or an error after this time. The client's own time-out would also strike when the reply is there and was not looked at yet. */
function inTime<T>(reply: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => {
      timer = setTimeout(() => reject(new Error(NO_REPLY)), LOOK_AGAIN_MS)
    }, timeoutMs - LOOK_AGAIN_MS)
    const settle =
      <V>(how: (value: V) => void) =>
      (value: V) => {
        clearTimeout(timer)
        how(value)
      }
    reply.then(settle(resolve), settle(reject))
  })
}

/** Replies by which Redis says that it can't write now, or doesn't let us; all others are mistakes of ours. */
const REFUSALS = /^(OOM|MISCONF|READONLY|LOADING|BUSY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|NOAUTH|NOPERM|UNKILLABLE)\b/

const newEpoch = (): string => randomBytes(9).toString('base64url')

function describe(location: string): string {
  if (!location.includes('://')) return location
  const { protocol, host, pathname } = new URL(location)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

const contentJson = (content: string): string => documentJson(content.split('\0'))

/** Digest and answer in one value; a digest has no space in it. */
const answerText = (fingerprint: string, answer: string): string => `${fingerprint} ${answer}`
function parseAnswer(text: string): StoredAnswer {
  const space = text.indexOf(' ')
  return { fingerprint: text.slice(0, space), answer: text.slice(space + 1) }
}

/** Keys and arguments of the commit script; see there. */
function commitArguments(batch: Batch, runId: string, newEpoch: string): string[] {
  const { branchId, answers, revision } = batch
  const prefix = branchPrefix(branchId)
  const { documents, members } = liveChanges(batch.epoch === '' ? null : batch.before, batch.after)
  const keys = [metaKey(branchId), eventsKey(branchId), documentsKey(branchId)]
  const { day, atMs } = batch.after
  const values = [prefix, String(FORMAT), batch.epoch, String(revision), day, runId, newEpoch, String(atMs), String(answers.length)]
  for (const { commandId } of answers) values.push(commandId)
  const events: string[] = []
  for (const answer of answers) {
    values.push(answerText(answer.fingerprint, answer.answer))
    for (const event of answer.events) events.push(JSON.stringify(event))
  }
  if (batch.after.revision !== revision + events.length || batch.before.revision !== revision)
    throw new Error(`a batch of ${events.length} events on revision ${revision} can't end at ${batch.after.revision}`)
  values.push(String(events.length))
  for (const event of events) values.push(event)

  const operationsAt = values.length
  values.push('')
  for (const { name, is, set, unset } of documents) {
    keys.push(prefix + name)
    if (is === 'dropped') {
      values.push('D')
      continue
    }
    values.push('H', is === 'new' && name.includes(':') ? '1' : '0', String(set.length / 2))
    for (const part of set) values.push(part)
    values.push(String(unset.length))
    for (const field of unset) values.push(field)
  }
  const queues = new Map<string, { add: string[]; remove: string[] }>()
  for (const { queue, member, score } of members) {
    const changes = queues.get(queue) ?? { add: [], remove: [] }
    queues.set(queue, changes)
    if (score === null) changes.remove.push(member)
    else changes.add.push(String(score), member)
  }
  for (const [queue, { add, remove }] of queues) {
    keys.push(prefix + queue)
    values.push('Z', String(add.length / 2))
    for (const part of add) values.push(part)
    values.push(String(remove.length))
    for (const member of remove) values.push(member)
  }
  values[operationsAt] = String(documents.length + queues.size)
  return [String(keys.length), ...keys, ...values]
}
