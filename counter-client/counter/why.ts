import type { Language } from '../../shared/domain/configuration.ts'
import type { PassedBy } from '../../shared/domain/passed.ts'
import { time } from '../../shared/i18n/format.ts'
import { text } from '../../shared/i18n/text.ts'

export interface Spoken {
  readonly language: Language
  readonly timeZone: string
  readonly nameOfClass: (id: string) => string
}

/** Why a call came before the visitor who asks, as one sentence to read out (ORDER4). */
export function whySentence({ why }: PassedBy, asked: { readonly class: string; readonly dueAtMs: number }, spoken: Spoken): string {
  const { language, timeZone, nameOfClass } = spoken
  if (why.outOfOrder) return text(language, 'counterPage.passed.direct', { reason: why.reason ?? '–' })
  const due = time(language, timeZone, why.dueAtMs)
  if (why.dueAtMs > asked.dueAtMs) return text(language, 'counterPage.passed.turn', { due, n: why.candidates })
  if (why.class !== asked.class) return text(language, 'counterPage.passed.class', { class: nameOfClass(why.class), due })
  return text(language, 'counterPage.passed.due', { due })
}
