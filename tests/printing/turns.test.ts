import { expect, test } from 'vitest'
import { Turns } from '../../server/printing/turns.ts'

test('one after the other at one printer, at once at another; a job that threw does not hold up the next', async () => {
  const turns = new Turns()
  const order: string[] = []
  let finish: () => void = () => {}
  const first = turns.take(
    'a',
    () =>
      new Promise<void>((resolve) => {
        finish = resolve
      }).then(() => {
        order.push('first')
        throw new Error('broken')
      }),
    1_000,
  )
  const second = turns.take('a', async () => order.push('second'), 1_000)
  expect([turns.isFree('a'), turns.isFree('b')]).toEqual([false, true])
  await turns.take('b', async () => order.push('other'), 1_000)
  finish()
  await expect(first).rejects.toThrow('broken')
  await second
  expect(order).toEqual(['other', 'first', 'second'])
})

test('whoever waited too long is told, and what he wanted is never done', async () => {
  const turns = new Turns()
  const done: string[] = []
  let finish: () => void = () => {}
  const first = turns.take(
    'a',
    () =>
      new Promise<void>((resolve) => {
        finish = resolve
      }),
    1_000,
  )
  expect(await turns.take('a', async () => done.push('late'), 20)).toBeNull()
  finish()
  await first
  await turns.take('a', async () => done.push('next'), 1_000)
  expect(done).toEqual(['next'])
  await Promise.resolve()
  expect(turns.isFree('a')).toBe(true)
})
