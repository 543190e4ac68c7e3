import { refuse } from '../../auth/outcome.ts'
import type { WebhookChange } from '../../webhooks/webhooks.ts'
import { type Route, reply, route } from '../route.ts'
import { BranchPath } from '../schemas.ts'
import * as Schema from '../webhookSchemas.ts'

export const webhookRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/webhooks',
    name: 'listWebhooks',
    who: 'administer',
    summary: 'Addresses of other systems that are told what happens, and how they are',
    params: BranchPath,
    replies: { 200: { description: 'Oldest first; never with their secrets', schema: Schema.Webhook.array() } },
    handler: async ({ params, services }) => reply(200, await services.webhooks.list(params.branch)),
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/webhooks',
    name: 'createWebhook',
    who: 'administer',
    summary: 'Events from now on are sent to this address; its secret is told in the reply, once',
    params: BranchPath,
    body: Schema.NewWebhook,
    replies: { 201: { description: 'Made', schema: Schema.CreatedWebhook } },
    refusals: ['invalid-value', 'too-many-webhooks'],
    async handler({ params, body, services }) {
      const made = await services.webhooks.create(params.branch, { ...body, types: [...new Set(body.types)] })
      return made.ok ? reply(201, made.value) : made
    },
  }),
  route({
    method: 'patch',
    path: '/branches/{branch}/webhooks/{webhook}',
    name: 'changeWebhook',
    who: 'administer',
    summary: 'Another name, address or choice of events; on or off',
    params: Schema.WebhookPath,
    body: Schema.WebhookChange,
    replies: { 200: { description: 'As it is now', schema: Schema.Webhook } },
    refusals: ['unknown-webhook', 'invalid-value'],
    async handler({ params, body, services }) {
      const wanted = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as WebhookChange
      const changed = await services.webhooks.change(params.branch, params.webhook, wanted)
      return changed.ok ? reply(200, changed.value) : changed
    },
  }),
  route({
    method: 'delete',
    path: '/branches/{branch}/webhooks/{webhook}',
    name: 'deleteWebhook',
    who: 'administer',
    summary: 'Nothing more is sent to it, and its log is gone',
    params: Schema.WebhookPath,
    replies: { 204: { description: 'Deleted' } },
    refusals: ['unknown-webhook'],
    handler: async ({ params, services }) =>
      (await services.webhooks.remove(params.branch, params.webhook)) ? reply(204) : refuse('unknown-webhook'),
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/webhooks/{webhook}/secret',
    name: 'rotateWebhookSecret',
    who: 'administer',
    summary: 'A new secret, told once; for a day the old one signs as well',
    params: Schema.WebhookPath,
    replies: { 200: { description: 'Made', schema: Schema.NewSecret } },
    refusals: ['unknown-webhook'],
    async handler({ params, services }) {
      const made = await services.webhooks.rotate(params.branch, params.webhook)
      return made.ok ? reply(200, made.value) : made
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/webhooks/{webhook}/test',
    name: 'testWebhook',
    who: 'administer',
    summary: 'Sends a message of type `test` at once, also where the webhook is off, and tells what came of it',
    params: Schema.WebhookPath,
    replies: { 200: { description: 'Tried; `outcome` says whether it arrived', schema: Schema.TestResult } },
    refusals: ['unknown-webhook'],
    async handler({ params, services }) {
      const tried = await services.webhooks.test(params.branch, params.webhook)
      return tried.ok ? reply(200, tried.value) : tried
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/webhooks/{webhook}/retry',
    name: 'retryWebhook',
    who: 'administer',
    summary: 'The next attempt is made now',
    params: Schema.WebhookPath,
    replies: { 202: { description: 'Asked for', schema: Schema.Webhook } },
    refusals: ['unknown-webhook'],
    async handler({ params, services }) {
      const asked = await services.webhooks.retry(params.branch, params.webhook)
      return asked.ok ? reply(202, asked.value) : asked
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/webhooks/{webhook}/skip',
    name: 'skipWebhook',
    who: 'administer',
    summary: 'What waits is left out for good; it goes on with what happens from now on',
    params: Schema.WebhookPath,
    replies: { 202: { description: 'Asked for', schema: Schema.Webhook } },
    refusals: ['unknown-webhook'],
    async handler({ params, services }) {
      const asked = await services.webhooks.skip(params.branch, params.webhook)
      return asked.ok ? reply(202, asked.value) : asked
    },
  }),
  route({
    method: 'get',
    path: '/branches/{branch}/webhooks/{webhook}/deliveries',
    name: 'webhookDeliveries',
    who: 'administer',
    summary: 'The last hundred attempts',
    params: Schema.WebhookPath,
    replies: { 200: { description: 'Newest first; up to two seconds old', schema: Schema.WebhookDelivery.array() } },
    refusals: ['unknown-webhook'],
    async handler({ params, services }) {
      const listed = await services.webhooks.deliveries(params.branch, params.webhook)
      return listed.ok ? reply(200, listed.value) : listed
    },
  }),
]
