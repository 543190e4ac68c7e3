import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { clockMs } from './address.ts'
import { type Figure, figure } from './figures.ts'
import type { Press } from './officers.ts'
import { productEnv, ROOT } from './product.ts'
import { interleaved, type Stage } from './stage.ts'

/** From `npm start` (built, its store there) to the first acknowledged call, beside node's own start. */
export async function start(stage: Stage, rounds: number): Promise<Figure[]> {
  const times = { ours: [] as number[][], floor: [] as number[][] }
  await stage.ours.down()
  // Once unmeasured: at the first start files come from the disk.
  await firstCall(stage)
  for (const { side } of interleaved(rounds)) times[side].push([(side === 'ours' ? await firstCall(stage) : await nodeAlone()) / 1000])
  await stage.ours.up()
  return [figure('start', 's', times, { beside: 2 }, `npm start to the first acknowledged callNext; floor: node -e 0; ${rounds} rounds`)]
}

async function firstCall(stage: Stage): Promise<number> {
  const logFile = join(stage.place.dir, 'start.log')
  const log = openSync(logFile, 'w')
  const spawnedMs = clockMs()
  // A group of its own, because npm is not the server: whoever ends the group ends both.
  const npm = spawn('npm', ['start'], { cwd: ROOT, env: productEnv(stage.place), stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  const lastResort = () => endGroup(npm, 'SIGKILL')
  process.once('exit', lastResort)
  try {
    const address = { side: 'ours', port: stage.place.port, namespace: '/counter' }
    const press = await stage.officers.ask<Press>('firstCall', { address, seat: stage.hallSeats[0], timeoutMs: 60_000 })
    return press.answerMs - spawnedMs
  } catch (error) {
    throw new Error(
      `no call after npm start: ${(error as Error).message}\n${readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n')}`,
    )
  } finally {
    const ended = new Promise((resolve) => (npm.exitCode !== null || npm.signalCode !== null ? resolve(null) : npm.once('exit', resolve)))
    endGroup(npm, 'SIGTERM')
    const patience = setTimeout(lastResort, 8000)
    await ended
    clearTimeout(patience)
    process.removeListener('exit', lastResort)
  }
}

function endGroup(npm: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (npm.pid !== undefined) process.kill(-npm.pid, signal)
  } catch {
    // Gone already.
  }
}

function nodeAlone(): Promise<number> {
  const spawnedMs = clockMs()
  return new Promise((resolve, reject) => {
    const node = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' })
    node.once('error', reject)
    node.once('exit', () => resolve(clockMs() - spawnedMs))
  })
}
