import { connect } from './redisConnection.ts'

/** For a restore alone: what concerns everything of ours in a Redis that others may use as well. */
const ALL = 'panggil:*'
const SERVERS = 'panggil:server:'

/** Whether anything of ours is there, and whether a server lived there within the last seconds. */
export async function whatIsIn(location: string): Promise<{ readonly hasData: boolean; readonly hasServer: boolean }> {
  let hasData = false
  let hasServer = false
  await forOurKeys(location, async (keys) => {
    for (const key of keys) {
      if (key.startsWith(SERVERS)) hasServer = true
      else hasData = true
    }
  })
  return { hasData, hasServer }
}

/** Removes everything of ours. */
export const emptyRedis = (location: string): Promise<void> =>
  forOurKeys(location, async (keys, unlink) => {
    if (keys.length > 0) await unlink(keys)
  })

async function forOurKeys(
  location: string,
  visit: (keys: string[], unlink: (keys: string[]) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const redis = connect(location, { maxRetriesPerRequest: 0, connectionName: 'panggil-restore', lazyConnect: true })
  redis.on('error', () => {})
  try {
    await redis.connect()
    let cursor = '0'
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', ALL, 'COUNT', 1000)
      await visit(keys, async (some) => {
        for (const key of some) await redis.unlink(key)
      })
      cursor = next
    } while (cursor !== '0')
  } finally {
    redis.disconnect()
  }
}
