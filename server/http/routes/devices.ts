import { z } from 'zod'
import type { DeviceChange, NewDevice } from '../../auth/devices.ts'
import { type Refused, refuse, wrongValue } from '../../auth/outcome.ts'
import type { BranchRuntime } from '../../branch/runtime.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

export const deviceRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/devices',
    name: 'listDevices',
    who: 'supervise',
    summary: 'Screens and kiosks of a branch',
    params: Schema.BranchPath,
    replies: { 200: { description: 'In the order in which they were added', schema: z.array(Schema.ListedDevice) } },
    async handler({ params, runtime, services }) {
      const devices = await services.accounts.devices.list(params.branch)
      const { printers, zones } = runtime.state
      const listed = devices.map((device) => ({
        ...device,
        contact: services.presence.of(device.deviceId),
        speaksIn: Object.entries(zones).flatMap(([zone, { speaker }]) => (speaker?.device === device.deviceId ? [zone] : [])),
        printerState: device.printer ? (printers[device.deviceId]?.state ?? null) : null,
      }))
      return reply(200, listed)
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/devices',
    name: 'createDevice',
    who: 'administer',
    summary: 'A new screen or kiosk: its token in the reply, or for the screen that shows the pairing code',
    params: Schema.BranchPath,
    body: Schema.NewDevice,
    replies: { 201: { description: 'Made', schema: Schema.CreatedDevice } },
    refusals: ['unknown-pairing', 'invalid-value'],
    async handler({ params, body, user, runtime, services }) {
      const unknown = notThere(runtime, body)
      if (unknown) return unknown
      // Codes are short: whoever is signed in and tries them out is stopped.
      if (body.pairingCode !== undefined && !services.pairings.take(`admin ${user.username}`)) return refuse('rate-limited')
      const { zones, pairingCode, ...rest } = body
      const wanted = { ...present(rest), branch: params.branch, zones: zones ?? null, pairingCode }
      const made = await services.accounts.devices.create(wanted as NewDevice)
      return made.ok ? reply(201, made.value) : made
    },
  }),
  route({
    method: 'patch',
    path: '/branches/{branch}/devices/{device}',
    name: 'changeDevice',
    who: 'administer',
    summary: 'Change a screen’s name or what it shows; it follows within seconds, without a hand on it',
    params: Schema.BranchPath.extend({ device: Schema.Id }),
    body: Schema.DeviceChange,
    replies: { 200: { description: 'As it is now', schema: Schema.Device } },
    refusals: ['unknown-device', 'invalid-value'],
    async handler({ params, body, runtime, services }) {
      const unknown = notThere(runtime, body)
      if (unknown) return unknown
      const changed = await services.accounts.devices.change(params.branch, params.device, present(body) as DeviceChange)
      return changed ? reply(200, changed) : refuse('unknown-device')
    },
  }),
  route({
    method: 'delete',
    path: '/branches/{branch}/devices/{device}',
    name: 'revokeDevice',
    who: 'administer',
    summary: 'Revoke a screen or kiosk: its token is dead and its sockets are closed within a second',
    params: Schema.BranchPath.extend({ device: Schema.Id }),
    replies: { 204: { description: 'Revoked' } },
    refusals: ['unknown-device'],
    handler: async ({ params, services }) =>
      (await services.accounts.devices.revoke(params.branch, params.device)) ? reply(204) : refuse('unknown-device'),
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/devices/{device}/pairing',
    name: 'pairDeviceAnew',
    who: 'administer',
    summary: 'Another machine takes a device’s place, with its name and settings: the one that shows this code',
    params: Schema.BranchPath.extend({ device: Schema.Id }),
    body: Schema.DevicePairing,
    replies: { 204: { description: 'The old token is dead; the machine with the code fetches a new one' } },
    refusals: ['unknown-device', 'unknown-pairing', 'invalid-value', 'rate-limited'],
    async handler({ params, body, user, services }) {
      if (!services.pairings.take(`admin ${user.username}`)) return refuse('rate-limited')
      const paired = await services.accounts.devices.pairAnew(params.branch, params.device, body.pairingCode)
      return paired.ok ? reply(204) : paired
    },
  }),
  route({
    method: 'get',
    path: '/house',
    name: 'house',
    who: 'admin',
    summary: 'Under which addresses this server answers',
    replies: { 200: { description: 'As it is now', schema: Schema.House } },
    handler: ({ services }) => reply(200, { publicUrl: services.publicUrl(), addresses: services.addresses() }),
  }),
  route({
    method: 'post',
    path: '/pairings',
    name: 'offerPairing',
    who: 'anyone',
    summary: 'A screen asks for a code to show, and a secret with which it asks for its token; both for ten minutes',
    body: Schema.PairingRequest,
    replies: { 201: { description: 'Show the code, keep the secret', schema: Schema.PairingOffer } },
    refusals: ['rate-limited'],
    async handler({ body, address, services }) {
      if (!services.pairings.take(`address ${address}`)) return refuse('rate-limited')
      const offer = await services.accounts.devices.offer(body.kind)
      return offer.ok ? reply(201, offer.value) : offer
    },
  }),
  route({
    method: 'post',
    path: '/pairings/claim',
    name: 'claimPairing',
    who: 'anyone',
    summary: 'The screen fetches its token, once; each two seconds until an admin has typed the code',
    body: Schema.PairingClaim,
    replies: { 200: { description: 'Paired', schema: Schema.ClaimedDevice } },
    refusals: ['pairing-pending', 'unknown-pairing', 'rate-limited'],
    async handler({ body, address, services }) {
      if (!services.claims.take(address)) return refuse('rate-limited')
      const claimed = await services.accounts.devices.claim(body.secret)
      return claimed.ok ? reply(200, claimed.value) : claimed
    },
  }),
]

/** Zones and agencies that are named must be the branch's. */
function notThere(
  { state: { configuration } }: BranchRuntime,
  wanted: { readonly zones?: readonly string[] | null | undefined; readonly agencies?: readonly string[] | null | undefined },
): Refused | null {
  for (const [field, known] of [
    ['zones', configuration.zones],
    ['agencies', configuration.agencies],
  ] as const) {
    const unknown = wanted[field]?.find((id) => !known.some((each) => each.id === id))
    if (unknown !== undefined) return wrongValue(field, `has one that this branch doesn’t have: ${unknown}`)
  }
  return null
}

/** What was sent, without what was not: an absent field must not wipe out what is stored. */
const present = (body: object): object => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
