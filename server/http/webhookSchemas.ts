import { z } from 'zod'
import { text } from '../../shared/protocol/schemas.ts'
import * as Wire from '../../shared/protocol/webhooks.ts'
import { BranchPath, Id } from './schemas.ts'

/** Shapes of webhooks: what is asked, and what is answered (`shared/protocol/webhooks.ts`). */

const milliseconds = z.number().int().describe('Milliseconds since 1970 on the store’s clock')
const outcome = z.enum(Wire.DELIVERY_OUTCOMES)
const status = z.number().int().nullable().describe('HTTP status; null: there was no answer')

export const WebhookPath = BranchPath.extend({ webhook: Id })

const name = text(60).describe('What the admin calls the receiver')
const url = z.string().min(1).max(500).describe('An https address; http only on the local network')
const types = z
  .array(z.enum(Wire.WEBHOOK_TYPES as [Wire.WebhookType, ...Wire.WebhookType[]]))
  .min(1)
  .max(Wire.WEBHOOK_TYPES.length)
  .describe('Types of events, as `docs/api/events.md` lists them')

export const NewWebhook = z.strictObject({ name, url, types })
export const WebhookChange = z.strictObject({
  name: name.optional(),
  url: url.optional(),
  types: types.optional(),
  enabled: z.boolean().optional().describe('What happens while it is off is never sent'),
})

const webhook = {
  webhookId: z.string(),
  name: z.string(),
  url: z.string(),
  types: z.array(z.enum(Wire.WEBHOOK_TYPES as [Wire.WebhookType, ...Wire.WebhookType[]])),
  enabled: z.boolean(),
  state: z.enum(['off', 'working', 'retrying', 'failing']).describe('`failing`: nothing was delivered for a day'),
  behind: z.number().int().nonnegative().describe('Events of the branch that were not looked at yet'),
  failingSinceMs: milliseconds.nullable(),
  nextAttemptAtMs: milliseconds.nullable(),
  deliveredAtMs: milliseconds.nullable(),
  problem: z.object({ outcome, status }).nullable(),
}
export const Webhook: z.ZodType<Wire.Webhook> = z.object(webhook)
export const CreatedWebhook: z.ZodType<Wire.Webhook & { secret: string }> = z.object({
  ...webhook,
  secret: z.string().describe('Told this once'),
})
export const NewSecret = z.object({ secret: z.string().describe('Told this once'), oldUntilMs: milliseconds })
export const TestResult = z.object({ outcome, status, tookMs: z.number().int() })
export const WebhookDelivery: z.ZodType<Wire.Delivery> = z.object({
  atMs: milliseconds,
  type: z.string(),
  revision: z.number().int(),
  attempt: z.number().int(),
  outcome,
  status,
  tookMs: z.number().int(),
})
