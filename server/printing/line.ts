import { createConnection, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { PrinterState } from '../../shared/domain/state.ts'
import { ASK_IN_ORDER, AUTOMATIC_REST, askStatus, kindOf, NO_AUTOMATIC_STATUS, STATUSES, type Status, stateOf } from './status.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** The printer is not there, not there any more, or says nothing that could be understood. */
export class PrinterAway extends Error {
  override readonly name = 'PrinterAway'
}

const CONNECT_MS = 2_000
/** Cheap printers have one connection, and turn away whoever comes while another is served. */
const BUSY_PAUSE_MS = 150
const ANSWER_MS = 1_500
/** How long a printer may be offline without saying why: it feeds paper, or wakes up. */
const OFFLINE_MS = 1_500
const OFFLINE_PAUSE_MS = 150
/** A printer says a byte when it is asked. Whoever says so much without having been asked is none. */
const UNASKED_MAX = 32
/** How long what was written may take to leave, and the printer to notice that we go. */
const CLOSE_MS = 300

/** One conversation with a printer. Everything that goes wrong in it is a `PrinterAway`. */
export class PrinterLine {
  readonly #socket: Socket
  #unasked = 0
  /** Bytes of an automatic status that are still to come. */
  #rest = 0
  #onAnswer: ((byte: number) => void) | null = null
  #isClosedByPrinter = false
  #isOrderAsked = false
  #isOrderAnswered = false
  readonly #ended: Promise<never>

  static async open(address: Address, signal: AbortSignal): Promise<PrinterLine> {
    const untilMs = performance.now() + CONNECT_MS
    for (;;) {
      const line = await connect(address, signal)
      if (line && (await line.#isLetIn())) return line
      if (performance.now() > untilMs) throw new PrinterAway('it turned us away')
      await pause(BUSY_PAUSE_MS)
    }
  }

  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket
    this.#ended = new Promise((_, reject) => {
      const end = (why: string) => () => {
        reject(new PrinterAway(why))
        socket.destroy()
      }
      socket.on('error', () => {
        this.#isClosedByPrinter = true
        end('the connection broke')()
      })
      socket.on('end', () => {
        this.#isClosedByPrinter = true
      })
      socket.on('close', end('it closed the connection'))
      signal.addEventListener('abort', end('it took too long'), { once: true })
      if (signal.aborted) end('it took too long')()
    })
    // Nobody may be waiting when it ends.
    this.#ended.catch(() => {})
    socket.on('data', (bytes) => this.#hear(bytes))
    socket.setNoDelay(true)
    void this.write(NO_AUTOMATIC_STATUS).catch(() => {})
  }

  /** Whether everything that was written before `askInOrder` has been worked off. */
  get isOrderAnswered(): boolean {
    return this.#isOrderAnswered
  }

  askInOrder(): Promise<void> {
    this.#isOrderAsked = true
    return this.write(ASK_IN_ORDER)
  }

  /** Resolves when the bytes have left this machine. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#orEnd(
      new Promise<void>((resolve) => {
        this.#socket.write(bytes, (error) => {
          if (!error) resolve()
        })
      }),
    )
  }

  /** How the printer is. One question at a time: its answers don't say what they answer. */
  async state(): Promise<PrinterState> {
    const untilMs = performance.now() + OFFLINE_MS
    for (;;) {
      const answers: Record<Status, number> = { 1: 0, 2: 0, 3: 0, 4: 0 }
      for (const status of STATUSES) answers[status] = await this.#ask(status)
      const state = stateOf(answers)
      if (state !== 'offline') return state
      if (performance.now() > untilMs) return 'failed'
      await this.#orEnd(pause(OFFLINE_PAUSE_MS))
    }
  }

  /** What was written leaves before the connection ends; resolves when it has ended, for the next one at this printer. */
  async close(): Promise<void> {
    const socket = this.#socket
    if (socket.destroyed) return
    socket.removeAllListeners('data')
    const timer = setTimeout(() => socket.destroy(), CLOSE_MS)
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve())
      socket.resume()
      socket.end()
    })
    clearTimeout(timer)
  }

  /** False: it accepted the connection and ended it before it said anything. */
  async #isLetIn(): Promise<boolean> {
    try {
      await this.#ask(1)
      return true
    } catch (error) {
      if (error instanceof PrinterAway && this.#isClosedByPrinter) return false
      this.#socket.destroy()
      throw error
    }
  }

  async #ask(status: Status): Promise<number> {
    let timer: NodeJS.Timeout | undefined
    const answer = new Promise<number>((resolve, reject) => {
      this.#onAnswer = resolve
      timer = setTimeout(() => reject(new PrinterAway('it does not answer')), ANSWER_MS)
    })
    try {
      await this.write(askStatus(status))
      return await this.#orEnd(answer)
    } finally {
      clearTimeout(timer)
      answer.catch(() => {})
      this.#onAnswer = null
    }
  }

  #hear(bytes: Buffer): void {
    for (const byte of bytes) if (!this.#isAnswer(byte)) this.#unasked += 1
    if (this.#unasked > UNASKED_MAX) this.#socket.destroy()
  }

  #isAnswer(byte: number): boolean {
    if (this.#rest > 0) {
      this.#rest -= 1
      return false
    }
    switch (kindOf(byte)) {
      case 'realTime': {
        const answer = this.#onAnswer
        this.#onAnswer = null
        answer?.(byte)
        return answer !== null
      }
      case 'inOrder': {
        const isFirst = this.#isOrderAsked && !this.#isOrderAnswered
        this.#isOrderAnswered ||= this.#isOrderAsked
        return isFirst
      }
      case 'automatic':
        this.#rest = AUTOMATIC_REST
        return false
      default:
        return false
    }
  }

  #orEnd<T>(wanted: Promise<T>): Promise<T> {
    return Promise.race([wanted, this.#ended])
  }
}

/** Null: refused. */
function connect({ host, port }: Address, signal: AbortSignal): Promise<PrinterLine | null> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port })
    const fail = (why: string) => () => {
      settle()
      socket.destroy()
      reject(new PrinterAway(why))
    }
    const timer = setTimeout(fail('no connection in time'), CONNECT_MS)
    const onAbort = fail('it took too long')
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      socket.removeAllListeners()
      socket.on('error', () => {})
    }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      settle()
      socket.destroy()
      if (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET') resolve(null)
      else reject(new PrinterAway(error.code ?? 'no connection'))
    })
    socket.once('connect', () => {
      settle()
      resolve(new PrinterLine(socket, signal))
    })
  })
}
