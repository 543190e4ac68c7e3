/** How long a second digit may follow where there are more than nine choices. */
const SECOND_DIGIT_MS = 900

const isShown = (element: Element): boolean => element.getClientRects().length > 0
const pressable = (root: ParentNode): HTMLElement[] =>
  [...root.querySelectorAll<HTMLElement>('button, a[href], input')].filter((each) => isShown(each) && !each.hasAttribute('disabled'))

/** The choices of the present step, in the order in which they are numbered. */
export const choices = (root: ParentNode): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('[data-choice]')].filter(isShown)

/** Moves the focus to what lies nearest in the direction of an arrow key; from nothing to the first choice. */
export function moveFocus(root: ParentNode, key: string): boolean {
  const all = pressable(root)
  const here = document.activeElement
  if (!(here instanceof HTMLElement) || !all.includes(here)) {
    const first = choices(root)[0] ?? all[0]
    first?.focus()
    return first !== undefined
  }
  const isSideways = key === 'ArrowLeft' || key === 'ArrowRight'
  const sign = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1
  const from = here.getBoundingClientRect()
  let nearest: HTMLElement | null = null
  let least = Number.POSITIVE_INFINITY
  for (const each of all) {
    const to = each.getBoundingClientRect()
    // From edge to edge along the arrow; what lies aside of it counts more than what lies far.
    const along = isSideways
      ? sign > 0
        ? to.left - from.right
        : from.left - to.right
      : sign > 0
        ? to.top - from.bottom
        : from.top - to.bottom
    if (each === here || along < -4) continue
    const aside = isSideways ? gap(from.top, from.bottom, to.top, to.bottom) : gap(from.left, from.right, to.left, to.right)
    const start = isSideways ? Math.abs(to.top - from.top) : Math.abs(to.left - from.left)
    const distance = Math.max(0, along) + aside * 4 + start * 0.1
    if (distance < least) {
      least = distance
      nearest = each
    }
  }
  nearest?.focus()
  return nearest !== null
}

/** Between two stretches of a line; 0 where they overlap. */
const gap = (from: number, until: number, otherFrom: number, otherUntil: number): number =>
  Math.max(0, otherFrom - until, from - otherUntil)

/** Digits choose by the numbers that are shown: at once where no second digit could follow. */
export class Digits {
  #typed = ''
  #timer: ReturnType<typeof setTimeout> | undefined

  get isPending(): boolean {
    return this.#typed !== ''
  }

  press(digit: string, root: ParentNode): void {
    clearTimeout(this.#timer)
    this.#typed += digit
    const count = choices(root).length
    const number = Number(this.#typed)
    if (number * 10 > count) this.choose(root)
    else this.#timer = setTimeout(() => this.choose(root), SECOND_DIGIT_MS)
  }

  /** What has been typed counts now: Enter, or time. */
  choose(root: ParentNode): void {
    clearTimeout(this.#timer)
    const chosen = choices(root)[Number(this.#typed) - 1]
    this.#typed = ''
    chosen?.focus()
    chosen?.click()
  }
}
