import {
  completionTokensOf,
  promptTokensOf,
  type JsonRecord,
  type Origin,
  type Usage,
} from '@turnpike/core';
import { withOwnFigures } from '../../translate/usage-origin.ts';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';
import { count } from '../token-figures.ts';
import { toUsageBuckets, type ModalityCounts } from './usage-buckets.ts';

/**
 * Reads `usageMetadata` into buckets that never overlap. Google counts what tools put into the prompt beside the prompt,
 * cached tokens inside it, and thoughts beside the answer.
 *
 * @param body the object that holds `usageMetadata`
 * @returns undefined where nothing was counted: frames before the last one may carry no figure but the traffic's type
 */
export function readGeminiUsage(body: JsonObject): Usage | undefined {
  const usage = asObject(body['usageMetadata']);
  if (usage === undefined) return undefined;
  const prompt = count(usage['promptTokenCount']) + count(usage['toolUsePromptTokenCount']);
  const reasoning = count(usage['thoughtsTokenCount']);
  // Embeddings and older answers leave the candidates out of a total that has them.
  const answer =
    usage['candidatesTokenCount'] === undefined && prompt > 0
      ? Math.max(0, count(usage['totalTokenCount']) - prompt - reasoning)
      : count(usage['candidatesTokenCount']);
  if (prompt === 0 && answer === 0 && reasoning === 0) return undefined;
  return toUsageBuckets({
    prompt,
    cached: count(usage['cachedContentTokenCount']),
    answer,
    reasoning,
    sent: byModality(usage['promptTokensDetails']),
    sentCached: byModality(usage['cacheTokensDetails']),
    made: byModality(usage['candidatesTokensDetails']),
  });
}

/** The same figures as Google writes them. */
export function encodeGeminiUsage(usage: Usage, origin?: Origin): JsonRecord {
  const prompt = promptTokensOf(usage);
  const total = completionTokensOf(usage);
  const { reasoning } = usage.output;
  const answer = total - reasoning;
  const { cacheRead } = usage.input;
  const made = {
    promptTokenCount: prompt,
    ...(cacheRead > 0 && { cachedContentTokenCount: cacheRead }),
    candidatesTokenCount: answer,
    ...(reasoning > 0 && { thoughtsTokenCount: reasoning }),
    totalTokenCount: prompt + total,
    promptTokensDetails: detailsOf(prompt, usage.input),
    ...(answer > 0 && { candidatesTokensDetails: detailsOf(answer, usage.output) }),
  };
  return withOwnFigures(made, origin, 'gemini');
}

function detailsOf(total: number, { audio = 0, image = 0 }: { audio?: number; image?: number }) {
  return [
    { modality: 'TEXT', tokenCount: total - audio - image },
    { modality: 'AUDIO', tokenCount: audio },
    { modality: 'IMAGE', tokenCount: image },
  ].filter(({ modality, tokenCount }) => tokenCount > 0 || modality === 'TEXT');
}

function byModality(details: unknown): ModalityCounts {
  const sums = { audio: 0, image: 0 };
  for (const detail of asArray(details).map(asObject)) {
    const tokens = count(detail?.['tokenCount']);
    if (detail?.['modality'] === 'AUDIO') sums.audio += tokens;
    else if (detail?.['modality'] === 'IMAGE') sums.image += tokens;
  }
  return sums;
}
