import type { JsonProbe } from '@turnpike/adaptors';
import { channelStatuses, errors, roles } from '@turnpike/core';
import type { Caller } from '../pipeline/authenticate.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';
import { mayGoOn } from './with-history.ts';

/**
 * The caller as planning sees it: a request that names a conversation goes to the channel that keeps what accounts keep,
 * because `/v1/conversations` leads there, and to no other one. A channel that the key names itself stays.
 *
 * @throws `invalid_request` where the conversation has no id, or a previous response is named beside it;
 *   `conversation_not_found` where the key is not one of those that reach such conversations; `channel_disabled`
 */
export function pinToConversation(
  snapshot: RelaySnapshot,
  caller: Caller,
  inbound: InboundRequest,
): Caller {
  const id = conversationIdOf(inbound);
  if (id === undefined || caller.pinnedChannel !== undefined) return caller;
  const holder = snapshot.options.AccountResourcesChannel;
  // Nobody made it here, but a vendor may know it: whoever serves the request says so.
  if (holder === 0) return caller;
  const channel = snapshot.channel(holder);
  if (channel === undefined || caller.token.userRole < roles.admin)
    throw errors.conversationNotFound({ id, param: 'conversation' });
  if (channel.status !== channelStatuses.enabled)
    throw errors.channelDisabled({ channel: String(holder) });
  return { ...caller, pinnedChannel: String(holder) };
}

/** The conversation that a request of the Responses API belongs to. @throws `invalid_request` */
export function conversationIdOf(inbound: InboundRequest): string | undefined {
  if (inbound.body.kind !== 'json' || !mayGoOn(inbound)) return undefined;
  const { probe } = inbound.body;
  const member = probe.last('conversation');
  if (member === undefined || member.kind === 'null') return undefined;
  if (typeof probe.scalar(probe.last('previous_response_id')) === 'string')
    throw errors.invalidRequest({
      param: 'conversation',
      reason:
        "'conversation' and 'previous_response_id' exclude each other. Send the one that the request goes on from.",
      reasonZh: "'conversation' 与 'previous_response_id' 不能同时使用。请仅发送其中之一。",
    });
  const id = readId(probe);
  if (typeof id === 'string' && id !== '') return id;
  throw errors.invalidRequest({
    param: 'conversation',
    reason: "'conversation' must be the id of a conversation, or an object with its 'id'.",
    reasonZh: "'conversation' 必须是对话的 ID，或带有 'id' 的对象。",
  });
}

function readId(probe: JsonProbe): unknown {
  const member = probe.last('conversation');
  if (member?.kind !== 'object') return probe.scalar(member);
  return (JSON.parse(probe.text(member)) as { id?: unknown }).id;
}
