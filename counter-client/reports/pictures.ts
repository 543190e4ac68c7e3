import {
  axisX,
  axisY,
  barX,
  barY,
  dot,
  gridX,
  gridY,
  line,
  type Markish,
  type PlotOptions,
  ruleX,
  ruleY,
  text,
  tickX,
  tickY,
} from '@observablehq/plot'
import type { Language } from '../../shared/domain/configuration.ts'
import { number, wallClock } from '../../shared/i18n/format.ts'
import { text as say } from '../../shared/i18n/text.ts'
import type { Growth, Report, ReportGroup, ReportRow } from '../../shared/protocol/reports.ts'
import { inColumn, NONE, notServed, tenth } from './figures.ts'
import { nameOf } from './names.ts'
import { isMonth, msOf, shortDay, shortMonth } from './spans.ts'

/** One plot: what it shows in words, how it is drawn, and the same figures for whoever reads no drawings. */
export interface Picture {
  readonly name: string
  readonly heading: string
  readonly note: string | null
  readonly keys: readonly { readonly look: 'solid' | 'hatched' | 'dot' | 'ring' | 'tick'; readonly text: string }[]
  readonly options: (width: number) => PlotOptions
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly [string, ...string[]])[] }
}

/** Groups that follow each other stand side by side, in their order; all others lie under each other, the largest first. */
const ALONG: readonly ReportGroup[] = ['day', 'weekday', 'hour', 'month', 'year']
const isAlong = (by: ReportGroup): boolean => ALONG.includes(by)
/** More lines than this are read in the table. */
const MOST_LINES = 15

const TALL = 260
const ROW = 30
const ROW_AND_NAME = 50
const FOOT = 44
const TOP = 26

const CARRY = 'var(--carry)'
const SOFT = 'var(--ink-soft)'
const LINE = { stroke: 'var(--line)', strokeOpacity: 1 }

/** Grey lines that show in black and white as well. The drawing needs its own: what is hidden lends nothing. */
function hatch(name: string): Markish {
  return () => {
    const made = (tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement => {
      const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value))
      return element
    }
    const defs = made('defs', {})
    const pattern = made('pattern', {
      id: `hatch-${name}`,
      width: 5,
      height: 5,
      patternUnits: 'userSpaceOnUse',
      patternTransform: 'rotate(45)',
    })
    pattern.append(
      made('rect', { width: 5, height: 5, fill: 'var(--surface)' }),
      made('rect', { width: 1.6, height: 5, fill: 'var(--ink-soft)' }),
    )
    defs.append(pattern)
    return defs as SVGGElement
  }
}
const hatched = (name: string) => ({ fill: `url(#hatch-${name})`, stroke: SOFT, strokeWidth: 1 })

const whole = (language: Language) => (value: number) => (Number.isInteger(value) ? number(language, value) : '')

/** What stands under a bar: short, where its row has its full name. */
function tick(language: Language, by: ReportGroup, key: string, row: ReportRow | undefined, manyYears: boolean): string {
  if (by === 'day') return shortDay(language, key)
  if (by === 'month') return isMonth(key) ? shortMonth(language, key, manyYears) : key
  if (by === 'hour') return wallClock(language, `${key.padStart(2, '0')}:00`)
  return row?.label[language] ?? key
}

/** Every bar has its place, not every bar its name: as many as can be read; of days first the Mondays. */
function ticksOf(by: ReportGroup, keys: readonly string[], width: number): readonly string[] {
  const fit = Math.max(2, Math.floor((width - 60) / 56))
  if (keys.length <= fit) return keys
  const mondays = by === 'day' ? keys.filter((key) => new Date(msOf(key)).getUTCDay() === 1) : []
  if (mondays.length > 1 && mondays.length <= fit) return mondays
  const step = Math.ceil(keys.length / fit)
  return keys.filter((_, at) => at % step === 0)
}

interface Axes {
  readonly language: Language
  readonly by: ReportGroup
  readonly rows: readonly ReportRow[]
  /** What the figures count: persons, minutes. */
  readonly unit: string
  readonly marks: (width: number) => Markish[]
  readonly beyond?: number
}

/** Side by side: bands along x. */
function along({ language, by, rows, unit, marks }: Axes): (width: number) => PlotOptions {
  const keys = rows.map((row) => row.key)
  const byKey = new Map(rows.map((row) => [row.key, row]))
  const manyYears = new Set(keys.map((key) => key.slice(0, 4))).size > 1
  return (width) => ({
    height: TALL,
    marginLeft: 52,
    marginRight: 8,
    marginTop: TOP,
    marginBottom: FOOT,
    x: { type: 'band', domain: keys, paddingInner: rows.length < 6 ? 0.5 : 0.25, paddingOuter: 0.1 },
    y: { nice: true, zero: true },
    marks: [
      gridY({ ...LINE, ticks: 5 }),
      axisX({
        ticks: [...ticksOf(by, keys, width)],
        tickFormat: (key: string) => tick(language, by, key, byKey.get(key), manyYears),
        tickSize: 0,
        label: null,
      }),
      axisY({ ticks: 5, tickFormat: whole(language), tickSize: 0, label: unit, labelArrow: 'none', labelAnchor: 'top' }),
      ...marks(width),
      ruleY([0], { stroke: 'var(--edge)' }),
    ],
  })
}

