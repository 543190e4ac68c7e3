import type { Key } from '../../../shared/i18n/text.ts'
import type { Device } from './house.svelte.ts'

/** `broken`: somebody must go there; `wait`: soon, or not yet. */
export type Weight = 'good' | 'wait' | 'broken' | 'none'

export interface Condition {
  readonly key: Key
  readonly weight: Weight
}

const condition = (key: Key, weight: Weight): Condition => ({ key, weight })

export function contactOf({ isPaired, contact }: Device): Condition {
  if (!isPaired) return condition('house.contact.unpaired', 'wait')
  if (contact.isConnected) return condition('house.contact.now', 'good')
  return contact.sinceMs === null ? condition('house.contact.never', 'broken') : condition('house.contact.lost', 'broken')
}

/** Null: kiosks have none, and of a screen that is away nobody knows. */
export function soundOf({ kind, contact, speaksIn }: Device): Condition | null {
  if (kind === 'kiosk' || !contact.isConnected) return null
  switch (contact.sound) {
    case 'ready':
      return speaksIn.length > 0 ? condition('house.sound.speaks', 'good') : condition('house.sound.ready', 'none')
    case 'blocked':
      return condition('house.sound.blocked', 'broken')
    case 'failed':
      return condition('house.sound.failed', 'broken')
    case 'off':
      return condition('house.sound.off', 'none')
    default:
      return condition('house.sound.loading', 'wait')
  }
}

export function printerConditionOf({ kind, printer, printerState }: Device): Condition | null {
  if (kind !== 'kiosk') return null
  if (printer === null) return condition('house.printer.none', 'none')
  if (printer.kind === 'browser') return condition('house.printer.browser', 'none')
  if (printerState === null) return condition('desk.printer.state.unknown', 'wait')
  const weight: Weight = printerState === 'ready' ? 'good' : printerState === 'paperLow' ? 'wait' : 'broken'
  return condition(`desk.printer.state.${printerState}`, weight)
}
