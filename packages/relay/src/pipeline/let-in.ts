import type { IncomingMessage } from 'node:http';
import { errors } from '@turnpike/core';
import type { RelayDeps } from '../relay-deps.ts';
import { preferChannel } from '../responses/prefer-channel.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';
import { admit, type Admission } from './admit.ts';
import { authenticate, type Caller } from './authenticate.ts';
import { conversationKeyOf } from './conversation-key.ts';
import type { InboundRequest } from './inbound-request.ts';
import { planChannels, type ChannelPlan } from './plan.ts';

/** Who is let in, where the request may go, and what was set aside for it. */
export interface LetIn {
  caller: Caller;
  plan: ChannelPlan;
  admission: Admission;
}

/**
 * Plans and admits. Where the ledger knows a newer record of the caller than memory does (its announcement was lost or
 * is still on the way), the record is read again, and the caller is judged by that.
 *
 * @throws what `authenticate`, `planChannels` and `admit` throw
 */
export async function letIn(
  deps: RelayDeps,
  snapshot: RelaySnapshot,
  known: Caller,
  request: IncomingMessage,
  requestId: string,
  inbound: InboundRequest,
): Promise<LetIn> {
  let caller = known;
  for (let isFresh = false; ; isFresh = true) {
    const { apiTokenId, userId } = caller.token;
    const drawn = planChannels(deps, snapshot, caller, inbound.facts.model, inbound.operation, () =>
      conversationKeyOf(userId, inbound),
    );
    const keptBy = inbound.history?.keptBy;
    const plan = keptBy === undefined ? drawn : preferChannel(drawn, keptBy);
    const admission = await admit(deps.ledger, requestId, caller, plan, inbound);
    if (admission !== 'stale-record') return { caller, plan, admission };
    // What the directory gives is older than what the ledger knows: a change is just being written.
    if (isFresh) throw errors.notReady({ retryAfterMs: 1000 });
    deps.tokenDirectory.forget({ apiTokenIds: [apiTokenId], userIds: [userId] });
    caller = await authenticate(deps, request, inbound.door);
  }
}
