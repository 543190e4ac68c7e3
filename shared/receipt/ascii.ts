/** What letters with marks lose, and signs that thermal printers of every make know by another name. */
const WRITTEN: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '‚': "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‐': '-',
  '‑': '-',
  '–': '-',
  '—': '-',
  '−': '-',
  '•': '-',
  '·': '-',
  '→': '->',
  '×': 'x',
  '⁄': '/',
  '€': 'EUR',
  '£': 'GBP',
  '°': ' deg',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  ß: 'ss',
  đ: 'd',
  Đ: 'D',
  ł: 'l',
  Ł: 'L',
}

/**
 * Printable ASCII alone: cheap printers ignore every change of code page, and then print something else. Indonesian needs no more.
 * A letter of another script becomes a question mark; what is no letter and has no name here is left out.
 */
export const ascii = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, (sign) => WRITTEN[sign] ?? sign)
    .replace(/\s/g, ' ')
    .replace(/[\p{L}\p{N}]/gu, (sign) => (sign <= '~' ? sign : '?'))
    .replace(/[^\x20-\x7e]/g, '')
