import type { Usage } from '@turnpike/core';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';
import { count, Remainder } from '../token-figures.ts';

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
  const input = new Remainder(prompt);
  const cacheRead = input.take(count(usage['total_cached_tokens']));
  const sent = byModality(usage['input_tokens_by_modality']);
  const cached = byModality(usage['cached_tokens_by_modality']);
  const audioIn = input.take(sent.audio - cached.audio);
  const imageIn = input.take(sent.image - cached.image);
  const output = new Remainder(answer);
  const made = byModality(usage['output_tokens_by_modality']);
  const audioOut = output.take(made.audio);
  const imageOut = output.take(made.image);
  return {
    input: {
      uncached: input.left,
      cacheRead,
      cacheWrite: 0,
      ...(audioIn > 0 && { audio: audioIn }),
      ...(imageIn > 0 && { image: imageIn }),
    },
    output: {
      text: output.left,
      reasoning,
      ...(audioOut > 0 && { audio: audioOut }),
      ...(imageOut > 0 && { image: imageOut }),
    },
    source: 'reported',
  };
}

function byModality(details: unknown): { audio: number; image: number } {
  const sums = { audio: 0, image: 0 };
  for (const detail of asArray(details).map(asObject)) {
    const kind = detail?.['modality'];
    if (kind === 'audio' || kind === 'image') sums[kind] += count(detail?.['tokens']);
  }
  return sums;
}
