/** Read aloud and copied from paper without a mistake: open syllables, no letter that looks like another, digits that look like no letter. */
const CONSONANTS = 'bdgjkmnprstw'
const VOWELS = 'aeiou'
const DIGITS = '34679'
const WORDS = 3
const SYLLABLES = 3

/** `tamoke-rubina-desapu-47`: about 58 bits, and ten tries a minute are all that anybody has. */
export function readablePassword(): string {
  const one = (letters: string): string => letters[pick(letters.length)] as string
  const word = (): string => Array.from({ length: SYLLABLES }, () => one(CONSONANTS) + one(VOWELS)).join('')
  return [...Array.from({ length: WORDS }, word), one(DIGITS) + one(DIGITS)].join('-')
}

/** Each number below `count` as likely as another. */
function pick(count: number): number {
  const most = 256 - (256 % count)
  for (;;) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1))
    if ((byte as number) < most) return (byte as number) % count
  }
}
