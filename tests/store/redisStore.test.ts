import { createServer } from 'node:net'
import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedisStore } from '../../server/store/redisStore.ts'
import { type BranchStore, StoreAway } from '../../server/store/store.ts'
import { HOUR } from '../domain/hall.ts'
import { Branch, id, plain } from './branch.ts'
import { storeContract } from './contract.ts'
import { redisProgram, type TestRedis, until, withRedis } from './testStores.ts'

const program = await redisProgram()
if (program === null) console.warn('SKIPPED: no Redis is to be had here, so nothing is known of the store on Redis')

/** The other client, which reads with other code than wrote. */
async function nodeRedis(redis: TestRedis) {
  const client = createClient({ socket: { path: redis.socket, reconnectStrategy: false } })
  client.on('error', () => {})
  await client.connect()
  return client
}
type NodeRedis = Awaited<ReturnType<typeof nodeRedis>>

/** All that is in Redis of a branch, in an order of its own: hashes and sets have none. */
async function everything(client: NodeRedis, branchId: string): Promise<unknown> {
  const keys = (await client.keys(`*${branchId}*`)).sort()
  return Promise.all(
    keys.map(async (key) => {
      const type = await client.type(key)
      if (type === 'hash') return [key, Object.entries(await client.hGetAll(key)).sort()]
      if (type === 'set') return [key, (await client.sMembers(key)).sort()]
      if (type === 'zset') return [key, await client.zRangeWithScores(key, 0, -1)]
      if (type === 'stream') return [key, await client.xRange(key, '-', '+')]
      return [key, await client.lRange(key, 0, -1)]
    }),
  )
}

const stateKeys = (branchId: string) => `panggil:{${branchId}}:`

describe.skipIf(program === null)('store on Redis', () => {
  let redis: TestRedis
  let store: BranchStore
  let second: BranchStore
  beforeAll(async () => {
    redis = await withRedis()
    store = await redis.open()
    second = await redis.open()
  })
  afterAll(() => redis?.stop())
  storeContract({ store: () => store, other: async () => second })
})

