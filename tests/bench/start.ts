import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { clockMs, pause } from './address.ts'
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
  for (const { side } of interleaved(rounds)) times[side].push([(side === 'ours' ? await builtFirstCall(stage) : await nodeAlone()) / 1000])
  await stage.ours.up()
  return [figure('start', 's', times, { beside: 2 }, `npm start to the first acknowledged callNext; floor: node -e 0; ${rounds} rounds`)]
}

/** Somebody may be at work on the sources: a start that had to build is not the one that is meant. */
async function builtFirstCall(stage: Stage): Promise<number> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const { milliseconds, hadToBuild } = await firstCall(stage)
    if (!hadToBuild) return milliseconds
  }
  throw new Error('npm start had to build each time: the sources change while the bench runs')
}

async function firstCall(stage: Stage): Promise<{ milliseconds: number; hadToBuild: boolean }> {
  const logFile = join(stage.place.dir, 'start.log')
  const log = openSync(logFile, 'w')
  const spawnedMs = clockMs()
  // A group of its own, because npm is not the server: whoever ends the group ends both.
  const npm = spawn('npm', ['start'], { cwd: ROOT, env: productEnv(stage.place), stdio: ['ignore', log, log], detached: true })
  closeSync(log)
  const lastResort = () => void signalGroup(npm, 'SIGKILL')
  process.once('exit', lastResort)
  try {
    const address = { side: 'ours', port: stage.place.port, namespace: '/counter' }
    const press = await stage.officers.ask<Press>('firstCall', { address, seat: stage.hallSeats[0], timeoutMs: 60_000 })
    return { milliseconds: press.answerMs - spawnedMs, hadToBuild: readFileSync(logFile, 'utf8').includes('Building') }
  } catch (error) {
    throw new Error(
      `no call after npm start: ${(error as Error).message}\n${readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n')}`,
    )
  } finally {
    process.removeListener('exit', lastResort)
    await endGroup(npm)
  }
}

/** npm goes before its server does: waits until all of them are gone, and the port is free. */
async function endGroup(npm: ChildProcess): Promise<void> {
  signalGroup(npm, 'SIGTERM')
  const killAtMs = clockMs() + 8000
  while (signalGroup(npm, clockMs() < killAtMs ? 0 : 'SIGKILL')) await pause(20)
}

/** False where nobody is left. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
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
