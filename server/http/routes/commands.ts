import type { Acknowledgement } from '../../../shared/protocol/wire.ts'
import type { Refused } from '../../auth/outcome.ts'
import { commandAtCounter, commandBranch } from '../../branch/door.ts'
import { refusedBy } from '../problem.ts'
import { type Reply, type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

export const commandRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/branches/{branch}/counters/{counter}/commands',
    name: 'commandAtCounter',
    who: 'actAtCounter',
    summary: 'What an officer does at the counter that he has opened. The same commandId gives the same answer (CALL2)',
    params: Schema.BranchPath.extend({ counter: Schema.Id }),
    describedBody: Schema.CounterCommand,
    replies: { 200: { description: 'Done', schema: Schema.CommandReply } },
    refusals: [
      'unknown-command',
      'invalid-value',
      'id-reused',
      'unknown-counter',
      'counter-closed',
      'counter-open-elsewhere',
      'not-at-counter',
      'stale-view',
      'counter-busy',
      'counter-paused',
      'branch-paused',
      'nothing-to-recall',
      'no-current-ticket',
      'already-started',
      'too-early',
      'unknown-class',
      'unknown-ticket',
      'unknown-service',
      'ticket-at-counter',
      'ticket-ended',
      'ticket-not-held',
      'not-served-here',
      'nothing-to-undo',
      'undo-too-late',
      'undo-overtaken',
    ],
    handler: async ({ params, principal, rawBody, runtime }) =>
      replied(await commandAtCounter(runtime, principal as NonNullable<typeof principal>, params.counter, rawBody)),
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/commands',
    name: 'commandBranch',
    who: 'commandBranch',
    summary:
      'What a supervisor does for the whole branch; what puts single tickets right is the help desk’s, what concerns one agency’s services its coordinator’s, too',
    params: Schema.BranchPath,
    describedBody: Schema.BranchCommand,
    replies: { 200: { description: 'Done', schema: Schema.CommandReply } },
    refusals: [
      'unknown-command',
      'invalid-value',
      'id-reused',
      'unknown-service',
      'unknown-agency',
      'wrong-number',
      'number-taken',
      'wrong-time',
      'unknown-counter',
      'unknown-ticket',
      'unknown-class',
      'ticket-at-counter',
      'ticket-ended',
      'counter-closed',
      'unknown-zone',
      'unknown-notice',
      'no-speaker',
      'no-sound-check',
      'wrong-code',
    ],
    handler: async ({ principal, rawBody, runtime }) =>
      replied(await commandBranch(runtime, principal as NonNullable<typeof principal>, rawBody)),
  }),
]

function replied(answer: Acknowledgement): Reply | Refused {
  if (!answer.ok) return refusedBy(answer)
  const { ok: _ok, ...rest } = answer
  return reply(200, rest)
}
