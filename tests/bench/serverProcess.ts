import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { promisify } from 'node:util'
import { WebSocket } from 'ws'
import { clockMs, pause } from './address.ts'

export interface ServerCommand {
  readonly name: string
  readonly port: number
  /** Of node: flags, the file, its arguments. */
  readonly nodeFlags: readonly string[]
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly logFile: string
  /** Resolves when it is ready to be measured. */
  readonly ready?: (port: number) => Promise<void>
}

/** A server under measurement, as a process of its own that can be killed and started again. */
export class ServerProcess {
  readonly #command: ServerCommand
  #child: ChildProcess | null = null

  constructor(command: ServerCommand) {
    this.#command = command
    // A bench that dies must leave no server behind.
    process.once('exit', () => this.#child?.kill('SIGKILL'))
  }

  get port(): number {
    return this.#command.port
  }

  get pid(): number {
    const pid = this.#child?.pid
    if (pid === undefined) throw new Error(`${this.#command.name} does not run`)
    return pid
  }

  /** Starts it without waiting. */
  spawn(extraFlags: readonly string[] = []): void {
    const { nodeFlags, args, env, logFile } = this.#command
    const log = openSync(logFile, 'a')
    this.#child = spawn(process.execPath, [...extraFlags, ...nodeFlags, ...args], { env, stdio: ['ignore', log, log] })
    closeSync(log)
  }

  /** When it began to take connections, on the machine's clock. */
  async listening(timeoutMs = 30_000): Promise<number> {
    const untilMs = clockMs() + timeoutMs
    while (!(await takesConnections(this.port))) {
      if (clockMs() > untilMs || this.#hasEnded()) throw new Error(`${this.#command.name} does not listen:\n${this.#lastLines()}`)
      await pause(2)
    }
    return clockMs()
  }

  /** Runs and is ready, whatever it was before. With these flags of node where it must be started. */
  async up(extraFlags: readonly string[] = []): Promise<void> {
    if (!this.#child || this.#hasEnded()) this.spawn(extraFlags)
    await this.listening()
    await this.#command.ready?.(this.port)
  }

  async down(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child
    if (child === null || this.#hasEnded()) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    const patience = setTimeout(() => child.kill('SIGKILL'), 8000)
    await ended
    clearTimeout(patience)
  }

  async rssKiB(): Promise<number> {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(this.pid)])
    return Number(stdout)
  }

  /** Through node's inspector (`--inspect=127.0.0.1:0` among the flags), so that the server itself need not know of it. */
  async collectGarbage(): Promise<void> {
    const [address] = [...readFileSync(this.#command.logFile, 'utf8').matchAll(/Debugger listening on (ws:\S+)/g)]
      .slice(-1)
      .map((match) => match[1])
    if (!address) throw new Error(`${this.#command.name} has no inspector:\n${this.#lastLines()}`)
    const socket = new WebSocket(address)
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('open', () => socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })))
      socket.on('message', () => resolve())
    })
    socket.terminate()
  }

  #hasEnded(): boolean {
    return this.#child !== null && (this.#child.exitCode !== null || this.#child.signalCode !== null)
  }

  #lastLines(): string {
    return readFileSync(this.#command.logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const answer = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })
}

/** One that is free now; nobody else here asks for a certain port. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
