/** One line of the bench's result. */
export interface Figure {
  readonly name: string
  readonly ours: number
  /** Null where there is none: then `ours` itself is promised. */
  readonly floor: number | null
  /** ours / floor; for `start` the difference is what is promised, the ratio only told. */
  readonly ratio: number | null
  readonly unit: string
  /** What is promised, as text. */
  readonly reach: string
  readonly holds: boolean
  /** The ratio of each round by itself: how far chance moves it. */
  readonly ratios: readonly number[]
  readonly p99?: { readonly ours: number; readonly floor: number }
  /** What the figure is made of. */
  readonly of: string
}

export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('nothing was measured')
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2
}

const rounded = (value: number): number => Number(value.toPrecision(4))

/** What each round gave, side by side. */
export interface Rounds {
  readonly ours: readonly (readonly number[])[]
  readonly floor: readonly (readonly number[])[]
}

/** The median over rounds of each round's median. `atMost` or `atLeast` bounds the ratio. */
export function figure(
  name: string,
  unit: string,
  rounds: Rounds,
  bound: { readonly atMost: number } | { readonly atLeast: number } | { readonly beside: number },
  of: string,
  /** Times whose tail is told beside figures that are no times themselves. */
  tails: { readonly ours: readonly number[]; readonly floor: readonly number[] } = { ours: rounds.ours.flat(), floor: rounds.floor.flat() },
): Figure {
  const ours = rounds.ours.map(median)
  const floor = rounds.floor.map(median)
  const our = median(ours)
  const their = median(floor)
  const ratio = our / their
  const hasTail = tails.ours.length >= 100
  return {
    name,
    ours: rounded(our),
    floor: rounded(their),
    ratio: rounded(ratio),
    unit,
    reach:
      'atMost' in bound
        ? `ratio <= ${bound.atMost}`
        : 'atLeast' in bound
          ? `ratio >= ${bound.atLeast}`
          : `ours - floor <= ${bound.beside} ${unit}`,
    holds: 'atMost' in bound ? ratio <= bound.atMost : 'atLeast' in bound ? ratio >= bound.atLeast : our - their <= bound.beside,
    ratios: ours.map((value, at) => rounded(value / (floor[at] as number))),
    ...(hasTail ? { p99: { ours: rounded(quantile(tails.ours, 0.99)), floor: rounded(quantile(tails.floor, 0.99)) } } : {}),
    of,
  }
}

/** A time that is promised by itself: beside no floor, because without a product there is no page that could paint or sound. */
export function reached(name: string, unit: string, rounds: readonly (readonly number[])[], atMost: number, of: string): Figure {
  const ours = median(rounds.map(median))
  return {
    name,
    ours: rounded(ours),
    floor: null,
    ratio: null,
    unit,
    reach: `ours <= ${atMost} ${unit}`,
    holds: ours <= atMost,
    ratios: [],
    of: `${of}; by round ${rounds.map((round) => rounded(median(round))).join(' ')}, worst ${rounded(Math.max(...rounds.flat()))}`,
  }
}

export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, ours, floor, ratio, unit, reach, holds, p99, ratios }) => [
    name,
    `${ours} ${unit}`,
    floor === null ? '' : `${floor} ${unit}`,
    ratio === null ? '' : String(ratio),
    reach,
    holds ? 'yes' : 'NO',
    p99 ? `${p99.ours} / ${p99.floor}` : '',
    ratios.join(' '),
  ])
  const all = [['figure', 'ours', 'floor', 'ratio', 'reach', 'holds', 'p99 ours / floor', 'ratio by round'], ...rows]
  const widths = (all[0] as string[]).map((_, column) => Math.max(...all.map((row) => (row[column] as string).length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
