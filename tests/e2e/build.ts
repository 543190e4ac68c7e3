import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** The pages as they are served: a stale build would prove nothing. */
export default async function buildPages(): Promise<void> {
  await build({ configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)), logLevel: 'warn' })
}
