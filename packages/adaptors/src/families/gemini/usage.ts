import {
  completionTokensOf,
  promptTokensOf,
  type JsonRecord,
  type Origin,
  type Usage,
} from '@turnpike/core';
import { withOwnFigures } from '../../translate/usage-origin.ts';
import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';
import { count, Remainder } from '../token-figures.ts';

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

  const input = new Remainder(prompt);
  const cacheRead = input.take(count(usage['cachedContentTokenCount']));
  const sent = byModality(usage['promptTokensDetails']);
  const cached = byModality(usage['cacheTokensDetails']);
  const audioIn = input.take(sent.audio - cached.audio);
  const imageIn = input.take(sent.image - cached.image);
  const output = new Remainder(answer);
  const made = byModality(usage['candidatesTokensDetails']);
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

function byModality(details: unknown): { audio: number; image: number } {
  const sums = { audio: 0, image: 0 };
  for (const detail of asArray(details).map(asObject)) {
    const tokens = count(detail?.['tokenCount']);
    if (detail?.['modality'] === 'AUDIO') sums.audio += tokens;
    else if (detail?.['modality'] === 'IMAGE') sums.image += tokens;
  }
  return sums;
}
