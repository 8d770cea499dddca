import type { Usage } from '@turnpike/core';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';
import { count } from '../token-figures.ts';
import { toUsageBuckets, type ModalityCounts } from './usage-buckets.ts';

/**
 * Reads the usage of an interaction into buckets that never overlap. As in Google's other API, what tools put into the
 * prompt is counted beside it, cached tokens inside it, and thoughts beside the answer.
 *
 * @param body the interaction
 */
export function readInteractionUsage(body: JsonObject): Usage | undefined {
  const usage = asObject(body['usage']);
  if (usage === undefined) return undefined;
  const prompt = count(usage['total_input_tokens']) + count(usage['total_tool_use_tokens']);
  const answer = count(usage['total_output_tokens']);
  const reasoning = count(usage['total_thought_tokens']);
  if (prompt + answer + reasoning === 0) return undefined;
  return toUsageBuckets({
    prompt,
    cached: count(usage['total_cached_tokens']),
    answer,
    reasoning,
    sent: byModality(usage['input_tokens_by_modality']),
    sentCached: byModality(usage['cached_tokens_by_modality']),
    made: byModality(usage['output_tokens_by_modality']),
  });
}

function byModality(details: unknown): ModalityCounts {
  const sums = { audio: 0, image: 0 };
  for (const detail of asArray(details).map(asObject)) {
    const kind = detail?.['modality'];
    if (kind === 'audio' || kind === 'image') sums[kind] += count(detail?.['tokens']);
  }
  return sums;
}
