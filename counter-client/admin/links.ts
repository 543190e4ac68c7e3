/** The address of a section, and of what is shown in it: `#/services/DUKCAPIL/KK`. */
export const linkTo = (...parts: readonly string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`
