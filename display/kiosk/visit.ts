import type { Language } from '../../shared/domain/configuration.ts'
import type { IssuedReply } from '../../shared/protocol/wire.ts'

/** What a visitor wants: one number for one service, for several, or for a journey. */
export interface Wish {
  readonly services?: readonly string[]
  readonly journey?: string
  readonly class?: string
  readonly language: Language
}

/** Where the visitor has the number: nothing to print it with, on its way, on paper, handed to the browser's printer, or on the screen only. */
export type Paper = 'none' | 'printing' | 'printed' | 'sent' | 'failed'

/**
 * What survives a reload, a crash of the browser or a short power cut. The key stays the same until the server has answered, so that a lost
 * answer is one ticket (TICKET2); the answer stays until the visitor has the number, so that a reload shows it again.
 */
export interface KeptVisit {
  readonly key: string
  readonly branch: string
  readonly wish: Wish
  readonly atMs: number
  readonly issued?: IssuedReply
  readonly paper?: Paper
}

/** After this long the visitor has gone: what is found then is nobody's. */
const FORGET_MS = 60_000
const KEPT = 'panggil.kiosk.visit'

export function keepVisit(visit: KeptVisit | null): void {
  try {
    if (visit === null) localStorage.removeItem(KEPT)
    else localStorage.setItem(KEPT, JSON.stringify(visit))
  } catch {
    // A browser that keeps nothing: then a reload begins anew.
  }
}

export function keptVisit(branch: string, nowMs: number): KeptVisit | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as KeptVisit | null
    if (kept === null || typeof kept.key !== 'string' || kept.branch !== branch) return null
    const ageMs = nowMs - kept.atMs
    return ageMs >= 0 && ageMs < FORGET_MS ? kept : null
  } catch {
    return null
  }
}
