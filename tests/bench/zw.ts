import { withRedis } from '../store/testStores.ts'
import { Branches } from '../../server/branch/branches.ts'
import { openRedisStore } from '../../server/store/redisStore.ts'
import { benchBranch, takeTickets } from './benchBranch.ts'
const redis = await withRedis()
await takeTickets(redis.socket, benchBranch('x', 12), 7000)
const store: any = await openRedisStore(redis.socket)
const branches = await Branches.open(store, { report() {} } as any)
const rt = branches.get('x')!
let current: string | null = null, n = 0
await rt.execute({ commandId: 'o', actor: 'a', command: { type: 'openCounter', counter: '1', officer: 'a' } as any })
const call = async () => { const r: any = await rt.execute({ commandId: 'c' + n++, actor: 'a', command: { type: 'callNext', counter: '1', officer: 'a', current } as any }); if (!r.ok) throw new Error(JSON.stringify(r)); current = r.ticket.id }
for (let i = 0; i < 1000; i++) await call()
const { Session } = await import('node:inspector/promises')
const s = new Session(); s.connect(); await s.post('Profiler.enable'); await s.post('Profiler.setSamplingInterval', { interval: 100 }); await s.post('Profiler.start')
const u = process.cpuUsage(), t = performance.now()
for (let i = 0; i < 3000; i++) await call()
const d = process.cpuUsage(u)
console.log('node cpu user', d.user / 3000, 'sys', d.system / 3000, 'wall', (performance.now() - t) / 3)
const { profile } = await s.post('Profiler.stop')
const self = new Map<string, number>(); const dt = profile.timeDeltas!; const idx = new Map(profile.nodes.map(x => [x.id, x]))
profile.samples!.forEach((id, i) => { const f = idx.get(id)!.callFrame; const k = `${f.functionName} ${f.url.split('/').slice(-2).join('/')}:${f.lineNumber + 1}`; self.set(k, (self.get(k) ?? 0) + dt[i]!) })
for (const [k, v] of [...self].sort((a, b) => b[1] - a[1]).slice(0, 32)) console.log((v / 3000).toFixed(1).padStart(8), 'µs/call', k)
process.exit()
