import { z } from 'zod'
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.ts'
import {
  BranchCommand as branchCommand,
  Configuration as configuration,
  CounterCommand as counterCommand,
  text as line,
} from '../../shared/protocol/schemas.ts'
import { LAYOUTS, THEMES } from '../../shared/protocol/screen.ts'

export const CounterCommand: z.ZodType = counterCommand
export const BranchCommand: z.ZodType = branchCommand
export const Configuration: z.ZodType = configuration

/**
 * The shapes of HTTP that sockets don't share. Requests are strict: a field that nobody reads is a mistake of the caller's, not to be passed
 * over. Everything named here stands in the components of the OpenAPI document.
 */

export const Id = z.string().regex(/^[\w.-]{1,64}$/)
export const BranchPath = z.object({ branch: Id })
const milliseconds = z.number().int().describe('Milliseconds since 1970 on the store’s clock')
const revision = z.number().int().nonnegative()

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    retry: z.boolean().describe('Whether the same request, unchanged, may succeed later without anybody doing anything'),
    details: z.record(z.string(), z.unknown()).optional(),
    mistakes: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .describe('RFC 9457')

// --- users and sessions

export const Role = z.enum(['officer', 'desk', 'supervisor', 'admin'])
export const Username = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]*$/u, 'must begin with a letter or digit and have no spaces')
const passwordText = z.string().min(1).max(128)
/** Only its size is checked here; whether it is worth anything, when it is set. */
const newPassword = z.string().min(8).max(128)
const counters = z.array(Id).max(500).nullable()

export const Credentials = z.strictObject({ username: z.string().min(1).max(64), password: passwordText })
export const SetUp = z.strictObject({ token: z.string().min(1).max(200), password: newPassword })
export const User = z.object({
  username: z.string(),
  name: z.string(),
  role: Role,
  branch: z.string().nullable().describe('null: all branches (admins only)'),
  counters: z.array(z.string()).nullable().describe('Counters that this officer may open; null: all of the branch'),
})
export const SignedIn = z.object({ token: z.string(), user: User, expiresAtMs: milliseconds })
const screen = {
  layout: z
    .enum(LAYOUTS)
    .describe('`calls`: newest number and those before it; `media`: pictures and film that calls push aside; `counters`'),
  theme: z.enum(THEMES).describe('`auto`: light by day, by the branch’s clock'),
  language: z.enum(['id', 'en']).describe('Written large; the other one stands beside it'),
  agencies: z.array(Id).min(1).max(200).nullable().describe('Shows only calls and queues of these; null: of all in its zones'),
}
export const CurrentSession = z.object({
  user: User.optional(),
  device: z
    .object({
      deviceId: z.string(),
      kind: z.enum(['display', 'kiosk']),
      name: z.string(),
      branch: z.string(),
      zones: z.array(z.string()).nullable(),
      ...screen,
    })
    .optional(),
})
export const NewUser = z.strictObject({
  username: Username,
  password: newPassword,
  name: line(100),
  role: Role,
  branch: Id.nullish().describe('Absent or null: all branches; only for admins'),
  counters: counters.optional(),
})
export const UserChange = z.strictObject({
  name: line(100).optional(),
  role: Role.optional(),
  branch: Id.nullable().optional(),
  counters: counters.optional(),
})
export const NewPassword = z.strictObject({ password: newPassword })
export const OwnPassword = z.strictObject({ current: passwordText, password: newPassword })

// --- devices

