import { io, type Socket } from 'socket.io-client'
import { type Acknowledgement, type CounterView, PROTOCOL, type Snapshot } from '../../shared/protocol/wire.ts'
import { Random } from '../simulation/random.ts'
import { type Address, clockMs, pause } from './address.ts'
import { serveTasks } from './child.ts'

/** A process with officers: full Socket.IO clients, as the product's desk is one. */
export interface Seat {
  readonly branch: string
  readonly counter: string
  readonly token: string
}

export interface OfficersOpen {
  readonly address: Address
  readonly seats: readonly Seat[]
}

export interface Press {
  readonly seat: number
  readonly ticket: string
  readonly announcementId: string
  readonly pressMs: number
  readonly answerMs: number
}

export interface Presses {
  /** Which seats press, in this order, one after the other. */
  readonly seats: readonly number[]
  /** Between an answer and the next press, drawn evenly, so that presses don't fall into step with ticks. */
  readonly gapMs: readonly [number, number]
  readonly seed: number
  /** Set: after each answer a new ticket is taken in that branch, so that its queue stays as long as it is. */
  readonly issue?: {
    readonly port: number
    /** By seat. */
    readonly tokens: readonly string[]
    readonly service: string
  }
}

class Officer {
  readonly socket: Socket
  readonly #address: Address
  readonly #at: number
  #current: string | null = null
  #count = 0

  constructor(address: Address, seat: Seat, at: number, reconnection: object = { reconnection: false }) {
    this.#address = address
    this.#at = at
    this.socket = io(`http://127.0.0.1:${address.port}${address.namespace}`, {
      transports: ['websocket'],
      forceNew: true,
      auth: address.side === 'ours' ? { protocol: PROTOCOL, ...seat } : {},
      ...reconnection,
    })
  }

  /** Resolves when the officer sits at the open counter. */
  async ready(timeoutMs = 20_000): Promise<void> {
    const isOurs = this.#address.side === 'ours'
    const first = await new Promise<Snapshot<CounterView> | undefined>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${isOurs ? 'snapshot' : 'connection'} for an officer within ${timeoutMs} ms`)),
        timeoutMs,
      )
      this.socket.once(isOurs ? 'snapshot' : 'connect', (snapshot) => {
        clearTimeout(timer)
        resolve(snapshot)
      })
      this.socket.on('connect_error', (error: Error & { data?: { code: string } }) => {
        // Without `data` nobody listens yet.
        if (error.data) reject(new Error(`officer refused: ${error.data.code}`))
      })
    })
    if (!first) return
    this.#current = first.view.ticket?.id ?? null
    if (first.view.state === 'open') return
    const opened = await this.#command({ type: 'openCounter', takeOver: true })
    if (!opened.ok) throw new Error(`openCounter: ${opened.error.code}`)
  }

  async press(): Promise<Press> {
    const pressMs = clockMs()
    const answer = await this.#command({ type: 'callNext', current: this.#current })
    const answerMs = clockMs()
    if (!answer.ok) throw new Error(`callNext: ${answer.error.code} ${answer.error.message}`)
    if (!answer.ticket || !answer.announcementId) throw new Error('callNext found nobody: the bench ran out of tickets')
    this.#current = answer.ticket.id
    return { seat: this.#at, ticket: answer.ticket.id, announcementId: answer.announcementId, pressMs, answerMs }
  }

  #command(command: object): Promise<Acknowledgement> {
    this.#count += 1
    const commandId = `${process.pid}-${this.#at}-${clockMs().toFixed(0)}-${this.#count}`
    return new Promise((resolve, reject) => {
      this.socket
        .timeout(10_000)
        .emit('command', { commandId, ...command }, (error: Error | null, answer: Acknowledgement) =>
          error ? reject(error) : resolve(answer),
        )
    })
  }
}

let officers: Officer[] = []
let seats: readonly Seat[] = []
let issued = 0

async function issueTicket(at: number, { port, tokens, service }: NonNullable<Presses['issue']>): Promise<void> {
  issued += 1
  const { branch } = seats[at] as Seat
  const reply = await fetch(`http://127.0.0.1:${port}/api/v1/branches/${branch}/tickets`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokens[at]}`,
      'content-type': 'application/json',
      'idempotency-key': `bench-${process.pid}-${issued}-${clockMs().toFixed(0)}`,
    },
    body: JSON.stringify({ services: [service] }),
  })
  if (reply.status !== 201) throw new Error(`a ticket was refused: ${reply.status} ${await reply.text()}`)
  await reply.arrayBuffer()
}

serveTasks({
  async open({ address, seats: wanted }: OfficersOpen): Promise<void> {
    seats = wanted
    officers = wanted.map((seat, at) => new Officer(address, seat, at))
    await Promise.all(officers.map((officer) => officer.ready()))
  },

  async press({ seats: order, gapMs, seed, issue }: Presses): Promise<Press[]> {
    const random = new Random(seed, 'presses')
    const presses: Press[] = []
    for (const at of order) {
      presses.push(await (officers[at] as Officer).press())
      if (issue) await issueTicket(at, issue)
      await pause(random.between(...gapMs))
    }
    return presses
  },

  /** Every officer presses again as soon as he has his answer. */
  async withoutPause({ durationMs, atMost }: { durationMs: number; atMost: number }): Promise<Press[]> {
    const untilMs = clockMs() + durationMs
    const presses: Press[] = []
    let begun = 0
    await Promise.all(
      officers.map(async (officer) => {
        while (clockMs() < untilMs && begun < atMost) {
          begun += 1
          presses.push(await officer.press())
        }
      }),
    )
    return presses
  },

  /** Knocks until the server is there, then presses once: gives the time of that answer. */
  async firstCall({ address, seat, timeoutMs }: { address: Address; seat: Seat; timeoutMs: number }): Promise<Press> {
    const officer = new Officer(address, seat, 0, { reconnectionDelay: 10, reconnectionDelayMax: 10, randomizationFactor: 0 })
    try {
      await officer.ready(timeoutMs)
      return await officer.press()
    } finally {
      officer.socket.disconnect()
    }
  },

  close(): void {
    for (const { socket } of officers) socket.disconnect()
    officers = []
  },
})
