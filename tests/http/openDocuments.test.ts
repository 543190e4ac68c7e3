import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROTOCOL } from '../../shared/protocol/wire.ts'
import { House } from './house.ts'

/** What docs/api and docs/monitoring say is held to the product itself. */
const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

let house: House
beforeAll(async () => {
  house = await House.open()
})
afterAll(() => house.close())

describe('docs/monitoring', () => {
  interface Dashboard {
    readonly panels: readonly {
      readonly title: string
      readonly fieldConfig: { readonly defaults: { readonly unit: string } }
      readonly targets: readonly { readonly expr: string }[]
    }[]
    readonly templating: { readonly list: readonly { readonly query: string }[] }
  }
  const dashboard = JSON.parse(read('docs/monitoring/panggil-dashboard.json')) as Dashboard
  const named = (text: string): string[] => [...text.matchAll(/panggil_[a-z_]+/g)].map(([name]) => name)

  test('the dashboard, the alerts and the table name only metrics and labels that a server tells, and the table all of them', async () => {
    const { text } = await house.ask('GET', '/metrics')
    const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map((found) => [found[1] as string, found[2] as string]))
    const told = (name: string): boolean => types.has(name) || types.get(name.replace(/_bucket$/, '')) === 'histogram'
    const source = read('server/metrics.ts')
    const labels = new Map(
      [...source.matchAll(/name: '(panggil_\w+)',\s+help: '[^']*',\s+(?:labelNames: \[([^\]]*)\])?/g)].map((found) => [
        found[1] as string,
        [...(found[2] ?? '').matchAll(/'(\w+)'/g)].map((label) => label[1] as string),
      ]),
    )
    const expressions = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...dashboard.templating.list.map(({ query }) => query),
      ...[...read('docs/monitoring/alerts.yml').matchAll(/expr: (?:\|\n((?: {10,}.*\n)+)|(.*))/g)].map(
        (found) => found[1] ?? found[2] ?? '',
      ),
    ]
    expect(expressions.length).toBeGreaterThan(20)
    for (const expression of expressions) {
      for (const name of named(expression)) expect(told(name), `${name} in ${expression}`).toBe(true)
      for (const [, name, selected] of expression.matchAll(/(panggil_[a-z_]+)\{([^}]*)\}/g))
        for (const [, label] of (selected as string).matchAll(/(\w+)(?:=|!=|=~)"/g))
          expect([...(labels.get((name as string).replace(/_bucket$/, '')) ?? []), 'instance'], expression).toContain(label)
    }
    expect(new Set(named(read('docs/monitoring/README.md')))).toEqual(new Set(types.keys()))
  })

  test('counters are read as rates, histograms as quantiles, and what is seconds or bytes says so', async () => {
    const { text } = await house.ask('GET', '/metrics')
    const types = new Map([...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map((found) => [found[1] as string, found[2] as string]))
    for (const { title, fieldConfig, targets } of dashboard.panels)
      for (const { expr } of targets)
        for (const name of named(expr)) {
          const plain = name.replace(/_bucket$/, '')
          if (types.get(name) === 'counter') expect(expr, title).toMatch(/(rate|increase)\(/)
          if (name !== plain) expect(expr, title).toMatch(/^histogram_quantile\(/)
          if (plain.endsWith('_seconds')) expect(fieldConfig.defaults.unit, title).toBe('s')
          if (plain.endsWith('_bytes')) expect(fieldConfig.defaults.unit, title).toBe('bytes')
        }
  })
})

describe('docs/api', () => {
  test('every type of event stands in events.md, once, and no other', () => {
    const source = read('shared/domain/events.ts')
    const types = new Set([...source.matchAll(/readonly type: '(\w+)'/g)].map((found) => found[1] as string))
    const told = [...read('docs/api/events.md').matchAll(/^\| `(\w+)` \|/gm)].map((found) => found[1] as string)
    expect(told.sort()).toEqual([...types].sort())
  })

  test('OpenAPI: every call has a summary, a group that is listed, who may call it, and its codes where it refuses', async () => {
    const document = (await house.ask('GET', 'openapi.json', { token: null })).body as unknown as {
      readonly tags: readonly { readonly name: string }[]
      readonly webhooks: object
      readonly paths: Record<
        string,
        Record<string, { summary: string; description: string; tags: string[]; responses: Record<string, { 'x-codes'?: string[] }> }>
      >
    }
    const groups = document.tags.map(({ name }) => name)
    expect(document.webhooks).toHaveProperty('event.post')
    for (const methods of Object.values(document.paths))
      for (const { summary, description, tags, responses } of Object.values(methods)) {
        expect(summary.length).toBeGreaterThan(5)
        expect(description.length).toBeGreaterThan(4)
        expect(groups).toEqual(expect.arrayContaining(tags))
        expect(responses['503']?.['x-codes']).toContain('store-away')
      }
  })
})

describe('docs/api/sockets.md', () => {
  const example = (name: string): unknown => {
    const found = new RegExp(`\`\`\`json ${name}\\n([\\s\\S]*?)\`\`\``).exec(read('docs/api/sockets.md'))
    return JSON.parse(found?.[1] as string)
  }
  /** Names and kinds of values; of lists their first, of tables by code or id (`waiting`) none of the names. */
  const shape = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) return value.length === 0 ? 'list' : [shape(value[0])]
    if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value
    if (name === 'waiting') return [...new Set(Object.values(value).map((each) => typeof each))]
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each, key)]))
  }
  const next = <T>(socket: Socket, name: string): Promise<T> => new Promise((resolve) => socket.once(name, resolve))
  const connected = (namespace: string, auth: object): Socket =>
    io(`${house.server.url}${namespace}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { protocol: PROTOCOL, branch: 'hall', ...auth },
    })

  test('each example has the shape of what a server really sends for the same deed', async () => {
    const stranger = connected('/board', {})
    const refused = await next<Error & { data: object }>(stranger, 'connect_error')
    expect(refused.data).toEqual(example('handshake-refused'))

    const { token } = await house.device('display')
    const board = connected('/board', { token })
    expect(shape(await next(board, 'snapshot'))).toEqual(shape(example('board-snapshot')))
    expect(shape(await next(board, 'tick'))).toEqual(shape(example('tick')))
    const event = next(board, 'event')
    await house.ask('POST', 'branches/hall/tickets', { body: { services: ['DUKCAPIL.KK'] }, headers: { 'Idempotency-Key': 'docs' } })
    expect(shape(await event)).toEqual(shape(example('board-event')))

    const counter = connected('/counter', { counter: '1', token: await house.employ('petugas', 'officer') })
    await next(counter, 'snapshot')
    const command = example('command') as { commandId: string }
    const early = await counter.emitWithAck('command', { commandId: 'early', type: 'callNext', current: null })
    expect(early).toMatchObject(example('refused') as object)
    expect(shape(await counter.emitWithAck('command', command))).toEqual(shape(example('accepted')))
    for (const socket of [stranger, board, counter]) socket.disconnect()
  })
})
