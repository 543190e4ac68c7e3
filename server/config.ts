import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { isLoopbackHttp, type SsoSettings } from './auth/ssoSettings.ts'

/** Everything that a house can set. The only reader of `process.env`. */
export interface Config {
  /** 0: any free port. */
  readonly port: number
  readonly host: string
  /** Origin for QR codes and printed links, without a slash at its end; null: made from host and port once listening. */
  readonly publicUrl: string | null
  readonly dataDir: string
  readonly redisUrl: string | undefined
  readonly store: 'embedded' | 'redis' | undefined
  /** Where `npm run backup` puts a second copy, on another disk; null: nowhere. */
  readonly backupDir: string | null
  readonly branchFile: string
  /** Branches that are shipped as examples to begin with: a file each. */
  readonly templatesDir: string
  /** Whether the house named the branch file itself. */
  readonly isBranchFileGiven: boolean
  readonly adminPassword: string | undefined
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Signing in at a provider of OpenID Connect; null: with passwords alone. */
  readonly sso: SsoSettings | null
  /** Opens `/metrics` to other machines. */
  readonly metricsToken: string | undefined
  /** How many reverse proxies stand in front, whose `X-Forwarded-For` is believed; 0: none. */
  readonly trustedProxies: number
  /** Of one signed-in token or device; of one address where nobody is signed in. */
  readonly requestsPerSecond: number
  readonly requestsBurst: number
  /** Of one address, where the branch lets visitors take tickets with their own phones. */
  readonly visitorTicketsPerMinute: number
  /** Built pages and their assets. */
  readonly clientDir: string
  /** The voice packs that are shipped; a house's own lie in `DATA_DIR/voices`. */
  readonly voicesDir: string
  /** Pages are read anew with each request: they are being worked on. */
  readonly dev: boolean
}

/** All faults of the environment at once: names and what was expected, never a value (it may be a password). */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault'
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`The environment is not as it should be:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`)

const origin = z
  .string()
  .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol), 'must be an http or https address')
  .refine(
    (value) => !URL.canParse(value) || (new URL(value).pathname === '/' && !new URL(value).search),
    'must have no path: the pages stand at its root',
  )
  .transform((value) => new URL(value).origin)

const issuer = z
  .string()
  .refine(
    (value) => URL.canParse(value) && (new URL(value).protocol === 'https:' || isLoopbackHttp(value)),
    'must be an https address (http only for a provider on this machine)',
  )
  .refine((value) => !URL.canParse(value) || (!new URL(value).search && !new URL(value).hash), 'must have no ? and no #')

const environment = z.object({
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: origin.optional(),
  DATA_DIR: z.string().default('data'),
  REDIS_URL: z
    .string()
    .refine((value) => /^(rediss?|unix):\/\/|^\//.test(value), 'must begin with redis:// or rediss://, or be the path of a socket')
    .optional(),
  STORE: z.enum(['embedded', 'redis'], 'must be embedded or redis').optional(),
  BACKUP_DIR: z.string().optional(),
  BRANCH_FILE: z.string().optional(),
  ADMIN_PASSWORD: z.string().min(8, 'must have at least 8 characters').max(128, 'must have at most 128 characters').optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'must be trace, debug, info, warn, error, fatal or silent')
    .default('info'),
  OIDC_ISSUER: issuer.optional(),
  OIDC_CLIENT_ID: z.string().max(300, 'must have at most 300 characters').optional(),
  OIDC_CLIENT_SECRET: z.string().max(1000, 'must have at most 1000 characters').optional(),
  OIDC_LABEL: z.string().trim().min(1, 'must not be blank').max(40, 'must have at most 40 characters').optional(),
  OIDC_SCOPES: z
    .string()
    .refine((value) => value.split(' ').includes('openid'), 'must have openid among them')
    .default('openid profile email'),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  TRUSTED_PROXIES: wholeNumber(0, 10).default(0),
  REQUESTS_PER_SECOND: wholeNumber(1, 1_000_000).default(500),
  REQUESTS_BURST: wholeNumber(1, 1_000_000).default(1000),
  VISITOR_TICKETS_PER_MINUTE: wholeNumber(1, 100_000).default(20),
})

/** Beside this file, in the sources and in the build alike. */
const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const isBuilt = /[\\/]dist[\\/]server[\\/]/.test(fileURLToPath(import.meta.url))

/** Throws `ConfigFault`. An empty variable counts as absent. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  args: readonly string[] = process.argv.slice(2),
): Config {
  const given = Object.fromEntries(Object.keys(environment.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
  const read = environment.safeParse(given)
  const faults = read.success ? [] : read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
  const branchFile = env.BRANCH_FILE ? resolve(env.BRANCH_FILE) : beside('./branches/mpp-kupang.json')
  if (env.BRANCH_FILE && !existsSync(branchFile)) faults.push('BRANCH_FILE names no file')
  faults.push(...ssoFaults(given))
  if (!read.success || faults.length > 0) throw new ConfigFault(faults)
  const set = read.data
  return {
    port: set.PORT,
    host: set.HOST,
    publicUrl: set.PUBLIC_URL ?? null,
    dataDir: resolve(set.DATA_DIR),
    redisUrl: set.REDIS_URL,
    store: set.STORE,
    backupDir: set.BACKUP_DIR ? resolve(set.BACKUP_DIR) : null,
    branchFile,
    templatesDir: beside('./branches'),
    isBranchFileGiven: Boolean(env.BRANCH_FILE),
    adminPassword: set.ADMIN_PASSWORD,
    logLevel: set.LOG_LEVEL,
    sso: ssoOf(set),
    metricsToken: set.METRICS_TOKEN,
    trustedProxies: set.TRUSTED_PROXIES,
    requestsPerSecond: set.REQUESTS_PER_SECOND,
    requestsBurst: set.REQUESTS_BURST,
    visitorTicketsPerMinute: set.VISITOR_TICKETS_PER_MINUTE,
    clientDir: beside(isBuilt ? '../client' : '../dist/client'),
    voicesDir: beside(isBuilt ? '../../voices' : '../voices'),
    dev: args.includes('--dev'),
  }
}

const SSO = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const

/** All three or none; and the provider must know where it sends people back to. */
function ssoFaults(given: Readonly<Record<string, string | undefined>>): string[] {
  const [first] = SSO.filter((name) => given[name] !== undefined)
  if (first === undefined) return []
  return [
    ...SSO.filter((name) => given[name] === undefined).map((name) => `${name} must be there, too: ${first} is`),
    ...(given.PUBLIC_URL === undefined ? ['PUBLIC_URL must be there: single sign-on comes back to it'] : []),
  ]
}

function ssoOf(set: z.infer<typeof environment>): SsoSettings | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, OIDC_LABEL: label, OIDC_SCOPES: scopes } = set
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null
  return { issuer, clientId, clientSecret, label: label ?? new URL(issuer).host, scopes }
}
