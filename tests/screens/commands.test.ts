import { describe, expect, test } from 'vitest'
import { type CommandAnswer, CommandLine, FORGET_MS, PATIENCE } from '../../shared/client/commands.ts'
import type { Acknowledgement } from '../../shared/protocol/wire.ts'

type Sent = { readonly commandId: string; readonly type: string }
type Answering = (sent: Sent, times: number) => Acknowledgement | 'silence' | Promise<Acknowledgement>

/** One tab of a browser: what it keeps, its clock that moves only when it waits, and a server behind a line that may break. */
class Tab {
  readonly kept = new Map<string, string>()
  readonly sent: Sent[] = []
  isConnected = true
  nowMs = 1_000_000
  steadyMs = 50
  /** What happens while the line waits. */
  onWait: () => void = () => undefined
  answer: Answering = () => ({ ok: true, revision: 1 })
  #ids = 0

  /** As a page does it when it is loaded. */
  open(): CommandLine {
    return new CommandLine({
      key: 'panggil.command.kupang.3',
      storage: {
        getItem: (key) => this.kept.get(key) ?? null,
        setItem: (key, value) => void this.kept.set(key, value),
        removeItem: (key) => void this.kept.delete(key),
      },
      isConnected: () => this.isConnected,
      newId: () => `id-${++this.#ids}`,
      nowMs: () => this.nowMs,
      steadyMs: () => this.steadyMs,
      wait: async (ms) => {
        this.pass(ms)
        this.onWait()
      },
      send: async (message, timeoutMs) => {
        this.sent.push(message as Sent)
        const answer = await this.answer(message as Sent, this.sent.length)
        if (answer !== 'silence') return answer
        this.pass(timeoutMs)
        throw new Error('operation has timed out')
      },
    })
  }

  pass(ms: number): void {
    this.nowMs += ms
    this.steadyMs += ms
  }

  get ids(): readonly string[] {
    return [...new Set(this.sent.map(({ commandId }) => commandId))]
  }
}

const CALL = { type: 'callNext', current: null }
const busy: Acknowledgement = { ok: false, error: { code: 'store-away', message: 'The store is away', retry: true } }
const stale: Acknowledgement = { ok: false, error: { code: 'stale-view', message: 'Another ticket', retry: false } }
const codeOf = (answer: CommandAnswer | null): string | null => (answer === null || answer.ok ? null : answer.error.code)

describe('CALL2 one press, one id', () => {
  test('an acknowledgement that never came: the same command goes out again under its id, and nothing is kept afterwards', async () => {
    const tab = new Tab()
    tab.answer = (_sent, times) => (times < 3 ? 'silence' : { ok: true, revision: 7 })
    expect(await tab.open().issue(CALL)).toEqual({ ok: true, revision: 7 })
    expect(tab.sent).toHaveLength(3)
    expect(tab.ids).toEqual(['id-1'])
    expect(tab.sent.every(({ type }) => type === 'callNext')).toBe(true)
    expect(tab.kept.size).toBe(0)
  })

  test('a line that broke: nothing is sent while it is down, then the same id', async () => {
    const tab = new Tab()
    tab.answer = (_sent, times) => {
      if (times > 1) return { ok: true, revision: 2 }
      tab.isConnected = false
      return 'silence'
    }
    let waits = 0
    tab.onWait = () => {
      waits += 1
      if (waits === 10) tab.isConnected = true
    }
    expect((await tab.open().issue(CALL))?.ok).toBe(true)
    expect(tab.sent).toHaveLength(2)
    expect(tab.ids).toEqual(['id-1'])
    expect(waits).toBeGreaterThanOrEqual(10)
  })

  test('a reload in between: the new page sends what the old one pressed under the same id', async () => {
    const tab = new Tab()
    tab.answer = () => new Promise(() => undefined)
    void tab.open().issue(CALL)
    expect(tab.sent).toHaveLength(1)
    // The page is gone, and with it the promise; what the tab keeps is not.
    tab.pass(5_000)
    tab.answer = () => ({ ok: true, revision: 3 })
    expect(await tab.open().resume()).toEqual({ ok: true, revision: 3 })
    expect(tab.sent).toHaveLength(2)
    expect(tab.ids).toEqual(['id-1'])
    expect(tab.kept.size).toBe(0)
    expect(await tab.open().resume(), 'and once only').toBeNull()
    expect(tab.sent).toHaveLength(2)
  })

  test('the next press has an id of its own', async () => {
    const tab = new Tab()
    const line = tab.open()
    await line.issue(CALL)
    await line.issue(CALL)
    expect(tab.ids).toEqual(['id-1', 'id-2'])
  })
})

