import { untrack } from 'svelte'
import { type Answer, api } from '../../shared/client/api.ts'
import { Branch, branchOfPage } from '../../shared/client/branch.svelte.ts'
import { LiveRoom } from '../../shared/client/room.svelte.ts'
import { board as boardRoom } from '../../shared/client/rooms.ts'
import { language } from '../../shared/i18n/language.svelte.ts'
import type { ErrorCode } from '../../shared/protocol/errors.ts'
import { LAYOUTS, type MediaItem, type ScreenSettings, THEMES, USUAL_SCREEN } from '../../shared/protocol/screen.ts'
import type { BoardEvent, BoardView } from '../../shared/protocol/wire.ts'
import { isNewerPage } from '../newerPage.ts'
import { forgetDevice, keepDevice, type PairedDevice, pairedDevice } from '../pairing/pairing.svelte.ts'
import { Sound } from '../sound/sound.svelte.ts'

const AGAIN_MS = 2_000
/** How often the media folder is looked at: somebody drops a picture in and waits for it. */
const MEDIA_MS = 20_000
const STORED = 'panggil.screen'

/** What a screen that speaks tells of itself. */
export interface ScreenSound {
  readonly state: 'loading' | 'ready' | 'blocked' | 'off' | 'failed'
  /** After a touch or key: only then does the browser let a page sound. */
  enable(): unknown
}

/** A public screen: pairs or uses whoever is signed in, then shows one branch or some zones of it. */
export class Board {
  step = $state<'starting' | 'pairing' | 'choosing' | 'running'>('starting')
  room = $state.raw<LiveRoom<BoardView, BoardEvent> | null>(null)
  branch: Branch
  settings = $state.raw<ScreenSettings>(USUAL_SCREEN)
  media = $state.raw<readonly MediaItem[]>([])
  sound = $state.raw<ScreenSound | null>(null)
  /** The server has newer pages than this one; the page reloads itself when nobody is being called. */
  isOutdated = $state(false)
  /** A zone that was asked for in the address but that the branch does not have. */
  unknownZone = $state<string | null>(null)
  #branchId = $state<string | null>(null)
  #device = $state.raw<PairedDevice | null>(null)
  #zone = $state(new URLSearchParams(location.search).get('zone'))
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #mediaTimer: ReturnType<typeof setInterval>
  #closeSound: (() => void) | undefined

  constructor() {
    this.branch = new Branch(() => this.#branchId)
    this.#device = pairedDevice('display')
    this.#use(this.#device ? storedSettings() : USUAL_SCREEN)
    this.#mediaTimer = setInterval(() => void this.#readMedia(), MEDIA_MS)
    void this.#start()
  }

  paired(device: PairedDevice): void {
    this.#device = device
    void this.#start()
  }

  close(): void {
    clearTimeout(this.#timer)
    clearInterval(this.#mediaTimer)
    this.#closeSound?.()
    this.room?.close()
  }

  /** Zones that this screen shows; null: all. */
  get zones(): readonly string[] | null {
    return this.#zone !== null ? [this.#zone] : (this.#device?.zones ?? null)
  }

  /** To be called at each new connection: an admin may have changed this screen, or the house its server. */
  async connected(): Promise<void> {
    void this.branch.read()
    void this.#readMedia()
    this.isOutdated = await isNewerPage()
    await this.#readSettings()
  }

  async #start(): Promise<void> {
    this.step = 'starting'
    if (this.#device === null) {
      const session = await api('/sessions/current')
      if (!session.ok) {
        if (session.error.code === 'offline' || session.error.retry) return this.#startLater()
        this.step = 'pairing'
        return
      }
    }
    const branch = await this.#branchToShow()
    if (!branch.ok) return this.#startLater()
    if (branch.value === null) {
      this.step = 'choosing'
      return
    }
    this.#branchId = branch.value
    this.step = 'running'
    this.#openRoom(branch.value)
  }

  /** A paired screen sounds; the desk of somebody who looks at the board does not. */
  #openSound(): Sound | null {
    if (this.#device === null) return null
    if (this.sound instanceof Sound) return this.sound
    const sound = new Sound({
      isOff: new URLSearchParams(location.search).get('sound') === 'off',
      epoch: () => this.room?.epoch ?? '',
      sound: (report) => this.room?.report('sound', report),
      announcement: (report) => this.room?.report('announcement', report),
    })
    const stop = $effect.root(() => {
      $effect(() => {
        const voices = this.branch.description?.voices
        if (voices) sound.choose(voices)
      })
      $effect(() => {
        sound.volume = this.settings.volume / 100
      })
      $effect(() => {
        const { agencies } = this.settings
        const calls = this.room?.view?.calls ?? []
        const shown = agencies === null ? calls : calls.filter(({ service }) => agencies.includes(service.split('.')[0] ?? ''))
        sound.show(shown, Date.now() + untrack(() => this.room?.offsetMs ?? 0))
      })
    })
    this.#closeSound = () => {
      stop()
      sound.close()
      this.sound = null
    }
    this.sound = sound
    return sound
  }

  #openRoom(branch: string): void {
    this.room?.close()
    const loudspeaker = this.#openSound()
    this.room = new LiveRoom({
      ...boardRoom,
      ...(loudspeaker ? { loudspeaker } : {}),
      handshake: () => ({
        branch,
        ...(this.#device ? { token: this.#device.token } : {}),
        ...(this.#zone !== null && this.unknownZone === null ? { zone: this.#zone } : {}),
      }),
      onRefused: (code) => this.#refused(code),
    })
  }

  async #branchToShow(): Promise<Answer<string | null>> {
    return this.#device ? { ok: true, value: this.#device.branch, etag: null } : branchOfPage()
  }

  #startLater(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#start(), AGAIN_MS)
  }

