import { linkTo } from './links.ts'

/** Where in the administration this page is, as its address says: `#/services/DUKCAPIL/KK`. Whoever goes back goes back a section. */
export class Address {
  parts = $state.raw<readonly string[]>(read())

  constructor() {
    addEventListener('hashchange', () => (this.parts = read()))
  }

  go(...parts: readonly string[]): void {
    location.hash = linkTo(...parts)
  }
}

function read(): string[] {
  if (!location.hash.startsWith('#/')) return []
  return location.hash.slice(2).split('/').filter(Boolean).map(decoded)
}

/** A link that somebody mistyped is a section that is not there, not a page that breaks. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** One address bar, one of these. */
export const address = new Address()
