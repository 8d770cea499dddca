import type { IncomingMessage } from 'node:http';
import { errors, type LimitPermit } from '@turnpike/core';
import type { RelayDeps } from '../relay-deps.ts';
import { pinToConversation } from '../responses/conversation-holder.ts';
import { preferChannel } from '../responses/prefer-channel.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';
import { admit, type Admission } from './admit.ts';
import { authenticate, type Caller } from './authenticate.ts';
import { conversationKeyOf } from './conversation-key.ts';
import type { InboundRequest } from './inbound-request.ts';
import { planChannels, type ChannelPlan } from './plan.ts';
import { beginInGroup } from './traffic-limits.ts';

/** A record that is out of date is read again this often: several changes of one account may follow at once. */
const MOST_READS = 4;

/** Who is let in, where the request may go, and what was set aside for it. */
export interface LetIn {
  caller: Caller;
  plan: ChannelPlan;
  admission: Admission;
  /** Counted against the limits of the caller's group, where it has any. */
  groupPermit: LimitPermit | undefined;
}

/**
 * Plans and admits. Where the ledger knows a newer record of the caller than memory does (its announcement was lost or
 * is still on the way), the record is read again, and the caller is judged by that.
 *
 * @param planFor asked for each reading of the caller; plans by the body's model where left out
 * @throws what `authenticate`, `planChannels`, `beginInGroup` and `admit` throw
 */
export async function letIn(
  deps: RelayDeps,
  snapshot: RelaySnapshot,
  known: Caller,
  request: IncomingMessage,
  requestId: string,
  inbound: InboundRequest,
  planFor: (caller: Caller) => ChannelPlan = (caller) =>
    planByBody(deps, snapshot, caller, inbound),
): Promise<LetIn> {
  let caller = known;
  for (let reads = 0; ; reads += 1) {
    const { apiTokenId, userId } = caller.token;
    const plan = planFor(caller);
    const groupPermit = beginInGroup(deps.trafficLimits, plan, inbound);
    const admitting =
      groupPermit === undefined
        ? admit(deps.ledger, requestId, caller, plan, inbound)
        : cancelOnRefusal(groupPermit, () => admit(deps.ledger, requestId, caller, plan, inbound));
    const admission = admitting instanceof Promise ? await admitting : admitting;
    if (admission !== 'stale-record') return { caller, plan, admission, groupPermit };
    groupPermit?.cancel();
    // What the directory gives is older than what the ledger knows: one change after the other is just being written.
    if (reads === MOST_READS) throw errors.notReady({ retryAfterMs: 1000 });
    deps.tokenDirectory.forget({ apiTokenIds: [apiTokenId], userIds: [userId] });
    caller = await authenticate(deps, request, inbound.door);
  }
}

function planByBody(
  deps: RelayDeps,
  snapshot: RelaySnapshot,
  caller: Caller,
  inbound: InboundRequest,
): ChannelPlan {
  const { model } = inbound.facts;
  const pinned = pinToConversation(snapshot, caller, inbound);
  const drawn = planChannels(deps, snapshot, pinned, model, inbound.operation, () =>
    conversationKeyOf(caller.token.userId, inbound),
  );
  const keptBy = inbound.history?.keptBy;
  return keptBy === undefined ? drawn : preferChannel(drawn, keptBy);
}

/** A request that is refused for another reason does not count in its group. */
async function cancelOnRefusal<Result>(
  permit: LimitPermit,
  admitInGroup: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await admitInGroup();
  } catch (error) {
    permit.cancel();
    throw error;
  }
}
