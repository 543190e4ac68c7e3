// Throwaway: a server of one process and no store, until the real one is there.
import { readFileSync, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { randomBytes } from 'node:crypto'
import { join, extname } from 'node:path'
import { Server } from 'socket.io'
import { Hall } from '../../server/sockets/hall.ts'
import { closedBecause, decide, quotaUsed } from '../../shared/domain/decide.ts'
import { estimate } from '../../shared/domain/estimate.ts'
import { evolve } from '../../shared/domain/evolve.ts'
import { ticketsAhead } from '../../shared/domain/order.ts'
import { emptyBranch, queue } from '../../shared/domain/state.ts'
import { ticketReply } from '../../server/branch/views.ts'
const [portText, dist, configFile] = [process.env['PORT'], process.env['E2E_DIST'] ?? 'dist/client', process.env['BRANCH_FILE']]
const configuration = JSON.parse(readFileSync(configFile as string, 'utf8'))
let state = emptyBranch(configuration)
const epoch = 'one'
let listener: any
const runtime: any = { id: configuration.id, epoch, get state() { return state }, nowMs: () => Date.now(), listen: (l: any) => (listener = l) }
const answers = new Map<string, any>()
function run(command: any, by: string, id = randomBytes(8).toString('hex')): any {
  const known = answers.get(id)
  if (known) return known
  const decision = decide(state, command, { nowMs: Date.now(), by })
  if (!decision.ok) return { ok: false, error: { ...decision.rejection, message: decision.rejection.code, retry: false } }
  const applied = decision.events.map((event: any) => { const before = state; state = evolve(state, event); return { before, event, state } })
  for (const each of applied) log.push(each.event)
  keep()
  if (applied.length) listener?.onApplied(applied)
  const { ticketId, announcementId } = decision.accepted
  const ticket = ticketId ? state.tickets.get(ticketId) : undefined
  const answer = { ok: true, revision: state.revision, ...(ticketId === undefined ? {} : { ticket: ticket ? ticketReply(ticket) : null }), ...(announcementId ? { announcementId } : {}) }
  answers.set(id, answer)
  return answer
}
import { writeFileSync } from 'node:fs'
const kept = join(process.env['DATA_DIR'] as string, 'kept.json')
const log: any[] = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')).log : []
for (const event of log) state = evolve(state, event)
if (log.length === 0) run({ type: 'configureBranch', configuration }, 'system')
const users: any[] = [
  { username: 'admin', name: 'Admin', role: 'admin', branch: null, counters: null, password: process.env['ADMIN_PASSWORD'] },
  { username: 'maria', name: 'Maria Bria', role: 'officer', branch: configuration.id, counters: null, password: 'rahasia-sekali' },
  { username: 'yosef', name: 'Yosef Nalle', role: 'officer', branch: configuration.id, counters: null, password: 'rahasia-sekali' },
  { username: 'dina', name: 'Dina Lay', role: 'supervisor', branch: configuration.id, counters: null, password: 'rahasia-sekali' },
]
const sessions = new Map<string, any>(existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')).sessions : [])
const devices = new Map<string, any>()
const pairings = new Map<string, any>()
function keep() { try { writeFileSync(kept, JSON.stringify({ log, sessions: [...sessions] })) } catch {} }
const who = (header: string | undefined, cookie: string | undefined): any => {
  const token = header?.replace('Bearer ', '') ?? /panggil=(\w+)/.exec(cookie ?? '')?.[1]
  return token ? (sessions.get(token) ?? [...devices.values()].find((d) => d.token === token)) : undefined
}
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
const pages: Record<string, string> = { '/': 'display/public.html', '/display': 'display/index.html', '/kiosk': 'display/kiosk.html', '/counter': 'counter-client/index.html', '/supervisor': 'counter-client/supervisor.html', '/admin': 'counter-client/admin.html' }
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' }
const describe = () => ({
  ...configuration,
  agencies: configuration.agencies.map((agency: any) => ({ ...agency, services: agency.services.map((service: any) => {
    const code = `${agency.id}.${service.id}`
    const no: any = closedBecause(state, code, Date.now()) ?? quotaUsed(state, code)
    return { code, ...service, open: !no, closedReason: no ? (no.code === 'quota-used' ? 'quota-used' : no.details.reason) : null, closedText: no?.details?.text ?? null, opensAtMs: no?.details?.opensAtMs ?? null, waiting: queue(state, code).size, quotaLeft: service.quotaPerDay == null ? null : service.quotaPerDay - (state.issued[code] ?? 0) }
  }) })),
})
const http = createServer((req, res) => {
  let body = ''
  req.on('data', (d) => (body += d))
  req.on('end', () => {
    const url = new URL(req.url as string, 'http://x')
    const send = (status: number, value: any, headers: any = {}) => { res.writeHead(status, { 'Content-Type': 'application/json', ...headers }); res.end(status === 204 ? undefined : JSON.stringify(value)) }
    const fail = (status: number, code: string, details?: any) => send(status, { type: 'about:blank', status, title: code, detail: code, code, retry: false, details })
    const path = url.pathname
    const input = body ? JSON.parse(body) : {}
    const me = who(req.headers.authorization, req.headers.cookie)
    if (path === '/readyz') return send(200, {})
    if (!path.startsWith('/api/v1')) {
      const file = pages[path] ?? (path.startsWith('/ticket/') ? 'display/ticket.html' : path.slice(1))
      const full = join(dist, file)
      if (!existsSync(full)) return fail(404, 'unknown-route')
      res.writeHead(200, { 'Content-Type': types[extname(full)] ?? 'application/octet-stream', 'Content-Security-Policy': csp })
      return res.end(readFileSync(full))
    }
    const api = path.slice(7)
    const key = `${req.method} ${api.replace(`/branches/${configuration.id}`, '/B')}`
    if (key === 'GET /branches') return send(200, [{ id: configuration.id, name: configuration.name }])
    if (key === 'GET /B') return send(200, describe())
    if (key === 'POST /sessions') {
      const user = users.find((u) => u.username === input.username && u.password === input.password)
      if (!user) return fail(401, 'wrong-password')
      const token = randomBytes(16).toString('hex')
      sessions.set(token, { ...user, password: undefined, kind: 'user' })
      keep()
      return send(201, { token, user: { ...user, password: undefined } }, { 'Set-Cookie': `panggil=${token}; HttpOnly; SameSite=Strict; Path=/` })
    }
    if (key === 'GET /sessions/current') return me?.kind === 'user' ? send(200, { user: me }) : fail(401, 'not-signed-in')
    if (key === 'DELETE /sessions/current') { sessions.delete(/panggil=(\w+)/.exec(req.headers.cookie ?? '')?.[1] ?? ''); return send(204, null) }
    if (key === 'POST /setup') return input.token === 'TOKEN' ? (users[0].password = input.password, send(201, {})) : fail(409, 'setup-done')
    if (key === 'POST /pairings') { const p = { code: randomBytes(3).toString('hex').toUpperCase().replace(/[^A-Z0-9]/g, 'X'), secret: randomBytes(8).toString('hex'), kind: input.kind, expiresAtMs: Date.now() + 600_000 }; pairings.set(p.code, p); return send(201, p) }
    if (key === 'POST /pairings/claim') { const p = [...pairings.values()].find((x) => x.secret === input.secret); return !p ? fail(404, 'unknown-pairing') : p.device ? send(200, { ...p.device, branch: configuration.id }) : fail(409, 'pairing-pending') }
    const ticketMatch = /^GET \/B\/tickets\/(\w+)$/.exec(key)
    if (ticketMatch) { const ticket = state.tickets.get(ticketMatch[1] as string); return ticket ? send(200, { ticket: ticketReply(ticket), ahead: ticketsAhead(state, ticket), estimate: estimate(state, ticket) }) : fail(404, 'unknown-ticket') }
    if (!me) return fail(401, 'not-signed-in')
    if (key === 'GET /B/tickets') { const t = [...state.tickets.values()].find((x) => x.number === url.searchParams.get('number')); return t ? send(200, { ticket: ticketReply(t) }) : fail(404, 'unknown-ticket') }
    if (key === 'POST /B/tickets') {
      const a = run({ type: 'issueTicket', ticketId: randomBytes(16).toString('hex'), ...input }, 'kiosk', String(req.headers['idempotency-key']))
      if (!a.ok) return fail(409, a.error.code, a.error.details)
      const ticket = state.tickets.get(a.ticket.id)!
      return send(201, { ticket: a.ticket, ahead: ticketsAhead(state, ticket), estimate: estimate(state, ticket), url: `/ticket/${a.ticket.id}` })
    }
    if (key === 'GET /users') return send(200, users.map((u) => ({ ...u, password: undefined })))
    if (key === 'POST /users') { if (!users.some((u) => u.username === input.username)) users.push(input); else users.find((u) => u.username === input.username).password = input.password; return send(201, input) }
    if (key === 'GET /B/devices') return send(200, [...devices.values()])
    if (key === 'POST /B/devices') {
      const p = input.pairingCode ? pairings.get(input.pairingCode) : null
      if (input.pairingCode && !p) return fail(404, 'unknown-pairing')
      const device = { deviceId: randomBytes(4).toString('hex'), token: randomBytes(16).toString('hex'), kind: input.kind, name: input.name, zones: input.zones ?? null }
      devices.set(device.deviceId, device); if (p) p.device = device
      return send(201, device)
    }
    if (key.startsWith('DELETE /B/devices/')) { const gone = devices.get(api.split('/').pop() as string); devices.delete(gone.deviceId); for (const socket of io.of('/board').sockets.values()) if ((socket.data as any).me === gone) socket.disconnect(true); return send(204, null) }
    if (key === 'GET /B/configuration') return send(200, configuration, { ETag: '"1"' })
    if (key === 'PUT /B/configuration') return input.agencies ? send(200, {}) : fail(422, 'invalid-configuration', { mistakes: [{ path: 'agencies', message: 'Required' }, { path: 'name.id', message: 'Required' }] })
    return fail(404, 'unknown-route')
  })
})
const io = new Server(http, { transports: ['websocket'] })
const hall = new Hall(io, runtime)
for (const audience of ['board', 'counter', 'supervisor', 'ticket'] as const) {
  io.of(`/${audience}`).use((socket, next) => {
    const auth: any = socket.handshake.auth
    const me = who(auth.token, socket.handshake.headers.cookie)
    const refuse = (code: string) => next(Object.assign(new Error(code), { data: { code, retry: false } }))
    if (!me && audience !== 'ticket') return refuse('not-signed-in')
    if (auth.zone && !configuration.zones.some((z: any) => z.id === auth.zone)) return refuse('invalid-value')
    if (auth.ticket && !state.tickets.has(auth.ticket)) return refuse('unknown-ticket')
    const zones = auth.zone ? [auth.zone] : null
    socket.data = { audience, runtime, principal: null, token: null, zones, counter: audience === 'counter' ? auth.counter : null, ticket: audience === 'ticket' ? auth.ticket : null, place: `${audience}:${auth.zone ?? ''}${auth.counter ?? ''}${auth.ticket ?? ''}`, me }
    next()
  })
  io.of(`/${audience}`).on('connection', (socket) => {
    const seat = socket.data as any
    hall.enter(socket, seat)
    socket.on('resync', (since) => hall.synchronise(socket, seat, since))
    socket.on('disconnect', () => hall.left(seat))
    socket.on('command', ({ commandId, ...command }, ack) => ack(run(audience === 'counter' ? { ...command, counter: seat.counter, officer: seat.me.username } : command, seat.me.username, commandId)))
  })
}
setInterval(() => hall.tick(), 1000)
http.listen(Number(portText), '127.0.0.1', () => console.log(`http://127.0.0.1:${portText}/admin#setup=TOKEN`))
