/** Contrast of two colours `#rrggbb`, 1 to 21 (WCAG 2.2, "contrast ratio" and "relative luminance"). */
export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const channels = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

/** `share` of the way from one colour to the other. */
export function between(from: string, to: string, share: number): string {
  const goal = channels(to)
  const mixed = channels(from).map((value, at) => Math.round(value + ((goal[at] as number) - value) * share))
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`
}

/** Paper and night of `tokens.css`: what a branch's accent must stand out on. */
export const PAPER = '#f6f2e9'
export const NIGHT = '#0c1424'
/** Of text that is read close by (WCAG 2.2, 1.4.3); what is read from afar is never in the accent. */
export const ACCENT_CONTRAST = 4.5

/** An accent carries white words and stands as a link on paper. */
export const isAccent = (colour: string): boolean => contrast(colour, PAPER) >= ACCENT_CONTRAST
