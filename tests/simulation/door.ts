import { isDeepStrictEqual } from 'node:util'
import { io, type Socket } from 'socket.io-client'
import {
  type Acknowledgement,
  type CommandReply,
  type Handshake,
  type Position,
  PROTOCOL,
  type RoomEvent,
  reception,
  type Snapshot,
} from '../../shared/protocol/wire.ts'

/** How the simulated people reach the hall: the same HTTP and sockets as the product's screens, written here a second time. */

export type Answer =
  | { readonly ok: true; readonly body: Record<string, unknown> }
  | { readonly ok: false; readonly code: string; readonly details: Record<string, unknown> }

/** How long an answer may take before it is asked for again under the same id. */
const PATIENCE_MS = 20_000

export async function http(
  url: string,
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer & { readonly status: number }> {
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const value = (text ? JSON.parse(text) : {}) as Record<string, unknown>
    if (response.ok) return { ok: true, body: value, status: response.status }
    // What says "again later" is asked again, under the same id: as a kiosk does it.
    if (value.retry === true && attempt < 30) {
      await new Promise((resolve) => setTimeout(resolve, 20 + 20 * attempt))
      continue
    }
    return {
      ok: false,
      code: String(value.code),
      details: (value.details ?? value) as Record<string, unknown>,
      status: response.status,
    }
  }
}

