import { isIP } from 'node:net'

/** What a house sets for single sign-on. */
export interface SsoSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** What stands on the button, after `Masuk dengan`. */
  readonly label: string
  readonly scopes: string
}

/** Only on this very machine nobody listens in between. */
export function isLoopbackHttp(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  return protocol === 'http:' && isLoopback
}