describe('CALL2 what is too old is not done', () => {
  test('nobody answers for a minute: the officer is told, and it is forgotten', async () => {
    const tab = new Tab()
    tab.answer = () => 'silence'
    const startedMs = tab.nowMs
    expect(codeOf(await tab.open().issue(CALL))).toBe('no-answer')
    expect(tab.nowMs - startedMs).toBeGreaterThan(FORGET_MS)
    expect(tab.nowMs - startedMs).toBeLessThan(FORGET_MS + 5_000)
    expect(tab.ids).toEqual(['id-1'])
    expect(tab.kept.size).toBe(0)
  })

  test('a page that is opened a minute later sends nothing', async () => {
    const tab = new Tab()
    tab.answer = () => new Promise(() => undefined)
    void tab.open().issue(CALL)
    tab.pass(FORGET_MS + 1)
    expect(await tab.open().resume()).toBeNull()
    expect(tab.sent).toHaveLength(1)
    expect(tab.kept.size).toBe(0)
  })

  test('a machine whose clock was set back finds nothing to send either', async () => {
    const tab = new Tab()
    tab.answer = () => new Promise(() => undefined)
    void tab.open().issue(CALL)
    tab.nowMs -= 3_600_000
    expect(await tab.open().resume()).toBeNull()
    expect(tab.sent).toHaveLength(1)
  })

  test('a clock that is set while the answer is on its way ends nothing', async () => {
    const tab = new Tab()
    tab.answer = (_sent, times) => {
      tab.nowMs += 3_600_000
      return times < 2 ? 'silence' : { ok: true, revision: 5 }
    }
    expect(await tab.open().issue(CALL)).toEqual({ ok: true, revision: 5 })
  })

  test('without a connection nothing is kept for later', async () => {
    const tab = new Tab()
    tab.isConnected = false
    expect(codeOf(await tab.open().issue(CALL))).toBe('offline')
    expect(tab.sent).toHaveLength(0)
    expect(tab.kept.size).toBe(0)
  })

  test('what another version of the page left behind is nothing', async () => {
    for (const left of ['', '{', 'null', '{"message":{}}', '{"message":{"commandId":"x"}}', '[]']) {
      const tab = new Tab()
      tab.kept.set('panggil.command.kupang.3', left)
      expect(await tab.open().resume()).toBeNull()
      expect(tab.sent).toHaveLength(0)
    }
  })
})

describe('refusals', () => {
  test('one that may pass is tried again under the same id, then told', async () => {
    const tab = new Tab()
    tab.answer = (_sent, times) => (times <= PATIENCE ? busy : { ok: true, revision: 9 })
    expect((await tab.open().issue(CALL))?.ok).toBe(true)
    expect(tab.sent).toHaveLength(PATIENCE + 1)
    expect(tab.ids).toHaveLength(1)

    const other = new Tab()
    other.answer = () => busy
    expect(codeOf(await other.open().issue(CALL))).toBe('store-away')
    expect(other.sent).toHaveLength(PATIENCE + 1)
    expect(other.kept.size).toBe(0)
  })

  test('one that stays is told at once', async () => {
    const tab = new Tab()
    tab.answer = () => stale
    expect(codeOf(await tab.open().issue(CALL))).toBe('stale-view')
    expect(tab.sent).toHaveLength(1)
    expect(tab.kept.size).toBe(0)
  })

  test('a second press while the first is on its way is no wish of its own', async () => {
    const tab = new Tab()
    let answered: (answer: Acknowledgement) => void = () => undefined
    tab.answer = () =>
      new Promise<Acknowledgement>((resolve) => {
        answered = resolve
      })
    const line = tab.open()
    const first = line.issue(CALL)
    expect(line.isBusy).toBe(true)
    expect(await line.issue(CALL)).toBeNull()
    expect(await line.resume()).toBeNull()
    answered({ ok: true, revision: 4 })
    expect((await first)?.ok).toBe(true)
    expect(line.isBusy).toBe(false)
    expect(tab.ids).toEqual(['id-1'])
  })
})

describe('a counter that was left', () => {
  test('its line stops, tells nobody, and leaves what a newer line keeps under the same key', async () => {
    const tab = new Tab()
    const answered: ((answer: Acknowledgement) => void)[] = []
    tab.answer = () => new Promise<Acknowledgement>((resolve) => answered.push(resolve))
    const left = tab.open()
    const told = left.issue(CALL)
    left.close()
    const newer = tab.open()
    const heard = newer.issue(CALL)
    answered[0]?.(busy)
    expect(await told).toBeNull()
    expect([...tab.kept.values()].join(), 'the newer command is still kept').toContain('id-2')
    answered[1]?.({ ok: true, revision: 6 })
    expect((await heard)?.ok).toBe(true)
    expect(tab.sent, 'what was refused after it was left is not tried again').toHaveLength(2)
    expect(tab.kept.size).toBe(0)
  })
})
