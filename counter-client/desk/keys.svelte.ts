import type { Key } from '../../shared/i18n/text.ts'

const STORED = 'panggil.letter-keys'

/** Letters from the Indonesian names of the deeds; the same in English, so that hands need not learn twice. */
export const KEYS = {
  recall: 'U',
  startService: 'M',
  complete: 'S',
  outcome: 'L',
  markNoShow: 'H',
  hold: 'T',
  transfer: 'A',
  returnToQueue: 'K',
  callTicket: 'C',
  pause: 'I',
  undo: 'Z',
  keys: '?',
} as const
export type Deed = keyof typeof KEYS

export const DEED_NAMES: Readonly<Record<Deed, Key>> = {
  recall: 'desk.recall',
  startService: 'desk.start',
  complete: 'desk.done',
  outcome: 'desk.outcome.other',
  markNoShow: 'desk.noShow',
  hold: 'desk.hold',
  transfer: 'desk.transfer',
  returnToQueue: 'desk.return',
  callTicket: 'desk.direct',
  pause: 'desk.pause',
  undo: 'desk.step.other',
  keys: 'desk.keys',
}

/** Single letters can be switched off, for whoever works with a voice or a screen reader (WCAG 2.1.4). */
export class LetterKeys {
  areOn = $state(localStorage.getItem(STORED) !== 'off')

  set(on: boolean): void {
    this.areOn = on
    localStorage.setItem(STORED, on ? 'on' : 'off')
  }
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null
/** A focused control keeps its own Space and Enter. */
const isControl = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.closest('button, a, summary') !== null

/** What a key press means here; null for everything that is not ours. A key that is held down means nothing more. */
export function deedOf(event: KeyboardEvent, letters: boolean): Deed | 'callNext' | null {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isTyping(event.target)) return null
  if (event.key === ' ' || event.key === 'Enter') return isControl(event.target) ? null : 'callNext'
  if (!letters) return null
  const pressed = event.key.toUpperCase()
  return (Object.keys(KEYS) as Deed[]).find((deed) => KEYS[deed] === pressed) ?? null
}
