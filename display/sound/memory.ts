const KEY = 'panggil.announcements'
const KEPT = 200

/**
 * What this screen was told to speak or has shown: nothing is spoken twice (ANN3), also not after the page was loaded anew. Storage may be
 * forbidden or full; then it lasts as long as the page.
 */
export class Memory {
  readonly #ids: Set<string>
  readonly #key: string
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | null

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | null, name: string) {
    this.#storage = storage
    this.#key = `${KEY}.${name}`
    this.#ids = new Set(read(storage, this.#key))
  }

  /** False where it was there already. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    for (const oldest of this.#ids) {
      if (this.#ids.size <= KEPT) break
      this.#ids.delete(oldest)
    }
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(Array.from(this.#ids)))
    } catch {
      // As long as the page lasts.
    }
    return true
  }
}

function read(storage: Pick<Storage, 'getItem'> | null, key: string): string[] {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(key) ?? '[]')
    return Array.isArray(kept) ? kept.filter((each): each is string => typeof each === 'string') : []
  } catch {
    return []
  }
}
