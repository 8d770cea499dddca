import type { IncomingMessage } from 'node:http';
import { errors } from '@turnpike/core';
import type { RelayDeps } from '../relay-deps.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';
import { admit, type Admission } from './admit.ts';
import { authenticate, type Caller } from './authenticate.ts';
import type { InboundRequest } from './inbound-request.ts';
import { planChannels, type ChannelPlan } from './plan.ts';

/** A record that is out of date is read again this often: several changes of one account may follow at once. */
const MOST_READS = 4;

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
  const { model } = inbound.facts;
  let caller = known;
  for (let reads = 0; ; reads += 1) {
    const plan = planChannels(deps, snapshot, caller, model);
    const admission = await admit(deps.ledger, requestId, caller, plan, inbound);
    if (admission !== 'stale-record') return { caller, plan, admission };
    // What the directory gives is older than what the ledger knows: one change after the other is just being written.
    if (reads === MOST_READS) throw errors.notReady({ retryAfterMs: 1000 });
    const { apiTokenId, userId } = caller.token;
    deps.tokenDirectory.forget({ apiTokenIds: [apiTokenId], userIds: [userId] });
    caller = await authenticate(deps, request);
  }
}
