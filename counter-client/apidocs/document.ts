/** What this page reads of the OpenAPI document, and what it makes of it. */

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema | boolean
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly additionalProperties?: Schema | boolean
  readonly default?: unknown
  readonly format?: string
  readonly minimum?: number
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly security?: readonly Readonly<Record<string, unknown>>[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema: Schema
  }[]
  readonly requestBody?: Content
  readonly responses: Readonly<Record<string, Content & { readonly description: string; readonly 'x-codes'?: readonly string[] }>>
}

export interface Document {
  readonly info: { readonly version: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

export interface Field {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly meaning: string
}

export interface ApiCall {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly group: string
  readonly summary: string
  readonly who: string
  readonly parameters: readonly Field[]
  readonly body: { readonly fields: readonly Field[]; readonly example: string } | null
  readonly replies: readonly {
    readonly status: string
    readonly description: string
    readonly type: string | null
    readonly fields: readonly Field[]
    readonly example: string | null
  }[]
  readonly refusals: readonly { readonly status: string; readonly codes: readonly string[] }[]
  readonly curl: string
}

/** Deeper than this, examples and tables help nobody. */
const DEEPEST = 4

export function callsOf(document: Document, origin: string): ApiCall[] {
  const base = `${origin}${document.servers[0]?.url ?? ''}`
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => callOf(document, base, path, method, operation)),
  )
}

/** Each word that was typed must stand somewhere in the call's name, address, or summary. */
export function fits({ name, method, path, group, summary }: ApiCall, typed: string): boolean {
  const text = `${name} ${method} ${path} ${group} ${summary}`.toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

function callOf(document: Document, base: string, path: string, method: string, operation: Operation): ApiCall {
  const bodySchema = operation.requestBody?.content?.['application/json']?.schema
  const body = bodySchema
    ? { fields: fieldsOf(document, bodySchema), example: JSON.stringify(exampleOf(document, bodySchema), null, 2) }
    : null
  const headers = (operation.parameters ?? []).filter((each) => each.in === 'header' && each.required)
  const isOpen = (operation.security ?? []).length === 0
  const curl = [
    `curl -X ${method.toUpperCase()} '${base}${path}'`,
    ...(isOpen ? [] : ["-H 'Authorization: Bearer TOKEN'"]),
    ...headers.map(({ name }) => `-H '${name}: 1f0c9a52'`),
    ...(body ? ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(JSON.parse(body.example)).replaceAll("'", "'\\''")}'`] : []),
  ].join(' \\\n  ')
  const responses = Object.entries(operation.responses)
  return {
    name: operation.operationId,
    method: method.toUpperCase(),
    path,
    group: operation.tags[0] ?? '',
    summary: operation.summary,
    who: operation.description,
    parameters: (operation.parameters ?? []).map((each) => ({
      name: `${each.name} (${each.in})`,
      type: typeOf(document, each.schema),
      isRequired: each.required === true,
      meaning: each.schema.description ?? '',
    })),
    body,
    replies: responses
      .filter(([, response]) => response['x-codes'] === undefined)
      .map(([status, { description, content }]) => {
        const [type, media] = Object.entries(content ?? {})[0] ?? [null, undefined]
        const schema = media?.schema
        return {
          status,
          description,
          type,
          fields: schema ? fieldsOf(document, schema) : [],
          example: schema && type === 'application/json' ? JSON.stringify(exampleOf(document, schema), null, 2) : null,
        }
      }),
    refusals: responses.flatMap(([status, { 'x-codes': codes }]) => (codes ? [{ status, codes }] : [])),
    curl,
  }
}

function found(document: Document, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema
  return document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}
}

const choices = (schema: Schema): readonly Schema[] => schema.anyOf ?? schema.oneOf ?? []
const itemOf = ({ items }: Schema): Schema | null => (typeof items === 'object' ? items : null)

function typeOf(document: Document, schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? ''
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ')
  if (choices(schema).length > 0)
    return choices(schema)
      .map((each) => typeOf(document, each))
      .join(' | ')
  const item = itemOf(schema)
  if (item) return `${typeOf(document, item)}[]`
  if (Array.isArray(schema.type)) return schema.type.join(' | ')
  return typeof schema.type === 'string' ? schema.type : 'any'
}

/** The fields of an object and of what lies in it, each with its way: `ticket.number`. */
function fieldsOf(document: Document, schema: Schema, before = '', depth = 0): Field[] {
  const here = found(document, schema)
  const item = itemOf(here)
  if (item) return depth < DEEPEST ? fieldsOf(document, item, `${before}[]`, depth + 1) : []
  return Object.entries(here.properties ?? {}).flatMap(([name, each]) => {
    const way = before === '' ? name : `${before}.${name}`
    const field = {
      name: way,
      type: typeOf(document, each),
      isRequired: here.required?.includes(name) ?? false,
      meaning: each.description ?? '',
    }
    return [field, ...(depth < 2 ? fieldsOf(document, each, way, depth + 1) : [])]
  })
}

function exampleOf(document: Document, schema: Schema, depth = 0): unknown {
  const here = found(document, schema)
  if (here.default !== undefined) return here.default
  if (here.const !== undefined) return here.const
  if (here.enum) return here.enum[0]
  const [first] = choices(here)
  if (first) return exampleOf(document, first, depth)
  const item = itemOf(here)
  if (item) return depth > DEEPEST ? [] : [exampleOf(document, item, depth + 1)]
  if (here.properties) {
    if (depth > DEEPEST) return {}
    const named = Object.entries(here.properties).filter(([name]) => depth === 0 || (here.required?.includes(name) ?? true))
    return Object.fromEntries(named.map(([name, each]) => [name, exampleOf(document, each, depth + 1)]))
  }
  const type = Array.isArray(here.type) ? here.type[0] : here.type
  if (type === 'integer' || type === 'number') return Math.max(here.minimum ?? 1, 1)
  if (type === 'boolean') return true
  if (type === 'object') return {}
  return type === 'null' ? null : 'text'
}
