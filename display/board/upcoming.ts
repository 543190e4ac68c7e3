/** Characters that surely fill the widest screen behind the first text. */
const ENOUGH = 150

export interface RunningText {
  readonly text: string
  readonly key: string
  /** Stands further ahead already. */
  readonly isCopy: boolean
}

/** The texts that follow each other from `start` on, round and round, as many as fill the line while the first one runs out of it. */
export function upcoming(texts: readonly string[], start: number): RunningText[] {
  if (texts.length === 0) return []
  const line: RunningText[] = []
  let characters = 0
  for (let step = 0; step === 0 || characters < ENOUGH; step++) {
    const text = texts[(start + step) % texts.length] as string
    // What moves on to be the first keeps its element.
    const round = Math.floor((start + step) / texts.length) - Math.floor(start / texts.length)
    line.push({ text, key: `${(start + step) % texts.length}/${round}`, isCopy: step >= texts.length })
    if (step > 0) characters += text.length + 6
  }
  return line
}
