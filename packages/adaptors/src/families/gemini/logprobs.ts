import { asArray, asObject, type JsonObject } from '../../wire/json-object.ts';

/** Google's `logprobsResult` in the shape of the chat family, which is the canonical one. */
export function readLogprobs(value: unknown): JsonObject | undefined {
  const result = asObject(value);
  const chosen = asArray(result?.['chosenCandidates']).map(asObject);
  if (chosen.length === 0) return undefined;
  const top = asArray(result?.['topCandidates']).map(asObject);
  return {
    content: chosen.map((candidate, at) => ({
      ...toToken(candidate),
      top_logprobs: asArray(top[at]?.['candidates']).map((other) => toToken(asObject(other))),
    })),
  };
}

function toToken(candidate: JsonObject | undefined): JsonObject {
  const token = typeof candidate?.['token'] === 'string' ? candidate['token'] : '';
  const logprob = candidate?.['logProbability'];
  return {
    token,
    logprob: typeof logprob === 'number' ? logprob : 0,
    bytes: [...Buffer.from(token)],
  };
}

/** The canonical log probabilities as Google writes them; undefined where there are none. */
export function encodeLogprobs(value: unknown): JsonObject | undefined {
  const content = asArray(asObject(value)?.['content']).map(asObject);
  if (content.length === 0) return undefined;
  return {
    chosenCandidates: content.map(fromToken),
    topCandidates: content.map((token) => ({
      candidates: asArray(token?.['top_logprobs']).map((other) => fromToken(asObject(other))),
    })),
  };
}

function fromToken(token: JsonObject | undefined): JsonObject {
  return { token: token?.['token'] ?? '', logProbability: token?.['logprob'] ?? 0 };
}
