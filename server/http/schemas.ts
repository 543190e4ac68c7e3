import { z } from 'zod'
import { ERRORS, type ErrorCode } from '../../shared/protocol/errors.ts'
import { COLUMNS } from '../../shared/protocol/printing.ts'
import {
  BranchCommand as branchCommand,
  Configuration as configuration,
  CounterCommand as counterCommand,
  text as line,
} from '../../shared/protocol/schemas.ts'
import { LAYOUTS, THEMES } from '../../shared/protocol/screen.ts'
import type * as Wire from '../../shared/protocol/wire.ts'

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

export const Role = z.enum(['officer', 'desk', 'supervisor', 'coordinator', 'admin'])
export const Username = z
  .string()
  .min(2)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]*$/u, 'must begin with a letter or digit and have no spaces')
const passwordText = z.string().min(1).max(128)
/** Only its size is checked here; whether it is worth anything, when it is set. */
const newPassword = z.string().min(8).max(128)
const counters = z.array(Id).max(500).nullable()
const agency = Id.describe('The one that a coordinator sees and manages; for no other role')
const ssoName = line(254).describe('User name at the provider of single sign-on, or an e-mail address that it has checked')

export const Credentials = z.strictObject({ username: z.string().min(1).max(64), password: passwordText })
export const SetUp = z.strictObject({ token: z.string().min(1).max(200), password: newPassword })
export const User = z.object({
  username: z.string(),
  name: z.string(),
  role: Role,
  branch: z.string().nullable().describe('null: all branches (admins only)'),
  counters: z.array(z.string()).nullable().describe('Counters that this officer may open; null: all of the branch'),
  agency: z.string().optional().describe('Of a coordinator only. The branch may have lost it since'),
})
export const ListedUser = User.extend({
  isDisabled: z.boolean().describe('Switched off: can’t sign in'),
  ssoName: z.string().optional().describe('By what the provider of single sign-on knows him'),
  isSsoLinked: z.boolean().describe('He came by single sign-on once; from then on only who he is there counts, not his name'),
  isSsoOnly: z.boolean().describe('His password opens nothing'),
})
export const SignedIn = z.object({ token: z.string(), user: User, expiresAtMs: milliseconds })
const screen = {
  layout: z
    .enum(LAYOUTS)
    .describe('`calls`: newest number and those before it; `media`: pictures and film that calls push aside; `counters`'),
  theme: z.enum(THEMES).describe('`auto`: light by day, by the branch’s clock'),
  language: z.enum(['id', 'en']).describe('Written large; the other one stands beside it'),
  agencies: z.array(Id).min(1).max(200).nullable().describe('Shows only calls and queues of these; null: of all in its zones'),
  volume: z.number().int().min(1).max(100).describe('Of its loudspeaker, in percent'),
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
  agency: agency.optional(),
  ssoName: ssoName.optional(),
})
export const UserChange = z.strictObject({
  name: line(100).optional(),
  role: Role.optional(),
  branch: Id.nullable().optional(),
  counters: counters.optional(),
  agency: agency.optional(),
  ssoName: ssoName.nullable().optional().describe('With another one, or null, the link to who he is there is gone'),
  isSsoOnly: z.boolean().optional().describe('His password opens nothing; only of others, and where he has an ssoName'),
  isDisabled: z.boolean().optional().describe('Switched off: his sessions end, and he can’t sign in'),
})
export const NewPassword = z.strictObject({ password: newPassword })
export const OwnPassword = z.strictObject({ current: passwordText, password: newPassword })

// --- devices