export const DeviceKind = z.enum(['display', 'kiosk'])
export const NewDevice = z.strictObject({
  kind: DeviceKind,
  name: line(100),
  zones: z.array(Id).min(1).max(200).nullish().describe('Absent: all of them'),
  layout: screen.layout.optional(),
  theme: screen.theme.optional(),
  language: screen.language.optional(),
  agencies: screen.agencies.optional(),
  pairingCode: z.string().min(8).max(12).optional().describe('The token then goes to the screen that shows this code'),
})
export const DeviceChange = z.strictObject({
  name: line(100).optional(),
  zones: z.array(Id).min(1).max(200).nullable().optional().describe('null: all of them'),
  layout: screen.layout.optional(),
  theme: screen.theme.optional(),
  language: screen.language.optional(),
  agencies: screen.agencies.optional(),
})
export const CreatedDevice = z.object({
  deviceId: z.string(),
  token: z.string().optional().describe('Shown once; absent with a pairing code'),
})
export const Device = z.object({
  deviceId: z.string(),
  kind: DeviceKind,
  name: z.string(),
  zones: z.array(z.string()).nullable(),
  ...screen,
  isPaired: z.boolean().describe('Its token has been handed over'),
  createdAtMs: milliseconds,
})
export const PairingRequest = z.strictObject({ kind: DeviceKind })
export const PairingOffer = z.object({ code: z.string(), secret: z.string(), expiresAtMs: milliseconds })
export const PairingClaim = z.strictObject({ secret: z.string().min(1).max(100) })
export const ClaimedDevice = z.object({
  deviceId: z.string(),
  token: z.string(),
  branch: z.string(),
  zones: z.array(z.string()).nullable(),
  name: z.string(),
})

// --- branches

