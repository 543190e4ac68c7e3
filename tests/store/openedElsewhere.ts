import { openStore } from '../../server/store/openStore.ts'
import { Branch } from './branch.ts'

/** A process to be killed: opens the store of the folder given as a server does; `write` makes a branch with tickets, `hold` only keeps it open. */
const [, , dataDir, what] = process.argv
const opened = await openStore({ dataDir: dataDir as string, ...(what === 'hold' ? { store: 'embedded' as const } : {}) })
if (what === 'write') {
  const { startOwnRedis, findRedis } = await import('../../server/store/ownRedis.ts')
  const redis = await startOwnRedis((await findRedis()) as never, `${dataDir}/redis`)
  const branch = await Branch.made(opened.store, 'elsewhere')
  await branch.commit([branch.issue(), branch.issue()])
  process.send?.({ redisPid: redis.pid, revision: branch.state.revision, epoch: branch.epoch })
} else process.send?.({})
setInterval(() => {}, 1000)
