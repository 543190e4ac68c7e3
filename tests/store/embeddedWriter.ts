import { openEmbeddedStore } from '../../server/store/embeddedStore.ts'
import { Branch, id } from './branch.ts'

/** A process to be killed: writes batches of seven tickets to the store in the folder given, and tells its parent of each that was acknowledged. */
const [, , dir, round] = process.argv
const store = await openEmbeddedStore(dir as string)
const branch = round === '0' ? await Branch.made(store, 'killed') : await Branch.of(store, 'killed')
for (;;) {
  const commands = Array.from({ length: 7 }, () => branch.issue())
  const commandIds = commands.map(id)
  const result = await branch.commit(commands, commandIds)
  if (result.status !== 'committed') throw new Error(result.status)
  process.send?.({ commandIds, revision: branch.state.revision })
}
