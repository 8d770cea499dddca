import type { Loss } from '@turnpike/core';
import type { RelayDeps } from '../relay-deps.ts';
import type { FetchedMedia } from '../upstream/fetch-media.ts';
import type { InboundRequest } from './inbound-request.ts';

const MIB = 1024 * 1024;
/** More files of one request are not fetched. */
const MAX_FILES = 20;

/**
 * Fetches the files that an upstream takes in no other way than inside the request, where the options allow it. Each is
 * fetched once for all attempts.
 *
 * @returns undefined where nothing of it was to be had
 */
export async function fetchLostMedia(
  { mediaFetcher, config }: Pick<RelayDeps, 'mediaFetcher' | 'config'>,
  inbound: InboundRequest,
  losses: readonly Loss[],
): Promise<ReadonlyMap<string, FetchedMedia> | undefined> {
  const wanted = new Set(losses.flatMap(({ address }) => address ?? []));
  const options = config.current()?.options;
  if (wanted.size === 0 || options?.RemoteMediaEnabled !== true) return undefined;
  const limits = {
    maxBytes: options.RemoteMediaMaxMB * MIB,
    privateHosts: options.RemoteMediaPrivateHosts,
  };
  const known = (inbound.fetchedMedia ??= new Map<string, Promise<FetchedMedia | undefined>>());
  const fetched = new Map<string, FetchedMedia>();
  let left = limits.maxBytes;
  for (const address of [...wanted].slice(0, MAX_FILES)) {
    let fetching = known.get(address);
    if (fetching === undefined)
      known.set(address, (fetching = mediaFetcher.fetch(address, { ...limits, maxBytes: left })));
    const file = await fetching;
    if (file === undefined) continue;
    left -= (file.base64.length / 4) * 3;
    fetched.set(address, file);
  }
  return fetched.size === 0 ? undefined : fetched;
}
