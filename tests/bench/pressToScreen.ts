import type { Page } from 'playwright'
import { NAMES, openDisplay, soundBrowser } from '../e2e/sound/displays.ts'
import { pause } from './address.ts'
import { type Figure, reached } from './figures.ts'
import { Stage } from './stage.ts'

const BRANCH = 'press'
const PRESSES = 6
/** The first ones compile the pages. */
const LEAD_IN = 1

/** What the two pages note down for us, on the machine's clock in milliseconds. */
interface Noted {
  pressMs?: number
  /** By number: when the frame with it had been painted. */
  paints?: Record<string, number>
  /** When a first sample after a silence was at the output. */
  sounds?: number[]
}
declare global {
  interface Window {
    noted: Noted
  }
}

/** A key in the officer's real page, until the lobby's real page has painted the number and has the first sample at its output. */
export async function pressToScreen(rounds: number): Promise<Figure[]> {
  const presses = LEAD_IN + PRESSES
  const stage = await Stage.open({ branches: [{ id: BRANCH, counters: 1, waiting: rounds * presses + 10, officers: 1 }] })
  const toPaint: number[][] = []
  const toSound: number[][] = []
  try {
    for (let round = 0; round < rounds; round++) {
      const made = await roundOf(stage, presses)
      toPaint.push(made.slice(LEAD_IN).map(({ paintMs }) => paintMs))
      toSound.push(made.slice(LEAD_IN).map(({ soundMs }) => soundMs))
    }
  } finally {
    await stage.close()
  }
  const of = `${PRESSES} presses a round, ${rounds} rounds, two pages in Chromium on this machine`
  return [
    reached('press-to-paint', 'ms', toPaint, 100, `key down to the frame with the number painted; ${of}`),
    reached('press-to-sound', 'ms', toSound, 150, `key down to the first sample at the audio output, as the browser tells; ${of}`),
  ]
}

async function roundOf(stage: Stage, presses: number): Promise<{ paintMs: number; soundMs: number }[]> {
  const url = `http://127.0.0.1:${stage.ours.port}`
  const browser = await soundBrowser({ autoplay: true })
  try {
    const officer = await browser.newContext({ baseURL: url, viewport: { width: 1366, height: 768 } })
    const seat = stage.hallSeats[0]
    if (!seat) throw new Error('the stage has no officer')
    await officer.addCookies([{ name: 'panggil_session', value: seat.token, url, httpOnly: true, sameSite: 'Strict' }])
    const counter = await officer.newPage()
    await counter.addInitScript(NAMES)
    await counter.addInitScript(noteKeys)
    await counter.goto('/counter')
    await counter.locator('[data-test=counter]').first().click()
    // In the second round it is open to this officer already.
    await counter.locator('[data-test=open], [data-test=take-over], [data-test=call-next]').first().waitFor()
    const open = counter.locator('[data-test=open]')
    if ((await open.count()) > 0) await open.click()
    await counter.locator('[data-test=call-next]').waitFor()

    const device = { deviceId: 'bench', token: stage.displays[0] ?? '', branch: BRANCH, name: 'bench' }
    const { page: display } = await openDisplay(browser, url, device, { before: noteSights })
    await display.locator('[data-contact=live]').waitFor()
    await speaks(stage)

    const made: { paintMs: number; soundMs: number }[] = []
    for (let at = 0; at < presses; at++) {
      const soundsBefore = (await display.evaluate(() => window.noted.sounds?.length)) ?? 0
      await counter.bringToFront()
      await counter.keyboard.press('Space')
      const pressMs = await counter.evaluate(() => window.noted.pressMs ?? 0)
      await display.waitForFunction((before) => (window.noted.sounds?.length ?? 0) > before, soundsBefore, { timeout: 10_000 })
      const number = await display.locator('[data-test=newest]').getAttribute('data-number')
      const { paintMs, soundMs } = await display.evaluate(
        ([shown, before]) => ({
          paintMs: window.noted.paints?.[shown as string] ?? Number.NaN,
          soundMs: window.noted.sounds?.[before as number] ?? Number.NaN,
        }),
        [number, soundsBefore] as const,
      )
      if (!(paintMs > pressMs) || !(soundMs > pressMs)) throw new Error(`press ${pressMs}, paint ${paintMs}, sound ${soundMs}`)
      made.push({ paintMs: paintMs - pressMs, soundMs: soundMs - pressMs })
      await quiet(display)
    }
    return made
  } finally {
    await browser.close()
  }
}

