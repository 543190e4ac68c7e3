import { withRedis } from '../store/testStores.ts'
import { Branches } from '../../server/branch/branches.ts'
import { openRedisStore } from '../../server/store/redisStore.ts'
import { benchBranch, takeTickets } from './benchBranch.ts'
import { quantile, median } from './figures.ts'
import { Redis } from 'ioredis'
const redis = await withRedis()
for (const b of ['x', 'y']) await takeTickets(redis.socket, benchBranch(b, 12), 6000)
const raw = new Redis(redis.socket, { db: 1 }) as any
raw.defineCommand('callNext', { numberOfKeys: 3, lua: `local m = redis.call('ZPOPMIN', KEYS[1]) redis.call('HSET', KEYS[2], m[1], ARGV[1]) redis.call('XADD', KEYS[3], 'MAXLEN', '~', 10000, '*', 'event', ARGV[1]) return m[1]` })
for (let i = 0; i < 20000; i += 1000) await raw.zadd('{f}q', ...Array.from({ length: 1000 }, (_, k) => [i + k, 't' + (i + k)]).flat())
let n = 0
const make = async (branch: string, tail: boolean) => {
  const store: any = await openRedisStore(redis.socket)
  if (!tail) store.tail = () => ({ stop() {} })
  let commitMs: number[] = []
  const commit = store.commit.bind(store)
  store.commit = async (b: any) => { const t = performance.now(); const r = await commit(b); commitMs.push(performance.now() - t); return r }
  const branches = await Branches.open(store, { report() {} } as any)
  const rt = branches.get(branch)!
  let current: string | null = null
  await rt.execute({ commandId: 'o' + branch, actor: 'a', command: { type: 'openCounter', counter: '1', officer: 'a' } as any })
  return { commitMs, call: async () => { const r: any = await rt.execute({ commandId: 'c' + n++, actor: 'a', command: { type: 'callNext', counter: '1', officer: 'a', current } as any }); if (!r.ok) throw new Error(JSON.stringify(r)); current = r.ticket.id } }
}
const a = await make('x', true), b = await make('y', false)
const sides = { tail: a.call, noTail: b.call, floor: () => raw.callNext('{f}q', '{f}t', '{f}s', 'c' + n++), ping: () => raw.ping(), set: () => raw.set('a', 'b'), set4k: () => raw.set('a', 'b'.repeat(4096)), set16k: () => raw.set('a', 'b'.repeat(16384)) } as Record<string, () => Promise<unknown>>
const T: Record<string, number[]> = {}
for (let i = 0; i < 2500; i++) for (const [k, f] of Object.entries(sides)) { const t = performance.now(); await f(); if (i > 500) (T[k] ??= []).push(performance.now() - t); await new Promise(r => setTimeout(r, 1)) }
for (const k in T) console.log(k.padEnd(8), median(T[k]!).toFixed(3), quantile(T[k]!, .1).toFixed(3), quantile(T[k]!, .99).toFixed(3))
console.log('commit tail', median(a.commitMs), 'noTail', median(b.commitMs))


const cpu = async () => { const t = await raw.info('cpu'); return Number(/used_cpu_sys_main_thread:([\d.]+)/.exec(t)![1]) + Number(/used_cpu_user_main_thread:([\d.]+)/.exec(t)![1]) }
for (let k = 0; k < 3; k++) for (const [name, f] of Object.entries({ tail: a.call, noTail: b.call, floor: sides.floor!, set: sides.set!, set4k: sides.set4k! })) {
  const c = await cpu(), u = process.cpuUsage(), t = performance.now()
  for (let i = 0; i < 600; i++) await f()
  const d = process.cpuUsage(u)
  console.log(name.padEnd(8), 'redis cpu µs', (((await cpu()) - c) / 600 * 1e6).toFixed(0), 'node cpu µs', ((d.user + d.system) / 600).toFixed(0), 'wall µs', ((performance.now() - t) / 600 * 1000).toFixed(0))
}
process.exit()