/** Under each other: bands along y, each with its name before it. */
function under({ language, by, rows, unit, marks, beyond = 70 }: Axes): (width: number) => PlotOptions {
  const longest = Math.max(0, ...rows.map((row) => nameOf(language, by, row).length))
  const byKey = new Map(rows.map((row) => [row.key, row]))
  return (width) => {
    const wanted = longest * 7.4 + 14
    // On a phone a long name stands over its line, where there is room for it.
    const isOver = wanted > width * 0.4 && width < 560
    const before = isOver ? 6 : Math.round(Math.min(wanted, width * 0.42))
    return {
      height: TOP + FOOT + rows.length * (isOver ? ROW_AND_NAME : ROW),
      marginLeft: before,
      marginRight: beyond,
      marginTop: TOP - 14,
      marginBottom: FOOT,
      y: { type: 'band', domain: rows.map((row) => row.key), padding: isOver ? 0.6 : 0.3, ...(isOver ? { axis: null } : {}) },
      x: { nice: true, zero: true },
      marks: [
        gridX({ ...LINE, ticks: 5 }),
        axisX({
          ticks: Math.max(2, Math.floor((width - before) / 90)),
          tickFormat: whole(language),
          tickSize: 0,
          label: unit,
          labelArrow: 'none',
        }),
        isOver
          ? text(rows, {
              y: 'key',
              text: (row: ReportRow) => nameOf(language, by, row),
              frameAnchor: 'left',
              textAnchor: 'start',
              dy: -ROW_AND_NAME / 2 + 6,
              fill: 'var(--ink)',
              textOverflow: 'ellipsis',
              lineWidth: (width - 16) / 13,
            })
          : axisY({
              tickFormat: (key: string) => {
                const row = byKey.get(key)
                return row ? nameOf(language, by, row) : key
              },
              tickSize: 0,
              label: null,
              textOverflow: 'ellipsis',
              lineWidth: (before - 8) / 13,
            }),
        ...marks(width),
        ruleX([0], { stroke: 'var(--edge)' }),
      ],
    }
  }
}

/** In order along time; the largest first under each other. */
function rowsOf(report: Report): { readonly rows: readonly ReportRow[]; readonly left: number } {
  if (isAlong(report.by)) return { rows: report.rows, left: 0 }
  const sorted = [...report.rows].sort((a, b) => b.visits - a.visits || (a.key < b.key ? -1 : 1))
  return { rows: sorted.slice(0, MOST_LINES), left: Math.max(0, sorted.length - MOST_LINES) }
}
const leftNote = (language: Language, left: number): string | null =>
  left === 0 ? null : say(language, 'reports.plot.left', { n: MOST_LINES, left })

const fitsNumbers = (rows: readonly unknown[], width: number): boolean => rows.length * 34 <= width - 60

/** Without the hours before the first visit and after the last: a counter may be open when nobody comes. */
function busy(rows: readonly ReportRow[]): readonly ReportRow[] {
  const visited = rows.flatMap((row, at) => (row.visits > 0 ? [at] : []))
  return rows.slice(visited[0] ?? 0, (visited.at(-1) ?? -1) + 1)
}

/** Bars of visits, day by day or month by month, or by the hour in which the number was taken. */
export function visitsPicture(language: Language, name: string, heading: string, report: Report): Picture {
  const rows = report.by === 'hour' ? busy(report.rows) : report.rows
  const entered = rows.filter((row) => row.isTotalOnly)
  return {
    name,
    heading,
    note: null,
    keys:
      entered.length === 0
        ? []
        : [
            { look: 'solid', text: say(language, 'reports.counted') },
            { look: 'hatched', text: say(language, 'reports.entered') },
          ],
    options: along({
      language,
      by: report.by,
      rows,
      unit: say(language, 'reports.unit.visits'),
      marks: (width) => [
        hatch(name),
        barY(
          rows.filter((row) => !row.isTotalOnly),
          { x: 'key', y: 'visits', fill: CARRY },
        ),
        barY(entered, { x: 'key', y: 'visits', ...hatched(name) }),
        ...(fitsNumbers(rows, width)
          ? [text(rows, { x: 'key', y: 'visits', text: (row: ReportRow) => number(language, row.visits), dy: -8, fill: 'var(--ink)' })]
          : []),
      ],
    }),
    table: {
      head: [say(language, `reports.by.${report.by}`), say(language, 'reports.visits')],
      rows: rows.map((row) => [
        nameOf(language, report.by, row),
        `${number(language, row.visits)}${row.isTotalOnly ? `, ${say(language, 'reports.entered')}` : ''}`,
      ]),
    },
  }
}