export const DeviceKind = z.enum(['display', 'kiosk'])
const printerState = z.enum(['ready', 'paperLow', 'paperOut', 'coverOpen', 'away', 'failed'])
const columns = z.literal(COLUMNS).describe('32 on 58 mm paper, 48 on 80 mm')
/** Names and addresses only: nothing that could say more to whoever is at the other end. */
const printerHost = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,252})$|^[0-9A-Fa-f:.]{2,45}$/, 'must be a host name or an IP address')
export const Printer = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('network'),
      host: printerHost,
      port: z.number().int().min(1).max(65_535).describe('9100 as a rule'),
      columns,
      cutter: z.boolean().exactOptional().describe('Absent: none'),
    }),
    z.strictObject({ kind: z.literal('browser'), columns }),
  ])
  .describe('`network`: ESC/POS over TCP, spoken to by the server; `browser`: the page prints itself')
export const NewDevice = z.strictObject({
  kind: DeviceKind,
  name: line(100),
  zones: z.array(Id).min(1).max(200).nullish().describe('Absent: all of them'),
  layout: screen.layout.optional(),
  theme: screen.theme.optional(),
  language: screen.language.optional(),
  agencies: screen.agencies.optional(),
  volume: screen.volume.optional(),
  printer: Printer.nullable().optional(),
  pairingCode: z.string().min(8).max(12).optional().describe('The token then goes to the screen that shows this code'),
})
export const DeviceChange = z.strictObject({
  name: line(100).optional(),
  zones: z.array(Id).min(1).max(200).nullable().optional().describe('null: all of them'),
  layout: screen.layout.optional(),
  theme: screen.theme.optional(),
  language: screen.language.optional(),
  agencies: screen.agencies.optional(),
  volume: screen.volume.optional(),
  printer: Printer.nullable().optional().describe('null: it has none any more'),
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
  printer: Printer.nullable(),
  isPaired: z.boolean().describe('Its token has been handed over'),
  createdAtMs: milliseconds,
})
export const ListedDevice = Device.extend({
  contact: z
    .object({
      isConnected: z.boolean(),
      sinceMs: milliseconds.nullable().describe('Since when it is connected, or is not; null: not heard of since this server began'),
      sound: z.enum(['ready', 'loading', 'blocked', 'off', 'failed']).nullable(),
    })
    .describe('As this server knows it'),
  speaksIn: z.array(z.string()).describe('Zones whose loudspeaker it is now'),
  printerState: printerState.nullable().describe('null: it has none, or it said nothing yet'),
})
export const DevicePairing = z.strictObject({ pairingCode: z.string().min(8).max(12) })
export const House = z.object({
  publicUrl: z.string().describe('What QR codes begin with'),
  addresses: z.array(z.string()).describe('Under which this server answers; other machines’ first'),
})
export const PairingRequest = z.strictObject({ kind: DeviceKind })
export const PairingOffer = z.object({
  code: z.string(),
  secret: z.string(),
  expiresAtMs: milliseconds,
  expiresInMs: z.number().int().describe('For a screen whose clock nobody has set'),
})
export const PairingClaim = z.strictObject({ secret: z.string().min(1).max(100) })
export const ClaimedDevice = z.object({
  deviceId: z.string(),
  token: z.string(),
  branch: z.string(),
  zones: z.array(z.string()).nullable(),
  name: z.string(),
})

// --- printing

