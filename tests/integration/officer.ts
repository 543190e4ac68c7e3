import { io, type Socket } from 'socket.io-client'
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.ts'
import { type Acknowledgement, type CommandReply, type Handshake, PROTOCOL, type Snapshot } from '../../shared/protocol/wire.ts'

/** A Socket.IO client as the product's screens make it. */
export function connect(
  url: string,
  namespace: 'board' | 'counter' | 'supervisor' | 'ticket',
  auth: Partial<Handshake> & { branch: string },
): Socket {
  const socket = io(`${url}/${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    auth: { protocol: PROTOCOL, ...auth },
  })
  // A socket that was refused stays closed until told otherwise: while the store is away, a screen comes again.
  socket.on('connect_error', (error: Error & { data?: { code: ErrorCode } }) => {
    if (error.data && ERRORS[error.data.code].retry) setTimeout(() => socket.connect(), 200)
  })
  return socket
}

/** The first snapshot; rejects with the code of a refused connection. */
export const snapshotOf = <V>(socket: Socket): Promise<Snapshot<V>> =>
  new Promise((resolve, reject) => {
    socket.once('snapshot', resolve)
    socket.once('connect_error', (error: Error & { data?: { code: string } }) => {
      if (error.data?.code) reject(new Error(error.data.code))
    })
  })

/** One officer at one counter: sends commands and repeats them under the same id until they are answered. */
export class Officer {
  readonly socket: Socket
  readonly counter: string
  current: string | null = null
  #count = 0
  readonly #name: string

  constructor(url: string, branch: string, counter: string, token: string) {
    this.counter = counter
    this.#name = `o${counter}-${Math.floor(performance.now() * 1000)}`
    this.socket = connect(url, 'counter', { branch, counter, token })
  }

  nextId(): string {
    this.#count += 1
    return `${this.#name}-${this.#count}`
  }

  /** The answer, however often it must be asked for: time-outs, lost lines and `retry` are repeated under the same id (CALL2). */
  async command(
    command: { type: string; [field: string]: unknown },
    commandId = this.nextId(),
    patienceMs = 30_000,
  ): Promise<Acknowledgement> {
    const untilMs = performance.now() + patienceMs
    for (;;) {
      const answer = await this.once(command, commandId)
      if (answer && (answer.ok || !answer.error.retry)) return answer
      if (performance.now() > untilMs) throw new Error(`no answer to ${command.type} within ${patienceMs} ms`)
      if (answer) await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** One try: null where no answer came. */
  once(command: { type: string; [field: string]: unknown }, commandId: string): Promise<Acknowledgement | null> {
    return new Promise((resolve) => {
      this.socket
        .timeout(2500)
        .emit('command', { commandId, ...command }, (error: Error | null, answer: Acknowledgement) => resolve(error ? null : answer))
    })
  }

  async callNext(commandId = this.nextId()): Promise<CommandReply> {
    const answer = await this.command({ type: 'callNext', current: this.current }, commandId)
    if (!answer.ok) throw new Error(`callNext at ${this.counter}: ${answer.error.code}`)
    this.current = answer.ticket?.id ?? null
    return answer
  }

  close(): void {
    this.socket.disconnect()
  }
}
