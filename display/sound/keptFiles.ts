const DATABASE = 'panggil-voices'
const STORE = 'packs'

/**
 * A small shelf in IndexedDB, which also a page on plain http has: a screen that starts while its server is away speaks all the same. Where a
 * browser keeps nothing, everything is read anew each time.
 */
async function opened(): Promise<IDBDatabase | null> {
  try {
    return await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1)
      request.onupgradeneeded = () => request.result.createObjectStore(STORE)
      request.onsuccess = () => resolve(request.result)
      request.onerror = request.onblocked = () => reject(request.error)
    })
  } catch {
    return null
  }
}

async function transact<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  const database = await opened()
  if (database === null) return null
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode)
      const request = work(transaction.objectStore(STORE))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = transaction.onabort = () => reject(transaction.error)
    })
  } catch {
    return null
  } finally {
    database.close()
  }
}

export const takeKept = <T>(key: string): Promise<T | null | undefined> =>
  transact<T>('readonly', (store) => store.get(key) as IDBRequest<T>)

/** What is under any other key goes: a box has little room, and a pack is megabytes. */
export const keepOnly = (keys: ReadonlySet<string>): Promise<unknown> =>
  transact('readwrite', (store) => {
    const all = store.getAllKeys()
    all.onsuccess = () => {
      for (const key of all.result) if (!keys.has(String(key))) store.delete(key)
    }
    return all
  })

export const keep = (key: string, value: unknown): Promise<unknown> => transact('readwrite', (store) => store.put(value, key))