/** From the median to what nine of ten kept under: a short line is a wait that can be relied on. */
export function waitsPicture(language: Language, report: Report): Picture {
  const { rows: all, left } = rowsOf(report)
  const rows = all.filter((row) => row.wait.medianMinutes !== null && row.wait.p90Minutes !== null)
  const median = (row: ReportRow): number => row.wait.medianMinutes as number
  const p90 = (row: ReportRow): number => row.wait.p90Minutes as number
  const unit = say(language, 'reports.unit.minutes')
  const axes = { language, by: report.by, rows, unit }
  const options = isAlong(report.by)
    ? along({
        ...axes,
        marks: () => [
          ruleX(rows, { x: 'key', y1: median, y2: p90, stroke: SOFT, strokeWidth: 2 }),
          tickY(rows, { x: 'key', y: p90, stroke: 'var(--ink)', strokeWidth: 3, insetLeft: 1, insetRight: 1 }),
          dot(rows, { x: 'key', y: median, r: rows.length > 20 ? 4 : 5.5, fill: CARRY }),
        ],
      })
    : under({
        ...axes,
        beyond: 96,
        marks: () => [
          ruleY(rows, { y: 'key', x1: median, x2: p90, stroke: SOFT, strokeWidth: 2 }),
          tickX(rows, { y: 'key', x: p90, stroke: 'var(--ink)', strokeWidth: 3 }),
          dot(rows, { y: 'key', x: median, r: 5.5, fill: CARRY }),
          text(rows, {
            y: 'key',
            x: p90,
            text: (row: ReportRow) => `${inColumn(language, median(row))}  ${inColumn(language, p90(row))}`,
            dx: 10,
            textAnchor: 'start',
            fill: 'var(--ink)',
          }),
        ],
      })
  return {
    name: 'waits',
    heading: say(language, 'reports.plot.waits', { by: say(language, `reports.by.${report.by}`).toLowerCase() }),
    note: leftNote(language, left),
    keys: [
      { look: 'dot', text: say(language, 'reports.median.long') },
      { look: 'tick', text: say(language, 'reports.p90.long') },
    ],
    options,
    table: {
      head: [say(language, `reports.by.${report.by}`), say(language, 'reports.median.minutes'), say(language, 'reports.p90.minutes')],
      rows: rows.map((row) => [nameOf(language, report.by, row), tenth(language, median(row)), tenth(language, p90(row))]),
    },
  }
}

/** Served and not served, one on the other: how much of the work was done. */
export function endsPicture(language: Language, report: Report): Picture {
  const { rows: all, left } = rowsOf(report)
  const rows = all.filter((row) => !row.isTotalOnly)
  const name = 'ends'
  const top = (row: ReportRow): number => row.served + notServed(row)
  const axes = { language, by: report.by, rows, unit: say(language, 'reports.unit.stops') }
  const options = isAlong(report.by)
    ? along({
        ...axes,
        marks: () => [
          hatch(name),
          barY(rows, { x: 'key', y1: 0, y2: 'served', fill: CARRY }),
          barY(rows, { x: 'key', y1: 'served', y2: top, ...hatched(name), filter: (row: ReportRow) => notServed(row) > 0 }),
        ],
      })
    : under({
        ...axes,
        beyond: 96,
        marks: () => [
          hatch(name),
          barX(rows, { y: 'key', x1: 0, x2: 'served', fill: CARRY }),
          barX(rows, { y: 'key', x1: 'served', x2: top, ...hatched(name), filter: (row: ReportRow) => notServed(row) > 0 }),
          text(rows, {
            y: 'key',
            x: top,
            text: (row: ReportRow) => `${number(language, row.served)} + ${number(language, notServed(row))}`,
            dx: 8,
            textAnchor: 'start',
            fill: 'var(--ink)',
          }),
        ],
      })
  return {
    name,
    heading: say(language, 'reports.plot.ends', { by: say(language, `reports.by.${report.by}`).toLowerCase() }),
    note: leftNote(language, left),
    keys: [
      { look: 'solid', text: say(language, 'reports.served') },
      { look: 'hatched', text: say(language, 'reports.notServed') },
    ],
    options,
    table: {
      head: [say(language, `reports.by.${report.by}`), say(language, 'reports.served'), say(language, 'reports.notServed')],
      rows: rows.map((row) => [nameOf(language, report.by, row), number(language, row.served), number(language, notServed(row))]),
    },
  }
}

