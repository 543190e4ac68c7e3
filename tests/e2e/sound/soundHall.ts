import { type APIRequestContext, expect, request } from 'playwright/test'
import type { BranchConfiguration } from '../../../shared/domain/configuration.ts'
import type { BranchEvent } from '../../../shared/domain/events.ts'
import { PASSWORD, TestHall } from '../hall.ts'
import type { PairedScreen } from './displays.ts'
import type { HeardAnnouncement } from './listen.ts'

export type LoggedEvent = BranchEvent & { readonly atMs: number }
type Event<T extends BranchEvent['type']> = Extract<BranchEvent, { type: T }> & { readonly atMs: number }

/** One zone with five counters, all open and in the hand of the test. */
export const COUNTERS = ['3', '4', '5', '6', '7'] as const
export type CounterId = (typeof COUNTERS)[number]

export class SoundHall {
  readonly hall = new TestHall()
  readonly #officers = new Map<CounterId, APIRequestContext>()
  readonly #current = new Map<CounterId, string | null>()
  #admin: APIRequestContext | null = null
  #commands = 0

  get url(): string {
    return this.hall.url
  }

  get #api(): string {
    return `${this.hall.url}/api/v1/branches/${this.hall.branch}`
  }

  get admin(): APIRequestContext {
    if (!this.#admin) throw new Error('the hall is not open')
    return this.#admin
  }

  async open(): Promise<void> {
    await this.hall.start()
    this.#admin = await this.hall.as('admin')
    await this.#configure(({ counters, ...rest }) => ({
      ...rest,
      counters: [
        ...counters,
        ...COUNTERS.slice(2).map((id) => ({ id, label: `Loket ${id}`, zone: 'A', services: ['DUKCAPIL.KK', 'DUKCAPIL.REKAM'] })),
      ],
    }))
    for (const counter of COUNTERS) {
      const username = `loket${counter}`
      const made = await this.admin.post(`${this.url}/api/v1/users`, {
        data: { username, name: `Petugas ${counter}`, role: 'officer', password: PASSWORD, branch: this.hall.branch },
      })
      expect(made.status(), await made.text()).toBe(201)
      const officer = await request.newContext({ extraHTTPHeaders: { Origin: this.url } })
      const session = await officer.post(`${this.url}/api/v1/sessions`, { data: { username, password: PASSWORD } })
      expect(session.status()).toBe(201)
      this.#officers.set(counter, officer)
      await this.command(counter, { type: 'openCounter' })
    }
  }

  /** One language is half as long to wait for. */
  speakIndonesian(): Promise<void> {
    return this.#configure((configuration) => ({ ...configuration, languages: ['id'] }))
  }

  async #configure(change: (configuration: BranchConfiguration) => BranchConfiguration): Promise<void> {
    const configuration = (await (await this.admin.get(`${this.#api}/configuration`)).json()) as BranchConfiguration
    const put = await this.admin.put(`${this.#api}/configuration`, { data: change(configuration) })
    expect(put.status(), await put.text()).toBe(200)
  }

  async end(): Promise<void> {
    for (const officer of this.#officers.values()) await officer.dispose()
    await this.#admin?.dispose()
    await this.hall.end()
  }

  async pair(name: string): Promise<PairedScreen> {
    const made = await this.admin.post(`${this.#api}/devices`, { data: { kind: 'display', name, zones: ['A'] } })
    expect(made.status(), await made.text()).toBe(201)
    const { deviceId, token } = (await made.json()) as { deviceId: string; token: string }
    return { deviceId, token, branch: this.hall.branch, name }
  }

  /** As an admin sets it, in percent. */
  async setVolume(deviceId: string, volume: number): Promise<void> {
    const answer = await this.admin.patch(`${this.#api}/devices/${deviceId}`, { data: { volume } })
    expect(answer.status(), await answer.text()).toBe(200)
  }

  async command<T extends object>(counter: CounterId, command: { readonly type: string }): Promise<T> {
    this.#commands += 1
    const answer = await (this.#officers.get(counter) as APIRequestContext).post(`${this.#api}/counters/${counter}/commands`, {
      data: { commandId: `sound-${counter}-${this.#commands}-${Date.now()}`, ...command },
    })
    expect(answer.status(), await answer.text()).toBe(200)
    return (await answer.json()) as T
  }

  /** A new visitor, called at once. */
  async call(counter: CounterId, language: 'id' | 'en' = 'id'): Promise<string> {
    await this.hall.issue(this.admin, { services: ['DUKCAPIL.KK'], language })
    return this.callNext(counter)
  }

  async callNext(counter: CounterId): Promise<string> {
    const { ticket, announcementId } = await this.command<{ ticket: { id: string } | null; announcementId: string }>(counter, {
      type: 'callNext',
      current: this.#current.get(counter) ?? null,
    } as { type: string })
    this.#current.set(counter, ticket?.id ?? null)
    expect(announcementId).toBeDefined()
    return announcementId
  }

  async recall(counter: CounterId): Promise<string> {
    const { announcementId } = await this.command<{ announcementId: string }>(counter, {
      type: 'recall',
      current: this.#current.get(counter) ?? null,
    } as { type: string })
    return announcementId
  }

  async events(): Promise<readonly LoggedEvent[]> {
    const answer = await this.admin.get(`${this.#api}/events?after=0`)
    return (await answer.text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { atMs: number; event: BranchEvent })
      .map(({ atMs, event }) => ({ ...event, atMs }))
  }

  async eventsOf<T extends BranchEvent['type']>(type: T, announcementId?: string): Promise<readonly Event<T>[]> {
    return (await this.events()).filter(
      (event): event is Event<T> =>
        event.type === type && (announcementId === undefined || ('announcementId' in event && event.announcementId === announcementId)),
    )
  }

  /** How it ended: null where it was heard. */
  async ending(announcementId: string, timeout = 25_000): Promise<string | null> {
    await expect.poll(async () => (await this.eventsOf('announcementEnded', announcementId)).length, { timeout }).toBe(1)
    return (await this.eventsOf('announcementEnded', announcementId))[0]?.why ?? null
  }

  async started(announcementId: string, timeout = 10_000): Promise<void> {
    await expect.poll(async () => (await this.eventsOf('announcementStarted', announcementId)).length, { timeout }).toBe(1)
  }

  /** The screen that speaks for the zone; null where none does. */
  async speaker(): Promise<string | null> {
    let device: string | null = null
    for (const event of await this.events())
      if (event.type === 'speakerChosen' && event.zone === 'A') device = event.device
      else if (event.type === 'speakerLost' && event.zone === 'A') device = null
    return device
  }

  async spokenBy(device: Pick<PairedScreen, 'deviceId'>, timeout = 15_000): Promise<void> {
    await expect.poll(() => this.speaker(), { timeout }).toBe(device.deviceId)
  }

  /**
   * The words that this announcement should have, from the call as every screen shows it and from the form that was decided: only the order
   * of the words is known here, no clips.
   */
  async wordsOf(announcementId: string): Promise<string> {
    const call = (await this.events()).find(
      (event) => (event.type === 'ticketCalled' || event.type === 'ticketRecalled') && event.announcementId === announcementId,
    ) as Event<'ticketCalled' | 'ticketRecalled'> | undefined
    const [start] = await this.eventsOf('announcementStarted', announcementId)
    if (!call || !start) throw new Error(`${announcementId} was never started`)
    const again = { id: 'Panggilan ulang', en: 'Repeat call' }
    return start.languages
      .map((language) => {
        const sentence = call.caption[language]
        const said =
          start.form === 'full'
            ? sentence
            : sentence.replace(/^(Nomor antrean|Queue number) /, '').replace(/, (silakan menuju|please proceed to) /, ', ')
        return plain(call.type === 'ticketRecalled' ? `${again[language]}, ${said}` : said)
      })
      .join(' ')
  }
}

