import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

export interface Received {
  readonly id: string
  readonly headers: Record<string, string>
  readonly text: string
  readonly body: {
    readonly type: string
    readonly branch: string
    readonly revision: number
    readonly atMs: number
    readonly event: Record<string, unknown>
  }
  /** Whether the library takes it with the secret that was set. */
  readonly isGenuine: boolean
}

type Answering = (request: IncomingMessage, response: ServerResponse) => void

export const answers =
  (status: number, headers: Record<string, string> = {}, text = ''): Answering =>
  (_request, response) => {
    response.writeHead(status, headers).end(text)
  }

/** Another system, on loopback. */
export class Receiver {
  readonly received: Received[] = []
  secret = ''
  answer: Answering = answers(204)
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const headers = request.headers as Record<string, string>
        this.received.push({
          id: String(headers['webhook-id']),
          headers,
          text,
          body: JSON.parse(text),
          isGenuine: this.verifies(text, headers, this.secret),
        })
        this.answer(request, response)
      })
    })
  }

  static async open(port = 0): Promise<Receiver> {
    const receiver = new Receiver()
    await new Promise<void>((resolve) => receiver.#server.listen(port, '127.0.0.1', resolve))
    return receiver
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/antrean`
  }

  get revisions(): number[] {
    return this.received.map(({ body }) => body.revision)
  }

  verifies(text: string, headers: Record<string, string>, secret: string): boolean {
    try {
      new Webhook(secret).verify(text, headers)
      return true
    } catch {
      return false
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
