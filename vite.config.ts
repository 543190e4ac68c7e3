import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** One entry per page; the server maps addresses to them. Built to `dist/client/<path>`. */
const pages = [
  'display/index.html',
  'display/kiosk.html',
  'display/ticket.html',
  'display/public.html',
  'display/embed.html',
  'counter-client/index.html',
  'counter-client/desk.html',
  'counter-client/supervisor.html',
  'counter-client/reports.html',
  'counter-client/story.html',
  'counter-client/agency.html',
  'counter-client/admin.html',
  'counter-client/apidocs.html',
]

/** Tests of pure functions: no server, no store, no clock. */
const PURE = ['domain', 'protocol', 'speech', 'screens', 'sound'].map((folder) => `tests/${folder}/**/*.test.ts`)

export default defineConfig({
  root: at('.'),
  publicDir: false,
  plugins: [svelte()],
  build: {
    outDir: 'dist/client',
    emptyOutDir: true,
    // The screens of a hall run for years on what they were bought with.
    target: 'chrome90',
    cssTarget: 'chrome90',
    cssMinify: true,
    sourcemap: false,
    // The polyfill would be an inline script, which the content security policy forbids.
    modulePreload: { polyfill: false },
    rolldownOptions: { input: Object.fromEntries(pages.map((page) => [page.replace('.html', ''), at(page)])) },
  },
  test: {
    // Property tests take their time on a machine that is busy with others.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'pure', include: PURE } },
      // Tests that run in real time get a second try where the machine is not ours; what is random and pure never does.
      {
        extends: true,
        test: { name: 'real', include: ['tests/**/*.test.ts'], exclude: ['tests/e2e/**', ...PURE], retry: process.env.CI ? 1 : 0 },
      },
    ],
  },
})
