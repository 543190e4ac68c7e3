import { buildIfChanged, help, installPackages } from './prepare.mjs'

help(`
npm start

Installs what is missing, builds where the sources changed, and runs Panggil: every screen on one port.
Settings are environment variables: PORT, HOST, PUBLIC_URL, DATA_DIR, REDIS_URL, STORE, BRANCH_FILE, ADMIN_PASSWORD, LOG_LEVEL (see README.md).
`)

try {
  await installPackages()
  await buildIfChanged()
} catch (error) {
  console.error(`Panggil can't start: ${error.message}`)
  process.exit(1)
}
// In this very process: a signal that stops npm start reaches the server itself.
await import('../dist/server/main.js')
