import type { Look } from '../domain/configuration.ts'
import { between, contrast, isAccent, NIGHT } from './contrast.ts'

const OURS = ['--tarum', '--tarum-deep', '--tarum-lit', '--tarum-lit-deep'] as const

/** Puts a branch's accent in the place of our indigo on the whole page; without one the page is ours again. */
export function wear(look: Look | undefined, style: CSSStyleDeclaration = document.documentElement.style): void {
  const accent = look?.accent
  if (accent === undefined || !isAccent(accent)) {
    for (const name of OURS) style.removeProperty(name)
    return
  }
  const lit = litOf(accent)
  const values = [accent, between(accent, '#000000', 0.28), lit, between(lit, '#ffffff', 0.35)]
  for (const [at, name] of OURS.entries()) style.setProperty(name, values[at] as string)
}

/** The same hue, light enough to be read on the night of dark pages. */
function litOf(accent: string): string {
  let share = 0
  while (share < 1 && contrast(between(accent, '#ffffff', share), NIGHT) < 9) share += 0.05
  return between(accent, '#ffffff', share)
}
