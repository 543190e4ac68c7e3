import { expect, test } from 'vitest'
import { boardView } from '../../server/branch/views.ts'
import { counterState } from '../../shared/domain/state.ts'
import { BREAKS, breakOf, breakText } from '../../shared/protocol/breaks.ts'
import { newBranch } from './randomHall.ts'

/** A branch whose first counter is on a break. */
function onBreak(reason: string) {
  const state = newBranch()
  const counter = state.configuration.counters[0]?.id ?? ''
  const paused = { ...counterState(state, counter), state: 'paused' as const, officer: 'petugas', reason }
  return { state: { ...state, counters: { ...state.counters, [counter]: paused } }, counter }
}
const onBoard = (reason: string): string | null => {
  const { state, counter } = onBreak(reason)
  return boardView(state, null).counters.find(({ id }) => id === counter)?.reason ?? null
}

test('PRIV1 the public learns of a break’s reason only where it is a prepared one', () => {
  for (const { id } of BREAKS) expect(onBoard(id)).toBe(id)
  for (const own of ['Anak saya sakit', 'Istirahat makan bersama istri', 'constructor', '']) expect(onBoard(own)).toBeNull()
})

test('what an older page or an officer wrote in the words of a prepared reason is that reason', () => {
  expect(onBoard('Istirahat makan')).toBe('meal')
  expect(onBoard('Meal break')).toBe('meal')
  expect(breakOf('  gangguan SISTEM ')?.id).toBe('system')
})

test('each screen says it in its own language; an officer’s own words stay as they are', () => {
  expect(breakText('meal', 'id')).toBe('Istirahat makan')
  expect(breakText('Istirahat makan', 'en')).toBe('Meal break')
  expect(breakText('Anak saya sakit', 'en')).toBe('Anak saya sakit')
  expect(breakText(null, 'id')).toBeNull()
})
