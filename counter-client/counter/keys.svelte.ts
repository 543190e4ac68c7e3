import type { Key } from '../../shared/i18n/text.ts'

const STORED = 'panggil.letter-keys'

/** Letters from the Indonesian names of the deeds; the same in English, so that hands need not learn twice. */
export const KEYS = {
  recall: 'U',
  startService: 'M',
  complete: 'S',
  markNoShow: 'H',
  hold: 'T',
  transfer: 'A',
  reclassify: 'P',
  callTicket: 'C',
  returnToQueue: 'K',
  outcome: 'L',
  passed: 'Y',
  fetch: 'J',
  resume: 'R',
  pause: 'I',
  closeCounter: 'X',
  open: 'O',
  change: 'G',
  undo: 'Z',
  keys: '?',
} as const
export type Deed = keyof typeof KEYS

/** The same deeds on a USB keypad, whose Enter calls the next visitor; the digits go along the row of buttons. */
export const PAD: Partial<Readonly<Record<Deed, string>>> = {
  recall: '+',
  startService: '1',
  complete: '2',
  outcome: '3',
  markNoShow: '4',
  hold: '5',
  transfer: '6',
  reclassify: '9',
  callTicket: '7',
  returnToQueue: '8',
  passed: '0',
  fetch: '*',
  pause: '/',
  undo: '-',
}

export const DEED_NAMES: Readonly<Record<Deed, Key>> = {
  recall: 'counterPage.recall',
  startService: 'counterPage.start',
  complete: 'counterPage.done',
  markNoShow: 'counterPage.noShow',
  hold: 'counterPage.hold',
  transfer: 'counterPage.transfer',
  reclassify: 'counterPage.class',
  callTicket: 'counterPage.find',
  returnToQueue: 'counterPage.return',
  outcome: 'counterPage.outcome.other',
  passed: 'counterPage.passed',
  fetch: 'counterPage.fetch',
  resume: 'counterPage.resume',
  pause: 'counterPage.pause',
  closeCounter: 'counterPage.close',
  open: 'counterPage.open',
  change: 'counterPage.change',
  undo: 'counterPage.undo.last',
  keys: 'counterPage.keys',
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

const PAD_CODES: Readonly<Record<string, string>> = { NumpadAdd: '+', NumpadSubtract: '-', NumpadMultiply: '*', NumpadDivide: '/' }
/** By its place, so that it works without Num Lock, too. */
const padKey = (code: string): string | null => PAD_CODES[code] ?? /^Numpad(\d)$/.exec(code)?.[1] ?? null

/** Browsers click a focused button again at every repeat of Enter: a key that lies on the pad would call visitor after visitor (CALL3). */
export const isHeldDown = (event: KeyboardEvent): boolean =>
  event.repeat && (event.key === 'Enter' || (event.key === ' ' && !isTyping(event.target)))

/** What a key press means here; null for everything that is not ours. A key that is held down means nothing more. */
export function deedOf(event: KeyboardEvent, letters: boolean): Deed | 'callNext' | null {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isTyping(event.target)) return null
  if (event.key === ' ' || event.key === 'Enter') return isControl(event.target) ? null : 'callNext'
  if (!letters) return null
  const pad = padKey(event.code)
  const pressed = event.key.toUpperCase()
  return (Object.keys(KEYS) as Deed[]).find((deed) => (pad === null ? KEYS[deed] === pressed : PAD[deed] === pad)) ?? null
}

/** In a dialog that is open a digit presses the choice that bears it, wherever no text is being typed. */
export function chooseByDigit(event: KeyboardEvent): void {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return
  const { target } = event
  if (target instanceof HTMLElement && target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select')) return
  const digit = /^(?:Numpad|Digit)([1-9])$/.exec(event.code)?.[1]
  if (digit === undefined) return
  const choice = document.querySelectorAll<HTMLElement>('dialog[open] [data-choice]')[Number(digit) - 1]
  if (!choice) return
  event.preventDefault()
  choice.click()
  // A reason that is picked wants only Enter now.
  const submit = choice.hasAttribute('aria-pressed') ? choice.closest('form')?.querySelector<HTMLElement>('[type=submit]') : null
  ;(submit ?? choice).focus()
}
