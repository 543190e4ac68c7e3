import { describe, expect, test } from 'vitest'
import { Room, SILENCE_MS } from '../../shared/client/room.ts'
import type { Position } from '../../shared/protocol/wire.ts'

const add = (view: string, event: string): string | undefined => (event === 'news of a newer server' ? undefined : view + event)

/** A room at revision 1, true at 0 ms. */
function room() {
  const asked: Position[] = []
  const made = new Room<string, string>({ fold: add, send: (own) => asked.push(own), nowMs: 0 })
  made.onConnect(0)
  made.onSnapshot({ epoch: 'e', revision: 1, view: 'a' }, 0)
  return { room: made, asked }
}

describe('SYNC3 how old a view is', () => {
  test('a second of silence is nothing, three are told, with the moment until which the view was true', () => {
    const { room: own } = room()
    own.onTick({ epoch: 'e', revision: 1, atMs: 0 }, 1_000)
    own.checkContact(1_000 + SILENCE_MS - 1)
    expect(own.contact).toBe('live')
    own.checkContact(1_000 + SILENCE_MS)
    expect(own.contact).toBe('lost')
    expect(own.lostSinceMs).toBe(1_000)
    own.checkContact(60_000)
    expect(own.lostSinceMs, 'its age grows').toBe(1_000)
  })

  test('a new line alone makes nothing true; a tick that knows no more does', () => {
    const { room: own } = room()
    own.checkContact(10_000)
    own.onDisconnect(10_100)
    own.onConnect(11_000)
    expect(own.contact).toBe('lost')
    own.onTick({ epoch: 'e', revision: 1, atMs: 0 }, 11_200)
    expect(own.contact).toBe('live')
    expect(own.lostSinceMs).toBeNull()
  })

  test('a tick that names what is not here is no proof, and asks for it, again each second', () => {
    const { room: own, asked } = room()
    own.onTick({ epoch: 'e', revision: 3, atMs: 0 }, 1_000)
    own.onTick({ epoch: 'e', revision: 3, atMs: 0 }, 2_000)
    expect(asked).toEqual([
      { epoch: 'e', revision: 1 },
      { epoch: 'e', revision: 1 },
    ])
    own.checkContact(SILENCE_MS)
    expect(own.contact).toBe('lost')
    own.onEvent({ epoch: 'e', after: 1, revision: 3, event: 'b' }, SILENCE_MS + 1)
    expect(own.view).toBe('ab')
    expect(own.contact, 'an event may be one of several that are missing').toBe('lost')
    own.onTick({ epoch: 'e', revision: 3, atMs: 0 }, SILENCE_MS + 900)
    expect(own.contact).toBe('live')
  })
})

test('an event of a kind that this screen does not know: everything is asked for', () => {
  const { room: own, asked } = room()
  own.onEvent({ epoch: 'e', after: 1, revision: 2, event: 'news of a newer server' }, 100)
  expect(own.view).toBe('a')
  expect(asked).toEqual([{ epoch: '', revision: 0 }])
  expect(own.since, 'nor does a new line begin there').toBeUndefined()
})

test('a server that lags behind takes nothing back, unless its store is another', () => {
  const { room: own } = room()
  own.onEvent({ epoch: 'e', after: 1, revision: 2, event: 'b' }, 100)
  own.onSnapshot({ epoch: 'e', revision: 1, view: 'a' }, 200)
  expect(own.view).toBe('ab')
  own.onSnapshot({ epoch: 'f', revision: 1, view: 'z' }, 300)
  expect(own.view).toBe('z')
})

test('what is forgotten is asked for anew: another zone’s revisions are others', () => {
  const { room: own } = room()
  expect(own.since).toEqual({ epoch: 'e', revision: 1 })
  own.forget()
  expect(own.since).toBeUndefined()
  own.onSnapshot({ epoch: 'e', revision: 1, view: 'z' }, 100)
  expect(own.view).toBe('z')
})
