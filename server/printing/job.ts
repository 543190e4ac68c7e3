import { setTimeout as pause } from 'node:timers/promises'
import type { PrinterState } from '../../shared/domain/state.ts'
import { type Address, PrinterAway, PrinterLine } from './line.ts'
import { CLEAR_BUFFER, canPrint } from './status.ts'

/** A slip is out in one or two seconds; whoever waits for it should see the number on the screen soon. */
const JOB_MS = 8_000
/** How often a printer is asked how it is while it prints. */
const WATCH_MS = 200
/** Many cheap printers leave `GS r` unanswered: a printer that has had everything for this long, and is well all the while, has printed it. */
const SETTLED_MS = 3_500

export interface JobResult {
  readonly state: PrinterState
  readonly isPrinted: boolean
  /** Bytes of the slip went out: it may have been printed, wholly or in part. */
  readonly isStarted: boolean
}

/** Prints and sees it printed. Never rejects: a printer that can't is a state. */
export async function printAt(address: Address, bytes: Uint8Array): Promise<JobResult> {
  let isStarted = false
  return inConversation(
    address,
    async (line): Promise<JobResult> => {
      const before = await line.state()
      if (!canPrint(before)) return { state: before, isPrinted: false, isStarted }
      isStarted = true
      await line.write(bytes)
      await line.askInOrder()
      const sentMs = performance.now()
      for (;;) {
        // Before the state that counts: paper that ran out on the last line is seen.
        const isDone = line.isOrderAnswered || performance.now() - sentMs > SETTLED_MS
        const state = await line.state()
        if (!canPrint(state)) {
          await line.write(CLEAR_BUFFER)
          return { state, isPrinted: false, isStarted }
        }
        if (isDone) return { state, isPrinted: true, isStarted }
        await pause(WATCH_MS)
      }
    },
    () => ({ state: 'away', isPrinted: false, isStarted }),
  )
}

export const stateAt = (address: Address): Promise<PrinterState> =>
  inConversation(
    address,
    (line) => line.state(),
    () => 'away',
  )

async function inConversation<T>(address: Address, work: (line: PrinterLine) => Promise<T>, away: () => T): Promise<T> {
  const signal = AbortSignal.timeout(JOB_MS)
  let line: PrinterLine | undefined
  try {
    line = await PrinterLine.open(address, signal)
    return await work(line)
  } catch (error) {
    if (error instanceof PrinterAway) return away()
    throw error
  } finally {
    await line?.close()
  }
}
