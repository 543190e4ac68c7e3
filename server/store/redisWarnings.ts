import type { Redis } from 'ioredis'

/** What makes this Redis weaker than LOSS1 needs, a sentence each. What it doesn't let us see is said too. */
export async function redisWarnings(redis: Redis): Promise<string[]> {
  const warnings: string[] = []
  const unseen: string[] = []
  const setting = async (name: string): Promise<string | null> => {
    try {
      return ((await redis.config('GET', name)) as string[])[1] ?? null
    } catch (error) {
      // A managed Redis often forbids CONFIG; a lost connection is not for us to explain.
      if ((error as Error).name !== 'ReplyError') throw error
      unseen.push(name)
      return null
    }
  }
  const [appendonly, appendfsync, rewriting, policy] = await Promise.all(
    ['appendonly', 'appendfsync', 'no-appendfsync-on-rewrite', 'maxmemory-policy'].map(setting),
  )
  const info = await redis.info().catch((error: Error) => {
    if (error.name !== 'ReplyError') throw error
    return ''
  })
  const fact = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1]
  if (appendonly === 'no' || (appendonly === null && fact('aof_enabled') === '0'))
    warnings.push('Redis keeps no append-only file: what was acknowledged is lost with its process. Set "appendonly yes".')
  else if (appendfsync != null && appendfsync !== 'always')
    warnings.push(`Redis syncs to disk "${appendfsync}": a power cut loses what was acknowledged last. Set "appendfsync always".`)
  if (rewriting === 'yes')
    warnings.push(
      'Redis does not sync to disk while it rewrites its file: a power cut then loses what was acknowledged. Set "no-appendfsync-on-rewrite no".',
    )
  const evicts = policy ?? fact('maxmemory_policy')
  if (evicts != null && evicts !== 'noeviction')
    warnings.push(
      `Redis may throw keys away when its memory is full ("${evicts}"): tickets would vanish. Set "maxmemory-policy noeviction".`,
    )
  if (fact('role') === 'slave') warnings.push('This Redis is a replica: it takes no writes. Give the address of the primary.')
  if (fact('aof_last_write_status') === 'err') warnings.push('Redis could not write its append-only file last time. Look at its disk.')
  if (unseen.length > 0)
    warnings.push(
      `Redis does not let us see its settings ${unseen.join(', ')}: whether it keeps what was acknowledged could not be verified.`,
    )
  return warnings
}
