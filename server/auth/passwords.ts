import { hash, verify } from '@node-rs/argon2'

/** argon2id as OWASP's password storage cheat sheet sets it: 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const PARAMETERS = `$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$`

export const PASSWORD_LENGTH = { least: 8, most: 128 } as const

export const hashPassword = (password: string): Promise<string> => hash(password, COST)

/** Of random bytes that nobody kept. */
const NOBODYS = '$argon2id$v=19$m=19456,t=2,p=1$yQmk/Up4vVGbPDpN9z3/Vg$Wqw30tettFnnyKpzve/G3DqAQ2kb9B8GVzyNHr+q7MQ'

/** `stored` null: nobody has that name; it takes just as long to say no. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const isRight = await verify(stored ?? NOBODYS, password)
  return isRight && stored !== null
}

/** Hashed at another cost than today's: hash it again at the next sign-in. */
export const isOutdated = (stored: string): boolean => !stored.includes(PARAMETERS)

/** What is tried first, everywhere and here. Compared without case and without what stands at the end to please a rule. */
const COMMON = new Set(
  (
    '12345678 123456789 1234567890 0123456789 87654321 987654321 11111111 00000000 88888888 12341234 11223344 123123123 1q2w3e4r 1qaz2wsx ' +
    'qwerty qwertyui qwertyuiop asdfghjk zxcvbnm abcdefgh abcd1234 abc12345 a1b2c3d4 aa123456 password passw0rd p@ssw0rd passwort pa55word ' +
    'letmein welcome changeme secret default test testtest administrator admin admin123 rootroot superman sunshine princess football iloveyou ' +
    'sayang sayangku rahasia bismillah indonesia indonesia45 merdeka kupang kotakupang nusatenggara timor antrean antrian loket petugas ' +
    'pelayanan mpp mppkupang panggil panggilan katasandi sandi'
  ).split(' '),
)

/** Why a password is not taken, in plain English; null where it is. No rules of composition: they make passwords worse (NIST SP 800-63B). */
export function passwordFault(password: string, username: string): string | null {
  const { least, most } = PASSWORD_LENGTH
  const length = [...password].length
  if (length < least) return `must have at least ${least} characters`
  if (length > most) return `must have at most ${most} characters`
  const plain = password.toLowerCase()
  if (COMMON.has(plain) || COMMON.has(plain.replace(/[\d\W_]+$/, '')) || new Set(plain).size < 4) return 'is too common'
  const name = username.toLowerCase()
  // `admin2026`: what stands beside the name must be worth guessing.
  if (name.length >= 3 && plain.includes(name) && [...plain.replaceAll(name, '')].length < 6)
    return 'must not be the user name with a little added'
  return null
}
