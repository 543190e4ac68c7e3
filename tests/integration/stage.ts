import { expect } from 'vitest'
import type { BranchEvent, EventType } from '../../shared/domain/events.ts'
import type { CounterView } from '../../shared/protocol/wire.ts'
import { hallOf, type TestHall, until } from './hall.ts'
import { Loudspeaker } from './loudspeaker.ts'
import { Officer, snapshotOf } from './officer.ts'

/** Two zones: counters 1 to 4 are in a, counter 5 in b. */
export const twoZones = () => {
  const configuration = hallOf(5)
  const counters = configuration.counters.map((counter) => (counter.id === '5' ? { ...counter, zone: 'b' } : counter))
  return { ...configuration, zones: [...configuration.zones, { id: 'b', name: 'B' }], counters }
}

/** What the tests of one hall share: its screens and officers, and what its log tells. The last of its servers must live. */
export class Stage {
  readonly hall: TestHall
  readonly #tokens = new Map<string, string>()
  readonly #open: { close(): void }[] = []

  constructor(hall: TestHall) {
    this.hall = hall
  }

  async screen(zone?: string, server = 0, change: (screen: Loudspeaker) => void = () => {}): Promise<Loudspeaker> {
    const auth = { branch: 'hall', token: await this.hall.display(server), ...(zone === undefined ? {} : { zone }) }
    const screen = new Loudspeaker(this.hall.urls[server] as string, auth)
    change(screen)
    this.#open.push(screen)
    await until(() => screen.room.view !== null)
    return screen
  }

  async officer(counter: string, server = 0): Promise<Officer> {
    const token = this.#tokens.get(counter) ?? (await this.hall.officer(`petugas-${counter}`))
    this.#tokens.set(counter, token)
    const officer = new Officer(this.hall.urls[server] as string, 'hall', counter, token)
    this.#open.push(officer)
    const { view } = await snapshotOf<CounterView>(officer.socket)
    officer.current = view.ticket?.id ?? null
    expect(await officer.command({ type: 'openCounter' })).toMatchObject({ ok: true })
    return officer
  }

  /** A visitor comes and is called: the announcement's id. */
  async call(officer: Officer): Promise<string> {
    const key = officer.nextId()
    await until(async () => (await this.hall.issue(key, ['B.KK'], this.hall.urls.length - 1)).status === 201)
    const { announcementId } = await officer.callNext()
    if (announcementId === undefined) throw new Error('nobody was called')
    return announcementId
  }

  async supervise(command: { type: string; [field: string]: unknown }): Promise<{ ok: boolean; code?: string }> {
    const body = { commandId: `c-${performance.now()}`, ...command }
    const answer = await this.hall.api<{ code?: string }>('POST', '/branches/hall/commands', body, { token: this.hall.admin })
    return { ok: answer.status === 200, ...(answer.body.code ? { code: answer.body.code } : {}) }
  }

  async events<T extends EventType>(...types: T[]): Promise<(Extract<BranchEvent, { type: T }> & { revision: number })[]> {
    const all = await this.hall.events(this.hall.urls.length - 1)
    return all.flatMap(({ revision, event }) => (types.includes(event.type as T) ? [{ ...event, revision } as never] : []))
  }

  /** How this announcement ended; undefined while it hasn't. */
  async end(announcementId: string): Promise<string | null | undefined> {
    const ended = (await this.events('announcementEnded')).filter((event) => event.announcementId === announcementId)
    expect(ended.length, `${announcementId} ended once`).toBeLessThan(2)
    return ended[0]?.why
  }

  async ends(announcementId: string, why: string | null, patienceMs?: number): Promise<void> {
    await until(async () => (await this.end(announcementId)) !== undefined, patienceMs)
    expect(await this.end(announcementId)).toBe(why)
  }

  async speaker(zone = 'a'): Promise<string | null> {
    const turns = (await this.events('speakerChosen', 'speakerLost')).filter((event) => event.zone === zone)
    const last = turns.at(-1)
    return last?.type === 'speakerChosen' ? last.connection : null
  }

  async speaks(screen: Loudspeaker, zone = 'a', patienceMs?: number): Promise<void> {
    await until(async () => (await this.speaker(zone))?.endsWith(`:${screen.socket.id}`) ?? false, patienceMs)
  }

  leave(): void {
    for (const each of this.#open.splice(0)) each.close()
  }
}

/** ANN1, ANN3: whatever sounded on these screens, nothing overlapped and nothing was said twice. */
export function expectNoOverlap(screens: readonly Loudspeaker[]): void {
  const said = screens.flatMap((screen) => screen.said).sort((a, b) => a.atMs - b.atMs)
  const ids = said.map(({ announcementId }) => announcementId)
  expect(new Set(ids).size).toBe(ids.length)
  said.forEach((each, at) => {
    const before = said[at - 1]
    if (before?.endedMs != null) expect(each.atMs).toBeGreaterThanOrEqual(before.endedMs)
  })
}
