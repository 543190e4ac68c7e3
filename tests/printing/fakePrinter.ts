import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { nextStep, Roll, type Slip } from './paper.ts'

/**
 * A receipt printer that listens: it keeps what it is sent until it can print it, answers `DLE EOT` at once and `GS r` in its turn, stops
 * when its paper ends or its cover is opened, and goes on with what it still holds when that is put right, as real ones do.
 */
export class FakePrinter {
  readonly port: number
  paper: 'full' | 'low' | 'out' = 'full'
  isCoverOpen = false
  isBroken = false
  isOffline = false
  /** Rows until the roll ends; null: no end in sight. */
  rowsLeft: number | null = null
  /** What it does with questions. */
  answers: 'all' | 'real time only' | 'none' | 'nonsense' | 'flood' = 'all'
  /** After so many bytes of a slip, once: it drops the connection, or says nothing any more. */
  mishap: { readonly afterBytes: number; readonly what: 'drop' | 'die' } | null = null
  msPerRow = 0
  /** How long it thinks about a question. */
  msPerAnswer = 0
  /** Another system wished for a status without asking: sent to whoever comes. */
  isTalkative = false
  /** Whoever comes while another is served is turned away. */
  isSingle = false
  /** Connections that were open at the same time, at most. */
  atOnce = 0
  /** Every byte of slips that it was sent. */
  readonly received: number[] = []
  readonly roll: Roll
  #buffer: number[] = []
  #isWorking = false
  readonly #server: Server
  readonly #open = new Set<Socket>()

  private constructor(server: Server, columns: number) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    this.roll = new Roll(columns)
    server.on('connection', (socket) => this.#serve(socket))
  }

  static async listen(columns = 32, port = 0): Promise<FakePrinter> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return new FakePrinter(server, columns)
  }

  /** Torn off or cut, in order. */
  get slips(): readonly Slip[] {
    return this.roll.slips
  }

  /** Numbers that came out whole, with their last row. */
  get numbers(): { number: string; isCopy: boolean }[] {
    return this.slips.flatMap(({ rows }) => {
      if (!rows.some(({ text }) => text.includes('Berlaku'))) return []
      const number = rows.find(({ scale }) => scale > 1)?.text.trim()
      return number === undefined ? [] : [{ number, isCopy: rows.some(({ text }) => text.includes('SALINAN')) }]
    })
  }

  /** A new roll, its cover closed again. */
  refill(): void {
    this.paper = 'full'
    this.rowsLeft = null
    this.isCoverOpen = false
    void this.#work()
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  get #canPrint(): boolean {
    return this.paper !== 'out' && !this.isCoverOpen && !this.isBroken && !this.isOffline
  }

  #serve(socket: Socket): void {
    if (this.isSingle && this.#open.size > 0) {
      socket.destroy()
      return
    }
    this.#open.add(socket)
    this.atOnce = Math.max(this.atOnce, this.#open.size)
    socket.on('error', () => {})
    socket.on('close', () => this.#open.delete(socket))
    if (this.isTalkative) socket.write(Uint8Array.of(0x10, 0x00, 0x00, 0x0f))
    let held: number[] = []
    let isDead = false
    if (this.answers === 'flood') {
      const flood = (): void => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 0x12))) {}
      }
      socket.on('drain', flood)
      flood()
    }
    socket.on('data', (bytes) => {
      if (isDead) return
      held.push(...bytes)
      held = this.#realTime(socket, held)
      if (this.mishap && this.received.length > this.mishap.afterBytes) {
        const { what } = this.mishap
        this.mishap = null
        this.#buffer = []
        isDead = true
        if (what === 'drop') socket.destroy()
        return
      }
      void this.#work(socket)
    })
  }

  /** Takes out what is answered at once, wherever it stands; the rest goes to the end of the queue. Returns what is not whole yet. */
  #realTime(socket: Socket, bytes: readonly number[]): number[] {
    let at = 0
    for (; at < bytes.length; at++) {
      if (bytes[at] !== 0x10) {
        this.#buffer.push(bytes[at] as number)
        this.received.push(bytes[at] as number)
      } else if (bytes[at + 1] === 0x04) {
        if (bytes.length < at + 3) break
        this.#answer(socket, bytes[at + 2] as number)
        at += 2
      } else if (bytes[at + 1] === 0x14) {
        if (bytes.length < at + 10) break
        this.#buffer = []
        at += 9
      } else if (bytes[at + 1] === undefined) break
    }
    return bytes.slice(at)
  }

  #answer(socket: Socket, status: number): void {
    if (this.answers === 'none' || this.answers === 'flood') return
    if (this.answers === 'nonsense') {
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')
      return
    }
    const isOut = this.paper === 'out'
    const flags = {
      1: this.#canPrint ? 0 : 0x08,
      2: (this.isCoverOpen ? 0x04 : 0) | (isOut ? 0x20 : 0) | (this.isBroken ? 0x40 : 0),
      3: this.isBroken ? 0x08 : 0,
      4: (isOut ? 0x6c : 0) | (this.paper === 'low' ? 0x0c : 0),
    }[status]
    if (flags === undefined) return
    if (this.msPerAnswer === 0) socket.write(Uint8Array.of(0x12 | flags))
    else setTimeout(() => socket.writable && socket.write(Uint8Array.of(0x12 | flags)), this.msPerAnswer)
  }

  async #work(socket?: Socket): Promise<void> {
    if (this.#isWorking) return
    this.#isWorking = true
    for (let found = nextStep(this.#buffer); found && this.#canPrint; found = nextStep(this.#buffer)) {
      const { step, length } = found
      this.#buffer = this.#buffer.slice(length)
      if (step.kind === 'askInOrder') {
        if (this.answers === 'all') socket?.write(Uint8Array.of(this.paper === 'low' ? 0x03 : 0x00))
        continue
      }
      this.roll.do(step)
      if (step.kind !== 'newline') continue
      if (this.msPerRow > 0) await new Promise((resolve) => setTimeout(resolve, this.msPerRow))
      if (this.rowsLeft === null) continue
      this.rowsLeft -= 1
      if (this.rowsLeft <= 0) this.paper = 'out'
      else if (this.rowsLeft <= 60 && this.paper === 'full') this.paper = 'low'
    }
    this.#isWorking = false
  }
}
