import type { Text } from '../../../shared/domain/configuration.ts'

/** What an action of the day is about: one service, all of an agency, or the whole branch. */
export type Scope =
  | { readonly kind: 'service'; readonly name: Text; readonly services: readonly string[] }
  | { readonly kind: 'agency'; readonly name: Text; readonly agency: string; readonly services: readonly string[] }
  | { readonly kind: 'branch'; readonly services: readonly string[] }

export interface DayAction {
  readonly does: 'pause' | 'open' | 'end'
  readonly scope: Scope
}