describe.skipIf(program === null)('what is in Redis, as another client reads it', () => {
  let redis: TestRedis
  let store: BranchStore
  let client: NodeRedis
  beforeAll(async () => {
    redis = await withRedis()
    store = await redis.open()
    client = await nodeRedis(redis)
  })
  afterAll(async () => {
    client?.destroy()
    await redis?.stop()
  })

  /** A branch in the middle of its day: waiting, called, held, sent to one counter, carried over. */
  async function livelyBranch(): Promise<Branch> {
    const branch = await Branch.made(store, undefined, { atDayEnd: 'carryOver' })
    const officer = 'officer1'
    await branch.commit(Array.from({ length: 12 }, (_, at) => branch.issue(['DUKCAPIL.KK', 'BANK.TELLER', 'BANK.CS'][at % 3])))
    await branch.commit([
      { type: 'openCounter', counter: '1', officer },
      { type: 'openCounter', counter: '2', officer: 'officer2' },
    ])
    const current = () => branch.state.counters['1']?.ticket ?? null
    await branch.commit([{ type: 'callNext', counter: '1', officer, current: null }])
    await branch.commit([{ type: 'hold', counter: '1', officer, current: current(), reason: 'fotokopi' }])
    await branch.commit([{ type: 'callNext', counter: '1', officer, current: null }])
    await branch.commit([{ type: 'transfer', counter: '1', officer, current: current(), to: { counter: '2' }, place: 'keep' }])
    await branch.commit([{ type: 'callNext', counter: '1', officer, current: null }])
    expect(current()).not.toBeNull()
    expect(branch.state.queues['@2']?.size).toBe(1)
    expect(branch.state.held['1']?.size).toBe(1)
    return branch
  }

  it('SYNC4 the live keys are the state: a hash per ticket and counter, a sorted set per queue in the order of calling', async () => {
    const branch = await livelyBranch()
    const { state } = branch
    const key = stateKeys(branch.id)
    const fields = async (name: string) =>
      Object.fromEntries(Object.entries(await client.hGetAll(key + name)).map(([field, json]) => [field, JSON.parse(json)]))
    for (const [ticketId, ticket] of state.tickets.entries()) expect(await fields(`ticket:${ticketId}`)).toEqual(ticket)
    for (const [counterId, counter] of Object.entries(state.counters)) expect(await fields(`counter:${counterId}`)).toEqual(counter)
    for (const record of ['configuration', 'series', 'issued', 'services'] as const)
      expect(await fields(record), record).toEqual(JSON.parse(JSON.stringify(state[record])))
    const zones: Record<string, unknown> = {}
    for (const part of ['zones', 'sequences', 'calls'] as const)
      for (const [name, value] of Object.entries(state[part])) zones[`${part} ${name}`] = value
    expect(await fields('zones')).toEqual(JSON.parse(JSON.stringify(zones)))
    expect(await fields('branch')).toMatchObject({ day: state.day, entry: state.entry })
    expect(await client.hmGet(`${key}meta`, ['revision', 'atMs'])).toEqual([String(state.revision), String(state.atMs)])
    let waiting = 0
    for (const [name, queued] of Object.entries(state.queues)) {
      const sorted = name.startsWith('@') ? `counter:${name.slice(1)}:sent` : `queue:${name}`
      const members = await client.zRangeWithScores(key + sorted, 0, -1)
      const expected = [...queued.values()].map((ticketId) => {
        const ticket = state.tickets.get(ticketId)
        return { value: `${String(ticket?.entry).padStart(9, '0')}:${ticketId}`, score: ticket?.dueAtMs }
      })
      expect(members, sorted).toEqual(expected)
      waiting += members.length
    }
    expect(waiting).toBe(10)
    expect(await client.zCard(`${key}counter:2:sent`)).toBe(1)
    // Nothing beside these: no key of a ticket or queue that is no more.
    branch.nowMs += 24 * HOUR
    await branch.commit([{ type: 'turnDay' }])
    const kept = [...branch.state.tickets.keys()]
    expect(kept.length).toBeGreaterThan(0)
    const keys = await client.keys(`${key.replace(/[{}]/g, '?')}*`)
    expect(keys.filter((each) => each.includes(':ticket:')).sort()).toEqual(kept.map((each) => `${key}ticket:${each}`).sort())
    expect((await client.sMembers(`${key}documents`)).sort()).toEqual(kept.map((each) => `ticket:${each}`).sort())
  })

  it('SYNC4 event N is stream entry N-0, without gaps', async () => {
    const branch = await livelyBranch()
    const entries = await client.xRange(`${stateKeys(branch.id)}events`, '-', '+')
    expect(entries?.map(({ id: entry }) => entry)).toEqual(Array.from({ length: branch.state.revision }, (_, at) => `${at + 1}-0`))
    const events = await store.readEvents(branch.id, 0, 1000)
    expect(entries?.map(({ message }) => JSON.parse(message.event as string))).toEqual(events.map(({ event }) => event))
  })

  it('all keys of a branch lie in one slot, and none expires', async () => {
    const branch = await livelyBranch()
    const keys = await client.keys(`*${branch.id}*`)
    const slots = new Set(
      await Promise.all(keys.map((key) => client.sendCommand(['CLUSTER', 'KEYSLOT', key]).catch(() => /\{(.*?)\}/.exec(key)?.[1]))),
    )
    expect(keys.length).toBeGreaterThan(15)
    expect(slots.size).toBe(1)
    for (const key of keys) expect(await client.ttl(key), key).toBe(-1)
  })

  it('LOSS1 nothing at all is written where one key has the wrong type, or memory is short', async () => {
    const branch = await livelyBranch()
    const key = stateKeys(branch.id)
    const dump = async () => JSON.stringify(await everything(client, branch.id))
    const spoilt = [`${key}events`, `${key}answers:${branch.state.day}`, `${key}queue:DUKCAPIL.KK`, `${key}series`, `${key}documents`]
    for (const each of spoilt) {
      await client.rename(each, `${each}-aside`)
      await client.rPush(each, 'a list')
      const before = await dump()
      await expect(store.commit(branch.batch([branch.issue(), branch.issue()])), each).rejects.toThrow(/WRONGTYPE/)
      expect(await dump()).toBe(before)
      await client.rename(`${each}-aside`, each)
    }
    // A stream that is ahead of what the branch says: its first entry is refused, and with it all.
    await client.xAdd(`${key}events`, `${branch.state.revision + 1}-0`, { event: '{}' })
    const before = await dump()
    await expect(store.commit(branch.batch([branch.issue()]))).rejects.toThrow(/XADD/)
    expect(await dump()).toBe(before)
    await client.xDel(`${key}events`, `${branch.state.revision + 1}-0`)
    await client.sendCommand(['XSETID', `${key}events`, `${branch.state.revision}-0`])

    // The turn of the day also drops keys, which Redis allows when memory is short: it must not begin with that.
    await client.configSet('maxmemory', '1')
    const short = await dump()
    branch.nowMs += 24 * HOUR
    const turn = branch.batch([{ type: 'turnDay' }])
    await expect(store.commit(turn)).rejects.toThrow(StoreAway)
    await expect(store.commit(branch.batch([{ type: 'closeCounter', counter: '9', officer: 'x' }]))).rejects.toThrow(StoreAway)
    expect(await dump()).toBe(short)
    await client.configSet('maxmemory', '0')
    expect(await branch.send(turn)).toEqual({ status: 'committed' })
    expect(plain((await store.load(branch.id))?.state as never)).toEqual(plain(branch.state))
  })

  it('does not write over what a newer server wrote', async () => {
    const branch = await livelyBranch()
    await client.hSet(`${stateKeys(branch.id)}meta`, 'format', '99')
    expect(await branch.commit([branch.issue()])).toEqual({ status: 'newer-format', format: 99 })
    expect(await client.xLen(`${stateKeys(branch.id)}events`)).toBe(branch.state.revision)
  })

  it('keeps the answers of two business days, and drops those before', async () => {
    const branch = await livelyBranch()
    const days = [branch.state.day]
    for (let turn = 0; turn < 3; turn++) {
      branch.nowMs += 24 * HOUR
      await branch.commit([{ type: 'turnDay' }])
      days.push(branch.state.day)
    }
    const keys = await client.keys(`*${branch.id}*:answers:*`)
    expect(keys.sort()).toEqual(days.slice(-2).map((each) => `${stateKeys(branch.id)}answers:${each}`))
  })

  it('leaves the fields of a newer server alone', async () => {
    const branch = await livelyBranch()
    const ticketId = branch.state.counters['1']?.ticket as string
    await client.hSet(`${stateKeys(branch.id)}ticket:${ticketId}`, 'colour', '"red"')
    await branch.commit([{ type: 'complete', counter: '1', officer: 'officer1', current: ticketId }])
    expect(await client.hGet(`${stateKeys(branch.id)}ticket:${ticketId}`, 'colour')).toBe('"red"')
    expect((await store.load(branch.id))?.state.tickets.get(ticketId)).toMatchObject({ state: 'completed', colour: 'red' })
  })

  it('a tail whose stream lost events says so, and the branch begins a new epoch', async () => {
    const branch = await livelyBranch()
    await client.xDel(`${stateKeys(branch.id)}events`, '3-0')
    const mine = await redis.open()
    const { epoch } = await Branch.of(mine, branch.id)
    let returns = 0
    const heard: number[] = []
    mine.onReturn(() => returns++)
    mine.tail(branch.id, 0, (events) => heard.push(...events.map(({ revision }) => revision)))
    await until('it is told', () => returns === 1)
    expect(heard).toEqual([])
    const again = await Branch.of(mine, branch.id)
    expect(again.epoch).not.toBe(epoch)
    expect((await Branch.of(mine, branch.id)).epoch).toBe(again.epoch)
  })

  it('a server that alone writes is not woken by its own commits; one that has company hears the other at once', async () => {
    const own = await withRedis()
    try {
      const maker = await own.open()
      const { id: branchId } = await Branch.made(maker)
      await maker.close()
      const mine = await own.open()
      const branch = await Branch.of(mine, branchId)
      mine.tail(branchId, branch.state.revision, () => {})
      const watcher = await nodeRedis(own)
      // The first of the tails is this server's.
      const blocks = async () =>
        / name=panggil-tail [^\n]*flags=(\w+)/.exec(String(await watcher.sendCommand(['CLIENT', 'LIST'])))?.[1]?.includes('b')
      await until('it waits for others', async () => (await blocks()) === true)
      for (let n = 0; n < 5; n++) {
        await branch.commit([branch.issue()])
        if (n > 1) expect(await blocks(), `after commit ${n + 1}`).toBe(false)
        else await until('it waits no more', async () => (await blocks()) === false)
      }
      const other = await Branch.of(await own.open(), branch.id)
      await other.commit([other.issue()])
      await until('it waits for others again', async () => (await blocks()) === true)
      watcher.destroy()
    } finally {
      await own.stop()
    }
  })

  it('says what makes this Redis weaker than LOSS1 needs', async () => {
    const set = (settings: Record<string, string>) =>
      Promise.all(Object.entries(settings).map(([name, value]) => client.configSet(name, value)))
    try {
      await set({ appendfsync: 'everysec', 'maxmemory-policy': 'allkeys-lru', 'no-appendfsync-on-rewrite': 'yes' })
      let { warnings } = await redis.open()
      expect(warnings).toHaveLength(3)
      expect(warnings.join('\n')).toMatch(/everysec[\s\S]*rewrites[\s\S]*allkeys-lru/)
      await set({ appendonly: 'no', 'maxmemory-policy': 'noeviction', 'no-appendfsync-on-rewrite': 'no' })
      warnings = (await redis.open()).warnings
      expect(warnings).toEqual([expect.stringContaining('no append-only file')])
      // Where CONFIG is forbidden, as on many a managed Redis.
      await client.aclSetUser('default', ['-config'])
      warnings = (await redis.open()).warnings
      expect(warnings.join('\n')).toMatch(/no append-only file[\s\S]*could not be verified/)
    } finally {
      await client.aclSetUser('default', ['+config'])
      await set({ appendfsync: 'always', appendonly: 'yes', 'maxmemory-policy': 'noeviction', 'no-appendfsync-on-rewrite': 'no' })
    }
    expect((await redis.open()).warnings).toEqual([])
  })

  it('is reached by URL; a wrong password is said at once, and never shown', async () => {
    const probe = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => probe.once('listening', resolve))
    const { port } = probe.address() as { port: number }
    await new Promise((resolve) => probe.close(resolve))
    await client.configSet('port', String(port))
    await client.aclSetUser('hall', ['on', '>s3cret', '~*', '&*', '+@all'])
    const byUrl = await openRedisStore(`redis://hall:s3cret@127.0.0.1:${port}`)
    expect(byUrl.description).toBe(`redis://127.0.0.1:${port}`)
    expect(await byUrl.branches()).toEqual(await store.branches())
    await byUrl.close()
    const refused = await openRedisStore(`redis://hall:wr0ng@127.0.0.1:${port}`).catch((error: Error) => error)
    expect(refused).toBeInstanceOf(StoreAway)
    expect(String(refused)).toMatch(/refuses.*WRONGPASS/)
    expect(String(refused)).not.toContain('wr0ng')
    await expect(openRedisStore('redis://127.0.0.1:1', { openTimeoutMs: 200 })).rejects.toThrow(/does not answer/)
  })
})

