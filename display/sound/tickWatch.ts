/** A speaker that heard no tick for so long falls silent (ANN5). */
export const SILENCE_MS = 3_000
/** Ticks come each second; those that come together were held up. */
const BURST_MS = 500

/**
 * Until when this screen may sound. After a hang of the page, or a jam of the network, what was held up arrives at once, an order to speak
 * among it that the server may have given to another screen since. So contact that was lost comes back only with a tick that follows another
 * one at its proper distance, or with a new connection. Times are milliseconds on a clock that never jumps.
 */
export class TickWatch {
  #untilMs = Number.NEGATIVE_INFINITY
  #lastMs = Number.NEGATIVE_INFINITY

  get untilMs(): number {
    return this.#untilMs
  }

  isInContact(nowMs: number): boolean {
    return nowMs < this.#untilMs
  }

  onConnect(nowMs: number): void {
    this.#lastMs = nowMs
    this.#untilMs = nowMs + SILENCE_MS
  }

  onTick(nowMs: number): void {
    const distanceMs = nowMs - this.#lastMs
    this.#lastMs = nowMs
    if (this.isInContact(nowMs) || (distanceMs >= BURST_MS && distanceMs <= SILENCE_MS)) this.#untilMs = nowMs + SILENCE_MS
  }
}