type GrowthMonth = Growth['months'][number]
const yearOf = ({ month }: GrowthMonth): string => month.slice(0, 4)
const monthOf = ({ month }: GrowthMonth): number => Number(month.slice(5, 7))
const LABEL = 16

/** A line for each year over its months; the last one stands out. */
export function growthPicture(language: Language, { months }: Growth): Picture {
  const years = [...new Set(months.map(yearOf))].sort()
  const last = years.at(-1)
  const most = Math.max(1, ...months.map((each) => each.visits))
  const ofYear = (year: string): readonly GrowthMonth[] => months.filter((each) => yearOf(each) === year)
  const entered = months.filter((each) => each.isTotalOnly)
  const unfinished = months.find((each) => !each.isComplete)
  const ends = spread(
    years.map((year) => ofYear(year).at(-1) as GrowthMonth),
    (end) => (end.visits / most) * (TALL - TOP - FOOT),
  )
  return {
    name: 'growth',
    heading: say(language, 'reports.plot.growth'),
    note: unfinished ? say(language, 'reports.plot.unfinished', { month: shortMonth(language, unfinished.month, true) }) : null,
    keys:
      entered.length === 0
        ? []
        : [
            { look: 'dot', text: say(language, 'reports.counted') },
            { look: 'ring', text: say(language, 'reports.entered') },
          ],
    options: (width) => ({
      height: TALL,
      marginLeft: 52,
      marginRight: 52,
      marginTop: TOP,
      marginBottom: FOOT,
      x: { domain: [1, 12] },
      y: { domain: [0, most], nice: true },
      marks: [
        gridY({ ...LINE, ticks: 5 }),
        axisX({
          ticks: width < 500 ? [1, 4, 7, 10, 12] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
          tickFormat: (month: number) => shortMonth(language, `2000-${String(month).padStart(2, '0')}`),
          tickSize: 0,
          label: null,
        }),
        axisY({
          ticks: 5,
          tickFormat: whole(language),
          tickSize: 0,
          label: say(language, 'reports.unit.visitsAMonth'),
          labelArrow: 'none',
          labelAnchor: 'top',
        }),
        ...years.flatMap((year) => {
          const own = ofYear(year)
          const stroke = year === last ? CARRY : SOFT
          const strokeWidth = year === last ? 3 : 1.5
          // The month that is still going on hangs on a broken line: it is no fall.
          const done = own.filter((each) => each.isComplete)
          return [
            line(done, { x: monthOf, y: 'visits', stroke, strokeWidth }),
            line(own.slice(Math.max(0, done.length - 1)), { x: monthOf, y: 'visits', stroke, strokeWidth, strokeDasharray: '3 4' }),
            dot(own, {
              x: monthOf,
              y: 'visits',
              r: year === last ? 4.5 : 3.5,
              stroke,
              strokeWidth: 2,
              fill: 'var(--ground)',
              filter: (each: GrowthMonth) => each.isTotalOnly,
            }),
            dot(own, {
              x: monthOf,
              y: 'visits',
              r: year === last ? 4.5 : 3.5,
              fill: stroke,
              filter: (each: GrowthMonth) => !each.isTotalOnly,
            }),
          ]
        }),
        ...ends.map(({ each, shift }) =>
          text([each], {
            x: monthOf,
            y: 'visits',
            text: yearOf,
            dx: 10,
            dy: shift,
            textAnchor: 'start',
            fill: 'var(--ink)',
            fontWeight: yearOf(each) === last ? 700 : 430,
          }),
        ),
        ruleY([0], { stroke: 'var(--edge)' }),
      ],
    }),
    table: {
      head: [say(language, 'reports.by.month'), ...years],
      rows: Array.from({ length: 12 }, (_, at) => [
        shortMonth(language, `2000-${String(at + 1).padStart(2, '0')}`),
        ...years.map((year) => {
          const found = ofYear(year).find((each) => monthOf(each) === at + 1)
          if (!found) return NONE
          const how = found.isTotalOnly
            ? `, ${say(language, 'reports.entered')}`
            : found.isComplete
              ? ''
              : `, ${say(language, 'reports.unfinished')}`
          return `${number(language, found.visits)}${how}`
        }),
      ]),
    },
  }
}

/** Names at the ends of lines that end in the same month, moved apart so far that each can be read: downwards in pixels. */
function spread(
  ends: readonly GrowthMonth[],
  heightOf: (end: GrowthMonth) => number,
): readonly { readonly each: GrowthMonth; readonly shift: number }[] {
  const placed: { each: GrowthMonth; at: number; shift: number }[] = []
  for (const each of [...ends].sort((a, b) => a.visits - b.visits)) {
    const own = heightOf(each)
    const below = placed.filter((other) => monthOf(other.each) === monthOf(each)).map((other) => other.at)
    const at = Math.max(own, ...below.map((height) => height + LABEL))
    placed.push({ each, at, shift: own - at })
  }
  return placed
}
