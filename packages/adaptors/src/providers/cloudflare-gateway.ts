import { cutTrailingSlash } from './join-url.ts';
import { readConfigText } from './read-config-text.ts';

const gatewayOrigin = 'https://gateway.ai.cloudflare.com/';

/** Upstreams behind the gateway whose paths keep their version. */
const versionedUpstreams: ReadonlySet<string> = new Set(['mistral', 'openrouter', 'grok']);

/** Whether a base URL leads through Cloudflare's AI Gateway: `…/v1/{account}/{gateway}/{upstream}`. */
export function isCloudflareGateway(baseUrl: string): boolean {
  return baseUrl.startsWith(gatewayOrigin);
}

/**
 * A call through the gateway. Its base stands for the vendor's own base with the version in it, for most vendors.
 *
 * @param path begins with `/v1`
 * @see https://developers.cloudflare.com/ai-gateway/usage/providers/
 */
export function joinGatewayUrl(baseUrl: string, path: string): string {
  const base = cutTrailingSlash(baseUrl);
  const upstream = base.slice(base.lastIndexOf('/') + 1);
  const isVersioned = versionedUpstreams.has(upstream) || !path.startsWith('/v1/');
  return base + (isVersioned ? path : path.slice('/v1'.length));
}

/** What an authenticated gateway wants besides the vendor's own key: config `cf_aig_token`. */
export function authorizeGateway(
  config: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const token = readConfigText(config, 'cf_aig_token');
  return token === '' ? {} : { 'cf-aig-authorization': `Bearer ${token}` };
}
