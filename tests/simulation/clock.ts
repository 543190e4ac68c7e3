import type { BranchStore } from '../../server/store/store.ts'

/** The same store with another clock: servers over it live in the simulator's time. */
export function withClock(store: BranchStore, nowMs: () => number): BranchStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'nowMs') return nowMs
      // Virtual time leaps by hours: no alarm, that is what it is for.
      if (name === 'clockStepMs') return null
      const value: unknown = Reflect.get(target, name, target)
      // Bound to the real store, because private fields are not seen through a proxy.
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
