import { networkInterfaces } from 'node:os'

/** A laptop that changes its network keeps working; looking costs little, but not nothing. */
const LOOK_AGAIN_MS = 5000

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host)

const inAddress = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** This machine's addresses on its networks, IPv4 first. */
export function lanAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  // Link-local IPv6 addresses need a scope and stand in no address bar.
  const usable = all.filter((each) => !each.internal && !each.address.startsWith('fe80:'))
  return usable.sort((a, b) => a.family.localeCompare(b.family)).map((each) => each.address)
}

/** The origins that pages of ours can have. Browsers name it; whoever names none is no page of a stranger's. */
export class Origins {
  readonly #port: number
  readonly #host: string
  readonly #publicUrl: string | null
  #allowed: ReadonlySet<string>
  #lookedMs = performance.now()

  constructor(port: number, host: string, publicUrl: string | null) {
    this.#port = port
    this.#host = host
    this.#publicUrl = publicUrl
    this.#allowed = this.#all()
  }

  isAllowed(origin: string | undefined): boolean {
    if (origin === undefined || this.#allowed.has(origin)) return true
    if (performance.now() - this.#lookedMs < LOOK_AGAIN_MS) return false
    this.#lookedMs = performance.now()
    this.#allowed = this.#all()
    return this.#allowed.has(origin)
  }

  /** What a person types; the first one other machines can reach, where there is one. */
  get addresses(): string[] {
    if (isLoopback(this.#host)) return [this.#at('localhost')]
    if (this.#host !== '0.0.0.0' && this.#host !== '::') return [this.#at(this.#host)]
    return [...lanAddresses().map((address) => this.#at(address)), this.#at('localhost')]
  }

  get publicUrl(): string {
    return this.#publicUrl ?? (this.addresses[0] as string)
  }

  // An origin leaves out the port that its scheme has anyway.
  #at = (host: string): string => new URL(`http://${inAddress(host)}:${this.#port}`).origin

  #all(): ReadonlySet<string> {
    const hosts = ['localhost', '127.0.0.1', '::1']
    if (!isLoopback(this.#host)) hosts.push(...lanAddresses())
    if (this.#host !== '0.0.0.0' && this.#host !== '::') hosts.push(this.#host)
    return new Set([...hosts.map(this.#at), ...(this.#publicUrl ? [this.#publicUrl] : [])])
  }
}
