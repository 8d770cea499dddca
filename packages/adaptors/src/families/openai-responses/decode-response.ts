import { errors, type CanonicalResponse, type JsonRecord } from '@turnpike/core';
import type { Dialect } from '../../codec.ts';
import { usageOriginOf } from '../../translate/usage-origin.ts';
import { defined } from '../../wire/defined.ts';
import { asObjects, asText } from '../../wire/json-object.ts';
import { stringOf } from './decode-content.ts';
import { decodeFinish, decodeLogprobs, decodeOutputItem } from './decode-output.ts';
import { readResponsesUsage } from './read-usage.ts';

/**
 * Decodes a whole answer. It has one candidate, however much it says.
 *
 * @throws `bad_upstream_response` where the body is none
 */
export function decodeResponse(body: JsonRecord, dialect: Dialect): CanonicalResponse {
  if (!Array.isArray(body['output'])) throw errors.badUpstreamResponse();
  const items = asObjects(body['output']);
  const parts = items.flatMap(decodeOutputItem);
  const logprobs = decodeLogprobs(items.flatMap(logprobsOf));
  const candidate = { index: 0, parts, finish: decodeFinish(body, parts) };
  const createdAt = body['created_at'];
  const usage = readResponsesUsage(body, dialect);
  return defined({
    id: stringOf(body['id']),
    model: stringOf(body['model']),
    createdAt: typeof createdAt === 'number' ? Math.floor(createdAt) : 0,
    candidates: [defined({ ...candidate, logprobs })],
    usage,
    ...(usage !== undefined && usageOriginOf('openai-responses', body['usage'])),
    serviceTier: asText(body['service_tier']),
    extras: {},
    losses: [],
  });
}

function logprobsOf(item: JsonRecord): unknown[] {
  if (item['type'] !== 'message') return [];
  return asObjects(item['content']).map(({ logprobs }) => logprobs);
}
