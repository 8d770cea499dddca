import { dialectOf } from '@turnpike/adaptors';
import { errors } from '@turnpike/core';
import { findAddress } from '../pipeline/find-address.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { UpstreamPools } from './pools.ts';

const TIMEOUT_MS = 15_000;

/**
 * Deletes an answer at the vendor who keeps it.
 *
 * @throws `upstream_error` where the vendor does not say that it is gone
 */
export async function deleteUpstream(
  pools: UpstreamPools,
  channel: RelayChannel,
  { operation, id }: { operation: 'responses' | 'interaction'; id: string },
): Promise<void> {
  const { provider, config } = channel;
  const address = findAddress(channel, { operation, model: '' });
  if (provider === undefined || address === undefined) return;
  const url = new URL(address);
  const { statusCode, body } = await pools
    .poolFor(url.origin)
    .request({
      origin: url.origin,
      path: `${url.pathname}/${encodeURIComponent(id)}${url.search}`,
      method: 'DELETE',
      headers: [...channel.upstreamHeaders(dialectOf(provider, { operation, config }))],
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    })
    .catch((cause: unknown) => {
      throw errors.upstreamUnreachable({}, { cause });
    });
  await body.dump();
  const isGone = (statusCode >= 200 && statusCode <= 299) || statusCode === 404;
  if (isGone) return;
  throw errors.upstreamFailed({
    reason: `The upstream did not delete it (status ${statusCode}).`,
  });
}
