import type { Operation } from '@turnpike/core';
import type { UpstreamTarget } from '../codec.ts';
import { isCloudflareGateway } from './cloudflare-gateway.ts';
import { cutTrailingSlash } from './join-url.ts';
import { defineOpenAiWire } from './openai-wire.ts';
import { readConfigText } from './read-config-text.ts';

/** Where Workers AI speaks as OpenAI does. */
const paths: Readonly<Partial<Record<Operation, string>>> = {
  chat: '/v1/chat/completions',
  embeddings: '/v1/embeddings',
  responses: '/v1/responses',
};

/**
 * Cloudflare Workers AI: the account is config `user_id`. Through Cloudflare's AI Gateway the base URL names the account
 * itself.
 */
export const cloudflare = defineOpenAiWire(37, {
  id: 'cloudflare',
  operations: ['chat', 'embeddings', 'responses'],
  url: addressOf,
  dialect: {
    streamUsage: 'on-request',
    // Otherwise an answer ends after 256 tokens.
    defaultMembers: [{ key: 'max_tokens', json: '2048', when: 'messages' }],
    renameMembers: { max_completion_tokens: 'max_tokens' },
    chat: () => ({ takesTopK: true, thinkTags: true }),
  },
});

function addressOf({ baseUrl, operation, config }: UpstreamTarget): string | undefined {
  const path = paths[operation];
  if (path === undefined) return undefined;
  const base = cutTrailingSlash(baseUrl);
  if (isCloudflareGateway(base)) return base + path;
  const account = readConfigText(config, 'user_id');
  return account === '' ? undefined : `${base}/client/v4/accounts/${account}/ai${path}`;
}
