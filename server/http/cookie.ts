const NAME = 'panggil_session'

/** The session token in a Cookie header, or null. */
export const tokenFromCookie = (header: string | undefined): string | null => cookieIn(header, NAME)

/** A cookie's value in a Cookie header, or null. */
export function cookieIn(header: string | undefined, name: string): string | null {
  if (!header) return null
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || null
  }
  return null
}

/** Out of reach of scripts, and never sent by another site's page. Not `Secure` on plain http, where browsers would drop it. */
export const sessionCookie = (token: string, lifeMs: number, isSecure: boolean): string =>
  `${NAME}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.max(0, Math.ceil(lifeMs / 1000))}${isSecure ? '; Secure' : ''}`

export const endedCookie = (isSecure: boolean): string => sessionCookie('', 0, isSecure)
