import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BranchStore } from '../../server/store/store.ts'
import { StoreAway } from '../../server/store/store.ts'
import { Branch, plain } from './branch.ts'
import { storeContract } from './contract.ts'
import { type TestEmbedded, until, withEmbedded } from './testStores.ts'

describe('embedded store', () => {
  let embedded: TestEmbedded
  let store: BranchStore
  beforeAll(async () => {
    embedded = withEmbedded()
    store = await embedded.open()
  })
  afterAll(() => embedded.stop())
  storeContract({ store: () => store, other: () => null })
})

describe('embedded store, opened again', () => {
  it('has everything, and a new epoch: nobody knows what happened in between', async () => {
    const embedded = withEmbedded()
    try {
      let store = await embedded.open()
      const branch = await Branch.made(store)
      await branch.commit([branch.issue(), branch.issue('BANK.CS')], ['a', 'b'])
      await store.records.put('user', 'ani', { name: 'Ani' })
      const stale = branch.batch([branch.issue()])
      await store.close()
      expect(store.isAvailable).toBe(false)
      await expect(store.commit(stale)).rejects.toThrow(StoreAway)

      store = await embedded.open()
      const again = await Branch.of(store, branch.id)
      expect(plain(again.state)).toEqual(plain(branch.state))
      expect(again.epoch).not.toBe(branch.epoch)
      expect(await store.commit(stale)).toEqual({ status: 'conflict', epoch: again.epoch, revision: 3 })
      expect((await again.commit([again.issue()], ['b'])).status).toBe('answered')
      expect((await store.records.get('user', 'ani'))?.value).toEqual({ name: 'Ani' })
    } finally {
      await embedded.stop()
    }
  })

  it('is refused to a second one while it is open', async () => {
    const embedded = withEmbedded()
    try {
      const store = await embedded.open()
      await expect(embedded.open()).rejects.toMatchObject({ code: 'data-dir-in-use' })
      await store.close()
      await (await embedded.open()).close()
    } finally {
      await embedded.stop()
    }
  })

  it('LOSS1 after SIGKILL under load every acknowledged batch is there, and none by half', async () => {
    const embedded = withEmbedded()
    try {
      let known = { answers: 0, revision: 0 }
      for (let round = 0; round < 3; round++) {
        const writer: ChildProcess = fork(fileURLToPath(new URL('./embeddedWriter.ts', import.meta.url)), [embedded.dir, String(round)], {
          execArgv: ['--import', 'tsx'],
          stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        })
        // What it was told as committed before it was killed.
        const acknowledged: { commandIds: string[]; revision: number }[] = []
        writer.on('message', (message) => acknowledged.push(message as never))
        const gone = new Promise<void>((resolve) => writer.once('exit', () => resolve()))
        await until('the writer is well under way', () => acknowledged.length > 200)
        writer.kill('SIGKILL')
        await gone

        const store = await embedded.open()
        const branch = await Branch.of(store, 'killed')
        const events = await store.readEvents('killed', 0, 1_000_000)
        expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: branch.state.revision }, (_, at) => at + 1))
        expect(branch.state.revision).toBeGreaterThanOrEqual(acknowledged.at(-1)?.revision ?? 0)
        // Batches are of seven tickets: a half one would leave a rest.
        expect((branch.state.revision - 1) % 7).toBe(0)
        expect(branch.state.tickets.size).toBe(branch.state.revision - 1)
        expect(branch.state.series).toEqual({ B: branch.state.revision - 1 })
        for (const { commandIds } of acknowledged) {
          const result = await store.commit({
            ...branch.batch(
              commandIds.map(() => branch.issue()),
              commandIds,
            ),
            epoch: 'none',
          })
          expect(result.status).toBe('answered')
          if (result.status === 'answered') expect(result.answers.size).toBe(7)
        }
        expect(branch.state.revision).toBeGreaterThan(known.revision)
        known = { answers: acknowledged.length, revision: branch.state.revision }
        await store.close()
        expect(() => readFileSync(join(embedded.dir, 'lock'))).toThrow()
      }
    } finally {
      await embedded.stop()
    }
  })
})
