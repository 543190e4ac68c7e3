import { existsSync } from 'node:fs'
import { defineConfig } from 'playwright/test'

const CHROMIUM = '/usr/bin/chromium'

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  globalSetup: './build.ts',
  outputDir: '../../test-results/e2e',
  // Every spec has a server of its own and browsers that look at the same hall: one after the other.
  workers: 1,
  fullyParallel: false,
  timeout: 60_000,
  // Sound and networks that are cut run in real time: a machine that stalls for a moment must not hold up a change. A second try is told as flaky.
  retries: process.env['CI'] === undefined ? 0 : 1,
  expect: { timeout: 8_000 },
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['json', { outputFile: '../../test-results/e2e.json' }]],
  use: {
    trace: 'retain-on-failure',
    locale: 'id-ID',
    launchOptions: {
      ...(existsSync(CHROMIUM) ? { executablePath: CHROMIUM } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
