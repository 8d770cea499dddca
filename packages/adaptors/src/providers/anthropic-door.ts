import type { Dialect, UpstreamTarget } from '../codec.ts';
import { cutTrailingSlash, joinUrl } from './join-url.ts';

/** Vendors that copy the Messages API beside their own wire. */
export const anthropicDoorDialect: Dialect = {
  streamUsage: 'always',
  // Required there; here it may be left out.
  defaultMembers: [{ key: 'max_tokens', json: '4096' }],
};

/** `/anthropic/v1/messages` behind a base URL, whose own version does not count. */
export function toAnthropicDoor({ baseUrl, search }: UpstreamTarget): string {
  const host = cutTrailingSlash(baseUrl).replace(/\/v1$/, '');
  return joinUrl(host, '/anthropic/v1/messages') + search;
}