export const OwnDevice = z.object({
  deviceId: z.string(),
  name: z.string(),
  printer: Printer.nullable(),
  printerState: printerState.nullable().describe('null: it has none, or it said nothing yet'),
})
export const PrintRequest = z.strictObject({
  device: Id.optional().describe('Whose printer; a kiosk prints on its own, staff on the only one there is where absent'),
  copy: z.literal(true).optional().describe('Printed again, marked as a copy'),
})
export const Printed = z.object({ state: z.enum(['ready', 'paperLow']) })
export const HandedRequest = z.strictObject({ how: z.enum(['paper', 'screen']) })

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
  bytes: z.number().int(),
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
  counter: z.string().exactOptional(),
})
const estimate = z.object({ lowMinutes: z.number(), highMinutes: z.number() }).nullable()
export const IssuedTicket = z.object({ ticket: Ticket, ahead: z.number().int(), estimate, url: z.string() })
export const TicketView = z.object({
  ticket: Ticket,
  ahead: z.number().int(),
  estimate,
  counter: z.object({ id: z.string(), label: z.string() }).optional(),
  stop: z.number().int(),
  refusal: z.string().nullable().describe('Why it is not served any more: the supervisor’s words, or `day-closed`'),
  paused: z.string().nullable().describe('Why nobody is called while it waits: the supervisor’s words'),
  nextDay: z.object({ atMs: milliseconds.nullable() }).nullable().describe('Carried over: when its service opens on a later day'),
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

// --- the day

const dayHours = z.object({
  intervals: z.array(z.object({ fromMs: milliseconds, untilMs: milliseconds })).describe('Empty: closed today'),
  reason: text.nullable().describe('Why today differs from the usual week'),
})
export const DaySheet = z.object({
  day: z.string(),
  atMs: milliseconds,
  revision,
  hours: dayHours,
  services: z.array(
    z.object({
      service: z.string(),
      hours: dayHours.nullable().describe('null: the branch’s'),
      closed: z
        .object({ reason: z.string(), text: text.nullable(), opensAtMs: milliseconds.nullable() })
        .nullable()
        .describe('Why it issues no tickets now; null: it does'),
      issuesUntilMs: milliseconds.nullable().describe('Until when the hours let it issue tickets'),
      quotaPerDay: z.number().int().nullable(),
      quotaLeft: z.number().int().nullable(),
      outlook: z
        .object({
          endsMs: milliseconds.nullable(),
          breakMs: milliseconds.nullable(),
          waiting: z.number().int(),
          served: z.number().int().describe('How many of those waiting can be served before it ends'),
          servedBeforeBreak: z.number().int(),
          from: z.string().nullable().describe('The number from which on nobody can be served any more'),
        })
        .describe('Counters open now, average minutes, nobody else coming'),
      carriedOver: z.number().int().describe('How many wait for the next day'),
    }),
  ),
  lastDay: z
    .object({
      day: z.string(),
      endedAtMs: milliseconds,
      services: z.record(
        z.string(),
        z.object({
          completed: z.number().int(),
          missed: z.number().int(),
          refused: z.number().int(),
          carriedOver: z.number().int(),
          cancelled: z.number().int(),
        }),
      ),
    })
    .nullable(),
})
export const DayWaiting = z.object({
  atMs: milliseconds,
  carriedOver: z.array(z.object({ id: z.string(), number: z.string(), service: z.string() })),
  tickets: z.array(z.object({ id: z.string(), number: z.string(), service: z.string(), isHeld: z.boolean(), canBeServed: z.boolean() })),
})

// --- the help desk

export const DeskTicket = TicketView.extend({
  url: z.string().describe('Of the page that its visitor follows'),
  said: name.describe('The number as a call will name it'),
  language: z.enum(['id', 'en']),
  journey: z.string().nullable(),
  readyAtMs: milliseconds,
  promisedAtMs: milliseconds.describe('Until when it should be called'),
  calledAtMs: milliseconds.nullable(),
  startedAtMs: milliseconds.nullable(),
  endedAtMs: milliseconds.nullable(),
  calls: z.number().int(),
  sentTo: z.string().nullable().describe('Waits for this counter alone'),
  outcomes: z.array(z.enum(['done', 'incompleteDocuments', 'continuesElsewhere', 'collectLater']).nullable()),
  note: z.string().nullable().describe('Free text of staff'),
  handed: z.enum(['paper', 'screen']).nullable().describe('How the visitor got the number; null: nobody said'),
})
export const DeskFound = z.object({ tickets: z.array(Ticket) })
export const DeskWaiting = z.object({
  atMs: milliseconds,
  waiting: z.number().int().describe('In the whole hall'),
  tickets: z.array(
    z.object({
      id: z.string(),
      number: z.string(),
      service: z.string(),
      class: z.string(),
      readyAtMs: milliseconds,
      promisedAtMs: milliseconds,
      sentTo: z.string().nullable(),
    }),
  ),
})
export const DeskSheet = z.object({ day: z.string(), written: z.array(z.string()) })
export const DeskPrinter = z.object({
  device: z.string(),
  name: z.string(),
  state: z.enum(['ready', 'paperLow', 'paperOut', 'coverOpen', 'away', 'failed']).nullable().describe('null: it said nothing yet'),
})

// --- views: as the wire has them, or this does not compile

const counterStatus = z.enum(['closed', 'open', 'paused'])
const branchHead = z.object({ id: z.string(), name: name, timeZone: z.string() })
const dayOverride = z.enum(['open', 'closed']).nullable()
const pause = z.object({ reason: z.string(), sinceMs: milliseconds }).nullable()
const notice = z.object({ text: name, zones: z.array(z.string()).nullable().describe('null: all'), atMs: milliseconds }).nullable()
const serviceState = z.object({
  override: z.enum(['open', 'paused', 'closed']).describe('`open`: outside its hours too; `closed`: no new tickets today'),
  reason: z.string().nullable(),
  before: z
    .object({ override: z.enum(['open', 'closed']), reason: z.string().nullable() })
    .exactOptional()
    .describe('Of a pause: what holds again when it ends'),
})
const counterHead = z.object({ id: z.string(), label: z.string() })
const zoneSound = z
  .enum(['ok', 'none', 'blocked', 'quiet'])
  .describe('`none`: no screen can speak; `blocked`: one waits for a touch; `quiet`: calls are only shown')
const announcementState = z.enum(['waiting', 'speaking', 'heard', 'notHeard', 'dropped'])

export const BoardView: z.ZodType<Wire.BoardView & { readonly revision: number }> = z.object({
  revision,
  branch: branchHead,
  configuredRevision: revision,
  day: z.string(),
  calls: z
    .array(
      z.object({
        announcementId: z.string(),
        kind: z.enum(['call', 'recall']),
        ticket: z.object({ number: z.string() }),
        counter: counterHead,
        zone: z.string(),
        service: z.string(),
        atMs: milliseconds,
        sequence: z.number().int(),
        language: z.enum(['id', 'en']),
        caption: name,
      }),
    )
    .describe('Newest first'),
  missed: z.array(z.object({ number: z.string(), counter: counterHead, atMs: milliseconds })).describe('Visitors who did not come'),
  zones: z.array(z.object({ id: z.string(), sound: zoneSound, speaking: z.string().nullable() })),
  waiting: z.record(z.string(), z.number().int()),
  counters: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      zone: z.string(),
      state: counterStatus,
      reason: z.string().nullable(),
      untilMs: milliseconds.nullable(),
    }),
  ),
  services: z.record(z.string(), serviceState),
  dayOverride,
  pause,
  notice,
})
export const LiveView: z.ZodType<Wire.LiveView & { readonly revision: number }> = z.object({
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
      officer: z.string().exactOptional(),
      ticket: Ticket.exactOptional(),
      waiting: z.number().int(),
      reason: z.string().nullable(),
      untilMs: milliseconds.nullable(),
      sinceMs: milliseconds,
      announcement: announcementState.nullable(),
    }),
  ),
  zones: z.array(
    z.object({
      id: z.string(),
      sound: zoneSound,
      device: z.string().nullable(),
      speaking: z.string().nullable(),
      waiting: z.number().int(),
      quiet: z.string().nullable(),
      soundCheck: z.object({ atMs: milliseconds, heard: z.boolean().nullable() }).nullable(),
    }),
  ),
  printers: z.array(
    z.object({
      device: z.string(),
      state: z.enum(['ready', 'paperLow', 'paperOut', 'coverOpen', 'away', 'failed']),
      sinceMs: milliseconds,
    }),
  ),
  dayOverride,
  pause,
  notice,
})