/** Small letters, and no signs that have no sound. */
export const plain = (words: string): string =>
  words
    .toLowerCase()
    .replace(/[^\p{L}\p{N} ]/gu, ' ')
    .replace(/ +/g, ' ')
    .trim()

/** These words, clip by clip, whole and undisturbed. */
export function expectWords(heard: HeardAnnouncement | undefined, words: string): void {
  const heardClips = heard?.clips.map(
    ({ key, text, fromFrame, toFrame, ncc, residualDb }) =>
      `${key ?? '???'} ${text} ${fromFrame}-${toFrame} ncc ${ncc.toFixed(3)} residual ${residualDb.toFixed(1)} dB`,
  )
  const told = `\n${heardClips?.join('\n') ?? 'silence'}\n`
  expect(heard ? plain(heard.words) : 'silence', told).toBe(words)
  expect(heard?.worstNcc, `every clip is the clip:${told}`).toBeGreaterThan(0.9)
  expect(heard?.worstResidualDb, `nothing else sounds:${told}`).toBeLessThan(-10)
}

/** One after the other. */
export function expectDisjoint(heard: readonly HeardAnnouncement[]): void {
  const byTime = [...heard].sort((a, b) => a.fromMs - b.fromMs)
  for (const [at, { fromMs }] of byTime.entries())
    if (at > 0) expect(fromMs, 'begins after the one before has ended').toBeGreaterThan((byTime[at - 1] as HeardAnnouncement).toMs)
}
