import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { Server } from 'socket.io'

/**
 * The floor: the same libraries with no product in them. A client emits with acknowledgement -> one EVALSHA (takes a member, stores it,
 * appends to a stream) -> acknowledgement -> broadcast to everybody, and a tick each second. What the product adds to this is what it costs.
 *
 * Empties the Redis database that it is given. Prints `ready`.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    redis: { type: 'string' },
    database: { type: 'string', default: '1' },
    /** How long an event is on the wire, Socket.IO's own characters included: as long as the product's. */
    bytes: { type: 'string', default: '0' },
  },
})

/** Members that are put in when there are none left. */
const FILL = 20_000
const TICK_MS = 1000

const CALL_NEXT = `
local member = redis.call('ZPOPMIN', KEYS[1])
if not member[1] then return false end
redis.call('HSET', KEYS[2], member[1], ARGV[1])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 10000, '*', 'event', ARGV[1])
return member[1]
`

const redis = new Redis(values.redis as string, { db: Number(values.database), maxRetriesPerRequest: 0, commandTimeout: 2000 }) as Redis & {
  callNext(queue: string, taken: string, stream: string, id: string): Promise<string | null>
}
redis.defineCommand('callNext', { numberOfKeys: 3, lua: CALL_NEXT })

let filled = 0
async function fill(): Promise<void> {
  for (const until = filled + FILL; filled < until; filled += 1000)
    await redis.zadd('{floor}queue', ...Array.from({ length: 1000 }, (_, at) => [filled + at, `t${filled + at}`]).flat())
}
await redis.flushdb()
await fill()

const http = createServer()
const io = new Server(http, {
  perMessageDeflate: false,
  transports: ['websocket'],
  serveClient: false,
  pingInterval: 10_000,
  pingTimeout: 5000,
})
let revision = 0

const eventOf = (announcementId: string, number: string, after: number, padding: string) => ({
  epoch: 'floor',
  after,
  revision: after + 1,
  event: {
    type: 'ticketCalled',
    announcementId,
    ticket: { number },
    counter: { id: '3', label: 'Loket 3' },
    zone: 'hall',
    atMs: Date.now(),
    padding,
  },
})
// Measured on an event like those of the middle of a run: ids of the clients' form and numbers of four digits.
const bare = `42${JSON.stringify(['event', eventOf('0'.repeat(16), 't1000', 1000, '')])}`.length
const padding = 'x'.repeat(Math.max(0, Number(values.bytes) - bare))

io.on('connection', (socket) => {
  socket.on('command', async ({ commandId }: { commandId: string }, acknowledge: (answer: object) => void) => {
    let taken: string | null = null
    while (taken === null) {
      taken = await redis.callNext('{floor}queue', '{floor}taken', '{floor}stream', commandId)
      if (taken === null) await fill()
    }
    const after = revision++
    acknowledge({ ok: true, revision: after + 1, ticket: { id: taken, number: taken }, announcementId: commandId })
    io.emit('event', eventOf(commandId, taken, after, padding))
  })
})
setInterval(() => io.emit('tick', { epoch: 'floor', revision, atMs: Date.now() }), TICK_MS)
http.listen(Number(values.port), '127.0.0.1', () => console.log('ready'))