export function connect(
  url: string,
  namespace: 'board' | 'counter' | 'supervisor' | 'ticket',
  auth: Partial<Handshake> & { branch: string },
): Socket {
  return io(`${url}/${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    auth: { protocol: PROTOCOL, ...auth },
  })
}

/** A screen that keeps its view as the protocol says, and nothing else. */
export class Screen<V, E> {
  readonly socket: Socket
  view: V | null = null
  position: Position | null = null
  events = 0
  snapshots = 0
  resyncs = 0
  readonly #first: Promise<void>

  constructor(socket: Socket, fold: (view: V, event: E) => V) {
    this.socket = socket
    this.#first = new Promise((resolve, reject) => {
      socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
        if (error.data?.code) reject(new Error(`the screen was refused: ${error.data.code}`))
      })
      socket.on('snapshot', (snapshot: Snapshot<V>) => {
        this.snapshots += 1
        this.view = snapshot.view
        this.position = { epoch: snapshot.epoch, revision: snapshot.revision }
        resolve()
      })
    })
    socket.on('event', (event: RoomEvent<E>) => {
      const does = reception(this.position, event)
      if (does === 'resync') {
        this.resyncs += 1
        socket.emit('resync', this.position)
      }
      if (does !== 'apply' || this.view === null) return
      this.events += 1
      this.view = fold(this.view, event.event)
      this.position = { epoch: event.epoch, revision: event.revision }
    })
  }

  ready(): Promise<void> {
    return this.#first
  }
}

export interface Wishes {
  /** The answer is lost on the way: another server is asked under the same id, over HTTP. */
  readonly losesAnswer?: boolean
  readonly commandId?: string
}

/** One signed-in officer at one counter. */
export interface CounterDoor {
  command(command: { readonly type: string; readonly [field: string]: unknown }, wishes?: Wishes): Promise<Acknowledgement>
  /** For asking again at the end of the day: what was asked under which id, and what the answer was. */
  readonly answered: readonly Answered[]
  askAgain(which: Answered): Promise<void>
  close(): void
}

export interface Answered {
  readonly commandId: string
  readonly command: object
  readonly answer: object
}

/** Every way into a hall that the simulated people have. */
export interface Doors {
  readonly servers: number
  issue(server: number, kiosk: number, body: object, key: string): Promise<Answer>
  counter(counter: string, username: string, server: number): CounterDoor
  supervise(server: number, body: object): Promise<Answer>
}

export interface Tokens {
  readonly supervisor: string
  readonly kiosks: readonly string[]
  /** Per user name. */
  readonly officers: ReadonlyMap<string, string>
}

/** Real sockets and real HTTP to one or more servers. */
export const networkDoors = (urls: readonly string[], branch: string, tokens: Tokens, report: (fault: string) => void): Doors => ({
  servers: urls.length,
  issue: (server, kiosk, body, key) =>
    http(
      urls[server % urls.length] as string,
      'POST',
      `/branches/${branch}/tickets`,
      tokens.kiosks[kiosk % tokens.kiosks.length] as string,
      body,
      {
        'idempotency-key': key,
      },
    ),
  counter: (counter, username, server) => {
    const mine = [...urls.slice(server % urls.length), ...urls.slice(0, server % urls.length)]
    return new NetworkCounter(mine, branch, counter, tokens.officers.get(username) as string, report)
  },
  supervise: (server, body) => http(urls[server % urls.length] as string, 'POST', `/branches/${branch}/commands`, tokens.supervisor, body),
})

class NetworkCounter implements CounterDoor {
  readonly counter: string
  readonly #socket: Socket
  readonly #urls: readonly string[]
  readonly #branch: string
  readonly #token: string
  readonly #report: (fault: string) => void
  readonly answered: Answered[] = []

  constructor(urls: readonly string[], branch: string, counter: string, token: string, report: (fault: string) => void) {
    this.#urls = urls
    this.#branch = branch
    this.counter = counter
    this.#token = token
    this.#report = report
    this.#socket = connect(urls[0] as string, 'counter', { branch, counter, token })
  }

  async command(
    command: { readonly type: string; readonly [field: string]: unknown },
    { losesAnswer = false, commandId = nextCommandId(this.counter) }: Wishes = {},
  ): Promise<Acknowledgement> {
    const body = { commandId, ...command }
    const answers = losesAnswer ? await Promise.all([this.#bySocket(body), this.#byHttp(body)]) : [await this.#bySocket(body)]
    const [first, second] = answers as [Acknowledgement, Acknowledgement | undefined]
    if (second) {
      if (!isDeepStrictEqual(comparable(first), comparable(second)))
        this.#report(`CALL2 ${command.type} ${commandId}: one server answered ${JSON.stringify(first)}, another ${JSON.stringify(second)}`)
    }
    this.answered.push({ commandId, command, answer: comparable(first) })
    // A demonstration runs for weeks.
    if (this.answered.length > 500) this.answered.shift()
    return first
  }

  async #bySocket(body: object): Promise<Acknowledgement> {
    for (let attempt = 0; ; attempt++) {
      const answer = await new Promise<Acknowledgement | null>((resolve) => {
        this.#socket
          .timeout(PATIENCE_MS)
          .emit('command', body, (error: Error | null, reply: Acknowledgement) => resolve(error ? null : reply))
      })
      if (answer && (answer.ok || !answer.error.retry)) return answer
      if (attempt > 20) throw new Error(`no answer to ${JSON.stringify(body)}: ${JSON.stringify(answer)}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async #byHttp(body: object): Promise<Acknowledgement> {
    const url = this.#urls[this.#urls.length - 1] as string
    const answer = await http(
      url,
      'POST',
      `/branches/${this.#branch}/counters/${encodeURIComponent(this.counter)}/commands`,
      this.#token,
      body,
    )
    if (answer.ok) return { ok: true, ...(answer.body as unknown as CommandReply) }
    return { ok: false, error: { code: answer.code as never, message: '', retry: false } }
  }

  /** Asks again for something long answered, at another server: the answer must be the same. */
  async askAgain(which: Answered): Promise<void> {
    const again = comparable(await this.#byHttp({ commandId: which.commandId, ...which.command }))
    if (!isDeepStrictEqual(again, which.answer))
      this.#report(`CALL2 ${which.commandId} was answered ${JSON.stringify(which.answer)}, and later ${JSON.stringify(again)}`)
  }

  close(): void {
    this.#socket.disconnect()
  }
}

const run = Math.random().toString(36).slice(2, 8)
let commandCount = 0
/** Unlike those of any other run: in a hall that goes on, an id of yesterday's run must not come again. */
export const nextCommandId = (counter: string): string => `sim-${run}-${counter}-${++commandCount}`

/** Sockets and HTTP wrap the same answer differently. */
export const comparable = (answer: Acknowledgement): object =>
  answer.ok
    ? JSON.parse(JSON.stringify({ revision: answer.revision, ticket: answer.ticket, announcementId: answer.announcementId }))
    : { code: answer.error.code }