/** Until the hall's loudspeaker is this display. */
async function speaks(stage: Stage): Promise<void> {
  const untilMs = performance.now() + 20_000
  for (;;) {
    const reply = await fetch(`http://127.0.0.1:${stage.ours.port}/api/v1/branches/${BRANCH}/board`, {
      headers: { authorization: `Bearer ${stage.displays[0]}` },
    })
    const { zones } = (await reply.json()) as { zones?: { sound: string }[] }
    if (zones?.[0]?.sound === 'ok') return
    if (performance.now() > untilMs) throw new Error(`no display speaks: ${JSON.stringify(zones)}`)
    await pause(100)
  }
}

/** Until the sentence is over and the ears are rested. */
async function quiet(display: Page): Promise<void> {
  await display.waitForFunction(() => (window as unknown as { quietMs(): number }).quietMs() > 2_500, null, { timeout: 40_000 })
}

function noteKeys(): void {
  window.noted = {}
  window.addEventListener(
    'keydown',
    (event) => {
      window.noted.pressMs = performance.timeOrigin + event.timeStamp
    },
    { capture: true },
  )
}

/** Runs in the display before anything of the product: its paints, and the first samples of its audio graph. */
function noteSights(): void {
  const noted: Required<Pick<Noted, 'paints' | 'sounds'>> = { paints: {}, sounds: [] }
  window.noted = noted
  new MutationObserver(() => {
    const number = document.querySelector('[data-test=newest]')?.getAttribute('data-number')
    if (!number || noted.paints[number] !== undefined) return
    noted.paints[number] = Number.NaN
    // What is posted in a frame's callback arrives when the frame has been painted.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        noted.paints[number] = performance.timeOrigin + performance.now()
      }
      port2.postMessage(null)
    })
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-number'] })

  const processor = `
    registerProcessor('onset', class extends AudioWorkletProcessor {
      constructor() { super(); this.loudFrame = -1e9; this.saidFrame = 0 }
      process([input]) {
        const samples = input && input[0]
        if (samples) for (let at = 0; at < samples.length; at++) if (Math.abs(samples[at]) > 0.002) {
          const frame = currentFrame + at
          if (frame - this.loudFrame > sampleRate * 2) this.port.postMessage({ onset: frame / sampleRate })
          this.loudFrame = frame
        }
        if (currentFrame - this.saidFrame > sampleRate / 10) {
          this.saidFrame = currentFrame
          this.port.postMessage({ quietMs: (currentFrame - this.loudFrame) * 1000 / sampleRate })
        }
        return true
      }
    })`
  let quietMs = 0
  ;(window as unknown as { quietMs(): number }).quietMs = () => quietMs
  const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode | AudioParam, ...rest: number[]) => unknown
  const buses = new WeakMap<BaseAudioContext, GainNode>()
  const listen = async (context: AudioContext, bus: GainNode) => {
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([processor], { type: 'text/javascript' })))
    const node = new AudioWorkletNode(context, 'onset', { channelCount: 1, channelCountMode: 'explicit' })
    node.port.onmessage = ({ data }) => {
      if ('quietMs' in data) quietMs = data.quietMs
      else {
        // When that frame is at the output, by what the browser knows of its device.
        const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp()
        quietMs = 0
        noted.sounds.push(performance.timeOrigin + performanceTime + (data.onset - contextTime) * 1000)
      }
    }
    connect.call(bus, node)
    connect.call(node, context.destination)
  }
  AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode | AudioParam, ...rest: number[]) {
    if (to instanceof AudioDestinationNode && this.context instanceof AudioContext) {
      let bus = buses.get(this.context)
      if (!bus) {
        bus = this.context.createGain()
        buses.set(this.context, bus)
        void listen(this.context, bus)
      }
      connect.call(this, bus)
    }
    return connect.call(this, to, ...rest)
  } as typeof AudioNode.prototype.connect
}
