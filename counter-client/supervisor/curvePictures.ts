import { axisX, axisY, dot, gridY, line, ruleX } from '@observablehq/plot'
import type { Language } from '../../shared/domain/configuration.ts'
import { number, time } from '../../shared/i18n/format.ts'
import { text as say } from '../../shared/i18n/text.ts'
import type { Curves } from '../../shared/protocol/live.ts'
import { QUARTER_MS, QUARTERS, type Quarters } from '../../shared/protocol/quarters.ts'
import type { Picture } from '../reports/pictures.ts'

/** Two hours, so that a morning has a picture, too. */
const LEAST = 8
const KINDS = ['waiting', 'arrivals', 'calls', 'wait'] as const
type Kind = (typeof KINDS)[number]

/** Minutes that those called in a quarter had waited, in the mean; null where nobody was called. */
const meanWait = ({ calls, waitSeconds }: Quarters, at: number): number | null =>
  (calls[at] ?? 0) > 0 ? Math.round((waitSeconds[at] as number) / (calls[at] as number) / 6) / 10 : null

const figureOf = (kind: Kind, quarters: Quarters, at: number): number | null =>
  kind === 'wait' ? meanWait(quarters, at) : (quarters[kind][at] ?? 0)

/** The day's curves beside a usual day, each a picture with the same figures as a table. */
export function curvePictures(language: Language, timeZone: string, { startMs, atMs, today, usual }: Curves): Picture[] {
  const now = Math.min(QUARTERS - 1, Math.floor((atMs - startMs) / QUARTER_MS))
  const busy = (quarters: Quarters, at: number) =>
    (quarters.arrivals[at] ?? 0) + (quarters.calls[at] ?? 0) + (quarters.waiting[at] ?? 0) > 0
  const used = Array.from({ length: QUARTERS }, (_, at) => at).filter(
    (at) => (at <= now && busy(today, at)) || (usual !== null && busy(usual.quarters, at)),
  )
  const [first, last] = [Math.min(used[0] ?? now, Math.max(0, now - LEAST)), Math.max(used.at(-1) ?? now, now)]
  const quarters = Array.from({ length: last - first + 1 }, (_, at) => first + at)
  const clock = (at: number) => time(language, timeZone, startMs + at * QUARTER_MS)
  return KINDS.map((kind): Picture => {
    const points = (of: Quarters, until: number) => quarters.filter((at) => at <= until).map((at) => ({ x: at, y: figureOf(kind, of, at) }))
    const todays = points(today, now)
    const usuals = usual ? points(usual.quarters, QUARTERS) : []
    return {
      name: `curve-${kind}`,
      heading: say(language, `curves.${kind}`),
      note: null,
      keys: [
        { look: 'solid', text: say(language, 'curves.today') },
        ...(usual ? [{ look: 'hatched' as const, text: say(language, 'curves.usual', { n: usual.days.length }) }] : []),
      ],
      options: (width) => ({
        height: 150,
        marginLeft: 36,
        marginRight: 10,
        x: { domain: [first, Math.max(last, first + 1)] },
        y: { domain: [0, Math.max(1, ...[...todays, ...usuals].map(({ y }) => y ?? 0))], nice: true },
        marks: [
          gridY({ stroke: 'var(--line)', strokeOpacity: 1, ticks: 3 }),
          axisY({
            ticks: 3,
            // There is no half person.
            tickFormat: (value: number) => (Number.isInteger(value) ? number(language, value) : ''),
            label: null,
            color: 'var(--ink-soft)',
          }),
          axisX({
            label: null,
            color: 'var(--ink-soft)',
            ticks: quarters.filter((at) => at % (width < 420 ? 12 : 8) === 0),
            tickFormat: (at: number) => clock(at),
          }),
          ...(usual ? [line(usuals, { x: 'x', y: 'y', stroke: 'var(--ink-soft)', strokeWidth: 1.5, strokeDasharray: '4 3' })] : []),
          line(todays, { x: 'x', y: 'y', stroke: 'var(--carry)', strokeWidth: 2.5 }),
          ruleX([now], { stroke: 'var(--edge)' }),
          dot(todays.slice(-1), { x: 'x', y: 'y', r: 4, fill: 'var(--carry)' }),
        ],
      }),
      table: {
        head: [say(language, 'curves.time'), say(language, 'curves.today'), ...(usual ? [say(language, 'curves.usual.short')] : [])],
        rows: quarters.map((at) => {
          const told = (value: number | null) => (value === null ? '–' : number(language, value))
          return [
            clock(at),
            at <= now ? told(figureOf(kind, today, at)) : '',
            ...(usual ? [told(figureOf(kind, usual.quarters, at))] : []),
          ] as const
        }),
      },
    }
  })
}
