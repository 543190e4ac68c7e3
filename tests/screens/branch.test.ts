import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Branch, type Description } from '../../shared/client/branch.svelte.ts'

const described = (name: string): Partial<Description> => ({
  id: 'kupang',
  name: { id: name, en: name },
  timeZone: 'Asia/Jakarta',
  agencies: [],
})

/** A server whose answers come when the test says so. */
class Server {
  readonly asked: ((response: Response | Error) => void)[] = []

  fetch = (): Promise<Response> =>
    new Promise((resolve, reject) => {
      this.asked.push((response) => (response instanceof Error ? reject(response) : resolve(response)))
    })

  async answer(at: number, response: Response | Error): Promise<void> {
    this.asked[at]?.(response)
    await vi.advanceTimersByTimeAsync(0)
  }
}
const answer = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status })
const away = (): Response => answer({ code: 'store-away', retry: true }, 503)

let server: Server
beforeEach(() => {
  server = new Server()
  vi.useFakeTimers()
  vi.stubGlobal('fetch', server.fetch)
  vi.stubGlobal('document', { documentElement: { style: { removeProperty: () => '', setProperty: () => undefined } } })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a branch’s description', () => {
  test.each([
    ['a server that is away', away()],
    ['a line that broke', new TypeError('Failed to fetch')],
    ['a proxy that speaks no codes', new Response('<h1>Bad Gateway</h1>', { status: 502 })],
  ])('%s: read again until it is here, though nobody asks', async (_name, first) => {
    const branch = new Branch(() => 'kupang')
    void branch.read()
    await server.answer(0, first)
    expect(branch.problem?.retry).toBe(true)
    await vi.advanceTimersByTimeAsync(1_900)
    expect(server.asked, 'not at once: all screens of a hall ask').toHaveLength(1)
    await vi.advanceTimersByTimeAsync(3_200)
    expect(server.asked).toHaveLength(2)
    await server.answer(1, away())
    await vi.advanceTimersByTimeAsync(5_100)
    expect(server.asked).toHaveLength(3)
    await server.answer(2, answer(described('Aula')))
    expect(branch.description?.name.id).toBe('Aula')
    expect(branch.problem).toBeNull()
    expect(branch.timeZone).toBe('Asia/Jakarta')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(server.asked, 'and then no more').toHaveLength(3)
  })

  test('a configuration saved while it is being read: read once more', async () => {
    const branch = new Branch(() => 'kupang')
    branch.follow(1)
    branch.follow(2)
    branch.follow(3)
    expect(server.asked).toHaveLength(1)
    await server.answer(0, answer(described('Lama')))
    expect(server.asked).toHaveLength(2)
    await server.answer(1, answer(described('Baru')))
    expect(branch.description?.name.id).toBe('Baru')
    expect(server.asked).toHaveLength(2)
  })

  test('a configuration saved while a read fails is read later', async () => {
    const branch = new Branch(() => 'kupang')
    branch.follow(1)
    await server.answer(0, answer(described('Lama')))
    branch.follow(2)
    await server.answer(1, away())
    expect(branch.description?.name.id, 'what was read stays').toBe('Lama')
    await vi.advanceTimersByTimeAsync(5_100)
    await server.answer(2, answer(described('Baru')))
    expect(branch.description?.name.id).toBe('Baru')
  })

  test('whoever waits for it waits for the read that is under way', async () => {
    const branch = new Branch(() => 'kupang')
    void branch.read()
    let isRead = false
    void branch.read().then(() => {
      isRead = true
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(isRead).toBe(false)
    await server.answer(0, answer(described('Aula')))
    await server.answer(1, answer(described('Aula')))
    expect(isRead).toBe(true)
  })

  test('a branch that is not there is not asked for again and again', async () => {
    const branch = new Branch(() => 'kupang')
    void branch.read()
    await server.answer(0, answer({ code: 'unknown-branch', retry: false }, 404))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(server.asked).toHaveLength(1)
    expect(branch.problem?.code).toBe('unknown-branch')
  })
})
