import { type Text, textIn } from '../../shared/domain/configuration.ts'
import { language } from '../../shared/i18n/pageLanguage.svelte.ts'
import type { publicId } from '../../shared/i18n/public.id.ts'
import { type PublicKey, publicText } from '../../shared/i18n/public.ts'
import type { ParametersOf } from '../../shared/i18n/templates.ts'

/** A public text in the page's language. */
export const t = <K extends PublicKey>(key: K, ...values: ParametersOf<(typeof publicId)[K]>): string =>
  publicText(language.now, key, ...values)

export const names = (text: Text): string => textIn(text, language.now)

export function agoText(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1_000)
  if (seconds < 60) return t('hall.seconds', { n: seconds })
  if (seconds < 3_600) return t('hall.minutesAgo', { n: Math.floor(seconds / 60) })
  return t('hall.hoursAgo', { n: Math.floor(seconds / 3_600) })
}
