import { openEmbeddedStore } from '../../server/store/embeddedStore.ts'
import { Keeping } from './keptHall.ts'

/** A process to be killed: archives what lies in the store of the folder given, and tells its parent of each day. */
const store = await openEmbeddedStore(process.argv[2] as string)
const keeping = await Keeping.open(store)
let told = 0
setInterval(() => {
  for (; told < keeping.sealed.length; told++) process.send?.(keeping.sealed[told] as string)
  if (keeping.history.today('mpp-kupang') !== null) process.send?.('done')
}, 1)
