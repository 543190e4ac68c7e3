/** As it stands on the slip, however it was typed: `b12`, `B-12` and `b-012` are `B-012`; `b-t5` is `B-T05`. Null: it is no number. */
export function ticketNumber(typed: string): string | null {
  const match = /^\s*([a-z]{1,2}?)\s*-?\s*(t?)(\d{1,5})\s*(?:\/\s*(\d{1,2}))?\s*$/i.exec(typed)
  if (!match) return null
  const [, prefix = '', sheet = '', digits = '', day] = match
  const count = String(Number(digits)).padStart(sheet ? 2 : 3, '0')
  return `${prefix.toUpperCase()}-${sheet.toUpperCase()}${count}${day === undefined ? '' : `/${Number(day)}`}`
}

/** Without the day that a number carried over is marked with. */
export const plainNumber = (number: string): string => number.split('/')[0] as string
