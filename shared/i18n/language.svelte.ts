import { language } from './pageLanguage.svelte.ts'
import { type Key, type Parameters, text } from './text.ts'

export { language }

/** A text in the page's language; in a template it follows the switch. */
export const t = <K extends Key>(key: K, ...values: Parameters<K>): string => text(language.now, key, ...values)
