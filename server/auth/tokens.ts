import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

/** What a caller shows: 256 random bits, with a mark of what they open, so that one look-up finds them. */
export const newUserToken = (): string => `u_${randomBytes(32).toString('base64url')}`
export const newDeviceToken = (deviceId: string): string => `d_${deviceId}_${randomBytes(32).toString('base64url')}`
export const newSecret = (bytes: 16 | 32): string => randomBytes(bytes).toString('base64url')

/** Letters and digits only: it stands in addresses and in tokens. */
export const newDeviceId = (): string => randomBytes(8).toString('hex')

/** Only this is stored. No salt or slow hash: nobody guesses 256 random bits. */
export const digest = (token: string): string => createHash('sha256').update(token).digest('base64url')

export type ParsedToken = { readonly kind: 'user' } | { readonly kind: 'device'; readonly deviceId: string }

/** Null for what can't be a token of ours: no look-up is wasted on it. */
export function parseToken(token: string): ParsedToken | null {
  if (/^u_[\w-]{43}$/.test(token)) return { kind: 'user' }
  const device = /^d_([0-9a-f]{16})_[\w-]{43}$/.exec(token)
  return device ? { kind: 'device', deviceId: device[1] as string } : null
}

export function isSame(a: string, b: string): boolean {
  const left = Buffer.from(digest(a))
  const right = Buffer.from(digest(b))
  return timingSafeEqual(left, right)
}

/** Nothing that looks like something else on a screen across the room: no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V. */
const LETTERS = 'ACDEFGHJKMNPQRTWXY34679'

/** `WXKP-3M7A`, for a person to type. About 36 bits: enough for ten minutes and a signed-in admin. */
export function newPairingCode(): string {
  const letters = Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

/** As typed by a person: small letters, spaces, a missing dash. */
export function readPairingCode(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}
