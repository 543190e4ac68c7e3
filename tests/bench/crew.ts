import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A process of clients: asked over the channel that node gives to forked processes, so that its work never stands in the bench's way. */
export class Crew {
  readonly #process: ChildProcess
  readonly #name: string
  readonly #asked = new Map<number, { resolve(output: unknown): void; reject(error: Error): void }>()
  #last = 0
  #isEnding = false

  constructor(file: string) {
    this.#name = file
    // Whatever made this process understand TypeScript does so in the child.
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: process.execArgv, serialization: 'advanced' })
    this.#process.on('message', (message: { id: number; output?: unknown; error?: string }) => {
      const asked = this.#asked.get(message.id)
      this.#asked.delete(message.id)
      if (message.error === undefined) asked?.resolve(message.output)
      else asked?.reject(new Error(`${this.#name}: ${message.error}`))
    })
    this.#process.on('exit', (code, signal) => {
      if (this.#isEnding) return
      for (const { reject } of this.#asked.values()) reject(new Error(`${this.#name} ended (${signal ?? code})`))
      this.#asked.clear()
    })
  }

  ask<T>(task: string, input: unknown = null): Promise<T> {
    const id = ++this.#last
    return new Promise<T>((resolve, reject) => {
      if (!this.#process.connected) return reject(new Error(`${this.#name} is not there any more`))
      this.#asked.set(id, { resolve: resolve as (output: unknown) => void, reject })
      this.#process.send({ id, task, input })
    })
  }

  async end(): Promise<void> {
    this.#isEnding = true
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await ended
  }
}
