import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** The network between one screen and its server, to be cut. */
export class Cable {
  /** When the first socket asked to be opened after it was mended. */
  usedAgainMs: number | null = null
  readonly #port: number
  readonly #sockets = new Set<Socket>()
  #server: Server | null = null
  #state: 'whole' | 'broken' | 'dead' = 'whole'

  constructor(serverUrl: string) {
    this.#port = Number(new URL(serverUrl).port)
  }

  async start(): Promise<void> {
    this.#server = createServer({ pauseOnConnect: true }, (near) => this.#join(near))
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve))
  }

  /** For a browser whose pages are to come through here: their address stays the server's own. */
  get resolverRules(): string {
    const { port } = (this.#server as Server).address() as AddressInfo
    return `MAP 127.0.0.1:${this.#port} 127.0.0.1:${port}`
  }

  end(): void {
    this.break()
    this.#server?.close()
  }

  /** Both ends hear of it, and nothing can be opened. */
  break(): void {
    this.#state = 'broken'
    for (const socket of this.#sockets) socket.resetAndDestroy()
    this.#sockets.clear()
  }

  /** Nothing comes through any more, and nobody is told. */
  goDead(): void {
    this.#state = 'dead'
    for (const socket of this.#sockets) socket.pause()
  }

  /** What was open is lost; new connections come through. */
  mend(): void {
    this.break()
    this.#state = 'whole'
    this.usedAgainMs = null
  }

  #join(near: Socket): void {
    if (this.#state === 'broken') {
      near.resetAndDestroy()
      return
    }
    this.#sockets.add(near)
    near.on('error', () => undefined)
    near.on('close', () => this.#sockets.delete(near))
    if (this.#state === 'dead') return
    const far = connect(this.#port, '127.0.0.1')
    this.#sockets.add(far)
    far.on('error', () => near.destroy())
    far.on('close', () => {
      this.#sockets.delete(far)
      if (this.#state !== 'dead') near.destroy()
    })
    near.on('close', () => far.destroy())
    // `pipe` would wake up what was paused.
    near.on('data', (data) => {
      if (this.#state !== 'whole') return
      if (/^upgrade: websocket/im.test(data.toString('latin1', 0, 2_000))) this.usedAgainMs ??= Date.now()
      far.write(data)
    })
    far.on('data', (data) => this.#state === 'whole' && near.write(data))
    near.resume()
  }
}