  async #readSettings(): Promise<void> {
    const device = this.#device
    if (device === null) return
    const answer = await api<{ readonly device?: ScreenSettings & Pick<PairedDevice, 'zones' | 'name'> }>('/sessions/current', {
      token: device.token,
    })
    if (!answer.ok || !answer.value.device || this.#device !== device) return
    const { zones = null, name, ...settings } = answer.value.device
    this.#use(settings)
    localStorage.setItem(STORED, JSON.stringify(this.settings))
    if (JSON.stringify(zones) === JSON.stringify(device.zones ?? null) && name === device.name) return
    const isElsewhere = JSON.stringify(zones) !== JSON.stringify(device.zones ?? null)
    this.#device = { ...device, zones, name }
    keepDevice('display', this.#device)
    // Another set of zones is another room, with a view and revisions of its own.
    if (isElsewhere) this.#openRoom(device.branch)
  }

  #use(settings: ScreenSettings): void {
    const { layout, theme, agencies, volume } = settings
    this.settings = {
      layout: LAYOUTS.includes(layout) ? layout : USUAL_SCREEN.layout,
      theme: THEMES.includes(theme) ? theme : USUAL_SCREEN.theme,
      language: settings.language === 'en' ? 'en' : 'id',
      agencies: agencies ?? null,
      volume: volume >= 1 && volume <= 100 ? volume : USUAL_SCREEN.volume,
    }
    if (this.#device && !new URLSearchParams(location.search).has('lang')) language.lend(this.settings.language)
  }

  async #readMedia(): Promise<void> {
    const branch = this.#branchId
    if (branch === null) return
    const answer = await api<{ readonly items: readonly MediaItem[] }>(`/branches/${encodeURIComponent(branch)}/media`, {
      token: this.#device?.token ?? null,
    })
    if (!answer.ok) return
    // The same pictures keep their place in the round.
    if (JSON.stringify(answer.value.items) !== JSON.stringify(this.media)) this.media = answer.value.items
  }

  #refused(code: ErrorCode): void {
    if (code === 'invalid-value' && this.#zone !== null && this.unknownZone === null) {
      this.unknownZone = this.#zone
      this.#zone = null
      this.room?.reopen()
      return
    }
    if (code !== 'not-signed-in' && code !== 'unknown-device') return
    // The token is dead: a screen that nobody knows shows nothing of the hall.
    this.room?.close()
    this.room = null
    this.#closeSound?.()
    forgetDevice('display')
    localStorage.removeItem(STORED)
    this.#device = null
    this.media = []
    this.#use(USUAL_SCREEN)
    this.step = 'pairing'
  }
}

/** As they were last: a screen that starts before its server looks as it did. */
function storedSettings(): ScreenSettings {
  try {
    return { ...USUAL_SCREEN, ...(JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<ScreenSettings>) }
  } catch {
    return USUAL_SCREEN
  }
}