describe.skipIf(program === null)('when Redis goes away', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await withRedis()
  })
  afterAll(() => redis?.stop())

  it('LOSS1 SYNC2 killed: pending and later commands are StoreAway; back: everything is there, under a new epoch', async () => {
    const [store, other] = [await redis.open(), await redis.open()]
    const branch = await Branch.made(store)
    const [{ epoch }, neighbour] = [branch, await Branch.of(other, branch.id)]
    expect(neighbour.epoch).toBe(epoch)
    await branch.commit([branch.issue()])
    let returns = 0
    const changes: (string | null)[] = []
    store.onReturn(() => returns++)
    store.records.onChange((kind) => changes.push(kind))
    const heard: number[] = []
    store.tail(branch.id, branch.state.revision, (events) => heard.push(...events.map(({ revision }) => revision)))

    redis.hang()
    const pending = branch.commit([branch.issue()], ['pending'])
    pending.catch(() => {})
    await redis.kill()
    await expect(pending).rejects.toThrow(StoreAway)
    await until('it is known to be away', () => !store.isAvailable)
    const asked = performance.now()
    await expect(store.load(branch.id)).rejects.toThrow(StoreAway)
    await expect(branch.commit([branch.issue()])).rejects.toThrow(StoreAway)
    await expect(store.records.get('user', 'x')).rejects.toThrow(StoreAway)
    expect(performance.now() - asked).toBeLessThan(100)
    expect(Math.abs(store.nowMs() - Date.now())).toBeLessThan(1000)
    expect(returns).toBe(0)

    await redis.restart()
    await until('both are back', () => store.isAvailable && other.isAvailable && returns === 1)
    // Without a claim before it: the epoch is of another run, which nobody knows to be the same data.
    const result = await branch.commit([branch.issue()])
    expect(result.status).toBe('conflict')
    if (result.status === 'conflict') expect(result.epoch).not.toBe(epoch)
    await Promise.all([branch.load(branch.state.revision), neighbour.load(neighbour.state.revision)])
    expect(branch.epoch).not.toBe(epoch)
    expect(neighbour.epoch).toBe(branch.epoch)
    expect(branch.state.tickets.size).toBeGreaterThanOrEqual(1)
    expect((await branch.insist([branch.issue()], ['pending'])).status).toMatch(/committed|answered/)
    await branch.load()
    expect(branch.state.tickets.size).toBe(2)
    await until('the tail goes on', () => heard.at(-1) === branch.state.revision)
    expect(heard).toEqual(Array.from({ length: heard.length }, (_, at) => 3 + at))
    await until('records may have changed', () => changes.includes(null))
  })

  it('two servers that claim at once agree on one new epoch', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => redis.open()))
    const made = await Branch.made(servers[0] as BranchStore)
    const branches = await Promise.all(servers.map((store) => Branch.of(store, made.id)))
    expect(new Set(branches.map(({ epoch }) => epoch))).toEqual(new Set([made.epoch]))
    // The store lies behind what all of them have seen: a backup was put back.
    await Promise.all(branches.map((branch) => branch.load(50)))
    expect(new Set((await Promise.all(servers.map((store) => Branch.of(store, made.id)))).map(({ epoch }) => epoch)).size).toBe(1)
    // One after the other: who comes later finds that it was claimed since he last looked.
    const all = new Set<string>()
    for (const branch of branches) {
      await branch.load(60)
      all.add(branch.epoch)
    }
    expect(all.size).toBe(1)
    expect(branches[0]?.epoch).not.toBe(made.epoch)
    const before = branches[0]?.epoch
    await redis.kill()
    await redis.restart()
    await until('all are back', () => servers.every(({ isAvailable }) => isAvailable))
    await Promise.all(branches.map((branch) => branch.load(branch.state.revision)))
    expect(new Set(branches.map(({ epoch }) => epoch)).size).toBe(1)
    expect(branches[0]?.epoch).not.toBe(before)
  })

  it('CALL2 hung: StoreAway after two seconds, at once from then on; when it goes on, nothing is done twice', async () => {
    const store = await redis.open()
    const branch = await Branch.made(store)
    let returns = 0
    store.onReturn(() => returns++)
    redis.hang()
    const asked = performance.now()
    const command = branch.issue()
    await expect(branch.commit([command], ['hung'])).rejects.toThrow(StoreAway)
    const waited = performance.now() - asked
    expect(waited).toBeGreaterThan(1900)
    expect(waited).toBeLessThan(3000)
    const again = performance.now()
    await expect(branch.commit([command], ['hung'])).rejects.toThrow(StoreAway)
    expect(performance.now() - again).toBeLessThan(100)
    redis.goOn()
    await until('it is back', () => store.isAvailable && returns === 1)
    // The same Redis went on, so the epoch does, too.
    const { epoch } = branch
    await branch.load(branch.state.revision)
    expect(branch.epoch).toBe(epoch)
    await branch.insist([command], ['hung'])
    await branch.load()
    expect(branch.state.tickets.size).toBe(1)
  })

  it('a server that was busy for longer than it would wait takes the reply that is there', async () => {
    const store = await redis.open()
    const branch = await Branch.made(store)
    const pending = branch.commit([branch.issue()])
    const until = performance.now() + 2300
    while (performance.now() < until);
    expect(await pending).toEqual({ status: 'committed' })
    expect(store.isAvailable).toBe(true)
  })

  it('a hung Redis is noticed though nobody asks it anything, and tails go on afterwards', async () => {
    const store = await redis.open()
    const branch = await Branch.made(store)
    const heard: number[] = []
    const tail = store.tail(branch.id, 1, (events) => heard.push(...events.map(({ revision }) => revision)))
    redis.hang()
    const reading = expect(store.readEvents(branch.id, 0, 10)).rejects.toThrow(StoreAway)
    await until('it is noticed', () => !store.isAvailable, 8000)
    await reading
    redis.goOn()
    await until('it is back', () => store.isAvailable)
    await branch.insist([branch.issue()])
    await until('the tail heard', () => heard.length === 1, 15_000)
    expect(heard).toEqual([2])
    tail.stop()
  })

  it('LOSS1 TICKET1 SIGKILL of Redis under load: whatever was acknowledged is there, once, whoever asked again', async () => {
    const stores = [await redis.open(), await redis.open()]
    const branchId = (await Branch.made(stores[0] as BranchStore)).id
    const acknowledged = new Map<string, string>()
    let isOver = false
    const server = async (store: BranchStore) => {
      const branch = await Branch.of(store, branchId)
      while (!isOver) {
        const commands = Array.from({ length: 5 }, () => branch.issue())
        const ids = commands.map(id)
        for (;;)
          try {
            const batch = branch.batch(commands, ids)
            const result = await branch.send(batch)
            if (result.status === 'conflict') {
              if (result.epoch === branch.epoch) await branch.catchUp()
              else await branch.load(branch.state.revision)
              continue
            }
            if (result.status === 'committed') for (const { commandId, answer } of batch.answers) acknowledged.set(commandId, answer)
            // A reply was lost, and the batch was written: all of it.
            if (result.status === 'answered') {
              expect(result.answers.size).toBe(5)
              for (const [at, { answer }] of result.answers) acknowledged.set(ids[at] as string, answer)
              await branch.catchUp()
            }
            break
          } catch (error) {
            expect(error).toBeInstanceOf(StoreAway)
            await until('it is back', () => store.isAvailable, 20_000)
            await branch.load(branch.state.revision).catch(() => {})
          }
      }
    }
    const servers = stores.map(server)
    for (let kill = 1; kill <= 4; kill++) {
      const before = acknowledged.size
      await until('commits go on', () => acknowledged.size > before + 300, 20_000)
      await redis.kill()
      await redis.restart()
    }
    await until('commits go on after all', () => stores.every(({ isAvailable }) => isAvailable))
    isOver = true
    await Promise.all(servers)

    const branch = await Branch.of(stores[1] as BranchStore, branchId)
    const events = await branch.store.readEvents(branchId, 0, 1_000_000)
    expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: branch.state.revision }, (_, at) => at + 1))
    expect(branch.state.revision).toBe(1 + acknowledged.size)
    expect(branch.state.series).toEqual({ B: acknowledged.size })
    for (const [commandId, answer] of acknowledged) {
      const { ticketId } = JSON.parse(answer) as { ticketId: string }
      expect(branch.state.tickets.has(ticketId), commandId).toBe(true)
    }
    const ids = [...acknowledged.keys()]
    for (let from = 0; from < ids.length; from += 64) {
      const some = ids.slice(from, from + 64)
      const result = await branch.commit(
        some.map(() => branch.issue()),
        some,
      )
      expect(result).toEqual({
        status: 'answered',
        answers: new Map(
          some.map((commandId, at) => [at, { fingerprint: 'fingerprint-of-issueTicket', answer: acknowledged.get(commandId) }]),
        ),
      })
    }
  }, 60_000)
})
