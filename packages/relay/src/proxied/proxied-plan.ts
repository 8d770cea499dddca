import { channelStatuses, errors, freePrice, roles } from '@turnpike/core';
import type { Caller } from '../pipeline/authenticate.ts';
import type { ChannelPlan } from '../pipeline/plan.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { RelaySnapshot, RoutePrice } from '../snapshot/relay-snapshot.ts';
import { PROXIED_MODEL } from './proxied-request.ts';

/** Whose channels have no models, and an upstream that nobody here understands. */
const PROXY_TYPE = 43;

/** The one channel that a path names, and what a request to it costs. */
export interface ProxiedPlan extends ChannelPlan {
  channel: RelayChannel;
  routePrice: RoutePrice;
}

/**
 * Who uses such a channel acts with its key at its upstream, without anybody looking: administrators only.
 *
 * @throws `channel_pin_not_allowed`, `model_not_allowed`, `channel_not_found`, `channel_disabled`, `invalid_request`
 */
export function planProxied(
  snapshot: RelaySnapshot,
  { token }: Caller,
  channelId: string,
): ProxiedPlan {
  if (token.userRole < roles.admin) throw errors.channelPinNotAllowed({ door: 'proxy' });
  if (token.models !== undefined && !token.models.has(PROXIED_MODEL))
    throw errors.modelNotAllowed({ model: PROXIED_MODEL });
  const channel = findChannel(snapshot, channelId);
  const price = snapshot.prices.priceFor(PROXIED_MODEL, channel.type);
  const routePrice = {
    upstreamModel: PROXIED_MODEL,
    billedModel: PROXIED_MODEL,
    price: price?.source === 'option' ? price : freePrice,
  };
  return {
    snapshot,
    model: PROXIED_MODEL,
    group: token.group,
    isPinned: true,
    conversation: undefined,
    prices: [routePrice],
    priceThrough: () => routePrice,
    next: () => channel,
    channel,
    routePrice,
  };
}

function findChannel(snapshot: RelaySnapshot, id: string): RelayChannel {
  const channel = /^\d+$/.test(id) ? snapshot.channel(Number(id)) : undefined;
  if (channel === undefined) throw errors.channelNotFound({ channel: id });
  if (channel.status !== channelStatuses.enabled) throw errors.channelDisabled({ channel: id });
  if (channel.type !== PROXY_TYPE)
    throw errors.invalidRequest({
      reason: `Channel ${id} is no proxy (type ${String(PROXY_TYPE)}). Use its models at the other doors.`,
    });
  if (channel.baseUrl === '')
    throw errors.invalidRequest({
      reason: `Channel ${id} has no base URL. Enter the address of its upstream.`,
    });
  return channel;
}