const name = z.object({ id: z.string(), en: z.string() })
const text = z.union([z.string(), name])
export const BranchName = z.object({ id: z.string(), name })
const interval = z.tuple([z.string(), z.string()])
const weekly = z.partialRecord(z.enum(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']), z.array(interval))
const hours = z.union([
  z.literal('always'),
  z.object({
    weekly,
    exceptions: z
      .array(
        z.object({
          date: z.string().optional(),
          from: z.string().optional(),
          to: z.string().optional(),
          hours: z.array(interval).optional(),
          weekly: weekly.optional(),
          reason: text.optional(),
        }),
      )
      .optional(),
    lastTicketMinutesBeforeClose: z.number().optional(),
    firstTicketMinutesBeforeOpen: z.number().optional(),
  }),
])
export const PublicService = z.object({
  code: z.string(),
  name: text,
  averageMinutes: z.number(),
  targetMinutes: z.number(),
  requirements: z.array(text).optional(),
  fee: text.optional(),
  note: text.optional(),
  hours: hours.optional(),
  open: z.boolean().describe('Whether a ticket is to be had now'),
  closedReason: z.string().nullable().describe('Why not: the reason of `service-closed`, or `quota-used`'),
  closedText: text.nullable().describe('What the supervisor wrote, or the branch says of this day'),
  opensAtMs: milliseconds.nullable().describe('When it opens; null where nobody knows'),
  waiting: z.number().int(),
  quotaPerDay: z.number().int().nullable(),
  quotaLeft: z.number().int().nullable(),
})
export const MediaItem = z.object({
  name: z.string(),
  kind: z.enum(['picture', 'film']),
  url: z.string().describe('From the root of this server; another one when the file changes'),
})
export const Media = z.object({
  items: z.array(MediaItem),
  refused: z.array(z.object({ name: z.string(), reason: z.enum(['unknown-kind', 'too-large', 'too-many']) })),
})
export const BranchDescription = z.object({
  id: z.string(),
  name,
  motto: text.optional(),
  address: z.string().optional(),
  runningText: z.array(text).optional(),
  look: z.object({ accent: z.string().optional(), logo: z.string().optional() }).optional(),
  voices: z.object({ id: z.string(), en: z.string() }).describe('Voice packs of the screens, under `/voices`'),
  timeZone: z.string(),
  languages: z.array(z.enum(['id', 'en'])),
  hours,
  day: z.string(),
  configuredRevision: revision,
  visitorTickets: z.boolean(),
  zones: z.array(z.object({ id: z.string(), name: text })),
  classes: z.array(z.object({ id: z.string(), name: text, targetMinutes: z.number() })),
  agencies: z.array(z.object({ id: z.string(), name: text, short: z.string(), prefix: z.string(), services: z.array(PublicService) })),
  counters: z.array(z.object({ id: z.string(), label: z.string(), zone: z.string(), services: z.array(z.string()) })),
  journeys: z.array(
    z.object({ id: z.string(), name: text, steps: z.array(z.object({ service: z.string(), optional: z.boolean().optional() })) }),
  ),
})

// --- tickets and commands

/** Printable ASCII: what a header can carry everywhere. */
export const IdempotencyKey = z.string().regex(/^[\x20-\x7e]{1,128}$/, 'must be 1 to 128 printable characters')

export const TicketRequest = z
  .strictObject({
    services: z.array(z.string().min(1).max(100)).min(1).max(20).optional().describe('Codes: AGENCY.SERVICE'),
    journey: z.string().min(1).max(100).optional(),
    class: z.string().min(1).max(100).optional().describe('`regular` where absent'),
    language: z.enum(['id', 'en']).optional().describe('In which the visitor is called; `id` where absent'),
  })
  .refine(({ services, journey }) => (services === undefined) !== (journey === undefined), 'must name services or a journey, and not both')

const ticketState = z.enum(['waiting', 'called', 'serving', 'completed', 'onHold', 'noShow', 'cancelled'])
export const Ticket = z.object({
  id: z.string().describe('Unguessable: whoever has it may see the ticket'),
  number: z.string(),
  services: z.array(z.string()),
  service: z.string(),
  class: z.string(),
  state: ticketState,
  issuedAtMs: milliseconds,
  counter: z.string().optional(),
})
const estimate = z.object({ lowMinutes: z.number(), highMinutes: z.number() }).nullable()
export const IssuedTicket = z.object({ ticket: Ticket, ahead: z.number().int(), estimate, url: z.string() })
export const TicketView = z.object({
  ticket: Ticket,
  ahead: z.number().int(),
  estimate,
  counter: z.object({ id: z.string(), label: z.string() }).optional(),
  stop: z.number().int(),
})
export const Passed = z.object({
  ticket: z.object({ number: z.string(), state: ticketState, class: z.string(), readyAtMs: milliseconds, dueAtMs: milliseconds }),
  calls: z.array(
    z.object({
      number: z.string(),
      counter: z.string(),
      atMs: milliseconds,
      why: z
        .object({
          rule: z.enum(['earliestDue', 'direct']),
          dueAtMs: milliseconds,
          readyAtMs: milliseconds,
          targetMinutes: z.number(),
          class: z.string(),
          candidates: z.number().int(),
          outOfOrder: z.boolean(),
          reason: z.string().nullable(),
        })
        .describe('Why this one was called: by the smallest due time, or out of order with the officer’s reason'),
    }),
  ),
})
export const CommandReply = z.object({ revision, ticket: Ticket.nullable().optional(), announcementId: z.string().optional() })
export const Revision = z.object({ revision })
export const LoggedEvent = z.object({
  revision,
  atMs: milliseconds,
  event: z.looseObject({ type: z.string(), atMs: milliseconds, by: z.string() }),
})

// --- views

const counterStatus = z.enum(['closed', 'open', 'paused'])
const branchHead = z.object({ id: z.string(), name, timeZone: z.string() })
const dayOverride = z.enum(['open', 'closed']).nullable()
const pause = z.object({ reason: z.string(), sinceMs: milliseconds }).nullable()
const notice = z.object({ text: name, atMs: milliseconds }).nullable()
const serviceState = z.looseObject({ override: z.string() })
export const BoardView = z.object({
  revision,
  branch: branchHead,
  configuredRevision: revision,
  day: z.string(),
  calls: z.array(
    z.looseObject({
      announcementId: z.string(),
      ticket: z.object({ number: z.string() }),
      counter: z.object({ id: z.string(), label: z.string() }),
      zone: z.string(),
      atMs: milliseconds,
      caption: name,
    }),
  ),
  waiting: z.record(z.string(), z.number().int()),
  counters: z.array(z.object({ id: z.string(), label: z.string(), zone: z.string(), state: counterStatus })),
  services: z.record(z.string(), serviceState),
  dayOverride,
  pause,
  notice,
})
export const LiveView = z.object({
  revision,
  branch: branchHead,
  configuredRevision: revision,
  day: z.string(),
  atMs: milliseconds,
  queues: z.array(
    z.object({
      service: z.string(),
      waiting: z.number().int(),
      waitingSinceMs: milliseconds.nullable(),
      longestWaitMs: z.number(),
      issued: z.number().int(),
      override: serviceState.nullable(),
    }),
  ),
  counters: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      zone: z.string(),
      state: counterStatus,
      officer: z.string().optional(),
      ticket: Ticket.optional(),
      waiting: z.number().int(),
      reason: z.string().nullable(),
      sinceMs: milliseconds,
    }),
  ),
  dayOverride,
  pause,
  notice,
})
